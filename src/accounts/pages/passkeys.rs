//! `/account/passkeys` and `/login/passkey`. Both need a script; codes of an app are the way without.

use super::sign_in::{SignIn, complete};
use crate::accounts::proof;
use crate::accounts::{passkeys, store};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::text;
use crate::web::form::unknown_field;
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::viewer::Proof;
use crate::web::{DateView, FormBody, Page, Shared, SignedIn, State, Viewer, assets, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use webauthn_rs::Webauthn;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential,
};

/// What a session keeps of a registration or log-in that has begun.
const STATE: &str = "passkey";

struct PasskeyView {
    id: i64,
    name: String,
    created: DateView,
    used: Option<DateView>,
}

#[derive(Template)]
#[template(path = "accounts/passkeys.html")]
struct PasskeysPage {
    page: Page,
    t: Interface,
    alert: String,
    rows: Vec<PasskeyView>,
    /// Recovery codes, shown once.
    codes: Vec<String>,
    /// Whether the site's address is one that passkeys work with.
    is_possible: bool,
    script: &'static str,
}

async fn passkeys_page(state: &State, account: &SignedIn) -> Result<PasskeysPage, Error> {
    let id = account.id;
    let rows = state.db.read(move |conn| passkeys::list(conn, id)).await?;
    let (t, site) = (state.t(), state.site());
    let view = |row: passkeys::Row| PasskeyView {
        id: row.id,
        name: row.name,
        created: DateView::day(&site, row.created_at),
        used: row.last_used_at.map(|at| DateView::minute(&site, at)),
    };
    Ok(PasskeysPage {
        page: Page::new(state, &account.viewer(), &t.passkeys_heading()).unlisted(),
        t,
        alert: String::new(),
        rows: rows.into_iter().map(view).collect(),
        codes: Vec::new(),
        is_possible: passkeys::relying_party(&state.config.base)?.is_some(),
        script: assets::PASSKEYS_JS,
    })
}

