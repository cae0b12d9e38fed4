//! Successful log-ins of the last 90 days: shown to their owner, and what tells a new device.

use super::notices;
use crate::db::schema::logins;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::mail::Notice;
use crate::web::viewer::Proof;
use diesel::prelude::*;

/// How long log-ins are kept, in milliseconds.
pub const KEPT: i64 = 90 * Time::DAY;

/// The browser that someone logs in with.
#[derive(Clone, Debug)]
pub struct Device {
    /// What it says it is (`User-Agent`), shortened.
    pub agent: String,
    pub network: String,
    /// SHA-256 of its cookie, in hexadecimal digits; empty = it sent none.
    pub hash: String,
    /// The browser's name in words, for the mail.
    pub label: String,
}

/// One log-in, as its owner sees it.
#[derive(Clone, Debug, Queryable)]
pub struct LoginRow {
    pub agent: String,
    pub network: String,
    pub proof: Proof,
    pub created_at: Time,
}

/// Whether a browser with this cookie has logged in to an account.
///
/// # Errors
/// Of the database.
pub fn knows(conn: &mut Conn, account: i64, device_hash: &str, now: Time) -> Result<bool, Error> {
    let found: Option<i64> = logins::table
        .filter(logins::account_id.eq(account))
        .filter(logins::created_at.gt(now.0 - KEPT))
        .filter(logins::device_hash.eq(device_hash))
        .select(logins::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Records a log-in, and tells the owner by mail if its device is new. `new_hash`: of the cookie that the browser has from now on.
/// `is_new`: the account has just been created.
///
/// # Errors
/// Of the database.
pub fn record(
    conn: &mut Conn,
    account: i64,
    proof: Proof,
    (device, new_hash): (&Device, &str),
    is_new: bool,
    now: Time,
) -> Result<(), Error> {
    let is_known = !device.hash.is_empty() && knows(conn, account, &device.hash, now)?;
    diesel::insert_into(logins::table)
        .values((
            logins::account_id.eq(account),
            logins::proof.eq(proof),
            logins::agent.eq(&device.agent),
            logins::network.eq(&device.network),
            logins::device_hash.eq(new_hash),
            logins::created_at.eq(now.0),
        ))
        .execute(conn)?;
    match !is_new && !is_known {
        true => notices::tell(conn, account, Notice::NewDevice, &device.label, now),
        false => Ok(()),
    }
}

/// The newest log-ins of an account, up to `limit`.
///
/// # Errors
/// Of the database.
pub fn list(conn: &mut Conn, account: i64, limit: i64, now: Time) -> Result<Vec<LoginRow>, Error> {
    Ok(logins::table
        .filter(logins::account_id.eq(account))
        .filter(logins::created_at.gt(now.0 - KEPT))
        .order(logins::id.desc())
        .limit(limit)
        .select((
            logins::agent,
            logins::network,
            logins::proof,
            logins::created_at,
        ))
        .load(conn)?)
}

/// Deletes log-ins that are not kept any longer.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    diesel::delete(logins::table.filter(logins::created_at.lt(now.0 - KEPT))).execute(conn)?;
    Ok(())
}
