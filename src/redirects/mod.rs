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

impl Redirects {
    /// Whether a path is a page of its own, at which a chain of redirects ends.
    fn is_page(&self, path: &str) -> bool {
        (self.route_kind)(path) == KnownRoute::Literal
    }

    /// Where the list leads a path with this query, if it has a line with parameters for it.
    pub fn query_target(&self, path: &str, query: &str) -> Option<list::Target> {
        self.list
            .query_target(path, query, |path| self.is_page(path))
    }

    /// Where the list leads a path.
    fn target(&self, path: &str) -> Option<list::Target> {
        self.list.target(path, |path| self.is_page(path))
    }
}
