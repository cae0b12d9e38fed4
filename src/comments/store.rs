//! Queries of single comments. This feature alone writes `comments`, their versions, counters and flags.

use super::{CommentBody, PURGE_AFTER, Status, UNDO_WINDOW, path, transition::Act, transition::Actor, transition::transition};
use crate::db::schema::{accounts, articles, comment_counts, comment_versions, comments, threads};
use crate::db::{Conn, Time, lock};
use crate::either;
use crate::error::Error;
use crate::text::SafeHtml;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// A comment as the rules need it.
#[derive(Clone, Debug, Queryable)]
pub struct Comment {
    pub id: i64,
    pub article_id: i64,
    pub author_id: i64,
    pub parent_id: Option<i64>,
    pub path: Vec<u8>,
    pub body: String,
    pub version: i64,
    pub acts: i64,
    pub status: String,
    pub reject_reason: String,
    pub reject_note: String,
    pub public_replies: i64,
    pub created_at: Time,
    pub deleted_at: Option<Time>,
    pub status_before_delete: Option<String>,
    pub slug: String,
}

impl Comment {
    pub fn status(&self) -> Status {
        Status::of(&self.status)
    }
}

/// The article that a thread hangs on.
#[derive(Clone, Debug, Queryable)]
pub struct Place {
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub is_open: bool,
}

/// # Errors
/// `NotFound` for an article that is not published.
pub fn place(conn: &mut Conn, slug: &str) -> Result<Place, Error> {
    Ok(articles::table
        .filter(articles::slug.eq(slug).and(articles::status.eq("published")))
        .select((articles::id, articles::slug, articles::title, articles::comments_open))
        .first(conn)?)
}

/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, id: i64) -> Result<Comment, Error> {
    Ok(comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(comments::id.eq(id))
        .select((
            comments::id,
            comments::article_id,
            comments::author_id,
            comments::parent_id,
            comments::path,
            comments::body,
            comments::version,
            comments::acts,
            comments::status,
            comments::reject_reason,
            comments::reject_note,
            comments::public_replies,
            comments::created_at,
            comments::deleted_at,
            comments::status_before_delete,
            articles::slug,
        ))
        .first(conn)?)
}

/// [`find`], alone until the transaction ends.
pub fn find_locked(conn: &mut Conn, id: i64) -> Result<Comment, Error> {
    lock(conn, &format!("comment:{id}"))?;
    find(conn, id)
}

/// A comment of this author, to be changed by him.
///
/// # Errors
/// `NotFound` when it is somebody else's.
pub fn owned(conn: &mut Conn, id: i64, author: i64) -> Result<Comment, Error> {
    let comment = find_locked(conn, id)?;
    if comment.author_id == author { Ok(comment) } else { Err(Error::NotFound) }
}

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
pub enum Posted {
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
pub fn by_key(conn: &mut Conn, author: i64, key: &str) -> Result<Option<Posted>, Error> {
    let row: Option<(i64, String)> = comments::table
        .inner_join(articles::table.on(articles::id.eq(comments::article_id)))
        .filter(comments::author_id.eq(author).and(comments::idempotency_key.eq(key)))
        .select((comments::id, articles::slug))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, slug)| Posted::Stored { id, slug, on_article: false }))
}

