//! `/robots.txt`, `/sitemap.xml`, `/news-sitemap.xml`, `/llms.txt`, `/site.webmanifest`, `/.well-known/…`.

use super::{MAX_NEWS_ARTICLES, NEWS_HOURS, store};
use crate::articles::collections::{Kind, names};
use crate::db::Time;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::paths;
use crate::web::{Shared, State, Viewer, assets, page};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt::Write as _;

const XML: &str = "application/xml; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const SITEMAP_XMLNS: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const NEWS_XMLNS: &str = "http://www.google.com/schemas/sitemap-news/0.9";

#[derive(Serialize)]
#[serde(rename = "sitemapindex")]
struct Index {
    #[serde(rename = "@xmlns")]
    space: &'static str,
    sitemap: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename = "urlset")]
struct Map {
    #[serde(rename = "@xmlns")]
    space: &'static str,
    url: Vec<Location>,
}

#[derive(Serialize)]
struct Location {
    loc: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lastmod: Option<String>,
}

#[derive(Serialize)]
#[serde(rename = "urlset")]
struct NewsMap {
    #[serde(rename = "@xmlns")]
    space: &'static str,
    #[serde(rename = "@xmlns:news")]
    news: &'static str,
    url: Vec<NewsLocation>,
}

#[derive(Serialize)]
struct NewsLocation {
    loc: String,
    #[serde(rename = "news:news")]
    news: News,
}

#[derive(Serialize)]
struct News {
    #[serde(rename = "news:publication")]
    publication: Publication,
    #[serde(rename = "news:publication_date")]
    date: String,
    #[serde(rename = "news:title")]
    title: String,
}

#[derive(Serialize)]
struct Publication {
    #[serde(rename = "news:name")]
    name: String,
    #[serde(rename = "news:language")]
    language: String,
}

fn xml(value: &impl Serialize) -> Result<String, Error> {
    let body = quick_xml::se::to_string(value).map_err(Error::internal)?;
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}\n"
    ))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SitemapQuery {
    part: String,
}

/// `GET /sitemap.xml`: the sitemap index; `?part=site` and `?part=1`, `2`, … are the sitemaps.
pub async fn sitemap(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let which: SitemapQuery = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let body = match which.part.as_str() {
        "" => sitemap_index(&state).await?,
        "site" => sitemap_of_site(&state).await?,
        number => {
            let number = number.parse().ok().filter(|n| (1..=1_000_000).contains(n));
            sitemap_of_articles(&state, number.ok_or(Error::NotFound)?).await?
        }
    };
    Ok(page::cached_file(
        &viewer,
        since,
        &[CacheTag::Articles],
        XML,
        None,
        body,
    ))
}

fn location(state: &State, path: &str, at: Option<Time>) -> Location {
    Location {
        loc: format!("{}{path}", state.config.base.origin),
        lastmod: at.map(Time::rfc3339),
    }
}

async fn sitemap_index(state: &State) -> Result<String, Error> {
    let maps = state.db.read(store::sitemaps).await?;
    let newest = maps.iter().map(|m| m.1).max();
    let mut sitemap = vec![location(state, &paths::sitemap("site"), newest)];
    let parts = maps
        .iter()
        .map(|(number, at)| location(state, &paths::sitemap(&number.to_string()), Some(*at)));
    sitemap.extend(parts);
    xml(&Index {
        space: SITEMAP_XMLNS,
        sitemap,
    })
}

/// The pages that are no articles.
async fn sitemap_of_site(state: &State) -> Result<String, Error> {
    let mut paths: Vec<String> = [
        paths::FRONT,
        paths::ARCHIVE,
        paths::AUTHORS,
        paths::TAGS,
        paths::FEEDS,
        paths::CORRECTIONS,
        paths::ABOUT,
        paths::GUIDELINES,
        paths::PRIVACY,
    ]
    .map(str::to_owned)
    .into();
    let site = state.site();
    let sections = site.sections.iter();
    paths.extend(sections.map(|section| paths::section(&section.slug)));
    let (authors, tags) = state
        .db
        .read(|conn| Ok((names(conn, Kind::Author)?, names(conn, Kind::Tag)?)))
        .await?;
    paths.extend(authors.iter().map(|(slug, _)| paths::author(slug)));
    paths.extend(tags.iter().map(|(slug, _)| paths::tag(slug)));
    xml(&Map {
        space: SITEMAP_XMLNS,
        url: paths
            .iter()
            .map(|path| location(state, path, None))
            .collect(),
    })
}

async fn sitemap_of_articles(state: &State, number: i64) -> Result<String, Error> {
    let articles = state
        .db
        .read(move |conn| store::sitemap_articles(conn, number))
        .await?;
    if articles.is_empty() {
        return Err(Error::NotFound);
    }
    let url = articles
        .iter()
        .map(|(slug, at)| location(state, &paths::article(slug), Some(*at)));
    xml(&Map {
        space: SITEMAP_XMLNS,
        url: url.collect(),
    })
}

