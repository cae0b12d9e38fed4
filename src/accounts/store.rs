//! Queries for accounts. No other feature writes the `accounts` table.

use super::HeldBecause;
use super::tokens::{self, TokenKind};
use super::{Email, Username};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, authors, comments, former_usernames};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Name of the lock for changes of roles, bans and passwords: two admins who demote each other must not both succeed.
pub(super) const ROLES_LOCK: &str = "rights";

/// The columns of an account that log-in and the command line need.
#[derive(Clone, Debug, Queryable)]
pub struct Login {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub password_hash: String,
    pub must_change_password: bool,
    pub is_moderator: bool,
    pub is_editor: bool,
    pub is_admin: bool,
    pub is_writer: bool,
    /// Incremented with every password change.
    pub password_version: i64,
    pub has_second_factor: bool,
}

impl Login {
    pub fn is_staff(&self) -> bool {
        self.is_moderator || self.is_editor || self.is_admin || self.is_writer
    }

    /// Whether this is the account's address, without regard to letter case.
    pub fn email_is(&self, email: &Email) -> bool {
        self.email.to_lowercase() == email.key()
    }
}

/// The public part of an account.
#[derive(Clone, Debug, Queryable)]
pub struct Profile {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub bio: String,
    pub is_moderator: bool,
    pub is_editor: bool,
    pub is_admin: bool,
    pub is_writer: bool,
    pub created_at: Time,
}

type LoginColumns = (
    accounts::id,
    accounts::username,
    accounts::email,
    accounts::password_hash,
    accounts::must_change_password,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
    accounts::is_writer,
    accounts::password_version,
    accounts::has_second_factor,
);
const LOGIN: LoginColumns = (
    accounts::id,
    accounts::username,
    accounts::email,
    accounts::password_hash,
    accounts::must_change_password,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
    accounts::is_writer,
    accounts::password_version,
    accounts::has_second_factor,
);

pub type ProfileColumns = (
    accounts::id,
    accounts::username,
    accounts::name,
    accounts::bio,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
    accounts::is_writer,
    accounts::created_at,
);
pub const PROFILE: ProfileColumns = (
    accounts::id,
    accounts::username,
    accounts::name,
    accounts::bio,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
    accounts::is_writer,
    accounts::created_at,
);

/// Finds an account by username or e-mail address, ignoring letter case.
pub fn find_by_login(conn: &mut Conn, given: &str) -> Result<Option<Login>, Error> {
    if given.contains('\0') {
        // No name contains NUL, and PostgreSQL rejects it in a parameter.
        return Ok(None);
    }
    let (name, email) = (given.trim().to_ascii_lowercase(), Email::key_of(given));
    let by_name = accounts::table
        .filter(accounts::username_key.eq(name))
        .select(LOGIN)
        .first(conn)
        .optional()?;
    match by_name {
        Some(found) => Ok(Some(found)),
        None => Ok(accounts::table
            .filter(accounts::email_key.eq(email))
            .select(LOGIN)
            .first(conn)
            .optional()?),
    }
}

/// The log-in data of an account.
///
/// # Errors
/// `NotFound` for an unknown id.
pub fn login_by_id(conn: &mut Conn, id: i64) -> Result<Login, Error> {
    Ok(accounts::table.find(id).select(LOGIN).first(conn)?)
}

/// # Errors
/// `NotFound`.
pub fn profile(conn: &mut Conn, username: &str) -> Result<Profile, Error> {
    Ok(accounts::table
        .filter(accounts::username_key.eq(username.to_ascii_lowercase()))
        .filter(accounts::deleted_at.is_null())
        .select(PROFILE)
        .first(conn)?)
}

/// A new account to insert.
#[derive(Clone, Debug)]
pub struct New {
    pub username: Username,
    pub email: Email,
    pub password_hash: String,
    pub is_admin: bool,
    pub is_sample: bool,
    /// It waits for a moderator's approval.
    pub held: Option<HeldBecause>,
    pub now: Time,
}

/// Why an account could not be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationConflict {
    Username,
    Email,
    /// The name looks like that of a staff member or an author.
    Lookalike,
}

pub fn create(conn: &mut Conn, new: &New) -> Result<Result<i64, RegistrationConflict>, Error> {
    if let Some(taken) = taken(conn, &new.username, &new.email)? {
        return Ok(Err(taken));
    }
    let id = diesel::insert_into(accounts::table)
        .values((
            accounts::username.eq(new.username.as_str()),
            accounts::username_key.eq(new.username.key()),
            accounts::email.eq(new.email.as_str()),
            accounts::email_key.eq(new.email.key()),
            accounts::password_hash.eq(&new.password_hash),
            accounts::is_admin.eq(new.is_admin),
            accounts::is_sample.eq(new.is_sample),
            accounts::waits_since.eq(new.held.map(|_| new.now.0)),
            accounts::waits_because.eq(new.held.map_or("", HeldBecause::as_str)),
            accounts::created_at.eq(new.now.0),
        ))
        .returning(accounts::id)
        .get_result(conn)?;
    Ok(Ok(id))
}

pub fn taken(
    conn: &mut Conn,
    username: &Username,
    email: &Email,
) -> Result<Option<RegistrationConflict>, Error> {
    if is_name_taken(conn, username, None)? {
        return Ok(Some(RegistrationConflict::Username));
    }
    let mail: Option<i64> = accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    let is_taken = match mail {
        Some(_) => true,
        None => tokens::is_address_reserved(conn, &email.key(), -1)?,
    };
    Ok(is_taken.then_some(RegistrationConflict::Email))
}

