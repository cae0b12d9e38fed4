//! Writing in a thread: posting, editing, deleting and taking that back.

use super::store::{ArticleThread, Comment, article_thread, find, lock_thread};
use super::{Act, Actor, CommentBody, Status, UNDO_WINDOW, counters, path, revision, transition};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{articles, comment_versions, comments};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::search::{self, index::IndexedComment};
use diesel::prelude::*;

/// A comment that is to be posted.
#[derive(Clone, Debug)]
pub struct New {
    pub slug: String,
    pub author: i64,
    pub is_staff: bool,
    pub parent: Option<i64>,
    pub key: Option<String>,
    pub body: CommentBody,
    pub hold_first: bool,
    pub now: Time,
}

/// What became of a post.
#[derive(Clone, Debug)]
pub enum PostOutcome {
    /// Stored now, or before under the same key.
    Stored {
        id: i64,
        slug: String,
        on_article: bool,
    },
    Closed,
    NoParent,
}

/// The comment that this author posted under this key.
pub fn by_idempotency_key(
    conn: &mut Conn,
    author: i64,
    key: &str,
) -> Result<Option<PostOutcome>, Error> {
    let row: Option<(i64, String)> = comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(
            comments::author_id
                .eq(author)
                .and(comments::idempotency_key.eq(key)),
        )
        .select((comments::id, articles::slug))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, slug)| PostOutcome::Stored {
        id,
        slug,
        on_article: false,
    }))
}

/// Posts a comment, unless the thread is closed or the parent cannot be replied to.
pub fn post(conn: &mut Conn, new: &New) -> Result<PostOutcome, Error> {
    let article = article_thread(conn, &new.slug)?;
    if !article.is_open {
        return Ok(PostOutcome::Closed);
    }
    lock_thread(conn, article.id)?;
    let parent = match new.parent {
        None => None,
        Some(id) => match find(conn, id) {
            Ok(parent) if parent.article_id == article.id && parent.status().is_public() => {
                Some(parent)
            }
            Ok(_) | Err(Error::NotFound) => return Ok(PostOutcome::NoParent),
            Err(other) => return Err(other),
        },
    };
    let (status, hold) = if new.is_staff {
        (Status::Approved, "")
    } else if new.hold_first && !was_approved(conn, new.author)? {
        (Status::Pending, "first")
    } else {
        (Status::Published, "")
    };
    let id = insert(conn, &article, parent.as_ref(), new, status, hold)?;
    // A fresh root stands first on the article's page; a reply may stand on any page but its own.
    let on_article = parent.is_none();
    Ok(PostOutcome::Stored {
        id,
        slug: article.slug,
        on_article,
    })
}

