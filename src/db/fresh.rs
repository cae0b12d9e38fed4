//! What has changed, and when: whoever keeps something in memory asks here whether it still holds.
//!
//! A write names the [`Topic`]s that it changed while its transaction runs ([`changed`]); they count from the moment
//! at which it is committed, before it is acknowledged. What is kept names the topics that it was made from
//! ([`Depends`]) and the [`Moment`] before its first read. It holds as long as none of them changed after that moment.
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
pub enum Topic {
    /// Whatever any page shows: settings, what another process wrote. Everything kept depends on it.
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

/// So many topics are told apart; two that share a place go stale together, which costs a render and nothing else.
const PLACES: usize = 1 << 14;

impl Topic {
    fn place(self) -> u16 {
        if self == Topic::Everything {
            return 0;
        }
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(self);
        (1 + hash % (PLACES as u64 - 1)) as u16
    }

    fn write(self, out: &mut String) {
        let _ = match self {
            Topic::Everything => write!(out, " *"),
            Topic::Articles => write!(out, " l"),
            Topic::Waiting => write!(out, " w"),
            Topic::Article(id) => write!(out, " a{id}"),
            Topic::Thread(id) => write!(out, " t{id}"),
            Topic::Account(id) => write!(out, " p{id}"),
            Topic::Comments(id) => write!(out, " c{id}"),
        };
    }

    fn parse(text: &str) -> Topic {
        let id = text.get(1..).and_then(|t| t.parse().ok());
        match (text.as_bytes().first(), id) {
            (Some(b'l'), _) => Topic::Articles,
            (Some(b'w'), _) => Topic::Waiting,
            (Some(b'a'), Some(id)) => Topic::Article(id),
            (Some(b't'), Some(id)) => Topic::Thread(id),
            (Some(b'p'), Some(id)) => Topic::Account(id),
            (Some(b'c'), Some(id)) => Topic::Comments(id),
            // What a newer version says and this one does not know may be anything.
            _ => Topic::Everything,
        }
    }
}

/// A notification holds less than 8,000 bytes: <https://www.postgresql.org/docs/current/sql-notify.html>
const LONGEST: usize = 7_000;

/// Topics as they travel to other nodes.
pub fn to_text(topics: &[Topic]) -> String {
    let mut text = String::new();
    for topic in topics {
        topic.write(&mut text);
        if text.len() > LONGEST {
            return " *".into();
        }
    }
    text
}

/// [`to_text`] read back; what is not understood may be anything.
pub fn from_text(text: &str) -> Vec<Topic> {
    text.split_whitespace().map(Topic::parse).collect()
}

/// A point in the order of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// When each topic last changed, as far as this process knows.
#[derive(Debug)]
pub struct Changes {
    now: AtomicU64,
    places: Box<[AtomicU64]>,
    one_at_a_time: Mutex<()>,
    /// Nothing is believed for longer.
    longest: Option<Duration>,
    /// Nothing is heard of other nodes: what they change is not known here.
    is_deaf: AtomicBool,
    began: Instant,
    /// When it was last sure that nothing of the others was missed, in milliseconds since `began`.
    heard_at: AtomicU64,
}

/// How long a page may be shown without proof that nothing has changed, while the database does not answer.
const LAST_KNOWN: Duration = Duration::from_secs(120);
/// How long something is believed on a node that does not hear the others.
const WHILE_DEAF: Duration = Duration::from_secs(1);

impl Changes {
    /// `longest`: where others change things, one of them may die before it says so.
    pub fn new(longest: Option<Duration>) -> Changes {
        Changes {
            now: AtomicU64::new(1),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            one_at_a_time: Mutex::new(()),
            longest,
            is_deaf: AtomicBool::new(false),
            began: Instant::now(),
            heard_at: AtomicU64::new(0),
        }
    }

