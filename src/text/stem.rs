//! Stems of words, so that a search finds other forms of a word: the Snowball stemmers, <https://snowballstem.org/>.

use super::fold;
use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

/// Longer words, in bytes, have no stem: no language has them, and a stemmer's cost grows with the word.
const LONGEST: usize = 64;

/// The stemmer for a language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stemming(Option<Algorithm>);

impl Stemming {
    /// The stemmer for a BCP 47 language tag. In a language without one, no word has a stem.
    pub fn of(language: &str) -> Stemming {
        let first = language.split('-').next().unwrap_or_default();
        let name = match first.to_lowercase().as_str() {
            "nb" | "nn" => "no".to_owned(),
            other => other.to_owned(),
        };
        Stemming(Algorithm::from_name(&name).ok())
    }

    /// The folded stem of a word of a text; empty if it has none. Folding comes last, because endings have accents.
    pub fn stem(self, word: &str) -> String {
        let Some(algorithm) = self.0.filter(|_| word.len() <= LONGEST) else {
            return String::new();
        };
        if !word.chars().all(char::is_alphabetic) {
            return String::new();
        }
        let lower = word.nfc().collect::<String>().to_lowercase();
        fold::fold(&Stemmer::new(algorithm).stem(&lower)).into_owned()
    }
}
