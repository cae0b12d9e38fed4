//! Mail: an outbox row in the transaction of its cause, sent by a job.
//!
//! A row holds what a message is made from ([`Mail`]); the message itself is rendered when it is sent, in the site's language
//! and with links from the base URL. It is sent at least once, with the same `Message-ID` each time.

pub mod jobs;
mod message;
pub mod pages;
pub mod store;
mod transport;

pub use message::render;
pub use store::send;
pub use transport::Transport;

use crate::interface::Interface;
use crate::web::Site;
use serde::{Deserialize, Serialize};

/// What a message is made from; stored as its kind and JSON. Never a token: one is made when the message is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "kebab-case")]
pub enum Mail {
    /// To a moderator: how many comments wait for review.
    CommentsWaiting { count: i64 },
    /// To a person who is invited. The link's token is made from the invitation's number and time when the mail is sent.
    Invitation {
        id: i64,
        created_at: i64,
        by: String,
    },
    /// `masthead mail test`
    Test,
}

impl Mail {
    /// The subject line, in the site's language.
    pub fn subject(&self, t: Interface, site: &Site) -> String {
        match self {
            Mail::CommentsWaiting { count } => t.mail_waiting_subject(*count, &site.name),
            Mail::Invitation { .. } => t.mail_invitation_subject(&site.name),
            Mail::Test => t.mail_test_subject(&site.name),
        }
    }

    /// The word that the mail is stored and shown under.
    pub fn kind(&self) -> &'static str {
        match self {
            Mail::CommentsWaiting { .. } => "comments-waiting",
            Mail::Invitation { .. } => "invitation",
            Mail::Test => "test",
        }
    }
}