/// `GET /account/passkeys`
pub async fn index(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    page::ok(&passkeys_page(&state, &account).await?)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PasskeyForm {
    action: String,
    /// What the authenticator answered, as JSON.
    credential: String,
    name: String,
    id: String,
}

/// `POST /account/passkeys`
pub async fn change(
    state: Shared,
    account: SignedIn,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: PasskeyForm = posted.read()?;
    proof::require_fresh(&state, &account, paths::ACCOUNT_PASSKEYS)?;
    let now = state.db.now();
    let id = || form.id.parse::<i64>().map_err(|_| Error::NotFound);
    match form.action.as_str() {
        "begin" => begin(&state, &account, &session).await,
        "finish" => finish(&state, &account, &session, &form).await,
        "remove" => {
            let id = id()?;
            let work =
                move |conn: &mut Conn, who: &SignedIn| passkeys::remove(conn, who.id, id, now);
            sessions::write(&state, &account, work).await?;
            Ok(page::see_other(paths::ACCOUNT_PASSKEYS))
        }
        "rename" => {
            let (id, name) = (id()?, name_of(&state, &form.name)?);
            let work =
                move |conn: &mut Conn, who: &SignedIn| passkeys::rename(conn, who.id, id, &name);
            sessions::write(&state, &account, work).await?;
            Ok(page::see_other(paths::ACCOUNT_PASSKEYS))
        }
        _ => Err(unknown_field()),
    }
}

fn name_of(state: &State, given: &str) -> Result<String, Error> {
    let t = state.t();
    let name = text::clean_line(given).map_err(|_| Error::Refused(t.text_control_character()))?;
    match name.chars().count() {
        0 => Ok(t.passkey_unnamed()),
        length if length > passkeys::NAME_LENGTH => Err(Error::Refused(
            t.line_too_long(passkeys::NAME_LENGTH as i64),
        )),
        _ => Ok(name),
    }
}

fn relying_party(state: &State) -> Result<Webauthn, Error> {
    passkeys::relying_party(&state.config.base)?.ok_or(Error::NotFound)
}

/// What the browser asks an authenticator for, as JSON.
async fn begin(
    state: &State,
    account: &SignedIn,
    session: &Session,
) -> Result<HttpResponse, Error> {
    let (id, party) = (account.id, relying_party(state)?);
    let (handle, known) = state
        .db
        .read(move |conn| {
            let known = passkeys::credentials(conn, id)?;
            Ok((passkeys::user_handle(conn, id)?, known))
        })
        .await?;
    let known = known.iter().map(|key| key.cred_id().clone()).collect();
    let (mut asked, begun) = party
        .start_passkey_registration(handle, &account.username, account.shown_name(), Some(known))
        .map_err(Error::internal)?;
    // Discoverable, so that it can log in without a name: <https://www.w3.org/TR/webauthn-3/#enum-residentKeyRequirement>
    let mut json = serde_json::to_value(&mut asked).map_err(Error::internal)?;
    let selection = &mut json["publicKey"]["authenticatorSelection"];
    selection["residentKey"] = "required".into();
    selection["requireResidentKey"] = true.into();
    session.insert(STATE, begun).map_err(Error::internal)?;
    Ok(HttpResponse::Ok().json(json))
}

async fn finish(
    state: &State,
    account: &SignedIn,
    session: &Session,
    form: &PasskeyForm,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let refused = |why: String| async move {
        let mut page = passkeys_page(state, account).await?;
        page.alert = why.clone();
        page::refused(StatusCode::UNPROCESSABLE_ENTITY, &page, vec![("", why)])
    };
    let name = name_of(state, &form.name)?;
    let begun = session.get::<PasskeyRegistration>(STATE).ok().flatten();
    // It is used once, also when it fails.
    session.remove(STATE);
    let answer: Option<RegisterPublicKeyCredential> = serde_json::from_str(&form.credential).ok();
    let (Some(begun), Some(answer)) = (begun, answer) else {
        return refused(t.passkey_failed()).await;
    };
    let checked = relying_party(state)?.finish_passkey_registration(&answer, &begun);
    let passkey = match checked {
        Ok(passkey) => passkey,
        Err(error) => {
            tracing::info!(account = account.id, %error, "a passkey was refused");
            return refused(t.passkey_failed()).await;
        }
    };
    let now = state.db.now();
    let added = sessions::write(state, account, move |conn, who: &SignedIn| {
        passkeys::add(conn, who.id, &name, &passkey, now)
    });
    match added.await? {
        None => refused(t.passkey_known()).await,
        Some(codes) if codes.is_empty() => Ok(page::see_other(paths::ACCOUNT_PASSKEYS)),
        Some(codes) => {
            let mut page = passkeys_page(state, account).await?;
            page.codes = codes;
            page::ok(&page)
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LoginForm {
    action: String,
    credential: String,
    next: String,
}

/// `POST /login/passkey`: logs in, completes a log-in that waits for its second factor, or, for who is signed in already, proves who
/// they are.
pub async fn log_in(
    state: Shared,
    sessions: web::Data<Sessions>,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: LoginForm = posted.read()?;
    let party = relying_party(&state)?;
    let rules = vec![Rule::new(
        "passkey",
        network_of(&request),
        100,
        10 * Time::MINUTE,
    )];
    state.limits.take(&state.db, rules, state.db.now()).await?;
    match form.action.as_str() {
        "begin" => {
            let (asked, begun) = party
                .start_discoverable_authentication()
                .map_err(Error::internal)?;
            session.insert(STATE, begun).map_err(Error::internal)?;
            Ok(HttpResponse::Ok().json(asked))
        }
        "finish" => {
            let begun = session
                .get::<DiscoverableAuthentication>(STATE)
                .ok()
                .flatten();
            session.remove(STATE);
            let Some((account, next)) = check(&state, &party, begun, &form).await? else {
                return refused(&state, &viewer);
            };
            if let Some(who) = viewer.account() {
                if who.id != account {
                    return refused(&state, &viewer);
                }
                sessions.prove(who, Proof::Passkey).await?;
                return Ok(page::see_other(paths::local(&next)));
            }
            let pending = sessions::pending(&session);
            let next = match pending {
                Some((_, next)) if !next.is_empty() => next,
                _ => next,
            };
            let login = state.db.read(move |conn| store::login_by_id(conn, account));
            let sign_in = SignIn {
                login: login.await?,
                proof: Proof::Passkey,
                must_change_password: false,
                suffices: false,
                rehashed: None,
            };
            match complete(&state, &request, &session, sign_in, &next).await? {
                Some(response) => Ok(response),
                None => refused(&state, &viewer),
            }
        }
        _ => Err(unknown_field()),
    }
}

/// Checks the answer of an authenticator: whose account it is for, and where to go on. `None`: it is none of this site's, or not for
/// what was asked.
async fn check(
    state: &State,
    party: &Webauthn,
    begun: Option<DiscoverableAuthentication>,
    form: &LoginForm,
) -> Result<Option<(i64, String)>, Error> {
    let answer: Option<PublicKeyCredential> = serde_json::from_str(&form.credential).ok();
    let (Some(begun), Some(answer)) = (begun, answer) else {
        return Ok(None);
    };
    let id = answer.get_credential_id().to_vec();
    let found = state
        .db
        .read(move |conn| passkeys::by_credential(conn, &id));
    let (account, mut passkey) = match found.await {
        Ok(found) => found,
        Err(Error::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let result = match party.finish_discoverable_authentication_v2(&answer, begun, &passkey) {
        Ok(result) => result,
        Err(error) => {
            tracing::info!(account, %error, "a passkey was refused");
            return Ok(None);
        }
    };
    passkey.update_credential(&result);
    let now = state.db.now();
    state
        .db
        .write(move |conn| passkeys::record_use(conn, &passkey, now))
        .await?;
    Ok(Some((account, form.next.clone())))
}

fn refused(state: &State, viewer: &Viewer) -> Result<HttpResponse, Error> {
    let t = state.t();
    super::auth::refused_login(state, viewer, t.passkey_failed())
}
