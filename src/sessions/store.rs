//! Sessions in the database. This feature alone writes `sessions`.

use super::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, comment_counts, sessions};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text;
use crate::web::Account;
use crate::web::viewer::{Ban, WAITING};
use diesel::prelude::*;

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub id: String,
    pub agent: String,
    pub network: String,
    pub created_at: Time,
    pub seen_at: Time,
}

/// What a request's session leads to.
pub enum SessionLookup {
    Open {
        account: Box<Account>,
        seen_at: Time,
    },
    /// Idle or open for too long: to be deleted, so that a clock that goes back does not open it again.
    Expired,
    Unknown,
}

/// What a session holds, whichever store it is in.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// What its owner and the forms call it.
    pub id: String,
    /// SHA-256 of its key, in hexadecimal digits.
    pub hash: String,
    pub created_at: Time,
    /// The password that it was opened with: another one ends it.
    pub password_version: i64,
    /// The roles that it got its key under: others give it a new one.
    pub roles_version: i64,
    /// A role asked for a new password when it was opened.
    pub must_change_password: bool,
}

/// A session that is to be stored.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub hash: Vec<u8>,
    pub account: i64,
    pub agent: String,
    pub network: String,
    pub since: Time,
    pub password_version: i64,
    pub must_change_password: bool,
    pub now: Time,
}

/// Sessions that one account may have; a new one ends the oldest.
pub const MAX_PER_ACCOUNT: usize = 50;

type AccountColumns = (
    (
        accounts::id,
        accounts::username,
        accounts::name,
        accounts::email,
    ),
    (
        accounts::is_moderator,
        accounts::is_editor,
        accounts::is_admin,
        accounts::must_change_password,
        accounts::password_version,
        accounts::roles_version,
    ),
    (
        accounts::banned_at,
        accounts::banned_until,
        accounts::ban_reason,
    ),
);
const ACCOUNT: AccountColumns = (
    (
        accounts::id,
        accounts::username,
        accounts::name,
        accounts::email,
    ),
    (
        accounts::is_moderator,
        accounts::is_editor,
        accounts::is_admin,
        accounts::must_change_password,
        accounts::password_version,
        accounts::roles_version,
    ),
    (
        accounts::banned_at,
        accounts::banned_until,
        accounts::ban_reason,
    ),
);
type AccountRow = (
    (i64, String, String, String),
    (bool, bool, bool, bool, i64, i64),
    (Option<i64>, Option<i64>, String),
);

/// The session of a token, with its account as it is now. One statement.
pub fn find(conn: &mut Conn, hash: &[u8], now: Time) -> Result<SessionLookup, Error> {
    type Session = (i64, Time, Time, i64, i64, bool);
    let row: Option<(Session, AccountRow)> = sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .filter(sessions::token_hash.eq(hash))
        .select((
            (
                sessions::id,
                sessions::seen_at,
                sessions::created_at,
                sessions::password_version,
                sessions::roles_version,
                sessions::must_change_password,
            ),
            ACCOUNT,
        ))
        .first(conn)
        .optional()?;
    let Some((
        (id, seen_at, created_at, password_version, roles_version, must_change_password),
        row,
    )) = row
    else {
        return Ok(SessionLookup::Unknown);
    };
    if seen_at.0 <= now.0 - IDLE_TIMEOUT || created_at.0 <= now.0 - ABSOLUTE_TIMEOUT {
        return Ok(SessionLookup::Expired);
    }
    let held = Held {
        id: id.to_string(),
        hash: text::hex(hash),
        created_at,
        password_version,
        roles_version,
        must_change_password,
    };
    Ok(match account_from(row, &held, now) {
        Some(account) => SessionLookup::Open {
            account: Box::new(account),
            seen_at,
        },
        None => SessionLookup::Expired,
    })
}

/// The account of a session that another store holds. `None`: there is none, or its password has changed since.
pub fn account(conn: &mut Conn, id: i64, held: &Held, now: Time) -> Result<Option<Account>, Error> {
    let row: Option<AccountRow> = accounts::table
        .find(id)
        .select(ACCOUNT)
        .first(conn)
        .optional()?;
    Ok(row.and_then(|row| account_from(row, held, now)))
}

fn account_from(row: AccountRow, held: &Held, now: Time) -> Option<Account> {
    let ((id, username, name, email), roles, (banned_at, until, reason)) = row;
    let (is_moderator, is_editor, is_admin, must_change_password, password_version, roles_version) =
        roles;
    if password_version != held.password_version {
        return None;
    }
    let ban =
        (banned_at.is_some() && until.is_none_or(|u| u > now.0)).then_some(Ban { reason, until });
    Some(Account {
        id,
        username,
        name,
        email,
        is_moderator,
        is_editor,
        is_admin,
        // Asked for at the next log-in, not in the middle of a session.
        must_change_password: must_change_password && held.must_change_password,
        ban,
        waiting: 0,
        session_id: held.id.clone(),
        session_hash: held.hash.clone(),
        password_version,
        since: held.created_at.0,
        renew: held.roles_version != roles_version,
    })
}

