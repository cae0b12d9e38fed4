//! Handlers of `feed.atom`, `feed.rss` and `feed.json` of the site and its lists, and of an article's `comments.atom`.

use super::{Atom, ENTRIES, Entry, Feed, Format};
use crate::articles::collections::{self, Kind};
use crate::articles::corrections;
use crate::articles::lists::{self, ListScope, Teaser};
use crate::articles::pages::correction_label;
use crate::articles::store::{self, Name};
use crate::articles::texts::{self, FeedExtras, FullArticle};
use crate::comments;
use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Time, Version};
use crate::error::Error;
use crate::paths;
use crate::text::escape;
use crate::web::viewer::shown_name;
use crate::web::{Shared, Site, State, Viewer, assets, page};
use actix_web::{HttpResponse, web};
use std::fmt::Write as _;

/// The list of a feed: its scope, path and name. The name is empty for the site's own feed.
struct FeedList {
    scope: ListScope,
    path: String,
    name: String,
}

/// A tag URI (RFC 4151), which stays the same when the URL changes.
fn tag_uri(state: &State, kind: &str, number: i64) -> String {
    let authority = &state.config.base.authority;
    // Without the port, and without the brackets of an IPv6 address.
    let host = authority
        .trim_start_matches('[')
        .split([']'])
        .next()
        .unwrap_or_default();
    let host = if authority.starts_with('[') {
        host
    } else {
        authority.split(':').next().unwrap_or_default()
    };
    format!("tag:{host},2026:{kind}/{number}")
}

fn empty_feed(state: &State, site: &Site, path: &str, name: &str, kind: &str) -> Feed {
    let origin = &state.config.base.origin;
    Feed {
        title: if name.is_empty() {
            site.name.clone()
        } else {
            format!("{name} · {}", site.name)
        },
        description: site.tagline.clone(),
        language: site.language.clone(),
        home: format!("{origin}{path}"),
        own: format!("{origin}{}", paths::feed(path, kind)),
        icon: format!("{origin}{}", assets::ICON_192_PNG),
        updated: Time(0),
        entries: Vec::new(),
    }
}

/// Serialises the feed. Its update time is that of the latest entry; for an empty feed it is now.
fn feed_response<F: Format>(
    viewer: &Viewer,
    since: Version,
    cache_tags: &[CacheTag],
    mut feed: Feed,
    now: Time,
) -> HttpResponse {
    feed.updated = feed.entries.iter().map(|e| e.updated).max().unwrap_or(now);
    // `Last-Modified` is now, not the time of the latest entry, because removing an entry changes the feed as well.
    page::cached_file(
        viewer,
        since,
        cache_tags,
        F::MIME,
        Some(now),
        F::write(&feed),
    )
}

async fn articles<F: Format>(
    state: Shared,
    viewer: Viewer,
    find: impl FnOnce(&mut Conn) -> Result<FeedList, Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let site = state.site();
    let (of, teasers, texts, feed_extras, names) = state
        .db
        .read(move |conn| {
            let of = find(conn)?;
            let teasers = lists::take(conn, of.scope, None, ENTRIES)?;
            if teasers.is_empty() && of.scope != ListScope::Latest {
                return Err(Error::NotFound);
            }
            let ids: Vec<i64> = teasers.iter().map(|t| t.id).collect();
            Ok((
                of,
                teasers,
                texts::full_articles(conn, &ids)?,
                texts::feed_extras(conn, &ids)?,
                store::names(conn, &ids)?,
            ))
        })
        .await?;
    let mut feed = empty_feed(&state, &site, &of.path, &of.name, F::KIND);
    let entry = |teaser: Teaser| {
        let text = texts.iter().find(|t| t.id == teaser.id)?;
        Some(entry(&state, &site, teaser, text, &feed_extras, &names))
    };
    feed.entries = teasers.into_iter().filter_map(entry).collect();
    Ok(feed_response::<F>(
        &viewer,
        since,
        &[CacheTag::Articles],
        feed,
        state.db.now(),
    ))
}

/// The whole article as HTML for feed readers: picture, corrections, text, "why it matters", source notes.
fn content(
    state: &State,
    site: &Site,
    url: &str,
    text: &FullArticle,
    feed_extras: &FeedExtras,
) -> String {
    let (t, origin) = (site.t(), &state.config.base.origin);
    let mut content = String::new();
    if let Some((file, width, height)) = &text.hero {
        let _ = writeln!(
            content,
            "<p><img src=\"{origin}{}\" width=\"{width}\" height=\"{height}\" alt=\"{}\"></p>",
            paths::media(file),
            escape(&text.hero_alt)
        );
    }
    for (_, kind, said, at) in feed_extras.corrections.iter().filter(|c| c.0 == text.id) {
        let label = correction_label(t, kind);
        let _ = writeln!(
            content,
            "<p><strong>{}</strong>, {}: {}</p>",
            escape(&label),
            escape(&site.day(*at)),
            escape(said)
        );
    }
    content += &text.summary.absolute(origin, url);
    content += &text.body.absolute(origin, url);
    if !text.matters.is_empty() {
        let _ = writeln!(content, "<h2>{}</h2>", escape(&t.why_it_matters()));
        content += &text.matters.absolute(origin, url);
    }
    let notes: Vec<&String> = feed_extras
        .notes
        .iter()
        .filter(|n| n.0 == text.id)
        .map(|n| &n.2)
        .collect();
    if !notes.is_empty() {
        let _ = writeln!(content, "<h2>{}</h2>\n<ol>", escape(&t.source_notes()));
        for note in notes {
            let _ = writeln!(content, "<li>{}</li>", escape(note));
        }
        content.push_str("</ol>");
    }
    content.trim_end().to_owned()
}

