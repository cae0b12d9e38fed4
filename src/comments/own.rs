//! The comments of one account, with any status: for its owner, for their profile, and to erase them.

use super::store::find_locked;
use super::write::delete;
use crate::db::schema::{articles, comment_versions, comments, flags};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log::Actor;
use crate::moderation::{RejectReason, Status};
use crate::text::SafeHtml;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// One of them.
#[derive(Clone, Debug, Queryable)]
pub struct OwnComment {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub body: String,
    pub html: SafeHtml,
    pub status: Status,
    pub reject_reason: RejectReason,
    pub reject_note: String,
    pub created_at: Time,
    pub edited_at: Option<Time>,
    pub deleted_at: Option<Time>,
}

/// A text that a comment has had; the last one is the current.
#[derive(Clone, Debug, Queryable)]
pub struct Version {
    pub comment_id: i64,
    pub body: String,
    pub saved_at: Time,
}

macro_rules! columns {
    () => {
        (
            comments::id,
            articles::slug,
            articles::title,
            comments::body,
            comments::html,
            comments::status,
            comments::reject_reason,
            comments::reject_note,
            comments::created_at,
            comments::edited_at,
            comments::deleted_at,
        )
    };
}

/// Up to `limit` comments of an account, the newest first, that are older than `before` and not deleted. `only_public`: those that
/// everybody sees.
///
/// # Errors
/// Of the database.
pub fn newest(
    conn: &mut Conn,
    author: i64,
    before: Option<i64>,
    only_public: bool,
    limit: i64,
) -> Result<Vec<OwnComment>, Error> {
    let mut wanted = comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(comments::author_id.eq(author))
        .filter(comments::id.lt(before.unwrap_or(i64::MAX)))
        .filter(comments::status.ne(Status::Deleted))
        .order(comments::id.desc())
        .limit(limit)
        .select(columns!())
        .into_boxed();
    if only_public {
        wanted = wanted
            .filter(comments::status.eq_any([Status::Published, Status::Approved]))
            .filter(articles::status.eq("published"));
    }
    Ok(wanted.load(conn)?)
}

/// Up to `limit` comments of an account after this one, the oldest first, deleted ones included.
///
/// # Errors
/// Of the database.
pub fn oldest(
    conn: &mut Conn,
    author: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<OwnComment>, Error> {
    Ok(comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(comments::author_id.eq(author))
        .filter(comments::id.gt(after))
        .order(comments::id)
        .limit(limit)
        .select(columns!())
        .load(conn)?)
}

/// The versions of those of these comments that were edited, by comment, the oldest first.
///
/// # Errors
/// Of the database.
pub fn versions_of(
    conn: &mut Conn,
    comments: &[OwnComment],
) -> Result<BTreeMap<i64, Vec<Version>>, Error> {
    let edited = comments.iter().filter(|one| one.edited_at.is_some());
    let edited: Vec<i64> = edited.map(|one| one.id).collect();
    let all: Vec<Version> = comment_versions::table
        .filter(comment_versions::comment_id.eq_any(edited))
        .order((comment_versions::comment_id, comment_versions::number))
        .select((
            comment_versions::comment_id,
            comment_versions::body,
            comment_versions::saved_at,
        ))
        .load(conn)?;
    let mut by_comment: BTreeMap<i64, Vec<Version>> = BTreeMap::new();
    for version in all {
        by_comment
            .entry(version.comment_id)
            .or_default()
            .push(version);
    }
    Ok(by_comment)
}

/// Flags that an account has raised: comment, reason, detail, time.
///
/// # Errors
/// Of the database.
pub fn flags_by(conn: &mut Conn, account: i64) -> Result<Vec<(i64, String, String, Time)>, Error> {
    Ok(flags::table
        .filter(flags::account_id.eq(account))
        .order(flags::id)
        .select((
            flags::comment_id,
            flags::reason,
            flags::detail,
            flags::created_at,
        ))
        .load(conn)?)
}

/// Empties the details of the flags that an account has raised.
///
/// # Errors
/// Of the database.
pub fn erase_flags(conn: &mut Conn, account: i64) -> Result<(), Error> {
    let raised = flags::table.filter(flags::account_id.eq(account));
    diesel::update(raised)
        .set(flags::detail.eq(""))
        .execute(conn)?;
    Ok(())
}

/// Deletes up to `limit` comments of an account that come after `after`, and their texts at once, all versions. Returns the last
/// one; `None`: there are no more.
///
/// # Errors
/// Of the database.
pub fn erase(
    conn: &mut Conn,
    author: (i64, &str),
    after: i64,
    limit: i64,
    now: Time,
) -> Result<Option<i64>, Error> {
    let ids: Vec<i64> = comments::table
        .filter(comments::author_id.eq(author.0))
        .filter(comments::id.gt(after))
        .order(comments::id)
        .limit(limit)
        .select(comments::id)
        .load(conn)?;
    let actor = Actor::Account {
        id: author.0,
        username: author.1,
    };
    for id in &ids {
        let comment = find_locked(conn, *id)?;
        delete(conn, &comment, actor, now)?;
    }
    let all = comment_versions::table.filter(comment_versions::comment_id.eq_any(ids.clone()));
    diesel::delete(all).execute(conn)?;
    diesel::update(comments::table.filter(comments::id.eq_any(ids.clone())))
        .set((
            comments::body.eq(""),
            comments::html.eq(SafeHtml::default()),
            comments::reject_note.eq(""),
            comments::undo.eq(None::<String>),
            comments::idempotency_key.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(ids.last().copied())
}
