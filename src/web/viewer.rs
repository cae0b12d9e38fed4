//! The viewer of a request, and extractors that enforce roles: a handler that takes `SignedIn`, `Participant`,
//! `Moderator`, `Writer`, `Editor`, `Staff` or `Admin` runs for nobody else.

use crate::error::Error;
use crate::paths;
use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use std::ops::Deref;

/// The signed-in account as of this request: changes of roles and bans take effect at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub email: String,
    pub is_moderator: bool,
    pub is_editor: bool,
    pub is_admin: bool,
    pub is_writer: bool,
    /// This session was opened after a role was given, with a password that was chosen under the rules for readers: no
    /// role takes effect until a new password is chosen.
    pub must_change_password: bool,
    pub ban: Option<Ban>,
    /// The number of comments that wait for a moderator ([`WAITING`]). Counted for moderators only.
    pub waiting: i64,
    /// The id of this session, to distinguish it from the account's others.
    pub session_id: String,
    /// SHA-256 of this session's token, in hexadecimal digits.
    pub session_hash: String,
    /// The address was proved by a mail, or the account came by an invitation.
    pub email_verified: bool,
    /// The account waits for a moderator's approval.
    pub waits: bool,
    pub has_second_factor: bool,
    /// The role asks for a second factor, and there is none: no role takes effect until there is one.
    pub must_enrol: bool,
    /// How the person last proved who they are, and when, in milliseconds since 1970.
    pub proof: Option<Proof>,
    pub proved_at: i64,
    /// The version of the password that this session was opened with.
    pub password_version: i64,
    /// The time of the log-in, in milliseconds since 1970.
    pub since: i64,
    /// The roles have changed since this session got its token: the response sets a new one.
    pub renew: bool,
}

crate::text_enum! {
    /// How a person proves who they are.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Proof else Password {
        Password = "password",
        /// A code of an app, or a recovery code, after the password.
        Code = "code",
        Passkey = "passkey",
        /// OpenID Connect.
        Provider = "provider",
    }
}

/// How long a proof is fresh, in milliseconds: enough to change what guards the account.
pub const PROOF_IS_FRESH: i64 = 10 * 60 * 1000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    pub reason: String,
    /// Milliseconds since 1970; none = for good.
    pub until: Option<i64>,
}

impl Account {
    pub fn moderates(&self) -> bool {
        (self.is_moderator || self.is_admin) && !self.is_held_back()
    }
    pub fn edits(&self) -> bool {
        (self.is_editor || self.is_admin) && !self.is_held_back()
    }
    /// May write drafts of their own.
    pub fn writes(&self) -> bool {
        (self.is_writer || self.is_editor || self.is_admin) && !self.is_held_back()
    }
    pub fn administers(&self) -> bool {
        self.is_admin && !self.is_held_back()
    }
    /// No role takes effect until a new password is chosen or a second factor is set up.
    pub fn is_held_back(&self) -> bool {
        self.must_change_password || self.must_enrol
    }
    /// Has a role, whether it is in effect or not ([`Account::is_held_back`]).
    pub fn has_role(&self) -> bool {
        self.is_moderator || self.is_editor || self.is_admin || self.is_writer
    }
    /// Has a role that is in effect.
    pub fn is_staff(&self) -> bool {
        self.has_role() && !self.is_held_back()
    }
    pub fn shown_name(&self) -> &str {
        shown_name(&self.username, &self.name)
    }
    /// A plain reader: no role, no ban, no token to renew. Sees what all readers see, except for their own content.
    pub fn is_plain(&self) -> bool {
        !self.has_role() && self.ban.is_none() && !self.waits && !self.renew
    }

    /// The same account under another name, for a cached page whose name is filled in later.
    pub fn under_name(&self, name: &str) -> Account {
        Account {
            name: name.to_owned(),
            ..self.clone()
        }
    }

    /// A stand-in for any reader who has written nothing, for a cached page.
    pub fn nobody(name: &str) -> Account {
        Account {
            id: -1,
            username: name.to_owned(),
            name: name.to_owned(),
            email: String::new(),
            is_moderator: false,
            is_editor: false,
            is_admin: false,
            is_writer: false,
            must_change_password: false,
            ban: None,
            email_verified: false,
            waits: false,
            has_second_factor: false,
            must_enrol: false,
            proof: None,
            proved_at: 0,
            waiting: 0,
            session_id: String::new(),
            session_hash: String::new(),
            password_version: 0,
            since: 0,
            renew: false,
        }
    }

