//! Accounts at another site by which people log in. This feature alone writes `identities`.

use super::HeldBecause;
use super::store::{self, New, RegistrationConflict};
use super::{Email, Username, verification};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, identities};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;

/// The account that someone at this issuer logs in to.
///
/// # Errors
/// Of the database.
pub fn find(conn: &mut Conn, issuer: &str, subject: &str) -> Result<Option<i64>, Error> {
    Ok(identities::table
        .find((issuer, subject))
        .select(identities::account_id)
        .first(conn)
        .optional()?)
}

/// Whether an account is connected with this issuer.
///
/// # Errors
/// Of the database.
pub fn is_connected(conn: &mut Conn, account: i64, issuer: &str) -> Result<bool, Error> {
    let found: Option<String> = identities::table
        .filter(identities::account_id.eq(account))
        .filter(identities::issuer.eq(issuer))
        .select(identities::subject)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Connects someone at this issuer with an account. `false`: with another one already.
///
/// # Errors
/// Of the database.
pub fn connect(
    conn: &mut Conn,
    account: i64,
    issuer: &str,
    subject: &str,
    now: Time,
) -> Result<bool, Error> {
    if let Some(known) = find(conn, issuer, subject)? {
        return Ok(known == account);
    }
    diesel::insert_into(identities::table)
        .values((
            identities::issuer.eq(issuer),
            identities::subject.eq(subject),
            identities::account_id.eq(account),
            identities::created_at.eq(now.0),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(true)
}

/// Ends the connection with this issuer; whether there was one. `None`: the account has no password, so there would be no way left
/// to log in.
///
/// # Errors
/// Of the database.
pub fn disconnect(conn: &mut Conn, account: i64, issuer: &str) -> Result<Option<bool>, Error> {
    let hash: String = accounts::table
        .find(account)
        .select(accounts::password_hash)
        .first(conn)?;
    if hash.is_empty() {
        return Ok(None);
    }
    let connected = identities::table
        .filter(identities::account_id.eq(account))
        .filter(identities::issuer.eq(issuer));
    let ended = diesel::delete(connected).execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(Some(ended > 0))
}

/// A new account without a password, for someone at an issuer.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub username: Username,
    pub email: Email,
    /// The issuer vouches for the address.
    pub email_verified: bool,
    pub issuer: String,
    pub subject: String,
    pub held: Option<HeldBecause>,
}

/// Creates the account and connects it.
///
/// # Errors
/// Of the database.
pub fn create(
    conn: &mut Conn,
    person: &NewPerson,
    now: Time,
) -> Result<Result<i64, RegistrationConflict>, Error> {
    if let Some(conflict) = store::registration_conflict(conn, &person.username, &person.email)? {
        return Ok(Err(conflict));
    }
    let new = New {
        username: person.username.clone(),
        email: person.email.clone(),
        password_hash: String::new(),
        is_admin: false,
        is_sample: false,
        held: person.held,
        now,
    };
    let id = match store::create(conn, &new)? {
        Ok(id) => id,
        Err(conflict) => return Ok(Err(conflict)),
    };
    if !connect(conn, id, &person.issuer, &person.subject, now)? {
        return Err(Error::Conflict(String::new()));
    }
    match person.email_verified {
        true => verification::mark_verified(conn, id, now)?,
        false => verification::send_verification(conn, id, now)?,
    }
    Ok(Ok(id))
}