/// Whether an account has this username, or had it; `but`: other than this one.
pub fn is_name_taken(
    conn: &mut Conn,
    username: &Username,
    but: Option<i64>,
) -> Result<bool, Error> {
    let own = but.unwrap_or(-1);
    let now: Option<i64> = accounts::table
        .filter(accounts::username_key.eq(username.key()))
        .filter(accounts::id.ne(own))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    let formerly: Option<i64> = former_usernames::table
        .filter(former_usernames::username_key.eq(username.key()))
        .filter(former_usernames::account_id.ne(own))
        .select(former_usernames::account_id)
        .first(conn)
        .optional()?;
    Ok(now.or(formerly).is_some())
}

/// Why this username and e-mail address cannot be registered; `None` if they can.
pub fn registration_conflict(
    conn: &mut Conn,
    username: &Username,
    email: &Email,
) -> Result<Option<RegistrationConflict>, Error> {
    if let Some(taken) = taken(conn, username, email)? {
        return Ok(Some(taken));
    }
    let key = super::lookalike(username.as_str());
    Ok(is_impersonation(conn, None, &key)?.then_some(RegistrationConflict::Lookalike))
}

pub fn has_admin(conn: &mut Conn) -> Result<bool, Error> {
    Ok(accounts::table
        .filter(accounts::is_admin)
        .select(accounts::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

/// Records a successful password check; `false` if the password has been changed since it was read for the check.
/// `suffices`: it meets the staff policy, so no change is required. `rehashed`: its hash with the current parameters.
pub fn record_login(
    conn: &mut Conn,
    login: &Login,
    suffices: bool,
    rehashed: Option<&str>,
) -> Result<bool, Error> {
    lock(conn, ROLES_LOCK)?;
    if login_by_id(conn, login.id)?.password_version != login.password_version {
        return Ok(false);
    }
    if suffices {
        diesel::update(accounts::table.find(login.id))
            .set(accounts::must_change_password.eq(false))
            .execute(conn)?;
        changed(conn, CacheTag::Account(login.id));
    }
    if let Some(hash) = rehashed {
        diesel::update(accounts::table.find(login.id))
            .set(accounts::password_hash.eq(hash))
            .execute(conn)?;
    }
    Ok(true)
}

/// Sets a new password, which ends all sessions opened with an earlier one. `seen`: the version that was verified,
/// `None` for a reset by the operator. Returns the new version, or `None` if the password has been changed since it
/// was verified. `for_role`: it was checked against the staff policy; if a role was granted meanwhile and it was not,
/// a change is required.
pub fn set_password(
    conn: &mut Conn,
    id: i64,
    seen: Option<i64>,
    hash: &str,
    for_role: bool,
) -> Result<Option<i64>, Error> {
    lock(conn, ROLES_LOCK)?;
    let now = login_by_id(conn, id)?;
    if seen.is_some_and(|seen| seen != now.password_version) {
        return Ok(None);
    }
    let version = now.password_version + 1;
    diesel::update(accounts::table.find(id))
        .set((
            accounts::password_hash.eq(hash),
            accounts::must_change_password.eq(now.is_staff() && !for_role),
            accounts::password_version.eq(version),
        ))
        .execute(conn)?;
    // Links that were asked for under the old password.
    tokens::end(conn, id, &[TokenKind::NewEmail, TokenKind::Reset])?;
    changed(conn, CacheTag::Account(id));
    Ok(Some(version))
}

/// Whether the account has the name of an article's author. Only staff can: readers may not take such a name.
pub fn is_author(conn: &mut Conn, profile: &Profile) -> Result<bool, Error> {
    let is_staff =
        profile.is_moderator || profile.is_editor || profile.is_admin || profile.is_writer;
    if !is_staff || profile.name.is_empty() {
        return Ok(false);
    }
    let found: Option<i64> = authors::table
        .filter(authors::name_key.eq(super::lookalike(&profile.name)))
        .select(authors::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Whether a look-alike key matches a staff member (other than `own`) or an article's author.
pub fn is_impersonation(conn: &mut Conn, own: Option<i64>, key: &str) -> Result<bool, Error> {
    let author: Option<i64> = authors::table
        .filter(authors::name_key.eq(key))
        .select(authors::id)
        .first(conn)
        .optional()?;
    let staff: Vec<(String, String)> = accounts::table
        .filter(
            accounts::is_moderator
                .or(accounts::is_editor)
                .or(accounts::is_admin)
                .or(accounts::is_writer),
        )
        .filter(accounts::id.ne(own.unwrap_or(-1)))
        .select((accounts::username, accounts::name_key))
        .load(conn)?;
    let looks =
        |(username, name): &(String, String)| name == key || super::lookalike(username) == key;
    Ok(author.is_some() || staff.iter().any(looks))
}

pub fn bio(conn: &mut Conn, id: i64) -> Result<String, Error> {
    Ok(accounts::table.find(id).select(accounts::bio).first(conn)?)
}

/// Deletes the accounts that came with the sample content.
pub fn remove_samples(conn: &mut Conn) -> Result<usize, Error> {
    changed(conn, CacheTag::Everything);
    // Those who wrote under an article that became the publication's own stay there.
    let wrote = comments::table.filter(comments::author_id.eq(accounts::id));
    let gone = accounts::table
        .filter(accounts::is_sample)
        .filter(not(exists(wrote)));
    Ok(diesel::delete(gone).execute(conn)?)
}

/// Ends all sessions of an account, in whichever store they are: by another version of its password.
pub fn end_sessions(conn: &mut Conn, account: i64) -> Result<(), Error> {
    lock(conn, ROLES_LOCK)?;
    diesel::update(accounts::table.find(account))
        .set(accounts::password_version.eq(accounts::password_version + 1))
        .execute(conn)?;
    crate::sessions::store::end_others(conn, account, None)
}
