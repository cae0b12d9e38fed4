//! `/admin/comments`: dense, fast, the same place for the same button.

use super::Queue;
use super::store::{self, Outcome, PAGE, Waiting};
use crate::comments::view::{reason, reject_choices};
use crate::comments::{Act, Actor, NOTE_MOST, REJECT_REASONS, Status, parse_note, revision};
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::text::{self, SafeHtml};
use crate::web::form::{Choice, Link};
use crate::web::{Moderator, Page, Posted, Shared, State, When, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A comment before a moderator.
pub struct Card {
    pub id: i64,
    pub username: String,
    pub profile: String,
    pub joined: When,
    pub approved: i64,
    pub rejected: i64,
    pub article: Link,
    pub permalink: String,
    pub at: When,
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
    /// What ticks it for an action on several; empty = it stands alone.
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
#[template(path = "moderation/index.html")]
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

#[derive(Template)]
#[template(path = "moderation/act.html")]
struct ActPage {
    page: Page,
    t: Interface,
    heading: String,
    alert: String,
    error: String,
    card: Card,
    note_most: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    queue: String,
    after: String,
    /// Comments of a bulk action that were left alone, and what was said of all.
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
type Flags = HashMap<i64, Vec<(String, String)>>;

fn card(state: &State, waiting: &Waiting, records: &Records, flags: &Flags, back: &str) -> Card {
    let (t, site) = (state.t(), state.site());
    let (row, place) = (&waiting.comment, &waiting.place);
    let mut why = Vec::new();
    match (row.status.as_str(), row.hold.as_str()) {
        ("pending", "first") => why.push(t.why_first()),
        ("pending", _) => why.push(t.notice_pending()),
        ("withheld", _) => why.push(t.notice_withheld()),
        ("rejected", _) => {
            why.push(t.notice_rejected(&reason(t, &row.reject_reason)));
            if !row.reject_note.is_empty() {
                why.push(t.notice_note(&row.reject_note));
            }
        }
        ("approved", _) => why.push(t.status_approved()),
        ("deleted", _) => why.push(t.tombstone_deleted()),
        _ => {}
    }
    for (code, detail) in flags.get(&row.id).into_iter().flatten() {
        why.push(if detail.is_empty() { t.why_flag(&reason(t, code)) } else { t.why_flag_detail(&reason(t, code), detail) });
    }
    if row.edited_at.is_some() {
        why.push(t.why_edited());
    }
    let (approved, rejected) = records.get(&row.author_id).copied().unwrap_or_default();
    Card {
        id: row.id,
        username: row.username.clone(),
        profile: paths::reader(&row.username),
        joined: When::day(&site, place.joined_at),
        approved,
        rejected,
        article: Link { href: paths::article(&place.slug), text: place.title.clone() },
        permalink: paths::comment(&place.slug, row.id),
        at: When::minute(&site, row.created_at),
        in_reply_to: place.parent_username.clone().unwrap_or_default(),
        parent_excerpt: place.parent_body.as_deref().map(|b| text::excerpt(b, 160)).unwrap_or_default(),
        why,
        html: row.html.clone(),
        approve: paths::moderate(row.id, "approve"),
        reject: paths::moderate(row.id, "reject"),
        revision: revision::of_state(row.version, row.acts),
        back: back.to_owned(),
        reasons: reject_choices(t, &row.reject_reason),
        note: String::new(),
        is_deleted: row.status == "deleted",
        pick: String::new(),
        is_picked: false,
    }
}

fn after(text: &str) -> Result<Option<(i64, i64)>, Error> {
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
pub async fn index(state: Shared, moderator: Moderator, request: HttpRequest) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let queue = if query.queue.is_empty() { Queue::default() } else { Queue::parse(&query.queue).ok_or(Error::NotFound)? };
    let t = state.t();
    let stale = query.stale.split('-').filter_map(|id| id.parse::<i64>().ok()).take(PAGE as usize);
    let notices = stale.map(|id| t.bulk_stale(&id.to_string())).collect();
    let said = BulkForm { reason: query.reason, note: query.note, ..BulkForm::default() };
    page::ok(&queue_page(&state, &moderator, queue, after(&query.after)?, notices, &said).await?)
}

/// A page of a queue; `form` is what was ticked and chosen in a refused action on several.
async fn queue_page(
    state: &State,
    moderator: &Moderator,
    queue: Queue,
    after: Option<(i64, i64)>,
    notices: Vec<String>,
    form: &BulkForm,
) -> Result<QueuePage, Error> {
    let (mut rows, counts, records, flags) = state
        .db
        .read(move |conn| {
            let rows = store::page(conn, queue, after)?;
            let ids: Vec<i64> = rows.iter().map(|w| w.comment.id).collect();
            let mut records = Records::new();
            for waiting in &rows {
                if let Entry::Vacant(place) = records.entry(waiting.comment.author_id) {
                    place.insert(crate::comments::store::record(conn, waiting.comment.author_id)?);
                }
            }
            Ok((rows, store::counts(conn)?, records, store::open_flags(conn, &ids)?))
        })
        .await?;
    let t = state.t();
    let mut next = String::new();
    if rows.len() as i64 > PAGE {
        rows.truncate(PAGE as usize);
        if let Some(last) = rows.last() {
            next = paths::queue_after(queue.as_str(), &format!("{}-{}", last.comment.created_at.0, last.comment.id));
        }
    }
    let back = paths::queue(queue.as_str());
    let mut cards: Vec<Card> = rows.iter().map(|w| card(state, w, &records, &flags, &back)).collect();
    for card in &mut cards {
        card.pick = format!("{}:{}", card.id, card.revision);
        card.is_picked = form.ids.contains(&card.pick);
    }
    Ok(QueuePage {
        page: Page::desk(state, &moderator.viewer(), &t.queues_heading(), "comments"),
        t,
        queues: Queue::ALL
            .into_iter()
            .zip(counts)
            .map(|(q, count)| QueueLink { href: paths::queue(q.as_str()), name: queue_name(t, q), count, is_current: q == queue })
            .collect(),
        cards,
        next,
        notices,
        queue: queue.as_str(),
        empty: t.queue_empty(),
        note_most: NOTE_MOST,
        reasons: reject_choices(t, &form.reason),
        note: form.note.clone(),
    })
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ActForm {
    revision: String,
    reason: String,
    note: String,
    /// Where the form stood.
    back: String,
}

/// `POST /admin/comments/{id}/approve`
pub async fn approve(state: Shared, moderator: Moderator, id: web::Path<i64>, posted: Posted) -> Result<HttpResponse, Error> {
    act(state, moderator, id.into_inner(), posted, false).await
}

/// `POST /admin/comments/{id}/reject`
pub async fn reject(state: Shared, moderator: Moderator, id: web::Path<i64>, posted: Posted) -> Result<HttpResponse, Error> {
    act(state, moderator, id.into_inner(), posted, true).await
}

/// What the form asks for, or why it is refused.
fn wanted(t: Interface, form: &ActForm, rejects: bool) -> Result<Act, String> {
    if form.revision.is_empty() { Err(t.revision_missing()) } else { decision(t, rejects, &form.reason, &form.note) }
}

/// The action on several, and on which in which revision.
fn bulk_wanted(t: Interface, form: &BulkForm) -> Result<(Act, Vec<(i64, String)>), String> {
    let rejects = match form.action.as_str() {
        "approve" => false,
        "reject" => true,
        _ => return Err(t.bulk_action_missing()),
    };
    let pair = |given: &String| given.split_once(':').and_then(|(id, revision)| Some((id.parse::<i64>().ok()?, revision.to_owned())));
    let ids = form.ids.iter().map(|given| pair(given).ok_or_else(|| t.bulk_ids())).collect::<Result<Vec<_>, _>>()?;
    if ids.is_empty() {
        return Err(t.bulk_none());
    }
    Ok((decision(t, rejects, &form.reason, &form.note)?, ids))
}

fn decision(t: Interface, rejects: bool, reason: &str, note: &str) -> Result<Act, String> {
    let note = parse_note(t, note)?;
    if !rejects {
        return Ok(Act::Approve);
    }
    if REJECT_REASONS.contains(&reason) { Ok(Act::Reject { reason: reason.to_owned(), note }) } else { Err(t.reason_missing()) }
}

enum Judged {
    Acted(Box<Outcome>),
    Refused(String),
}

async fn act(state: Shared, moderator: Moderator, id: i64, posted: Posted, rejects: bool) -> Result<HttpResponse, Error> {
    let (t, now, who) = (state.t(), Time::now(), moderator.0.clone());
    let form: Result<ActForm, Error> = posted.read();
    let typed = form.clone();
    let judged = state
        .db
        .write(move |conn| {
            crate::comments::store::find(conn, id)?;
            let form = typed.as_ref().map_err(Clone::clone)?;
            let act = match wanted(t, form, rejects) {
                Ok(act) => act,
                Err(why) => return Ok(Judged::Refused(why)),
            };
            let actor = Actor { id: who.id, username: &who.username };
            store::act(conn, id, &form.revision, &act, actor, now).map(|outcome| Judged::Acted(Box::new(outcome)))
        })
        .await?;
    let form = form?;
    let (status, stale, error) = match judged {
        Judged::Acted(outcome) => match *outcome {
            Outcome::Done(comment) => return Ok(page::see_other(&paths_back(&form.back, &comment.slug, id))),
            Outcome::Stale(last) => (StatusCode::CONFLICT, Some(last), String::new()),
        },
        Judged::Refused(why) => (StatusCode::UNPROCESSABLE_ENTITY, None, why),
    };
    act_page(&state, &moderator, id, status, stale, error, &form).await
}

/// Who acted, and when: the last decision, or the author's edit if that came later.
fn stale_sentence(state: &State, waiting: &Waiting, last: Option<crate::log::store::Row>) -> String {
    let (t, site, comment) = (state.t(), state.site(), &waiting.comment);
    match (last, comment.edited_at) {
        (Some(row), edited) if edited.is_none_or(|at| at <= row.at) => {
            t.act_stale_by(&row.actor, &crate::log::action_name(t, &row.action), &site.minute(row.at))
        }
        (_, Some(at)) => t.act_edited_by(&comment.username, &site.minute(at)),
        _ => t.act_stale(),
    }
}

fn paths_back(back: &str, slug: &str, id: i64) -> String {
    if paths::local(back) == back && back.len() > 1 { back.to_owned() } else { paths::comment(slug, id) }
}

/// Text, status and reason as they are now, and the forms again with what was typed.
async fn act_page(
    state: &State,
    moderator: &Moderator,
    id: i64,
    status: StatusCode,
    stale: Option<Option<crate::log::store::Row>>,
    error: String,
    form: &ActForm,
) -> Result<HttpResponse, Error> {
    let (waiting, records, flags) = state
        .db
        .read(move |conn| {
            let waiting = store::one(conn, id)?;
            let author = waiting.comment.author_id;
            Ok((waiting, Records::from([(author, crate::comments::store::record(conn, author)?)]), store::open_flags(conn, &[id])?))
        })
        .await?;
    let t = state.t();
    let mut card = card(state, &waiting, &records, &flags, &form.back);
    card.note.clone_from(&form.note);
    if !form.reason.is_empty() {
        card.reasons = reject_choices(t, &form.reason);
    }
    match Status::of(&waiting.comment.status) {
        Status::Published => card.why.insert(0, t.status_published()),
        Status::Pending => card.why.insert(0, t.notice_pending()),
        _ => {}
    }
    let alert = stale.map(|last| stale_sentence(state, &waiting, last)).unwrap_or_default();
    let page = ActPage {
        page: Page::desk(state, &moderator.viewer(), &t.act_heading(), "comments"),
        t,
        heading: t.act_heading(),
        alert,
        error,
        card,
        note_most: NOTE_MOST,
    };
    page::answer(status, &page)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BulkForm {
    ids: Vec<String>,
    action: String,
    reason: String,
    note: String,
    queue: String,
}

/// `POST /admin/comments/bulk`: what is stale is left alone and named on the next page, the rest is done.
pub async fn bulk(state: Shared, moderator: Moderator, posted: Posted) -> Result<HttpResponse, Error> {
    let form: BulkForm = posted.read()?;
    let (t, now, who) = (state.t(), Time::now(), moderator.0.clone());
    let (act, mut wanted_ids) = match bulk_wanted(t, &form) {
        Ok(wanted) => wanted,
        Err(why) => {
            let queue = Queue::parse(&form.queue).unwrap_or_default();
            return page::refused(&queue_page(&state, &moderator, queue, None, vec![why], &form).await?);
        }
    };
    // Always in the same order, so that two moderators cannot wait for each other.
    wanted_ids.sort_unstable();
    wanted_ids.dedup();
    let stale = state
        .db
        .write(move |conn| {
            let mut stale = Vec::new();
            let actor = Actor { id: who.id, username: &who.username };
            for (id, revision) in &wanted_ids {
                match store::act(conn, *id, revision, &act, actor, now) {
                    Ok(Outcome::Done(_)) => {}
                    Ok(Outcome::Stale(_)) | Err(Error::NotFound) => stale.push(id.to_string()),
                    Err(other) => return Err(other),
                }
            }
            Ok(stale)
        })
        .await?;
    let queue = Queue::parse(&form.queue).unwrap_or_default();
    let to = if stale.is_empty() {
        paths::queue(queue.as_str())
    } else {
        paths::queue_stale(queue.as_str(), &stale.join("-"), &form.reason, &form.note)
    };
    Ok(page::see_other(&to))
}