/// Inserts the row with its path, first version and counters.
fn insert(
    conn: &mut Conn,
    article: &ArticleThread,
    parent: Option<&Comment>,
    new: &New,
    status: Status,
    hold: &str,
) -> Result<i64, Error> {
    let mut draft_path = vec![0; 16];
    getrandom::fill(&mut draft_path).map_err(Error::broken)?;
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
                comments::status.eq(status.as_str()),
                comments::hold.eq(hold),
                comments::is_shown.eq(status.is_public()),
            ),
            (
                comments::idempotency_key.eq(&new.key),
                comments::created_at.eq(new.now.0),
            ),
        ))
        .returning(comments::id)
        .get_result(conn)?;
    let path = path::under(parent.map_or(&[], |p| p.path.as_slice()), id);
    diesel::update(comments::table.find(id))
        .set((
            comments::path.eq(&path),
            comments::depth.eq((path.len() / 8 - 1) as i64),
        ))
        .execute(conn)?;
    insert_version(conn, id, 1, &new.body.text, new.now)?;
    if status.is_public() {
        let said = IndexedComment {
            id,
            author: new.author,
            at: new.now,
            text: &new.body.text,
        };
        search::index::put_comments(conn, &[said])?;
    }
    changed(conn, CacheTag::Comments(new.author));
    counters::count(
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
    now: Time,
) -> Result<(), Error> {
    diesel::insert_into(comment_versions::table)
        .values((
            comment_versions::comment_id.eq(id),
            comment_versions::number.eq(number),
            comment_versions::body.eq(body),
            comment_versions::saved_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a moderator has once kept a comment of this author that still stands.
pub fn was_approved(conn: &mut Conn, author: i64) -> Result<bool, Error> {
    let public = || [Status::Approved.as_str(), Status::Published.as_str()];
    let kept = comments::table.filter(
        comments::author_id
            .eq(author)
            .and(comments::moderated_at.is_not_null())
            .and(
                comments::status.eq_any(public()).or(comments::status
                    .eq(Status::Deleted.as_str())
                    .and(comments::status_before_delete.eq_any(public()))),
            ),
    );
    Ok(kept
        .select(comments::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// Whether an author has anything under an article, whatever its status.
pub fn has_commented(conn: &mut Conn, author: i64, article: i64) -> Result<bool, Error> {
    let own = comments::table.filter(
        comments::author_id
            .eq(author)
            .and(comments::article_id.eq(article)),
    );
    Ok(own
        .select(comments::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// What became of an edit.
#[derive(Clone, Debug)]
pub enum EditOutcome {
    Stored(Comment),
    /// Somebody else's text stands there by now.
    Stale(Comment),
}

/// Gives a comment a new text. `by_staff`: the author has a role.
///
/// # Errors
/// `Gone` when it was rejected or deleted.
pub fn edit(
    conn: &mut Conn,
    comment: Comment,
    body: &CommentBody,
    revision: &str,
    by_staff: bool,
    actor: Actor<'_>,
    now: Time,
) -> Result<EditOutcome, Error> {
    if revision::of_text(comment.version) != revision {
        return Ok(EditOutcome::Stale(comment));
    }
    if comment.body == body.text {
        return Ok(EditOutcome::Stored(comment));
    }
    let version = comment.version + 1;
    // An approved comment that is flagged counts as reported once it says something else.
    counters::reported(conn, comment.id, |conn| {
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
    insert_version(conn, comment.id, version, &body.text, now)?;
    changed(conn, CacheTag::Comments(comment.author_id));
    if comment.status().is_public() {
        let said = IndexedComment {
            text: &body.text,
            ..comment.indexed()
        };
        search::index::put_comments(conn, &[said])?;
        changed(conn, CacheTag::Thread(comment.article_id));
    }
    if comment.status() == Status::Approved && !by_staff {
        let edited = Comment {
            version,
            ..comment.clone()
        };
        transition(conn, &edited, Status::Published, &Act::Edit, actor, now)?;
    }
    Ok(EditOutcome::Stored(comment))
}

pub fn delete(
    conn: &mut Conn,
    comment: &Comment,
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    if comment.status() == Status::Deleted {
        return Ok(());
    }
    transition(conn, comment, Status::Deleted, &Act::Delete, actor, now)
}

/// Takes a deletion back within [`UNDO_WINDOW`]. `false` = too late.
pub fn undelete(
    conn: &mut Conn,
    comment: &Comment,
    actor: Actor<'_>,
    now: Time,
) -> Result<bool, Error> {
    if comment.status() != Status::Deleted {
        return Ok(true);
    }
    if comment
        .deleted_at
        .is_none_or(|at| now.0 - at.0 > UNDO_WINDOW)
    {
        return Ok(false);
    }
    let before = Status::of(comment.status_before_delete.as_deref().unwrap_or_default());
    transition(conn, comment, before, &Act::Undelete, actor, now)?;
    Ok(true)
}

/// A comment of the samples, as old as it should look.
#[derive(Clone, Debug)]
pub struct Sample {
    pub article: i64,
    pub author: i64,
    pub parent: Option<i64>,
    pub body: CommentBody,
    pub status: Status,
    pub hold: &'static str,
    pub at: Time,
}

/// Inserts a comment that nobody typed; its id.
pub fn insert_sample(conn: &mut Conn, sample: &Sample) -> Result<i64, Error> {
    let article = ArticleThread {
        id: sample.article,
        slug: String::new(),
        title: String::new(),
        is_open: true,
    };
    let new = New {
        slug: String::new(),
        author: sample.author,
        is_staff: false,
        parent: None,
        key: None,
        body: sample.body.clone(),
        hold_first: false,
        now: sample.at,
    };
    let parent = match sample.parent {
        Some(id) => Some(find(conn, id)?),
        None => None,
    };
    let id = insert(
        conn,
        &article,
        parent.as_ref(),
        &new,
        sample.status,
        sample.hold,
    )?;
    diesel::update(comments::table.find(id))
        .set(comments::is_sample.eq(true))
        .execute(conn)?;
    Ok(id)
}
