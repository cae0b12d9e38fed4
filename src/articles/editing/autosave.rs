//! What is being typed into the form of an article, kept beside it without a revision.

use super::{Changed, Request};
use crate::articles::draft::Format;
use crate::articles::fields::ArticleFields;
use crate::articles::presence;
use crate::articles::relations::replace_draft_media;
use crate::articles::revision::{Revision, add_revision};
use crate::db::schema::{articles, autosaves};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

/// The role in `article_media` of pictures that only what is being typed shows.
const AUTOSAVE: &str = "autosave";

/// Keeps what is being typed beside the article, without a revision. `pictures`: media that it shows.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn autosave(
    conn: &mut Conn,
    request: Request<'_>,
    fields: &ArticleFields,
    pictures: &[i64],
) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let id = request.id;
    diesel::delete(autosaves::table.find(id)).execute(conn)?;
    diesel::insert_into(autosaves::table)
        .values((
            autosaves::article_id.eq(id),
            autosaves::fields.eq(fields.to_source()),
            autosaves::saved_by.eq(request.who.id),
            autosaves::saved_at.eq(request.now.0),
        ))
        .execute(conn)?;
    replace_draft_media(conn, id, AUTOSAVE, pictures.iter().copied())?;
    let is_next = found.row.edited_by == Some(request.who.id);
    if !is_next {
        diesel::update(articles::table.find(id))
            .set(articles::edit_base.eq(articles::edit_version))
            .execute(conn)?;
    }
    diesel::update(articles::table.find(id))
        .set((
            articles::edit_version.eq(articles::edit_version + 1),
            articles::edited_by.eq(request.who.id),
            articles::edited_at.eq(request.now.0),
        ))
        .execute(conn)?;
    presence::present(conn, id, request.who.id, request.now)?;
    Ok(Ok(()))
}

/// Makes what is being typed a revision that readers do not see, before something else takes its place in the form.
pub(in crate::articles) fn keep_as_revision(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let typed: Option<(String, Option<i64>, i64)> = autosaves::table
        .find(id)
        .select((autosaves::fields, autosaves::saved_by, autosaves::saved_at))
        .first(conn)
        .optional()?;
    let Some((source, by, at)) = typed else {
        return Ok(());
    };
    let revision = Revision {
        source: &source,
        format: Format::Form,
        by,
        at: Time(at),
    };
    add_revision(conn, id, &revision)?;
    discard(conn, id)
}

/// Forgets what was being typed.
pub(super) fn discard(conn: &mut Conn, id: i64) -> Result<(), Error> {
    diesel::delete(autosaves::table.find(id)).execute(conn)?;
    replace_draft_media(conn, id, AUTOSAVE, std::iter::empty())
}
