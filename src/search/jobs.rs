//! The job that reads existing texts into the search index: after an upgrade, or for another language.

use super::index;
use crate::error::Error;
use crate::jobs::Next;
use crate::web::Shared;
use std::time::{Duration, Instant};

/// How long one run works before it gives its turn back.
const RUN: Duration = Duration::from_secs(20);

/// Indexes existing texts in small transactions until none is left, or runs again at once.
///
/// # Errors
/// Of the database.
pub async fn index_existing(state: &Shared) -> Result<Next, Error> {
    let run = Instant::now();
    while run.elapsed() < RUN {
        let began = Instant::now();
        if !state.db.write(index::catch_up).await? {
            return Ok(Next::Done);
        }
        // Half of the time is left to other writers.
        tokio::time::sleep(began.elapsed()).await;
    }
    Ok(Next::At(state.db.now()))
}
