//! Splits texts into words for search and folds them, so that letter case and accents do not matter on either database.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word of a text: its folded form, and its byte offsets in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    pub folded: Cow<'a, str>,
    pub start: usize,
    pub end: usize,
}

/// Maximum size of a folded word, in bytes; the rest is cut off.
const LONGEST: usize = 64;

/// Whether a character belongs to a script without spaces between words, or to Korean, where particles are attached to
/// them: each such character is a word of its own, and several in a row are searched for as a phrase.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3200}'..='\u{33FF}' | '\u{FF66}'..='\u{FF9F}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Removes compatibility forms, combining marks and letter case; Latin letters become ASCII (ø is o, ß is ss).
pub(super) fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        let is_small = !word.bytes().any(|b| b.is_ascii_uppercase());
        return if is_small {
            Cow::Borrowed(word)
        } else {
            Cow::Owned(word.to_ascii_lowercase())
        };
    }
    let mut out = String::with_capacity(word.len());
    for c in word.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => match deunicode::deunicode_char(c) {
                Some(plain) => out.push_str(plain),
                None => out.push(c),
            },
            c => out.push(c),
        }
    }
    let letters = out.to_lowercase();
    letters.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut push = |start: usize, end: usize| {
        let mut folded = fold(&text[start..end]);
        if folded.len() > LONGEST {
            let cut = (0..=LONGEST).rev().find(|at| folded.is_char_boundary(*at));
            folded = Cow::Owned(folded[..cut.unwrap_or(0)].to_owned());
        }
        if !folded.is_empty() {
            found.push(Word { folded, start, end });
        }
    };
    let mut began = None;
    for (at, c) in text.char_indices() {
        // An apostrophe ends a word: `l'été` is two words. Queries are split in the same way.
        let inside = c.is_alphanumeric() || is_combining_mark(c);
        if let Some(start) = began.filter(|_| !inside || stands_alone(c)) {
            push(start, at);
            began = None;
        }
        if inside && stands_alone(c) {
            push(at, at + c.len_utf8());
        } else if inside && began.is_none() {
            began = Some(at);
        }
    }
    if let Some(start) = began {
        push(start, text.len());
    }
    found
}

/// A search term: one word, or several words as a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub words: Vec<String>,
    /// Whether the last word is a prefix.
    pub open: bool,
    /// The stem by which other forms of the word are found; empty if only the words themselves are.
    pub stem: String,
}

impl Term {
    /// Words or a phrase, without other forms.
    pub fn exact(words: Vec<String>, open: bool) -> Term {
        Term {
            words,
            open,
            stem: String::new(),
        }
    }

    /// The number of words that match this term from `at` on; 0 = it does not match. `stem`: of the word at `at`.
    pub(super) fn matches(&self, words: &[Word<'_>], at: usize, stem: &str) -> usize {
        let last = self.words.len() - 1;
        let is_match = |(n, (wanted, word)): (usize, (&String, &Word<'_>))| {
            word.folded == wanted.as_str()
                || (n == last && self.open && word.folded.starts_with(wanted.as_str()))
        };
        let there = words.get(at..at + self.words.len());
        if there.is_some_and(|there| self.words.iter().zip(there).enumerate().all(is_match)) {
            return self.words.len();
        }
        usize::from(!stem.is_empty() && self.stem == stem)
    }
}

/// Words of a text that are indexed and searched for a snippet. PostgreSQL has no higher positions, and both databases
/// must find the same: <https://www.postgresql.org/docs/current/textsearch-limitations.html>
pub const MOST_WORDS: usize = 16_000;
