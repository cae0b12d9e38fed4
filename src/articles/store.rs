//! Queries for single articles; `lists` has the queries for lists, `save` all writes.

use crate::db::prepared::prepared;
use crate::db::schema::{
    article_authors, article_media, article_revisions, article_tags, articles, authors,
    former_slugs, media, media_sizes, sections, tags, threads,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text::SafeHtml;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

/// An article, as its page shows it.
#[derive(Clone, Debug, Queryable)]
pub struct Article {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub dek: String,
    pub excerpt: String,
    pub summary: SafeHtml,
    pub summary_text: String,
    pub body: SafeHtml,
    pub matters: SafeHtml,
    pub keyphrases: String,
    pub words: i64,
    pub section: Section,
    pub hero_alt: String,
    pub hero_caption: String,
    pub hero_credit: String,
    pub comments_open: bool,
    pub comments_moderated: bool,
    pub published_at: Time,
    pub updated_at: Time,
    pub public_comments: Option<i64>,
    pub hero: Option<Picture>,
    /// Readers could read more than one version.
    pub was_changed: bool,
}

impl Article {
    /// What describes the article to machines: the dek, or else the beginning of the text.
    pub fn description(&self) -> &str {
        match self.dek.as_str() {
            "" => &self.excerpt,
            dek => dek,
        }
    }
}

#[derive(Clone, Debug, Queryable)]
pub struct Section {
    pub id: i64,
    pub slug: String,
    pub name: String,
}

#[derive(Clone, Debug, Queryable)]
pub struct Picture {
    pub id: i64,
    pub file: String,
    pub width: i64,
    pub height: i64,
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

/// A literal, not a bound value: a partial index is used only where its condition is part of the statement, and SQLite
/// prepares a statement again when a value is bound that could affect the choice of an index.
pub const PUBLISHED: &str = "articles.status = 'published'";

/// Whether readers could read more than one version.
const WAS_CHANGED: &str = "(SELECT COUNT(*) FROM (SELECT 1 FROM article_revisions r WHERE r.article_id = articles.id \
    AND r.text IS NOT NULL LIMIT 2) s) > 1";

/// A published article by slug.
///
/// # Errors
/// `Gone` when the article with this slug was taken down; `NotFound` when there is none, or it is not published yet.
pub fn by_slug(conn: &mut Conn, slug: &str) -> Result<Article, Error> {
    let found: Option<Article> = articles::table
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
            articles::excerpt,
            articles::summary_html,
            articles::summary_text,
            articles::body_html,
            articles::matters_html,
            articles::keyphrases,
            articles::words,
            (sections::id, sections::slug, sections::name),
            articles::hero_alt,
            articles::hero_caption,
            articles::hero_credit,
            articles::comments_open,
            articles::comments_moderated,
            articles::published_at,
            articles::updated_at,
            threads::public_comments.nullable(),
            (media::id, media::file, media::width, media::height).nullable(),
            sql::<Bool>(WAS_CHANGED),
        ))
        .first(conn)
        .optional()?;
    match found {
        Some(article) => Ok(article),
        None if was_taken_down(conn, slug)? => Err(Error::Gone),
        None => Err(Error::NotFound),
    }
}

