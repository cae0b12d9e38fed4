//! Finished pages in memory, and who may have them. Nothing personal is ever in one.
//!
//! Everything kept knows what it was made from ([`Dependencies`]) and is looked at before each use; a page that has gone
//! stale is made again by one request, while the others that want it wait.

#![allow(
    clippy::disallowed_types,
    reason = "held for one look into a small map, only by requests whose page is not there, never across an await"
)]

mod answer;
pub mod middleware;
mod single_flight;
mod skeleton;

use crate::db::invalidation::CacheTag;
use crate::db::{Db, Dependencies, Version};
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
const PAGES_BYTES: u64 = 40 << 20;
const SKELETONS_BYTES: u64 = 16 << 20;
const SESSIONS_BYTES: u64 = 4 << 20;
const AUDIENCES_BYTES: u64 = 4 << 20;
/// A larger page is made anew each time.
const MAX_ENTRY: usize = 1 << 20;
/// How long a session is believed without another look at the database: when it was last seen has to be noted.
const SESSION_TTL: Duration = Duration::from_secs(60);

/// An address whose pages are kept.
#[derive(Clone, Copy, Debug)]
pub struct CachedRoute {
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
pub struct RequestedPage(pub Arc<str>);

/// What an answer is on its way out.
pub(super) type Answer = Result<ServiceResponse<BoxBody>, actix_web::Error>;

/// Everything behind the cache.
pub trait InnerService:
    Service<
        ServiceRequest,
        Response = ServiceResponse<<Self as InnerService>::Body>,
        Error = actix_web::Error,
    > + 'static
{
    type Body: MessageBody + 'static;
}

impl<S, B> InnerService for S
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Body = B;
}

/// What a page was made from, beside its answer.
struct BuiltFrom(Version, Dependencies);

/// Beside an answer: what it was made from, so that it may be kept.
pub(in crate::web) fn mark_cacheable(
    response: &mut HttpResponse,
    since: Version,
    cache_tags: &[CacheTag],
) {
    let dependencies = Dependencies::new(since, cache_tags);
    response
        .extensions_mut()
        .insert(BuiltFrom(since, dependencies));
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
    dependencies: Dependencies,
    since: Version,
}

/// Path and allowed query, and what tells pages of one address apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key<T> {
    page: Box<str>,
    of: T,
}

/// A [`Key`] to look up with.
struct KeyRef<'a, T> {
    page: &'a str,
    of: T,
}

impl<T: Hash> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&*self.page, &self.of).hash(state);
    }
}
impl<T: Hash> Hash for KeyRef<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.page, &self.of).hash(state);
    }
}
impl<T: PartialEq> Equivalent<Key<T>> for KeyRef<'_, T> {
    fn equivalent(&self, key: &Key<T>) -> bool {
        self.of == key.of && *self.page == *key.page
    }
}

/// A page that somebody is making just now: one in one coding, or one for readers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum FlightKey {
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
pub struct CachedSession {
    pub account: Account,
    /// The account's name, escaped for HTML.
    name: String,
    dependencies: Dependencies,
    until: Instant,
}

/// Which account stands so with a page.
type AccountId = i64;

#[derive(Debug)]
struct CachedAudience {
    audience: Audience,
    dependencies: Dependencies,
}

#[derive(Debug)]
struct CachedSkeleton {
    skeleton: Skeleton,
    dependencies: Dependencies,
    until: Option<Instant>,
}

/// What a page for a reader who is signed in hangs on.
pub struct ReaderPage<'a> {
    pub account: &'a Account,
    pub audience: Audience,
    pub since: Version,
    /// When something on it ends by itself.
    pub until: Option<Instant>,
}

/// A session's key that leads nowhere.
#[derive(Clone, Copy, Debug)]
struct EndedSession {
    /// When that was found out.
    at: Instant,
    was_renewed: bool,
}

