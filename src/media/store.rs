//! Queries for pictures. No other feature writes `media` and `media_sizes`.

use super::{Picture, library};
use crate::db::schema::{article_media, authors, media, media_sizes};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::text::markdown::ImportedImage;
use diesel::prelude::*;
use std::collections::HashMap;

macro_rules! columns {
    ($picture:expr) => {
        (
            media::file.eq(&$picture.file),
            media::mime.eq($picture.mime),
            media::width.eq(i64::from($picture.width)),
            media::height.eq(i64::from($picture.height)),
            media::bytes.eq($picture.bytes.len() as i64),
        )
    };
}

/// Inserts a picture, or adds the missing variants if the same bytes are stored already. Returns its id.
pub fn insert(conn: &mut Conn, picture: &Picture, now: Time) -> Result<i64, Error> {
    let id = match library::id_of(conn, &picture.file)? {
        Some(id) => id,
        None => diesel::insert_into(media::table)
            .values((columns!(picture), media::created_at.eq(now.0)))
            .returning(media::id)
            .get_result(conn)?,
    };
    insert_sizes(conn, id, picture)?;
    Ok(id)
}

/// Adds the smaller variants that are not there.
fn insert_sizes(conn: &mut Conn, id: i64, picture: &Picture) -> Result<(), Error> {
    let there: Vec<i64> = media_sizes::table
        .filter(media_sizes::media_id.eq(id))
        .select(media_sizes::width)
        .load(conn)?;
    for smaller in &picture.smaller {
        let width = i64::from(smaller.width);
        if !there.contains(&width) {
            let row = (
                media_sizes::media_id.eq(id),
                media_sizes::width.eq(width),
                media_sizes::file.eq(&smaller.file),
                media_sizes::mime.eq(smaller.mime),
            );
            diesel::insert_into(media_sizes::table)
                .values(row)
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Puts another picture in the place of one: what refers to it by its id shows the new one. Returns the files that nothing needs any
/// more; `None` if the new picture is stored already.
///
/// # Errors
/// `NotFound`.
pub fn replace(conn: &mut Conn, id: i64, picture: &Picture) -> Result<Option<Vec<String>>, Error> {
    if library::id_of(conn, &picture.file)?.is_some() {
        return Ok(None);
    }
    let old: String = media::table.find(id).select(media::file).first(conn)?;
    let smaller = media_sizes::table.filter(media_sizes::media_id.eq(id));
    let mut files: Vec<String> = diesel::delete(smaller)
        .returning(media_sizes::file)
        .get_results(conn)?;
    files.push(old);
    diesel::update(media::table.find(id))
        .set(columns!(picture))
        .execute(conn)?;
    insert_sizes(conn, id, picture)?;
    Ok(Some(files))
}

/// The pictures with these file names: id, and what is shown.
pub fn by_files(
    conn: &mut Conn,
    files: Vec<String>,
) -> Result<HashMap<String, (i64, ImportedImage)>, Error> {
    if files.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, String, i64, i64)> = media::table
        .filter(media::file.eq_any(files))
        .select((media::id, media::file, media::width, media::height))
        .load(conn)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let smaller: Vec<(i64, i64, String)> = media_sizes::table
        .filter(media_sizes::media_id.eq_any(ids))
        .order((media_sizes::media_id, media_sizes::width))
        .select((media_sizes::media_id, media_sizes::width, media_sizes::file))
        .load(conn)?;
    let image = |(id, file, width, height): (i64, String, i64, i64)| {
        let own = smaller.iter().filter(|row| row.0 == id);
        let image = ImportedImage {
            src: paths::media(&file),
            width: width as u32,
            height: height as u32,
            smaller: own
                .map(|(_, width, file)| (*width as u32, paths::media(file)))
                .collect(),
        };
        (file, (id, image))
    };
    Ok(rows.into_iter().map(image).collect())
}

/// Deletes the rows of files that no article, no author, no page and no style sheet uses. Returns their files, for [`super::delete_files`].
pub fn delete_unused(conn: &mut Conn, ids: &[i64]) -> Result<Vec<String>, Error> {
    let mut used: Vec<i64> = article_media::table
        .filter(article_media::media_id.eq_any(ids.to_vec()))
        .select(article_media::media_id)
        .load(conn)?;
    let avatars: Vec<Option<i64>> = authors::table
        .filter(authors::avatar_id.eq_any(ids.to_vec()))
        .select(authors::avatar_id)
        .load(conn)?;
    used.extend(avatars.into_iter().flatten());
    used.extend(library::places(conn, ids)?.into_iter().map(|(id, _)| id));
    let unused: Vec<i64> = ids
        .iter()
        .copied()
        .filter(|id| !used.contains(id))
        .collect();
    let smaller = media_sizes::table.filter(media_sizes::media_id.eq_any(unused.clone()));
    let mut files: Vec<String> = diesel::delete(smaller)
        .returning(media_sizes::file)
        .get_results(conn)?;
    files.extend(
        diesel::delete(media::table.filter(media::id.eq_any(unused)))
            .returning(media::file)
            .get_results::<String>(conn)?,
    );
    Ok(files)
}

/// The point of a picture that crops keep, in per cent of width and height.
pub fn focus(conn: &mut Conn, picture: i64) -> Result<(i64, i64), Error> {
    Ok(media::table
        .find(picture)
        .select((media::focus_x, media::focus_y))
        .first(conn)?)
}

/// The media type of a stored file.
///
/// # Errors
/// `NotFound` for a name that no row has.
pub fn mime(conn: &mut Conn, file: &str) -> Result<String, Error> {
    let whole: Option<String> = media::table
        .filter(media::file.eq(file))
        .select(media::mime)
        .first(conn)
        .optional()?;
    if let Some(mime) = whole {
        return Ok(mime);
    }
    Ok(media_sizes::table
        .filter(media_sizes::file.eq(file))
        .select(media_sizes::mime)
        .first(conn)?)
}
