//! Queries for single comments. No other feature writes comments, their versions, counters and flags.

use super::row::{COLUMNS, Columns, CommentRow, RowValues};
use super::{PURGE_AFTER, counters};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::prepared::prepared;
use crate::db::schema::{accounts, articles, comment_counts, comment_versions, comments};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::moderation::{Hold, RejectReason, Status};
use crate::search;
use crate::text::SafeHtml;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use std::collections::HashMap;

/// The columns of a comment that are needed to edit, delete or moderate it.
#[derive(Clone, Debug, Queryable)]
pub struct Comment {
    pub id: i64,
    pub article_id: i64,
    pub author_id: i64,
    pub parent_id: Option<i64>,
    pub path: Vec<u8>,
    pub body: String,
    pub version: i64,
    pub moderation_version: i64,
    pub status: Status,
    pub hold: Hold,
    pub reject_reason: RejectReason,
    pub reject_note: String,
    pub public_replies: i64,
    pub created_at: Time,
    pub edited_at: Option<Time>,
    pub deleted_at: Option<Time>,
    pub status_before_delete: Option<Status>,
    pub slug: String,
    pub is_article_moderated: bool,
}

impl Comment {
    /// The comment's entry for the search index.
    pub fn indexed(&self) -> search::index::IndexedComment<'_> {
        search::index::IndexedComment {
            id: self.id,
            author: self.author_id,
            at: self.created_at,
            text: &self.body,
        }
    }
}

/// The article that a thread belongs to.
#[derive(Clone, Debug, Queryable)]
pub struct ArticleThread {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub is_open: bool,
    /// Comments wait for a moderator.
    pub is_moderated: bool,
}

/// # Errors
/// `NotFound` for an article that is not published.
pub fn article_thread(conn: &mut Conn, slug: &str) -> Result<ArticleThread, Error> {
    Ok(articles::table
        .filter(articles::slug.eq(slug))
        // A literal, not a parameter: SQLite would prepare the statement again each time, because the choice of a
        // partial index may depend on the value.
        .filter(sql::<Bool>("articles.status = 'published'"))
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::comments_open,
            articles::comments_moderated,
        ))
        .first(conn)?)
}

/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, id: i64) -> Result<Comment, Error> {
    Ok(comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(comments::id.eq(id))
        .select((
            comments::id,
            comments::article_id,
            comments::author_id,
            comments::parent_id,
            comments::path,
            comments::body,
            comments::version,
            comments::moderation_version,
            comments::status,
            comments::hold,
            comments::reject_reason,
            comments::reject_note,
            comments::public_replies,
            comments::created_at,
            comments::edited_at,
            comments::deleted_at,
            comments::status_before_delete,
            articles::slug,
            articles::comments_moderated,
        ))
        .first(conn)?)
}

/// [`find`] after locking the comment's thread, whose counters must change consistently.
pub fn find_locked(conn: &mut Conn, id: i64) -> Result<Comment, Error> {
    let seen = find(conn, id)?;
    lock_thread(conn, seen.article_id)?;
    find(conn, id)
}

pub(super) fn lock_thread(conn: &mut Conn, article: i64) -> Result<(), Error> {
    lock(conn, &format!("thread:{article}"))
}

/// [`find_locked`] for a comment of this author.
///
/// # Errors
/// `NotFound` if it has another author.
pub fn owned(conn: &mut Conn, id: i64, author: i64) -> Result<Comment, Error> {
    let comment = find_locked(conn, id)?;
    if comment.author_id == author {
        Ok(comment)
    } else {
        Err(Error::NotFound)
    }
}

