//! The connection to Redis, if sessions and throttles are there.

use crate::text;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use sha2::Digest;
use std::time::Duration;

/// The prefix of this site's keys in Redis, because sites may share one.
pub fn prefix(key: &[u8]) -> String {
    let digest = sha2::Sha256::digest(key);
    format!("masthead:{}", text::encode_hex(&digest[..6]))
}

/// Connects within five seconds. Timeouts turn a Redis that is unreachable later into a 503 within two.
///
/// # Errors
/// A sentence for the operator.
pub(super) async fn connect(url: &str) -> Result<ConnectionManager, String> {
    let shown = crate::db::hide_password(url);
    let failed =
        |e: redis::RedisError| format!("The session store at {shown} does not answer: {e}");
    let second = Some(Duration::from_secs(1));
    let timeouts = ConnectionManagerConfig::new()
        .set_connection_timeout(second)
        .set_response_timeout(second)
        .set_number_of_retries(1);
    let client = redis::Client::open(url).map_err(failed)?;
    let connecting = ConnectionManager::new_with_config(client, timeouts);
    match tokio::time::timeout(Duration::from_secs(5), connecting).await {
        Ok(connected) => connected.map_err(failed),
        Err(_) => Err(format!("The session store at {shown} does not answer.")),
    }
}
