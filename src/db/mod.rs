//! Database access for SQLite and PostgreSQL: [`Conn`] is a connection to either, [`Db`] runs reads and writes on them.
//!
//! A read sees one snapshot. A write is one transaction and is acknowledged only after the database has synced it.
//! On SQLite one thread owns the write connection and commits queued writes together (see [`writer`]).

mod address;
mod erased;
mod generation;
pub mod invalidation;
mod listen;
mod manager;
mod migrate;
mod open;
mod postgres;
mod postgres_tls;
mod postgres_write;
pub mod prepared;
pub mod query_stats;
pub mod schema;
mod site_key;
mod sqlstate;
pub mod tagged;
pub mod types;
mod write_connection;
mod writer;

use crate::error::Error;
pub use address::{Address, hide_password};
use diesel::connection::SimpleConnection;
use diesel::r2d2::Pool;
use diesel::{Connection, RunQueryDsl};
pub use generation::check_file;
use invalidation::{CacheTag, Changes};
pub use invalidation::{Dependencies, Version};
use manager::Manager;
pub use manager::Tuning;
pub use migrate::{SchemaVersion, sync_folder, versions};
use prometheus_client::metrics::histogram::Histogram;
pub use site_key::{SiteKey, site_key};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
pub use types::Time;

#[derive(diesel::MultiConnection)]
#[allow(
    clippy::large_enum_variant,
    reason = "a process has about a dozen connections, all of one variant"
)]
pub enum Conn {
    Postgres(postgres::PostgresConnection),
    Sqlite(diesel::SqliteConnection),
}

/// Evaluates an expression on the connection of either backend, for queries that diesel's `MultiConnection` does not
/// support (`on_conflict`, batch inserts).
#[macro_export]
macro_rules! either {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::Conn::Postgres($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}

/// Opens one connection outside the pool, without a response timeout: for migrations and tools.
///
/// # Errors
/// The connection error of the database.
pub fn connect(address: &Address) -> Result<Conn, diesel::ConnectionError> {
    let tuning = Tuning {
        answers: false,
        ..Tuning::default()
    };
    Manager::open(address, tuning)
}

/// The error while the database server is known to be away.
const UNREACHABLE: &str = "the database does not answer";

/// Metrics of the database layer; `web::meter` exports them.
#[derive(Clone, Debug)]
pub struct Meters {
    /// Time that callers waited for a pooled connection, in seconds.
    pub pool_wait: Histogram,
    /// Writes per commit (SQLite).
    pub batch: Histogram,
}

/// A database: cheap to clone, all clones share its connections.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    address: Address,
    pool: Pool<Manager>,
    writer: Option<writer::Writer>,
    changes: Arc<Changes>,
    meters: Meters,
    /// Random id of this process in its notifications to other nodes.
    node: String,
    /// Milliseconds that the database server's clock is ahead of this machine's.
    clock: AtomicI64,
    /// The server does not answer, so requests fail without waiting. Set by the listening connection.
    is_unreachable: Arc<AtomicBool>,
    /// Limits concurrent writes on PostgreSQL.
    writes: Arc<Semaphore>,
    listener: OnceLock<listen::NotifyListener>,
    key: site_key::KeyCell,
}

impl Db {
    /// The current version, for [`Dependencies`]: take it before the reads that a cached value is made from.
    pub fn version(&self) -> Version {
        self.0.changes.version()
    }

    /// Whether no cache tag that a cached value depends on has changed.
    pub fn is_valid(&self, dependencies: &Dependencies) -> bool {
        self.0.changes.is_valid(dependencies)
    }

    /// Whether a cached value was valid up to two minutes ago and is not known to have changed: for serving stale pages
    /// while the database does not answer.
    pub fn was_valid_recently(&self, dependencies: &Dependencies) -> bool {
        self.0.changes.was_valid_recently(dependencies)
    }

    /// Whether the database server is known not to answer.
    pub fn is_unreachable(&self) -> bool {
        self.0.is_unreachable.load(Ordering::Relaxed)
    }

