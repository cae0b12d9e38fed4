//! `/admin/comments`: the pages of the moderation queues.

mod act;
mod card;

pub use act::{approve, bulk, reject, undo};

use super::Queue;
use super::store::{self, PAGE, QueueItem};
use crate::comments::store::{Comment, find, records};
use crate::comments::view::reject_choices;
use crate::comments::{MAX_NOTE_LENGTH, revision};
use crate::db::Conn;
use crate::error::Error;
use crate::interface::Interface;
use crate::log::{self, Actor, store::LogRow};
use crate::moderation::Hold;
use crate::paths;
use crate::web::fields::{Choice, Link};
use crate::web::{Moderator, Page, Shared, State, page};
use act::{ActForm, BulkForm};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use card::{Card, Flags, Records, card};
use serde::Deserialize;
use std::sync::Arc;

/// What the moderator did last, and how to take it back.
struct DoneView {
    text: String,
    /// Address of the form that takes it back; empty = its time is over.
    undo: String,
    revision: String,
    back: String,
}

pub struct QueueLink {
    pub href: String,
    pub name: String,
    pub count: i64,
    pub is_current: bool,
}

#[derive(Template)]
#[template(path = "queues/index.html")]
struct QueuePage {
    page: Page,
    t: Interface,
    queues: Vec<QueueLink>,
    cards: Vec<Card>,
    is_first: bool,
    next: String,
    notices: Vec<String>,
    done: Option<DoneView>,
    /// Approved comments that were flagged again: what to say, and the link to them.
    flagged_again: Option<Link>,
    queue: &'static str,
    /// The path of this page, to which bulk actions lead back.
    here: String,
    empty: String,
    note_most: usize,
    reasons: Vec<Choice>,
    note: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    queue: String,
    after: String,
    /// Comments that a bulk action skipped, and the reason and note of that action.
    stale: String,
    reason: String,
    note: String,
    /// The comment that was decided last.
    done: String,
}

fn queue_name(t: Interface, queue: Queue) -> String {
    match queue {
        Queue::Reported => t.queue_reported(),
        Queue::Pending => t.queue_pending(),
        Queue::Unmoderated => t.queue_unmoderated(),
        Queue::Approved => t.queue_approved(),
        Queue::Rejected => t.queue_rejected(),
        Queue::FlaggedAgain => t.queue_flagged_again(),
    }
}

/// Parses the parameter `after`, `TIME-ID` of the last comment on the page before; empty = the first page.
fn parse_cursor(text: &str) -> Result<Option<(i64, i64)>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let (at, id) = text.split_once('-').ok_or(Error::NotFound)?;
    match (at.parse(), id.parse()) {
        (Ok(at), Ok(id)) => Ok(Some((at, id))),
        _ => Err(Error::NotFound),
    }
}

/// Which page of a queue is asked for, and what it says besides its comments.
#[derive(Debug, Default)]
struct Asked {
    /// `None` = the first queue in which something needs review.
    queue: Option<Queue>,
    after: Option<(i64, i64)>,
    notices: Vec<String>,
    /// The values of a bulk action that was refused.
    form: BulkForm,
    /// The comment that was decided last.
    done: Option<i64>,
    /// The form of one card that was refused, and why.
    refused: Option<(ActForm, i64, String)>,
}

impl Asked {
    /// From the path of a page of a queue, as a form sent it. `None`: it is no such page.
    fn of_path(t: Interface, path: &str) -> Option<Asked> {
        let path = paths::local(path).split('#').next()?;
        Asked::parse(
            t,
            path.strip_prefix(paths::ADMIN_COMMENTS)?
                .strip_prefix('?')?,
        )
        .ok()
    }

    /// From the query string of a page of a queue.
    ///
    /// # Errors
    /// `NotFound` for an unknown queue or place.
    fn parse(t: Interface, query: &str) -> Result<Asked, Error> {
        let query: Query = serde_html_form::from_str(query).unwrap_or_default();
        let stale = query.stale.split('-').filter_map(|id| id.parse().ok());
        let stale = stale.take(PAGE as usize);
        Ok(Asked {
            queue: match query.queue.as_str() {
                "" => None,
                name => Some(Queue::parse(name).ok_or(Error::NotFound)?),
            },
            after: parse_cursor(&query.after)?,
            notices: stale.map(|id: i64| t.bulk_stale(&id.to_string())).collect(),
            form: BulkForm {
                reason: query.reason,
                note: query.note,
                ..BulkForm::default()
            },
            done: query.done.parse().ok(),
            refused: None,
        })
    }
}

/// `GET /admin/comments`
pub async fn index(
    state: Shared,
    moderator: Moderator,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let asked = Asked::parse(state.t(), request.query_string())?;
    page::ok(&queue_page(&state, &moderator, asked).await?)
}

/// Cuts the row that is beyond the page; the path of the next page, or nothing.
fn next_page(queue: Queue, rows: &mut Vec<QueueItem>) -> String {
    if rows.len() as i64 <= PAGE {
        return String::new();
    }
    rows.truncate(PAGE as usize);
    rows.last().map_or(String::new(), |last| {
        let cursor = format!("{}-{}", last.comment.created_at.0, last.comment.id);
        paths::queue_after(queue.as_str(), &cursor)
    })
}

