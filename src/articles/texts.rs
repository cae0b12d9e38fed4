//! Full articles for feeds: text, source notes, corrections and tags, loaded for many articles at once.

use crate::db::schema::{article_tags, articles, corrections, media, source_notes, tags};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text::SafeHtml;
use diesel::prelude::*;

/// An article with its full text.
#[derive(Clone, Debug, Queryable)]
pub struct FullArticle {
    pub id: i64,
    pub summary: SafeHtml,
    pub body: SafeHtml,
    pub matters: SafeHtml,
    pub updated_at: Time,
    pub hero_alt: String,
    /// File, width, height.
    pub hero: Option<(String, i64, i64)>,
}

/// The full texts of these articles, in no particular order.
pub fn full_articles(conn: &mut Conn, ids: &[i64]) -> Result<Vec<FullArticle>, Error> {
    Ok(articles::table
        .left_join(media::table.on(media::id.nullable().eq(articles::hero_id)))
        .filter(articles::id.eq_any(ids.to_vec()))
        .select((
            articles::id,
            articles::summary_html,
            articles::body_html,
            articles::matters_html,
            articles::updated_at,
            articles::hero_alt,
            (media::file, media::width, media::height).nullable(),
        ))
        .load(conn)?)
}

/// What feeds show besides the texts of articles. Each tuple begins with the article's id.
#[derive(Clone, Debug, Default)]
pub struct FeedExtras {
    /// Article id, kind, text.
    pub notes: Vec<(i64, String, String)>,
    /// Article id, kind, text, time.
    pub corrections: Vec<(i64, String, String, Time)>,
    pub tags: Vec<(i64, String)>,
}

/// Notes, corrections and tags of these articles.
pub fn feed_extras(conn: &mut Conn, ids: &[i64]) -> Result<FeedExtras, Error> {
    Ok(FeedExtras {
        notes: source_notes::table
            .filter(source_notes::article_id.eq_any(ids.to_vec()))
            .order((source_notes::article_id, source_notes::position))
            .select((
                source_notes::article_id,
                source_notes::kind,
                source_notes::text,
            ))
            .load(conn)?,
        corrections: corrections::table
            .filter(corrections::article_id.eq_any(ids.to_vec()))
            .order((corrections::article_id, corrections::position))
            .select((
                corrections::article_id,
                corrections::kind,
                corrections::text,
                corrections::corrected_at,
            ))
            .load(conn)?,
        tags: article_tags::table
            .inner_join(tags::table.on(tags::id.eq(article_tags::tag_id)))
            .filter(article_tags::article_id.eq_any(ids.to_vec()))
            .order((article_tags::article_id, article_tags::position))
            .select((article_tags::article_id, tags::name))
            .load(conn)?,
    })
}
