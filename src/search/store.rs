//! The index: FTS5 in SQLite, `tsvector` in PostgreSQL. This feature alone writes it; whoever writes an article or a comment
//! says so here in the same transaction.
//!
//! A row's number is its time in seconds and, in the last 30 bits, its id: rows come newest first without being sorted, a
//! span of time is a span of numbers, and no two are the same.

use super::Wanted;
use crate::db::prepared::{Prepared, prepared};
use crate::db::schema::{
    accounts, article_authors, article_tags, articles, authors, comments, search_progress,
    sections, source_notes, tags,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text::SafeHtml;
use crate::text::fold::{self, Term};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Bits of a number that are the id.
const ID_BITS: u32 = 30;

/// Where a text of this time stands in the index.
fn number(at: Time, id: i64) -> i64 {
    // 1697 to 2242.
    let most = 1 << (63 - ID_BITS);
    let seconds = at.0.div_euclid(Time::SECOND).clamp(-most, most - 1);
    (seconds << ID_BITS) | (id & ((1 << ID_BITS) - 1))
}

/// The id in a row's number.
fn id_of(number: i64) -> i64 {
    number & ((1 << ID_BITS) - 1)
}

/// A public comment on its way into the index.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    pub id: i64,
    pub author: i64,
    pub at: Time,
    pub text: &'a str,
}

/// Puts public comments into the index, or their new texts. No id twice.
pub fn put_comments(conn: &mut Conn, said: &[Said<'_>]) -> Result<(), Error> {
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let mut query = prepared::<()>(if is_sqlite {
        "INSERT OR REPLACE INTO comment_words (rowid, body, facets) VALUES "
    } else {
        "INSERT INTO comment_words (number, words) VALUES "
    });
    for (at, one) in said.iter().enumerate() {
        let (words, facets) = (fold::folded(one.text), format!("a{}", one.author));
        query = query
            .text(if at == 0 { "(" } else { ", (" })
            .int(number(one.at, one.id));
        query = if is_sqlite {
            query
                .text(", ")
                .string(words)
                .text(", ")
                .string(facets)
                .text(")")
        } else {
            query
                .text(", CAST(")
                .string(vector(&[&words], &facets))
                .text(" AS tsvector))")
        };
    }
    if !is_sqlite {
        query = query.text(" ON CONFLICT (number) DO UPDATE SET words = excluded.words");
    }
    if !said.is_empty() {
        query.execute(conn)?;
    }
    Ok(())
}

/// Takes a comment out of the index; it need not be there.
pub fn drop_comment(conn: &mut Conn, id: i64, at: Time) -> Result<(), Error> {
    drop_row(conn, "comment_words", number(at, id))
}

/// Takes an article out of the index: as of the time under which it was put there.
pub fn drop_article(conn: &mut Conn, id: i64, at: Time) -> Result<(), Error> {
    drop_row(conn, "article_words", number(at, id))
}

fn drop_row(conn: &mut Conn, table: &str, number: i64) -> Result<(), Error> {
    let key = match conn {
        Conn::Sqlite(_) => "rowid",
        Conn::Postgres(_) => "number",
    };
    prepared::<()>(format!("DELETE FROM {table} WHERE {key} = "))
        .int(number)
        .execute(conn)?;
    Ok(())
}

type ArticleText = (
    String,
    String,
    SafeHtml,
    SafeHtml,
    SafeHtml,
    String,
    i64,
    String,
    Time,
);

/// Makes the index agree with an article's row: in it when the article is public, out of it when it is not.
pub fn put_article(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let found: Option<ArticleText> = articles::table
        .inner_join(sections::table.on(sections::id.eq(articles::section_id)))
        .filter(articles::id.eq(id))
        .select((
            articles::title,
            articles::dek,
            articles::summary_html,
            articles::body_html,
            articles::matters_html,
            sections::name,
            sections::id,
            articles::status,
            articles::published_at,
        ))
        .first(conn)
        .optional()?;
    let Some((title, dek, summary, body, matters, section, section_id, status, at)) = found else {
        return Ok(());
    };
    if status != "published" {
        return drop_article(conn, id, at);
    }
    let names: Vec<(i64, String)> = article_authors::table
        .inner_join(authors::table.on(authors::id.eq(article_authors::author_id)))
        .filter(article_authors::article_id.eq(id))
        .order(article_authors::position)
        .select((authors::id, authors::name))
        .load(conn)?;
    let tagged: Vec<String> = article_tags::table
        .inner_join(tags::table.on(tags::id.eq(article_tags::tag_id)))
        .filter(article_tags::article_id.eq(id))
        .order(article_tags::position)
        .select(tags::name)
        .load(conn)?;
    let notes: Vec<String> = source_notes::table
        .filter(source_notes::article_id.eq(id))
        .order(source_notes::position)
        .select(source_notes::text)
        .load(conn)?;
    let mut about = vec![dek, section];
    about.extend(names.iter().map(|(_, name)| name.clone()));
    about.extend(tagged);
    let mut text = [summary, body, matters].map(|html| html.text()).to_vec();
    text.extend(notes);
    let facets = names.iter().map(|(author, _)| format!("a{author}"));
    let facets: Vec<String> = facets.chain([format!("s{section_id}")]).collect();
    let folded = [title, about.join("\n"), text.join("\n")].map(|text| fold::folded(&text));
    write_article(conn, number(at, id), &folded, &facets.join(" "))
}

fn write_article(
    conn: &mut Conn,
    number: i64,
    folded: &[String; 3],
    facets: &str,
) -> Result<(), Error> {
    let [title, about, text] = folded;
    let query = match conn {
        Conn::Sqlite(_) => {
            let columns = [title, about, text]
                .into_iter()
                .cloned()
                .chain([facets.to_owned()]);
            let start =
                "INSERT OR REPLACE INTO article_words (rowid, title, dek, body, facets) VALUES (";
            let values = prepared::<()>(start).int(number);
            columns
                .fold(values, |query, column| query.text(", ").string(column))
                .text(")")
        }
        Conn::Postgres(_) => {
            let columns = [
                vector(&[title], facets),
                vector(&[title, about], facets),
                vector(&[title, about, text], facets),
            ];
            let start = "INSERT INTO article_words (number, title, lead, words) VALUES (";
            let values = prepared::<()>(start).int(number);
            let add = |query: Prepared<()>, column| {
                query.text(", CAST(").string(column).text(" AS tsvector)")
            };
            columns.into_iter().fold(values, add).text(
                ") ON CONFLICT (number) DO UPDATE SET title = excluded.title, lead = excluded.lead, words = excluded.words",
            )
        }
    };
    query.execute(conn)?;
    Ok(())
}

/// PostgreSQL's own spelling of a `tsvector`; what is filtered by begins with a colon, as no word does.
fn vector(parts: &[&String], facets: &str) -> String {
    use std::fmt::Write as _;
    // Positions end at 16,383: <https://www.postgresql.org/docs/current/textsearch-limitations.html>
    let (mut out, mut position) = (String::new(), 1);
    for part in parts {
        for word in part.split(' ').filter(|w| !w.is_empty()) {
            let _ = write!(out, "'{word}':{position} ");
            position = (position + 1).min(16_383);
        }
        // No phrase runs from one part into the next.
        position = (position + 10).min(16_383);
    }
    for facet in facets.split(' ').filter(|f| !f.is_empty()) {
        let _ = write!(out, "':{facet}' ");
    }
    out
}

/// What hits are narrowed down to.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    pub section: Option<i64>,
    /// An author of articles, or an account that comments.
    pub author: Option<i64>,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// Where a page of hits begins: behind this number of this rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    pub rank: usize,
    pub number: Option<i64>,
}

