//! Background work on accounts.

use super::verification;
use crate::error::Error;
use crate::jobs::Next;
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
