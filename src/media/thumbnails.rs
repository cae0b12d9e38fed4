//! The small pictures beside articles in lists.

use crate::db::Conn;
use crate::db::schema::{articles, media, media_sizes};
use crate::error::Error;
use crate::paths;
use diesel::prelude::*;
use std::collections::HashMap;

/// The smallest variant of an article's main picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    pub file: String,
    pub width: i64,
    pub height: i64,
    /// What has to be seen when the picture is cropped, in hundredths of its width and height.
    pub focus: (i64, i64),
}

impl Thumbnail {
    pub fn src(&self) -> String {
        paths::media(&self.file)
    }

    /// The style sheet's classes for a focus that is not the middle. Pages have no styles of their own, so it is rounded to a quarter
    /// of the picture.
    pub fn classes(&self) -> String {
        let class = |axis: &str, at: i64| match (at + 12) / 25 {
            2 => String::new(),
            quarter => format!(" focus-{axis}-{quarter}"),
        };
        class("x", self.focus.0) + &class("y", self.focus.1)
    }
}

/// By article.
pub type Thumbnails = HashMap<i64, Thumbnail>;

/// The thumbnails of those of these articles that have a main picture.
///
/// # Errors
/// Of the database.
pub fn of_articles(conn: &mut Conn, ids: &[i64]) -> Result<Thumbnails, Error> {
    type Original = (String, i64, i64, i64, i64);
    type Variant = (Option<i64>, Option<String>);
    if ids.is_empty() {
        return Ok(Thumbnails::new());
    }
    let rows: Vec<(i64, Original, Variant)> = articles::table
        .inner_join(media::table.on(media::id.nullable().eq(articles::hero_id)))
        .left_join(media_sizes::table.on(media_sizes::media_id.eq(media::id)))
        .filter(articles::id.eq_any(ids.to_vec()))
        .filter(media::width.gt(0))
        .select((
            articles::id,
            (
                media::file,
                media::width,
                media::height,
                media::focus_x,
                media::focus_y,
            ),
            (media_sizes::width.nullable(), media_sizes::file.nullable()),
        ))
        .load(conn)?;
    let mut found = Thumbnails::new();
    for (article, (original, full, full_height, x, y), variant) in rows {
        let (width, file) = match variant {
            (Some(width), Some(file)) => (width, file),
            _ => (full, original),
        };
        if found.get(&article).is_none_or(|known| width < known.width) {
            let thumbnail = Thumbnail {
                file,
                width,
                height: (full_height * width + full / 2) / full.max(1),
                focus: (x, y),
            };
            found.insert(article, thumbnail);
        }
    }
    Ok(found)
}
