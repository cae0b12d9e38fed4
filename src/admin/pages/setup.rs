//! `/setup/{token}`: creates the first admin, by the one-time link that `serve` prints.

use crate::accounts::password::{self, NewPassword, PasswordCandidate, PasswordPolicy};
use crate::accounts::store::{self, New, RegistrationConflict};
use crate::accounts::{Email, Username, verification};
use crate::db::lock;
use crate::error::Error;
use crate::paths;
use crate::search;
use crate::sessions::{LoggedIn, begin};
use crate::web::fields::{Field, FormPage};
use crate::web::settings;
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, State, Viewer, page};
use crate::{admin, articles};
use actix_session::Session;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SetupForm {
    username: String,
    email: String,
    password: String,
    site_name: String,
}

type FieldResult = Result<(), String>;

fn setup_page(
    state: &State,
    viewer: &Viewer,
    token: &str,
    given: &SetupForm,
    judged: [&FieldResult; 4],
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let [site_name, username, email, password] = judged;
    let form = FormPage {
        page: Page::new(state, viewer, &t.setup_heading()).unlisted(),
        t,
        heading: t.setup_heading(),
        intro: t.setup_intro(),
        alert: String::new(),
        done: String::new(),
        action: paths::setup(token),
        fields: vec![
            Field::text("site_name", t.field_site_name())
                .hint(t.site_name_hint())
                .value(&given.site_name)
                .most(80)
                .judged(site_name),
            Field::text("username", t.field_username())
                .hint(t.username_hint())
                .value(&given.username)
                .autocomplete("username")
                .most(30)
                .judged(username),
            Field::email("email", t.field_email())
                .hint(t.email_hint())
                .value(&given.email)
                .judged(email),
            Field::password("password", t.field_password(), "new-password")
                .hint(t.password_hint(PasswordPolicy::staff(&state.site()).min_length() as i64))
                .judged(password),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.setup_button(),
        more: Vec::new(),
    };
    let mut response = form.answer()?;
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        header::HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

/// Checks that this is the latest setup link, and that there is no admin yet.
///
/// # Errors
/// `NotFound` otherwise.
fn check_setup_token(conn: &mut crate::db::Conn, token: &str) -> Result<(), Error> {
    if admin::store::is_setup_token(conn, token)? && !store::has_admin(conn)? {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// `GET /setup/{token}`
pub async fn setup(
    state: Shared,
    viewer: Viewer,
    token: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    state
        .db
        .read(move |conn| check_setup_token(conn, &asked))
        .await?;
    let given = SetupForm {
        site_name: state.site().name.clone(),
        ..SetupForm::default()
    };
    setup_page(
        &state,
        &viewer,
        &token,
        &given,
        [&Ok(()), &Ok(()), &Ok(()), &Ok(())],
    )
}

async fn check_password(
    state: &State,
    form: &SetupForm,
) -> Result<Result<NewPassword, String>, Error> {
    match PasswordCandidate::parse(
        state.t(),
        &form.password,
        PasswordPolicy::staff(&state.site()),
    ) {
        Ok(candidate) => {
            let typed = [&form.site_name, &form.username, &form.email];
            password::check_strength(state, candidate, typed.map(Clone::clone).into()).await
        }
        Err(why) => Ok(Err(why)),
    }
}

/// Creates the first admin and sets the site's name, if the link is still good.
async fn create_admin(
    state: &State,
    token: String,
    account: New,
    site_name: String,
) -> Result<Result<i64, RegistrationConflict>, Error> {
    let (old_name, now) = (state.site().name.clone(), state.db.now());
    state
        .db
        .write(move |conn| {
            lock(conn, "setup")?;
            check_setup_token(conn, &token)?;
            let made = store::create(conn, &account)?;
            if made.is_ok() {
                admin::store::set(conn, "site_name", &site_name)?;
                if articles::names::rename_author(conn, &old_name, &site_name)? {
                    search::index::start_over(conn, now)?;
                }
                admin::store::forget(conn, "setup_token")?;
            }
            if let Ok(account) = &made {
                verification::send_verification(conn, *account, now)?;
            }
            Ok(made)
        })
        .await
}

/// `POST /setup/{token}`: creates the admin, sets the site's name, logs in.
pub async fn install(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    token: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let token = token.into_inner();
    let asked = token.clone();
    state
        .db
        .read(move |conn| check_setup_token(conn, &asked))
        .await?;
    let form: SetupForm = posted.read()?;
    let t = state.t();
    let username = Username::parse(t, &form.username);
    let email = Email::parse(t, &form.email);
    let new = check_password(&state, &form).await?;
    let site_name = settings::SITE_NAME.parse(t, &form.site_name);
    let plain = |r: Result<(), &String>| r.map_err(Clone::clone);
    let mut judged = [
        plain(site_name.as_ref().map(|_| ())),
        plain(username.as_ref().map(|_| ())),
        plain(email.as_ref().map(|_| ())),
        plain(new.as_ref().map(|_| ())),
    ];
    let (Ok(site_name), Ok(username), Ok(email), Ok(new)) = (site_name, username, email, new)
    else {
        let [a, b, c, d] = &judged;
        return setup_page(&state, &viewer, &token, &form, [a, b, c, d]);
    };
    let account = New {
        username,
        email,
        password_hash: password::hash(&state, new).await?,
        is_admin: true,
        is_sample: false,
        held: None,
        now: state.db.now(),
    };
    let made = create_admin(&state, token.clone(), account, site_name).await?;
    match made {
        Ok(id) => {
            state.refresh_site().await?;
            let login = LoggedIn {
                account: id,
                password_version: 0,
                must_change_password: false,
                proof: Proof::Password,
            };
            begin(&session, &request, login)?;
            Ok(page::see_other(paths::ADMIN))
        }
        Err(taken) => {
            match taken {
                RegistrationConflict::Username | RegistrationConflict::Lookalike => {
                    judged[1] = Err(t.username_taken())
                }
                RegistrationConflict::Email => judged[2] = Err(t.email_taken()),
            }
            let [a, b, c, d] = &judged;
            setup_page(&state, &viewer, &token, &form, [a, b, c, d])
        }
    }
}
