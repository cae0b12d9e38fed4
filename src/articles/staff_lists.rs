//! The newsroom's list of articles: of every status, filtered, sorted and in pages by keyset; and what waits.

use crate::db::prepared::{Prepared, containing, prepared};
use crate::db::schema::{authors, sections};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use std::fmt;

/// Articles on a page.
pub const PAGE: usize = 50;
/// The statuses of articles, in the order in which one passes through them.
pub const STATUSES: [&str; 5] = [
    "draft",
    "submitted",
    "scheduled",
    "published",
    "unpublished",
];
/// Counts of what waits stop here.
pub const MOST_COUNTED: i64 = 100;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The last saved first.
    #[default]
    Updated,
    /// The last published first.
    Published,
    /// Those with the most comments first.
    Comments,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Updated, Sort::Published, Sort::Comments];

    pub fn as_str(self) -> &'static str {
        match self {
            Sort::Updated => "updated",
            Sort::Published => "published",
            Sort::Comments => "comments",
        }
    }

    /// The sort with this name, or else the first one.
    pub fn parse(name: &str) -> Sort {
        let found = Sort::ALL.into_iter().find(|sort| sort.as_str() == name);
        found.unwrap_or_default()
    }
}

/// Which articles are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// One of [`STATUSES`]; empty = all.
    pub status: String,
    /// Slugs; empty = all.
    pub section: String,
    pub author: String,
    /// Letters of the title.
    pub query: String,
    pub sort: Sort,
    /// The account whose articles they are; `None` = everybody's.
    pub owner: Option<i64>,
    pub after: Option<Cursor>,
}

/// A page begins after the article with this id, which has this time or number of comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    key: i64,
    id: i64,
}

impl Cursor {
    /// # Errors
    /// `NotFound` for what is no cursor. `None`: the first page.
    pub fn parse(text: &str) -> Result<Option<Cursor>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let (key, id) = text.rsplit_once('-').ok_or(Error::NotFound)?;
        match (key.parse(), id.parse()) {
            (Ok(key), Ok(id)) => Ok(Some(Cursor { key, id })),
            _ => Err(Error::NotFound),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.key, self.id)
    }
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct ListedArticle {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub status: String,
    pub section: String,
    pub published_at: Time,
    pub edited_at: Time,
    /// Public comments.
    pub public: i64,
    /// Comments that wait for a moderator.
    pub waiting: i64,
    pub words: i64,
    pub is_sample: bool,
    /// It is public and has changes that are not.
    pub is_changed: bool,
    /// When these changes are published by themselves.
    pub publish_at: Option<Time>,
    /// The version that forms carry.
    pub version: i64,
}

type Columns = (
    (BigInt, Text, Text, Text, Text),
    (BigInt, BigInt, Nullable<BigInt>, BigInt, BigInt),
    (Bool, Bool, BigInt, Nullable<BigInt>),
);
type Parts = (
    (i64, String, String, String, String),
    (Time, Time, Option<i64>, i64, i64),
    (bool, bool, i64, Option<Time>),
);

const COLUMNS: &str = "articles.id, articles.slug, articles.title, articles.status, sections.name, \
    articles.published_at, articles.edited_at, threads.public_comments, \
    (SELECT COUNT(*) FROM comments c WHERE c.article_id = articles.id AND CASE c.status WHEN 'pending' THEN TRUE WHEN 'withheld' THEN TRUE ELSE FALSE END), \
    articles.words, articles.is_sample, EXISTS (SELECT 1 FROM working_copies w WHERE w.article_id = articles.id), articles.edit_version, \
    (SELECT w.publish_at FROM working_copies w WHERE w.article_id = articles.id)";
/// As the indexes of the newsroom have it.
const STATUS: &str = "(articles.status || '')";
const JOINS: &str = "JOIN sections ON sections.id = articles.section_id";

