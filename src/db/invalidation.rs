//! Cache invalidation: records which cache tags have changed and when, so that caches can check their values.
//!
//! A write names the [`CacheTag`]s that it changes while its transaction runs ([`changed`]); they take effect at its
//! commit, before it is acknowledged. A cached page records the cache tags it was rendered from ([`Dependencies`]) and
//! the [`Version`] before its first read. It is valid as long as none of them has changed after that version.
//! Values are checked before each use instead of being evicted, so no invalidation can be missed.

#![allow(
    clippy::disallowed_types,
    reason = "held for a few stores while a change is recorded, never by a request that reads"
)]

use super::Conn;
use crate::error::Error;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A part of the data that cached pages are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheTag {
    /// Data of any kind: settings, or what another process wrote. Every cached value depends on it.
    Everything,
    /// Which articles are published, and what lists show of them.
    Articles,
    /// One article: its text, notes, corrections, names.
    Article(i64),
    /// The public comments under one article, and their count.
    Thread(i64),
    /// Name, roles, ban, password and sessions of one account.
    Account(i64),
    /// The comments of one account, with any status.
    Comments(i64),
    /// How many comments wait for a moderator.
    Waiting,
    /// The queue of jobs: no page depends on it, it wakes the nodes' runners.
    Jobs,
}

/// The number of hash slots for cache tags. Two tags in one slot are invalidated together, which only costs a render.
const SLOTS: usize = 1 << 14;

impl CacheTag {
    fn slot(self) -> u16 {
        if self == CacheTag::Everything {
            return 0;
        }
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(self);
        (1 + hash % (SLOTS as u64 - 1)) as u16
    }

    fn write(self, out: &mut String) {
        let _ = match self {
            CacheTag::Everything => write!(out, " *"),
            CacheTag::Articles => write!(out, " l"),
            CacheTag::Waiting => write!(out, " w"),
            CacheTag::Jobs => write!(out, " j"),
            CacheTag::Article(id) => write!(out, " a{id}"),
            CacheTag::Thread(id) => write!(out, " t{id}"),
            CacheTag::Account(id) => write!(out, " p{id}"),
            CacheTag::Comments(id) => write!(out, " c{id}"),
        };
    }

    fn parse(text: &str) -> CacheTag {
        let id = text.get(1..).and_then(|t| t.parse().ok());
        match (text.as_bytes().first(), id) {
            (Some(b'l'), _) => CacheTag::Articles,
            (Some(b'w'), _) => CacheTag::Waiting,
            (Some(b'j'), _) => CacheTag::Jobs,
            (Some(b'a'), Some(id)) => CacheTag::Article(id),
            (Some(b't'), Some(id)) => CacheTag::Thread(id),
            (Some(b'p'), Some(id)) => CacheTag::Account(id),
            (Some(b'c'), Some(id)) => CacheTag::Comments(id),
            // A tag of a newer version of the program, unknown here: invalidate everything.
            _ => CacheTag::Everything,
        }
    }
}

/// A notification holds less than 8,000 bytes: <https://www.postgresql.org/docs/current/sql-notify.html>
const MAX_PAYLOAD: usize = 7_000;

/// Cache tags as the payload of a notification to other nodes.
pub fn to_text(cache_tags: &[CacheTag]) -> String {
    let mut text = String::new();
    for cache_tag in cache_tags {
        cache_tag.write(&mut text);
        if text.len() > MAX_PAYLOAD {
            return " *".into();
        }
    }
    text
}

/// Parses the output of [`to_text`]; an unknown tag becomes [`CacheTag::Everything`].
pub fn from_text(text: &str) -> Vec<CacheTag> {
    text.split_whitespace().map(CacheTag::parse).collect()
}

/// A point in this process's sequence of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64);

/// The version at which each cache tag last changed, as far as this process knows.
#[derive(Debug)]
pub struct Changes {
    now: AtomicU64,
    slots: Box<[AtomicU64]>,
    record_lock: Mutex<()>,
    /// How long a cached value is valid at most; none = no limit.
    max_age: Option<Duration>,
    /// No notifications arrive: changes by other nodes are not known here.
    is_disconnected: AtomicBool,
    began: Instant,
    /// When notifications were last known to arrive, in milliseconds since `began`.
    connected_at: AtomicU64,
    /// Wakes this process's job runner.
    jobs: Notify,
}

/// How long a cached page may be served unchecked while the database does not answer.
const STALE_IF_ERROR: Duration = Duration::from_secs(120);
/// How long a cached value is valid on a node that receives no notifications.
const TTL_WHILE_DISCONNECTED: Duration = Duration::from_secs(1);

impl Changes {
    /// `max_age`: set where other nodes write, because one may crash between its commit and its notification.
    pub fn new(max_age: Option<Duration>) -> Changes {
        Changes {
            now: AtomicU64::new(1),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            record_lock: Mutex::new(()),
            max_age,
            is_disconnected: AtomicBool::new(false),
            began: Instant::now(),
            connected_at: AtomicU64::new(0),
            jobs: Notify::new(),
        }
    }

