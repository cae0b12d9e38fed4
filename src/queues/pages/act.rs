//! Handlers for approving and rejecting, one comment or several at once.

use super::card::{Card, card};
use super::{Asked, queue_page};
use crate::comments::view::reject_choices;
use crate::comments::{Action, MAX_NOTE_LENGTH, Status, parse_note};
use crate::error::Error;
use crate::interface::Interface;
use crate::log::Actor;
use crate::moderation::RejectReason;
use crate::paths;
use crate::queues::Queue;
use crate::queues::store::{self, ModerationOutcome, QueueItem};
use crate::sessions;
use crate::web::{FormBody, Moderator, Page, Shared, State, page};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "queues/act.html")]
struct ActPage {
    page: Page,
    t: Interface,
    heading: String,
    alert: String,
    error: String,
    card: Card,
    note_most: usize,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ActForm {
    revision: String,
    pub(super) reason: String,
    pub(super) note: String,
    /// Path of the page that the form was on, to return to.
    back: String,
}

/// `POST /admin/comments/{id}/approve`
pub async fn approve(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    act(state, moderator, id.into_inner(), posted, false).await
}

/// `POST /admin/comments/{id}/reject`
pub async fn reject(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    act(state, moderator, id.into_inner(), posted, true).await
}

/// `POST /admin/comments/{id}/undo`: takes one's own decision back, for ten minutes.
pub async fn undo(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, now) = (id.into_inner(), state.db.now());
    let form: Result<ActForm, Error> = posted.read();
    let typed = form.clone();
    let outcome = sessions::write(&state, &moderator, move |conn, who: &Moderator| {
        crate::comments::store::find(conn, id)?;
        let form = typed.as_ref().map_err(Clone::clone)?;
        store::undo(conn, id, &form.revision, Actor::of(who), now)
    });
    let outcome = outcome.await?;
    let form = form?;
    match outcome {
        ModerationOutcome::Done(comment) => {
            Ok(page::see_other(&return_path(&form.back, &comment.slug, id)))
        }
        ModerationOutcome::Stale(last) => {
            let conflict = (StatusCode::CONFLICT, Some(last), String::new());
            act_page(&state, &moderator, id, conflict, &form).await
        }
    }
}

/// The requested action, or the validation error.
fn parse_action(t: Interface, form: &ActForm, rejects: bool) -> Result<Action, String> {
    if form.revision.is_empty() {
        Err(t.revision_missing())
    } else {
        parse_decision(t, rejects, &form.reason, &form.note)
    }
}

/// Most comments in one bulk action: two pages of a queue.
const MAX_BULK_COMMENTS: usize = 100;

/// The requested bulk action, with id and revision of each comment.
fn parse_bulk(t: Interface, form: &BulkForm) -> Result<(Action, Vec<(i64, String)>), String> {
    let rejects = match form.action.as_str() {
        "approve" => false,
        "reject" => true,
        _ => return Err(t.bulk_action_missing()),
    };
    let pair = |given: &String| {
        given
            .split_once(':')
            .and_then(|(id, revision)| Some((id.parse::<i64>().ok()?, revision.to_owned())))
    };
    if form.ids.len() > MAX_BULK_COMMENTS {
        return Err(t.bulk_many(MAX_BULK_COMMENTS as i64));
    }
    let ids = form
        .ids
        .iter()
        .map(|given| pair(given).ok_or_else(|| t.bulk_ids()))
        .collect::<Result<Vec<_>, _>>()?;
    if ids.is_empty() {
        return Err(t.bulk_none());
    }
    Ok((parse_decision(t, rejects, &form.reason, &form.note)?, ids))
}

fn parse_decision(t: Interface, rejects: bool, reason: &str, note: &str) -> Result<Action, String> {
    let note = parse_note(t, note)?;
    if !rejects {
        return Ok(Action::Approve);
    }
    let reason = RejectReason::parse(reason).filter(|given| *given != RejectReason::None);
    match reason {
        Some(reason) => Ok(Action::Reject { reason, note }),
        None => Err(t.reason_missing()),
    }
}

