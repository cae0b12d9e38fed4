//! Configuration: read once, passed down. Defaults, then `masthead.toml`, then the environment, then flags.

use crate::db::Address;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The settings of one source (file, environment or flags), before they are merged; the keys of `masthead.toml`.
#[derive(Clone, Debug, Default, Deserialize, clap::Args)]
#[serde(deny_unknown_fields, default)]
pub struct PartialConfig {
    /// The data folder: database, media, mail, keys [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The port to serve on [default: 8080]
    #[arg(long, global = true)]
    pub port: Option<u16>,
    /// The address to serve on [default: 127.0.0.1]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The public address that all links are made from [default: http://127.0.0.1:PORT]
    #[arg(long, global = true, value_name = "URL")]
    pub base_url: Option<String>,
    /// Proxies whose forwarding headers are trusted: addresses or networks, separated by commas
    #[arg(long, global = true, value_name = "LIST")]
    pub trusted_proxies: Option<String>,
    /// The publication's name until another one is saved in its settings [default: Masthead]
    #[arg(long, global = true, value_name = "NAME")]
    pub site_name: Option<String>,
    /// Sample articles in an empty database: on or off [default: on]
    #[arg(long, global = true, value_name = "on|off")]
    pub samples: Option<String>,
    /// Where /metrics listens, such as 127.0.0.1:9090 [default: off]
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub metrics_listen: Option<String>,
    /// A line on standard output for each request: off, common (the log format of that name) or json [default: off]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub access_log: Option<String>,
    /// Connections that one address (IPv6: /64) may hold; trusted proxies are not counted [default: 512, and no limit
    /// for this machine itself]
    #[arg(long, global = true, value_name = "N")]
    pub connections_per_network: Option<usize>,
    /// The mail server; not used yet
    #[arg(long, global = true, value_name = "URL")]
    pub smtp_url: Option<String>,
    /// The sender of mail; not used yet
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// PostgreSQL instead of the embedded database: postgres://…
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// PEM file with the certificate authority of the database server
    #[arg(long, global = true, value_name = "FILE")]
    pub database_ca: Option<PathBuf>,
    /// Sessions and throttles in Redis: redis://…
    #[arg(long, global = true, value_name = "URL")]
    pub session_store_url: Option<String>,
}

/// The keys of `masthead.toml` and the variables of the environment.
pub const KEYS: [(&str, &str); 15] = [
    ("data", "MASTHEAD_DATA"),
    ("port", "PORT"),
    ("listen", "MASTHEAD_LISTEN"),
    ("base_url", "MASTHEAD_BASE_URL"),
    ("trusted_proxies", "MASTHEAD_TRUSTED_PROXIES"),
    ("site_name", "MASTHEAD_SITE_NAME"),
    ("samples", "MASTHEAD_SAMPLES"),
    ("metrics_listen", "MASTHEAD_METRICS_LISTEN"),
    ("access_log", "MASTHEAD_ACCESS_LOG"),
    (
        "connections_per_network",
        "MASTHEAD_CONNECTIONS_PER_NETWORK",
    ),
    ("smtp_url", "MASTHEAD_SMTP_URL"),
    ("mail_from", "MASTHEAD_MAIL_FROM"),
    ("database_url", "DATABASE_URL"),
    ("database_ca", "MASTHEAD_DATABASE_CA"),
    ("session_store_url", "SESSION_STORE_URL"),
];

/// The effective configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    pub listen: String,
    pub port: u16,
    pub base: BaseUrl,
    pub trusted_proxies: Vec<Network>,
    pub site_name: String,
    pub samples: bool,
    pub metrics_listen: Option<String>,
    pub access_log: Option<AccessLog>,
    /// Connections that one network may hold, loopback included. None = 512, and no limit for loopback.
    pub connections_per_network: Option<usize>,
    pub smtp_url: Option<String>,
    pub mail_from: Option<String>,
    pub database: Address,
    pub session_store_url: Option<String>,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
}

/// The format of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLog {
    /// <https://httpd.apache.org/docs/2.4/logs.html#common>
    Common,
    Json,
}

/// The public address, split into the parts that checks need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// `https://example.org`, without a slash at the end.
    pub origin: String,
    /// `example.org`, with the port if it is not the scheme's default.
    pub authority: String,
    pub https: bool,
    /// The port if the host is a loopback name.
    pub loopback: Option<u16>,
}

/// An address or a network, as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Config {
    /// Reads flags, environment and file, and merges them; earlier ones take precedence.
    ///
    /// # Errors
    /// A sentence that names the file, line or variable and what it takes.
    pub fn load(flags: PartialConfig, env: &[(String, String)]) -> Result<Config, String> {
        let environment = from_environment(env)?;
        let early = flags.data.clone().or_else(|| environment.data.clone());
        let candidates = [
            early
                .clone()
                .unwrap_or_else(|| "data".into())
                .join("masthead.toml"),
            PathBuf::from("masthead.toml"),
        ];
        let file = candidates.into_iter().find(|p| p.is_file());
        let written = match &file {
            Some(path) => from_file(path)?,
            None => PartialConfig::default(),
        };
        flags.merge(environment).merge(written).resolve(file)
    }
}

