//! Settings and the one-time setup link. No other feature writes the `settings` table.

use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::settings;
use crate::db::{Conn, SiteKey};
use crate::either;
use crate::error::Error;
use crate::web::site::REVISION;
use crate::{accounts, articles, comments, media, text};
use diesel::prelude::*;

/// The site's key, where the settings table has it.
const KEY: &str = "cookie_key";

pub fn set(conn: &mut Conn, key: &str, value: &str) -> Result<(), Error> {
    either!(conn, |c| diesel::insert_into(settings::table)
        .values((settings::key.eq(key), settings::value.eq(value)))
        .on_conflict(settings::key)
        .do_update()
        .set(settings::value.eq(value))
        .execute(c))?;
    changed(conn, CacheTag::Everything);
    Ok(())
}

/// Saves settings; `false` if they have been saved since revision `seen` (not checked if empty). Writes only
/// `values`, so that another admin's changes to other settings are preserved.
pub fn save_settings(
    conn: &mut Conn,
    values: &[(&'static str, String)],
    seen: &str,
) -> Result<bool, Error> {
    crate::db::lock(conn, REVISION)?;
    let now: i64 = get(conn, REVISION)?
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    if !seen.is_empty() && seen != now.to_string() {
        return Ok(false);
    }
    for (key, value) in values {
        set(conn, key, value)?;
    }
    set(conn, REVISION, &(now + 1).to_string())?;
    Ok(true)
}

pub fn get(conn: &mut Conn, key: &str) -> Result<Option<String>, Error> {
    Ok(settings::table
        .find(key)
        .select(settings::value)
        .first(conn)
        .optional()?)
}

pub fn forget(conn: &mut Conn, key: &str) -> Result<(), Error> {
    diesel::delete(settings::table.find(key)).execute(conn)?;
    changed(conn, CacheTag::Everything);
    Ok(())
}

/// Replaces the token of the one-time setup link; only its hash is stored.
pub fn set_setup_token(conn: &mut Conn, token: &str) -> Result<(), Error> {
    set(conn, "setup_token", &text::token::hash(token))
}

/// Whether this is the token of the current setup link.
pub fn is_setup_token(conn: &mut Conn, token: &str) -> Result<bool, Error> {
    Ok(get(conn, "setup_token")?.is_some_and(|stored| stored == text::token::hash(token)))
}

/// The site's key in the settings table, made at the first start, for all nodes.
pub fn site_key(conn: &mut Conn) -> Result<SiteKey, Error> {
    crate::db::lock(conn, KEY)?;
    if let Some(stored) = stored_key(conn)? {
        return Ok(stored);
    }
    let made = SiteKey::generate()?;
    set(conn, KEY, &made.to_hex())?;
    Ok(made)
}

/// The site's key, if it is in the settings table.
pub fn stored_key(conn: &mut Conn) -> Result<Option<SiteKey>, Error> {
    Ok(get(conn, KEY)?.and_then(|stored| SiteKey::parse(&stored)))
}

/// Removes the site's key from the settings table.
pub fn forget_key(conn: &mut Conn) -> Result<(), Error> {
    forget(conn, KEY)
}

/// Deletes the sample articles with their accounts, comments and pictures. Returns the number of articles, and the
/// picture files to pass to [`crate::media::delete_files`].
pub fn remove_samples(conn: &mut Conn) -> Result<(usize, Vec<String>), Error> {
    let pictures = articles::store::sample_pictures(conn)?;
    let ids = articles::store::sample_ids(conn)?;
    comments::store::remove_threads(conn, &ids)?;
    let removed = articles::publication::remove_samples(conn)?;
    accounts::store::remove_samples(conn)?;
    let files = media::store::delete_unused(conn, &pictures)?;
    set(conn, "samples", "removed")?;
    Ok((removed, files))
}

/// Whether `serve` should publish the samples: there is no article, and they have not been removed before.
pub fn should_publish_samples(conn: &mut Conn) -> Result<bool, Error> {
    Ok(articles::store::is_empty(conn)? && get(conn, "samples")?.is_none())
}
