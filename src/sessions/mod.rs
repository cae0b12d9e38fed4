//! Sessions: ours, on the server, behind `actix-session`. A browser holds 256 random bits, we hold their hash.
//!
//! Kept in the database, or in Redis when `SESSION_STORE_URL` names one. A session ends after 30 days without a visit
//! and after 90 days in any case.

mod redis_store;
pub mod store;

pub use redis_store::Store as RedisStore;

use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Db, Dependencies, Time};
use crate::error::Error;
use crate::text;
use crate::web::session_cookie::Presented;
use crate::web::viewer::Role;
use crate::web::{
    Account, FormBody, PageCache, Shared, SignedIn, State, Viewer, cache, guard, viewer,
};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionExt};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::time::Duration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use base64::Engine as _;
use std::collections::HashMap;
use std::sync::Arc;
use store::SessionRow;

pub const IDLE_TIMEOUT: i64 = 30 * Time::DAY;
pub const ABSOLUTE_TIMEOUT: i64 = 90 * Time::DAY;
/// How stale `seen_at` may be, so that reading a page is not a write.
const TOUCH_INTERVAL: i64 = 10 * Time::MINUTE;

/// The session's own entries, written at log-in.
const ACCOUNT_ID: &str = "account_id";
const AGENT: &str = "agent";
const NETWORK: &str = "network";
/// When it was logged in to, if that was under an earlier key.
const SINCE: &str = "since";
const PASSWORD_VERSION: &str = "password_version";
const MUST_CHANGE_PASSWORD: &str = "must_change_password";
/// Instead of an account: why the store could not be asked.
const UNAVAILABLE: &str = "unavailable";

#[derive(Clone)]
pub struct Sessions {
    db: Db,
    redis: Option<redis_store::Store>,
    cache: Arc<PageCache>,
}

impl Sessions {
    pub fn new(db: Db, redis: Option<redis_store::Store>, cache: Arc<PageCache>) -> Sessions {
        Sessions { db, redis, cache }
    }

    /// Sessions of this account have ended in Redis, where no write of the database tells of it.
    async fn ended(&self, account: i64) -> Result<(), Error> {
        self.db.invalidate(vec![CacheTag::Account(account)]).await
    }

    /// The open sessions of an account, last seen first.
    pub async fn list(&self, account: i64, now: Time) -> Result<Vec<SessionRow>, Error> {
        match &self.redis {
            Some(redis) => redis_store::list(redis.clone(), account, now).await,
            None => {
                self.db
                    .read(move |conn| store::list(conn, account, now))
                    .await
            }
        }
    }

    /// Ends all sessions of an account but one, where they are in Redis; in the database that is part of the change which asks
    /// for it.
    pub async fn end_others_in_redis(
        &self,
        account: i64,
        keep: Option<String>,
    ) -> Result<(), Error> {
        match self.redis {
            Some(_) => self.end_others(account, keep).await,
            None => Ok(()),
        }
    }

    /// Ends all sessions of an account but one.
    pub async fn end_others(&self, account: i64, keep: Option<String>) -> Result<(), Error> {
        match &self.redis {
            Some(redis) => {
                redis_store::end_others(redis.clone(), account, keep.as_deref()).await?;
                self.ended(account).await
            }
            None => {
                self.db
                    .write(move |conn| store::end_others(conn, account, keep.as_deref()))
                    .await
            }
        }
    }

    async fn open(&self, token: &str) -> Result<Option<HashMap<String, String>>, Error> {
        let entry = |account: &Account| {
            let account = serde_json::to_string(account).map_err(Error::broken)?;
            Ok(Some(HashMap::from([(viewer::ACCOUNT.to_owned(), account)])))
        };
        if let Some(known) = self.cache.session(&self.db, token) {
            return entry(&known.account);
        }
        let (hash, now, since) = (hash(token), self.db.now(), self.db.version());
        let Some((mut account, seen_at)) = self.look_up(&hash, now).await? else {
            self.cache.note_unknown(token);
            return Ok(None);
        };
        if now.0 - seen_at.0 > TOUCH_INTERVAL {
            let touched = match &self.redis {
                Some(redis) => redis_store::touch(redis.clone(), &hash, now).await,
                None => {
                    self.db
                        .write(move |conn| store::touch(conn, &hash, now))
                        .await
                }
            };
            if let Err(error) = touched {
                // Reading goes on when nothing can be written.
                tracing::warn!(%error, "when a session was last seen could not be noted");
            }
        }
        let mut cache_tags = vec![CacheTag::Account(account.id)];
        if account.moderates() {
            account.waiting = self.db.read(store::waiting).await?;
            cache_tags.push(CacheTag::Waiting);
        }
        let dependencies = Dependencies::new(since, &cache_tags);
        self.cache.cache_session(token, &account, dependencies);
        entry(&account)
    }

