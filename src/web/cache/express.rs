//! The outermost layer: what is in memory is answered here, before the router is asked.

use super::answer::{Asked, answer, filled, finish};
use super::flight::{Flight, Seat, make, pass};
use super::{Answer, Audience, Counts, Inner, KeptRoute, Key, Making, Wanted};
use crate::db::spent::Spent;
use crate::web::coding::Coding;
use crate::web::{Shared, guard};
use actix_web::body::BoxBody;
use actix_web::cookie::CookieJar;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpMessage, HttpResponse, cookie};
use std::borrow::Cow;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Instant;

pub struct Express {
    state: Shared,
    key: cookie::Key,
    kept: fn(&str) -> Option<KeptRoute>,
}

impl Express {
    /// `key` signs the session cookie; `kept` finds the addresses whose pages are kept.
    pub fn new(state: Shared, key: cookie::Key, kept: fn(&str) -> Option<KeptRoute>) -> Express {
        Express { state, key, kept }
    }
}

impl<S: Inner> Transform<S, ServiceRequest> for Express {
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Transform = Desk<S>;
    type InitError = ();
    type Future = Ready<Result<Desk<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Desk {
            service: Rc::new(service),
            state: self.state.clone(),
            key: self.key.clone(),
            kept: self.kept,
        }))
    }
}

pub struct Desk<S> {
    service: Rc<S>,
    state: Shared,
    key: cookie::Key,
    kept: fn(&str) -> Option<KeptRoute>,
}

impl<S> Clone for Desk<S> {
    fn clone(&self) -> Self {
        Desk {
            service: self.service.clone(),
            state: self.state.clone(),
            key: self.key.clone(),
            kept: self.kept,
        }
    }
}

/// An answer that is there, or one that takes a while.
pub enum Answered {
    Now(Option<Answer>),
    Later(Pin<Box<dyn Future<Output = Answer>>>),
}

impl Future for Answered {
    type Output = Answer;
    fn poll(
        self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        match self.get_mut() {
            Answered::Now(answer) => {
                std::task::Poll::Ready(answer.take().expect("polled once after it is ready"))
            }
            Answered::Later(answer) => answer.as_mut().poll(cx),
        }
    }
}

impl<S: Inner> Service<ServiceRequest> for Desk<S> {
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Future = Answered;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Answered {
        let began = Instant::now();
        match self.look(&request) {
            Found::Answer(response, route) => {
                // Nothing else about a hit takes as long as noting it; where nobody asks, it is not noted.
                if self.state.config.metrics_listen.is_some() {
                    let meter = &self.state.meter;
                    meter.answered(route, response.status(), began, Spent::default());
                }
                Answered::Now(Some(Ok(request.into_response(response))))
            }
            Found::Nothing(key, route) => {
                let (service, state) = (self.service.clone(), self.state.clone());
                Answered::Later(Box::pin(make(service, state, request, key, route, began)))
            }
            Found::Personal(page, audience) => {
                request
                    .extensions_mut()
                    .insert(Wanted(page.as_str().into()));
                match audience {
                    Some(audience) => {
                        let desk = self.clone();
                        Answered::Later(Box::pin(desk.together(request, page, audience, began)))
                    }
                    None => self.pass(request, began),
                }
            }
            Found::NotOurs => self.pass(request, began),
        }
    }
}

/// What is in memory for a request.
enum Found {
    /// And the row of its address.
    Answer(HttpResponse, usize),
    /// A page that is kept, but is not there or has gone stale.
    Nothing(Key<Coding>, KeptRoute),
    /// A page that is kept, asked for with a session; and which readers want the same, if that is known.
    Personal(String, Option<Audience>),
    NotOurs,
}

impl<S: Inner> Desk<S> {
    fn pass(&self, request: ServiceRequest, began: Instant) -> Answered {
        let (service, state) = (self.service.clone(), self.state.clone());
        Answered::Later(Box::pin(pass(service, state, request, began)))
    }

