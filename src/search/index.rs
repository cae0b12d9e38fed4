//! The search index: FTS5 in SQLite, `tsvector` in PostgreSQL. Code that writes an article or a comment calls this
//! module in the same transaction; nothing else writes the index.
//!
//! A row's number has the time in seconds in its high bits and the id in the last 30: reading the numbers backwards
//! gives the newest rows first without sorting, a period is a range of numbers, and numbers are unique.

use super::ranks::{FACET, LEAD, STEM, TITLE};
use super::vocabulary::{self, DistinctWords, distinct};
use crate::db::prepared::prepared;
use crate::db::schema::{
    article_authors, article_tags, articles, authors, search_progress, sections, settings,
    source_notes, tags,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::text::SafeHtml;
use crate::text::fold;
use crate::text::stem::Stemming;
use crate::web::settings::LANGUAGE;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Bits of a row's number that hold the id.
pub(super) const ID_BITS: u32 = 30;

/// The row number of a text with this time and id.
pub(super) fn number(at: Time, id: i64) -> i64 {
    // The years 1697 to 2242.
    let most = 1 << (63 - ID_BITS);
    let seconds = at.0.div_euclid(Time::SECOND).clamp(-most, most - 1);
    (seconds << ID_BITS) | (id & ((1 << ID_BITS) - 1))
}

/// The id in a row's number.
pub(super) fn id_of(number: i64) -> i64 {
    number & ((1 << ID_BITS) - 1)
}

/// A public comment to be indexed.
#[derive(Clone, Copy, Debug)]
pub struct IndexedComment<'a> {
    pub id: i64,
    pub author: i64,
    pub at: Time,
    pub text: &'a str,
}

/// Adds public comments to the index, or replaces their texts. Ids must be distinct.
pub fn index_comments(conn: &mut Conn, said: &[IndexedComment<'_>]) -> Result<(), Error> {
    if said.is_empty() {
        return Ok(());
    }
    let stemming = stemming(conn)?;
    let row = |one: &IndexedComment<'_>| {
        let words = [
            marked(FACET, [format!("a{}", one.author)]),
            folded("", one.text),
            stems(stemming, &distinct([one.text].into_iter())),
        ];
        (number(one.at, one.id), words.concat())
    };
    let rows: Vec<(i64, Vec<String>)> = said.iter().map(row).collect();
    upsert_rows(conn, "comment_words", &rows)
}

use fold::MOST_WORDS;
/// Maximum size of a row's words, in bytes; PostgreSQL's limit is 1 MiB.
const MOST_BYTES: usize = 500_000;

/// The folded words of a text, each with a prefix.
fn folded(mark: &str, text: &str) -> Vec<String> {
    let words = fold::words(text).into_iter().take(MOST_WORDS);
    words.map(|word| format!("{mark}{}", word.folded)).collect()
}

/// The stemmer for the site's language, as it is in this transaction.
pub fn stemming(conn: &mut Conn) -> Result<Stemming, Error> {
    let language: Option<String> = settings::table
        .find(LANGUAGE.name)
        .select(settings::value)
        .first(conn)
        .optional()?;
    Ok(Stemming::of(
        language.as_deref().unwrap_or(LANGUAGE.default),
    ))
}

/// The stems of words, each once, without those that are among the words.
fn stems(stemming: Stemming, words: &DistinctWords<'_>) -> Vec<String> {
    let mut stems: Vec<String> = words.values().map(|word| stemming.stem(word)).collect();
    stems.retain(|stem| !stem.is_empty() && !words.contains_key(stem.as_str()));
    stems.sort_unstable();
    stems.dedup();
    marked(STEM, stems)
}

fn marked(mark: &str, words: impl IntoIterator<Item = String>) -> Vec<String> {
    words
        .into_iter()
        .map(|word| format!("{mark}{word}"))
        .collect()
}

/// Separates two parts of a text, so that no phrase matches across them.
const BREAK: &str = "¶";

/// Inserts or replaces rows of the index: a number, and the words in order.
fn upsert_rows(conn: &mut Conn, table: &str, rows: &[(i64, Vec<String>)]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let is_sqlite = matches!(conn, Conn::Sqlite(_));
    let mut query = prepared::<()>(if is_sqlite {
        format!("INSERT OR REPLACE INTO {table} (rowid, words) VALUES ")
    } else {
        format!("INSERT INTO {table} (number, words) VALUES ")
    });
    for (at, (number, words)) in rows.iter().enumerate() {
        let mut bytes = 0;
        let fit = words.iter().take_while(|word| {
            bytes += word.len() + 8;
            bytes <= MOST_BYTES
        });
        let words = &words[..fit.count()];
        query = query.text(if at == 0 { "(" } else { ", (" }).int(*number);
        query = if is_sqlite {
            query.text(", ").string(words.join(" ")).text(")")
        } else {
            query
                .text(", CAST(")
                .string(vector(words))
                .text(" AS tsvector))")
        };
    }
    if !is_sqlite {
        query = query.text(" ON CONFLICT (number) DO UPDATE SET words = excluded.words");
    }
    query.execute(conn)?;
    Ok(())
}

/// The words as a `tsvector` literal.
fn vector(words: &[String]) -> String {
    use std::fmt::Write as _;
    words.iter().zip(1..).fold(
        String::new(),
        |mut out, (word, position): (&String, i32)| {
            let _ = write!(out, "'{word}':{} ", position.min(16_383));
            out
        },
    )
}