impl From<Parts> for ListedArticle {
    fn from(parts: Parts) -> ListedArticle {
        let ((id, slug, title, status, section), numbers, more) = parts;
        let (is_sample, is_changed, version, publish_at) = more;
        let (published_at, edited_at, public, waiting, words) = numbers;
        ListedArticle {
            id,
            slug,
            title,
            status,
            section,
            published_at,
            edited_at,
            public: public.unwrap_or(0),
            waiting,
            words,
            is_sample,
            is_changed,
            publish_at,
            version,
        }
    }
}

impl ListedArticle {
    fn cursor(&self, sort: Sort) -> Cursor {
        let key = match sort {
            Sort::Updated => self.edited_at.0,
            Sort::Published => self.published_at.0,
            Sort::Comments => self.public,
        };
        Cursor { key, id: self.id }
    }
}

/// One page of the list, and the cursor of the next one.
///
/// # Errors
/// Of the database.
pub fn page(
    conn: &mut Conn,
    wanted: &Wanted,
) -> Result<(Vec<ListedArticle>, Option<Cursor>), Error> {
    let Some(filter) = Filter::of(conn, wanted)? else {
        return Ok((Vec::new(), None));
    };
    let most = PAGE as i64 + 1;
    let mut rows = match wanted.sort {
        Sort::Comments => by_comments(conn, wanted, &filter, most)?,
        _ => load(conn, by_time(wanted, &filter, most))?,
    };
    let mut next = None;
    if rows.len() > PAGE {
        rows.truncate(PAGE);
        next = rows.last().map(|row| row.cursor(wanted.sort));
    }
    Ok((rows, next))
}

/// The ids of what is asked for by name.
struct Filter {
    section: Option<i64>,
    author: Option<i64>,
}

impl Filter {
    /// `None`: there is no such section or author.
    fn of(conn: &mut Conn, wanted: &Wanted) -> Result<Option<Filter>, Error> {
        let mut filter = Filter {
            section: None,
            author: None,
        };
        if !wanted.section.is_empty() {
            filter.section = sections::table
                .filter(sections::slug.eq(&wanted.section))
                .select(sections::id)
                .first(conn)
                .optional()?;
        }
        if !wanted.author.is_empty() {
            filter.author = authors::table
                .filter(authors::slug.eq(&wanted.author))
                .select(authors::id)
                .first(conn)
                .optional()?;
        }
        let is_unknown = (filter.section.is_none() && !wanted.section.is_empty())
            || (filter.author.is_none() && !wanted.author.is_empty());
        Ok((!is_unknown).then_some(filter))
    }

    /// Adds the conditions to a statement that has a `WHERE`.
    fn conditions(&self, mut query: Prepared<Columns>, wanted: &Wanted) -> Prepared<Columns> {
        if let Some(author) = self.author {
            query = query
                .text(" AND EXISTS (SELECT 1 FROM article_authors l WHERE l.article_id = articles.id AND l.author_id = ")
                .int(author)
                .text(")");
        }
        if let Some(section) = self.section {
            query = query.text(" AND articles.section_id = ").int(section);
        }
        if let Some(owner) = wanted.owner {
            query = query.text(" AND articles.owner_id = ").int(owner);
        }
        if !wanted.query.trim().is_empty() {
            let letters = containing(&wanted.query);
            let slug = text::slug(&wanted.query, "");
            query = query
                .text(" AND (lower(articles.title) LIKE ")
                .string(letters)
                .text(" ESCAPE '\\'");
            if !slug.is_empty() {
                query = query
                    .text(" OR articles.slug LIKE ")
                    .string(format!("%{slug}%"));
            }
            query = query.text(")");
        }
        query
    }
}

