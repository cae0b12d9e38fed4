//! Sessions in the database. This feature alone writes `sessions`.

use super::{ABSOLUTE, IDLE};
use crate::db::fresh::{Topic, changed};
use crate::db::schema::{accounts, comment_counts, sessions};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::web::Account;
use crate::web::viewer::Ban;
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
pub struct Opened {
    pub account: Account,
    pub seen_at: Time,
}

pub fn open(conn: &mut Conn, hash: &[u8], now: Time) -> Result<Option<Opened>, Error> {
    let row: Option<(i64, i64, Time, Time, Time)> = sessions::table
        .filter(
            sessions::token_hash
                .eq(hash)
                .and(sessions::seen_at.gt(now.0 - IDLE))
                .and(sessions::created_at.gt(now.0 - ABSOLUTE)),
        )
        .select((
            sessions::id,
            sessions::account_id,
            sessions::seen_at,
            sessions::created_at,
            sessions::renewed_at,
        ))
        .first(conn)
        .optional()?;
    let Some((id, account_id, seen_at, created_at, renewed_at)) = row else {
        return Ok(None);
    };
    let this = This {
        id: id.to_string(),
        created_at,
        renewed_at,
    };
    Ok(account(conn, account_id, &this, now)?.map(|account| Opened { account, seen_at }))
}

/// The session that a request came with.
pub struct This {
    pub id: String,
    pub created_at: Time,
    pub renewed_at: Time,
}

/// The account as every page needs it.
pub fn account(conn: &mut Conn, id: i64, this: &This, now: Time) -> Result<Option<Account>, Error> {
    type Row = (
        (i64, String, String, String),
        (bool, bool, bool, bool, i64),
        (Option<i64>, Option<i64>, String),
    );
    let row: Option<Row> = accounts::table
        .find(id)
        .select((
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
                accounts::password_due,
                accounts::roles_changed_at,
            ),
            (
                accounts::banned_at,
                accounts::banned_until,
                accounts::ban_reason,
            ),
        ))
        .first(conn)
        .optional()?;
    let Some((who, roles, (banned_at, until, reason))) = row else {
        return Ok(None);
    };
    let (
        (id, username, name, email),
        (is_moderator, is_editor, is_admin, password_due, changed_at),
    ) = (who, roles);
    let ban =
        (banned_at.is_some() && until.is_none_or(|u| u > now.0)).then_some(Ban { reason, until });
    let mut account = Account {
        id,
        username,
        name,
        email,
        is_moderator,
        is_editor,
        is_admin,
        // Asked for at the next log-in, not in the middle of a session.
        password_due: password_due && this.created_at.0 >= changed_at,
        ban,
        waiting: 0,
        session_id: this.id.clone(),
        since: this.created_at.0,
        renew: this.renewed_at.0 < changed_at,
    };
    if account.moderates() {
        account.waiting = waiting(conn)?;
    }
    Ok(Some(account))
}

/// What a moderator has before him: Reported + Pending.
fn waiting(conn: &mut Conn) -> Result<i64, Error> {
    let rows: Vec<(String, i64)> = comment_counts::table.load(conn)?;
    let waits = |row: &&(String, i64)| crate::comments::WAITING.contains(&row.0.as_str());
    Ok(rows.iter().filter(waits).map(|(_, total)| total).sum())
}

pub fn begin(
    conn: &mut Conn,
    hash: &[u8],
    account: i64,
    agent: &str,
    network: &str,
    since: Time,
    now: Time,
) -> Result<(), Error> {
    let ended = sessions::table.filter(
        sessions::account_id
            .eq(account)
            .and(sessions::seen_at.lt(now.0 - IDLE)),
    );
    diesel::delete(ended).execute(conn)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(hash),
            sessions::account_id.eq(account),
            sessions::agent.eq(agent),
            sessions::network.eq(network),
            sessions::created_at.eq(since.0),
            sessions::renewed_at.eq(now.0),
            sessions::seen_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes away what has ended by itself.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let ended = sessions::seen_at
        .lt(now.0 - IDLE)
        .or(sessions::created_at.lt(now.0 - ABSOLUTE));
    diesel::delete(sessions::table.filter(ended)).execute(conn)?;
    Ok(())
}

pub fn touch(conn: &mut Conn, hash: &[u8], now: Time) -> Result<(), Error> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(hash)))
        .set(sessions::seen_at.eq(now.0))
        .execute(conn)?;
    Ok(())
}

pub fn forget(conn: &mut Conn, hash: &[u8]) -> Result<(), Error> {
    let ended: Vec<i64> = diesel::delete(sessions::table.filter(sessions::token_hash.eq(hash)))
        .returning(sessions::account_id)
        .get_results(conn)?;
    for account in ended {
        changed(conn, Topic::Account(account));
    }
    Ok(())
}

pub fn list(conn: &mut Conn, account: i64, now: Time) -> Result<Vec<SessionRow>, Error> {
    let rows: Vec<(i64, String, String, Time, Time)> = sessions::table
        .filter(
            sessions::account_id
                .eq(account)
                .and(sessions::seen_at.gt(now.0 - IDLE))
                .and(sessions::created_at.gt(now.0 - ABSOLUTE)),
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
    changed(conn, Topic::Account(account));
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
    changed(conn, Topic::Account(account));
    Ok(())
}
