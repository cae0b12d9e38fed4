//! The table of configuration keys: each key has one entry here, and nothing else needs to know of it but who uses it.

use super::{AccessLog, BaseUrl, Network, PostgresUrl, parse};
use crate::db::{SiteKey, hide_password};
use serde::Deserialize;
use std::path::PathBuf;

/// A key as errors, `masthead check` and the environment know it.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// In `masthead.toml`; as a flag with dashes.
    pub name: &'static str,
    /// In the environment.
    pub variable: &'static str,
    /// Printed while no value is given.
    pub default: &'static str,
    /// A URL that may hold a password, which is not printed.
    pub is_url: bool,
    /// It is not printed at all.
    pub is_secret: bool,
}

/// `/// help`, name, type, variable in the environment, word for the value in `--help`, parser, what it is without a value, how
/// that is printed. The parser says what the key takes if it refuses a value.
macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $variable:literal, $value:literal, $parse:path, $default:expr, $printed:literal $(, $mark:ident)?;)+) => {
        /// The values of one source (file, environment or flags) as given, before they are merged and parsed.
        #[derive(Clone, Debug, Default, Deserialize, clap::Args)]
        #[serde(deny_unknown_fields, default)]
        pub struct PartialConfig {
            $(
                $(#[doc = $doc])+
                #[arg(long, global = true, value_name = $value)]
                #[serde(deserialize_with = "parse::text")]
                pub $name: Option<String>,
            )+
        }

        /// The effective values.
        #[derive(Clone, Debug)]
        pub struct Values {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        /// Every key, in the order in which they are printed.
        pub const KEYS: &[Key] = &[$(Key {
            name: stringify!($name),
            variable: $variable,
            default: $printed,
            is_url: false $(|| is(stringify!($mark), "url"))?,
            is_secret: false $(|| is(stringify!($mark), "secret"))?,
        }),+];

        impl PartialConfig {
            /// The values of this source, and of `under` for keys that this one does not give.
            pub(super) fn merge(self, under: PartialConfig) -> PartialConfig {
                PartialConfig {
                    $($name: self.$name.or(under.$name),)+
                }
            }

            /// The values of environment variables; empty ones count as not given.
            pub(super) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> PartialConfig {
                PartialConfig {
                    $($name: variable($variable).filter(|value| !value.is_empty()),)+
                }
            }

            /// The value of each key as it was given, in the order of [`KEYS`].
            pub(super) fn given(&self) -> Vec<Option<&str>> {
                vec![$(self.$name.as_deref()),+]
            }

            /// # Errors
            /// A sentence that names the variable and what it takes.
            pub(super) fn parse(&self) -> Result<Values, String> {
                Ok(Values {
                    $($name: match &self.$name {
                        Some(given) => $parse(given)
                            .map_err(|takes| format!("{} is {:?}; it takes {takes}.", $variable, shown(given, false $(|| is(stringify!($mark), "secret"))?)))?
                            .into(),
                        None => $default,
                    },)+
                })
            }
        }
    };
}

/// A value as an error may show it: no secret, and a URL without its password.
fn shown(given: &str, is_secret: bool) -> String {
    if is_secret {
        return "***".to_owned();
    }
    match given.contains("://") && given.contains('@') {
        true => hide_password(given),
        false => given.to_owned(),
    }
}

/// Whether two words are the same, at compile time.
const fn is(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

keys! {
    /// The data folder: database, media, mail [default: ./data]
    data: PathBuf = "MASTHEAD_DATA", "DIR", parse::path, "data".into(), "data";
    /// The port to serve on [default: 8080]
    port: u16 = "PORT", "PORT", parse::port, 8080, "8080";
    /// The address to serve on [default: 127.0.0.1]
    listen: String = "MASTHEAD_LISTEN", "ADDRESS", parse::string, "127.0.0.1".into(), "127.0.0.1";
    /// The public address that all links are made from [default: http://127.0.0.1:PORT]
    base_url: Option<BaseUrl> = "MASTHEAD_BASE_URL", "URL", BaseUrl::parse, None, "http://127.0.0.1:PORT";
    /// Proxies whose forwarding headers are trusted: addresses or networks, separated by commas
    trusted_proxies: Vec<Network> = "MASTHEAD_TRUSTED_PROXIES", "LIST", parse::networks, Vec::new(), "none";
    /// The publication's name until another one is saved in its settings [default: Masthead]
    site_name: String = "MASTHEAD_SITE_NAME", "NAME", parse::string, "Masthead".into(), "Masthead";
    /// Sample articles in an empty database: on or off [default: on]
    samples: bool = "MASTHEAD_SAMPLES", "on|off", parse::switch, true, "on";
    /// Where /metrics listens, such as 127.0.0.1:9090 [default: off]
    metrics_listen: Option<String> = "MASTHEAD_METRICS_LISTEN", "ADDRESS", parse::socket, None, "off";
    /// A line on standard output for each request: off, common (the log format of that name) or json [default: off]
    access_log: Option<AccessLog> = "MASTHEAD_ACCESS_LOG", "FORMAT", parse::access_log, None, "off";
    /// Connections that one address (IPv6: /64) may hold; trusted proxies are not counted [default: 512, and no limit
    /// for this machine itself]
    connections_per_network: Option<usize> = "MASTHEAD_CONNECTIONS_PER_NETWORK", "N", parse::count, None, "512, without a limit for this machine itself";
    /// The mail server: smtp://, smtp://…?tls=required (STARTTLS) or smtps:// [default: mail becomes files in the data folder]
    smtp_url: Option<String> = "MASTHEAD_SMTP_URL", "URL", parse::smtp, None, "off: mail is written to the data folder", url;
    /// The sender of mail, such as "The Paper <news@example.org>"; needed with smtp_url
    mail_from: Option<String> = "MASTHEAD_MAIL_FROM", "ADDRESS", parse::mailbox, None, "none";
    /// OpenID Connect: the provider that people may log in with, such as https://accounts.example.org
    oidc_issuer: Option<String> = "MASTHEAD_OIDC_ISSUER", "URL", parse::web, None, "none";
    /// The name that this site has there
    oidc_client_id: Option<String> = "MASTHEAD_OIDC_CLIENT_ID", "ID", parse::string, None, "none";
    /// The secret that this site has there
    oidc_client_secret: Option<String> = "MASTHEAD_OIDC_CLIENT_SECRET", "SECRET", parse::string, None, "none", secret;
    /// What readers call it, such as "Example ID" [default: the provider's host]
    oidc_name: Option<String> = "MASTHEAD_OIDC_NAME", "NAME", parse::string, None, "the provider's host";
    /// Private addresses that requests to other sites may reach: addresses or networks, separated by commas
    allow_private: Vec<Network> = "MASTHEAD_ALLOW_PRIVATE", "LIST", parse::networks, Vec::new(), "none";
    /// PostgreSQL instead of the embedded database: postgres://…
    database_url: Option<PostgresUrl> = "DATABASE_URL", "URL", parse::postgres, None, "embedded (masthead.db in the data folder)", url;
    /// PEM file with the certificate authority of the database server
    database_ca: Option<PathBuf> = "MASTHEAD_DATABASE_CA", "FILE", parse::path, None, "none";
    /// The site's key, which signs and seals: 128 hexadecimal digits (openssl rand -hex 64)
    key: Option<SiteKey> = "MASTHEAD_KEY", "HEX", parse::site_key, None, "in the data folder; with PostgreSQL, in the database", secret;
    /// Sessions and throttles in Redis: redis://…
    session_store_url: Option<String> = "SESSION_STORE_URL", "URL", parse::redis, None, "off", url;
}
