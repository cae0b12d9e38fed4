//! Lists of articles, newest first: of the site, a section, a tag, an author or a month; and those of the front page.
//! Each list is an index range with keyset pagination, so the cost of a page does not depend on the length of the list.

use super::store::PUBLISHED;
use crate::db::prepared::{Prepared, prepared};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use std::fmt;

/// An article in a list.
#[derive(Clone, Debug)]
pub struct Teaser {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub dek: String,
    pub section: String,
    pub section_slug: String,
    pub published_at: Time,
    pub public_comments: i64,
}

type Columns = (
    BigInt,
    Text,
    Text,
    Text,
    Text,
    Text,
    BigInt,
    Nullable<BigInt>,
);
type Parts = (
    i64,
    String,
    String,
    String,
    String,
    String,
    Time,
    Option<i64>,
);

const COLUMNS: &str = "articles.id, articles.slug, articles.title, COALESCE(NULLIF(articles.dek, ''), articles.excerpt) AS dek, sections.name, sections.slug AS section_slug, \
    articles.published_at, threads.public_comments";
const JOINS: &str = "JOIN sections ON sections.id = articles.section_id LEFT JOIN threads ON threads.article_id = articles.id";

impl From<Parts> for Teaser {
    fn from(parts: Parts) -> Teaser {
        let (id, slug, title, dek, section, section_slug, published_at, public) = parts;
        Teaser {
            id,
            slug,
            title,
            dek,
            section,
            section_slug,
            published_at,
            public_comments: public.unwrap_or(0),
        }
    }
}

fn load(conn: &mut Conn, query: Prepared<Columns>) -> Result<Vec<Teaser>, Error> {
    let rows: Vec<Parts> = query.load(conn)?;
    Ok(rows.into_iter().map(Teaser::from).collect())
}

/// Which articles a list contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListScope {
    Latest,
    Section(i64),
    Tag(i64),
    Author(i64),
    /// Published at or after the first time and before the second.
    Span(Time, Time),
}

/// Keyset cursor: a page begins after the article with this publication time and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    at: Time,
    id: i64,
}

impl Cursor {
    /// Parses the query parameter `after`. `None`: it is empty, for the first page.
    ///
    /// # Errors
    /// `NotFound` for a malformed cursor.
    pub fn parse(text: &str) -> Result<Option<Cursor>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let (at, id) = text.rsplit_once('-').ok_or(Error::NotFound)?;
        match (at.parse(), id.parse()) {
            (Ok(at), Ok(id)) => Ok(Some(Cursor { at: Time(at), id })),
            _ => Err(Error::NotFound),
        }
    }

    fn of(teaser: &Teaser) -> Cursor {
        Cursor {
            at: teaser.published_at,
            id: teaser.id,
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at.0, self.id)
    }
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub teasers: Vec<Teaser>,
    /// Cursor of the next page, with older articles.
    pub older: Option<Cursor>,
    /// Cursor of the previous page, with newer articles; the inner `None` is the first page.
    pub newer: Option<Option<Cursor>>,
}

/// Articles per page.
pub const PAGE_SIZE: i64 = 20;

/// One page of a list, after the cursor.
pub fn page(conn: &mut Conn, scope: ListScope, after: Option<Cursor>) -> Result<Page, Error> {
    let mut teasers = take(conn, scope, after, PAGE_SIZE + 1)?;
    let mut older = None;
    if teasers.len() as i64 > PAGE_SIZE {
        teasers.truncate(PAGE_SIZE as usize);
        older = teasers.last().map(Cursor::of);
    }
    let newer = match (after, teasers.first()) {
        (Some(_), Some(first)) => {
            let before = load(
                conn,
                query(scope, Some(Cursor::of(first)), true, PAGE_SIZE + 1),
            )?;
            // The previous page begins after the 21st newer article, if there are that many.
            Some(before.get(PAGE_SIZE as usize).map(Cursor::of))
        }
        _ => None,
    };
    Ok(Page {
        teasers,
        older,
        newer,
    })
}

