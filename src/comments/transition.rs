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
use serde::{Deserialize, Serialize};

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
    /// The approval by which it was released has been taken back.
    HoldAgain,
    /// A moderator takes their last decision back.
    Undo(Box<BeforeDecision>),
    /// Its author deleted it.
    Delete,
    Undelete,
}

/// What a moderator's decision changes in a comment besides its status, stored so that it can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeDecision {
    hold: String,
    reject_reason: String,
    reject_note: String,
    moderated_at: Option<i64>,
    /// When the decision was made: the flags that it closed have this time.
    at: i64,
}

impl BeforeDecision {
    fn of(comment: &Comment, moderated_at: Option<i64>, at: Time) -> BeforeDecision {
        BeforeDecision {
            hold: comment.hold.as_str().to_owned(),
            reject_reason: comment.reject_reason.as_str().to_owned(),
            reject_note: comment.reject_note.clone(),
            moderated_at,
            at: at.0,
        }
    }

    /// When an approval was made that may have released other comments of its author, which waited for it alone.
    pub fn released_others_at(&self) -> Option<Time> {
        (self.hold == Hold::NewReader.as_str()).then_some(Time(self.at))
    }

    /// What the last decision on a comment changed; `None` if there was none since its status changed otherwise.
    ///
    /// # Errors
    /// Of the database.
    pub fn load(conn: &mut Conn, comment: i64) -> Result<Option<BeforeDecision>, Error> {
        let stored: Option<String> = comments::table
            .find(comment)
            .select(comments::undo)
            .first(conn)?;
        Ok(stored.and_then(|stored| serde_json::from_str(&stored).ok()))
    }
}

impl Action {
    pub fn name(&self) -> &'static str {
        match self {
            Action::Approve => "approve",
            Action::Reject { .. } => "reject",
            Action::Edit { .. } => "edit",
            Action::Release => "release",
            Action::HoldAgain => "hold",
            Action::Undo(_) => "undo",
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
        Action::Undo(before) => (
            RejectReason::parse(&before.reject_reason).unwrap_or(RejectReason::None),
            before.reject_note.as_str(),
        ),
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
    let moderated_at: Option<i64> = row.select(comments::moderated_at).first(conn)?;
    let before = BeforeDecision::of(comment, moderated_at, now);
    diesel::update(row)
        .set((
            comments::undo.eq(None::<String>),
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
        Action::Approve | Action::Reject { .. } => record_decision(conn, comment, before, now)?,
        Action::Undo(before) => take_back(conn, comment.id, before)?,
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
        Action::HoldAgain => {
            diesel::update(row)
                .set(comments::hold.eq(Hold::NewReader))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// What a moderator's decision changes besides the status; it closes the flags.
fn record_decision(
    conn: &mut Conn,
    comment: &Comment,
    before: BeforeDecision,
    now: Time,
) -> Result<(), Error> {
    diesel::update(comments::table.find(comment.id))
        .set((
            comments::undo.eq(serde_json::to_string(&before).ok()),
            comments::moderated_at.eq(Some(now.0)),
            comments::hold.eq(Hold::None),
            comments::open_flags.eq(0),
        ))
        .execute(conn)?;
    flags::close(conn, comment.id, now)
}

/// Gives back what a decision changed, and opens the flags that it closed.
fn take_back(conn: &mut Conn, id: i64, before: &BeforeDecision) -> Result<(), Error> {
    let reopened = flags::reopen(conn, id, Time(before.at))?;
    diesel::update(comments::table.find(id))
        .set((
            comments::moderated_at.eq(before.moderated_at),
            comments::hold.eq(Hold::parse(&before.hold).unwrap_or(Hold::Other)),
            comments::open_flags.eq(comments::open_flags + reopened as i64),
        ))
        .execute(conn)?;
    Ok(())
}
