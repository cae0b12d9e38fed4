//! Responses from the cache: a page, a page with a reader's name filled in, or 304 Not Modified.

use super::Entry;
use super::skeleton::{Skeleton, Values};
use crate::web::State;
use crate::web::coding::Coding;
use crate::web::headers::{
    REQUEST_ID, allow_cross_origin, is_picture, new_idempotency_key, request_id_value, set_security,
};
use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};

/// The response from a skeleton, with this reader's name and a fresh idempotency key filled in.
pub(super) fn filled(skeleton: &Skeleton, name: &str, asked: &HeaderMap) -> HttpResponse {
    let key = new_idempotency_key();
    let values = Values { name, key: &key };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, HTML));
    // Even if the client prefers brotli: a brotli stream cannot be assembled from parts.
    if Coding::takes_gzip(asked.get(header::ACCEPT_ENCODING)) {
        response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("gzip")));
        response.body(skeleton.gzip(values))
    } else {
        response.body(skeleton.plain(values))
    }
}

pub(super) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const PUBLIC: &str = "public, no-cache";
const VARY: &str = "Accept-Encoding, Cookie";

pub(super) fn finish(state: &State, headers: &mut HeaderMap, keep: &'static str) {
    set_security(state, headers);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static(VARY));
    headers.insert(REQUEST_ID, request_id_value());
}

/// The conditional headers of a request: which version of the page the client has.
#[derive(Clone, Copy)]
pub(super) struct Preconditions<'a> {
    pub none_match: Option<&'a HeaderValue>,
    pub modified_since: Option<&'a HeaderValue>,
}

impl<'a> Preconditions<'a> {
    /// Reads the conditional headers of a request for this entry. `If-Modified-Since` is ignored if the entry has no
    /// `Last-Modified`.
    pub(super) fn of(headers: &'a HeaderMap, entry: &Entry) -> Preconditions<'a> {
        let dated = entry.last_modified.is_some();
        Preconditions {
            none_match: headers.get(header::IF_NONE_MATCH),
            modified_since: dated
                .then(|| headers.get(header::IF_MODIFIED_SINCE))
                .flatten(),
        }
    }

    /// Whether the client's version is current. `If-None-Match` takes precedence over the date:
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2>
    fn has(self, entry: &Entry) -> bool {
        if let Some(given) = self.none_match {
            return matches(given, &entry.etag);
        }
        let (Some(given), Some(ours)) = (self.modified_since, &entry.last_modified) else {
            return false;
        };
        let date = |value: &HeaderValue| value.to_str().ok()?.parse::<header::HttpDate>().ok();
        given == ours
            || date(given)
                .zip(date(ours))
                .is_some_and(|(given, ours)| given >= ours)
    }
}

/// The response for an entry: the page, or 304 if the client's version is current.
pub(super) fn answer(state: &State, entry: &Entry, asked: Preconditions<'_>) -> HttpResponse {
    if asked.has(entry) {
        // Only these headers: <https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5>
        let mut response = HttpResponse::new(StatusCode::NOT_MODIFIED);
        let headers = response.headers_mut();
        headers.insert(header::ETAG, entry.etag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(PUBLIC));
        headers.insert(header::VARY, HeaderValue::from_static(VARY));
        return response;
    }
    let mut response = HttpResponse::with_body(StatusCode::OK, BoxBody::new(entry.body.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, entry.content_type.clone());
    headers.insert(header::ETAG, entry.etag.clone());
    if let Some(at) = &entry.last_modified {
        headers.insert(header::LAST_MODIFIED, at.clone());
    }
    if entry.coding != Coding::Identity {
        let coding = HeaderValue::from_static(entry.coding.name());
        headers.insert(header::CONTENT_ENCODING, coding);
    }
    finish(state, headers, PUBLIC);
    if is_picture(&entry.content_type) {
        allow_cross_origin(headers);
    }
    response
}

/// Weak comparison: <https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2>
fn matches(given: &HeaderValue, etag: &HeaderValue) -> bool {
    if given == etag {
        return true;
    }
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    given.to_str().is_ok_and(|list| {
        list.split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
    })
}

/// Whether a browser opens a feed as a page.
pub(super) fn is_feed_in_browser(request: &ServiceRequest) -> bool {
    let path = request.path();
    (path.ends_with(".atom") || path.ends_with(".rss"))
        && request
            .headers()
            .get("sec-fetch-dest")
            .is_some_and(|dest| dest == "document")
}

/// Browsers show a feed with its style sheet only under the general media type.
pub(super) fn as_xml(mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if answer.status() == StatusCode::OK {
        let xml = HeaderValue::from_static("application/xml; charset=utf-8");
        answer.headers_mut().insert(header::CONTENT_TYPE, xml);
    }
    answer
}
