//! What follows from an article being public: publication at its time, public texts of revisions, and derived data.

use super::store::PUBLISHED;
use super::working_copy;
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{article_authors, article_revisions, article_tags, articles, source_notes};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::search;
use crate::text::{SafeHtml, diff};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

const SCHEDULED: &str = "articles.status = 'scheduled'";
const EXPIRING: &str = "articles.status = 'published' AND articles.expires_at IS NOT NULL";

/// Deletes the sample articles and returns how many. Their comments must have been deleted before.
pub fn remove_samples(conn: &mut Conn) -> Result<usize, Error> {
    changed(conn, CacheTag::Everything);
    let gone: Vec<(i64, Time)> = articles::table
        .filter(articles::is_sample)
        .select((articles::id, articles::published_at))
        .load(conn)?;
    for (id, at) in gone {
        search::index::remove_article(conn, id, at)?;
    }
    Ok(diesel::delete(articles::table.filter(articles::is_sample)).execute(conn)?)
}

/// Publishes the scheduled articles whose publication time has come. Returns how many.
pub fn publish_due(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let due = articles::table
        .filter(sql::<Bool>(SCHEDULED))
        .filter(articles::published_at.le(now.0));
    let published: Vec<i64> = diesel::update(due)
        .set(articles::status.eq("published"))
        .returning(articles::id)
        .get_results(conn)?;
    for id in &published {
        let (number, text) = public_text(conn, *id)?;
        store_public_text(conn, *id, number, &text)?;
        sync_derived_data(conn, *id, false)?;
    }
    Ok(published.len())
}

/// Takes down the articles whose time is over. Returns how many.
pub fn take_down_expired(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let expired: Vec<(i64, Time)> = articles::table
        .filter(sql::<Bool>(EXPIRING))
        .filter(articles::expires_at.le(now.0))
        .select((articles::id, articles::published_at))
        .load(conn)?;
    for (id, at) in &expired {
        take_down(conn, *id, *at)?;
    }
    Ok(expired.len())
}

/// Takes a public article down, which was published at this time. Changes that were scheduled wait: they would publish it again.
pub(super) fn take_down(conn: &mut Conn, id: i64, at: Time) -> Result<(), Error> {
    search::index::remove_article(conn, id, at)?;
    working_copy::unschedule(conn, id)?;
    diesel::update(articles::table.find(id))
        .set(articles::status.eq("unpublished"))
        .execute(conn)?;
    sync_derived_data(conn, id, true)
}

/// When the next article is to be taken down.
pub fn next_expiry(conn: &mut Conn) -> Result<Option<Time>, Error> {
    let next: Option<Option<i64>> = articles::table
        .filter(sql::<Bool>(EXPIRING))
        .order(articles::expires_at)
        .select(articles::expires_at)
        .first(conn)
        .optional()?;
    Ok(next.flatten().map(Time))
}

/// When the next scheduled article is due.
pub fn next_due(conn: &mut Conn) -> Result<Option<Time>, Error> {
    let next: Option<i64> = articles::table
        .filter(sql::<Bool>(SCHEDULED))
        .filter(articles::published_at.ge(0))
        .order(articles::published_at)
        .select(articles::published_at)
        .first(conn)
        .optional()?;
    Ok(next.map(Time))
}

/// The number of an article's current revision, and its text as readers see it, one paragraph per line.
pub(super) fn public_text(conn: &mut Conn, id: i64) -> Result<(i64, String), Error> {
    type Texts = (i64, String, String, SafeHtml, SafeHtml, SafeHtml);
    let (number, title, dek, summary, body, matters): Texts = articles::table
        .find(id)
        .select((
            articles::revision,
            articles::title,
            articles::dek,
            articles::summary_html,
            articles::body_html,
            articles::matters_html,
        ))
        .first(conn)?;
    let notes: Vec<String> = source_notes::table
        .filter(source_notes::article_id.eq(id))
        .order(source_notes::position)
        .select(source_notes::text)
        .load(conn)?;
    let mut lines = vec![title, dek];
    lines.extend([summary, body, matters].map(|html| html.text()));
    lines.extend(notes);
    lines.retain(|line| !line.is_empty());
    Ok((number, lines.join("\n")))
}

/// Stores the text of a revision that is now public, unless it equals the public revision before it.
pub(super) fn store_public_text(
    conn: &mut Conn,
    id: i64,
    number: i64,
    text: &str,
) -> Result<(), Error> {
    let before: Option<Option<String>> = article_revisions::table
        .filter(article_revisions::article_id.eq(id))
        .filter(article_revisions::text.is_not_null())
        .order(article_revisions::number.desc())
        .select(article_revisions::text)
        .first(conn)
        .optional()?;
    let before = before.flatten();
    if before.as_deref() == Some(text) {
        return Ok(());
    }
    let excerpt = before.map_or(String::new(), |before| diff::first_change(&before, text));
    diesel::update(article_revisions::table.find((id, number)))
        .set((
            article_revisions::text.eq(Some(text)),
            article_revisions::excerpt.eq(excerpt),
        ))
        .execute(conn)?;
    Ok(())
}

/// Updates what is derived from an article's row: lists by tag and author, the search index, cached pages. An article that is
/// not public and was not before is on no page.
pub(super) fn sync_derived_data(conn: &mut Conn, id: i64, was_public: bool) -> Result<(), Error> {
    let listed: Option<i64> = articles::table
        .filter(articles::id.eq(id))
        .filter(sql::<Bool>(PUBLISHED))
        .select(articles::published_at)
        .first(conn)
        .optional()?;
    diesel::update(article_tags::table.filter(article_tags::article_id.eq(id)))
        .set(article_tags::listed_at.eq(listed))
        .execute(conn)?;
    diesel::update(article_authors::table.filter(article_authors::article_id.eq(id)))
        .set(article_authors::listed_at.eq(listed))
        .execute(conn)?;
    search::index::index_article(conn, id)?;
    if was_public || listed.is_some() {
        changed(conn, CacheTag::Article(id));
        changed(conn, CacheTag::Articles);
    }
    Ok(())
}

/// Whether readers could ever read it.
pub(super) fn was_ever_public(conn: &mut Conn, id: i64) -> Result<bool, Error> {
    let shown = article_revisions::table
        .filter(article_revisions::article_id.eq(id))
        .filter(article_revisions::text.is_not_null());
    Ok(shown
        .select(article_revisions::number)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

pub(super) fn is_public(conn: &mut Conn, id: i64) -> Result<bool, Error> {
    let found = articles::table
        .filter(articles::id.eq(id))
        .filter(sql::<Bool>(PUBLISHED));
    Ok(found
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}
