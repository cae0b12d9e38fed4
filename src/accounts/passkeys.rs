//! Passkeys (WebAuthn): public keys of authenticators, as second factor and for logging in without a password.
//! <https://www.w3.org/TR/webauthn-3/>

use super::notices;
use super::store::ROLES_LOCK;
use super::two_factor;
use crate::config::BaseUrl;
use crate::db::schema::passkeys;
use crate::db::{Conn, Time, lock, site_key};
use crate::error::Error;
use crate::mail::Notice;
use crate::text::{self, token};
use diesel::prelude::*;
use webauthn_rs::prelude::{Passkey, Url, Uuid};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// The most that an account may have.
pub const MOST: usize = 20;
/// Characters of a name.
pub const NAME_LENGTH: usize = 50;

/// What checks the answers of authenticators; `None` where the site's address is a number, which passkeys cannot be bound to.
///
/// # Errors
/// `Internal` for a base URL that is none.
pub fn relying_party(base: &BaseUrl) -> Result<Option<Webauthn>, Error> {
    let origin = Url::parse(&base.origin).map_err(Error::internal)?;
    let Some(host) = origin.domain() else {
        return Ok(None);
    };
    let builder = WebauthnBuilder::new(host, &origin).map_err(Error::internal)?;
    builder.build().map(Some).map_err(Error::internal)
}

/// What authenticators know an account by: nothing that says who it is.
///
/// # Errors
/// Of the database.
pub fn user_handle(conn: &mut Conn, account: i64) -> Result<Uuid, Error> {
    let made = token::derive(&site_key(conn)?, "passkey-user", account, 0);
    Uuid::from_slice(&text::decode_hex(&made)[..16]).map_err(Error::internal)
}

/// A passkey as its owner sees it.
#[derive(Clone, Debug, Queryable)]
pub struct Row {
    pub id: i64,
    pub name: String,
    pub created_at: Time,
    pub last_used_at: Option<Time>,
}

/// # Errors
/// Of the database.
pub fn list(conn: &mut Conn, account: i64) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = passkeys::table
        .filter(passkeys::account_id.eq(account))
        .select((
            passkeys::id,
            passkeys::name,
            passkeys::created_at,
            passkeys::last_used_at,
        ))
        .load(conn)?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

/// The credentials of an account, so that an authenticator is not added twice.
///
/// # Errors
/// Of the database.
pub fn credentials(conn: &mut Conn, account: i64) -> Result<Vec<Passkey>, Error> {
    let stored: Vec<String> = passkeys::table
        .filter(passkeys::account_id.eq(account))
        .select(passkeys::credential)
        .load(conn)?;
    Ok(stored
        .iter()
        .filter_map(|json| serde_json::from_str(json).ok())
        .collect())
}

/// Adds a passkey. Returns recovery codes, if it is the account's first second factor; `None`: there are too many, or it is known.
///
/// # Errors
/// Of the database.
pub fn add(
    conn: &mut Conn,
    account: i64,
    name: &str,
    passkey: &Passkey,
    now: Time,
) -> Result<Option<Vec<String>>, Error> {
    lock(conn, ROLES_LOCK)?;
    let id = text::encode_hex(passkey.cred_id());
    let known: Option<i64> = passkeys::table
        .filter(passkeys::credential_id.eq(&id))
        .select(passkeys::id)
        .first(conn)
        .optional()?;
    if known.is_some() || list(conn, account)?.len() >= MOST {
        return Ok(None);
    }
    let before = two_factor::state(conn, account)?;
    diesel::insert_into(passkeys::table)
        .values((
            passkeys::account_id.eq(account),
            passkeys::credential_id.eq(id),
            passkeys::name.eq(name),
            passkeys::credential.eq(serde_json::to_string(passkey).map_err(Error::internal)?),
            passkeys::created_at.eq(now.0),
        ))
        .execute(conn)?;
    two_factor::set_has_second_factor(conn, account)?;
    notices::tell(conn, account, Notice::PasskeyAdded, name, now)?;
    match before.is_on() {
        true => Ok(Some(Vec::new())),
        false => two_factor::renew_codes(conn, account).map(Some),
    }
}

/// Removes a passkey.
///
/// # Errors
/// `NotFound` for one of another account.
pub fn remove(conn: &mut Conn, account: i64, id: i64, now: Time) -> Result<(), Error> {
    lock(conn, ROLES_LOCK)?;
    let own = passkeys::table.filter(passkeys::id.eq(id).and(passkeys::account_id.eq(account)));
    let name: Option<String> = diesel::delete(own)
        .returning(passkeys::name)
        .get_result(conn)
        .optional()?;
    let name = name.ok_or(Error::NotFound)?;
    two_factor::set_has_second_factor(conn, account)?;
    notices::tell(conn, account, Notice::PasskeyRemoved, &name, now)
}

/// Gives a passkey another name.
///
/// # Errors
/// `NotFound` for one of another account.
pub fn rename(conn: &mut Conn, account: i64, id: i64, name: &str) -> Result<(), Error> {
    let own = passkeys::table.filter(passkeys::id.eq(id).and(passkeys::account_id.eq(account)));
    match diesel::update(own)
        .set(passkeys::name.eq(name))
        .execute(conn)?
    {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// The account and the stored key of a credential.
///
/// # Errors
/// `NotFound`.
pub fn by_credential(conn: &mut Conn, id: &[u8]) -> Result<(i64, Passkey), Error> {
    let (account, json): (i64, String) = passkeys::table
        .filter(passkeys::credential_id.eq(text::encode_hex(id)))
        .select((passkeys::account_id, passkeys::credential))
        .first(conn)?;
    let passkey = serde_json::from_str(&json).map_err(Error::internal)?;
    Ok((account, passkey))
}

/// Notes that a passkey was used, and its counter.
///
/// # Errors
/// Of the database.
pub fn record_use(conn: &mut Conn, passkey: &Passkey, now: Time) -> Result<(), Error> {
    let id = text::encode_hex(passkey.cred_id());
    diesel::update(passkeys::table.filter(passkeys::credential_id.eq(id)))
        .set((
            passkeys::credential.eq(serde_json::to_string(passkey).map_err(Error::internal)?),
            passkeys::last_used_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}
