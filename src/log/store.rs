//! Queries for the moderation log. No other feature writes `moderation_log`; rows are never changed or deleted.

use super::{Entry, Kind};
use crate::db::schema::{articles, comments, moderation_log};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

#[derive(Clone, Debug, Queryable)]
pub struct LogRow {
    pub id: i64,
    pub action: String,
    pub comment: Option<i64>,
    pub actor_kind: String,
    pub actor: String,
    pub actor_id: Option<i64>,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub version: i64,
    pub reason: String,
    pub note: String,
    pub at: Time,
    pub kind: Kind,
    pub article: Option<i64>,
}

pub fn write(conn: &mut Conn, entry: &Entry<'_>, now: Time) -> Result<(), Error> {
    diesel::insert_into(moderation_log::table)
        .values((
            moderation_log::action.eq(entry.action),
            moderation_log::comment_id.eq(entry.comment),
            moderation_log::actor_kind.eq(entry.actor.kind()),
            moderation_log::actor.eq(entry.actor.name()),
            moderation_log::actor_id.eq(entry.actor.id()),
            moderation_log::subject.eq(entry.subject),
            moderation_log::from_status.eq(entry.from),
            moderation_log::to_status.eq(entry.to),
            moderation_log::version.eq(entry.version),
            moderation_log::reason.eq(entry.reason),
            moderation_log::note.eq(entry.note),
            moderation_log::created_at.eq(now.0),
            moderation_log::kind.eq(entry.kind),
            moderation_log::article_id.eq(entry.article),
        ))
        .execute(conn)?;
    Ok(())
}

/// Which rows of the log are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Of one comment.
    pub comment: Option<i64>,
    /// With ids below this one.
    pub after: Option<i64>,
    /// Without changes of roles, which are for admins.
    pub moderation_only: bool,
}

/// At most `most` rows, newest first, each with the slug of its comment's article.
pub fn page(
    conn: &mut Conn,
    wanted: Wanted,
    most: i64,
) -> Result<Vec<(LogRow, Option<String>)>, Error> {
    let mut rows = moderation_log::table
        .left_join(comments::table.on(comments::id.nullable().eq(moderation_log::comment_id)))
        .left_join(articles::table.on(articles::id.nullable().eq(comments::article_id.nullable())))
        .select((moderation_log::all_columns, articles::slug.nullable()))
        .into_boxed();
    if let Some(comment) = wanted.comment {
        rows = rows.filter(moderation_log::comment_id.eq(comment));
    }
    if let Some(after) = wanted.after {
        rows = rows.filter(moderation_log::id.lt(after));
    }
    if wanted.moderation_only {
        rows = rows.filter(moderation_log::action.ne("role"));
    }
    Ok(rows
        .order(moderation_log::id.desc())
        .limit(most)
        .load(conn)?)
}

/// The latest row of a comment.
pub fn last(conn: &mut Conn, comment: i64) -> Result<Option<LogRow>, Error> {
    Ok(moderation_log::table
        .filter(moderation_log::comment_id.eq(comment))
        .order(moderation_log::id.desc())
        .first(conn)
        .optional()?)
}
