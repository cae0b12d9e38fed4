//! Encrypts short secrets that the database keeps, with the site's key.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

fn cipher(key: &[u8]) -> Option<LessSafeKey> {
    // A key for this alone: the site's signs cookies too.
    let mut own = Sha256::new();
    own.update(b"masthead seal");
    own.update(key);
    let own = UnboundKey::new(&CHACHA20_POLY1305, &own.finalize()).ok()?;
    Some(LessSafeKey::new(own))
}

/// Seals a secret for one place, such as an account's number: elsewhere it cannot be opened. ChaCha20-Poly1305 (RFC 8439) with a
/// random nonce, in hexadecimal digits. `None` without random bytes.
pub fn seal(key: &[u8], place: &str, secret: &[u8]) -> Option<String> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).ok()?;
    let mut bytes = secret.to_vec();
    cipher(key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(place.as_bytes()),
            &mut bytes,
        )
        .ok()?;
    Some(super::encode_hex(&[&nonce[..], &bytes].concat()))
}

/// Opens what [`seal`] made; `None` with another key, for another place, or if it was changed.
pub fn open(key: &[u8], place: &str, sealed: &str) -> Option<Vec<u8>> {
    let bytes = super::decode_hex(sealed);
    let (nonce, bytes) = bytes.split_at_checked(NONCE_LEN)?;
    let mut bytes = bytes.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let opened = cipher(key)?
        .open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes)
        .ok()?;
    Some(opened.to_vec())
}
