//! Writes on PostgreSQL: a turn, a connection, one transaction that is tried again where the server asks for it, and word to
//! the other nodes before the acknowledgement.

use super::invalidation::{CacheTag, gather};
use super::{Conn, Db, listen, query_stats};
use crate::error::Error;
use diesel::Connection;
use diesel::connection::SimpleConnection;
use std::time::{Duration, Instant};

/// How long a write waits for a turn and for locks.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that no write takes, on PostgreSQL.
pub(super) const RESERVED_FOR_READS: usize = 2;

impl Db {
    /// What came of a write, and how many statements it took.
    pub(super) async fn write_on_postgres<T, F>(
        &self,
        f: F,
        asked: Instant,
    ) -> Result<(Result<T, Error>, u32), Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T, Error> + Send + Sync + 'static,
    {
        // Some connections are left to those who read.
        let turn = self.0.writes.clone().acquire_owned();
        let Ok(turn) = tokio::time::timeout(WRITE_TIMEOUT, turn).await else {
            return Err(Error::Busy("other writes wait for a lock".into()));
        };
        let db = self.clone();
        let work = move || {
            let _turn = turn;
            query_stats::count(|| db.write_postgres(f, asked))
        };
        Ok(tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|e| (Err(Error::broken(e)), 0)))
    }

    /// Tells the other nodes, once more over another connection where the first one is gone.
    fn notify(&self, conn: &mut Conn, cache_tags: &[CacheTag]) {
        let told = listen::notify(conn, &self.0.node, cache_tags).or_else(|_| {
            let mut other = self.connection()?;
            listen::notify(&mut other, &self.0.node, cache_tags)
        });
        if let Err(error) = told {
            tracing::error!(%error, "other nodes could not be told of a change: they may show what was for half a minute");
        }
    }

    pub(super) fn write_postgres<T>(
        &self,
        f: impl Fn(&mut Conn) -> Result<T, Error>,
        asked: Instant,
    ) -> Result<T, Error> {
        let mut conn = self.connection()?;
        let mut tries = 0;
        loop {
            // Who has waited for a turn waits that much less for a lock.
            let left = WRITE_TIMEOUT
                .saturating_sub(asked.elapsed())
                .as_millis()
                .max(1);
            let shorten = (left < 4_900).then(|| format!("SET LOCAL lock_timeout = {left}"));
            let work = |conn: &mut Conn| {
                if let Some(shorten) = &shorten {
                    conn.batch_execute(shorten)?;
                }
                f(conn)
            };
            let (result, cache_tags) = gather(|| Connection::transaction(&mut *conn, work));
            // Also after an error: a COMMIT whose answer was lost may stand.
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
                    return Err(Error::Busy(format!("after {tries} retries: {e}")));
                }
                Err(e @ (Error::Busy(_) | Error::Broken { .. })) => {
                    self.notify(&mut conn, &cache_tags);
                    return Err(e);
                }
                Err(e) => return Err(e),
            }
        }
    }
}
