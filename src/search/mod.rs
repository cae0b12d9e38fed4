//! Full-text search over articles and public comments, the same for both databases.
//!
//! Text is split into words and folded here (`text::fold`), so that both databases compare the same words and need no
//! dictionary of their own. Hits are ranked by where the words occur: in the title; in title, dek, section, authors and
//! tags; anywhere; anywhere in another form (`gates` for `gate`), by stems in the site's language. Comments that contain
//! the words as a phrase come before the others. Within a rank the newest come first. This needs no score for every
//! match, so the cost of a page does not depend on how common the words are.

mod correction;
mod form;
pub mod index;
pub mod jobs;
pub mod pages;
mod query;
mod ranks;
pub mod store;
mod vocabulary;

pub use query::SearchQuery;
