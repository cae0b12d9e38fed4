//! The job that sends one mail.

use super::{Transport, render, store};
use crate::error::Error;
use crate::jobs::Next;
use crate::web::Shared;

/// Sends a mail of the outbox and notes that it was sent. If the note is lost, the mail is sent again, under the same
/// `Message-ID`.
///
/// # Errors
/// What the server said; the job is tried again later.
pub async fn send(state: &Shared, id: i64) -> Result<Next, Error> {
    let found = state
        .db
        .read(move |conn| Ok((store::unsent(conn, id)?, store::key(conn)?)));
    let (Some(row), key) = found.await? else {
        return Ok(Next::Done);
    };
    let message = render(&row, &state.config, &state.site(), &key)?;
    let transport = Transport::new(&state.config).map_err(Error::internal)?;
    let answer = transport.send(message).await.map_err(Error::Unavailable)?;
    tracing::info!(mail = id, kind = row.kind, answer, "mail sent");
    let now = state.db.now();
    state
        .db
        .write(move |conn| store::mark_sent(conn, id, now))
        .await?;
    Ok(Next::Done)
}
