//! The job that deletes what has expired.

use super::store;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::Next;
use crate::web::{Shared, limits};
use crate::{accounts, articles, comments, mail, media, sessions};

/// The settings' key of the time before which threads have been closed.
const CLOSED_BEFORE: &str = "threads_closed_before";
/// How often, in milliseconds.
const INTERVAL: i64 = 10 * Time::MINUTE;

/// Deletes expired throttles and sessions, texts of comments that were deleted long ago, and rows of sent mails.
///
/// # Errors
/// Of the database.
pub async fn sweep(state: &Shared) -> Result<Next, Error> {
    let (db, now) = (&state.db, state.db.now());
    // One transaction for all that is small.
    db.write(move |conn| {
        limits::sweep(conn, now)?;
        sessions::store::sweep(conn, now)?;
        mail::store::sweep(conn, now)?;
        accounts::invitations::sweep(conn, now)?;
        articles::presence::sweep(conn, now)?;
        articles::editing::sweep(conn, now)
    })
    .await?;
    db.write(move |conn| comments::store::purge(conn, now))
        .await?;
    if let Some(days) = state.site().close_after_days {
        let before = now.plus(-days * Time::DAY);
        db.write(move |conn| close_threads(conn, before, now))
            .await?;
    }
    let folder = state.config.data.join("media");
    if let Err(error) = media::upload::sweep(&folder) {
        tracing::debug!(%error, "the media folder could not be read");
    }
    Ok(Next::At(now.plus(INTERVAL)))
}

/// Closes the threads of articles from before this time, each once: one that an editor opens again stays open.
fn close_threads(conn: &mut Conn, before: Time, now: Time) -> Result<(), Error> {
    let last = store::get(conn, CLOSED_BEFORE)?;
    let last = last.and_then(|last| last.parse().ok()).unwrap_or(i64::MIN);
    if articles::editing::close_threads(conn, (Time(last), before), now)? > 0 {
        store::set(conn, CLOSED_BEFORE, &before.0.to_string())?;
    }
    Ok(())
}
