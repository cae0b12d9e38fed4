//! Queries for the moderation log. No other feature writes `moderation_log`. Rows are never deleted, and changed only where the
//! account that they name is deleted.

use super::{Actor, Entry, Kind};
use crate::db::schema::{accounts, articles, comments, moderation_log};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

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

/// Writes a row about an account, by its username.
pub fn write_account(
    conn: &mut Conn,
    action: &str,
    username: &str,
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    let entry = Entry {
        kind: Kind::Account,
        subject: username,
        ..Entry::new(action, actor)
    };
    write(conn, &entry, now)
}

/// Takes the name of a deleted account out of the log.
pub fn rename(conn: &mut Conn, account: i64, old: &str, new: &str) -> Result<(), Error> {
    let by = moderation_log::table.filter(moderation_log::actor_id.eq(account));
    diesel::update(by)
        .set(moderation_log::actor.eq(new))
        .execute(conn)?;
    let about = moderation_log::table
        .filter(moderation_log::kind.eq(Kind::Account))
        .filter(sql::<Text>("lower(subject)").eq(old.to_ascii_lowercase()));
    diesel::update(about)
        .set(moderation_log::subject.eq(new))
        .execute(conn)?;
    Ok(())
}

/// Which rows of the log are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of one comment.
    pub comment: Option<i64>,
    /// With ids below this one.
    pub after: Option<i64>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// By an account with this name.
    pub actor: String,
    /// About an article.
    pub article: Option<i64>,
    /// Without changes of roles and invitations, which are for admins.
    pub hides_account_changes: bool,
}

/// At most `most` rows, newest first, each with the slug of its comment's article.
pub fn page(
    conn: &mut Conn,
    wanted: &Wanted,
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
    if wanted.hides_account_changes {
        rows = rows.filter(moderation_log::action.ne_all(["role", "invite", "revoke"]));
    }
    if let Some(article) = wanted.article {
        rows = rows.filter(moderation_log::article_id.eq(article));
    }
    if !wanted.actor.is_empty() {
        let account: Option<i64> = accounts::table
            .filter(accounts::username_key.eq(wanted.actor.to_ascii_lowercase()))
            .select(accounts::id)
            .first(conn)
            .optional()?;
        let Some(account) = account else {
            return Ok(Vec::new());
        };
        rows = rows.filter(moderation_log::actor_id.eq(account));
    }
    match wanted.kinds.as_slice() {
        [kind] => rows = rows.filter(moderation_log::kind.eq(*kind)),
        kinds if kinds.len() < Kind::ALL.len() => {
            // An expression: the newest rows are read in order, not those of each kind and then sorted.
            let names: Vec<String> = kinds
                .iter()
                .map(|kind| format!("'{}'", kind.as_str()))
                .collect();
            let condition = format!("(moderation_log.kind || '') IN ({})", names.join(", "));
            rows = rows.filter(sql::<Bool>(&condition));
        }
        _ => {}
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
