//! The web layer that all pages share: viewer and roles, forms, layout, page cache, rate limits, guard, metrics.

pub mod access_log;
pub mod assets;
pub mod cache;
pub mod coding;
pub mod connections;
pub mod device_cookie;
pub mod error_pages;
pub mod fields;
pub mod files;
pub mod form;
pub mod form_page;
pub mod gate;
pub mod guard;
pub mod headers;
pub mod kept;
pub mod limits;
pub mod links;
pub mod look;
pub mod meter;
pub mod notices;
pub mod outgoing;
pub mod page;
pub mod session_cookie;
mod setting_checks;
pub mod settings;
pub mod site;
pub mod structured_data;
pub mod theme_cookie;
pub mod viewer;

use crate::config::Config;
pub use crate::config::Network;
use crate::db::Db;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use arc_swap::ArcSwap;
pub use cache::PageCache;
pub use form::{EmptyForm, FormBody};
pub use gate::Gate;
pub use limits::Limits;
pub use meter::Meter;
pub use notices::Notices;
pub use outgoing::Outgoing;
pub use page::{DateView, Page};
pub use site::Site;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use viewer::{Account, Admin, Editor, Moderator, Participant, SignedIn, Staff, Viewer, Writer};

/// The state that handlers share. There is no other state in the process.
pub struct State {
    pub db: Db,
    pub config: Config,
    pub limits: Limits,
    /// For requests to other sites.
    pub outgoing: Outgoing,
    /// Password hashing: memory and CPU for a few at a time.
    pub hashing: Gate,
    /// Rendering HTML from what readers write.
    pub rendering: Gate,
    /// Full-text search: the one query whose cost depends on what the client sends.
    pub searching: Gate,
    /// Comparing versions of an article.
    pub comparing: Gate,
    /// Drawing pictures.
    pub drawing: Gate,
    /// Compressing newly rendered pages.
    pub packing: Gate,
    pub meter: Meter,
    /// Rate-limited log lines about hostile requests.
    pub notices: Notices,
    /// A log line for each request, if configured.
    pub access_log: Option<access_log::AccessLog>,
    /// The page cache.
    pub cache: Arc<PageCache>,
    site: ArcSwap<Site>,
    /// Held while the settings are read: an older result must not replace a newer one.
    reading_site: tokio::sync::Mutex<()>,
    /// Held while media files are stored or deleted with their rows: the same file may be uploaded again meanwhile.
    pub changing_media: tokio::sync::Mutex<()>,
    /// Time and result of the last readiness check.
    ready: tokio::sync::Mutex<Option<(Instant, Result<(), Error>)>>,
}

pub type Shared = actix_web::web::Data<State>;

impl State {
    pub fn new(
        db: Db,
        config: Config,
        limits: Limits,
        outgoing: Outgoing,
        site: Site,
        cache: Arc<PageCache>,
        meter: Meter,
    ) -> State {
        State {
            db,
            access_log: config.access_log.map(access_log::AccessLog::new),
            config,
            limits,
            outgoing,
            hashing: Gate::new(2, 24),
            rendering: Gate::new(2, 256),
            searching: Gate::new(3, 128),
            comparing: Gate::new(1, 32),
            drawing: Gate::new(1, 32),
            packing: Gate::new(2, 512),
            cache,
            meter,
            notices: Notices::default(),
            site: ArcSwap::from_pointee(site),
            reading_site: tokio::sync::Mutex::default(),
            changing_media: tokio::sync::Mutex::default(),
            ready: tokio::sync::Mutex::default(),
        }
    }

    /// The settings as of at most a second ago.
    pub fn site(&self) -> Arc<Site> {
        self.site.load_full()
    }

    /// The interface in the site's language.
    pub fn t(&self) -> Interface {
        self.site.load().t()
    }

    /// Reads the settings again: after a change here, and every second for those made elsewhere.
    pub async fn refresh_site(&self) -> Result<(), Error> {
        let _turn = self.reading_site.lock().await;
        let default_name = self.config.site_name.clone();
        let site = self
            .db
            .read(move |conn| Site::load(conn, &default_name))
            .await?;
        if site != **self.site.load() {
            self.site.store(Arc::new(site));
            // After the new settings are in place, so that no page is cached with the old ones.
            self.db.invalidate_local(&[CacheTag::Everything]);
        }
        Ok(())
    }

    /// Checks that reads and writes succeed. Checks at most once a second, and returns the last result in between.
    ///
    /// # Errors
    /// The error of the read or write that failed.
    pub async fn is_ready(&self) -> Result<(), Error> {
        let mut last = self.ready.lock().await;
        if let Some((at, outcome)) = &*last
            && at.elapsed() < Duration::from_secs(1)
        {
            return outcome.clone();
        }
        let outcome = match self.refresh_site().await {
            Ok(()) => self.db.probe_write().await,
            Err(error) => Err(error),
        };
        *last = Some((Instant::now(), outcome.clone()));
        outcome
    }
}
