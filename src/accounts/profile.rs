//! What people show of themselves: links, a picture, their comments, and the name that they had before.

use super::store::{ROLES_LOCK, is_impersonation, login_by_id};
use super::{DisplayName, Username};
use crate::comments::store::records;
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{accounts, former_usernames};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::interface::Interface;
use crate::log::{self, Actor};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// Links that a profile may have.
const MOST_LINKS: usize = 5;
/// Characters of a link.
const LINK_LENGTH: usize = 200;
/// How long a new username stays, in milliseconds.
pub const RENAME_AFTER: i64 = 30 * Time::DAY;

/// Checks the links of a profile, one on each line: addresses of the web.
///
/// # Errors
/// The message to show next to the field.
pub fn parse_links(t: Interface, given: &str) -> Result<String, String> {
    let lines: Vec<&str> = given
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > MOST_LINKS {
        return Err(t.profile_too_many_links(MOST_LINKS as i64));
    }
    let mut links = Vec::new();
    for line in lines {
        let url = url::Url::parse(line).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
        match url {
            Some(url) if url.as_str().chars().count() <= LINK_LENGTH => links.push(url.to_string()),
            _ => return Err(t.profile_link_invalid(line)),
        }
    }
    Ok(links.join("\n"))
}

/// What a profile shows besides name and bio.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable)]
pub struct Details {
    pub links: String,
    pub shows_comments: bool,
    /// Empty = none.
    pub picture: String,
    /// Only its owner and moderators see it.
    pub picture_waits: bool,
    pub renamed_at: Option<Time>,
}

/// # Errors
/// `NotFound`.
pub fn details(conn: &mut Conn, account: i64) -> Result<Details, Error> {
    Ok(accounts::table
        .find(account)
        .select((
            accounts::links,
            accounts::shows_comments,
            accounts::picture,
            accounts::picture_waits,
            accounts::renamed_at,
        ))
        .first(conn)?)
}

/// Changes what was sent of it.
///
/// # Errors
/// Of the database.
pub fn update(
    conn: &mut Conn,
    account: i64,
    links: Option<&str>,
    shows_comments: Option<bool>,
) -> Result<(), Error> {
    if let Some(links) = links {
        diesel::update(accounts::table.find(account))
            .set(accounts::links.eq(links))
            .execute(conn)?;
    }
    if let Some(shows) = shows_comments {
        diesel::update(accounts::table.find(account))
            .set(accounts::shows_comments.eq(shows))
            .execute(conn)?;
    }
    changed(conn, CacheTag::Account(account));
    Ok(())
}