    /// The account of a session and when it was last seen, out of the database.
    async fn look_up(&self, hash: &[u8], now: Time) -> Result<Option<(Account, Time)>, Error> {
        if let Some(redis) = &self.redis {
            let Some(found) = redis_store::find(redis.clone(), hash, now).await? else {
                return Ok(None);
            };
            let (id, held, seen_at) = (found.account, found.held, found.seen_at);
            let read = self
                .db
                .read(move |conn| store::account(conn, id, &held, now));
            return Ok(read.await?.map(|account| (account, seen_at)));
        }
        let wanted = hash.to_vec();
        let found = self
            .db
            .read(move |conn| store::find(conn, &wanted, now))
            .await?;
        match found {
            store::SessionLookup::Open { account, seen_at } => Ok(Some((*account, seen_at))),
            store::SessionLookup::Unknown => Ok(None),
            store::SessionLookup::Expired => {
                let ended = hash.to_vec();
                let forgotten = self.db.write(move |conn| store::forget(conn, &ended));
                if let Err(error) = forgotten.await {
                    // Reading goes on when nothing can be written.
                    tracing::warn!(%error, "a session that has ended could not be deleted");
                }
                Ok(None)
            }
        }
    }

    async fn begin(&self, state: &HashMap<String, String>) -> Result<String, Error> {
        fn part<T: serde::de::DeserializeOwned>(
            state: &HashMap<String, String>,
            key: &str,
        ) -> Option<T> {
            serde_json::from_str(state.get(key)?).ok()
        }
        let account = part::<i64>(state, ACCOUNT_ID)
            .ok_or_else(|| Error::broken("a session without an account"))?;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::broken)?;
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let now = self.db.now();
        let new = store::NewSession {
            hash: hash(&token),
            account,
            agent: part(state, AGENT).unwrap_or_default(),
            network: part(state, NETWORK).unwrap_or_default(),
            since: part(state, SINCE).map_or(now, Time),
            password_version: part(state, PASSWORD_VERSION).unwrap_or_default(),
            must_change_password: part(state, MUST_CHANGE_PASSWORD).unwrap_or_default(),
            now,
        };
        match &self.redis {
            Some(redis) => {
                let roles = self
                    .db
                    .read(move |conn| store::roles_version(conn, account))
                    .await?;
                if redis_store::begin(redis.clone(), &new, roles).await? {
                    self.ended(account).await?;
                }
            }
            None => self.db.write(move |conn| store::begin(conn, &new)).await?,
        }
        Ok(token)
    }

    async fn forget(&self, token: &str) -> Result<(), Error> {
        let hash = hash(token);
        match &self.redis {
            Some(redis) => match redis_store::forget(redis.clone(), &hash).await? {
                Some(account) => self.ended(account).await,
                None => Ok(()),
            },
            None => self.db.write(move |conn| store::forget(conn, &hash)).await,
        }
    }
}

/// What a log-in has proved.
#[derive(Clone, Copy, Debug)]
pub struct LoggedIn {
    pub account: i64,
    /// The password that was checked: the session ends once there is another.
    pub password_version: i64,
    /// A role asks for a new password before it works.
    pub must_change_password: bool,
}

/// Writes who a session belongs to; the store makes its key when the answer goes out.
///
/// # Errors
/// `Broken`, when it cannot be written down.
pub fn begin(session: &Session, request: &HttpRequest, login: LoggedIn) -> Result<(), Error> {
    session.renew();
    session.clear();
    describe(session, request, login)
}

/// Gives a session of an account a fresh key; it was begun when it was.
///
/// # Errors
/// As [`begin`].
pub fn go_on(
    session: &Session,
    request: &HttpRequest,
    account: &Account,
    password_version: i64,
) -> Result<(), Error> {
    session.renew();
    let presented = request.extensions().get::<Presented>().cloned();
    if let (Some(Presented(token)), Some(state)) = (presented, request.app_data::<Shared>()) {
        state.cache.note_renewed(&token);
    }
    let login = LoggedIn {
        account: account.id,
        password_version,
        must_change_password: account.must_change_password,
    };
    describe(session, request, login)?;
    session.insert(SINCE, account.since).map_err(Error::broken)
}

