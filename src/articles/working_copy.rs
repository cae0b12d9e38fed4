//! Working copies: what is to be published of an article that is public already. Readers see nothing of them, and no cached
//! page depends on them.

use super::draft::{Draft, SaveContext};
use super::relations::{WORKING_COPY, replace_draft_media};
use crate::db::schema::{media, working_copies};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// What a working copy holds.
#[derive(Deserialize)]
struct Content {
    draft: Draft,
    with: SaveContext,
}

#[derive(Serialize)]
struct ContentRef<'a> {
    draft: &'a Draft,
    with: &'a SaveContext,
}

/// Stores a draft beside a public article, in place of an earlier one. One with a date in the future is published then.
///
/// # Errors
/// Of the database.
pub(super) fn save(
    conn: &mut Conn,
    article: i64,
    draft: &Draft,
    with: &SaveContext,
) -> Result<(), Error> {
    let content = serde_json::to_string(&ContentRef { draft, with }).map_err(Error::internal)?;
    let before: Option<i64> = working_copies::table
        .find(article)
        .select(working_copies::revision)
        .first(conn)
        .optional()?;
    discard(conn, article)?;
    let in_future = |at: &Time| !draft.is_draft && *at > with.now;
    let publish_at = draft.published.filter(in_future);
    diesel::insert_into(working_copies::table)
        .values((
            working_copies::article_id.eq(article),
            working_copies::content.eq(content),
            working_copies::revision.eq(before.unwrap_or(0) + 1),
            working_copies::publish_at.eq(publish_at.map(|at| at.0)),
            working_copies::saved_by.eq(with.by),
            working_copies::saved_at.eq(with.now.0),
        ))
        .execute(conn)?;
    replace_draft_media(conn, article, WORKING_COPY, with.pictures.values().copied())?;
    match publish_at {
        Some(at) => jobs::enqueue_at(conn, &Job::PublishDue, at, with.now),
        None => Ok(()),
    }
}

/// Deletes the working copy of an article, if it has one.
///
/// # Errors
/// Of the database.
pub(super) fn discard(conn: &mut Conn, article: i64) -> Result<(), Error> {
    diesel::delete(working_copies::table.find(article)).execute(conn)?;
    replace_draft_media(conn, article, WORKING_COPY, std::iter::empty())
}

/// The draft of an article's working copy, and when it is published. The main picture is named by its media file where it came
/// from the newsroom, else by its path.
///
/// # Errors
/// `Internal` if what is stored cannot be read.
pub(super) fn content(
    conn: &mut Conn,
    article: i64,
) -> Result<Option<(Draft, Option<Time>)>, Error> {
    let found: Option<(String, Option<i64>)> = working_copies::table
        .find(article)
        .select((working_copies::content, working_copies::publish_at))
        .first(conn)
        .optional()?;
    let Some((content, publish_at)) = found else {
        return Ok(None);
    };
    let Content { mut draft, with } = serde_json::from_str(&content).map_err(Error::internal)?;
    draft.slug = with.slug;
    if let Some(hero) = &mut draft.hero
        && let Some(id) = with.pictures.get(&hero.src)
    {
        hero.src = media::table.find(id).select(media::file).first(conn)?;
    }
    Ok(Some((draft, publish_at.map(Time))))
}

/// Changes the draft of an article's working copy, if it has one.
///
/// # Errors
/// `Internal` if what is stored cannot be read.
pub(super) fn change(
    conn: &mut Conn,
    article: i64,
    change: impl Fn(&mut Draft),
) -> Result<(), Error> {
    let found: Option<String> = working_copies::table
        .find(article)
        .select(working_copies::content)
        .first(conn)
        .optional()?;
    let Some(content) = found else {
        return Ok(());
    };
    let Content { mut draft, with } = serde_json::from_str(&content).map_err(Error::internal)?;
    change(&mut draft);
    let content = ContentRef {
        draft: &draft,
        with: &with,
    };
    diesel::update(working_copies::table.find(article))
        .set(working_copies::content.eq(serde_json::to_string(&content).map_err(Error::internal)?))
        .execute(conn)?;
    Ok(())
}

/// The source of an article's working copy.
///
/// # Errors
/// Of the database.
pub fn source(conn: &mut Conn, article: i64) -> Result<Option<String>, Error> {
    let content: Option<String> = working_copies::table
        .find(article)
        .select(working_copies::content)
        .first(conn)
        .optional()?;
    let content = content.and_then(|content| serde_json::from_str::<Content>(&content).ok());
    Ok(content.map(|content| content.draft.source))
}

/// The articles whose working copies are due.
///
/// # Errors
/// Of the database.
pub(super) fn due(conn: &mut Conn, now: Time) -> Result<Vec<i64>, Error> {
    Ok(working_copies::table
        .filter(working_copies::publish_at.le(now.0))
        .order(working_copies::publish_at)
        .select(working_copies::article_id)
        .load(conn)?)
}

/// Takes the working copy of an article out, if it is still there and still due.
///
/// # Errors
/// `Internal` if what is stored cannot be read.
pub(super) fn take(
    conn: &mut Conn,
    article: i64,
    now: Time,
) -> Result<Option<(Draft, SaveContext)>, Error> {
    let row = working_copies::table
        .find(article)
        .filter(working_copies::publish_at.le(now.0));
    let content: Option<String> = diesel::delete(row)
        .returning(working_copies::content)
        .get_result(conn)
        .optional()?;
    let Some(content) = content else {
        return Ok(None);
    };
    let Content { draft, with } = serde_json::from_str(&content).map_err(Error::internal)?;
    Ok(Some((draft, with)))
}

/// Tries the publication of a working copy again later.
///
/// # Errors
/// Of the database.
pub(super) fn postpone(conn: &mut Conn, article: i64, until: Time) -> Result<(), Error> {
    diesel::update(working_copies::table.find(article))
        .set(working_copies::publish_at.eq(until.0))
        .execute(conn)?;
    Ok(())
}

/// Takes the schedule of an article's working copy back: it waits until it is published.
///
/// # Errors
/// Of the database.
pub(super) fn unschedule(conn: &mut Conn, article: i64) -> Result<(), Error> {
    diesel::update(working_copies::table.find(article))
        .set(working_copies::publish_at.eq(None::<i64>))
        .execute(conn)?;
    Ok(())
}

/// When the next working copy is due.
///
/// # Errors
/// Of the database.
pub(super) fn next_due(conn: &mut Conn) -> Result<Option<Time>, Error> {
    let next: Option<Option<i64>> = working_copies::table
        .filter(working_copies::publish_at.ge(0))
        .order(working_copies::publish_at)
        .select(working_copies::publish_at)
        .first(conn)
        .optional()?;
    Ok(next.flatten().map(Time))
}
