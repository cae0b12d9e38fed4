//! Migrations: embedded, run by `serve` and `migrate`, guarded against concurrent runs and against an older binary.

use super::{Address, Conn, Db};
use diesel::RunQueryDsl;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::path::{Path, PathBuf};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The migrations of the database compared with those of this binary.
#[derive(Debug, PartialEq, Eq)]
pub struct SchemaVersion {
    /// The newest migration that the database has; empty when it has none.
    pub database: String,
    /// The newest migration that this binary contains.
    pub binary: String,
    /// How many migrations are still to run.
    pub pending: usize,
}

/// The names of the migrations in both folders, for the test that compares them.
pub fn versions() -> (Vec<String>, Vec<String>) {
    fn names<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Vec<String> {
        let all: Vec<Box<dyn Migration<DB>>> =
            MigrationSource::<DB>::migrations(source).expect("embedded");
        all.iter().map(|m| m.name().to_string()).collect()
    }
    (
        names::<diesel::sqlite::Sqlite>(&SQLITE),
        names::<diesel::pg::Pg>(&POSTGRES),
    )
}

impl Db {
    /// Compares the migrations of the database with those of this binary.
    ///
    /// # Errors
    /// A sentence when the database does not answer.
    pub fn schema_version(&self) -> Result<SchemaVersion, String> {
        self.with_connection(schema_version)
    }

    /// Runs the pending migrations. Before an existing SQLite file is changed, a copy is saved beside it.
    /// Returns the names of the migrations that ran.
    ///
    /// # Errors
    /// A sentence: the database is newer than this binary, or a migration failed.
    pub fn migrate(&self) -> Result<Vec<String>, String> {
        self.with_connection(|conn| {
            if let Conn::Postgres(_) = conn {
                sql(conn, "SET statement_timeout = 0")?;
                sql(conn, "SET lock_timeout = 0")?;
                sql(conn, "SELECT pg_advisory_lock(7305121)")?;
            }
            let result = self.migrate_locked(conn);
            if let Conn::Postgres(_) = conn {
                sql(conn, "SELECT pg_advisory_unlock(7305121)")?;
            }
            result
        })
    }

    fn migrate_locked(&self, conn: &mut Conn) -> Result<Vec<String>, String> {
        let found = schema_version(conn)?;
        if found.database > found.binary {
            return Err(format!(
                "The database at {} is newer than this masthead: it has migration {}, this binary knows {} at most. \
                 Start the newer masthead, or restore the copy that was saved before the upgrade.",
                self.address().shown(),
                found.database,
                found.binary
            ));
        }
        if found.pending == 0 {
            return Ok(Vec::new());
        }
        if let (Address::Sqlite(path), false) = (self.address(), found.database.is_empty()) {
            let copy = PathBuf::from(format!("{}.before-{}", path.display(), found.binary));
            save_backup(conn, &copy, &found.database).map_err(|e| {
                format!(
                    "The database could not be copied to {} before the upgrade: {e}",
                    copy.display()
                )
            })?;
        }
        crate::either!(conn, |c| run(c))
    }

    fn with_connection<T>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut conn = super::connect(self.address()).map_err(|e| {
            format!(
                "The database at {} does not answer: {e}",
                self.address().shown()
            )
        })?;
        f(&mut conn)
    }
}

/// Saves a copy of the database: written under a temporary name, checked, synced, then renamed. An existing copy is
/// left in place only if it is intact and older than the database is now: then an upgrade was interrupted half-way.
fn save_backup(conn: &mut Conn, copy: &Path, now: &str) -> Result<(), String> {
    if copy.exists() {
        match check_backup(copy) {
            Ok(version) if version.as_str() < now => return Ok(()),
            Ok(_) => {}
            Err(why) => {
                tracing::warn!(copy = %copy.display(), why, "replacing the damaged copy of an interrupted upgrade");
            }
        }
    }
    let say = |e: std::io::Error| e.to_string();
    let draft = copy.with_extension("new");
    match std::fs::remove_file(&draft) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(say(e)),
    }
    diesel::sql_query("VACUUM INTO $1")
        .bind::<diesel::sql_types::Text, _>(draft.display().to_string())
        .execute(conn)
        .map_err(|e| e.to_string())?;
    check_backup(&draft)?;
    std::fs::File::open(&draft)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&draft, copy))
        .and_then(|()| sync_folder(copy.parent().unwrap_or(Path::new("."))))
        .map_err(say)
}

/// Checks that a copy is an intact database with migrations; returns the newest of them.
fn check_backup(copy: &Path) -> Result<String, String> {
    #[derive(diesel::QueryableByName)]
    struct Checked {
        #[diesel(sql_type = diesel::sql_types::Text)]
        integrity_check: String,
    }
    use diesel::Connection;
    let mut conn =
        diesel::SqliteConnection::establish(&copy.to_string_lossy()).map_err(|e| e.to_string())?;
    let found: Vec<Checked> = diesel::sql_query("PRAGMA integrity_check(1)")
        .load(&mut conn)
        .map_err(|e| e.to_string())?;
    let applied: Vec<MigrationVersion<'static>> =
        MigrationHarness::<diesel::sqlite::Sqlite>::applied_migrations(&mut conn)
            .map_err(|e| e.to_string())?;
    let newest = applied.iter().map(ToString::to_string).max();
    match found.first() {
        Some(first) if first.integrity_check == "ok" => newest.ok_or_else(|| "it is empty".into()),
        Some(first) => Err(first.integrity_check.clone()),
        None => Err("it could not be checked".into()),
    }
}

/// Syncs a folder, so that the creation or renaming of a file in it is durable.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

fn sql(conn: &mut Conn, query: &str) -> Result<(), String> {
    diesel::sql_query(query)
        .execute(conn)
        .map(|_| ())
        .map_err(|e| e.to_string())
}

trait Source {
    fn source() -> EmbeddedMigrations;
}
impl Source for diesel::SqliteConnection {
    fn source() -> EmbeddedMigrations {
        SQLITE
    }
}
impl Source for super::postgres::PostgresConnection {
    fn source() -> EmbeddedMigrations {
        POSTGRES
    }
}

fn run<C, DB>(conn: &mut C) -> Result<Vec<String>, String>
where
    C: MigrationHarness<DB> + Source,
    DB: diesel::backend::Backend,
{
    let ran = conn
        .run_pending_migrations(C::source())
        .map_err(|e| format!("A migration failed and was rolled back: {e}"))?;
    Ok(ran.iter().map(ToString::to_string).collect())
}

fn schema_version(conn: &mut Conn) -> Result<SchemaVersion, String> {
    fn of<C, DB>(conn: &mut C) -> Result<SchemaVersion, String>
    where
        C: MigrationHarness<DB> + Source,
        DB: diesel::backend::Backend,
    {
        let say = |e: Box<dyn std::error::Error + Send + Sync>| e.to_string();
        let applied: Vec<MigrationVersion<'static>> = conn.applied_migrations().map_err(say)?;
        let known: Vec<Box<dyn Migration<DB>>> = C::source().migrations().map_err(say)?;
        let known: Vec<String> = known
            .iter()
            .map(|m| m.name().version().to_string())
            .collect();
        let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
        Ok(SchemaVersion {
            pending: known.iter().filter(|k| !applied.contains(k)).count(),
            database: applied.into_iter().max().unwrap_or_default(),
            binary: known.into_iter().max().unwrap_or_default(),
        })
    }
    crate::either!(conn, |c| of(c))
}
