//! Handlers for posting comments and replies.

use super::compose::{ComposePage, parent};
use super::posted::{CommentForm, PostResult, not_signed_in, respond, too_many, unverified};
use crate::comments::store;
use crate::comments::write::{self, New, PostOutcome};
use crate::comments::{CommentBody, parse_key, render};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::moderation::Policy;
use crate::paths;
use crate::sessions;
use crate::web::headers::new_idempotency_key;
use crate::web::limits::{Reserved, Rule};
use crate::web::viewer::Role;
use crate::web::{Account, FormBody, Participant, Shared, SignedIn, Viewer};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use std::num::ParseIntError;

/// Longest text in bytes that takes no longer to render than the rate limit takes to check.
const SHORT_TEXT: usize = 500;

fn rules(account: &Account) -> Vec<Rule> {
    if account.is_staff() {
        return Vec::new();
    }
    vec![
        Rule::new("comment-minute", account.id, 10, Time::MINUTE),
        Rule::new("comment-hour", account.id, 60, Time::HOUR),
    ]
}

/// The parsed form, validated as far as possible without the database.
#[derive(Clone)]
struct ParsedForm {
    t: Interface,
    slug: String,
    body: Result<CommentBody, String>,
    key: Result<Option<String>, String>,
    parent: Option<Result<i64, ParseIntError>>,
}

/// `POST /articles/{slug}/comments`
pub async fn create(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    let Some(account) = viewer.account().cloned() else {
        return not_signed_in(&state, &viewer, slug, &posted, &request).await;
    };
    let who = Participant::admit(account)?;
    let form: CommentForm = match posted.read() {
        Ok(form) => form,
        Err(why) => {
            // 404 for a missing article takes precedence over an invalid form.
            state
                .db
                .read(move |conn| store::article_thread(conn, &slug))
                .await?;
            return Err(why);
        }
    };
    let t = state.t();
    let is_preview = match form.action.as_str() {
        "" | "post" => false,
        "preview" => true,
        _ => return Err(Error::Malformed(t.action_unknown())),
    };
    if state.site().needs_verified_email && !who.email_verified && !who.is_staff() && !is_preview {
        return unverified(&state, &who, slug, &form).await;
    }
    let key = parse_key(t, &form.key);
    let found = match process_form(&state, &who, &slug, &form, key, is_preview).await {
        Ok(found) => found,
        Err(Error::TooMany { seconds }) => {
            return too_many(&state, &viewer, slug, &form, seconds).await;
        }
        Err(Error::SignInFirst { .. }) => {
            // The session ended while the request body was being received.
            return not_signed_in(&state, &Viewer(None), slug, &posted, &request).await;
        }
        Err(other) => return Err(other),
    };
    respond(&state, &viewer, &who, slug, &form, found).await
}

/// Checks the rate limit, renders the text, then stores it in one write; for a preview, one read.
async fn process_form(
    state: &Shared,
    who: &Participant,
    slug: &str,
    form: &CommentForm,
    key: Result<Option<String>, String>,
    is_preview: bool,
) -> Result<PostResult, Error> {
    let now = state.db.now();
    if let (Ok(Some(key)), true) = (&key, state.limits.counts_at_once() && !is_preview) {
        // A repeated key returns the stored comment before any rate limit applies.
        let (author, key) = (who.id, key.clone());
        let stored = state
            .db
            .read(move |conn| stored_before(conn, author, &key))
            .await?;
        if let Some(stored) = stored {
            return Ok(stored);
        }
    }
    if is_preview {
        let rules = vec![Rule::new("preview", who.id, 60, Time::MINUTE)];
        state.limits.take(&state.db, rules, now).await?;
    }
    let hit = match (&key, is_preview) {
        (Ok(Some(key)), false) => key.clone(),
        _ => new_idempotency_key(),
    };
    let wanted = if is_preview { Vec::new() } else { rules(who) };
    let reserved = state.limits.reserve_once(wanted, hit, now).await?;
    let found = store_comment(state, who, slug, form, key, is_preview, reserved.clone()).await;
    match &found {
        // A parallel request with the same key that was rejected may have refunded the shared hit.
        Ok(PostResult::Stored(_)) => {
            if let Err(error) = state.limits.confirm(&reserved).await {
                tracing::warn!(%error, "could not confirm a post's rate-limit hit");
            }
        }
        _ => state.limits.unreserve(reserved).await?,
    }
    found
}

