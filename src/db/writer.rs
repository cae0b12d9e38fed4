//! The one writer of a SQLite database: takes all writes that wait, commits them commit_batch, answers after the sync.
//!
//! Every write runs in a savepoint of its own, so that one that fails fails alone. With `synchronous=FULL` a commit
//! costs a disk sync; sharing it is what makes many small durable writes cheap.

#![allow(
    clippy::disallowed_types,
    reason = "the lock is for closing alone: no request waits for it"
)]

use super::generation::Generation;
use super::invalidation::{CacheTag, Changes, gather};
use super::{Conn, Tuning, query_stats};
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
type Write = Box<dyn FnOnce(&mut Conn) -> (Acknowledge, Vec<CacheTag>) + Send>;

enum Job {
    /// And since when it waits.
    Write(Write, Instant),
    /// Has anybody else written since this was last asked?
    Foreign(oneshot::Sender<bool>),
    /// Everything goes to its place in the file, and the writer ends.
    Close,
}

/// How long a write may wait while another process holds the lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
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
        generation: Option<Generation>,
    ) -> Result<Writer, diesel::ConnectionError> {
        let first = open()?;
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        let work = move || {
            Running {
                open,
                changes,
                batches,
                most: tuning.batch,
                generation,
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
            let ((result, cache_tags), queries) = query_stats::count(|| {
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
            (acknowledge, cache_tags)
        });
        self.send(Job::Write(job, Instant::now()))?;
        Ok(receiver)
    }

    /// Asks whether another connection than the writer's, of this process or another, has committed since the last look.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub(super) fn outside_commit(&self) -> Result<oneshot::Receiver<bool>, Error> {
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
    generation: Option<Generation>,
    /// The database's version when it was last asked whether others wrote.
    seen: Option<i64>,
}

impl Running {
    fn run(&mut self, first: Conn, jobs: &Receiver<Job>) {
        let mut writer = Some(with_long_timeout(first));
        self.seen = writer.as_mut().and_then(data_version);
        while let Ok(first) = jobs.recv() {
            // A job that is dropped unrun tells its caller that the writer is busy.
            let Some(mut conn) = writer.take().or_else(|| {
                self.seen = None;
                reopen(&self.open).map(with_long_timeout)
            }) else {
                if matches!(first, Job::Close) {
                    return;
                }
                continue;
            };
            let mut batch = Batch::default();
            batch.take(first);
            let is_good = self.commit_batch(&mut conn, &mut batch, jobs);
            self.answer_outside_commit(&mut conn, &mut batch, is_good);
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

    fn answer_outside_commit(&mut self, conn: &mut Conn, batch: &mut Batch, is_good: bool) {
        if batch.asked.is_empty() {
            return;
        }
        self.record_generation(conn);
        // Outside of a transaction, which would see the number as it was when it began.
        let version = data_version(conn).filter(|_| is_good);
        for answer in batch.asked.drain(..) {
            let _ = answer.send(version.is_none() || version != self.seen);
        }
        self.seen = version;
    }

    /// After the last write for a while: notes that there was one.
    fn record_generation(&mut self, conn: &mut Conn) {
        let Some(generation) = self
            .generation
            .as_mut()
            .filter(|generation| generation.is_behind)
        else {
            return;
        };
        if begin(conn).is_ok() {
            let number = generation.advance(conn);
            if let (true, Some(number)) = (commit(conn), number) {
                generation.confirm(number);
            }
        }
    }

    /// One transaction for all that comes while it is open. Whether the connection is still of use.
    fn commit_batch(&mut self, conn: &mut Conn, batch: &mut Batch, jobs: &Receiver<Job>) -> bool {
        if batch.writes.is_empty() {
            return true;
        }
        match self.begin(conn, batch, jobs) {
            BeginOutcome::Yes => {}
            BeginOutcome::NobodyWaits => return true,
            BeginOutcome::Broken => return false,
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
            let (answer, cache_tags) = write(conn);
            acknowledge.push(answer);
            changed.extend(cache_tags);
            // A full disk or a failed read makes SQLite end the whole transaction: nothing of this batch may stand.
            whole = in_transaction(conn);
            if !whole {
                break;
            }
        }
        let generation = self.generation.as_mut().filter(|_| whole);
        let number = generation.and_then(|generation| generation.advance(conn));
        let committed = whole && commit(conn);
        if let (true, Some(generation), Some(number)) =
            (committed, self.generation.as_mut(), number)
        {
            generation.confirm(number);
        }
        // Also after a commit that failed: a render too many at worst.
        self.changes.record(&changed);
        self.batches.observe(acknowledge.len() as f64);
        for acknowledge in acknowledge {
            acknowledge(committed);
        }
        // More than fits into one commit: in the next one.
        committed && (batch.writes.is_empty() || self.commit_batch(conn, batch, jobs))
    }

    /// Begins the transaction. While another process holds the lock, whoever waited for [`LOCK_TIMEOUT`] is refused, and those
    /// who came later wait on.
    fn begin(&self, conn: &mut Conn, batch: &mut Batch, jobs: &Receiver<Job>) -> BeginOutcome {
        loop {
            let error = match begin(conn) {
                Ok(()) => return BeginOutcome::Yes,
                Err(error) => error,
            };
            if !error.to_string().contains("database is locked") {
                tracing::error!(%error, "a write transaction could not begin");
                return BeginOutcome::Broken;
            }
            // What does not fit waits in the channel, and what does not fit there is refused.
            while batch.writes.len() < QUEUE
                && let Some(job) = (!batch.closes).then(|| jobs.try_recv().ok()).flatten()
            {
                batch.take(job);
            }
            let waiting = batch.writes.len();
            batch
                .writes
                .retain(|(_, since)| since.elapsed() < LOCK_TIMEOUT);
            let refused = waiting - batch.writes.len();
            if refused > 0 {
                tracing::error!(refused, "another process holds the database's write lock");
            }
            if batch.writes.is_empty() {
                return BeginOutcome::NobodyWaits;
            }
        }
    }
}

enum BeginOutcome {
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
fn with_long_timeout(mut conn: Conn) -> Conn {
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
    struct DataVersion {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        data_version: i64,
    }
    let asked: diesel::QueryResult<DataVersion> =
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