/// A page of ids, best first, and where the next one begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    pub ids: Vec<i64>,
    pub next: Option<Cursor>,
}

/// One rank of hits, without what stands in a better one: the query for FTS5, and the condition for PostgreSQL.
struct Rank {
    fts: String,
    condition: String,
}

fn fts_term(term: &Term) -> String {
    // Only letters and digits are in a folded word.
    format!(
        "\"{}\"{}",
        term.words.join(" "),
        if term.open { " *" } else { "" }
    )
}

fn fts(terms: &[Term], between: &str) -> String {
    terms.iter().map(fts_term).collect::<Vec<_>>().join(between)
}

fn ts_term(term: &Term) -> String {
    let last = term.words.len() - 1;
    let word = |(at, word): (usize, &String)| {
        format!(
            "'{word}'{}",
            if at == last && term.open { ":*" } else { "" }
        )
    };
    let words: Vec<String> = term.words.iter().enumerate().map(word).collect();
    format!("({})", words.join(" <-> "))
}

fn ts(terms: &[Term], between: &str) -> String {
    terms.iter().map(ts_term).collect::<Vec<_>>().join(between)
}

/// Columns from the best place to anywhere, for both databases.
const PLACES: [(&str, &str); 3] = [
    ("{title}", "title"),
    ("{title dek}", "lead"),
    ("{title dek body}", "words"),
];

