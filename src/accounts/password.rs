//! Passwords: hashed with argon2id (RFC 9106; parameters of the OWASP Password Storage Cheat Sheet); strength is
//! estimated by zxcvbn instead of rules about kinds of characters.

use super::store::Login;
use crate::error::Error;
use crate::interface::Interface;
use crate::web::{Site, State};
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

/// Longest password, in characters; longer ones are rejected, never truncated.
const MAX_LENGTH: usize = 256;
const READER_MIN_LENGTH: usize = 10;
/// For staff who have a second factor (NIST SP 800-63B-4, 3.1.1.2).
const WITH_SECOND_FACTOR: usize = 8;
/// Least number of guesses that zxcvbn must estimate, as log10.
const MIN_GUESSES_LOG10: f64 = 10.0;

/// Which length rule applies to a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    min_length: usize,
    is_for_staff: bool,
}

impl PasswordPolicy {
    pub const READER: PasswordPolicy = PasswordPolicy {
        min_length: READER_MIN_LENGTH,
        is_for_staff: false,
    };

    /// Of this site.
    pub fn staff(site: &Site) -> PasswordPolicy {
        PasswordPolicy {
            min_length: site.staff_password_length,
            is_for_staff: true,
        }
    }

    /// Of an account that has a role, or none, and a second factor, or none.
    pub fn of(site: &Site, has_role: bool, has_second_factor: bool) -> PasswordPolicy {
        match (has_role, has_second_factor) {
            (true, true) => PasswordPolicy {
                min_length: WITH_SECOND_FACTOR,
                is_for_staff: true,
            },
            (true, false) => PasswordPolicy::staff(site),
            (false, _) => PasswordPolicy::READER,
        }
    }

    /// Of an account as it is stored.
    pub fn of_login(site: &Site, login: &Login) -> PasswordPolicy {
        PasswordPolicy::of(site, login.is_staff(), login.has_second_factor)
    }

    /// Characters.
    pub fn min_length(self) -> usize {
        self.min_length
    }

    pub fn is_for_staff(self) -> bool {
        self.is_for_staff
    }
}

/// Characters passed to zxcvbn, whose running time grows faster than the input. A strong beginning is sufficient.
const MAX_CHECKED_LENGTH: usize = 64;
/// Most user-specific words passed to zxcvbn, and characters of each.
const MAX_CONTEXT_WORDS: usize = 16;
const MAX_CONTEXT_LENGTH: usize = 40;

/// A password of valid length, in NFC. Its strength has not been checked yet, because that costs CPU time.
#[derive(Clone)]
pub struct PasswordCandidate(String);

impl PasswordCandidate {
    /// # Errors
    /// The message to show next to the field.
    pub fn parse(
        t: Interface,
        given: &str,
        whose: PasswordPolicy,
    ) -> Result<PasswordCandidate, String> {
        // A character has at most 4 bytes, and NFC shortens a text to a third at most: more input is always too long.
        if given.len() > 12 * MAX_LENGTH {
            return Err(t.password_long(MAX_LENGTH as i64));
        }
        let password: String = given.nfc().collect();
        let length = password.chars().count();
        if length < whose.min_length() {
            return Err(t.password_short(whose.min_length() as i64));
        }
        if length > MAX_LENGTH {
            return Err(t.password_long(MAX_LENGTH as i64));
        }
        Ok(PasswordCandidate(password))
    }

    /// Takes milliseconds of CPU time: async code calls [`check_strength`]. `known`: words that an attacker would try
    /// first, such as the site's name, the username and the e-mail address.
    ///
    /// # Errors
    /// The message to show next to the field.
    pub fn check_strength_now(self, t: Interface, known: &[&str]) -> Result<NewPassword, String> {
        let parts = known
            .iter()
            .flat_map(|k| k.split(['@', '.', ' ', '-', '_']))
            .filter(|p| p.len() > 2);
        let short = |word: &str| word.chars().take(MAX_CONTEXT_LENGTH).collect::<String>();
        let inputs: Vec<String> = known.iter().copied().chain(parts).map(short).collect();
        let inputs: Vec<&str> = inputs
            .iter()
            .map(String::as_str)
            .take(MAX_CONTEXT_WORDS)
            .collect();
        let beginning: String = self.0.chars().take(MAX_CHECKED_LENGTH).collect();
        let beginning = limit_leet_combinations(&beginning);
        let judged = zxcvbn::zxcvbn(&beginning, &inputs);
        if judged.guesses_log10() < MIN_GUESSES_LOG10 {
            let why = judged
                .feedback()
                .and_then(|f| f.warning())
                .map(|w| w.to_string());
            return Err(match why {
                Some(why) => t.password_weak_because(why.trim_end_matches('.')),
                None => t.password_weak(),
            });
        }
        Ok(NewPassword(self.0))
    }
}

