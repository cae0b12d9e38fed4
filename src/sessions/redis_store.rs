//! Sessions in Redis: one JSON value a session, one set of hashes an account.

use super::store::{Held, MAX_PER_ACCOUNT, NewSession, SessionRow};
use super::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT};
use crate::db::Time;
use crate::error::Error;
use crate::text;
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Stored {
    account: i64,
    agent: String,
    network: String,
    created: i64,
    seen: i64,
    #[serde(default)]
    password_version: i64,
    #[serde(default)]
    roles_version: i64,
    /// Missing in sessions that an older version stored: then the account's own word counts.
    #[serde(default = "yes")]
    must_change_password: bool,
}

fn yes() -> bool {
    true
}

/// Redis and the part of it that belongs to this site.
#[derive(Clone)]
pub struct Store {
    pub redis: ConnectionManager,
    pub prefix: String,
}

impl Store {
    fn session(&self, hash: &str) -> String {
        format!("{}:session:{hash}", self.prefix)
    }
    fn account_set(&self, account: i64) -> String {
        format!("{}:sessions:{account}", self.prefix)
    }
}
fn busy(e: redis::RedisError) -> Error {
    Error::Busy(format!("Redis: {e}"))
}

/// What is shown and named: a part of the hash says nothing about the token.
fn id(hash: &str) -> String {
    hash.chars().take(16).collect()
}

async fn load(store: &mut Store, hash: &str) -> Result<Option<Stored>, Error> {
    let json: Option<String> = store.redis.get(store.session(hash)).await.map_err(busy)?;
    Ok(json.and_then(|j| serde_json::from_str(&j).ok()))
}

async fn save(store: &mut Store, hash: &str, stored: &Stored) -> Result<(), Error> {
    let json = serde_json::to_string(stored).map_err(Error::broken)?;
    redis::pipe()
        .pset_ex(store.session(hash), json, life(stored))
        .ignore()
        .sadd(store.account_set(stored.account), hash)
        .ignore()
        .pexpire(store.account_set(stored.account), ABSOLUTE_TIMEOUT)
        .ignore()
        .query_async::<()>(&mut store.redis)
        .await
        .map_err(busy)
}

/// A session, and whose it is.
pub(super) struct RedisSession {
    pub account: i64,
    pub held: Held,
    pub seen_at: Time,
}

/// The session with this hash. One that is past its time is deleted, so that a clock that goes back does not open it
/// again.
pub(super) async fn find(
    mut store: Store,
    hash: &[u8],
    now: Time,
) -> Result<Option<RedisSession>, Error> {
    let hash = text::hex(hash);
    let Some(stored) = load(&mut store, &hash).await? else {
        return Ok(None);
    };
    if stored.created + ABSOLUTE_TIMEOUT <= now.0 || stored.seen + IDLE_TIMEOUT <= now.0 {
        if let Err(error) = remove(&mut store, stored.account, &hash).await {
            tracing::warn!(%error, "a session that has ended could not be deleted");
        }
        return Ok(None);
    }
    Ok(Some(RedisSession {
        account: stored.account,
        held: Held {
            id: id(&hash),
            created_at: Time(stored.created),
            password_version: stored.password_version,
            roles_version: stored.roles_version,
            must_change_password: stored.must_change_password,
            hash,
        },
        seen_at: Time(stored.seen),
    }))
}

/// Whether a session is still there, by the hash of its key in hexadecimal digits.
pub(super) async fn is_open(mut store: Store, hash: &str) -> Result<bool, Error> {
    store.redis.exists(store.session(hash)).await.map_err(busy)
}

fn row(hash: &str, s: &Stored) -> SessionRow {
    SessionRow {
        id: id(hash),
        agent: s.agent.clone(),
        network: s.network.clone(),
        created_at: Time(s.created),
        seen_at: Time(s.seen),
    }
}

