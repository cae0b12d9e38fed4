//! Accounts: validation of usernames, e-mail addresses and display names; passwords, roles, and the pages for
//! registration, log-in and account settings.

pub mod export;
pub mod export_file;
pub mod history;
pub mod identities;
pub mod invitations;
pub mod jobs;
pub mod joining;
pub mod leaving;
pub mod locking;
pub mod notices;
pub mod oidc;
pub mod pages;
pub mod passkeys;
pub mod password;
pub mod profile;
pub mod proof;
pub mod proof_of_work;
pub mod roles;
pub mod store;
pub mod tokens;
pub mod two_factor;
pub mod verification;

use crate::interface::Interface;
use crate::text;
use crate::web::viewer::is_deleted;
pub use text::{Email, lookalike};

/// Names that could be mistaken for the site or its staff. Readers cannot have them as username or display name;
/// `/setup` and the command line accept them.
const RESERVED: [&str; 33] = [
    "about",
    "account",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "author",
    "contact",
    "console",
    "deleted",
    "editor",
    "editors",
    "everyone",
    "guest",
    "help",
    "info",
    "mail",
    "masthead",
    "moderator",
    "moderators",
    "newsroom",
    "nobody",
    "null",
    "official",
    "owner",
    "press",
    "root",
    "security",
    "staff",
    "support",
    "system",
    "undefined",
    "webmaster",
];

crate::text_enum! {
    /// Why a new account waits for approval.
    pub enum HeldBecause else Setting {
        /// The site approves all new accounts.
        Setting = "setting",
        /// A field that people do not see was filled in.
        Trap = "trap",
        /// The browser has not done the calculation that the settings ask for.
        NoProof = "no-proof",
        /// Very many have joined with addresses of this domain.
        Domain = "domain",
    }
}

/// `[A-Za-z0-9][A-Za-z0-9_-]{2,29}`, unique without regard to letter case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// # Errors
    /// The message to show next to the field.
    pub fn parse(t: Interface, given: &str) -> Result<Username, String> {
        let given = given.trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let starts = given.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts || !given.chars().all(plain) || !(3..=30).contains(&given.len()) {
            return Err(t.username_invalid());
        }
        Ok(Username(given.to_owned()))
    }

    pub fn is_reserved(&self) -> bool {
        if is_deleted(&self.0) {
            return true;
        }
        let key = lookalike(&self.0);
        RESERVED.iter().any(|reserved| lookalike(reserved) == key)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower-case form that is stored and compared.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// The name that others see next to the username: any script, at most 50 characters, may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisplayName {
    pub text: String,
    /// Look-alike key ([`lookalike`]): equal for names that readers could mistake for each other.
    pub key: String,
}

impl DisplayName {
    /// # Errors
    /// The message to show next to the field.
    pub fn parse(t: Interface, given: &str) -> Result<DisplayName, String> {
        let text = text::clean_line(given).map_err(|_| t.display_name_invalid())?;
        let text: String = text
            .chars()
            .filter(|c| !matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}'))
            .collect();
        if text.chars().count() > 50 {
            return Err(t.display_name_too_long());
        }
        if !text.is_empty() && text::is_blank(&text) {
            return Err(t.display_name_invalid());
        }
        let key = lookalike(&text);
        Ok(DisplayName { text, key })
    }

    pub fn is_reserved(&self) -> bool {
        RESERVED.iter().any(|r| lookalike(r) == self.key)
    }
}

/// Validates the text of a reader's profile: at most 500 characters.
///
/// # Errors
/// The message to show next to the field.
pub fn parse_bio(t: Interface, given: &str) -> Result<String, String> {
    let bio = text::clean(given)
        .map_err(|_| t.text_control_character())?
        .trim()
        .to_owned();
    if bio.chars().count() > 500 {
        Err(t.bio_too_long())
    } else {
        Ok(bio)
    }
}
