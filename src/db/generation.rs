//! How far a SQLite database has come, noted in the file's header and in a small file beside it.
//!
//! SQLite opens a database without its `-wal` file, or an older copy of it, without a word: what was acknowledged is gone. The
//! number beside the database is never ahead of what was committed, so a database that is behind it lacks something.

use super::Conn;
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the number rises while there are writes: so much is lost without a trace at most.
const INTERVAL: Duration = Duration::from_secs(1);

/// The number of an open database.
#[derive(Debug)]
pub(super) struct Generation {
    file: PathBuf,
    last: Option<Instant>,
    /// Something was committed since the number last rose.
    pub(super) is_behind: bool,
}

fn file_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-seen");
    name.into()
}

fn read(file: &Path) -> Option<i32> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// The number in the database's header: <https://www.sqlite.org/pragma.html#pragma_user_version>
fn number(conn: &mut Conn) -> Option<i32> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        user_version: i32,
    }
    let row: diesel::QueryResult<Row> = diesel::sql_query("PRAGMA user_version").get_result(conn);
    row.ok().map(|row| row.user_version)
}

/// Whether a data folder was used with a database that is not there.
fn was_used(database: &Path) -> bool {
    let folder = database.parent().unwrap_or(Path::new("."));
    let has_media =
        std::fs::read_dir(folder.join("media")).is_ok_and(|mut all| all.next().is_some());
    let has_copy = std::fs::read_dir(folder).is_ok_and(|all| {
        all.flatten()
            .any(|entry| entry.file_name().to_string_lossy().contains(".db.before-"))
    });
    has_media || has_copy || size(&beside(database, "-wal")) > 0 || file_of(database).exists()
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |meta| meta.len())
}

/// Refuses a database file that is missing or empty where one was in use. To be asked before it is opened, for opening
/// makes it.
///
/// # Errors
/// A sentence with a way on.
pub fn check_file(database: &Path) -> Result<(), String> {
    let is_empty = size(database) == 0;
    let all_in_log = database.exists() && size(&beside(database, "-wal")) > 0;
    if !is_empty || all_in_log || !was_used(database) {
        return Ok(());
    }
    Err(format!(
        "The database {} is {}, yet its data folder was in use. Put it back together with its -wal file, or restore a \
         backup. To begin anew, move the folder's {} and media away.",
        database.display(),
        if database.exists() {
            "empty"
        } else {
            "missing"
        },
        file_of(database).display(),
    ))
}

/// Refuses a database that has less than was committed to it.
///
/// # Errors
/// A sentence with a way on.
pub(super) fn check(database: &Path, conn: &mut Conn) -> Result<Generation, String> {
    let file = file_of(database);
    let (noted, found) = (read(&file).unwrap_or(0), number(conn).unwrap_or(0));
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
    /// Raises the number in this transaction, if it is time; the number to [`Generation::keep`] once it is committed.
    pub(super) fn advance(&mut self, conn: &mut Conn) -> Option<i32> {
        if self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            self.is_behind = true;
            return None;
        }
        let next = number(conn)?.checked_add(1)?;
        conn.batch_execute(&format!("PRAGMA user_version = {next}"))
            .ok()?;
        Some(next)
    }

    /// Notes a committed number beside the database.
    pub(super) fn confirm(&mut self, number: i32) {
        (self.is_behind, self.last) = (false, Some(Instant::now()));
        let text = format!(
            "{number}\nHow far masthead.db has come. Remove this file only if you put an older database in its place.\n"
        );
        let draft = self.file.with_extension("db-seen-new");
        let written =
            std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, &self.file));
        if let Err(error) = written {
            tracing::warn!(%error, file = %self.file.display(), "the database's generation could not be written");
        }
    }
}
