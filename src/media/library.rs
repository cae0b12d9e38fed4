//! Reads and changes the media library. `store` has what articles need of it.

use super::recording::Recording;
use crate::db::invalidation::{self, CacheTag};
use crate::db::prepared::{containing, prepared};
use crate::db::schema::{article_media, articles, authors, media, media_sizes, pages, settings};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::web::settings::{ICON, LOGO, OWN_CSS, Setting};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Files on a page of the library.
pub const PAGE: i64 = 60;

/// A file of the library.
#[derive(Clone, Debug, Queryable)]
pub struct Item {
    pub id: i64,
    pub file: String,
    pub mime: String,
    pub width: i64,
    pub height: i64,
    pub bytes: i64,
    pub created_at: Time,
    pub name: String,
    pub alt: String,
    pub caption: String,
    pub credit: String,
    /// The point that crops keep, in percent of width and height.
    pub focus_x: i64,
    pub focus_y: i64,
}

/// What people write about a file.
#[derive(Clone, Debug, Default)]
pub struct Description {
    pub alt: String,
    pub caption: String,
    pub credit: String,
}

macro_rules! columns {
    () => {
        (
            media::id,
            media::file,
            media::mime,
            media::width,
            media::height,
            media::bytes,
            media::created_at,
            media::name,
            media::alt,
            media::caption,
            media::credit,
            media::focus_x,
            media::focus_y,
        )
    };
}

/// A page of the library, the newest first: files whose name or description has these letters, before this time and id.
///
/// # Errors
/// Of the database.
pub fn page(
    conn: &mut Conn,
    letters: &str,
    before: Option<(i64, i64)>,
    limit: i64,
) -> Result<Vec<Item>, Error> {
    let mut query = prepared::<(BigInt,)>("SELECT media.id FROM media WHERE 1 = 1");
    if let Some((at, id)) = before {
        query = query
            .text(" AND (media.created_at, media.id) < (")
            .int(at)
            .text(", ")
            .int(id)
            .text(")");
    }
    if !letters.is_empty() {
        query = query
            .text(" AND lower(media.name || ' ' || media.alt || ' ' || media.caption || ' ' || media.credit || ' ' || media.file) LIKE ")
            .string(containing(letters))
            .text(" ESCAPE '\\'");
    }
    let query = query
        .text(" ORDER BY media.created_at DESC, media.id DESC LIMIT ")
        .int(limit);
    let ids: Vec<(i64,)> = query.load(conn)?;
    let ids: Vec<i64> = ids.into_iter().map(|(id,)| id).collect();
    items(conn, &ids)
}

/// Those of the files with these ids that there are, in this order.
///
/// # Errors
/// Of the database.
pub fn items(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Item>, Error> {
    let mut items: Vec<Item> = media::table
        .filter(media::id.eq_any(ids.to_vec()))
        .select(columns!())
        .load(conn)?;
    items.sort_by_key(|item| ids.iter().position(|id| *id == item.id));
    Ok(items)
}

/// A file by its id.
///
/// # Errors
/// `NotFound`.
pub fn item(conn: &mut Conn, id: i64) -> Result<Item, Error> {
    Ok(media::table.find(id).select(columns!()).first(conn)?)
}

/// The smallest variant of each of these pictures: id and file.
///
/// # Errors
/// Of the database.
pub fn thumbnails(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, String)>, Error> {
    let rows: Vec<(i64, i64, String)> = media_sizes::table
        .filter(media_sizes::media_id.eq_any(ids.to_vec()))
        .order((media_sizes::media_id, media_sizes::width))
        .select((media_sizes::media_id, media_sizes::width, media_sizes::file))
        .load(conn)?;
    let mut found: Vec<(i64, String)> = Vec::new();
    for (id, _, file) in rows {
        if found.last().is_none_or(|last| last.0 != id) {
            found.push((id, file));
        }
    }
    Ok(found)
}

/// An article that shows a file, or whose author has it as their picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub media: i64,
    pub article: i64,
    pub title: String,
    /// Whose article it is.
    pub owner: Option<i64>,
}

/// A file that is the picture of an author, and the author's name.
pub type Portrait = (i64, String);

/// Where these files are used, and which of them are pictures of authors. An article counts once.
///
/// # Errors
/// Of the database.
pub fn uses(conn: &mut Conn, ids: &[i64]) -> Result<(Vec<Use>, Vec<Portrait>), Error> {
    let rows: Vec<(i64, i64, String, Option<i64>)> = article_media::table
        .inner_join(articles::table.on(articles::id.eq(article_media::article_id)))
        .filter(article_media::media_id.eq_any(ids.to_vec()))
        .select((
            article_media::media_id,
            articles::id,
            articles::title,
            articles::owner_id,
        ))
        .distinct()
        .load(conn)?;
    let mut uses: Vec<Use> = rows
        .into_iter()
        .map(|(media, article, title, owner)| Use {
            media,
            article,
            title,
            owner,
        })
        .collect();
    uses.sort_by_key(|used| (used.media, used.article));
    let people: Vec<(Option<i64>, String)> = authors::table
        .filter(authors::avatar_id.eq_any(ids.to_vec()))
        .select((authors::avatar_id, authors::name))
        .load(conn)?;
    let people = people
        .into_iter()
        .filter_map(|(id, name)| Some((id?, name)))
        .collect();
    Ok((uses, people))
}

