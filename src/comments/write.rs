//! Writing comments: posting, editing, deleting and undeleting.

use super::store::{ArticleThread, Comment, find, lock_thread};
use super::{Action, CommentBody, UNDO_WINDOW, counters, notify, path, transition};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{articles, comment_versions, comments};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log::Actor;
use crate::moderation::{self, Candidate, Decision, Hold, Policy, Status};
use crate::search::{self, index::IndexedComment};
use crate::web::Account;
use diesel::prelude::*;

/// A new comment to post.
#[derive(Clone, Debug)]
pub struct New {
    pub author: i64,
    pub is_staff: bool,
    pub parent: Option<i64>,
    pub key: Option<String>,
    pub body: CommentBody,
    pub policy: Policy,
    pub now: Time,
}

/// Result of posting a comment.
#[derive(Clone, Debug)]
pub enum PostOutcome {
    Stored { id: i64, on_article: bool },
    Closed,
    NoParent,
}

/// The id of the comment that this author posted under this idempotency key, and its article's slug.
pub fn by_idempotency_key(
    conn: &mut Conn,
    author: i64,
    key: &str,
) -> Result<Option<(i64, String)>, Error> {
    Ok(comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(
            comments::author_id
                .eq(author)
                .and(comments::idempotency_key.eq(key)),
        )
        .select((comments::id, articles::slug))
        .first(conn)
        .optional()?)
}

/// Posts a comment, unless the thread is closed or the parent cannot be replied to.
pub fn post(conn: &mut Conn, article: &ArticleThread, new: &New) -> Result<PostOutcome, Error> {
    if !article.is_open {
        return Ok(PostOutcome::Closed);
    }
    lock_thread(conn, article.id)?;
    let parent = match new.parent {
        None => None,
        Some(id) => match find(conn, id) {
            Ok(parent) if parent.article_id == article.id && parent.status.is_public() => {
                Some(parent)
            }
            Ok(_) | Err(Error::NotFound) => return Ok(PostOutcome::NoParent),
            Err(other) => return Err(other),
        },
    };
    let candidate = Candidate {
        author: new.author,
        is_staff: new.is_staff,
        is_article_moderated: article.is_moderated,
        current: None,
    };
    let decision = decide(conn, candidate, &new.policy)?;
    let id = insert(conn, article, parent.as_ref(), new, &decision)?;
    if decision.is_held() {
        notify::moderators(conn, &new.policy, new.now)?;
    }
    // A new root is first on the article's page; a reply may be on a later page, so it is linked to by its own page.
    let on_article = parent.is_none();
    Ok(PostOutcome::Stored { id, on_article })
}

fn decide(conn: &mut Conn, candidate: Candidate, policy: &Policy) -> Result<Decision, Error> {
    let decided = moderation::decide(conn, &[candidate], policy)?;
    let missing = || Error::internal("the rules returned no decision for a comment");
    decided.into_iter().next().ok_or_else(missing)
}

/// Inserts the row with its path, first version and counters.
fn insert(
    conn: &mut Conn,
    article: &ArticleThread,
    parent: Option<&Comment>,
    new: &New,
    decision: &Decision,
) -> Result<i64, Error> {
    let status = decision.status;
    let mut draft_path = vec![0; 16];
    getrandom::fill(&mut draft_path).map_err(Error::internal)?;
    let id: i64 = diesel::insert_into(comments::table)
        .values((
            (
                comments::article_id.eq(article.id),
                comments::author_id.eq(new.author),
                comments::parent_id.eq(parent.map(|p| p.id)),
            ),
            (
                comments::path.eq(draft_path),
                comments::depth.eq(0),
                comments::body.eq(&new.body.text),
                comments::html.eq(&new.body.html),
            ),
            (
                comments::status.eq(status),
                comments::hold.eq(decision.hold),
                comments::is_shown.eq(status.is_public()),
            ),
            (
                comments::idempotency_key.eq(&new.key),
                comments::created_at.eq(new.now.0),
            ),
        ))
        .returning(comments::id)
        .get_result(conn)?;
    let path = path::child(parent.map_or(&[], |p| p.path.as_slice()), id);
    diesel::update(comments::table.find(id))
        .set((
            comments::path.eq(&path),
            comments::depth.eq((path.len() / 8 - 1) as i64),
        ))
        .execute(conn)?;
    insert_version(conn, id, 1, &new.body.text, decision, new.now)?;
    if status.is_public() {
        let said = IndexedComment {
            id,
            author: new.author,
            at: new.now,
            text: &new.body.text,
        };
        search::index::index_comments(conn, &[said])?;
    }
    changed(conn, CacheTag::Comments(new.author));
    counters::apply_change(
        conn,
        article.id,
        &path,
        parent.map(|p| p.id),
        None,
        Some(status),
    )?;
    Ok(id)
}

