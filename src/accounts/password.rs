//! Passwords: argon2id (RFC 9106; parameters of the OWASP Password Storage Cheat Sheet), judged by guesses, not by signs.

use crate::error::Error;
use crate::interface::Interface;
use crate::web::State;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;

/// Characters that a password may have at most; more is refused, never cut.
const MAX_LENGTH: usize = 256;
const READER_MIN_LENGTH: usize = 10;
const STAFF_MIN_LENGTH: usize = 15;
/// zxcvbn guesses, as a power of ten.
const MIN_GUESSES_LOG10: f64 = 10.0;

/// Whose password it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordPolicy {
    Reader,
    Staff,
}

impl PasswordPolicy {
    pub fn min_length(self) -> usize {
        match self {
            PasswordPolicy::Reader => READER_MIN_LENGTH,
            PasswordPolicy::Staff => STAFF_MIN_LENGTH,
        }
    }
}

/// Characters of a password that are judged: guessing the beginning is guessing enough, and what zxcvbn does with more
/// grows faster than the text.
const JUDGED_LENGTH: usize = 64;
/// Words known of a person that are looked for, and how long each may be.
const MAX_CONTEXT_WORDS: usize = 16;
const MAX_CONTEXT_LENGTH: usize = 40;

/// A password of the right length, in NFC. Whether it can be guessed is not known yet: that costs processor time.
#[derive(Clone)]
pub struct Candidate(String);

impl Candidate {
    /// # Errors
    /// The sentence that stands beside the field.
    pub fn parse(t: Interface, given: &str, whose: PasswordPolicy) -> Result<Candidate, String> {
        // Four bytes a character at most, and composing makes no text more than three times shorter.
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
        Ok(Candidate(password))
    }

    /// Takes milliseconds of processor time: on the async workers [`judge`] is for this. `known`: the site's name, the
    /// username, the address. What can be read about a person is no secret.
    ///
    /// # Errors
    /// The sentence that stands beside the field.
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
        let beginning: String = self.0.chars().take(JUDGED_LENGTH).collect();
        let beginning = fewer_readings(&beginning);
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

/// Signs that stand for letters, as zxcvbn reads them; the last ones are the first that are read as their letter alone.
const SIGNS: [(char, &str); 10] = [
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
/// Ways to read the signs of one password that are tried.
const READINGS: usize = 8;

/// zxcvbn reads a password once for each way in which its signs can stand for letters, and those multiply: twenty mixed signs
/// take it a second. Where there are too many, the rarer signs become their letter, which makes a password easier to guess,
/// never harder.
fn fewer_readings(password: &str) -> String {
    let readings = |password: &str| -> usize {
        let used = |signs: &str| signs.chars().filter(|c| password.contains(*c)).count();
        SIGNS.iter().map(|(_, signs)| used(signs).max(1)).product()
    };
    let mut password = password.to_owned();
    let rarest = SIGNS
        .iter()
        .flat_map(|(letter, signs)| signs.chars().map(move |sign| (*letter, sign)))
        .filter(|(_, sign)| !sign.is_ascii_digit())
        .rev();
    for (letter, sign) in rarest {
        if readings(&password) <= READINGS {
            break;
        }
        password = password.replace(sign, &letter.to_string());
    }
    password
}

/// A password that may be chosen, in NFC.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    /// [`Candidate::parse`] and [`Candidate::check_strength_now`], for callers that may block.
    ///
    /// # Errors
    /// The sentence that stands beside the field.
    pub fn parse(
        t: Interface,
        given: &str,
        whose: PasswordPolicy,
        known: &[&str],
    ) -> Result<NewPassword, String> {
        Candidate::parse(t, given, whose)?.check_strength_now(t, known)
    }

    /// A password that was right a moment ago, to be hashed with today's parameters.
    pub fn verified(given: &str) -> NewPassword {
        NewPassword(given.nfc().take(MAX_LENGTH).collect())
    }
}

/// Judges a password behind the gate.
///
/// # Errors
/// `Busy` when too many hash or judge already.
pub async fn check_strength(
    state: &State,
    candidate: Candidate,
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
        Params::new(19456, 2, 1, None).expect("constants"),
    )
}

/// Hashes behind the gate.
///
/// # Errors
/// `Busy` when too many hash already.
pub async fn hash(state: &State, password: NewPassword) -> Result<String, Error> {
    state.hashing.run(move || hash_now(&password)).await?
}

/// PasswordPolicy the command line and set-up.
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
) -> Result<Verification, Error> {
    let check = move || {
        // The samples' accounts have no hash: the check runs against the stand-in, so that the answer takes as long.
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
    /// The hash was made with other parameters than today's.
    pub outdated: bool,
}

const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$1Xrt5sXQ0ZQtjs1Qyl+EsMCn2bM9v6xKq3pS4J8TzqA";
