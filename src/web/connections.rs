//! Limits for slow clients: a connection whose response stalls is closed, and one network may hold a limited number of
//! connections.

#![allow(
    clippy::disallowed_types,
    reason = "held for one access to a small map when a connection opens or closes, never by a request"
)]

use crate::config::{Config, Network};
use crate::web::notices::{Event, Notices};
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::SockRef;
use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, Shutdown};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a response may stall: no data acknowledged, or none read by the client.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// The default limit of connections per network.
const DEFAULT: usize = 512;

/// The open connections, by network.
#[derive(Clone, Debug)]
pub struct Connections {
    max_per_network: Option<usize>,
    trusted: Arc<[Network]>,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

impl Connections {
    pub fn new(config: &Config) -> Connections {
        Connections {
            max_per_network: config.connections_per_network,
            trusted: config.trusted_proxies.clone().into(),
            open: Arc::default(),
        }
    }

    /// To be called for every accepted connection: sets its timeout, and closes it if its network is at the limit.
    pub fn accepted(&self, io: &dyn Any, data: &mut Extensions, notices: &Notices) {
        let Some(stream) = io.downcast_ref::<TcpStream>() else {
            return;
        };
        let socket = SockRef::from(stream);
        // Covers a closed window as well as lost packets: <https://www.rfc-editor.org/rfc/rfc5482>
        #[cfg(target_os = "linux")]
        if let Err(error) = socket.set_tcp_user_timeout(Some(STALL_TIMEOUT)) {
            tracing::debug!(%error, "the TCP user timeout of a connection could not be set");
        }
        let Ok(peer) = stream.peer_addr() else {
            return;
        };
        match self.acquire(peer.ip().to_canonical()) {
            Ok(held) => {
                data.insert(held);
            }
            Err(network) => {
                notices.note(Event::TooManyConnections, &network, "");
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
    }

    fn limit_for(&self, peer: IpAddr) -> Option<usize> {
        if self.trusted.iter().any(|proxy| proxy.contains(peer)) {
            return None;
        }
        match self.max_per_network {
            None if peer.is_loopback() => None,
            None => Some(DEFAULT),
            given => given,
        }
    }

    /// Counts a connection until the permit is dropped; returns the network as the error if it is at its limit.
    fn acquire(&self, peer: IpAddr) -> Result<ConnectionPermit, String> {
        let network = Network::of(peer);
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        let count = open.entry(network.clone()).or_default();
        if self
            .limit_for(peer)
            .is_some_and(|max_per_network| *count >= max_per_network)
        {
            return Err(network);
        }
        *count += 1;
        Ok(ConnectionPermit {
            network,
            open: self.open.clone(),
        })
    }
}

/// One open connection.
#[derive(Debug)]
struct ConnectionPermit {
    network: String,
    open: Arc<Mutex<HashMap<String, usize>>>,
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(count) = open.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}
