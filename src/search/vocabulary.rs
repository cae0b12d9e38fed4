//! The words of published articles, from which a query that finds nothing is corrected.
//!
//! Words stay when their article goes; a correction is offered only if it finds something.

use super::SearchQuery;
use super::index::DistinctWords;
use super::store::{Filters, count};
use crate::db::Conn;
use crate::db::prepared::prepared;
use crate::db::schema::vocabulary;
use crate::error::Error;
use crate::text::fold;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::ops::RangeInclusive;

/// Lengths of the words that are kept, in letters.
const KEPT: RangeInclusive<usize> = 3..=30;
/// Lengths of the words that are corrected: shorter ones resemble too many others.
const CORRECTED: RangeInclusive<usize> = 4..=30;
/// Longest word for which a single wrong letter is assumed, in letters; longer ones may have two.
const ONE_ERROR: usize = 5;
/// Words of a query that are corrected.
const MOST_CORRECTED: usize = 4;
/// Rows for each statement. Statements are cached by their text, so all have this many.
const AT_ONCE: usize = 100;
/// Similar words that are compared for each word and end.
const MOST_COMPARED: i64 = 5_000;
/// Equally similar words of which the most frequent is offered.
const MOST_COUNTED: usize = 5;

/// Adds the words of an article that are not known yet.
pub(super) fn add(conn: &mut Conn, words: &DistinctWords<'_>) -> Result<(), Error> {
    let is_kept =
        |word: &&str| word.chars().all(char::is_alphabetic) && KEPT.contains(&word.chars().count());
    // In order of the key, so that two transactions never wait for each other.
    let new: Vec<(&str, &str)> = words
        .iter()
        .map(|(folded, shown)| (&**folded, *shown))
        .filter(|(folded, _)| is_kept(folded))
        .collect();
    for rows in new.chunks(AT_ONCE) {
        let mut query = prepared::<()>("INSERT INTO vocabulary (word, shown, reversed) VALUES ");
        for at in 0..AT_ONCE {
            let (word, shown) = rows[at.min(rows.len() - 1)];
            query = query
                .text(if at == 0 { "(" } else { ", (" })
                .string(word)
                .text(", ")
                .string(shown.to_lowercase())
                .text(", ")
                .string(reversed(word))
                .text(")");
        }
        query.text(" ON CONFLICT DO NOTHING").execute(conn)?;
    }
    Ok(())
}

fn reversed(word: &str) -> String {
    word.chars().rev().collect()
}

/// A query in pieces, and whether each was corrected.
pub(super) type Correction = Vec<(String, bool)>;

/// The query with unknown words replaced by the most similar words of articles. `None`: all words are known, nothing is
/// similar, or the correction finds nothing either.
pub(super) fn correct(
    conn: &mut Conn,
    typed: &str,
    filters: &Filters,
    is_in_comments: bool,
) -> Result<Option<Correction>, Error> {
    let words: Vec<fold::Word<'_>> = fold::words(typed);
    let is_corrected = |word: &&fold::Word<'_>| {
        let sign = typed[..word.start].chars().next_back();
        CORRECTED.contains(&word.folded.chars().count())
            && word.folded.chars().all(char::is_alphabetic)
            && sign != Some('-')
            && !typed[word.end..].starts_with('*')
    };
    let words: Vec<&fold::Word<'_>> = words.iter().filter(is_corrected).collect();
    if words.is_empty() {
        return Ok(None);
    }
    let known: Vec<String> = vocabulary::table
        .filter(vocabulary::word.eq_any(words.iter().map(|word| word.folded.to_string())))
        .select(vocabulary::word)
        .load(conn)?;
    let (mut pieces, mut done) = (Vec::new(), 0);
    let is_unknown = |word: &&&fold::Word<'_>| !known.iter().any(|known| *known == word.folded);
    for word in words.iter().filter(is_unknown).take(MOST_CORRECTED) {
        let Some(other) = most_similar(conn, &word.folded)? else {
            continue;
        };
        pieces.push((typed[done..word.start].to_owned(), false));
        pieces.push((other, true));
        done = word.end;
    }
    if pieces.is_empty() {
        return Ok(None);
    }
    pieces.push((typed[done..].to_owned(), false));
    let corrected: String = pieces.iter().map(|(piece, _)| piece.as_str()).collect();
    let query = SearchQuery::parse(&corrected, filters.stemming);
    let finds = count(conn, &query, filters, is_in_comments)? > 0;
    Ok(finds.then_some(pieces))
}

/// The known word with the fewest differences, as it is written in a text; among several the one in most articles.
fn most_similar(conn: &mut Conn, typed: &str) -> Result<Option<String>, Error> {
    let length = typed.chars().count();
    let errors = if length <= ONE_ERROR { 1 } else { 2 };
    // Wherever a letter is wrong, or two are exchanged, the begin or the end is as it should be.
    let intact = (length - 1) / 2;
    let begin: String = typed.chars().take(intact).collect();
    let end: String = typed.chars().rev().take(intact).collect();
    let mut near: Vec<(String, String)> = words_with(conn, "word", &begin, length, errors)?;
    near.extend(words_with(conn, "reversed", &end, length, errors)?);
    let mut near: Vec<(usize, bool, String, String)> = near
        .into_iter()
        .map(|(word, shown)| {
            let differences = strsim::osa_distance(typed, &word);
            let begins_otherwise = word.chars().next() != typed.chars().next();
            (differences, begins_otherwise, word, shown)
        })
        .filter(|(differences, ..)| *differences <= errors)
        .collect();
    near.sort();
    near.dedup();
    let Some((fewest, begins, ..)) = near.first().cloned() else {
        return Ok(None);
    };
    near.retain(|(differences, other, ..)| (*differences, *other) == (fewest, begins));
    let mut best: Option<(i64, String)> = None;
    for (_, _, word, shown) in near.into_iter().take(MOST_COUNTED) {
        let query = SearchQuery {
            terms: vec![fold::Term::exact(vec![word], false)],
            without: Vec::new(),
        };
        let articles = count(conn, &query, &Filters::default(), false)?;
        if best.as_ref().is_none_or(|(most, _)| articles > *most) {
            best = Some((articles, shown));
        }
    }
    Ok(best.map(|(_, shown)| shown))
}

/// Known words, folded and as shown, of about this length, in which a column begins like this.
fn words_with(
    conn: &mut Conn,
    column: &str,
    begin: &str,
    length: usize,
    errors: usize,
) -> Result<Vec<(String, String)>, Error> {
    prepared::<(Text, Text)>(format!(
        "SELECT word, shown FROM vocabulary WHERE {column} >= "
    ))
    .string(begin)
    .text(format!(" AND {column} < "))
    // Letters are below this character in both databases, which compare bytes here.
    .string(format!("{begin}\u{10FFFF}"))
    .text(" AND LENGTH(word) BETWEEN ")
    .int((length - errors) as i64)
    .text(" AND ")
    .int((length + errors) as i64)
    .text(" LIMIT ")
    .int(MOST_COMPARED)
    .load(conn)
    .map_err(Error::from)
}
