//! Feeds: the latest of the site, a section, a tag, an author, a thread, the corrections; in Atom (RFC 4287), RSS 2.0 and
//! JSON Feed 1.1.

mod formats;
pub mod pages;

use crate::db::Time;

/// Entries of a feed.
pub const ENTRIES: i64 = 30;

/// A feed before it has a format. Addresses are absolute.
#[derive(Clone, Debug)]
pub struct Feed {
    pub title: String,
    pub description: String,
    pub language: String,
    /// The page that it is the feed of.
    pub home: String,
    /// Its own address.
    pub own: String,
    pub icon: String,
    pub updated: Time,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    /// Stays the same when the address changes: <https://www.rfc-editor.org/rfc/rfc4151>
    pub id: String,
    pub url: String,
    pub title: String,
    pub summary: String,
    /// HTML that stands by itself.
    pub content: String,
    pub image: Option<String>,
    pub published: Time,
    pub updated: Time,
    /// Name and page.
    pub authors: Vec<(String, String)>,
    pub categories: Vec<String>,
}

/// A format, as the last part of an address names it.
pub trait Format: 'static {
    const KIND: &'static str;
    const MIME: &'static str;
    fn write(feed: &Feed) -> String;
}

pub struct Atom;
pub struct Rss;
pub struct Json;

/// What XML 1.0 has no way to write is left out: <https://www.w3.org/TR/xml/#charsets>
fn clean(text: &str) -> String {
    let fit = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(fit).collect()
}
