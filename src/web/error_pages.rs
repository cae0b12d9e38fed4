//! Error pages in the site's layout: they say what happened, give back submitted text, and link to where to go next.

use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::form::SubmittedText;
use crate::web::page::Refusals;
use crate::web::{Page, State, Viewer, page};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    t: Interface,
    heading: String,
    sentence: String,
    submitted: String,
    request_id: String,
    way: String,
    way_text: String,
    /// Whether it offers to search.
    searches: bool,
}

/// How a client wants errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Page,
    Json,
}

impl Format {
    /// JSON if the `Accept` header names JSON and not HTML; a page otherwise.
    pub fn of(headers: &HeaderMap) -> Format {
        let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok());
        let accept = accept.unwrap_or_default().to_ascii_lowercase();
        let names = |kind: &str| {
            let mut ranges = accept
                .split(',')
                .map(|range| range.split(';').map(str::trim));
            ranges.any(|mut range| range.next() == Some(kind) && !range.any(is_zero))
        };
        match names("application/json") && !names("text/html") {
            true => Format::Json,
            false => Format::Page,
        }
    }
}

/// Whether a parameter says "not this one": `q=0`, with up to three decimals (RFC 9110, 12.4.2).
fn is_zero(parameter: &str) -> bool {
    let weight = parameter.strip_prefix("q=").map(str::parse::<f32>);
    matches!(weight, Some(Ok(0.0)))
}

/// The response for an error: a page, a redirect, or JSON. `text`: submitted text to give back.
pub fn page(
    state: &State,
    viewer: &Viewer,
    error: &Error,
    text: Option<SubmittedText>,
    request_id: &str,
    format: Format,
) -> HttpResponse {
    let text = text.map(|text| text.0);
    match error {
        _ if format == Format::Json => {}
        Error::SignInFirst { next } if text.is_none() => {
            return page::see_other(&paths::login(next));
        }
        Error::PasswordChangeRequired => return page::see_other(paths::ACCOUNT_PASSWORD),
        Error::SecondFactorRequired => return page::see_other(paths::ACCOUNT_TWO_FACTOR),
        Error::ProofRequired { next } if text.is_none() => {
            return page::see_other(&paths::confirm(next));
        }
        _ => {}
    }
    let status = match error {
        // The session ended while a form was being sent: its text is given back.
        error if error.status() == StatusCode::SEE_OTHER => StatusCode::FORBIDDEN,
        other => other.status(),
    };
    let mut response = match format {
        Format::Json => json(state, error, text, request_id, status),
        Format::Page => html(state, viewer, error, text, request_id, status),
    };
    let extra = match error {
        Error::TooMany { seconds } => Some((header::RETRY_AFTER, seconds.to_string())),
        Error::Unavailable(_) => Some((header::RETRY_AFTER, "5".to_owned())),
        Error::NotAllowed { allow } => Some((header::ALLOW, (*allow).to_owned())),
        _ => None,
    };
    if let Some((name, value)) = extra {
        response
            .headers_mut()
            .insert(name, value.parse().expect("digits or methods"));
    }
    response
}

fn html(
    state: &State,
    viewer: &Viewer,
    error: &Error,
    text: Option<String>,
    request_id: &str,
    status: StatusCode,
) -> HttpResponse {
    let t = state.t();
    let (title, message) = title_and_message(t, state, error);
    let (way, way_text) = match error {
        Error::SignInFirst { next } => (paths::login(next), t.login_heading()),
        Error::ProofRequired { next } => (paths::confirm(next), t.confirm_heading()),
        _ => (paths::FRONT.into(), t.error_way_front()),
    };
    let page = ErrorPage {
        page: Page::new(state, viewer, &title).unlisted(),
        t,
        heading: title,
        sentence: message,
        submitted: text.unwrap_or_default(),
        request_id: match status.is_server_error() {
            true => request_id.to_owned(),
            false => String::new(),
        },
        way,
        way_text,
        searches: matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE),
    };
    page::answer(status, &page)
        .unwrap_or_else(|_| HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR))
}

fn json(
    state: &State,
    error: &Error,
    text: Option<String>,
    request_id: &str,
    status: StatusCode,
) -> HttpResponse {
    let (title, mut message) = title_and_message(state.t(), state, error);
    if matches!(error, Error::SignInFirst { .. }) && text.is_none() {
        message = state.t().error_log_in_first();
    }
    let mut body = serde_json::json!({
        "status": status.as_u16(),
        "title": title,
        "message": message,
        "request_id": request_id,
    });
    if let Some(text) = text {
        body["text"] = text.into();
    }
    HttpResponse::build(status).json(body)
}

