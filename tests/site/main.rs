//! Integration tests of the complete `App`, each on SQLite, and again on PostgreSQL if `TEST_POSTGRES_URL` names a
//! server. Pages are checked with CSS selectors.

#![allow(
    clippy::too_many_lines,
    reason = "a test tells one story from its beginning to its end"
)]
#![allow(
    clippy::disallowed_types,
    reason = "no worker of the server waits for a lock of a test"
)]

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
mod fields;
mod files;
mod forms;
mod harness;
mod import;
mod jobs;
mod joining;
mod key;
mod languages;
mod leaving;
mod library;
mod lists;
mod logs;
mod mail;
mod meters;
mod moderators;
mod moving;
mod newsroom;
mod no_loss;
mod nodes;
mod passkeys;
mod profiles;
mod properties;
mod provider;
mod queues;
mod races;
mod reading;
mod redirects;
mod routes;
mod running;
mod schema;
mod search;
mod second_factor;
mod slow;
mod tidy;
mod units;
mod upgrades;
mod verification;
mod writing;

pub use harness::{Answer, Browser, PASSWORD, Site};
pub use mail::Smtp;

/// Calls a macro with the names of all tables, except the search's word tables, which differ between the engines.
#[macro_export]
macro_rules! all_tables {
    ($with:ident) => {
        $with!(settings accounts sessions throttles sections authors tags media media_sizes articles article_revisions
            article_authors article_tags article_media source_notes corrections former_slugs former_paths working_copies front_pins invitations pages page_revisions autosaves article_presence preview_links comments threads
            comment_versions comment_counts flags moderation_log jobs mails search_progress vocabulary)
    };
}

/// Defines a test that runs on every database engine.
#[macro_export]
macro_rules! site_test {
    ($(#[$meta:meta])* async fn $name:ident($site:ident: Site) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn story($site: $crate::Site) $body
            #[test]
            fn on_sqlite() {
                $crate::harness::on_sqlite(module_path!(), story);
            }
            #[test]
            fn on_postgres() {
                $crate::harness::on_postgres(module_path!(), story);
            }
        }
    };
}
