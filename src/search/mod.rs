//! Full text over articles and public comments, behind one set of functions for both databases.
//!
//! Text is cut into words and folded here (`text::fold`), so both databases compare the same words and need no dictionary
//! of their own. Hits are ranked by where the words stand, then newest first: in the title; in title, dek, section, names
//! and tags; anywhere. Among comments those come first that have the words side by side. That order needs no score over
//! everything that matches, so that a page costs what it shows, however common the words are.

pub mod index;
pub mod pages;
mod ranks;
pub mod store;

use crate::text::fold::{self, Term};

/// Characters of a query that are read; the rest is left out.
const LONGEST: usize = 400;
/// Terms of a query.
const MOST_TERMS: usize = 12;
/// Words of a phrase.
const MOST_WORDS: usize = 12;

/// What somebody wants to find: every term, and none of what is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    pub terms: Vec<Term>,
    pub without: Vec<Term>,
}

impl SearchQuery {
    /// Reads what was typed. Words must all be there; `"…"` is a phrase, `word*` a beginning, `-word` must not be there.
    /// Whatever else is typed is taken as space: nothing is an error.
    pub fn parse(typed: &str) -> SearchQuery {
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
            let words: Vec<String> = fold::words(part)
                .into_iter()
                .map(|w| w.folded.into_owned())
                .take(MOST_WORDS)
                .collect();
            // An asterisk may also stand behind the closing quotation mark.
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
            // One letter begins too much; it stands for itself.
            let open = open && words.last().is_some_and(|word| word.chars().count() > 1);
            let term = Term { words, open };
            if !term.words.is_empty() && list.len() < MOST_TERMS && !list.contains(&term) {
                list.push(term);
            }
        }
    }

    /// The same with every word as a beginning, for when nothing was found.
    pub fn opened(&self) -> SearchQuery {
        let open = |term: &Term| Term {
            open: term
                .words
                .last()
                .is_some_and(|word| word.chars().count() > 1),
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

    /// All words one after the other, where that says more than the words alone.
    fn side_by_side(&self) -> Option<Term> {
        if self.terms.len() < 2 {
            return None;
        }
        let words = self.terms.iter().flat_map(|t| t.words.clone()).collect();
        Some(Term {
            words,
            open: self.terms.last().is_some_and(|t| t.open),
        })
    }
}
