//! Feeds: the latest articles of the site, a section, a tag or an author, comments of a thread, and corrections; in
//! Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1.

mod formats;
pub mod pages;

use crate::db::Time;

/// Maximum number of entries in a feed.
pub const ENTRIES: i64 = 30;

/// A feed in any of the formats. URLs are absolute.
#[derive(Clone, Debug)]
pub struct Feed {
    pub title: String,
    pub description: String,
    pub language: String,
    /// URL of the page that the feed belongs to.
    pub home: String,
    /// URL of the feed itself.
    pub own: String,
    pub icon: String,
    pub updated: Time,
    pub entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    /// A tag URI, which stays the same when the URL changes: <https://www.rfc-editor.org/rfc/rfc4151>
    pub id: String,
    pub url: String,
    pub title: String,
    pub summary: String,
    /// HTML with absolute URLs.
    pub content: String,
    pub image: Option<String>,
    pub published: Time,
    pub updated: Time,
    /// Name, and URL of the author's page.
    pub authors: Vec<(String, String)>,
    pub categories: Vec<String>,
}

/// A feed format. `KIND` is the extension in the feed's URL.
pub trait Format: 'static {
    const KIND: &'static str;
    const MIME: &'static str;
    fn write(feed: &Feed) -> String;
}

pub struct Atom;
pub struct Rss;
pub struct Json;

/// Removes the characters that XML 1.0 does not allow: <https://www.w3.org/TR/xml/#charsets>
fn remove_invalid_xml_chars(text: &str) -> String {
    let fit = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(fit).collect()
}
