//! A copy of all that is stored about a person: a ZIP file of JSON and their texts, made by a job.

use super::history;
use crate::comments::own::{self, OwnComment};
use crate::db::schema::{accounts, articles, exports, former_usernames, identities, passkeys};
use crate::db::{Conn, Db, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::text;
use diesel::prelude::*;
use serde_json::{Value, json};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How long the file can be downloaded, in milliseconds.
pub const KEPT: i64 = Time::DAY;
/// Comments that are read at once.
const PAGE: i64 = 1000;

/// An export that was asked for.
#[derive(Clone, Debug, Queryable)]
pub struct Export {
    /// Empty while it is being made.
    pub file: String,
    pub requested_at: Time,
    pub expires_at: Option<Time>,
}

/// The folder of these files.
pub fn folder(data: &Path) -> PathBuf {
    data.join("exports")
}

/// The export of an account, unless it has expired.
///
/// # Errors
/// Of the database.
pub fn find(conn: &mut Conn, account: i64, now: Time) -> Result<Option<Export>, Error> {
    let found: Option<Export> = exports::table
        .find(account)
        .select((exports::file, exports::requested_at, exports::expires_at))
        .first(conn)
        .optional()?;
    Ok(found.filter(|one| one.expires_at.is_none_or(|end| end > now)))
}

/// Asks for an export. One that is being made goes on; one that is there is replaced.
///
/// # Errors
/// Of the database.
pub fn request(conn: &mut Conn, account: i64, now: Time) -> Result<(), Error> {
    let waiting = find(conn, account, now)?.is_some_and(|one| one.file.is_empty());
    if !waiting {
        diesel::delete(exports::table.find(account)).execute(conn)?;
        diesel::insert_into(exports::table)
            .values((
                exports::account_id.eq(account),
                exports::requested_at.eq(now.0),
            ))
            .execute(conn)?;
    }
    jobs::enqueue(conn, &Job::ExportAccount { account }, now)
}

/// Notes that the file of an export is there. `false`: it is not wanted any more.
///
/// # Errors
/// Of the database.
pub fn finish(conn: &mut Conn, account: i64, file: &str, now: Time) -> Result<bool, Error> {
    let row = exports::table.find(account).filter(exports::file.eq(""));
    let updated = diesel::update(row)
        .set((
            exports::file.eq(file),
            exports::expires_at.eq(now.plus(KEPT).0),
        ))
        .execute(conn)?;
    Ok(updated > 0)
}

/// Deletes the file of an export; what cannot be deleted is logged.
pub fn delete(data: &Path, file: &str) {
    match std::fs::remove_file(folder(data).join(file)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "an export could not be deleted");
        }
        _ => {}
    }
}

/// Deletes the rows of files that have expired.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    diesel::delete(exports::table.filter(exports::expires_at.lt(now.0))).execute(conn)?;
    Ok(())
}

/// Deletes files from more than a day ago, also those that a crash has left unfinished.
pub fn sweep_files(data: &Path, now: Time) {
    let Ok(files) = std::fs::read_dir(folder(data)) else {
        return;
    };
    for file in files.flatten() {
        let written = file.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|at| {
            let at = at.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some(now.0 - i64::try_from(at.as_millis()).ok()?)
        });
        if age.is_some_and(|age| age > KEPT + Time::HOUR)
            && let Err(error) = std::fs::remove_file(file.path())
        {
            tracing::warn!(%error, "an old export could not be deleted");
        }
    }
}

