//! The page cache as the outermost middleware: cached pages are answered here, before the router runs.

use super::answer::{Preconditions, answer, as_xml, filled, finish, is_feed_in_browser};
use super::single_flight::{Joined, SingleFlight, call_inner, render_or_wait, set_canonical_uri};
use super::{
    Answer, Audience, CacheStats, CachedRoute, FlightKey, InnerService, Key, RequestedPage,
    RouteLookup,
};
use crate::db::query_stats::QueryStats;
use crate::web::coding::Coding;
use crate::web::headers::request_id;
use crate::web::session_cookie::{self, PresentedToken, SessionCookie};
use crate::web::{Shared, device_cookie, guard, theme_cookie};
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpMessage, HttpResponse, cookie};
use std::borrow::Cow;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Instant;

pub struct PageCacheLayer {
    state: Shared,
    key: cookie::Key,
    routes: RouteLookup,
}

impl PageCacheLayer {
    /// `key` signs the session cookie.
    pub fn new(state: Shared, key: cookie::Key, routes: RouteLookup) -> PageCacheLayer {
        PageCacheLayer { state, key, routes }
    }
}

impl<S: InnerService> Transform<S, ServiceRequest> for PageCacheLayer {
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Transform = PageCacheMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<PageCacheMiddleware<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(PageCacheMiddleware {
            service: Rc::new(service),
            state: self.state.clone(),
            key: self.key.clone(),
            routes: self.routes.clone(),
        }))
    }
}

pub struct PageCacheMiddleware<S> {
    service: Rc<S>,
    state: Shared,
    key: cookie::Key,
    routes: RouteLookup,
}

impl<S> Clone for PageCacheMiddleware<S> {
    fn clone(&self) -> Self {
        PageCacheMiddleware {
            service: self.service.clone(),
            state: self.state.clone(),
            key: self.key.clone(),
            routes: self.routes.clone(),
        }
    }
}

/// A response that is ready (a cache hit), or one that takes a while.
pub enum ResponseFuture {
    Now(Option<Answer>),
    Later(Pin<Box<dyn Future<Output = Answer>>>),
}

impl Future for ResponseFuture {
    type Output = Answer;
    fn poll(
        self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        match self.get_mut() {
            ResponseFuture::Now(answer) => {
                std::task::Poll::Ready(answer.take().expect("not polled again after completion"))
            }
            ResponseFuture::Later(answer) => answer.as_mut().poll(cx),
        }
    }
}

impl<S: InnerService> Service<ServiceRequest> for PageCacheMiddleware<S> {
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Future = ResponseFuture;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> ResponseFuture {
        let began = Instant::now();
        if is_feed_in_browser(&request) {
            let answer = self.answer(request, began);
            return ResponseFuture::Later(Box::pin(async move { answer.await.map(as_xml) }));
        }
        let Some(log) = &self.state.access_log else {
            return self.answer(request, began);
        };
        let line = log.begin(&request, guard::client(&self.state, &request), began);
        match self.answer(request, began) {
            ResponseFuture::Now(answer) => {
                if let Some(answer) = &answer {
                    line.end(answer);
                }
                ResponseFuture::Now(answer)
            }
            ResponseFuture::Later(answer) => ResponseFuture::Later(Box::pin(async move {
                let answer = answer.await;
                line.end(&answer);
                answer
            })),
        }
    }
}

impl<S: InnerService> PageCacheMiddleware<S> {
    fn answer(&self, mut request: ServiceRequest, began: Instant) -> ResponseFuture {
        let name = session_cookie::name(&self.state);
        let cookie = session_cookie::read(name, &self.key, request.headers());
        let found = match &cookie {
            SessionCookie::Absent => self.look(&request, None),
            SessionCookie::Signed { token, .. } => self.look(&request, Some(token)),
            SessionCookie::Invalid => return self.answer_without_session(request, true, began),
        };
        match found {
            Lookup::Hit(response, route) => {
                // Recording metrics is the most expensive part of a hit; without a metrics listener it is skipped.
                if self.state.config.metrics_listen.is_some() {
                    let meter = &self.state.meter;
                    meter.answered(route, response.status(), began, QueryStats::default());
                }
                ResponseFuture::Now(Some(Ok(request.into_response(response))))
            }
            Lookup::Miss(key, route) => {
                request.head_mut().headers.remove(header::COOKIE);
                let (service, state) = (self.service.clone(), self.state.clone());
                ResponseFuture::Later(Box::pin(render_or_wait(
                    service, state, request, key, route, began,
                )))
            }
            Lookup::Personal(page, audience) => {
                self.forward(request, cookie, Some((page, audience)), began)
            }
            Lookup::Uncacheable => self.forward(request, cookie, None, began),
        }
    }