/// How many comments a moderator has to look at: Reported + Pending.
pub fn waiting(conn: &mut Conn) -> Result<i64, Error> {
    let rows: Vec<(String, i64)> = comment_counts::table.load(conn)?;
    let waits = |row: &&(String, i64)| WAITING.contains(&row.0.as_str());
    Ok(rows.iter().filter(waits).map(|(_, total)| total).sum())
}

/// The roles that an account has now, as a number: what a new session gets its key under.
pub fn roles_version(conn: &mut Conn, account: i64) -> Result<i64, Error> {
    Ok(accounts::table
        .find(account)
        .select(accounts::roles_version)
        .first(conn)?)
}

/// Stores a session. An account that has [`MAX_PER_ACCOUNT`] loses its oldest.
pub fn begin(conn: &mut Conn, new: &NewSession) -> Result<(), Error> {
    let roles = roles_version(conn, new.account)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(&new.hash),
            sessions::account_id.eq(new.account),
            sessions::agent.eq(&new.agent),
            sessions::network.eq(&new.network),
            sessions::created_at.eq(new.since.0),
            sessions::seen_at.eq(new.now.0),
            sessions::password_version.eq(new.password_version),
            sessions::roles_version.eq(roles),
            sessions::must_change_password.eq(new.must_change_password),
        ))
        .execute(conn)?;
    let too_old: Option<i64> = sessions::table
        .filter(sessions::account_id.eq(new.account))
        .order(sessions::seen_at.desc())
        .offset(MAX_PER_ACCOUNT as i64)
        .select(sessions::seen_at)
        .first(conn)
        .optional()?;
    if let Some(seen_at) = too_old {
        let ended = sessions::table.filter(
            sessions::account_id
                .eq(new.account)
                .and(sessions::seen_at.le(seen_at))
                .and(sessions::token_hash.ne(&new.hash)),
        );
        diesel::delete(ended).execute(conn)?;
        changed(conn, CacheTag::Account(new.account));
    }
    Ok(())
}

/// Takes away what has ended by itself.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let ended = sessions::seen_at
        .lt(now.0 - IDLE_TIMEOUT)
        .or(sessions::created_at.lt(now.0 - ABSOLUTE_TIMEOUT));
    diesel::delete(sessions::table.filter(ended)).execute(conn)?;
    Ok(())
}

pub fn touch(conn: &mut Conn, hash: &[u8], now: Time) -> Result<(), Error> {
    let earlier = sessions::token_hash
        .eq(hash)
        .and(sessions::seen_at.lt(now.0));
    diesel::update(sessions::table.filter(earlier))
        .set(sessions::seen_at.eq(now.0))
        .execute(conn)?;
    Ok(())
}

pub fn forget(conn: &mut Conn, hash: &[u8]) -> Result<(), Error> {
    let ended: Vec<i64> = diesel::delete(sessions::table.filter(sessions::token_hash.eq(hash)))
        .returning(sessions::account_id)
        .get_results(conn)?;
    for account in ended {
        changed(conn, CacheTag::Account(account));
    }
    Ok(())
}

pub fn list(conn: &mut Conn, account: i64, now: Time) -> Result<Vec<SessionRow>, Error> {
    let rows: Vec<(i64, String, String, Time, Time)> = sessions::table
        .filter(
            sessions::account_id
                .eq(account)
                .and(sessions::seen_at.gt(now.0 - IDLE_TIMEOUT))
                .and(sessions::created_at.gt(now.0 - ABSOLUTE_TIMEOUT)),
        )
        .order(sessions::seen_at.desc())
        .limit(100)
        .select((
            sessions::id,
            sessions::agent,
            sessions::network,
            sessions::created_at,
            sessions::seen_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, agent, network, created_at, seen_at)| SessionRow {
            id: id.to_string(),
            agent,
            network,
            created_at,
            seen_at,
        })
        .collect())
}

pub fn end(conn: &mut Conn, account: i64, id: &str) -> Result<(), Error> {
    let id: i64 = id.parse().map_err(|_| Error::NotFound)?;
    let ended = diesel::delete(
        sessions::table.filter(sessions::id.eq(id).and(sessions::account_id.eq(account))),
    )
    .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    if ended == 0 {
        Err(Error::NotFound)
    } else {
        Ok(())
    }
}

/// Ends all sessions of an account but `keep`.
pub fn end_others(conn: &mut Conn, account: i64, keep: Option<&str>) -> Result<(), Error> {
    let keep: i64 = keep.and_then(|k| k.parse().ok()).unwrap_or(-1);
    diesel::delete(
        sessions::table.filter(sessions::account_id.eq(account).and(sessions::id.ne(keep))),
    )
    .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(())
}
