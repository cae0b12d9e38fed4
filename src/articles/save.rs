//! Writes articles with their notes, corrections, authors, tags, revisions and former slugs. Nothing else writes them.

use super::names::{
    find_or_create_author, find_or_create_section, find_or_create_tag, update_author,
};
use super::store::{self, PUBLISHED};
use crate::articles::draft::{Byline, Draft};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{
    article_authors, article_revisions, article_tags, articles, corrections, former_slugs,
    source_notes,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::search;
use crate::text::{SafeHtml, diff};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::HashMap;

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

const SCHEDULED: &str = "articles.status = 'scheduled'";

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
        sync_derived_data(conn, *id)?;
    }
    Ok(published.len())
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
fn public_text(conn: &mut Conn, id: i64) -> Result<(i64, String), Error> {
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
fn store_public_text(conn: &mut Conn, id: i64, number: i64, text: &str) -> Result<(), Error> {
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

/// Updates what is derived from an article's row: lists by tag and author, the search index, cached pages.
fn sync_derived_data(conn: &mut Conn, id: i64) -> Result<(), Error> {
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
    changed(conn, CacheTag::Article(id));
    changed(conn, CacheTag::Articles);
    Ok(())
}

/// What saving a draft needs besides the draft itself.
#[derive(Clone, Debug)]
pub struct SaveContext {
    pub slug: String,
    pub section: String,
    /// The site's name, for an article without an author.
    pub site_name: String,
    /// Media ids of the pictures that the draft refers to, by the paths written in it.
    pub pictures: HashMap<String, i64>,
    pub is_sample: bool,
    pub now: Time,
}

/// Saves the draft as a new article, or as the next revision of the one that it updates. Returns the article's id.
///
/// # Errors
/// `Refused` when one of its aliases is the current slug of another article.
pub fn save(conn: &mut Conn, draft: &Draft, with: &SaveContext) -> Result<i64, Error> {
    let section = find_or_create_section(
        conn,
        if draft.section.is_empty() {
            &with.section
        } else {
            &draft.section
        },
    )?;
    let existing = existing(conn, draft, with)?;
    let published = draft.published.map_or_else(
        || existing.as_ref().map_or(with.now.0, |e| e.published_at),
        |t| t.0,
    );
    let status = draft.status(with.now);
    // A correction counts as an update of the article on its date.
    let corrected = draft.corrections.iter().map(|c| c.date.0);
    let corrected = corrected
        .filter(|at| *at <= with.now.0)
        .max()
        .unwrap_or(i64::MIN);
    let updated = draft.updated.map_or_else(
        || {
            let saved = if existing.is_some() {
                with.now.0
            } else {
                published
            };
            saved.max(corrected)
        },
        |t| t.0,
    );
    let hero = draft.hero.clone().unwrap_or_default();
    let content = (
        (
            articles::title.eq(&draft.title),
            articles::dek.eq(&draft.dek),
            articles::source.eq(&draft.source),
            articles::source_format.eq(draft.format),
        ),
        (
            articles::summary_html.eq(&draft.summary),
            articles::body_html.eq(&draft.body),
            articles::matters_html.eq(&draft.matters),
        ),
        (
            articles::summary_text.eq(&draft.summary_text),
            articles::keyphrases.eq(draft.keyphrases.join("\n")),
            articles::words.eq(draft.words),
        ),
        (
            articles::section_id.eq(section),
            articles::hero_id.eq(with.pictures.get(&hero.src)),
            articles::hero_alt.eq(&hero.alt),
            articles::hero_caption.eq(&hero.caption),
            articles::hero_credit.eq(&hero.credit),
        ),
        (
            articles::status.eq(status),
            articles::comments_open.eq(!draft.comments_closed),
        ),
        (
            articles::published_at.eq(published),
            articles::updated_at.eq(updated),
        ),
    );
    let mut former = draft.aliases.clone();
    former.extend(existing.iter().map(|e| e.slug.clone()));
    let (id, number) = match existing {
        Some(Existing {
            id,
            revision,
            published_at: before,
            ..
        }) => {
            search::index::remove_article(conn, id, Time(before))?;
            if is_public(conn, id)? {
                // In case the public text of the current revision has not been stored yet.
                let (number, text) = public_text(conn, id)?;
                store_public_text(conn, id, number, &text)?;
            }
            diesel::update(articles::table.find(id))
                .set((
                    content,
                    articles::slug.eq(&with.slug),
                    articles::revision.eq(revision + 1),
                    articles::is_sample.eq(with.is_sample),
                ))
                .execute(conn)?;
            (id, revision + 1)
        }
        None => {
            let row = (
                content,
                articles::slug.eq(&with.slug),
                articles::is_sample.eq(with.is_sample),
            );
            (
                diesel::insert_into(articles::table)
                    .values(row)
                    .returning(articles::id)
                    .get_result(conn)?,
                1,
            )
        }
    };
    diesel::insert_into(article_revisions::table)
        .values((
            article_revisions::article_id.eq(id),
            article_revisions::number.eq(number),
            article_revisions::source.eq(&draft.source),
            article_revisions::source_format.eq(draft.format),
            article_revisions::saved_at.eq(with.now.0),
        ))
        .execute(conn)?;
    replace_related_rows(conn, id, draft, with)?;
    record_former_slugs(conn, id, &former, with)?;
    if is_public(conn, id)? {
        let (number, text) = public_text(conn, id)?;
        store_public_text(conn, id, number, &text)?;
    }
    sync_derived_data(conn, id)?;
    if status == "scheduled" {
        jobs::enqueue_at(conn, &Job::PublishDue, Time(published), with.now)?;
    }
    Ok(id)
}

fn is_public(conn: &mut Conn, id: i64) -> Result<bool, Error> {
    let found = articles::table
        .filter(articles::id.eq(id))
        .filter(sql::<Bool>(PUBLISHED));
    Ok(found
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

#[derive(Queryable)]
struct Existing {
    id: i64,
    revision: i64,
    published_at: i64,
    slug: String,
}

/// The article that the draft updates: the one with its slug, else the one that has or had one of its aliases and gets
/// the new slug.
fn existing(conn: &mut Conn, draft: &Draft, with: &SaveContext) -> Result<Option<Existing>, Error> {
    let here: Option<i64> = articles::table
        .filter(articles::slug.eq(&with.slug))
        .select(articles::id)
        .first(conn)
        .optional()?;
    let mut found = here;
    for alias in draft.aliases.iter().filter(|alias| **alias != with.slug) {
        match store::find_by_slug_or_former(conn, alias)? {
            Some(other) if found.is_none_or(|found| found == other) => found = Some(other),
            // The former slug of another article can be taken over, its current slug cannot.
            Some(other) if store::has_slug(conn, other, alias)? => {
                return Err(Error::Refused(format!(
                    "aliases names {alias}, which is the slug of another article"
                )));
            }
            _ => {}
        }
    }
    let Some(found) = found else {
        return Ok(None);
    };
    let row = articles::table.find(found).select((
        articles::id,
        articles::revision,
        articles::published_at,
        articles::slug,
    ));
    Ok(row.first(conn).optional()?)
}

/// Replaces the notes, corrections, authors and tags of an article, in the order of the file.
fn replace_related_rows(
    conn: &mut Conn,
    id: i64,
    draft: &Draft,
    with: &SaveContext,
) -> Result<(), Error> {
    diesel::delete(source_notes::table.filter(source_notes::article_id.eq(id))).execute(conn)?;
    for (position, note) in (0i64..).zip(&draft.notes) {
        diesel::insert_into(source_notes::table)
            .values((
                source_notes::article_id.eq(id),
                source_notes::position.eq(position),
                source_notes::kind.eq(note.kind.as_str()),
                source_notes::text.eq(&note.text),
                source_notes::publisher.eq(&note.publisher),
                source_notes::url.eq(&note.url),
                source_notes::noted_on.eq(&note.date),
            ))
            .execute(conn)?;
    }
    diesel::delete(corrections::table.filter(corrections::article_id.eq(id))).execute(conn)?;
    for (position, correction) in (0i64..).zip(&draft.corrections) {
        diesel::insert_into(corrections::table)
            .values((
                corrections::article_id.eq(id),
                corrections::position.eq(position),
                corrections::kind.eq(&correction.kind),
                corrections::text.eq(&correction.text),
                corrections::corrected_at.eq(correction.date.0),
            ))
            .execute(conn)?;
    }
    diesel::delete(article_authors::table.filter(article_authors::article_id.eq(id)))
        .execute(conn)?;
    let default_byline = vec![Byline {
        name: with.site_name.clone(),
        ..Byline::default()
    }];
    let names = if draft.authors.is_empty() {
        &default_byline
    } else {
        &draft.authors
    };
    for (position, byline) in (0i64..).zip(names) {
        let author = find_or_create_author(conn, &byline.name)?;
        update_author(conn, author, byline, &with.pictures)?;
        diesel::insert_into(article_authors::table)
            .values((
                article_authors::article_id.eq(id),
                article_authors::position.eq(position),
                article_authors::author_id.eq(author),
            ))
            .execute(conn)?;
    }
    diesel::delete(article_tags::table.filter(article_tags::article_id.eq(id))).execute(conn)?;
    let mut tagged = Vec::new();
    for name in &draft.tags {
        let tag = find_or_create_tag(conn, name)?;
        if !tagged.contains(&tag) {
            tagged.push(tag);
        }
    }
    for (position, tag) in (0i64..).zip(tagged) {
        diesel::insert_into(article_tags::table)
            .values((
                article_tags::article_id.eq(id),
                article_tags::position.eq(position),
                article_tags::tag_id.eq(tag),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Records the former slugs of an article, which redirect to it, and removes any redirect from its current slug.
fn record_former_slugs(
    conn: &mut Conn,
    id: i64,
    slugs: &[String],
    with: &SaveContext,
) -> Result<(), Error> {
    diesel::delete(former_slugs::table.filter(former_slugs::slug.eq(&with.slug))).execute(conn)?;
    for slug in slugs.iter().filter(|slug| **slug != with.slug) {
        diesel::delete(former_slugs::table.filter(former_slugs::slug.eq(slug))).execute(conn)?;
        diesel::insert_into(former_slugs::table)
            .values((
                former_slugs::slug.eq(slug),
                former_slugs::article_id.eq(id),
                former_slugs::changed_at.eq(with.now.0),
            ))
            .execute(conn)?;
    }
    Ok(())
}
