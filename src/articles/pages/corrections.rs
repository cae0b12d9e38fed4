//! `GET /corrections`: every correction of the site, newest first.

use super::After;
use super::article_view::correction_label;
use super::list::Pager;
use crate::articles::corrections::{self, CorrectionCursor};
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::page::Feed;
use crate::web::{DateView, Page, Shared, Viewer, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// Corrections per page.
const PAGE_SIZE: i64 = 50;

struct Entry {
    label: String,
    text: String,
    at: DateView,
    href: String,
    title: String,
}

#[derive(Template)]
#[template(path = "articles/corrections.html")]
struct CorrectionsPage {
    page: Page,
    t: Interface,
    entries: Vec<Entry>,
    feed: String,
    pager: Pager,
}

fn parse_cursor(text: &str) -> Result<Option<CorrectionCursor>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parts: Option<Vec<i64>> = text.split('_').map(|part| part.parse().ok()).collect();
    match parts.as_deref() {
        Some([at, article, position]) => Ok(Some((*at, *article, *position))),
        _ => Err(Error::NotFound),
    }
}

/// `GET /corrections`
pub async fn corrections(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let after = After::of(&request).after;
    let cursor = parse_cursor(&after)?;
    let mut found = state
        .db
        .read(move |conn| corrections::corrections(conn, cursor, PAGE_SIZE + 1))
        .await?;
    if found.is_empty() && cursor.is_some() {
        return Err(Error::NotFound);
    }
    let (t, site) = (state.t(), state.site());
    let mut pager = Pager::default();
    if found.len() as i64 > PAGE_SIZE {
        found.truncate(PAGE_SIZE as usize);
        if let Some(last) = found.last() {
            let cursor = format!("{}_{}_{}", last.at.0, last.article, last.position);
            pager.older = paths::list_page(paths::CORRECTIONS, &cursor);
        }
    }
    if cursor.is_some() {
        // There are cursors for older pages only, so "newer" links to the first page.
        pager.newer = paths::CORRECTIONS.into();
    }
    let mut page = Page::new(&state, &viewer, &t.corrections_heading())
        .at(&state, &paths::list_page(paths::CORRECTIONS, &after))
        .about(&t.corrections_about(&site.name))
        .described(&state);
    page.feeds = Feed::all(
        paths::CORRECTIONS,
        &format!("{} · {}", t.corrections_heading(), site.name),
    );
    let entries = found.into_iter().map(|one| Entry {
        label: correction_label(t, &one.kind),
        text: one.text,
        at: DateView::day(&site, one.at),
        href: paths::article(&one.slug),
        title: one.title,
    });
    let view = CorrectionsPage {
        page,
        t,
        entries: entries.collect(),
        feed: paths::feed(paths::CORRECTIONS, "atom"),
        pager,
    };
    page::cached(&view, &viewer, since, &[CacheTag::Articles])
}
