//! The one writer of a SQLite database: takes all writes that wait, commits them together, answers after the sync.
//!
//! Every write runs in a savepoint of its own, so that one that fails fails alone. With `synchronous=FULL` a commit
//! costs a disk sync; sharing it is what makes many small durable writes cheap.

#![allow(
    clippy::disallowed_types,
    reason = "the lock is for closing alone: no request waits for it"
)]

use super::fresh::{Changes, Topic, gather};
use super::mark::Mark;
use super::{Conn, Tuning, spent};
use crate::error::Error;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, RunQueryDsl};
use prometheus_client::metrics::histogram::Histogram;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How many writes may wait; one more is answered with 503.
const QUEUE: usize = 1024;
type Acknowledge = Box<dyn FnOnce(bool) + Send>;
type Write = Box<dyn FnOnce(&mut Conn) -> (Acknowledge, Vec<Topic>) + Send>;

enum Job {
    /// And since when it waits.
    Write(Write, Instant),
    /// Has anybody else written since this was last asked?
    Foreign(oneshot::Sender<bool>),
    /// Everything goes to its place in the file, and the writer ends.
    Close,
}

/// How long a write may wait while another process holds the lock.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the lock is asked for again, as SQLite does it.
const RETRY: &str = "PRAGMA busy_timeout=100";

/// What became of a write, and how many statements it took.
type Written<T> = (Result<T, Error>, u32);

pub(super) struct Writer {
    jobs: SyncSender<Job>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

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
        mark: Option<Mark>,
    ) -> Result<Writer, diesel::ConnectionError> {
        let first = open()?;
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        let work = move || {
            Running {
                open,
                changes,
                batches,
                most: tuning.batch,
                mark,
                seen: None,
            }
            .run(first, &jobs);
        };
        let thread = std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(work)
            .expect("the system gives the process a thread");
        Ok(Writer {
            jobs: sender,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Finishes what waits, moves the log into the database file and closes it. What comes later is refused.
    pub(super) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(|e| e.into_inner()).take();
        let own = std::thread::current().id();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != own) {
            let _ = self.jobs.send(Job::Close);
            let _ = thread.join();
        }
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
        self.send(Job::Write(job, Instant::now()))?;
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
        self.jobs.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Busy("the write queue is full".into()),
            TrySendError::Disconnected(_) => Error::Busy("the writer stopped".into()),
        })
    }
}

/// What opens the write connection, again after it broke.
type Open = Box<dyn Fn() -> Result<Conn, diesel::ConnectionError> + Send>;

/// The writer's thread.
struct Running {
    open: Open,
    changes: Arc<Changes>,
    batches: Histogram,
    most: usize,
    mark: Option<Mark>,
    /// The database's version when it was last asked whether others wrote.
    seen: Option<i64>,
}

impl Running {
    fn run(&mut self, first: Conn, jobs: &Receiver<Job>) {
        let mut writer = Some(patient(first));
        self.seen = writer.as_mut().and_then(data_version);
        while let Ok(first) = jobs.recv() {
            // A job that is dropped unrun tells its caller that the writer is busy.
            let Some(mut conn) = writer.take().or_else(|| {
                self.seen = None;
                reopen(&self.open).map(patient)
            }) else {
                if matches!(first, Job::Close) {
                    return;
                }
                continue;
            };
            let mut batch = Batch::default();
            batch.take(first);
            let is_good = self.together(&mut conn, &mut batch, jobs);
            self.answer_foreign(&mut conn, &mut batch, is_good);
            if batch.closes {
                close(&mut conn);
                return;
            }
            if is_good {
                writer = Some(conn);
            }
        }
        // The last handle is gone.
        if let Some(mut conn) = writer {
            close(&mut conn);
        }
    }

    fn answer_foreign(&mut self, conn: &mut Conn, batch: &mut Batch, is_good: bool) {
        if batch.asked.is_empty() {
            return;
        }
        self.mark_last(conn);
        // Outside of a transaction, which would see the number as it was when it began.
        let version = data_version(conn).filter(|_| is_good);
        for answer in batch.asked.drain(..) {
            let _ = answer.send(version.is_none() || version != self.seen);
        }
        self.seen = version;
    }

