//! Where the site's key is: in the configuration, else in a file of the data folder, or with PostgreSQL in the settings table,
//! where all nodes find it.

use crate::config::Config;
use crate::db::{Address, Db, SiteKey};
use crate::{accounts, admin};
use std::io::Write;
use std::path::Path;

/// In the data folder.
pub const FILE: &str = "masthead.key";

/// Reads the key, or makes one at the first start, and gives it to the database. Blocks.
///
/// # Errors
/// A sentence for the operator.
pub fn set_up(config: &Config, db: &Db) -> Result<SiteKey, String> {
    let key = match (&config.key, &config.database) {
        (Some(key), _) => configured(key, db)?,
        (None, Address::Sqlite(_)) => of_file(&config.data.join(FILE), db)?,
        (None, Address::Postgres { .. }) => db
            .write_now(admin::store::site_key)
            .map_err(|e| e.to_string())?,
    };
    db.set_key(key.clone());
    Ok(key)
}

/// The key of the configuration. Where the settings table has it too, it is removed from there.
fn configured(key: &SiteKey, db: &Db) -> Result<SiteKey, String> {
    let given = key.to_hex();
    let differs = db.write_now(move |conn| {
        let stored = admin::store::stored_key(conn)?;
        let differs = stored.is_some_and(|stored| stored.to_hex() != given);
        if !differs {
            admin::store::forget_key(conn)?;
        }
        Ok(differs)
    });
    if differs.map_err(|e| e.to_string())? {
        tracing::warn!(
            "MASTHEAD_KEY is another key than the database was used with: people log in again; links in mails, codes of apps and recovery \
             codes from before do not work. The earlier key is in the settings table, as `cookie_key`."
        );
    }
    Ok(key.clone())
}

/// The key of the file, which is made if it is missing: with the key that an earlier version has kept in the database, or a new one.
fn of_file(file: &Path, db: &Db) -> Result<SiteKey, String> {
    let say = |e: crate::error::Error| e.to_string();
    let earlier = db.read_now(admin::store::stored_key).map_err(say)?;
    let key = match read(file)? {
        Some(key) => key,
        None => {
            let is_new = earlier.is_none();
            if is_new && db.read_now(accounts::store::has_admin).map_err(say)? {
                tracing::warn!(
                    file = %file.display(),
                    "this database was used with a key that is missing here; a new one has been made. People log in again; links in mails, \
                     codes of apps and recovery codes from before do not work. If there is a copy of the file, stop and put it back."
                );
            }
            let key = match earlier.clone() {
                Some(key) => key,
                None => SiteKey::generate().map_err(say)?,
            };
            write(file, &key)?
        }
    };
    if earlier.is_some() {
        db.write_now(admin::store::forget_key).map_err(say)?;
    }
    Ok(key)
}

/// `None`: there is no such file.
fn read(file: &Path) -> Result<Option<SiteKey>, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => {
            return Err(format!(
                "{}, the site's key, cannot be read: {e}",
                file.display()
            ));
        }
    };
    let key = SiteKey::parse(text.trim());
    key.map(Some).ok_or_else(|| {
        format!(
            "{} does not hold the site's key (128 hexadecimal digits). Put back a copy of it; without one, remove the file: then \
             people log in again, and set up their second factor again.",
            file.display()
        )
    })
}

/// Writes a new file, readable by its owner alone. Returns the key that is in the file: another process may have been faster.
fn write(file: &Path, key: &SiteKey) -> Result<SiteKey, String> {
    let say =
        |e: std::io::Error| format!("{}, the site's key, cannot be written: {e}", file.display());
    let unfinished = file.with_extension(format!("key-{}", std::process::id()));
    let written = write_new(&unfinished, key).and_then(|()| std::fs::hard_link(&unfinished, file));
    let _ = std::fs::remove_file(&unfinished);
    match written {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(say(e)),
        _ => {}
    }
    if let Some(folder) = file.parent() {
        crate::db::sync_folder(folder).map_err(say)?;
    }
    read(file)?.ok_or_else(|| say(std::io::ErrorKind::NotFound.into()))
}

fn write_new(file: &Path, key: &SiteKey) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file)?;
    writeln!(made, "{}", key.to_hex())?;
    made.sync_all()
}
