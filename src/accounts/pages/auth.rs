//! `/login` and `/logout`.

use super::sign_in::{SignIn, go_on};
use crate::accounts::history;
use crate::accounts::password::{self, NewPassword, PasswordCandidate, PasswordPolicy};
use crate::accounts::store::{self, Login};
use crate::db::Time;
use crate::error::Error;
use crate::paths;
use crate::text::token;
use crate::web::fields::{Field, FormPage, Link, PasskeyForm};
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::notices::Event;
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, State, Viewer, device_cookie, error_pages, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, rt};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LoginForm {
    login: String,
    password: String,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Next {
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    pub done: String,
}

pub(super) fn next_of(request: &HttpRequest) -> String {
    let next: Next = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    paths::local(&next.next).to_owned()
}

fn login_page(state: &State, viewer: &Viewer, given: &LoginForm, alert: String) -> FormPage {
    let t = state.t();
    let next = paths::local(&given.next);
    let mut more = vec![Link {
        href: paths::FORGOT.into(),
        text: t.login_forgot(),
    }];
    if let Some(provider) = &state.config.provider {
        let oidc = Link {
            href: paths::login_oidc(next),
            text: t.oidc_log_in(&provider.name),
        };
        more.insert(0, oidc);
    }
    if state.site().join_open {
        more.push(Link {
            href: paths::join(next),
            text: t.login_to_join(),
        });
    }
    FormPage {
        page: Page::new(state, viewer, &t.login_heading())
            .at(state, paths::LOGIN)
            .unlisted(),
        t,
        heading: t.login_heading(),
        intro: String::new(),
        alert,
        done: String::new(),
        action: paths::LOGIN.into(),
        fields: vec![
            Field::text("login", t.field_login())
                .value(&given.login)
                .autocomplete("username"),
            Field::password("password", t.field_password(), "current-password"),
            Field::hidden("next", next),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: PasskeyForm::of(state, next),
        button: t.login_button(),
        more,
    }
}

/// The form after a log-in by other means was refused.
pub(super) fn refused_login(
    state: &State,
    viewer: &Viewer,
    alert: String,
) -> Result<HttpResponse, Error> {
    login_page(state, viewer, &LoginForm::default(), alert).answer()
}

/// `GET /login`
pub async fn login(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let next = next_of(&request);
    if viewer.account().is_some() {
        return Ok(page::see_other(&next));
    }
    let form = LoginForm {
        next,
        ..LoginForm::default()
    };
    let mut page = login_page(&state, &viewer, &form, String::new());
    let done: Done = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    page.done = match done.done.as_str() {
        "reset" => state.t().reset_done(),
        "verified" => state.t().verify_done(),
        "leaving" => state.t().leave_done(),
        _ => String::new(),
    };
    page.answer()
}

/// `POST /login`. Verifies one hash on every path and gives the same response for an unknown name, a wrong password
/// and one that is too long, so that accounts cannot be enumerated.
pub async fn log_in(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: LoginForm = posted.read()?;
    let (t, network) = (state.t(), network_of(&request));
    // PostgreSQL takes no NUL in a text.
    let typed = form.login.trim().to_lowercase().replace('\0', "\u{FFFD}");
    let typed: String = typed.chars().take(300).collect();
    let (found, is_known) = find(&state, &request, typed.clone()).await?;
    let rules = log_in_rules(&typed, &network, is_known);
    // Counted before the check, so that parallel guesses count too; refunded if the password is right.
    let taken = match state.limits.take(&state.db, rules, state.db.now()).await {
        Ok(taken) => taken,
        Err(Error::TooMany { seconds }) => return throttled(&state, &viewer, &form, seconds),
        Err(other) => return Err(other),
    };
    let stored = found.as_ref().map(|f| f.password_hash.clone());
    // Spawned, so that a right password is refunded even if the client disconnects meanwhile.
    let (checking, typed) = (state.clone(), form.password.clone());
    let checked = rt::spawn(async move {
        let verdict = password::verify(&checking, typed, stored).await;
        if verdict.as_ref().map_or(true, |verdict| verdict.right) {
            checking.limits.refund(&checking.db, taken).await?;
        }
        verdict
    });
    let verdict = checked.await.map_err(Error::internal)??;
    let account = found.as_ref().map_or("none".into(), |f| f.id.to_string());
    let Some(found) = found.filter(|_| verdict.right) else {
        let what = format!("account={account}");
        state.notices.note(Event::LoginFailed, &network, &what);
        return login_page(&state, &viewer, &form, t.login_wrong()).answer();
    };
    let due = must_change_password(&state, &found, &form.password).await?;
    let rehashed = match verdict.outdated {
        true => Some(password::hash(&state, NewPassword::verified(&form.password)).await?),
        false => None,
    };
    // The password may have been changed while it was verified.
    let sign_in = SignIn {
        suffices: found.must_change_password && !due,
        must_change_password: due,
        proof: Proof::Password,
        rehashed,
        login: found,
    };
    let completed = go_on(&state, &request, &session, sign_in, &form.next).await?;
    match completed {
        Some(response) => Ok(response),
        None => login_page(&state, &viewer, &form, t.login_wrong()).answer(),
    }
}

/// Limits of failed attempts: by network, and by what was typed. `is_known`: this browser has logged in to the account before; nobody
/// else's attempts keep its owner out.
pub(super) fn log_in_rules(typed: &str, network: &str, is_known: bool) -> Vec<Rule> {
    let mut rules = vec![
        Rule::new("login", format!("{typed}|{network}"), 10, 10 * Time::MINUTE),
        Rule::new("login-network", network, 100, 10 * Time::MINUTE),
    ];
    if !is_known {
        // Across all networks, against distributed guessing. By what was typed: a limit that a username and an address share would tell
        // that they belong together.
        rules.push(Rule::new("login-account", typed, 100, Time::HOUR));
    }
    rules
}

/// The account that was typed, if there is one, and whether this browser has logged in to it before.
async fn find(
    state: &State,
    request: &HttpRequest,
    typed: String,
) -> Result<(Option<Login>, bool), Error> {
    let device = device_cookie::sent(request).map(|sent| token::hash(&sent));
    let now = state.db.now();
    let found = state.db.read(move |conn| {
        let found = store::find_by_login(conn, &typed)?;
        let is_known = match (&found, &device) {
            (Some(found), Some(device)) => history::knows(conn, found.id, device, now)?,
            _ => false,
        };
        Ok((found, is_known))
    });
    found.await
}

/// The form again, without the password: too many failed attempts.
fn throttled(
    state: &State,
    viewer: &Viewer,
    form: &LoginForm,
    seconds: i64,
) -> Result<HttpResponse, Error> {
    let form = LoginForm {
        password: String::new(),
        ..form.clone()
    };
    let t = state.t();
    let alert = t.login_too_many(&error_pages::wait(t, seconds));
    let refused = login_page(state, viewer, &form, alert);
    let response = refused.refused(StatusCode::TOO_MANY_REQUESTS)?;
    error_pages::retry_after(response, seconds)
}

/// Whether an account whose role asks for a new password typed one that is too weak for staff.
async fn must_change_password(state: &State, found: &Login, typed: &str) -> Result<bool, Error> {
    if !found.must_change_password {
        return Ok(false);
    }
    let Ok(candidate) =
        PasswordCandidate::parse(state.t(), typed, PasswordPolicy::staff(&state.site()))
    else {
        return Ok(true);
    };
    let known = password_context(state, &found.username, &found.email);
    let checked = password::check_strength(state, candidate, known).await?;
    Ok(checked.is_err())
}

/// Words that an attacker would try first, for the strength check.
pub(super) fn password_context(state: &State, username: &str, email: &str) -> Vec<String> {
    vec![state.site().name.clone(), username.into(), email.into()]
}

/// `POST /logout`. Also clears what scripts stored in the browser, such as reading positions:
/// <https://www.w3.org/TR/clear-site-data/>
pub async fn log_out(
    state: Shared,
    viewer: Viewer,
    session: Session,
) -> Result<HttpResponse, Error> {
    if let Some(account) = viewer.account() {
        let rules = vec![Rule::new("logout", account.id, 60, 10 * Time::MINUTE)];
        state.limits.take(&state.db, rules, state.db.now()).await?;
    }
    session.purge();
    let mut response = page::see_other(paths::FRONT);
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    Ok(response)
}
