//! `/login/oidc/callback` for someone whom the provider vouches for and who has no connected account yet: it is connected by its
//! password, or created.

use super::auth::log_in_rules;
use super::sign_in::{SignIn, go_on};
use crate::accounts::HeldBecause;
use crate::accounts::identities::{self, NewPerson};
use crate::accounts::joining;
use crate::accounts::oidc::Person;
use crate::accounts::store::{self, Login, RegistrationConflict};
use crate::accounts::{Email, Username, password, verification};
use crate::config::Provider;
use crate::db::Time;
use crate::error::Error;
use crate::paths;
use crate::web::fields::{Field, FormPage, Link};
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, State, Viewer, error_pages, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Whom the provider has vouched for, until they have an account.
pub(super) const PERSON: &str = "oidc-person";

pub(super) fn provider(state: &State) -> Result<&Provider, Error> {
    state.config.provider.as_ref().ok_or(Error::NotFound)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProviderJoinForm {
    username: String,
    email: String,
    password: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ProviderJoinErrors {
    alert: String,
    username: String,
    email: String,
    password: String,
}

/// The account that has the address which the provider vouches for.
async fn owner(state: &State, person: &Person) -> Result<Option<Login>, Error> {
    if !person.email_verified || person.email.is_empty() {
        return Ok(None);
    }
    let email = Email::stored(&person.email);
    let wanted = email.clone();
    let found = state
        .db
        .read(move |conn| store::find_by_login(conn, wanted.as_str()))
        .await?;
    Ok(found.filter(|found| found.email_is(&email)))
}

/// The page for someone who has no connected account: an account with their address is connected by its password, else they choose a
/// username.
pub(super) async fn ask_to_join(
    state: &State,
    person: &Person,
    form: &ProviderJoinForm,
    errors: &ProviderJoinErrors,
) -> Result<HttpResponse, Error> {
    let (t, name) = (state.t(), &provider(state)?.name);
    let page = Page::new(state, &Viewer(None), &t.oidc_join_heading(name)).unlisted();
    let mut view = FormPage {
        alert: errors.alert.clone(),
        ..FormPage::new(
            page,
            t.oidc_join_heading(name),
            paths::LOGIN_OIDC_CALLBACK,
            t.oidc_connect(),
        )
    };
    if let Some(owner) = owner(state, person).await? {
        view.intro = t.oidc_known(&owner.username, &person.email, name);
        view.fields = vec![
            Field::password("password", t.field_password(), "current-password")
                .judged(&judged(&errors.password)),
        ];
        // A mail proves it as well: with a new password.
        view.more = vec![Link {
            href: paths::FORGOT.into(),
            text: t.login_forgot(),
        }];
    } else if state.site().join_open {
        ask_username(state, person, form, errors, &mut view)?;
    } else {
        view.intro = t.join_closed();
        view.button = String::new();
    }
    view.answer()
}

fn judged(error: &str) -> Result<(), String> {
    match error.is_empty() {
        true => Ok(()),
        false => Err(error.to_owned()),
    }
}

/// The form for a new account.
fn ask_username(
    state: &State,
    person: &Person,
    form: &ProviderJoinForm,
    errors: &ProviderJoinErrors,
    view: &mut FormPage,
) -> Result<(), Error> {
    let (t, name) = (state.t(), &provider(state)?.name);
    let suggested = match form.username.is_empty() {
        true => &person.name,
        false => &form.username,
    };
    view.intro = t.oidc_new(name);
    view.button = t.join_button();
    view.fields = vec![
        Field::text("username", t.field_username())
            .hint(t.username_hint())
            .value(suggested)
            .autocomplete("username")
            .most(30)
            .judged(&judged(&errors.username)),
    ];
    if !person.email_verified {
        let given = match form.email.is_empty() {
            true => &person.email,
            false => &form.email,
        };
        let email = Field::email("email", t.field_email()).hint(t.email_hint());
        view.fields
            .push(email.value(given).judged(&judged(&errors.email)));
    }
    view.more = vec![
        Link {
            href: paths::GUIDELINES.into(),
            text: t.guidelines_heading(),
        },
        Link {
            href: paths::PRIVACY.into(),
            text: t.privacy_heading(),
        },
    ];
    Ok(())
}

/// `POST /login/oidc/callback`: connects or creates the account.
pub async fn finish(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    provider(&state)?;
    let person = session.get::<Person>(PERSON).ok().flatten();
    let Some(person) = person.filter(|_| viewer.account().is_none()) else {
        return Ok(page::see_other(paths::LOGIN));
    };
    let form: ProviderJoinForm = posted.read()?;
    let joined = match owner(&state, &person).await? {
        Some(owner) => by_password(&state, &request, &person, &form, owner).await,
        None => join(&state, &request, &person, &form).await,
    };
    match joined {
        Ok(Ok(account)) => log_in(&state, &request, &session, account, &person.next).await,
        Ok(Err(errors)) => ask_to_join(&state, &person, &form, &errors).await,
        Err(Error::TooMany { seconds }) => {
            let t = state.t();
            let errors = ProviderJoinErrors {
                alert: t.login_too_many(&error_pages::wait(t, seconds)),
                ..ProviderJoinErrors::default()
            };
            let mut response = ask_to_join(&state, &person, &form, &errors).await?;
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            error_pages::retry_after(response, seconds)
        }
        Err(other) => Err(other),
    }
}

/// Connects the account with this address, if the password is right. Wrong ones count as at log-in.
async fn by_password(
    state: &State,
    request: &HttpRequest,
    person: &Person,
    form: &ProviderJoinForm,
    owner: Login,
) -> Result<Result<i64, ProviderJoinErrors>, Error> {
    let network = network_of(request);
    let rules = log_in_rules(&person.email.to_lowercase(), &network, false);
    let now = state.db.now();
    let counted = state.limits.take(&state.db, rules, now).await?;
    let stored = Some(owner.password_hash.clone());
    if !password::verify(state, form.password.clone(), stored)
        .await?
        .right
    {
        return Ok(Err(ProviderJoinErrors {
            password: state.t().password_wrong(),
            ..ProviderJoinErrors::default()
        }));
    }
    state.limits.refund(&state.db, counted).await?;
    let (issuer, subject) = (person.issuer.clone(), person.subject.clone());
    let connected = state.db.write(move |conn| {
        // They have proved it twice: here by the password, there to the provider.
        verification::mark_verified(conn, owner.id, now)?;
        identities::connect(conn, owner.id, &issuer, &subject, now)
    });
    match connected.await? {
        true => Ok(Ok(owner.id)),
        false => Err(Error::Conflict(state.t().oidc_other_account())),
    }
}

/// The username and address of a new account.
async fn names(
    state: &State,
    person: &Person,
    form: &ProviderJoinForm,
) -> Result<Result<(Username, Email), ProviderJoinErrors>, Error> {
    let t = state.t();
    let username = Username::parse(t, &form.username).and_then(|name| match name.is_reserved() {
        true => Err(t.username_reserved()),
        false => Ok(name),
    });
    let mut email = match person.email_verified {
        true => Email::parse(t, &person.email),
        false => Email::parse(t, &form.email),
    };
    if let Ok(given) = email.clone() {
        let data = state.config.data.clone();
        let blocked = tokio::task::spawn_blocking(move || joining::is_blocked(&data, &given));
        if blocked.await.map_err(Error::internal)? {
            email = Err(t.email_blocked());
        }
    }
    match (username, email) {
        (Ok(username), Ok(email)) => Ok(Ok((username, email))),
        (username, email) => {
            let errors = ProviderJoinErrors {
                username: username.err().unwrap_or_default(),
                email: email.as_ref().err().cloned().unwrap_or_default(),
                alert: match person.email_verified {
                    true => email.err().unwrap_or_default(),
                    false => String::new(),
                },
                ..ProviderJoinErrors::default()
            };
            Ok(Err(errors))
        }
    }
}

/// Creates an account.
async fn join(
    state: &State,
    request: &HttpRequest,
    person: &Person,
    form: &ProviderJoinForm,
) -> Result<Result<i64, ProviderJoinErrors>, Error> {
    let (t, now, site) = (state.t(), state.db.now(), state.site());
    if !site.join_open {
        return Ok(Err(ProviderJoinErrors {
            alert: t.join_closed(),
            ..ProviderJoinErrors::default()
        }));
    }
    let (username, email) = match names(state, person, form).await? {
        Ok(names) => names,
        Err(errors) => return Ok(Err(errors)),
    };
    let rules = vec![Rule::new("join", network_of(request), 10, Time::HOUR)];
    let counted = state.limits.take(&state.db, rules, now).await?;
    let new = NewPerson {
        username,
        email,
        email_verified: person.email_verified,
        issuer: person.issuer.clone(),
        subject: person.subject.clone(),
        held: site.approves_joins.then_some(HeldBecause::Setting),
    };
    let created = state
        .db
        .write(move |conn| identities::create(conn, &new, now))
        .await?;
    match created {
        Ok(account) => Ok(Ok(account)),
        Err(conflict) => {
            state.limits.refund(&state.db, counted).await?;
            let mut errors = ProviderJoinErrors::default();
            match conflict {
                RegistrationConflict::Username => errors.username = t.username_taken(),
                RegistrationConflict::Lookalike => errors.username = t.name_lookalike(),
                RegistrationConflict::Email => errors.email = t.email_taken(),
            }
            Ok(Err(errors))
        }
    }
}

/// Logs in to an account; one with a second factor of its own is asked for it.
pub(super) async fn log_in(
    state: &State,
    request: &HttpRequest,
    session: &Session,
    account: i64,
    next: &str,
) -> Result<HttpResponse, Error> {
    let login = state.db.read(move |conn| store::login_by_id(conn, account));
    let login = login.await?;
    let sign_in = SignIn {
        login,
        proof: Proof::Provider,
        must_change_password: false,
        suffices: false,
        rehashed: None,
    };
    match go_on(state, request, session, sign_in, next).await? {
        Some(response) => Ok(response),
        None => Ok(page::see_other(paths::LOGIN)),
    }
}
