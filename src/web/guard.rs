//! The guard, a middleware around everything that is not answered from the cache: host check, CSRF check, error pages,
//! response headers, request id and log lines.

use crate::db::query_stats;
use crate::error::Error;
use crate::paths;
use crate::web::error_pages::Format;
use crate::web::form::SubmittedText;
use crate::web::headers::{
    OF_PAGES, REQUEST_ID, allow_cross_origin, is_picture, request_id, set_security,
};
use crate::web::notices::Event;
use crate::web::session_cookie::PresentedToken;
use crate::web::{Network, Shared, State, Viewer, device_cookie, error_pages, meter, viewer};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

/// Request extension: the client's network, from `X-Forwarded-For` only if a trusted proxy sent it.
#[derive(Clone, Debug)]
pub struct ClientNetwork {
    /// The unit of rate limits: IPv4 /32, IPv6 /64.
    pub network: String,
}

/// The network that a request came from.
pub fn network_of(request: &actix_web::HttpRequest) -> String {
    request
        .extensions()
        .get::<ClientNetwork>()
        .map(|o| o.network.clone())
        .unwrap_or_default()
}

pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let began = Instant::now();
    let state = request
        .app_data::<Shared>()
        .expect("the state is registered with the app")
        .clone();
    let id = request_id();
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let personal = request.extensions().get::<PresentedToken>().is_some();
    request.extensions_mut().insert(ClientNetwork {
        network: Network::of(client(&state, &request)),
    });

    let network = network_of(request.request());
    let mut response = match check_request(&state, &request) {
        Err(Rejection::Error(error)) => {
            note_rejection(&state, &error, &network, &path);
            let format = Format::of(request.headers());
            let page = error_pages::page(&state, &Viewer(None), &error, None, &id, format);
            request.into_response(page)
        }
        Err(Rejection::Redirect(to)) => request.into_response(
            HttpResponse::PermanentRedirect()
                .insert_header((header::LOCATION, to))
                .finish(),
        ),
        Ok(()) => match next.call(request).await {
            Ok(response) => with_error_page(&state, response.map_into_boxed_body(), &id),
            Err(error) => {
                tracing::error!(request = %id, %method, path, %error, "the request failed before it reached a handler");
                let page = error_pages::page(
                    &state,
                    &Viewer(None),
                    &Error::Unavailable(error.to_string()),
                    None,
                    &id,
                    Format::Page,
                );
                return Err(ErrorResponse::new(finish(&state, page, &id, personal)).into());
            }
        },
    };
    set_headers(
        &state,
        response.status(),
        response.headers_mut(),
        &id,
        personal,
    );
    device_cookie::append(&state, &mut response);
    note_response(&state, &response, &network, &path);
    if viewer::of(response.request()).is_staff() {
        let timing = meter::server_timing(query_stats::current(), began.elapsed());
        if let Ok(timing) = HeaderValue::from_str(&timing) {
            let name = HeaderName::from_static("server-timing");
            response.headers_mut().insert(name, timing);
        }
    }
    tracing::debug!(request = %id, %method, path = redact_path(&path), status = response.status().as_u16(), ms = began.elapsed().as_millis() as u64, "answered");
    Ok(response)
}

/// Logs a request that was refused before the router.
fn note_rejection(state: &State, error: &Error, network: &str, path: &str) {
    match error {
        Error::CsrfRejected => {
            let path = redact_path(path);
            state.notices.note(Event::CsrfRejected, network, path);
        }
        Error::ForeignHost => state.notices.note(Event::ForeignHost, network, ""),
        _ => {}
    }
}

/// Logs responses that an operator may want to know of.
fn note_response(state: &State, response: &ServiceResponse<BoxBody>, network: &str, path: &str) {
    let path = redact_path(path);
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS => state.notices.note(Event::Throttled, network, path),
        StatusCode::BAD_REQUEST => state.notices.note(Event::Malformed, network, ""),
        StatusCode::FORBIDDEN if is_for_staff(response) => {
            state.notices.note(Event::StaffRefused, network, path);
        }
        _ => {}
    }
}

