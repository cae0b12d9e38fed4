//! Looks up whether a path has a page, or where its page has moved.

use crate::articles::collections::{self, Kind};
use crate::articles::lists::{self, ListScope};
use crate::articles::store;
use crate::db::schema::{accounts, articles, former_paths};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::redirects::KnownRoute;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// The current path of the page at a path: the same if it exists, another one for a former slug of an article. `None`:
/// there is no such page.
pub fn resolve(
    conn: &mut Conn,
    path: &str,
    route_kind: fn(&str) -> KnownRoute,
) -> Result<Option<String>, Error> {
    if let Some(here) = existing(conn, path, route_kind)? {
        return Ok(Some(here));
    }
    // Addresses that other systems give their feeds. No article takes them.
    match path {
        "/feed" | "/feed.xml" | "/atom.xml" | "/index.xml" | "/atom" => {
            Ok(Some(paths::feed(paths::FRONT, "atom")))
        }
        "/rss" | "/rss.xml" => Ok(Some(paths::feed(paths::FRONT, "rss"))),
        _ => former_path(conn, path),
    }
}

/// The article that had this path on another site. `.html` at its end does not count.
fn former_path(conn: &mut Conn, path: &str) -> Result<Option<String>, Error> {
    let plain = path.strip_suffix(".html").unwrap_or(path);
    let alike = vec![path.to_owned(), plain.to_owned(), format!("{plain}.html")];
    let found: Vec<(String, String)> = former_paths::table
        .inner_join(articles::table.on(articles::id.eq(former_paths::article_id)))
        .filter(former_paths::path.eq_any(alike))
        .filter(sql::<Bool>(store::PUBLISHED))
        .select((former_paths::path, articles::slug))
        .load(conn)?;
    let exact = found.iter().find(|(known, _)| known == path);
    Ok(exact
        .or(found.first())
        .map(|(_, slug)| paths::article(slug)))
}

/// The path of an existing page.
fn existing(
    conn: &mut Conn,
    path: &str,
    route_kind: fn(&str) -> KnownRoute,
) -> Result<Option<String>, Error> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let there = match parts.as_slice() {
        ["articles", slug, rest @ ..] => {
            let slug = match store::published_slug_exists(conn, slug)? {
                true => Some((*slug).to_owned()),
                false => store::slug_after_move(conn, slug)?,
            };
            let Some(slug) = slug else {
                return Ok(None);
            };
            let path = [
                vec![paths::article(&slug)],
                rest.iter().map(|p| (*p).to_owned()).collect(),
            ]
            .concat()
            .join("/");
            return Ok((route_kind(&path) != KnownRoute::Nothing).then_some(path));
        }
        ["sections", slug, ..] => has_something(conn, Kind::Section, slug)?,
        ["tags", slug, ..] => has_something(conn, Kind::Tag, slug)?,
        ["authors", slug, ..] => has_something(conn, Kind::Author, slug)?,
        ["archive", year, month] => was_published(conn, year, month)?,
        ["readers", name] => accounts::table
            .filter(accounts::username_key.eq(name.to_ascii_lowercase()))
            .select(accounts::id)
            .first::<i64>(conn)
            .optional()?
            .is_some(),
        _ => route_kind(path) == KnownRoute::Literal,
    };
    Ok((there && route_kind(path) != KnownRoute::Nothing).then(|| path.to_owned()))
}

fn has_something(conn: &mut Conn, kind: Kind, slug: &str) -> Result<bool, Error> {
    match collections::named(conn, kind, slug) {
        Ok((scope, _)) => Ok(!lists::take(conn, scope, None, 1)?.is_empty()),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Whether anything was published in a month, or within a day of it, because of time zones.
fn was_published(conn: &mut Conn, year: &str, month: &str) -> Result<bool, Error> {
    let numbers = year.parse().ok().zip(month.parse().ok());
    let first = numbers.and_then(|(year, month)| jiff::civil::Date::new(year, month, 1).ok());
    let Some(Ok(first)) = first.map(|day| day.to_zoned(jiff::tz::TimeZone::UTC)) else {
        return Ok(false);
    };
    let first = Time(first.timestamp().as_millisecond());
    let scope = ListScope::Span(first.plus(-Time::DAY), first.plus(32 * Time::DAY));
    Ok(!lists::take(conn, scope, None, 1)?.is_empty())
}
