//! Passwords: argon2id (RFC 9106; parameters of the OWASP Password Storage Cheat Sheet), judged by guesses, not by signs.

use crate::error::Error;
use crate::interface::Interface;
use crate::web::State;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

/// Characters that a password may have at most; more is refused, never cut.
const MOST: usize = 256;
const READER_LEAST: usize = 10;
const STAFF_LEAST: usize = 15;
/// zxcvbn guesses, as a power of ten.
const LEAST_GUESSES_LOG10: f64 = 10.0;

/// Whose password it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    Reader,
    Staff,
}

impl For {
    pub fn least(self) -> usize {
        match self {
            For::Reader => READER_LEAST,
            For::Staff => STAFF_LEAST,
        }
    }
}

/// A password that may be chosen, in NFC.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    /// `known`: the site's name, the username, the address. What can be read about a person is no secret.
    ///
    /// # Errors
    /// The sentence that stands beside the field.
    pub fn parse(
        t: Interface,
        given: &str,
        whose: For,
        known: &[&str],
    ) -> Result<NewPassword, String> {
        let password: String = given.nfc().collect();
        let length = password.chars().count();
        if length < whose.least() {
            return Err(t.password_short(whose.least() as i64));
        }
        if length > MOST {
            return Err(t.password_long(MOST as i64));
        }
        let parts = known
            .iter()
            .flat_map(|k| k.split(['@', '.', ' ', '-', '_']))
            .filter(|p| p.len() > 2);
        let inputs: Vec<&str> = known.iter().copied().chain(parts).collect();
        let judged = zxcvbn::zxcvbn(&password, &inputs);
        if judged.guesses_log10() < LEAST_GUESSES_LOG10 {
            let why = judged
                .feedback()
                .and_then(|f| f.warning())
                .map(|w| w.to_string());
            return Err(match why {
                Some(why) => t.password_weak_because(why.trim_end_matches('.')),
                None => t.password_weak(),
            });
        }
        Ok(NewPassword(password))
    }
}

fn argon() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19456, 2, 1, None).expect("constants"),
    )
}

/// Hashes behind the gate.
///
/// # Errors
/// `Busy` when too many hash already.
pub async fn hash(state: &State, password: NewPassword) -> Result<String, Error> {
    let _permit = state.hashing.enter().await?;
    actix_web::web::block(move || hash_now(&password))
        .await
        .map_err(Error::broken)?
}

/// For the command line and set-up.
pub fn hash_now(password: &NewPassword) -> Result<String, Error> {
    Ok(argon()
        .hash_password(password.0.as_bytes())
        .map_err(Error::broken)?
        .to_string())
}

/// One verification, always: an unknown name is checked against a hash that nobody's password has.
///
/// # Errors
/// `Busy` when too many hash already.
pub async fn verify(
    state: &State,
    given: String,
    stored: Option<String>,
) -> Result<Verdict, Error> {
    let _permit = state.hashing.enter().await?;
    let check = move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let given: String = given.nfc().take(MOST + 1).collect();
        let given = if given.chars().count() > MOST {
            String::new()
        } else {
            given
        };
        let right = argon()
            .verify_password(given.as_bytes(), stored.as_str())
            .is_ok()
            && known;
        let outdated = !stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$");
        Verdict { right, outdated }
    };
    actix_web::web::block(check).await.map_err(Error::broken)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub right: bool,
    /// The hash was made with other parameters than today's.
    pub outdated: bool,
}

const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$1Xrt5sXQ0ZQtjs1Qyl+EsMCn2bM9v6xKq3pS4J8TzqA";
