//! Search queries: the ids of a page of hits, best first, and their rows.

use super::SearchQuery;
use super::index::{ID_BITS, id_of, number};
use super::ranks::{Rank, anywhere, of_articles, of_comments};
use crate::db::prepared::{Prepared, prepared};
use crate::db::schema::{accounts, article_authors, articles, authors, comments, sections};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text::SafeHtml;
use crate::text::stem::Stemming;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

/// The filters of a search.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    pub section: Option<i64>,
    /// One of these authors of articles, or accounts that comment; empty = anybody.
    pub authors: Vec<i64>,
    pub from: Option<Time>,
    pub until: Option<Time>,
    /// The newest first, wherever the words are.
    pub newest_first: bool,
    /// The stemmer for the site's language.
    pub stemming: Stemming,
}

impl Filters {
    fn author_facets(&self) -> Option<Vec<String>> {
        let facets = self.authors.iter().map(|author| format!("a{author}"));
        (!self.authors.is_empty()).then(|| facets.collect())
    }
}

/// Keyset cursor: a page of hits begins after this row number in this rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    pub rank: usize,
    pub number: Option<i64>,
}

/// A page of ids, best first, and the cursor of the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    pub ids: Vec<i64>,
    pub next: Option<Cursor>,
    /// Whether the first hit contains the words as typed.
    pub is_as_typed: bool,
}

/// What a search reads: a table of the index, the condition on a comment's article, and the ranks.
struct Search<'a> {
    table: &'static str,
    public: Option<ArticleCondition>,
    ranks: Vec<Rank>,
    filters: &'a Filters,
}

/// The search for published articles.
fn in_articles<'a>(query: &SearchQuery, filters: &'a Filters) -> Search<'a> {
    let section = filters.section.map(|s| vec![format!("s{s}")]);
    let facets: Vec<Vec<String>> = section.into_iter().chain(filters.author_facets()).collect();
    Search {
        table: "article_words",
        public: None,
        ranks: match filters.newest_first {
            true => anywhere(query, &facets),
            false => of_articles(query, &facets),
        },
        filters,
    }
}

/// The search for public comments under published articles.
fn in_comments<'a>(query: &SearchQuery, filters: &'a Filters) -> Search<'a> {
    let facets: Vec<Vec<String>> = filters.author_facets().into_iter().collect();
    Search {
        table: "comment_words",
        public: Some(ArticleCondition {
            section: filters.section,
        }),
        ranks: match filters.newest_first {
            true => anywhere(query, &facets),
            false => of_comments(query, &facets),
        },
        filters,
    }
}

/// A page of published articles.
pub fn articles(
    conn: &mut Conn,
    query: &SearchQuery,
    filters: &Filters,
    from: Cursor,
    most: usize,
) -> Result<Hits, Error> {
    find(conn, &in_articles(query, filters), from, most)
}

/// A page of public comments under published articles.
pub fn comments(
    conn: &mut Conn,
    query: &SearchQuery,
    filters: &Filters,
    from: Cursor,
    most: usize,
) -> Result<Hits, Error> {
    find(conn, &in_comments(query, filters), from, most)
}

/// Hits are counted up to this many.
pub const MOST_COUNTED: i64 = 1000;

/// The number of hits, counted up to one more than [`MOST_COUNTED`].
pub fn count(
    conn: &mut Conn,
    query: &SearchQuery,
    filters: &Filters,
    is_in_comments: bool,
) -> Result<i64, Error> {
    let counts = counts(conn, std::slice::from_ref(query), filters, is_in_comments)?;
    Ok(counts.first().copied().unwrap_or(0))
}

/// The number of hits of several queries, in one statement; as [`count`].
pub(super) fn counts(
    conn: &mut Conn,
    queries: &[SearchQuery],
    filters: &Filters,
    is_in_comments: bool,
) -> Result<Vec<i64>, Error> {
    let filters = Filters {
        newest_first: true,
        ..filters.clone()
    };
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let mut all = prepared::<(BigInt, BigInt)>("");
    for (at, query) in queries.iter().enumerate() {
        let search = match is_in_comments {
            true => in_comments(query, &filters),
            false => in_articles(query, &filters),
        };
        let union = if at == 0 { "" } else { " UNION ALL " };
        all = all
            .text(format!(
                "{union}SELECT CAST({at} AS BIGINT) AS place, COUNT(*) AS number FROM ("
            ))
            .append(search.rows(is_sqlite, &search.ranks[0], i64::MAX, MOST_COUNTED + 1))
            .text(format!(") counted{at}"));
    }
    let counts: Vec<(i64, i64)> = all.text(" ORDER BY place").load(conn)?;
    Ok(counts.into_iter().map(|(_, count)| count).collect())
}

/// The condition on a comment's article: published, and in this section if one is given.
#[derive(Clone, Copy)]
struct ArticleCondition {
    section: Option<i64>,
}

/// Maximum number of matching comments that are checked against [`ArticleCondition`] for a page of hits, newest first. Older ones
/// are not found.
const MAX_CANDIDATES: i64 = 5_000;

/// Keeps the rows whose comment satisfies [`ArticleCondition`], at most `most`.
fn with_article_condition(
    rows: Prepared<BigInt>,
    public: ArticleCondition,
    most: i64,
) -> Prepared<BigInt> {
    let id = format!("c.id = (s.number & {})", (1_i64 << ID_BITS) - 1);
    let query = rows
        .before("SELECT s.number FROM (")
        .text(format!(") s WHERE EXISTS (SELECT 1 FROM comments c JOIN articles a ON a.id = c.article_id WHERE {id} AND a.status = 'published'"));
    let query = match public.section {
        None => query,
        Some(section) => query.text(" AND a.section_id = ").int(section),
    };
    // The rows keep their order, and reading them stops at the limit.
    query.text(") LIMIT ").int(most)
}