    /// Passes a request to the handlers. They see no cookie but the session cookie, so that no library can mistake
    /// another one for it.
    fn forward(
        &self,
        mut request: ServiceRequest,
        cookie: SessionCookie,
        personal: Option<(String, Option<Audience>)>,
        began: Instant,
    ) -> ResponseFuture {
        theme_cookie::keep(&request);
        device_cookie::keep(&request);
        let SessionCookie::Signed { token, pair } = cookie else {
            request.head_mut().headers.remove(header::COOKIE);
            let (service, state) = (self.service.clone(), self.state.clone());
            return ResponseFuture::Later(Box::pin(call_inner(service, state, request, began)));
        };
        if self.state.cache.has_no_session(&token) {
            let renewed = !self.state.cache.has_ended(&token);
            return self.answer_without_session(request, !renewed, began);
        }
        request.head_mut().headers.insert(header::COOKIE, pair);
        request
            .extensions_mut()
            .insert(PresentedToken(token.clone()));
        let middleware = self.clone();
        if let Some((page, audience)) = personal {
            if let Err(error) = set_canonical_uri(&mut request, &page) {
                let id = request_id();
                tracing::error!(request = %id, %error, "a request URI could not be made canonical");
            } else {
                request
                    .extensions_mut()
                    .insert(RequestedPage(page.as_str().into()));
            }
            if let Some(audience) = audience {
                return ResponseFuture::Later(Box::pin(
                    middleware.join_or_make(request, page, audience, token, began),
                ));
            }
        }
        ResponseFuture::Later(Box::pin(async move {
            let mut answer =
                call_inner(middleware.service, middleware.state.clone(), request, began).await?;
            if middleware.state.cache.has_ended(&token) {
                session_cookie::expire(&middleware.state, answer.headers_mut());
            }
            Ok(answer)
        }))
    }
}

/// The result of looking up a request in the cache.
enum Lookup {
    /// A hit, and the index of its route.
    Hit(HttpResponse, usize),
    /// A cacheable page that is not cached or is stale.
    Miss(Key<Coding>, CachedRoute),
    /// A cacheable page, requested with a session, that is not cached for this reader; its audience, if known.
    Personal(String, Option<Audience>),
    Uncacheable,
}

impl<S: InnerService> PageCacheMiddleware<S> {
    /// Answers as for an anonymous viewer. `deletes_cookie`: the response also deletes the session cookie.
    fn answer_without_session(
        &self,
        mut request: ServiceRequest,
        deletes_cookie: bool,
        began: Instant,
    ) -> ResponseFuture {
        theme_cookie::keep(&request);
        device_cookie::keep(&request);
        request.head_mut().headers.remove(header::COOKIE);
        let (middleware, state) = (self.clone(), self.state.clone());
        ResponseFuture::Later(Box::pin(async move {
            let mut answer = match middleware.look(&request, None) {
                Lookup::Hit(response, route) => {
                    let meter = &state.meter;
                    meter.answered(route, response.status(), began, QueryStats::default());
                    request.into_response(response)
                }
                Lookup::Miss(key, route) => {
                    render_or_wait(
                        middleware.service,
                        state.clone(),
                        request,
                        key,
                        route,
                        began,
                    )
                    .await?
                }
                _ => call_inner(middleware.service, state.clone(), request, began).await?,
            };
            if deletes_cookie {
                session_cookie::expire(&state, answer.headers_mut());
            }
            Ok(answer)
        }))
    }

