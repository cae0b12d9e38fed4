//! What was published and what is scheduled in a span of time.

use crate::db::prepared::prepared;
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

/// The most of one span.
pub const MOST_DATED: i64 = 1_000;

/// An article, or a change of one, with its time.
#[derive(Clone, Debug)]
pub struct Dated {
    pub id: i64,
    pub title: String,
    pub at: Time,
    pub is_scheduled: bool,
}

/// Publications from the first time to before the second, in their order. `owner`: whose; `None` = everybody's.
///
/// # Errors
/// Of the database.
pub fn dated(
    conn: &mut Conn,
    (from, to): (Time, Time),
    owner: Option<i64>,
) -> Result<Vec<Dated>, Error> {
    type Columns = (BigInt, Text, BigInt, Bool);
    let mut all: Vec<Dated> = Vec::new();
    for (select, at) in [
        (
            "SELECT articles.id, articles.title, articles.published_at, FALSE FROM articles WHERE (articles.status || '') = 'published'",
            "articles.published_at",
        ),
        (
            "SELECT articles.id, articles.title, articles.published_at, TRUE FROM articles WHERE (articles.status || '') = 'scheduled'",
            "articles.published_at",
        ),
        (
            "SELECT articles.id, articles.title, w.publish_at, TRUE FROM working_copies w JOIN articles ON articles.id = w.article_id WHERE w.publish_at IS NOT NULL",
            "w.publish_at",
        ),
    ] {
        let mut query = prepared::<Columns>(select)
            .text(format!(" AND {at} >= "))
            .int(from.0)
            .text(format!(" AND {at} < "))
            .int(to.0);
        if let Some(owner) = owner {
            query = query.text(" AND articles.owner_id = ").int(owner);
        }
        let rows: Vec<(i64, String, Time, bool)> = query
            .text(format!(" ORDER BY {at} LIMIT "))
            .int(MOST_DATED)
            .load(conn)?;
        let dated = |(id, title, at, is_scheduled)| Dated {
            id,
            title,
            at,
            is_scheduled,
        };
        all.extend(rows.into_iter().map(dated));
    }
    all.sort_by_key(|one| (one.at, one.id));
    all.truncate(MOST_DATED as usize);
    Ok(all)
}
