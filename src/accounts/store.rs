//! Queries of accounts. This feature alone writes `accounts`.

use super::{DisplayName, Email, Username};
use crate::db::fresh::{Topic, changed};
use crate::db::schema::accounts;
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::log;
use diesel::prelude::*;

/// An account as log-in and the command line need it.
#[derive(Clone, Debug, Queryable)]
pub struct Login {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub password_hash: String,
    pub password_due: bool,
    pub is_moderator: bool,
    pub is_editor: bool,
    pub is_admin: bool,
}

impl Login {
    pub fn is_staff(&self) -> bool {
        self.is_moderator || self.is_editor || self.is_admin
    }
}

/// What others may read about somebody.
#[derive(Clone, Debug, Queryable)]
pub struct Profile {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub bio: String,
    pub is_moderator: bool,
    pub is_editor: bool,
    pub is_admin: bool,
    pub created_at: Time,
}

type LoginColumns = (
    accounts::id,
    accounts::username,
    accounts::email,
    accounts::password_hash,
    accounts::password_due,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
);
const LOGIN: LoginColumns = (
    accounts::id,
    accounts::username,
    accounts::email,
    accounts::password_hash,
    accounts::password_due,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
);

type ProfileColumns = (
    accounts::id,
    accounts::username,
    accounts::name,
    accounts::bio,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
    accounts::created_at,
);
const PROFILE: ProfileColumns = (
    accounts::id,
    accounts::username,
    accounts::name,
    accounts::bio,
    accounts::is_moderator,
    accounts::is_editor,
    accounts::is_admin,
    accounts::created_at,
);

/// By username or address, in any letter case.
pub fn by_login(conn: &mut Conn, given: &str) -> Result<Option<Login>, Error> {
    if given.contains('\0') {
        // No name has one, and PostgreSQL takes none.
        return Ok(None);
    }
    let (name, email) = (
        given.trim().to_ascii_lowercase(),
        given.trim().to_lowercase(),
    );
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

pub fn by_id(conn: &mut Conn, id: i64) -> Result<Login, Error> {
    Ok(accounts::table.find(id).select(LOGIN).first(conn)?)
}

/// # Errors
/// `NotFound`.
pub fn profile(conn: &mut Conn, username: &str) -> Result<Profile, Error> {
    Ok(accounts::table
        .filter(accounts::username_key.eq(username.to_ascii_lowercase()))
        .select(PROFILE)
        .first(conn)?)
}

/// An account that is to be made.
#[derive(Clone, Debug)]
pub struct New {
    pub username: Username,
    pub email: Email,
    pub password_hash: String,
    pub is_admin: bool,
    pub is_sample: bool,
    pub now: Time,
}

/// Why an account could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Username,
    Email,
}

pub fn create(conn: &mut Conn, new: &New) -> Result<Result<i64, Taken>, Error> {
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
            accounts::created_at.eq(new.now.0),
        ))
        .returning(accounts::id)
        .get_result(conn)?;
    Ok(Ok(id))
}

pub fn taken(conn: &mut Conn, username: &Username, email: &Email) -> Result<Option<Taken>, Error> {
    let by = |found: Option<i64>, what| found.map(|_| what);
    let name = accounts::table
        .filter(accounts::username_key.eq(username.key()))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    let mail = accounts::table
        .filter(accounts::email_key.eq(email.key()))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    Ok(by(name, Taken::Username).or(by(mail, Taken::Email)))
}

pub fn has_admin(conn: &mut Conn) -> Result<bool, Error> {
    Ok(accounts::table
        .filter(accounts::is_admin)
        .select(accounts::id)
        .first::<i64>(conn)
        .optional()?
        .is_some())
}

pub fn set_password(conn: &mut Conn, id: i64, hash: &str) -> Result<(), Error> {
    diesel::update(accounts::table.find(id))
        .set(accounts::password_hash.eq(hash))
        .execute(conn)?;
    Ok(())
}

