//! Deleting an account: asked for, cancelled by logging in within 72 hours, then done bit by bit by a job.

use super::notices;
use super::roles::active_admins;
use super::store::{Login, ROLES_LOCK, end_sessions, login_by_id};
use super::tokens;
use crate::comments::own;
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::{
    account_tokens, accounts, deletions, exports, former_usernames, identities, invitations,
    logins, passkeys, recovery_codes, totp_secrets,
};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::mail::{self, Notice};
use crate::media::portrait;
use crate::web::viewer::DELETED;
use crate::{log, search, web};
use diesel::prelude::*;
use std::path::Path;

/// How long a deletion can be cancelled, in milliseconds.
pub const GRACE: i64 = 3 * Time::DAY;
/// Comments that one transaction erases: others wait for it.
const AT_ONCE: i64 = 50;

crate::text_enum! {
    /// What becomes of the comments.
    pub enum Mode else Anonymise {
        /// They stay, without a name.
        Anonymise = "anonymise",
        /// Their texts are deleted too.
        Erase = "erase",
    }
}

/// Asks for the deletion of an account, at `run_at`. `false`: it is the last admin.
///
/// # Errors
/// Of the database.
pub fn request(
    conn: &mut Conn,
    account: i64,
    mode: Mode,
    run_at: Time,
    now: Time,
) -> Result<bool, Error> {
    lock(conn, ROLES_LOCK)?;
    let login = login_by_id(conn, account)?;
    if login.is_admin && active_admins(conn, now)?.iter().all(|id| *id == account) {
        return Ok(false);
    }
    diesel::delete(deletions::table.find(account)).execute(conn)?;
    diesel::insert_into(deletions::table)
        .values((
            deletions::account_id.eq(account),
            deletions::mode.eq(mode),
            deletions::requested_at.eq(now.0),
            deletions::run_at.eq(run_at.0),
        ))
        .execute(conn)?;
    jobs::enqueue_at(conn, &Job::DeleteAccount { account }, run_at, now)?;
    end_sessions(conn, account)?;
    if run_at > now {
        notices::tell(conn, account, Notice::Deletion, mode.as_str(), now)?;
    }
    Ok(true)
}

/// Cancels the deletion of an account; whether there was one.
///
/// # Errors
/// Of the database.
pub fn cancel(conn: &mut Conn, account: i64) -> Result<bool, Error> {
    let waiting = deletions::table.find(account);
    let is_cancelled = diesel::delete(waiting).execute(conn)? > 0;
    if is_cancelled {
        jobs::store::remove(conn, &Job::DeleteAccount { account }.unique_key())?;
    }
    Ok(is_cancelled)
}

/// [`cancel`], because the owner has logged in. They are told.
///
/// # Errors
/// Of the database.
pub fn cancel_at_log_in(conn: &mut Conn, account: i64, now: Time) -> Result<bool, Error> {
    let is_cancelled = cancel(conn, account)?;
    if is_cancelled {
        notices::tell(conn, account, Notice::DeletionCancelled, "", now)?;
    }
    Ok(is_cancelled)
}

/// What is to be done next to delete an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Not yet, or cancelled.
    Nothing,
    Account,
    /// The comments after this one.
    Comments(i64),
    /// The words of the comments in the search index. `true`: the first part.
    Words(bool),
    Done,
}

/// The files of an account: its picture's name and its export. They are deleted before the rows that name them.
///
/// # Errors
/// Of the database.
pub fn files(conn: &mut Conn, account: i64) -> Result<(String, String), Error> {
    let picture = accounts::table
        .find(account)
        .select(accounts::picture)
        .first(conn)?;
    let export: Option<String> = exports::table
        .find(account)
        .select(exports::file)
        .first(conn)
        .optional()?;
    Ok((picture, export.unwrap_or_default()))
}

/// Deletes them. Blocks.
pub fn delete_files(data: &Path, (picture, export): &(String, String)) {
    if !picture.is_empty() {
        portrait::delete_files(&data.join(portrait::FOLDER), picture);
    }
    if !export.is_empty() {
        super::export::delete(data, export);
    }
}

/// Whether it is time to delete an account, and where to begin.
///
/// # Errors
/// Of the database.
pub fn begin(conn: &mut Conn, account: i64, now: Time) -> Result<Step, Error> {
    let run_at: Option<Time> = deletions::table
        .find(account)
        .select(deletions::run_at)
        .first(conn)
        .optional()?;
    Ok(match run_at {
        Some(run_at) if run_at <= now => Step::Account,
        _ => Step::Nothing,
    })
}