/// What a page of a queue shows.
struct QueueData {
    queue: Queue,
    rows: Vec<QueueItem>,
    counts: [i64; 5],
    flagged_again: i64,
    records: Records,
    flags: Flags,
    /// The comment that was decided last, and its latest entry in the log.
    done: Option<(Comment, LogRow)>,
}

fn read(conn: &mut Conn, asked: &Asked) -> Result<QueueData, Error> {
    let counts = store::counts(conn)?;
    let flagged_again = store::flagged_again(conn)?;
    let queue = match asked.queue {
        Some(queue) => queue,
        None if counts[..3] == [0; 3] && flagged_again > 0 => Queue::FlaggedAgain,
        None => Queue::needing_review(counts),
    };
    let rows = store::page(conn, queue, asked.after)?;
    let ids: Vec<i64> = rows.iter().map(|w| w.comment.id).collect();
    let mut authors: Vec<i64> = rows.iter().map(|w| w.comment.author_id).collect();
    authors.sort_unstable();
    authors.dedup();
    let done = match asked.done {
        Some(id) => match (find(conn, id), log::store::last(conn, id)?) {
            (Ok(comment), Some(last)) => Some((comment, last)),
            _ => None,
        },
        None => None,
    };
    Ok(QueueData {
        queue,
        counts,
        flagged_again,
        records: records(conn, &authors)?,
        flags: store::open_flags(conn, &ids)?,
        rows,
        done,
    })
}

/// A page of a queue.
async fn queue_page(
    state: &State,
    moderator: &Moderator,
    asked: Asked,
) -> Result<QueuePage, Error> {
    let now = state.db.now();
    let asked = Arc::new(asked);
    let wanted = asked.clone();
    let mut data = state.db.read(move |conn| read(conn, &wanted)).await?;
    let (t, queue) = (state.t(), data.queue);
    let next = next_page(queue, &mut data.rows);
    let here = match asked.after {
        None => paths::queue(queue.as_str()),
        Some((at, id)) => paths::queue_after(queue.as_str(), &format!("{at}-{id}")),
    };
    let done = data.done.as_ref().and_then(|(comment, last)| {
        let actor = Actor::of(moderator);
        let is_own = last.actor_id.is_some() && last.actor_id == actor.id();
        match is_own {
            true => done_view(t, comment, last, store::may_undo(last, actor, now), &here),
            false => None,
        }
    });
    Ok(QueuePage {
        page: Page::dashboard(state, &moderator.viewer(), &t.queues_heading(), "comments"),
        t,
        queues: Queue::ALL
            .into_iter()
            .zip(data.counts)
            .map(|(q, count)| QueueLink {
                href: paths::queue(q.as_str()),
                name: queue_name(t, q),
                count,
                is_current: q == queue,
            })
            .collect(),
        cards: cards(state, &data, &asked, &here),
        is_first: asked.after.is_none(),
        next,
        notices: asked.notices.clone(),
        done,
        flagged_again: (data.flagged_again > 0 && queue != Queue::FlaggedAgain).then(|| Link {
            href: paths::queue(Queue::FlaggedAgain.as_str()),
            text: t.flagged_again(data.flagged_again),
        }),
        queue: queue.as_str(),
        here: here.clone(),
        empty: t.queue_empty(),
        note_most: MAX_NOTE_LENGTH,
        reasons: reject_choices(t, &asked.form.reason),
        note: asked.form.note.clone(),
    })
}

/// The cards of a page. From each its forms lead back to the one behind it.
fn cards(state: &State, data: &QueueData, asked: &Asked, here: &str) -> Vec<Card> {
    let card = |(at, row): (usize, &QueueItem)| {
        // Approving a new reader's comment takes their other ones out as well.
        let stays = |other: &&QueueItem| {
            row.comment.hold != Hold::NewReader || other.comment.author_id != row.comment.author_id
        };
        let (before, behind) = data.rows.split_at(at);
        let behind = behind.iter().skip(1).find(stays);
        let behind = behind.or(before.iter().rev().find(stays));
        let behind = behind.map(|row| row.comment.id);
        let back = match behind {
            Some(id) => format!("{here}#comment-{id}"),
            None => here.to_owned(),
        };
        let mut card = card(state, row, &data.records, &data.flags, &back);
        card.pick = format!("{}:{}", card.id, card.revision);
        card.is_picked = asked.form.ids.contains(&card.pick);
        if let Some((form, id, why)) = &asked.refused
            && *id == card.id
        {
            card.error.clone_from(why);
            card.note.clone_from(&form.note);
            card.reasons = reject_choices(state.t(), &form.reason);
        }
        card
    };
    data.rows.iter().enumerate().map(card).collect()
}

/// "Approved #284", with the form that takes it back.
fn done_view(
    t: Interface,
    comment: &Comment,
    last: &LogRow,
    may_undo: bool,
    here: &str,
) -> Option<DoneView> {
    let id = comment.id.to_string();
    Some(DoneView {
        text: match last.action.as_str() {
            "approve" => t.done_approved(&id),
            "reject" => t.done_rejected(&id),
            "undo" => t.done_undone(&id),
            // Something else was done to the comment since.
            _ => return None,
        },
        undo: match may_undo {
            true => paths::moderation_action(comment.id, "undo"),
            false => String::new(),
        },
        revision: revision::of_state(comment.version, comment.moderation_version),
        back: format!("{here}#comment-{id}"),
    })
}