/// The beginnings of addresses that end with the token of a link.
const SECRET: [&str; 7] = [
    "/setup/",
    "/invite/",
    "/verify/",
    "/reset/",
    "/preview/",
    "/account/email/cancel/",
    "/account/not-me/",
];

/// A path as it may be logged: without the token of a link.
pub fn redact_path(path: &str) -> &str {
    let begin = SECRET.iter().find(|begin| path.starts_with(*begin));
    match begin {
        Some(begin) => begin,
        None if path.starts_with(paths::LOGIN_OIDC_CALLBACK) => paths::LOGIN_OIDC_CALLBACK,
        None => path,
    }
}

/// Whether the router matched a staff page, however its path was spelled.
fn is_for_staff(response: &ServiceResponse<BoxBody>) -> bool {
    let pattern = response.request().match_pattern();
    pattern.is_some_and(|pattern| pattern.starts_with(paths::ADMIN))
}

enum Rejection {
    Error(Error),
    Redirect(String),
}

/// Checks path, host and CSRF before anything else.
fn check_request(state: &State, request: &ServiceRequest) -> Result<(), Rejection> {
    let base = &state.config.base;
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !request.path().starts_with('/') {
        // `GET *`: the asterisk form is for OPTIONS only, and is not supported.
        let why = "The address does not begin with a slash.".to_owned();
        return Err(Rejection::Error(Error::Malformed(why)));
    }
    if request.path().contains("%00") {
        // No path of the site has a NUL, and PostgreSQL text cannot store one.
        return Err(Rejection::Error(Error::NotFound));
    }
    if !matches!(request.path(), "/healthz" | "/readyz") {
        let forwarded = trusted(state, request)
            .then(|| text(request.headers(), "x-forwarded-host"))
            .flatten();
        let host = forwarded
            .or_else(|| text(request.headers(), "host"))
            .or_else(|| request.uri().authority().map(ToString::to_string));
        let host = host.unwrap_or_default();
        if !base.knows(&host) {
            return Err(Rejection::Error(Error::ForeignHost));
        }
        let reading = matches!(*request.method(), Method::GET | Method::HEAD);
        if reading
            && base.loopback.is_some()
            && !host.eq_ignore_ascii_case(&base.authority)
            && !default_port(&host, &base.authority)
        {
            let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
            return Err(Rejection::Redirect(format!("{}{path}", base.origin)));
        }
    }
    if safe || may_post(state, request) {
        Ok(())
    } else {
        Err(Rejection::Error(Error::CsrfRejected))
    }
}

fn default_port(host: &str, authority: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(name, port)| {
        matches!(port, "80" | "443") && name.eq_ignore_ascii_case(authority)
    })
}

/// CSRF check: by Fetch Metadata if it is sent, else by `Origin`; with neither, only requests without a session pass.
/// <https://www.w3.org/TR/fetch-metadata/>
fn may_post(state: &State, request: &ServiceRequest) -> bool {
    if let Some(site) = text(request.headers(), "sec-fetch-site") {
        return matches!(site.as_str(), "same-origin" | "none");
    }
    match text(request.headers(), "origin") {
        Some(origin) => origin == state.config.base.origin,
        None => request.extensions().get::<PresentedToken>().is_none(),
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
}

fn peer(request: &ServiceRequest) -> IpAddr {
    request
        .peer_addr()
        .map_or(IpAddr::from([0, 0, 0, 0]), |a| a.ip().to_canonical())
}

fn trusted(state: &State, request: &ServiceRequest) -> bool {
    let peer = peer(request);
    state
        .config
        .trusted_proxies
        .iter()
        .any(|n| n.contains(peer))
}

/// The client's address: the nearest one that is not a trusted proxy.
pub fn client(state: &State, request: &ServiceRequest) -> IpAddr {
    let mut address = peer(request);
    if trusted(state, request) {
        let chain: Vec<String> = request
            .headers()
            .get_all("x-forwarded-for")
            .map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned())
            .collect();
        for hop in chain.join(",").rsplit(',').map(str::trim) {
            let Ok(hop) = hop
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse::<IpAddr>()
            else {
                break;
            };
            address = hop;
            if !state.config.trusted_proxies.iter().any(|n| n.contains(hop)) {
                break;
            }
        }
    }
    address
}

