//! The corrections list: all corrections of the site, newest first.

use super::store::PUBLISHED;
use crate::db::prepared::prepared;
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// An entry of the corrections list: a correction and its article.
#[derive(Clone, Debug)]
pub struct Corrected {
    pub kind: String,
    pub text: String,
    pub at: Time,
    pub article: i64,
    pub position: i64,
    pub slug: String,
    pub title: String,
}

/// Keyset cursor: a page of the list begins after the correction with this time, article id and position.
pub type CorrectionCursor = (i64, i64, i64);

type CorrectedColumns = (Text, Text, BigInt, BigInt, BigInt, Text, Text);
type CorrectedParts = (String, String, Time, i64, i64, String, String);

/// At most `limit` corrections of published articles after the cursor, newest first.
pub fn corrections(
    conn: &mut Conn,
    after: Option<CorrectionCursor>,
    limit: i64,
) -> Result<Vec<Corrected>, Error> {
    let mut query = prepared::<CorrectedColumns>(format!(
        "SELECT c.kind, c.text, c.corrected_at, c.article_id, c.position, articles.slug, articles.title FROM corrections c \
         JOIN articles ON articles.id = c.article_id WHERE {PUBLISHED}"
    ));
    if let Some((at, article, position)) = after {
        query = query
            .text(" AND (c.corrected_at, c.article_id, c.position) < (")
            .int(at)
            .text(", ")
            .int(article)
            .text(", ")
            .int(position)
            .text(")");
    }
    let rows: Vec<CorrectedParts> = query
        .text(" ORDER BY c.corrected_at DESC, c.article_id DESC, c.position DESC LIMIT ")
        .int(limit)
        .load(conn)?;
    let corrected = |(kind, text, at, article, position, slug, title): CorrectedParts| Corrected {
        kind,
        text,
        at,
        article,
        position,
        slug,
        title,
    };
    Ok(rows.into_iter().map(corrected).collect())
}
