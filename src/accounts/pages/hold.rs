//! Whether a new account waits for approval.

use crate::accounts::HeldBecause;
use crate::accounts::{Email, proof_of_work};
use crate::db::Time;
use crate::error::Error;
use crate::web::State;
use crate::web::limits::Rule;

/// Counts a hit; `false` if there were too many.
async fn is_within(state: &State, rules: Vec<Rule>, now: Time) -> Result<bool, Error> {
    match state.limits.take(&state.db, rules, now).await {
        Ok(_) => Ok(true),
        Err(Error::TooMany { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Accounts with addresses of one domain in an hour; further ones wait for approval.
const PER_DOMAIN: usize = 300;

/// Why a new account waits for approval; `None` = it does not. First: what was sent in the field that people do not see, and the result of
/// the browser's calculation.
pub async fn held(
    state: &State,
    (homepage, proof): (&str, &str),
    email: &Email,
    network: &str,
) -> Result<Option<HeldBecause>, Error> {
    let (site, now) = (state.site(), state.db.now());
    if !homepage.is_empty() {
        return Ok(Some(HeldBecause::Trap));
    }
    if site.needs_join_proof {
        let (of, given) = (network.to_owned(), proof.to_owned());
        let checked = state
            .db
            .read(move |conn| proof_of_work::is_done(conn, &of, &given, now));
        // One number is good for one account.
        let rules = vec![Rule::new(
            "join-proof",
            format!("{}|{network}", proof),
            1,
            2 * Time::HOUR,
        )];
        if !checked.await? || !is_within(state, rules, now).await? {
            return Ok(Some(HeldBecause::NoProof));
        }
    }
    let rules = vec![Rule::new(
        "join-domain",
        email.domain(),
        PER_DOMAIN,
        Time::HOUR,
    )];
    if !is_within(state, rules, now).await? {
        return Ok(Some(HeldBecause::Domain));
    }
    Ok(site.approves_joins.then_some(HeldBecause::Setting))
}