/// Removes a comment from the index; it may be missing.
pub fn remove_comment(conn: &mut Conn, id: i64, at: Time) -> Result<(), Error> {
    drop_row(conn, "comment_words", number(at, id))
}

/// Does a part of merging the index of comments, so that words of removed ones leave the file as well; `true` when there is more to do.
/// `begins`: the first part. PostgreSQL does so by itself.
/// <https://www.sqlite.org/fts5.html#the_merge_command>
///
/// # Errors
/// Of the database.
pub fn merge_comments(conn: &mut Conn, begins: bool) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Changes {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    if let Conn::Postgres(_) = conn {
        return Ok(false);
    }
    let count = |conn: &mut Conn| -> Result<i64, Error> {
        let read = diesel::sql_query("SELECT total_changes() AS total");
        Ok(read.get_result::<Changes>(conn)?.total)
    };
    let before = count(conn)?;
    let pages = if begins { -500 } else { 500 };
    diesel::sql_query(format!(
        "INSERT INTO comment_words (comment_words, rank) VALUES ('merge', {pages})"
    ))
    .execute(conn)?;
    Ok(count(conn)? - before >= 2)
}

/// Removes an article from the index. `at` is the publication time with which it was indexed.
pub fn remove_article(conn: &mut Conn, id: i64, at: Time) -> Result<(), Error> {
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

/// Updates the index from an article's row: adds or replaces a published article, removes any other.
pub fn index_article(conn: &mut Conn, id: i64) -> Result<(), Error> {
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
        return remove_article(conn, id, at);
    }
    let (names, tagged, notes) = names_and_notes(conn, id)?;
    let mut lead = vec![dek, section];
    lead.extend(names.iter().map(|(_, name)| name.clone()));
    lead.extend(tagged);
    let mut text = [summary, body, matters].map(|html| html.text()).to_vec();
    text.extend(notes);
    let facets = names.iter().map(|(author, _)| format!("a{author}"));
    let mut words = marked(FACET, facets.chain([format!("s{section_id}")]));
    words.extend(folded(TITLE, &title));
    words.extend(folded(LEAD, &title));
    for part in &lead {
        words.push(BREAK.into());
        words.extend(folded(LEAD, part));
    }
    for part in std::iter::once(&title).chain(&lead).chain(&text) {
        words.push(BREAK.into());
        words.extend(folded("", part));
    }
    let all = std::iter::once(&title).chain(&lead).chain(&text);
    let distinct = distinct(all.map(String::as_str));
    words.extend(stems(stemming(conn)?, &distinct));
    vocabulary::add(conn, &distinct)?;
    upsert_rows(conn, "article_words", &[(number(at, id), words)])
}

/// The authors, the names of the tags, and the source notes of an article.
type NamesAndNotes = (Vec<(i64, String)>, Vec<String>, Vec<String>);

fn names_and_notes(conn: &mut Conn, id: i64) -> Result<NamesAndNotes, Error> {
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
    Ok((names, tagged, notes))
}

/// Has all texts indexed again by [`catch_up`], because their stems come from another language.
///
/// # Errors
/// Of the database.
pub fn start_over(conn: &mut Conn, now: Time) -> Result<(), Error> {
    crate::db::lock(conn, "search_progress")?;
    diesel::delete(search_progress::table).execute(conn)?;
    for kind in ["articles", "comments"] {
        diesel::insert_into(search_progress::table)
            .values((
                search_progress::kind.eq(kind),
                search_progress::reached.eq(0),
            ))
            .execute(conn)?;
    }
    jobs::enqueue(conn, &Job::IndexExisting, now)
}

/// Maximum number of comments per statement.
pub const AT_ONCE: usize = 500;

/// Articles that one call of [`catch_up`] indexes; comments are ten times as many.
const STEP: i64 = 50;

/// Indexes the next batch of the articles or comments that wait for it. `false`: all are indexed.
pub fn catch_up(conn: &mut Conn) -> Result<bool, Error> {
    crate::db::lock(conn, "search_progress")?;
    let kinds: Vec<(String, i64)> = search_progress::table
        .order(search_progress::kind)
        .load(conn)?;
    let Some((kind, reached)) = kinds.into_iter().next() else {
        return Ok(false);
    };
    // On PostgreSQL the rows are locked until they are indexed; SQLite has one writer.
    let hold = match conn {
        Conn::Postgres(_) => " FOR SHARE",
        Conn::Sqlite(_) => "",
    };
    let last = if kind == "articles" {
        let ids: Vec<i64> = prepared::<BigInt>("SELECT id FROM articles WHERE id > ")
            .int(reached)
            .text(" ORDER BY id LIMIT ")
            .int(STEP)
            .text(hold)
            .load(conn)?;
        for id in &ids {
            index_article(conn, *id)?;
        }
        ids.last().copied()
    } else {
        type Columns = (BigInt, BigInt, BigInt, Text, Text);
        let rows: Vec<(i64, i64, Time, String, String)> = prepared::<Columns>(
            "SELECT id, author_id, created_at, status, body FROM comments WHERE id > ",
        )
        .int(reached)
        .text(" ORDER BY id LIMIT ")
        .int(STEP * 10)
        .text(hold)
        .load(conn)?;
        let public = rows
            .iter()
            .filter(|r| matches!(r.3.as_str(), "published" | "approved"));
        let said: Vec<IndexedComment<'_>> = public
            .map(|(id, author, at, _, text)| IndexedComment {
                id: *id,
                author: *author,
                at: *at,
                text,
            })
            .collect();
        index_comments(conn, &said)?;
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
