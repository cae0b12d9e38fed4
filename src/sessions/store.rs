//! Sessions in the database. No other feature writes the `sessions` table.

pub use super::types::*;
use super::{ABSOLUTE_TIMEOUT, IDLE_TIMEOUT, PENDING_TIMEOUT};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, comment_counts, sessions, settings};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::text;
use crate::web::Account;
use crate::web::settings::{TWO_FACTOR, TWO_FACTOR_SINCE};
use crate::web::viewer::{Ban, Proof, WAITING};
use diesel::prelude::*;

/// The columns of an account that a request needs.
#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct AccountRow {
    id: i64,
    username: String,
    name: String,
    email: String,
    is_moderator: bool,
    is_editor: bool,
    is_admin: bool,
    is_writer: bool,
    must_change_password: bool,
    password_version: i64,
    roles_version: i64,
    banned_at: Option<i64>,
    banned_until: Option<i64>,
    ban_reason: String,
    email_verified_at: Option<i64>,
    waits_since: Option<i64>,
    has_second_factor: bool,
}

/// The columns of a session that [`find`] needs.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct StoredRow {
    id: i64,
    state: String,
    account_id: Option<i64>,
    data: String,
    data_expires_at: Time,
    created_at: Time,
    seen_at: Time,
    password_version: i64,
    roles_version: i64,
    must_change_password: bool,
    proved_at: Time,
    proof: String,
}

/// Looks up a session by token hash, with the account's current state, in one statement.
pub fn find(conn: &mut Conn, hash: &[u8], now: Time) -> Result<SessionLookup, Error> {
    let row: Option<(StoredRow, Option<AccountRow>)> = sessions::table
        .left_join(accounts::table.on(sessions::account_id.eq(accounts::id.nullable())))
        .filter(sessions::token_hash.eq(hash))
        .select((StoredRow::as_select(), Option::<AccountRow>::as_select()))
        .first(conn)
        .optional()?;
    let Some((row, account)) = row else {
        return Ok(SessionLookup::Unknown);
    };
    if row.seen_at.0 <= now.0 - IDLE_TIMEOUT || row.created_at.0 <= now.0 - ABSOLUTE_TIMEOUT {
        return Ok(SessionLookup::Expired);
    }
    let held = StoredSession {
        id: row.id.to_string(),
        hash: text::encode_hex(hash),
        state: SessionState::from_columns(&row.state, row.account_id),
        data: row.data,
        data_expires_at: row.data_expires_at,
        created_at: row.created_at,
        seen_at: row.seen_at,
        password_version: row.password_version,
        roles_version: row.roles_version,
        must_change_password: row.must_change_password,
        proof: Proof::parse(&row.proof),
        proved_at: row.proved_at,
    };
    Ok(match into_open_session(conn, &held, account, now)? {
        Some(session) => SessionLookup::Open(Box::new(session)),
        None => SessionLookup::Expired,
    })
}

/// Opens a session loaded from Redis, with the current state of its account. `None`: the account does not exist, or its
/// password has changed since.
pub fn open(
    conn: &mut Conn,
    held: &StoredSession,
    now: Time,
) -> Result<Option<OpenSession>, Error> {
    let account = match held.state.account() {
        Some(id) => accounts::table
            .find(id)
            .select(AccountRow::as_select())
            .first(conn)
            .optional()?,
        None => None,
    };
    into_open_session(conn, held, account, now)
}

fn into_open_session(
    conn: &mut Conn,
    held: &StoredSession,
    account: Option<AccountRow>,
    now: Time,
) -> Result<Option<OpenSession>, Error> {
    let account = account.and_then(|row| account_from(row, held, now));
    let state = match (held.state, account) {
        (SessionState::Anonymous, _) => SessionState::Anonymous,
        (_, None) => return Ok(None),
        // The second factor has ten minutes.
        (SessionState::PendingLogin(_), Some(_)) if now.0 - held.created_at.0 > PENDING_TIMEOUT => {
            return Ok(None);
        }
        (SessionState::PendingLogin(_), Some(account)) => SessionState::PendingLogin(account),
        (SessionState::SignedIn(_), Some(mut account)) => {
            account.must_enrol = must_enrol(conn, &account, held.created_at, now)?;
            if account.moderates() {
                account.waiting = moderation_backlog(conn)?;
            }
            SessionState::SignedIn(account)
        }
    };
    let data = match held.data_expires_at > now {
        true => held.data.clone(),
        false => String::new(),
    };
    Ok(Some(OpenSession {
        state,
        data,
        seen_at: held.seen_at,
    }))
}

