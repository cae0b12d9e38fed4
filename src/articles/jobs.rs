//! The job that publishes scheduled articles.

use super::publication;
use crate::error::Error;
use crate::jobs::Next;
use crate::web::Shared;

/// Publishes what is due, and runs again when the next article is.
///
/// # Errors
/// Of the database.
pub async fn publish_due(state: &Shared) -> Result<Next, Error> {
    let now = state.db.now();
    let next = state
        .db
        .write(move |conn| {
            publication::publish_due(conn, now)?;
            publication::next_due(conn)
        })
        .await?;
    Ok(next.map_or(Next::Done, Next::At))
}
