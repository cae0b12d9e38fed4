//! `/readers/{username}`: a reader's public profile.

use crate::accounts::store;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::viewer::shown_name;
use crate::web::{DateView, Page, Shared, Viewer, page};
use actix_web::{HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "accounts/reader.html")]
struct ReaderPage {
    page: Page,
    t: Interface,
    username: String,
    name: String,
    bio: Vec<String>,
    badge: String,
    since: DateView,
}

/// `GET /readers/{username}`
pub async fn profile(
    state: Shared,
    viewer: Viewer,
    username: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (username, opened) = (username.into_inner(), state.db.version());
    let profile = state
        .db
        .read(move |conn| store::profile(conn, &username))
        .await?;
    let (t, site) = (state.t(), state.site());
    let name = shown_name(&profile.username, &profile.name).to_owned();
    let badge = if profile.is_admin {
        t.badge_admin()
    } else if profile.is_editor {
        t.badge_editor()
    } else if profile.is_moderator {
        t.badge_moderator()
    } else if profile.is_writer {
        t.badge_writer()
    } else {
        String::new()
    };
    let cache_tags = [CacheTag::Account(profile.id)];
    let view = ReaderPage {
        page: Page::new(&state, &viewer, &name)
            .at(&state, &paths::reader(&profile.username))
            .unlisted()
            .described(&state),
        t,
        username: profile.username,
        name,
        bio: profile
            .bio
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(str::to_owned)
            .collect(),
        badge,
        since: DateView::day(&site, profile.created_at),
    };
    page::cached(&view, &viewer, opened, &cache_tags)
}