    /// Records whether notifications from other nodes arrive. To be called once a second.
    pub fn set_connected(&self, is_connected: bool) {
        self.is_disconnected.store(!is_connected, Ordering::Relaxed);
        if is_connected {
            let at = self.began.elapsed().as_millis() as u64;
            self.connected_at.store(at, Ordering::Relaxed);
        }
    }

    /// Whether a cached value was valid within `STALE_IF_ERROR` and no change is known since: for serving stale pages
    /// while the database does not answer.
    pub fn was_valid_recently(&self, dependencies: &Dependencies) -> bool {
        let heard = self.began + Duration::from_millis(self.connected_at.load(Ordering::Relaxed));
        // Receiving notifications proves nothing beyond `max_age`: one may never have been sent.
        let believed = dependencies.created_at + self.max_age.unwrap_or(STALE_IF_ERROR);
        dependencies.created_at.max(heard.min(believed)).elapsed() < STALE_IF_ERROR
            && self.is_unchanged(dependencies)
    }

    /// The current version. To be taken before the first read of a value that is going to be cached.
    pub fn version(&self) -> Version {
        Version(self.now.load(Ordering::Acquire))
    }

    /// Records that these have changed. The change must already be visible to reads.
    pub fn record(&self, cache_tags: &[CacheTag]) {
        if cache_tags.is_empty() {
            return;
        }
        let wakes = |tag: &CacheTag| matches!(tag, CacheTag::Jobs | CacheTag::Everything);
        if cache_tags.iter().any(wakes) {
            self.jobs.notify_one();
        }
        if cache_tags == [CacheTag::Jobs] {
            return;
        }
        let _one = self.record_lock.lock().unwrap_or_else(|e| e.into_inner());
        let at = self.now.load(Ordering::Relaxed) + 1;
        for cache_tag in cache_tags {
            self.slots[usize::from(cache_tag.slot())].store(at, Ordering::Relaxed);
        }
        // Last, so that a thread that sees this version sees the slots as well.
        self.now.store(at, Ordering::Release);
    }

    /// Waits until jobs may have been enqueued, by any process.
    pub async fn jobs_enqueued(&self) {
        self.jobs.notified().await;
    }

    /// Whether a cached value is not too old and nothing that it depends on has changed since it was read.
    pub fn is_valid(&self, dependencies: &Dependencies) -> bool {
        if let Some(max_age) = self.max_age {
            let is_disconnected = self.is_disconnected.load(Ordering::Relaxed);
            if dependencies.created_at.elapsed()
                > if is_disconnected {
                    TTL_WHILE_DISCONNECTED
                } else {
                    max_age
                }
            {
                return false;
            }
        }
        self.is_unchanged(dependencies)
    }

    fn is_unchanged(&self, dependencies: &Dependencies) -> bool {
        let now = self.now.load(Ordering::Acquire);
        if dependencies.checked.load(Ordering::Relaxed) == now {
            return true;
        }
        let holds = dependencies
            .slots
            .iter()
            .all(|p| self.slots[usize::from(*p)].load(Ordering::Relaxed) <= dependencies.since);
        if holds {
            dependencies.checked.store(now, Ordering::Relaxed);
        }
        holds
    }
}

/// The cache tags that a cached value was made from, and the version before its first read.
#[derive(Debug)]
pub struct Dependencies {
    since: u64,
    created_at: Instant,
    slots: Box<[u16]>,
    /// The last version at which the value was found valid: as long as it is current, the slots need no check.
    checked: AtomicU64,
}

impl Dependencies {
    pub fn new(since: Version, cache_tags: &[CacheTag]) -> Dependencies {
        let mut slots: Vec<u16> = cache_tags.iter().map(|t| t.slot()).collect();
        slots.push(CacheTag::Everything.slot());
        slots.sort_unstable();
        slots.dedup();
        Dependencies {
            since: since.0,
            created_at: Instant::now(),
            slots: slots.into(),
            checked: AtomicU64::new(0),
        }
    }

    /// Size in memory, in bytes.
    pub fn weight(&self) -> usize {
        size_of::<Dependencies>() + 2 * self.slots.len()
    }
}

thread_local! {
    /// The cache tags that the transaction on this thread has changed so far.
    static CHANGED: RefCell<Vec<CacheTag>> = const { RefCell::new(Vec::new()) };
}

/// Records a cache tag that the current transaction changes. Takes the connection as proof that there is a transaction.
pub fn changed(_: &mut Conn, cache_tag: CacheTag) {
    CHANGED.with_borrow_mut(|list| {
        if !list.contains(&cache_tag) {
            list.push(cache_tag);
        }
    });
}

/// Runs a transaction's work; returns its result and the cache tags that it changed, also if it failed.
pub(super) fn collect_cache_tags<T>(
    work: impl FnOnce() -> Result<T, Error>,
) -> (Result<T, Error>, Vec<CacheTag>) {
    CHANGED.take();
    let result = work();
    (result, CHANGED.take())
}