/// The account of a session; `None` if its password has changed since.
fn account_from(row: AccountRow, held: &StoredSession, now: Time) -> Option<Account> {
    if row.password_version != held.password_version {
        return None;
    }
    let until = row.banned_until;
    let is_banned = row.banned_at.is_some() && until.is_none_or(|u| u > now.0);
    let reason = row.ban_reason;
    Some(Account {
        id: row.id,
        username: row.username,
        name: row.name,
        email: row.email,
        is_moderator: row.is_moderator,
        is_editor: row.is_editor,
        is_admin: row.is_admin,
        is_writer: row.is_writer,
        // A change that becomes required during a session is enforced at the next log-in.
        must_change_password: row.must_change_password && held.must_change_password,
        ban: is_banned.then_some(Ban { reason, until }),
        email_verified: row.email_verified_at.is_some(),
        waits: row.waits_since.is_some(),
        has_second_factor: row.has_second_factor,
        must_enrol: false,
        proof: held.proof,
        proved_at: held.proved_at.0,
        waiting: 0,
        session_id: held.id.clone(),
        session_hash: held.hash.clone(),
        password_version: row.password_version,
        since: held.created_at.0,
        renew: held.roles_version != row.roles_version,
    })
}

/// Whether the settings ask an account of staff for a second factor that it lacks. Sessions from before the setting was made have
/// a day for it.
fn must_enrol(conn: &mut Conn, account: &Account, since: Time, now: Time) -> Result<bool, Error> {
    if !account.has_role() || account.has_second_factor {
        return Ok(false);
    }
    let rows: Vec<(String, String)> = settings::table
        .filter(settings::key.eq_any([TWO_FACTOR.name, TWO_FACTOR_SINCE]))
        .load(conn)?;
    let value = |key: &str| {
        let found = rows.iter().find(|row| row.0 == key);
        found.map_or("", |row| row.1.as_str())
    };
    let is_asked = match value(TWO_FACTOR.name) {
        "admins" => account.is_admin,
        "staff" => true,
        _ => false,
    };
    let asked_at = Time(value(TWO_FACTOR_SINCE).parse().unwrap_or(0));
    Ok(is_asked && (since > asked_at || now > asked_at.plus(Time::DAY)))
}

/// Records that the person at a session has just proved who they are.
///
/// # Errors
/// Of the database.
pub fn prove(conn: &mut Conn, hash: &[u8], proof: Proof, now: Time) -> Result<(), Error> {
    let account: Vec<Option<i64>> =
        diesel::update(sessions::table.filter(sessions::token_hash.eq(hash)))
            .set((sessions::proof.eq(proof), sessions::proved_at.eq(now.0)))
            .returning(sessions::account_id)
            .get_results(conn)?;
    for account in account.into_iter().flatten() {
        changed(conn, CacheTag::Account(account));
    }
    Ok(())
}

/// Number of comments that wait for a moderator: reported, pending and withheld.
pub fn moderation_backlog(conn: &mut Conn) -> Result<i64, Error> {
    let rows: Vec<(String, i64)> = comment_counts::table.load(conn)?;
    let waits = |row: &&(String, i64)| WAITING.contains(&row.0.as_str());
    Ok(rows.iter().filter(waits).map(|(_, total)| total).sum())
}

/// The current roles version of an account, which a new session records.
pub fn roles_version(conn: &mut Conn, account: i64) -> Result<i64, Error> {
    Ok(accounts::table
        .find(account)
        .select(accounts::roles_version)
        .first(conn)?)
}

