//! The site's key, at hand in every read and write: what tokens, sealed secrets and cookies are made with.

use super::Conn;
use crate::error::Error;
use std::cell::RefCell;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// 64 random bytes that only this site knows. They are not in a SQLite database, so that a copy of it opens nothing.
#[derive(Clone)]
pub struct SiteKey(Arc<[u8]>);

impl SiteKey {
    pub const BYTES: usize = 64;

    /// # Errors
    /// When the system gives no random bytes.
    pub fn generate() -> Result<SiteKey, Error> {
        let mut bytes = [0; SiteKey::BYTES];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        Ok(SiteKey(bytes[..].into()))
    }

    /// Reads 128 hexadecimal digits; `None` if it is anything else.
    pub fn parse(text: &str) -> Option<SiteKey> {
        let bytes = crate::text::decode_hex(text);
        let is_whole = bytes.len() == SiteKey::BYTES && text.len() == 2 * SiteKey::BYTES;
        is_whole.then(|| SiteKey(bytes.into()))
    }

    pub fn to_hex(&self) -> String {
        crate::text::encode_hex(&self.0)
    }
}

impl Deref for SiteKey {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteKey(…)")
    }
}

/// The key of a database that has been opened; set once.
pub(super) type KeyCell = Arc<OnceLock<SiteKey>>;

thread_local! {
    static KEY: RefCell<Option<SiteKey>> = const { RefCell::new(None) };
}

/// Runs a read or a write for which [`site_key`] is this one.
pub(super) fn with_key<T>(key: &KeyCell, work: impl FnOnce() -> T) -> T {
    let before = KEY.replace(key.get().cloned());
    let result = work();
    KEY.set(before);
    result
}

/// The site's key. Takes the connection as proof that a read or a write is under way.
///
/// # Errors
/// When [`super::Db::set_key`] was not called: no key has been read yet.
pub fn site_key(_: &mut Conn) -> Result<SiteKey, Error> {
    KEY.with_borrow(Clone::clone)
        .ok_or_else(|| Error::internal("the site has no key"))
}
