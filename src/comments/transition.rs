//! [`transition`], the only function that changes a comment's status. It updates the log, the counters, the flags and
//! the comment's visibility in the same transaction.

use super::store::Comment;
use super::{counters, flags};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::comments;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::moderation::{Hold, RejectReason, Status};
use crate::search;
use diesel::prelude::*;

/// What changes a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Approve,
    Reject {
        reason: RejectReason,
        note: String,
    },
    /// Its author changed the text; a rule may hold the new one.
    Edit {
        hold: Hold,
    },
    /// Was held because its author was new; a moderator has since approved another comment of the author.
    Release,
    /// Its author deleted it.
    Delete,
    Undelete,
}

impl Action {
    pub fn name(&self) -> &'static str {
        match self {
            Action::Approve => "approve",
            Action::Reject { .. } => "reject",
            Action::Edit { .. } => "edit",
            Action::Release => "release",
            Action::Delete => "delete",
            Action::Undelete => "undelete",
        }
    }
}

/// Changes the status of a comment that was loaded in this transaction, under its thread's lock.
pub fn transition(
    conn: &mut Conn,
    comment: &Comment,
    to: Status,
    action: &Action,
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    let from = comment.status;
    let (reason, note) = match action {
        Action::Reject { reason, note } => (*reason, note.as_str()),
        Action::Approve => (RejectReason::None, ""),
        _ => (comment.reject_reason, comment.reject_note.as_str()),
    };
    counters::with_reported_counter(conn, comment.id, |conn| {
        update_row(conn, comment, to, action, (reason, note), now)
    })?;
    counters::apply_change(
        conn,
        comment.article_id,
        &comment.path,
        comment.parent_id,
        Some(from),
        Some(to),
    )?;
    if from.is_public() && !to.is_public() {
        search::index::remove_comment(conn, comment.id, comment.created_at)?;
    } else if to.is_public() && !from.is_public() {
        search::index::index_comments(conn, &[comment.indexed()])?;
    }
    changed(conn, CacheTag::Comments(comment.author_id));
    if from.is_public() != to.is_public() || from == Status::Deleted || to == Status::Deleted {
        // The comment or its tombstone changes on the page even if no counter does.
        changed(conn, CacheTag::Thread(comment.article_id));
    }
    let is_rejection = matches!(action, Action::Reject { .. });
    let entry = log::Entry {
        comment: Some(comment.id),
        from: from.as_str(),
        to: to.as_str(),
        version: comment.version,
        reason: if is_rejection { reason.as_str() } else { "" },
        note: if is_rejection { note } else { "" },
        ..log::Entry::new(action.name(), actor)
    };
    log::store::write(conn, &entry, now)
}

/// Sets the status, and what else the action changes in the row and its flags.
fn update_row(
    conn: &mut Conn,
    comment: &Comment,
    to: Status,
    action: &Action,
    (reason, note): (RejectReason, &str),
    now: Time,
) -> Result<(), Error> {
    let row = comments::table.find(comment.id);
    diesel::update(row)
        .set((
            comments::status.eq(to),
            comments::moderation_version.eq(comment.moderation_version + 1),
            comments::reject_reason.eq(reason),
            comments::reject_note.eq(note),
        ))
        .execute(conn)?;
    // Computed from the current reply count in the row, which may have changed since the comment was loaded.
    match to.is_public() {
        true => diesel::update(row)
            .set(comments::is_shown.eq(true))
            .execute(conn)?,
        false => diesel::update(row)
            .set(comments::is_shown.eq(comments::public_replies.gt(0)))
            .execute(conn)?,
    };
    match action {
        Action::Approve | Action::Reject { .. } => {
            diesel::update(row)
                .set((
                    comments::moderated_at.eq(Some(now.0)),
                    comments::hold.eq(Hold::None),
                    comments::open_flags.eq(0),
                ))
                .execute(conn)?;
            flags::close(conn, comment.id, now)?;
        }
        Action::Delete => {
            diesel::update(row)
                .set((
                    comments::deleted_at.eq(Some(now.0)),
                    comments::status_before_delete.eq(Some(comment.status)),
                ))
                .execute(conn)?;
        }
        Action::Undelete => {
            diesel::update(row)
                .set((
                    comments::deleted_at.eq(None::<i64>),
                    comments::status_before_delete.eq(None::<Status>),
                ))
                .execute(conn)?;
        }
        Action::Edit { hold } => {
            diesel::update(row)
                .set(comments::hold.eq(*hold))
                .execute(conn)?;
        }
        Action::Release => {
            diesel::update(row)
                .set(comments::hold.eq(Hold::None))
                .execute(conn)?;
        }
    }
    Ok(())
}
