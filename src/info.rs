//! Static information pages: about, guidelines, privacy.

use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
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
}

/// `GET /about`
pub async fn about(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    page::cached(
        &AboutPage {
            page: Page::new(&state, &viewer, &t.about_heading(&site.name)).at(&state, paths::ABOUT),
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
    let since = state.db.version();
    let t = state.t();
    page::cached(
        &GuidelinesPage {
            page: Page::new(&state, &viewer, &t.guidelines_heading()).at(&state, paths::GUIDELINES),
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
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    page::cached(
        &PrivacyPage {
            page: Page::new(&state, &viewer, &t.privacy_heading()).at(&state, paths::PRIVACY),
            t,
            contact: site.contact.clone(),
        },
        &viewer,
        since,
        &[],
    )
}
