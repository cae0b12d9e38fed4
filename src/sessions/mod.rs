//! Sessions: ours, on the server, behind `actix-session`. A browser holds 256 random bits, we hold their hash.
//!
//! Kept in the database, or in Redis when `SESSION_STORE_URL` names one. A session ends after 30 days without a visit
//! and after 90 days in any case.

mod redis_store;
pub mod store;

pub use redis_store::Store as RedisStore;

use crate::db::fresh::Topic;
use crate::db::{Db, Depends, Time};
use crate::error::Error;
use crate::web::{Account, PageCache, cache, guard, viewer};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionExt};
use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine as _;
use std::collections::HashMap;
use std::sync::Arc;
use store::{Opened, SessionRow};

pub const IDLE: i64 = 30 * Time::DAY;
pub const ABSOLUTE: i64 = 90 * Time::DAY;
/// How stale `seen_at` may be, so that reading a page is not a write.
const TOUCH: i64 = 10 * Time::MINUTE;

/// The session's own entries, written at log-in.
const ACCOUNT_ID: &str = "account_id";
const AGENT: &str = "agent";
const NETWORK: &str = "network";
/// When it was logged in to, if that was under an earlier key.
const SINCE: &str = "since";

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
        self.db.announce(vec![Topic::Account(account)]).await
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

    /// Ends one session of an account; one that is not his is not found.
    pub async fn end(&self, account: i64, id: String) -> Result<(), Error> {
        match &self.redis {
            Some(redis) => {
                redis_store::end(redis.clone(), account, &id).await?;
                self.ended(account).await
            }
            None => {
                self.db
                    .write(move |conn| store::end(conn, account, &id))
                    .await
            }
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
        let (hash, now, since) = (hash(token), Time::now(), self.db.moment());
        let opened = match &self.redis {
            Some(redis) => match redis_store::find(redis.clone(), &hash, now).await? {
                Some(found) => {
                    let redis_store::Found {
                        account,
                        this,
                        seen_at,
                    } = found;
                    let read = self
                        .db
                        .read(move |conn| store::account(conn, account, &this, now))
                        .await?;
                    read.map(|account| Opened { account, seen_at })
                }
                None => None,
            },
            None => {
                let hash = hash.clone();
                self.db
                    .read(move |conn| store::open(conn, &hash, now))
                    .await?
            }
        };
        let Some(opened) = opened else {
            return Ok(None);
        };
        if now.0 - opened.seen_at.0 > TOUCH {
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
        let mut topics = vec![Topic::Account(opened.account.id)];
        topics.extend(opened.account.moderates().then_some(Topic::Waiting));
        let depends = Depends::new(since, &topics);
        self.cache.keep_session(token, &opened.account, depends);
        entry(&opened.account)
    }

    async fn begin(&self, state: &HashMap<String, String>) -> Result<String, Error> {
        let part = |key: &str| {
            state
                .get(key)
                .and_then(|json| serde_json::from_str::<String>(json).ok())
                .unwrap_or_default()
        };
        let account: i64 = state
            .get(ACCOUNT_ID)
            .and_then(|json| json.parse().ok())
            .ok_or_else(|| Error::broken("a session without an account"))?;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::broken)?;
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let (hash, now, agent, network) = (hash(&token), Time::now(), part(AGENT), part(NETWORK));
        let since = state
            .get(SINCE)
            .and_then(|json| json.parse().ok())
            .map_or(now, Time);
        match &self.redis {
            Some(redis) => {
                redis_store::begin(redis.clone(), &hash, account, &agent, &network, since, now)
                    .await?
            }
            None => {
                self.db
                    .write(move |conn| {
                        store::begin(conn, &hash, account, &agent, &network, since, now)
                    })
                    .await?
            }
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

/// Writes who a session belongs to; the store makes its key when the answer goes out.
///
/// # Errors
/// `Broken`, when it cannot be written down.
pub fn begin(session: &Session, request: &HttpRequest, account: i64) -> Result<(), Error> {
    session.renew();
    session.clear();
    describe(session, request, account)
}

fn describe(session: &Session, request: &HttpRequest, account: i64) -> Result<(), Error> {
    let agent = request.headers().get("user-agent").map(|v| {
        String::from_utf8_lossy(v.as_bytes())
            .chars()
            .take(200)
            .collect::<String>()
    });
    session.insert(ACCOUNT_ID, account).map_err(Error::broken)?;
    session
        .insert(AGENT, agent.unwrap_or_default())
        .map_err(Error::broken)?;
    session
        .insert(NETWORK, guard::network_of(request))
        .map_err(Error::broken)
}

/// After a change of roles a session goes on under a fresh key.
pub async fn renew(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let session = request.get_session();
    // Read once: the session is empty again by the time that an error page or a header asks.
    let who = viewer::of(request.request());
    request.extensions_mut().insert(who.clone());
    if let Some(account) = who.0.filter(|a| a.renew) {
        session.renew();
        describe(&session, request.request(), account.id)?;
        session.insert(SINCE, account.since)?;
    }
    next.call(request).await
}

fn hash(token: &str) -> Vec<u8> {
    cache::token_hash(token).to_vec()
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        self.open(key.as_ref())
            .await
            .map_err(|e| LoadError::Other(e.into()))
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
