//! Reads what the page of an article shows out of a draft, for the article as it would be published.

use super::draft::{Draft, SourceNote};
use super::lists;
use super::store::{
    Article, CorrectionRow, Name, Note, Picture, Section, notes_and_corrections, sizes,
};
use crate::db::schema::{article_revisions, authors, media, sections, tags, threads};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text;
use diesel::prelude::*;
use std::collections::HashMap;

/// An article that is to be shown as it would be published.
#[derive(Clone, Debug)]
pub struct Unpublished {
    pub draft: Draft,
    /// Media ids of the pictures, by the names in the draft.
    pub pictures: HashMap<String, i64>,
    /// The article, if it is stored.
    pub id: Option<i64>,
    /// When it was published; `None` = it would be published now.
    pub published_at: Option<Time>,
    /// When it was last changed; `None` = it would be changed now.
    pub updated_at: Option<Time>,
    /// The byline if the draft has none.
    pub site_name: String,
    pub section: String,
}

/// What the article's page shows of it.
pub(super) struct Read {
    pub article: Article,
    pub sizes: Vec<(i64, String)>,
    pub notes: Vec<Note>,
    pub corrections: Vec<CorrectionRow>,
    pub authors: Vec<Name>,
    pub tags: Vec<(i64, String, String)>,
    pub related: Vec<lists::Teaser>,
}

/// An id that no row has.
const NO_ID: i64 = -1;

macro_rules! find_named {
    ($conn:ident, $table:ident, $name:expr, $fallback:literal) => {{
        let slug = text::slug($name, $fallback);
        let found: Option<(i64, String, String)> = $table::table
            .filter($table::slug.eq(&slug))
            .select(($table::id, $table::slug, $table::name))
            .first($conn)
            .optional()?;
        // What is not there yet will be made with the slug of its name.
        found.unwrap_or((NO_ID, slug, $name.to_owned()))
    }};
}

/// Reads it, with at most `related` articles to read on.
///
/// # Errors
/// Of the database.
pub(super) fn read(
    conn: &mut Conn,
    shown: &Unpublished,
    related: usize,
    now: Time,
) -> Result<Read, Error> {
    let draft = &shown.draft;
    let id = shown.id.unwrap_or(NO_ID);
    let hero = hero(conn, shown)?;
    let section = match draft.section.as_str() {
        "" => &shown.section,
        name => name,
    };
    let (section_id, slug, name) = find_named!(conn, sections, section, "section");
    let section = Section {
        id: section_id,
        slug,
        name,
    };
    let mut tags_read = Vec::new();
    for name in &draft.tags {
        tags_read.push(find_named!(conn, tags, name, "tag"));
    }
    let tag_ids: Vec<i64> = tags_read.iter().map(|tag| tag.0).collect();
    let (corrections, public_comments, was_changed) = history(conn, shown.id)?;
    let caption = draft.hero.clone().unwrap_or_default();
    let article = Article {
        id,
        slug: draft.slug.clone(),
        title: draft.title.clone(),
        dek: draft.dek.clone(),
        excerpt: draft.excerpt.clone(),
        summary: draft.summary.clone(),
        summary_text: draft.summary_text.clone(),
        body: draft.body.clone(),
        matters: draft.matters.clone(),
        keyphrases: draft.keyphrases.join("\n"),
        words: draft.words,
        section,
        hero_alt: caption.alt,
        hero_caption: caption.caption,
        hero_credit: caption.credit,
        comments_open: !draft.comments_closed,
        comments_moderated: draft.comments_moderated,
        published_at: shown.published_at.unwrap_or(now),
        updated_at: shown.updated_at.unwrap_or(now),
        public_comments,
        hero,
        was_changed,
    };
    Ok(Read {
        sizes: match &article.hero {
            Some(hero) => sizes(conn, hero.id)?,
            None => Vec::new(),
        },
        notes: draft.notes.iter().map(note).collect(),
        corrections,
        authors: byline(conn, shown, id)?,
        related: lists::related(conn, id, &tag_ids, section_id, related)?,
        tags: tags_read,
        article,
    })
}

/// Corrections, public comments, and whether publishing makes another version than the first, of a stored article.
type History = (Vec<CorrectionRow>, Option<i64>, bool);

fn history(conn: &mut Conn, id: Option<i64>) -> Result<History, Error> {
    let Some(id) = id else {
        return Ok((Vec::new(), None, false));
    };
    Ok((
        notes_and_corrections(conn, id)?.1,
        comments_of(conn, id)?,
        public_versions(conn, id)? > 0,
    ))
}

/// The names of its authors, or the site's.
fn byline(conn: &mut Conn, shown: &Unpublished, article: i64) -> Result<Vec<Name>, Error> {
    let names: Vec<&str> = match shown.draft.authors.as_slice() {
        [] => vec![&shown.site_name],
        some => some.iter().map(|author| &*author.name).collect(),
    };
    let mut found = Vec::new();
    for name in names {
        let (_, slug, name) = find_named!(conn, authors, name, "author");
        found.push(Name {
            article,
            name,
            slug,
        });
    }
    Ok(found)
}

fn hero(conn: &mut Conn, shown: &Unpublished) -> Result<Option<Picture>, Error> {
    let src = shown.draft.hero.as_ref().map(|hero| &hero.src);
    let Some(id) = src.and_then(|src| shown.pictures.get(src)) else {
        return Ok(None);
    };
    Ok(media::table
        .find(id)
        .select((media::id, media::file, media::width, media::height))
        .first(conn)
        .optional()?)
}

fn comments_of(conn: &mut Conn, id: i64) -> Result<Option<i64>, Error> {
    Ok(threads::table
        .find(id)
        .select(threads::public_comments)
        .first(conn)
        .optional()?)
}

/// How many versions readers could read, up to one.
fn public_versions(conn: &mut Conn, id: i64) -> Result<usize, Error> {
    let found: Vec<i64> = article_revisions::table
        .filter(article_revisions::article_id.eq(id))
        .filter(article_revisions::text.is_not_null())
        .select(article_revisions::number)
        .limit(1)
        .load(conn)?;
    Ok(found.len())
}

fn note(note: &SourceNote) -> Note {
    Note {
        kind: note.kind.as_str().into(),
        text: note.text.clone(),
        publisher: note.publisher.clone(),
        url: note.url.clone(),
        date: note.date.clone(),
    }
}
