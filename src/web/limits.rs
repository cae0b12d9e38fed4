//! Rate limits, counted in the database or in Redis, so that all nodes share them.
//!
//! A sliding-window log: the times of recent hits are stored, so that a limit is exact at any time.

use crate::db::{Conn, Db, Time, lock, schema::throttles};
use crate::either;
use crate::error::Error;
use crate::web::headers::new_idempotency_key;
use diesel::prelude::*;

/// At most `max_hits` hits in `window` milliseconds for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub key: String,
    pub max_hits: usize,
    pub window: i64,
}

impl Rule {
    pub fn new(kind: &str, whom: impl std::fmt::Display, max_hits: usize, window: i64) -> Rule {
        Rule {
            key: format!("{kind}:{whom}"),
            max_hits,
            window,
        }
    }
}

/// Where hits are stored.
pub enum Limits {
    Database,
    /// The connection, and the prefix of this site's keys.
    Redis(redis::aio::ConnectionManager, String),
}

/// Hits that were counted (Redis) or will be in the write's own transaction (database).
#[derive(Clone, Debug)]
pub struct Reserved {
    rules: Vec<Rule>,
    counted: bool,
    /// Identifies the hit: the same one is counted once (Redis).
    hit: String,
    now: Time,
}

/// The tolerated clock skew, in milliseconds: hits further in the future are ignored.
const MAX_CLOCK_SKEW: i64 = Time::MINUTE;

const RESERVE: &str = r"
local now, hit = tonumber(ARGV[1]), ARGV[2]
for i = 1, #KEYS do
  local max_hits, window = tonumber(ARGV[2*i+1]), tonumber(ARGV[2*i+2])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
  redis.call('ZREMRANGEBYSCORE', KEYS[i], now + 60000, '+inf')
  if not redis.call('ZSCORE', KEYS[i], hit) and redis.call('ZCARD', KEYS[i]) >= max_hits then
    local oldest = redis.call('ZRANGE', KEYS[i], -max_hits, -max_hits, 'WITHSCORES')
    return math.max(1, tonumber(oldest[2]) + window - now)
  end
end
for i = 1, #KEYS do
  redis.call('ZADD', KEYS[i], 'NX', now, hit)
  redis.call('PEXPIRE', KEYS[i], tonumber(ARGV[2*i+2]))
end
return 0";

impl Limits {
    /// The Redis connection and the prefix of this site's keys, if hits are stored there.
    pub fn redis(&self) -> Option<(redis::aio::ConnectionManager, String)> {
        match self {
            Limits::Redis(redis, prefix) => Some((redis.clone(), prefix.clone())),
            Limits::Database => None,
        }
    }

    /// Whether [`Limits::reserve`] counts before the write.
    pub fn counts_at_once(&self) -> bool {
        matches!(self, Limits::Redis(..))
    }

    /// Reserves one hit on every rule. With Redis it is counted now; give it back with [`Limits::unreserve`] if the
    /// write does not happen. With the database nothing happens until [`Reserved::count`].
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait, `Unavailable` when Redis does not answer.
    pub async fn reserve(&self, rules: Vec<Rule>, now: Time) -> Result<Reserved, Error> {
        self.reserve_once(rules, new_idempotency_key(), now).await
    }

    /// [`Limits::reserve`] with an idempotency key: the same `hit` counts once, also in parallel.
    ///
    /// # Errors
    /// As [`Limits::reserve`].
    pub async fn reserve_once(
        &self,
        rules: Vec<Rule>,
        hit: String,
        now: Time,
    ) -> Result<Reserved, Error> {
        let mut reserved = Reserved {
            rules,
            counted: false,
            hit,
            now,
        };
        let Limits::Redis(redis, prefix) = self else {
            return Ok(reserved);
        };
        if reserved.rules.is_empty() {
            return Ok(reserved);
        }
        let script = redis::Script::new(RESERVE);
        let mut call = script.prepare_invoke();
        call.arg(now.0).arg(&reserved.hit);
        for rule in &reserved.rules {
            call.key(format!("{prefix}:limit:{}", rule.key))
                .arg(rule.max_hits)
                .arg(rule.window);
        }
        let wait: i64 = call
            .invoke_async(&mut redis.clone())
            .await
            .map_err(|e| Error::Unavailable(format!("Redis: {e}")))?;
        reserved.counted = true;
        if wait > 0 {
            Err(too_many(wait))
        } else {
            Ok(reserved)
        }
    }

    /// [`Limits::reserve`] that counts at once on the database too, in a write of its own.
    pub async fn take(&self, db: &Db, rules: Vec<Rule>, now: Time) -> Result<Reserved, Error> {
        let reserved = self.reserve(rules, now).await?;
        if !reserved.counted {
            let spending = reserved.clone();
            db.write(move |conn| spending.count(conn)).await?;
        }
        Ok(reserved)
    }

    /// Counts a reserved hit again, in case a parallel request with the same `hit` has given it back meanwhile.
    ///
    /// # Errors
    /// `Unavailable` when Redis does not answer.
    pub async fn confirm(&self, reserved: &Reserved) -> Result<(), Error> {
        match self {
            Limits::Redis(redis, prefix) if reserved.counted => {
                let mut pipe = redis::pipe();
                for rule in &reserved.rules {
                    let key = format!("{prefix}:limit:{}", rule.key);
                    pipe.zadd(&key, &reserved.hit, reserved.now.0).ignore();
                    pipe.pexpire(&key, rule.window).ignore();
                }
                let stored = pipe.query_async::<()>(&mut redis.clone()).await;
                stored.map_err(|e| Error::Unavailable(format!("Redis: {e}")))
            }
            _ => Ok(()),
        }
    }

