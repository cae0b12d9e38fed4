//! The built-in pages: about, guidelines, privacy, feeds.

mod edit;
mod write;
mod written;

pub use edit::{ask, delete, edit, update};
pub use write::{create, index};
pub use written::show;

use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{Page, Shared, Viewer, page};
use actix_web::HttpResponse;
use askama::Template;

#[derive(Template)]
#[template(path = "info/about.html")]
struct AboutPage {
    page: Page,
    t: Interface,
    contact: String,
}

#[derive(Template)]
#[template(path = "info/guidelines.html")]
struct GuidelinesPage {
    page: Page,
    t: Interface,
    hold_first: bool,
}

#[derive(Template)]
#[template(path = "info/privacy.html")]
struct PrivacyPage {
    page: Page,
    t: Interface,
    contact: String,
    /// The name of the OpenID Connect provider; empty = none.
    provider: String,
    approves_joins: bool,
}

struct FeedLinks {
    name: String,
    links: [Link; 3],
}

#[derive(Template)]
#[template(path = "info/feeds.html")]
struct FeedsPage {
    page: Page,
    t: Interface,
    feeds: Vec<FeedLinks>,
}

/// `GET /feeds`
pub async fn feeds(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    let of = |name: &str, list: &str| FeedLinks {
        name: name.to_owned(),
        links: ["atom", "rss", "json"].map(|kind| Link {
            href: paths::feed(list, kind),
            text: format!("feed.{kind}"),
        }),
    };
    let mut feeds = vec![of(&site.name, paths::FRONT)];
    let sections = site.sections.iter();
    feeds.extend(sections.map(|section| of(&section.name, &paths::section(&section.slug))));
    feeds.push(of(&t.corrections_heading(), paths::CORRECTIONS));
    let view = FeedsPage {
        page: Page::new(&state, &viewer, &t.feeds_heading())
            .at(&state, paths::FEEDS)
            .about(&t.feeds_dek())
            .described(&state),
        t,
        feeds,
    };
    page::cached(&view, &viewer, since, &[])
}

/// `GET /about`
pub async fn about(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    if let Some(written) = written::instead(&state, &viewer, "about").await? {
        return Ok(written);
    }
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    page::cached(
        &AboutPage {
            page: Page::new(&state, &viewer, &t.about_heading(&site.name))
                .at(&state, paths::ABOUT)
                .described(&state),
            t,
            contact: site.contact.clone(),
        },
        &viewer,
        since,
        &[],
    )
}

/// `GET /guidelines`
pub async fn guidelines(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    if let Some(written) = written::instead(&state, &viewer, "guidelines").await? {
        return Ok(written);
    }
    let since = state.db.version();
    let t = state.t();
    page::cached(
        &GuidelinesPage {
            page: Page::new(&state, &viewer, &t.guidelines_heading())
                .at(&state, paths::GUIDELINES)
                .described(&state),
            t,
            hold_first: state.site().policy.new_reader,
        },
        &viewer,
        since,
        &[],
    )
}

/// `GET /privacy`
pub async fn privacy(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    if let Some(written) = written::instead(&state, &viewer, "privacy").await? {
        return Ok(written);
    }
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    page::cached(
        &PrivacyPage {
            page: Page::new(&state, &viewer, &t.privacy_heading())
                .at(&state, paths::PRIVACY)
                .described(&state),
            t,
            contact: site.contact.clone(),
            provider: state
                .config
                .provider
                .as_ref()
                .map_or(String::new(), |provider| provider.name.clone()),
            approves_joins: site.approves_joins,
        },
        &viewer,
        since,
        &[],
    )
}
