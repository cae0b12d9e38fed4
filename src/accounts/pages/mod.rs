//! The pages of accounts: in and out, one's own account, the first admin, a reader's public page.

mod account;
mod auth;
mod join;

pub use account::{end_session, password, profile, sessions, show, update, update_password};
pub use auth::{log_in, log_out, login};
pub use join::{create, join};
