//! What travels between nodes on PostgreSQL: who changes something says so by NOTIFY, after the commit and before the
//! acknowledgement; every node keeps one connection that listens.
//!
//! Outside the transaction on purpose: a NOTIFY inside it makes PostgreSQL commit one such transaction after the other
//! (it takes a lock on the whole queue), sync and all.

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
/// A node that hears nothing of itself for so long believes nothing that it keeps.
const HEARTBEAT_TIMEOUT: Duration = Duration::from_millis(800);

/// Tells all nodes.
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

/// The connection that listens, opened again whenever it breaks.
#[derive(Debug)]
pub(super) struct NotifyListener {
    began: Instant,
    heard: Arc<AtomicU64>,
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
        let (began, heard) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let last = heard.clone();
        let task = postgres::runtime().spawn(async move {
            loop {
                if let Err(error) = hear(&url, ca.as_deref(), &node, &changes, began, &last, &is_unreachable).await {
                    tracing::warn!(error, "this node does not hear the others; it keeps nothing for longer than a second");
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        });
        NotifyListener { began, heard, task }
    }

    /// Whether a word of our own came back a moment ago: the way from node to node is open.
    pub(super) fn hears(&self) -> bool {
        let heard = Duration::from_millis(self.heard.load(Ordering::Relaxed));
        !heard.is_zero() && self.began.elapsed().saturating_sub(heard) < HEARTBEAT_TIMEOUT
    }
}

impl Drop for NotifyListener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens until the connection breaks or falls silent.
async fn hear(
    url: &str,
    ca: Option<&std::path::Path>,
    node: &str,
    changes: &Changes,
    began: Instant,
    heard: &AtomicU64,
    is_unreachable: &AtomicBool,
) -> Result<(), String> {
    let gone = |why: String| {
        // A server that has no place for one more connection (53300) answers those that there are.
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
    // What was said before anybody listened.
    changes.record(&[CacheTag::Everything]);
    let mut beat = tokio::time::interval(Duration::from_millis(250));
    let mut asked = 0_u32;
    loop {
        tokio::select! {
            _ = beat.tick() => {
                asked += 1;
                if asked > 4 {
                    return Err("what it says does not come back".into());
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
                        heard.store(at, Ordering::Relaxed);
                    }
                    None => changes.record(&from_text(message.get(node.len()..).unwrap_or(" *"))),
                }
            }
        }
    }
}