fn by_time(wanted: &Wanted, filter: &Filter, limit: i64) -> Prepared<Columns> {
    let (column, status) = match (wanted.sort, wanted.status.as_str()) {
        // Others have no such date.
        (Sort::Published, "") => ("articles.published_at", "published"),
        (Sort::Published, status) => ("articles.published_at", status),
        (_, status) => ("articles.edited_at", status),
    };
    let mut query = prepared(format!(
        "SELECT {COLUMNS} FROM articles {JOINS} LEFT JOIN threads ON threads.article_id = articles.id WHERE "
    ));
    query = match status {
        "" => query.text("1 = 1"),
        status => query.text(format!("{STATUS} = ")).string(status),
    };
    query = filter.conditions(query, wanted);
    if let Some(after) = wanted.after {
        query = query
            .text(format!(" AND ({column}, articles.id) < ("))
            .int(after.key)
            .text(", ")
            .int(after.id)
            .text(")");
    }
    query
        .text(format!(" ORDER BY {column} DESC, articles.id DESC LIMIT "))
        .int(limit)
}

/// First those that have a thread, then those that have none.
fn by_comments(
    conn: &mut Conn,
    wanted: &Wanted,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<ListedArticle>, Error> {
    // Most are published: they are read in order. Of the others there are few, which their index finds.
    let with_status = |query: Prepared<Columns>| match wanted.status.as_str() {
        "" => query,
        "published" => query.text(" AND (articles.status || '' || '') = 'published'"),
        status => query.text(format!(" AND {STATUS} = ")).string(status),
    };
    let was_never_public = ["draft", "submitted"].contains(&wanted.status.as_str());
    let mut rows = Vec::new();
    if !was_never_public && wanted.after.is_none_or(|after| after.key > 0) {
        let mut query = prepared(format!(
            "SELECT {COLUMNS} FROM threads JOIN articles ON articles.id = threads.article_id {JOINS} WHERE threads.public_comments > 0"
        ));
        query = filter.conditions(with_status(query), wanted);
        if let Some(after) = wanted.after {
            query = query
                .text(" AND (threads.public_comments, threads.article_id) < (")
                .int(after.key)
                .text(", ")
                .int(after.id)
                .text(")");
        }
        query = query
            .text(" ORDER BY threads.public_comments DESC, threads.article_id DESC LIMIT ")
            .int(limit);
        rows = load(conn, query)?;
    }
    let missing = limit - rows.len() as i64;
    if missing == 0 {
        return Ok(rows);
    }
    let mut query = prepared(format!(
        "SELECT {COLUMNS} FROM articles {JOINS} LEFT JOIN threads ON threads.article_id = articles.id \
         WHERE COALESCE(threads.public_comments, 0) = 0"
    ));
    query = filter.conditions(with_status(query), wanted);
    if let Some(after) = wanted.after.filter(|after| after.key == 0) {
        query = query.text(" AND articles.id < ").int(after.id);
    }
    query = query.text(" ORDER BY articles.id DESC LIMIT ").int(missing);
    rows.extend(load(conn, query)?);
    Ok(rows)
}

fn load(conn: &mut Conn, query: Prepared<Columns>) -> Result<Vec<ListedArticle>, Error> {
    let rows: Vec<Parts> = query.load(conn)?;
    Ok(rows.into_iter().map(ListedArticle::from).collect())
}

/// How many drafts, submitted and scheduled articles there are, each up to [`MOST_COUNTED`]. One statement.
///
/// # Errors
/// Of the database.
pub fn counts(conn: &mut Conn, owner: Option<i64>) -> Result<[i64; 3], Error> {
    let mut query = prepared::<(BigInt, BigInt)>("");
    for (at, status) in (0i64..).zip(["draft", "submitted", "scheduled"]) {
        query = query
            .text(if at == 0 {
                "SELECT "
            } else {
                " UNION ALL SELECT "
            })
            .text(format!(
                "CAST({at} AS BIGINT), COUNT(*) FROM (SELECT 1 FROM articles WHERE {STATUS} = "
            ))
            .string(status);
        if let Some(owner) = owner {
            query = query.text(" AND articles.owner_id = ").int(owner);
        }
        query = query.text(" LIMIT ").int(MOST_COUNTED).text(") s");
    }
    let rows: Vec<(i64, i64)> = query.load(conn)?;
    let mut counts = [0; 3];
    for (at, count) in rows {
        counts[at as usize] = count;
    }
    Ok(counts)
}
