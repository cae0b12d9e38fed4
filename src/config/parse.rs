//! Parsers of configuration values. An error says what the key takes, to stand after "it takes".

use super::{AccessLog, Network, PostgresUrl};
use crate::db::SiteKey;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// A value of `masthead.toml` as text: numbers and booleans may stand there without quotes.
pub(super) fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "text, a number, true or false")]
    enum Value {
        Text(String),
        Number(i64),
        Switch(bool),
    }
    Ok(Some(match Value::deserialize(from)? {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Switch(switch) => switch.to_string(),
    }))
}

pub(super) fn string(given: &str) -> Result<String, String> {
    Ok(given.to_owned())
}

pub(super) fn path(given: &str) -> Result<PathBuf, String> {
    Ok(given.into())
}

pub(super) fn site_key(given: &str) -> Result<SiteKey, String> {
    SiteKey::parse(given.trim())
        .ok_or_else(|| "128 hexadecimal digits, such as those of `openssl rand -hex 64`".into())
}

pub(super) fn port(given: &str) -> Result<u16, String> {
    let port = given.trim().parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| "a number from 1 to 65535".into())
}

pub(super) fn count(given: &str) -> Result<usize, String> {
    let count = given.trim().parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "a number from 1".into())
}

pub(super) fn switch(given: &str) -> Result<bool, String> {
    match given {
        "on" | "true" | "1" => Ok(true),
        "off" | "false" | "0" => Ok(false),
        _ => Err("on or off".into()),
    }
}

pub(super) fn socket(given: &str) -> Result<String, String> {
    match given.parse::<std::net::SocketAddr>() {
        Ok(_) => Ok(given.to_owned()),
        Err(_) => Err("an address with a port, such as 127.0.0.1:9090".into()),
    }
}

pub(super) fn access_log(given: &str) -> Result<Option<AccessLog>, String> {
    match given {
        "off" | "false" | "0" => Ok(None),
        "common" => Ok(Some(AccessLog::Common)),
        "json" => Ok(Some(AccessLog::Json)),
        _ => Err("off, common or json".into()),
    }
}

pub(super) fn networks(given: &str) -> Result<Vec<Network>, String> {
    given
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(Network::parse)
        .collect()
}

pub(super) fn postgres(given: &str) -> Result<PostgresUrl, String> {
    if given.starts_with("postgres://") || given.starts_with("postgresql://") {
        return Ok(PostgresUrl(given.to_owned()));
    }
    Err("postgres://user:password@host/database; without it the embedded database is used".into())
}

pub(super) fn redis(given: &str) -> Result<String, String> {
    if given.starts_with("redis://") || given.starts_with("rediss://") {
        return Ok(given.to_owned());
    }
    Err("redis://host:port/; without it sessions are in the database".into())
}

pub(super) fn smtp(given: &str) -> Result<String, String> {
    use lettre::{AsyncSmtpTransport, Tokio1Executor};
    let takes =
        "smtp://user:password@host, smtp://…?tls=required for STARTTLS, or smtps://… for TLS";
    match AsyncSmtpTransport::<Tokio1Executor>::from_url(given) {
        Ok(_) => Ok(given.to_owned()),
        Err(_) => Err(takes.into()),
    }
}

pub(super) fn mailbox(given: &str) -> Result<String, String> {
    match given.parse::<lettre::message::Mailbox>() {
        Ok(_) => Ok(given.to_owned()),
        Err(_) => Err("an address such as news@example.org or The Paper <news@example.org>".into()),
    }
}

/// An address of the web, without a slash at the end or as it is given.
pub(super) fn web(given: &str) -> Result<String, String> {
    match url::Url::parse(given) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Ok(given.to_owned())
        }
        _ => Err("an address such as https://accounts.example.org".into()),
    }
}
