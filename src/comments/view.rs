//! View models of comments: visibility and permitted actions are decided here, templates only lay them out.

use super::row::CommentRow;
use super::thread::Thread;
use super::{EDIT_WINDOW, UNDO_WINDOW, revision};
use crate::db::Time;
use crate::interface::Interface;
use crate::moderation::{Hold, RejectReason, Status};
use crate::paths;
use crate::text::SafeHtml;
use crate::web::fields::Choice;
use crate::web::viewer::{is_deleted, shown_name};
use crate::web::{DateView, Site, Viewer};

/// Most levels of indentation; deeper replies stay at the last level.
const INDENTED: usize = 4;

#[derive(Clone, Debug, Default)]
pub struct CommentView {
    pub id: i64,
    pub permalink: String,
    pub name: String,
    pub username: String,
    pub profile: String,
    pub badge: String,
    pub at: DateView,
    pub is_edited: bool,
    pub in_reply_to: String,
    pub parent_link: String,
    pub html: SafeHtml,
    /// One sentence in place of the text; empty = the text is shown.
    pub tombstone: String,
    /// Status message for author and staff (pending, withheld, rejected); empty = none.
    pub notice: String,
    pub notice_tone: &'static str,
    pub flagged: String,
    /// The viewer has flagged it.
    pub has_flagged: bool,
    pub actions: Actions,
    /// Whether a nested list opens before this comment, and how many close after it.
    pub opens: bool,
    pub closes: usize,
    pub is_target: bool,
    pub more_link: String,
}

/// URLs of the actions that this viewer may take; empty = not permitted.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    pub reply: String,
    pub flag: String,
    pub edit: String,
    pub delete: String,
    pub undelete: String,
    pub approve: String,
    pub reject: String,
    pub revision: String,
    pub back: String,
    pub reasons: Vec<Choice>,
}

impl Actions {
    pub fn any(&self) -> bool {
        [
            &self.reply,
            &self.flag,
            &self.edit,
            &self.delete,
            &self.undelete,
            &self.approve,
            &self.reject,
        ]
        .iter()
        .any(|a| !a.is_empty())
    }
}

/// What the view of a comment depends on besides its row.
pub struct Context<'a> {
    pub t: Interface,
    pub site: &'a Site,
    pub viewer: &'a Viewer,
    pub slug: &'a str,
    pub is_open: bool,
    pub now: Time,
}

/// The reasons for a rejection, as options of a select field.
pub fn reject_choices(t: Interface, chosen: &str) -> Vec<Choice> {
    RejectReason::choices()
        .map(|reason| Choice {
            value: reason.as_str().to_owned(),
            label: reason.label(t),
            chosen: reason.as_str() == chosen,
        })
        .collect()
}

/// The view models of a thread, with the nesting of their lists.
pub fn thread(context: &Context<'_>, thread: &Thread, target: Option<i64>) -> Vec<CommentView> {
    let depths: Vec<usize> = thread
        .rows
        .iter()
        .map(|r| (r.path.len() / 8 - 1).min(INDENTED))
        .collect();
    let mut open = 0;
    let mut views = Vec::with_capacity(thread.rows.len());
    for (at, row) in thread.rows.iter().enumerate() {
        let mut view = comment(context, row, thread);
        let depth = depths[at].min(if at == 0 { 0 } else { open + 1 });
        view.opens = at > 0 && depth > open;
        open = depth;
        let next = depths.get(at + 1).map_or(0, |d| (*d).min(open + 1));
        view.closes = open.saturating_sub(next);
        view.is_target = target == Some(row.id);
        let ends_conversation = thread.rows.get(at + 1).is_none_or(|r| r.path.len() == 8);
        if ends_conversation
            && let Some(root) = row.path.first_chunk::<8>().map(|b| i64::from_be_bytes(*b))
            && let Some(cursor) = thread.more.get(&root)
        {
            view.more_link = paths::conversation_after(context.slug, root, cursor);
        }
        views.push(view);
    }
    views
}

