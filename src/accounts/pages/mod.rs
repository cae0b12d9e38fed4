//! The pages of accounts: in and out, one's own account, the first admin, a reader's public page.

mod account;
mod door;

pub use account::{end_session, password, profile, sessions, show, update, update_password};
pub use door::{create, join, log_in, log_out, login};

use crate::sessions::{ACCOUNT_ID, AGENT, NETWORK};
use crate::web::guard::Origin;
use actix_session::Session;
use actix_web::{HttpMessage, HttpRequest};

/// Begins a session; the store makes a fresh key when the answer goes out.
pub fn begin(session: &Session, request: &HttpRequest, account: i64) -> Result<(), crate::error::Error> {
    let agent = request.headers().get("user-agent").map(|v| String::from_utf8_lossy(v.as_bytes()).chars().take(200).collect::<String>());
    session.renew();
    session.clear();
    session.renew();
    session.insert(ACCOUNT_ID, account).map_err(crate::error::Error::broken)?;
    session.insert(AGENT, agent.unwrap_or_default()).map_err(crate::error::Error::broken)?;
    session.insert(NETWORK, network(request)).map_err(crate::error::Error::broken)
}

fn network(request: &HttpRequest) -> String {
    request.extensions().get::<Origin>().map(|o| o.network.clone()).unwrap_or_default()
}