/// Sets the picture; the name of the one before, whose files can be deleted. As a first comment is held where the settings say so, so
/// is a picture until a comment of its owner was approved.
///
/// # Errors
/// Of the database.
pub fn set_picture(
    conn: &mut Conn,
    account: i64,
    name: &str,
    holds_new_readers: bool,
) -> Result<String, Error> {
    lock(conn, ROLES_LOCK)?;
    let login = login_by_id(conn, account)?;
    let approved = records(conn, &[account])?;
    let is_known = login.is_staff() || approved.get(&account).is_some_and(|counts| counts.0 > 0);
    let before = details(conn, account)?.picture;
    diesel::update(accounts::table.find(account))
        .set((
            accounts::picture.eq(name),
            accounts::picture_waits.eq(!name.is_empty() && holds_new_readers && !is_known),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(before)
}

/// Spelled out, for the partial index.
pub const PICTURE_WAITS: &str = "accounts.picture_waits";

/// A picture that waits for a moderator.
#[derive(Clone, Debug, Queryable)]
pub struct WaitingPicture {
    pub account: i64,
    pub username: String,
    pub name: String,
    pub picture: String,
}

/// # Errors
/// Of the database.
pub fn waiting_pictures(conn: &mut Conn) -> Result<Vec<WaitingPicture>, Error> {
    Ok(accounts::table
        .filter(sql::<Bool>(PICTURE_WAITS))
        .filter(accounts::id.gt(0))
        .order(accounts::id)
        .limit(100)
        .select((
            accounts::id,
            accounts::username,
            accounts::name,
            accounts::picture,
        ))
        .load(conn)?)
}

/// Whose picture this is, and whether it waits.
///
/// # Errors
/// `NotFound`.
pub fn by_picture(conn: &mut Conn, name: &str) -> Result<(i64, bool), Error> {
    Ok(accounts::table
        .filter(sql::<Bool>("accounts.picture <> ''"))
        .filter(accounts::picture.eq(name))
        .select((accounts::id, accounts::picture_waits))
        .first(conn)?)
}

/// A moderator shows a picture to all.
///
/// # Errors
/// `NotFound` if none waits.
pub fn approve_picture(
    conn: &mut Conn,
    account: i64,
    picture: &str,
    actor: Actor<'_>,
    now: Time,
) -> Result<(), Error> {
    let row = accounts::table
        .find(account)
        .filter(accounts::picture.eq(picture))
        .filter(sql::<Bool>(PICTURE_WAITS));
    let username: Option<String> = diesel::update(row)
        .set(accounts::picture_waits.eq(false))
        .returning(accounts::username)
        .get_result(conn)
        .optional()?;
    let username = username.ok_or(Error::NotFound)?;
    changed(conn, CacheTag::Account(account));
    log::store::write_account(conn, "approve-picture", &username, actor, now)
}

/// A moderator removes a picture; its name, so that its files can be deleted.
///
/// # Errors
/// `NotFound` if there is none.
pub fn remove_picture(
    conn: &mut Conn,
    account: i64,
    picture: &str,
    actor: Actor<'_>,
    now: Time,
) -> Result<String, Error> {
    // Another one since then was not seen.
    if picture.is_empty() || details(conn, account)?.picture != picture {
        return Err(Error::NotFound);
    }
    let before = set_picture(conn, account, "", false)?;
    let username = login_by_id(conn, account)?.username;
    log::store::write_account(conn, "remove-picture", &username, actor, now)?;
    Ok(before)
}

/// Why a username cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenameError {
    /// The last change was less than 30 days ago.
    TooSoon,
    Taken,
    Lookalike,
}

/// Gives an account another username. The old one stays reserved, and leads to the account.
///
/// # Errors
/// Of the database.
pub fn rename(
    conn: &mut Conn,
    account: i64,
    username: &Username,
    now: Time,
) -> Result<Result<(), RenameError>, Error> {
    lock(conn, ROLES_LOCK)?;
    let login = login_by_id(conn, account)?;
    if login.username == username.as_str() {
        return Ok(Ok(()));
    }
    let last = details(conn, account)?.renamed_at;
    if last.is_some_and(|last| now.0 - last.0 < RENAME_AFTER) {
        return Ok(Err(RenameError::TooSoon));
    }
    let old = login.username.to_ascii_lowercase();
    if old != username.key() {
        if super::store::is_name_taken(conn, username, Some(account))? {
            return Ok(Err(RenameError::Taken));
        }
        let key = super::lookalike(username.as_str());
        if !login.is_staff() && super::store::is_impersonation(conn, Some(account), &key)? {
            return Ok(Err(RenameError::Lookalike));
        }
        // A name of their own from before is theirs again.
        diesel::delete(former_usernames::table.find(username.key())).execute(conn)?;
        diesel::insert_into(former_usernames::table)
            .values((
                former_usernames::username_key.eq(old),
                former_usernames::account_id.eq(account),
            ))
            .execute(conn)?;
    }
    diesel::update(accounts::table.find(account))
        .set((
            accounts::username.eq(username.as_str()),
            accounts::username_key.eq(username.key()),
            accounts::renamed_at.eq(now.0),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Account(account));
    Ok(Ok(()))
}

/// The username that an account which had this one has now.
///
/// # Errors
/// `NotFound`.
pub fn renamed_to(conn: &mut Conn, former: &str) -> Result<String, Error> {
    Ok(former_usernames::table
        .inner_join(accounts::table.on(accounts::id.eq(former_usernames::account_id)))
        .filter(former_usernames::username_key.eq(former.to_ascii_lowercase()))
        .select(accounts::username)
        .first(conn)?)
}

/// Changes name and bio. `false`: the name could be mistaken for that of a staff member or an author, or is another reader's username.
///
/// # Errors
/// `NotFound`.
pub fn set_profile(conn: &mut Conn, id: i64, name: &DisplayName, bio: &str) -> Result<bool, Error> {
    let own = login_by_id(conn, id)?;
    if !name.key.is_empty()
        && !own.is_staff()
        && (name.is_reserved()
            || is_impersonation(conn, Some(id), &name.key)?
            || is_username(conn, id, &name.text)?)
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
    changed(conn, CacheTag::Account(id));
    Ok(true)
}

/// Whether a name is the username of another account.
fn is_username(conn: &mut Conn, own: i64, name: &str) -> Result<bool, Error> {
    let found: Option<i64> = accounts::table
        .filter(accounts::username_key.eq(name.to_ascii_lowercase()))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some_and(|found| found != own))
}