/// Writes the file; returns its name. Blocks.
///
/// # Errors
/// Of the database; `Unavailable` when the disk is full.
pub fn write(db: &Db, data: &Path, account: i64, now: Time) -> Result<String, Error> {
    let folder = folder(data);
    std::fs::create_dir_all(&folder).map_err(disk)?;
    let name = text::random_hex::<16>().map_err(Error::internal)?;
    let (part, whole) = (folder.join(format!("{name}.part")), format!("{name}.zip"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut zip = ZipWriter::new(options.open(&part).map_err(disk)?);
    let (about, others) =
        db.read_now(|conn| Ok((about(conn, account)?, others(conn, account, now)?)))?;
    entry(&mut zip, "account.json", &about)?;
    for (name, value) in &others {
        entry(&mut zip, name, value)?;
    }
    comments(&mut zip, db, account)?;
    let file = zip.finish().map_err(packing)?;
    file.sync_all().map_err(disk)?;
    std::fs::rename(&part, folder.join(&whole)).map_err(disk)?;
    Ok(whole)
}

fn disk(error: std::io::Error) -> Error {
    Error::Unavailable(format!("the export could not be written: {error}"))
}

fn packing(error: zip::result::ZipError) -> Error {
    Error::Unavailable(format!("the export could not be written: {error}"))
}

fn entry<W: Write + Seek>(zip: &mut ZipWriter<W>, name: &str, value: &Value) -> Result<(), Error> {
    zip.start_file(name, SimpleFileOptions::default())
        .map_err(packing)?;
    let text = serde_json::to_string_pretty(value).map_err(Error::internal)?;
    zip.write_all(text.as_bytes()).map_err(disk)
}

/// Two files of all comments: one for programs, one to read. Page by page: there may be very many.
fn comments<W: Write + Seek>(zip: &mut ZipWriter<W>, db: &Db, account: i64) -> Result<(), Error> {
    let each = |write: &mut dyn FnMut(&OwnComment) -> Result<(), Error>| {
        let mut after = 0;
        loop {
            let page = db.read_now(|conn| own::oldest(conn, account, after, PAGE))?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id;
            page.iter().try_for_each(&mut *write)?;
        }
    };
    zip.start_file("comments.json", SimpleFileOptions::default())
        .map_err(packing)?;
    zip.write_all(b"[").map_err(disk)?;
    let mut separator = "\n";
    each(&mut |comment| {
        let line = format!("{separator}{}", as_json(comment));
        separator = ",\n";
        zip.write_all(line.as_bytes()).map_err(disk)
    })?;
    zip.write_all(b"\n]\n").map_err(disk)?;
    zip.start_file("comments.md", SimpleFileOptions::default())
        .map_err(packing)?;
    each(&mut |comment| {
        let at = comment.created_at.stamp();
        let text = format!("## {}\n\n{at}\n\n{}\n\n", comment.title, comment.body);
        zip.write_all(text.as_bytes()).map_err(disk)
    })
}

fn as_json(comment: &OwnComment) -> Value {
    json!({
        "id": comment.id,
        "article": comment.slug,
        "title": comment.title,
        "text": comment.body,
        "status": comment.status.as_str(),
        "reason": comment.reject_reason.as_str(),
        "note": comment.reject_note,
        "posted": comment.created_at.stamp().to_string(),
        "edited": comment.edited_at.map(|at| at.stamp().to_string()),
        "deleted": comment.deleted_at.map(|at| at.stamp().to_string()),
    })
}

fn about(conn: &mut Conn, account: i64) -> Result<Value, Error> {
    type Row = (String, String, Option<Time>, String, String, String, Time);
    let row = accounts::table.find(account).select((
        accounts::username,
        accounts::email,
        accounts::email_verified_at,
        accounts::name,
        accounts::bio,
        accounts::links,
        accounts::created_at,
    ));
    let (username, email, verified, name, bio, links, created): Row = row.first(conn)?;
    let former: Vec<String> = former_usernames::table
        .filter(former_usernames::account_id.eq(account))
        .select(former_usernames::username_key)
        .load(conn)?;
    let keys: Vec<(String, Time, Option<Time>)> = passkeys::table
        .filter(passkeys::account_id.eq(account))
        .select((passkeys::name, passkeys::created_at, passkeys::last_used_at))
        .load(conn)?;
    let connected: Vec<(String, String)> = identities::table
        .filter(identities::account_id.eq(account))
        .select((identities::issuer, identities::subject))
        .load(conn)?;
    let ban: (Option<Time>, String) = accounts::table
        .find(account)
        .select((accounts::banned_at, accounts::ban_reason))
        .first(conn)?;
    Ok(json!({
        "username": username,
        "email": email,
        "email_confirmed": verified.map(|at| at.stamp().to_string()),
        "name": name,
        "bio": bio,
        "links": links.lines().collect::<Vec<_>>(),
        "joined": created.stamp().to_string(),
        "former_usernames": former,
        "passkeys": keys.iter().map(|(name, at, used)| json!({
            "name": name,
            "added": at.stamp().to_string(),
            "last_used": used.map(|at| at.stamp().to_string()),
        })).collect::<Value>(),
        "connected": connected.iter().map(|(issuer, subject)| json!({
            "issuer": issuer,
            "subject": subject,
        })).collect::<Value>(),
        "suspended": ban.0.map(|at| at.stamp().to_string()),
        "suspended_because": ban.1,
    }))
}

/// Further files by name: log-ins, flags, articles of their own.
fn others(conn: &mut Conn, account: i64, now: Time) -> Result<Vec<(&'static str, Value)>, Error> {
    let logins = history::list(conn, account, now)?;
    let logins = logins.iter().map(|login| {
        json!({
            "at": login.created_at.stamp().to_string(),
            "browser": login.agent,
            "network": login.network,
            "proof": login.proof.as_str(),
        })
    });
    let flags = own::flags_by(conn, account)?;
    let flags = flags.iter().map(|(comment, reason, detail, at)| {
        json!({
            "comment": comment,
            "reason": reason,
            "detail": detail,
            "at": at.stamp().to_string(),
        })
    });
    let drafts: Vec<(String, String, String, String)> = articles::table
        .filter(articles::owner_id.eq(account))
        .order(articles::id)
        .select((
            articles::slug,
            articles::title,
            articles::status,
            articles::source,
        ))
        .load(conn)?;
    let drafts = drafts.iter().map(|(slug, title, status, source)| {
        json!({ "slug": slug, "title": title, "status": status, "source": source })
    });
    Ok(vec![
        ("logins.json", logins.collect()),
        ("flags.json", flags.collect()),
        ("articles.json", drafts.collect()),
    ])
}
