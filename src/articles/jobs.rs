//! The job that publishes scheduled articles.

use super::{publication, working_copy};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::Next;
use crate::web::Shared;

/// Publishes what is due, and runs again when the next article is.
///
/// # Errors
/// Of the database.
pub async fn publish_due(state: &Shared) -> Result<Next, Error> {
    let now = state.db.now();
    let publish = move |conn: &mut Conn| publication::publish_due(conn, now);
    state.db.write(publish).await?;
    for article in state
        .db
        .read(move |conn| working_copy::due(conn, now))
        .await?
    {
        let publish = move |conn: &mut Conn| working_copy::publish(conn, article, now);
        if let Err(error) = state.db.write(publish).await {
            // The others must not wait for it.
            tracing::warn!(%error, article, "a working copy could not be published, trying again in an hour");
            let until = now.plus(Time::HOUR);
            state
                .db
                .write(move |conn| working_copy::postpone(conn, article, until))
                .await?;
        }
    }
    let next = state.db.read(publication::next_due).await?;
    Ok(next.map_or(Next::Done, Next::At))
}
