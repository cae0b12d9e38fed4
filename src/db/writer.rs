//! The one writer of a SQLite database: takes all writes that wait, commits them together, answers after the sync.
//!
//! Every write runs in a savepoint of its own, so that one that fails fails alone. With `synchronous=FULL` a commit
//! costs a disk sync; sharing it is what makes many small durable writes cheap.

use super::Conn;
use crate::error::Error;
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use tokio::sync::oneshot;

/// How many writes may wait; one more is answered with 503.
const QUEUE: usize = 1024;
/// How many writes share one commit at most.
const BATCH: usize = 512;

type Acknowledge = Box<dyn FnOnce(bool) + Send>;
type Job = Box<dyn FnOnce(&mut Conn) -> Acknowledge + Send>;

pub(super) struct Writer(SyncSender<Job>);

impl Writer {
    /// Starts the thread. A connection that broke is thrown away and opened anew.
    ///
    /// # Errors
    /// When the first connection cannot be opened.
    pub(super) fn start(open: Open) -> Result<Writer, diesel::ConnectionError> {
        let first = open()?;
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || run(&open, first, &jobs))
            .expect("the system gives the process a thread");
        Ok(Writer(sender))
    }

    /// Puts one write into the queue.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub(super) fn submit<T, F>(&self, f: F) -> Result<oneshot::Receiver<Result<T, Error>>, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let result = catch_unwind(AssertUnwindSafe(|| conn.transaction(|c| f(c))))
                .unwrap_or_else(|_| {
                    if let Conn::Sqlite(c) = conn {
                        // The panic left the savepoint open.
                        let _ = AnsiTransactionManager::rollback_transaction(c);
                    }
                    Err(Error::broken("a write panicked"))
                });
            Box::new(move |committed| {
                let lost = || {
                    Err(Error::Busy(
                        "the commit failed; nothing of this write was kept".into(),
                    ))
                };
                // The caller may have gone away; its write stands all the same.
                let _ = sender.send(if committed || result.is_err() {
                    result
                } else {
                    lost()
                });
            })
        });
        self.0.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Busy("the write queue is full".into()),
            TrySendError::Disconnected(_) => Error::Busy("the writer stopped".into()),
        })?;
        Ok(receiver)
    }
}

/// What opens the write connection, again after it broke.
type Open = Box<dyn Fn() -> Result<Conn, diesel::ConnectionError> + Send>;

fn run(open: &Open, first: Conn, jobs: &Receiver<Job>) {
    let mut writer = Some(first);
    while let Ok(job) = jobs.recv() {
        // A job that is dropped unrun tells its caller that the writer is busy.
        let Some(mut conn) = writer.take().or_else(|| reopen(open)) else {
            continue;
        };
        if begin(&mut conn).is_err() {
            continue;
        }
        let mut acknowledge = Vec::new();
        let mut whole = true;
        for job in std::iter::once(job).chain(jobs.try_iter().take(BATCH - 1)) {
            acknowledge.push(job(&mut conn));
            // A full disk or a failed read makes SQLite end the whole transaction: nothing of this batch may stand.
            whole = in_transaction(&mut conn);
            if !whole {
                break;
            }
        }
        let committed = whole && commit(&mut conn);
        for acknowledge in acknowledge {
            acknowledge(committed);
        }
        if committed {
            writer = Some(conn);
        }
    }
}

fn reopen(open: &Open) -> Option<Conn> {
    open()
        .inspect_err(|error| tracing::error!(%error, "the write connection cannot be opened again"))
        .ok()
}

fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    let Conn::Sqlite(c) = conn else {
        unreachable!("only SQLite has a single writer")
    };
    AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
        .inspect_err(|error| tracing::error!(%error, "a write transaction could not begin"))
}

/// Whether the batch's own transaction is still open, with every savepoint in it closed.
fn in_transaction(conn: &mut Conn) -> bool {
    let Conn::Sqlite(c) = conn else {
        unreachable!("only SQLite has a single writer")
    };
    let depth = AnsiTransactionManager::transaction_manager_status_mut(c).transaction_depth();
    matches!(depth, Ok(Some(depth)) if depth.get() == 1)
}

fn commit(conn: &mut Conn) -> bool {
    let Conn::Sqlite(c) = conn else {
        unreachable!("only SQLite has a single writer")
    };
    AnsiTransactionManager::commit_transaction(c)
        .inspect_err(|error| tracing::error!(%error, "a commit failed"))
        .is_ok()
}
