//! The pool's connection manager, and the settings that connections are opened with ([`Tuning`]).

use super::{Address, Conn, UNREACHABLE, postgres, query_stats};
use diesel::connection::SimpleConnection;
use diesel::r2d2::ManageConnection;
use diesel::{Connection, RunQueryDsl};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Commit and cache settings of SQLite, and timeouts of PostgreSQL. A benchmark compares other values with the default.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// `PRAGMA synchronous`: with anything below FULL a power cut loses acknowledged writes.
    pub synchronous: &'static str,
    /// The most writes that share one commit.
    pub batch: usize,
    /// SQLite's page cache, in KiB per connection.
    pub cache: u32,
    /// Size of the WAL, in pages, at which SQLite checkpoints it.
    pub checkpoint: u32,
    /// How long to wait at start for a database server that does not answer.
    pub patience: Duration,
    /// Whether PostgreSQL connections have a response timeout. Not for migrations, which may take any time.
    pub answers: bool,
}

impl Tuning {
    /// For the server, which may be started together with its database.
    pub fn server() -> Tuning {
        Tuning {
            patience: Duration::from_secs(60),
            ..Tuning::default()
        }
    }

    /// For a command that writes millions of rows: the indexes fit into memory.
    pub fn bulk() -> Tuning {
        Tuning {
            cache: 400_000,
            checkpoint: 50_000,
            ..Tuning::default()
        }
    }
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning {
            synchronous: "FULL",
            batch: 512,
            cache: 8_000,
            checkpoint: 1_000,
            patience: Duration::ZERO,
            answers: true,
        }
    }
}

/// Opens connections of one address for the pool.
#[derive(Debug)]
pub struct Manager {
    pub(super) address: Address,
    pub(super) tuning: Tuning,
    /// Set while the database server does not answer.
    pub(super) is_unreachable: Arc<AtomicBool>,
}

const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; \
    PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA mmap_size=268435456;";

impl Manager {
    /// [`Manager::open`], retried for [`Tuning::patience`] while the database server does not answer.
    pub(super) fn open_with_retry(
        address: &Address,
        tuning: Tuning,
    ) -> Result<Conn, diesel::ConnectionError> {
        let began = Instant::now();
        loop {
            let error = match Manager::open(address, tuning) {
                Ok(conn) => return Ok(conn),
                Err(error) => error,
            };
            let is_temporary = matches!(address, Address::Postgres { .. })
                && matches!(error, diesel::ConnectionError::BadConnection(_));
            if !is_temporary || began.elapsed() >= tuning.patience {
                return Err(error);
            }
            tracing::warn!(%error, "waiting for the database");
            std::thread::sleep(Duration::from_secs(1));
        }
    }

    pub(super) fn open(address: &Address, tuning: Tuning) -> Result<Conn, diesel::ConnectionError> {
        let broken =
            |e: diesel::result::Error| diesel::ConnectionError::CouldntSetupConfiguration(e);
        match address {
            Address::Sqlite(path) => {
                use_multithread_mode();
                let mut conn = diesel::SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(SQLITE_PRAGMAS).map_err(broken)?;
                conn.batch_execute(&format!(
                    "PRAGMA synchronous={}; PRAGMA cache_size=-{}; PRAGMA wal_autocheckpoint={}",
                    tuning.synchronous, tuning.cache, tuning.checkpoint
                ))
                .map_err(broken)?;
                conn.set_instrumentation(query_stats::on_event);
                Ok(Conn::Sqlite(conn))
            }
            Address::Postgres { url, ca } => {
                let patience = tuning.answers.then_some(postgres::RESPONSE_TIMEOUT);
                let mut conn = postgres::PostgresConnection::open(url, ca.as_deref(), patience)?;
                conn.batch_execute(
                    "SET statement_timeout = '5s'; SET lock_timeout = '5s'; SET TIME ZONE 'UTC'",
                )
                .map_err(broken)?;
                conn.set_instrumentation(query_stats::on_event);
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

/// Sets SQLite's multi-thread mode: a connection is used by one thread at a time, so it needs no lock at every call.
/// Memory statistics, which need a lock as well, are turned off: <https://www.sqlite.org/threadsafe.html>
fn use_multithread_mode() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: called before the first connection, and only with documented options and arguments.
        unsafe {
            libsqlite3_sys::sqlite3_config(libsqlite3_sys::SQLITE_CONFIG_MULTITHREAD);
            libsqlite3_sys::sqlite3_config(libsqlite3_sys::SQLITE_CONFIG_MEMSTATUS, 0);
        }
    });
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;
    fn connect(&self) -> Result<Conn, Self::Error> {
        Manager::open(&self.address, self.tuning).map_err(diesel::r2d2::Error::ConnectionError)
    }
    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        // The pool tests one connection after the other, and each test of a frozen server takes until its timeout.
        if self.is_unreachable.load(Ordering::Relaxed) {
            let error = diesel::ConnectionError::BadConnection(UNREACHABLE.into());
            return Err(diesel::r2d2::Error::ConnectionError(error));
        }
        diesel::sql_query("SELECT 1")
            .execute(conn)
            .map(|_| ())
            .map_err(diesel::r2d2::Error::QueryError)
    }
    fn has_broken(&self, conn: &mut Conn) -> bool {
        match conn {
            Conn::Postgres(c) => {
                std::thread::panicking() || diesel::r2d2::R2D2Connection::is_broken(c)
            }
            Conn::Sqlite(c) => {
                std::thread::panicking() || diesel::r2d2::R2D2Connection::is_broken(c)
            }
        }
    }
}

/// Logs pool errors at debug level only: the pool retries, and a request that times out reports the error.
#[derive(Debug)]
pub(super) struct IgnorePoolErrors;
impl diesel::r2d2::HandleError<diesel::r2d2::Error> for IgnorePoolErrors {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::debug!(%error, "a database connection could not be opened");
    }
}
