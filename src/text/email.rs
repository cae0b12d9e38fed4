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
        let (local, domain) = given.split_once('@').unwrap_or_default();
        match ascii_domain(domain) {
            Some(domain) if is_local(local) && local.len() + domain.len() < 254 => {
                Ok(Email(format!("{local}@{domain}")))
            }
            _ => Err(t.email_invalid()),
        }
    }

    /// [`Email::key`] of what someone has typed, whether it is an address or not.
    pub fn key_of(typed: &str) -> String {
        let typed = typed.trim().to_lowercase();
        let Some((local, domain)) = typed.rsplit_once('@') else {
            return typed;
        };
        match ascii_domain(domain) {
            Some(domain) => format!("{local}@{domain}"),
            None => typed,
        }
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

/// What may stand before the `@` without quotation marks (RFC 5322, 3.2.3, and RFC 6531 for other letters).
fn is_local(local: &str) -> bool {
    let is_allowed = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    (1..=64).contains(&local.len())
        && local.chars().all(is_allowed)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

/// A domain as mail servers know it: in ASCII (UTS 46), so that one domain has one spelling. `None`: it is none.
pub fn ascii_domain(domain: &str) -> Option<String> {
    if domain.contains('%') {
        return None;
    }
    let url::Host::Domain(domain) = url::Host::parse(domain).ok()? else {
        return None;
    };
    let is_label =
        |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let is_whole = domain.contains('.') && domain.split('.').all(is_label);
    is_whole.then_some(domain)
}
