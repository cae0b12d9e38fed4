//! Where the database is, and how that is told without its password.

use std::path::PathBuf;

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The database file.
    Sqlite(PathBuf),
    /// A `postgres://` URL and the PEM file of an own certificate authority.
    Postgres { url: String, ca: Option<PathBuf> },
}

impl Address {
    /// The address without its password, for people.
    pub fn shown(&self) -> String {
        match self {
            Address::Sqlite(path) => path.display().to_string(),
            Address::Postgres { url, .. } => hide_password(url),
        }
    }
}

/// A URL with `…` in place of its password, whatever signs that has: all between the first `:` of the user's part and the
/// last `@` before the query.
pub fn hide_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "…".into();
    };
    let (rest, query) = match rest.rsplit_once('@') {
        // A `?` in front of the last `@` may belong to the password.
        Some((user, host)) => {
            let (host, query) = host.split_once('?').unwrap_or((host, ""));
            let user = user.split(':').next().unwrap_or_default();
            let hidden = if rest.contains(&format!("{user}:")) {
                ":…"
            } else {
                ""
            };
            (format!("{user}{hidden}@{host}"), query)
        }
        None => {
            let (host, query) = rest.split_once('?').unwrap_or((rest, ""));
            (host.to_owned(), query)
        }
    };
    match query {
        "" => format!("{scheme}://{rest}"),
        query if query.contains("password") => format!("{scheme}://{rest}?…"),
        query => format!("{scheme}://{rest}?{query}"),
    }
}
