//! What machines look for unasked: maps of the site, rules for robots, a summary for language models, the site as an app,
//! where to report a hole, where passwords are changed.

pub mod pages;
mod store;

/// Addresses of one map: <https://www.sitemaps.org/protocol.html> allows 50,000; less is read sooner.
pub const A_MAP: i64 = 10_000;
/// Hours that a news map looks back: <https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap>
pub const NEWS_HOURS: i64 = 48;
/// Articles of a news map, by the same rules.
pub const NEWS_MOST: i64 = 1000;
