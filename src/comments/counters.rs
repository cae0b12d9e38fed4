//! Stored counters (comments by status, public comments per article, public replies per comment), updated in the
//! transaction that changes a comment.

use super::{Status, path};
use crate::db::Conn;
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{comment_counts, comments, threads};
use crate::either;
use crate::error::Error;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::BTreeSet;

/// Updates the counters for a comment that is inserted, deleted or changes its status: by status, of the article, and
/// of all its ancestors.
pub(super) fn apply_change(
    conn: &mut Conn,
    article: i64,
    path: &[u8],
    parent: Option<i64>,
    from: Option<Status>,
    to: Option<Status>,
) -> Result<(), Error> {
    // Always in the same order, to avoid deadlocks.
    let mut changes: Vec<(&str, i64)> = from
        .map(|s| (s.as_str(), -1))
        .into_iter()
        .chain(to.map(|s| (s.as_str(), 1)))
        .collect();
    changes.sort_unstable();
    for (status, change) in changes.into_iter().filter(|_| from != to) {
        add(conn, status, change)?;
    }
    let public = |s: Option<Status>| i64::from(s.is_some_and(Status::is_public));
    let change = public(to) - public(from);
    if change == 0 {
        return Ok(());
    }
    changed(conn, CacheTag::Thread(article));
    add_public(conn, article, change)?;
    let ids = path::ids(path);
    let above: BTreeSet<i64> = ids[..ids.len() - 1].iter().copied().chain(parent).collect();
    for id in above {
        let row = comments::table.find(id);
        diesel::update(row)
            .set(comments::public_replies.eq(comments::public_replies + change))
            .execute(conn)?;
        let public = [Status::Approved, Status::Published];
        diesel::update(row)
            .set(
                comments::is_shown.eq(comments::public_replies
                    .gt(0)
                    .or(comments::status.eq_any(public))),
            )
            .execute(conn)?;
    }
    Ok(())
}

/// Row of `comment_counts` for the comments that match [`super::REPORTED`].
pub(super) const REPORTED: &str = "reported";

/// Runs `work`, which changes one comment under its thread's lock, and updates the number of reported comments. Returns whether
/// the comment has become reported.
pub(super) fn with_reported_counter(
    conn: &mut Conn,
    id: i64,
    work: impl FnOnce(&mut Conn) -> Result<(), Error>,
) -> Result<bool, Error> {
    let before = is_reported(conn, id)?;
    work(conn)?;
    let change = is_reported(conn, id)? - before;
    if change != 0 {
        add(conn, REPORTED, change)?;
    }
    Ok(change > 0)
}

/// 1 if the comment matches [`super::REPORTED`], else 0.
fn is_reported(conn: &mut Conn, id: i64) -> Result<i64, Error> {
    let it = comments::table.filter(comments::id.eq(id));
    Ok(it
        .filter(sql::<Bool>(super::REPORTED))
        .count()
        .get_result(conn)?)
}

/// Number of reported comments on one article.
pub(super) fn reported_under(conn: &mut Conn, article: i64) -> Result<i64, Error> {
    let under = comments::table.filter(comments::article_id.eq(article));
    Ok(under
        .filter(sql::<Bool>(super::REPORTED))
        .count()
        .get_result(conn)?)
}

pub(super) fn add(conn: &mut Conn, row: &str, change: i64) -> Result<(), Error> {
    if crate::web::viewer::WAITING.contains(&row) {
        changed(conn, CacheTag::Waiting);
    }
    either!(conn, |c| diesel::insert_into(comment_counts::table)
        .values((
            comment_counts::status.eq(row),
            comment_counts::total.eq(change)
        ))
        .on_conflict(comment_counts::status)
        .do_update()
        .set(comment_counts::total.eq(comment_counts::total + change))
        .execute(c))?;
    Ok(())
}

/// Adds `change` to the number of public comments of an article.
pub(super) fn add_public(conn: &mut Conn, article: i64, change: i64) -> Result<(), Error> {
    either!(conn, |c| diesel::insert_into(threads::table)
        .values((
            threads::article_id.eq(article),
            threads::public_comments.eq(change)
        ))
        .on_conflict(threads::article_id)
        .do_update()
        .set(threads::public_comments.eq(threads::public_comments + change))
        .execute(c))?;
    Ok(())
}
