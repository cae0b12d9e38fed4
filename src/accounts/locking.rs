//! Locking an account that someone else may have been in: sessions, links, password and what they have added.

use super::notices::mailbox;
use super::store::end_sessions;
use super::tokens::{self, TokenKind};
use super::{leaving, two_factor};
use crate::db::schema::{accounts, identities, passkeys, recovery_codes, totp_secrets};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::mail::{self, Mail};
use diesel::prelude::*;

/// "This was not me": ends all sessions, links and the password of an account, removes the ways to log in that were added since the
/// mail's cause, cancels a deletion, and sends a mail to set a new password. Second: whether that went to the address of the link.
///
/// # Errors
/// `NotFound` for a link that does not work.
pub fn not_me(conn: &mut Conn, given: &str, now: Time) -> Result<(i64, bool), Error> {
    let token = tokens::consume(conn, given, &[TokenKind::NotMe], now)?;
    let account = token.account_id;
    tokens::end(conn, account, &[TokenKind::NewEmail, TokenKind::Reset])?;
    remove_ways_in(conn, account, token.created_at)?;
    leaving::cancel(conn, account)?;
    lock_out(conn, account)?;
    let is_sent = mailbox(conn, account)?.email == token.email;
    if is_sent {
        send_new_password(conn, account, now)?;
    }
    Ok((account, is_sent))
}

/// Ends all sessions, and the password: who has used it may not be the owner.
pub(super) fn lock_out(conn: &mut Conn, account: i64) -> Result<(), Error> {
    diesel::update(accounts::table.find(account))
        .set(accounts::password_hash.eq(""))
        .execute(conn)?;
    end_sessions(conn, account)
}

/// Removes passkeys, connected accounts of other sites and the secret of an app that were added since then. Whoever added a second factor
/// has seen the recovery codes: they end with it.
pub(super) fn remove_ways_in(conn: &mut Conn, account: i64, since: Time) -> Result<(), Error> {
    let added = passkeys::table
        .filter(passkeys::account_id.eq(account))
        .filter(passkeys::created_at.ge(since.0));
    let mut factors = diesel::delete(added).execute(conn)?;
    let added = identities::table
        .filter(identities::account_id.eq(account))
        .filter(identities::created_at.ge(since.0));
    diesel::delete(added).execute(conn)?;
    let added = totp_secrets::table
        .find(account)
        .filter(totp_secrets::confirmed_at.ge(since.0));
    factors += diesel::delete(added).execute(conn)?;
    if factors > 0 {
        let codes = recovery_codes::table.filter(recovery_codes::account_id.eq(account));
        diesel::delete(codes).execute(conn)?;
    }
    two_factor::set_has_second_factor(conn, account)?;
    Ok(())
}

/// Sends the mail that leads out of a locked account.
pub(super) fn send_new_password(conn: &mut Conn, account: i64, now: Time) -> Result<(), Error> {
    let to = mailbox(conn, account)?;
    let link = tokens::issue(conn, account, TokenKind::Reset, &to.email, now)?;
    let username = to.username;
    mail::send(conn, &Mail::Locked { username, link }, &to.email, now)
}
