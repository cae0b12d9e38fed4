//! [`Sessions`]: the store of `actix-session`, on the database or Redis, and listing and ending an account's sessions.

use super::store::{self, NewSession, OpenSession, SessionLookup, SessionRow, SessionState};
use super::{
    ACCOUNT_ID, AGENT, MUST_CHANGE_PASSWORD, NETWORK, PASSWORD_VERSION, PENDING, PROOF, PROVED_AT,
    RESERVED_KEYS, SINCE, TOUCH_INTERVAL, UNAVAILABLE, redis_store,
};
use crate::db::invalidation::CacheTag;
use crate::db::{Db, Dependencies, Time};
use crate::error::Error;
use crate::web::viewer::{self, Proof};
use crate::web::{Account, PageCache, State, cache};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use base64::Engine as _;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The session state of `actix-session`: JSON values by name.
type Entries = HashMap<String, String>;

/// Lifetime of data that handlers store in a session (a challenge, a pending second factor), in milliseconds.
const DATA_TTL: i64 = 10 * Time::MINUTE;

#[derive(Clone)]
pub struct Sessions {
    db: Db,
    pub(super) redis: Option<redis_store::Store>,
    cache: Arc<PageCache>,
}

impl Sessions {
    pub fn new(db: Db, redis: Option<redis_store::Store>, cache: Arc<PageCache>) -> Sessions {
        Sessions { db, redis, cache }
    }

    /// The sessions of a site, for its jobs.
    pub fn of(state: &State) -> Sessions {
        let redis = state.limits.redis();
        let redis = redis.map(|(redis, prefix)| redis_store::Store { redis, prefix });
        Sessions::new(state.db.clone(), redis, state.cache.clone())
    }

    /// Invalidates what is cached for an account after its sessions in Redis changed, which no database write reports.
    pub(super) async fn invalidate_account(&self, account: i64) -> Result<(), Error> {
        self.db.invalidate(vec![CacheTag::Account(account)]).await
    }

    /// The open sessions of an account, most recently seen first.
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

    /// [`Sessions::end_others`] for sessions in Redis. In the database the caller's transaction has already ended them.
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

    /// Ends all sessions of an account except `keep`.
    pub async fn end_others(&self, account: i64, keep: Option<String>) -> Result<(), Error> {
        match &self.redis {
            Some(redis) => {
                redis_store::end_others(redis.clone(), account, keep.as_deref()).await?;
                self.invalidate_account(account).await
            }
            None => {
                self.db
                    .write(move |conn| store::end_others(conn, account, keep.as_deref()))
                    .await
            }
        }
    }

    /// The entries of an open session: the account's current state, and the data of handlers.
    async fn open(&self, token: &str) -> Result<Option<Entries>, Error> {
        let entry = |name: &str, account: &Account| {
            let account = serde_json::to_string(account).map_err(Error::internal)?;
            Ok(Entries::from([(name.to_owned(), account)]))
        };
        if let Some(known) = self.cache.session(&self.db, token) {
            return entry(viewer::ACCOUNT, &known.account).map(Some);
        }
        let (hash, now, since) = (hash(token), self.db.now(), self.db.version());
        let Some(session) = self.look_up(&hash, now).await? else {
            self.cache.record_unknown(token);
            return Ok(None);
        };
        if now.0 - session.seen_at.0 > TOUCH_INTERVAL {
            self.touch(hash, now).await;
        }
        let mut entries = match session.state {
            SessionState::Anonymous => Entries::new(),
            SessionState::PendingLogin(account) => entry(PENDING, &account)?,
            SessionState::SignedIn(account) => {
                let mut cache_tags = vec![CacheTag::Account(account.id)];
                if account.moderates() {
                    cache_tags.push(CacheTag::Waiting);
                }
                if session.data.is_empty() {
                    let dependencies = Dependencies::new(since, &cache_tags);
                    self.cache.cache_session(token, &account, dependencies);
                }
                entry(viewer::ACCOUNT, &account)?
            }
        };
        let data: Entries = serde_json::from_str(&session.data).unwrap_or_default();
        entries.extend(data);
        Ok(Some(entries))
    }

    /// Updates a session's `seen_at`. Errors are only logged: reading must work even if writing does not.
    async fn touch(&self, hash: Vec<u8>, now: Time) {
        let touched = match &self.redis {
            Some(redis) => redis_store::touch(redis.clone(), &hash, now).await,
            None => {
                self.db
                    .write(move |conn| store::touch(conn, &hash, now))
                    .await
            }
        };
        if let Err(error) = touched {
            tracing::warn!(%error, "could not update a session's seen_at");
        }
    }

    /// Loads a session with the current state of its account.
    async fn look_up(&self, hash: &[u8], now: Time) -> Result<Option<OpenSession>, Error> {
        if let Some(redis) = &self.redis {
            let Some(found) = redis_store::find(redis.clone(), hash, now).await? else {
                return Ok(None);
            };
            let read = self.db.read(move |conn| store::open(conn, &found, now));
            return read.await;
        }
        let wanted = hash.to_vec();
        let found = self
            .db
            .read(move |conn| store::find(conn, &wanted, now))
            .await?;
        match found {
            SessionLookup::Open(session) => Ok(Some(*session)),
            SessionLookup::Unknown => Ok(None),
            SessionLookup::Expired => {
                let ended = hash.to_vec();
                let forgotten = self.db.write(move |conn| store::forget(conn, &ended));
                if let Err(error) = forgotten.await {
                    // Reading must work even if writing does not.
                    tracing::warn!(%error, "could not delete an expired session");
                }
                Ok(None)
            }
        }
    }

