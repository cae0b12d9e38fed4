//! Posting and replying.

use super::compose::{ComposePage, Parent, parent};
use crate::comments::store::{self, Place};
use crate::comments::write::{self, New, Posted as Outcome};
use crate::comments::{CommentBody, parse_key};
use crate::db::Time;
use crate::error::Error;
use crate::paths;
use crate::web::limits::Rule;
use crate::web::{Account, Posted, Shared, SignedIn, Viewer, failure, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CommentForm {
    body: String,
    parent: String,
    key: String,
    action: String,
}

fn rules(account: &Account) -> Vec<Rule> {
    if account.is_staff() {
        return Vec::new();
    }
    vec![
        Rule::new("comment-minute", account.id, 10, Time::MINUTE),
        Rule::new("comment-hour", account.id, 60, Time::HOUR),
    ]
}

/// What the write found.
enum Found {
    Stored(String),
    Refused {
        place: Place,
        parent: Option<Parent>,
        alert: String,
        error: String,
        may_send: bool,
    },
    Preview {
        place: Place,
        parent: Option<Parent>,
    },
}

/// `POST /articles/{slug}/comments`
pub async fn create(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    let Some(account) = viewer.account().cloned() else {
        return not_signed_in(&state, &viewer, slug, &posted, &request).await;
    };
    account.may_write()?;
    let name = account.username.clone();
    let form: CommentForm = match posted.read() {
        Ok(form) => form,
        Err(why) => {
            // An article that is not there comes before what is wrong with the form.
            state.db.read(move |conn| store::place(conn, &slug)).await?;
            return Err(why);
        }
    };
    let (t, now) = (state.t(), Time::now());
    let body = CommentBody::parse(t, &form.body);
    let key = parse_key(t, &form.key);
    let parent_id: Option<Result<i64, _>> = (!form.parent.is_empty()).then(|| form.parent.parse());
    let is_preview = match form.action.as_str() {
        "" | "post" => false,
        "preview" => true,
        _ => return Err(Error::Malformed(t.action_unknown())),
    };
    if let (Ok(Some(key)), true) = (&key, state.limits.counts_at_once()) {
        // The same key is the same comment, however many were posted since.
        let (author, key) = (account.id, key.clone());
        if let Some(Outcome::Stored { id, slug, .. }) = state
            .db
            .read(move |conn| write::by_key(conn, author, &key))
            .await?
        {
            return Ok(page::see_other(&paths::comment(&slug, id)));
        }
    }
    let reserved = if is_preview || body.is_err() {
        state.limits.reserve(Vec::new(), now).await
    } else {
        state.limits.reserve(rules(&account), now).await
    };
    let spending = match reserved {
        Ok(reserved) => reserved,
        Err(Error::TooMany { seconds }) => {
            return too_many(&state, &viewer, slug, &form, seconds).await;
        }
        Err(other) => return Err(other),
    };
    let (wanted, hold_first, returned) = (slug.clone(), state.site().hold_first, spending.clone());
    let (judged, judged_key) = (body.clone(), key.clone());
    let outcome = state
        .db
        .write(move |conn| {
            let place = store::place(conn, &wanted)?;
            if let (Ok(Some(key)), false) = (&judged_key, is_preview)
                && let Some(Outcome::Stored { id, slug, .. }) =
                    write::by_key(conn, account.id, key)?
            {
                return Ok(Found::Stored(paths::comment(&slug, id)));
            }
            let answered = match &parent_id {
                Some(Ok(id)) => parent(conn, *id)?,
                _ => None,
            };
            let refuse = |alert: String, error: String, may_send| {
                Ok(Found::Refused {
                    place: place.clone(),
                    parent: answered.clone(),
                    alert,
                    error,
                    may_send,
                })
            };
            if !place.is_open {
                return refuse(t.thread_closed(), String::new(), false);
            }
            if parent_id.is_some() && answered.is_none() {
                return refuse(t.parent_gone(), String::new(), true);
            }
            let key = match &judged_key {
                Ok(key) => key.clone(),
                Err(why) => return refuse(why.clone(), String::new(), true),
            };
            let body = match &judged {
                Ok(body) => body.clone(),
                Err(why) => return refuse(String::new(), why.clone(), true),
            };
            if is_preview {
                return Ok(Found::Preview {
                    place,
                    parent: answered,
                });
            }
            spending.spend(conn)?;
            let parent = answered.as_ref().map(|p| p.id);
            let new = New {
                slug: wanted.clone(),
                author: account.id,
                is_staff: account.is_staff(),
                parent,
                key,
                body,
                hold_first,
                now,
            };
            match write::post(conn, &new)? {
                Outcome::Stored {
                    id,
                    slug,
                    on_article: true,
                } => Ok(Found::Stored(paths::comment_on_article(&slug, id))),
                Outcome::Stored { id, slug, .. } => Ok(Found::Stored(paths::comment(&slug, id))),
                Outcome::Closed => refuse(t.thread_closed(), String::new(), false),
                Outcome::NoParent => refuse(t.parent_gone(), String::new(), true),
            }
        })
        .await;
    if !matches!(outcome, Ok(Found::Stored(_))) {
        state.limits.unreserve(returned).await?;
    }
    let heading = |place: &Place| t.compose_heading(&place.title);
    match outcome {
        Ok(Found::Stored(at)) => Ok(page::see_other(&at)),
        Ok(Found::Preview { place, parent }) => {
            let preview = body.ok().map(|b| b.html);
            let compose = ComposePage {
                preview,
                ..filled(
                    ComposePage::new(&state, &viewer, &place, heading(&place)),
                    &form,
                    parent,
                )
            };
            compose.answer(StatusCode::OK)
        }
        Ok(Found::Refused {
            place,
            parent,
            alert,
            error,
            may_send,
        }) => {
            if let Err(Error::TooMany { seconds }) =
                state.limits.refused(&state.db, &name, now).await
            {
                return too_many(&state, &viewer, slug, &form, seconds).await;
            }
            let compose = ComposePage {
                alert,
                error,
                may_send,
                ..filled(
                    ComposePage::new(&state, &viewer, &place, heading(&place)),
                    &form,
                    parent,
                )
            };
            compose.answer(StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Error::TooMany { seconds }) => too_many(&state, &viewer, slug, &form, seconds).await,
        Err(other) => Err(other),
    }
}

/// The form again, with what was typed.
fn filled(page: ComposePage, form: &CommentForm, parent: Option<Parent>) -> ComposePage {
    let key = if parse_key(page.t, &form.key).is_ok_and(|k| k.is_some()) {
        form.key.clone()
    } else {
        page.key.clone()
    };
    let parent_id = parent
        .as_ref()
        .map(|p| p.id.to_string())
        .unwrap_or_default();
    ComposePage {
        body: form.body.clone(),
        key,
        parent_id,
        parent,
        ..page
    }
}

async fn too_many(
    state: &Shared,
    viewer: &Viewer,
    slug: String,
    form: &CommentForm,
    seconds: i64,
) -> Result<HttpResponse, Error> {
    let place = state.db.read(move |conn| store::place(conn, &slug)).await?;
    let t = state.t();
    let parent_id = form.parent.clone();
    let compose = filled(
        ComposePage::new(state, viewer, &place, t.compose_heading(&place.title)),
        form,
        None,
    );
    let compose = ComposePage {
        alert: t.error_too_many_text(&failure::wait(t, seconds)),
        parent_id,
        ..compose
    };
    failure::retry_after(compose.answer(StatusCode::TOO_MANY_REQUESTS)?, seconds)
}

/// A post without an account: its text is given back, with a way to log in and send it.
async fn not_signed_in(
    state: &Shared,
    viewer: &Viewer,
    slug: String,
    posted: &Posted,
    request: &HttpRequest,
) -> Result<HttpResponse, Error> {
    let back = paths::page_of_form(request.path());
    let field = |name: &str| posted.field(name).unwrap_or_default();
    let form = CommentForm {
        body: field("body"),
        parent: field("parent"),
        key: field("key"),
        action: String::new(),
    };
    if form.body.is_empty() {
        return Err(Error::SignInFirst { next: back });
    }
    let place = state.db.read(move |conn| store::place(conn, &slug)).await?;
    let t = state.t();
    let parent_id = form.parent.clone();
    let compose = filled(
        ComposePage::new(state, viewer, &place, t.compose_heading(&place.title)),
        &form,
        None,
    );
    ComposePage {
        alert: t.compose_log_in_first(),
        login: paths::login(&back),
        parent_id,
        ..compose
    }
    .answer(StatusCode::FORBIDDEN)
}

/// `GET /comments/{id}/reply`
pub async fn reply(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    account.may_write()?;
    let id = id.into_inner();
    let (place, found) = state
        .db
        .read(move |conn| {
            let comment = store::find(conn, id)?;
            Ok((store::place(conn, &comment.slug)?, parent(conn, id)?))
        })
        .await?;
    let t = state.t();
    let Some(found) = found else {
        return Err(Error::NotFound);
    };
    if !place.is_open {
        return Err(Error::Gone(t.thread_closed()));
    }
    let heading = t.reply_heading(&found.name);
    let mut compose = ComposePage::new(&state, &account.viewer(), &place, heading);
    compose.parent_id = found.id.to_string();
    compose.parent = Some(found);
    compose.answer(StatusCode::OK)
}
