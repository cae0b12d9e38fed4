//! Lines in the log about hostile or clumsy requests: enough for a tool such as fail2ban, and never so many that the log
//! is what is attacked. They name the network, never a password or anything else that was typed.

#![allow(
    clippy::disallowed_types,
    reason = "held for one look into a small map, only by requests that are refused"
)]

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A wrong name or password.
    LoginFailed,
    /// A limit answered 429.
    Throttled,
    /// A form that another site sent.
    Forged,
    /// A page for staff, asked for by somebody who is not.
    StaffRefused,
    /// A Host that is not ours.
    ForeignHost,
    /// A request that cannot be decoded.
    Malformed,
    /// The database, a gate or the disk is in the way of an answer.
    Busy,
    /// One network holds all the connections that it may.
    TooManyConnections,
}

impl Event {
    fn as_str(self) -> &'static str {
        match self {
            Event::LoginFailed => "login failed",
            Event::Throttled => "throttled",
            Event::Forged => "cross-site request refused",
            Event::StaffRefused => "staff page refused",
            Event::ForeignHost => "unknown host refused",
            Event::Malformed => "malformed request",
            Event::Busy => "could not answer",
            Event::TooManyConnections => "too many connections",
        }
    }

    /// Whether each network gets a line of its own: what a tool may want to act on.
    fn is_by_network(self) -> bool {
        !matches!(self, Event::ForeignHost | Event::Malformed | Event::Busy)
    }
}

/// Networks that are told apart within a second; more share a line.
const MAX_NETWORKS: usize = 256;
const MIN_INTERVAL: Duration = Duration::from_secs(1);
/// After so long without a word the place of a network is given to another; what was left out of it is not told any more.
const FORGET_AFTER: Duration = Duration::from_secs(10);

/// When each kind was last logged, and how many were left out since.
#[derive(Debug, Default)]
pub struct Notices(Mutex<HashMap<(Event, String), Last>>);

#[derive(Debug)]
struct Last {
    at: Instant,
    left_out: u32,
}

impl Notices {
    /// Logs one line, unless the last one about the same is younger than a second. `detail`: more that may stand in a log.
    pub fn note(&self, event: Event, network: &str, detail: &str) {
        if let Some(left_out) = self.turn(event, network, Instant::now()) {
            let event = event.as_str();
            tracing::warn!(network, detail, left_out, "{event}");
        }
    }

    /// How many were left out since the last line, if it is time for another one.
    pub fn turn(&self, event: Event, network: &str, now: Instant) -> Option<u32> {
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
