//! Reads the session cookie of a request: by the exact bytes of its name, and only if it was sent once.
//!
//! A sibling domain can set `__Host%2Dmasthead`, which libraries decode into our name, or a second cookie beside ours:
//! neither is accepted (<https://www.rfc-editor.org/rfc/rfc6265#section-8.6>).

use crate::web::State;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieJar, Key, SameSite};
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// The session cookie of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionCookie {
    Absent,
    /// The session token, and the cookie as it was sent. Its signature is valid, but the session may have ended.
    Signed {
        token: String,
        pair: HeaderValue,
    },
    /// Not signed by this site, or sent twice: the request is anonymous, and the response deletes the cookie.
    Invalid,
}

/// Request extension: the session token that the request presented.
#[derive(Clone, Debug)]
pub struct PresentedToken(pub String);

/// The name of the session cookie: the `__Host-` prefix needs https.
pub fn name(state: &State) -> &'static str {
    if state.config.base.https {
        "__Host-masthead"
    } else {
        "masthead"
    }
}

/// Reads the session cookie.
pub fn read(name: &str, key: &Key, headers: &HeaderMap) -> SessionCookie {
    let mut found = None;
    for header in headers.get_all(header::COOKIE) {
        for pair in header.as_bytes().split(|b| *b == b';') {
            let pair = pair.trim_ascii();
            let Some(value) = pair
                .strip_prefix(name.as_bytes())
                .and_then(|rest| rest.strip_prefix(b"="))
            else {
                continue;
            };
            if found.is_some() {
                return SessionCookie::Invalid;
            }
            found = Some((pair, value));
        }
    }
    let Some((pair, value)) = found else {
        return SessionCookie::Absent;
    };
    let decoded = percent_encoding::percent_decode(value).decode_utf8();
    let (Ok(value), Ok(pair)) = (decoded, HeaderValue::from_bytes(pair)) else {
        return SessionCookie::Invalid;
    };
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::new(name.to_owned(), value.into_owned()));
    match jar.signed(key).get(name) {
        Some(token) => SessionCookie::Signed {
            token: token.value().to_owned(),
            pair,
        },
        None => SessionCookie::Invalid,
    }
}

/// Deletes the cookie, unless the response sets one. The response becomes private.
pub fn expire(state: &State, headers: &mut HeaderMap) {
    let name = name(state);
    let sets_it = headers.get_all(header::SET_COOKIE).any(|cookie| {
        let rest = cookie.as_bytes().strip_prefix(name.as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"="))
    });
    if sets_it {
        return;
    }
    let cookie = Cookie::build(name, "")
        .path("/")
        .secure(state.config.base.https)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::ZERO)
        .finish();
    if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, cookie);
    }
    let private = HeaderValue::from_static("private, no-store");
    headers.insert(header::CACHE_CONTROL, private);
}
