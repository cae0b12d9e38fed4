//! Every kind of job and its handler on one page. A handler may run twice for one job.

use crate::error::Error;
use crate::jobs::{Job, Next};
use crate::web::Shared;
use crate::{admin, articles, mail, queues, search};
use std::future::Future;
use std::pin::Pin;

/// Runs a job.
pub fn run(state: Shared, job: Job) -> Pin<Box<dyn Future<Output = Result<Next, Error>>>> {
    Box::pin(async move {
        match job {
            Job::PublishDue => articles::jobs::publish_due(&state).await,
            Job::Sweep => admin::jobs::sweep(&state).await,
            Job::IndexExisting => search::jobs::index_existing(&state).await,
            Job::SendMail { mail } => mail::jobs::send(&state, mail).await,
            Job::NotifyModerators => queues::jobs::notify_moderators(&state).await,
        }
    })
}