/// A new password, judged for a reader or for a role. A role that came meanwhile still asks for one of its own.
pub fn choose_password(
    conn: &mut Conn,
    id: i64,
    hash: &str,
    judged_for_role: bool,
) -> Result<(), Error> {
    lock(conn, RIGHTS)?;
    let due = by_id(conn, id)?.is_staff() && !judged_for_role;
    diesel::update(accounts::table.find(id))
        .set((
            accounts::password_hash.eq(hash),
            accounts::password_due.eq(due),
        ))
        .execute(conn)?;
    changed(conn, Topic::Account(id));
    Ok(())
}

/// The password that was typed is good enough for a role: no new one is asked for.
pub fn password_suffices(conn: &mut Conn, id: i64) -> Result<(), Error> {
    diesel::update(accounts::table.find(id))
        .set(accounts::password_due.eq(false))
        .execute(conn)?;
    changed(conn, Topic::Account(id));
    Ok(())
}

/// Changes name and bio. `false` = the name would pass for somebody on the staff.
pub fn set_profile(conn: &mut Conn, id: i64, name: &DisplayName, bio: &str) -> Result<bool, Error> {
    let own = by_id(conn, id)?;
    if !name.key.is_empty()
        && !own.is_staff()
        && (name.is_reserved() || looks_like_staff(conn, id, &name.key)?)
    {
        return Ok(false);
    }
    diesel::update(accounts::table.find(id))
        .set((
            accounts::name.eq(&name.text),
            accounts::name_key.eq(&name.key),
            accounts::bio.eq(bio),
        ))
        .execute(conn)?;
    changed(conn, Topic::Account(id));
    Ok(true)
}

fn looks_like_staff(conn: &mut Conn, id: i64, key: &str) -> Result<bool, Error> {
    let staff: Vec<(String, String)> = accounts::table
        .filter(
            accounts::is_moderator
                .or(accounts::is_editor)
                .or(accounts::is_admin),
        )
        .filter(accounts::id.ne(id))
        .select((accounts::username, accounts::name_key))
        .load(conn)?;
    Ok(staff
        .iter()
        .any(|(username, name)| name == key || super::lookalike(username) == key))
}

pub fn bio(conn: &mut Conn, id: i64) -> Result<String, Error> {
    Ok(accounts::table.find(id).select(accounts::bio).first(conn)?)
}

/// Exactly these grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    pub moderator: bool,
    pub editor: bool,
    pub admin: bool,
}

impl Roles {
    pub fn any(self) -> bool {
        self.moderator || self.editor || self.admin
    }

    /// From role names; `reader` grants nothing.
    ///
    /// # Errors
    /// The name that is no role.
    pub fn parse(names: &[String]) -> Result<Roles, String> {
        let mut roles = Roles::default();
        for name in names {
            match name.as_str() {
                "reader" => {}
                "moderator" => roles.moderator = true,
                "editor" => roles.editor = true,
                "admin" => roles.admin = true,
                other => return Err(other.to_owned()),
            }
        }
        Ok(roles)
    }

    pub fn names(self) -> String {
        let all = [
            ("moderator", self.moderator),
            ("editor", self.editor),
            ("admin", self.admin),
        ];
        let held: Vec<&str> = all
            .iter()
            .filter(|(_, held)| *held)
            .map(|(name, _)| *name)
            .collect();
        if held.is_empty() {
            "reader".into()
        } else {
            held.join(", ")
        }
    }
}

/// Why rights could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    NoSuchAccount,
    LastAdmin,
}

/// The lock under which rights change: two admins who demote each other must not both succeed.
const RIGHTS: &str = "rights";

