//! Masthead: a publication with comments, in one binary. Modules are in dependency order; see `ARCHITECTURE.md`.

#![recursion_limit = "256"]

pub mod config;
pub mod error;
pub mod interface;
pub mod paths;
pub mod text;

pub mod db;
pub mod moderation;
pub mod web;

pub mod fonts;
pub mod jobs;
pub mod log;
pub mod mail;
pub mod search;

pub mod accounts;
pub mod articles;
pub mod comments;
pub mod media;
pub mod queues;
pub mod readers;
pub mod sessions;

pub mod admin;
pub mod cards;
pub mod demo;
pub mod discovery;
pub mod editor;
pub mod feeds;
pub mod import;
pub mod info;
pub mod ops;
pub mod redirects;
pub mod samples;
pub mod theme;

pub mod app;
pub mod routes;
pub mod workers;
