//! Rate-limited log lines about hostile or malformed requests: enough for a tool such as fail2ban, too few to flood the
//! log. They name the client's network, never a password or other input.

#![allow(
    clippy::disallowed_types,
    reason = "held for one look into a small map, only by requests that are refused"
)]

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The kind of event that a line reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A wrong name or password.
    LoginFailed,
    /// A rate limit was exceeded (429).
    Throttled,
    /// A form that was sent by another site (CSRF).
    CsrfRejected,
    /// A staff page was requested by somebody without the role.
    StaffRefused,
    /// A `Host` header that does not name this site.
    ForeignHost,
    /// A request that cannot be decoded.
    Malformed,
    /// Answered with 503: the database or the disk fails, or a queue is full.
    Busy,
    /// A network has reached its limit of connections.
    TooManyConnections,
}

impl Event {
    fn as_str(self) -> &'static str {
        match self {
            Event::LoginFailed => "login failed",
            Event::Throttled => "throttled",
            Event::CsrfRejected => "cross-site request refused",
            Event::StaffRefused => "staff page refused",
            Event::ForeignHost => "unknown host refused",
            Event::Malformed => "malformed request",
            Event::Busy => "could not answer",
            Event::TooManyConnections => "too many connections",
        }
    }

    /// Whether lines are limited for each network separately: for events that a tool may act on.
    fn is_by_network(self) -> bool {
        !matches!(self, Event::ForeignHost | Event::Malformed | Event::Busy)
    }
}

/// The most networks that are tracked separately; further ones share a line.
const MAX_NETWORKS: usize = 256;
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// A network without an event for this long may be evicted; its count of omitted lines is lost.
const FORGET_AFTER: Duration = Duration::from_secs(10);

/// When each kind of event was last logged, and how many lines were omitted since.
#[derive(Debug, Default)]
pub struct Notices(Mutex<HashMap<(Event, String), Last>>);

#[derive(Debug)]
struct Last {
    at: Instant,
    left_out: u32,
}

impl Notices {
    /// Logs one line, unless the last one about the same event is less than a second old. `detail` must be safe to log.
    pub fn note(&self, event: Event, network: &str, detail: &str) {
        if let Some(left_out) = self.should_log(event, network, Instant::now()) {
            let event = event.as_str();
            tracing::warn!(network, detail, left_out, "{event}");
        }
    }

    /// The number of lines omitted since the last one, if another one may be logged now.
    pub fn should_log(&self, event: Event, network: &str, now: Instant) -> Option<u32> {
        let mut seen = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let mut key = (event, String::new());
        if event.is_by_network() {
            key.1 = network.to_owned();
            if !seen.contains_key(&key) && seen.len() >= MAX_NETWORKS {
                seen.retain(|_, last| now.duration_since(last.at) < FORGET_AFTER);
                if seen.len() >= MAX_NETWORKS {
                    key.1 = "others".into();
                }
            }
        }
        let last = seen.entry(key).or_insert(Last {
            at: now.checked_sub(MIN_INTERVAL).unwrap_or(now),
            left_out: 0,
        });
        if now.duration_since(last.at) < MIN_INTERVAL {
            last.left_out = last.left_out.saturating_add(1);
            return None;
        }
        last.at = now;
        Some(std::mem::take(&mut last.left_out))
    }
}
