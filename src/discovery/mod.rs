//! Files for crawlers and browsers: sitemaps, `robots.txt`, `llms.txt`, the web app manifest, `security.txt`, and the
//! URL for changing a password.

pub mod pages;
mod store;

/// URLs per sitemap: <https://www.sitemaps.org/protocol.html> allows 50,000; smaller ones load faster.
pub const URLS_PER_SITEMAP: i64 = 10_000;
/// Maximum age of an article in the news sitemap, in hours:
/// <https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap>
pub const NEWS_HOURS: i64 = 48;
/// Maximum number of articles in the news sitemap, by the same rules.
pub const MAX_NEWS_ARTICLES: i64 = 1000;
