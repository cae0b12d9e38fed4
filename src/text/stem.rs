//! Stems of words, so that a search finds other forms of a word: the Snowball stemmers, <https://snowballstem.org/>.

use super::fold;
use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words, in bytes, have no stem: no language has them, and a stemmer's cost grows with the word.
const LONGEST: usize = 64;

/// The stemmer for a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stemming(Option<Algorithm>);

impl Stemming {
    /// The stemmer for a BCP 47 language tag. In a language without one, no word has a stem.
    pub fn of(language: &str) -> Stemming {
        let first = language.split('-').next().unwrap_or_default();
        let name = match first.to_lowercase().as_str() {
            "nb" | "nn" => Algorithm::from_name("no"),
            other => Algorithm::from_name(other),
        };
        Stemming(name.ok())
    }

    /// Whether a folded word may have this stem: a cheap check by the first letter, for stemmers that remove no prefixes.
    pub(super) fn may_have_stem(self, folded: &str, stem: &str) -> bool {
        const REMOVE_PREFIXES: [Algorithm; 4] = [
            Algorithm::Arabic,
            Algorithm::Dutch,
            Algorithm::Indonesian,
            Algorithm::Irish,
        ];
        let removes_prefixes = self.0.is_some_and(|a| REMOVE_PREFIXES.contains(&a));
        !stem.is_empty() && (removes_prefixes || folded.chars().next() == stem.chars().next())
    }

    /// The folded stem of a word of a text; empty if it has none. Folding comes last, because endings have accents.
    pub fn stem(self, word: &str) -> String {
        let Some(algorithm) = self.0.filter(|_| word.len() <= LONGEST) else {
            return String::new();
        };
        let lower = word.nfc().collect::<String>().to_lowercase();
        if !lower
            .chars()
            .all(|c| c.is_alphabetic() || is_combining_mark(c))
        {
            return String::new();
        }
        fold::fold(&Stemmer::new(algorithm).stem(&lower)).into_owned()
    }
}
