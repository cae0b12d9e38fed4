//! `/join`: registration of a new account.

use super::auth::{next_of, password_context};
use super::{hold, sign_in};
use crate::accounts::HeldBecause;
use crate::accounts::history::{self, Device};
use crate::accounts::joining;
use crate::accounts::password::{self, NewPassword, PasswordCandidate, PasswordPolicy};
use crate::accounts::store::{self, New, RegistrationConflict};
use crate::accounts::{Email, Username};
use crate::accounts::{proof_of_work, verification};
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::{LoggedIn, begin};
use crate::text::token;
use crate::web::device_cookie;
use crate::web::fields::{Field, FormPage, Link};
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::settings;
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, State, Viewer, error_pages, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct JoinForm {
    username: String,
    email: String,
    password: String,
    next: String,
    /// Hidden from people; programs fill it in.
    homepage: String,
    /// The result of the browser's calculation.
    proof: String,
    /// What the calculation is about; not a field.
    #[serde(skip)]
    challenge: String,
}

/// The form with the calculation that browsers do, where the settings ask for one.
async fn with_challenge(
    state: &State,
    request: &HttpRequest,
    form: JoinForm,
) -> Result<JoinForm, Error> {
    if !state.site().needs_join_proof {
        return Ok(form);
    }
    let (network, now) = (network_of(request), state.db.now());
    let made = state
        .db
        .read(move |conn| proof_of_work::challenge(conn, &network, now));
    Ok(JoinForm {
        challenge: made.await?,
        ..form
    })
}

fn join_page(state: &State, viewer: &Viewer, given: &JoinForm, errors: &JoinErrors) -> FormPage {
    let next = paths::local(&given.next);
    let mut page = join_form(state, viewer, given, errors, next);
    if !given.challenge.is_empty() {
        let field = Field::work("proof", &given.challenge, proof_of_work::BITS);
        page.fields.push(field);
    }
    page
}

