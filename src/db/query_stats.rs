//! Query count and database time of each request, for `Server-Timing`, the metrics and the query budgets in tests.

use std::cell::Cell;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryStats {
    /// Statements, the ones that begin and end a transaction included.
    pub queries: u32,
    /// From requesting a connection to receiving the result, summed over all reads and writes.
    pub time: Duration,
}

tokio::task_local! {
    static CURRENT_STATS: Cell<QueryStats>;
}

thread_local! {
    /// Statements that this thread has begun.
    static STATEMENT_COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Runs a request; returns its output and its query stats.
pub async fn measure<F: Future>(work: F) -> (F::Output, QueryStats) {
    CURRENT_STATS
        .scope(Cell::default(), async move {
            let output = work.await;
            (output, current())
        })
        .await
}

/// The query stats so far of the request that runs in this task.
pub fn current() -> QueryStats {
    CURRENT_STATS.try_with(Cell::get).unwrap_or_default()
}

pub(super) fn add(queries: u32, since: Instant) {
    // Queries outside a request are not counted.
    let _ = CURRENT_STATS.try_with(|stats| {
        let before = stats.get();
        stats.set(QueryStats {
            queries: before.queries + queries,
            time: before.time + since.elapsed(),
        });
    });
}

/// Counts the statements that a piece of work begins on this thread.
pub(super) fn count<T>(work: impl FnOnce() -> T) -> (T, u32) {
    let before = STATEMENT_COUNT.get();
    let done = work();
    (done, STATEMENT_COUNT.get().wrapping_sub(before))
}

/// Instrumentation callback that counts the statements of a connection. `RUST_LOG=masthead::statements=trace` logs
/// them, without their bound values, which may be private.
pub(super) fn on_event(event: diesel::connection::InstrumentationEvent<'_>) {
    if let diesel::connection::InstrumentationEvent::StartQuery { query, .. } = event {
        STATEMENT_COUNT.set(STATEMENT_COUNT.get().wrapping_add(1));
        if tracing::enabled!(target: "masthead::statements", tracing::Level::TRACE) {
            let text = query.to_string().replace('\n', " ");
            let statement = text.split(" -- binds:").next().unwrap_or_default();
            tracing::trace!(target: "masthead::statements", "{statement}");
        }
    }
}