fn ranks_of_articles(wanted: &Wanted) -> Vec<Rank> {
    let all = fts(&wanted.terms, " AND ");
    let query = ts(&wanted.terms, " & ");
    let without = |place: &str| {
        if wanted.without.is_empty() {
            String::new()
        } else {
            format!(" NOT ({place} : ({}))", fts(&wanted.without, " OR "))
        }
    };
    let rank = |at: usize| {
        let (place, column) = PLACES[at];
        let mut fts = format!("({place} : ({all}))");
        let mut condition = format!("w.{column} @@ CAST('{}' AS tsquery)", quoted(&query));
        if at > 0 {
            let (better, better_column) = PLACES[at - 1];
            fts = format!("({fts} NOT ({better} : ({all})))");
            condition += &format!(
                " AND NOT w.{better_column} @@ CAST('{}' AS tsquery)",
                quoted(&query)
            );
        }
        if !wanted.without.is_empty() {
            let gone = ts(&wanted.without, " | ");
            condition += &format!(" AND NOT w.words @@ CAST('{}' AS tsquery)", quoted(&gone));
        }
        Rank {
            fts: format!("({fts}{})", without("{title dek body}")),
            condition,
        }
    };
    (0..PLACES.len()).map(rank).collect()
}

fn ranks_of_comments(wanted: &Wanted) -> Vec<Rank> {
    let rank = |terms: &[Term], better: Option<&Term>| {
        let mut gone = wanted.without.clone();
        gone.extend(better.cloned());
        let mut fts = format!("(body : ({}))", self::fts(terms, " AND "));
        let mut condition = format!(
            "w.words @@ CAST('{}' AS tsquery)",
            quoted(&ts(terms, " & "))
        );
        if !gone.is_empty() {
            fts = format!("({fts} NOT (body : ({})))", self::fts(&gone, " OR "));
            condition += &format!(
                " AND NOT w.words @@ CAST('{}' AS tsquery)",
                quoted(&ts(&gone, " | "))
            );
        }
        Rank { fts, condition }
    };
    match wanted.side_by_side() {
        Some(phrase) => vec![
            rank(std::slice::from_ref(&phrase), None),
            rank(&wanted.terms, Some(&phrase)),
        ],
        None => vec![rank(&wanted.terms, None)],
    }
}

/// A text inside SQL's quotation marks. Folded words have none; this holds if that ever changes.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

/// A page of published articles.
pub fn articles(
    conn: &mut Conn,
    wanted: &Wanted,
    narrow: &Narrow,
    from: Cursor,
    most: usize,
) -> Result<Hits, Error> {
    let facets = [
        narrow.section.map(|s| format!("s{s}")),
        narrow.author.map(|a| format!("a{a}")),
    ];
    let facets: Vec<String> = facets.into_iter().flatten().collect();
    find(
        conn,
        "article_words",
        "",
        &ranks_of_articles(wanted),
        &facets,
        narrow,
        from,
        most,
    )
}

/// A page of public comments under published articles.
pub fn comments(
    conn: &mut Conn,
    wanted: &Wanted,
    narrow: &Narrow,
    from: Cursor,
    most: usize,
) -> Result<Hits, Error> {
    let facets: Vec<String> = narrow.author.iter().map(|a| format!("a{a}")).collect();
    let section = narrow
        .section
        .map_or(String::new(), |s| format!(" AND a.section_id = {s}"));
    let public = format!(
        "EXISTS (SELECT 1 FROM comments c JOIN articles a ON a.id = c.article_id WHERE c.id = (KEY & {}) AND a.status = 'published'{section}) AND ",
        (1_i64 << ID_BITS) - 1
    );
    find(
        conn,
        "comment_words",
        &public,
        &ranks_of_comments(wanted),
        &facets,
        narrow,
        from,
        most,
    )
}

