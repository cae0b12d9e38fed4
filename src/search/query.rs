//! Reads a query as it was typed.

use crate::text::fold::{self, Term, Word};
use crate::text::stem::Stemming;

/// Maximum length of a query, in characters; [`super::form`] cuts off the rest.
pub(super) const LONGEST: usize = 400;
/// Maximum number of terms in a query.
const MOST_TERMS: usize = 12;
/// Maximum number of words in a phrase.
const MOST_WORDS: usize = 12;

/// A parsed query: hits contain all of `terms` and none of `without`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    pub terms: Vec<Term>,
    pub without: Vec<Term>,
}

impl SearchQuery {
    /// Parses a query. All words must occur; `"…"` is a phrase, `word*` a prefix, and `-word` must not occur. All other
    /// characters count as spaces: there are no syntax errors. A single word without a sign also has its stem.
    pub fn parse(typed: &str, stemming: Stemming) -> SearchQuery {
        let mut query = SearchQuery::default();
        for part in parts(typed) {
            let mut term = term(part.text, part.is_open);
            if !part.is_quoted && !part.is_excluded && !term.open {
                term.stem = stem(part.text, stemming);
            }
            let list = match part.is_excluded {
                true => &mut query.without,
                false => &mut query.terms,
            };
            if !term.words.is_empty() && list.len() < MOST_TERMS && !list.contains(&term) {
                list.push(term);
            }
        }
        query
    }

    /// The same query with the last word of every term as a prefix, for when no text contains the words as typed.
    pub fn opened(&self) -> SearchQuery {
        let open = |term: &Term| Term {
            open: is_prefix(&term.words),
            ..term.clone()
        };
        SearchQuery {
            terms: self.terms.iter().map(open).collect(),
            without: self.without.clone(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// All words as one phrase; `None` for a single term.
    pub(super) fn as_phrase(&self) -> Option<Term> {
        if self.terms.len() < 2 {
            return None;
        }
        let words = self.terms.iter().flat_map(|t| t.words.clone()).collect();
        Some(Term::exact(
            words,
            self.terms.last().is_some_and(|t| t.open),
        ))
    }
}

/// A word or a phrase of a query as it was typed.
pub(super) struct Part<'a> {
    pub text: &'a str,
    /// Where it starts in the query, in bytes.
    pub start: usize,
    is_quoted: bool,
    /// Whether its words must not occur.
    pub is_excluded: bool,
    /// Whether the last word is a prefix.
    pub is_open: bool,
}

/// Splits a query at spaces and quotation marks.
pub(super) fn parts(typed: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), typed);
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return parts;
        }
        let (is_excluded, begun) = match rest.strip_prefix('-') {
            Some(after) if !after.starts_with(char::is_whitespace) => (true, after),
            _ => (false, rest),
        };
        let phrase = begun.strip_prefix(['"', '“', '„', '«']);
        let start = typed.len() - phrase.unwrap_or(begun).len();
        let (text, behind) = match phrase {
            Some(phrase) => phrase
                .split_once(['"', '”', '“', '»'])
                .unwrap_or((phrase, "")),
            None => {
                let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '„' | '«');
                begun.split_at(begun.find(is_end).unwrap_or(begun.len()))
            }
        };
        let is_quoted = phrase.is_some();
        // An asterisk may also follow the closing quotation mark.
        let after_asterisk = behind.strip_prefix('*').filter(|_| is_quoted);
        parts.push(Part {
            text,
            start,
            is_quoted,
            is_excluded,
            is_open: after_asterisk.is_some() || text.ends_with('*'),
        });
        rest = after_asterisk.unwrap_or(behind);
    }
}

/// Whether words may end in a prefix. One of a single letter matches too many words.
fn is_prefix(words: &[String]) -> bool {
    words.last().is_some_and(|word| word.chars().count() > 1)
}

fn term(part: &str, is_open: bool) -> Term {
    let words = fold::words(part).into_iter().take(MOST_WORDS);
    let words: Vec<String> = words.map(|word| word.folded.into_owned()).collect();
    let open = is_open && is_prefix(&words);
    Term::exact(words, open)
}

/// The stem of a single word; single letters at an apostrophe do not count: `welder's`, `l'été`.
fn stem(part: &str, stemming: Stemming) -> String {
    let has_apostrophe = part.contains(['\'', '’', 'ʼ']);
    let is_counted = |word: &Word<'_>| !has_apostrophe || word.folded.chars().count() > 1;
    let words: Vec<Word<'_>> = fold::words(part).into_iter().filter(is_counted).collect();
    match words.as_slice() {
        [word] => stemming.stem(&part[word.start..word.end]),
        _ => String::new(),
    }
}