/// The view model of one comment, without nesting.
pub fn comment(context: &Context<'_>, row: &CommentRow, thread: &Thread) -> CommentView {
    let Context {
        t,
        site,
        viewer,
        slug,
        now,
        ..
    } = *context;
    let status = row.status;
    let is_own = viewer.id() == Some(row.author_id);
    let sees = match status {
        Status::Published | Status::Approved => true,
        Status::Pending | Status::Withheld | Status::Rejected => is_own || viewer.is_staff(),
        Status::Deleted => false,
    };
    let mut view = CommentView {
        id: row.id,
        permalink: paths::comment(slug, row.id),
        at: DateView::minute(site, row.created_at),
        ..CommentView::default()
    };
    if !sees {
        view.tombstone = if status == Status::Deleted {
            t.tombstone_deleted()
        } else {
            t.tombstone_hidden()
        };
        let may_undo = is_own && row.deleted_at.is_some_and(|at| now.0 - at.0 <= UNDO_WINDOW);
        if may_undo {
            view.actions.undelete = paths::comment_action(row.id, "undelete");
        }
        return view;
    }
    view.name = shown_name(&row.username, &row.name).to_owned();
    view.username = row.username.clone();
    if !is_deleted(&row.username) {
        view.profile = paths::reader(&row.username);
    }
    view.badge = badge(t, row);
    view.is_edited = row.edited_at.is_some();
    view.html = row.html.clone();
    (view.in_reply_to, view.parent_link) = in_reply_to(context, row, thread);
    (view.notice, view.notice_tone) = notice(t, row, status, is_own);
    if viewer.moderates() && row.open_flags > 0 {
        view.flagged = t.flags_open(row.open_flags);
    }
    view.actions = actions(context, row, status, is_own);
    if thread.flagged.contains(&row.id) {
        view.actions.flag = String::new();
        view.has_flagged = true;
    }
    view
}

/// The name of the author that a comment replies to and the link to their comment; empty if the thread has no parent for it.
fn in_reply_to(context: &Context<'_>, row: &CommentRow, thread: &Thread) -> (String, String) {
    let Some(parent) = row.parent_id else {
        return Default::default();
    };
    let Some((name, is_here)) = thread.parents.get(&parent) else {
        return Default::default();
    };
    let name = match name.as_str() {
        "" => context.t.a_hidden_comment(),
        name => name.to_owned(),
    };
    let link = match is_here {
        true => format!("#comment-{parent}"),
        false => paths::comment(context.slug, parent),
    };
    (name, link)
}

fn badge(t: Interface, row: &CommentRow) -> String {
    if row.is_admin {
        t.badge_admin()
    } else if row.is_editor {
        t.badge_editor()
    } else if row.is_moderator {
        t.badge_moderator()
    } else {
        String::new()
    }
}

/// Status message for author and staff, and its tone.
fn notice(t: Interface, row: &CommentRow, status: Status, is_own: bool) -> (String, &'static str) {
    match (status, is_own) {
        (Status::Pending, true) if row.hold == Hold::NewReader => (t.notice_pending_own(), "warn"),
        (Status::Pending, true) if row.hold == Hold::Article => (t.notice_article_own(), "warn"),
        (Status::Pending, true) => (t.notice_held_own(), "warn"),
        (Status::Pending, false) => (t.notice_pending(), "warn"),
        (Status::Withheld, true) => (t.notice_withheld_own(), "warn"),
        (Status::Withheld, false) => (t.notice_withheld(), "warn"),
        (Status::Rejected, own) => {
            let why = row.reject_reason.label(t);
            let said = if own {
                t.notice_rejected_own(&why)
            } else {
                t.notice_rejected(&why)
            };
            (
                if row.reject_note.is_empty() {
                    said
                } else {
                    format!("{said} {}", t.notice_note(&row.reject_note))
                },
                "accent",
            )
        }
        _ => (String::new(), ""),
    }
}

fn actions(context: &Context<'_>, row: &CommentRow, status: Status, is_own: bool) -> Actions {
    let Context {
        t,
        viewer,
        slug,
        is_open,
        now,
        ..
    } = *context;
    let mut actions = Actions::default();
    let may_write = viewer.account().is_none_or(|a| a.may_write().is_ok());
    if status.is_public() && is_open && may_write {
        actions.reply = paths::comment_action(row.id, "reply");
    }
    if status.is_public() && !is_own && may_write {
        actions.flag = paths::comment_action(row.id, "flag");
    }
    if is_own {
        if status != Status::Rejected && now.0 - row.created_at.0 <= EDIT_WINDOW && may_write {
            actions.edit = paths::comment_action(row.id, "edit");
        }
        actions.delete = paths::comment_action(row.id, "delete");
    }
    if viewer.moderates() {
        actions.approve = paths::moderation_action(row.id, "approve");
        actions.reject = paths::moderation_action(row.id, "reject");
        actions.revision = revision::of_state(row.version, row.moderation_version);
        actions.back = paths::comment(slug, row.id);
        actions.reasons = reject_choices(t, row.reject_reason.as_str());
    }
    actions
}
