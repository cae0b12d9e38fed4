//! `/invite/{token}`: the invited create their account.

use super::links;
use crate::accounts::Username;
use crate::accounts::invitations::{self, Open};
use crate::accounts::password::{self, NewPassword, PasswordCandidate, PasswordPolicy};
use crate::accounts::store::RegistrationConflict;
use crate::error::Error;
use crate::paths;
use crate::sessions::{LoggedIn, begin};
use crate::web::fields::{Field, FormPage};
use crate::web::viewer::{Proof, is_deleted};
use crate::web::{FormBody, Page, Shared, State, Viewer, page};
use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AcceptForm {
    username: String,
    password: String,
}

fn policy(state: &State, invitation: &Open) -> PasswordPolicy {
    PasswordPolicy::of(&state.site(), invitation.granted().any(), false)
}

fn accept_page(
    state: &State,
    token: &str,
    invitation: &Open,
    form: &AcceptForm,
    (username, password): (&Result<(), String>, &Result<(), String>),
) -> Result<HttpResponse, Error> {
    let (t, site) = (state.t(), state.site());
    let least = policy(state, invitation).min_length() as i64;
    let form = FormPage {
        page: Page::new(state, &Viewer(None), &t.invite_heading(&site.name)).unlisted(),
        t,
        heading: t.invite_heading(&site.name),
        intro: t.invite_intro(&invitation.email, &invitation.roles),
        alert: String::new(),
        done: String::new(),
        action: paths::invite(token),
        fields: vec![
            Field::text("username", t.field_username())
                .hint(t.username_hint())
                .value(&form.username)
                .autocomplete("username")
                .most(30)
                .judged(username),
            Field::password("password", t.field_password(), "new-password")
                .hint(t.password_hint(least))
                .judged(password),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.invite_button(),
        more: Vec::new(),
    };
    links::secret_address(form.answer())
}

/// The invitation of a link.
///
/// # Errors
/// `NotFound` for one that is unknown or over; `Refused` while joining is closed.
async fn invitation(state: &State, token: &str) -> Result<Open, Error> {
    let (asked, now) = (token.to_owned(), state.db.now());
    let found = state
        .db
        .read(move |conn| invitations::by_token(conn, &asked, now));
    let found = found.await?;
    match state.site().invitations_open {
        true => Ok(found),
        false => Err(Error::Refused(state.t().join_closed())),
    }
}

/// `GET /invite/{token}`
pub async fn show(state: Shared, token: web::Path<String>) -> Result<HttpResponse, Error> {
    let invitation = invitation(&state, &token).await?;
    let form = AcceptForm::default();
    accept_page(&state, &token, &invitation, &form, (&Ok(()), &Ok(())))
}

/// `POST /invite/{token}`: creates the account and logs in.
pub async fn accept(
    state: Shared,
    request: HttpRequest,
    session: Session,
    token: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let invitation = invitation(&state, &token).await?;
    let now = state.db.now();
    let form: AcceptForm = posted.read()?;
    let t = state.t();
    let username =
        Username::parse(t, &form.username).and_then(|name| match is_deleted(name.as_str()) {
            true => Err(t.username_reserved()),
            false => Ok(name),
        });
    let new = strong(&state, &form, &invitation).await?;
    let (username, new) = match (username, new) {
        (Ok(username), Ok(new)) => (username, new),
        (username, new) => {
            let judged = (&username.map(|_| ()), &new.map(|_| ()));
            return accept_page(&state, &token, &invitation, &form, judged);
        }
    };
    let hash = password::hash(&state, new).await?;
    let given = token.clone();
    let made = state
        .db
        .write(move |conn| invitations::accept(conn, &given, &username, &hash, now));
    match made.await? {
        Ok(account) => {
            let login = LoggedIn {
                account,
                password_version: 0,
                must_change_password: false,
                proof: Proof::Password,
            };
            begin(&session, &request, login)?;
            Ok(page::see_other(match invitation.granted().any() {
                true => paths::ADMIN,
                false => paths::FRONT,
            }))
        }
        Err(taken) => {
            let why = match taken {
                RegistrationConflict::Email => t.email_taken(),
                _ => t.username_taken(),
            };
            accept_page(&state, &token, &invitation, &form, (&Err(why), &Ok(())))
        }
    }
}

async fn strong(
    state: &State,
    form: &AcceptForm,
    invitation: &Open,
) -> Result<Result<NewPassword, String>, Error> {
    match PasswordCandidate::parse(state.t(), &form.password, policy(state, invitation)) {
        Ok(candidate) => {
            let known = vec![
                state.site().name.clone(),
                form.username.clone(),
                invitation.email.clone(),
            ];
            password::check_strength(state, candidate, known).await
        }
        Err(why) => Ok(Err(why)),
    }
}
