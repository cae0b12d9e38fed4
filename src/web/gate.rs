//! Gates for work that costs memory or processor time: a few at a time, the others wait, and not too many of them.

#![allow(
    clippy::disallowed_types,
    reason = "held for one look into a small map, never across an await"
)]

use crate::error::Error;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Semaphore, SemaphorePermit};

/// A few at a time, a short queue, then 503.
pub struct Gate {
    permits: Semaphore,
    waiting: AtomicUsize,
    queue: usize,
    /// Who is in or waits, by network, where that is asked for.
    networks: Mutex<HashMap<String, usize>>,
}

/// What one network may have in a gate or before it, as a part of the whole.
const SHARE: usize = 8;

impl Gate {
    pub fn new(at_once: usize, queue: usize) -> Gate {
        Gate {
            permits: Semaphore::new(at_once),
            waiting: AtomicUsize::new(0),
            queue,
            networks: Mutex::default(),
        }
    }

    /// Who waits.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// # Errors
    /// `Busy` when the queue is full.
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>, Error> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        if let Ok(permit) = self.permits.try_acquire() {
            return Ok(permit);
        }
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if ahead >= self.queue {
            return Err(Error::Busy("the gate's queue is full".into()));
        }
        self.permits.acquire().await.map_err(Error::broken)
    }

    /// [`Gate::enter`] for work that anybody may ask for: one network gets an eighth of the places.
    ///
    /// # Errors
    /// `TooMany` when this network has its share, `Busy` when the queue is full.
    pub async fn enter_from(&self, network: String) -> Result<Place<'_>, Error> {
        let place = Seat::take(&self.networks, network, (self.queue / SHARE).max(2))?;
        let permit = self.enter().await?;
        Ok(Place {
            _permit: permit,
            _seat: place,
        })
    }
}

/// A turn in a gate that is counted against a network.
pub struct Place<'a> {
    _permit: SemaphorePermit<'a>,
    _seat: Seat<'a>,
}

struct Seat<'a> {
    networks: &'a Mutex<HashMap<String, usize>>,
    network: String,
}

impl<'a> Seat<'a> {
    fn take(
        networks: &'a Mutex<HashMap<String, usize>>,
        network: String,
        most: usize,
    ) -> Result<Seat<'a>, Error> {
        let mut held = networks.lock().unwrap_or_else(|e| e.into_inner());
        let count = held.entry(network.clone()).or_default();
        if *count >= most {
            return Err(Error::TooMany { seconds: 1 });
        }
        *count += 1;
        Ok(Seat { networks, network })
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut held = self.networks.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(count) = held.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.network);
            }
        }
    }
}
