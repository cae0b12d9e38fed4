//! Joining, logging in, logging out.

use crate::accounts::password::{self, For, NewPassword};
use crate::accounts::store::{self, New, Taken};
use crate::accounts::{Email, Username};
use crate::db::Time;
use crate::error::Error;
use crate::paths;
use crate::sessions::begin;
use crate::web::form::{Field, FormPage, Link};
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::{Page, Posted, Shared, State, Viewer, failure, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, rt};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LoginForm {
    login: String,
    password: String,
    next: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct JoinForm {
    username: String,
    email: String,
    password: String,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Next {
    next: String,
}

fn next_of(request: &HttpRequest) -> String {
    let next: Next = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    paths::local(&next.next).to_owned()
}

fn login_page(state: &State, viewer: &Viewer, given: &LoginForm, alert: String) -> FormPage {
    let t = state.t();
    let next = paths::local(&given.next);
    let more = if state.site().join_open {
        vec![Link {
            href: paths::join(next),
            text: t.login_to_join(),
        }]
    } else {
        Vec::new()
    };
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
        button: t.login_button(),
        more,
    }
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
    login_page(
        &state,
        &viewer,
        &LoginForm {
            next,
            ..LoginForm::default()
        },
        String::new(),
    )
    .answer()
}

/// `POST /login`. One verification on every path; the same answer for unknown, wrong and too long.
pub async fn log_in(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: Posted,
) -> Result<HttpResponse, Error> {
    let form: LoginForm = posted.read()?;
    let (t, now, network) = (state.t(), Time::now(), network_of(&request));
    let typed: String = form
        .login
        .trim()
        .to_lowercase()
        .replace('\0', "\u{FFFD}")
        .chars()
        .take(300)
        .collect();
    let rules = vec![
        Rule::new("login", format!("{typed}|{network}"), 10, 10 * Time::MINUTE),
        Rule::new("login-network", &network, 100, 10 * Time::MINUTE),
    ];
    // Counted before the check, so that guesses in parallel count too; given back when the password was right.
    let taken = match state.limits.take(&state.db, rules, now).await {
        Ok(taken) => taken,
        Err(Error::TooMany { seconds }) => {
            let form = LoginForm {
                password: String::new(),
                ..form
            };
            let refused = login_page(
                &state,
                &viewer,
                &form,
                t.login_too_many(&failure::wait(t, seconds)),
            );
            return failure::retry_after(
                page::answer(StatusCode::TOO_MANY_REQUESTS, &refused)?,
                seconds,
            );
        }
        Err(other) => return Err(other),
    };
    let wanted = typed.clone();
    let found = state
        .db
        .read(move |conn| store::by_login(conn, &wanted))
        .await?;
    let stored = found.as_ref().map(|f| f.password_hash.clone());
    // Goes on when the browser goes away: a right password is no failure, whoever waits for the answer.
    let (checking, typed) = (state.clone(), form.password.clone());
    let checked = rt::spawn(async move {
        let verdict = password::verify(&checking, typed, stored).await;
        if verdict.as_ref().map_or(true, |verdict| verdict.right) {
            checking.limits.refund(&checking.db, taken).await?;
        }
        verdict
    });
    let verdict = checked.await.map_err(Error::broken)??;
    let Some(found) = found.filter(|_| verdict.right) else {
        return login_page(&state, &viewer, &form, t.login_wrong()).answer();
    };
    let site = state.site();
    let known = [site.name.as_str(), &found.username, &found.email];
    let mut due = found.password_due;
    if due && NewPassword::parse(t, &form.password, For::Staff, &known).is_ok() {
        let id = found.id;
        state
            .db
            .write(move |conn| store::password_suffices(conn, id))
            .await?;
        due = false;
    }
    if verdict.outdated
        && let Ok(same) = NewPassword::parse(t, &form.password, For::Reader, &[])
    {
        let (id, hash) = (found.id, password::hash(&state, same).await?);
        state
            .db
            .write(move |conn| store::set_password(conn, id, &hash))
            .await?;
    }
    begin(&session, &request, found.id)?;
    Ok(page::see_other(if due {
        paths::ACCOUNT_PASSWORD
    } else {
        paths::local(&form.next)
    }))
}

fn join_page(state: &State, viewer: &Viewer, given: &JoinForm, errors: &JoinErrors) -> FormPage {
    let t = state.t();
    let next = paths::local(&given.next);
    FormPage {
        page: Page::new(state, viewer, &t.join_heading())
            .at(state, paths::JOIN)
            .unlisted(),
        t,
        heading: t.join_heading(),
        intro: t.join_intro(),
        alert: errors.alert.clone(),
        done: String::new(),
        action: paths::JOIN.into(),
        fields: vec![
            Field::text("username", t.field_username())
                .hint(t.username_hint())
                .value(&given.username)
                .autocomplete("username")
                .most(30)
                .judged(&errors.username),
            Field::email("email", t.field_email())
                .hint(t.email_hint())
                .value(&given.email)
                .judged(&errors.email),
            Field::password("password", t.field_password(), "new-password")
                .hint(t.password_hint(For::Reader.least() as i64))
                .judged(&errors.password),
            Field::hidden("next", next),
        ],
        button: t.join_button(),
        more: vec![Link {
            href: paths::login(next),
            text: t.join_to_login(),
        }],
    }
}

struct JoinErrors {
    alert: String,
    username: Result<(), String>,
    email: Result<(), String>,
    password: Result<(), String>,
}

impl JoinErrors {
    fn none() -> JoinErrors {
        JoinErrors {
            alert: String::new(),
            username: Ok(()),
            email: Ok(()),
            password: Ok(()),
        }
    }
}

/// `GET /join`
pub async fn join(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let next = next_of(&request);
    if viewer.account().is_some() {
        return Ok(page::see_other(&next));
    }
    if !state.site().join_open {
        return closed(&state, &viewer, StatusCode::OK);
    }
    join_page(
        &state,
        &viewer,
        &JoinForm {
            next,
            ..JoinForm::default()
        },
        &JoinErrors::none(),
    )
    .answer()
}

fn closed(state: &State, viewer: &Viewer, status: StatusCode) -> Result<HttpResponse, Error> {
    let t = state.t();
    let form = FormPage {
        intro: t.join_closed(),
        fields: Vec::new(),
        button: String::new(),
        ..join_page(state, viewer, &JoinForm::default(), &JoinErrors::none())
    };
    page::answer(status, &form)
}

/// `POST /join`: signs in at once.
pub async fn create(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: Posted,
) -> Result<HttpResponse, Error> {
    let form: JoinForm = posted.read()?;
    let (t, now, site) = (state.t(), Time::now(), state.site());
    if !site.join_open {
        return closed(&state, &viewer, StatusCode::FORBIDDEN);
    }
    let username = Username::parse(t, &form.username).and_then(|u| {
        if u.is_reserved() {
            Err(t.username_reserved())
        } else {
            Ok(u)
        }
    });
    let email = Email::parse(t, &form.email);
    let password = NewPassword::parse(
        t,
        &form.password,
        For::Reader,
        &[&site.name, &form.username, &form.email],
    );
    let mut errors = JoinErrors {
        alert: String::new(),
        username: username.as_ref().map(|_| ()).map_err(Clone::clone),
        email: email.as_ref().map(|_| ()).map_err(Clone::clone),
        password: password.as_ref().map(|_| ()).map_err(Clone::clone),
    };
    let (Ok(username), Ok(email), Ok(password)) = (username, email, password) else {
        if let Err(Error::TooMany { seconds }) = state
            .limits
            .refused(&state.db, &network_of(&request), now)
            .await
        {
            return too_many(&state, &viewer, &form, seconds);
        }
        return join_page(&state, &viewer, &form, &errors).answer();
    };
    // Before the hash is paid for: is it free, and may this network make another?
    let (asked_name, asked_mail) = (username.clone(), email.clone());
    let taken = state
        .db
        .read(move |conn| store::taken(conn, &asked_name, &asked_mail))
        .await?;
    if let Some(taken) = taken {
        errors.mark(t, taken);
        return join_page(&state, &viewer, &form, &errors).answer();
    }
    let rules = vec![Rule::new("join", network_of(&request), 10, Time::HOUR)];
    let taken = match state.limits.take(&state.db, rules, now).await {
        Err(Error::TooMany { seconds }) => return too_many(&state, &viewer, &form, seconds),
        other => other?,
    };
    let made = make(&state, username, email, password, now).await;
    if !matches!(made, Ok(Ok(_))) {
        state.limits.refund(&state.db, taken).await?;
    }
    match made? {
        Ok(id) => {
            begin(&session, &request, id)?;
            Ok(page::see_other(paths::local(&form.next)))
        }
        Err(taken) => {
            errors.mark(t, taken);
            join_page(&state, &viewer, &form, &errors).answer()
        }
    }
}

async fn make(
    state: &State,
    username: Username,
    email: Email,
    password: NewPassword,
    now: Time,
) -> Result<Result<i64, Taken>, Error> {
    let password_hash = password::hash(state, password).await?;
    let new = New {
        username,
        email,
        password_hash,
        is_admin: false,
        is_sample: false,
        now,
    };
    state.db.write(move |conn| store::create(conn, &new)).await
}

fn too_many(
    state: &State,
    viewer: &Viewer,
    form: &JoinForm,
    seconds: i64,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let errors = JoinErrors {
        alert: t.join_too_many(&failure::wait(t, seconds)),
        ..JoinErrors::none()
    };
    failure::retry_after(
        page::answer(
            StatusCode::TOO_MANY_REQUESTS,
            &join_page(state, viewer, form, &errors),
        )?,
        seconds,
    )
}

impl JoinErrors {
    fn mark(&mut self, t: crate::interface::Interface, taken: Taken) {
        match taken {
            Taken::Username => self.username = Err(t.username_taken()),
            Taken::Email => self.email = Err(t.email_taken()),
        }
    }
}

/// `POST /logout`
pub async fn log_out(session: Session) -> Result<HttpResponse, Error> {
    session.purge();
    Ok(page::see_other(paths::FRONT))
}