/// Erases the text of comments deleted longer than [`PURGE_AFTER`] ago, at most 1,000 at a time; returns how many.
pub fn purge(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let old: Vec<i64> = comments::table
        .filter(sql::<Bool>(
            "comments.status = 'deleted' AND comments.body <> ''",
        ))
        .filter(comments::deleted_at.lt(now.0 - PURGE_AFTER))
        .select(comments::id)
        .limit(1000)
        .load(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    diesel::delete(
        comment_versions::table.filter(comment_versions::comment_id.eq_any(old.clone())),
    )
    .execute(conn)?;
    Ok(
        diesel::update(comments::table.filter(comments::id.eq_any(old)))
            .set((
                comments::body.eq(""),
                comments::html.eq(SafeHtml::default()),
            ))
            .execute(conn)?,
    )
}

/// Limit of the counts in [`records`], so that their cost is bounded for readers with many comments.
pub const MAX_RECORD_COUNT: i64 = 25;

/// Number of approved and of rejected comments of each of these readers, each counted up to [`MAX_RECORD_COUNT`].
pub fn records(conn: &mut Conn, authors: &[i64]) -> Result<HashMap<i64, (i64, i64)>, Error> {
    #[derive(QueryableByName)]
    struct Record {
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(sql_type = BigInt)]
        approved: i64,
        #[diesel(sql_type = BigInt)]
        rejected: i64,
    }
    if authors.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<String> = authors.iter().map(ToString::to_string).collect();
    let count = |status: Status| {
        format!(
            "(SELECT COUNT(*) FROM (SELECT 1 FROM comments c WHERE c.author_id = a.id AND c.status = '{}' LIMIT {MAX_RECORD_COUNT}) s)",
            status.as_str()
        )
    };
    let query = format!(
        "SELECT a.id, {} AS approved, {} AS rejected FROM accounts a WHERE a.id IN ({})",
        count(Status::Approved),
        count(Status::Rejected),
        ids.join(", ")
    );
    let records: Vec<Record> = diesel::sql_query(query).load(conn)?;
    Ok(records
        .into_iter()
        .map(|r| (r.id, (r.approved, r.rejected)))
        .collect())
}

/// Deletes all comments on these articles.
pub fn remove_threads(conn: &mut Conn, articles: &[i64]) -> Result<(), Error> {
    let mut articles = articles.to_vec();
    articles.sort_unstable();
    for article in &articles {
        lock_thread(conn, *article)?;
        let rows: Vec<(String, i64)> = comments::table
            .filter(comments::article_id.eq(article))
            .group_by(comments::status)
            .select((comments::status, diesel::dsl::count(comments::id)))
            .load(conn)?;
        for (status, total) in rows {
            diesel::update(comment_counts::table.find(status))
                .set(comment_counts::total.eq(comment_counts::total - total))
                .execute(conn)?;
        }
        let public: Vec<(i64, Time)> = comments::table
            .filter(comments::article_id.eq(article))
            .filter(comments::is_shown)
            .select((comments::id, comments::created_at))
            .load(conn)?;
        for (id, at) in public {
            search::index::remove_comment(conn, id, at)?;
        }
        let reported = counters::reported_under(conn, *article)?;
        counters::add(conn, counters::REPORTED, -reported)?;
        diesel::delete(comments::table.filter(comments::article_id.eq(article))).execute(conn)?;
        changed(conn, CacheTag::Thread(*article));
    }
    Ok(())
}

/// The HTML of a comment, regardless of its status.
pub fn text_of(conn: &mut Conn, id: i64) -> Result<SafeHtml, Error> {
    Ok(comments::table
        .find(id)
        .select(comments::html)
        .first(conn)?)
}

/// Username and display name of a comment's author.
pub fn author_name(conn: &mut Conn, author: i64) -> Result<(String, String), Error> {
    Ok(accounts::table
        .find(author)
        .select((accounts::username, accounts::name))
        .first(conn)?)
}

/// The latest public comments on an article, roots and replies.
pub fn latest(conn: &mut Conn, article: i64, most: i64) -> Result<Vec<CommentRow>, Error> {
    let rows: Vec<RowValues> = prepared::<Columns>(format!("SELECT {COLUMNS}"))
        .text(" WHERE c.article_id = ")
        .int(article)
        .text(" AND c.is_shown AND c.status IN ('published', 'approved') ORDER BY c.created_at DESC, c.id DESC LIMIT ")
        .int(most)
        .load(conn)?;
    Ok(rows.into_iter().map(CommentRow::from).collect())
}
