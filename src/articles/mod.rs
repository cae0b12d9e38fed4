//! Articles: drafts, storage, lists and pages. The comment thread on an article's page is loaded through `comments`.

pub mod calendar;
pub mod collections;
pub mod corrections;
pub mod draft;
pub mod edited;
pub mod editing;
pub mod fields;
pub mod front_pins;
pub mod identity;
pub mod jobs;
pub mod lists;
pub mod names;
pub mod pages;
pub mod presence;
pub mod preview;
pub mod publication;
mod relations;
mod revision;
pub mod save;
pub mod staff_lists;
pub mod store;
pub mod texts;
pub mod versions;
pub mod working_copy;

/// Reading speed in words a minute. Brysbaert 2019 (<https://doi.org/10.1016/j.jml.2019.104047>): 238 for English non-fiction.
const WORDS_A_MINUTE: i64 = 238;

/// Reading time in whole minutes, at least one.
pub fn reading_minutes(words: i64) -> i64 {
    ((words + WORDS_A_MINUTE / 2) / WORDS_A_MINUTE).max(1)
}

/// Whether an article is long enough for a table of contents.
pub fn is_long(words: i64, headings: usize) -> bool {
    words >= 600 && headings >= 3
}

/// Whether a kind of correction changes the meaning of the article. If so it is shown above the text, else below it.
pub fn changes_meaning(kind: &str) -> bool {
    matches!(kind, "correction" | "retraction")
}
