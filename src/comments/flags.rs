//! Flags: readers' reports of comments, at most one per reader and comment.

use super::counters;
use super::notify;
use crate::db::invalidation::{CacheTag, changed};
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
    // Their page no longer offers to flag it.
    changed(conn, CacheTag::Comments(account));
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

/// Opens the flags of a comment that a decision closed at this time. Returns how many.
pub fn reopen(conn: &mut Conn, comment: i64, at: Time) -> Result<usize, Error> {
    let closed = flags::table.filter(flags::comment_id.eq(comment).and(flags::closed_at.eq(at.0)));
    Ok(diesel::update(closed)
        .set(flags::closed_at.eq(None::<i64>))
        .execute(conn)?)
}

/// The comments under an article that an account has flagged.
pub fn flagged_by(conn: &mut Conn, account: i64, article: i64) -> Result<Vec<i64>, Error> {
    Ok(flags::table
        .inner_join(comments::table.on(comments::id.eq(flags::comment_id)))
        .filter(
            flags::account_id
                .eq(account)
                .and(comments::article_id.eq(article)),
        )
        .select(flags::comment_id)
        .load(conn)?)
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
