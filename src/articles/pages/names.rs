//! `GET /authors`, `/tags`: every author and every tag that something is published under.

use crate::articles::collections::{self, Kind};
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{Page, Shared, Viewer, page};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "articles/names.html")]
struct NamesPage {
    page: Page,
    t: Interface,
    heading: String,
    names: Vec<Link>,
}

async fn index(
    state: Shared,
    viewer: Viewer,
    kind: Kind,
    (path, heading, about): (&'static str, String, String),
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let mut names = state
        .db
        .read(move |conn| collections::names(conn, kind))
        .await?;
    names.sort_by_cached_key(|(_, name)| name.to_lowercase());
    let view = NamesPage {
        page: Page::new(&state, &viewer, &heading)
            .at(&state, path)
            .about(&about)
            .described(&state),
        t: state.t(),
        heading,
        names: names
            .into_iter()
            .map(|(slug, name)| Link {
                href: kind.path(&slug),
                text: name,
            })
            .collect(),
    };
    page::cached(&view, &viewer, since, &[CacheTag::Articles])
}

/// `GET /authors`
pub async fn authors(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let (t, site) = (state.t(), state.site());
    let words = (
        paths::AUTHORS,
        t.authors_heading(),
        t.authors_about(&site.name),
    );
    index(state, viewer, Kind::Author, words).await
}

/// `GET /tags`
pub async fn tags(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let (t, site) = (state.t(), state.site());
    let words = (paths::TAGS, t.tags_heading(), t.tags_about(&site.name));
    index(state, viewer, Kind::Tag, words).await
}