fn was_taken_down(conn: &mut Conn, slug: &str) -> Result<bool, Error> {
    let found = articles::table
        .filter(articles::slug.eq(slug))
        .filter(articles::status.eq("unpublished"));
    let now = found.select(articles::id).first::<i64>(conn).optional()?;
    if now.is_some() {
        return Ok(true);
    }
    // Its address may have changed since.
    Ok(former_slugs::table
        .inner_join(articles::table.on(articles::id.eq(former_slugs::article_id)))
        .filter(former_slugs::slug.eq(slug))
        .filter(articles::status.eq("unpublished"))
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// The source notes of an article in their order, and its corrections, the latest first. One statement.
pub fn notes_and_corrections(
    conn: &mut Conn,
    article: i64,
) -> Result<(Vec<Note>, Vec<CorrectionRow>), Error> {
    type Columns = (Bool, BigInt, Text, Text, Text, Text, Text, BigInt);
    type NoteOrCorrection = (bool, i64, String, String, String, String, String, Time);
    let mut rows: Vec<NoteOrCorrection> = prepared::<Columns>(
        "SELECT TRUE, position, kind, text, publisher, url, noted_on, CAST(0 AS BIGINT) FROM source_notes WHERE article_id = ",
    )
    .int(article)
    .text(" UNION ALL SELECT FALSE, position, kind, text, '', '', '', corrected_at FROM corrections WHERE article_id = ")
    .int(article)
    .load(conn)?;
    rows.sort_by_key(|row| (std::cmp::Reverse(row.7), row.1));
    let (mut notes, mut corrections) = (Vec::new(), Vec::new());
    for (is_note, _, kind, text, publisher, url, date, at) in rows {
        match is_note {
            true => notes.push(Note {
                kind,
                text,
                publisher,
                url,
                date,
            }),
            false => corrections.push(CorrectionRow { kind, text, at }),
        }
    }
    Ok((notes, corrections))
}

/// An author's name in a byline.
#[derive(Clone, Debug, Queryable)]
pub struct Name {
    pub article: i64,
    pub name: String,
    pub slug: String,
}

/// The bylines of these articles, each in the order of its authors.
pub fn names(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Name>, Error> {
    Ok(article_authors::table
        .inner_join(authors::table.on(authors::id.eq(article_authors::author_id)))
        .filter(article_authors::article_id.eq_any(ids.to_vec()))
        .order((article_authors::article_id, article_authors::position))
        .select((article_authors::article_id, authors::name, authors::slug))
        .load(conn)?)
}

/// The tags of an article: id, slug, name.
pub fn tags_of(conn: &mut Conn, article: i64) -> Result<Vec<(i64, String, String)>, Error> {
    Ok(article_tags::table
        .inner_join(tags::table.on(tags::id.eq(article_tags::tag_id)))
        .filter(article_tags::article_id.eq(article))
        .order(article_tags::position)
        .select((tags::id, tags::slug, tags::name))
        .load(conn)?)
}

/// The smaller variants of a picture, narrowest first: width in pixels and file name.
pub fn sizes(conn: &mut Conn, picture: i64) -> Result<Vec<(i64, String)>, Error> {
    Ok(media_sizes::table
        .filter(media_sizes::media_id.eq(picture))
        .order(media_sizes::width)
        .select((media_sizes::width, media_sizes::file))
        .load(conn)?)
}

/// The main picture of an article, its alternative text, and its smaller variants.
pub type HeroWithVariants = (Picture, String, Vec<(i64, String)>);

/// The main picture of an article, if it has one.
pub fn hero(conn: &mut Conn, article: i64) -> Result<Option<HeroWithVariants>, Error> {
    let found: Option<(Picture, String)> = articles::table
        .inner_join(media::table.on(media::id.nullable().eq(articles::hero_id)))
        .filter(articles::id.eq(article))
        .select((
            (media::id, media::file, media::width, media::height),
            articles::hero_alt,
        ))
        .first(conn)
        .optional()?;
    let Some((picture, alt)) = found else {
        return Ok(None);
    };
    let sizes = sizes(conn, picture.id)?;
    Ok(Some((picture, alt, sizes)))
}

/// A published revision of an article whose text differs from the one before.
#[derive(Clone, Debug, Queryable)]
pub struct Revision {
    pub number: i64,
    pub saved_at: Time,
    /// The first words that differ; empty for the first revision.
    pub excerpt: String,
}

/// The latest published revisions of an article, newest first.
pub fn revisions(conn: &mut Conn, article: i64, most: i64) -> Result<Vec<Revision>, Error> {
    Ok(article_revisions::table
        .filter(article_revisions::article_id.eq(article))
        .filter(article_revisions::text.is_not_null())
        .order(article_revisions::number.desc())
        .select((
            article_revisions::number,
            article_revisions::saved_at,
            article_revisions::excerpt,
        ))
        .limit(most)
        .load(conn)?)
}

/// A published revision: when it was saved, its text, and the text of the published revision before it.
///
/// # Errors
/// `NotFound` when the article has no published revision with this number.
pub fn revision(
    conn: &mut Conn,
    article: i64,
    number: i64,
) -> Result<(Time, String, Option<String>), Error> {
    let found: Vec<(i64, Time, Option<String>)> = article_revisions::table
        .filter(article_revisions::article_id.eq(article))
        .filter(article_revisions::number.le(number))
        .filter(article_revisions::text.is_not_null())
        .order(article_revisions::number.desc())
        .select((
            article_revisions::number,
            article_revisions::saved_at,
            article_revisions::text,
        ))
        .limit(2)
        .load(conn)?;
    let mut found = found.into_iter();
    match found.next() {
        Some((n, at, Some(text))) if n == number => {
            Ok((at, text, found.next().and_then(|before| before.2)))
        }
        _ => Err(Error::NotFound),
    }
}

/// The current slug of the published article that had this slug before.
pub fn slug_after_move(conn: &mut Conn, slug: &str) -> Result<Option<String>, Error> {
    Ok(former_slugs::table
        .inner_join(articles::table.on(articles::id.eq(former_slugs::article_id)))
        .filter(former_slugs::slug.eq(slug))
        .filter(sql::<Bool>(PUBLISHED))
        .select(articles::slug)
        .first(conn)
        .optional()?)
}

/// Whether a published article has this slug.
pub fn published_slug_exists(conn: &mut Conn, slug: &str) -> Result<bool, Error> {
    Ok(articles::table
        .filter(articles::slug.eq(slug))
        .filter(sql::<Bool>(PUBLISHED))
        .select(articles::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// The id of the article that has this slug, or else of the one that had it before, in any status.
pub fn find_by_slug_or_former(conn: &mut Conn, slug: &str) -> Result<Option<i64>, Error> {
    let now: Option<i64> = articles::table
        .filter(articles::slug.eq(slug))
        .select(articles::id)
        .first(conn)
        .optional()?;
    if now.is_some() {
        return Ok(now);
    }
    Ok(former_slugs::table
        .filter(former_slugs::slug.eq(slug))
        .select(former_slugs::article_id)
        .first(conn)
        .optional()?)
}

/// Whether this is the current slug of the article.
pub fn has_slug(conn: &mut Conn, article: i64, slug: &str) -> Result<bool, Error> {
    let now: String = articles::table
        .find(article)
        .select(articles::slug)
        .first(conn)?;
    Ok(now == slug)
}

/// The source of an article, and whether it is a draft, which neither is nor will be public.
pub fn source_and_draft(conn: &mut Conn, id: i64) -> Result<(String, bool), Error> {
    let (source, status): (String, String) = articles::table
        .find(id)
        .select((articles::source, articles::status))
        .first(conn)?;
    Ok((source, status == "draft"))
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

/// Whether there is an article that is no sample among the newest, of which samples are few.
pub fn has_own(conn: &mut Conn) -> Result<bool, Error> {
    let newest: Vec<bool> = articles::table
        .order(articles::id.desc())
        .select(articles::is_sample)
        .limit(50)
        .load(conn)?;
    Ok(newest.contains(&false))
}

pub fn sample_ids(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    Ok(articles::table
        .filter(articles::is_sample)
        .select(articles::id)
        .load(conn)?)
}

/// The media ids of the pictures that the sample articles show.
pub fn sample_pictures(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let samples = articles::table
        .filter(articles::is_sample)
        .select(articles::id);
    Ok(article_media::table
        .filter(article_media::article_id.eq_any(samples))
        .select(article_media::media_id)
        .distinct()
        .load(conn)?)
}
