//! Single-flight: a page that is not cached is rendered by one request, the leader, while its followers wait.

use super::answer::{HTML, Preconditions, answer};
use super::{
    Answer, BuiltFrom, CacheStats, CachedRoute, Entry, FlightKey, InnerService, Key, MAX_ENTRY,
};
use crate::db::query_stats::{QueryStats, measure};
use crate::error::Error;
use crate::web::coding::Coding;
use crate::web::error_pages::Format;
use crate::web::headers::request_id;
use crate::web::{Shared, Viewer, error_pages, guard};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{StatusCode, Uri};
use actix_web::rt;
use actix_web::web::Bytes;
use base64::Engine as _;
use sha2::{Digest, Sha256};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// Whether a request renders a page itself or waits for the request that does.
pub(super) enum Joined {
    Leader(SingleFlight),
    Follower(watch::Receiver<Option<Arc<Entry>>>),
}

/// Held by the leader while it renders the page. Dropping it, also on failure, releases the followers.
pub(super) struct SingleFlight {
    state: Shared,
    making: FlightKey,
    sender: watch::Sender<Option<Arc<Entry>>>,
}

impl SingleFlight {
    pub(super) fn join(state: &Shared, making: FlightKey) -> Joined {
        let mut flights = state
            .cache
            .flights
            .lock()
            .unwrap_or_else(|e| e.into_inner());
        if let Some(waiting) = flights.get(&making) {
            return Joined::Follower(waiting.clone());
        }
        let (sender, receiver) = watch::channel(None);
        flights.insert(making.clone(), receiver);
        Joined::Leader(SingleFlight {
            state: state.clone(),
            making,
            sender,
        })
    }
}

impl Drop for SingleFlight {
    fn drop(&mut self) {
        let mut flights = self
            .state
            .cache
            .flights
            .lock()
            .unwrap_or_else(|e| e.into_inner());
        flights.remove(&self.making);
    }
}

/// Passes a request to the inner service, and records its time and queries.
pub(super) async fn call_inner<S: InnerService>(
    service: Rc<S>,
    state: Shared,
    request: ServiceRequest,
    began: Instant,
) -> Answer {
    let (answer, stats) = measure(service.call(request)).await;
    match answer {
        Ok(mut answer) => {
            state.meter.routed(&answer, began, stats);
            // Only kept the compression away; it says nothing to a client.
            let headers = answer.headers_mut();
            if headers
                .get(header::CONTENT_ENCODING)
                .is_some_and(|coding| coding == "identity")
            {
                headers.remove(header::CONTENT_ENCODING);
            }
            Ok(answer.map_into_boxed_body())
        }
        Err(error) => {
            let status = error.as_response_error().status_code();
            state.meter.unrouted(status, began, stats);
            Err(error)
        }
    }
}

/// Renders a page that is not cached, or waits for the request that does.
pub(super) async fn render_or_wait<S: InnerService>(
    service: Rc<S>,
    state: Shared,
    request: ServiceRequest,
    key: Key<Coding>,
    route: CachedRoute,
    began: Instant,
) -> Answer {
    if state.db.is_unreachable()
        && let Some(entry) = state.cache.stale_if_error(&state.db, &key)
    {
        // Rendering now would mean waiting for the database.
        let response = answer(&state, &entry, Preconditions::of(request.headers(), &entry));
        return Ok(request.into_response(response));
    }
    let arrived = state.db.version();
    loop {
        match SingleFlight::join(&state, FlightKey::Page(key.clone())) {
            Joined::Follower(mut flight) => {
                CacheStats::increment(&state.cache.counts.waited);
                let landed = flight.wait_for(Option::is_some).await;
                let Some(entry) = landed.ok().and_then(|entry| entry.clone()) else {
                    // The leader produced no cacheable page: each follower sends its own request on.
                    let answer = call_inner(service, state.clone(), request, began).await?;
                    return Ok(or_stale(&state, &key, answer));
                };
                // Fresh enough for a request that arrived before the page's first read, even if something has changed since.
                if entry.since >= arrived || state.db.is_valid(&entry.dependencies) {
                    let asked = Preconditions::of(request.headers(), &entry);
                    let response = answer(&state, &entry, asked);
                    let status = response.status();
                    let stats = QueryStats::default();
                    state.meter.answered(route.index, status, began, stats);
                    return Ok(request.into_response(response));
                }
            }
            Joined::Leader(flight) => {
                CacheStats::increment(&state.cache.counts.misses);
                // A task of its own, which continues if this client disconnects: others may wait for it.
                let work = rt::spawn(render_as_leader(
                    service,
                    state.clone(),
                    request,
                    key.clone(),
                    flight,
                    route,
                    began,
                ));
                let error = match work.await {
                    Ok(Ok(response)) => return Ok(or_stale(&state, &key, response)),
                    Ok(Err(error)) => match error.as_error::<Error>() {
                        Some(ours) => ours.clone(),
                        None => return Err(error),
                    },
                    Err(panic) => Error::internal(panic),
                };
                let id = request_id();
                tracing::error!(request = %id, page = %key.page, cause = %error, "a page could not be rendered");
                let page =
                    error_pages::page(&state, &Viewer(None), &error, None, &id, Format::Page);
                state
                    .meter
                    .answered(route.index, error.status(), began, QueryStats::default());
                return Err(guard::as_error(&state, page, &id));
            }
        }
    }
}

