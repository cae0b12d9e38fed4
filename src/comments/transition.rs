//! The one function that changes a comment's status. It writes the log row, the counters, the flags and what stands in
//! the thread in the same transaction.

use super::store::Comment;
use super::{Status, counters, flags};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::comments;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log;
use crate::search;
use diesel::prelude::*;

/// Who changes a status.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    pub id: i64,
    pub username: &'a str,
}

/// Why a status changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Approve,
    Reject {
        reason: String,
        note: String,
    },
    /// Its author wrote it anew.
    Edit,
    /// Its author deleted it.
    Delete,
    Undelete,
}

impl Act {
    pub fn name(&self) -> &'static str {
        match self {
            Act::Approve => "approve",
            Act::Reject { .. } => "reject",
            Act::Edit => "edit",
            Act::Delete => "delete",
            Act::Undelete => "undelete",
        }
    }
}

/// Moves a comment that was loaded in this transaction, under its lock, to another status.
pub fn transition(
    conn: &mut Conn,
    comment: &Comment,
    to: Status,
    act: &Act,
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    let from = comment.status();
    let (reason, note) = match act {
        Act::Reject { reason, note } => (reason.as_str(), note.as_str()),
        Act::Approve => ("", ""),
        _ => (comment.reject_reason.as_str(), comment.reject_note.as_str()),
    };
    counters::reported(conn, comment.id, |conn| {
        let row = comments::table.find(comment.id);
        diesel::update(row)
            .set((
                comments::status.eq(to.as_str()),
                comments::moderation_version.eq(comment.moderation_version + 1),
                comments::reject_reason.eq(reason),
                comments::reject_note.eq(note),
            ))
            .execute(conn)?;
        // From the number as it is in the row now, not as it was when the comment was loaded.
        match to.is_public() {
            true => diesel::update(row)
                .set(comments::is_shown.eq(true))
                .execute(conn)?,
            false => diesel::update(row)
                .set(comments::is_shown.eq(comments::public_replies.gt(0)))
                .execute(conn)?,
        };
        match act {
            Act::Approve | Act::Reject { .. } => {
                diesel::update(row)
                    .set((
                        comments::moderated_at.eq(Some(now.0)),
                        comments::hold.eq(""),
                        comments::open_flags.eq(0),
                    ))
                    .execute(conn)?;
                flags::close(conn, comment.id, now)?;
            }
            Act::Delete => {
                diesel::update(row)
                    .set((
                        comments::deleted_at.eq(Some(now.0)),
                        comments::status_before_delete.eq(Some(from.as_str())),
                    ))
                    .execute(conn)?;
            }
            Act::Undelete => {
                diesel::update(row)
                    .set((
                        comments::deleted_at.eq(None::<i64>),
                        comments::status_before_delete.eq(None::<String>),
                    ))
                    .execute(conn)?;
            }
            Act::Edit => {}
        }
        Ok(())
    })?;
    counters::count(
        conn,
        comment.article_id,
        &comment.path,
        comment.parent_id,
        Some(from),
        Some(to),
    )?;
    if from.is_public() && !to.is_public() {
        search::index::drop_comment(conn, comment.id, comment.created_at)?;
    } else if to.is_public() && !from.is_public() {
        search::index::put_comments(conn, &[comment.indexed()])?;
    }
    changed(conn, CacheTag::Comments(comment.author_id));
    if from.is_public() != to.is_public() || from == Status::Deleted || to == Status::Deleted {
        // What stands in its place, even where no count moved.
        changed(conn, CacheTag::Thread(comment.article_id));
    }
    let entry = log::Entry {
        action: act.name(),
        comment: Some(comment.id),
        actor: actor.username,
        actor_id: Some(actor.id),
        subject: "",
        from: from.as_str(),
        to: to.as_str(),
        version: comment.version,
        reason: if matches!(act, Act::Reject { .. }) {
            reason
        } else {
            ""
        },
        note: if matches!(act, Act::Reject { .. }) {
            note
        } else {
            ""
        },
    };
    log::store::write(conn, &entry, now)
}
