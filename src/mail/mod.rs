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

use serde::{Deserialize, Serialize};

/// What a message is made from; stored as its kind and JSON. Never a token: one is made when the message is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "kebab-case")]
pub enum Mail {
    /// To a moderator: how many comments wait for review.
    CommentsWaiting { count: i64 },
    /// `masthead mail test`
    Test,
}

impl Mail {
    /// The word that the mail is stored and shown under.
    pub fn kind(&self) -> &'static str {
        match self {
            Mail::CommentsWaiting { .. } => "comments-waiting",
            Mail::Test => "test",
        }
    }

    fn payload(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        let payload = value.get("payload");
        payload.unwrap_or(&serde_json::Value::Null).to_string()
    }

    /// The mail of a stored row. `None`: this binary does not know it.
    fn from_row(kind: &str, payload: &str) -> Option<Mail> {
        let payload: serde_json::Value = serde_json::from_str(payload).ok()?;
        let mut mail = serde_json::Map::from_iter([("kind".to_owned(), kind.into())]);
        if !payload.is_null() {
            mail.insert("payload".into(), payload);
        }
        serde_json::from_value(mail.into()).ok()
    }
}
