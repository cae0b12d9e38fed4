//! Server-side sessions, implemented as a store for `actix-session`: the cookie holds a random 256-bit token, the
//! server stores its SHA-256 hash.
//!
//! Stored in the database, or in Redis if `SESSION_STORE_URL` is set. A session expires after 30 days without a
//! request, and 90 days after the log-in in any case.

mod backend;
mod redis_store;
pub mod store;
mod types;

pub use backend::Sessions;
pub use redis_store::Store as RedisStore;

use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text;
use crate::web::session_cookie::PresentedToken;
use crate::web::viewer::{Proof, Role};
use crate::web::{Account, FormBody, Shared, SignedIn, State, Viewer, guard, viewer};
use actix_session::{Session, SessionExt};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use store::SessionState;

pub const IDLE_TIMEOUT: i64 = 30 * Time::DAY;
pub const ABSOLUTE_TIMEOUT: i64 = 90 * Time::DAY;
/// How long a log-in waits for its second factor.
const PENDING_TIMEOUT: i64 = 10 * Time::MINUTE;
/// How far `seen_at` may lag behind, so that not every request is a write.
const TOUCH_INTERVAL: i64 = 10 * Time::MINUTE;

/// Keys of the session state, which is written at log-in.
const ACCOUNT_ID: &str = "account_id";
const AGENT: &str = "agent";
const NETWORK: &str = "network";
/// Time of the log-in, if the token has been rotated since.
const SINCE: &str = "since";
const PASSWORD_VERSION: &str = "password_version";
const MUST_CHANGE_PASSWORD: &str = "must_change_password";
/// The password was verified, the second factor is still missing: `true` when set at log-in, the account when read.
const PENDING: &str = "pending";
/// How and when the person last proved who they are; the time is missing if that is now.
const PROOF: &str = "proof";
const PROVED_AT: &str = "proved_at";
/// Where a log-in leads once the second factor was given.
const NEXT: &str = "next";
/// Set instead of an account if the session could not be loaded: the cause.
const UNAVAILABLE: &str = "unavailable";
/// Entries that are stored in their own columns; all others are short-lived data of handlers.
const RESERVED_KEYS: [&str; 11] = [
    ACCOUNT_ID,
    AGENT,
    NETWORK,
    SINCE,
    PASSWORD_VERSION,
    MUST_CHANGE_PASSWORD,
    PENDING,
    PROOF,
    PROVED_AT,
    UNAVAILABLE,
    viewer::ACCOUNT,
];

/// The result of a successful log-in.
#[derive(Clone, Copy, Debug)]
pub struct LoggedIn {
    pub account: i64,
    /// Version of the password that was verified: the session ends when the password changes.
    pub password_version: i64,
    /// Roles stay inactive until a new password is chosen.
    pub must_change_password: bool,
    pub proof: Proof,
}

/// Starts a session for an account; the store creates its token when the response is sent.
///
/// # Errors
/// `Internal` if the session state cannot be serialised.
pub fn begin(session: &Session, request: &HttpRequest, login: LoggedIn) -> Result<(), Error> {
    session.renew();
    session.clear();
    describe(session, request, login)
}

/// Starts a session that waits for the second factor. `next`: where to go then.
///
/// # Errors
/// As [`begin`].
pub fn begin_pending(
    session: &Session,
    request: &HttpRequest,
    login: LoggedIn,
    next: &str,
) -> Result<(), Error> {
    begin(session, request, login)?;
    session.insert(PENDING, true).map_err(Error::internal)?;
    session.insert(NEXT, next).map_err(Error::internal)
}

/// The account whose second factor is missing, and where to go then.
pub fn pending(session: &Session) -> Option<(Account, String)> {
    let account = session.get::<Account>(PENDING).ok().flatten()?;
    let next = session.get::<String>(NEXT).ok().flatten();
    Some((account, next.unwrap_or_default()))
}

/// Rotates the token of a session; the time of its log-in stays.
///
/// # Errors
/// As [`begin`].
pub fn rotate_token(
    session: &Session,
    request: &HttpRequest,
    account: &Account,
    password_version: i64,
) -> Result<(), Error> {
    session.renew();
    let presented = request.extensions().get::<PresentedToken>().cloned();
    if let (Some(PresentedToken(token)), Some(state)) = (presented, request.app_data::<Shared>()) {
        state.cache.record_renewed(&token);
    }
    let login = LoggedIn {
        account: account.id,
        password_version,
        must_change_password: account.must_change_password,
        proof: account.proof.unwrap_or(Proof::Password),
    };
    describe(session, request, login)?;
    session
        .insert(PROVED_AT, account.proved_at)
        .map_err(Error::internal)?;
    session
        .insert(SINCE, account.since)
        .map_err(Error::internal)
}