async fn store_comment(
    state: &Shared,
    who: &Participant,
    slug: &str,
    form: &CommentForm,
    key: Result<Option<String>, String>,
    is_preview: bool,
    reserved: Reserved,
) -> Result<PostResult, Error> {
    let now = state.db.now();
    if form.body.len() > SHORT_TEXT {
        let asked = reserved.clone();
        state.db.read(move |conn| asked.check(conn)).await?;
    }
    let read = ParsedForm {
        t: state.t(),
        slug: slug.to_owned(),
        body: render(state, &form.body).await?,
        key,
        parent: (!form.parent.is_empty()).then(|| form.parent.parse()),
    };
    let policy = state.site().policy;
    let is_refused = read.body.is_err() || read.key.is_err();
    if is_preview || is_refused {
        // Neither stores anything, so neither waits for the writer.
        let who = (!is_preview).then(|| Participant(who.0.clone()));
        let preview = move |conn: &mut Conn| {
            post_in_transaction(conn, who.as_ref(), &read, &reserved, &policy, now)
        };
        return state.db.read(preview).await;
    }
    sessions::write(state, who, move |conn, who: &Participant| {
        post_in_transaction(conn, Some(who), &read, &reserved, &policy, now)
    })
    .await
}

/// The comment that was stored under this key already.
fn stored_before(conn: &mut Conn, author: i64, key: &str) -> Result<Option<PostResult>, Error> {
    let stored = write::by_idempotency_key(conn, author, key)?;
    Ok(stored.map(|(id, slug)| PostResult::Stored(paths::comment(&slug, id))))
}

/// The database part of processing a form. `who` is `None` for a preview, which stores nothing.
fn post_in_transaction(
    conn: &mut Conn,
    who: Option<&Participant>,
    read: &ParsedForm,
    reserved: &Reserved,
    policy: &Policy,
    now: Time,
) -> Result<PostResult, Error> {
    let t = read.t;
    let article = store::article_thread(conn, &read.slug)?;
    if let (Ok(Some(key)), Some(who)) = (&read.key, who)
        && let Some(stored) = stored_before(conn, who.id, key)?
    {
        return Ok(stored);
    }
    let asked = read.parent.as_ref().and_then(|id| id.as_ref().ok());
    let answered = asked.map_or(Ok(None), |id| parent(conn, *id))?;
    let refuse = |alert: String, error: String, may_send| {
        Ok(PostResult::Refused {
            article: article.clone(),
            parent: answered.clone(),
            alert,
            error,
            may_send,
        })
    };
    if !article.is_open {
        return refuse(t.thread_closed(), String::new(), false);
    }
    if read.parent.is_some() && answered.is_none() {
        return refuse(t.reply_parent_unavailable(), String::new(), true);
    }
    let (key, body) = match (&read.key, &read.body) {
        (Ok(key), Ok(body)) => (key.clone(), body.clone()),
        (Err(why), _) => return refuse(why.clone(), String::new(), true),
        (_, Err(why)) => return refuse(String::new(), why.clone(), true),
    };
    let Some(who) = who else {
        return Ok(PostResult::Preview {
            article,
            parent: answered,
            html: body.html,
        });
    };
    reserved.count(conn)?;
    let new = New {
        author: who.id,
        is_staff: who.is_staff(),
        parent: answered.as_ref().map(|p| p.id),
        key,
        body,
        policy: *policy,
        now,
    };
    match write::post(conn, &article, &new)? {
        PostOutcome::Stored { id, on_article } => Ok(PostResult::Stored(match on_article {
            true => paths::comment_on_article(&article.slug, id),
            false => paths::comment(&article.slug, id),
        })),
        PostOutcome::Closed => refuse(t.thread_closed(), String::new(), false),
        PostOutcome::NoParent => refuse(t.reply_parent_unavailable(), String::new(), true),
    }
}

/// `GET /comments/{id}/reply`
pub async fn reply(
    state: Shared,
    account: SignedIn,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    account.may_write()?;
    let id = id.into_inner();
    let (article, found) = state
        .db
        .read(move |conn| {
            let comment = store::find(conn, id)?;
            Ok((
                store::article_thread(conn, &comment.slug)?,
                parent(conn, id)?,
            ))
        })
        .await?;
    let t = state.t();
    let Some(found) = found else {
        return Err(Error::NotFound);
    };
    if !article.is_open {
        return Err(Error::Conflict(t.thread_closed()));
    }
    let heading = t.reply_heading(&found.name);
    let mut compose = ComposePage::new(&state, &account.viewer(), &article, heading);
    compose.parent_id = found.id.to_string();
    compose.parent = Some(found);
    compose.answer(StatusCode::OK)
}
