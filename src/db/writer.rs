//! The one writer of a SQLite database: takes all writes that wait, commits them together, answers after the sync.
//!
//! Every write runs in a savepoint of its own, so that one that fails fails alone. With `synchronous=FULL` a commit
//! costs a disk sync; sharing it is what makes many small durable writes cheap.

use super::fresh::{Changes, Topic, gather};
use super::{Conn, Tuning, spent};
use crate::error::Error;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::{Connection, RunQueryDsl};
use prometheus_client::metrics::histogram::Histogram;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use tokio::sync::oneshot;

/// How many writes may wait; one more is answered with 503.
const QUEUE: usize = 1024;
type Acknowledge = Box<dyn FnOnce(bool) + Send>;
type Write = Box<dyn FnOnce(&mut Conn) -> (Acknowledge, Vec<Topic>) + Send>;

enum Job {
    Write(Write),
    /// Has anybody else written since this was last asked?
    Foreign(oneshot::Sender<bool>),
}

/// What became of a write, and how many statements it took.
type Written<T> = (Result<T, Error>, u32);

pub(super) struct Writer(SyncSender<Job>);

impl Writer {
    /// Starts the thread. A connection that broke is thrown away and opened anew.
    ///
    /// # Errors
    /// When the first connection cannot be opened.
    pub(super) fn start(
        open: Open,
        changes: Arc<Changes>,
        batches: Histogram,
        tuning: Tuning,
    ) -> Result<Writer, diesel::ConnectionError> {
        let first = open()?;
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || run(&open, first, &jobs, &changes, &batches, tuning.batch))
            .expect("the system gives the process a thread");
        Ok(Writer(sender))
    }

    /// Puts one write into the queue.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub(super) fn submit<T, F>(&self, f: F) -> Result<oneshot::Receiver<Written<T>>, Error>
    where
        T: Send + 'static,
        F: Fn(&mut Conn) -> Result<T, Error> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Write = Box::new(move |conn| {
            let ((result, topics), queries) = spent::count(|| {
                gather(|| {
                    catch_unwind(AssertUnwindSafe(|| conn.transaction(|c| f(c)))).unwrap_or_else(
                        |_| {
                            if let Conn::Sqlite(c) = conn {
                                // The panic left the savepoint open.
                                let _ = AnsiTransactionManager::rollback_transaction(c);
                            }
                            Err(Error::broken("a write panicked"))
                        },
                    )
                })
            });
            let acknowledge: Acknowledge = Box::new(move |committed| {
                let lost = || {
                    Err(Error::Busy(
                        "the commit failed; nothing of this write was kept".into(),
                    ))
                };
                // The caller may have gone away; its write stands all the same.
                let result = if committed || result.is_err() {
                    result
                } else {
                    lost()
                };
                let _ = sender.send((result, queries));
            });
            (acknowledge, topics)
        });
        self.send(Job::Write(job))?;
        Ok(receiver)
    }

    /// Asks whether another connection than the writer's, of this process or another, has committed since the last look.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub(super) fn foreign(&self) -> Result<oneshot::Receiver<bool>, Error> {
        let (sender, receiver) = oneshot::channel();
        self.send(Job::Foreign(sender))?;
        Ok(receiver)
    }

    fn send(&self, job: Job) -> Result<(), Error> {
        self.0.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Busy("the write queue is full".into()),
            TrySendError::Disconnected(_) => Error::Busy("the writer stopped".into()),
        })
    }
}

/// What opens the write connection, again after it broke.
type Open = Box<dyn Fn() -> Result<Conn, diesel::ConnectionError> + Send>;

fn run(
    open: &Open,
    first: Conn,
    jobs: &Receiver<Job>,
    changes: &Changes,
    batches: &Histogram,
    most: usize,
) {
    let mut writer = Some(first);
    let mut seen = writer.as_mut().and_then(data_version);
    while let Ok(first) = jobs.recv() {
        // A job that is dropped unrun tells its caller that the writer is busy.
        let Some(mut conn) = writer.take().or_else(|| {
            seen = None;
            reopen(open)
        }) else {
            continue;
        };
        let mut asked = Vec::new();
        let batch = std::iter::once(first).chain(jobs.try_iter());
        let writes = batch.filter_map(|job| match job {
            Job::Write(write) => Some(write),
            Job::Foreign(answer) => {
                asked.push(answer);
                None
            }
        });
        let (is_good, wrote) = together(&mut conn, writes.take(most), changes);
        if wrote > 0 {
            batches.observe(wrote as f64);
        }
        if !asked.is_empty() {
            // Outside of a transaction, which would see the number as it was when it began.
            let version = data_version(&mut conn).filter(|_| is_good);
            for answer in asked {
                let _ = answer.send(version.is_none() || version != seen);
            }
            seen = version;
        }
        if is_good {
            writer = Some(conn);
        }
    }
}

/// One transaction for all that comes while it is open. Whether the connection is still of use, and how many there were.
fn together(
    conn: &mut Conn,
    writes: impl Iterator<Item = Write>,
    changes: &Changes,
) -> (bool, usize) {
    let mut writes = writes.peekable();
    if writes.peek().is_none() {
        return (true, 0);
    }
    if begin(conn).is_err() {
        return (false, 0);
    }
    let (mut acknowledge, mut changed) = (Vec::new(), Vec::new());
    let mut whole = true;
    for write in writes {
        let (answer, topics) = write(conn);
        acknowledge.push(answer);
        changed.extend(topics);
        // A full disk or a failed read makes SQLite end the whole transaction: nothing of this batch may stand.
        whole = in_transaction(conn);
        if !whole {
            break;
        }
    }
    let committed = whole && commit(conn);
    // Also after a commit that failed: a render too many at worst.
    changes.record(&changed);
    let wrote = acknowledge.len();
    for acknowledge in acknowledge {
        acknowledge(committed);
    }
    (committed, wrote)
}

/// A number that other connections' commits change, and this one's do not:
/// <https://www.sqlite.org/pragma.html#pragma_data_version>
fn data_version(conn: &mut Conn) -> Option<i64> {
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        data_version: i64,
    }
    let asked: diesel::QueryResult<Version> =
        diesel::sql_query("PRAGMA data_version").get_result(conn);
    asked.ok().map(|v| v.data_version)
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