fn describe(session: &Session, request: &HttpRequest, login: LoggedIn) -> Result<(), Error> {
    let agent = request.headers().get("user-agent").map(|v| {
        String::from_utf8_lossy(v.as_bytes())
            .chars()
            .take(200)
            .collect::<String>()
    });
    let note =
        |result: Result<(), actix_session::SessionInsertError>| result.map_err(Error::broken);
    note(session.insert(ACCOUNT_ID, login.account))?;
    note(session.insert(PASSWORD_VERSION, login.password_version))?;
    note(session.insert(MUST_CHANGE_PASSWORD, login.must_change_password))?;
    note(session.insert(AGENT, agent.unwrap_or_default()))?;
    note(session.insert(NETWORK, guard::network_of(request)))
}

/// After a change of roles a session goes on under a fresh key. Where sessions cannot be looked up the request ends here, with
/// what was typed beside it for the error page.
pub async fn renew(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let session = request.get_session();
    if let Ok(Some(cause)) = session.get::<String>(UNAVAILABLE) {
        let (request, mut payload) = request.into_parts();
        request.extensions_mut().insert(Viewer(None));
        let _ = FormBody::from_request(&request, &mut payload).await;
        let response = HttpResponse::from_error(Error::Busy(cause));
        return Ok(ServiceResponse::new(request, response));
    }
    // Read once: the session is empty again by the time that an error page or a header asks.
    let who = viewer::of(request.request());
    request.extensions_mut().insert(who.clone());
    if let Some(account) = who.0.filter(|a| a.renew) {
        go_on(
            &session,
            request.request(),
            &account,
            account.password_version,
        )?;
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Ends one session of an account, or all but the one that asks. Judged again as [`write`] does it.
///
/// # Errors
/// As [`write`]; `NotFound` for a session of somebody else.
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
            sessions.ended(who.id).await
        }
    }
}

/// One write for somebody who is signed in. Session, ban and role were judged when the request's head came; its body may
/// have taken twenty seconds since, so that they are judged again in the transaction. `work` gets the account as it is
/// then.
///
/// # Errors
/// `SignInFirst`, `Forbidden`, `Banned` and `PasswordDue`, as the request would get them now; and what `work` says.
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
        // Redis has no part in the transaction: the closest that there is to asking in it.
        let store = redis_store::Store { redis, prefix };
        if !redis_store::is_open(store, &hash).await? {
            return Err(Error::session_ended());
        }
        let held = store::Held {
            id: before.session_id.clone(),
            hash,
            created_at: Time(before.since),
            password_version,
            roles_version: 0,
            must_change_password: before.must_change_password,
        };
        return state
            .db
            .write(move |conn| {
                let account = store::account(conn, id, &held, now)?;
                let who = R::admit(account.ok_or_else(Error::session_ended)?)?;
                work(conn, &who)
            })
            .await;
    }
    let hash = text::unhex(&hash);
    state
        .db
        .write(move |conn| match store::find(conn, &hash, now)? {
            store::SessionLookup::Open { account, .. } => work(conn, &R::admit(*account)?),
            _ => Err(Error::session_ended()),
        })
        .await
}

fn hash(token: &str) -> Vec<u8> {
    cache::token_hash(token).to_vec()
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let found = self.open(key.as_ref()).await;
        found.or_else(|error| {
            // Told to `renew`, which can read the form that would be lost here.
            let cause = serde_json::to_string(&error.to_string());
            let cause = cause.map_err(|e| LoadError::Other(e.into()))?;
            Ok(Some(HashMap::from([(UNAVAILABLE.to_owned(), cause)])))
        })
    }
    async fn save(
        &self,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, SaveError> {
        let token = self
            .begin(&state)
            .await
            .map_err(|e| SaveError::Other(e.into()))?;
        SessionKey::try_from(token).map_err(|e| SaveError::Other(e.into()))
    }
    /// Nothing in a session ever changes: who logs in gets a new one.
    async fn update(
        &self,
        key: SessionKey,
        _: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        Ok(key)
    }
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }
    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(self.forget(key.as_ref()).await?)
    }
}
