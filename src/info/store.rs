//! Queries for pages. No other feature writes `pages` and `page_revisions`.

use crate::admin;
use crate::db::schema::{accounts, page_revisions, pages};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::text::SafeHtml;
use crate::web::site::{WRITTEN_PAGES, WrittenPage};
use diesel::prelude::*;

/// A page as it is shown and edited.
#[derive(Clone, Debug, Queryable)]
pub struct StoredPage {
    pub slug: String,
    pub title: String,
    /// Markdown.
    pub body: String,
    pub html: SafeHtml,
    pub in_footer: bool,
    pub revision: i64,
    pub updated_at: Time,
}

/// What a form saves.
#[derive(Clone, Debug)]
pub struct NewText {
    pub title: String,
    pub body: String,
    pub html: SafeHtml,
    pub in_footer: bool,
}

/// A page, if it was written.
///
/// # Errors
/// Of the database.
pub fn find(conn: &mut Conn, slug: &str) -> Result<Option<StoredPage>, Error> {
    Ok(pages::table.find(slug).first(conn).optional()?)
}

/// A saved version of a page: number, time, and the username of who saved it.
pub type Version = (i64, Time, Option<String>);

/// The versions of a page, the newest first.
///
/// # Errors
/// Of the database.
pub fn versions(conn: &mut Conn, slug: &str, most: i64) -> Result<Vec<Version>, Error> {
    Ok(page_revisions::table
        .left_join(accounts::table.on(accounts::id.nullable().eq(page_revisions::saved_by)))
        .filter(page_revisions::slug.eq(slug))
        .order(page_revisions::number.desc())
        .limit(most)
        .select((
            page_revisions::number,
            page_revisions::saved_at,
            accounts::username.nullable(),
        ))
        .load(conn)?)
}

/// Title and text of a version.
///
/// # Errors
/// `NotFound`.
pub fn version(conn: &mut Conn, slug: &str, number: i64) -> Result<(String, String), Error> {
    Ok(page_revisions::table
        .find((slug, number))
        .select((page_revisions::title, page_revisions::body))
        .first(conn)?)
}

/// Saves a page as its next version. `false`: it has another revision than `seen`, where 0 stands for a page that is not there.
///
/// # Errors
/// Of the database.
pub fn save(
    conn: &mut Conn,
    slug: &str,
    text: &NewText,
    seen: i64,
    (by, now): (i64, Time),
) -> Result<bool, Error> {
    // One for all: the list of pages is made anew.
    lock(conn, "pages")?;
    let known = find(conn, slug)?;
    if known.as_ref().map_or(0, |page| page.revision) != seen {
        return Ok(false);
    }
    // A page that was deleted and is written again goes on with its numbers.
    let last: Option<i64> = page_revisions::table
        .filter(page_revisions::slug.eq(slug))
        .order(page_revisions::number.desc())
        .select(page_revisions::number)
        .first(conn)
        .optional()?;
    let revision = last.unwrap_or(0) + 1;
    diesel::delete(pages::table.find(slug)).execute(conn)?;
    diesel::insert_into(pages::table)
        .values((
            pages::slug.eq(slug),
            pages::title.eq(&text.title),
            pages::body.eq(&text.body),
            pages::html.eq(&text.html),
            pages::in_footer.eq(text.in_footer),
            pages::revision.eq(revision),
            pages::updated_at.eq(now.0),
        ))
        .execute(conn)?;
    diesel::insert_into(page_revisions::table)
        .values((
            page_revisions::slug.eq(slug),
            page_revisions::number.eq(revision),
            page_revisions::title.eq(&text.title),
            page_revisions::body.eq(&text.body),
            page_revisions::saved_by.eq(by),
            page_revisions::saved_at.eq(now.0),
        ))
        .execute(conn)?;
    list(conn)?;
    Ok(true)
}

/// Deletes a page; its versions stay, for the case that it is written again.
///
/// # Errors
/// `NotFound`.
pub fn delete(conn: &mut Conn, slug: &str) -> Result<(), Error> {
    let gone = diesel::delete(pages::table.find(slug)).execute(conn)?;
    if gone == 0 {
        return Err(Error::NotFound);
    }
    list(conn)
}

/// Writes the list of pages that every page is made with.
fn list(conn: &mut Conn) -> Result<(), Error> {
    let rows: Vec<(String, String, bool)> = pages::table
        .order(pages::title)
        .select((pages::slug, pages::title, pages::in_footer))
        .load(conn)?;
    let page = |(slug, title, in_footer)| WrittenPage {
        slug,
        title,
        in_footer,
    };
    let list: Vec<WrittenPage> = rows.into_iter().map(page).collect();
    let list = serde_json::to_string(&list).map_err(Error::internal)?;
    // Names everything as changed.
    admin::store::set(conn, WRITTEN_PAGES, &list)
}
