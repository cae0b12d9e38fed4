//! Stores the revisions of an article: what was published or saved, never changed but for the names of replaced pictures.

use super::draft::{Draft, Format, SaveContext};
use crate::db::schema::article_revisions;
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

/// A revision that is to be stored.
pub(super) struct Revision<'a> {
    pub source: &'a str,
    pub format: Format,
    /// The account that saved it; `None` for an import or a job.
    pub by: Option<i64>,
    pub at: Time,
}

impl<'a> Revision<'a> {
    pub fn of(draft: &'a Draft, with: &SaveContext) -> Revision<'a> {
        Revision {
            source: &draft.source,
            format: draft.format,
            by: with.by,
            at: with.now,
        }
    }
}

/// Stores a revision, unless it is there.
pub(super) fn insert_revision(
    conn: &mut Conn,
    id: i64,
    number: i64,
    revision: &Revision<'_>,
) -> Result<(), Error> {
    let known: Option<i64> = article_revisions::table
        .find((id, number))
        .select(article_revisions::number)
        .first(conn)
        .optional()?;
    if known.is_some() {
        return Ok(());
    }
    diesel::insert_into(article_revisions::table)
        .values((
            article_revisions::article_id.eq(id),
            article_revisions::number.eq(number),
            article_revisions::source.eq(revision.source),
            article_revisions::source_format.eq(revision.format.as_str()),
            article_revisions::saved_at.eq(revision.at.0),
            article_revisions::saved_by.eq(revision.by),
        ))
        .execute(conn)?;
    Ok(())
}

/// Stores a revision that readers do not see.
pub(super) fn add_revision(conn: &mut Conn, id: i64, revision: &Revision<'_>) -> Result<(), Error> {
    let number = next_number(conn, id, revision.source)?;
    insert_revision(conn, id, number, revision)
}

/// The number of the next revision: that of the last one, if it was saved with this source and never shown to readers.
pub(super) fn next_number(conn: &mut Conn, id: i64, source: &str) -> Result<i64, Error> {
    let last: Option<(i64, String, Option<String>)> = article_revisions::table
        .filter(article_revisions::article_id.eq(id))
        .order(article_revisions::number.desc())
        .select((
            article_revisions::number,
            article_revisions::source,
            article_revisions::text,
        ))
        .first(conn)
        .optional()?;
    Ok(match last {
        None => 1,
        Some((number, last, None)) if last == source => number,
        Some((number, ..)) => number + 1,
    })
}
