//! Links in mails that work once: derived from the site's key when the mail is sent, stored as hashes.

use crate::db::schema::account_tokens;
use crate::db::{Conn, Time, site_key};
use crate::error::Error;
use crate::mail::{self, LinkToken};
use crate::text::{self, token};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

crate::text_enum! {
    /// What a link does.
    pub enum TokenKind else Verify {
        /// Proves that the account's address is theirs.
        Verify = "verify",
        /// Sets a new password.
        Reset = "reset",
        /// Proves that a new address is theirs, which then becomes the account's.
        NewEmail = "new-email",
        /// Takes a change of address back; sent to the old one.
        CancelEmail = "cancel-email",
        /// "This was not me": ends all sessions.
        NotMe = "not-me",
    }
}

impl TokenKind {
    /// How long a link works, in milliseconds.
    fn valid_for(self) -> i64 {
        match self {
            TokenKind::Verify | TokenKind::CancelEmail => 3 * Time::DAY,
            TokenKind::Reset => Time::HOUR,
            TokenKind::NewEmail => Time::DAY,
            TokenKind::NotMe => 7 * Time::DAY,
        }
    }
}

/// A link that still works.
#[derive(Clone, Debug, Queryable)]
pub struct Token {
    pub id: i64,
    pub account_id: i64,
    pub kind: TokenKind,
    /// The address that the mail went to.
    pub email: String,
    pub created_at: Time,
}

/// Makes a link for an account. Its mail gets what the token is derived from.
///
/// # Errors
/// Of the database.
pub fn issue(
    conn: &mut Conn,
    account: i64,
    kind: TokenKind,
    email: &str,
    now: Time,
) -> Result<LinkToken, Error> {
    let random = text::random_hex::<16>().map_err(Error::internal)?;
    let id: i64 = diesel::insert_into(account_tokens::table)
        .values((
            account_tokens::account_id.eq(account),
            account_tokens::kind.eq(kind),
            // Replaced below, once the number is known that the token is made from.
            account_tokens::token_hash.eq(random),
            account_tokens::email.eq(email),
            account_tokens::created_at.eq(now.0),
            account_tokens::expires_at.eq(now.plus(kind.valid_for()).0),
        ))
        .returning(account_tokens::id)
        .get_result(conn)?;
    let key = site_key(conn)?;
    let link = LinkToken {
        id,
        created_at: now.0,
    };
    let made = token::derive(&key, mail::ACCOUNT_TOKEN, link.id, link.created_at);
    diesel::update(account_tokens::table.find(id))
        .set(account_tokens::token_hash.eq(token::hash(&made)))
        .execute(conn)?;
    Ok(link)
}

/// The link with this token, if it is of one of these kinds and still works.
///
/// # Errors
/// `NotFound`.
pub fn find(conn: &mut Conn, given: &str, kinds: &[TokenKind], now: Time) -> Result<Token, Error> {
    let found: Token = account_tokens::table
        .filter(account_tokens::token_hash.eq(token::hash(given)))
        .filter(account_tokens::expires_at.gt(now.0))
        .select((
            account_tokens::id,
            account_tokens::account_id,
            account_tokens::kind,
            account_tokens::email,
            account_tokens::created_at,
        ))
        .first(conn)?;
    match kinds.contains(&found.kind) {
        true => Ok(found),
        false => Err(Error::NotFound),
    }
}

/// Uses a link up.
///
/// # Errors
/// `NotFound` if it is used already: of two requests at once, one gets it.
pub fn consume(
    conn: &mut Conn,
    given: &str,
    kinds: &[TokenKind],
    now: Time,
) -> Result<Token, Error> {
    let found = find(conn, given, kinds, now)?;
    let used = diesel::delete(account_tokens::table.find(found.id)).execute(conn)?;
    match used {
        0 => Err(Error::NotFound),
        _ => Ok(found),
    }
}

/// Ends the links of an account of these kinds.
///
/// # Errors
/// Of the database.
pub fn end(conn: &mut Conn, account: i64, kinds: &[TokenKind]) -> Result<(), Error> {
    let ended = account_tokens::table
        .filter(account_tokens::account_id.eq(account))
        .filter(account_tokens::kind.eq_any(kinds.to_vec()));
    diesel::delete(ended).execute(conn)?;
    Ok(())
}

/// Ends the "this was not me" links of an account that were sent to other addresses than this link.
///
/// # Errors
/// Of the database.
pub fn end_of_other_addresses(conn: &mut Conn, token: &Token) -> Result<(), Error> {
    let others = account_tokens::table
        .filter(account_tokens::account_id.eq(token.account_id))
        .filter(account_tokens::kind.eq(TokenKind::NotMe))
        .filter(account_tokens::email.ne(&token.email));
    diesel::delete(others).execute(conn)?;
    Ok(())
}

/// Ends the links of an account to take a change of address back that were made after this one.
///
/// # Errors
/// Of the database.
pub fn end_later_cancels(conn: &mut Conn, token: &Token) -> Result<(), Error> {
    let later = account_tokens::table
        .filter(account_tokens::account_id.eq(token.account_id))
        .filter(account_tokens::kind.eq(TokenKind::CancelEmail))
        .filter(account_tokens::id.gt(token.id));
    diesel::delete(later).execute(conn)?;
    Ok(())
}

/// Whether another account than `but` had this address until a moment ago, and can take it back.
///
/// # Errors
/// Of the database.
pub fn is_address_reserved(conn: &mut Conn, email_key: &str, but: i64) -> Result<bool, Error> {
    let found: Option<i64> = account_tokens::table
        .filter(sql::<Bool>("kind = 'cancel-email' AND lower(email) = ").bind::<Text, _>(email_key))
        .filter(account_tokens::account_id.ne(but))
        .select(account_tokens::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// All addresses that links of an account went to.
///
/// # Errors
/// Of the database.
pub fn addresses(conn: &mut Conn, account: i64) -> Result<Vec<String>, Error> {
    Ok(account_tokens::table
        .filter(account_tokens::account_id.eq(account))
        .select(account_tokens::email)
        .load(conn)?)
}

/// The address that an account is about to get.
///
/// # Errors
/// Of the database.
pub fn pending_email(conn: &mut Conn, account: i64, now: Time) -> Result<Option<String>, Error> {
    Ok(account_tokens::table
        .filter(account_tokens::account_id.eq(account))
        .filter(account_tokens::kind.eq(TokenKind::NewEmail))
        .filter(account_tokens::expires_at.gt(now.0))
        .select(account_tokens::email)
        .first(conn)
        .optional()?)
}

/// Deletes links that have expired.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let old = account_tokens::table.filter(account_tokens::expires_at.lt(now.0));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
