//! Old links live: former slugs, the operator's own list, and addresses that are normalize otherwise lead home by one 301.

pub mod list;
mod middleware;
mod store;

pub use list::List;
pub use middleware::redirect_not_found;

/// What the router knows of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownRoute {
    Nothing,
    /// An address without a part of its own, which is there.
    Literal,
    /// One with such a part: somebody has to look.
    Pattern,
}

/// What looking once more needs.
#[derive(Debug)]
pub struct Redirects {
    pub list: List,
    pub route_kind: fn(&str) -> KnownRoute,
}
