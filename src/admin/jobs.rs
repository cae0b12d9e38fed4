//! The job that deletes what has expired.

use crate::db::Time;
use crate::error::Error;
use crate::jobs::Next;
use crate::web::{Shared, limits};
use crate::{accounts, articles, comments, mail, media, sessions};

/// How often, in milliseconds.
const INTERVAL: i64 = 10 * Time::MINUTE;

/// Deletes expired throttles and sessions, texts of comments that were deleted long ago, and rows of sent mails.
///
/// # Errors
/// Of the database.
pub async fn sweep(state: &Shared) -> Result<Next, Error> {
    let (db, now) = (&state.db, state.db.now());
    db.write(move |conn| limits::sweep(conn, now)).await?;
    db.write(move |conn| sessions::store::sweep(conn, now))
        .await?;
    db.write(move |conn| mail::store::sweep(conn, now)).await?;
    db.write(move |conn| comments::store::purge(conn, now))
        .await?;
    db.write(move |conn| {
        articles::presence::sweep(conn, now)?;
        articles::editing::sweep(conn, now)
    })
    .await?;
    db.write(move |conn| accounts::invitations::sweep(conn, now))
        .await?;
    let folder = state.config.data.join("media");
    if let Err(error) = media::upload::sweep(&folder) {
        tracing::debug!(%error, "the media folder could not be read");
    }
    Ok(Next::At(now.plus(INTERVAL)))
}
