//! Flags: readers' reports of comments, at most one per reader and comment.

use super::counters;
use super::notify;
use crate::db::schema::{comments, flags};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::moderation::{FlagReason, Policy};
use diesel::prelude::*;

/// Flags a comment. The caller holds the thread's lock and has checked [`has_flagged`].
pub fn flag(
    conn: &mut Conn,
    comment: i64,
    account: i64,
    reason: FlagReason,
    detail: &str,
    policy: &Policy,
    now: Time,
) -> Result<(), Error> {
    diesel::insert_into(flags::table)
        .values((
            flags::comment_id.eq(comment),
            flags::account_id.eq(account),
            flags::reason.eq(reason),
            flags::detail.eq(detail),
            flags::created_at.eq(now.0),
        ))
        .execute(conn)?;
    let became_reported = counters::with_reported_counter(conn, comment, |conn| {
        diesel::update(comments::table.find(comment))
            .set(comments::open_flags.eq(comments::open_flags + 1))
            .execute(conn)?;
        Ok(())
    })?;
    match became_reported {
        true => notify::moderators(conn, policy, now),
        false => Ok(()),
    }
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