/// Sets the grants of an account. Who gets a first role must choose a new password; the account's id comes back.
pub fn set_roles(
    conn: &mut Conn,
    username: &str,
    roles: Roles,
    actor: &str,
    actor_id: Option<i64>,
    now: Time,
) -> Result<Result<i64, Kept>, Error> {
    lock(conn, RIGHTS)?;
    // Who acts must still be an admin, now that it is his turn.
    if let Some(id) = actor_id
        && !by_id(conn, id)?.is_admin
    {
        return Err(Error::Forbidden);
    }
    let Some(found) =
        by_login(conn, username)?.filter(|f| f.username.eq_ignore_ascii_case(username))
    else {
        return Ok(Err(Kept::NoSuchAccount));
    };
    let before = Roles {
        moderator: found.is_moderator,
        editor: found.is_editor,
        admin: found.is_admin,
    };
    if before == roles {
        return Ok(Ok(found.id));
    }
    if before.admin && !roles.admin && other_admins(conn, found.id, now)? == 0 {
        return Ok(Err(Kept::LastAdmin));
    }
    let due = roles.any() && (found.password_due || !before.any());
    diesel::update(accounts::table.find(found.id))
        .set((
            accounts::is_moderator.eq(roles.moderator),
            accounts::is_editor.eq(roles.editor),
            accounts::is_admin.eq(roles.admin),
            accounts::password_due.eq(due),
            accounts::roles_changed_at.eq(now.0),
        ))
        .execute(conn)?;
    changed(conn, Topic::Account(found.id));
    let (from, to) = (before.names(), roles.names());
    let entry = log::Entry {
        action: "role",
        actor,
        actor_id,
        from: &from,
        to: &to,
        subject: &found.username,
        ..log::Entry::default()
    };
    log::store::write(conn, &entry, now)?;
    Ok(Ok(found.id))
}

/// Admins but this one who are not banned.
fn other_admins(conn: &mut Conn, but: i64, now: Time) -> Result<usize, Error> {
    type Ban = (Option<i64>, Option<i64>);
    let rows: Vec<Ban> = accounts::table
        .filter(accounts::is_admin.and(accounts::id.ne(but)))
        .select((accounts::banned_at, accounts::banned_until))
        .load(conn)?;
    Ok(rows
        .iter()
        .filter(|(banned, until)| banned.is_none() || until.is_some_and(|u| u <= now.0))
        .count())
}

/// Bans an account, or lifts the ban (`ban` = none).
pub fn set_ban(
    conn: &mut Conn,
    username: &str,
    ban: Option<(&str, Option<Time>)>,
    actor: &str,
    now: Time,
) -> Result<Result<i64, Kept>, Error> {
    lock(conn, RIGHTS)?;
    let Some(found) =
        by_login(conn, username)?.filter(|f| f.username.eq_ignore_ascii_case(username))
    else {
        return Ok(Err(Kept::NoSuchAccount));
    };
    if ban.is_some() && found.is_admin && other_admins(conn, found.id, now)? == 0 {
        return Ok(Err(Kept::LastAdmin));
    }
    let (reason, until) = ban.map_or(("", None), |(reason, until)| (reason, until.map(|t| t.0)));
    diesel::update(accounts::table.find(found.id))
        .set((
            accounts::banned_at.eq(ban.map(|_| now.0)),
            accounts::banned_until.eq(until),
            accounts::ban_reason.eq(reason),
        ))
        .execute(conn)?;
    changed(conn, Topic::Account(found.id));
    let action = if ban.is_some() { "ban" } else { "unban" };
    let entry = log::Entry {
        action,
        actor,
        subject: &found.username,
        reason,
        ..log::Entry::default()
    };
    log::store::write(conn, &entry, now)?;
    Ok(Ok(found.id))
}

/// Everyone with a role, by name.
pub fn staff(conn: &mut Conn) -> Result<Vec<Profile>, Error> {
    let mut staff: Vec<Profile> = accounts::table
        .filter(
            accounts::is_moderator
                .or(accounts::is_editor)
                .or(accounts::is_admin),
        )
        .select(PROFILE)
        .load(conn)?;
    // Sorted here: asked to sort, SQLite goes through all accounts by name.
    staff.sort_by_key(|one| one.username.to_lowercase());
    Ok(staff)
}

/// Takes away the readers that came with the samples.
pub fn remove_samples(conn: &mut Conn) -> Result<usize, Error> {
    changed(conn, Topic::Everything);
    Ok(diesel::delete(accounts::table.filter(accounts::is_sample)).execute(conn)?)
}
