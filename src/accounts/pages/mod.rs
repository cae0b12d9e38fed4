//! Account pages: log-in and log-out, registration, account settings, public profiles.

mod account;
mod auth;
mod join;

pub use account::{end_session, password, profile, sessions, show, update, update_password};
pub use auth::{log_in, log_out, login};
pub use join::{create, join};