    fn look(&self, request: &ServiceRequest) -> Found {
        if !matches!(*request.method(), Method::GET | Method::HEAD)
            || !guard::is_at_home(&self.state, request)
        {
            return Found::NotOurs;
        }
        let Some(page) = self.page(request) else {
            return Found::NotOurs;
        };
        let (cache, db) = (&self.state.cache, &self.state.db);
        let headers = request.headers();
        if guard::may_have_session(&self.state, headers) {
            let Some(route) = (self.kept)(request.path()) else {
                return Found::NotOurs;
            };
            return match self.for_reader(request, &page) {
                Ok(response) => Found::Answer(response, route.index),
                Err(audience) => Found::Personal(page.into_owned(), audience),
            };
        }
        // A picture is packed already: there is one of it.
        let coding = match page.ends_with(".png") {
            true => Coding::Identity,
            false => Coding::choose(headers.get(header::ACCEPT_ENCODING)),
        };
        if let Some(entry) = cache.page(db, &page, coding) {
            let answer = answer(&self.state, &entry, Asked::of(headers, &entry));
            Counts::one(match answer.status() {
                StatusCode::NOT_MODIFIED => &cache.counts.not_modified,
                _ => &cache.counts.hits,
            });
            return Found::Answer(answer, entry.route);
        }
        match (self.kept)(request.path()) {
            Some(route) => {
                let page = page.into_owned().into();
                Found::Nothing(Key { page, of: coding }, route)
            }
            None => Found::NotOurs,
        }
    }

    /// Path and allowed query in one spelling; none = not one of ours.
    fn page<'r>(&self, request: &'r ServiceRequest) -> Option<Cow<'r, str>> {
        let (path, query) = (request.path(), request.query_string());
        // One spelling of an address: what could be written otherwise goes to the router.
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
        if !path.bytes().all(plain) {
            return None;
        }
        if query.is_empty() {
            return Some(Cow::Borrowed(path));
        }
        let allowed = (self.kept)(path)?.query;
        let mut page = path.to_owned();
        for param in allowed {
            let mut given = query
                .split('&')
                .filter_map(|part| part.split_once('='))
                .filter(|(name, _)| *name == param.name)
                .map(|(_, value)| value);
            let value = given.next().unwrap_or_default();
            if given.next().is_some() || value.len() > 64 || !value.bytes().all(plain) {
                return None;
            }
            let known = param.values.is_empty() || param.values[1..].contains(&value);
            if known && !value.is_empty() {
                page.push(if page.contains('?') { '&' } else { '?' });
                page.push_str(param.name);
                page.push('=');
                page.push_str(value);
            }
        }
        // A name that is written with escapes could be one of ours.
        (!query.contains('%') && !query.contains('+')).then_some(Cow::Owned(page))
    }

    /// Sends a reader's request on, unless somebody is making the same page already: then that one is waited for.
    async fn together(
        self,
        request: ServiceRequest,
        page: String,
        audience: Audience,
        began: Instant,
    ) -> Answer {
        let making = Making::ForReaders(Key {
            page: page.as_str().into(),
            of: audience,
        });
        let _flight = match Flight::board(&self.state, making) {
            Seat::Leader(flight) => Some(flight),
            Seat::Waiting(mut flight) => {
                Counts::one(&self.state.cache.counts.waited);
                let _ = flight.changed().await;
                if let Ok(response) = self.for_reader(&request, &page) {
                    return Ok(request.into_response(response));
                }
                None
            }
        };
        pass(self.service, self.state, request, began).await
    }

    /// The page of a reader who is signed in, put together from what is kept; or to whom what is missing belongs.
    fn for_reader(
        &self,
        request: &ServiceRequest,
        page: &str,
    ) -> Result<HttpResponse, Option<Audience>> {
        let (cache, db) = (&self.state.cache, &self.state.db);
        let name = guard::cookie_name(&self.state);
        let mut jar = CookieJar::new();
        jar.add_original(request.cookie(name).ok_or(None)?);
        let token = jar.signed(&self.key).get(name).ok_or(None)?;
        let known = cache.session(db, token.value()).ok_or(None)?;
        if !known.account.is_plain() {
            return Err(None);
        }
        let audience = cache.standing(db, known.account.id, page).ok_or(None)?;
        let kept = cache.skeleton(db, page, audience).ok_or(Some(audience))?;
        Counts::one(&cache.counts.reader_hits);
        let mut response = filled(&kept.skeleton, &known.name, request.headers());
        finish(&self.state, response.headers_mut(), "private, no-store");
        Ok(response)
    }
}
