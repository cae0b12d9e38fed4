//! Middleware that replaces a 404 by a redirect when the page has moved or its path is spelled differently.

use super::list::Target;
use super::{Redirects, store};
use crate::error::Error;
use crate::paths::lookup_key;
use crate::web::Shared;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};

/// The current path of the page at a path; `None` if there is none.
async fn find_target(state: &Shared, redirects: &Redirects, path: &str) -> Option<String> {
    let (asked, route_kind) = (lookup_key(path), redirects.route_kind);
    let found = state
        .db
        .read(move |conn| store::resolve(conn, &asked, route_kind))
        .await;
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "looking up a moved page failed");
        None
    })
}

/// Resolves a target on this site to its current path, and keeps its query.
async fn resolve_target(state: &Shared, redirects: &Redirects, to: String) -> String {
    let (path, query) = to.split_once('?').unwrap_or((&to, ""));
    match find_target(state, redirects, path).await {
        Some(there) => with_query(there, query),
        None => to,
    }
}

/// Appends the query to a path, so that a redirect keeps, for example, the page of a list.
fn with_query(path: String, query: &str) -> String {
    if query.is_empty() {
        path
    } else {
        format!("{path}?{query}")
    }
}

/// Replaces a 404 by one redirect if the page has moved or its path is spelled differently, or by a 410 from the list. A
/// listed path with a query is redirected even if its page exists.
pub async fn redirect_not_found(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = percent_encoding::percent_decode_str(request.path())
        .decode_utf8_lossy()
        .into_owned();
    let query = request.query_string().to_owned();
    let found = |request: &HttpRequest| {
        let state = request.app_data::<Shared>().cloned();
        state.zip(request.app_data::<web::Data<Redirects>>().cloned())
    };
    if let Some((state, redirects)) = found(request.request()).filter(|_| reads)
        && let Some(target) = redirects.query_target(&path, &query)
    {
        let target = current_target(&state, &redirects, target).await;
        return Ok(match response(&state, target) {
            Some(moved) => request.into_response(moved),
            None => next.call(request).await?.map_into_boxed_body(),
        });
    }
    let answer = next.call(request).await?.map_into_boxed_body();
    if !reads || answer.status() != StatusCode::NOT_FOUND || path.len() > 2000 {
        return Ok(answer);
    }
    let Some((state, redirects)) = found(answer.request()) else {
        return Ok(answer);
    };
    let listed = redirects.target(&path);
    let listed = listed.or_else(|| redirects.target(&lookup_key(&path)));
    let target = match listed {
        Some(listed) => current_target(&state, &redirects, listed).await,
        None => match find_target(&state, &redirects, &path).await {
            Some(to) if to != path => Target::Moved(with_query(to, &query)),
            _ => return Ok(answer),
        },
    };
    Ok(match response(&state, target) {
        Some(moved) => answer.into_response(moved),
        None => answer,
    })
}

/// The target of a listed redirect, which may have moved as well.
async fn current_target(state: &Shared, redirects: &Redirects, listed: Target) -> Target {
    match listed {
        Target::Moved(to) if to.starts_with('/') => {
            Target::Moved(resolve_target(state, redirects, to).await)
        }
        Target::Found(to) if to.starts_with('/') => {
            Target::Found(resolve_target(state, redirects, to).await)
        }
        other => other,
    }
}

/// The redirect to a target, or 410. `None` if the target cannot stand in a header.
fn response(state: &Shared, target: Target) -> Option<HttpResponse> {
    let (status, to) = match target {
        Target::Moved(to) => (StatusCode::MOVED_PERMANENTLY, to),
        Target::Found(to) => (StatusCode::FOUND, to),
        Target::Gone => return Some(HttpResponse::from_error(Error::Gone)),
    };
    let to = if to.starts_with('/') {
        format!("{}{to}", state.config.base.origin)
    } else {
        to
    };
    let to = header::HeaderValue::from_str(&to).ok()?;
    Some(
        HttpResponse::build(status)
            .insert_header((header::LOCATION, to))
            .finish(),
    )
}
