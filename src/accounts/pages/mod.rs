//! Account pages: log-in and log-out, registration, account settings, public profiles.

mod account;
mod auth;
pub mod invitations;
pub mod invite;
mod join;
mod password;
mod reader;
mod sessions;

pub use account::{show, update};
pub use auth::{log_in, log_out, login};
pub use join::{create, join};
pub use password::{password, update_password};
pub use reader::profile;
pub use sessions::{end_session, sessions};
