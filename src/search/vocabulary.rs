//! The words of published articles, from which a query that finds nothing is corrected. Words stay when their article goes.

use crate::db::Conn;
use crate::db::prepared::prepared;
use crate::error::Error;
use crate::text::fold;
use diesel::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Lengths of the words that are kept, in letters.
const KEPT: RangeInclusive<usize> = 3..=30;
/// Rows for each statement. Statements are cached by their text, so all have this many.
const AT_ONCE: usize = 100;

/// The words of texts, folded, each with one of its spellings.
pub(super) type DistinctWords<'a> = BTreeMap<Cow<'a, str>, &'a str>;

pub(super) fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> DistinctWords<'a> {
    let mut words = DistinctWords::new();
    for text in texts {
        for word in fold::words(text).into_iter().take(fold::MOST_WORDS) {
            words
                .entry(word.folded)
                .or_insert(&text[word.start..word.end]);
        }
    }
    words
}

/// Adds the words of an article that are not known yet.
pub(super) fn add(conn: &mut Conn, words: &DistinctWords<'_>) -> Result<(), Error> {
    let is_kept =
        |word: &&str| word.chars().all(char::is_alphabetic) && KEPT.contains(&word.chars().count());
    // In order of the key, so that two articles seldom wait for each other; PostgreSQL's deadlocks are tried again.
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
