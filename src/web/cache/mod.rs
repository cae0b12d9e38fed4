//! Finished pages in memory, and who may have them. Nothing personal is ever in one.
//!
//! Everything kept knows what it was made from ([`Depends`]) and is looked at before each use; a page that has gone
//! stale is made again by one request, while the others that want it wait.

#![allow(
    clippy::disallowed_types,
    reason = "held for one look into a small map, only by requests whose page is not there, never across an await"
)]

mod answer;
pub mod express;
mod flight;
mod skeleton;

use crate::db::fresh::Topic;
use crate::db::{Db, Depends, Moment};
use crate::error::Error;
use crate::web::coding::Coding;
use crate::web::{Account, State};
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::web::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use sha2::{Digest, Sha256};
use skeleton::Skeleton;
pub use skeleton::{key_mark, name_mark};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Bytes that all of it takes at most: 64 MiB.
const PAGES: u64 = 40 << 20;
const SKELETONS: u64 = 16 << 20;
const READERS: u64 = 4 << 20;
const STANDINGS: u64 = 4 << 20;
/// A larger page is made anew each time.
const LARGEST: usize = 1 << 20;
/// How long a session is believed without another look at the database: when it was last seen has to be noted.
const SESSION: Duration = Duration::from_secs(60);

/// An address whose pages are kept.
#[derive(Clone, Copy, Debug)]
pub struct KeptRoute {
    /// Its row in the table of addresses.
    pub index: usize,
    /// What its query may hold; all else is as if it were not there.
    pub query: &'static [Param],
}

/// A part of a query: its name, and the values that are known; none = any short word. The first is the default.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub values: &'static [&'static str],
}

/// The page that a reader wants, for handlers that keep it.
#[derive(Clone, Debug)]
pub struct Wanted(pub Arc<str>);

/// What an answer is on its way out.
pub(super) type Answer = Result<ServiceResponse<BoxBody>, actix_web::Error>;

/// Everything behind the cache.
pub trait Inner:
    Service<
        ServiceRequest,
        Response = ServiceResponse<<Self as Inner>::Body>,
        Error = actix_web::Error,
    > + 'static
{
    type Body: MessageBody + 'static;
}

impl<S, B> Inner for S
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Body = B;
}

/// What a page was made from, beside its answer.
struct MadeFrom(Moment, Depends);

/// Beside an answer: what it was made from, so that it may be kept.
pub(in crate::web) fn may_be_kept(response: &mut HttpResponse, since: Moment, topics: &[Topic]) {
    let depends = Depends::new(since, topics);
    response.extensions_mut().insert(MadeFrom(since, depends));
}

/// One page in one coding.
#[derive(Debug)]
pub struct Entry {
    pub body: Bytes,
    pub etag: HeaderValue,
    pub content_type: HeaderValue,
    last_modified: Option<HeaderValue>,
    pub coding: Coding,
    /// Which row of the site's table of addresses it belongs to.
    pub route: usize,
    depends: Depends,
    since: Moment,
}

/// Path and allowed query, and what tells pages of one address apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key<T> {
    page: Box<str>,
    of: T,
}

/// A [`Key`] to look up with.
struct Ask<'a, T> {
    page: &'a str,
    of: T,
}

impl<T: Hash> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&*self.page, &self.of).hash(state);
    }
}
impl<T: Hash> Hash for Ask<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.page, &self.of).hash(state);
    }
}
impl<T: PartialEq> Equivalent<Key<T>> for Ask<'_, T> {
    fn equivalent(&self, key: &Key<T>) -> bool {
        self.of == key.of && *self.page == *key.page
    }
}

/// A page that somebody is making just now: one in one coding, or one for readers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Making {
    Page(Key<Coding>),
    ForReaders(Key<Audience>),
}

/// For whom a page is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// All readers who are signed in and have nothing of their own on it.
    Readers,
    /// Those of them whose next comment waits for a moderator.
    Newcomers,
    /// One reader, who has something of his own on it.
    One(i64),
}

/// A session as it was found in the database.
#[derive(Debug)]
pub struct Known {
    pub account: Account,
    /// The account's name, escaped for HTML.
    name: String,
    depends: Depends,
    until: Instant,
}

/// Which account stands so with a page.
type AccountId = i64;

#[derive(Debug)]
struct Standing {
    audience: Audience,
    depends: Depends,
}

