//! Pages that are no articles: about, guidelines, privacy, feeds, and those that editors write.

pub mod pages;
mod store;

/// Slugs of the pages that have a text of their own until another one is written.
pub const BUILT_IN: [&str; 3] = ["about", "guidelines", "privacy"];
