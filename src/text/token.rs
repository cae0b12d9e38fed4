//! Secret tokens in links that are mailed: made from the site's key, so that nothing that waits to be sent holds one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The token of a row of this kind: HMAC-SHA256 (RFC 2104) of what it is for, in hexadecimal digits. `salt` differs for each row,
/// also for one whose number is used again.
pub fn derive(key: &[u8], kind: &str, id: i64, salt: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(format!("{kind}:{id}:{salt}").as_bytes());
    super::encode_hex(&mac.finalize().into_bytes())
}

/// How a token is stored.
pub fn hash(token: &str) -> String {
    super::encode_hex(&Sha256::digest(token.as_bytes()))
}
