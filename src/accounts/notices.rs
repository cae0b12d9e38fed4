//! Mails about an account: to whom they are sent, and who gets none.

use super::tokens::{self, TokenKind};
use crate::db::schema::accounts;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::mail::{self, Mail, Notice};
use diesel::prelude::*;

/// Permanent refusals by mail servers in a row after which an address gets no more mail.
pub const DEAD_AFTER: i64 = 5;

/// Where an account gets mail.
#[derive(Clone, Debug, Queryable)]
pub struct Mailbox {
    pub username: String,
    pub email: String,
    verified_at: Option<i64>,
    refusals: i64,
}

impl Mailbox {
    pub fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }

    pub fn is_dead(&self) -> bool {
        self.refusals >= DEAD_AFTER
    }
}

/// # Errors
/// `NotFound`.
pub fn mailbox(conn: &mut Conn, account: i64) -> Result<Mailbox, Error> {
    Ok(accounts::table
        .find(account)
        .select((
            accounts::username,
            accounts::email,
            accounts::email_verified_at,
            accounts::email_refusals,
        ))
        .first(conn)?)
}

/// Tells the owner what was changed about their account, with a link that says "this was not me". An address that was not proved, or
/// that refuses mail, gets none.
///
/// # Errors
/// Of the database.
pub fn tell(
    conn: &mut Conn,
    account: i64,
    what: Notice,
    detail: &str,
    now: Time,
) -> Result<(), Error> {
    let to = mailbox(conn, account)?;
    if !to.is_verified() || to.is_dead() {
        return Ok(());
    }
    let link = tokens::issue(conn, account, TokenKind::NotMe, &to.email, now)?;
    let mail = Mail::Notice {
        what,
        username: to.username,
        detail: detail.to_owned(),
        at: now.0,
        link,
    };
    mail::send(conn, &mail, &to.email, now)
}

/// Counts a permanent refusal of a mail to this address.
///
/// # Errors
/// Of the database.
pub fn record_refusal(conn: &mut Conn, address: &str) -> Result<(), Error> {
    let of = accounts::table.filter(accounts::email_key.eq(address.to_lowercase()));
    let refused = diesel::update(of).set(accounts::email_refusals.eq(accounts::email_refusals + 1));
    refused.execute(conn)?;
    Ok(())
}

/// Notes that this address took a mail.
///
/// # Errors
/// Of the database.
pub fn record_delivery(conn: &mut Conn, address: &str) -> Result<(), Error> {
    let of = accounts::table
        .filter(accounts::email_key.eq(address.to_lowercase()))
        .filter(accounts::email_refusals.gt(0));
    diesel::update(of)
        .set(accounts::email_refusals.eq(0))
        .execute(conn)?;
    Ok(())
}
