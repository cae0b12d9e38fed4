//! Queries for the moderation queues, and approving and rejecting. Only `comments::transition` changes a status.

use super::Queue;
use crate::comments::row::{COLUMNS, CommentRow};
use crate::comments::store::{self, Comment};
use crate::comments::{Action, BeforeDecision, revision, transition};
use crate::db::schema::{accounts, comment_counts, comments, flags, moderation_log};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::moderation::{FlagReason, Hold, Policy, Status};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use std::collections::{HashMap, HashSet};

/// Comments per page.
pub const PAGE: i64 = 50;

#[derive(Clone, Debug, QueryableByName)]
pub struct QueueItem {
    #[diesel(embed)]
    pub comment: CommentRow,
    #[diesel(embed)]
    pub place: QueueItemArticle,
}

#[derive(Clone, Debug, QueryableByName)]
pub struct QueueItemArticle {
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = BigInt)]
    pub joined_at: Time,
    #[diesel(sql_type = Nullable<Text>)]
    pub parent_username: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub parent_body: Option<String>,
}

fn columns() -> String {
    let (own, from) = COLUMNS.split_once(" FROM ").expect("a FROM");
    format!(
        "SELECT {own}, ar.slug, ar.title, a.created_at AS joined_at, pa.username AS parent_username, p.body AS parent_body FROM {from} \
         JOIN articles ar ON ar.id = c.article_id LEFT JOIN comments p ON p.id = c.parent_id LEFT JOIN accounts pa ON pa.id = p.author_id"
    )
}

/// A page of a queue; `after` = (created_at, id) of the last comment of the page before.
pub fn page(
    conn: &mut Conn,
    queue: Queue,
    after: Option<(i64, i64)>,
) -> Result<Vec<QueueItem>, Error> {
    let condition = qualified(queue.condition());
    let (behind, order) = if queue.oldest_first() {
        (">", "c.created_at, c.id")
    } else {
        ("<", "c.created_at DESC, c.id DESC")
    };
    let place = after.map_or(String::new(), |(at, id)| {
        format!("AND (c.created_at, c.id) {behind} ({at}, {id})")
    });
    let query = format!(
        "{} WHERE {condition} {place} ORDER BY {order} LIMIT {}",
        columns(),
        PAGE + 1
    );
    Ok(diesel::sql_query(query).load(conn)?)
}

/// Prefixes the columns in a condition with the table alias `c`.
fn qualified(condition: &str) -> String {
    let mut out = condition.to_owned();
    for column in [
        "open_flags",
        "status",
        "edited_at",
        "moderated_at",
        "created_at",
    ] {
        out = out.replace(column, &format!("c.{column}"));
    }
    out
}

/// One comment of any status, with its context.
///
/// # Errors
/// `NotFound`.
pub fn find_item(conn: &mut Conn, id: i64) -> Result<QueueItem, Error> {
    Ok(diesel::sql_query(format!("{} WHERE c.id = $1", columns()))
        .bind::<BigInt, _>(id)
        .get_result(conn)?)
}

/// How many are in each queue, in the order of [`Queue::ALL`].
pub fn counts(conn: &mut Conn) -> Result<[i64; 5], Error> {
    let rows: Vec<(String, i64)> = comment_counts::table.load(conn)?;
    let rows: HashMap<String, i64> = rows.into_iter().collect();
    let of = |status: Status| rows.get(status.as_str()).copied().unwrap_or(0);
    Ok([
        rows.get("reported").copied().unwrap_or(0),
        of(Status::Pending) + of(Status::Withheld),
        of(Status::Published),
        of(Status::Approved),
        of(Status::Rejected),
    ])
}

