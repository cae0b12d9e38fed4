//! Background work on accounts.

use super::leaving::{self, Step};
use super::{export, export_file, verification};
use crate::db::Conn;
use crate::error::Error;
use crate::jobs::Next;
use crate::sessions::Sessions;
use crate::web::Shared;

/// Sends the mail to set a new password to the account with this address, if there is one.
///
/// # Errors
/// Of the database.
pub async fn forgotten(state: &Shared, email: String) -> Result<Next, Error> {
    let now = state.db.now();
    state
        .db
        .write(move |conn| verification::forgotten(conn, &email, now))
        .await?;
    Ok(Next::Done)
}

/// Writes the copy of all that is stored about a person.
///
/// # Errors
/// Of the database or the disk; the job is tried again.
pub async fn export(state: &Shared, account: i64) -> Result<Next, Error> {
    let now = state.db.now();
    let wanted = state.db.read(move |conn| export::find(conn, account, now));
    if wanted.await?.is_none_or(|one| !one.file.is_empty()) {
        return Ok(Next::Done);
    }
    let sessions = Sessions::of(state).list(account, now).await?;
    let (db, data) = (state.db.clone(), state.config.data.clone());
    let written = tokio::task::spawn_blocking(move || {
        export_file::write(&db, &data, account, &sessions, now)
    });
    let file = written.await.map_err(Error::internal)??;
    let name = file.clone();
    let finished = state
        .db
        .write(move |conn| export::finish(conn, account, &name, now));
    if !finished.await? {
        // Not wanted any more: another one was made, or the account is deleted.
        export::delete(&state.config.data, &file);
    }
    Ok(Next::Done)
}

/// Deletes an account, bit by bit: others write in between.
///
/// # Errors
/// Of the database; the job is tried again, and goes on.
pub async fn delete(state: &Shared, account: i64) -> Result<Next, Error> {
    let (now, name) = (state.db.now(), state.t().deleted_reader());
    let begin = state
        .db
        .read(move |conn| leaving::begin(conn, account, now));
    let mut step = begin.await?;
    if step == Step::Nothing {
        return Ok(Next::Done);
    }
    let files = state.db.read(move |conn| leaving::files(conn, account));
    let (files, data) = (files.await?, state.config.data.clone());
    let deleted = tokio::task::spawn_blocking(move || leaving::delete_files(&data, &files));
    deleted.await.map_err(Error::internal)?;
    while step != Step::Done {
        let name = name.clone();
        let work = move |conn: &mut Conn| leaving::step(conn, account, step, &name, now);
        step = state.db.write(work).await?;
    }
    Ok(Next::Done)
}
