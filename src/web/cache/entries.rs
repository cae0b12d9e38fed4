//! What the page cache holds, and the keys that it is found by.

use super::skeleton::Skeleton;
use crate::db::{Dependencies, Version};
use crate::web::Account;
use crate::web::coding::Coding;
use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;
use quick_cache::Equivalent;
use std::hash::{Hash, Hasher};
use std::time::Instant;

/// One cached page in one content coding.
#[derive(Debug)]
pub struct Entry {
    pub body: Bytes,
    pub etag: HeaderValue,
    pub content_type: HeaderValue,
    pub(super) last_modified: Option<HeaderValue>,
    pub coding: Coding,
    /// The index of its route in the table of routes.
    pub route: usize,
    pub(super) dependencies: Dependencies,
    pub(super) since: Version,
}

/// Cache key: path and allowed query, and what distinguishes variants of the page (coding, audience or account).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key<T> {
    pub(super) page: Box<str>,
    pub(super) of: T,
}

/// A borrowed [`Key`], for look-ups.
pub(super) struct KeyRef<'a, T> {
    pub(super) page: &'a str,
    pub(super) of: T,
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

/// A page that is being rendered: in one coding, or for one audience.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum FlightKey {
    Page(Key<Coding>),
    ForReaders(Key<Audience>),
}

/// Which signed-in readers get the same page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// All readers who have nothing of their own on it.
    Readers,
    /// Those of them whose next comment waits for a moderator.
    Newcomers,
    /// One reader, who has something of their own on it.
    One(i64),
}

/// A session as it was read from the database.
#[derive(Debug)]
pub struct CachedSession {
    pub account: Account,
    /// The account's name, escaped for HTML.
    pub(super) name: String,
    pub(super) dependencies: Dependencies,
    pub(super) until: Instant,
}

/// The account whose audience for a page is cached.
pub(super) type AccountId = i64;

#[derive(Debug)]
pub(super) struct CachedAudience {
    pub(super) audience: Audience,
    pub(super) dependencies: Dependencies,
}

#[derive(Debug)]
pub(super) struct CachedSkeleton {
    pub(super) skeleton: Skeleton,
    pub(super) dependencies: Dependencies,
    pub(super) until: Option<Instant>,
}

/// How a page for a signed-in reader is cached.
pub struct ReaderPage<'a> {
    pub account: &'a Account,
    pub audience: Audience,
    pub since: Version,
    /// When something on the page expires by itself.
    pub until: Option<Instant>,
}

/// A session token that belongs to no open session.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndedSession {
    /// When that was detected.
    pub(super) at: Instant,
    pub(super) was_renewed: bool,
}
