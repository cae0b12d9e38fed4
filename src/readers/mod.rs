//! What moderators see of one reader: their comments and what became of them, and the ban.

pub mod pages;
pub mod store;
