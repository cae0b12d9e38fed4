//! Corrects a query that finds nothing with the words of articles.

use super::SearchQuery;
use super::query::parts;
use super::store::{Filters, count, counts};
use crate::db::Conn;
use crate::db::prepared::prepared;
use crate::db::schema::vocabulary;
use crate::error::Error;
use crate::text::fold;
use crate::text::stem::Stemming;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Lengths of the words that are corrected, in letters: shorter ones resemble too many others.
const CORRECTED: RangeInclusive<usize> = 4..=30;
/// Longest word for which a single wrong letter is assumed, in letters; longer ones may have two.
const ONE_ERROR: usize = 5;
/// Words of a query that are corrected.
const MOST_CORRECTED: usize = 3;
/// Similar words that are compared for each word and end.
const MOST_COMPARED: i64 = 5_000;
/// Similar words whose articles are counted.
const MOST_COUNTED: usize = 5;

/// A query in pieces, and whether each was corrected.
pub(super) type Correction = Vec<(String, bool)>;

/// The query with words that no article has replaced by the most similar ones. `None`: there are no such words, nothing
/// is similar, or the correction finds nothing either.
pub(super) fn correct(
    conn: &mut Conn,
    typed: &str,
    filters: &Filters,
    is_in_comments: bool,
) -> Result<Option<Correction>, Error> {
    let words = correctable(typed);
    if words.is_empty() {
        return Ok(None);
    }
    let known: Vec<String> = vocabulary::table
        .filter(vocabulary::word.eq_any(words.iter().map(|word| word.folded.to_string())))
        .select(vocabulary::word)
        .load(conn)?;
    let mut others: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for word in words
        .iter()
        .filter(|word| !known.iter().any(|known| *known == word.folded))
    {
        if others.len() < MOST_CORRECTED && !others.contains_key(&*word.folded) {
            let as_typed = &typed[word.start..word.end];
            let other = most_similar(conn, as_typed, &word.folded, filters.stemming)?;
            others.insert(&word.folded, other);
        }
    }
    let (mut pieces, mut done) = (Vec::new(), 0);
    for word in &words {
        if let Some(Some(other)) = others.get(&*word.folded) {
            pieces.push((typed[done..word.start].to_owned(), false));
            pieces.push((other.clone(), true));
            done = word.end;
        }
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

/// The words of a query that may be corrected, with their places in it: not what is excluded, and no prefixes.
fn correctable(typed: &str) -> Vec<fold::Word<'_>> {
    let mut found = Vec::new();
    for part in parts(typed).into_iter().filter(|part| !part.is_excluded) {
        let mut words = fold::words(part.text);
        if part.is_open {
            words.pop();
        }
        found.extend(words.into_iter().map(|word| fold::Word {
            start: part.start + word.start,
            end: part.start + word.end,
            ..word
        }));
    }
    found.retain(|word| {
        CORRECTED.contains(&word.folded.chars().count())
            && word.folded.chars().all(char::is_alphabetic)
    });
    found
}

/// The known word with the fewest differences that articles have, as it is written there; among several the one in most
/// articles. `None` also if articles have another form of the word.
fn most_similar(
    conn: &mut Conn,
    as_typed: &str,
    folded: &str,
    stemming: Stemming,
) -> Result<Option<String>, Error> {
    let length = folded.chars().count();
    let errors = if length <= ONE_ERROR { 1 } else { 2 };
    // With one wrong letter, or two exchanged, the begin or the end is intact. Two errors are found if both are in one half.
    let intact = (length - 1) / 2;
    let begin: String = folded.chars().take(intact).collect();
    let end: String = folded.chars().rev().take(intact).collect();
    let mut near: Vec<(String, String)> = words_with(conn, "word", &begin, length, errors)?;
    near.extend(words_with(conn, "reversed", &end, length, errors)?);
    let mut near: Vec<(usize, bool, String, String)> = near
        .into_iter()
        .map(|(word, shown)| {
            let begins_otherwise = word.chars().next() != folded.chars().next();
            let differences = strsim::osa_distance(folded, &word);
            (differences, begins_otherwise, word, shown)
        })
        .filter(|(differences, ..)| *differences <= errors)
        .collect();
    near.sort();
    near.dedup();
    near.truncate(MOST_COUNTED);
    if near.is_empty() {
        return Ok(None);
    }
    let exact = |word: &String| SearchQuery {
        terms: vec![fold::Term::exact(vec![word.clone()], false)],
        without: Vec::new(),
    };
    let mut queries = vec![SearchQuery::parse(as_typed, stemming)];
    queries.extend(near.iter().map(|(_, _, word, _)| exact(word)));
    let counts = counts(conn, &queries, &Filters::default(), false)?;
    if counts[0] > 0 {
        return Ok(None);
    }
    let found = near
        .into_iter()
        .zip(&counts[1..])
        .filter(|(_, count)| **count > 0);
    let best = found.min_by_key(|((differences, otherwise, ..), count)| {
        (*differences, *otherwise, std::cmp::Reverse(**count))
    });
    Ok(best.map(|((.., shown), _)| shown))
}

/// Known words, folded and in lower case with their accents, of about this length, in which a column begins like this.
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
    .text(format!(" ORDER BY {column} LIMIT "))
    .int(MOST_COMPARED)
    .load(conn)
    .map_err(Error::from)
}