/// Does one step, and says which is next. Each may be done again, after a crash.
///
/// # Errors
/// Of the database.
pub fn step(
    conn: &mut Conn,
    account: i64,
    step: Step,
    name: &str,
    now: Time,
) -> Result<Step, Error> {
    let mode: Option<Mode> = deletions::table
        .find(account)
        .select(deletions::mode)
        .first(conn)
        .optional()?;
    let Some(mode) = mode else {
        return Ok(Step::Done);
    };
    let next = match step {
        Step::Account => {
            empty_account(conn, account, name, now)?;
            match mode {
                Mode::Anonymise => Step::Done,
                Mode::Erase => {
                    own::erase_flags(conn, account)?;
                    Step::Comments(0)
                }
            }
        }
        Step::Comments(after) => {
            let username = format!("{DELETED}{account}");
            match own::erase(conn, (account, &username), after, AT_ONCE, now)? {
                Some(last) => Step::Comments(last),
                None => Step::Words(true),
            }
        }
        Step::Words(begins) => match search::index::merge_comments(conn, begins)? {
            true => Step::Words(false),
            false => Step::Done,
        },
        Step::Nothing | Step::Done => Step::Done,
    };
    if next == Step::Done {
        diesel::delete(deletions::table.find(account)).execute(conn)?;
    }
    Ok(next)
}

/// Takes everything personal out of the account. Its row stays, because comments and the log name it by its number.
fn empty_account(conn: &mut Conn, account: i64, name: &str, now: Time) -> Result<(), Error> {
    lock(conn, ROLES_LOCK)?;
    let login = login_by_id(conn, account)?;
    let username = format!("{DELETED}{account}");
    if login.username == username {
        return Ok(());
    }
    let email = format!("{username}@deleted.invalid");
    diesel::update(accounts::table.find(account))
        .set((
            accounts::username.eq(&username),
            accounts::username_key.eq(&username),
            accounts::email.eq(&email),
            accounts::email_key.eq(&email),
            accounts::name.eq(name),
            accounts::name_key.eq(""),
            accounts::bio.eq(""),
            accounts::links.eq(""),
            accounts::picture.eq(""),
            accounts::picture_waits.eq(false),
            accounts::password_hash.eq(""),
            accounts::email_verified_at.eq(None::<i64>),
            accounts::has_second_factor.eq(false),
            accounts::shows_comments.eq(false),
            accounts::waits_since.eq(None::<i64>),
            accounts::ban_reason.eq(""),
            accounts::deleted_at.eq(now.0),
        ))
        .execute(conn)?;
    diesel::update(accounts::table.find(account))
        .set((
            accounts::is_moderator.eq(false),
            accounts::is_editor.eq(false),
            accounts::is_admin.eq(false),
            accounts::is_writer.eq(false),
        ))
        .execute(conn)?;
    end_sessions(conn, account)?;
    forget_rows(conn, &login, &username)?;
    changed(conn, CacheTag::Account(account));
    Ok(())
}

/// Deletes the rows of an account elsewhere, and takes its names and addresses out of the log.
fn forget_rows(conn: &mut Conn, login: &Login, username: &str) -> Result<(), Error> {
    let account = login.id;
    // Also those that it had before, or was about to get.
    let mut addresses = tokens::addresses(conn, account)?;
    addresses.push(login.email.clone());
    diesel::delete(account_tokens::table.filter(account_tokens::account_id.eq(account)))
        .execute(conn)?;
    diesel::delete(totp_secrets::table.find(account)).execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account)))
        .execute(conn)?;
    diesel::delete(logins::table.filter(logins::account_id.eq(account))).execute(conn)?;
    diesel::delete(passkeys::table.filter(passkeys::account_id.eq(account))).execute(conn)?;
    diesel::delete(identities::table.filter(identities::account_id.eq(account))).execute(conn)?;
    let former: Vec<String> = former_usernames::table
        .filter(former_usernames::account_id.eq(account))
        .select(former_usernames::username_key)
        .load(conn)?;
    diesel::delete(former_usernames::table.filter(former_usernames::account_id.eq(account)))
        .execute(conn)?;
    diesel::delete(exports::table.find(account)).execute(conn)?;
    let invited = invitations::table.filter(invitations::email.eq(&login.email));
    diesel::delete(invited).execute(conn)?;
    for address in addresses {
        mail::store::forget_recipient(conn, &address)?;
        web::limits::forget(conn, &[&address])?;
        log::store::rename(conn, account, &address, username)?;
    }
    web::limits::forget(conn, &[&login.username])?;
    log::store::rename(conn, account, &login.username, username)?;
    for old in former {
        log::store::rename(conn, account, &old, username)?;
    }
    Ok(())
}