#[allow(clippy::too_many_arguments, reason = "two callers above, nobody else")]
fn find(
    conn: &mut Conn,
    table: &str,
    condition: &str,
    ranks: &[Rank],
    facets: &[String],
    narrow: &Narrow,
    from: Cursor,
    most: usize,
) -> Result<Hits, Error> {
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let oldest = narrow.from.map_or(i64::MIN, |t| number(t, 0));
    let newest = narrow.until.map_or(i64::MAX, |t| number(t, 0));
    let mut found: Vec<Cursor> = Vec::new();
    for (rank, words) in ranks.iter().enumerate().skip(from.rank) {
        let behind = from
            .number
            .filter(|_| rank == from.rank)
            .unwrap_or(i64::MAX);
        let limit = most + 1 - found.len();
        let key = if is_sqlite { "w.rowid" } else { "w.number" };
        let start = format!(
            "SELECT {key} FROM {table} w WHERE {}",
            condition.replace("KEY", key)
        );
        let query = if is_sqlite {
            let words = facets.iter().fold(words.fts.clone(), |query, facet| {
                format!("({query} AND facets : \"{facet}\")")
            });
            prepared::<BigInt>(start)
                .text(format!("{table} MATCH "))
                .string(words)
        } else {
            let facet = |facet: &String| format!(" AND w.words @@ CAST(''':{facet}''' AS tsquery)");
            let facets: String = facets.iter().map(facet).collect();
            prepared::<BigInt>(start).text(format!("{}{facets}", words.condition))
        };
        let rows: Vec<i64> = query
            .text(format!(" AND {key} < "))
            .int(behind.min(newest))
            .text(format!(" AND {key} >= "))
            .int(oldest)
            .text(format!(" ORDER BY {key} DESC LIMIT "))
            .int(limit as i64)
            .load(conn)?;
        found.extend(rows.into_iter().map(|number| Cursor {
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
    Ok(Hits { ids, next })
}

/// Comments that one statement takes.
pub const AT_ONCE: usize = 500;

/// How many rows of each kind one step of [`catch_up`] reads.
const STEP: i64 = 500;

/// Reads on in what was there before there was a search. `false`: all of it is read.
pub fn catch_up(conn: &mut Conn) -> Result<bool, Error> {
    crate::db::lock(conn, "search_progress")?;
    let kinds: Vec<(String, i64)> = search_progress::table
        .order(search_progress::kind)
        .load(conn)?;
    let Some((kind, reached)) = kinds.into_iter().next() else {
        return Ok(false);
    };
    let last = if kind == "articles" {
        let ids: Vec<i64> = articles::table
            .filter(articles::id.gt(reached))
            .order(articles::id)
            .select(articles::id)
            .limit(STEP)
            .load(conn)?;
        for id in &ids {
            put_article(conn, *id)?;
        }
        ids.last().copied()
    } else {
        let rows: Vec<(i64, i64, Time, String, String)> = comments::table
            .filter(comments::id.gt(reached))
            .order(comments::id)
            .select((
                comments::id,
                comments::author_id,
                comments::created_at,
                comments::status,
                comments::body,
            ))
            .limit(STEP * 10)
            .load(conn)?;
        let public = rows
            .iter()
            .filter(|r| matches!(r.3.as_str(), "published" | "approved"));
        let said: Vec<Said<'_>> = public
            .map(|(id, author, at, _, text)| Said {
                id: *id,
                author: *author,
                at: *at,
                text,
            })
            .collect();
        for some in said.chunks(AT_ONCE) {
            put_comments(conn, some)?;
        }
        rows.last().map(|r| r.0)
    };
    let row = search_progress::table.find(&kind);
    match last {
        Some(last) => diesel::update(row)
            .set(search_progress::reached.eq(last))
            .execute(conn)?,
        None => diesel::delete(row).execute(conn)?,
    };
    Ok(true)
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
    pub published_at: Time,
}

/// These articles, in this order.
pub fn article_rows(conn: &mut Conn, ids: &[i64]) -> Result<Vec<ArticleRow>, Error> {
    let mut rows: Vec<ArticleRow> = articles::table
        .inner_join(sections::table.on(sections::id.eq(articles::section_id)))
        .filter(articles::id.eq_any(ids.to_vec()))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
            "articles.status = 'published'",
        ))
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::dek,
            articles::summary_html,
            articles::body_html,
            articles::matters_html,
            sections::name,
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

/// These comments, in this order: those that are public.
pub fn comment_rows(conn: &mut Conn, ids: &[i64]) -> Result<Vec<CommentRow>, Error> {
    let mut rows: Vec<CommentRow> = comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .inner_join(accounts::table.on(accounts::id.eq(comments::author_id)))
        .filter(comments::id.eq_any(ids.to_vec()))
        .filter(comments::status.eq_any(["published", "approved"]))
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

/// The author of articles whose name makes this slug.
pub fn author(conn: &mut Conn, slug: &str) -> Result<Option<i64>, Error> {
    Ok(authors::table
        .filter(authors::slug.eq(slug))
        .select(authors::id)
        .first(conn)
        .optional()?)
}

/// The account of this username, in any letter case.
pub fn reader(conn: &mut Conn, username: &str) -> Result<Option<i64>, Error> {
    Ok(accounts::table
        .filter(accounts::username_key.eq(username.trim().to_lowercase()))
        .select(accounts::id)
        .first(conn)
        .optional()?)
}
