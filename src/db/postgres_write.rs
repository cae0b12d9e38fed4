//! Writes on PostgreSQL: a semaphore permit, a connection, one transaction that is retried after a conflict, and a
//! notification to the other nodes before the acknowledgement.

use super::invalidation::{CacheTag, collect_cache_tags};
use super::site_key::with_key;
use super::{Conn, Db, erased, listen, query_stats};
use crate::error::Error;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use std::time::{Duration, Instant};

/// How long a write waits for its permit and for locks.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// Pool connections that writes leave to reads.
pub(super) const RESERVED_FOR_READS: usize = 2;

impl Db {
    /// Runs a write on a blocking thread; returns its result and its number of statements.
    ///
    /// # Errors
    /// `Unavailable` when no permit is free in time.
    pub(super) async fn write_on_postgres(
        &self,
        f: erased::Write,
        asked: Instant,
    ) -> Result<(Result<erased::Value, Error>, u32), Error> {
        // The semaphore leaves some connections to reads.
        let turn = self.0.writes.clone().acquire_owned();
        let Ok(turn) = tokio::time::timeout(WRITE_TIMEOUT, turn).await else {
            return Err(Error::Unavailable("other writes wait for a lock".into()));
        };
        let db = self.clone();
        let work = move || {
            let _turn = turn;
            query_stats::count(|| db.write_postgres(&f, asked))
        };
        Ok(tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|e| (Err(Error::internal(e)), 0)))
    }

    /// Notifies the other nodes; tries once more over another connection if the first one is broken.
    fn notify(&self, conn: &mut Conn, cache_tags: &[CacheTag]) {
        let told = listen::notify(conn, &self.0.node, cache_tags).or_else(|_| {
            let mut other = self.connection()?;
            listen::notify(&mut other, &self.0.node, cache_tags)
        });
        if let Err(error) = told {
            tracing::error!(%error, "other nodes were not notified of a change: they may serve stale pages for 30 s");
        }
    }

    pub(super) fn write_postgres(
        &self,
        f: &erased::Write,
        asked: Instant,
    ) -> Result<erased::Value, Error> {
        let mut conn = self.connection()?;
        let mut tries = 0;
        loop {
            // The time spent waiting for the permit is deducted from the lock timeout.
            let left = WRITE_TIMEOUT
                .saturating_sub(asked.elapsed())
                .as_millis()
                .max(1);
            let shorten = (left < 4_900).then(|| format!("SET LOCAL lock_timeout = {left}"));
            let work = |conn: &mut Conn| {
                if let Some(shorten) = &shorten {
                    conn.batch_execute(shorten)?;
                }
                with_key(&self.0.key, || f(conn))
            };
            let (result, cache_tags) =
                collect_cache_tags(|| Connection::transaction(&mut *conn, work));
            // Also after an error: a COMMIT whose response was lost may have succeeded.
            self.0.changes.record(&cache_tags);
            match result {
                Ok(done) => {
                    self.notify(&mut conn, &cache_tags);
                    return Ok(done);
                }
                Err(e) if e.is_retryable() && tries < 3 => {
                    tries += 1;
                    std::thread::sleep(Duration::from_millis(5 << tries));
                }
                Err(e) if e.is_retryable() => {
                    return Err(Error::Unavailable(format!("after {tries} retries: {e}")));
                }
                Err(e @ (Error::Unavailable(_) | Error::Internal { .. })) => {
                    self.notify(&mut conn, &cache_tags);
                    return Err(e);
                }
                Err(e) => return Err(e),
            }
        }
    }
}