#[derive(Debug)]
struct Kept {
    skeleton: Skeleton,
    depends: Depends,
    until: Option<Instant>,
}

/// What a page for a reader who is signed in hangs on.
pub struct ForReader<'a> {
    pub account: &'a Account,
    pub audience: Audience,
    pub since: Moment,
    /// When something on it ends by itself.
    pub until: Option<Instant>,
}

/// A session's key that leads nowhere.
#[derive(Clone, Copy, Debug)]
struct Ended {
    /// When that was found out.
    at: Instant,
    was_renewed: bool,
}

/// Counts of what the cache did.
#[derive(Debug, Default)]
pub struct Counts {
    pub hits: AtomicU64,
    pub not_modified: AtomicU64,
    pub reader_hits: AtomicU64,
    pub misses: AtomicU64,
    pub waited: AtomicU64,
}

impl Counts {
    fn one(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

type Flights = Mutex<HashMap<Making, watch::Receiver<Option<Arc<Entry>>>>>;

pub struct PageCache {
    pages: Cache<Key<Coding>, Arc<Entry>, Bytewise>,
    skeletons: Cache<Key<Audience>, Arc<Kept>, Bytewise>,
    readers: Cache<[u8; 32], Arc<Known>, Bytewise>,
    standings: Cache<Key<AccountId>, Arc<Standing>, Bytewise>,
    /// Sessions that are not there, by the hash of their key.
    unknown: Cache<[u8; 32], Ended>,
    flights: Flights,
    pub counts: Counts,
}

/// Weighs in bytes, with what the cache itself needs for an entry.
#[derive(Clone)]
struct Bytewise;
const OVERHEAD: usize = 160;

impl Weighter<Key<Coding>, Arc<Entry>> for Bytewise {
    fn weight(&self, key: &Key<Coding>, entry: &Arc<Entry>) -> u64 {
        (OVERHEAD + size_of::<Entry>() + key.page.len() + entry.body.len() + entry.depends.weight())
            as u64
    }
}
impl Weighter<Key<Audience>, Arc<Kept>> for Bytewise {
    fn weight(&self, key: &Key<Audience>, kept: &Arc<Kept>) -> u64 {
        (OVERHEAD + key.page.len() + kept.skeleton.weight() + kept.depends.weight()) as u64
    }
}
impl Weighter<[u8; 32], Arc<Known>> for Bytewise {
    fn weight(&self, _: &[u8; 32], known: &Arc<Known>) -> u64 {
        let account = &known.account;
        let texts = account.username.len() + 2 * account.name.len() + account.email.len();
        (OVERHEAD + size_of::<Known>() + texts + 64) as u64
    }
}
impl Weighter<Key<AccountId>, Arc<Standing>> for Bytewise {
    fn weight(&self, key: &Key<AccountId>, standing: &Arc<Standing>) -> u64 {
        (OVERHEAD + key.page.len() + size_of::<Standing>() + standing.depends.weight()) as u64
    }
}

impl Default for PageCache {
    fn default() -> PageCache {
        PageCache {
            pages: Cache::with_weighter(2048, PAGES, Bytewise),
            skeletons: Cache::with_weighter(256, SKELETONS, Bytewise),
            readers: Cache::with_weighter(1024, READERS, Bytewise),
            standings: Cache::with_weighter(1024, STANDINGS, Bytewise),
            unknown: Cache::new(16_384),
            flights: Mutex::default(),
            counts: Counts::default(),
        }
    }
}

impl PageCache {
    /// Bytes kept, and how many pages for anybody, pages for readers and sessions that is.
    pub fn size(&self) -> (u64, [usize; 3]) {
        let bytes = self.pages.weight()
            + self.skeletons.weight()
            + self.readers.weight()
            + self.standings.weight();
        let lengths = [self.pages.len(), self.skeletons.len(), self.readers.len()];
        (bytes, lengths)
    }

    fn page(&self, db: &Db, page: &str, coding: Coding) -> Option<Arc<Entry>> {
        self.pages
            .get(&Ask { page, of: coding })
            .filter(|entry| db.still_holds(&entry.depends))
    }

    /// A page that is no longer sure to be right, but was a moment ago, and nothing is known to have changed since.
    fn last_known(&self, db: &Db, key: &Key<Coding>) -> Option<Arc<Entry>> {
        self.pages
            .get(key)
            .filter(|entry| db.held_lately(&entry.depends))
    }

    /// The session of this token, if it was opened a moment ago and nothing has happened to its account.
    pub fn session(&self, db: &Db, token: &str) -> Option<Arc<Known>> {
        self.readers
            .get(&token_hash(token))
            .filter(|known| known.until > Instant::now() && db.still_holds(&known.depends))
    }

    /// There is no such session: requests that bring its key again are anonymous. No key is ever used twice.
    pub fn note_unknown(&self, token: &str) {
        let hash = token_hash(token);
        if self.ended(&hash).is_none() {
            let (at, was_renewed) = (Instant::now(), false);
            self.unknown.insert(hash, Ended { at, was_renewed });
        }
    }

    /// This key was replaced by another one just now. Requests that were under way with it are anonymous, but must not take
    /// back the browser's new cookie.
    pub fn note_renewed(&self, token: &str) {
        let (at, was_renewed) = (Instant::now(), true);
        self.unknown
            .insert(token_hash(token), Ended { at, was_renewed });
    }

    fn ended(&self, hash: &[u8; 32]) -> Option<Ended> {
        let noted = self.unknown.get(hash);
        noted.filter(|ended| ended.at.elapsed() < SESSION)
    }

    /// Whether a key is known to lead to no session.
    pub fn is_unknown(&self, token: &str) -> bool {
        self.ended(&token_hash(token)).is_some()
    }

    /// Whether it leads to no session, and was not replaced by another key.
    pub fn is_gone(&self, token: &str) -> bool {
        self.ended(&token_hash(token))
            .is_some_and(|ended| !ended.was_renewed)
    }

    /// Keeps a session, until its account changes. A ban that ends and a key that is to be renewed are looked at each time.
    pub fn keep_session(&self, token: &str, account: &Account, depends: Depends) {
        if account.ban.is_some() || account.renew {
            return;
        }
        let known = Known {
            account: account.clone(),
            name: crate::text::escape(account.shown_name()),
            depends,
            until: Instant::now() + SESSION,
        };
        self.readers.insert(token_hash(token), Arc::new(known));
    }

    /// Where this reader stands with this page.
    fn standing(&self, db: &Db, account: i64, page: &str) -> Option<Audience> {
        self.standings
            .get(&Ask { page, of: account })
            .filter(|s| db.still_holds(&s.depends))
            .map(|s| s.audience)
    }

    fn skeleton(&self, db: &Db, page: &str, audience: Audience) -> Option<Arc<Kept>> {
        self.skeletons
            .get(&Ask { page, of: audience })
            .filter(|kept| kept.until.is_none_or(|until| until > Instant::now()))
            .filter(|kept| db.still_holds(&kept.depends))
    }

    /// Keeps a page for its audience, and that this reader belongs to it; the page as he gets it.
    ///
    /// # Errors
    /// `Broken` when it cannot be packed.
    pub(in crate::web) async fn keep_for_readers(
        &self,
        state: &State,
        wanted: &Wanted,
        html: String,
        reader: &ForReader<'_>,
        topics: &[Topic],
        asked: &HeaderMap,
    ) -> Result<HttpResponse, Error> {
        let cpu = state.packing.enter().await?;
        let cut = tokio::task::spawn_blocking(move || Skeleton::cut(&html)).await;
        let skeleton = cut.map_err(Error::broken)??;
        drop(cpu);
        let account = reader.account.id;
        let own = [Topic::Account(account), Topic::Comments(account)];
        let standing = Standing {
            audience: reader.audience,
            depends: Depends::new(reader.since, &own),
        };
        let page: Box<str> = (*wanted.0).into();
        let stands = Key {
            page: page.clone(),
            of: account,
        };
        self.standings.insert(stands, Arc::new(standing));
        let mut topics = topics.to_vec();
        if let Audience::One(_) = reader.audience {
            topics.extend(own);
        }
        let kept = Kept {
            skeleton,
            depends: Depends::new(reader.since, &topics),
            until: reader.until,
        };
        let name = crate::text::escape(reader.account.shown_name());
        let response = answer::filled(&kept.skeleton, &name, asked);
        if kept.skeleton.weight() <= LARGEST {
            let key = Key {
                page,
                of: reader.audience,
            };
            self.skeletons.insert(key, Arc::new(kept));
        }
        Ok(response)
    }
}

/// Sessions are known by their hash, in memory as in the database.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
