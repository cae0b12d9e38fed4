//! `GET /sections/{slug}`, `/tags/{slug}`, `/authors/{slug}`: an article after the other, newest first, turned by keyset.

use super::teaser::{TeaserView, by_article, view};
use super::{After, json_ld};
use crate::articles::lists::{self, Author, Cursor, Shelf};
use crate::articles::store;
use crate::db::Conn;
use crate::db::fresh::Topic;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::page::Feed;
use crate::web::{Page, Shared, Site, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// The two ways on from a page of a list; empty = there is none.
#[derive(Default)]
pub(super) struct Pager {
    pub newer: String,
    pub older: String,
}

/// Who an author is.
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

/// Which list, and what its page says of it.
pub(super) struct Listed {
    /// The address of its beginning.
    pub path: String,
    pub kicker: String,
    pub kicker_href: String,
    pub heading: String,
    pub description: String,
    pub author: Option<Author>,
    pub has_feed: bool,
}

/// One page of a list. `find` names the shelf and says what the page is about.
///
/// # Errors
/// `NotFound` for a list that has nothing, and for a cursor that is not ours.
pub(super) async fn answer(
    state: &Shared,
    viewer: &Viewer,
    request: &HttpRequest,
    find: impl FnOnce(&mut Conn, &Site) -> Result<(Shelf, Listed), Error> + Send + 'static,
) -> Result<HttpResponse, Error> {
    let since = state.db.moment();
    let behind = Cursor::parse(&After::of(request).after)?;
    let (t, site) = (state.t(), state.site());
    let here = site.clone();
    let (listed, shown, names) = state
        .db
        .read(move |conn| {
            let (shelf, listed) = find(conn, &here)?;
            let shown = lists::page(conn, shelf, behind)?;
            if shown.teasers.is_empty() {
                return Err(Error::NotFound);
            }
            let ids: Vec<i64> = shown.teasers.iter().map(|a| a.id).collect();
            Ok((listed, shown, store::names(conn, &ids)?))
        })
        .await?;
    let mut topics = vec![Topic::Articles];
    topics.extend(shown.teasers.iter().map(|teaser| Topic::Thread(teaser.id)));
    let pager = Pager {
        newer: shown.newer.map_or(String::new(), |cursor| {
            paths::after(
                &listed.path,
                &cursor.map_or(String::new(), |c| c.to_string()),
            )
        }),
        older: shown.older.map_or(String::new(), |cursor| {
            paths::after(&listed.path, &cursor.to_string())
        }),
    };
    let here = paths::after(
        &listed.path,
        &behind.map_or(String::new(), |c| c.to_string()),
    );
    let mut page = Page::new(state, viewer, &listed.heading)
        .at(state, &here)
        .about(&listed.description);
    page.section = listed
        .path
        .strip_prefix("/sections/")
        .unwrap_or_default()
        .to_owned();
    if listed.has_feed {
        page.feeds = Feed::all(&listed.path, &format!("{} · {}", listed.heading, site.name));
    }
    page.json_ld = json_ld::list(&state.config.base.origin, &site, &listed, &shown.teasers);
    if listed.author.is_some() {
        page.card.kind = "profile";
    }
    let bylines = by_article(names);
    let is_first = behind.is_none();
    let profile = listed.author.filter(|_| is_first).map(|author| Profile {
        bio: author
            .bio
            .lines()
            .map(str::to_owned)
            .filter(|l| !l.trim().is_empty())
            .collect(),
        links: author.links.lines().map(str::to_owned).collect(),
        avatar: author
            .avatar
            .map(|(file, w, h)| (paths::media(&file), w, h)),
    });
    let view = ListPage {
        page,
        t,
        kicker: listed.kicker,
        kicker_href: listed.kicker_href,
        heading: listed.heading,
        profile,
        feed: if listed.has_feed {
            paths::feed(&listed.path, "atom")
        } else {
            String::new()
        },
        teasers: shown
            .teasers
            .into_iter()
            .map(|one| view(t, &site, one, &bylines))
            .collect(),
        pager,
    };
    page::kept(&view, viewer, since, &topics)
}

/// `GET /sections/{slug}`
pub async fn section(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    answer(&state, &viewer, &request, move |conn, site| {
        let (id, name) = lists::section(conn, &slug)?;
        let t = site.t();
        let listed = Listed {
            path: paths::section(&slug),
            kicker: t.list_section(),
            kicker_href: String::new(),
            description: t.list_section_about(&name, &site.name),
            heading: name,
            author: None,
            has_feed: true,
        };
        Ok((Shelf::Section(id), listed))
    })
    .await
}

/// `GET /tags/{slug}`
pub async fn tag(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    answer(&state, &viewer, &request, move |conn, site| {
        let (id, name) = lists::tag(conn, &slug)?;
        let t = site.t();
        let listed = Listed {
            path: paths::tag(&slug),
            kicker: t.list_tag(),
            kicker_href: String::new(),
            description: t.list_tag_about(&name, &site.name),
            heading: name,
            author: None,
            has_feed: true,
        };
        Ok((Shelf::Tag(id), listed))
    })
    .await
}

/// `GET /authors/{slug}`
pub async fn author(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    answer(&state, &viewer, &request, move |conn, site| {
        let author = lists::author(conn, &slug)?;
        let t = site.t();
        let listed = Listed {
            path: paths::author(&slug),
            kicker: t.list_author(),
            kicker_href: String::new(),
            heading: author.name.clone(),
            description: if author.bio.is_empty() {
                t.list_author_about(&author.name, &site.name)
            } else {
                crate::text::excerpt(&author.bio, 200)
            },
            has_feed: true,
            author: Some(author),
        };
        Ok((
            Shelf::Author(listed.author.as_ref().map_or(0, |a| a.id)),
            listed,
        ))
    })
    .await
}