    /// Sets the key that [`site_key`] gives to reads and writes, if none is set.
    pub fn set_key(&self, key: SiteKey) {
        self.0.key.get_or_init(|| key);
    }

    /// The time that all nodes share: the database server's on PostgreSQL, this machine's on SQLite.
    pub fn now(&self) -> Time {
        Time::now().plus(self.0.clock.load(Ordering::Relaxed))
    }

    /// Measures the offset of the database server's clock again.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn sync_clock(&self) -> Result<(), Error> {
        if self.0.writer.is_some() {
            return Ok(());
        }
        let ahead = self.read(postgres::clock_offset_millis).await?;
        self.0.clock.store(ahead, Ordering::Relaxed);
        Ok(())
    }

    /// Invalidates these cache tags after a change outside the database: in this process at once, on other nodes when
    /// they receive the notification.
    ///
    /// # Errors
    /// When the other nodes cannot be notified.
    pub async fn invalidate(&self, cache_tags: Vec<CacheTag>) -> Result<(), Error> {
        self.0.changes.record(&cache_tags);
        if self.0.writer.is_some() {
            // A commit without a change: other processes that use the file see it and invalidate their caches.
            return self
                .write(|conn| {
                    touch(conn)?;
                    Ok(())
                })
                .await;
        }
        let db = self.clone();
        let told = tokio::task::spawn_blocking(move || {
            let mut conn = db.connection()?;
            listen::notify(&mut conn, &db.0.node, &cache_tags)
        });
        told.await.unwrap_or_else(|e| Err(Error::internal(e)))
    }

    /// Waits until jobs may have been enqueued, by any process.
    pub async fn jobs_enqueued(&self) {
        self.0.changes.jobs_enqueued().await;
    }

    /// Invalidates these cache tags in this process only.
    pub fn invalidate_local(&self, cache_tags: &[CacheTag]) {
        self.0.changes.record(cache_tags);
    }

    /// On SQLite, invalidates everything after a commit by another process; on PostgreSQL, records whether
    /// notifications arrive. To be called once a second.
    pub async fn poll_outside_commits(&self) {
        let Some(writer) = &self.0.writer else {
            return self.0.changes.set_connected(self.receives_notifications());
        };
        let outside_commit = match writer.outside_commit() {
            Ok(answer) => answer.await.unwrap_or(true),
            // Unknown: assume that there was one.
            Err(_) => true,
        };
        if outside_commit {
            self.0.changes.record(&[CacheTag::Everything]);
        }
    }

    /// Whether notifications from other nodes arrive; always true on SQLite, which has no other nodes.
    pub fn receives_notifications(&self) -> bool {
        self.0.writer.is_some()
            || self
                .0
                .listener
                .get()
                .is_some_and(listen::NotifyListener::is_connected)
    }

    /// Starts to listen for notifications from other nodes. Does nothing on SQLite.
    pub fn listen(&self) {
        if let Address::Postgres { url, ca } = &self.0.address {
            self.0.listener.get_or_init(|| {
                listen::NotifyListener::open(
                    url.clone(),
                    ca.clone(),
                    self.0.node.clone(),
                    self.0.changes.clone(),
                    self.0.is_unreachable.clone(),
                )
            });
        }
    }

    /// Finishes queued writes, then checkpoints and closes a SQLite database, so that its file is complete without the
    /// `-wal` file. Blocks.
    pub fn close(&self) {
        if let Some(writer) = &self.0.writer {
            writer.close();
        }
    }

    /// Checks that writes succeed: commits one that changes nothing.
    ///
    /// # Errors
    /// The error of that write.
    pub async fn probe_write(&self) -> Result<(), Error> {
        self.write(touch).await
    }

    pub fn meters(&self) -> &Meters {
        &self.0.meters
    }

    /// The number of open connections in the pool, and how many of them are idle.
    pub fn connections(&self) -> (u32, u32) {
        let state = self.0.pool.state();
        (state.connections, state.idle_connections)
    }

    fn connection(&self) -> Result<diesel::r2d2::PooledConnection<Manager>, Error> {
        let began = Instant::now();
        let conn = loop {
            if self.is_unreachable() {
                break Err(UNREACHABLE.to_owned());
            }
            if let Some(conn) = self.0.pool.try_get() {
                break Ok(conn);
            }
            match self.0.pool.get_timeout(Duration::from_millis(200)) {
                Ok(conn) => break Ok(conn),
                Err(error) if began.elapsed() > Duration::from_secs(5) => {
                    break Err(error.to_string());
                }
                Err(_) => {}
            }
        };
        self.0
            .meters
            .pool_wait
            .observe(began.elapsed().as_secs_f64());
        conn.map_err(|e| Error::Unavailable(format!("no connection: {e}")))
    }

    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// Runs one read on a blocking thread; all its queries see the same snapshot.
    pub async fn read<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        erased::typed(self.read_erased(erased::read(f)).await)
    }

    async fn read_erased(&self, f: erased::Read<'static>) -> Result<erased::Value, Error> {
        let (db, began) = (self.clone(), Instant::now());
        let (result, queries) =
            tokio::task::spawn_blocking(move || query_stats::count(|| db.read_now_erased(f)))
                .await
                .unwrap_or_else(|e| (Err(Error::internal(e)), 0));
        query_stats::add(queries, began);
        result
    }

    /// [`Db::read`] for callers that may block.
    pub fn read_now<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, Error> + Send,
    {
        erased::typed(self.read_now_erased(erased::read(f)))
    }

    fn read_now_erased(&self, f: erased::Read<'_>) -> Result<erased::Value, Error> {
        let mut conn = self.connection()?;
        site_key::with_key(&self.0.key, || match &mut *conn {
            Conn::Sqlite(_) => Connection::transaction(&mut *conn, f),
            Conn::Postgres(c) => {
                c.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
                let result = f(&mut conn);
                conn.batch_execute("ROLLBACK")?;
                result
            }
        })
    }

    /// Runs one write as one transaction; returns after it is durable. `f` may run again: PostgreSQL transactions are
    /// retried after a conflict.
    pub async fn write<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T, Error> + Send + Sync + 'static,
    {
        erased::typed(self.write_erased(erased::write(f)).await)
    }

    async fn write_erased(&self, f: erased::Write) -> Result<erased::Value, Error> {
        let began = Instant::now();
        let (result, queries) = match &self.0.writer {
            Some(writer) => writer
                .submit(f)?
                .await
                .unwrap_or_else(|_| (Err(Error::Unavailable("the writer stopped".into())), 0)),
            None => self.write_on_postgres(f, began).await?,
        };
        query_stats::add(queries, began);
        result
    }

    /// [`Db::write`] for callers that may block: the command line.
    pub fn write_now<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T, Error> + Send + Sync + 'static,
    {
        erased::typed(self.write_now_erased(erased::write(f)))
    }

    fn write_now_erased(&self, f: erased::Write) -> Result<erased::Value, Error> {
        match &self.0.writer {
            Some(writer) => writer.submit(f)?.blocking_recv().map_or_else(
                |_| Err(Error::Unavailable("the writer stopped".into())),
                |(result, _)| result,
            ),
            None => self.write_postgres(&f, Instant::now()),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            writer.close();
        }
    }
}

/// A write that changes no content but still produces a commit.
fn touch(conn: &mut Conn) -> Result<(), Error> {
    let statement = match conn {
        // "mast", for tools that tell files by their header: <https://www.sqlite.org/pragma.html#pragma_application_id>
        Conn::Sqlite(_) => "PRAGMA application_id = 1835103092",
        Conn::Postgres(_) => "UPDATE comment_counts SET total = total WHERE status = 'published'",
    };
    Ok(conn.batch_execute(statement)?)
}

/// Takes an advisory lock until the end of the transaction, for when there is no row to lock yet.
/// Does nothing on SQLite, which has a single writer.
pub fn lock(conn: &mut Conn, name: &str) -> Result<(), Error> {
    if let Conn::Postgres(_) = conn {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext($1))")
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(conn)?;
    }
    Ok(())
}
