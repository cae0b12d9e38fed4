//! Cache invalidation between nodes on PostgreSQL: after a commit and before its acknowledgement, a node sends the
//! changed cache tags by NOTIFY; every node has one connection that listens.
//!
//! NOTIFY is sent outside the transaction on purpose: inside, PostgreSQL would take a lock on the whole notification
//! queue at commit, and commit and sync such transactions one after the other.

use super::invalidation::{CacheTag, Changes, from_text, to_text};
use super::{Conn, postgres};
use crate::error::Error;
use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::AsyncMessage;

const CHANNEL: &str = "masthead_changes";
/// A node that has not received its own heartbeat for this long counts as disconnected and caches for a second at most.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_millis(800);

/// Sends changed cache tags to all nodes.
pub(super) fn notify(conn: &mut Conn, node: &str, cache_tags: &[CacheTag]) -> Result<(), Error> {
    if cache_tags.is_empty() {
        return Ok(());
    }
    if let Conn::Postgres(_) = conn {
        diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<Text, _>(CHANNEL)
            .bind::<Text, _>(format!("{node}{}", to_text(cache_tags)))
            .execute(conn)?;
    }
    Ok(())
}

/// The listening connection, reopened whenever it breaks.
#[derive(Debug)]
pub(super) struct NotifyListener {
    began: Instant,
    last_heartbeat: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl NotifyListener {
    pub(super) fn open(
        url: String,
        ca: Option<PathBuf>,
        node: String,
        changes: Arc<Changes>,
        is_unreachable: Arc<AtomicBool>,
    ) -> NotifyListener {
        let (began, last_heartbeat) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let last = last_heartbeat.clone();
        let task = postgres::runtime().spawn(async move {
            loop {
                if let Err(error) = listen_until_error(
                    &url,
                    ca.as_deref(),
                    &node,
                    &changes,
                    began,
                    &last,
                    &is_unreachable,
                )
                .await
                {
                    tracing::warn!(
                        error,
                        "no notifications from other nodes: cached pages expire after one second"
                    );
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        NotifyListener {
            began,
            last_heartbeat,
            task,
        }
    }

    /// Whether this node's own heartbeat came back recently, which shows that notifications arrive.
    pub(super) fn is_connected(&self) -> bool {
        let last_heartbeat = Duration::from_millis(self.last_heartbeat.load(Ordering::Relaxed));
        !last_heartbeat.is_zero()
            && self.began.elapsed().saturating_sub(last_heartbeat) < HEARTBEAT_TIMEOUT
    }
}

impl Drop for NotifyListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens until the connection breaks or heartbeats no longer come back. Updates `is_unreachable`.
async fn listen_until_error(
    url: &str,
    ca: Option<&std::path::Path>,
    node: &str,
    changes: &Changes,
    began: Instant,
    last_heartbeat: &AtomicU64,
    is_unreachable: &AtomicBool,
) -> Result<(), String> {
    let gone = |why: String| {
        // too_many_connections (53300): the server still answers on the connections that are open.
        is_unreachable.store(!why.contains("SQLSTATE 53300"), Ordering::Relaxed);
        why
    };
    let connected = postgres::connect_from_task(url.to_owned(), ca.map(Into::into))
        .await
        .map_err(|e| gone(e.to_string()))?;
    let (client, mut messages) = (connected.client, connected.messages);
    let said = |e: tokio_postgres::Error| e.to_string();
    let word = format!("SET synchronous_commit = off; LISTEN {CHANNEL}");
    client.batch_execute(&word).await.map_err(said)?;
    is_unreachable.store(false, Ordering::Relaxed);
    // Notifications from before LISTEN were missed.
    changes.record(&[CacheTag::Everything]);
    let mut beat = tokio::time::interval(Duration::from_millis(250));
    let mut asked = 0_u32;
    loop {
        tokio::select! {
            _ = beat.tick() => {
                asked += 1;
                if asked > 4 {
                    return Err("heartbeats do not come back".into());
                }
                let word = format!("NOTIFY {CHANNEL}, '{node}'");
                let sent = tokio::time::timeout(Duration::from_secs(2), client.batch_execute(&word));
                sent.await.map_err(|e| gone(e.to_string()))?.map_err(said)?;
                is_unreachable.store(false, Ordering::Relaxed);
            }
            message = messages.recv() => {
                let Some(message) = message else {
                    return Err("the connection is closed".into());
                };
                let AsyncMessage::Notification(message) = message else {
                    continue;
                };
                let message = message.payload();
                match message.strip_prefix(node) {
                    Some(_) => {
                        asked = 0;
                        let at = (began.elapsed().as_millis() as u64).max(1);
                        last_heartbeat.store(at, Ordering::Relaxed);
                    }
                    None => changes.record(&from_text(message.get(node.len()..).unwrap_or(" *"))),
                }
            }
        }
    }
}
