//! `/forgot` and `/reset/{token}`: a new password for a forgotten one.

use super::auth::password_context;
use super::links;
use crate::accounts::password::{self, PasswordCandidate, PasswordPolicy};
use crate::accounts::store::Login;
use crate::accounts::{Email, verification};
use crate::db::Time;
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::paths;
use crate::sessions::Sessions;
use crate::web::fields::{Field, FormPage, Link};
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::{FormBody, Page, Shared, State, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// Mails that an address gets in an hour.
const MAILS: usize = 3;
/// Forms that a network may send in an hour.
const FORMS: usize = 30;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ForgotForm {
    email: String,
}

fn forgot_page(state: &State, viewer: &Viewer, given: &str) -> FormPage {
    let t = state.t();
    let page = Page::new(state, viewer, &t.forgot_heading()).unlisted();
    FormPage {
        intro: t.forgot_intro(),
        fields: vec![Field::email("email", t.field_email()).value(given)],
        more: vec![Link {
            href: paths::LOGIN.into(),
            text: t.login_heading(),
        }],
        ..FormPage::new(page, t.forgot_heading(), paths::FORGOT, t.forgot_button())
    }
}

/// `GET /forgot`
pub async fn forgot(state: Shared, viewer: Viewer) -> Result<HttpResponse, Error> {
    forgot_page(&state, &viewer, "").answer()
}

/// `POST /forgot`. Does the same for every address: whether there is an account is looked up by a job.
pub async fn ask(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: ForgotForm = posted.read()?;
    let (t, now, network) = (state.t(), state.db.now(), network_of(&request));
    let mut page = forgot_page(&state, &viewer, &form.email);
    let email = match Email::parse(t, &form.email) {
        Ok(email) => email,
        Err(why) => {
            page.fields[0].error = why;
            return page.answer();
        }
    };
    let rules = vec![Rule::new("forgot", &network, FORMS, Time::HOUR)];
    match state.limits.take(&state.db, rules, now).await {
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        other => other?,
    };
    let rules = vec![Rule::new("forgot-mail", email.key(), MAILS, Time::HOUR)];
    match state.limits.take(&state.db, rules, now).await {
        Ok(_) => {
            let job = Job::Forgotten { email: email.key() };
            // Not at once: what the job does for a known address would slow down the next answer, which tells.
            let at = now.plus(fastrand::i64(500..2_500));
            let write = move |conn: &mut crate::db::Conn| jobs::enqueue_at(conn, &job, at, now);
            state.db.write(write).await?;
        }
        // Silently: the answer must not tell how often others asked.
        Err(Error::TooMany { .. }) => {}
        Err(other) => return Err(other),
    }
    let done = FormPage {
        done: format!("{} {}", t.forgot_done(email.as_str()), t.forgot_after()),
        intro: String::new(),
        fields: Vec::new(),
        button: String::new(),
        ..forgot_page(&state, &viewer, "")
    };
    // The address that was typed is on it.
    links::secret_address(done.answer())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ResetForm {
    password: String,
}

fn reset_page(state: &State, login: &Login, token: &str, error: Result<(), String>) -> FormPage {
    let t = state.t();
    let policy = PasswordPolicy::of_login(&state.site(), login);
    let page = Page::new(state, &Viewer(None), &t.reset_heading()).unlisted();
    FormPage {
        intro: t.reset_intro(&login.username),
        fields: vec![
            Field::password("password", t.field_new_password(), "new-password")
                .hint(t.password_hint(policy.min_length() as i64))
                .judged(&error),
        ],
        ..FormPage::new(
            page,
            t.reset_heading(),
            &paths::reset(token),
            t.password_button(),
        )
    }
}

async fn account_of(state: &State, token: &str) -> Result<Login, Error> {
    let (given, now) = (token.to_owned(), state.db.now());
    state
        .db
        .read(move |conn| verification::resetting(conn, &given, now))
        .await
}

/// `GET /reset/{token}`
pub async fn reset(state: Shared, token: web::Path<String>) -> Result<HttpResponse, Error> {
    match account_of(&state, &token).await {
        Ok(login) => links::secret_address(reset_page(&state, &login, &token, Ok(())).answer()),
        Err(Error::NotFound) => links::expired(&state, paths::FORGOT),
        Err(other) => Err(other),
    }
}

/// `POST /reset/{token}`: sets the password and ends all sessions. It does not log in: a second factor stays required.
pub async fn set(
    state: Shared,
    sessions: web::Data<Sessions>,
    token: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let login = match account_of(&state, &token).await {
        Ok(login) => login,
        Err(Error::NotFound) => return links::expired(&state, paths::FORGOT),
        Err(other) => return Err(other),
    };
    let form: ResetForm = posted.read()?;
    let policy = PasswordPolicy::of_login(&state.site(), &login);
    let new = match PasswordCandidate::parse(state.t(), &form.password, policy) {
        Ok(candidate) => {
            let known = password_context(&state, &login.username, &login.email);
            password::check_strength(&state, candidate, known).await?
        }
        Err(why) => Err(why),
    };
    let new = match new {
        Ok(new) => new,
        Err(why) => {
            return links::secret_address(reset_page(&state, &login, &token, Err(why)).answer());
        }
    };
    let (hash, for_role) = (password::hash(&state, new).await?, policy.is_for_staff());
    let (given, now) = (token.clone(), state.db.now());
    let set = state
        .db
        .write(move |conn| verification::reset(conn, &given, (&hash, for_role), now));
    match set.await {
        Ok(account) => {
            sessions.end_others_in_redis(account, None).await?;
            Ok(page::see_other(&paths::login_done("reset")))
        }
        Err(Error::NotFound) => links::expired(&state, paths::FORGOT),
        Err(other) => Err(other),
    }
}
