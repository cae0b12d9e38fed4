//! A calculation that browsers do before they join, where the settings ask for it: it costs a person nothing that they notice, and who
//! creates accounts by the thousand a processor. After Hashcash (<http://www.hashcash.org/papers/hashcash.pdf>).

use crate::db::{Conn, Time, site_key};
use crate::error::Error;
use crate::text::token;
use sha2::{Digest, Sha256};

/// Zero bits that a hash must begin with: 65,000 hashes on average, a second or two in a browser.
pub const BITS: u32 = 16;

/// What the calculation is about: another one for each network and hour.
///
/// # Errors
/// Of the database.
pub fn challenge(conn: &mut Conn, network: &str, now: Time) -> Result<String, Error> {
    of_hour(conn, network, now.0 / Time::HOUR)
}

fn of_hour(conn: &mut Conn, network: &str, hour: i64) -> Result<String, Error> {
    let made = token::derive(&site_key(conn)?, &format!("join:{network}"), hour, 0);
    Ok(made[..32].to_owned())
}

/// Whether a number solves the challenge of this hour or of the one before.
///
/// # Errors
/// Of the database.
pub fn is_done(conn: &mut Conn, network: &str, given: &str, now: Time) -> Result<bool, Error> {
    if given.is_empty() || given.len() > 20 || !given.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(false);
    }
    let hour = now.0 / Time::HOUR;
    for hour in [hour, hour - 1] {
        let challenge = of_hour(conn, network, hour)?;
        let hash = Sha256::digest(format!("{challenge}:{given}"));
        let begin = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        if begin.leading_zeros() >= BITS {
            return Ok(true);
        }
    }
    Ok(false)
}
