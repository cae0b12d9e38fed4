//! `GET /`: the lead and the thirty latest, marked by section.

use super::names;
use crate::articles::store::{self, Teaser};
use crate::db::Time;
use crate::db::fresh::Topic;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::cache::Audience;
use crate::web::page::Shares;
use crate::web::{Page, Shared, Site, Viewer, When, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use std::collections::HashMap;

/// The lead is one of these.
const LATEST: i64 = 31;
/// Articles with their dek under the lead.
const SECONDARY: usize = 4;
/// Titles in the narrow column.
const COLUMN: usize = 6;

struct TeaserView {
    href: String,
    title: String,
    dek: String,
    section: String,
    authors: String,
    at: When,
    comments: String,
}

#[derive(Template)]
#[template(path = "articles/front.html")]
struct FrontPage {
    page: Page,
    t: Interface,
    lead: Option<TeaserView>,
    secondary: Vec<TeaserView>,
    column: Vec<TeaserView>,
    rest: Vec<TeaserView>,
}

fn view(
    t: Interface,
    site: &Site,
    teaser: Teaser,
    authors: &HashMap<i64, Vec<String>>,
) -> TeaserView {
    let count = teaser.public_comments.unwrap_or(0);
    TeaserView {
        href: paths::article(&teaser.slug),
        authors: authors
            .get(&teaser.id)
            .map(|a| names(t, a))
            .unwrap_or_default(),
        title: teaser.title,
        dek: teaser.dek,
        section: teaser.section,
        at: When::day(site, teaser.published_at),
        comments: if count > 0 {
            t.comments_count(count)
        } else {
            String::new()
        },
    }
}

pub async fn front(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let since = state.db.moment();
    let (teasers, authors) = state
        .db
        .read(|conn| {
            let teasers = store::latest(conn, LATEST)?;
            let ids: Vec<i64> = teasers.iter().map(|a| a.id).collect();
            Ok((teasers, store::author_names(conn, &ids)?))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    // Each says how many comments it has.
    let mut topics = vec![Topic::Articles];
    for teaser in &teasers {
        topics.extend([Topic::Article(teaser.id), Topic::Thread(teaser.id)]);
    }
    let mut by_article: HashMap<i64, Vec<String>> = HashMap::new();
    for (article, name) in authors {
        by_article.entry(article).or_default().push(name);
    }
    let mut views = teasers
        .into_iter()
        .map(|teaser| view(t, &site, teaser, &by_article));
    let lead = views.next();
    let mut rest: Vec<TeaserView> = views.collect();
    // Few articles fill the wide column first, so that no side of the page stands empty.
    let secondary: Vec<TeaserView> = rest.drain(..rest.len().min(SECONDARY)).collect();
    let column: Vec<TeaserView> = rest.drain(..rest.len().min(COLUMN)).collect();
    let shares = Shares {
        since,
        topics: &topics,
        audience: Audience::Readers,
        until: None,
        now: Time::now(),
    };
    page::shared(&state, &request, &viewer, &shares, |viewer, _| FrontPage {
        page: Page::new(&state, viewer, "")
            .at(&state, paths::FRONT)
            .about(&site.tagline),
        t,
        lead,
        secondary,
        column,
        rest,
    })
    .await
}
