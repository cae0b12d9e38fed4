//! Handlers for authors to edit, delete and undelete their comments.

use super::compose::ComposePage;
use crate::comments::store::{self, Comment};
use crate::comments::write;
use crate::comments::{CommentBody, EDIT_WINDOW, Status, render, revision};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::log::Actor;
use crate::moderation::Policy;
use crate::paths;
use crate::sessions;
use crate::web::fields::Link;
use crate::web::limits::{Reserved, Rule};
use crate::web::viewer::Role;
use crate::web::{
    Account, EmptyForm, FormBody, Participant, Shared, SignedIn, State, Viewer, page,
};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EditForm {
    body: String,
    revision: String,
}

fn editable(t: Interface, comment: &Comment, now: Time) -> Result<(), Error> {
    match comment.status {
        Status::Rejected => Err(Error::Conflict(t.edit_rejected())),
        Status::Deleted => Err(Error::Conflict(t.edit_deleted())),
        _ if now.0 - comment.created_at.0 > EDIT_WINDOW => Err(Error::Conflict(t.edit_too_late())),
        _ => Ok(()),
    }
}

async fn page_for(
    state: &State,
    account: &Participant,
    comment: &Comment,
) -> Result<ComposePage, Error> {
    let slug = comment.slug.clone();
    let article = state
        .db
        .read(move |conn| store::article_thread(conn, &slug))
        .await?;
    let mut compose =
        ComposePage::new(state, &account.viewer(), &article, state.t().edit_heading());
    compose.action = paths::comment_action(comment.id, "edit");
    compose.body.clone_from(&comment.body);
    compose.revision = revision::of_text(comment.version);
    compose.key.clear();
    compose.is_edit = true;
    Ok(compose)
}

/// `GET /comments/{id}/edit`
pub async fn edit(
    state: Shared,
    account: Participant,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, author, now, t) = (id.into_inner(), account.id, state.db.now(), state.t());
    let comment = state
        .db
        .read(move |conn| {
            let comment = store::find(conn, id)?;
            if comment.author_id != author {
                return Err(Error::NotFound);
            }
            editable(t, &comment, now)?;
            Ok(comment)
        })
        .await?;
    page_for(&state, &account, &comment)
        .await?
        .answer(StatusCode::OK)
}

enum EditResult {
    /// Rejected, deleted or past the edit window: no longer editable, with the reason.
    Ended(Comment, String),
    Stored(Comment),
    Stale(Comment),
    Refused(Comment, String),
}

/// `POST /comments/{id}/edit`
pub async fn update(
    state: Shared,
    viewer: Viewer,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, now, t) = (id.into_inner(), state.db.now(), state.t());
    let Some(account) = viewer.account().cloned() else {
        return not_signed_in(&state, &viewer, id, &posted);
    };
    let account = Participant::admit(account)?;
    let form: Result<EditForm, Error> = posted.read();
    let rules = if account.is_staff() {
        Vec::new()
    } else {
        vec![Rule::new("edit", account.id, 30, Time::MINUTE)]
    };
    let reserved = state.limits.reserve(rules, now).await?;
    let (returned, asked, author) = (reserved.clone(), reserved.clone(), account.id);
    // Ownership and rate limit are checked before the text is rendered.
    let may = state.db.read(move |conn| {
        if store::find(conn, id)?.author_id != author {
            return Err(Error::NotFound);
        }
        asked.check(conn)
    });
    let outcome = match may.await.and_then(|()| form.clone()) {
        Ok(form) => render_and_store(&state, &account, id, form, reserved, (t, now)).await,
        Err(why) => Err(why),
    };
    if !matches!(outcome, Ok(EditResult::Stored(_))) {
        state.limits.unreserve(returned).await?;
    }
    if let Err(Error::SignInFirst { .. }) = outcome {
        // The session ended while the request body was being received.
        return not_signed_in(&state, &Viewer(None), id, &posted);
    }
    let typed = form.map(|f| f.body).unwrap_or_default();
    respond(&state, &account, typed, outcome?).await
}