    fn look(&self, request: &ServiceRequest, token: Option<&str>) -> Lookup {
        if !matches!(*request.method(), Method::GET | Method::HEAD)
            || !guard::is_own_host(&self.state, request)
        {
            return Lookup::Uncacheable;
        }
        let Some(page) = self.page(request) else {
            return Lookup::Uncacheable;
        };
        let (cache, db) = (&self.state.cache, &self.state.db);
        let headers = request.headers();
        let path = page.split('?').next().unwrap_or_default();
        if let Some(token) = token {
            let Some(route) = (self.routes.find_route)(path) else {
                return Lookup::Uncacheable;
            };
            return match self.cached_reader_page(token, headers, &page) {
                Ok(response) => Lookup::Hit(response, route.index),
                Err(audience) => Lookup::Personal(page.into_owned(), audience),
            };
        }
        // Pictures are compressed already: there is one variant.
        let coding = match page.ends_with(".png") {
            true => Coding::Identity,
            false => Coding::choose(headers.get(header::ACCEPT_ENCODING)),
        };
        if let Some(entry) = cache.page(db, &page, coding) {
            let answer = answer(&self.state, &entry, Preconditions::of(headers, &entry));
            CacheStats::increment(match answer.status() {
                StatusCode::NOT_MODIFIED => &cache.counts.not_modified,
                _ => &cache.counts.hits,
            });
            return Lookup::Hit(answer, entry.route);
        }
        match (self.routes.find_route)(path) {
            Some(route) => {
                let page = page.into_owned().into();
                Lookup::Miss(Key { page, of: coding }, route)
            }
            None => Lookup::Uncacheable,
        }
    }

    /// The cache key: path and allowed query in canonical form, however they are percent-encoded. None: not cacheable.
    fn page<'r>(&self, request: &'r ServiceRequest) -> Option<Cow<'r, str>> {
        let (path, query) = (request.path(), request.query_string());
        let path = plain(path)?;
        if query.is_empty() {
            return Some(path);
        }
        if (self.routes.is_redirected)(&path, query) {
            return None;
        }
        let allowed = (self.routes.find_route)(&path)?.query;
        let mut page = path.into_owned();
        for param in allowed {
            let given = query
                .split('&')
                .filter_map(|part| part.split_once('='))
                .find(|(name, _)| decoded(name) == param.name);
            let Some((_, value)) = given else {
                continue;
            };
            let value = plain(value).filter(|value| value.len() <= 64)?;
            let known = param.values.is_empty() || param.values[1..].contains(&&*value);
            if known && !value.is_empty() {
                page.push(if page.contains('?') { '&' } else { '?' });
                page.push_str(param.name);
                page.push('=');
                page.push_str(&value);
            }
        }
        Some(Cow::Owned(page))
    }

    /// Passes a reader's request on. If the same page is already being rendered, waits for that first and uses it.
    async fn join_or_make(
        self,
        request: ServiceRequest,
        page: String,
        audience: Audience,
        token: String,
        began: Instant,
    ) -> Answer {
        let making = FlightKey::ForReaders(Key {
            page: page.as_str().into(),
            of: audience,
        });
        let _flight = match SingleFlight::join(&self.state, making) {
            Joined::Leader(flight) => Some(flight),
            Joined::Follower(mut flight) => {
                CacheStats::increment(&self.state.cache.counts.waited);
                let _ = flight.changed().await;
                let made = self
                    .cached_reader_page(&token, request.headers(), &page)
                    .ok();
                if let Some(response) = made {
                    return Ok(request.into_response(response));
                }
                None
            }
        };
        call_inner(self.service, self.state, request, began).await
    }

    /// The page of a signed-in reader, assembled from the cache. On a miss, the audience of the page, if that is known.
    fn cached_reader_page(
        &self,
        token: &str,
        headers: &HeaderMap,
        page: &str,
    ) -> Result<HttpResponse, Option<Audience>> {
        let (cache, db) = (&self.state.cache, &self.state.db);
        let known = cache.session(db, token).ok_or(None)?;
        if !known.account.is_plain() {
            return Err(None);
        }
        let audience = cache.audience_of(db, known.account.id, page).ok_or(None)?;
        let cached = cache.skeleton(db, page, audience).ok_or(Some(audience))?;
        CacheStats::increment(&cache.counts.reader_hits);
        let mut response = filled(&cached.skeleton, &known.name, headers);
        finish(&self.state, response.headers_mut(), "private, no-store");
        Ok(response)
    }
}

/// Percent-decoded.
fn decoded(text: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy()
}

/// Percent-decoded, if the result has only characters that need no encoding.
fn plain(text: &str) -> Option<Cow<'_, str>> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
    if text.bytes().all(is_plain) {
        return Some(Cow::Borrowed(text));
    }
    let text = decoded(text);
    text.bytes().all(is_plain).then_some(text)
}