/// Stores a session. Beyond [`MAX_PER_ACCOUNT`], the account's least recently seen sessions of the same state are deleted: pending
/// log-ins end no sessions.
pub fn begin(conn: &mut Conn, new: &NewSession) -> Result<(), Error> {
    let account = new.state.account();
    let roles = match account {
        Some(id) => roles_version(conn, id)?,
        None => 0,
    };
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(&new.hash),
            sessions::state.eq(new.state.as_str()),
            sessions::account_id.eq(account),
            sessions::data.eq(&new.data),
            sessions::data_expires_at.eq(new.data_expires_at),
            sessions::agent.eq(&new.agent),
            sessions::network.eq(&new.network),
            sessions::created_at.eq(new.since.0),
            sessions::seen_at.eq(new.now.0),
            sessions::password_version.eq(new.password_version),
            sessions::roles_version.eq(roles),
            sessions::must_change_password.eq(new.must_change_password),
            sessions::proof.eq(new.proof.map_or("", Proof::as_str)),
            sessions::proved_at.eq(new.proved_at.0),
        ))
        .execute(conn)?;
    let Some(account) = account else {
        return Ok(());
    };
    let too_old: Option<i64> = sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::state.eq(new.state.as_str()))
        .order(sessions::seen_at.desc())
        .offset(MAX_PER_ACCOUNT as i64)
        .select(sessions::seen_at)
        .first(conn)
        .optional()?;
    if let Some(seen_at) = too_old {
        let ended = sessions::table.filter(
            sessions::account_id
                .eq(account)
                .and(sessions::state.eq(new.state.as_str()))
                .and(sessions::seen_at.le(seen_at))
                .and(sessions::token_hash.ne(&new.hash)),
        );
        diesel::delete(ended).execute(conn)?;
        changed(conn, CacheTag::Account(account));
    }
    Ok(())
}

/// Deletes expired sessions.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let ended = sessions::seen_at
        .lt(now.0 - IDLE_TIMEOUT)
        .or(sessions::created_at.lt(now.0 - ABSOLUTE_TIMEOUT));
    diesel::delete(sessions::table.filter(ended)).execute(conn)?;
    // Without an account a session is only its data.
    let empty = sessions::account_id
        .is_null()
        .and(sessions::data_expires_at.lt(now.0));
    diesel::delete(sessions::table.filter(empty)).execute(conn)?;
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

/// Stores the data of handlers in a session.
pub fn set_data(conn: &mut Conn, hash: &[u8], data: &str, until: Time) -> Result<(), Error> {
    let account: Vec<Option<i64>> =
        diesel::update(sessions::table.filter(sessions::token_hash.eq(hash)))
            .set((sessions::data.eq(data), sessions::data_expires_at.eq(until)))
            .returning(sessions::account_id)
            .get_results(conn)?;
    for account in account.into_iter().flatten() {
        changed(conn, CacheTag::Account(account));
    }
    Ok(())
}

pub fn forget(conn: &mut Conn, hash: &[u8]) -> Result<(), Error> {
    let ended: Vec<Option<i64>> =
        diesel::delete(sessions::table.filter(sessions::token_hash.eq(hash)))
            .returning(sessions::account_id)
            .get_results(conn)?;
    for account in ended.into_iter().flatten() {
        changed(conn, CacheTag::Account(account));
    }
    Ok(())
}

/// The sessions that are signed in to an account; pending log-ins are not among them.
pub fn list(conn: &mut Conn, account: i64, now: Time) -> Result<Vec<SessionRow>, Error> {
    let rows: Vec<(i64, String, String, Time, Time)> = sessions::table
        .filter(
            sessions::account_id
                .eq(account)
                .and(sessions::state.eq(SessionState::SignedIn(account).as_str()))
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

/// Ends all sessions of an account except `keep`.
pub fn end_others(conn: &mut Conn, account: i64, keep: Option<&str>) -> Result<(), Error> {
    let keep: i64 = keep.and_then(|k| k.parse().ok()).unwrap_or(-1);
    diesel::delete(
        sessions::table.filter(sessions::account_id.eq(account).and(sessions::id.ne(keep))),
    )
    .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(())
}
