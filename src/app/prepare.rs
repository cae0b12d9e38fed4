//! What a start does with the database before the first request: migrations, samples, the site's key, periodic jobs.

use super::make_private;
use crate::config::Config;
use crate::db::{Db, SiteKey, Tuning};
use crate::error::Error;
use crate::text;
use crate::web::Site;
use crate::{accounts, admin, articles, jobs, samples};

/// A migrated database, with the settings and the site's key.
pub struct Prepared {
    pub(super) db: Db,
    pub(super) site: Site,
    pub(super) key: SiteKey,
    pub(super) samples: usize,
}

/// Opens and migrates the database, and publishes the samples if it is empty. Blocks.
///
/// # Errors
/// A sentence for the operator.
pub fn prepare(config: &Config) -> Result<Prepared, String> {
    prepare_with(config, Tuning::server())
}

/// [`prepare`] with other [`Tuning`], for the benchmark.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(config: &Config, tuning: Tuning) -> Result<Prepared, String> {
    let say = |e: Error| e.to_string();
    make_private(&config.data)?;
    let db = Db::open_with(&config.database, tuning)?;
    db.migrate()?;
    let key = super::key::set_up(config, &db)?;
    db.write_now(articles::names::fill_name_keys).map_err(say)?;
    let load = |db: &Db| {
        db.read_now(|conn| Site::load(conn, &config.site_name))
            .map_err(say)
    };
    let mut site = load(&db)?;
    let mut published = 0;
    if config.samples
        && db
            .read_now(admin::store::should_publish_samples)
            .map_err(say)?
    {
        published = samples::publish(&db, config, &site)?;
        // Every page lists their sections.
        site = load(&db)?;
    }
    let now = db.now();
    db.write_now(move |conn| jobs::store::enqueue_at_start(conn, now))
        .map_err(say)?;
    Ok(Prepared {
        db,
        site,
        key,
        samples: published,
    })
}

/// Creates a one-time setup link while there is no admin; an earlier link becomes invalid.
pub(super) async fn setup_link(db: &Db) -> Result<Option<String>, String> {
    let token = text::random_hex::<24>().map_err(|e| e.to_string())?;
    let stored = token.clone();
    let made = db.write(move |conn| {
        let wanted = !accounts::store::has_admin(conn)?;
        if wanted {
            admin::store::set_setup_token(conn, &stored)?;
        }
        Ok(wanted)
    });
    Ok(made
        .await
        .map_err(|e| e.to_string())?
        .then(|| crate::paths::setup(&token)))
}
