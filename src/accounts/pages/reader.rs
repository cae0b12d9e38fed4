//! `/readers/{username}`: a reader's public profile.

use super::own_comments::{self, CommentView};
use crate::accounts::store::Profile;
use crate::accounts::{profile, store};
use crate::comments::own;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::viewer::shown_name;
use crate::web::{DateView, Page, Shared, Viewer, page};
use actix_web::http::header;
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
    /// An article's author has this name.
    is_author: bool,
    since: DateView,
    /// The address of the picture, and of one with twice as many pixels; empty = none.
    picture: String,
    picture_large: String,
    links: Vec<Link>,
    comments: Vec<CommentView>,
}

/// Comments that a profile shows.
const LISTED: i64 = 20;

/// A link under its address, without what every address has.
fn link(href: &str) -> Link {
    let text = href.split("://").nth(1).unwrap_or(href);
    Link {
        href: href.to_owned(),
        text: text.trim_end_matches('/').to_owned(),
    }
}

/// The lines that are not empty.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(str::to_owned).collect()
}

/// The name of the highest role.
fn badge(t: Interface, profile: &Profile) -> String {
    if profile.is_admin {
        t.badge_admin()
    } else if profile.is_editor {
        t.badge_editor()
    } else if profile.is_moderator {
        t.badge_moderator()
    } else if profile.is_writer {
        t.badge_writer()
    } else {
        String::new()
    }
}

/// `GET /readers/{username}`
pub async fn profile(
    state: Shared,
    viewer: Viewer,
    username: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (username, opened) = (username.into_inner(), state.db.version());
    let read = state.db.read(move |conn| {
        let profile = match store::profile(conn, &username) {
            Ok(profile) => profile,
            // The name that they had before leads to the new one.
            Err(Error::NotFound) => return Ok(Err(profile::renamed_to(conn, &username)?)),
            Err(other) => return Err(other),
        };
        let details = profile::details(conn, profile.id)?;
        let comments = match details.shows_comments {
            true => own::newest(conn, profile.id, None, true, LISTED)?,
            false => Vec::new(),
        };
        let is_author = store::is_author(conn, &profile)?;
        Ok(Ok((profile, details, comments, is_author)))
    });
    let (profile, details, comments, is_author) = match read.await? {
        Ok(read) => read,
        Err(name) => {
            let to = (header::LOCATION, paths::reader(&name));
            return Ok(HttpResponse::MovedPermanently().insert_header(to).finish());
        }
    };
    let (t, site) = (state.t(), state.site());
    let name = shown_name(&profile.username, &profile.name).to_owned();
    let mut cache_tags = vec![CacheTag::Account(profile.id)];
    if details.shows_comments {
        // Comments under articles that are public.
        cache_tags.extend([CacheTag::Comments(profile.id), CacheTag::Articles]);
    }
    let picture = match details.picture_waits {
        true => String::new(),
        false => details.picture,
    };
    let portrait = |side| match picture.is_empty() {
        true => String::new(),
        false => paths::portrait(&picture, side),
    };
    let view = ReaderPage {
        page: Page::new(&state, &viewer, &name)
            .at(&state, &paths::reader(&profile.username))
            .unlisted()
            .described(&state),
        t,
        username: profile.username.clone(),
        name,
        bio: lines(&profile.bio),
        badge: badge(t, &profile),
        is_author,
        picture: portrait(128),
        picture_large: portrait(256),
        links: details.links.lines().map(link).collect(),
        comments: comments
            .iter()
            .map(|row| own_comments::view(&site, row, String::new()))
            .collect(),
        since: DateView::day(&site, profile.created_at),
    };
    page::cached(&view, &viewer, opened, &cache_tags)
}
