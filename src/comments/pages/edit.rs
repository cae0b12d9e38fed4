//! Editing, deleting and taking a deletion back: the author's own.

use super::compose::ComposePage;
use crate::comments::store::{self, Comment};
use crate::comments::write::{self, Edited};
use crate::comments::{Actor, CommentBody, EDIT_WINDOW, Status, revision};
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::limits::Rule;
use crate::web::{Posted, Shared, SignedIn, State, Viewer, page};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EditForm {
    body: String,
    revision: String,
}

/// A form without documented fields: nothing else may come.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EmptyForm {}

fn editable(t: Interface, comment: &Comment, now: Time) -> Result<(), Error> {
    match comment.status() {
        Status::Rejected => Err(Error::Gone(t.edit_rejected())),
        Status::Deleted => Err(Error::Gone(t.edit_deleted())),
        _ if now.0 - comment.created_at.0 > EDIT_WINDOW => Err(Error::Gone(t.edit_too_late())),
        _ => Ok(()),
    }
}

async fn page_for(
    state: &State,
    account: &SignedIn,
    comment: &Comment,
) -> Result<ComposePage, Error> {
    let slug = comment.slug.clone();
    let place = state.db.read(move |conn| store::place(conn, &slug)).await?;
    let mut compose = ComposePage::new(state, &account.viewer(), &place, state.t().edit_heading());
    compose.action = paths::of_comment(comment.id, "edit");
    compose.body.clone_from(&comment.body);
    compose.revision = revision::of_text(comment.version);
    compose.key.clear();
    compose.is_edit = true;
    Ok(compose)
}