fn insert_version(
    conn: &mut Conn,
    id: i64,
    number: i64,
    body: &str,
    decision: &Decision,
    now: Time,
) -> Result<(), Error> {
    diesel::insert_into(comment_versions::table)
        .values((
            comment_versions::comment_id.eq(id),
            comment_versions::number.eq(number),
            comment_versions::body.eq(body),
            comment_versions::trace.eq(decision.trace_json()),
            comment_versions::saved_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces the text of a comment and applies the moderation rules to it.
///
/// # Errors
/// Errors of the database.
pub fn edit(
    conn: &mut Conn,
    comment: &Comment,
    body: &CommentBody,
    editor: &Account,
    policy: &Policy,
    now: Time,
) -> Result<(), Error> {
    if comment.body == body.text {
        return Ok(());
    }
    let candidate = Candidate {
        author: comment.author_id,
        is_staff: editor.is_staff(),
        is_article_moderated: comment.is_article_moderated,
        current: Some((comment.status, comment.hold)),
    };
    let decision = decide(conn, candidate, policy)?;
    let version = comment.version + 1;
    // An approved comment with an open flag becomes reported once its text changes.
    let became_reported = counters::with_reported_counter(conn, comment.id, |conn| {
        diesel::update(comments::table.find(comment.id))
            .set((
                comments::body.eq(&body.text),
                comments::html.eq(&body.html),
                comments::version.eq(version),
                comments::edited_at.eq(Some(now.0)),
            ))
            .execute(conn)?;
        Ok(())
    })?;
    if became_reported {
        notify::moderators(conn, policy, now)?;
    }
    insert_version(conn, comment.id, version, &body.text, &decision, now)?;
    changed(conn, CacheTag::Comments(comment.author_id));
    let edited = Comment {
        version,
        body: body.text.clone(),
        ..comment.clone()
    };
    if comment.status.is_public() {
        search::index::index_comments(conn, &[edited.indexed()])?;
        changed(conn, CacheTag::Thread(comment.article_id));
    }
    if decision.status != comment.status {
        let action = Action::Edit {
            hold: decision.hold,
        };
        let actor = Actor::of(editor);
        transition(conn, &edited, decision.status, &action, actor, now)?;
        if decision.is_held() {
            notify::moderators(conn, policy, now)?;
        }
    }
    Ok(())
}

pub fn delete(
    conn: &mut Conn,
    comment: &Comment,
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    if comment.status == Status::Deleted {
        return Ok(());
    }
    transition(conn, comment, Status::Deleted, &Action::Delete, actor, now)
}

/// Undoes a deletion within [`UNDO_WINDOW`]. `false`: too late.
pub fn undelete(
    conn: &mut Conn,
    comment: &Comment,
    actor: Actor<'_>,
    policy: &Policy,
    now: Time,
) -> Result<bool, Error> {
    if comment.status != Status::Deleted {
        return Ok(true);
    }
    if comment
        .deleted_at
        .is_none_or(|at| now.0 - at.0 > UNDO_WINDOW)
    {
        return Ok(false);
    }
    let before = comment.status_before_delete.unwrap_or(Status::Withheld);
    transition(conn, comment, before, &Action::Undelete, actor, now)?;
    // The hourly job may have passed it over while it was deleted.
    if !before.is_public() {
        notify::moderators(conn, policy, now)?;
    }
    Ok(true)
}

/// A sample comment, with the date that it shall show.
#[derive(Clone, Debug)]
pub struct Sample {
    pub article: i64,
    pub author: i64,
    pub parent: Option<i64>,
    pub body: CommentBody,
    pub status: Status,
    pub hold: Hold,
    pub at: Time,
}

/// Inserts a sample comment; returns its id.
pub fn insert_sample(conn: &mut Conn, sample: &Sample) -> Result<i64, Error> {
    let article = ArticleThread {
        id: sample.article,
        slug: String::new(),
        title: String::new(),
        is_open: true,
        is_moderated: false,
    };
    let new = New {
        author: sample.author,
        is_staff: false,
        parent: None,
        key: None,
        body: sample.body.clone(),
        policy: Policy::default(),
        now: sample.at,
    };
    let parent = match sample.parent {
        Some(id) => Some(find(conn, id)?),
        None => None,
    };
    let decision = Decision {
        status: sample.status,
        hold: sample.hold,
        trace: Vec::new(),
    };
    let id = insert(conn, &article, parent.as_ref(), &new, &decision)?;
    diesel::update(comments::table.find(id))
        .set(comments::is_sample.eq(true))
        .execute(conn)?;
    Ok(id)
}
