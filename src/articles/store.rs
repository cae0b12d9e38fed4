//! Queries of articles. This feature alone writes `articles`, their notes, names and revisions.

use crate::articles::draft::Draft;
use crate::db::fresh::{Topic, changed};
use crate::db::schema::{
    article_authors, article_revisions, article_tags, articles, authors, corrections, media,
    sections, source_notes, tags, threads,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text::{self, SafeHtml};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// An article as its page needs it.
#[derive(Clone, Debug, Queryable)]
pub struct Article {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub dek: String,
    pub summary: SafeHtml,
    pub summary_text: String,
    pub body: SafeHtml,
    pub matters: SafeHtml,
    pub keyphrases: String,
    pub words: i64,
    pub section: String,
    pub hero_alt: String,
    pub comments_open: bool,
    pub published_at: Time,
    pub updated_at: Time,
    pub public_comments: Option<i64>,
    pub hero: Option<(String, i64, i64)>,
}

#[derive(Clone, Debug, Queryable)]
pub struct Note {
    pub kind: String,
    pub text: String,
    pub publisher: String,
    pub url: String,
    pub date: String,
}

#[derive(Clone, Debug, Queryable)]
pub struct CorrectionRow {
    pub kind: String,
    pub text: String,
    pub at: Time,
}

/// An article in a list.
#[derive(Clone, Debug, Queryable)]
pub struct Teaser {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub dek: String,
    pub section: String,
    pub published_at: Time,
    pub public_comments: Option<i64>,
}

/// Spelled out, not bound: a partial index is used where its own condition stands in the statement, and SQLite prepares a
/// statement anew whenever a value is bound that could decide on an index.
pub const PUBLISHED: &str = "articles.status = 'published'";

/// A published article by its address.
///
/// # Errors
/// `NotFound` for what is not published.
pub fn by_slug(conn: &mut Conn, slug: &str) -> Result<Article, Error> {
    Ok(articles::table
        .inner_join(sections::table.on(sections::id.eq(articles::section_id)))
        .left_join(media::table.on(media::id.nullable().eq(articles::hero_id)))
        .left_join(threads::table.on(threads::article_id.eq(articles::id)))
        .filter(articles::slug.eq(slug))
        .filter(sql::<Bool>(PUBLISHED))
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::dek,
            articles::summary_html,
            articles::summary_text,
            articles::body_html,
            articles::matters_html,
            articles::keyphrases,
            articles::words,
            sections::name,
            articles::hero_alt,
            articles::comments_open,
            articles::published_at,
            articles::updated_at,
            threads::public_comments.nullable(),
            (media::file, media::width, media::height).nullable(),
        ))
        .first(conn)?)
}

pub fn notes(conn: &mut Conn, article: i64) -> Result<Vec<Note>, Error> {
    Ok(source_notes::table
        .filter(source_notes::article_id.eq(article))
        .order(source_notes::position)
        .select((
            source_notes::kind,
            source_notes::text,
            source_notes::publisher,
            source_notes::url,
            source_notes::noted_on,
        ))
        .load(conn)?)
}

pub fn corrections_of(conn: &mut Conn, article: i64) -> Result<Vec<CorrectionRow>, Error> {
    Ok(corrections::table
        .filter(corrections::article_id.eq(article))
        .order(corrections::corrected_at.desc())
        .select((
            corrections::kind,
            corrections::text,
            corrections::corrected_at,
        ))
        .load(conn)?)
}

pub fn author_names(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>, Error> {
    Ok(article_authors::table
        .inner_join(authors::table.on(authors::id.eq(article_authors::author_id)))
        .filter(article_authors::article_id.eq_any(ids.to_vec()))
        .order((article_authors::article_id, article_authors::position))
        .select((article_authors::article_id, authors::name))
        .load(conn)?)
}

pub fn tag_names(conn: &mut Conn, article: i64) -> Result<Vec<String>, Error> {
    Ok(article_tags::table
        .inner_join(tags::table.on(tags::id.eq(article_tags::tag_id)))
        .filter(article_tags::article_id.eq(article))
        .order(article_tags::position)
        .select(tags::name)
        .load(conn)?)
}

/// The newest published articles.
pub fn latest(conn: &mut Conn, most: i64) -> Result<Vec<Teaser>, Error> {
    Ok(articles::table
        .inner_join(sections::table.on(sections::id.eq(articles::section_id)))
        .left_join(threads::table.on(threads::article_id.eq(articles::id)))
        .filter(sql::<Bool>(PUBLISHED))
        .order((articles::published_at.desc(), articles::id.desc()))
        .limit(most)
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::dek,
            sections::name,
            articles::published_at,
            threads::public_comments.nullable(),
        ))
        .load(conn)?)
}

/// What an article of this address was made from, whatever its status.
pub fn source(conn: &mut Conn, slug: &str) -> Result<Option<(i64, String)>, Error> {
    Ok(articles::table
        .filter(articles::slug.eq(slug))
        .select((articles::id, articles::source))
        .first(conn)
        .optional()?)
}

pub fn is_empty(conn: &mut Conn) -> Result<bool, Error> {
    Ok(articles::table
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_none())
}

pub fn has_samples(conn: &mut Conn) -> Result<bool, Error> {
    Ok(articles::table
        .filter(articles::is_sample)
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

pub fn sample_ids(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    Ok(articles::table
        .filter(articles::is_sample)
        .select(articles::id)
        .load(conn)?)
}

/// The pictures of the samples.
pub fn sample_pictures(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let ids: Vec<Option<i64>> = articles::table
        .filter(articles::is_sample)
        .select(articles::hero_id)
        .load(conn)?;
    Ok(ids.into_iter().flatten().collect())
}

/// Takes the samples away; their comments must be gone.
pub fn remove_samples(conn: &mut Conn) -> Result<usize, Error> {
    changed(conn, Topic::Everything);
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
        changed(conn, Topic::Article(*id));
        changed(conn, Topic::Articles);
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

/// Circumstances of a draft that is saved.
#[derive(Clone, Debug)]
pub struct Saving {
    pub slug: String,
    pub section: String,
    /// The site's name, for an article without an author.
    pub house: String,
    pub hero: Option<i64>,
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
    let existing: Option<(i64, i64, i64)> = articles::table
        .filter(articles::slug.eq(&with.slug))
        .select((articles::id, articles::revision, articles::published_at))
        .first(conn)
        .optional()?;
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
            articles::hero_id.eq(with.hero),
            articles::hero_alt.eq(draft.hero.as_ref().map_or("", |h| h.1.as_str())),
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
        Some((id, revision, _)) => {
            diesel::update(articles::table.find(id))
                .set((
                    content,
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
    attach(conn, id, draft, with)?;
    changed(conn, Topic::Article(id));
    changed(conn, Topic::Articles);
    Ok(id)
}

/// Notes, corrections, authors and tags, in the file's order.
fn attach(conn: &mut Conn, id: i64, draft: &Draft, with: &Saving) -> Result<(), Error> {
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
    let house = vec![with.house.clone()];
    let names = if draft.authors.is_empty() {
        &house
    } else {
        &draft.authors
    };
    for (position, name) in (0i64..).zip(names) {
        let author = named_author(conn, name)?;
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
