//! Writing articles, their notes, names, revisions and former slugs: this feature alone does it.

use super::store::PUBLISHED;
use crate::articles::draft::{Byline, Draft};
use crate::db::fresh::{Topic, changed};
use crate::db::schema::{
    article_authors, article_revisions, article_tags, articles, authors, corrections, former_slugs,
    sections, source_notes, tags,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::search;
use crate::text;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::HashMap;

/// Takes the samples away; their comments must be gone.
pub fn remove_samples(conn: &mut Conn) -> Result<usize, Error> {
    changed(conn, Topic::Everything);
    let gone: Vec<(i64, Time)> = articles::table
        .filter(articles::is_sample)
        .select((articles::id, articles::published_at))
        .load(conn)?;
    for (id, at) in gone {
        search::index::drop_article(conn, id, at)?;
    }
    Ok(diesel::delete(articles::table.filter(articles::is_sample)).execute(conn)?)
}

const SCHEDULED: &str = "articles.status = 'scheduled'";

/// Articles whose time has come. Returns how many.
pub fn publish_due(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let due = articles::table
        .filter(sql::<Bool>(SCHEDULED))
        .filter(articles::published_at.le(now.0));
    let published: Vec<i64> = diesel::update(due)
        .set(articles::status.eq("published"))
        .returning(articles::id)
        .get_results(conn)?;
    for id in &published {
        let current = articles::table
            .find(id)
            .select(articles::revision)
            .first::<i64>(conn)?;
        diesel::update(article_revisions::table.find((id, current)))
            .set(article_revisions::status.eq("published"))
            .execute(conn)?;
        show(conn, *id)?;
    }
    Ok(published.len())
}

pub fn anything_due(conn: &mut Conn, now: Time) -> Result<bool, Error> {
    let due = articles::table
        .filter(sql::<Bool>(SCHEDULED))
        .filter(articles::published_at.le(now.0));
    Ok(due
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// Whatever shows an article follows its row: lists by tag and author, the search, what is kept in memory.
fn show(conn: &mut Conn, id: i64) -> Result<(), Error> {
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
    search::index::put_article(conn, id)?;
    changed(conn, Topic::Article(id));
    changed(conn, Topic::Articles);
    Ok(())
}

/// Circumstances of a draft that is saved.
#[derive(Clone, Debug)]
pub struct Saving {
    pub slug: String,
    pub section: String,
    /// The site's name, for an article without an author.
    pub house: String,
    /// The rows of the pictures that the draft names, by the names that it gives them.
    pub pictures: HashMap<String, i64>,
    pub is_sample: bool,
    pub now: Time,
}

/// Inserts the draft, or makes it the next revision of the article that has its address.
pub fn save(conn: &mut Conn, draft: &Draft, with: &Saving) -> Result<i64, Error> {
    let section = named_section(
        conn,
        if draft.section.is_empty() {
            &with.section
        } else {
            &draft.section
        },
    )?;
    let existing = existing(conn, draft, with)?;
    let published = draft
        .published
        .map_or_else(|| existing.map_or(with.now.0, |e| e.2), |t| t.0);
    let status = draft.status(with.now);
    let updated = draft.updated.map_or_else(
        || {
            if existing.is_some() {
                with.now.0
            } else {
                published
            }
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
    let (id, number) = match existing {
        Some((id, revision, before)) => {
            search::index::drop_article(conn, id, Time(before))?;
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
            article_revisions::text.eq(draft.text()),
            article_revisions::status.eq(status),
        ))
        .execute(conn)?;
    attach(conn, id, draft, with)?;
    show(conn, id)?;
    Ok(id)
}

/// The article that the draft is the next revision of: the one at its slug, else the one at a former slug, which moves.
/// Id, revision, time of publication.
fn existing(
    conn: &mut Conn,
    draft: &Draft,
    with: &Saving,
) -> Result<Option<(i64, i64, i64)>, Error> {
    let mut at = |slug: &str| {
        articles::table
            .filter(articles::slug.eq(slug))
            .select((articles::id, articles::revision, articles::published_at))
            .first::<(i64, i64, i64)>(conn)
            .optional()
    };
    let mut found = at(&with.slug)?;
    for alias in &draft.aliases {
        match at(alias)? {
            Some(other) if found.is_none_or(|f| f.0 == other.0) => found = Some(other),
            Some(_) if *alias != with.slug => {
                return Err(Error::Refused(format!(
                    "aliases names {alias}, where another article stands"
                )));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Notes, corrections, authors, tags and former slugs, in the file's order.
fn attach(conn: &mut Conn, id: i64, draft: &Draft, with: &Saving) -> Result<(), Error> {
    lead_here(conn, id, &draft.aliases, with)?;
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
    let house = vec![Byline {
        name: with.house.clone(),
        ..Byline::default()
    }];
    let names = if draft.authors.is_empty() {
        &house
    } else {
        &draft.authors
    };
    for (position, byline) in (0i64..).zip(names) {
        let author = named_author(conn, &byline.name)?;
        introduce(conn, author, byline, with)?;
        diesel::insert_into(article_authors::table)
            .values((
                article_authors::article_id.eq(id),
                article_authors::position.eq(position),
                article_authors::author_id.eq(author),
            ))
            .execute(conn)?;
    }
    diesel::delete(article_tags::table.filter(article_tags::article_id.eq(id))).execute(conn)?;
    for (position, name) in (0i64..).zip(&draft.tags) {
        let tag = named_tag(conn, name)?;
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

/// What the file says of an author. What it does not say stays.
fn introduce(conn: &mut Conn, author: i64, byline: &Byline, with: &Saving) -> Result<(), Error> {
    let row = authors::table.find(author);
    if let Some(bio) = &byline.bio {
        diesel::update(row)
            .set(authors::bio.eq(bio))
            .execute(conn)?;
    }
    if let Some(links) = &byline.links {
        diesel::update(row)
            .set(authors::links.eq(links.join("\n")))
            .execute(conn)?;
    }
    if let Some(picture) = byline.image.as_ref().and_then(|i| with.pictures.get(i)) {
        diesel::update(row)
            .set(authors::avatar_id.eq(Some(*picture)))
            .execute(conn)?;
    }
    Ok(())
}

/// Former slugs lead here from now on; the slug that it has leads nowhere else.
fn lead_here(conn: &mut Conn, id: i64, slugs: &[String], with: &Saving) -> Result<(), Error> {
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

macro_rules! named {
    ($function:ident, $table:ident, $fallback:literal) => {
        /// The row of a name; names that share an address are one.
        fn $function(conn: &mut Conn, name: &str) -> Result<i64, Error> {
            let slug = text::slug(name, $fallback);
            let known: Option<i64> = $table::table
                .filter($table::slug.eq(&slug))
                .select($table::id)
                .first(conn)
                .optional()?;
            if let Some(id) = known {
                return Ok(id);
            }
            Ok(diesel::insert_into($table::table)
                .values(($table::slug.eq(&slug), $table::name.eq(name)))
                .returning($table::id)
                .get_result(conn)?)
        }
    };
}
named!(named_section, sections, "section");
named!(named_author, authors, "author");
named!(named_tag, tags, "tag");
