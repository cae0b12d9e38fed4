//! The one client for requests to other sites. Addresses of this machine and of private networks are refused, unless the operator
//! allows them: what someone enters must not reach services that trust their network.

use crate::config::Network;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The whole request, from the name to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer, in bytes.
const LIMIT: usize = 1024 * 1024;

/// Why a request failed; for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(pub String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl Failed {
    fn of(error: reqwest::Error) -> Failed {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Failed(text)
    }
}

/// What requests to other sites are made with.
#[derive(Clone)]
pub struct Outgoing {
    client: reqwest::Client,
    allowed: Arc<[Network]>,
}

impl Outgoing {
    /// `allowed`: private addresses that may be reached all the same.
    ///
    /// # Errors
    /// When the system offers no TLS.
    pub fn new(allowed: &[Network]) -> Result<Outgoing, Failed> {
        let allowed: Arc<[Network]> = allowed.into();
        let roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.into(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Failed(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            // Another address would have to be checked again.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .user_agent(concat!("Masthead/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Guard(allowed.clone())))
            .build()
            .map_err(Failed::of)?;
        Ok(Outgoing { client, allowed })
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// A sentence for the log.
    pub async fn send(
        &self,
        request: openidconnect::HttpRequest,
    ) -> Result<openidconnect::HttpResponse, Failed> {
        let (parts, body) = request.into_parts();
        let url = reqwest::Url::parse(&parts.uri.to_string()).map_err(|e| Failed(e.to_string()))?;
        // Numbers are not looked up, so the resolver does not see them.
        let number = match url.host() {
            Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        if number.is_some_and(|address| !may_reach(&self.allowed, address)) {
            return Err(Failed(format!("{url} is a private address")));
        }
        let sent = self
            .client
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body)
            .send();
        let mut answer = sent.await.map_err(Failed::of)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(Failed::of)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LIMIT {
                return Err(Failed(format!("the answer is larger than {LIMIT} bytes")));
            }
        }
        let mut whole = openidconnect::HttpResponse::new(bytes);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        Ok(whole)
    }
}

/// Looks names up, and leaves out the addresses that may not be reached. What was looked up is what is connected to: a name cannot
/// answer one thing here and another later.
struct Guard(Arc<[Network]>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let may: Vec<SocketAddr> = found
                .filter(|address| may_reach(&allowed, address.ip()))
                .collect();
            match may.is_empty() {
                true => Err(Failed(format!("{} is a private address", name.as_str())).into()),
                false => Ok(Box::new(may.into_iter()) as Addrs),
            }
        })
    }
}

fn may_reach(allowed: &[Network], address: IpAddr) -> bool {
    is_public(address) || allowed.iter().any(|network| network.contains(address))
}

/// Whether an address is one of the public Internet: <https://www.iana.org/assignments/iana-ipv4-special-registry> and its IPv6 sister.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Carrier-grade NAT, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    match parts {
        // IPv4 by translation (RFC 6052) and by tunnel (RFC 3056).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Documentation, Teredo and other protocols.
        [0x2001, 0xdb8, ..] => false,
        [0x2001, second, ..] if second < 0x200 => false,
        // All that is given out so far is in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}
