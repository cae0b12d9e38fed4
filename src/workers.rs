//! Every kind of job and its handler on one page. A handler may run twice for one job.

use crate::error::Error;
use crate::jobs::{Job, Next};
use crate::web::Shared;
use crate::{accounts, admin, articles, mail, queues, search};
use std::future::Future;
use std::pin::Pin;

/// Runs a job.
pub fn run(state: Shared, job: Job) -> Pin<Box<dyn Future<Output = Result<Next, Error>>>> {
    Box::pin(async move {
        match job {
            Job::PublishDue => articles::jobs::publish_due(&state).await,
            Job::Sweep => admin::jobs::sweep(&state).await,
            Job::IndexExisting => search::jobs::index_existing(&state).await,
            Job::SendMail { mail } => {
                let outcome = mail::jobs::Outcome {
                    refused: accounts::notices::record_refusal,
                    taken: accounts::notices::record_delivery,
                };
                mail::jobs::send(&state, mail, outcome).await
            }
            Job::ExportAccount { account } => accounts::jobs::export(&state, account).await,
            Job::DeleteAccount { account } => accounts::jobs::delete(&state, account).await,
            Job::Forgotten { email } => accounts::jobs::forgotten(&state, email).await,
            Job::NotifyModerators => queues::jobs::notify_moderators(&state).await,
        }
    })
}
