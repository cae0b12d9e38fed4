//! `GET /sections/{slug}`, `/tags/{slug}`, `/authors/{slug}`: articles, newest first, with keyset pagination.

use super::teaser::{TeaserView, by_article, view};
use super::{After, Listed, json_ld};
use crate::articles::collections::{self, Kind};
use crate::articles::lists::{self, Cursor, ListScope};
use crate::articles::store;
use crate::db::Conn;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::media::thumbnails;
use crate::paths;
use crate::web::page::Feed;
use crate::web::{Page, Shared, Site, State, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// Links to the neighbouring pages of a list; empty = there is none.
#[derive(Default)]
pub(super) struct Pager {
    pub newer: String,
    pub older: String,
}

/// An author's biography, links and picture.
pub(super) struct Profile {
    bio: Vec<String>,
    links: Vec<String>,
    avatar: Option<(String, i64, i64)>,
}

#[derive(Template)]
#[template(path = "articles/list.html")]
pub(super) struct ListPage {
    pub page: Page,
    pub t: Interface,
    pub kicker: String,
    pub kicker_href: String,
    pub heading: String,
    pub profile: Option<Profile>,
    pub feed: String,
    pub teasers: Vec<TeaserView>,
    pub pager: Pager,
}

/// Renders one page of a list. `find` returns the scope of the list and the texts of its page.
///
/// # Errors
/// `NotFound` for a page without articles, and for a malformed cursor.
pub(super) async fn answer(
    state: &Shared,
    viewer: &Viewer,
    request: &HttpRequest,
    find: impl FnOnce(&mut Conn, &Site) -> Result<(ListScope, Listed), Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let after = Cursor::parse(&After::of(request).after)?;
    let (t, site) = (state.t(), state.site());
    let here = site.clone();
    let (listed, shown, names, thumbnails) = state
        .db
        .read(move |conn| {
            let (scope, listed) = find(conn, &here)?;
            let shown = lists::page(conn, scope, after)?;
            if shown.teasers.is_empty() {
                return Err(Error::NotFound);
            }
            let ids: Vec<i64> = shown.teasers.iter().map(|a| a.id).collect();
            let thumbnails = thumbnails::of_articles(conn, &ids)?;
            Ok((listed, shown, store::names(conn, &ids)?, thumbnails))
        })
        .await?;
    let teasers = shown.teasers.iter();
    let threads = teasers.map(|teaser| CacheTag::Thread(teaser.id));
    let cache_tags: Vec<CacheTag> = std::iter::once(CacheTag::Articles).chain(threads).collect();
    let bylines = by_article(names);
    let view = ListPage {
        page: head(state, viewer, &listed, &shown, after),
        t,
        pager: pager(&listed, &shown),
        kicker: listed.kicker,
        kicker_href: listed.kicker_href,
        heading: listed.heading,
        // On the first page of the list alone.
        profile: listed.author.filter(|_| after.is_none()).map(profile),
        feed: match listed.has_feed {
            true => paths::feed(&listed.path, "atom"),
            false => String::new(),
        },
        teasers: shown
            .teasers
            .into_iter()
            .map(|one| (one.id, view(t, &site, one, &bylines)))
            .map(|(id, view)| view.illustrated(id, &thumbnails))
            .collect(),
    };
    page::cached(&view, viewer, since, &cache_tags)
}

/// Title, canonical URL, feeds and JSON-LD.
fn head(
    state: &State,
    viewer: &Viewer,
    listed: &Listed,
    shown: &lists::Page,
    after: Option<Cursor>,
) -> Page {
    let site = state.site();
    let cursor = after.map_or(String::new(), |cursor| cursor.to_string());
    let mut page = Page::new(state, viewer, &listed.heading)
        .at(state, &paths::list_page(&listed.path, &cursor))
        .about(&listed.description);
    page.section.clone_from(&listed.section);
    if listed.has_feed {
        page.feeds = Feed::all(&listed.path, &format!("{} · {}", listed.heading, site.name));
    }
    page.json_ld = json_ld::list(&state.config.base.origin, &site, listed, &shown.teasers);
    if listed.author.is_some() {
        page.card.kind = "profile";
    }
    page
}

fn pager(listed: &Listed, shown: &lists::Page) -> Pager {
    let to = |cursor: Option<Cursor>| {
        let cursor = cursor.map_or(String::new(), |cursor| cursor.to_string());
        paths::list_page(&listed.path, &cursor)
    };
    Pager {
        newer: shown.newer.map_or(String::new(), to),
        older: shown.older.map_or(String::new(), |older| to(Some(older))),
    }
}

fn profile(author: collections::Author) -> Profile {
    let paragraphs = author.bio.lines().filter(|line| !line.trim().is_empty());
    Profile {
        bio: paragraphs.map(str::to_owned).collect(),
        links: author.links.lines().map(str::to_owned).collect(),
        avatar: author
            .avatar
            .map(|(file, width, height)| (paths::media(&file), width, height)),
    }
}

/// The list of a section, a tag or an author.
async fn named(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    kind: Kind,
    slug: String,
) -> Result<HttpResponse, Error> {
    answer(&state, &viewer, &request, move |conn, site| {
        let (scope, name) = collections::named(conn, kind, &slug)?;
        let author = match kind {
            Kind::Author => Some(collections::author(conn, &slug)?),
            Kind::Section | Kind::Tag => None,
        };
        let t = site.t();
        let (kicker, about) = match kind {
            Kind::Section => (t.list_section(), t.list_section_about(&name, &site.name)),
            Kind::Tag => (t.list_tag(), t.list_tag_about(&name, &site.name)),
            Kind::Author => (t.list_author(), t.list_author_about(&name, &site.name)),
        };
        let bio = author
            .as_ref()
            .map(|author| crate::text::excerpt(&author.bio, 200));
        let listed = Listed {
            path: kind.path(&slug),
            section: if kind == Kind::Section {
                slug
            } else {
                String::new()
            },
            kicker,
            kicker_href: String::new(),
            heading: name,
            description: bio.filter(|bio| !bio.is_empty()).unwrap_or(about),
            author,
            has_feed: true,
        };
        Ok((scope, listed))
    })
    .await
}

macro_rules! pages {
    ($($(#[$doc:meta])* $name:ident $kind:ident)+) => {
        $($(#[$doc])*
        pub async fn $name(
            state: Shared,
            viewer: Viewer,
            request: HttpRequest,
            slug: web::Path<String>,
        ) -> Result<HttpResponse, Error> {
            named(state, viewer, request, Kind::$kind, slug.into_inner()).await
        })+
    };
}
pages! {
    /// `GET /sections/{slug}`
    section Section
    /// `GET /tags/{slug}`
    tag Tag
    /// `GET /authors/{slug}`
    author Author
}