fn join_form(
    state: &State,
    viewer: &Viewer,
    given: &JoinForm,
    errors: &JoinErrors,
    next: &str,
) -> FormPage {
    let t = state.t();
    FormPage {
        page: Page::new(state, viewer, &t.join_heading())
            .at(state, paths::JOIN)
            .unlisted(),
        t,
        heading: t.join_heading(),
        intro: match state.site().approves_joins {
            true => t.join_intro_approval(),
            false => t.join_intro(),
        },
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
                .hint(t.password_hint(PasswordPolicy::READER.min_length() as i64))
                .judged(&errors.password),
            Field::trap("homepage"),
            Field::hidden("next", next),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.join_button(),
        more: vec![
            Link {
                href: paths::login(next),
                text: t.join_to_login(),
            },
            Link {
                href: paths::GUIDELINES.into(),
                text: t.guidelines_heading(),
            },
            Link {
                href: paths::PRIVACY.into(),
                text: t.privacy_heading(),
            },
        ],
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
    let form = JoinForm {
        next,
        ..JoinForm::default()
    };
    let form = with_challenge(&state, &request, form).await?;
    join_page(&state, &viewer, &form, &JoinErrors::none()).answer()
}

fn closed(state: &State, viewer: &Viewer, status: StatusCode) -> Result<HttpResponse, Error> {
    let t = state.t();
    let why = match state.site().value(&settings::JOIN) {
        "invited" => t.join_invited_only(),
        _ => t.join_closed(),
    };
    let form = FormPage {
        intro: why.clone(),
        fields: Vec::new(),
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: String::new(),
        ..join_page(state, viewer, &JoinForm::default(), &JoinErrors::none())
    };
    page::refused(status, &form, vec![("", why)])
}

/// `POST /join`: creates the account and logs in. Cheap checks come first, then the rate limit, then CPU-intensive
/// work.
pub async fn create(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: JoinForm = with_challenge(&state, &request, posted.read()?).await?;
    let (t, now, network) = (state.t(), state.db.now(), network_of(&request));
    if !state.site().join_open {
        return closed(&state, &viewer, StatusCode::FORBIDDEN);
    }
    let tries = match state.limits.try_form(&state.db, &network, now).await {
        Err(Error::TooMany { seconds }) => return too_many(&state, &viewer, &form, seconds),
        other => other?,
    };
    let asked = match ValidJoin::parse(&state, &form).await? {
        Ok(asked) => asked,
        Err(errors) => return join_page(&state, &viewer, &form, &errors).answer(),
    };
    let rules = vec![Rule::new("join", &network, 10, Time::HOUR)];
    let counted = match state.limits.take(&state.db, rules, now).await {
        Err(Error::TooMany { seconds }) => {
            return too_many(&state, &viewer, &form, seconds);
        }
        other => other?,
    };
    let held = hold::held(
        &state,
        (&form.homepage, &form.proof),
        &asked.email,
        &network,
    )
    .await?;
    let (device, cookie) = sign_in::device(&state, &request)?;
    let made = create_account(&state, asked, held, (device, &cookie), now).await;
    if !matches!(made, Ok(Ok(_))) {
        state.limits.refund(&state.db, counted).await?;
    }
    match made? {
        Ok(account) => {
            state.limits.refund(&state.db, tries).await?;
            let login = LoggedIn {
                account,
                password_version: 0,
                must_change_password: false,
                proof: Proof::Password,
            };
            begin(&session, &request, login)?;
            let mut response = page::see_other(paths::local(&form.next));
            device_cookie::set(&mut response, &cookie);
            Ok(response)
        }
        Err(taken) => {
            let errors = JoinErrors::taken(t, taken);
            join_page(&state, &viewer, &form, &errors).answer()
        }
    }
}

/// The validated fields of a new account.
struct ValidJoin {
    username: Username,
    email: Email,
    password: NewPassword,
}

impl ValidJoin {
    /// Validates the fields; the password last, because its check costs most.
    async fn parse(state: &State, form: &JoinForm) -> Result<Result<ValidJoin, JoinErrors>, Error> {
        let t = state.t();
        let username = Username::parse(t, &form.username).and_then(|u| {
            if u.is_reserved() {
                Err(t.username_reserved())
            } else {
                Ok(u)
            }
        });
        let mut email = Email::parse(t, &form.email);
        if let Ok(given) = email.clone() {
            let data = state.config.data.clone();
            let blocked = tokio::task::spawn_blocking(move || joining::is_blocked(&data, &given));
            if blocked.await.map_err(Error::internal)? {
                email = Err(t.email_blocked());
            }
        }
        let password = PasswordCandidate::parse(t, &form.password, PasswordPolicy::READER);
        let (Ok(username), Ok(email), Ok(candidate)) = (&username, &email, &password) else {
            return Ok(Err(JoinErrors {
                alert: String::new(),
                username: username.map(|_| ()),
                email: email.map(|_| ()),
                password: password.map(|_| ()),
            }));
        };
        let (asked_name, asked_mail) = (username.clone(), email.clone());
        let taken = state
            .db
            .read(move |conn| store::registration_conflict(conn, &asked_name, &asked_mail))
            .await?;
        if let Some(taken) = taken {
            return Ok(Err(JoinErrors::taken(t, taken)));
        }
        let known = password_context(state, username.as_str(), email.as_str());
        Ok(
            match password::check_strength(state, candidate.clone(), known).await? {
                Ok(password) => Ok(ValidJoin {
                    username: username.clone(),
                    email: email.clone(),
                    password,
                }),
                Err(why) => Err(JoinErrors {
                    password: Err(why),
                    ..JoinErrors::none()
                }),
            },
        )
    }
}

async fn create_account(
    state: &State,
    asked: ValidJoin,
    held: Option<HeldBecause>,
    (device, cookie): (Device, &str),
    now: Time,
) -> Result<Result<i64, RegistrationConflict>, Error> {
    let password_hash = password::hash(state, asked.password).await?;
    let new = New {
        username: asked.username,
        email: asked.email,
        password_hash,
        is_admin: false,
        is_sample: false,
        held,
        now,
    };
    let hash = token::hash(cookie);
    state
        .db
        .write(move |conn| {
            if let Some(taken) = store::registration_conflict(conn, &new.username, &new.email)? {
                return Ok(Err(taken));
            }
            let created = store::create(conn, &new)?;
            if let Ok(id) = created {
                history::record(conn, id, Proof::Password, (&device, &hash), true, now)?;
                verification::send_verification(conn, id, now)?;
            }
            Ok(created)
        })
        .await
}

fn too_many(
    state: &State,
    viewer: &Viewer,
    form: &JoinForm,
    seconds: i64,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let errors = JoinErrors {
        alert: t.join_too_many(&error_pages::wait(t, seconds)),
        ..JoinErrors::none()
    };
    error_pages::retry_after(
        join_page(state, viewer, form, &errors).refused(StatusCode::TOO_MANY_REQUESTS)?,
        seconds,
    )
}

impl JoinErrors {
    fn taken(t: Interface, taken: RegistrationConflict) -> JoinErrors {
        let mut errors = JoinErrors::none();
        match taken {
            RegistrationConflict::Username => errors.username = Err(t.username_taken()),
            RegistrationConflict::Lookalike => errors.username = Err(t.name_lookalike()),
            RegistrationConflict::Email => errors.email = Err(t.email_taken()),
        }
        errors
    }
}
