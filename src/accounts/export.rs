//! Copies of all that is stored about a person, which they have asked for. What is in one: `export_file`.

use crate::db::schema::exports;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use diesel::prelude::*;
use std::path::{Path, PathBuf};

/// How long the file can be downloaded, in milliseconds.
pub const KEPT: i64 = Time::DAY;

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