fn from_environment(env: &[(String, String)]) -> Result<PartialConfig, String> {
    let variables = KEYS.map(|(_, variable)| variable);
    if let Some((unknown, _)) = env
        .iter()
        .find(|(name, _)| name.starts_with("MASTHEAD_") && !variables.contains(&name.as_str()))
    {
        return Err(format!(
            "There is no setting {unknown}; did you mean {}?",
            nearest(&variables, unknown)
        ));
    }
    let env = |wanted: &str| {
        env.iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.clone())
    };
    let mut table = toml::Table::new();
    for (key, variable) in KEYS {
        if let Some(value) = env(variable).filter(|v| !v.is_empty()) {
            let value = match key {
                "connections_per_network" => toml::Value::Integer(
                    value
                        .trim()
                        .parse::<u32>()
                        .map_err(|_| format!("{variable}={value} is no number."))?
                        .into(),
                ),
                "port" => toml::Value::Integer(
                    value
                        .trim()
                        .parse::<u16>()
                        .map_err(|_| {
                            format!(
                                "{variable}={value} is no port: it takes a number from 1 to 65535."
                            )
                        })?
                        .into(),
                ),
                _ => toml::Value::String(value),
            };
            table.insert(key.into(), value);
        }
    }
    table
        .try_into()
        .map_err(|e: toml::de::Error| e.message().to_owned())
}

fn from_file(path: &Path) -> Result<PartialConfig, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| {
        let line = e
            .span()
            .map_or(1, |s| text[..s.start].matches('\n').count() + 1);
        let unknown = e
            .message()
            .strip_prefix("unknown field `")
            .and_then(|rest| rest.split('`').next());
        let why = match unknown {
            Some(key) => {
                format!(
                    "there is no setting {key:?}; did you mean {:?}?",
                    nearest(&KEYS.map(|(k, _)| k), key)
                )
            }
            None => e.message().to_owned(),
        };
        format!("{}:{line}: {why}", path.display())
    })
}

/// The known name that is most similar to the given one, to suggest in an error message.
pub fn nearest<'a>(known: &[&'a str], given: &str) -> &'a str {
    known
        .iter()
        .copied()
        .max_by(|a, b| strsim::jaro_winkler(a, given).total_cmp(&strsim::jaro_winkler(b, given)))
        .unwrap_or_default()
}

impl PartialConfig {
    fn merge(self, under: PartialConfig) -> PartialConfig {
        PartialConfig {
            data: self.data.or(under.data),
            port: self.port.or(under.port),
            listen: self.listen.or(under.listen),
            base_url: self.base_url.or(under.base_url),
            trusted_proxies: self.trusted_proxies.or(under.trusted_proxies),
            site_name: self.site_name.or(under.site_name),
            samples: self.samples.or(under.samples),
            metrics_listen: self.metrics_listen.or(under.metrics_listen),
            access_log: self.access_log.or(under.access_log),
            connections_per_network: self
                .connections_per_network
                .or(under.connections_per_network),
            smtp_url: self.smtp_url.or(under.smtp_url),
            mail_from: self.mail_from.or(under.mail_from),
            database_url: self.database_url.or(under.database_url),
            database_ca: self.database_ca.or(under.database_ca),
            session_store_url: self.session_store_url.or(under.session_store_url),
        }
    }

