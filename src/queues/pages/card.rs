//! A comment as a queue shows it: what it says, why it is there, and who wrote it.

use crate::comments::revision;
use crate::comments::row::CommentRow;
use crate::comments::store::MAX_RECORD_COUNT;
use crate::comments::view::reject_choices;
use crate::interface::Interface;
use crate::moderation::{FlagReason, Hold, Status};
use crate::paths;
use crate::queues::store::QueueItem;
use crate::text::{self, SafeHtml};
use crate::web::fields::{Choice, Link};
use crate::web::{DateView, State};
use std::collections::HashMap;

/// View model of a comment in a queue.
pub struct Card {
    pub id: i64,
    pub username: String,
    pub profile: String,
    pub joined: DateView,
    pub approved: String,
    pub rejected: String,
    pub article: Link,
    pub permalink: String,
    pub at: DateView,
    pub in_reply_to: String,
    pub parent_excerpt: String,
    pub why: Vec<String>,
    pub html: SafeHtml,
    pub approve: String,
    pub reject: String,
    pub revision: String,
    pub back: String,
    pub reasons: Vec<Choice>,
    pub note: String,
    pub is_deleted: bool,
    /// Value of its checkbox for bulk actions; empty = none.
    pub pick: String,
    pub is_picked: bool,
    /// What is wrong with the form that was sent for it.
    pub error: String,
}

pub(super) type Records = HashMap<i64, (i64, i64)>;
pub(super) type Flags = HashMap<i64, Vec<(FlagReason, String)>>;

/// The count, with a plus if counting stopped at [`MAX_RECORD_COUNT`].
fn capped_count(counted: i64) -> String {
    if counted < MAX_RECORD_COUNT {
        counted.to_string()
    } else {
        format!("{MAX_RECORD_COUNT}+")
    }
}

/// Why a comment is in a queue, or how it stands.
fn why(t: Interface, row: &CommentRow, flags: &Flags) -> Vec<String> {
    let mut why = Vec::new();
    match (row.status, row.hold) {
        (Status::Pending, Hold::NewReader) => why.push(t.why_first()),
        (Status::Pending, Hold::Article) => why.push(t.why_article()),
        (Status::Pending, _) => why.push(t.notice_pending()),
        (Status::Withheld, _) => why.push(t.notice_withheld()),
        (Status::Rejected, _) => {
            why.push(t.notice_rejected(&row.reject_reason.label(t)));
            if !row.reject_note.is_empty() {
                why.push(t.notice_note(&row.reject_note));
            }
        }
        (Status::Approved, _) if row.open_flags > 0 => why.push(t.why_flagged_again()),
        (Status::Approved, _) => why.push(t.status_approved()),
        (Status::Deleted, _) => why.push(t.tombstone_deleted()),
        (Status::Published, _) => {}
    }
    for (code, detail) in flags.get(&row.id).into_iter().flatten() {
        why.push(if detail.is_empty() {
            t.why_flag(&code.label(t))
        } else {
            t.why_flag_detail(&code.label(t), detail)
        });
    }
    if row.edited_at.is_some() {
        why.push(t.why_edited());
    }
    why
}

pub(super) fn card(
    state: &State,
    waiting: &QueueItem,
    records: &Records,
    flags: &Flags,
    back: &str,
) -> Card {
    let (t, site) = (state.t(), state.site());
    let (row, place) = (&waiting.comment, &waiting.place);
    let why = why(t, row, flags);
    let (approved, rejected) = records.get(&row.author_id).copied().unwrap_or_default();
    Card {
        id: row.id,
        username: row.username.clone(),
        profile: paths::admin_reader(row.author_id),
        joined: DateView::day(&site, place.joined_at),
        approved: capped_count(approved),
        rejected: capped_count(rejected),
        article: Link {
            href: paths::article(&place.slug),
            text: place.title.clone(),
        },
        permalink: paths::comment(&place.slug, row.id),
        at: DateView::minute(&site, row.created_at),
        in_reply_to: place.parent_username.clone().unwrap_or_default(),
        parent_excerpt: place
            .parent_body
            .as_deref()
            .map(|b| text::excerpt(b, 160))
            .unwrap_or_default(),
        why,
        html: row.html.clone(),
        approve: paths::moderation_action(row.id, "approve"),
        reject: paths::moderation_action(row.id, "reject"),
        revision: revision::of_state(row.version, row.moderation_version),
        back: back.to_owned(),
        reasons: reject_choices(t, row.reject_reason.as_str()),
        note: String::new(),
        is_deleted: row.status == Status::Deleted,
        pick: String::new(),
        is_picked: false,
        error: String::new(),
    }
}
