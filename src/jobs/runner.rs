//! Runs due jobs of this node: claims them, renews their leases, and records how they ended.

use super::Job;
use super::store::{self, Claimed, End, LEASE};
use crate::db::{Db, Time};
use crate::error::Error;
use crate::web::Shared;
use actix_web::rt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Runs one job. It may run twice.
pub type Handler = fn(Shared, Job) -> Pin<Box<dyn Future<Output = Result<Next, Error>>>>;

/// What a handler wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: the job is done.
    Done,
    /// To run again at this time.
    At(Time),
}

/// Jobs that one node runs at a time.
const AT_ONCE: usize = 4;
/// How long the queue is not looked at if nothing wakes the runner: other nodes' jobs come by notification.
const MAX_SLEEP: Duration = Duration::from_secs(30);
/// How long a node that stops waits for its running jobs.
const STOP_TIMEOUT: Duration = Duration::from_secs(4);

/// The runner of a node that serves.
pub struct Runner {
    stop: watch::Sender<bool>,
    task: rt::task::JoinHandle<()>,
}

impl Runner {
    /// Starts to run jobs.
    pub fn start(state: Shared, handler: Handler) -> Runner {
        let (stop, stopped) = watch::channel(false);
        let task = rt::spawn(run(state, handler, stopped));
        Runner { stop, task }
    }

    /// Takes no further job and waits a few seconds for those that run; what is not done by then is given back.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn run(state: Shared, handler: Handler, mut stopped: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    loop {
        let sleep = match claim(&state.db, AT_ONCE - running.len()).await {
            Ok((claimed, sleep)) => {
                for job in claimed {
                    let (state, stopped) = (state.clone(), stopped.clone());
                    running.spawn_local(run_one(state, handler, job, stopped));
                }
                sleep
            }
            Err(error) => {
                tracing::warn!(%error, "jobs could not be claimed, retrying in 1 s");
                Duration::from_secs(1)
            }
        };
        tokio::select! {
            () = state.db.jobs_enqueued() => {}
            () = tokio::time::sleep(sleep) => {}
            Some(_) = running.join_next() => {}
            _ = stopped.changed() => break,
        }
    }
    while running.join_next().await.is_some() {}
}

/// Claims due jobs, at most `free`; and how long nothing will be due.
async fn claim(db: &Db, free: usize) -> Result<(Vec<Claimed>, Duration), Error> {
    if free == 0 {
        return Ok((Vec::new(), MAX_SLEEP));
    }
    let now = db.now();
    let until = |next: Option<Time>| {
        let millis = next.map_or(i64::MAX, |at| at.0.saturating_sub(now.0));
        MAX_SLEEP.min(Duration::from_millis(millis.max(0) as u64))
    };
    let next = db.read(store::next_run_at).await?;
    if next.is_none_or(|at| at > now) {
        return Ok((Vec::new(), until(next)));
    }
    let claimed = db
        .write(move |conn| store::claim(conn, free as i64, now))
        .await?;
    // The claimed jobs are run in any case.
    let sleep = match db.read(store::next_run_at).await {
        Ok(next) => until(next),
        Err(_) => Duration::from_secs(1),
    };
    Ok((claimed, sleep))
}

/// Runs one job to its end, to the end of its lease, or until the node stops.
async fn run_one(
    state: Shared,
    handler: Handler,
    mut claimed: Claimed,
    mut stopped: watch::Receiver<bool>,
) {
    let job = match &claimed.job {
        Ok(job) => job.clone(),
        Err(unknown) => {
            // A newer version may know it: it stays until that one is here.
            let at = state.db.now().plus(Time::HOUR);
            let end = End::Retry(at, unknown.clone());
            return record(&state.db, &claimed, end).await;
        }
    };
    if job.is_given_up_after_retries() && claimed.attempts > job.retries().len() as i64 + 1 {
        let end = End::Failed("the process ended each time while this job ran".into());
        return record(&state.db, &claimed, end).await;
    }
    let mut work = rt::spawn(handler(state.clone(), job.clone()));
    let mut renewal = tokio::time::interval(Duration::from_millis(LEASE as u64 / 3));
    renewal.tick().await;
    let stop = async {
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(STOP_TIMEOUT).await;
    };
    tokio::pin!(stop);
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            () = &mut stop => {
                work.abort();
                return record(&state.db, &claimed, End::GivenBack).await;
            }
            _ = renewal.tick() => match renew(&state.db, &claimed).await {
                Ok(Some(until)) => claimed.locked_until = until,
                Ok(None) => {
                    work.abort();
                    return;
                }
                Err(error) => tracing::warn!(%error, job = job.kind(), "a job's lease could not be renewed"),
            },
        }
    };
    let result = result.unwrap_or_else(|panicked| Err(Error::internal(panicked)));
    let end = end_of(&job, claimed.attempts, result, state.db.now());
    record(&state.db, &claimed, end).await;
}

async fn renew(db: &Db, claimed: &Claimed) -> Result<Option<i64>, Error> {
    let (claimed, now) = (claimed.clone(), db.now());
    db.write(move |conn| store::renew(conn, &claimed, now))
        .await
}

/// What a handler's result means for its job.
fn end_of(job: &Job, attempts: i64, result: Result<Next, Error>, now: Time) -> End {
    let error = match result {
        Ok(Next::At(at)) => return End::Again(at),
        Ok(Next::Done) => return End::Done,
        Err(error) => recorded(&error.to_string()),
    };
    let retries = job.retries();
    let repeated = retries.last().filter(|_| !job.is_given_up_after_retries());
    let delay = retries.get(attempts.max(1) as usize - 1).or(repeated);
    tracing::warn!(job = job.kind(), attempts, error, "a job failed");
    match delay {
        Some(delay) => End::Retry(now.plus(*delay), error),
        None => End::Failed(error),
    }
}

/// An error as it is recorded: other servers' words are in it, at any length, and PostgreSQL takes no NUL.
fn recorded(error: &str) -> String {
    let shown = error.chars().take(2000);
    shown
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Records how a job ended. If that fails, its lease runs out and it is run again.
async fn record(db: &Db, claimed: &Claimed, end: End) {
    let (of, now) = (claimed.clone(), db.now());
    let recorded = db.write(move |conn| store::end(conn, &of, &end, now)).await;
    if let Err(error) = recorded {
        tracing::warn!(%error, job = claimed.id, "a job's end could not be recorded; it will run again");
    }
}

/// Runs what is due until nothing is, for tools and tests; how many jobs ran.
///
/// # Errors
/// Of the database; a job's own error is recorded with it.
pub async fn run_due(state: &Shared, handler: Handler) -> Result<usize, Error> {
    let (_stop, stopped) = watch::channel(false);
    let mut count = 0;
    loop {
        let (claimed, _) = claim(&state.db, AT_ONCE).await?;
        if claimed.is_empty() {
            return Ok(count);
        }
        for job in claimed {
            run_one(state.clone(), handler, job, stopped.clone()).await;
            count += 1;
        }
    }
}
