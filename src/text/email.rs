//! E-mail addresses, as accounts and settings take them.

use crate::interface::Interface;
use unicode_normalization::UnicodeNormalization;

/// An e-mail address that is syntactically valid; whether it receives mail is not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// An address that was checked when it was stored.
    pub fn stored(known: &str) -> Email {
        Email(known.to_owned())
    }

    /// # Errors
    /// The message to show next to the field.
    pub fn parse(t: Interface, given: &str) -> Result<Email, String> {
        let given: String = given.trim().nfc().collect();
        let bad = |c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '<' | '>' | '"' | ',' | ';' | '\\' | '(' | ')')
        };
        let well = given.split_once('@').is_some_and(|(local, domain)| {
            let labels = domain.split('.').count() > 1
                && domain
                    .split('.')
                    .all(|l| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-'));
            !local.is_empty() && local.len() <= 64 && labels && !domain.contains('@')
        });
        if given.len() > 254 || given.chars().any(bad) || !well {
            return Err(t.email_invalid());
        }
        Ok(Email(given))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`, in lower case.
    pub fn domain(&self) -> String {
        let key = self.key();
        key.rsplit('@').next().unwrap_or_default().to_owned()
    }

    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}
