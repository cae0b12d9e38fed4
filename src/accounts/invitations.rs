//! Invitations: links with which the invited create accounts that have roles from the beginning. This feature alone writes them.

use super::roles::{Roles, active_admins, set_roles};
use super::store::{self, New, RegistrationConflict, login_by_id};
use super::{Email, Username};
use crate::db::schema::{accounts, invitations};
use crate::db::{Conn, Time, lock, site_key};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::mail::{self, Mail};
use crate::text::token;
use crate::web::Account;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

/// How long a link works, in milliseconds.
pub const VALID_FOR: i64 = 7 * Time::DAY;
/// What the tokens of invitations are derived for.
const KIND: &str = "invitation";

/// An invitation that has not been accepted yet.
#[derive(Clone, Debug, Queryable)]
pub struct Open {
    pub id: i64,
    pub email: String,
    pub roles: String,
    pub created_by: i64,
    pub expires_at: Time,
}

impl Open {
    /// The roles that the account will have.
    pub fn granted(&self) -> Roles {
        let names: Vec<String> = self.roles.split(", ").map(str::to_owned).collect();
        Roles::parse(&names).unwrap_or_default()
    }
}

/// Stores an invitation and puts its mail into the outbox. Returns its id; `None` if the address has an account.
///
/// # Errors
/// Of the database.
pub fn invite(
    conn: &mut Conn,
    email: &Email,
    roles: Roles,
    who: &Account,
    now: Time,
) -> Result<Option<i64>, Error> {
    let known: Option<i64> = accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    if known.is_some() {
        return Ok(None);
    }
    // A second invitation replaces the first.
    let before = invitations::table
        .filter(sql::<Bool>("lower(email) = ").bind::<Text, _>(email.key()))
        .filter(invitations::used_at.is_null());
    diesel::delete(before).execute(conn)?;
    let random = crate::text::random_hex::<16>().map_err(Error::internal)?;
    let id: i64 = diesel::insert_into(invitations::table)
        .values((
            // Replaced below, once the number is known that the token is made from.
            invitations::token_hash.eq(&random),
            invitations::email.eq(email.as_str()),
            invitations::roles.eq(roles.names()),
            invitations::created_by.eq(who.id),
            invitations::created_at.eq(now.0),
            invitations::expires_at.eq(now.plus(VALID_FOR).0),
        ))
        .returning(invitations::id)
        .get_result(conn)?;
    let made = token_of(conn, id, now.0)?;
    diesel::update(invitations::table.find(id))
        .set(invitations::token_hash.eq(token::hash(&made)))
        .execute(conn)?;
    let invitation = Mail::Invitation {
        id,
        created_at: now.0,
        by: who.shown_name().to_owned(),
    };
    mail::send(conn, &invitation, email.as_str(), now)?;
    let names = roles.names();
    let entry = log::Entry {
        kind: log::Kind::Account,
        subject: email.as_str(),
        to: &names,
        ..log::Entry::new("invite", Actor::of(who))
    };
    log::store::write(conn, &entry, now)?;
    Ok(Some(id))
}

fn token_of(conn: &mut Conn, id: i64, created_at: i64) -> Result<String, Error> {
    Ok(token::derive(&site_key(conn)?, KIND, id, created_at))
}

/// The token of the link of an invitation that can still be accepted.
///
/// # Errors
/// Of the database.
pub fn token(conn: &mut Conn, id: i64) -> Result<Option<String>, Error> {
    let created_at: Option<i64> = invitations::table
        .find(id)
        .filter(invitations::used_at.is_null())
        .select(invitations::created_at)
        .first(conn)
        .optional()?;
    created_at.map(|at| token_of(conn, id, at)).transpose()
}

macro_rules! columns {
    () => {
        (
            invitations::id,
            invitations::email,
            invitations::roles,
            invitations::created_by,
            invitations::expires_at,
        )
    };
}

/// The invitations that can still be accepted, the newest first.
///
/// # Errors
/// Of the database.
pub fn open(conn: &mut Conn, now: Time) -> Result<Vec<Open>, Error> {
    let mut found: Vec<Open> = invitations::table
        .filter(invitations::expires_at.gt(now.0))
        .filter(invitations::used_at.is_null())
        .select(columns!())
        .limit(200)
        .load(conn)?;
    found.sort_by_key(|one| std::cmp::Reverse(one.id));
    Ok(found)
}

/// The invitation of a link.
///
/// # Errors
/// `NotFound` for one that is unknown, over, or was accepted, and when the account that sent it is banned or no longer an admin.
pub fn by_token(conn: &mut Conn, given: &str, now: Time) -> Result<Open, Error> {
    let found: Open = invitations::table
        .filter(invitations::token_hash.eq(token::hash(given)))
        .filter(invitations::expires_at.gt(now.0))
        .filter(invitations::used_at.is_null())
        .select(columns!())
        .first(conn)?;
    match active_admins(conn, now)?.contains(&found.created_by) {
        true => Ok(found),
        false => Err(Error::NotFound),
    }
}

/// Takes an invitation back.
///
/// # Errors
/// `NotFound` for one that was accepted or is gone.
pub fn revoke(conn: &mut Conn, id: i64, who: &Account, now: Time) -> Result<(), Error> {
    let row = invitations::table.find(id);
    let email: String = diesel::delete(row.filter(invitations::used_at.is_null()))
        .returning(invitations::email)
        .get_result(conn)?;
    let entry = log::Entry {
        kind: log::Kind::Account,
        subject: &email,
        ..log::Entry::new("revoke", Actor::of(who))
    };
    log::store::write(conn, &entry, now)
}

/// Creates the account of an invitation, with its address and roles. The link does not work again.
///
/// # Errors
/// As [`by_token`].
pub fn accept(
    conn: &mut Conn,
    given: &str,
    username: &Username,
    password_hash: &str,
    now: Time,
) -> Result<Result<i64, RegistrationConflict>, Error> {
    lock(conn, "invitations")?;
    let invitation = by_token(conn, given, now)?;
    let new = New {
        username: username.clone(),
        email: Email::stored(&invitation.email),
        password_hash: password_hash.to_owned(),
        is_admin: false,
        is_sample: false,
        held: None,
        now,
    };
    let id = match store::create(conn, &new)? {
        Ok(id) => id,
        Err(taken) => return Ok(Err(taken)),
    };
    diesel::update(invitations::table.find(invitation.id))
        .set(invitations::used_at.eq(now.0))
        .execute(conn)?;
    // The link was mailed to the address.
    super::verification::mark_verified(conn, id, now)?;
    let roles = invitation.granted();
    if roles.any() {
        let by = login_by_id(conn, invitation.created_by)?;
        let actor = Actor::Account {
            id: by.id,
            username: &by.username,
        };
        let given = set_roles(conn, username.as_str(), roles, actor, now)?;
        given.map_err(|why| Error::internal(format!("{why:?}")))?;
        // The password was chosen under the rules for staff.
        diesel::update(accounts::table.find(id))
            .set(accounts::must_change_password.eq(false))
            .execute(conn)?;
    }
    Ok(Ok(id))
}

/// Deletes invitations that ended a month ago.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let old = invitations::table.filter(invitations::expires_at.lt(now.0 - 30 * Time::DAY));
    diesel::delete(old).execute(conn)?;
    Ok(())
}
