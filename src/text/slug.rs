//! Slugs: URL path segments made from titles and names.

use sha2::{Digest, Sha256};

/// Maximum length of a slug.
const MOST: usize = 80;
/// Digits that stand for what was cut off.
const DIGITS: usize = 6;

/// Lower-case ASCII letters and digits with single hyphens; `fallback` when nothing is left. A longer one is cut at a hyphen, and
/// ends in digits by which it differs from others with the same beginning.
pub fn slug(text: &str, fallback: &str) -> String {
    let mut out = String::new();
    for c in deunicode::deunicode(&text.replace(['\'', '’'], "")).chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    match out.trim_matches('-') {
        "" => fallback.to_owned(),
        whole if whole.len() <= MOST => whole.to_owned(),
        whole => {
            let digest = super::encode_hex(&Sha256::digest(whole)[..DIGITS / 2]);
            let head = &whole[..MOST - DIGITS - 1];
            let cut = head.rfind('-').filter(|at| *at > MOST / 2);
            let head = head[..cut.unwrap_or(head.len())].trim_end_matches('-');
            format!("{head}-{digest}")
        }
    }
}
