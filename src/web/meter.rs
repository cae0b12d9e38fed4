//! The metrics of `/metrics`: requests, durations and database statements of every route; cache, gates and connections.

use crate::db::query_stats::QueryStats;
use crate::web::State;
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Histogram buckets, in seconds.
const BUCKETS: [f64; 17] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
    1.0, 2.5, 5.0, 10.0,
];

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

type Labels<const N: usize> = [(&'static str, &'static str); N];

struct RouteMetrics {
    seconds: Histogram,
    /// 1xx to 5xx.
    answers: [Counter; 5],
    queries: Counter,
}

pub struct Meter {
    registry: Registry,
    routes: Vec<RouteMetrics>,
    by_name: HashMap<(&'static str, &'static str), usize>,
    cache: Family<Labels<1>, Counter>,
    cache_bytes: Gauge,
    cache_entries: Family<Labels<1>, Gauge>,
    waiting: Family<Labels<1>, Gauge>,
    connections: Family<Labels<1>, Gauge>,
    jobs: Family<Labels<1>, Gauge>,
}

impl Meter {
    /// `routes`: method and path pattern of every route.
    pub fn new(
        routes: impl Iterator<Item = (&'static str, &'static str)>,
        db: &crate::db::Db,
    ) -> Meter {
        let mut registry = Registry::with_prefix("masthead");
        let seconds = Family::<Labels<2>, Histogram>::new_with_constructor(histogram);
        let answers = Family::<Labels<3>, Counter>::default();
        let queries = Family::<Labels<2>, Counter>::default();
        let mut names: Vec<_> = routes.collect();
        names.push(("any", "none"));
        let of_route = |(method, path): &(&'static str, &'static str)| {
            let labels = [("method", *method), ("route", *path)];
            let status = |class| {
                let labels = [labels[0], labels[1], ("status", class)];
                answers.get_or_create(&labels).clone()
            };
            RouteMetrics {
                seconds: seconds.get_or_create(&labels).clone(),
                answers: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(status),
                queries: queries.get_or_create(&labels).clone(),
            }
        };
        let routes = names.iter().map(of_route).collect();
        let cache = Family::<Labels<1>, Counter>::default();
        let cache_bytes = Gauge::<i64>::default();
        let cache_entries = Family::<Labels<1>, Gauge>::default();
        let waiting = Family::<Labels<1>, Gauge>::default();
        let connections = Family::<Labels<1>, Gauge>::default();
        let jobs = Family::<Labels<1>, Gauge>::default();
        macro_rules! tell {
            ($($what:expr, $name:literal: $help:literal;)+) => {
                $(registry.register($name, $help, $what.clone());)+
            };
        }
        tell! {
            seconds, "request_seconds": "Time from request to response";
            answers, "answers": "Responses by status class";
            queries, "queries": "Statements that requests sent to the database";
            cache, "cache": "Requests for cacheable pages, by outcome";
            cache_bytes, "cache_bytes": "Size of the page cache in bytes";
            cache_entries, "cache_entries": "Cached pages, pages for readers, and sessions";
            waiting, "gate_waiting": "Requests that wait for a gate";
            connections, "pool_connections": "Connections to the database";
            jobs, "jobs": "Background jobs that wait or run, and jobs that failed in their last attempt";
            db.meters().pool_wait, "pool_wait_seconds": "Time spent waiting for a database connection";
            db.meters().batch, "writes_per_commit": "Writes that shared one commit";
        }
        Meter {
            registry,
            routes,
            by_name: names.into_iter().zip(0..).collect(),
            cache,
            cache_bytes,
            cache_entries,
            waiting,
            connections,
            jobs,
        }
    }

    /// The index of a route; the last one stands for requests that match none.
    fn index(&self, method: &Method, pattern: Option<&str>) -> usize {
        let method = match *method {
            Method::GET | Method::HEAD => "GET",
            Method::POST => "POST",
            _ => "other",
        };
        let known = pattern.and_then(|pattern| self.by_name.get(&(method, pattern)));
        known.copied().unwrap_or(self.routes.len() - 1)
    }

    /// Records a response to a request that did not reach the router.
    pub fn unrouted(&self, status: StatusCode, began: Instant, stats: QueryStats) {
        self.answered(self.routes.len() - 1, status, began, stats);
    }

    /// Records a response.
    pub fn answered(&self, route: usize, status: StatusCode, began: Instant, stats: QueryStats) {
        let of = &self.routes[route];
        of.seconds.observe(began.elapsed().as_secs_f64());
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        of.answers[class].inc();
        of.queries.inc_by(u64::from(stats.queries));
    }

    /// [`Meter::answered`] for a request that the router has matched.
    pub fn routed<B>(&self, response: &ServiceResponse<B>, began: Instant, stats: QueryStats) {
        let request = response.request();
        let route = self.index(request.method(), request.match_pattern().as_deref());
        self.answered(route, response.status(), began, stats);
    }

    /// How many jobs wait or run, and how many failed in their last attempt.
    pub fn set_jobs(&self, waiting: i64, failing: i64) {
        for (kind, many) in [("waiting", waiting), ("failing", failing)] {
            self.jobs.get_or_create(&[("state", kind)]).set(many);
        }
    }

    /// All metrics in the OpenMetrics text format.
    ///
    /// # Errors
    /// `Internal` when it cannot be written.
    pub fn text(&self, state: &State) -> Result<String, crate::error::Error> {
        let counts = &state.cache.counts;
        for (outcome, count) in [
            ("hit", &counts.hits),
            ("not_modified", &counts.not_modified),
            ("reader_hit", &counts.reader_hits),
            ("miss", &counts.misses),
            ("waited", &counts.waited),
        ] {
            let counter = self.cache.get_or_create_owned(&[("outcome", outcome)]);
            counter
                .inner()
                .store(count.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        let (bytes, entries) = state.cache.size();
        self.cache_bytes.set(bytes as i64);
        for (kind, many) in ["pages", "reader_pages", "sessions"]
            .into_iter()
            .zip(entries)
        {
            self.cache_entries
                .get_or_create(&[("kind", kind)])
                .set(many as i64);
        }
        for (gate, waiting) in [
            ("hashing", state.hashing.waiting()),
            ("packing", state.packing.waiting()),
            ("rendering", state.rendering.waiting()),
            ("searching", state.searching.waiting()),
            ("comparing", state.comparing.waiting()),
            ("drawing", state.drawing.waiting()),
        ] {
            self.waiting
                .get_or_create(&[("gate", gate)])
                .set(waiting as i64);
        }
        let (open, idle) = state.db.connections();
        for (kind, many) in [("open", open), ("idle", idle)] {
            self.connections
                .get_or_create(&[("state", kind)])
                .set(i64::from(many));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(crate::error::Error::internal)?;
        Ok(text)
    }
}

/// The value of `Server-Timing`, which the guard sends to staff: <https://www.w3.org/TR/server-timing/>
pub fn server_timing(stats: QueryStats, whole: Duration) -> String {
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    format!(
        "db;dur={:.2};desc=\"{} statements\", total;dur={:.2}",
        millis(stats.time),
        stats.queries,
        millis(whole)
    )
}
