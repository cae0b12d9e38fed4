//! The pages of accounts: in and out, one's own account, the first admin, a reader's public page.

mod account;
mod door;

pub use account::{end_session, password, profile, sessions, show, update, update_password};
pub use door::{create, join, log_in, log_out, login};