/// `GET /comments/{id}/edit`
pub async fn edit(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    account.may_write()?;
    let (id, author, now, t) = (id.into_inner(), account.id, Time::now(), state.t());
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

enum Outcome {
    /// Rejected, deleted or too old: nothing more can be written there.
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
    posted: Posted,
) -> Result<HttpResponse, Error> {
    let (id, now, t) = (id.into_inner(), Time::now(), state.t());
    let Some(account) = viewer.account().cloned().map(SignedIn) else {
        return not_signed_in(&state, &viewer, id, &posted);
    };
    account.may_write()?;
    let form: Result<EditForm, Error> = posted.read();
    let rules = if account.is_staff() {
        Vec::new()
    } else {
        vec![Rule::new("edit", account.id, 30, Time::MINUTE)]
    };
    let reserved = state.limits.reserve(rules, now).await?;
    let (who, returned, typed) = (account.0.clone(), reserved.clone(), form.clone());
    let outcome = state
        .db
        .write(move |conn| {
            let comment = store::owned(conn, id, who.id)?;
            let form = typed.as_ref().map_err(Clone::clone)?;
            if let Err(Error::Gone(why)) = editable(t, &comment, now) {
                return Ok(Outcome::Ended(comment, why));
            }
            if form.revision.is_empty() {
                return Ok(Outcome::Refused(comment, t.revision_missing()));
            }
            if revision::of_text(comment.version) != form.revision {
                return Ok(Outcome::Stale(comment));
            }
            let body = match CommentBody::parse(t, &form.body) {
                Ok(body) => body,
                Err(why) => return Ok(Outcome::Refused(comment, why)),
            };
            reserved.spend(conn)?;
            let actor = Actor {
                id: who.id,
                username: &who.username,
            };
            Ok(
                match write::edit(
                    conn,
                    comment,
                    &body,
                    &form.revision,
                    who.is_staff(),
                    actor,
                    now,
                )? {
                    Edited::Stored(comment) => Outcome::Stored(comment),
                    Edited::Stale(comment) => Outcome::Stale(comment),
                },
            )
        })
        .await;
    if !matches!(outcome, Ok(Outcome::Stored(_))) {
        state.limits.unreserve(returned).await?;
    }
    let typed = form.map(|f| f.body).unwrap_or_default();
    match outcome? {
        Outcome::Stored(comment) => Ok(page::see_other(&paths::comment(&comment.slug, comment.id))),
        Outcome::Stale(comment) => {
            let mut compose = page_for(&state, &account, &comment).await?;
            compose.current = Some(crate::text::markdown::comment(&comment.body));
            let when = state
                .site()
                .minute(comment.edited_at.unwrap_or(comment.created_at));
            compose.alert = format!(
                "{} {}",
                t.edit_stale(&account.username, &when),
                standing(t, &comment)
            );
            compose.body = typed;
            compose.answer(StatusCode::CONFLICT)
        }
        Outcome::Ended(comment, why) => {
            let mut compose = page_for(&state, &account, &comment).await?;
            compose.alert = format!("{why} {}", standing(t, &comment));
            compose.body = typed;
            compose.may_send = false;
            compose.answer(StatusCode::CONFLICT)
        }
        Outcome::Refused(comment, why) => {
            state
                .limits
                .refused(&state.db, &account.username, now)
                .await?;
            let mut compose = page_for(&state, &account, &comment).await?;
            compose.error = why;
            compose.body = typed;
            compose.answer(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Status and reason as they are now.
fn standing(t: Interface, comment: &Comment) -> String {
    match comment.status() {
        Status::Published | Status::Approved => t.status_public(),
        Status::Pending => t.notice_pending(),
        Status::Withheld => t.notice_withheld(),
        Status::Deleted => String::new(),
        Status::Rejected => {
            let why = t.notice_rejected(&crate::comments::view::reason(t, &comment.reject_reason));
            if comment.reject_note.is_empty() {
                why
            } else {
                format!("{why} {}", t.notice_note(&comment.reject_note))
            }
        }
    }
}

/// A session that ended while somebody wrote: the text is given back, with a way to log in and send it.
fn not_signed_in(
    state: &State,
    viewer: &Viewer,
    id: i64,
    posted: &Posted,
) -> Result<HttpResponse, Error> {
    let action = paths::of_comment(id, "edit");
    let body = posted.field("body").unwrap_or_default();
    if body.is_empty() {
        return Err(Error::SignInFirst { next: action });
    }
    let (t, site) = (state.t(), state.site());
    // What the comment belongs to is not told to somebody who may not see it.
    let nowhere = store::Place {
        id: 0,
        slug: String::new(),
        title: site.name.clone(),
        is_open: true,
    };
    let mut compose = ComposePage::new(state, viewer, &nowhere, t.edit_heading());
    compose.article.href = paths::FRONT.into();
    compose.login = paths::login(&action);
    compose.action = action;
    compose.alert = t.compose_log_in_first();
    compose.body = body;
    compose.revision = posted.field("revision").unwrap_or_default();
    compose.key.clear();
    compose.is_edit = true;
    compose.answer(StatusCode::FORBIDDEN)
}

/// `POST /comments/{id}/delete`
pub async fn delete(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
    posted: Posted,
) -> Result<HttpResponse, Error> {
    let (id, now, who, form) = (
        id.into_inner(),
        Time::now(),
        account.0.clone(),
        posted.read::<EmptyForm>(),
    );
    let comment = state
        .db
        .write(move |conn| {
            let comment = store::owned(conn, id, who.id)?;
            form.as_ref().map_err(Clone::clone)?;
            write::delete(
                conn,
                &comment,
                Actor {
                    id: who.id,
                    username: &who.username,
                },
                now,
            )?;
            Ok(comment)
        })
        .await?;
    Ok(page::see_other(&paths::comment(&comment.slug, comment.id)))
}

/// `POST /comments/{id}/undelete`
pub async fn undelete(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
    posted: Posted,
) -> Result<HttpResponse, Error> {
    account.may_write()?;
    let (id, now, who, form) = (
        id.into_inner(),
        Time::now(),
        account.0.clone(),
        posted.read::<EmptyForm>(),
    );
    let t = state.t();
    let comment = state
        .db
        .write(move |conn| {
            let comment = store::owned(conn, id, who.id)?;
            form.as_ref().map_err(Clone::clone)?;
            if write::undelete(
                conn,
                &comment,
                Actor {
                    id: who.id,
                    username: &who.username,
                },
                now,
            )? {
                Ok(comment)
            } else {
                Err(Error::Gone(t.undelete_too_late()))
            }
        })
        .await?;
    Ok(page::see_other(&paths::comment(&comment.slug, comment.id)))
}
