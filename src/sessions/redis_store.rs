//! Sessions in Redis: one JSON value per session, and one set of token hashes per account.

use super::store::{MAX_PER_ACCOUNT, NewSession, SessionRow, SessionState, StoredSession};
use super::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT};
use crate::db::Time;
use crate::error::Error;
use crate::text;
use crate::web::viewer::Proof;
use redis::AsyncCommands;
use redis::aio::ConnectionManager;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Stored {
    state: SessionState,
    data: String,
    data_expires_at: i64,
    agent: String,
    network: String,
    created: i64,
    seen: i64,
    password_version: i64,
    roles_version: i64,
    must_change_password: bool,
    #[serde(default)]
    proof: Option<Proof>,
    #[serde(default)]
    proved_at: i64,
}

/// A Redis connection, and the key prefix of this site.
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
fn redis_error(e: redis::RedisError) -> Error {
    Error::Unavailable(format!("Redis: {e}"))
}

/// Public identifier of a session: a prefix of the hash, which reveals nothing about the token.
fn id(hash: &str) -> String {
    hash.chars().take(16).collect()
}

async fn load(store: &mut Store, hash: &str) -> Result<Option<Stored>, Error> {
    let json: Option<String> = store
        .redis
        .get(store.session(hash))
        .await
        .map_err(redis_error)?;
    Ok(json.and_then(|j| serde_json::from_str(&j).ok()))
}

async fn save(store: &mut Store, hash: &str, stored: &Stored) -> Result<(), Error> {
    let json = serde_json::to_string(stored).map_err(Error::internal)?;
    let mut pipe = redis::pipe();
    pipe.pset_ex(store.session(hash), json, ttl_millis(stored))
        .ignore();
    if let Some(account) = stored.state.account() {
        let set = store.account_set(account);
        pipe.sadd(&set, hash).ignore();
        pipe.pexpire(&set, ABSOLUTE_TIMEOUT).ignore();
    }
    pipe.query_async::<()>(&mut store.redis)
        .await
        .map_err(redis_error)
}

/// The session with this token hash. An expired one is deleted, so that setting the clock back does not make it valid
/// again.
pub(super) async fn find(
    mut store: Store,
    hash: &[u8],
    now: Time,
) -> Result<Option<StoredSession>, Error> {
    let hash = text::encode_hex(hash);
    let Some(stored) = load(&mut store, &hash).await? else {
        return Ok(None);
    };
    if stored.created + ABSOLUTE_TIMEOUT <= now.0 || stored.seen + IDLE_TIMEOUT <= now.0 {
        if let Err(error) = remove(&mut store, stored.state.account(), &hash).await {
            tracing::warn!(%error, "could not delete an expired session");
        }
        return Ok(None);
    }
    Ok(Some(StoredSession {
        id: id(&hash),
        state: stored.state,
        data: stored.data,
        data_expires_at: Time(stored.data_expires_at),
        created_at: Time(stored.created),
        seen_at: Time(stored.seen),
        password_version: stored.password_version,
        roles_version: stored.roles_version,
        must_change_password: stored.must_change_password,
        proof: stored.proof,
        proved_at: Time(stored.proved_at),
        hash,
    }))
}

/// Whether the session with this token hash (hexadecimal) still exists.
pub(super) async fn is_open(mut store: Store, hash: &str) -> Result<bool, Error> {
    store
        .redis
        .exists(store.session(hash))
        .await
        .map_err(redis_error)
}

