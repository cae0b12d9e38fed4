//! Account pages: log-in and log-out, registration, account settings, public profiles.

mod account;
mod auth;
mod email;
pub mod export;
mod forgot;
pub mod invitations;
pub mod invite;
mod join;
pub mod joins;
pub mod leave;
mod links;
pub mod meet;
pub mod passkeys;
mod password;
pub mod proof;
pub mod provider;
mod reader;
mod second_step;
mod sessions;
mod sign_in;
mod two_factor;

pub use account::{show, update};
pub use auth::{log_in, log_out, login};
pub use email::{email, update_email};
pub use forgot::{ask as ask_reset, forgot, reset, set as set_reset};
pub use join::{create, join};
pub use links::{cancel, cancelled, not_me, verified, verify, was_not_me};
pub use password::{password, update_password};
pub use proof::{confirm, prove};
pub use reader::profile;
pub use second_step::{ask as ask_code, check as check_code};
pub use sessions::{end_session, sessions};
pub use two_factor::{change as change_two_factor, two_factor};
