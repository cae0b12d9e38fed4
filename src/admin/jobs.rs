//! The job that deletes what has expired.

use super::store;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::Next;
use crate::web::{Shared, limits};
use crate::{accounts, articles, comments, mail, media, sessions};

/// The settings' key of the time before which threads have been closed.
const CLOSED_BEFORE: &str = "threads_closed_before";
/// Threads that one transaction closes: readers' comments wait for it.
const CLOSED_AT_ONCE: i64 = 200;
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
        accounts::tokens::sweep(conn, now)?;
        accounts::history::sweep(conn, now)?;
        accounts::export::sweep(conn, now)?;
        articles::presence::sweep(conn, now)?;
        articles::editing::sweep(conn, now)
    })
    .await?;
    db.write(move |conn| comments::store::purge(conn, now))
        .await?;
    if let Some(days) = state.site().close_after_days {
        let before = now.plus(-days * Time::DAY);
        while db
            .write(move |conn| close_threads(conn, before, now))
            .await?
        {}
    }
    accounts::export::sweep_files(&state.config.data, now);
    let folder = state.config.data.join("media");
    if let Err(error) = media::upload::sweep(&folder) {
        tracing::debug!(%error, "the media folder could not be read");
    }
    Ok(Next::At(now.plus(INTERVAL)))
}

/// Closes some of the threads of articles from before this time, each once: one that an editor opens again stays open. Returns whether
/// there are more.
fn close_threads(conn: &mut Conn, before: Time, now: Time) -> Result<bool, Error> {
    let last = store::get(conn, CLOSED_BEFORE)?;
    let last = last.and_then(|last| last.parse().ok()).unwrap_or(i64::MIN);
    let times = (Time(last), before);
    let (closed, until) = articles::editing::close_threads(conn, times, CLOSED_AT_ONCE, now)?;
    if closed > 0 {
        store::set(conn, CLOSED_BEFORE, &until.0.to_string())?;
    }
    Ok(closed as i64 == CLOSED_AT_ONCE)
}
