//! Queries of jobs. This feature alone writes `jobs`.

use super::{Job, RETRIES};
use crate::db::invalidation::{CacheTag, changed};
use crate::db::schema::jobs;
use crate::db::{Conn, Time, tagged};
use crate::error::Error;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use std::collections::HashMap;

/// How long a claimed job is not given to another node, in milliseconds. A running job's lease is renewed.
pub const LEASE: i64 = 60 * Time::SECOND;

/// Not given up. Spelled out, for the partial index.
const WAITING: &str = "failed_at IS NULL";
/// Failed in the last attempt. Spelled out, for the partial index.
const FAILING: &str = "last_error <> ''";

/// A claimed job.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: i64,
    /// What this binary makes of the row; an unknown kind is an error.
    pub job: Result<Job, String>,
    /// How many times it has been started, this one included.
    pub attempts: i64,
    /// The end of the lease. While the row has this value, the job belongs to this node.
    pub locked_until: i64,
}

/// A job as staff see it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    pub run_at: Time,
    /// 0 while it does not run.
    pub locked_until: Time,
    pub attempts: i64,
    pub last_error: String,
    pub failed_at: Option<Time>,
}

/// Enqueues a job to run as soon as the transaction has committed.
///
/// # Errors
/// Of the database.
pub fn enqueue(conn: &mut Conn, job: &Job, now: Time) -> Result<(), Error> {
    enqueue_at(conn, job, now, now)
}

/// Enqueues a job to run at `run_at`. If the same job waits already, the earlier time counts; if it runs at the moment, it runs
/// again afterwards; if it has failed, it gets a new start.
///
/// # Errors
/// Of the database.
pub fn enqueue_at(conn: &mut Conn, job: &Job, run_at: Time, now: Time) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO jobs (kind, payload, unique_key, run_at, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (unique_key) DO UPDATE SET \
         run_at = CASE WHEN jobs.failed_at IS NULL AND (jobs.locked_until > 0 OR jobs.run_at < excluded.run_at) \
           THEN jobs.run_at ELSE excluded.run_at END, \
         again_at = CASE WHEN jobs.locked_until > 0 AND (jobs.again_at IS NULL OR jobs.again_at > excluded.run_at) \
           THEN excluded.run_at ELSE jobs.again_at END, \
         attempts = CASE WHEN jobs.failed_at IS NULL THEN jobs.attempts ELSE 0 END, \
         last_error = CASE WHEN jobs.failed_at IS NULL THEN jobs.last_error ELSE '' END, \
         failed_at = NULL",
    )
    .bind::<Text, _>(job.kind())
    .bind::<Text, _>(tagged::payload(job))
    .bind::<Text, _>(job.unique_key())
    .bind::<BigInt, _>(run_at.0)
    .bind::<BigInt, _>(now.0)
    .execute(conn)?;
    changed(conn, CacheTag::Jobs);
    Ok(())
}

/// When the next job is due.
///
/// # Errors
/// Of the database.
pub fn next_run_at(conn: &mut Conn) -> Result<Option<Time>, Error> {
    let next: Option<i64> = jobs::table
        .filter(sql::<Bool>(WAITING))
        .filter(jobs::run_at.ge(0))
        .order((jobs::run_at, jobs::id))
        .select(jobs::run_at)
        .first(conn)
        .optional()?;
    Ok(next.map(Time))
}