fn entry(
    state: &State,
    site: &Site,
    teaser: Teaser,
    text: &FullArticle,
    feed_extras: &FeedExtras,
    names: &[Name],
) -> Entry {
    let origin = &state.config.base.origin;
    let url = format!("{origin}{}", paths::article(&teaser.slug));
    let tags = feed_extras.tags.iter().filter(|tag| tag.0 == teaser.id);
    let mut categories = vec![teaser.section];
    categories.extend(tags.map(|tag| tag.1.clone()));
    let mine = names.iter().filter(|name| name.article == teaser.id);
    Entry {
        id: tag_uri(state, "article", teaser.id),
        title: teaser.title,
        summary: teaser.dek,
        content: content(state, site, &url, text, feed_extras),
        image: text
            .hero
            .as_ref()
            .map(|h| format!("{origin}{}", paths::media(&h.0))),
        published: teaser.published_at,
        updated: text.updated_at.max(teaser.published_at),
        authors: mine
            .map(|name| {
                (
                    name.name.clone(),
                    format!("{origin}{}", paths::author(&name.slug)),
                )
            })
            .collect(),
        categories,
        url,
    }
}

pub async fn site<F: Format>(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let of = FeedList {
        scope: ListScope::Latest,
        path: paths::FRONT.into(),
        name: String::new(),
    };
    articles::<F>(state, viewer, |_| Ok(of)).await
}

macro_rules! lists {
    ($($name:ident $kind:ident)+) => {
        $(pub async fn $name<F: Format>(
            state: Shared,
            viewer: Viewer,
            slug: web::Path<String>,
        ) -> Result<HttpResponse, Error> {
            articles::<F>(state, viewer, move |conn| {
                let (scope, name) = collections::named(conn, Kind::$kind, &slug)?;
                let path = Kind::$kind.path(&slug);
                Ok(FeedList { scope, path, name })
            })
            .await
        })+
    };
}
lists! { section Section tag Tag author Author }

/// The feed of the corrections list.
pub async fn corrections<F: Format>(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    let found = state
        .db
        .read(|conn| corrections::corrections(conn, None, ENTRIES))
        .await?;
    let mut feed = empty_feed(
        &state,
        &site,
        paths::CORRECTIONS,
        &t.corrections_heading(),
        F::KIND,
    );
    let origin = &state.config.base.origin;
    let entry = |one: corrections::Corrected| Entry {
        // Identified by a hash of its content: its position changes when a correction is inserted before it.
        id: tag_uri(&state, "correction", one.article)
            + &format!(
                "/{:08x}",
                crc32fast::hash(format!("{} {} {}", one.kind, one.at.0, one.text).as_bytes())
            ),
        url: format!("{origin}{}", paths::article(&one.slug)),
        title: one.title,
        content: format!("<p>{}</p>", escape(&one.text)),
        summary: one.text,
        published: one.at,
        updated: one.at,
        image: None,
        authors: Vec::new(),
        categories: vec![one.kind],
    };
    feed.entries = found.into_iter().map(entry).collect();
    Ok(feed_response::<F>(
        &viewer,
        since,
        &[CacheTag::Articles],
        feed,
        state.db.now(),
    ))
}

/// `GET /articles/{slug}/comments.atom`: the latest comments on an article.
pub async fn thread(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    let (article, rows) = state
        .db
        .read(move |conn| {
            let article = comments::store::article_thread(conn, &slug)?;
            let rows = comments::store::latest(conn, article.id, ENTRIES)?;
            Ok((article, rows))
        })
        .await?;
    let mut cache_tags = vec![CacheTag::Article(article.id), CacheTag::Thread(article.id)];
    cache_tags.extend(rows.iter().map(|row| CacheTag::Account(row.author_id)));
    let path = paths::article(&article.slug);
    let origin = &state.config.base.origin;
    let mut feed = empty_feed(
        &state,
        &site,
        &path,
        &t.feed_of_thread(&article.title),
        Atom::KIND,
    );
    feed.own = format!("{origin}{}", paths::thread_feed(&article.slug));
    feed.description = String::new();
    let entry = |row: comments::row::CommentRow| {
        let name = shown_name(&row.username, &row.name).to_owned();
        let url = format!("{origin}{}", paths::comment(&article.slug, row.id));
        Entry {
            id: tag_uri(&state, "comment", row.id),
            title: t.conversation_by(&name),
            summary: String::new(),
            content: row.html.absolute(origin, &url),
            url,
            published: row.created_at,
            updated: row.edited_at.unwrap_or(row.created_at),
            authors: vec![(name, format!("{origin}{}", paths::reader(&row.username)))],
            image: None,
            categories: Vec::new(),
        }
    };
    feed.entries = rows.into_iter().map(entry).collect();
    Ok(feed_response::<Atom>(
        &viewer,
        since,
        &cache_tags,
        feed,
        state.db.now(),
    ))
}