/// Open flags of these comments: reason and detail.
pub fn open_flags(
    conn: &mut Conn,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<(FlagReason, String)>>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, FlagReason, String)> = flags::table
        .filter(
            flags::comment_id
                .eq_any(ids.to_vec())
                .and(flags::closed_at.is_null()),
        )
        .order(flags::id)
        .select((flags::comment_id, flags::reason, flags::detail))
        .load(conn)?;
    let mut by_comment: HashMap<i64, Vec<(FlagReason, String)>> = HashMap::new();
    for (comment, reason, detail) in rows {
        by_comment
            .entry(comment)
            .or_default()
            .push((reason, detail));
    }
    Ok(by_comment)
}

/// Result of approving or rejecting.
#[derive(Clone, Debug)]
pub enum ModerationOutcome {
    Done(Comment),
    /// Text or status have changed since the moderator loaded the page; the comment's latest log entry.
    Stale(Option<log::store::LogRow>),
}

/// Approves or rejects a comment if it is still at the revision `seen`.
///
/// # Errors
/// `NotFound`.
pub fn act(
    conn: &mut Conn,
    id: i64,
    seen: &str,
    action: &Action,
    actor: Actor<'_>,
    now: Time,
) -> Result<ModerationOutcome, Error> {
    let comment = store::find_locked(conn, id)?;
    if comment.status == Status::Deleted {
        return Ok(ModerationOutcome::Stale(log::store::last(conn, id)?));
    }
    let to = if matches!(action, Action::Approve) {
        Status::Approved
    } else {
        Status::Rejected
    };
    if revision::of_state(comment.version, comment.moderation_version) != seen {
        let last = log::store::last(conn, id)?;
        // Idempotent: a repeated click by the same moderator on the same text succeeds.
        let again = last.as_ref().is_some_and(|l| {
            l.actor_id == actor.id()
                && l.action == action.name()
                && l.version == comment.version
                && revision::version(seen) == Some(comment.version)
        });
        return Ok(if again && comment.status == to {
            ModerationOutcome::Done(comment)
        } else {
            ModerationOutcome::Stale(last)
        });
    }
    transition(conn, &comment, to, action, actor, now)?;
    Ok(ModerationOutcome::Done(comment))
}

/// How long a decision can be taken back.
pub const UNDO_WINDOW: i64 = 10 * Time::MINUTE;

/// Whether this is a decision that the actor may still take back.
pub fn may_undo(last: &log::store::LogRow, actor: Actor<'_>, now: Time) -> bool {
    matches!(last.action.as_str(), "approve" | "reject")
        && last.actor_id.is_some()
        && last.actor_id == actor.id()
        && now.0 - last.at.0 <= UNDO_WINDOW
}

/// Takes the actor's last decision on a comment back, if it is still at the revision `seen`.
///
/// # Errors
/// `NotFound`.
pub fn undo(
    conn: &mut Conn,
    id: i64,
    seen: &str,
    actor: Actor<'_>,
    now: Time,
) -> Result<ModerationOutcome, Error> {
    let comment = store::find_locked(conn, id)?;
    let last = log::store::last(conn, id)?;
    let is_current = revision::of_state(comment.version, comment.moderation_version) == seen;
    let Some(decision) = last.as_ref().filter(|last| may_undo(last, actor, now)) else {
        // Idempotent: a repeated click by the same moderator succeeds.
        let again = last.as_ref().is_some_and(|last| {
            last.action == "undo" && last.actor_id == actor.id() && last.version == comment.version
        });
        return Ok(match again && !is_current {
            true => ModerationOutcome::Done(comment),
            false => ModerationOutcome::Stale(last),
        });
    };
    let before = BeforeDecision::load(conn, id)?;
    let to = Status::parse(&decision.from);
    match (before, to) {
        (Some(before), Some(to)) if is_current => {
            let released_at = before.released_others_at();
            let action = Action::Undo(Box::new(before));
            transition(conn, &comment, to, &action, actor, now)?;
            if let Some(at) = released_at.filter(|_| to == Status::Pending) {
                hold_others_again(conn, comment.author_id, at, now)?;
            }
            Ok(ModerationOutcome::Done(comment))
        }
        _ => Ok(ModerationOutcome::Stale(last)),
    }
}

