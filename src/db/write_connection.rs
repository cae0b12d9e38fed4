//! The one connection that writes to a SQLite database: opening, transactions, checkpoints.

use super::Conn;
use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

/// How long SQLite retries for the lock in one attempt; between attempts the queue is served.
const RETRY: &str = "PRAGMA busy_timeout=100";

/// Opens the write connection, and reopens it after it broke.
pub(super) type Open = Box<dyn Fn() -> Result<Conn, diesel::ConnectionError> + Send>;

/// Sets a short busy timeout, so that the queue is served between two attempts to take the lock.
pub(super) fn with_short_timeout(mut conn: Conn) -> Conn {
    let _ = conn.batch_execute(RETRY);
    conn
}

/// Checkpoints the WAL, so that a copy of the database file alone is complete.
pub(super) fn close(conn: &mut Conn) {
    let moved = conn.batch_execute("PRAGMA busy_timeout=2000; PRAGMA wal_checkpoint(TRUNCATE)");
    if let Err(error) = moved {
        tracing::warn!(%error, "the WAL could not be checkpointed");
    }
}

/// A number that changes with the commits of other connections, not with this one's:
/// <https://www.sqlite.org/pragma.html#pragma_data_version>
pub(super) fn data_version(conn: &mut Conn) -> Option<i64> {
    #[derive(diesel::QueryableByName)]
    struct DataVersion {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        data_version: i64,
    }
    let asked: diesel::QueryResult<DataVersion> =
        diesel::sql_query("PRAGMA data_version").get_result(conn);
    asked.ok().map(|v| v.data_version)
}

pub(super) fn reopen(open: &Open) -> Option<Conn> {
    open()
        .inspect_err(|error| tracing::error!(%error, "the write connection cannot be reopened"))
        .ok()
}

pub(super) fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    let Conn::Sqlite(c) = conn else {
        unreachable!("only SQLite has a single writer")
    };
    AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
}

/// Whether the batch's own transaction is still open, with every savepoint in it closed.
pub(super) fn in_transaction(conn: &mut Conn) -> bool {
    let Conn::Sqlite(c) = conn else {
        unreachable!("only SQLite has a single writer")
    };
    let depth = AnsiTransactionManager::transaction_manager_status_mut(c).transaction_depth();
    matches!(depth, Ok(Some(depth)) if depth.get() == 1)
}

pub(super) fn commit(conn: &mut Conn) -> bool {
    let Conn::Sqlite(c) = conn else {
        unreachable!("only SQLite has a single writer")
    };
    AnsiTransactionManager::commit_transaction(c)
        .inspect_err(|error| tracing::error!(%error, "a commit failed"))
        .is_ok()
}
