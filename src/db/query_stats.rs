//! What one request has spent in the database so far: for `Server-Timing`, for the meters, for budgets in tests.

use std::cell::Cell;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueryStats {
    /// Statements, the ones that begin and end a transaction included.
    pub queries: u32,
    /// From asking for a connection to having the answer.
    pub time: Duration,
}

tokio::task_local! {
    static SPENT: Cell<QueryStats>;
}

thread_local! {
    /// Statements that this thread has begun.
    static BEGUN: Cell<u32> = const { Cell::new(0) };
}

/// Runs a request; what it spent is added up beside.
pub async fn measure<F: Future>(work: F) -> (F::Output, QueryStats) {
    SPENT
        .scope(Cell::default(), async move {
            let output = work.await;
            (output, current())
        })
        .await
}

/// What the request that runs in this task has spent.
pub fn current() -> QueryStats {
    SPENT.try_with(Cell::get).unwrap_or_default()
}

pub(super) fn add(queries: u32, since: Instant) {
    // Work outside of a request is not added up.
    let _ = SPENT.try_with(|spent| {
        let before = spent.get();
        spent.set(QueryStats {
            queries: before.queries + queries,
            time: before.time + since.elapsed(),
        });
    });
}

/// Counts the statements that a piece of work begins on this thread.
pub(super) fn count<T>(work: impl FnOnce() -> T) -> (T, u32) {
    let before = BEGUN.get();
    let done = work();
    (done, BEGUN.get().wrapping_sub(before))
}

/// To be told of every statement of a connection. `RUST_LOG=masthead::statements=trace` shows them, without what was
/// bound to them: that is people's text.
pub(super) fn on_event(event: diesel::connection::InstrumentationEvent<'_>) {
    if let diesel::connection::InstrumentationEvent::StartQuery { query, .. } = event {
        BEGUN.set(BEGUN.get().wrapping_add(1));
        if tracing::enabled!(target: "masthead::statements", tracing::Level::TRACE) {
            let text = query.to_string().replace('\n', " ");
            let statement = text.split(" -- binds:").next().unwrap_or_default();
            tracing::trace!(target: "masthead::statements", "{statement}");
        }
    }
}
