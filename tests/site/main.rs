//! The house, tested through its real `App`: every story on SQLite, and again on PostgreSQL where `TEST_POSTGRES_URL` names a
//! server. Answers are read as a browser reads them: by CSS selector.

mod accounts;
mod articles;
mod browser;
mod cache;
mod changes;
mod cli;
mod clocks;
mod comments;
mod cost;
mod demo;
mod discovery;
mod extras;
mod faults;
mod feeds;
mod files;
mod forms;
mod harness;
mod import;
mod languages;
mod lists;
mod logs;
mod meters;
mod moderation;
mod nodes;
mod races;
mod reading;
mod redirects;
mod routes;
mod schema;
mod search;
mod slow;
mod tidy;
mod units;

pub use harness::{Answer, Browser, PASSWORD, Site};

/// A story that holds on every engine.
#[macro_export]
macro_rules! site_test {
    ($(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn story($site: $crate::Site) $body
            #[test]
            fn on_sqlite() {
                $crate::harness::on_sqlite(story);
            }
            #[test]
            fn on_postgres() {
                $crate::harness::on_postgres(story);
            }
        }
    };
}