/// Posts a comment, unless the thread is closed or the parent cannot be replied to.
pub fn post(conn: &mut Conn, new: &New) -> Result<Posted, Error> {
    let place = place(conn, &new.slug)?;
    if !place.is_open {
        return Ok(Posted::Closed);
    }
    let parent = match new.parent {
        None => None,
        Some(id) => match find_locked(conn, id) {
            Ok(parent) if parent.article_id == place.id && parent.status().is_public() => Some(parent),
            Ok(_) | Err(Error::NotFound) => return Ok(Posted::NoParent),
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
    let id = insert(conn, &place, parent.as_ref(), new, status, hold)?;
    let on_article = match &parent {
        None => true,
        Some(parent) => super::thread::is_on_first_page(conn, &place, &parent.path, id)?,
    };
    Ok(Posted::Stored { id, slug: place.slug, on_article })
}

/// Inserts the row with its path, first version and counters.
fn insert(conn: &mut Conn, place: &Place, parent: Option<&Comment>, new: &New, status: Status, hold: &str) -> Result<i64, Error> {
    let mut draft_path = vec![0; 16];
    getrandom::fill(&mut draft_path).map_err(Error::broken)?;
    let id: i64 = diesel::insert_into(comments::table)
        .values((
            (comments::article_id.eq(place.id), comments::author_id.eq(new.author), comments::parent_id.eq(parent.map(|p| p.id))),
            (comments::path.eq(draft_path), comments::depth.eq(0), comments::body.eq(&new.body.text), comments::html.eq(&new.body.html)),
            (comments::status.eq(status.as_str()), comments::hold.eq(hold), comments::is_shown.eq(status.is_public())),
            (comments::idempotency_key.eq(&new.key), comments::created_at.eq(new.now.0)),
        ))
        .returning(comments::id)
        .get_result(conn)?;
    let path = path::under(parent.map_or(&[], |p| p.path.as_slice()), id);
    diesel::update(comments::table.find(id))
        .set((comments::path.eq(&path), comments::depth.eq((path.len() / 8 - 1) as i64)))
        .execute(conn)?;
    keep_version(conn, id, 1, &new.body.text, new.now)?;
    count(conn, place.id, &path, parent.map(|p| p.id), None, Some(status))?;
    Ok(id)
}

fn keep_version(conn: &mut Conn, id: i64, number: i64, body: &str, now: Time) -> Result<(), Error> {
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
fn was_approved(conn: &mut Conn, author: i64) -> Result<bool, Error> {
    let public = || [Status::Approved.as_str(), Status::Published.as_str()];
    let kept = comments::table.filter(
        comments::author_id.eq(author).and(comments::moderated_at.is_not_null()).and(
            comments::status
                .eq_any(public())
                .or(comments::status.eq(Status::Deleted.as_str()).and(comments::status_before_delete.eq_any(public()))),
        ),
    );
    Ok(kept.select(comments::id).first::<i64>(conn).optional()?.is_some())
}

/// Moves the counters when a comment comes, goes or changes: by status, of the article, of all that it replies to.
pub(super) fn count(
    conn: &mut Conn,
    article: i64,
    path: &[u8],
    parent: Option<i64>,
    from: Option<Status>,
    to: Option<Status>,
) -> Result<(), Error> {
    // Always in the same order, so that two writers cannot wait for each other.
    let mut changes: Vec<(&str, i64)> = from.map(|s| (s.as_str(), -1)).into_iter().chain(to.map(|s| (s.as_str(), 1))).collect();
    changes.sort_unstable();
    for (status, change) in changes.into_iter().filter(|_| from != to) {
        either!(conn, |c| diesel::insert_into(comment_counts::table)
            .values((comment_counts::status.eq(status), comment_counts::total.eq(change)))
            .on_conflict(comment_counts::status)
            .do_update()
            .set(comment_counts::total.eq(comment_counts::total + change))
            .execute(c))?;
    }
    let public = |s: Option<Status>| i64::from(s.is_some_and(Status::is_public));
    let change = public(to) - public(from);
    if change == 0 {
        return Ok(());
    }
    either!(conn, |c| diesel::insert_into(threads::table)
        .values((threads::article_id.eq(article), threads::public_comments.eq(change)))
        .on_conflict(threads::article_id)
        .do_update()
        .set(threads::public_comments.eq(threads::public_comments + change))
        .execute(c))?;
    let ids = path::ids(path);
    let above: BTreeSet<i64> = ids[..ids.len() - 1].iter().copied().chain(parent).collect();
    for id in above {
        let row = comments::table.find(id);
        diesel::update(row).set(comments::public_replies.eq(comments::public_replies + change)).execute(conn)?;
        let public = [Status::Approved.as_str(), Status::Published.as_str()];
        diesel::update(row).set(comments::is_shown.eq(comments::public_replies.gt(0).or(comments::status.eq_any(public)))).execute(conn)?;
    }
    Ok(())
}

/// What became of an edit.
#[derive(Clone, Debug)]
pub enum Edited {
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
) -> Result<Edited, Error> {
    if super::revision::of_text(comment.version) != revision {
        return Ok(Edited::Stale(comment));
    }
    if comment.body == body.text {
        return Ok(Edited::Stored(comment));
    }
    let version = comment.version + 1;
    diesel::update(comments::table.find(comment.id))
        .set((
            comments::body.eq(&body.text),
            comments::html.eq(&body.html),
            comments::version.eq(version),
            comments::edited_at.eq(Some(now.0)),
        ))
        .execute(conn)?;
    keep_version(conn, comment.id, version, &body.text, now)?;
    if comment.status() == Status::Approved && !by_staff {
        let edited = Comment { version, ..comment.clone() };
        transition(conn, &edited, Status::Published, &Act::Edit, actor, now)?;
    }
    Ok(Edited::Stored(comment))
}

pub fn delete(conn: &mut Conn, comment: &Comment, actor: Actor<'_>, now: Time) -> Result<(), Error> {
    if comment.status() == Status::Deleted {
        return Ok(());
    }
    transition(conn, comment, Status::Deleted, &Act::Delete, actor, now)
}

/// Takes a deletion back within [`UNDO_WINDOW`]. `false` = too late.
pub fn undelete(conn: &mut Conn, comment: &Comment, actor: Actor<'_>, now: Time) -> Result<bool, Error> {
    if comment.status() != Status::Deleted {
        return Ok(true);
    }
    if comment.deleted_at.is_none_or(|at| now.0 - at.0 > UNDO_WINDOW) {
        return Ok(false);
    }
    let before = Status::of(comment.status_before_delete.as_deref().unwrap_or_default());
    transition(conn, comment, before, &Act::Undelete, actor, now)?;
    Ok(true)
}

/// Takes away the text of what was deleted long ago.
pub fn purge(conn: &mut Conn, now: Time) -> Result<usize, Error> {
    let old: Vec<i64> = comments::table
        .filter(comments::status.eq(Status::Deleted.as_str()).and(comments::deleted_at.lt(now.0 - PURGE_AFTER)).and(comments::body.ne("")))
        .select(comments::id)
        .limit(1000)
        .load(conn)?;
    diesel::delete(comment_versions::table.filter(comment_versions::comment_id.eq_any(old.clone()))).execute(conn)?;
    Ok(diesel::update(comments::table.filter(comments::id.eq_any(old)))
        .set((comments::body.eq(""), comments::html.eq("")))
        .execute(conn)?)
}

/// How often a reader was approved and rejected, and how many of the flags on him were upheld: a moderator's first look.
pub fn record(conn: &mut Conn, author: i64) -> Result<(i64, i64), Error> {
    let count = |conn: &mut Conn, status: Status| -> Result<i64, Error> {
        Ok(comments::table.filter(comments::author_id.eq(author).and(comments::status.eq(status.as_str()))).count().get_result(conn)?)
    };
    Ok((count(conn, Status::Approved)?, count(conn, Status::Rejected)?))
}

/// A comment of the samples, as old as it should look.
#[derive(Clone, Debug)]
pub struct Sample {
    pub article: i64,
    pub author: i64,
    pub parent: Option<(i64, Vec<u8>)>,
    pub body: CommentBody,
    pub status: Status,
    pub hold: &'static str,
    pub at: Time,
}

/// Inserts a comment that nobody typed; its id and path.
pub fn insert_sample(conn: &mut Conn, sample: &Sample) -> Result<(i64, Vec<u8>), Error> {
    let place = Place { id: sample.article, slug: String::new(), title: String::new(), is_open: true };
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
    let parent = match &sample.parent {
        Some((id, _)) => Some(find(conn, *id)?),
        None => None,
    };
    let id = insert(conn, &place, parent.as_ref(), &new, sample.status, sample.hold)?;
    diesel::update(comments::table.find(id)).set(comments::is_sample.eq(true)).execute(conn)?;
    Ok((id, path::under(parent.as_ref().map_or(&[], |p| p.path.as_slice()), id)))
}

/// Takes away every comment under these articles, whoever wrote it.
pub fn remove_threads(conn: &mut Conn, articles: &[i64]) -> Result<(), Error> {
    for article in articles {
        let rows: Vec<(String, i64)> = comments::table
            .filter(comments::article_id.eq(article))
            .group_by(comments::status)
            .select((comments::status, diesel::dsl::count(comments::id)))
            .load(conn)?;
        for (status, total) in rows {
            diesel::update(comment_counts::table.find(status))
                .set(comment_counts::total.eq(comment_counts::total - total))
                .execute(conn)?;
        }
        diesel::delete(comments::table.filter(comments::article_id.eq(article))).execute(conn)?;
    }
    Ok(())
}

/// The text with its HTML as the page of a single comment shows it to staff after a deletion.
pub fn text_of(conn: &mut Conn, id: i64) -> Result<SafeHtml, Error> {
    Ok(comments::table.find(id).select(comments::html).first(conn)?)
}

/// The name that a comment's author shows.
pub fn author_name(conn: &mut Conn, author: i64) -> Result<(String, String), Error> {
    Ok(accounts::table.find(author).select((accounts::username, accounts::name)).first(conn)?)
}
