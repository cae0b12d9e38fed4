//! Sessions in Redis: one JSON value a session, one set of hashes an account.

use super::store::SessionRow;
use super::{ABSOLUTE, IDLE};
use crate::db::Time;
use crate::error::Error;
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
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|b| format!("{b:02x}")).collect()
}
fn session(hash: &str) -> String {
    format!("masthead:session:{hash}")
}
fn account_set(account: i64) -> String {
    format!("masthead:sessions:{account}")
}
fn busy(e: redis::RedisError) -> Error {
    Error::Busy(format!("Redis: {e}"))
}

/// What is shown and named: a part of the hash says nothing about the token.
fn id(hash: &str) -> String {
    hash.chars().take(16).collect()
}

async fn load(redis: &mut ConnectionManager, hash: &str) -> Result<Option<Stored>, Error> {
    let json: Option<String> = redis.get(session(hash)).await.map_err(busy)?;
    Ok(json.and_then(|j| serde_json::from_str(&j).ok()))
}

async fn save(redis: &mut ConnectionManager, hash: &str, stored: &Stored) -> Result<(), Error> {
    let json = serde_json::to_string(stored).map_err(Error::broken)?;
    let life = IDLE.min(stored.created + ABSOLUTE - stored.seen).max(1000);
    redis::pipe()
        .pset_ex(session(hash), json, life as u64)
        .ignore()
        .sadd(account_set(stored.account), hash)
        .ignore()
        .pexpire(account_set(stored.account), ABSOLUTE)
        .ignore()
        .query_async::<()>(redis)
        .await
        .map_err(busy)
}

pub(super) async fn find(mut redis: ConnectionManager, hash: &[u8], now: Time) -> Result<Option<(SessionRow, i64)>, Error> {
    let hash = hex(hash);
    let stored = load(&mut redis, &hash).await?;
    Ok(stored.filter(|s| s.created + ABSOLUTE > now.0 && s.seen + IDLE > now.0).map(|s| (row(&hash, &s), s.account)))
}

fn row(hash: &str, s: &Stored) -> SessionRow {
    SessionRow { id: id(hash), agent: s.agent.clone(), network: s.network.clone(), created_at: Time(s.created), seen_at: Time(s.seen) }
}

pub(super) async fn begin(
    mut redis: ConnectionManager,
    hash: &[u8],
    account: i64,
    agent: &str,
    network: &str,
    now: Time,
) -> Result<(), Error> {
    let stored = Stored { account, agent: agent.to_owned(), network: network.to_owned(), created: now.0, seen: now.0 };
    save(&mut redis, &hex(hash), &stored).await
}

pub(super) async fn touch(mut redis: ConnectionManager, hash: &[u8], now: Time) -> Result<(), Error> {
    let hash = hex(hash);
    match load(&mut redis, &hash).await? {
        Some(stored) => save(&mut redis, &hash, &Stored { seen: now.0, ..stored }).await,
        None => Ok(()),
    }
}

pub(super) async fn forget(mut redis: ConnectionManager, hash: &[u8]) -> Result<(), Error> {
    let hash = hex(hash);
    if let Some(stored) = load(&mut redis, &hash).await? {
        redis.srem::<_, _, ()>(account_set(stored.account), &hash).await.map_err(busy)?;
    }
    redis.del::<_, ()>(session(&hash)).await.map_err(busy)
}

async fn all(redis: &mut ConnectionManager, account: i64) -> Result<Vec<String>, Error> {
    redis.smembers(account_set(account)).await.map_err(busy)
}

pub(super) async fn list(mut redis: ConnectionManager, account: i64, _: Time) -> Result<Vec<SessionRow>, Error> {
    let mut rows = Vec::new();
    for hash in all(&mut redis, account).await? {
        match load(&mut redis, &hash).await? {
            Some(stored) => rows.push(row(&hash, &stored)),
            None => redis.srem::<_, _, ()>(account_set(account), &hash).await.map_err(busy)?,
        }
    }
    rows.sort_by_key(|r| std::cmp::Reverse(r.seen_at));
    Ok(rows)
}

pub(super) async fn end(mut redis: ConnectionManager, account: i64, wanted: &str) -> Result<(), Error> {
    let found = all(&mut redis, account).await?.into_iter().find(|hash| id(hash) == wanted).ok_or(Error::NotFound)?;
    redis.srem::<_, _, ()>(account_set(account), &found).await.map_err(busy)?;
    redis.del::<_, ()>(session(&found)).await.map_err(busy)
}

pub(super) async fn end_others(mut redis: ConnectionManager, account: i64, keep: Option<&str>) -> Result<(), Error> {
    for hash in all(&mut redis, account).await? {
        if keep != Some(id(&hash).as_str()) {
            redis.srem::<_, _, ()>(account_set(account), &hash).await.map_err(busy)?;
            redis.del::<_, ()>(session(&hash)).await.map_err(busy)?;
        }
    }
    Ok(())
}
