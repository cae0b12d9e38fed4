//! Background work: jobs are rows, enqueued in the transaction of their cause and run by any node.
//!
//! A job runs at least once: a node that dies loses its lease, and another one runs the job again. Handlers must therefore do
//! no harm when they run twice. Which handler runs which job is in `workers.rs`.

pub mod pages;
mod runner;
pub mod store;

pub use runner::{Handler, Next, Runner, run_due};
pub use store::{enqueue, enqueue_at};

use crate::db::Time;
use crate::text::token;
use serde::{Deserialize, Serialize};

/// A piece of background work and what it needs; stored as its kind and JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "kebab-case")]
pub enum Job {
    /// Publishes scheduled articles whose time has come, and takes down those that have expired.
    PublishDue,
    /// Deletes what has expired: throttles, sessions, texts of deleted comments, sent mail.
    Sweep,
    /// Reads texts that were there before the search index into it.
    IndexExisting,
    /// Sends one mail of the outbox.
    SendMail { mail: i64 },
    /// Sends the mail to set a new password, if an account has this address.
    Forgotten { email: String },
    /// Writes a copy of all that is stored about a person.
    ExportAccount { account: i64 },
    /// Deletes an account whose time to cancel is over.
    DeleteAccount { account: i64 },
    /// Tells moderators by mail that comments wait for them.
    NotifyModerators,
}

/// Delays before the further attempts of a job that is never given up, in milliseconds; the last one repeats.
const RETRIES: [i64; 4] = [
    10 * Time::SECOND,
    Time::MINUTE,
    5 * Time::MINUTE,
    30 * Time::MINUTE,
];
/// Delays before the further attempts at a mail, after which it has failed: the recipient's server may be away for a day.
const MAIL_RETRIES: [i64; 6] = [
    Time::MINUTE,
    5 * Time::MINUTE,
    30 * Time::MINUTE,
    2 * Time::HOUR,
    8 * Time::HOUR,
    24 * Time::HOUR,
];

impl Job {
    /// Whether it is given up after its last retry. Others are tried for ever: what they do concerns the whole site.
    pub fn is_given_up_after_retries(&self) -> bool {
        matches!(self, Job::SendMail { .. })
    }

    /// The word that the job is stored and shown under.
    pub fn kind(&self) -> &'static str {
        match self {
            Job::PublishDue => "publish-due",
            Job::Sweep => "sweep",
            Job::IndexExisting => "index-existing",
            Job::SendMail { .. } => "send-mail",
            Job::Forgotten { .. } => "forgotten",
            Job::ExportAccount { .. } => "export-account",
            Job::DeleteAccount { .. } => "delete-account",
            Job::NotifyModerators => "notify-moderators",
        }
    }

    /// At most one job waits under a key; enqueueing it again only moves it forward.
    pub fn unique_key(&self) -> String {
        match self {
            Job::SendMail { mail } => format!("send-mail:{mail}"),
            Job::ExportAccount { account } => format!("export-account:{account}"),
            Job::DeleteAccount { account } => format!("delete-account:{account}"),
            Job::Forgotten { email } => format!("forgotten:{}", token::hash(email)),
            other => other.kind().to_owned(),
        }
    }

    fn retries(&self) -> &'static [i64] {
        match self {
            Job::SendMail { .. } => &MAIL_RETRIES,
            _ => &RETRIES,
        }
    }
}