enum Submission {
    Acted(Box<ModerationOutcome>),
    Refused(String),
}

async fn act(
    state: Shared,
    moderator: Moderator,
    id: i64,
    posted: FormBody,
    rejects: bool,
) -> Result<HttpResponse, Error> {
    let (t, now, policy) = (state.t(), state.db.now(), state.site().policy);
    let form: Result<ActForm, Error> = posted.read();
    let typed = form.clone();
    let judged = sessions::write(&state, &moderator, move |conn, who: &Moderator| {
        crate::comments::store::find(conn, id)?;
        let form = typed.as_ref().map_err(Clone::clone)?;
        let act = match parse_action(t, form, rejects) {
            Ok(act) => act,
            Err(why) => return Ok(Submission::Refused(why)),
        };
        let actor = Actor::of(who);
        let outcome = store::act(conn, id, &form.revision, &act, actor, now)?;
        if let (ModerationOutcome::Done(comment), Action::Approve) = (&outcome, &act) {
            store::release_others(conn, std::slice::from_ref(comment), &policy, now)?;
        }
        Ok(Submission::Acted(Box::new(outcome)))
    });
    let judged = judged.await?;
    let form = form?;
    let (status, stale, error) = match judged {
        Submission::Acted(outcome) => match *outcome {
            ModerationOutcome::Done(comment) => {
                return Ok(page::see_other(&return_path(&form.back, &comment.slug, id)));
            }
            ModerationOutcome::Stale(last) => (StatusCode::CONFLICT, Some(last), String::new()),
        },
        Submission::Refused(why) => {
            if let Some(page) = refused_in_queue(&state, &moderator, id, &form, &why).await? {
                return Ok(page);
            }
            (StatusCode::UNPROCESSABLE_ENTITY, None, why)
        }
    };
    act_page(&state, &moderator, id, (status, stale, error), &form).await
}

/// The page of the queue that the form was on, with the error in its card. `None` if it was on another page, or the card is
/// no longer there.
async fn refused_in_queue(
    state: &State,
    moderator: &Moderator,
    id: i64,
    form: &ActForm,
    why: &str,
) -> Result<Option<HttpResponse>, Error> {
    let Some(mut asked) = Asked::of_path(state.t(), &form.back) else {
        return Ok(None);
    };
    asked.refused = Some((form.clone(), id, why.to_owned()));
    let page = queue_page(state, moderator, asked).await?;
    if page.cards.iter().all(|card| card.error.is_empty()) {
        return Ok(None);
    }
    let refusals = vec![("reason", why.to_owned())];
    page::refused(StatusCode::UNPROCESSABLE_ENTITY, &page, refusals).map(Some)
}

/// Message about the conflicting change: the last decision, or the author's edit if that came later.
fn stale_sentence(
    state: &State,
    waiting: &QueueItem,
    last: Option<crate::log::store::LogRow>,
) -> String {
    let (t, site, comment) = (state.t(), state.site(), &waiting.comment);
    match (last, comment.edited_at) {
        (Some(row), edited) if edited.is_none_or(|at| at <= row.at) => t.moderate_stale_acted_by(
            &row.actor,
            &crate::log::action_name(t, &row.action),
            &site.minute(row.at),
        ),
        (_, Some(at)) => t.moderate_stale_edited_by(&comment.username, &site.minute(at)),
        _ => t.moderate_stale(),
    }
}

fn return_path(back: &str, slug: &str, id: i64) -> String {
    if paths::local(back) == back && back.len() > 1 {
        paths::queue_done(back, id).unwrap_or_else(|| back.to_owned())
    } else {
        paths::comment(slug, id)
    }
}

