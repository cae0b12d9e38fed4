//! The page cache: rendered pages in memory, and which readers may share them. No page contains personal data.
//!
//! Every cached value records what it was made from ([`Dependencies`]) and is checked before each use; a stale page is
//! rendered again by one request while others wait for it.

#![allow(
    clippy::disallowed_types,
    reason = "held for one access to a small map, only by requests whose page is not cached, never across an await"
)]

mod answer;
mod entries;
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
use actix_web::http::header::HeaderMap;
use entries::{AccountId, CachedAudience, CachedSkeleton, EndedSession, FlightKey, Key, KeyRef};
pub use entries::{Audience, CachedSession, Entry, ReaderPage};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use skeleton::Skeleton;
pub use skeleton::{key_placeholder, name_placeholder};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Limits in bytes: 64 MiB altogether.
const PAGES_BYTES: u64 = 40 << 20;
const SKELETONS_BYTES: u64 = 16 << 20;
const SESSIONS_BYTES: u64 = 4 << 20;
const AUDIENCES_BYTES: u64 = 4 << 20;
/// The largest page that is cached, in bytes.
const MAX_ENTRY: usize = 1 << 20;
/// How long a session is cached: it has to be read again now and then, because that updates when it was last seen.
const SESSION_TTL: Duration = Duration::from_secs(60);

/// Whether a path with this query is redirected.
type IsRedirected = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;

/// What the cache asks about a request.
#[derive(Clone)]
pub struct RouteLookup {
    /// The route of a path, if its pages are cached.
    pub find_route: fn(&str) -> Option<CachedRoute>,
    pub is_redirected: IsRedirected,
}

/// A route whose pages are cached.
#[derive(Clone, Copy, Debug)]
pub struct CachedRoute {
    /// Its index in the table of routes.
    pub index: usize,
    /// The query parameters that are part of the cache key; all others are ignored.
    pub query: &'static [Param],
}

/// A query parameter: its name and its known values, the default first; no values = any short word.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub values: &'static [&'static str],
}

/// Request extension: the cache key of the page that a signed-in reader requested.
#[derive(Clone, Debug)]
pub struct RequestedPage(pub Arc<str>);

/// The result of a service call.
pub(super) type Answer = Result<ServiceResponse<BoxBody>, actix_web::Error>;

/// The service that the cache wraps.
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

/// Response extension: what a cacheable page was made from.
struct BuiltFrom(Version, Dependencies);

/// Marks a response as cacheable, and records what it was made from.
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

/// Counters of cache hits and misses.
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
    sessions: Cache<[u8; 32], Arc<CachedSession>, ByteWeighter>,
    audiences: Cache<Key<AccountId>, Arc<CachedAudience>, ByteWeighter>,
    /// Tokens without an open session, by their hash (a negative cache).
    unknown: Cache<[u8; 32], EndedSession>,
    flights: Flights,
    pub counts: CacheStats,
}

/// Weighs entries in bytes, the cache's own overhead included.
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
    fn weight(&self, key: &Key<Audience>, cached: &Arc<CachedSkeleton>) -> u64 {
        (OVERHEAD + key.page.len() + cached.skeleton.weight() + cached.dependencies.weight()) as u64
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
            sessions: Cache::with_weighter(1024, SESSIONS_BYTES, ByteWeighter),
            audiences: Cache::with_weighter(1024, AUDIENCES_BYTES, ByteWeighter),
            unknown: Cache::new(16_384),
            flights: Mutex::default(),
            counts: CacheStats::default(),
        }
    }
}

impl PageCache {
    /// The size in bytes, and the numbers of public pages, pages for readers, and sessions.
    pub fn size(&self) -> (u64, [usize; 3]) {
        let bytes = self.pages.weight()
            + self.skeletons.weight()
            + self.sessions.weight()
            + self.audiences.weight();
        let lengths = [self.pages.len(), self.skeletons.len(), self.sessions.len()];
        (bytes, lengths)
    }

