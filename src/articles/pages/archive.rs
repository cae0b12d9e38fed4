//! `GET /archive`, `/archive/{yyyy}`, `/archive/{yyyy}/{mm}`: all articles by year and month, in the site's time zone.

use super::Listed;
use super::list::answer;
use crate::articles::collections;
use crate::articles::lists::ListScope;
use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{Page, Shared, Site, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

struct Year {
    number: i16,
    href: String,
    months: Vec<Link>,
}

#[derive(Template)]
#[template(path = "articles/archive.html")]
struct ArchivePage {
    page: Page,
    t: Interface,
    heading: String,
    years: Vec<Year>,
    sections: Vec<Link>,
}

/// Maximum number of months listed: more than two centuries.
const MOST_MONTHS: usize = 2500;

/// `GET /archive`
pub async fn archive(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    months(state, viewer, None).await
}

/// `GET /archive/{yyyy}`
pub async fn year(
    state: Shared,
    viewer: Viewer,
    year: web::Path<String>,
) -> Result<HttpResponse, Error> {
    match (year.len(), year.parse()) {
        (4, Ok(year)) => months(state, viewer, Some(year)).await,
        _ => Err(Error::NotFound),
    }
}

/// Every month with articles, the newest first.
fn months_with_articles(conn: &mut Conn, site: &Site) -> Result<Vec<(i16, i8)>, Error> {
    // Goes from each month with articles to the previous one: one index look-up each.
    let (mut months, mut before) = (Vec::new(), Time(i64::MAX));
    while let Some(at) = collections::published_before(conn, before)? {
        let (year, month) = site.month_of(at);
        let Some((first, _)) = site.month_span(year, month) else {
            break;
        };
        months.push((year, month));
        before = first;
        if months.len() == MOST_MONTHS {
            break;
        }
    }
    Ok(months)
}

/// The page of the months with articles, of all years or of one.
async fn months(state: Shared, viewer: Viewer, only: Option<i16>) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    let here = site.clone();
    let months = state
        .db
        .read(move |conn| months_with_articles(conn, &here))
        .await?;
    let mut years: Vec<Year> = Vec::new();
    let wanted = months
        .into_iter()
        .filter(|(year, _)| only.is_none_or(|only| only == *year));
    for (year, month) in wanted {
        let link = Link {
            href: paths::month(year, month),
            text: t.month_name(i64::from(month)),
        };
        match years.last_mut().filter(|last| last.number == year) {
            Some(last) => last.months.insert(0, link),
            None => years.push(Year {
                number: year,
                href: paths::year(year),
                months: vec![link],
            }),
        }
    }
    if years.is_empty() && only.is_some() {
        return Err(Error::NotFound);
    }
    let (heading, path) = match only {
        None => (t.archive_heading(), paths::ARCHIVE.to_owned()),
        Some(year) => (
            format!("{} · {year}", t.archive_heading()),
            paths::year(year),
        ),
    };
    let shown = site.sections.iter().filter(|_| only.is_none());
    let sections = shown.map(|section| Link {
        href: paths::section(&section.slug),
        text: section.name.clone(),
    });
    let view = ArchivePage {
        page: Page::new(&state, &viewer, &heading)
            .at(&state, &path)
            .about(&t.archive_about(&site.name))
            .described(&state),
        t,
        heading,
        years,
        sections: sections.collect(),
    };
    page::cached(&view, &viewer, since, &[CacheTag::Articles])
}

/// `GET /archive/{yyyy}/{mm}`
pub async fn month(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    at: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (year, month) = at.into_inner();
    let (year, month) = match (year.len(), month.len(), year.parse(), month.parse()) {
        (4, 2, Ok(year), Ok(month)) => (year, month),
        _ => return Err(Error::NotFound),
    };
    answer(&state, &viewer, &request, move |_, site| {
        let (from, to) = site.month_span(year, month).ok_or(Error::NotFound)?;
        let (t, name) = (site.t(), site.month(year, month));
        let listed = Listed {
            path: paths::month(year, month),
            section: String::new(),
            kicker: t.archive_heading(),
            kicker_href: paths::ARCHIVE.into(),
            description: t.archive_month_about(&name, &site.name),
            heading: name,
            author: None,
            has_feed: false,
        };
        Ok((ListScope::Span(from, to), listed))
    })
    .await
}
