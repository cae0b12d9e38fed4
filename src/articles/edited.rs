//! Reads an article as staff edit it: what is stored, the working copy, and what is being typed.

use super::draft::{Byline, Draft, Format, Hero, NoteKind, SourceNote};
use super::fields::ArticleFields;
use super::publication::was_ever_public;
use super::working_copy;
use crate::db::schema::{
    accounts, article_authors, article_tags, articles, authors, autosaves, media, preview_links,
    sections, source_notes, tags,
};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text::SafeHtml;
use crate::web::Account;
use diesel::prelude::*;

/// The row of an article, as far as editing needs it.
#[derive(Clone, Debug, Queryable)]
pub struct Row {
    pub id: i64,
    pub slug: String,
    pub title: String,
    /// `draft`, `submitted`, `scheduled`, `published` or `unpublished`.
    pub status: String,
    pub published_at: Time,
    pub owner: Option<i64>,
    pub is_sample: bool,
    pub origin: Option<String>,
    /// Counts saves and autosaves. Forms carry it.
    pub version: i64,
    /// The version before the first of the latest autosaves.
    base: i64,
    pub edited_by: Option<i64>,
    pub edited_at: Time,
    pub updated_at: Time,
}

impl Row {
    /// Whether this account may change it. Who writes may change their own, until it is published.
    pub fn may_change(&self, account: &Account) -> bool {
        account.edits() || self.is_open_to_writers()
    }

    fn is_open_to_writers(&self) -> bool {
        matches!(self.status.as_str(), "draft" | "submitted")
    }

    pub fn is_public(&self) -> bool {
        self.status == "published"
    }

    /// Whether a form of this account with this version was made from what is there now: nobody has saved since, or only they
    /// have, by themselves and without pressing a button.
    pub fn is_current(&self, version: &str, account: i64) -> bool {
        match version.parse::<i64>() {
            Ok(seen) if seen == self.version => true,
            Ok(seen) => self.edited_by == Some(account) && seen >= self.base && seen < self.version,
            Err(_) => false,
        }
    }
}

/// An article as it is edited.
#[derive(Clone, Debug)]
pub struct Edited {
    pub row: Row,
    /// What the form begins with, but for its texts where these came from a file: the working copy, or what is stored.
    pub draft: Draft,
    /// What was typed since.
    pub autosave: Option<ArticleFields>,
    /// There are changes that readers do not see yet.
    pub has_working_copy: bool,
    /// When the working copy is published.
    pub publish_at: Option<Time>,
    pub was_ever_public: bool,
}

/// The article with this id. Who only writes finds their own.
///
/// # Errors
/// `NotFound`.
pub fn row(conn: &mut Conn, id: i64, account: &Account) -> Result<Row, Error> {
    let mut found = articles::table
        .filter(articles::id.eq(id))
        .select((
            articles::id,
            articles::slug,
            articles::title,
            articles::status,
            articles::published_at,
            articles::owner_id,
            articles::is_sample,
            articles::origin,
            articles::edit_version,
            articles::edit_base,
            articles::edited_by,
            articles::edited_at,
            articles::updated_at,
        ))
        .into_boxed();
    if !account.edits() {
        found = found.filter(articles::owner_id.eq(account.id));
    }
    Ok(found.first(conn)?)
}

/// [`row`], with all that the form shows.
///
/// # Errors
/// As [`row`]; `Internal` if what is stored cannot be read.
pub fn edited(conn: &mut Conn, id: i64, account: &Account) -> Result<Edited, Error> {
    let row = row(conn, id, account)?;
    of_row(conn, row)
}

/// What is edited of an article, without regard to roles.
///
/// # Errors
/// `NotFound`; `Internal` if what is stored cannot be read.
pub fn for_preview(conn: &mut Conn, id: i64) -> Result<Edited, Error> {
    let anybody = Account {
        is_admin: true,
        ..Account::nobody("")
    };
    edited(conn, id, &anybody)
}

fn of_row(conn: &mut Conn, row: Row) -> Result<Edited, Error> {
    let id = row.id;
    let waiting = working_copy::content(conn, id)?;
    let has_working_copy = waiting.is_some();
    let (draft, publish_at) = match waiting {
        Some((draft, publish_at)) => (draft, publish_at),
        None => (stored(conn, id)?, None),
    };
    Ok(Edited {
        was_ever_public: row.is_public() || was_ever_public(conn, id)?,
        row,
        draft,
        autosave: autosaved(conn, id)?,
        has_working_copy,
        publish_at,
    })
}

/// What is being typed into the form of an article.
pub(super) fn autosaved(conn: &mut Conn, id: i64) -> Result<Option<ArticleFields>, Error> {
    let typed: Option<String> = autosaves::table
        .find(id)
        .select(autosaves::fields)
        .first(conn)
        .optional()?;
    Ok(typed.and_then(|typed| ArticleFields::from_source(&typed)))
}

