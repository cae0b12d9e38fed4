//! Proving once more who one is, before what guards the account is changed.

use super::{password, store, two_factor};
use crate::db::Time;
use crate::error::Error;
use crate::paths;
use crate::web::limits::{Reserved, Rule};
use crate::web::viewer::{PROOF_IS_FRESH, Proof};
use crate::web::{Account, State};

/// Whether the person at this session has proved who they are within the last ten minutes. With a second factor, its code or a passkey
/// is a proof, a password alone is none.
pub fn is_fresh(state: &State, account: &Account) -> bool {
    let is_enough = match account.proof {
        None => false,
        Some(Proof::Code | Proof::Passkey) => true,
        Some(Proof::Password | Proof::Provider) => !account.has_second_factor,
    };
    is_enough && state.db.now().0 - account.proved_at <= PROOF_IS_FRESH
}

/// Asks for a fresh proof, and then leads on to `next`.
///
/// # Errors
/// `ProofRequired`.
pub fn require_fresh(state: &State, account: &Account, next: &str) -> Result<(), Error> {
    match is_fresh(state, account) {
        true => Ok(()),
        false => Err(Error::ProofRequired { next: next.into() }),
    }
}

/// Whether this is the account's password. Wrong ones are counted: at most 10 in 10 minutes.
///
/// # Errors
/// `TooMany`; `Unavailable` when the queue for password work is full.
pub async fn is_password(state: &State, account: &Account, given: &str) -> Result<bool, Error> {
    if given.is_empty() {
        return Ok(false);
    }
    let id = account.id;
    let rules = vec![Rule::new("password", id, 10, 10 * Time::MINUTE)];
    let counted = state.limits.take(&state.db, rules, state.db.now()).await?;
    let stored = state.db.read(move |conn| store::login_by_id(conn, id));
    let stored = stored.await?.password_hash;
    let verdict = password::verify(state, given.to_owned(), Some(stored)).await;
    if verdict.as_ref().map_or(true, |verdict| verdict.right) {
        state.limits.refund(&state.db, counted).await?;
    }
    Ok(verdict?.right)
}

/// [`is_current`], and for an account with a second factor a fresh proof by that. `next`: the form.
///
/// # Errors
/// As [`is_current`]; `ProofRequired`.
pub async fn is_proved(
    state: &State,
    account: &Account,
    current: &str,
    next: &str,
) -> Result<bool, Error> {
    if account.has_second_factor {
        require_fresh(state, account, next)?;
    }
    is_current(state, account, current).await
}

/// [`is_password`] for a form with the field `current`. Who has just proved who they are without a password, by a passkey or another
/// site, may leave it empty; so may who has none.
///
/// # Errors
/// As [`is_password`]; `ProofRequired` for an account without a password.
pub async fn is_current(state: &State, account: &Account, current: &str) -> Result<bool, Error> {
    let without = matches!(account.proof, Some(Proof::Passkey | Proof::Provider));
    if current.is_empty() && without && is_fresh(state, account) {
        return Ok(true);
    }
    let id = account.id;
    let stored = state.db.read(move |conn| store::login_by_id(conn, id));
    if stored.await?.password_hash.is_empty() {
        require_fresh(state, account, paths::ACCOUNT)?;
        return Ok(true);
    }
    is_password(state, account, current).await
}

/// Counts a code as wrong in advance: at most five in 10 minutes for an account, from wherever. Give it back if it is right.
///
/// # Errors
/// `TooMany`.
pub async fn count_code(state: &State, account: i64) -> Result<Reserved, Error> {
    let rules = vec![
        Rule::new("code", account, 5, 10 * Time::MINUTE),
        Rule::new("code-day", account, 60, Time::DAY),
    ];
    state.limits.take(&state.db, rules, state.db.now()).await
}

/// Checks a code of an app or a recovery code, and uses it up. Wrong ones are counted.
///
/// # Errors
/// `TooMany`.
pub async fn is_code(state: &State, account: i64, given: &str) -> Result<bool, Error> {
    let counted = count_code(state, account).await?;
    let (code, now) = (given.to_owned(), state.db.now());
    let checked = state
        .db
        .write(move |conn| two_factor::accept(conn, account, &code, now));
    let is_right = checked.await;
    if *is_right.as_ref().unwrap_or(&true) {
        state.limits.refund(&state.db, counted).await?;
    }
    is_right
}