    async fn begin(&self, entries: &Entries) -> Result<String, Error> {
        fn part<T: serde::de::DeserializeOwned>(entries: &Entries, key: &str) -> Option<T> {
            serde_json::from_str(entries.get(key)?).ok()
        }
        // With any value but `false` the log-in is not complete.
        let is_pending = entries
            .get(PENDING)
            .is_some_and(|pending| pending != "false");
        let state = match part::<i64>(entries, ACCOUNT_ID) {
            None => SessionState::Anonymous,
            Some(id) if is_pending => SessionState::PendingLogin(id),
            Some(id) => SessionState::SignedIn(id),
        };
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let now = self.db.now();
        let new = NewSession {
            hash: hash(&token),
            state,
            data: handlers_data(entries)?,
            data_expires_at: now.plus(DATA_TTL),
            agent: part(entries, AGENT).unwrap_or_default(),
            network: part(entries, NETWORK).unwrap_or_default(),
            since: part(entries, SINCE).map_or(now, Time),
            password_version: part(entries, PASSWORD_VERSION).unwrap_or_default(),
            must_change_password: part(entries, MUST_CHANGE_PASSWORD).unwrap_or_default(),
            proof: part(entries, PROOF),
            proved_at: part(entries, PROVED_AT).map_or(now, Time),
            now,
        };
        let Some(redis) = &self.redis else {
            self.db.write(move |conn| store::begin(conn, &new)).await?;
            return Ok(token);
        };
        let account = new.state.account();
        let roles = match account {
            Some(id) => {
                self.db
                    .read(move |conn| store::roles_version(conn, id))
                    .await?
            }
            None => 0,
        };
        if let (true, Some(account)) = (
            redis_store::begin(redis.clone(), &new, roles).await?,
            account,
        ) {
            self.invalidate_account(account).await?;
        }
        Ok(token)
    }

    /// Records that the person at this session has just proved who they are.
    ///
    /// # Errors
    /// Of the store.
    pub async fn prove(&self, who: &Account, proof: Proof) -> Result<(), Error> {
        let (hash, now) = (crate::text::decode_hex(&who.session_hash), self.db.now());
        match &self.redis {
            Some(redis) => match redis_store::prove(redis.clone(), &hash, proof, now).await? {
                Some(account) => self.invalidate_account(account).await,
                None => Ok(()),
            },
            None => {
                self.db
                    .write(move |conn| store::prove(conn, &hash, proof, now))
                    .await
            }
        }
    }

    /// Stores the data of handlers in an open session.
    async fn set_data(&self, token: &str, entries: &Entries) -> Result<(), Error> {
        let (hash, data) = (hash(token), handlers_data(entries)?);
        let until = self.db.now().plus(DATA_TTL);
        match &self.redis {
            Some(redis) => match redis_store::set_data(redis.clone(), &hash, data, until).await? {
                Some(account) => self.invalidate_account(account).await,
                None => Ok(()),
            },
            None => {
                self.db
                    .write(move |conn| store::set_data(conn, &hash, &data, until))
                    .await
            }
        }
    }

    async fn forget(&self, token: &str) -> Result<(), Error> {
        let hash = hash(token);
        match &self.redis {
            Some(redis) => match redis_store::forget(redis.clone(), &hash).await? {
                Some(account) => self.invalidate_account(account).await,
                None => Ok(()),
            },
            None => self.db.write(move |conn| store::forget(conn, &hash)).await,
        }
    }
}

fn hash(token: &str) -> Vec<u8> {
    cache::token_hash(token).to_vec()
}

/// The data of handlers in a session, as JSON; empty if there is none.
fn handlers_data(entries: &Entries) -> Result<String, Error> {
    let own: BTreeMap<_, _> = entries
        .iter()
        .filter(|(name, _)| !RESERVED_KEYS.contains(&name.as_str()))
        .collect();
    if own.is_empty() {
        return Ok(String::new());
    }
    serde_json::to_string(&own).map_err(Error::internal)
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<Entries>, LoadError> {
        let found = self.open(key.as_ref()).await;
        found.or_else(|error| {
            // Passed on to `renew`, which can still read the form; an error returned here would lose it.
            let cause = serde_json::to_string(&error.to_string());
            let cause = cause.map_err(|e| LoadError::Other(e.into()))?;
            Ok(Some(Entries::from([(UNAVAILABLE.to_owned(), cause)])))
        })
    }
    async fn save(&self, state: Entries, _: &Duration) -> Result<SessionKey, SaveError> {
        let token = self
            .begin(&state)
            .await
            .map_err(|e| SaveError::Other(e.into()))?;
        SessionKey::try_from(token).map_err(|e| SaveError::Other(e.into()))
    }
    async fn update(
        &self,
        key: SessionKey,
        state: Entries,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.set_data(key.as_ref(), &state)
            .await
            .map_err(|e| UpdateError::Other(e.into()))?;
        Ok(key)
    }
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }
    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(self.forget(key.as_ref()).await?)
    }
}