/// The draft that an article was stored from. The main picture and the article's pictures are named by their media files.
fn stored(conn: &mut Conn, id: i64) -> Result<Draft, Error> {
    type Texts = (String, String, String, String, String, SafeHtml, String);
    type Html = (SafeHtml, SafeHtml, String, i64, bool, bool, String);
    let (texts, html, picture, section): (Texts, Html, Picture, String) = articles::table
        .inner_join(sections::table.on(sections::id.eq(articles::section_id)))
        .left_join(media::table.on(media::id.nullable().eq(articles::hero_id)))
        .filter(articles::id.eq(id))
        .select((
            (
                articles::title,
                articles::dek,
                articles::excerpt,
                articles::slug,
                articles::source,
                articles::summary_html,
                articles::summary_text,
            ),
            (
                articles::body_html,
                articles::matters_html,
                articles::keyphrases,
                articles::words,
                articles::comments_open,
                articles::comments_moderated,
                articles::source_format,
            ),
            (
                media::file.nullable(),
                articles::hero_alt,
                articles::hero_caption,
                articles::hero_credit,
            ),
            sections::name,
        ))
        .first(conn)?;
    let (title, dek, excerpt, slug, source, summary, summary_text) = texts;
    let (body, matters, keyphrases, words, comments_open, comments_moderated, format) = html;
    let draft = Draft {
        title,
        dek,
        excerpt,
        slug,
        source,
        summary,
        summary_text,
        body,
        matters,
        words,
        section,
        keyphrases: keyphrases.lines().map(str::to_owned).collect(),
        comments_closed: !comments_open,
        comments_moderated,
        hero: hero(picture),
        format: Format::parse(&format),
        ..Draft::default()
    };
    with_rows(conn, id, draft)
}

/// File, description, caption and credit of a main picture.
type Picture = (Option<String>, String, String, String);

fn hero((file, alt, caption, credit): Picture) -> Option<Hero> {
    Some(Hero {
        src: file?,
        alt,
        caption,
        credit,
    })
}

/// Adds what other tables have of an article.
fn with_rows(conn: &mut Conn, id: i64, draft: Draft) -> Result<Draft, Error> {
    Ok(Draft {
        notes: notes(conn, id)?,
        tags: tag_names(conn, id)?,
        authors: author_names(conn, id)?,
        ..draft
    })
}

fn notes(conn: &mut Conn, id: i64) -> Result<Vec<SourceNote>, Error> {
    let rows: Vec<(String, String, String, String, String)> = source_notes::table
        .filter(source_notes::article_id.eq(id))
        .order(source_notes::position)
        .select((
            source_notes::kind,
            source_notes::text,
            source_notes::publisher,
            source_notes::url,
            source_notes::noted_on,
        ))
        .load(conn)?;
    let note = |(kind, text, publisher, url, date): (String, _, _, _, _)| SourceNote {
        kind: NoteKind::parse(&kind).unwrap_or(NoteKind::Corroboration),
        text,
        publisher,
        url,
        date,
    };
    Ok(rows.into_iter().map(note).collect())
}

fn tag_names(conn: &mut Conn, id: i64) -> Result<Vec<String>, Error> {
    Ok(article_tags::table
        .inner_join(tags::table.on(tags::id.eq(article_tags::tag_id)))
        .filter(article_tags::article_id.eq(id))
        .order(article_tags::position)
        .select(tags::name)
        .load(conn)?)
}

fn author_names(conn: &mut Conn, id: i64) -> Result<Vec<Byline>, Error> {
    let names: Vec<String> = article_authors::table
        .inner_join(authors::table.on(authors::id.eq(article_authors::author_id)))
        .filter(article_authors::article_id.eq(id))
        .order(article_authors::position)
        .select(authors::name)
        .load(conn)?;
    let byline = |name| Byline {
        name,
        ..Byline::default()
    };
    Ok(names.into_iter().map(byline).collect())
}

/// The name under which an account acts: its username. `None`: it is gone.
///
/// # Errors
/// Of the database.
pub fn username(conn: &mut Conn, account: i64) -> Result<Option<String>, Error> {
    Ok(accounts::table
        .find(account)
        .select(accounts::username)
        .first(conn)
        .optional()?)
}

/// The token of the link that shows the article to anybody, and when that ends, if there is one.
///
/// # Errors
/// Of the database.
pub fn shared(conn: &mut Conn, id: i64, now: Time) -> Result<Option<(String, Time)>, Error> {
    Ok(preview_links::table
        .find(id)
        .filter(preview_links::expires_at.gt(now.0))
        .select((preview_links::token, preview_links::expires_at))
        .first(conn)
        .optional()?)
}

/// The article that a preview link shows.
///
/// # Errors
/// `NotFound` for a link that is unknown or over.
pub fn by_preview_link(conn: &mut Conn, token: &str, now: Time) -> Result<i64, Error> {
    Ok(preview_links::table
        .filter(preview_links::token.eq(token))
        .filter(preview_links::expires_at.gt(now.0))
        .select(preview_links::article_id)
        .first(conn)?)
}

/// The names of sections, tags and authors to suggest, at most `most` of each.
///
/// # Errors
/// Of the database.
pub fn suggestions(conn: &mut Conn, most: i64) -> Result<[Vec<String>; 3], Error> {
    Ok([
        sections::table
            .order(sections::id)
            .select(sections::name)
            .limit(most)
            .load(conn)?,
        tags::table
            .order(tags::id.desc())
            .select(tags::name)
            .limit(most)
            .load(conn)?,
        authors::table
            .order(authors::id.desc())
            .select(authors::name)
            .limit(most)
            .load(conn)?,
    ])
}

/// Slugs and names of sections, and of the authors whom the filter offers, at most `most` of each.
///
/// # Errors
/// Of the database.
pub fn filters(conn: &mut Conn, most: i64) -> Result<[Vec<(String, String)>; 2], Error> {
    Ok([
        sections::table
            .order(sections::id)
            .select((sections::slug, sections::name))
            .limit(most)
            .load(conn)?,
        authors::table
            .order(authors::id)
            .select((authors::slug, authors::name))
            .limit(most)
            .load(conn)?,
    ])
}
