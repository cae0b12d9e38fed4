//! The job that tells moderators by mail that comments wait for them.

use super::store;
use crate::db::Time;
use crate::error::Error;
use crate::jobs::Next;
use crate::mail::{self, Mail};
use crate::web::Shared;

/// How long after one mail of this kind the next may follow, in milliseconds.
const INTERVAL: i64 = Time::HOUR;

/// Writes to every moderator while comments wait, at most once an hour.
///
/// # Errors
/// Of the database.
pub async fn notify_moderators(state: &Shared) -> Result<Next, Error> {
    let now = state.db.now();
    if !state.site().policy.notify_moderators {
        return Ok(Next::Done);
    }
    state
        .db
        .write(move |conn| {
            let [reported, pending, ..] = store::counts(conn)?;
            let count = reported + pending;
            if count == 0 {
                return Ok(Next::Done);
            }
            let mail = Mail::CommentsWaiting { count };
            let last = mail::store::last_of(conn, mail.kind())?;
            if let Some(last) = last.filter(|last| now.0 - last.0 < INTERVAL) {
                return Ok(Next::At(last.plus(INTERVAL)));
            }
            for address in store::moderators(conn, now)? {
                mail::send(conn, &mail, &address, now)?;
            }
            Ok(Next::At(now.plus(INTERVAL)))
        })
        .await
}
