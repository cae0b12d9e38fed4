//! Reads what a form of an article is about.

use super::form::ArticleForm;
use crate::articles::draft::{Draft, Format};
use crate::articles::edited::{self, Edited};
use crate::articles::fields::ArticleFields;
use crate::articles::preview::Unpublished;
use crate::articles::versions;
use crate::db::Conn;
use crate::error::Error;
use crate::import::form::{Compiled, Library};
use crate::import::{self, ReadOptions, to_form};
use crate::media;
use crate::web::{Account, Site};

/// An article as it is edited, with the fields of its form.
#[derive(Clone, Debug)]
pub struct Opened {
    pub edited: Edited,
    pub fields: ArticleFields,
}

/// An article that this account may see.
///
/// # Errors
/// `NotFound`.
pub fn open(conn: &mut Conn, id: i64, account: &Account) -> Result<Opened, Error> {
    let edited = edited::edited(conn, id, account)?;
    with_fields(conn, edited)
}

/// An article for the link to its preview.
///
/// # Errors
/// `NotFound`.
pub fn open_for_preview(conn: &mut Conn, id: i64) -> Result<Opened, Error> {
    let edited = edited::for_preview(conn, id)?;
    with_fields(conn, edited)
}

fn with_fields(conn: &mut Conn, edited: Edited) -> Result<Opened, Error> {
    let fields = match &edited.autosave {
        Some(typed) => typed.clone(),
        None => to_form::load(conn, &edited.draft, edited.row.origin.as_deref())?,
    };
    Ok(Opened { edited, fields })
}

/// The fields of a revision. Its pictures are named as in its file, if it came from one.
///
/// # Errors
/// `NotFound`.
pub fn revision(
    conn: &mut Conn,
    edited: &Edited,
    number: i64,
    options: &ReadOptions,
) -> Result<ArticleFields, Error> {
    let (source, format) = versions::revision(conn, edited.row.id, number)?;
    if let Some(fields) = ArticleFields::from_source(&source).filter(|_| format == Format::Form) {
        return Ok(fields);
    }
    let options = ReadOptions {
        skip_pictures: true,
        ..options.clone()
    };
    let read = import::parse_text(&source, format == Format::Markdown, &options);
    let read = read.map_err(|why| Error::internal(why.reason))?;
    let draft = Draft {
        hero: edited.draft.hero.clone(),
        ..read.draft
    };
    to_form::load(conn, &draft, edited.row.origin.as_deref())
}

/// The fields with what a form sent, and the pictures that they name.
///
/// # Errors
/// Of the database.
pub fn typed(
    conn: &mut Conn,
    fields: ArticleFields,
    form: &ArticleForm,
) -> Result<(ArticleFields, Library), Error> {
    let fields = form.apply(fields);
    let library = media::store::by_files(conn, fields.media_files())?;
    Ok((fields, library))
}

/// What a preview shows.
pub fn unpublished(site: &Site, edited: Option<&Edited>, compiled: Compiled) -> Unpublished {
    let (draft, pictures) = compiled;
    let public = edited.filter(|edited| edited.row.is_public());
    let is_changed = public.is_some_and(|it| it.has_working_copy || it.autosave.is_some());
    Unpublished {
        draft,
        pictures,
        id: edited.map(|edited| edited.row.id),
        published_at: public.map(|edited| edited.row.published_at),
        updated_at: public
            .filter(|_| !is_changed)
            .map(|edited| edited.row.updated_at),
        site_name: site.name.clone(),
        section: site.default_section.clone(),
    }
}