fn describe(session: &Session, request: &HttpRequest, login: LoggedIn) -> Result<(), Error> {
    let agent = request.headers().get("user-agent").map(|v| {
        String::from_utf8_lossy(v.as_bytes())
            .chars()
            .take(200)
            .collect::<String>()
    });
    let note =
        |result: Result<(), actix_session::SessionInsertError>| result.map_err(Error::internal);
    note(session.insert(ACCOUNT_ID, login.account))?;
    note(session.insert(PASSWORD_VERSION, login.password_version))?;
    note(session.insert(MUST_CHANGE_PASSWORD, login.must_change_password))?;
    note(session.insert(PROOF, login.proof))?;
    note(session.insert(AGENT, agent.unwrap_or_default()))?;
    note(session.insert(NETWORK, guard::network_of(request)))
}

/// Middleware: rotates the session's token after a change of roles. If the session could not be loaded it responds
/// with 503, after reading the form so that the error page can return the text.
pub async fn renew(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let session = request.get_session();
    if let Ok(Some(cause)) = session.get::<String>(UNAVAILABLE) {
        let (request, mut payload) = request.into_parts();
        request.extensions_mut().insert(Viewer(None));
        let _ = FormBody::from_request(&request, &mut payload).await;
        let response = HttpResponse::from_error(Error::Unavailable(cause));
        return Ok(ServiceResponse::new(request, response));
    }
    // Stored in the request: the session is cleared before error pages and headers need the viewer.
    let who = viewer::of(request.request());
    request.extensions_mut().insert(who.clone());
    if let Some(account) = who.0.filter(|a| a.renew) {
        rotate_token(
            &session,
            request.request(),
            &account,
            account.password_version,
        )?;
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Ends one session of an account, or with `others` all but the current one. Checks the session again, as [`write`]
/// does.
///
/// # Errors
/// As [`write`]; `NotFound` for another account's session.
pub async fn end(
    state: &State,
    sessions: &Sessions,
    who: &SignedIn,
    which: String,
) -> Result<(), Error> {
    let Some(redis) = &sessions.redis else {
        return write(state, who, move |conn, who: &SignedIn| {
            match which.as_str() {
                "others" => store::end_others(conn, who.id, Some(&who.session_id)),
                id => store::end(conn, who.id, id),
            }
        })
        .await;
    };
    if !redis_store::is_open(redis.clone(), &who.session_hash).await? {
        return Err(Error::session_ended());
    }
    match which.as_str() {
        "others" => {
            sessions
                .end_others(who.id, Some(who.session_id.clone()))
                .await
        }
        id => {
            redis_store::end(redis.clone(), who.id, id).await?;
            sessions.invalidate_account(who.id).await
        }
    }
}

/// One write transaction for a signed-in account. Session, ban and role were checked when the request's head arrived;
/// the body may have taken twenty seconds since, so they are checked again in the transaction. `work` gets the
/// account in its current state.
///
/// # Errors
/// `SignInFirst`, `Forbidden`, `Banned` and `PasswordChangeRequired` as for a new request; and the errors of `work`.
pub async fn write<R, T, F>(state: &State, who: &R, work: F) -> Result<T, Error>
where
    R: Role,
    T: Send + 'static,
    F: Fn(&mut Conn, &R) -> Result<T, Error> + Send + Sync + 'static,
{
    let before = who.account();
    let (id, hash, now) = (before.id, before.session_hash.clone(), state.db.now());
    let password_version = before.password_version;
    if let Some((redis, prefix)) = state.limits.redis() {
        // Redis cannot take part in the transaction: checked just before it instead.
        let store = redis_store::Store { redis, prefix };
        if !redis_store::is_open(store, &hash).await? {
            return Err(Error::session_ended());
        }
        let held = store::StoredSession {
            state: SessionState::SignedIn(id),
            id: before.session_id.clone(),
            hash,
            created_at: Time(before.since),
            password_version,
            must_change_password: before.must_change_password,
            proof: before.proof,
            proved_at: Time(before.proved_at),
            ..store::StoredSession::default()
        };
        return state
            .db
            .write(move |conn| {
                let session = store::open(conn, &held, now)?;
                let account = session.and_then(|session| session.state.signed_in());
                work(conn, &R::admit(account.ok_or_else(Error::session_ended)?)?)
            })
            .await;
    }
    let hash = text::decode_hex(&hash);
    state
        .db
        .write(move |conn| {
            let account = match store::find(conn, &hash, now)? {
                store::SessionLookup::Open(session) => session.state.signed_in(),
                _ => None,
            };
            work(conn, &R::admit(account.ok_or_else(Error::session_ended)?)?)
        })
        .await
}