    /// Whether the way from node to node is open. To be told once a second.
    pub fn hears_others(&self, hears: bool) {
        self.is_deaf.store(!hears, Ordering::Relaxed);
        if hears {
            let at = self.began.elapsed().as_millis() as u64;
            self.heard_at.store(at, Ordering::Relaxed);
        }
    }

    /// Whether this held two minutes ago or later, and nothing is known to have changed since: for while the database
    /// cannot be asked.
    pub fn held_lately(&self, kept: &Depends) -> bool {
        let heard = self.began + Duration::from_millis(self.heard_at.load(Ordering::Relaxed));
        // Hearing the others proves nothing for longer than anything is believed.
        let believed = kept.born + self.longest.unwrap_or(LAST_KNOWN);
        kept.born.max(heard.min(believed)).elapsed() < LAST_KNOWN && self.is_unchanged(kept)
    }

    /// To be asked before the first read of what is going to be kept.
    pub fn moment(&self) -> Moment {
        Moment(self.now.load(Ordering::Acquire))
    }

    /// These have changed; readers see it already.
    pub fn record(&self, topics: &[Topic]) {
        if topics.is_empty() {
            return;
        }
        let _one = self.one_at_a_time.lock().unwrap_or_else(|e| e.into_inner());
        let at = self.now.load(Ordering::Relaxed) + 1;
        for topic in topics {
            self.places[usize::from(topic.place())].store(at, Ordering::Relaxed);
        }
        // Last, so that whoever sees this moment sees the places as well.
        self.now.store(at, Ordering::Release);
    }

    /// Whether nothing that it depends on has changed since it was read.
    pub fn still_holds(&self, kept: &Depends) -> bool {
        if let Some(longest) = self.longest {
            let is_deaf = self.is_deaf.load(Ordering::Relaxed);
            if kept.born.elapsed() > if is_deaf { WHILE_DEAF } else { longest } {
                return false;
            }
        }
        self.is_unchanged(kept)
    }

    fn is_unchanged(&self, kept: &Depends) -> bool {
        let now = self.now.load(Ordering::Acquire);
        if kept.checked.load(Ordering::Relaxed) == now {
            return true;
        }
        let holds = kept
            .places
            .iter()
            .all(|p| self.places[usize::from(*p)].load(Ordering::Relaxed) <= kept.since);
        if holds {
            kept.checked.store(now, Ordering::Relaxed);
        }
        holds
    }
}

/// What something kept was made from, and when reading began.
#[derive(Debug)]
pub struct Depends {
    since: u64,
    born: Instant,
    places: Box<[u16]>,
    /// The last moment at which it was found to hold: most answers need no further look.
    checked: AtomicU64,
}

impl Depends {
    pub fn new(since: Moment, topics: &[Topic]) -> Depends {
        let mut places: Vec<u16> = topics.iter().map(|t| t.place()).collect();
        places.push(Topic::Everything.place());
        places.sort_unstable();
        places.dedup();
        Depends {
            since: since.0,
            born: Instant::now(),
            places: places.into(),
            checked: AtomicU64::new(0),
        }
    }

    /// Bytes of memory.
    pub fn weight(&self) -> usize {
        size_of::<Depends>() + 2 * self.places.len()
    }
}

thread_local! {
    /// What the transaction that runs on this thread has changed so far.
    static CHANGED: RefCell<Vec<Topic>> = const { RefCell::new(Vec::new()) };
}

/// Says in a transaction what it changes. The connection proves that there is one.
pub fn changed(_: &mut Conn, topic: Topic) {
    CHANGED.with_borrow_mut(|list| {
        if !list.contains(&topic) {
            list.push(topic);
        }
    });
}

/// Runs a transaction's work; with what it changed, or would have if it failed.
pub(super) fn gather<T>(work: impl FnOnce() -> Result<T, Error>) -> (Result<T, Error>, Vec<Topic>) {
    CHANGED.take();
    let result = work();
    (result, CHANGED.take())
}
