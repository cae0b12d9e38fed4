//! Queries for the page of one reader.

use crate::db::schema::{accounts, articles, comments, flags};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::moderation::{RejectReason, Status};
use crate::text::SafeHtml;
use diesel::prelude::*;

/// Comments on a page.
pub const PAGE: i64 = 50;

/// The account of a reader, as far as moderators see it.
#[derive(Clone, Debug, Queryable)]
pub struct Reader {
    pub username: String,
    pub created_at: Time,
    pub is_moderator: bool,
    pub is_editor: bool,
    pub is_admin: bool,
    pub is_writer: bool,
    pub banned_at: Option<Time>,
    pub banned_until: Option<Time>,
    pub ban_reason: String,
    /// The name of their picture; empty = none.
    pub picture: String,
}

impl Reader {
    pub fn is_staff(&self) -> bool {
        self.is_moderator || self.is_editor || self.is_admin || self.is_writer
    }

    pub fn is_banned(&self, now: Time) -> bool {
        self.banned_at.is_some() && self.banned_until.is_none_or(|until| until > now)
    }
}

/// One of their comments.
#[derive(Clone, Debug, Queryable)]
pub struct ReaderComment {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub html: SafeHtml,
    pub status: Status,
    pub reject_reason: RejectReason,
    pub reject_note: String,
    pub created_at: Time,
}

/// An account by id.
///
/// # Errors
/// `NotFound`.
pub fn reader(conn: &mut Conn, id: i64) -> Result<Reader, Error> {
    Ok(accounts::table
        .find(id)
        .select((
            accounts::username,
            accounts::created_at,
            accounts::is_moderator,
            accounts::is_editor,
            accounts::is_admin,
            accounts::is_writer,
            accounts::banned_at,
            accounts::banned_until,
            accounts::ban_reason,
            accounts::picture,
        ))
        .first(conn)?)
}

/// Their comments with ids below `before`, the newest first.
pub fn comments(
    conn: &mut Conn,
    id: i64,
    before: Option<i64>,
) -> Result<Vec<ReaderComment>, Error> {
    Ok(comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(
            comments::author_id
                .eq(id)
                .and(comments::id.lt(before.unwrap_or(i64::MAX))),
        )
        .order(comments::id.desc())
        .limit(PAGE + 1)
        .select((
            comments::id,
            articles::slug,
            articles::title,
            comments::html,
            comments::status,
            comments::reject_reason,
            comments::reject_note,
            comments::created_at,
        ))
        .load(conn)?)
}

/// How many flags they have raised.
pub fn flags_raised(conn: &mut Conn, id: i64) -> Result<i64, Error> {
    Ok(flags::table
        .filter(flags::account_id.eq(id))
        .count()
        .get_result(conn)?)
}
