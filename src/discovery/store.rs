//! Queries for sitemaps and `llms.txt`. Articles are divided into sitemaps by id, so that publishing one changes
//! one sitemap only.

use super::URLS_PER_SITEMAP;
use crate::db::schema::articles;
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

const PUBLISHED: &str = "articles.status = 'published'";

/// The sitemaps that are not empty: number, and time of the last change to an article in it.
pub fn sitemaps(conn: &mut Conn) -> Result<Vec<(i64, Time)>, Error> {
    let last: Option<i64> = articles::table
        .filter(sql::<Bool>(PUBLISHED))
        .order(articles::id.desc())
        .select(articles::id)
        .first(conn)
        .optional()?;
    let mut maps = Vec::new();
    for number in 1..=last.map_or(0, |last| (last - 1) / URLS_PER_SITEMAP + 1) {
        let changed: Option<i64> = articles::table
            .filter(sql::<Bool>(PUBLISHED))
            .filter(articles::id.gt((number - 1) * URLS_PER_SITEMAP))
            .filter(articles::id.le(number * URLS_PER_SITEMAP))
            .select(diesel::dsl::max(articles::updated_at))
            .first(conn)?;
        maps.extend(changed.map(|at| (number, Time(at))));
    }
    Ok(maps)
}

/// The articles of a sitemap: slug and time of the last change.
pub fn sitemap_articles(conn: &mut Conn, number: i64) -> Result<Vec<(String, Time)>, Error> {
    Ok(articles::table
        .filter(sql::<Bool>(PUBLISHED))
        .filter(articles::id.gt((number - 1) * URLS_PER_SITEMAP))
        .filter(articles::id.le(number * URLS_PER_SITEMAP))
        .order(articles::id)
        .select((articles::slug, articles::updated_at))
        .load(conn)?)
}

/// At most `most` articles published since `from`, newest first: slug, title, publication time.
pub fn published_since(
    conn: &mut Conn,
    from: Time,
    most: i64,
) -> Result<Vec<(String, String, Time)>, Error> {
    Ok(articles::table
        .filter(sql::<Bool>(PUBLISHED))
        .filter(articles::published_at.ge(from.0))
        .order((articles::published_at.desc(), articles::id.desc()))
        .select((articles::slug, articles::title, articles::published_at))
        .limit(most)
        .load(conn)?)
}

/// The newest articles: slug, title, dek.
pub fn newest(conn: &mut Conn, most: i64) -> Result<Vec<(String, String, String)>, Error> {
    Ok(articles::table
        .filter(sql::<Bool>(PUBLISHED))
        .order((articles::published_at.desc(), articles::id.desc()))
        .select((articles::slug, articles::title, articles::dek))
        .limit(most)
        .load(conn)?)
}