/// The sessions of an account by their token hash. Those that have expired leave its set.
async fn sessions_of(store: &mut Store, account: i64) -> Result<Vec<(String, Stored)>, Error> {
    let mut sessions = Vec::new();
    for hash in session_hashes(store, account).await? {
        match load(store, &hash).await? {
            Some(stored) => sessions.push((hash, stored)),
            None => store
                .redis
                .srem::<_, _, ()>(store.account_set(account), &hash)
                .await
                .map_err(redis_error)?,
        }
    }
    Ok(sessions)
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

/// Stores a session. Beyond [`MAX_PER_ACCOUNT`], the account's least recently seen sessions of the same state are deleted; returns
/// whether any were.
pub(super) async fn begin(
    mut store: Store,
    new: &NewSession,
    roles_version: i64,
) -> Result<bool, Error> {
    let stored = Stored {
        state: new.state,
        data: new.data.clone(),
        data_expires_at: new.data_expires_at.0,
        agent: new.agent.clone(),
        network: new.network.clone(),
        created: new.since.0,
        seen: new.now.0,
        password_version: new.password_version,
        roles_version,
        must_change_password: new.must_change_password,
        proof: new.proof,
        proved_at: new.proved_at.0,
    };
    let hash = text::encode_hex(&new.hash);
    save(&mut store, &hash, &stored).await?;
    let Some(account) = new.state.account() else {
        return Ok(false);
    };
    let count: usize = store
        .redis
        .scard(store.account_set(account))
        .await
        .map_err(redis_error)?;
    if count <= MAX_PER_ACCOUNT {
        return Ok(false);
    }
    let mut seen = Vec::new();
    for (other, stored) in sessions_of(&mut store, account).await? {
        if stored.state == new.state {
            seen.push((stored.seen, other));
        }
    }
    let too_many = seen.len().saturating_sub(MAX_PER_ACCOUNT);
    seen.retain(|(_, other)| *other != hash);
    seen.sort_unstable();
    for (_, other) in seen.iter().take(too_many) {
        remove(&mut store, Some(account), other).await?;
    }
    Ok(too_many > 0)
}

pub(super) async fn touch(mut store: Store, hash: &[u8], now: Time) -> Result<(), Error> {
    change(&mut store, hash, |stored| {
        stored.seen = now.0.max(stored.seen);
    })
    .await
    .map(|_| ())
}

/// Records that the person at a session has just proved who they are; returns its account.
pub(super) async fn prove(
    mut store: Store,
    hash: &[u8],
    proof: Proof,
    now: Time,
) -> Result<Option<i64>, Error> {
    change(&mut store, hash, |stored| {
        stored.proof = Some(proof);
        stored.proved_at = now.0;
    })
    .await
}

/// Stores the data of handlers in a session; returns its account.
pub(super) async fn set_data(
    mut store: Store,
    hash: &[u8],
    data: String,
    until: Time,
) -> Result<Option<i64>, Error> {
    change(&mut store, hash, |stored| {
        stored.data.clone_from(&data);
        stored.data_expires_at = until.0;
    })
    .await
}

/// Sets a session only if it is still what was read: one that was ended meanwhile stays ended, and data that another request
/// has removed stays removed.
const COMPARE_AND_SET: &str = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end \
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1";
/// How often a change is tried when other requests change the same session at the same moment.
const MAX_TRIES: usize = 20;

/// Changes a stored session, if it exists; returns its account.
async fn change(
    store: &mut Store,
    hash: &[u8],
    with: impl Fn(&mut Stored),
) -> Result<Option<i64>, Error> {
    let key = store.session(&text::encode_hex(hash));
    let script = redis::Script::new(COMPARE_AND_SET);
    for _ in 0..MAX_TRIES {
        let before: Option<String> = store.redis.get(&key).await.map_err(redis_error)?;
        let parsed = |json: &String| serde_json::from_str::<Stored>(json).ok();
        let (Some(before), Some(mut stored)) = (&before, before.as_ref().and_then(parsed)) else {
            return Ok(None);
        };
        with(&mut stored);
        let after = serde_json::to_string(&stored).map_err(Error::internal)?;
        let mut call = script.prepare_invoke();
        call.key(&key)
            .arg(before)
            .arg(after)
            .arg(ttl_millis(&stored));
        let is_set: bool = call
            .invoke_async(&mut store.redis)
            .await
            .map_err(redis_error)?;
        if is_set {
            return Ok(stored.state.account());
        }
    }
    Err(Error::Unavailable(
        "a session is changed by too many requests at once".into(),
    ))
}

/// Milliseconds until the session expires.
fn ttl_millis(stored: &Stored) -> u64 {
    IDLE_TIMEOUT
        .min(stored.created + ABSOLUTE_TIMEOUT - stored.seen)
        .max(1000) as u64
}

pub(super) async fn forget(mut store: Store, hash: &[u8]) -> Result<Option<i64>, Error> {
    let hash = text::encode_hex(hash);
    let Some(stored) = load(&mut store, &hash).await? else {
        return Ok(None);
    };
    remove(&mut store, stored.state.account(), &hash).await?;
    Ok(stored.state.account())
}

/// Deletes a session, first from its account's set.
async fn remove(store: &mut Store, account: Option<i64>, hash: &str) -> Result<(), Error> {
    let session = store.session(hash);
    if let Some(account) = account {
        let set = store.account_set(account);
        store
            .redis
            .srem::<_, _, ()>(set, hash)
            .await
            .map_err(redis_error)?;
    }
    store.redis.del::<_, ()>(session).await.map_err(redis_error)
}

async fn session_hashes(store: &mut Store, account: i64) -> Result<Vec<String>, Error> {
    store
        .redis
        .smembers(store.account_set(account))
        .await
        .map_err(redis_error)
}

pub(super) async fn list(
    mut store: Store,
    account: i64,
    _: Time,
) -> Result<Vec<SessionRow>, Error> {
    let mut rows = Vec::new();
    for (hash, stored) in sessions_of(&mut store, account).await? {
        if matches!(stored.state, SessionState::SignedIn(_)) {
            rows.push(row(&hash, &stored));
        }
    }
    rows.sort_by_key(|r| std::cmp::Reverse(r.seen_at));
    Ok(rows)
}

pub(super) async fn end(mut store: Store, account: i64, wanted: &str) -> Result<(), Error> {
    let hashes = session_hashes(&mut store, account).await?;
    let found = hashes
        .iter()
        .find(|hash| id(hash) == wanted)
        .ok_or(Error::NotFound)?;
    remove(&mut store, Some(account), found).await
}

pub(super) async fn end_others(
    mut store: Store,
    account: i64,
    keep: Option<&str>,
) -> Result<(), Error> {
    for hash in session_hashes(&mut store, account).await? {
        if keep != Some(id(&hash).as_str()) {
            remove(&mut store, Some(account), &hash).await?;
        }
    }
    Ok(())
}