/// A form with errors as JSON: its fields and their messages.
pub fn refusals_as_json(
    state: &State,
    response: ServiceResponse<BoxBody>,
    request_id: &str,
) -> ServiceResponse<BoxBody> {
    let (t, status) = (state.t(), response.status());
    let refusals = response.response().extensions().get::<Refusals>().cloned();
    let Some(Refusals(refusals)) = refusals.filter(|_| status.is_client_error()) else {
        return response;
    };
    let title = match status {
        StatusCode::FORBIDDEN => t.error_forbidden(),
        StatusCode::CONFLICT => t.error_conflict(),
        StatusCode::TOO_MANY_REQUESTS => t.error_too_many(),
        _ => t.error_refused(),
    };
    let messages: Vec<&str> = refusals.iter().map(|(_, why)| why.as_str()).collect();
    let of_fields = refusals.iter().filter(|(name, _)| !name.is_empty());
    let fields = of_fields.map(|(name, why)| serde_json::json!({ "name": name, "message": why }));
    let body = serde_json::json!({
        "status": status.as_u16(),
        "title": title,
        "message": messages.join(" "),
        "fields": fields.collect::<Vec<_>>(),
        "request_id": request_id,
    });
    let mut response = response.map_body(|_, _| BoxBody::new(body.to_string()));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The title and the message of an error, in the language of the site.
fn title_and_message(t: Interface, state: &State, error: &Error) -> (String, String) {
    match error {
        Error::Malformed(why) => (t.error_malformed(), why.clone()),
        Error::Refused(why) => (t.error_refused(), why.clone()),
        Error::SignInFirst { .. } => (t.error_forbidden(), t.compose_log_in_first()),
        Error::PasswordChangeRequired | Error::SecondFactorRequired | Error::Forbidden => {
            (t.error_forbidden(), t.error_forbidden_text())
        }
        Error::ProofRequired { .. } => (t.confirm_heading(), t.confirm_intro()),
        Error::AwaitsApproval => (t.awaits_approval(), t.awaits_approval_text()),
        Error::CsrfRejected => (t.error_cross_site(), t.error_forged_text()),
        Error::Banned { reason, until } => {
            let why = if reason.is_empty() {
                t.ban_no_reason()
            } else {
                t.ban_reason(reason)
            };
            let end = until.map_or_else(
                || t.ban_for_good(),
                |until| state.site().ban_end(Time(until)),
            );
            (t.error_banned(), format!("{why} {end}"))
        }
        Error::NotFound => (t.error_not_found(), t.error_not_found_text()),
        Error::Gone => (t.error_gone(), t.error_gone_text()),
        Error::NotAllowed { allow } => (t.error_not_allowed(), t.error_not_allowed_text(allow)),
        Error::Conflict(why) => (t.error_conflict(), why.clone()),
        Error::TooLarge { limit } => (
            t.error_too_large(),
            t.error_too_large_text((limit / 1024) as i64),
        ),
        Error::NotAForm => (t.error_not_a_form(), t.error_not_a_form_text()),
        Error::RequestTimeout => (t.error_too_slow(), t.error_too_slow_text()),
        Error::ForeignHost => (
            t.error_wrong_host(),
            t.error_foreign_host_text(&state.config.base.origin),
        ),
        Error::TooMany { seconds } => (
            t.error_too_many(),
            t.error_too_many_text(&wait(t, *seconds)),
        ),
        Error::Unavailable(_) => (t.error_busy(), t.error_busy_text()),
        Error::Internal { .. } => (t.error_internal(), t.error_broken_text()),
    }
}

/// Adds `Retry-After` to a response, in seconds.
///
/// # Errors
/// None; it returns a `Result` so that a handler can end with it.
pub fn retry_after(mut response: HttpResponse, seconds: i64) -> Result<HttpResponse, Error> {
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    Ok(response)
}

/// `40 seconds`, `9 minutes`: how long to wait, rounded up.
pub fn wait(t: Interface, seconds: i64) -> String {
    if seconds < 60 {
        t.wait_seconds(seconds)
    } else {
        t.wait_minutes((seconds + 59) / 60)
    }
}
