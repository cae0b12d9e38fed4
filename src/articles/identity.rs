//! Finds which articles exist already for the files of an import.

use crate::db::Conn;
use crate::db::schema::{articles, former_slugs};
use crate::error::Error;
use diesel::prelude::*;
use std::collections::HashMap;

/// Values in one statement; both databases have a maximum.
const CHUNK: usize = 500;

/// The articles that came from these files: id and slug by origin.
///
/// # Errors
/// Of the database.
pub fn by_origins(
    conn: &mut Conn,
    origins: &[String],
) -> Result<HashMap<String, (i64, String)>, Error> {
    let mut found = HashMap::new();
    for some in origins.chunks(CHUNK) {
        let rows: Vec<(Option<String>, i64, String)> = articles::table
            .filter(articles::origin.eq_any(some.to_vec()))
            .select((articles::origin, articles::id, articles::slug))
            .load(conn)?;
        let known = rows.into_iter();
        found.extend(known.filter_map(|(origin, id, slug)| Some((origin?, (id, slug)))));
    }
    Ok(found)
}

/// All files that articles came from, with their slugs.
///
/// # Errors
/// Of the database.
pub fn origins(conn: &mut Conn) -> Result<Vec<(String, String)>, Error> {
    Ok(articles::table
        .filter(articles::origin.is_not_null())
        .select((articles::origin.assume_not_null(), articles::slug))
        .load(conn)?)
}

/// The ids of the articles with these slugs.
///
/// # Errors
/// Of the database.
pub fn by_slugs(conn: &mut Conn, slugs: &[String]) -> Result<HashMap<String, i64>, Error> {
    let mut found = HashMap::new();
    for some in slugs.chunks(CHUNK) {
        let rows: Vec<(String, i64)> = articles::table
            .filter(articles::slug.eq_any(some.to_vec()))
            .select((articles::slug, articles::id))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The articles that have these slugs, or else had them: id, and the file that it came from.
///
/// # Errors
/// Of the database.
pub fn by_slugs_or_former(
    conn: &mut Conn,
    slugs: &[String],
) -> Result<HashMap<String, (i64, Option<String>)>, Error> {
    let mut found = HashMap::new();
    for some in slugs.chunks(CHUNK) {
        let former: Vec<(String, i64, Option<String>)> = former_slugs::table
            .inner_join(articles::table.on(articles::id.eq(former_slugs::article_id)))
            .filter(former_slugs::slug.eq_any(some.to_vec()))
            .select((former_slugs::slug, articles::id, articles::origin))
            .load(conn)?;
        let current: Vec<(String, i64, Option<String>)> = articles::table
            .filter(articles::slug.eq_any(some.to_vec()))
            .select((articles::slug, articles::id, articles::origin))
            .load(conn)?;
        let all = former.into_iter().chain(current);
        found.extend(all.map(|(slug, id, origin)| (slug, (id, origin))));
    }
    Ok(found)
}