/// zxcvbn's l33t substitutions: letters and the characters that may stand for them. [`limit_leet_combinations`] resolves the
/// last entries first.
const LEET_SUBSTITUTIONS: [(char, &str); 10] = [
    ('a', "4@"),
    ('b', "8"),
    ('c', "({[<"),
    ('e', "3"),
    ('g', "69"),
    ('i', "1!|"),
    ('l', "1|7"),
    ('o', "0"),
    ('s', "$5"),
    ('t', "+7"),
];
/// Most combinations of l33t substitutions that zxcvbn may try for one password.
const MAX_LEET_COMBINATIONS: usize = 8;

/// Limits the l33t combinations of a password: zxcvbn tries them all, and for twenty mixed characters that takes a
/// second. Replaces the rarer characters with their letter, which makes a password easier to guess, never harder.
fn limit_leet_combinations(password: &str) -> String {
    let readings = |password: &str| -> usize {
        let used = |signs: &str| signs.chars().filter(|c| password.contains(*c)).count();
        LEET_SUBSTITUTIONS
            .iter()
            .map(|(_, signs)| used(signs).max(1))
            .product()
    };
    let mut password = password.to_owned();
    let rarest = LEET_SUBSTITUTIONS
        .iter()
        .flat_map(|(letter, signs)| signs.chars().map(move |sign| (*letter, sign)))
        .filter(|(_, sign)| !sign.is_ascii_digit())
        .rev();
    for (letter, sign) in rarest {
        if readings(&password) <= MAX_LEET_COMBINATIONS {
            break;
        }
        password = password.replace(sign, &letter.to_string());
    }
    password
}

/// A password that has passed all checks, in NFC.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    /// [`PasswordCandidate::parse`] and [`PasswordCandidate::check_strength_now`], for callers that may block.
    ///
    /// # Errors
    /// The message to show next to the field.
    pub fn parse(
        t: Interface,
        given: &str,
        whose: PasswordPolicy,
        known: &[&str],
    ) -> Result<NewPassword, String> {
        PasswordCandidate::parse(t, given, whose)?.check_strength_now(t, known)
    }

    /// A password that has just been verified, to be hashed again with the current parameters.
    pub fn verified(given: &str) -> NewPassword {
        NewPassword(given.nfc().take(MAX_LENGTH).collect())
    }
}

/// Runs [`PasswordCandidate::check_strength_now`] on the blocking thread pool, a few at a time.
///
/// # Errors
/// `Unavailable` when the queue for password work is full.
pub async fn check_strength(
    state: &State,
    candidate: PasswordCandidate,
    known: Vec<String>,
) -> Result<Result<NewPassword, String>, Error> {
    let t = state.t();
    let work = move || {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        candidate.check_strength_now(t, &known)
    };
    state.hashing.run(work).await
}

fn argon() -> Argon2<'static> {
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(19456, 2, 1, None).expect("valid argon2 parameters"),
    )
}

/// Runs [`hash_now`] on the blocking thread pool, a few at a time.
///
/// # Errors
/// `Unavailable` when the queue for password work is full.
pub async fn hash(state: &State, password: NewPassword) -> Result<String, Error> {
    state.hashing.run(move || hash_now(&password)).await?
}

/// For the command line and set-up.
pub fn hash_now(password: &NewPassword) -> Result<String, Error> {
    Ok(argon()
        .hash_password(password.0.as_bytes())
        .map_err(Error::internal)?
        .to_string())
}

/// Verifies a password. Without a stored hash it verifies against a dummy hash, so that an unknown name takes as long.
///
/// # Errors
/// `Unavailable` when the queue for password work is full.
pub async fn verify(
    state: &State,
    given: String,
    stored: Option<String>,
) -> Result<Verification, Error> {
    let check = move || {
        // Sample accounts have no valid hash: they are verified against the dummy hash, too.
        let stored = stored.filter(|stored| stored.starts_with("$argon2"));
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| DUMMY_HASH.to_owned());
        let given: String = given.nfc().take(MAX_LENGTH + 1).collect();
        let given = if given.chars().count() > MAX_LENGTH {
            String::new()
        } else {
            given
        };
        let right = argon()
            .verify_password(given.as_bytes(), stored.as_str())
            .is_ok()
            && known;
        let outdated = !stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$");
        Verification { right, outdated }
    };
    state.hashing.run(check).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verification {
    pub right: bool,
    /// The hash was made with other parameters than the current ones.
    pub outdated: bool,
}

const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$1Xrt5sXQ0ZQtjs1Qyl+EsMCn2bM9v6xKq3pS4J8TzqA";