    /// After the last write for a while: notes that there was one.
    fn mark_last(&mut self, conn: &mut Conn) {
        let Some(mark) = self.mark.as_mut().filter(|mark| mark.is_behind) else {
            return;
        };
        if begin(conn).is_ok() {
            let marked = mark.advance(conn);
            if let (true, Some(marked)) = (commit(conn), marked) {
                mark.keep(marked);
            }
        }
    }

    /// One transaction for all that comes while it is open. Whether the connection is still of use.
    fn together(&mut self, conn: &mut Conn, batch: &mut Batch, jobs: &Receiver<Job>) -> bool {
        if batch.writes.is_empty() {
            return true;
        }
        match self.begin(conn, batch, jobs) {
            Begun::Yes => {}
            Begun::NobodyWaits => return true,
            Begun::Broken => return false,
        }
        let (mut acknowledge, mut changed) = (Vec::new(), Vec::new());
        let mut whole = true;
        while acknowledge.len() < self.most {
            let next = batch.writes.pop_front().or_else(|| {
                while let Some(job) = (!batch.closes).then(|| jobs.try_recv().ok()).flatten() {
                    batch.take(job);
                    if let Some(write) = batch.writes.pop_front() {
                        return Some(write);
                    }
                }
                None
            });
            let Some((write, _)) = next else {
                break;
            };
            let (answer, topics) = write(conn);
            acknowledge.push(answer);
            changed.extend(topics);
            // A full disk or a failed read makes SQLite end the whole transaction: nothing of this batch may stand.
            whole = in_transaction(conn);
            if !whole {
                break;
            }
        }
        let mark = self.mark.as_mut().filter(|_| whole);
        let marked = mark.and_then(|mark| mark.advance(conn));
        let committed = whole && commit(conn);
        if let (true, Some(mark), Some(marked)) = (committed, self.mark.as_mut(), marked) {
            mark.keep(marked);
        }
        // Also after a commit that failed: a render too many at worst.
        self.changes.record(&changed);
        self.batches.observe(acknowledge.len() as f64);
        for acknowledge in acknowledge {
            acknowledge(committed);
        }
        // More than fits into one commit: in the next one.
        committed && (batch.writes.is_empty() || self.together(conn, batch, jobs))
    }

    /// Begins the transaction. While another process holds the lock, whoever waited for [`PATIENCE`] is refused, and those
    /// who came later wait on.
    fn begin(&self, conn: &mut Conn, batch: &mut Batch, jobs: &Receiver<Job>) -> Begun {
        loop {
            let error = match begin(conn) {
                Ok(()) => return Begun::Yes,
                Err(error) => error,
            };
            if !error.to_string().contains("database is locked") {
                tracing::error!(%error, "a write transaction could not begin");
                return Begun::Broken;
            }
            // What does not fit waits in the channel, and what does not fit there is refused.
            while batch.writes.len() < QUEUE
                && let Some(job) = (!batch.closes).then(|| jobs.try_recv().ok()).flatten()
            {
                batch.take(job);
            }
            let waiting = batch.writes.len();
            batch.writes.retain(|(_, since)| since.elapsed() < PATIENCE);
            let refused = waiting - batch.writes.len();
            if refused > 0 {
                tracing::error!(refused, "another process holds the database's write lock");
            }
            if batch.writes.is_empty() {
                return Begun::NobodyWaits;
            }
        }
    }
}

enum Begun {
    Yes,
    /// All that waited were refused; the connection is as good as before.
    NobodyWaits,
    Broken,
}

/// What was taken out of the queue and is not done yet.
#[derive(Default)]
struct Batch {
    writes: VecDeque<(Write, Instant)>,
    asked: Vec<oneshot::Sender<bool>>,
    closes: bool,
}

impl Batch {
    fn take(&mut self, job: Job) {
        match job {
            Job::Write(write, since) => self.writes.push_back((write, since)),
            Job::Foreign(answer) => self.asked.push(answer),
            Job::Close => self.closes = true,
        }
    }
}

/// With a short wait for the lock: between two tries the queue is looked after.
fn patient(mut conn: Conn) -> Conn {
    let _ = conn.batch_execute(RETRY);
    conn
}

/// Moves the log into the file: what is copied of it alone is then whole.
fn close(conn: &mut Conn) {
    let moved = conn.batch_execute("PRAGMA busy_timeout=2000; PRAGMA wal_checkpoint(TRUNCATE)");
    if let Err(error) = moved {
        tracing::warn!(%error, "the database's log could not be moved into its file");
    }
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