    /// Gives back what [`Limits::reserve`] counted, when the write did not happen. The database has counted nothing then.
    pub async fn unreserve(&self, reserved: Reserved) -> Result<(), Error> {
        match self {
            Limits::Redis(redis, prefix) if reserved.counted => {
                give_back(redis, prefix, &reserved).await
            }
            _ => Ok(()),
        }
    }

    /// Counts a form that is expensive to validate as refused in advance. Give it back ([`Limits::refund`]) if it is
    /// accepted.
    ///
    /// # Errors
    /// `TooMany`.
    pub async fn try_form(&self, db: &Db, whom: &str, now: Time) -> Result<Reserved, Error> {
        let rules = vec![Rule::new("refused", whom, 100, 10 * Time::MINUTE)];
        self.take(db, rules, now).await
    }

    /// Counts a form that was refused: at most 100 in 10 minutes.
    ///
    /// # Errors
    /// `TooMany`.
    pub async fn refused(&self, db: &Db, whom: &str, now: Time) -> Result<(), Error> {
        self.try_form(db, whom, now).await.map(|_| ())
    }

    /// Gives the hits of [`Limits::take`] back.
    pub async fn refund(&self, db: &Db, reserved: Reserved) -> Result<(), Error> {
        match self {
            Limits::Redis(redis, prefix) => give_back(redis, prefix, &reserved).await,
            Limits::Database => db.write(move |conn| reserved.give_back(conn)).await,
        }
    }
}

impl Reserved {
    /// Checks that these hits are within the limits, without counting them: before expensive work.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn check(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.counted {
            return Ok(());
        }
        for rule in &self.rules {
            self.remaining_hits(conn, rule)?;
        }
        Ok(())
    }

    /// The times of a rule's current hits, if one more is allowed.
    fn remaining_hits(&self, conn: &mut Conn, rule: &Rule) -> Result<Vec<i64>, Error> {
        let hits = self.hits(conn, rule)?;
        if hits.len() >= rule.max_hits {
            let first = hits[hits.len() - rule.max_hits];
            return Err(too_many(first + rule.window - self.now.0));
        }
        Ok(hits)
    }

    /// Counts the hits in this transaction, unless Redis has.
    ///
    /// # Errors
    /// `TooMany`.
    pub fn count(&self, conn: &mut Conn) -> Result<(), Error> {
        if self.counted {
            return Ok(());
        }
        for rule in &self.rules {
            lock(conn, &rule.key)?;
            let mut hits = self.remaining_hits(conn, rule)?;
            hits.push(self.now.0);
            self.store_hits(conn, rule, &hits)?;
        }
        Ok(())
    }

    fn give_back(&self, conn: &mut Conn) -> Result<(), Error> {
        for rule in &self.rules {
            lock(conn, &rule.key)?;
            let mut hits = self.hits(conn, rule)?;
            if let Some(at) = hits.iter().rposition(|hit| *hit == self.now.0) {
                hits.remove(at);
            }
            self.store_hits(conn, rule, &hits)?;
        }
        Ok(())
    }

    fn hits(&self, conn: &mut Conn, rule: &Rule) -> Result<Vec<i64>, Error> {
        let stored: Option<Vec<u8>> = throttles::table
            .find(&rule.key)
            .select(throttles::hits)
            .first(conn)
            .optional()?;
        let stored = stored.unwrap_or_default();
        let moments = stored
            .chunks_exact(8)
            .map(|c| i64::from_be_bytes(c.try_into().expect("eight bytes")));
        // Hits in the future were counted by a wrong clock.
        let counts =
            |hit: &i64| hit + rule.window > self.now.0 && *hit <= self.now.0 + MAX_CLOCK_SKEW;
        Ok(moments.filter(counts).collect())
    }

    fn store_hits(&self, conn: &mut Conn, rule: &Rule, hits: &[i64]) -> Result<(), Error> {
        let bytes: Vec<u8> = hits.iter().flat_map(|hit| hit.to_be_bytes()).collect();
        let row = (
            throttles::key.eq(&rule.key),
            throttles::hits.eq(&bytes),
            throttles::expires_at.eq(self.now.0 + rule.window),
        );
        either!(conn, |c| diesel::insert_into(throttles::table)
            .values(row)
            .on_conflict(throttles::key)
            .do_update()
            .set((
                throttles::hits.eq(&bytes),
                throttles::expires_at.eq(self.now.0 + rule.window)
            ))
            .execute(c))?;
        Ok(())
    }
}

async fn give_back(
    redis: &redis::aio::ConnectionManager,
    prefix: &str,
    reserved: &Reserved,
) -> Result<(), Error> {
    let mut pipe = redis::pipe();
    for rule in &reserved.rules {
        pipe.zrem(format!("{prefix}:limit:{}", rule.key), &reserved.hit)
            .ignore();
    }
    pipe.query_async::<()>(&mut redis.clone())
        .await
        .map_err(|e| Error::Unavailable(format!("Redis: {e}")))
}

/// Deletes the rate limits whose keys hold one of these words: what a person has typed.
pub fn forget(conn: &mut Conn, words: &[&str]) -> Result<(), Error> {
    for word in words {
        let word = word.to_lowercase();
        let escaped = word
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        // The word alone, or with a network behind it: `ann` is not `anna`.
        for pattern in [format!("%:{escaped}"), format!("%:{escaped}|%")] {
            let holding = throttles::table.filter(throttles::key.like(pattern).escape('\\'));
            diesel::delete(holding).execute(conn)?;
        }
    }
    Ok(())
}

/// Deletes the rows of expired rate limits.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    diesel::delete(throttles::table.filter(throttles::expires_at.lt(now.0))).execute(conn)?;
    Ok(())
}

fn too_many(millis: i64) -> Error {
    Error::TooMany {
        seconds: (millis + 999).max(1000) / 1000,
    }
}
