//! The job that publishes scheduled articles, and takes down those whose time is over.

use super::draft::Format;
use super::{editing, publication, save, working_copy};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::Next;
use crate::web::Shared;

/// Publishes and takes down what is due, and runs again when the next article is.
///
/// # Errors
/// Of the database.
pub async fn publish_due(state: &Shared) -> Result<Next, Error> {
    let now = state.db.now();
    let publish = move |conn: &mut Conn| {
        publication::publish_due(conn, now)?;
        publication::take_down_expired(conn, now)
    };
    state.db.write(publish).await?;
    for article in state
        .db
        .read(move |conn| working_copy::due(conn, now))
        .await?
    {
        let publish = move |conn: &mut Conn| publish_working_copy(conn, article, now);
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
    let next = state.db.read(next_due).await?;
    Ok(next.map_or(Next::Done, Next::At))
}

/// Publishes the working copy of an article. It is taken out first: one that is saved at the same moment is not lost.
fn publish_working_copy(conn: &mut Conn, article: i64, now: Time) -> Result<(), Error> {
    let Some((mut draft, mut with)) = working_copy::take(conn, article, now)? else {
        return Ok(());
    };
    with.now = now;
    if let Some(existing) = save::by_id(conn, article)? {
        if draft.format == Format::Form {
            // What was scheduled is the change, the article keeps its date.
            draft.published = Some(Time(existing.published_at));
            if editing::slug_is_taken(conn, &with.slug, Some(article))? {
                // Another article took the address meanwhile: the change goes out at the one that the article has.
                with.slug.clone_from(&existing.slug);
            }
        }
        save::store(conn, &draft, &with, Some(existing))?;
    }
    Ok(())
}

/// When the next scheduled article or working copy is due.
fn next_due(conn: &mut Conn) -> Result<Option<Time>, Error> {
    let times = [
        publication::next_due(conn)?,
        publication::next_expiry(conn)?,
        working_copy::next_due(conn)?,
    ];
    Ok(times.into_iter().flatten().min())
}