    /// Whether the account may post, edit and flag.
    ///
    /// # Errors
    /// `Banned`, `AwaitsApproval`.
    pub fn may_write(&self) -> Result<(), Error> {
        match &self.ban {
            None if self.waits => Err(Error::AwaitsApproval),
            Some(ban) => Err(Error::Banned {
                reason: ban.reason.clone(),
                until: ban.until,
            }),
            None => Ok(()),
        }
    }
}

/// The name to show for an account: the display name, or the username if it has none.
pub fn shown_name<'a>(username: &'a str, name: &'a str) -> &'a str {
    if name.is_empty() { username } else { name }
}

/// The beginning of the usernames of deleted accounts; their number follows.
pub const DELETED: &str = "deleted-";

/// Whether this is the username of a deleted account.
pub fn is_deleted(username: &str) -> bool {
    let begin = username.get(..DELETED.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(DELETED))
}

/// Anybody: a signed-in account, or none.
#[derive(Clone, Debug)]
pub struct Viewer(pub Option<Account>);

impl Viewer {
    pub fn account(&self) -> Option<&Account> {
        self.0.as_ref()
    }
    pub fn id(&self) -> Option<i64> {
        self.0.as_ref().map(|a| a.id)
    }
    pub fn moderates(&self) -> bool {
        self.0.as_ref().is_some_and(Account::moderates)
    }
    pub fn is_staff(&self) -> bool {
        self.0.as_ref().is_some_and(Account::is_staff)
    }
}

/// The rows of `comment_counts` that count comments for moderators to review.
pub const WAITING: [&str; 3] = ["pending", "withheld", "reported"];

/// A role that a handler requires, so that it can be checked again in the transaction that writes.
pub trait Role: Sized {
    fn account(&self) -> &Account;

    /// Checks that an account has this role.
    ///
    /// # Errors
    /// `PasswordChangeRequired`, `SecondFactorRequired`, `Forbidden`, `Banned` or `AwaitsApproval`.
    fn admit(account: Account) -> Result<Self, Error>;
}

/// The session entry that holds the account, as JSON.
pub const ACCOUNT: &str = "account";

pub fn of(request: &HttpRequest) -> Viewer {
    if let Some(known) = request.extensions().get::<Viewer>() {
        return known.clone();
    }
    Viewer(request.get_session().get::<Account>(ACCOUNT).ok().flatten())
}

impl FromRequest for Viewer {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(of(request)))
    }
}

fn signed_in(request: &HttpRequest) -> Result<Account, Error> {
    of(request).0.ok_or_else(|| Error::SignInFirst {
        next: next_of(request),
    })
}

/// Where to go after logging in: this page, or for a POST the page that contains the form.
fn next_of(request: &HttpRequest) -> String {
    if request.method() == actix_web::http::Method::GET
        || request.method() == actix_web::http::Method::HEAD
    {
        return request
            .uri()
            .path_and_query()
            .map_or_else(|| "/".into(), ToString::to_string);
    }
    paths::return_path(request.path())
}

macro_rules! extractor {
    ($(#[$doc:meta])* $name:ident, even_if_banned: $banned:literal, $may:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Account);
        impl Deref for $name {
            type Target = Account;
            fn deref(&self) -> &Account {
                &self.0
            }
        }
        impl $name {
            pub fn viewer(&self) -> Viewer {
                Viewer(Some(self.0.clone()))
            }
        }
        impl Role for $name {
            fn account(&self) -> &Account {
                &self.0
            }
            fn admit(account: Account) -> Result<Self, Error> {
                let may: fn(&Account) -> bool = $may;
                if may(&account) {
                    if !$banned {
                        account.may_write()?;
                    }
                    Ok($name(account))
                } else if account.must_change_password && account.has_role() {
                    Err(Error::PasswordChangeRequired)
                } else if account.must_enrol {
                    Err(Error::SecondFactorRequired)
                } else {
                    Err(Error::Forbidden)
                }
            }
        }
        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self, Error>>;
            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(signed_in(request).and_then($name::admit))
            }
        }
    };
}

extractor!(
    /// Any account.
    SignedIn,
    even_if_banned: true,
    |_| true
);
extractor!(
    /// Who may post, edit and flag: any account that is not banned.
    Participant,
    even_if_banned: false,
    |_| true
);
extractor!(
    /// Who may approve and reject.
    Moderator,
    even_if_banned: false,
    Account::moderates
);
extractor!(
    /// Who may write drafts of their own.
    Writer,
    even_if_banned: false,
    Account::writes
);
extractor!(
    /// Who may publish.
    Editor,
    even_if_banned: false,
    Account::edits
);
extractor!(
    /// Anyone with a role.
    Staff,
    even_if_banned: false,
    Account::is_staff
);
extractor!(
    /// Who may change settings and roles.
    Admin,
    even_if_banned: false,
    Account::administers
);