/// Stores a session. An account that has [`MAX_PER_ACCOUNT`] loses those that were not seen for longest; whether it did.
pub(super) async fn begin(
    mut store: Store,
    new: &NewSession,
    roles_version: i64,
) -> Result<bool, Error> {
    let stored = Stored {
        account: new.account,
        agent: new.agent.clone(),
        network: new.network.clone(),
        created: new.since.0,
        seen: new.now.0,
        password_version: new.password_version,
        roles_version,
        must_change_password: new.must_change_password,
    };
    let hash = text::hex(&new.hash);
    save(&mut store, &hash, &stored).await?;
    let count: usize = store
        .redis
        .scard(store.account_set(new.account))
        .await
        .map_err(busy)?;
    if count > MAX_PER_ACCOUNT {
        let mut seen = Vec::new();
        for other in all(&mut store, new.account).await? {
            let stored = load(&mut store, &other).await?;
            seen.push((stored.map_or(i64::MIN, |s| s.seen), other));
        }
        seen.retain(|(_, other)| *other != hash);
        seen.sort_unstable();
        for (_, other) in seen.iter().take(count - MAX_PER_ACCOUNT) {
            remove(&mut store, new.account, other).await?;
        }
    }
    Ok(count > MAX_PER_ACCOUNT)
}

pub(super) async fn touch(mut store: Store, hash: &[u8], now: Time) -> Result<(), Error> {
    let hash = text::hex(hash);
    let Some(stored) = load(&mut store, &hash).await? else {
        return Ok(());
    };
    let stored = Stored {
        seen: now.0.max(stored.seen),
        ..stored
    };
    let json = serde_json::to_string(&stored).map_err(Error::broken)?;
    // XX: a session that was ended meanwhile stays ended.
    let mut set = redis::cmd("SET");
    set.arg(store.session(&hash))
        .arg(json)
        .arg("PX")
        .arg(life(&stored))
        .arg("XX");
    set.query_async::<Option<String>>(&mut store.redis)
        .await
        .map(|_| ())
        .map_err(busy)
}

/// Milliseconds until it ends by itself.
fn life(stored: &Stored) -> u64 {
    IDLE_TIMEOUT
        .min(stored.created + ABSOLUTE_TIMEOUT - stored.seen)
        .max(1000) as u64
}

pub(super) async fn forget(mut store: Store, hash: &[u8]) -> Result<Option<i64>, Error> {
    let hash = text::hex(hash);
    let Some(stored) = load(&mut store, &hash).await? else {
        return Ok(None);
    };
    remove(&mut store, stored.account, &hash).await?;
    Ok(Some(stored.account))
}

/// Takes a session away, from its account's list first.
async fn remove(store: &mut Store, account: i64, hash: &str) -> Result<(), Error> {
    let (set, session) = (store.account_set(account), store.session(hash));
    store
        .redis
        .srem::<_, _, ()>(set, hash)
        .await
        .map_err(busy)?;
    store.redis.del::<_, ()>(session).await.map_err(busy)
}

async fn all(store: &mut Store, account: i64) -> Result<Vec<String>, Error> {
    store
        .redis
        .smembers(store.account_set(account))
        .await
        .map_err(busy)
}

pub(super) async fn list(
    mut store: Store,
    account: i64,
    _: Time,
) -> Result<Vec<SessionRow>, Error> {
    let mut rows = Vec::new();
    for hash in all(&mut store, account).await? {
        match load(&mut store, &hash).await? {
            Some(stored) => rows.push(row(&hash, &stored)),
            None => store
                .redis
                .srem::<_, _, ()>(store.account_set(account), &hash)
                .await
                .map_err(busy)?,
        }
    }
    rows.sort_by_key(|r| std::cmp::Reverse(r.seen_at));
    Ok(rows)
}

pub(super) async fn end(mut store: Store, account: i64, wanted: &str) -> Result<(), Error> {
    let hashes = all(&mut store, account).await?;
    let found = hashes
        .iter()
        .find(|hash| id(hash) == wanted)
        .ok_or(Error::NotFound)?;
    remove(&mut store, account, found).await
}

pub(super) async fn end_others(
    mut store: Store,
    account: i64,
    keep: Option<&str>,
) -> Result<(), Error> {
    for hash in all(&mut store, account).await? {
        if keep != Some(id(&hash).as_str()) {
            remove(&mut store, account, &hash).await?;
        }
    }
    Ok(())
}
