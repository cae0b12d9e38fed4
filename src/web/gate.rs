//! Concurrency limits for work that costs memory or CPU time: a few run at a time, a bounded queue waits.

#![allow(
    clippy::disallowed_types,
    reason = "held for one look into a small map, never across an await"
)]

use crate::error::Error;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A semaphore with a bounded queue; beyond that, 503.
pub struct Gate {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    queue: usize,
    /// Permits held or waited for by each network, for [`Gate::acquire_for`].
    networks: Networks,
}

type Networks = Arc<Mutex<HashMap<String, usize>>>;

/// One network may hold or wait for this fraction (one eighth) of a gate's queue.
const NETWORK_FRACTION: usize = 8;

/// A permit of a gate. It must be moved into the work, not held by the request: if the client disconnects, the request
/// ends, but not the work on another thread.
#[derive(Debug)]
pub struct Permit {
    _permit: OwnedSemaphorePermit,
    _share: Option<NetworkPermit>,
}

impl Gate {
    pub fn new(at_once: usize, queue: usize) -> Gate {
        Gate {
            permits: Arc::new(Semaphore::new(at_once)),
            waiting: AtomicUsize::new(0),
            queue,
            networks: Networks::default(),
        }
    }

    /// The number of requests that wait for a permit.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// `Unavailable` when the queue is full.
    pub async fn acquire(&self) -> Result<Permit, Error> {
        self.acquire_with(None).await
    }

    /// [`Gate::acquire`] for work that anonymous clients may request: one network gets an eighth of the queue.
    ///
    /// # Errors
    /// `TooMany` when this network has its share, `Unavailable` when the queue is full.
    pub async fn acquire_for(&self, network: String) -> Result<Permit, Error> {
        let share = NetworkPermit::take(
            &self.networks,
            network,
            (self.queue / NETWORK_FRACTION).max(2),
        )?;
        self.acquire_with(Some(share)).await
    }

    async fn acquire_with(&self, share: Option<NetworkPermit>) -> Result<Permit, Error> {
        struct Waiting<'a>(&'a AtomicUsize);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        let permit = match self.permits.clone().try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
                let _waiting = Waiting(&self.waiting);
                if ahead >= self.queue {
                    return Err(Error::Unavailable("the queue for this work is full".into()));
                }
                let permits = self.permits.clone();
                permits.acquire_owned().await.map_err(Error::internal)?
            }
        };
        Ok(Permit {
            _permit: permit,
            _share: share,
        })
    }

    /// Runs CPU-bound work on a blocking thread, once it has a permit.
    ///
    /// # Errors
    /// `Unavailable` when the queue is full, `Internal` when the work panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = self.acquire().await?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

/// One permit that a network holds or waits for.
#[derive(Debug)]
struct NetworkPermit {
    networks: Networks,
    network: String,
}

impl NetworkPermit {
    fn take(networks: &Networks, network: String, most: usize) -> Result<NetworkPermit, Error> {
        let mut held = networks.lock().unwrap_or_else(|e| e.into_inner());
        let count = held.entry(network.clone()).or_default();
        if *count >= most {
            return Err(Error::TooMany { seconds: 1 });
        }
        *count += 1;
        Ok(NetworkPermit {
            networks: networks.clone(),
            network,
        })
    }
}

impl Drop for NetworkPermit {
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