/// The response for what became of an edit; `typed` is given back unless it was stored.
async fn respond(
    state: &State,
    account: &Participant,
    typed: String,
    outcome: EditResult,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    match outcome {
        EditResult::Stored(comment) => {
            Ok(page::see_other(&paths::comment(&comment.slug, comment.id)))
        }
        EditResult::Stale(comment) => {
            let mut compose = page_for(state, account, &comment).await?;
            let id = comment.id;
            compose.current = Some(state.db.read(move |conn| store::text_of(conn, id)).await?);
            let when = state
                .site()
                .minute(comment.edited_at.unwrap_or(comment.created_at));
            compose.alert = format!(
                "{} {}",
                t.edit_stale(&account.username, &when),
                status_message(t, &comment)
            );
            compose.body = typed;
            compose.answer(StatusCode::CONFLICT)
        }
        EditResult::Ended(comment, why) => {
            let mut compose = page_for(state, account, &comment).await?;
            compose.alert = format!("{why} {}", status_message(t, &comment));
            compose.body = typed;
            compose.may_send = false;
            compose.answer(StatusCode::CONFLICT)
        }
        EditResult::Refused(comment, why) => {
            state
                .limits
                .refused(&state.db, &account.username, state.db.now())
                .await?;
            let mut compose = page_for(state, account, &comment).await?;
            compose.error = why;
            compose.body = typed;
            compose.answer(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

async fn render_and_store(
    state: &State,
    account: &Participant,
    id: i64,
    form: EditForm,
    reserved: Reserved,
    (t, now): (Interface, Time),
) -> Result<EditResult, Error> {
    let body = render(state, &form.body).await?;
    let policy = state.site().policy;
    if body.is_err() || form.revision.is_empty() {
        // Refused in any case, so it does not wait for the writer.
        let who = Participant(account.0.clone());
        let refuse = move |conn: &mut Conn| {
            store_edit(conn, &who, id, &form, &body, &reserved, &policy, (t, now))
        };
        return state.db.read(refuse).await;
    }
    sessions::write(state, account, move |conn, who: &Participant| {
        store_edit(conn, who, id, &form, &body, &reserved, &policy, (t, now))
    })
    .await
}

/// Stores the edit, under the thread's lock.
fn store_edit(
    conn: &mut Conn,
    who: &Participant,
    id: i64,
    form: &EditForm,
    body: &Result<CommentBody, String>,
    reserved: &Reserved,
    policy: &Policy,
    (t, now): (Interface, Time),
) -> Result<EditResult, Error> {
    let comment = store::owned(conn, id, who.id)?;
    if let Err(Error::Conflict(why)) = editable(t, &comment, now) {
        return Ok(EditResult::Ended(comment, why));
    }
    if form.revision.is_empty() {
        return Ok(EditResult::Refused(comment, t.revision_missing()));
    }
    if revision::of_text(comment.version) != form.revision {
        return Ok(EditResult::Stale(comment));
    }
    let body = match body {
        Ok(body) => body,
        Err(why) => return Ok(EditResult::Refused(comment, why.clone())),
    };
    reserved.count(conn)?;
    write::edit(conn, &comment, body, who, policy, now)?;
    Ok(EditResult::Stored(comment))
}

/// Deleting adds to the moderation log, so it is rate-limited for staff, too.
fn delete_rules(account: &Account) -> Vec<Rule> {
    let most = if account.is_staff() { 120 } else { 20 };
    vec![Rule::new("delete", account.id, most, Time::MINUTE)]
}

/// The comment's current status in words, with the reason of a rejection.
fn status_message(t: Interface, comment: &Comment) -> String {
    match comment.status {
        Status::Published | Status::Approved => t.status_public(),
        Status::Pending => t.notice_pending(),
        Status::Withheld => t.notice_withheld(),
        Status::Deleted => String::new(),
        Status::Rejected => {
            let why = t.notice_rejected(&comment.reject_reason.label(t));
            if comment.reject_note.is_empty() {
                why
            } else {
                format!("{why} {}", t.notice_note(&comment.reject_note))
            }
        }
    }
}

/// Response if the session has ended: the form with the text, and a link to log in and send it again.
fn not_signed_in(
    state: &State,
    viewer: &Viewer,
    id: i64,
    posted: &FormBody,
) -> Result<HttpResponse, Error> {
    let action = paths::comment_action(id, "edit");
    let body = posted.field("body").unwrap_or_default().to_owned();
    if body.is_empty() {
        return Err(Error::SignInFirst { next: action });
    }
    let (t, site) = (state.t(), state.site());
    // The article is not revealed, because an anonymous viewer may not be allowed to see it.
    let nowhere = store::ArticleThread {
        id: 0,
        slug: String::new(),
        title: site.name.clone(),
        is_open: true,
        is_moderated: false,
    };
    let mut compose = ComposePage::new(state, viewer, &nowhere, t.edit_heading());
    compose.article.href = paths::FRONT.into();
    compose.way = Some(Link {
        href: paths::login(&action),
        text: compose.t.login_new_tab(),
    });
    compose.action = action;
    compose.alert = t.compose_log_in_first();
    compose.body = body;
    compose.revision = posted.field("revision").unwrap_or_default().to_owned();
    compose.key.clear();
    compose.is_edit = true;
    compose.answer(StatusCode::FORBIDDEN)
}

/// `POST /comments/{id}/delete`
pub async fn delete(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, now, form) = (id.into_inner(), state.db.now(), posted.read::<EmptyForm>());
    let reserved = state.limits.reserve(delete_rules(&account), now).await?;
    let deleted = sessions::write(&state, &account, move |conn, who: &SignedIn| {
        let comment = store::owned(conn, id, who.id)?;
        form.as_ref().map_err(Clone::clone)?;
        reserved.count(conn)?;
        write::delete(conn, &comment, Actor::of(who), now)?;
        Ok(comment)
    });
    let comment = deleted.await?;
    Ok(page::see_other(&paths::comment(&comment.slug, comment.id)))
}

/// `POST /comments/{id}/undelete`
pub async fn undelete(
    state: Shared,
    account: Participant,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, now, form) = (id.into_inner(), state.db.now(), posted.read::<EmptyForm>());
    let (t, site) = (state.t(), state.site());
    let reserved = state.limits.reserve(delete_rules(&account), now).await?;
    let restored = sessions::write(&state, &account, move |conn, who: &Participant| {
        let comment = store::owned(conn, id, who.id)?;
        form.as_ref().map_err(Clone::clone)?;
        reserved.count(conn)?;
        if write::undelete(conn, &comment, Actor::of(who), &site.policy, now)? {
            Ok(comment)
        } else {
            Err(Error::Conflict(t.undelete_too_late()))
        }
    });
    let comment = restored.await?;
    Ok(page::see_other(&paths::comment(&comment.slug, comment.id)))
}