/// CacheStats of what the cache did.
#[derive(Debug, Default)]
pub struct CacheStats {
    pub hits: AtomicU64,
    pub not_modified: AtomicU64,
    pub reader_hits: AtomicU64,
    pub misses: AtomicU64,
    pub waited: AtomicU64,
}

impl CacheStats {
    fn increment(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

type Flights = Mutex<HashMap<FlightKey, watch::Receiver<Option<Arc<Entry>>>>>;

pub struct PageCache {
    pages: Cache<Key<Coding>, Arc<Entry>, ByteWeighter>,
    skeletons: Cache<Key<Audience>, Arc<CachedSkeleton>, ByteWeighter>,
    readers: Cache<[u8; 32], Arc<CachedSession>, ByteWeighter>,
    audiences: Cache<Key<AccountId>, Arc<CachedAudience>, ByteWeighter>,
    /// Sessions that are not there, by the hash of their key.
    unknown: Cache<[u8; 32], EndedSession>,
    flights: Flights,
    pub counts: CacheStats,
}

/// Weighs in bytes, with what the cache itself needs for an entry.
#[derive(Clone)]
struct ByteWeighter;
const OVERHEAD: usize = 160;

impl Weighter<Key<Coding>, Arc<Entry>> for ByteWeighter {
    fn weight(&self, key: &Key<Coding>, entry: &Arc<Entry>) -> u64 {
        (OVERHEAD
            + size_of::<Entry>()
            + key.page.len()
            + entry.body.len()
            + entry.dependencies.weight()) as u64
    }
}
impl Weighter<Key<Audience>, Arc<CachedSkeleton>> for ByteWeighter {
    fn weight(&self, key: &Key<Audience>, kept: &Arc<CachedSkeleton>) -> u64 {
        (OVERHEAD + key.page.len() + kept.skeleton.weight() + kept.dependencies.weight()) as u64
    }
}
impl Weighter<[u8; 32], Arc<CachedSession>> for ByteWeighter {
    fn weight(&self, _: &[u8; 32], known: &Arc<CachedSession>) -> u64 {
        let account = &known.account;
        let texts = account.username.len() + 2 * account.name.len() + account.email.len();
        (OVERHEAD + size_of::<CachedSession>() + texts + 64) as u64
    }
}
impl Weighter<Key<AccountId>, Arc<CachedAudience>> for ByteWeighter {
    fn weight(&self, key: &Key<AccountId>, audience_of: &Arc<CachedAudience>) -> u64 {
        (OVERHEAD
            + key.page.len()
            + size_of::<CachedAudience>()
            + audience_of.dependencies.weight()) as u64
    }
}

impl Default for PageCache {
    fn default() -> PageCache {
        PageCache {
            pages: Cache::with_weighter(2048, PAGES_BYTES, ByteWeighter),
            skeletons: Cache::with_weighter(256, SKELETONS_BYTES, ByteWeighter),
            readers: Cache::with_weighter(1024, SESSIONS_BYTES, ByteWeighter),
            audiences: Cache::with_weighter(1024, AUDIENCES_BYTES, ByteWeighter),
            unknown: Cache::new(16_384),
            flights: Mutex::default(),
            counts: CacheStats::default(),
        }
    }
}

impl PageCache {
    /// Bytes find_route, and how many pages for anybody, pages for readers and sessions that is.
    pub fn size(&self) -> (u64, [usize; 3]) {
        let bytes = self.pages.weight()
            + self.skeletons.weight()
            + self.readers.weight()
            + self.audiences.weight();
        let lengths = [self.pages.len(), self.skeletons.len(), self.readers.len()];
        (bytes, lengths)
    }

    fn page(&self, db: &Db, page: &str, coding: Coding) -> Option<Arc<Entry>> {
        self.pages
            .get(&KeyRef { page, of: coding })
            .filter(|entry| db.is_valid(&entry.dependencies))
    }

    /// A page that is no longer sure to be right, but was a moment ago, and nothing is known to have changed since.
    fn stale_if_error(&self, db: &Db, key: &Key<Coding>) -> Option<Arc<Entry>> {
        self.pages
            .get(key)
            .filter(|entry| db.was_valid_recently(&entry.dependencies))
    }

    /// The session of this token, if it was opened a moment ago and nothing has happened to its account.
    pub fn session(&self, db: &Db, token: &str) -> Option<Arc<CachedSession>> {
        self.readers
            .get(&token_hash(token))
            .filter(|known| known.until > Instant::now() && db.is_valid(&known.dependencies))
    }

    /// There is no such session: requests that bring its key again are anonymous. No key is ever used twice.
    pub fn note_unknown(&self, token: &str) {
        let hash = token_hash(token);
        if self.ended(&hash).is_none() {
            let (at, was_renewed) = (Instant::now(), false);
            self.unknown.insert(hash, EndedSession { at, was_renewed });
        }
    }

    /// This key was replaced by another one just now. Requests that were under way with it are anonymous, but must not take
    /// back the browser's new cookie.
    pub fn note_renewed(&self, token: &str) {
        let (at, was_renewed) = (Instant::now(), true);
        self.unknown
            .insert(token_hash(token), EndedSession { at, was_renewed });
    }

    fn ended(&self, hash: &[u8; 32]) -> Option<EndedSession> {
        let noted = self.unknown.get(hash);
        noted.filter(|ended| ended.at.elapsed() < SESSION_TTL)
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
    pub fn cache_session(&self, token: &str, account: &Account, dependencies: Dependencies) {
        if account.ban.is_some() || account.renew {
            return;
        }
        let known = CachedSession {
            account: account.clone(),
            name: crate::text::escape(account.shown_name()),
            dependencies,
            until: Instant::now() + SESSION_TTL,
        };
        self.readers.insert(token_hash(token), Arc::new(known));
    }

    /// Where this reader stands with this page.
    fn audience_of(&self, db: &Db, account: i64, page: &str) -> Option<Audience> {
        self.audiences
            .get(&KeyRef { page, of: account })
            .filter(|s| db.is_valid(&s.dependencies))
            .map(|s| s.audience)
    }

    fn skeleton(&self, db: &Db, page: &str, audience: Audience) -> Option<Arc<CachedSkeleton>> {
        self.skeletons
            .get(&KeyRef { page, of: audience })
            .filter(|kept| kept.until.is_none_or(|until| until > Instant::now()))
            .filter(|kept| db.is_valid(&kept.dependencies))
    }

    /// Keeps a page for its audience, and that this reader belongs to it; the page as he gets it.
    ///
    /// # Errors
    /// `Broken` when it cannot be packed.
    pub(in crate::web) async fn cache_for_readers(
        &self,
        state: &State,
        wanted: &RequestedPage,
        html: String,
        reader: &ReaderPage<'_>,
        cache_tags: &[CacheTag],
        asked: &HeaderMap,
    ) -> Result<HttpResponse, Error> {
        let cpu = state.packing.acquire().await?;
        let cut = tokio::task::spawn_blocking(move || Skeleton::cut(&html)).await;
        let skeleton = cut.map_err(Error::broken)??;
        drop(cpu);
        let account = reader.account.id;
        let own = [CacheTag::Account(account), CacheTag::Comments(account)];
        let audience_of = CachedAudience {
            audience: reader.audience,
            dependencies: Dependencies::new(reader.since, &own),
        };
        let page: Box<str> = (*wanted.0).into();
        let stands = Key {
            page: page.clone(),
            of: account,
        };
        self.audiences.insert(stands, Arc::new(audience_of));
        let mut cache_tags = cache_tags.to_vec();
        if let Audience::One(_) = reader.audience {
            cache_tags.extend(own);
        }
        let kept = CachedSkeleton {
            skeleton,
            dependencies: Dependencies::new(reader.since, &cache_tags),
            until: reader.until,
        };
        let name = crate::text::escape(reader.account.shown_name());
        let response = answer::filled(&kept.skeleton, &name, asked);
        if kept.skeleton.weight() <= MAX_ENTRY {
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
