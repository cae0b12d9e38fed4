//! The rows of pictures. This feature alone writes `media`.

use super::Picture;
use crate::db::{Conn, Time, schema::articles, schema::media};
use crate::error::Error;
use diesel::prelude::*;

/// The row of a picture; the same bytes are one row.
pub fn remember(conn: &mut Conn, picture: &Picture, now: Time) -> Result<i64, Error> {
    let known: Option<i64> = media::table
        .filter(media::file.eq(&picture.file))
        .select(media::id)
        .first(conn)
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    let row = (
        media::file.eq(&picture.file),
        media::mime.eq(picture.mime),
        media::width.eq(i64::from(picture.width)),
        media::height.eq(i64::from(picture.height)),
        media::bytes.eq(picture.bytes.len() as i64),
        media::created_at.eq(now.0),
    );
    Ok(diesel::insert_into(media::table)
        .values(row)
        .returning(media::id)
        .get_result(conn)?)
}

/// Forgets pictures that no article leads with any more; their files' names, for [`super::discard`].
pub fn forget_unused(conn: &mut Conn, ids: &[i64]) -> Result<Vec<String>, Error> {
    let used: Vec<Option<i64>> = articles::table
        .filter(articles::hero_id.eq_any(ids.to_vec()))
        .select(articles::hero_id)
        .load(conn)?;
    let unused: Vec<i64> = ids
        .iter()
        .copied()
        .filter(|id| !used.contains(&Some(*id)))
        .collect();
    Ok(
        diesel::delete(media::table.filter(media::id.eq_any(unused)))
            .returning(media::file)
            .get_results(conn)?,
    )
}

/// The media type of a file that we know.
pub fn mime(conn: &mut Conn, file: &str) -> Result<String, Error> {
    Ok(media::table
        .filter(media::file.eq(file))
        .select(media::mime)
        .first(conn)?)
}
