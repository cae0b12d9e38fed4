//! `/admin/comments`: the pages of the moderation queues.

mod act;

pub use act::{approve, bulk, reject};

use super::Queue;
use super::store::{self, PAGE, QueueItem};
use crate::comments::store::{MAX_RECORD_COUNT, records};
use crate::comments::view::reject_choices;
use crate::comments::{MAX_NOTE_LENGTH, revision};
use crate::error::Error;
use crate::interface::Interface;
use crate::moderation::{FlagReason, Hold, Status};
use crate::paths;
use crate::text::{self, SafeHtml};
use crate::web::fields::{Choice, Link};
use crate::web::{DateView, Moderator, Page, Shared, State, page};
use act::BulkForm;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use std::collections::HashMap;

/// View model of a comment in a queue.
pub struct Card {
    pub id: i64,
    pub username: String,
    pub profile: String,
    pub joined: DateView,
    pub approved: String,
    pub rejected: String,
    pub article: Link,
    pub permalink: String,
    pub at: DateView,
    pub in_reply_to: String,
    pub parent_excerpt: String,
    pub why: Vec<String>,
    pub html: SafeHtml,
    pub approve: String,
    pub reject: String,
    pub revision: String,
    pub back: String,
    pub reasons: Vec<Choice>,
    pub note: String,
    pub is_deleted: bool,
    /// Value of its checkbox for bulk actions; empty = none.
    pub pick: String,
    pub is_picked: bool,
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
    next: String,
    notices: Vec<String>,
    queue: &'static str,
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
}

fn queue_name(t: Interface, queue: Queue) -> String {
    match queue {
        Queue::Reported => t.queue_reported(),
        Queue::Pending => t.queue_pending(),
        Queue::Unmoderated => t.queue_unmoderated(),
        Queue::Approved => t.queue_approved(),
        Queue::Rejected => t.queue_rejected(),
    }
}

type Records = HashMap<i64, (i64, i64)>;
type Flags = HashMap<i64, Vec<(FlagReason, String)>>;

/// The count, with a plus if counting stopped at [`MAX_RECORD_COUNT`].
fn capped_count(counted: i64) -> String {
    if counted < MAX_RECORD_COUNT {
        counted.to_string()
    } else {
        format!("{MAX_RECORD_COUNT}+")
    }
}

fn card(state: &State, waiting: &QueueItem, records: &Records, flags: &Flags, back: &str) -> Card {
    let (t, site) = (state.t(), state.site());
    let (row, place) = (&waiting.comment, &waiting.place);
    let mut why = Vec::new();
    match (row.status, row.hold) {
        (Status::Pending, Hold::NewReader) => why.push(t.why_first()),
        (Status::Pending, _) => why.push(t.notice_pending()),
        (Status::Withheld, _) => why.push(t.notice_withheld()),
        (Status::Rejected, _) => {
            why.push(t.notice_rejected(&row.reject_reason.label(t)));
            if !row.reject_note.is_empty() {
                why.push(t.notice_note(&row.reject_note));
            }
        }
        (Status::Approved, _) => why.push(t.status_approved()),
        (Status::Deleted, _) => why.push(t.tombstone_deleted()),
        (Status::Published, _) => {}
    }
    for (code, detail) in flags.get(&row.id).into_iter().flatten() {
        why.push(if detail.is_empty() {
            t.why_flag(&code.label(t))
        } else {
            t.why_flag_detail(&code.label(t), detail)
        });
    }
    if row.edited_at.is_some() {
        why.push(t.why_edited());
    }
    let (approved, rejected) = records.get(&row.author_id).copied().unwrap_or_default();
    Card {
        id: row.id,
        username: row.username.clone(),
        profile: paths::reader(&row.username),
        joined: DateView::day(&site, place.joined_at),
        approved: capped_count(approved),
        rejected: capped_count(rejected),
        article: Link {
            href: paths::article(&place.slug),
            text: place.title.clone(),
        },
        permalink: paths::comment(&place.slug, row.id),
        at: DateView::minute(&site, row.created_at),
        in_reply_to: place.parent_username.clone().unwrap_or_default(),
        parent_excerpt: place
            .parent_body
            .as_deref()
            .map(|b| text::excerpt(b, 160))
            .unwrap_or_default(),
        why,
        html: row.html.clone(),
        approve: paths::moderation_action(row.id, "approve"),
        reject: paths::moderation_action(row.id, "reject"),
        revision: revision::of_state(row.version, row.moderation_version),
        back: back.to_owned(),
        reasons: reject_choices(t, row.reject_reason.as_str()),
        note: String::new(),
        is_deleted: row.status == Status::Deleted,
        pick: String::new(),
        is_picked: false,
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

/// `GET /admin/comments`
pub async fn index(
    state: Shared,
    moderator: Moderator,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let queue = match query.queue.as_str() {
        "" => None,
        name => Some(Queue::parse(name).ok_or(Error::NotFound)?),
    };
    let t = state.t();
    let stale = query
        .stale
        .split('-')
        .filter_map(|id| id.parse::<i64>().ok())
        .take(PAGE as usize);
    let notices = stale.map(|id| t.bulk_stale(&id.to_string())).collect();
    let said = BulkForm {
        reason: query.reason,
        note: query.note,
        ..BulkForm::default()
    };
    page::ok(
        &queue_page(
            &state,
            &moderator,
            queue,
            parse_cursor(&query.after)?,
            notices,
            &said,
        )
        .await?,
    )
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

/// A page of a queue, `None` = the first one in which something needs review; `form`: the values of a bulk action that was
/// rejected.
async fn queue_page(
    state: &State,
    moderator: &Moderator,
    queue: Option<Queue>,
    after: Option<(i64, i64)>,
    notices: Vec<String>,
    form: &BulkForm,
) -> Result<QueuePage, Error> {
    let (queue, mut rows, counts, records, flags) = state
        .db
        .read(move |conn| {
            let counts = store::counts(conn)?;
            let queue = queue.unwrap_or_else(|| Queue::needing_review(counts));
            let rows = store::page(conn, queue, after)?;
            let ids: Vec<i64> = rows.iter().map(|w| w.comment.id).collect();
            let mut authors: Vec<i64> = rows.iter().map(|w| w.comment.author_id).collect();
            authors.sort_unstable();
            authors.dedup();
            let records = records(conn, &authors)?;
            Ok((queue, rows, counts, records, store::open_flags(conn, &ids)?))
        })
        .await?;
    let t = state.t();
    let next = next_page(queue, &mut rows);
    let back = paths::queue(queue.as_str());
    let mut cards: Vec<Card> = rows
        .iter()
        .map(|w| card(state, w, &records, &flags, &back))
        .collect();
    for card in &mut cards {
        card.pick = format!("{}:{}", card.id, card.revision);
        card.is_picked = form.ids.contains(&card.pick);
    }
    Ok(QueuePage {
        page: Page::dashboard(state, &moderator.viewer(), &t.queues_heading(), "comments"),
        t,
        queues: Queue::ALL
            .into_iter()
            .zip(counts)
            .map(|(q, count)| QueueLink {
                href: paths::queue(q.as_str()),
                name: queue_name(t, q),
                count,
                is_current: q == queue,
            })
            .collect(),
        cards,
        next,
        notices,
        queue: queue.as_str(),
        empty: t.queue_empty(),
        note_most: MAX_NOTE_LENGTH,
        reasons: reject_choices(t, &form.reason),
        note: form.note.clone(),
    })
}
