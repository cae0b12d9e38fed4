//! Full-text search over articles and public comments, the same for both databases.
//!
//! Text is split into words and folded here (`text::fold`), so that both databases compare the same words and need no
//! dictionary of their own. Hits are ranked by where the words occur: in the title; in title, dek, section, authors and
//! tags; anywhere; anywhere in another form (`gates` for `gate`), by stems in the site's language. Comments that contain
//! the words as a phrase come before the others. Within a rank the newest come first. This needs no score for every match, so the cost of a page does not depend on how common the words are.

mod form;
pub mod index;
pub mod jobs;
pub mod pages;
mod ranks;
pub mod store;
mod vocabulary;

use crate::text::fold::{self, Term, Word};
use crate::text::stem::Stemming;

/// Characters of a query that are read; the rest is ignored.
const LONGEST: usize = 400;
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
    /// characters count as spaces: there are no syntax errors.
    /// A single word without a sign also has its stem.
    pub fn parse(typed: &str, stemming: Stemming) -> SearchQuery {
        let typed: String = typed.chars().take(LONGEST).collect();
        let mut query = SearchQuery::default();
        let mut rest = typed.as_str();
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                return query;
            }
            let (minus, begun) = match rest.strip_prefix('-') {
                Some(after) if !after.starts_with(char::is_whitespace) => (true, after),
                _ => (false, rest),
            };
            let (part, behind, quoted) = match begun.strip_prefix(['"', '“', '„', '«']) {
                Some(phrase) => {
                    let (part, behind) = phrase
                        .split_once(['"', '”', '“', '»'])
                        .unwrap_or((phrase, ""));
                    (part, behind, true)
                }
                None => {
                    let end = begun
                        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '„' | '«'));
                    let (part, behind) = begun.split_at(end.unwrap_or(begun.len()));
                    (part, behind, false)
                }
            };
            // An asterisk may also follow the closing quotation mark.
            let (open, behind) = match behind.strip_prefix('*').filter(|_| quoted) {
                Some(behind) => (true, behind),
                None => (part.ends_with('*'), behind),
            };
            rest = behind;
            let list = if minus {
                &mut query.without
            } else {
                &mut query.terms
            };
            let mut term = term(part, open);
            if !quoted && !minus && !term.open {
                term.stem = stem(part, stemming);
            }
            if !term.words.is_empty() && list.len() < MOST_TERMS && !list.contains(&term) {
                list.push(term);
            }
        }
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
    fn as_phrase(&self) -> Option<Term> {
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
