//! `/pages/{slug}`: pages that editors have written.

use crate::error::Error;
use crate::info::BUILT_IN;
use crate::info::store::{self, StoredPage};
use crate::paths;
use crate::text::{self, SafeHtml};
use crate::web::{DateView, Page, Shared, State, Viewer, page};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "info/written.html")]
struct WrittenPage {
    page: Page,
    t: crate::interface::Interface,
    title: String,
    html: SafeHtml,
    updated: DateView,
}

/// `GET /pages/{slug}`
pub async fn show(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    if BUILT_IN.contains(&slug.as_str()) {
        let to = format!("{}{}", state.config.base.origin, paths::page(&slug));
        return Ok(HttpResponse::MovedPermanently()
            .insert_header((header::LOCATION, to))
            .finish());
    }
    let since = state.db.version();
    let asked = slug.into_inner();
    let found = state.db.read(move |conn| store::find(conn, &asked)).await?;
    let found = found.ok_or(Error::NotFound)?;
    page::cached(&view(&state, &viewer, found), &viewer, since, &[])
}

/// The page that an editor has written in the place of a built-in one. `None`: nobody has.
pub(super) async fn instead(
    state: &State,
    viewer: &Viewer,
    slug: &'static str,
) -> Result<Option<HttpResponse>, Error> {
    if !state.site().pages.iter().any(|page| page.slug == slug) {
        return Ok(None);
    }
    let since = state.db.version();
    let found = state.db.read(move |conn| store::find(conn, slug)).await?;
    match found {
        None => Ok(None),
        Some(found) => page::cached(&view(state, viewer, found), viewer, since, &[]).map(Some),
    }
}

fn view(state: &State, viewer: &Viewer, found: StoredPage) -> WrittenPage {
    let said = found.html.text().replace('\n', " ");
    WrittenPage {
        page: Page::new(state, viewer, &found.title)
            .at(state, &paths::page(&found.slug))
            .about(&text::excerpt(&said, 200)),
        t: state.t(),
        updated: DateView::day(&state.site(), found.updated_at),
        title: found.title,
        html: found.html,
    }
}
