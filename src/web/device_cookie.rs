//! The cookie by which a browser is known at its next log-in. It is set by a log-in and sent there alone. Handlers see no cookie but
//! the session's, so its hash reaches them as a request extension.

use crate::error::Error;
use crate::paths;
use crate::text;
use crate::web::State;
use actix_web::body::BoxBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
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

/// Response extension: the cookie to set.
struct NewDevice(String);

/// Has the answer set the cookie for a year, or for another one.
pub fn set(response: &mut HttpResponse, value: &str) {
    response
        .extensions_mut()
        .insert(NewDevice(value.to_owned()));
}

/// Sets the cookie of an answer, after its session's.
pub fn append(state: &State, response: &mut ServiceResponse<BoxBody>) {
    let extensions = response.response().extensions();
    let Some(value) = extensions.get::<NewDevice>().map(|new| new.0.clone()) else {
        return;
    };
    drop(extensions);
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