/// Stale-if-error: instead of a 503, the cached page if it was valid recently.
fn or_stale(
    state: &Shared,
    key: &Key<Coding>,
    failed: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    if failed.status() != StatusCode::SERVICE_UNAVAILABLE {
        return failed;
    }
    let Some(entry) = state.cache.stale_if_error(&state.db, key) else {
        return failed;
    };
    let (request, _) = failed.into_parts();
    let response = answer(state, &entry, Preconditions::of(request.headers(), &entry));
    ServiceResponse::new(request, response)
}

/// Replaces a request's path and query by the cache key of its page: the handler sees no other part of the query, so
/// the cached page cannot depend on more than its key.
pub(super) fn set_canonical_uri(request: &mut ServiceRequest, page: &str) -> Result<(), Error> {
    let head = request.head_mut();
    let mut uri = head.uri.clone().into_parts();
    uri.path_and_query = Some(page.parse().map_err(Error::internal)?);
    let uri = Uri::from_parts(uri).map_err(Error::internal)?;
    head.uri = uri.clone();
    // The router matches on this copy of the URI.
    request.match_info_mut().get_mut().update(&uri);
    Ok(())
}

async fn render_as_leader<S: InnerService>(
    service: Rc<S>,
    state: Shared,
    mut request: ServiceRequest,
    key: Key<Coding>,
    flight: SingleFlight,
    route: CachedRoute,
    began: Instant,
) -> Answer {
    let head = request.head_mut();
    let none_match = head.headers.get(header::IF_NONE_MATCH).cloned();
    let modified_since = head.headers.get(header::IF_MODIFIED_SINCE).cloned();
    head.headers.remove(header::ACCEPT_ENCODING);
    // Also cookies that are spelled in another way: this page is for anonymous viewers.
    head.headers.remove(header::COOKIE);
    set_canonical_uri(&mut request, &key.page)?;
    let (response, stats) = measure(service.call(request)).await;
    let mut response = match response {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => {
            let status = error.as_response_error().status_code();
            state.meter.answered(route.index, status, began, stats);
            return Err(error);
        }
    };
    let made = response
        .response_mut()
        .extensions_mut()
        .remove::<BuiltFrom>();
    let Some(BuiltFrom(since, dependencies)) = made.filter(|_| is_cacheable(&response)) else {
        state.meter.routed(&response, began, stats);
        return Ok(response);
    };
    let (request, response) = response.into_parts();
    let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
    let last_modified = response.headers().get(header::LAST_MODIFIED).cloned();
    let plain = to_bytes(response.into_body())
        .await
        .map_err(actix_web::Error::from)?;
    let coding = key.of;
    let _cpu = state.packing.acquire().await?;
    let packed = tokio::task::spawn_blocking(move || pack(&plain, coding)).await;
    let (body, etag) = packed.map_err(Error::internal)??;
    let entry = Arc::new(Entry {
        body,
        etag,
        content_type: content_type.unwrap_or(HTML),
        last_modified,
        coding,
        route: route.index,
        dependencies,
        since,
    });
    if entry.body.len() <= MAX_ENTRY {
        state.cache.pages.insert(key, entry.clone());
    }
    // Already cached, so that a request that arrives now finds it.
    let _ = flight.sender.send(Some(entry.clone()));
    drop(flight);
    let asked = Preconditions {
        none_match: none_match.as_ref(),
        modified_since: modified_since.as_ref(),
    };
    let response = answer(&state, &entry, asked);
    let status = response.status();
    state.meter.answered(route.index, status, began, stats);
    Ok(ServiceResponse::new(request, response))
}

fn is_cacheable(response: &ServiceResponse<BoxBody>) -> bool {
    response.status() == StatusCode::OK && !response.headers().contains_key(header::SET_COOKIE)
}

/// The compressed body, and a strong ETag that differs between codings.
fn pack(plain: &Bytes, coding: Coding) -> Result<(Bytes, HeaderValue), Error> {
    let digest = Sha256::digest(plain);
    let hash = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&digest[..12]);
    let etag = format!("\"{hash}-{}\"", &coding.name()[..1]);
    let etag = HeaderValue::from_str(&etag).map_err(Error::internal)?;
    let body = match coding {
        Coding::Identity => plain.clone(),
        packed => packed.pack(plain).map_err(Error::internal)?.into(),
    };
    Ok((body, etag))
}