fn with_error_page(
    state: &State,
    response: ServiceResponse<BoxBody>,
    id: &str,
) -> ServiceResponse<BoxBody> {
    let Some(found) = response.response().error() else {
        return match Format::of(response.request().headers()) {
            Format::Json => error_pages::refusals_as_json(state, response, id),
            Format::Page => response,
        };
    };
    let error = match found.as_error::<Error>() {
        Some(error) => error.clone(),
        None => match response.status() {
            StatusCode::NOT_FOUND => Error::NotFound,
            s if s.is_client_error() => Error::Malformed(found.to_string()),
            _ => Error::internal(found),
        },
    };
    if let Error::Unavailable(cause) = &error {
        state
            .notices
            .note(Event::Busy, "", &format!("{cause} (request {id})"));
    } else if error.status().is_server_error() {
        tracing::error!(request = %id, path = response.request().path(), cause = %error, "could not answer");
    }
    let request = response.request().clone();
    let text = request.extensions_mut().remove::<SubmittedText>();
    let error = match error {
        // The session ended while the request was under way.
        Error::SignInFirst { next } if next.is_empty() => Error::SignInFirst {
            next: paths::return_path(request.path()),
        },
        other => other,
    };
    let format = Format::of(request.headers());
    let page = error_pages::page(state, &viewer::of(&request), &error, text, id, format);
    let cookies: Vec<HeaderValue> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .cloned()
        .collect();
    let mut response = ServiceResponse::new(request, page);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn finish(state: &State, mut response: HttpResponse, id: &str, personal: bool) -> HttpResponse {
    let status = response.status();
    set_headers(state, status, response.headers_mut(), id, personal);
    response
}

fn set_headers(
    state: &State,
    status: StatusCode,
    headers: &mut HeaderMap,
    id: &str,
    personal: bool,
) {
    let own = OF_PAGES.map(|name| headers.get(&name).cloned().map(|value| (name, value)));
    set_security(state, headers);
    if headers.get(header::CONTENT_TYPE).is_some_and(is_picture) {
        allow_cross_origin(headers);
    }
    for (name, value) in own.into_iter().flatten() {
        headers.insert(name, value);
    }
    let id = HeaderValue::from_str(id).expect("hexadecimal digits");
    headers.insert(REQUEST_ID, id);
    if !headers.contains_key(header::CACHE_CONTROL)
        || !(status.is_success() || status.is_redirection())
    {
        let keep = if personal || headers.contains_key(header::SET_COOKIE) {
            "private, no-store"
        } else if status == StatusCode::OK {
            "public, no-cache"
        } else {
            "no-store"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
}

/// Whether a request passes `check_request`; a `Host` that equals the site's own takes a shortcut.
pub fn is_own_host(state: &State, request: &ServiceRequest) -> bool {
    let named = request.headers().get(header::HOST);
    let exact = named.is_some_and(|host| host.as_bytes() == state.config.base.authority.as_bytes());
    // Behind a proxy another header may name the host.
    if exact && state.config.trusted_proxies.is_empty() {
        return true;
    }
    check_request(state, request).is_ok()
}

/// A page with all headers as an error, for a caller that no longer has its request.
pub fn as_error(state: &State, page: HttpResponse, id: &str) -> actix_web::Error {
    ErrorResponse::new(finish(state, page, id, false)).into()
}

/// A response that is returned as an error, for failures that no longer have their request.
struct ErrorResponse(std::cell::RefCell<Option<HttpResponse>>);

impl ErrorResponse {
    fn new(response: HttpResponse) -> ErrorResponse {
        ErrorResponse(std::cell::RefCell::new(Some(response)))
    }
}
impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ErrorResponse")
    }
}
impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("answered with an error page")
    }
}
impl ResponseError for ErrorResponse {
    fn error_response(&self) -> HttpResponse {
        self.0
            .borrow_mut()
            .take()
            .unwrap_or_else(|| HttpResponse::new(StatusCode::SERVICE_UNAVAILABLE))
    }
}
