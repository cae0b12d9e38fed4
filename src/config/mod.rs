//! Configuration: read once, passed down. Defaults, then `masthead.toml`, then the environment, then flags.

mod keys;
mod parse;

pub use keys::{KEYS, PartialConfig, Values};

use crate::db::Address;
use ipnet::IpNet;
use std::net::IpAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// The effective configuration: the value of every key, and what follows from several of them.
#[derive(Clone, Debug)]
pub struct Config {
    values: Values,
    pub base: BaseUrl,
    /// Where people may log in by OpenID Connect.
    pub provider: Option<Provider>,
    pub database: Address,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// Each key with its value as `masthead check` prints it, without passwords.
    pub printed: Vec<(&'static str, String)>,
}

impl Deref for Config {
    type Target = Values;
    fn deref(&self) -> &Values {
        &self.values
    }
}

/// A `postgres://` URL.
#[derive(Clone, Debug)]
pub struct PostgresUrl(pub String);

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
pub struct Network(IpNet);

/// Where people may log in by OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    /// What readers call it.
    pub name: String,
}

impl Provider {
    fn of(values: &Values) -> Result<Option<Provider>, String> {
        let given = (
            &values.oidc_issuer,
            &values.oidc_client_id,
            &values.oidc_client_secret,
        );
        match given {
            (None, None, None) => Ok(None),
            (Some(issuer), Some(client_id), Some(client_secret)) => {
                let host = issuer.split("://").nth(1).unwrap_or_default();
                let host = host.split('/').next().unwrap_or_default().to_owned();
                Ok(Some(Provider {
                    issuer: issuer.clone(),
                    client_id: client_id.clone(),
                    client_secret: client_secret.clone(),
                    name: values.oidc_name.clone().unwrap_or(host),
                }))
            }
            _ => Err("MASTHEAD_OIDC_ISSUER, MASTHEAD_OIDC_CLIENT_ID and MASTHEAD_OIDC_CLIENT_SECRET are needed together.".into()),
        }
    }
}

impl Config {
    /// Reads flags, environment and file, and merges them; earlier ones take precedence.
    ///
    /// # Errors
    /// A sentence that names the file, line or variable and what it takes.
    pub fn load(flags: PartialConfig, env: &[(String, String)]) -> Result<Config, String> {
        let given = flags.merge(from_environment(env)?);
        let data = given.data.clone().unwrap_or_else(|| "data".into());
        let candidates = [
            PathBuf::from(data).join("masthead.toml"),
            PathBuf::from("masthead.toml"),
        ];
        let file = candidates.into_iter().find(|p| p.is_file());
        let given = match &file {
            Some(path) => given.merge(from_file(path)?),
            None => given,
        };
        Config::resolve(&given, file)
    }

    fn resolve(given: &PartialConfig, file: Option<PathBuf>) -> Result<Config, String> {
        let values = given.parse()?;
        if values.smtp_url.is_some() && values.mail_from.is_none() {
            return Err(
                "MASTHEAD_SMTP_URL needs MASTHEAD_MAIL_FROM, the sender of all mail.".into(),
            );
        }
        let provider = Provider::of(&values)?;
        let base = match &values.base_url {
            Some(base) => base.clone(),
            None => BaseUrl::parse(&format!("http://127.0.0.1:{}", values.port))?,
        };
        let database = match &values.database_url {
            None => Address::Sqlite(values.data.join("masthead.db")),
            Some(PostgresUrl(url)) => Address::Postgres {
                url: url.clone(),
                ca: values.database_ca.clone(),
            },
        };
        let printed = KEYS.iter().zip(given.given()).map(|(key, value)| {
            let value = match value {
                Some(_) if key.is_secret => "***".to_owned(),
                Some(url) if key.is_url => crate::db::hide_password(url),
                Some(value) => value.to_owned(),
                None if key.name == "base_url" => base.origin.clone(),
                None => key.default.to_owned(),
            };
            (key.name, value)
        });
        Ok(Config {
            printed: printed.collect(),
            provider,
            values,
            base,
            database,
            file,
        })
    }
}

fn from_environment(env: &[(String, String)]) -> Result<PartialConfig, String> {
    let variables: Vec<&str> = KEYS.iter().map(|key| key.variable).collect();
    let unknown =
        |name: &&String| name.starts_with("MASTHEAD_") && !variables.contains(&name.as_str());
    if let Some(unknown) = env.iter().map(|(name, _)| name).find(unknown) {
        return Err(format!(
            "There is no setting {unknown}; did you mean {}?",
            nearest(&variables, unknown)
        ));
    }
    Ok(PartialConfig::from_variables(|wanted| {
        env.iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.clone())
    }))
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
        let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        let why = match unknown {
            Some(key) => format!(
                "there is no setting {key:?}; did you mean {:?}?",
                nearest(&names, key)
            ),
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

impl BaseUrl {
    /// # Errors
    /// What it takes, if it is not `http://` or `https://` with a host, an optional port and nothing else.
    pub fn parse(given: &str) -> Result<BaseUrl, String> {
        let takes = || "an address such as https://example.org, without a path".to_owned();
        let url = url::Url::parse(given).map_err(|_| takes())?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(takes()),
        };
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        let has_user = !url.username().is_empty() || url.password().is_some();
        let (Some(host), false) = (url.host_str(), has_more || has_user) else {
            return Err(takes());
        };
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        let loopback = matches!(host, "127.0.0.1" | "localhost" | "[::1]").then_some(port);
        Ok(BaseUrl {
            origin: format!("{}://{authority}", url.scheme()),
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
    /// What it takes, if it is neither an address nor `address/bits`.
    pub fn parse(given: &str) -> Result<Network, String> {
        let single = given.parse::<IpAddr>().map(IpNet::from);
        single
            .or_else(|_| given.parse::<IpNet>())
            .map(Network)
            .map_err(|_| {
                format!("addresses or networks such as 10.0.0.0/8, separated by commas, and {given:?} is neither")
            })
    }

    pub fn contains(&self, other: IpAddr) -> bool {
        self.0.contains(&other.to_canonical())
    }

    /// The network of an address, as rate limits count it: IPv4 /32, IPv6 /64.
    pub fn of(address: IpAddr) -> String {
        match address.to_canonical() {
            IpAddr::V4(a) => a.to_string(),
            IpAddr::V6(a) => format!("{}/64", std::net::Ipv6Addr::from(u128::from(a) >> 64 << 64)),
        }
    }
}
