//! Masthead: a whole publication in one binary. The table of contents, in dependency order; `ARCHITECTURE.md` has the map.

#![recursion_limit = "256"]

pub mod config;
pub mod error;
pub mod interface;
pub mod paths;
pub mod text;

pub mod db;
pub mod web;

pub mod log;
pub mod search;

pub mod accounts;
pub mod articles;
pub mod comments;
pub mod media;
pub mod moderation;
pub mod sessions;

pub mod admin;
pub mod cards;
pub mod demo;
pub mod discovery;
pub mod feeds;
pub mod import;
pub mod info;
pub mod ops;
pub mod redirects;
pub mod samples;

pub mod app;
pub mod routes;