/// At most `limit` articles of a list after the cursor, newest first.
pub fn take(
    conn: &mut Conn,
    scope: ListScope,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Teaser>, Error> {
    load(conn, query(scope, after, false, limit))
}

/// The newest published articles of the site.
pub fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<Teaser>, Error> {
    take(conn, ListScope::Latest, None, limit)
}

fn query(scope: ListScope, cursor: Option<Cursor>, upwards: bool, limit: i64) -> Prepared<Columns> {
    let select = format!("SELECT {COLUMNS} FROM ");
    let named = |table: &str, column: &str, id: i64| {
        prepared(format!("{select}{table} l JOIN articles ON articles.id = l.article_id {JOINS} WHERE l.{column} = "))
            .int(id)
            .text(" AND l.listed_at IS NOT NULL")
    };
    let plain = || prepared(format!("{select}articles {JOINS} WHERE {PUBLISHED}"));
    let (mut query, at, id) = match scope {
        ListScope::Latest => (plain(), "articles.published_at", "articles.id"),
        ListScope::Section(section) => (
            plain().text(" AND articles.section_id = ").int(section),
            "articles.published_at",
            "articles.id",
        ),
        ListScope::Span(from, to) => (
            plain()
                .text(" AND articles.published_at >= ")
                .int(from.0)
                .text(" AND articles.published_at < ")
                .int(to.0),
            "articles.published_at",
            "articles.id",
        ),
        ListScope::Tag(tag) => (
            named("article_tags", "tag_id", tag),
            "l.listed_at",
            "l.article_id",
        ),
        ListScope::Author(author) => (
            named("article_authors", "author_id", author),
            "l.listed_at",
            "l.article_id",
        ),
    };
    let (sign, order) = if upwards { (">", "ASC") } else { ("<", "DESC") };
    if let Some(cursor) = cursor {
        query = query
            .text(format!(" AND ({at}, {id}) {sign} ("))
            .int(cursor.at.0)
            .text(", ")
            .int(cursor.id)
            .text(")");
    }
    query
        .text(format!(" ORDER BY {at} {order}, {id} {order} LIMIT "))
        .int(limit)
}

/// The newest articles of each of these sections, at most `limit` per section, in one statement.
pub fn latest_by_section(
    conn: &mut Conn,
    sections: &[i64],
    limit: i64,
) -> Result<Vec<Teaser>, Error> {
    let mut query: Option<Prepared<Columns>> = None;
    for section in sections {
        let all = match query {
            None => prepared("SELECT * FROM ("),
            Some(query) => query.text(" UNION ALL SELECT * FROM ("),
        };
        query = Some(
            all.text(format!("SELECT {COLUMNS} FROM articles {JOINS} WHERE {PUBLISHED} AND articles.section_id = "))
                .int(*section)
                .text(" ORDER BY articles.published_at DESC, articles.id DESC LIMIT ")
                .int(limit)
                .text(") s"),
        );
    }
    query.map_or(Ok(Vec::new()), |query| load(conn, query))
}

/// The most discussed articles are chosen from this many of the newest, which keeps them current and the cost bounded.
pub const DISCUSSED_CANDIDATES: i64 = 200;

/// How long after its publication an article can be among the most discussed, in milliseconds.
const DISCUSSED_FOR: i64 = 14 * Time::DAY;

/// The newest articles with the most public comments. Second: the ids of all articles compared, for the cache tags.
pub fn most_discussed(
    conn: &mut Conn,
    limit: i64,
    now: Time,
) -> Result<(Vec<Teaser>, Vec<i64>), Error> {
    let query = prepared::<(BigInt, Nullable<BigInt>, BigInt)>(format!(
        "SELECT s.id, threads.public_comments, s.published_at FROM (SELECT articles.id, articles.published_at FROM articles WHERE {PUBLISHED} \
         ORDER BY articles.published_at DESC, articles.id DESC LIMIT "
    ))
    .int(DISCUSSED_CANDIDATES)
    .text(") s LEFT JOIN threads ON threads.article_id = s.id");
    let mut counts: Vec<(i64, Option<i64>, i64)> = query.load(conn)?;
    let all = counts.iter().map(|c| c.0).collect();
    counts.retain(|c| c.1.unwrap_or(0) > 0);
    // Those of the last days; a publication that rests keeps those that it has.
    let is_recent = |c: &(i64, Option<i64>, i64)| c.2 > now.0 - DISCUSSED_FOR;
    if counts.iter().any(is_recent) {
        counts.retain(is_recent);
    }
    counts.sort_by_key(|c| std::cmp::Reverse((c.1, c.0)));
    counts.truncate(limit as usize);
    let ids: Vec<i64> = counts.into_iter().map(|c| c.0).collect();
    Ok((by_ids(conn, &ids)?, all))
}

/// The published articles among `ids`, in the order of `ids`.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Teaser>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = prepared(format!(
        "SELECT {COLUMNS} FROM articles {JOINS} WHERE {PUBLISHED} AND articles.id IN ("
    ));
    for (at, id) in ids.iter().enumerate() {
        query = query.text(if at == 0 { "" } else { ", " }).int(*id);
    }
    let mut teasers = load(conn, query.text(")"))?;
    teasers.sort_by_key(|t| ids.iter().position(|id| *id == t.id));
    Ok(teasers)
}

/// Related articles: those that share the most tags with this one first, then the newest of its section.
pub fn related(
    conn: &mut Conn,
    article: i64,
    tags: &[i64],
    section: i64,
    limit: usize,
) -> Result<Vec<Teaser>, Error> {
    let mut query: Option<Prepared<(BigInt, BigInt)>> = None;
    let piece = limit as i64 * 4;
    for tag in tags.iter().take(6) {
        let all = match query {
            None => prepared("SELECT * FROM ("),
            Some(query) => query.text(" UNION ALL SELECT * FROM ("),
        };
        query = Some(
            all.text("SELECT l.article_id, CAST(1 AS BIGINT) AS weight FROM article_tags l WHERE l.tag_id = ")
                .int(*tag)
                .text(" AND l.listed_at IS NOT NULL ORDER BY l.listed_at DESC, l.article_id DESC LIMIT ")
                .int(piece)
                .text(") s"),
        );
    }
    let query = match query {
        None => prepared("SELECT * FROM ("),
        Some(query) => query.text(" UNION ALL SELECT * FROM ("),
    };
    let query = query
        .text(format!("SELECT articles.id, CAST(0 AS BIGINT) AS weight FROM articles WHERE {PUBLISHED} AND articles.section_id = "))
        .int(section)
        .text(" ORDER BY articles.published_at DESC, articles.id DESC LIMIT ")
        .int(limit as i64 + 1)
        .text(") s");
    let found: Vec<(i64, i64)> = query.load(conn)?;
    let mut weighed: Vec<(i64, i64)> = Vec::new();
    for (id, weight) in found.into_iter().filter(|f| f.0 != article) {
        match weighed.iter_mut().find(|w| w.0 == id) {
            Some(known) => known.1 += weight,
            None => weighed.push((id, weight)),
        }
    }
    weighed.sort_by_key(|w| std::cmp::Reverse((w.1, w.0)));
    weighed.truncate(limit);
    let ids: Vec<i64> = weighed.into_iter().map(|w| w.0).collect();
    by_ids(conn, &ids)
}
