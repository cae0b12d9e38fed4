//! Old links live: former slugs, the operator's own list, and addresses that are spelled otherwise lead home by one 301.

pub mod list;
mod middleware;
mod store;

pub use list::List;
pub use middleware::lead_home;

/// What the router knows of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Nothing,
    /// An address without a part of its own, which is there.
    Literal,
    /// One with such a part: somebody has to look.
    Pattern,
}

/// What looking once more needs.
#[derive(Debug)]
pub struct Home {
    pub list: List,
    pub known: fn(&str) -> Known,
}
