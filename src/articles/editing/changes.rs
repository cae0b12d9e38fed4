//! Changes of an article that save no text: deleting a draft, corrections, the thread, the link to the preview.

use super::{Changed, Refusal, Request};
use crate::articles::edited;
use crate::articles::fields::ArticleFields;
use crate::articles::store::PUBLISHED;
use crate::articles::{publication, save, working_copy};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{articles, autosaves, corrections, preview_links};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::web::Account;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// How long a preview link shows an article, in milliseconds.
pub const SHARED_FOR: i64 = 7 * Time::DAY;

/// Deletes a draft for good.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn delete(conn: &mut Conn, request: Request<'_>) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !matches!(found.row.status.as_str(), "draft" | "submitted") || found.was_ever_public {
        return Ok(Err(Refusal::Status));
    }
    request.record(conn, "delete", &found.row)?;
    diesel::delete(articles::table.find(request.id)).execute(conn)?;
    Ok(Ok(()))
}

/// Takes a public article down with the text that readers saw. Its working copy stays.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn take_down_as_it_is(conn: &mut Conn, request: Request<'_>) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !found.row.is_public() {
        return Ok(Err(Refusal::Status));
    }
    publication::take_down(conn, request.id, found.row.published_at)?;
    save::edited(conn, request.id, Some(request.who.id), request.now)?;
    request.record_change(conn, "unpublish", &found.row, "unpublished")?;
    Ok(Ok(()))
}

/// Takes a schedule back: the article becomes a draft, or its working copy waits.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn unschedule(conn: &mut Conn, request: Request<'_>) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = request.id;
    match found.row.status.as_str() {
        "scheduled" => {
            let status = match found.was_ever_public {
                true => "unpublished",
                false => "draft",
            };
            diesel::update(articles::table.find(id))
                .set(articles::status.eq(status))
                .execute(conn)?;
        }
        "published" if found.publish_at.is_some() => {
            working_copy::unschedule(conn, id)?;
        }
        _ => return Ok(Err(Refusal::Status)),
    }
    save::edited(conn, id, Some(request.who.id), request.now)?;
    request.record(conn, "unschedule", &found.row)?;
    Ok(Ok(()))
}

/// Adds a correction to a published article; readers see it at once.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn correct(conn: &mut Conn, request: Request<'_>, kind: &str, said: &str) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        // A second click.
        Err(Refusal::Stale) if is_last_correction(conn, &request, kind, said)? => {
            return Ok(Ok(()));
        }
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !found.row.is_public() {
        return Ok(Err(Refusal::Status));
    }
    let id = request.id;
    let last: Option<i64> = corrections::table
        .filter(corrections::article_id.eq(id))
        .order(corrections::position.desc())
        .select(corrections::position)
        .first(conn)
        .optional()?;
    diesel::insert_into(corrections::table)
        .values((
            corrections::article_id.eq(id),
            corrections::position.eq(last.map_or(0, |last| last + 1)),
            corrections::kind.eq(kind),
            corrections::text.eq(said),
            corrections::corrected_at.eq(request.now.0),
        ))
        .execute(conn)?;
    // A correction is an update of the article.
    diesel::update(articles::table.find(id))
        .set(articles::updated_at.eq(request.now.0))
        .execute(conn)?;
    save::edited(conn, id, Some(request.who.id), request.now)?;
    changed(conn, CacheTag::Article(id));
    changed(conn, CacheTag::Articles);
    let entry = log::Entry {
        kind: log::Kind::Article,
        article: Some(id),
        subject: &found.row.title,
        reason: kind,
        note: said,
        ..log::Entry::new("correct", Actor::of(request.who))
    };
    log::store::write(conn, &entry, request.now)?;
    Ok(Ok(()))
}

/// Whether the same person has added this correction last.
fn is_last_correction(
    conn: &mut Conn,
    request: &Request<'_>,
    kind: &str,
    said: &str,
) -> Result<bool, Error> {
    let row = edited::row(conn, request.id, request.who)?;
    let last: Option<(String, String)> = corrections::table
        .filter(corrections::article_id.eq(request.id))
        .order(corrections::position.desc())
        .select((corrections::kind, corrections::text))
        .first(conn)
        .optional()?;
    let is_same = last.is_some_and(|(last_kind, last)| last_kind == kind && last == said);
    Ok(is_same && row.edited_by == Some(request.who.id))
}

