//! Redirects for paths that are not found: former slugs, the operator's `redirects.txt`, and other spellings.

pub mod list;
mod middleware;
mod store;

pub use list::List;
pub use middleware::redirect_not_found;

/// How the router matches a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownRoute {
    Nothing,
    /// A route without parameters: the page exists.
    Literal,
    /// A route with parameters: whether the page exists must be looked up.
    Pattern,
}

/// Application data for [`redirect_not_found`].
#[derive(Debug)]
pub struct Redirects {
    pub list: List,
    pub route_kind: fn(&str) -> KnownRoute,
}
