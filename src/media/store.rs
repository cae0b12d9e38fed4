//! Queries for pictures. No other feature writes `media` and `media_sizes`.

use super::Picture;
use crate::db::schema::{article_media, authors, media, media_sizes};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

/// Inserts a picture, or adds the missing variants if the same bytes are stored already. Returns its id.
pub fn insert(conn: &mut Conn, picture: &Picture, now: Time) -> Result<i64, Error> {
    let known: Option<i64> = media::table
        .filter(media::file.eq(&picture.file))
        .select(media::id)
        .first(conn)
        .optional()?;
    let id = match known {
        Some(id) => id,
        None => diesel::insert_into(media::table)
            .values((
                media::file.eq(&picture.file),
                media::mime.eq(picture.mime),
                media::width.eq(i64::from(picture.width)),
                media::height.eq(i64::from(picture.height)),
                media::bytes.eq(picture.bytes.len() as i64),
                media::created_at.eq(now.0),
            ))
            .returning(media::id)
            .get_result(conn)?,
    };
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
    Ok(id)
}

/// Deletes the rows of pictures that no article and no author uses. Returns their files, for [`super::delete_files`].
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
