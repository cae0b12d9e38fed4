//! The end of every log-in: it is recorded, the session begins, and the browser gets the cookie that it is known by.

use super::sessions::browser;
use crate::accounts::history::{self, Device};
use crate::accounts::leaving;
use crate::accounts::store::{self, Login};
use crate::error::Error;
use crate::paths;
use crate::sessions::{LoggedIn, begin, begin_pending};
use crate::text::token;
use crate::web::guard::network_of;
use crate::web::settings::TWO_FACTOR;
use crate::web::viewer::Proof;
use crate::web::{State, device_cookie, page};
use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};

/// Who logs in, and how.
pub struct SignIn {
    pub login: Login,
    pub proof: Proof,
    /// The role asks for a new password.
    pub must_change_password: bool,
    /// The password that was typed meets the rules for staff.
    pub suffices: bool,
    /// The password's hash with the current parameters.
    pub rehashed: Option<String>,
}

/// The browser of a request, and the cookie that it has from now on.
pub fn device(state: &State, request: &HttpRequest) -> Result<(Device, String), Error> {
    let agent = request.headers().get("user-agent");
    let agent = agent.map_or(String::new(), |v| {
        String::from_utf8_lossy(v.as_bytes())
            .chars()
            .take(200)
            .collect()
    });
    let sent = device_cookie::sent(request);
    let device = Device {
        label: match agent.is_empty() {
            true => state.t().session_unknown(),
            false => browser(&agent),
        },
        agent,
        network: network_of(request),
        hash: sent.as_deref().map_or(String::new(), token::hash),
    };
    let value = match sent {
        Some(value) => value,
        None => device_cookie::new()?,
    };
    Ok((device, value))
}

/// Whether the settings ask this account for a second factor that it lacks.
fn must_enrol(state: &State, login: &Login) -> bool {
    is_second_factor_required(state, login.is_admin, login.is_staff()) && !login.has_second_factor
}

/// Whether the settings ask for a second factor of this role.
pub fn is_second_factor_required(state: &State, is_admin: bool, has_role: bool) -> bool {
    match state.site().value(&TWO_FACTOR) {
        "admins" => is_admin,
        "staff" => has_role,
        _ => false,
    }
}

/// Begins the session. `None`: the password has been changed since it was checked.
///
/// # Errors
/// Of the database.
pub async fn complete(
    state: &State,
    request: &HttpRequest,
    session: &Session,
    sign_in: SignIn,
    next: &str,
) -> Result<Option<HttpResponse>, Error> {
    let (device, cookie) = device(state, request)?;
    let (hash, now) = (token::hash(&cookie), state.db.now());
    let SignIn {
        login,
        proof,
        must_change_password,
        suffices,
        rehashed,
    } = sign_in;
    let must_enrol = must_enrol(state, &login);
    let logged_in = LoggedIn {
        account: login.id,
        password_version: login.password_version,
        must_change_password,
        proof,
    };
    let recorded = state.db.write(move |conn| {
        if !store::record_login(conn, &login, suffices, rehashed.as_deref())? {
            return Ok(None);
        }
        let is_kept = leaving::cancel_at_log_in(conn, login.id, now)?;
        history::record(conn, login.id, proof, (&device, &hash), false, now)?;
        Ok(Some(is_kept))
    });
    let Some(is_kept) = recorded.await? else {
        return Ok(None);
    };
    begin(session, request, logged_in)?;
    let kept = paths::account_done(paths::ACCOUNT, "kept");
    let mut response = page::see_other(match (must_change_password, must_enrol) {
        (true, _) => paths::ACCOUNT_PASSWORD,
        (false, true) => paths::ACCOUNT_TWO_FACTOR,
        (false, false) if is_kept => &kept,
        (false, false) => paths::local(next),
    });
    device_cookie::set(&mut response, &cookie);
    Ok(Some(response))
}

/// Goes on after a password or another site: asks for the account's second factor, if it has one, or ends the log-in. `None`: the
/// password has been changed since it was checked.
///
/// # Errors
/// As [`complete`].
pub async fn go_on(
    state: &State,
    request: &HttpRequest,
    session: &Session,
    sign_in: SignIn,
    next: &str,
) -> Result<Option<HttpResponse>, Error> {
    if !sign_in.login.has_second_factor {
        return complete(state, request, session, sign_in, next).await;
    }
    let pending = LoggedIn {
        account: sign_in.login.id,
        password_version: sign_in.login.password_version,
        must_change_password: sign_in.must_change_password,
        proof: sign_in.proof,
    };
    begin_pending(session, request, pending, paths::local(next))?;
    Ok(Some(page::see_other(paths::LOGIN_TWO_FACTOR)))
}
