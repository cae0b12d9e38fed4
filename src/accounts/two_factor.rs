//! The second factor: one-time codes of an app (TOTP, RFC 6238) and recovery codes.

use super::notices;
use super::store::ROLES_LOCK;
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, passkeys, recovery_codes, totp_secrets};
use crate::db::{Conn, Time, lock, site_key};
use crate::error::Error;
use crate::mail::Notice;
use crate::text::{seal, token};
use diesel::prelude::*;
use totp_rs::{Builder, Secret, Totp};

/// How long a secret waits to be confirmed, in milliseconds.
const SETUP: i64 = 15 * Time::MINUTE;
/// Recovery codes that an account gets.
pub const CODES: usize = 10;
/// Letters and digits of recovery codes: none that are mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";

/// SHA-1, six digits, 30 seconds: what every app supports. One step before and after is accepted (RFC 6238, 5.2).
fn totp(secret: Secret) -> Result<Totp, Error> {
    let built = Builder::new().with_secret(secret).with_skew(1).build();
    built.map_err(Error::internal)
}

fn place(account: i64) -> String {
    format!("totp:{account}")
}

fn opened(conn: &mut Conn, account: i64, sealed: &str) -> Result<Secret, Error> {
    let bytes = seal::open(&site_key(conn)?, &place(account), sealed).ok_or_else(|| {
        Error::internal("a second factor's secret cannot be opened: the site's key is another one")
    })?;
    Ok(Secret::new(bytes.into_boxed_slice()))
}

/// What an account has of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// An app makes codes.
    pub app: bool,
    pub passkeys: i64,
    /// Recovery codes that have not been used.
    pub codes: i64,
}

impl State {
    pub fn is_on(self) -> bool {
        self.app || self.passkeys > 0
    }
}

/// # Errors
/// Of the database.
pub fn state(conn: &mut Conn, account: i64) -> Result<State, Error> {
    let confirmed: Option<Option<i64>> = totp_secrets::table
        .find(account)
        .select(totp_secrets::confirmed_at)
        .first(conn)
        .optional()?;
    let codes = recovery_codes::table
        .filter(recovery_codes::account_id.eq(account))
        .count()
        .get_result(conn)?;
    let passkeys = passkeys::table
        .filter(passkeys::account_id.eq(account))
        .count()
        .get_result(conn)?;
    Ok(State {
        passkeys,
        app: confirmed.flatten().is_some(),
        codes,
    })
}

/// Makes a new secret, which replaces one that was not confirmed. `None` if there is a confirmed one.
///
/// # Errors
/// Of the database.
pub fn start(conn: &mut Conn, account: i64, now: Time) -> Result<Option<String>, Error> {
    lock(conn, ROLES_LOCK)?;
    if state(conn, account)?.app {
        return Ok(None);
    }
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    let sealed = seal::seal(&site_key(conn)?, &place(account), &bytes);
    let sealed = sealed.ok_or_else(|| Error::internal("a secret cannot be sealed"))?;
    diesel::delete(totp_secrets::table.find(account)).execute(conn)?;
    diesel::insert_into(totp_secrets::table)
        .values((
            totp_secrets::account_id.eq(account),
            totp_secrets::secret.eq(sealed),
            totp_secrets::created_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(Some(Secret::new_stack(bytes).to_base32()))
}

/// The secret that waits to be confirmed, in Base32.
///
/// # Errors
/// `NotFound` if none does.
pub fn unconfirmed(conn: &mut Conn, account: i64, now: Time) -> Result<String, Error> {
    let sealed: String = totp_secrets::table
        .find(account)
        .filter(totp_secrets::confirmed_at.is_null())
        .filter(totp_secrets::created_at.gt(now.0 - SETUP))
        .select(totp_secrets::secret)
        .first(conn)?;
    Ok(opened(conn, account, &sealed)?.to_base32())
}

/// Confirms the secret by a code of it; the new recovery codes, or `None` for a wrong code.
///
/// # Errors
/// `NotFound` if no secret waits.
pub fn confirm(
    conn: &mut Conn,
    account: i64,
    code: &str,
    now: Time,
) -> Result<Option<Vec<String>>, Error> {
    lock(conn, ROLES_LOCK)?;
    let row = totp_secrets::table
        .find(account)
        .filter(totp_secrets::confirmed_at.is_null())
        .filter(totp_secrets::created_at.gt(now.0 - SETUP));
    let sealed: String = row.select(totp_secrets::secret).first(conn)?;
    let secret = opened(conn, account, &sealed)?;
    let Some(step) = step_of(secret, code, now)? else {
        return Ok(None);
    };
    diesel::update(totp_secrets::table.find(account))
        .set((
            totp_secrets::confirmed_at.eq(now.0),
            totp_secrets::last_step.eq(step),
        ))
        .execute(conn)?;
    set_has_second_factor(conn, account)?;
    notices::tell(conn, account, Notice::SecondFactorOn, "", now)?;
    renew_codes(conn, account).map(Some)
}

/// Keeps `accounts.has_second_factor`, which sessions are read with.
pub(super) fn set_has_second_factor(conn: &mut Conn, account: i64) -> Result<bool, Error> {
    let has = state(conn, account)?.is_on();
    diesel::update(accounts::table.find(account))
        .set(accounts::has_second_factor.eq(has))
        .execute(conn)?;
    if !has {
        diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account)))
            .execute(conn)?;
        // A password of staff may be shorter with a second factor than without: it is rated again at the next log-in.
        let staff = accounts::table.find(account).filter(
            accounts::is_moderator
                .or(accounts::is_editor)
                .or(accounts::is_admin)
                .or(accounts::is_writer),
        );
        diesel::update(staff)
            .set(accounts::must_change_password.eq(true))
            .execute(conn)?;
    }
    changed(conn, CacheTag::Account(account));
    Ok(has)
}