/// Takes up to `limit` due jobs for this node.
///
/// # Errors
/// Of the database.
pub fn claim(conn: &mut Conn, limit: i64, now: Time) -> Result<Vec<Claimed>, Error> {
    // SQLite has one writer; on PostgreSQL other nodes claim at the same time.
    let skip = match conn {
        Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        Conn::Sqlite(_) => "",
    };
    let due: Vec<IdRow> = diesel::sql_query(format!(
        "SELECT id FROM jobs WHERE {WAITING} AND run_at <= $1 ORDER BY run_at, id LIMIT $2 {skip}"
    ))
    .bind::<BigInt, _>(now.0)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    let until = now.plus(LEASE).0;
    let ids: Vec<i64> = due.into_iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<(i64, String, String, i64)> =
        diesel::update(jobs::table.filter(jobs::id.eq_any(ids)))
            .set((
                jobs::run_at.eq(until),
                jobs::locked_until.eq(until),
                jobs::attempts.eq(jobs::attempts + 1),
            ))
            .returning((jobs::id, jobs::kind, jobs::payload, jobs::attempts))
            .get_results(conn)?;
    rows.sort_unstable_by_key(|row| row.0);
    Ok(rows
        .into_iter()
        .map(|(id, kind, payload, attempts)| Claimed {
            id,
            job: tagged::from_row(&kind, &payload)
                .ok_or_else(|| format!("this version knows no job {kind} {payload}")),
            attempts,
            locked_until: until,
        })
        .collect())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Renews a lease. Returns its new end; `None`: the job is another node's by now.
///
/// # Errors
/// Of the database.
pub fn renew(conn: &mut Conn, claimed: &Claimed, now: Time) -> Result<Option<i64>, Error> {
    let until = now.plus(LEASE).0;
    let renewed = diesel::update(own(claimed))
        .set((jobs::run_at.eq(until), jobs::locked_until.eq(until)))
        .execute(conn)?;
    Ok((renewed > 0).then_some(until))
}

/// What becomes of a job that has ended.
#[derive(Clone, Debug)]
pub enum End {
    Done,
    /// It runs again at this time, as a new job.
    Again(Time),
    /// It is tried again at this time.
    Retry(Time, String),
    Failed(String),
    /// Not run to its end: the node stops.
    GivenBack,
}

/// Records the end of a job, unless it is another node's by now.
///
/// # Errors
/// Of the database.
pub fn end(conn: &mut Conn, claimed: &Claimed, end: &End, now: Time) -> Result<(), Error> {
    // An update, so that the row is locked: on PostgreSQL another node may be enqueuing this job at the moment.
    let row: Option<(Option<i64>, String)> = diesel::update(own(claimed))
        .set(jobs::locked_until.eq(claimed.locked_until))
        .returning((jobs::again_at, jobs::last_error))
        .get_result(conn)
        .optional()?;
    let Some((again, last_error)) = row else {
        return Ok(());
    };
    let (run_at, attempts, error, failed_at) = match end {
        End::Done => match again {
            None => {
                diesel::delete(own(claimed)).execute(conn)?;
                return Ok(());
            }
            Some(at) => (at, 0, String::new(), None),
        },
        End::Again(at) => (at.0.min(again.unwrap_or(i64::MAX)), 0, String::new(), None),
        End::Retry(at, error) => {
            // It was enqueued again meanwhile: that need not wait for a long delay.
            let again = again.map_or(i64::MAX, |again| again.max(now.0 + RETRIES[0]));
            (at.0.min(again), claimed.attempts, error.clone(), None)
        }
        End::Failed(error) => match again {
            Some(at) => (at, 0, String::new(), None),
            None => (now.0, claimed.attempts, error.clone(), Some(now.0)),
        },
        End::GivenBack => (now.0, claimed.attempts - 1, last_error, None),
    };
    diesel::update(own(claimed))
        .set((
            jobs::run_at.eq(run_at),
            jobs::locked_until.eq(0),
            jobs::again_at.eq(None::<i64>),
            jobs::attempts.eq(attempts),
            jobs::last_error.eq(error),
            jobs::failed_at.eq(failed_at),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Jobs);
    Ok(())
}

type Own = diesel::dsl::Filter<
    jobs::table,
    diesel::dsl::And<diesel::dsl::Eq<jobs::id, i64>, diesel::dsl::Eq<jobs::locked_until, i64>>,
>;

/// The row, as long as this node holds it.
fn own(claimed: &Claimed) -> Own {
    jobs::table.filter(
        jobs::id
            .eq(claimed.id)
            .and(jobs::locked_until.eq(claimed.locked_until)),
    )
}

/// How many jobs wait or run.
///
/// # Errors
/// Of the database.
pub fn waiting_count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(jobs::table
        .filter(sql::<Bool>(WAITING))
        .filter(jobs::run_at.ge(0))
        .count()
        .get_result(conn)?)
}

/// How many jobs failed in their last attempt, to be tried again or given up.
///
/// # Errors
/// Of the database.
pub fn failing_count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(jobs::table
        .filter(sql::<Bool>(FAILING))
        .count()
        .get_result(conn)?)
}

/// How many mails were given up.
///
/// # Errors
/// Of the database.
pub fn unsendable_count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(jobs::table
        .filter(sql::<Bool>(FAILING))
        .filter(jobs::kind.eq(Job::SendMail { mail: 0 }.kind()))
        .filter(jobs::failed_at.is_not_null())
        .count()
        .get_result(conn)?)
}

/// Jobs that failed in their last attempt, the newest first.
///
/// # Errors
/// Of the database.
pub fn failing(conn: &mut Conn, limit: i64) -> Result<Vec<JobRow>, Error> {
    Ok(jobs::table
        .filter(sql::<Bool>(FAILING))
        .order(jobs::id.desc())
        .limit(limit)
        .select(JobRow::as_select())
        .load(conn)?)
}

/// The jobs under these keys.
///
/// # Errors
/// Of the database.
pub fn by_keys(conn: &mut Conn, keys: &[String]) -> Result<HashMap<String, JobRow>, Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(jobs::table
        .filter(jobs::unique_key.eq_any(keys.to_vec()))
        .select((jobs::unique_key.assume_not_null(), JobRow::as_select()))
        .load::<(String, JobRow)>(conn)?
        .into_iter()
        .collect())
}

/// Gives a job that failed in its last attempt a new start now.
///
/// # Errors
/// `NotFound` if there is no such job, or if it runs at the moment.
pub fn retry(conn: &mut Conn, id: i64, now: Time) -> Result<(), Error> {
    let failing = jobs::table
        .filter(jobs::id.eq(id).and(jobs::locked_until.eq(0)))
        .filter(sql::<Bool>(FAILING));
    let retried = diesel::update(failing)
        .set((
            jobs::failed_at.eq(None::<i64>),
            jobs::attempts.eq(0),
            jobs::last_error.eq(""),
            jobs::run_at.eq(now.0),
        ))
        .execute(conn)?;
    changed(conn, CacheTag::Jobs);
    if retried == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// Deletes a job that has been given up.
///
/// # Errors
/// `NotFound` if there is no such job.
pub fn discard(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let failed = jobs::table.filter(jobs::id.eq(id).and(jobs::failed_at.is_not_null()));
    if diesel::delete(failed).execute(conn)? == 0 {
        return Err(Error::NotFound);
    }
    Ok(())
}

/// Deletes the job under a key, waiting, running or failed.
///
/// # Errors
/// Of the database.
pub fn remove(conn: &mut Conn, key: &str) -> Result<(), Error> {
    diesel::delete(jobs::table.filter(jobs::unique_key.eq(key))).execute(conn)?;
    Ok(())
}

/// Enqueues the jobs that every start needs.
///
/// # Errors
/// Of the database.
pub fn enqueue_at_start(conn: &mut Conn, now: Time) -> Result<(), Error> {
    for job in [Job::Sweep, Job::PublishDue, Job::IndexExisting] {
        enqueue(conn, &job, now)?;
    }
    Ok(())
}
