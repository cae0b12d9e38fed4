//! The writer thread of a SQLite database, with group commit: commits all queued writes together and acknowledges them
//! after the sync.
//!
//! Every write runs in its own savepoint, so that a failed write does not affect the others. With `synchronous=FULL` a
//! commit costs a disk sync; sharing it makes many small durable writes cheap.

#![allow(
    clippy::disallowed_types,
    reason = "the lock is for closing alone: no request waits for it"
)]

use super::generation::Generation;
use super::invalidation::{CacheTag, Changes, collect_cache_tags};
use super::site_key::{KeyCell, with_key};
use super::write_connection::{
    Open, begin, close, commit, data_version, in_transaction, reopen, with_short_timeout,
};
use super::{Conn, Tuning, erased, query_stats};
use crate::error::Error;
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use prometheus_client::metrics::histogram::Histogram;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The most writes in the queue; further ones are answered with 503.
const QUEUE: usize = 1024;

struct QueuedWrite {
    work: erased::Write,
    answer: oneshot::Sender<Written>,
    since: Instant,
}

enum Job {
    Write(QueuedWrite),
    /// Asks whether another connection has committed since the last check.
    CheckOutsideCommit(oneshot::Sender<bool>),
    /// Checkpoints the WAL and ends the thread.
    Close,
}

/// How long a write may wait while another process holds the lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// The result of a write, and its number of statements.
type Written = (Result<erased::Value, Error>, u32);

pub(super) struct Writer {
    jobs: SyncSender<Job>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. A broken connection is dropped and reopened.
    ///
    /// # Errors
    /// When the first connection cannot be opened.
    pub(super) fn start(
        open: Open,
        changes: Arc<Changes>,
        batches: Histogram,
        tuning: Tuning,
        generation: Option<Generation>,
        key: KeyCell,
    ) -> Result<Writer, diesel::ConnectionError> {
        let first = open()?;
        let (sender, jobs) = sync_channel::<Job>(QUEUE);
        let work = move || {
            WriterThread {
                open,
                changes,
                batches,
                max_batch: tuning.batch,
                generation,
                key,
                seen: None,
            }
            .run(first, &jobs);
        };
        let thread = std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(work)
            .expect("the system can start a thread");
        Ok(Writer {
            jobs: sender,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Finishes queued writes, checkpoints the WAL and closes the database. Later writes are refused.
    pub(super) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(|e| e.into_inner()).take();
        let own = std::thread::current().id();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != own) {
            let _ = self.jobs.send(Job::Close);
            let _ = thread.join();
        }
    }

    /// Queues one write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue is full.
    pub(super) fn submit(&self, f: erased::Write) -> Result<oneshot::Receiver<Written>, Error> {
        let (answer, receiver) = oneshot::channel();
        self.send(Job::Write(QueuedWrite {
            work: f,
            answer,
            since: Instant::now(),
        }))?;
        Ok(receiver)
    }

    /// Asks whether a connection other than the writer's, in any process, has committed since the last check.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue is full.
    pub(super) fn outside_commit(&self) -> Result<oneshot::Receiver<bool>, Error> {
        let (sender, receiver) = oneshot::channel();
        self.send(Job::CheckOutsideCommit(sender))?;
        Ok(receiver)
    }

    fn send(&self, job: Job) -> Result<(), Error> {
        self.jobs.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Error::Unavailable("the write queue is full".into()),
            TrySendError::Disconnected(_) => Error::Unavailable("the writer stopped".into()),
        })
    }
}

/// State of the writer thread.
struct WriterThread {
    open: Open,
    changes: Arc<Changes>,
    batches: Histogram,
    max_batch: usize,
    generation: Option<Generation>,
    key: KeyCell,
    /// `PRAGMA data_version` at the last check for commits of other connections.
    seen: Option<i64>,
}

