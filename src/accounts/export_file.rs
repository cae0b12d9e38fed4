//! The file of an export: a ZIP of JSON, the person's texts and their picture.

use super::export::folder;
use super::{history, two_factor};
use crate::comments::own::{self, OwnComment, Version};
use crate::db::schema::{accounts, articles, former_usernames, identities, passkeys};
use crate::db::{Conn, Db, Time};
use crate::error::Error;
use crate::media::portrait;
use crate::sessions::store::SessionRow;
use crate::text;
use diesel::prelude::*;
use serde_json::{Value, json};
use std::io::{Seek, Write};
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Comments that are read at once.
const PAGE: i64 = 1000;
/// Log-ins that are listed: those of 90 days are kept.
const LOGINS: i64 = 100_000;

/// Writes the file; returns its name. Blocks.
///
/// # Errors
/// Of the database; `Unavailable` when the disk is full.
pub fn write(
    db: &Db,
    data: &Path,
    account: i64,
    sessions: &[SessionRow],
    now: Time,
) -> Result<String, Error> {
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
    entry(
        &mut zip,
        "sessions.json",
        &sessions.iter().map(session).collect(),
    )?;
    picture(&mut zip, db, data, account)?;
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

fn session(session: &SessionRow) -> Value {
    json!({
        "browser": session.agent,
        "network": session.network,
        "began": session.created_at.stamp().to_string(),
        "seen": session.seen_at.stamp().to_string(),
    })
}

/// The picture in its largest size, if there is one.
fn picture<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    db: &Db,
    data: &Path,
    account: i64,
) -> Result<(), Error> {
    let name: String = db.read_now(move |conn| {
        let row = accounts::table.find(account).select(accounts::picture);
        Ok(row.first(conn)?)
    })?;
    let file = portrait::file(&name, portrait::LARGEST);
    let bytes = match std::fs::read(data.join(portrait::FOLDER).join(file)) {
        Ok(bytes) if !name.is_empty() => bytes,
        _ => return Ok(()),
    };
    zip.start_file("picture.jpg", SimpleFileOptions::default())
        .map_err(packing)?;
    zip.write_all(&bytes).map_err(disk)
}

/// Two files of all comments: one for programs, one to read. Page by page: there may be very many.
fn comments<W: Write + Seek>(zip: &mut ZipWriter<W>, db: &Db, account: i64) -> Result<(), Error> {
    type Write<'a> = dyn FnMut(&OwnComment, &[Version]) -> Result<(), Error> + 'a;
    let each = |write: &mut Write| {
        let mut after = 0;
        loop {
            let (page, versions) = db.read_now(|conn| {
                let page = own::oldest(conn, account, after, PAGE)?;
                let versions = own::versions_of(conn, &page)?;
                Ok((page, versions))
            })?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after = last.id;
            for comment in &page {
                write(
                    comment,
                    versions.get(&comment.id).map_or(&[], Vec::as_slice),
                )?;
            }
        }
    };
    zip.start_file("comments.json", SimpleFileOptions::default())
        .map_err(packing)?;
    zip.write_all(b"[").map_err(disk)?;
    let mut separator = "\n";
    each(&mut |comment, versions| {
        let line = format!("{separator}{}", as_json(comment, versions));
        separator = ",\n";
        zip.write_all(line.as_bytes()).map_err(disk)
    })?;
    zip.write_all(b"\n]\n").map_err(disk)?;
    zip.start_file("comments.md", SimpleFileOptions::default())
        .map_err(packing)?;
    each(&mut |comment, _| {
        let at = comment.created_at.stamp();
        let text = format!("## {}\n\n{at}\n\n{}\n\n", comment.title, comment.body);
        zip.write_all(text.as_bytes()).map_err(disk)
    })
}

fn as_json(comment: &OwnComment, versions: &[Version]) -> Value {
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
        "versions": versions.iter().map(|version| json!({
            "text": version.body,
            "saved": version.saved_at.stamp().to_string(),
        })).collect::<Value>(),
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
    let (banned, because, shows): (Option<Time>, String, bool) = accounts::table
        .find(account)
        .select((
            accounts::banned_at,
            accounts::ban_reason,
            accounts::shows_comments,
        ))
        .first(conn)?;
    let factors = two_factor::state(conn, account)?;
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
        "comments_on_profile": shows,
        "app_for_codes": factors.app,
        "recovery_codes_left": factors.codes,
        "suspended": banned.map(|at| at.stamp().to_string()),
        "suspended_because": because,
    }))
}

/// Further files by name: log-ins, flags, articles of their own.
fn others(conn: &mut Conn, account: i64, now: Time) -> Result<Vec<(&'static str, Value)>, Error> {
    let logins = history::list(conn, account, LOGINS, now)?;
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