/// Opens, closes or moderates the thread of an article, at once.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn set_comments(conn: &mut Conn, request: Request<'_>, mode: &str) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (row, before) = (&found.row, found.draft.comments_mode());
    let actor = Actor::of(request.who);
    store_comments_mode(
        conn,
        (row.id, &row.title),
        (before, mode),
        actor,
        request.now,
    )?;
    save::edited(conn, row.id, Some(request.who.id), request.now)?;
    Ok(Ok(()))
}

/// The rule that closes threads, as the log names it.
const CLOSING: Actor<'static> = Actor::Rule("close_after_days");

/// Closes the open threads of articles that were published from the first time to before the second, at most so many, the oldest
/// first. Returns how many, and until when all are closed.
///
/// # Errors
/// Of the database.
pub fn close_threads(
    conn: &mut Conn,
    (from, before): (Time, Time),
    most: i64,
    now: Time,
) -> Result<(usize, Time), Error> {
    let aged: Vec<(i64, String, bool, i64)> = articles::table
        .filter(sql::<Bool>(PUBLISHED))
        .filter(articles::published_at.ge(from.0))
        .filter(articles::published_at.lt(before.0))
        .filter(articles::comments_open)
        .order((articles::published_at, articles::id))
        .select((
            articles::id,
            articles::title,
            articles::comments_moderated,
            articles::published_at,
        ))
        .limit(most)
        .load(conn)?;
    for (id, title, is_moderated, _) in &aged {
        let before = if *is_moderated { "moderated" } else { "open" };
        store_comments_mode(conn, (*id, title), (before, "closed"), CLOSING, now)?;
        save::edited(conn, *id, None, now)?;
    }
    let is_all = (aged.len() as i64) < most;
    // Others may have come at the same time as the last one.
    let until = aged
        .last()
        .filter(|_| !is_all)
        .map_or(before, |last| Time(last.3));
    Ok((aged.len(), until))
}

/// Stores who may comment on the article with this id and title, and logs it.
fn store_comments_mode(
    conn: &mut Conn,
    (id, title): (i64, &str),
    (from, to): (&str, &str),
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    diesel::update(articles::table.find(id))
        .set((
            articles::comments_open.eq(to != "closed"),
            articles::comments_moderated.eq(to == "moderated"),
        ))
        .execute(conn)?;
    set_in_texts(conn, id, to)?;
    if publication::is_public(conn, id)? {
        changed(conn, CacheTag::Article(id));
        changed(conn, CacheTag::Thread(id));
    }
    let entry = log::Entry {
        kind: log::Kind::Article,
        article: Some(id),
        subject: title,
        from,
        to,
        ..log::Entry::new("comments", actor)
    };
    log::store::write(conn, &entry, now)
}

/// The working copy and what is being typed have a field for it too: publishing them must not take it back.
fn set_in_texts(conn: &mut Conn, id: i64, mode: &str) -> Result<(), Error> {
    working_copy::change(conn, id, |draft| {
        draft.set_comments_mode(mode);
        if let Some(mut fields) = ArticleFields::from_source(&draft.source) {
            fields.comments = mode.to_owned();
            draft.source = fields.to_source();
        }
    })?;
    if let Some(fields) = edited::autosaved(conn, id)? {
        let fields = ArticleFields {
            comments: mode.to_owned(),
            ..fields
        };
        diesel::update(autosaves::table.find(id))
            .set(autosaves::fields.eq(fields.to_source()))
            .execute(conn)?;
    }
    Ok(())
}

/// Begins a link that shows the article to anybody, or ends the one that there is.
///
/// # Errors
/// `NotFound`; of the database.
pub fn share(
    conn: &mut Conn,
    (id, who): (i64, &Account),
    token: &str,
    now: Time,
) -> Result<bool, Error> {
    let row = edited::row(conn, id, who)?;
    let ended = preview_links::table.find(id);
    let was_shared = edited::shared(conn, id, now)?.is_some();
    diesel::delete(ended).execute(conn)?;
    if !was_shared {
        diesel::insert_into(preview_links::table)
            .values((
                preview_links::article_id.eq(id),
                preview_links::token.eq(token),
                preview_links::expires_at.eq(now.plus(SHARED_FOR).0),
            ))
            .execute(conn)?;
    }
    let action = if was_shared { "unshare" } else { "share" };
    let entry = log::Entry {
        kind: log::Kind::Article,
        article: Some(id),
        subject: &row.title,
        ..log::Entry::new(action, Actor::of(who))
    };
    log::store::write(conn, &entry, now)?;
    Ok(!was_shared)
}

/// Deletes preview links that are over.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let over = preview_links::table.filter(preview_links::expires_at.lt(now.0));
    diesel::delete(over).execute(conn)?;
    Ok(())
}
