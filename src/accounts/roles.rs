//! Changes of roles and bans, made under one lock and recorded in the moderation log.

use super::store::{PROFILE, Profile, ROLES_LOCK, find_by_login, login_by_id};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, deletions};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::log::{self, Actor};
use diesel::prelude::*;

/// The roles of an account; all false = a reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    pub writer: bool,
    pub moderator: bool,
    pub editor: bool,
    pub admin: bool,
}

impl Roles {
    pub fn any(self) -> bool {
        self.writer || self.moderator || self.editor || self.admin
    }

    /// Parses role names; `reader` grants nothing.
    ///
    /// # Errors
    /// The first name that is not a role.
    pub fn parse(names: &[String]) -> Result<Roles, String> {
        let mut roles = Roles::default();
        for name in names {
            match name.as_str() {
                "reader" => {}
                "writer" => roles.writer = true,
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
            ("writer", self.writer),
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

/// Why roles or a ban could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChangeError {
    NoSuchAccount,
    LastAdmin,
}

/// Replaces the roles of an account and returns its id. With its first role it must have a password that meets the
/// staff policy (checked at the next log-in).
pub fn set_roles(
    conn: &mut Conn,
    username: &str,
    roles: Roles,
    actor: Actor<'_>,
    now: Time,
) -> Result<Result<i64, RoleChangeError>, Error> {
    lock(conn, ROLES_LOCK)?;
    // Checked under the lock: the acting admin may have been demoted meanwhile.
    if let Actor::Account { id, .. } = actor
        && !login_by_id(conn, id)?.is_admin
    {
        return Err(Error::Forbidden);
    }
    let Some(found) =
        find_by_login(conn, username)?.filter(|f| f.username.eq_ignore_ascii_case(username))
    else {
        return Ok(Err(RoleChangeError::NoSuchAccount));
    };
    let before = Roles {
        writer: found.is_writer,
        moderator: found.is_moderator,
        editor: found.is_editor,
        admin: found.is_admin,
    };
    if before == roles {
        return Ok(Ok(found.id));
    }
    if before.admin && !roles.admin && other_admins(conn, found.id, now)? == 0 {
        return Ok(Err(RoleChangeError::LastAdmin));
    }
    let due = roles.any() && (found.must_change_password || !before.any());
    diesel::update(accounts::table.find(found.id))
        .set((
            accounts::is_moderator.eq(roles.moderator),
            accounts::is_editor.eq(roles.editor),
            accounts::is_admin.eq(roles.admin),
            accounts::is_writer.eq(roles.writer),
            accounts::must_change_password.eq(due),
            accounts::roles_version.eq(accounts::roles_version + 1),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(found.id));
    let (from, to) = (before.names(), roles.names());
    let entry = log::Entry {
        kind: log::Kind::Account,
        from: &from,
        to: &to,
        subject: &found.username,
        ..log::Entry::new("role", actor)
    };
    log::store::write(conn, &entry, now)?;
    Ok(Ok(found.id))
}

/// Number of other admins who are not banned.
fn other_admins(conn: &mut Conn, but: i64, now: Time) -> Result<usize, Error> {
    let admins = active_admins(conn, now)?;
    Ok(admins.iter().filter(|id| **id != but).count())
}

/// The admins who are not banned and do not leave.
pub(super) fn active_admins(conn: &mut Conn, now: Time) -> Result<Vec<i64>, Error> {
    type Ban = (i64, Option<i64>, Option<i64>);
    let rows: Vec<Ban> = accounts::table
        .filter(accounts::is_admin)
        .select((accounts::id, accounts::banned_at, accounts::banned_until))
        .load(conn)?;
    let leaving: Vec<i64> = deletions::table
        .filter(deletions::account_id.eq_any(rows.iter().map(|row| row.0).collect::<Vec<_>>()))
        .select(deletions::account_id)
        .load(conn)?;
    let is_active = |(id, banned, until): &Ban| {
        let is_banned = banned.is_some() && until.is_none_or(|until| until > now.0);
        !is_banned && !leaving.contains(id)
    };
    Ok(rows
        .into_iter()
        .filter(is_active)
        .map(|row| row.0)
        .collect())
}

/// Bans an account (reason, and end or `None` for an indefinite ban), or lifts the ban if `ban` is `None`.
pub fn set_ban(
    conn: &mut Conn,
    username: &str,
    ban: Option<(&str, Option<Time>)>,
    actor: Actor<'_>,
    now: Time,
) -> Result<Result<i64, RoleChangeError>, Error> {
    lock(conn, ROLES_LOCK)?;
    let Some(found) =
        find_by_login(conn, username)?.filter(|f| f.username.eq_ignore_ascii_case(username))
    else {
        return Ok(Err(RoleChangeError::NoSuchAccount));
    };
    if ban.is_some() && found.is_admin && other_admins(conn, found.id, now)? == 0 {
        return Ok(Err(RoleChangeError::LastAdmin));
    }
    if ban.is_none() {
        let banned: Option<i64> = accounts::table
            .find(found.id)
            .select(accounts::banned_at)
            .first(conn)?;
        if banned.is_none() {
            return Ok(Ok(found.id));
        }
    }
    let (reason, until) = ban.map_or(("", None), |(reason, until)| (reason, until.map(|t| t.0)));
    diesel::update(accounts::table.find(found.id))
        .set((
            accounts::banned_at.eq(ban.map(|_| now.0)),
            accounts::banned_until.eq(until),
            accounts::ban_reason.eq(reason),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(found.id));
    let action = if ban.is_some() { "ban" } else { "unban" };
    let entry = log::Entry {
        kind: log::Kind::Account,
        subject: &found.username,
        reason,
        ..log::Entry::new(action, actor)
    };
    log::store::write(conn, &entry, now)?;
    Ok(Ok(found.id))
}

/// All accounts with a role, sorted by username.
pub fn staff(conn: &mut Conn) -> Result<Vec<Profile>, Error> {
    let mut staff: Vec<Profile> = accounts::table
        .filter(
            accounts::is_moderator
                .or(accounts::is_editor)
                .or(accounts::is_admin)
                .or(accounts::is_writer),
        )
        .select(PROFILE)
        .load(conn)?;
    // Sorted here: with ORDER BY, SQLite would scan all accounts in the order of the name index.
    staff.sort_by_key(|one| one.username.to_lowercase());
    Ok(staff)
}
