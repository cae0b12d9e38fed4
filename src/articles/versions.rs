//! The revisions of an article as staff see them: every one that was saved.

use super::draft::Format;
use crate::db::schema::{accounts, article_revisions};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

/// A revision in the list of all of them.
#[derive(Clone, Debug, Queryable)]
pub struct Revision {
    pub number: i64,
    pub saved_at: Time,
    /// Username; `None` where it was not saved by an account.
    pub saved_by: Option<String>,
    /// Readers could read it.
    pub was_public: bool,
}

/// The latest revisions of an article, the newest first.
///
/// # Errors
/// Of the database.
pub fn revisions(conn: &mut Conn, id: i64, most: i64) -> Result<Vec<Revision>, Error> {
    Ok(article_revisions::table
        .left_join(accounts::table.on(accounts::id.nullable().eq(article_revisions::saved_by)))
        .filter(article_revisions::article_id.eq(id))
        .order(article_revisions::number.desc())
        .limit(most)
        .select((
            article_revisions::number,
            article_revisions::saved_at,
            accounts::username.nullable(),
            article_revisions::text.is_not_null(),
        ))
        .load(conn)?)
}

/// The source of a revision, and its format.
///
/// # Errors
/// `NotFound`.
pub fn revision(conn: &mut Conn, id: i64, number: i64) -> Result<(String, Format), Error> {
    let (source, format): (String, String) = article_revisions::table
        .find((id, number))
        .select((article_revisions::source, article_revisions::source_format))
        .first(conn)?;
    Ok((source, Format::parse(&format)))
}
