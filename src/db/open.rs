//! Opening a database: one connection first, then the pool, and for SQLite the writer.

use super::generation;
use super::invalidation::Changes;
use super::manager::{IgnorePoolErrors, Manager};
use super::site_key::KeyCell;
use super::{Address, Db, Inner, Meters, Tuning, postgres, postgres_write, writer};
use diesel::r2d2::Pool;
use prometheus_client::metrics::histogram::Histogram;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

impl Db {
    /// Opens the database without migrating it. A SQLite file that is missing is created.
    ///
    /// # Errors
    /// A sentence for the operator when the database cannot be reached.
    pub fn open(address: &Address) -> Result<Db, String> {
        Db::open_with(address, Tuning::default())
    }

    /// [`Db::open`] with other [`Tuning`]: for `serve`, bulk loads and benchmarks.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub fn open_with(address: &Address, tuning: Tuning) -> Result<Db, String> {
        let size = if matches!(address, Address::Sqlite(_)) {
            4
        } else {
            8
        };
        if let Address::Sqlite(path) = address {
            generation::check_file(path)?;
        }
        let (generation, ahead) = first_connection(address, tuning)?;
        let is_unreachable = Arc::new(AtomicBool::default());
        let manager = Manager {
            address: address.clone(),
            tuning,
            is_unreachable: is_unreachable.clone(),
        };
        let pool = pool(manager, size)?;
        let max_age = match address {
            Address::Sqlite(_) => None,
            Address::Postgres { .. } => Some(Duration::from_secs(30)),
        };
        let changes = Arc::new(Changes::new(max_age));
        let meters = Meters::new();
        let key = KeyCell::default();
        let writer = match address {
            Address::Sqlite(_) => {
                let address = address.clone();
                let open = move || Manager::open(&address, tuning);
                let writer = writer::Writer::start(
                    Box::new(open),
                    changes.clone(),
                    meters.batch.clone(),
                    tuning,
                    generation,
                    key.clone(),
                );
                Some(writer.map_err(|e| e.to_string())?)
            }
            Address::Postgres { .. } => None,
        };
        Ok(Db(Arc::new(Inner {
            address: address.clone(),
            pool,
            writer,
            changes,
            meters,
            node: format!(
                "{:016x}",
                std::hash::RandomState::new().hash_one(std::process::id())
            ),
            clock: AtomicI64::new(ahead),
            is_unreachable,
            writes: Arc::new(Semaphore::new(
                size as usize - postgres_write::RESERVED_FOR_READS,
            )),
            listener: OnceLock::new(),
            key,
        })))
    }
}

/// Opens one connection outside the pool: its error says more than the pool's timeout. Returns the state of the copies of a
/// SQLite database, and how far the clock of a PostgreSQL server is ahead, in milliseconds.
fn first_connection(
    address: &Address,
    tuning: Tuning,
) -> Result<(Option<generation::Generation>, i64), String> {
    let mut first = Manager::open_with_retry(address, tuning)
        .map_err(|e| format!("The database at {} cannot be opened: {e}", address.shown()))?;
    Ok(match address {
        Address::Sqlite(path) => (Some(generation::check(path, &mut first)?), 0),
        Address::Postgres { .. } => {
            let ahead = postgres::clock_offset_millis(&mut first).map_err(|e| e.to_string())?;
            (None, ahead)
        }
    })
}

fn pool(manager: Manager, size: u32) -> Result<Pool<Manager>, String> {
    let shown = manager.address.shown();
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .test_on_check_out(matches!(manager.address, Address::Postgres { .. }))
        .connection_timeout(Duration::from_secs(5))
        .error_handler(Box::new(IgnorePoolErrors))
        .build(manager)
        .map_err(|e| format!("The database at {shown} cannot be opened: {e}"))
}

impl Meters {
    fn new() -> Meters {
        Meters {
            pool_wait: Histogram::new([0.0001, 0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 5.0]),
            batch: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0]),
        }
    }
}
