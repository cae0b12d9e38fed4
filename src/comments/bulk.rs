//! Bulk insertion of comments for `masthead demo`: derived values that [`super::write`] maintains are given by the
//! caller.

use super::{CommentBody, counters};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{comment_versions, comments, flags};
use crate::db::{Conn, Time};
use crate::either;
use crate::error::Error;
use crate::moderation::{FlagReason, Hold, RejectReason, Status};
use crate::search::{self, index::IndexedComment};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A comment to insert, with its path and reply count already computed.
#[derive(Clone, Debug)]
pub struct NewComment {
    pub id: i64,
    pub article: i64,
    pub author: i64,
    pub parent: Option<i64>,
    pub path: Vec<u8>,
    pub body: Arc<CommentBody>,
    pub status: Status,
    pub public_replies: i64,
    pub at: Time,
    /// Accounts that have flagged it.
    pub flagged_by: Vec<i64>,
}

/// Rows per statement: SQLite allows 32,766 bound values, PostgreSQL 65,535.
const AT_ONCE: usize = 1000;

/// Reserves `many` consecutive ids in the sequence; returns the first.
pub fn reserve(conn: &mut Conn, many: i64) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Last {
        #[diesel(sql_type = BigInt)]
        last: i64,
    }
    let first = "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) AS last FROM sqlite_sequence WHERE name = 'comments'";
    match conn {
        Conn::Sqlite(_) => {
            let last: Last = diesel::sql_query(first).get_result(conn)?;
            let moved =
                diesel::sql_query("UPDATE sqlite_sequence SET seq = $1 WHERE name = 'comments'")
                    .bind::<BigInt, _>(last.last + many)
                    .execute(conn)?;
            if moved == 0 {
                diesel::sql_query(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('comments', $1)",
                )
                .bind::<BigInt, _>(many)
                .execute(conn)?;
            }
            Ok(last.last + 1)
        }
        Conn::Postgres(_) => {
            // No other transaction may take an id meanwhile.
            diesel::sql_query("LOCK TABLE comments IN SHARE ROW EXCLUSIVE MODE").execute(conn)?;
            let last: Last = diesel::sql_query(
                "SELECT setval(pg_get_serial_sequence('comments', 'id'), nextval(pg_get_serial_sequence('comments', 'id')) + $1) AS last",
            )
            .bind::<BigInt, _>(many)
            .get_result(conn)?;
            Ok(last.last - many + 1)
        }
    }
}

/// Inserts rows whose articles, authors and parents exist.
pub fn insert(conn: &mut Conn, rows: &[NewComment]) -> Result<(), Error> {
    changed(conn, CacheTag::Everything);
    for rows in rows.chunks(AT_ONCE) {
        insert_comments(conn, rows)?;
        insert_versions(conn, rows)?;
        insert_flags(conn, rows)?;
    }
    let public = rows.iter().filter(|row| row.status.is_public());
    let said: Vec<IndexedComment<'_>> = public
        .map(|row| IndexedComment {
            id: row.id,
            author: row.author,
            at: row.at,
            text: &row.body.text,
        })
        .collect();
    for said in said.chunks(search::index::AT_ONCE) {
        search::index::index_comments(conn, said)?;
    }
    count(conn, rows)
}

fn insert_comments(conn: &mut Conn, rows: &[NewComment]) -> Result<(), Error> {
    let values: Vec<_> = rows
        .iter()
        .map(|row| {
            let looked = matches!(row.status, Status::Approved | Status::Rejected);
            let is_deleted = row.status == Status::Deleted;
            let later = |yes: bool| yes.then_some(row.at.0 + Time::HOUR);
            (
                (
                    comments::id.eq(row.id),
                    comments::article_id.eq(row.article),
                    comments::author_id.eq(row.author),
                    comments::parent_id.eq(row.parent),
                    comments::path.eq(row.path.as_slice()),
                    comments::depth.eq((row.path.len() / 8 - 1) as i64),
                ),
                (
                    comments::body.eq(row.body.text.as_str()),
                    comments::html.eq(&row.body.html),
                    comments::status.eq(row.status),
                    comments::hold.eq(match row.status {
                        Status::Pending => Hold::NewReader,
                        _ => Hold::None,
                    }),
                    comments::reject_reason.eq(match row.status {
                        Status::Rejected => RejectReason::OffTopic,
                        _ => RejectReason::None,
                    }),
                ),
                (
                    comments::is_shown.eq(row.status.is_public() || row.public_replies > 0),
                    comments::public_replies.eq(row.public_replies),
                    comments::open_flags.eq(row.flagged_by.len() as i64),
                    comments::created_at.eq(row.at.0),
                ),
                (
                    comments::moderated_at.eq(later(looked)),
                    comments::deleted_at.eq(later(is_deleted)),
                    comments::status_before_delete.eq(is_deleted.then_some(Status::Approved)),
                ),
            )
        })
        .collect();
    either!(conn, |c| diesel::insert_into(comments::table)
        .values(&values)
        .execute(c))?;
    Ok(())
}

fn insert_versions(conn: &mut Conn, rows: &[NewComment]) -> Result<(), Error> {
    let versions: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                comment_versions::comment_id.eq(row.id),
                comment_versions::number.eq(1_i64),
                comment_versions::body.eq(row.body.text.as_str()),
                comment_versions::saved_at.eq(row.at.0),
            )
        })
        .collect();
    either!(conn, |c| diesel::insert_into(comment_versions::table)
        .values(&versions)
        .execute(c))?;
    Ok(())
}

fn insert_flags(conn: &mut Conn, rows: &[NewComment]) -> Result<(), Error> {
    let raised: Vec<_> = rows
        .iter()
        .flat_map(|row| row.flagged_by.iter().map(move |account| (row, *account)))
        .map(|(row, account)| {
            (
                flags::comment_id.eq(row.id),
                flags::account_id.eq(account),
                flags::reason.eq(FlagReason::OffTopic),
                flags::detail.eq(""),
                flags::created_at.eq(row.at.0 + Time::HOUR),
            )
        })
        .collect();
    if !raised.is_empty() {
        either!(conn, |c| diesel::insert_into(flags::table)
            .values(&raised)
            .execute(c))?;
    }
    Ok(())
}

/// Updates the counters for the inserted rows: comments by status, reported comments, public comments per article.
fn count(conn: &mut Conn, rows: &[NewComment]) -> Result<(), Error> {
    let mut statuses: BTreeMap<&str, i64> = BTreeMap::new();
    let mut public: BTreeMap<i64, i64> = BTreeMap::new();
    for row in rows {
        *statuses.entry(row.status.as_str()).or_default() += 1;
        *public.entry(row.article).or_default() += i64::from(row.status.is_public());
        if !row.flagged_by.is_empty() {
            *statuses.entry(counters::REPORTED).or_default() += 1;
        }
    }
    // Always in the same order, to avoid deadlocks.
    for (status, many) in statuses {
        counters::add(conn, status, many)?;
    }
    for (article, many) in public {
        counters::add_public(conn, article, many)?;
    }
    Ok(())
}
