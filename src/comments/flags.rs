//! Flags: readers' reports of comments, at most one per reader and comment.

use super::counters;
use crate::db::schema::{comments, flags};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::moderation::{FlagReason, Policy};
use diesel::prelude::*;

/// Flags a comment; the caller holds the thread's lock. `false`: this reader has flagged it before, nothing changes.
pub fn flag(
    conn: &mut Conn,
    comment: i64,
    account: i64,
    reason: FlagReason,
    detail: &str,
    policy: &Policy,
    now: Time,
) -> Result<bool, Error> {
    if has_flagged(conn, comment, account)? {
        return Ok(false);
    }
    diesel::insert_into(flags::table)
        .values((
            flags::comment_id.eq(comment),
            flags::account_id.eq(account),
            flags::reason.eq(reason),
            flags::detail.eq(detail),
            flags::created_at.eq(now.0),
        ))
        .execute(conn)?;
    counters::with_reported_counter(conn, comment, |conn| {
        diesel::update(comments::table.find(comment))
            .set(comments::open_flags.eq(comments::open_flags + 1))
            .execute(conn)?;
        Ok(())
    })?;
    if policy.notify_moderators {
        jobs::enqueue(conn, &Job::NotifyModerators, now)?;
    }
    Ok(true)
}

pub fn has_flagged(conn: &mut Conn, comment: i64, account: i64) -> Result<bool, Error> {
    let known = flags::table.filter(
        flags::comment_id
            .eq(comment)
            .and(flags::account_id.eq(account)),
    );
    Ok(known
        .select(flags::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// Closes all open flags of a comment after a moderator's decision.
pub fn close(conn: &mut Conn, comment: i64, now: Time) -> Result<(), Error> {
    diesel::update(
        flags::table.filter(
            flags::comment_id
                .eq(comment)
                .and(flags::closed_at.is_null()),
        ),
    )
    .set(flags::closed_at.eq(Some(now.0)))
    .execute(conn)?;
    Ok(())
}