/// Page with the comment's current state, and the forms with the submitted values.
async fn act_page(
    state: &State,
    moderator: &Moderator,
    id: i64,
    (status, stale, error): (
        StatusCode,
        Option<Option<crate::log::store::LogRow>>,
        String,
    ),
    form: &ActForm,
) -> Result<HttpResponse, Error> {
    let (waiting, records, flags) = state
        .db
        .read(move |conn| {
            let waiting = store::find_item(conn, id)?;
            let author = waiting.comment.author_id;
            Ok((
                waiting,
                crate::comments::store::records(conn, &[author])?,
                store::open_flags(conn, &[id])?,
            ))
        })
        .await?;
    let t = state.t();
    let mut card = card(state, &waiting, &records, &flags, &form.back);
    card.note.clone_from(&form.note);
    if !form.reason.is_empty() {
        card.reasons = reject_choices(t, &form.reason);
    }
    match waiting.comment.status {
        Status::Published => card.why.insert(0, t.status_published()),
        Status::Pending => card.why.insert(0, t.notice_pending()),
        _ => {}
    }
    let alert = stale
        .map(|last| stale_sentence(state, &waiting, last))
        .unwrap_or_default();
    let page = ActPage {
        page: Page::dashboard(
            state,
            &moderator.viewer(),
            &t.moderate_heading(),
            "comments",
        ),
        t,
        heading: t.moderate_heading(),
        alert,
        error,
        card,
        note_most: MAX_NOTE_LENGTH,
    };
    let refusals = vec![("", page.alert.clone()), ("reason", page.error.clone())];
    page::refused(status, &page, refusals)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BulkForm {
    pub(super) ids: Vec<String>,
    pub(super) action: String,
    pub(super) reason: String,
    pub(super) note: String,
    pub(super) queue: String,
    /// Path of the page of the queue that the form was on.
    pub(super) back: String,
}

impl BulkForm {
    /// The page of the queue that the form was on.
    fn page(&self, t: Interface) -> Asked {
        Asked::of_path(t, &self.back).unwrap_or_else(|| Asked {
            queue: Queue::parse(&self.queue),
            ..Asked::default()
        })
    }
}

/// `POST /admin/comments/bulk`: comments that have changed are skipped and listed on the next page.
pub async fn bulk(
    state: Shared,
    moderator: Moderator,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: BulkForm = posted.read()?;
    let (t, now, policy) = (state.t(), state.db.now(), state.site().policy);
    let (act, mut wanted_ids) = match parse_bulk(t, &form) {
        Ok(parsed) => parsed,
        Err(why) => {
            let asked = Asked {
                notices: vec![why.clone()],
                ..form.page(t)
            };
            let asked = Asked { form, ..asked };
            let page = queue_page(&state, &moderator, asked).await?;
            return page::refused(StatusCode::UNPROCESSABLE_ENTITY, &page, vec![("", why)]);
        }
    };
    // Always in the same order, to avoid deadlocks between moderators.
    wanted_ids.sort_unstable();
    wanted_ids.dedup();
    let stale = sessions::write(&state, &moderator, move |conn, who: &Moderator| {
        let (mut stale, mut done) = (Vec::new(), Vec::new());
        let actor = Actor::of(who);
        for (id, revision) in &wanted_ids {
            match store::act(conn, *id, revision, &act, actor, now) {
                Ok(ModerationOutcome::Done(comment)) => done.push(comment),
                Ok(ModerationOutcome::Stale(_)) | Err(Error::NotFound) => {
                    stale.push(id.to_string())
                }
                Err(other) => return Err(other),
            }
        }
        if act == Action::Approve {
            // Afterwards, so that it makes none of these stale.
            store::release_others(conn, &done, &policy, now)?;
        }
        Ok(stale)
    });
    let stale = stale.await?;
    let queue = Queue::parse(&form.queue).unwrap_or_default();
    let to = if stale.is_empty() {
        match Asked::of_path(t, &form.back) {
            Some(_) => form.back.clone(),
            None => paths::queue(queue.as_str()),
        }
    } else {
        paths::queue_stale(queue.as_str(), &stale.join("-"), &form.reason, &form.note)
    };
    Ok(page::see_other(&to))
}