/// New recovery codes, which replace those of before.
///
/// # Errors
/// Of the database.
pub fn renew_codes(conn: &mut Conn, account: i64) -> Result<Vec<String>, Error> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account)))
        .execute(conn)?;
    let key = site_key(conn)?;
    let mut codes = Vec::new();
    for _ in 0..CODES {
        let mut bytes = [0; 10];
        getrandom::fill(&mut bytes).map_err(Error::internal)?;
        let letters = bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
        let code: String = letters.iter().collect();
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::account_id.eq(account),
                recovery_codes::code_hash.eq(code_hash(&key, account, &code)),
            ))
            .execute(conn)?;
        codes.push(format!("{}-{}", &code[..5], &code[5..]));
    }
    Ok(codes)
}

/// [`renew_codes`], which the owner is told of.
///
/// # Errors
/// Of the database.
pub fn replace_codes(conn: &mut Conn, account: i64, now: Time) -> Result<Vec<String>, Error> {
    notices::tell(conn, account, Notice::RecoveryCodesNew, "", now)?;
    renew_codes(conn, account)
}

/// 50 random bits would be guessed from a plain hash within days: the site's key is part of it.
fn code_hash(key: &[u8], account: i64, code: &str) -> String {
    token::derive(key, &format!("recovery-code:{code}"), account, 0)
}

/// The step that a code belongs to.
fn step_of(secret: Secret, code: &str, now: Time) -> Result<Option<i64>, Error> {
    let seconds = u64::try_from(now.0 / Time::SECOND).unwrap_or(0);
    let step = totp(secret)?.check(code, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// Checks a code of the app or a recovery code, and uses it up. Which attempts are counted is the caller's to decide.
///
/// # Errors
/// Of the database.
pub fn accept(conn: &mut Conn, account: i64, given: &str, now: Time) -> Result<bool, Error> {
    let code: String = given
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return accept_totp(conn, account, &code, now);
    }
    let hash = code_hash(&site_key(conn)?, account, &code);
    let row = recovery_codes::table.find((account, hash));
    if diesel::delete(row).execute(conn)? == 0 {
        return Ok(false);
    }
    let left = state(conn, account)?.codes.to_string();
    notices::tell(conn, account, Notice::RecoveryCodeUsed, &left, now)?;
    Ok(true)
}

fn accept_totp(conn: &mut Conn, account: i64, code: &str, now: Time) -> Result<bool, Error> {
    let row = totp_secrets::table
        .find(account)
        .filter(totp_secrets::confirmed_at.is_not_null());
    let found: Option<String> = row.select(totp_secrets::secret).first(conn).optional()?;
    let Some(sealed) = found else {
        return Ok(false);
    };
    let secret = opened(conn, account, &sealed)?;
    let Some(step) = step_of(secret, code, now)? else {
        return Ok(false);
    };
    // A code works once: of two requests at once, one changes the row (RFC 6238, 5.2).
    let unused = totp_secrets::table
        .find(account)
        .filter(totp_secrets::last_step.lt(step));
    let used = diesel::update(unused)
        .set(totp_secrets::last_step.eq(step))
        .execute(conn)?;
    Ok(used > 0)
}

/// Switches the codes of an app off.
///
/// # Errors
/// Of the database.
pub fn disable(conn: &mut Conn, account: i64, now: Time) -> Result<(), Error> {
    lock(conn, ROLES_LOCK)?;
    diesel::delete(totp_secrets::table.find(account)).execute(conn)?;
    set_has_second_factor(conn, account)?;
    notices::tell(conn, account, Notice::SecondFactorOff, "", now)
}

/// Removes app, passkeys and recovery codes; the owner is told. `false`: there was no second factor.
///
/// # Errors
/// Of the database.
pub fn remove(conn: &mut Conn, account: i64, now: Time) -> Result<bool, Error> {
    lock(conn, ROLES_LOCK)?;
    if !state(conn, account)?.is_on() {
        return Ok(false);
    }
    diesel::delete(totp_secrets::table.find(account)).execute(conn)?;
    diesel::delete(passkeys::table.filter(passkeys::account_id.eq(account))).execute(conn)?;
    set_has_second_factor(conn, account)?;
    notices::tell(conn, account, Notice::SecondFactorOff, "", now)?;
    Ok(true)
}
