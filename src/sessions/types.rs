//! Sessions as they are stored and opened, in whichever store.

use crate::db::Time;
use crate::web::Account;
use crate::web::viewer::Proof;
use serde::{Deserialize, Serialize};

/// A session as listed for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub id: String,
    pub agent: String,
    pub network: String,
    pub created_at: Time,
    pub seen_at: Time,
}

/// Whom a session belongs to. `A` is the account's id in a stored session, and the current [`Account`] in an open one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionState<A = i64> {
    /// No account: the session only holds data.
    #[default]
    Anonymous,
    /// The password was verified, the second factor is still missing: anonymous for all pages but the one that asks
    /// for it.
    PendingLogin(A),
    SignedIn(A),
}

impl<A> SessionState<A> {
    /// The account that is signed in.
    pub fn signed_in(self) -> Option<A> {
        match self {
            SessionState::SignedIn(account) => Some(account),
            _ => None,
        }
    }

    pub(super) fn as_str(&self) -> &'static str {
        match self {
            SessionState::Anonymous => "anonymous",
            SessionState::PendingLogin(_) => "pending-login",
            SessionState::SignedIn(_) => "signed-in",
        }
    }
}

impl SessionState {
    /// Id of the account that is signed in or about to be.
    pub fn account(self) -> Option<i64> {
        match self {
            SessionState::Anonymous => None,
            SessionState::PendingLogin(id) | SessionState::SignedIn(id) => Some(id),
        }
    }

    /// Parses the two columns; an unknown state is anonymous.
    pub(super) fn from_columns(state: &str, account: Option<i64>) -> SessionState {
        match (state, account) {
            ("signed-in", Some(id)) => SessionState::SignedIn(id),
            ("pending-login", Some(id)) => SessionState::PendingLogin(id),
            _ => SessionState::Anonymous,
        }
    }
}

/// Result of looking up a session token.
pub enum SessionLookup {
    Open(Box<OpenSession>),
    /// Expired, or the password has changed: to be deleted, so that setting the clock back does not make it valid
    /// again.
    Expired,
    Unknown,
}

/// A valid session.
pub struct OpenSession {
    pub state: SessionState<Account>,
    /// Data of handlers as JSON; empty if it has expired.
    pub data: String,
    pub seen_at: Time,
}

/// A stored session, from either store.
#[derive(Clone, Debug, Default)]
pub struct StoredSession {
    /// Public identifier, used in forms.
    pub id: String,
    /// SHA-256 of its token, in hexadecimal.
    pub hash: String,
    pub state: SessionState,
    pub data: String,
    pub data_expires_at: Time,
    pub created_at: Time,
    pub seen_at: Time,
    /// Password version at log-in; the session ends when the account's version differs.
    pub password_version: i64,
    /// Roles version when its token was issued; the token is rotated when the account's version differs.
    pub roles_version: i64,
    /// A password change was required at log-in.
    pub must_change_password: bool,
    /// How and when the person last proved who they are.
    pub proof: Option<Proof>,
    pub proved_at: Time,
}

/// A new session to store.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub hash: Vec<u8>,
    pub state: SessionState,
    pub data: String,
    pub data_expires_at: Time,
    pub agent: String,
    pub network: String,
    pub since: Time,
    pub password_version: i64,
    pub must_change_password: bool,
    pub proof: Option<Proof>,
    pub proved_at: Time,
    pub now: Time,
}

/// Most sessions of one account; a new one ends the least recently seen.
pub const MAX_PER_ACCOUNT: usize = 50;