/// How many approved comments have open flags again, but not enough to be reported.
pub fn flagged_again(conn: &mut Conn) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        many: i64,
    }
    let query = format!(
        "SELECT COUNT(*) AS many FROM comments WHERE {}",
        Queue::FlaggedAgain.condition()
    );
    let count: Count = diesel::sql_query(query).get_result(conn)?;
    Ok(count.many)
}

/// Publishes the other comments of readers of whom one was approved, where that was all that they waited for.
pub fn release_others(
    conn: &mut Conn,
    approved: &[Comment],
    policy: &Policy,
    now: Time,
) -> Result<(), Error> {
    if policy.moderate_all {
        return Ok(());
    }
    let authors: HashSet<i64> = approved
        .iter()
        .filter(|comment| comment.hold == Hold::NewReader)
        .map(|comment| comment.author_id)
        .collect();
    if authors.is_empty() {
        return Ok(());
    }
    let held: Vec<(i64, i64)> = comments::table
        .filter(
            comments::author_id
                .eq_any(authors)
                .and(comments::status.eq(Status::Pending))
                .and(comments::hold.eq(Hold::NewReader)),
        )
        .order((comments::article_id, comments::id))
        .select((comments::article_id, comments::id))
        .load(conn)?;
    let is_held = |comment: &Comment| {
        comment.status == Status::Pending
            && comment.hold == Hold::NewReader
            && !comment.is_article_moderated
    };
    apply_rule(
        conn,
        held,
        is_held,
        (Status::Published, Action::Release),
        now,
    )
}

/// Makes the rule about new readers decide on comments, of which each is read again under its thread's lock. `threads`: article
/// and comment, in this order, to avoid deadlocks between moderators.
fn apply_rule(
    conn: &mut Conn,
    threads: Vec<(i64, i64)>,
    applies: impl Fn(&Comment) -> bool,
    (to, action): (Status, Action),
    now: Time,
) -> Result<(), Error> {
    let rule = Actor::Rule(Hold::NewReader.as_str());
    for (_, id) in threads {
        let comment = store::find_locked(conn, id)?;
        if applies(&comment) {
            transition(conn, &comment, to, &action, rule, now)?;
        }
    }
    Ok(())
}

/// Holds the comments again that [`release_others`] published at a time, unless another comment of their author is approved.
fn hold_others_again(conn: &mut Conn, author: i64, at: Time, now: Time) -> Result<(), Error> {
    let is_approved = comments::table
        .filter(
            comments::author_id
                .eq(author)
                .and(comments::status.eq(Status::Approved)),
        )
        .select(comments::id);
    if is_approved.first::<i64>(conn).optional()?.is_some() {
        return Ok(());
    }
    let released: Vec<(i64, i64)> = comments::table
        .inner_join(
            moderation_log::table.on(moderation_log::comment_id.eq(comments::id.nullable())),
        )
        .filter(
            comments::author_id
                .eq(author)
                .and(comments::status.eq(Status::Published)),
        )
        .filter(
            moderation_log::action
                .eq(Action::Release.name())
                .and(moderation_log::created_at.eq(at.0)),
        )
        .order((comments::article_id, comments::id))
        .select((comments::article_id, comments::id))
        .load(conn)?;
    let is_public = |comment: &Comment| comment.status == Status::Published;
    apply_rule(
        conn,
        released,
        is_public,
        (Status::Pending, Action::HoldAgain),
        now,
    )
}

/// The addresses of everybody who moderates and is not banned.
pub fn moderators(conn: &mut Conn, now: Time) -> Result<Vec<String>, Error> {
    let may_write = accounts::banned_at
        .is_null()
        .or(accounts::banned_until.le(now.0));
    Ok(accounts::table
        .filter(accounts::is_moderator.or(accounts::is_admin))
        .filter(may_write.assume_not_null())
        .select(accounts::email)
        .load(conn)?)
}