    fn page(&self, db: &Db, page: &str, coding: Coding) -> Option<Arc<Entry>> {
        self.pages
            .get(&KeyRef { page, of: coding })
            .filter(|entry| db.is_valid(&entry.dependencies))
    }

    /// A page that cannot be checked now but was valid recently, and is not known to have changed since.
    fn stale_if_error(&self, db: &Db, key: &Key<Coding>) -> Option<Arc<Entry>> {
        self.pages
            .get(key)
            .filter(|entry| db.was_valid_recently(&entry.dependencies))
    }

    /// The session cached for this token, if that was less than [`SESSION_TTL`] ago and its account has not changed since.
    pub fn session(&self, db: &Db, token: &str) -> Option<Arc<CachedSession>> {
        self.sessions
            .get(&token_hash(token))
            .filter(|known| known.until > Instant::now() && db.is_valid(&known.dependencies))
    }

    /// Records that there is no such session: later requests with this token are anonymous. Tokens are never reused.
    pub fn record_unknown(&self, token: &str) {
        let hash = token_hash(token);
        if self.ended(&hash).is_none() {
            let (at, was_renewed) = (Instant::now(), false);
            self.unknown.insert(hash, EndedSession { at, was_renewed });
        }
    }

    /// Records that this token was just replaced. Requests still in flight with it are anonymous, but must not delete
    /// the browser's new cookie.
    pub fn record_renewed(&self, token: &str) {
        let (at, was_renewed) = (Instant::now(), true);
        self.unknown
            .insert(token_hash(token), EndedSession { at, was_renewed });
    }

    fn ended(&self, hash: &[u8; 32]) -> Option<EndedSession> {
        let noted = self.unknown.get(hash);
        noted.filter(|ended| ended.at.elapsed() < SESSION_TTL)
    }

    /// Whether a token is known to belong to no open session.
    pub fn has_no_session(&self, token: &str) -> bool {
        self.ended(&token_hash(token)).is_some()
    }

    /// Whether a token is known to belong to no open session, and was not just replaced by a new one.
    pub fn has_ended(&self, token: &str) -> bool {
        self.ended(&token_hash(token))
            .is_some_and(|ended| !ended.was_renewed)
    }

    /// Caches a session until its account changes. Not for a banned account, whose ban may end, nor for a session whose
    /// token is to be renewed: these are read each time.
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
        self.sessions.insert(token_hash(token), Arc::new(known));
    }

    /// The cached audience of this reader for this page.
    fn audience_of(&self, db: &Db, account: i64, page: &str) -> Option<Audience> {
        self.audiences
            .get(&KeyRef { page, of: account })
            .filter(|s| db.is_valid(&s.dependencies))
            .map(|s| s.audience)
    }

    fn skeleton(&self, db: &Db, page: &str, audience: Audience) -> Option<Arc<CachedSkeleton>> {
        self.skeletons
            .get(&KeyRef { page, of: audience })
            .filter(|cached| cached.until.is_none_or(|until| until > Instant::now()))
            .filter(|cached| db.is_valid(&cached.dependencies))
    }

    /// Caches a page for its audience, and that this reader belongs to that audience. Returns the page for this reader.
    ///
    /// # Errors
    /// `Unavailable` when the queue for compression is full, `Internal` when the page cannot be compressed.
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
        let skeleton = cut.map_err(Error::internal)??;
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
        let cached = CachedSkeleton {
            skeleton,
            dependencies: Dependencies::new(reader.since, &cache_tags),
            until: reader.until,
        };
        let name = crate::text::escape(reader.account.shown_name());
        let response = answer::filled(&cached.skeleton, &name, asked);
        if cached.skeleton.weight() <= MAX_ENTRY {
            let key = Key {
                page,
                of: reader.audience,
            };
            self.skeletons.insert(key, Arc::new(cached));
        }
        Ok(response)
    }
}

/// The hash of a session token: only hashes are stored, in memory as in the database.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
