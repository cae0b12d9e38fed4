//! What an editor has put at the top of the front page.

use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{articles, front_pins};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

/// How many articles can be pinned: the lead and those below it.
pub const MOST: usize = 5;

/// An article that was put there, until a time or until that is changed.
#[derive(Clone, Debug, Queryable)]
pub struct Pin {
    pub article: i64,
    pub slug: String,
    pub until: Option<Time>,
}

/// What is pinned now, the lead first. Articles that are not public are among them.
///
/// # Errors
/// Of the database.
pub fn pinned(conn: &mut Conn, now: Time) -> Result<Vec<Pin>, Error> {
    let mut all: Vec<(i64, Pin)> = front_pins::table
        .inner_join(articles::table.on(articles::id.eq(front_pins::article_id)))
        .select((
            front_pins::position,
            (articles::id, articles::slug, front_pins::until),
        ))
        .load(conn)?;
    all.sort_by_key(|(position, _)| *position);
    let pins = all.into_iter().map(|(_, pin)| pin);
    Ok(pins
        .filter(|pin| pin.until.is_none_or(|until| until > now))
        .collect())
}

/// Replaces what is pinned.
///
/// # Errors
/// Of the database.
pub fn replace(conn: &mut Conn, pins: &[(i64, Option<Time>)]) -> Result<(), Error> {
    diesel::delete(front_pins::table).execute(conn)?;
    for (position, (article, until)) in (0i64..).zip(pins) {
        diesel::insert_into(front_pins::table)
            .values((
                front_pins::position.eq(position),
                front_pins::article_id.eq(article),
                front_pins::until.eq(until.map(|until| until.0)),
            ))
            .execute(conn)?;
    }
    changed(conn, CacheTag::Articles);
    Ok(())
}

/// The published article with this slug.
///
/// # Errors
/// Of the database.
pub fn published(conn: &mut Conn, slug: &str) -> Result<Option<i64>, Error> {
    Ok(articles::table
        .filter(articles::slug.eq(slug))
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
            super::store::PUBLISHED,
        ))
        .select(articles::id)
        .first(conn)
        .optional()?)
}
