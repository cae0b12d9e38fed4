//! The cookie by which a browser is known at its next log-in. It is set by a log-in and sent there alone. Handlers see no cookie but
//! the session's, so its hash reaches them as a request extension.

use crate::error::Error;
use crate::paths;
use crate::text;
use crate::web::State;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

const NAME: &str = "device";
/// Its value: 128 random bits in hexadecimal digits.
const LENGTH: usize = 32;

/// Request extension: the value of the cookie.
#[derive(Clone, Debug)]
struct SentDevice(String);

/// Keeps the cookie of a request to log in for its handler.
pub fn keep(request: &ServiceRequest) {
    if !request.path().starts_with(paths::LOGIN) {
        return;
    }
    let sent = request.headers().get_all(header::COOKIE);
    let mut pairs = sent.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let value = pairs.find_map(|pair| pair.trim_ascii().strip_prefix(b"device="));
    let value =
        value.filter(|value| value.len() == LENGTH && value.iter().all(u8::is_ascii_hexdigit));
    if let Some(value) = value {
        let value = String::from_utf8_lossy(value).into_owned();
        request.extensions_mut().insert(SentDevice(value));
    }
}

/// The cookie that a request has sent.
pub fn sent(request: &HttpRequest) -> Option<String> {
    let extensions = request.extensions();
    extensions.get::<SentDevice>().map(|sent| sent.0.clone())
}

/// A new value.
///
/// # Errors
/// `Internal` if the system has no random bytes.
pub fn new() -> Result<String, Error> {
    text::random_hex::<{ LENGTH / 2 }>().map_err(Error::internal)
}

/// Sets the cookie for a year, or for another one.
pub fn set(state: &State, response: &mut HttpResponse, value: &str) {
    let cookie = Cookie::build(NAME, value)
        .path(paths::LOGIN)
        .secure(state.config.base.https)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(365))
        .finish();
    if let Ok(cookie) = HeaderValue::from_str(&cookie.to_string()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
