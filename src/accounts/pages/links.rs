//! Pages of links in mails: proving an address, taking a change of address back, and "this was not me". Opening one never uses it up:
//! programs that look for dangerous links open them too.

use crate::accounts::tokens::{self, TokenKind};
use crate::accounts::verification::{self, Verified};
use crate::accounts::{locking, notices};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::Sessions;
use crate::web::fields::{FormPage, Link};
use crate::web::{EmptyForm, FormBody, Page, Shared, State, Viewer, page};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};

/// An answer whose address is a secret: it is kept nowhere and sent to no other site.
///
/// # Errors
/// That of the answer.
pub fn secret_address(answer: Result<HttpResponse, Error>) -> Result<HttpResponse, Error> {
    let mut response = answer?;
    let headers = response.headers_mut();
    let no_store = header::HeaderValue::from_static("no-store");
    headers.insert(header::CACHE_CONTROL, no_store);
    let no_referrer = header::HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, no_referrer);
    Ok(response)
}

/// The page of a link that does not work, or not any more. `way`: where to get a new one.
///
/// # Errors
/// Of the template.
pub fn expired(state: &State, way: &str) -> Result<HttpResponse, Error> {
    let t = state.t();
    let page = Page::new(state, &Viewer(None), &t.link_over()).unlisted();
    let form = FormPage {
        intro: t.link_over_text(),
        more: vec![Link {
            href: way.to_owned(),
            text: match way {
                paths::FORGOT => t.forgot_heading(),
                _ => t.login_heading(),
            },
        }],
        ..FormPage::new(page, t.link_over(), "", String::new())
    };
    secret_address(form.refused(StatusCode::NOT_FOUND))
}

/// What a link asks before it does something.
struct Question {
    kinds: &'static [TokenKind],
    heading: String,
    /// By the account's username.
    intro: fn(Interface, &str) -> String,
    button: String,
    action: String,
    /// Where to get a new link.
    way: &'static str,
}

async fn ask(state: &State, token: &str, question: Question) -> Result<HttpResponse, Error> {
    let (given, now, kinds) = (token.to_owned(), state.db.now(), question.kinds);
    let found = state.db.read(move |conn| {
        let token = tokens::find(conn, &given, kinds, now)?;
        notices::mailbox(conn, token.account_id)
    });
    let whose = match found.await {
        Ok(whose) => whose,
        Err(Error::NotFound) => return expired(state, question.way),
        Err(other) => return Err(other),
    };
    let page = Page::new(state, &Viewer(None), &question.heading).unlisted();
    let form = FormPage {
        intro: (question.intro)(state.t(), &whose.username),
        ..FormPage::new(page, question.heading, &question.action, question.button)
    };
    secret_address(form.answer())
}

/// `GET /verify/{token}`
pub async fn verify(state: Shared, token: web::Path<String>) -> Result<HttpResponse, Error> {
    let t = state.t();
    let question = Question {
        kinds: &[TokenKind::Verify, TokenKind::NewEmail],
        heading: t.verify_heading(),
        intro: |t, _| t.verify_intro(),
        button: t.verify_button(),
        action: paths::verify(&token),
        way: paths::LOGIN,
    };
    ask(&state, &token, question).await
}

/// `POST /verify/{token}`
pub async fn verified(
    state: Shared,
    viewer: Viewer,
    token: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let (given, now, t) = (token.into_inner(), state.db.now(), state.t());
    let verified = state
        .db
        .write(move |conn| verification::verify(conn, &given, now));
    match verified.await {
        Ok(Verified::Done) => Ok(page::see_other(&match viewer.account() {
            Some(_) => paths::account_done(paths::ACCOUNT, "verified"),
            None => paths::login_done("verified"),
        })),
        Ok(Verified::Taken) => Err(Error::Conflict(t.email_taken())),
        Err(Error::NotFound) => expired(&state, paths::LOGIN),
        Err(other) => Err(other),
    }
}

/// `GET /account/email/cancel/{token}`
pub async fn cancel(state: Shared, token: web::Path<String>) -> Result<HttpResponse, Error> {
    let t = state.t();
    let question = Question {
        kinds: &[TokenKind::CancelEmail],
        heading: t.cancel_email_heading(),
        intro: |t, username| t.cancel_email_intro(username),
        button: t.cancel_email_button(),
        action: paths::cancel_email(&token),
        way: paths::LOGIN,
    };
    ask(&state, &token, question).await
}

/// `POST /account/email/cancel/{token}`
pub async fn cancelled(
    state: Shared,
    sessions: web::Data<Sessions>,
    token: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let (given, now) = (token.into_inner(), state.db.now());
    let ended = state
        .db
        .write(move |conn| verification::cancel_change(conn, &given, now));
    let (account, email) = match ended.await {
        Ok(kept) => kept,
        Err(Error::NotFound) => return expired(&state, paths::FORGOT),
        Err(other) => return Err(other),
    };
    sessions.end_others_in_redis(account, None).await?;
    let t = state.t();
    let done = format!("{} {}", t.kept_done(email.as_str()), t.all_ended());
    ended_page(&state, t.kept_heading(), done, t.all_ended_next())
}

/// `GET /account/not-me/{token}`
pub async fn not_me(state: Shared, token: web::Path<String>) -> Result<HttpResponse, Error> {
    let t = state.t();
    let question = Question {
        kinds: &[TokenKind::NotMe],
        heading: t.not_me_heading(),
        intro: |t, username| t.not_me_intro(username),
        button: t.not_me_button(),
        action: paths::not_me(&token),
        way: paths::FORGOT,
    };
    ask(&state, &token, question).await
}

/// `POST /account/not-me/{token}`
pub async fn was_not_me(
    state: Shared,
    sessions: web::Data<Sessions>,
    token: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let (given, now) = (token.into_inner(), state.db.now());
    let ended = state
        .db
        .write(move |conn| locking::not_me(conn, &given, now));
    let (account, is_mailed) = match ended.await {
        Ok(ended) => ended,
        Err(Error::NotFound) => return expired(&state, paths::FORGOT),
        Err(other) => return Err(other),
    };
    sessions.end_others_in_redis(account, None).await?;
    let t = state.t();
    let next = match is_mailed {
        true => t.all_ended_next(),
        false => t.all_ended_other_address(),
    };
    ended_page(&state, t.all_ended_heading(), t.all_ended(), next)
}

/// The page after an account was locked.
fn ended_page(
    state: &State,
    heading: String,
    done: String,
    next: String,
) -> Result<HttpResponse, Error> {
    let page = Page::new(state, &Viewer(None), &heading).unlisted();
    let form = FormPage {
        done,
        intro: next,
        more: vec![Link {
            href: paths::FORGOT.into(),
            text: state.t().forgot_heading(),
        }],
        ..FormPage::new(page, heading, "", String::new())
    };
    secret_address(form.answer())
}
