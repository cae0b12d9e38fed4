//! Security headers, request ids, idempotency keys.

use crate::text;
use crate::web::State;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The content security policy: who may frame the page, the name of its Trusted Types policy, and further directives.
macro_rules! content_policy {
    ($ancestors:literal, $trusted:literal, $further:literal) => {
        HeaderValue::from_static(concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors ",
            $ancestors,
            "; require-trusted-types-for 'script'; trusted-types ",
            $trusted,
            $further
        ))
    };
}

/// Headers of [`set_security`] that a page may set itself.
pub const OF_PAGES: [HeaderName; 3] = [
    header::CONTENT_SECURITY_POLICY,
    header::X_FRAME_OPTIONS,
    header::REFERRER_POLICY,
];

static SECURITY: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        content_policy!("'none'", "'none'", ""),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (RESOURCE_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), browsing-topics=()"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
];

/// Sets the security headers of every response.
pub fn set_security(state: &State, headers: &mut HeaderMap) {
    for (name, value) in &SECURITY {
        headers.insert(name.clone(), value.clone());
    }
    if state.config.base.https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

/// For a page with the writing surface: `static/paste.js` parses what is pasted into a document of its own, and the preview stands
/// beside the text.
pub fn allow_writing_surface(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        content_policy!("'none'", "masthead-paste", "; frame-src 'self'"),
    );
}

/// For a page that stands beside the text it is made of.
pub fn allow_own_frames(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        content_policy!("'self'", "'none'", ""),
    );
    headers.insert(
        header::X_FRAME_OPTIONS,
        HeaderValue::from_static("SAMEORIGIN"),
    );
}

/// Whether this is the media type of a picture.
pub fn is_picture(mime: &HeaderValue) -> bool {
    mime.as_bytes().starts_with(b"image/")
}

/// Allows other sites to embed a picture, as they show the site's feeds and link previews.
pub fn allow_cross_origin(headers: &mut HeaderMap) {
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
}

/// A request id: 64 random bits, enough to find a request in a log.
pub fn request_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

/// [`request_id`] as a header value.
pub fn request_id_value() -> HeaderValue {
    let (number, mut text) = (fastrand::u64(..).to_be_bytes(), [0; 16]);
    for (pair, byte) in text.chunks_exact_mut(2).zip(number) {
        pair[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        pair[1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    HeaderValue::from_bytes(&text).expect("hexadecimal digits")
}

/// A fresh idempotency key: 128 random bits.
pub fn new_idempotency_key() -> String {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    text::encode_hex(&bytes)
}
