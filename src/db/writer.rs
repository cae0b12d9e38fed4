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
    pub(super) fn start(mut conn: Conn) -> Writer {
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || run(&mut conn, &jobs))
            .expect("the system gives the process a thread");
        Writer(sender)
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
            let result = catch_unwind(AssertUnwindSafe(|| conn.transaction(|c| f(c)))).unwrap_or_else(|_| {
                if let Conn::Sqlite(c) = conn {
                    // The panic left the savepoint open.
                    let _ = AnsiTransactionManager::rollback_transaction(c);
                }
                Err(Error::broken("a write panicked"))
            });
            Box::new(move |committed| {
                let lost = || Err(Error::Busy("the commit failed; nothing of this write was kept".into()));
                // The caller may have gone away; its write stands all the same.
                let _ = sender.send(if committed || result.is_err() { result } else { lost() });
            })
        });
        self.0.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Busy("the write queue is full".into()),
            TrySendError::Disconnected(_) => Error::Busy("the writer stopped".into()),
        })?;
        Ok(receiver)
    }
}

fn run(conn: &mut Conn, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch = std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1));
        if let Err(error) = begin(conn) {
            tracing::error!(%error, "a write transaction could not begin");
            // The jobs are dropped unrun: their callers are answered that the writer is busy.
            drop(batch);
            continue;
        }
        let acknowledge: Vec<Acknowledge> = batch.map(|job| job(conn)).collect();
        let committed = commit(conn);
        for acknowledge in acknowledge {
            acknowledge(committed);
        }
    }
}

fn begin(conn: &mut Conn) -> diesel::QueryResult<()> {
    let Conn::Sqlite(c) = conn else { unreachable!("only SQLite has a single writer") };
    AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
}

fn commit(conn: &mut Conn) -> bool {
    let Conn::Sqlite(c) = conn else { unreachable!("only SQLite has a single writer") };
    match AnsiTransactionManager::commit_transaction(c) {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, "a commit failed");
            let _ = AnsiTransactionManager::rollback_transaction(c);
            false
        }
    }
}
