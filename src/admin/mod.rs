//! Administration: dashboard, settings, staff, and removing the sample content.

pub mod charts;
pub mod jobs;
pub mod pages;
pub mod store;
