//! Proving an address, changing it, taking a change back, and setting a forgotten password.

use super::notices::{self, mailbox};
use super::store::{self, find_by_login, login_by_id};
use super::tokens::{self, TokenKind};
use super::{Email, locking};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::accounts;
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::mail::{self, Mail, Notice};
use crate::sessions;
use diesel::prelude::*;

/// Sends the mail that proves an account's address. Nothing happens if it is proved.
///
/// # Errors
/// Of the database.
pub fn send_verification(conn: &mut Conn, account: i64, now: Time) -> Result<(), Error> {
    let to = mailbox(conn, account)?;
    if to.is_verified() {
        return Ok(());
    }
    let link = tokens::issue(conn, account, TokenKind::Verify, &to.email, now)?;
    let mail = Mail::Verify {
        username: to.username,
        link,
    };
    mail::send(conn, &mail, &to.email, now)
}

/// Notes that an account's address is proved.
///
/// # Errors
/// Of the database.
pub fn mark_verified(conn: &mut Conn, account: i64, now: Time) -> Result<(), Error> {
    diesel::update(accounts::table.find(account))
        .set((
            accounts::email_verified_at.eq(now.0),
            accounts::email_refusals.eq(0),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(())
}

/// What came of a link that proves an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    Done,
    /// Another account has the new address by now.
    Taken,
}

/// Uses the link of a mail that proves an address: the account's, or one that becomes the account's by that.
///
/// # Errors
/// `NotFound` for a link that does not work.
pub fn verify(conn: &mut Conn, given: &str, now: Time) -> Result<Verified, Error> {
    let kinds = [TokenKind::Verify, TokenKind::NewEmail];
    let token = tokens::consume(conn, given, &kinds, now)?;
    let now_has = mailbox(conn, token.account_id)?.email;
    if token.kind == TokenKind::NewEmail {
        if !set_email(conn, token.account_id, &Email::stored(&token.email))? {
            return Ok(Verified::Taken);
        }
    } else if now_has != token.email {
        // The address has been changed since.
        return Err(Error::NotFound);
    }
    mark_verified(conn, token.account_id, now)?;
    tokens::end(conn, token.account_id, &kinds)?;
    // Links to set a password went to the address of before.
    tokens::end(conn, token.account_id, &[TokenKind::Reset])?;
    Ok(Verified::Done)
}

/// Gives an account another address; `false` if another account has it.
fn set_email(conn: &mut Conn, account: i64, email: &Email) -> Result<bool, Error> {
    lock(conn, "email")?;
    let other: Option<i64> = accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .filter(accounts::id.ne(account))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    if other.is_some() || tokens::is_address_reserved(conn, &email.key(), account)? {
        return Ok(false);
    }
    diesel::update(accounts::table.find(account))
        .set((
            accounts::email.eq(email.as_str()),
            accounts::email_key.eq(email.key()),
            accounts::email_refusals.eq(0),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(true)
}

/// Starts a change of address: the new one gets a mail to prove it, the old one a mail to take the change back. `false` if another
/// account has it.
///
/// # Errors
/// Of the database.
pub fn start_change(
    conn: &mut Conn,
    account: i64,
    email: &Email,
    now: Time,
) -> Result<bool, Error> {
    let other = find_by_login(conn, email.as_str())?;
    let is_taken = other.is_some_and(|other| other.id != account && other.email_is(email));
    if is_taken || tokens::is_address_reserved(conn, &email.key(), account)? {
        return Ok(false);
    }
    let old = mailbox(conn, account)?;
    tokens::end(conn, account, &[TokenKind::NewEmail])?;
    let link = tokens::issue(conn, account, TokenKind::NewEmail, email.as_str(), now)?;
    let proof = Mail::NewEmail {
        username: old.username.clone(),
        link,
    };
    mail::send(conn, &proof, email.as_str(), now)?;
    if old.email.to_lowercase() == email.key() || !old.is_verified() {
        // The same address in other letters, or one that may be a stranger's: nothing to take back.
        return Ok(true);
    }
    let link = tokens::issue(conn, account, TokenKind::CancelEmail, &old.email, now)?;
    let told = Mail::EmailChanging {
        username: old.username,
        new: email.as_str().to_owned(),
        link,
    };
    mail::send(conn, &told, &old.email, now)?;
    Ok(true)
}

/// Takes a change of address back, before or after the new one was proved, and locks the account: somebody else may have asked for it.
/// The owner sets a new password by a mail to their address. Returns the account and the address that it keeps.
///
/// # Errors
/// `NotFound` for a link that does not work.
pub fn cancel_change(conn: &mut Conn, given: &str, now: Time) -> Result<(i64, Email), Error> {
    let token = tokens::consume(conn, given, &[TokenKind::CancelEmail], now)?;
    let account = token.account_id;
    let kinds = [TokenKind::NewEmail, TokenKind::Verify, TokenKind::Reset];
    tokens::end(conn, account, &kinds)?;
    tokens::end_later_cancels(conn, &token)?;
    tokens::end_of_other_addresses(conn, &token)?;
    if mailbox(conn, account)?.email != token.email {
        if !set_email(conn, account, &Email::stored(&token.email))? {
            return Err(Error::NotFound);
        }
        // They have just used a mail that was sent there.
        mark_verified(conn, account, now)?;
    }
    locking::lock_out(conn, account)?;
    locking::send_new_password(conn, account, now)?;
    Ok((account, Email::stored(&token.email)))
}

fn send_reset(conn: &mut Conn, account: i64, now: Time) -> Result<(), Error> {
    let to = mailbox(conn, account)?;
    let link = tokens::issue(conn, account, TokenKind::Reset, &to.email, now)?;
    let mail = Mail::Reset {
        username: to.username,
        link,
    };
    mail::send(conn, &mail, &to.email, now)
}

/// Sends the mail to set a new password to the account with this address, if there is one. A job: who asked has got the answer before
/// the address is looked up, so that nothing about it tells whether there is an account.
///
/// # Errors
/// Of the database.
pub fn forgotten(conn: &mut Conn, email: &str, now: Time) -> Result<(), Error> {
    let found = find_by_login(conn, email)?;
    match found.filter(|found| found.email_is(&Email::stored(email))) {
        Some(found) => send_reset(conn, found.id, now),
        None => Ok(()),
    }
}

/// The account of a link to set a new password.
///
/// # Errors
/// `NotFound` for a link that does not work.
pub fn resetting(conn: &mut Conn, given: &str, now: Time) -> Result<store::Login, Error> {
    let token = tokens::find(conn, given, &[TokenKind::Reset], now)?;
    login_by_id(conn, token.account_id)
}

/// Sets the new password of a link, and ends all sessions. `for_role`: it was checked against the policy for staff.
///
/// # Errors
/// `NotFound` for a link that does not work (any more).
pub fn reset(
    conn: &mut Conn,
    given: &str,
    (hash, for_role): (&str, bool),
    now: Time,
) -> Result<i64, Error> {
    let token = tokens::consume(conn, given, &[TokenKind::Reset], now)?;
    let account = token.account_id;
    let to = mailbox(conn, account)?;
    if to.email != token.email {
        return Err(Error::NotFound);
    }
    store::set_password(conn, account, None, hash, for_role)?;
    sessions::store::end_others(conn, account, None)?;
    if !to.is_verified() {
        // They have just used a mail that was sent there. Who joined with their address before may have added other ways in.
        locking::remove_ways_in(conn, account, Time(0))?;
        mark_verified(conn, account, now)?;
    }
    notices::tell(conn, account, Notice::PasswordChanged, "", now).map(|()| account)
}
