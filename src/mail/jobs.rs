//! The job that sends one mail.

use super::{Transport, render, store};
use crate::db::{Conn, site_key};
use crate::error::Error;
use crate::jobs::Next;
use crate::web::Shared;

/// What is noted about the address of a mail.
#[derive(Clone, Copy)]
pub struct Outcome {
    /// The server refused the mail for good.
    pub refused: fn(&mut Conn, &str) -> Result<(), Error>,
    /// The server took the mail.
    pub taken: fn(&mut Conn, &str) -> Result<(), Error>,
}

/// Sends a mail of the outbox and notes that it was sent. If the note is lost, the mail is sent again, under the same
/// `Message-ID`.
///
/// # Errors
/// What the server said; the job is tried again later.
pub async fn send(state: &Shared, id: i64, outcome: Outcome) -> Result<Next, Error> {
    let found = state
        .db
        .read(move |conn| Ok((store::unsent(conn, id)?, site_key(conn)?)));
    let (Some(row), key) = found.await? else {
        return Ok(Next::Done);
    };
    let message = render(&row, &state.config, &state.site(), &key)?;
    let transport = Transport::new(&state.config).map_err(Error::internal)?;
    let recipient = row.recipient.clone();
    let answer = match transport.send(message).await {
        Ok(answer) => answer,
        Err(failed) => {
            if failed.is_no_mailbox {
                let noted = move |conn: &mut Conn| match store::mark_refused(conn, id)? {
                    true => (outcome.refused)(conn, &recipient),
                    false => Ok(()),
                };
                state.db.write(noted).await?;
            }
            return Err(Error::Unavailable(failed.why));
        }
    };
    tracing::info!(mail = id, kind = row.kind, answer, "mail sent");
    let now = state.db.now();
    state
        .db
        .write(move |conn| {
            (outcome.taken)(conn, &recipient)?;
            store::mark_sent(conn, id, now)
        })
        .await?;
    Ok(Next::Done)
}