/// A place outside articles that names a file by its address.
#[derive(Clone)]
pub enum Place {
    /// A page that the newsroom wrote.
    Page { slug: String, title: String },
    /// A setting of the site: its own style sheet, its logo or its icon.
    Setting(&'static Setting),
}

/// Settings that may name a file.
const SETTINGS: [&Setting; 3] = [&OWN_CSS, &LOGO, &ICON];

/// Which of these files, or of their variants, pages and settings of the site name.
///
/// # Errors
/// Of the database.
pub fn places(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, Place)>, Error> {
    let files: Vec<(i64, String)> = media::table
        .filter(media::id.eq_any(ids.to_vec()))
        .select((media::id, media::file))
        .load(conn)?;
    let written: Vec<(String, String, String)> = pages::table
        .order(pages::title)
        .select((pages::slug, pages::title, pages::body))
        .load(conn)?;
    let set: Vec<(String, String)> = settings::table
        .filter(settings::key.eq_any(SETTINGS.map(|setting| setting.name)))
        .select((settings::key, settings::value))
        .load(conn)?;
    let mut found = Vec::new();
    for (id, file) in files {
        // The names of variants begin alike.
        let name = file.split_once('.').map_or(&*file, |(name, _)| name);
        let begins = paths::media(name);
        for (slug, title, _) in written.iter().filter(|page| page.2.contains(&begins)) {
            let (slug, title) = (slug.clone(), title.clone());
            found.push((id, Place::Page { slug, title }));
        }
        for (key, _) in set.iter().filter(|(_, value)| value.contains(&begins)) {
            let setting = SETTINGS.into_iter().find(|setting| setting.name == key);
            found.extend(setting.map(|setting| (id, Place::Setting(setting))));
        }
    }
    Ok(found)
}

/// Articles of an author whose picture this is count as its users, too: their ids by picture.
///
/// # Errors
/// Of the database.
pub fn uses_by_authors(conn: &mut Conn, ids: &[i64]) -> Result<Vec<(i64, i64)>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = prepared::<(BigInt, BigInt)>(
        "SELECT authors.avatar_id, l.article_id FROM authors JOIN article_authors l ON l.author_id = authors.id WHERE authors.avatar_id IN (",
    );
    for (at, id) in ids.iter().enumerate() {
        query = query.text(if at == 0 { "" } else { ", " }).int(*id);
    }
    Ok(query.text(")").load(conn)?)
}

/// Names and describes files that were just added, where they had no description.
///
/// # Errors
/// Of the database.
pub fn describe_new(
    conn: &mut Conn,
    id: i64,
    name: &str,
    given: &Description,
) -> Result<(), Error> {
    let known = item(conn, id)?;
    let first = |known: String, given: &str| match known.as_str() {
        "" => given.to_owned(),
        _ => known,
    };
    diesel::update(media::table.find(id))
        .set((
            media::name.eq(first(known.name, name)),
            media::alt.eq(first(known.alt, &given.alt)),
            media::caption.eq(first(known.caption, &given.caption)),
            media::credit.eq(first(known.credit, &given.credit)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes the description and the focus of a file. Articles keep the description that they have of it.
///
/// # Errors
/// `NotFound`.
pub fn describe(
    conn: &mut Conn,
    id: i64,
    given: &Description,
    (focus_x, focus_y): (i64, i64),
) -> Result<(), Error> {
    let changed = diesel::update(media::table.find(id))
        .set((
            media::alt.eq(&given.alt),
            media::caption.eq(&given.caption),
            media::credit.eq(&given.credit),
            media::focus_x.eq(focus_x),
            media::focus_y.eq(focus_y),
        ))
        .execute(conn)?;
    if changed == 0 {
        return Err(Error::NotFound);
    }
    // The cards of articles whose picture it is are drawn anew, and lists crop it otherwise.
    let used = uses(conn, &[id])?.0;
    if !used.is_empty() {
        invalidation::changed(conn, CacheTag::Articles);
    }
    for one in used {
        invalidation::changed(conn, CacheTag::Article(one.article));
    }
    Ok(())
}

/// The id of the file with this name, if it is stored.
pub(super) fn id_of(conn: &mut Conn, file: &str) -> Result<Option<i64>, Error> {
    Ok(media::table
        .filter(media::file.eq(file))
        .select(media::id)
        .first(conn)
        .optional()?)
}

/// Adds a recording, unless it is there. Returns its id.
///
/// # Errors
/// Of the database.
pub fn insert_recording(conn: &mut Conn, new: &Recording, now: Time) -> Result<i64, Error> {
    match id_of(conn, &new.file)? {
        Some(id) => Ok(id),
        None => Ok(diesel::insert_into(media::table)
            .values((
                media::file.eq(&new.file),
                media::mime.eq(new.mime),
                media::width.eq(0),
                media::height.eq(0),
                media::bytes.eq(new.bytes as i64),
                media::created_at.eq(now.0),
            ))
            .returning(media::id)
            .get_result(conn)?),
    }
}
