//! The address of the database, and how it is printed without its password.

use std::path::PathBuf;

/// The address of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The database file.
    Sqlite(PathBuf),
    /// A `postgres://` URL, and a PEM file with a custom certificate authority.
    Postgres { url: String, ca: Option<PathBuf> },
}

impl Address {
    /// The address without its password, for messages.
    pub fn shown(&self) -> String {
        match self {
            Address::Sqlite(path) => path.display().to_string(),
            Address::Postgres { url, .. } => hide_password(url),
        }
    }
}

/// A URL with `…` in place of its password: everything between the first `:` of the userinfo and the last `@`, even if
/// special characters in it are not escaped. A query that contains a password is replaced completely.
pub fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "…".into();
    };
    let authority = rest.split('?').next().unwrap_or(rest);
    if !rest.contains('@') && authority.contains(':') && !is_host(authority) {
        // A name and a password without a host.
        return format!("{scheme}://…");
    }
    let (rest, query) = match rest.split_once('?') {
        Some((before, query)) if query.to_ascii_lowercase().contains("password") => match query
            .contains('@')
            && !before.contains('@')
            && before.contains(':')
            && !is_host(before)
        {
            // The `?` may belong to a password in the userinfo.
            true => return format!("{scheme}://…"),
            false => (before, "…"),
        },
        _ => (rest, ""),
    };
    let (rest, query) = match rest.rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split(':').next().unwrap_or_default();
            let hidden = if user.contains(':') { ":…" } else { "" };
            let (host, own) = host.split_once('?').unwrap_or((host, ""));
            let query = if query.is_empty() { own } else { query };
            (format!("{name}{hidden}@{host}"), query)
        }
        None => {
            let (host, own) = rest.split_once('?').unwrap_or((rest, ""));
            let query = if query.is_empty() { own } else { query };
            (host.to_owned(), query)
        }
    };
    match query {
        "" => format!("{scheme}://{rest}"),
        query => format!("{scheme}://{rest}?{query}"),
    }
}

/// Whether a text is `host:port/database` and not `user:password`.
fn is_host(text: &str) -> bool {
    let authority = text.split('/').next().unwrap_or(text);
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    port.chars().all(|c| c.is_ascii_digit())
}