/// `GET /news-sitemap.xml`: articles of the last two days. Not cached, because it changes with time alone.
pub async fn news_sitemap(state: Shared) -> Result<HttpResponse, Error> {
    let from = state.db.now().plus(-NEWS_HOURS * Time::HOUR);
    let found = state
        .db
        .read(move |conn| store::published_since(conn, from, MAX_NEWS_ARTICLES))
        .await?;
    let site = state.site();
    let origin = &state.config.base.origin;
    // News sitemaps take two- or three-letter codes, and `zh-cn` or `zh-tw` for Chinese.
    let language = match site.language.as_str() {
        "zh-CN" => "zh-cn",
        "zh-TW" => "zh-tw",
        other => other.split('-').next().unwrap_or("en"),
    };
    let url = found.into_iter().map(|(slug, title, at)| NewsLocation {
        loc: format!("{origin}{}", paths::article(&slug)),
        news: News {
            publication: Publication {
                name: site.name.clone(),
                language: language.to_owned(),
            },
            date: at.rfc3339(),
            title,
        },
    });
    let map = NewsMap {
        space: SITEMAP_XMLNS,
        news: NEWS_XMLNS,
        url: url.collect(),
    };
    Ok(plain(XML, xml(&map)?))
}

fn plain(mime: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, mime))
        .body(body)
}

/// `GET /robots.txt`
pub async fn robots(state: Shared, viewer: Viewer) -> HttpResponse {
    let since = state.db.version();
    let origin = &state.config.base.origin;
    let mut text = String::from("User-agent: *\n");
    for closed in [
        paths::ADMIN,
        paths::ACCOUNT,
        paths::LOGIN,
        paths::JOIN,
        paths::SEARCH,
        "/comments/",
    ] {
        let _ = writeln!(text, "Disallow: {closed}");
    }
    let _ = write!(
        text,
        "\nSitemap: {origin}{}\nSitemap: {origin}{}\n",
        paths::SITEMAP,
        paths::NEWS_SITEMAP
    );
    page::cached_file(&viewer, since, &[], TEXT, None, text)
}

/// `GET /llms.txt`: <https://llmstxt.org/>
pub async fn llms(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let newest = state.db.read(|conn| store::newest(conn, 20)).await?;
    let (site, origin) = (state.site(), &state.config.base.origin);
    // Brackets and line breaks would end a Markdown link.
    let said = |text: &str| text.replace(['[', ']', '\n'], " ");
    let mut text = format!("# {}\n\n", said(&site.name));
    if !site.tagline.is_empty() {
        let _ = writeln!(text, "> {}\n", said(&site.tagline));
    }
    let _ = writeln!(
        text,
        "Every article names its sources: source notes say what is confirmed first-hand, what others corroborate, and what must stay attributed. Corrections are dated and public.\n\n## Sections\n"
    );
    for section in &site.sections {
        let _ = writeln!(
            text,
            "- [{}]({origin}{})",
            said(&section.name),
            paths::section(&section.slug)
        );
    }
    text.push_str("\n## Latest\n\n");
    for (slug, title, dek) in newest {
        let about = if dek.is_empty() {
            String::new()
        } else {
            format!(": {}", said(&dek))
        };
        let _ = writeln!(
            text,
            "- [{}]({origin}{}){about}",
            said(&title),
            paths::article(&slug)
        );
    }
    let _ = write!(
        text,
        "\n## Optional\n\n- [Archive]({origin}{})\n- [Corrections]({origin}{})\n- [Full text of the latest articles]({origin}{})\n",
        paths::ARCHIVE,
        paths::CORRECTIONS,
        paths::feed(paths::FRONT, "json")
    );
    Ok(page::cached_file(
        &viewer,
        since,
        &[CacheTag::Articles],
        TEXT,
        None,
        text,
    ))
}

/// `GET /site.webmanifest`: <https://www.w3.org/TR/appmanifest/>
pub async fn manifest(state: Shared, viewer: Viewer) -> HttpResponse {
    let since = state.db.version();
    let site = state.site();
    let icon = |src: &str, sizes: &str| json!({ "src": src, "sizes": sizes, "type": "image/png", "purpose": "any maskable" });
    let body = json!({
        "name": site.name,
        "short_name": crate::text::excerpt(&site.name, 12),
        "description": site.tagline,
        "lang": site.language,
        "dir": site.direction(),
        "start_url": paths::FRONT,
        "scope": paths::FRONT,
        "display": "browser",
        "background_color": "#fdfcfa",
        "theme_color": "#fdfcfa",
        "icons": match site.look.icon == assets::ICON_SVG {
            true => json!([
                { "src": assets::ICON_SVG, "sizes": "any", "type": "image/svg+xml" },
                icon(assets::ICON_192_PNG, "192x192"),
                icon(assets::ICON_512_PNG, "512x512"),
            ]),
            false => json!([{ "src": site.look.icon, "sizes": "any", "type": site.look.icon_type }]),
        },
    });
    page::cached_file(
        &viewer,
        since,
        &[],
        "application/manifest+json",
        None,
        body.to_string(),
    )
}

/// Days until `security.txt` expires.
const SECURITY_DAYS: i64 = 180;

/// `GET /.well-known/security.txt`: <https://www.rfc-editor.org/rfc/rfc9116>
pub async fn security(state: Shared) -> HttpResponse {
    let site = state.site();
    let origin = &state.config.base.origin;
    let contact = if site.contact.is_empty() {
        format!("{origin}{}", paths::ABOUT)
    } else {
        format!("mailto:{}", site.contact)
    };
    let expires = state.db.now().plus(SECURITY_DAYS * Time::DAY).rfc3339();
    plain(
        TEXT,
        format!(
            "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: {}\nCanonical: {origin}{}\n",
            site.language,
            paths::SECURITY
        ),
    )
}

/// `GET /.well-known/change-password`: <https://www.w3.org/TR/change-password-url/>
pub async fn change_password() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, paths::ACCOUNT_PASSWORD))
        .finish()
}
