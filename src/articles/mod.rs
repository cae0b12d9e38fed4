//! Articles: what is published, and the pages that show it. Comments come as a finished thread from `comments`.

pub mod corrections;
pub mod draft;
pub mod lists;
pub mod names;
pub mod pages;
pub mod save;
pub mod store;
pub mod texts;

/// Reading speed in words a minute. Brysbaert 2019 (<https://doi.org/10.1016/j.jml.2019.104047>): 238 for English non-fiction.
const WORDS_A_MINUTE: i64 = 238;

/// FullArticle minutes, at least one.
pub fn reading_minutes(words: i64) -> i64 {
    ((words + WORDS_A_MINUTE / 2) / WORDS_A_MINUTE).max(1)
}

/// Whether a text of so many words under so many headings is easier to find one's way in with a list of them.
pub fn is_long(words: i64, headings: usize) -> bool {
    words >= 600 && headings >= 3
}

/// A correction that changes the sense stands above the text; a clarification or an update below.
pub fn changes_the_sense(kind: &str) -> bool {
    matches!(kind, "correction" | "retraction")
}