    fn resolve(self, file: Option<PathBuf>) -> Result<Config, String> {
        let data = self.data.unwrap_or_else(|| "data".into());
        let port = self.port.unwrap_or(8080);
        if port == 0 {
            return Err("PORT takes a number from 1 to 65535.".into());
        }
        let base = BaseUrl::parse(
            &self
                .base_url
                .unwrap_or_else(|| format!("http://127.0.0.1:{port}")),
        )?;
        let samples = match self.samples.as_deref() {
            None | Some("on" | "true" | "1") => true,
            Some("off" | "false" | "0") => false,
            Some(other) => {
                return Err(format!(
                    "MASTHEAD_SAMPLES is {other:?}; it takes on or off."
                ));
            }
        };
        if self.connections_per_network == Some(0) {
            return Err("MASTHEAD_CONNECTIONS_PER_NETWORK takes a number from 1.".into());
        }
        let access_log = match self.access_log.as_deref() {
            None | Some("off" | "false" | "0") => None,
            Some("common") => Some(AccessLog::Common),
            Some("json") => Some(AccessLog::Json),
            Some(other) => {
                return Err(format!(
                    "MASTHEAD_ACCESS_LOG is {other:?}; it takes off, common or json."
                ));
            }
        };
        let trusted_proxies = self.trusted_proxies.unwrap_or_default();
        let trusted_proxies = trusted_proxies
            .split(',')
            .map(str::trim)
            .filter(|s| !s.is_empty())
            .map(Network::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let database = match self.database_url {
            None => Address::Sqlite(data.join("masthead.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Address::Postgres {
                    url,
                    ca: self.database_ca,
                }
            }
            Some(_) => {
                return Err(
                    "DATABASE_URL takes postgres://user:password@host/database. Without it Masthead uses its embedded database.".into()
                );
            }
        };
        if self
            .session_store_url
            .as_deref()
            .is_some_and(|u| !u.starts_with("redis://") && !u.starts_with("rediss://"))
        {
            return Err("SESSION_STORE_URL takes redis://host:port/. Without it sessions are in the database.".into());
        }
        if let Some(listen) = &self.metrics_listen
            && listen.parse::<std::net::SocketAddr>().is_err()
        {
            return Err(format!(
                "MASTHEAD_METRICS_LISTEN is {listen:?}; it takes an address with a port, such as 127.0.0.1:9090."
            ));
        }
        Ok(Config {
            listen: self.listen.unwrap_or_else(|| "127.0.0.1".into()),
            site_name: self.site_name.unwrap_or_else(|| "Masthead".into()),
            metrics_listen: self.metrics_listen,
            access_log,
            connections_per_network: self.connections_per_network,
            smtp_url: self.smtp_url,
            mail_from: self.mail_from,
            session_store_url: self.session_store_url,
            data,
            port,
            base,
            trusted_proxies,
            samples,
            database,
            file,
        })
    }
}

impl BaseUrl {
    /// # Errors
    /// A sentence when it is not `http://` or `https://`, a host and an optional port.
    pub fn parse(given: &str) -> Result<BaseUrl, String> {
        let refuse = || {
            format!(
                "MASTHEAD_BASE_URL is {given:?}; it takes an address such as https://example.org, without a path."
            )
        };
        let (https, rest) = match (
            given.strip_prefix("https://"),
            given.strip_prefix("http://"),
        ) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(refuse()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(refuse());
        }
        let default = if https { ":443" } else { ":80" };
        let authority = authority
            .strip_suffix(default)
            .unwrap_or(&authority)
            .to_owned();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host.to_owned(), port.parse().map_err(|_| refuse())?)
            }
            _ => (authority.clone(), if https { 443 } else { 80 }),
        };
        let loopback = matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]").then_some(port);
        let origin = format!("{}://{authority}", if https { "https" } else { "http" });
        Ok(BaseUrl {
            origin,
            authority,
            https,
            loopback,
        })
    }

    /// Whether a `Host` header names this site.
    pub fn knows(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let host = host
            .strip_suffix(if self.https { ":443" } else { ":80" })
            .unwrap_or(&host);
        let alias = |port: u16| {
            ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
                host.strip_prefix(name).is_some_and(|rest| {
                    rest == format!(":{port}") || (rest.is_empty() && matches!(port, 80 | 443))
                })
            })
        };
        host == self.authority || self.loopback.is_some_and(alias)
    }
}

impl Network {
    /// # Errors
    /// A sentence when it is neither an address nor `address/bits`.
    pub fn parse(given: &str) -> Result<Network, String> {
        let refuse = |_| {
            format!(
                "MASTHEAD_TRUSTED_PROXIES: {given:?} is no address or network such as 10.0.0.0/8."
            )
        };
        let (address, bits) = given.split_once('/').unwrap_or((given, ""));
        let address: IpAddr = address
            .parse()
            .map_err(|e: std::net::AddrParseError| refuse(e.to_string()))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = if bits.is_empty() {
            most
        } else {
            bits.parse()
                .map_err(|e: std::num::ParseIntError| refuse(e.to_string()))?
        };
        if bits > most {
            return Err(refuse(String::new()));
        }
        Ok(Network { address, bits })
    }

    pub fn contains(&self, other: IpAddr) -> bool {
        fn prefix(address: IpAddr, bits: u8) -> u128 {
            let (value, width) = match address {
                IpAddr::V4(a) => (u128::from(u32::from(a)), 32),
                IpAddr::V6(a) => (u128::from(a), 128),
            };
            if bits == 0 {
                0
            } else {
                value >> (width - u32::from(bits))
            }
        }
        let other = other.to_canonical();
        self.address.is_ipv4() == other.is_ipv4()
            && prefix(self.address, self.bits) == prefix(other, self.bits)
    }

    /// The network of an address, as rate limits count it: IPv4 /32, IPv6 /64.
    pub fn of(address: IpAddr) -> String {
        match address.to_canonical() {
            IpAddr::V4(a) => a.to_string(),
            IpAddr::V6(a) => format!("{}/64", std::net::Ipv6Addr::from(u128::from(a) >> 64 << 64)),
        }
    }
}
