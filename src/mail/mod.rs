//! Mail: an outbox row in the transaction of its cause, sent by a job.
//!
//! A row holds what a message is made from ([`Mail`]); the message itself is rendered when it is sent, in the site's language
//! and with links from the base URL. It is sent at least once, with the same `Message-ID` each time.

pub mod jobs;
mod message;
pub mod pages;
pub mod store;
mod texts;
mod transport;

pub use message::render;
pub use store::send;
pub use transport::{Failed, Transport};

use crate::interface::Interface;
use crate::web::Site;
use serde::{Deserialize, Serialize};

/// What the tokens of links in mails about accounts are derived for.
pub const ACCOUNT_TOKEN: &str = "account";

/// The row of a link in a mail, and when it was made: what its token is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkToken {
    pub id: i64,
    pub created_at: i64,
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    PasswordChanged,
    /// A log-in with a browser that was not used before. Detail: the browser's name.
    NewDevice,
    SecondFactorOn,
    SecondFactorOff,
    RecoveryCodesNew,
    /// Detail: the name of the other site.
    ProviderConnected,
    ProviderDisconnected,
    /// Detail: its name.
    PasskeyAdded,
    PasskeyRemoved,
    /// The account is to be deleted. Detail: what becomes of the comments.
    Deletion,
    DeletionCancelled,
    /// Detail: how many recovery codes are left.
    RecoveryCodeUsed,
}

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
    /// To a new reader: proves the address.
    Verify { username: String, link: LinkToken },
    /// To the new address of an account: proves it.
    NewEmail { username: String, link: LinkToken },
    /// To the old address of an account: takes the change back.
    EmailChanging {
        username: String,
        new: String,
        link: LinkToken,
    },
    /// Sets a new password.
    Reset { username: String, link: LinkToken },
    /// The same, after the owner has locked the account.
    Locked { username: String, link: LinkToken },
    /// Something about the account was changed. The link says "this was not me".
    Notice {
        what: Notice,
        username: String,
        detail: String,
        at: i64,
        link: LinkToken,
    },
    /// The account was approved.
    Approved { username: String },
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
            Mail::Verify { .. } | Mail::NewEmail { .. } => t.mail_verify_subject(&site.name),
            Mail::EmailChanging { .. } => t.mail_changing_subject(&site.name),
            Mail::Reset { .. } | Mail::Locked { .. } => t.mail_reset_subject(&site.name),
            Mail::Approved { .. } => t.mail_approved_subject(&site.name),
            Mail::Notice { what, .. } => match what {
                Notice::PasswordChanged => t.mail_password_subject(&site.name),
                Notice::NewDevice => t.mail_device_subject(&site.name),
                Notice::SecondFactorOn => t.mail_factor_on_subject(&site.name),
                Notice::SecondFactorOff => t.mail_factor_off_subject(&site.name),
                Notice::RecoveryCodesNew => t.mail_codes_subject(&site.name),
                Notice::ProviderConnected => t.mail_provider_subject(&site.name),
                Notice::ProviderDisconnected => t.mail_provider_off_subject(&site.name),
                Notice::PasskeyAdded => t.mail_passkey_added_subject(&site.name),
                Notice::PasskeyRemoved => t.mail_passkey_removed_subject(&site.name),
                Notice::Deletion => t.mail_deletion_subject(&site.name),
                Notice::DeletionCancelled => t.mail_kept_subject(&site.name),
                Notice::RecoveryCodeUsed => t.mail_recovery_subject(&site.name),
            },
        }
    }

    /// The word that the mail is stored and shown under.
    pub fn kind(&self) -> &'static str {
        match self {
            Mail::CommentsWaiting { .. } => "comments-waiting",
            Mail::Invitation { .. } => "invitation",
            Mail::Test => "test",
            Mail::Verify { .. } => "verify",
            Mail::NewEmail { .. } => "new-email",
            Mail::EmailChanging { .. } => "email-changing",
            Mail::Reset { .. } => "reset",
            Mail::Locked { .. } => "locked",
            Mail::Notice { .. } => "notice",
            Mail::Approved { .. } => "approved",
        }
    }
}
