//! What has changed, and when: whoever keeps something in memory asks here whether it still holds.
//!
//! A write names the [`CacheTag`]s that it changed while its transaction runs ([`changed`]); they count from the moment
//! at which it is committed, before it is acknowledged. What is kept names the cache_tags that it was made from
//! ([`Dependencies`]) and the [`Version`] before its first read. It holds as long as none of them changed after that moment.
//! Nothing has to be found and thrown away, so nothing can be missed.

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

/// Something that pages are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheTag {
    /// Whatever any page shows: settings, what another process wrote. Everything kept dependencies on it.
    Everything,
    /// Which articles are published, and what lists say of them.
    Articles,
    /// One article: its text, notes, corrections, names.
    Article(i64),
    /// What everybody sees under one article, and its count.
    Thread(i64),
    /// Name, roles, ban, password and sessions of one account.
    Account(i64),
    /// The comments of one account, whatever their status.
    Comments(i64),
    /// How many comments wait for a moderator.
    Waiting,
}

/// So many cache_tags are told apart; two that share a place go stale together, which costs a render and nothing else.
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
            (Some(b'a'), Some(id)) => CacheTag::Article(id),
            (Some(b't'), Some(id)) => CacheTag::Thread(id),
            (Some(b'p'), Some(id)) => CacheTag::Account(id),
            (Some(b'c'), Some(id)) => CacheTag::Comments(id),
            // What a newer version says and this one does not know may be anything.
            _ => CacheTag::Everything,
        }
    }
}

/// A notification holds less than 8,000 bytes: <https://www.postgresql.org/docs/current/sql-notify.html>
const MAX_PAYLOAD: usize = 7_000;

/// Topics as they travel to other nodes.
pub fn to_text(cache_tags: &[CacheTag]) -> String {
    let mut text = String::new();
    for topic in cache_tags {
        topic.write(&mut text);
        if text.len() > MAX_PAYLOAD {
            return " *".into();
        }
    }
    text
}

/// [`to_text`] read back; what is not understood may be anything.
pub fn from_text(text: &str) -> Vec<CacheTag> {
    text.split_whitespace().map(CacheTag::parse).collect()
}

/// A point in the order of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u64);

/// When each topic last changed, as far as this process knows.
#[derive(Debug)]
pub struct Changes {
    now: AtomicU64,
    slots: Box<[AtomicU64]>,
    one_at_a_time: Mutex<()>,
    /// Nothing is believed for longer.
    max_age: Option<Duration>,
    /// Nothing is heard of other nodes: what they change is not known here.
    is_deaf: AtomicBool,
    began: Instant,
    /// When it was last sure that nothing of the others was missed, in milliseconds since `began`.
    heard_at: AtomicU64,
}

/// How long a page may be shown without proof that nothing has changed, while the database does not answer.
const STALE_IF_ERROR: Duration = Duration::from_secs(120);
/// How long something is believed on a node that does not hear the others.
const TTL_WHILE_DISCONNECTED: Duration = Duration::from_secs(1);

impl Changes {
    /// `max_age`: where others change things, one of them may die before it says so.
    pub fn new(max_age: Option<Duration>) -> Changes {
        Changes {
            now: AtomicU64::new(1),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            one_at_a_time: Mutex::new(()),
            max_age,
            is_deaf: AtomicBool::new(false),
            began: Instant::now(),
            heard_at: AtomicU64::new(0),
        }
    }

    /// Whether the way from node to node is open. To be told once a second.
    pub fn receives_notifications(&self, hears: bool) {
        self.is_deaf.store(!hears, Ordering::Relaxed);
        if hears {
            let at = self.began.elapsed().as_millis() as u64;
            self.heard_at.store(at, Ordering::Relaxed);
        }
    }

    /// Whether this held two minutes ago or later, and nothing is known to have changed since: for while the database
    /// cannot be asked.
    pub fn was_valid_recently(&self, kept: &Dependencies) -> bool {
        let heard = self.began + Duration::from_millis(self.heard_at.load(Ordering::Relaxed));
        // Hearing the others proves nothing for longer than anything is believed.
        let believed = kept.born + self.max_age.unwrap_or(STALE_IF_ERROR);
        kept.born.max(heard.min(believed)).elapsed() < STALE_IF_ERROR && self.is_unchanged(kept)
    }

    /// To be asked before the first read of what is going to be kept.
    pub fn version(&self) -> Version {
        Version(self.now.load(Ordering::Acquire))
    }

    /// These have changed; readers see it already.
    pub fn record(&self, cache_tags: &[CacheTag]) {
        if cache_tags.is_empty() {
            return;
        }
        let _one = self.one_at_a_time.lock().unwrap_or_else(|e| e.into_inner());
        let at = self.now.load(Ordering::Relaxed) + 1;
        for topic in cache_tags {
            self.slots[usize::from(topic.slot())].store(at, Ordering::Relaxed);
        }
        // Last, so that whoever sees this moment sees the slots as well.
        self.now.store(at, Ordering::Release);
    }

    /// Whether nothing that it dependencies on has changed since it was read.
    pub fn is_valid(&self, kept: &Dependencies) -> bool {
        if let Some(max_age) = self.max_age {
            let is_deaf = self.is_deaf.load(Ordering::Relaxed);
            if kept.born.elapsed()
                > if is_deaf {
                    TTL_WHILE_DISCONNECTED
                } else {
                    max_age
                }
            {
                return false;
            }
        }
        self.is_unchanged(kept)
    }

    fn is_unchanged(&self, kept: &Dependencies) -> bool {
        let now = self.now.load(Ordering::Acquire);
        if kept.checked.load(Ordering::Relaxed) == now {
            return true;
        }
        let holds = kept
            .slots
            .iter()
            .all(|p| self.slots[usize::from(*p)].load(Ordering::Relaxed) <= kept.since);
        if holds {
            kept.checked.store(now, Ordering::Relaxed);
        }
        holds
    }
}

/// What something kept was made from, and when reading began.
#[derive(Debug)]
pub struct Dependencies {
    since: u64,
    born: Instant,
    slots: Box<[u16]>,
    /// The last moment at which it was found to hold: most answers need no further look.
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
            born: Instant::now(),
            slots: slots.into(),
            checked: AtomicU64::new(0),
        }
    }

    /// Bytes of memory.
    pub fn weight(&self) -> usize {
        size_of::<Dependencies>() + 2 * self.slots.len()
    }
}

thread_local! {
    /// What the transaction that runs on this thread has changed so far.
    static CHANGED: RefCell<Vec<CacheTag>> = const { RefCell::new(Vec::new()) };
}

/// Says in a transaction what it changes. The connection proves that there is one.
pub fn changed(_: &mut Conn, topic: CacheTag) {
    CHANGED.with_borrow_mut(|list| {
        if !list.contains(&topic) {
            list.push(topic);
        }
    });
}

/// Runs a transaction's work; with what it changed, or would have if it failed.
pub(super) fn gather<T>(
    work: impl FnOnce() -> Result<T, Error>,
) -> (Result<T, Error>, Vec<CacheTag>) {
    CHANGED.take();
    let result = work();
    (result, CHANGED.take())
}