impl WriterThread {
    fn run(&mut self, first: Conn, jobs: &Receiver<Job>) {
        let mut writer = Some(with_short_timeout(first));
        self.seen = writer.as_mut().and_then(data_version);
        while let Ok(first) = jobs.recv() {
            // Dropping a job without running it closes its channel, and the caller gets `Unavailable`.
            let Some(mut conn) = writer.take().or_else(|| {
                self.seen = None;
                reopen(&self.open).map(with_short_timeout)
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
        // All senders were dropped.
        if let Some(mut conn) = writer {
            close(&mut conn);
        }
    }

    fn answer_outside_commit(&mut self, conn: &mut Conn, batch: &mut Batch, is_good: bool) {
        if batch.asked.is_empty() {
            return;
        }
        self.record_generation(conn);
        // Outside a transaction: inside, it would be the version at its start.
        let version = data_version(conn).filter(|_| is_good);
        for answer in batch.asked.drain(..) {
            let _ = answer.send(version.is_none() || version != self.seen);
        }
        self.seen = version;
    }

    /// Raises and records the generation if there were commits since it was last raised.
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

    /// Commits the batch, and writes that arrive meanwhile, in one transaction. `false`: the connection is broken.
    fn commit_batch(&mut self, conn: &mut Conn, batch: &mut Batch, jobs: &Receiver<Job>) -> bool {
        if batch.writes.is_empty() {
            return true;
        }
        match self.begin(conn, batch, jobs) {
            BeginOutcome::Yes => {}
            BeginOutcome::NobodyWaits => return true,
            BeginOutcome::Broken => return false,
        }
        let (mut done, mut changed) = (Vec::new(), Vec::new());
        let mut whole = true;
        while done.len() < self.max_batch {
            let next = batch.writes.pop_front().or_else(|| {
                while let Some(job) = (!batch.closes).then(|| jobs.try_recv().ok()).flatten() {
                    batch.take(job);
                    if let Some(write) = batch.writes.pop_front() {
                        return Some(write);
                    }
                }
                None
            });
            let Some(write) = next else {
                break;
            };
            let (written, cache_tags) = with_key(&self.key, || run(conn, &write.work));
            done.push((write.answer, written));
            changed.extend(cache_tags);
            // A full disk or a failed read makes SQLite roll back the whole transaction: no write of the batch stands.
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
        // Also after a failed commit: at worst this causes an unneeded render.
        self.changes.record(&changed);
        self.batches.observe(done.len() as f64);
        for (answer, (result, queries)) in done {
            let result = match committed || result.is_err() {
                true => result,
                false => Err(Error::Unavailable(
                    "the commit failed; this write was rolled back".into(),
                )),
            };
            // The caller may be gone; its write is committed all the same.
            let _ = answer.send((result, queries));
        }
        // Writes beyond the limit of one commit go into the next.
        committed && (batch.writes.is_empty() || self.commit_batch(conn, batch, jobs))
    }

    /// Begins the transaction. While another process holds the lock, writes that have waited for [`LOCK_TIMEOUT`] are
    /// refused, and later ones keep waiting.
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
            // Further writes wait in the channel, and are refused once that is full.
            while batch.writes.len() < QUEUE
                && let Some(job) = (!batch.closes).then(|| jobs.try_recv().ok()).flatten()
            {
                batch.take(job);
            }
            let waiting = batch.writes.len();
            batch
                .writes
                .retain(|write| write.since.elapsed() < LOCK_TIMEOUT);
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

/// Runs one write in its own savepoint; returns its result and the cache tags that it changed.
fn run(conn: &mut Conn, work: &erased::Write) -> (Written, Vec<CacheTag>) {
    let ((result, cache_tags), queries) = query_stats::count(|| {
        collect_cache_tags(|| {
            catch_unwind(AssertUnwindSafe(|| conn.transaction(work))).unwrap_or_else(|_| {
                if let Conn::Sqlite(c) = conn {
                    // The panic left the savepoint open.
                    let _ = AnsiTransactionManager::rollback_transaction(c);
                }
                Err(Error::internal("a write panicked"))
            })
        })
    });
    ((result, queries), cache_tags)
}

enum BeginOutcome {
    Yes,
    /// All waiting writes were refused; the connection is still usable.
    NobodyWaits,
    Broken,
}

/// Jobs that were taken from the queue and are not done yet.
#[derive(Default)]
struct Batch {
    writes: VecDeque<QueuedWrite>,
    asked: Vec<oneshot::Sender<bool>>,
    closes: bool,
}

impl Batch {
    fn take(&mut self, job: Job) {
        match job {
            Job::Write(write) => self.writes.push_back(write),
            Job::CheckOutsideCommit(answer) => self.asked.push(answer),
            Job::Close => self.closes = true,
        }
    }
}
