//! Who may join: addresses of blocked domains, and accounts that wait for a moderator's approval.

use super::store::{PROFILE, Profile};
use super::{Email, HeldBecause, notices};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::accounts;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::mail::{self, Mail};
use crate::text::ascii_domain;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use std::path::Path;

/// The operator's list of domains whose addresses cannot join, in the data folder: one on each line, `#` begins a comment. It counts
/// for subdomains too.
pub const BLOCKED_DOMAINS: &str = "blocked-domains.txt";

/// Whether an address is of a domain in the operator's list. Blocks. A list that cannot be read blocks nothing.
pub fn is_blocked(data: &Path, email: &Email) -> bool {
    let list = std::fs::read_to_string(data.join(BLOCKED_DOMAINS)).unwrap_or_default();
    let key = email.key();
    let domain = key.rsplit('@').next().unwrap_or_default();
    list.lines().any(|line| {
        let entry = line.split('#').next().unwrap_or_default().trim();
        let entry = entry.trim_start_matches(['@', '.']).to_lowercase();
        let entry = ascii_domain(&entry).unwrap_or(entry);
        let is_subdomain = || {
            let parent = domain.strip_suffix(entry.as_str());
            parent.is_some_and(|parent| parent.ends_with('.'))
        };
        !entry.is_empty() && (domain == entry || is_subdomain())
    })
}

/// An account that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub profile: Profile,
    pub email: String,
    pub because: HeldBecause,
    pub is_verified: bool,
}

/// Spelled out, for the partial index.
const WAITS: &str = "accounts.waits_since IS NOT NULL";

/// The accounts that wait, the oldest first, at most 200.
///
/// # Errors
/// Of the database.
pub fn waiting(conn: &mut Conn) -> Result<Vec<Waiting>, Error> {
    let rows: Vec<(Profile, String, HeldBecause, Option<i64>)> = accounts::table
        .filter(sql::<Bool>(WAITS))
        .filter(accounts::id.gt(0))
        .order(accounts::id)
        .limit(200)
        .select((
            PROFILE,
            accounts::email,
            accounts::waits_because,
            accounts::email_verified_at,
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(profile, email, because, verified)| Waiting {
            profile,
            email,
            because,
            is_verified: verified.is_some(),
        })
        .collect())
}

/// How many accounts, and pictures of people, wait.
///
/// # Errors
/// Of the database.
pub fn waiting_count(conn: &mut Conn) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    // The conditions of the partial indexes; the id leads SQLite to search them.
    let query = format!(
        "SELECT (SELECT COUNT(*) FROM accounts WHERE {WAITS} AND id > 0) \
         + (SELECT COUNT(*) FROM accounts WHERE {} AND id > 0) AS total",
        super::profile::PICTURE_WAITS
    );
    Ok(diesel::sql_query(query).get_result::<Count>(conn)?.total)
}

/// Approves an account, and tells its owner.
///
/// # Errors
/// `NotFound` for one that does not wait.
pub fn approve(conn: &mut Conn, id: i64, actor: Actor<'_>, now: Time) -> Result<(), Error> {
    let row = accounts::table.find(id).filter(sql::<Bool>(WAITS));
    let username: Option<String> = diesel::update(row)
        .set((
            accounts::waits_since.eq(None::<i64>),
            accounts::waits_because.eq(""),
        ))
        .returning(accounts::username)
        .get_result(conn)
        .optional()?;
    let username = username.ok_or(Error::NotFound)?;
    changed(conn, CacheTag::Account(id));
    log::store::write_account(conn, "approve-account", &username, actor, now)?;
    let to = notices::mailbox(conn, id)?;
    match to.is_verified() && !to.is_dead() {
        true => mail::send(conn, &Mail::Approved { username }, &to.email, now),
        false => Ok(()),
    }
}

/// Refuses an account: it is deleted, its name and address are free again. It has not written anything.
///
/// # Errors
/// `NotFound` for one that does not wait.
pub fn refuse(conn: &mut Conn, id: i64, actor: Actor<'_>, now: Time) -> Result<(), Error> {
    let row = accounts::table.find(id).filter(sql::<Bool>(WAITS));
    let username: Option<String> = diesel::delete(row)
        .returning(accounts::username)
        .get_result(conn)
        .optional()?;
    let username = username.ok_or(Error::NotFound)?;
    changed(conn, CacheTag::Account(id));
    log::store::write_account(conn, "refuse-account", &username, actor, now)
}
