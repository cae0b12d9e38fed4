//! Middleware that replaces a 404 by a redirect when the page has moved or its path is spelled differently.

use super::list::{Target, normalize_key};
use super::{KnownRoute, Redirects, store};
use crate::error::Error;
use crate::web::Shared;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};

/// Names of index files, which are removed from the end of a path.
const INDEXES: [&str; 4] = ["/index.html", "/index.htm", "/index.php", "/index"];

/// The canonical form of a path: decoded, in lower case, without index file, empty segments and trailing slash.
fn normalize(path: &str) -> String {
    let mut path = normalize_key(path);
    while let Some(shorter) = INDEXES.iter().find_map(|index| path.strip_suffix(index)) {
        path = normalize_key(shorter);
    }
    // Removes empty segments, as in `//articles//a`.
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

/// The current path of the page at a path; `None` if there is none.
async fn find_target(state: &Shared, redirects: &Redirects, path: &str) -> Option<String> {
    let (asked, route_kind) = (normalize(path), redirects.route_kind);
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

/// Replaces a 404 by one redirect if the page has moved or its path is spelled differently, or by a 410 from the list.
pub async fn redirect_not_found(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = percent_encoding::percent_decode_str(request.path())
        .decode_utf8_lossy()
        .into_owned();
    let query = request.query_string().to_owned();
    let response = next.call(request).await?.map_into_boxed_body();
    if !reads || response.status() != StatusCode::NOT_FOUND || path.len() > 2000 {
        return Ok(response);
    }
    let asked = response.request();
    let (Some(state), Some(redirects)) = (
        asked.app_data::<Shared>().cloned(),
        asked.app_data::<web::Data<Redirects>>().cloned(),
    ) else {
        return Ok(response);
    };
    let is_existing_page = |to: &str| (redirects.route_kind)(to) == KnownRoute::Literal;
    let listed = redirects.list.target(&path, is_existing_page);
    let listed = listed.or_else(|| redirects.list.target(&normalize(&path), is_existing_page));
    let target = match listed {
        // The target of a listed redirect may have moved as well.
        Some(Target::Moved(to)) if to.starts_with('/') => {
            Target::Moved(resolve_target(&state, &redirects, to).await)
        }
        Some(Target::Found(to)) if to.starts_with('/') => {
            Target::Found(resolve_target(&state, &redirects, to).await)
        }
        Some(listed) => listed,
        None => match find_target(&state, &redirects, &path).await {
            Some(to) if to != path => Target::Moved(with_query(to, &query)),
            _ => return Ok(response),
        },
    };
    let (status, to) = match target {
        Target::Moved(to) => (StatusCode::MOVED_PERMANENTLY, to),
        Target::Found(to) => (StatusCode::FOUND, to),
        Target::Gone => {
            return Ok(response.into_response(HttpResponse::from_error(Error::Gone)));
        }
    };
    let to = if to.starts_with('/') {
        format!("{}{to}", state.config.base.origin)
    } else {
        to
    };
    let Ok(to) = header::HeaderValue::from_str(&to) else {
        return Ok(response);
    };
    let moved = HttpResponse::build(status)
        .insert_header((header::LOCATION, to))
        .finish();
    Ok(response.into_response(moved))
}