impl Search<'_> {
    /// The rows of one rank with numbers below `behind`, the newest first, at most `limit`.
    fn rows(&self, is_sqlite: bool, words: &Rank, behind: i64, limit: i64) -> Prepared<BigInt> {
        let oldest = self.filters.from.map_or(i64::MIN, |t| number(t, 0));
        let newest = self.filters.until.map_or(i64::MAX, |t| number(t, 0));
        let table = self.table;
        let key = if is_sqlite { "w.rowid" } else { "w.number" };
        let start = prepared::<BigInt>(format!("SELECT {key} AS number FROM {table} w WHERE "));
        let query = if is_sqlite {
            start
                .text(format!("{table} MATCH "))
                .string(words.to_fts5())
        } else {
            start
                .text("w.words @@ CAST(")
                .string(words.to_tsquery())
                .text(" AS tsquery)")
        };
        let query = query
            .text(format!(" AND {key} < "))
            .int(behind.min(newest))
            .text(format!(" AND {key} >= "))
            .int(oldest)
            .text(format!(" ORDER BY {key} DESC LIMIT "));
        match self.public {
            None => query.int(limit),
            Some(public) => with_article_condition(query.int(MAX_CANDIDATES), public, limit),
        }
    }
}

fn find(conn: &mut Conn, search: &Search<'_>, from: Cursor, most: usize) -> Result<Hits, Error> {
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let mut found: Vec<Cursor> = Vec::new();
    for (rank, words) in search.ranks.iter().enumerate().skip(from.rank) {
        let behind = from
            .number
            .filter(|_| rank == from.rank)
            .unwrap_or(i64::MAX);
        let limit = most + 1 - found.len();
        let rows = search.rows(is_sqlite, words, behind, limit as i64);
        found.extend(rows.load(conn)?.into_iter().map(|number| Cursor {
            rank,
            number: Some(number),
        }));
        if found.len() > most {
            break;
        }
    }
    let next = (found.len() > most).then(|| found[most - 1]);
    found.truncate(most);
    let ids = found.iter().filter_map(|c| c.number).map(id_of).collect();
    let is_as_typed = found
        .first()
        .is_some_and(|first| !search.ranks[first.rank].is_any_form);
    Ok(Hits {
        ids,
        next,
        is_as_typed,
    })
}

/// An article that was found.
#[derive(Clone, Debug, Queryable)]
pub struct ArticleRow {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub dek: String,
    pub summary: SafeHtml,
    pub body: SafeHtml,
    pub matters: SafeHtml,
    pub section: String,
    pub section_slug: String,
    pub published_at: Time,
}

/// The published articles among `ids`, in the order of `ids`.
pub fn article_rows(conn: &mut Conn, ids: &[i64]) -> Result<Vec<ArticleRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<ArticleRow> = articles::table
        .inner_join(sections::table.on(sections::id.eq(articles::section_id)))
        .filter(articles::id.eq_any(ids.to_vec()))
        .filter(sql::<Bool>("articles.status = 'published'"))
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::dek,
            articles::summary_html,
            articles::body_html,
            articles::matters_html,
            sections::name,
            sections::slug,
            articles::published_at,
        ))
        .load(conn)?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// A comment that was found.
#[derive(Clone, Debug, Queryable)]
pub struct CommentRow {
    pub id: i64,
    pub html: SafeHtml,
    pub created_at: Time,
    pub slug: String,
    pub title: String,
    pub username: String,
    pub name: String,
}

/// The public comments among `ids`, in the order of `ids`.
pub fn comment_rows(conn: &mut Conn, ids: &[i64]) -> Result<Vec<CommentRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<CommentRow> = comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .inner_join(accounts::table.on(accounts::id.eq(comments::author_id)))
        .filter(comments::id.eq_any(ids.to_vec()))
        // A `CASE`, so that the planner does not use an index on the status instead of the ids.
        .filter(sql::<Bool>(
            "CASE comments.status WHEN 'published' THEN TRUE WHEN 'approved' THEN TRUE ELSE FALSE END",
        ))
        .select((
            comments::id,
            comments::html,
            comments::created_at,
            articles::slug,
            articles::title,
            accounts::username,
            accounts::name,
        ))
        .load(conn)?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Authors with the same first name that are searched for.
const MOST_AUTHORS: i64 = 20;

/// The id of the author of articles with this slug, or else of all whose slug begins with it: the first name is enough.
pub fn authors(conn: &mut Conn, slug: &str) -> Result<Vec<i64>, Error> {
    // An author who has only drafts is not known to readers.
    let is_public = || {
        exists(
            article_authors::table
                .filter(article_authors::author_id.eq(authors::id))
                .filter(article_authors::listed_at.is_not_null())
                .select(article_authors::article_id),
        )
    };
    let exact: Option<i64> = authors::table
        .filter(authors::slug.eq(slug).and(is_public()))
        .select(authors::id)
        .first(conn)
        .optional()?;
    if exact.is_some() || slug.is_empty() {
        return Ok(exact.into_iter().collect());
    }
    // `.` is the character behind `-`.
    Ok(authors::table
        .filter(authors::slug.ge(format!("{slug}-")))
        .filter(authors::slug.lt(format!("{slug}.")).and(is_public()))
        .order(authors::slug)
        .select(authors::id)
        .limit(MOST_AUTHORS)
        .load(conn)?)
}

/// The id of the account with this username, in any letter case.
pub fn reader(conn: &mut Conn, username: &str) -> Result<Option<i64>, Error> {
    Ok(accounts::table
        .filter(accounts::username_key.eq(username.trim().to_lowercase()))
        .select(accounts::id)
        .first(conn)
        .optional()?)
}
