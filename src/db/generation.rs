//! Detects a SQLite database that lacks commits, by a generation counter in its header and in a small file beside it.
//!
//! SQLite opens a database whose `-wal` file is missing, or an older copy of it, without an error, although
//! acknowledged writes are lost. The counter in the side file is never ahead of what was committed, so a database with
//! a lower counter lacks commits.

use super::Conn;
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the counter is raised while there are writes: at most the writes of this interval can be lost undetected.
const INTERVAL: Duration = Duration::from_secs(1);

/// The generation counter of an open database.
#[derive(Debug)]
pub(super) struct Generation {
    file: PathBuf,
    last: Option<Instant>,
    /// Something was committed since the counter was last raised.
    pub(super) is_behind: bool,
}

fn side_file(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-seen");
    name.into()
}

fn read(file: &Path) -> Option<i32> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// The counter in the database's header: <https://www.sqlite.org/pragma.html#pragma_user_version>
fn read_user_version(conn: &mut Conn) -> Option<i32> {
    #[derive(diesel::QueryableByName)]
    struct UserVersion {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        user_version: i32,
    }
    let row: diesel::QueryResult<UserVersion> =
        diesel::sql_query("PRAGMA user_version").get_result(conn);
    row.ok().map(|row| row.user_version)
}

/// Whether the data folder belonged to a database before: it has media, backup copies, a `-wal` or a `-seen` file.
fn was_used(database: &Path) -> bool {
    let folder = database.parent().unwrap_or(Path::new("."));
    let has_media =
        std::fs::read_dir(folder.join("media")).is_ok_and(|mut all| all.next().is_some());
    let has_copy = std::fs::read_dir(folder).is_ok_and(|all| {
        all.flatten()
            .any(|entry| entry.file_name().to_string_lossy().contains(".db.before-"))
    });
    has_media
        || has_copy
        || size(&with_suffix(database, "-wal")) > 0
        || side_file(database).exists()
}

fn with_suffix(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |meta| meta.len())
}

/// Refuses a missing or empty database file if the data folder was in use. To be called before the database is opened,
/// because opening creates the file.
///
/// # Errors
/// A message that says how to recover.
pub fn check_file(database: &Path) -> Result<(), String> {
    let is_empty = size(database) == 0;
    let all_in_log = database.exists() && size(&with_suffix(database, "-wal")) > 0;
    if !is_empty || all_in_log || !was_used(database) {
        return Ok(());
    }
    Err(format!(
        "The database {} is {}, yet its data folder was in use. Put it back together with its -wal file, or restore a \
         backup. To start with an empty database, move {} and the media folder away.",
        database.display(),
        if database.exists() {
            "empty"
        } else {
            "missing"
        },
        side_file(database).display(),
    ))
}

/// Refuses a database that lacks acknowledged commits.
///
/// # Errors
/// A message that says how to recover.
pub(super) fn check(database: &Path, conn: &mut Conn) -> Result<Generation, String> {
    let file = side_file(database);
    let (noted, found) = (
        read(&file).unwrap_or(0),
        read_user_version(conn).unwrap_or(0),
    );
    if noted > found {
        return Err(format!(
            "The database {} lacks changes that were saved to it: its -wal file is missing, or it is an older copy. Put both \
             files back together. If you restored a backup on purpose, remove {} and start again.",
            database.display(),
            file.display()
        ));
    }
    Ok(Generation {
        file,
        last: None,
        is_behind: false,
    })
}

impl Generation {
    /// Raises the counter in this transaction if [`INTERVAL`] has passed. Pass the new value to [`Generation::confirm`]
    /// after the commit.
    pub(super) fn advance(&mut self, conn: &mut Conn) -> Option<i32> {
        if self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            self.is_behind = true;
            return None;
        }
        let next = read_user_version(conn)?.checked_add(1)?;
        conn.batch_execute(&format!("PRAGMA user_version = {next}"))
            .ok()?;
        Some(next)
    }

    /// Writes a committed counter to the file beside the database.
    pub(super) fn confirm(&mut self, number: i32) {
        (self.is_behind, self.last) = (false, Some(Instant::now()));
        let text = format!(
            "{number}\nGeneration of masthead.db. Remove this file only if you put an older database in its place.\n"
        );
        let draft = self.file.with_extension("db-seen-new");
        let written =
            std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, &self.file));
        if let Err(error) = written {
            tracing::warn!(%error, file = %self.file.display(), "the database's generation file could not be written");
        }
    }
}
