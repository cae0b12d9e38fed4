//! What every page shares: who asks, what was posted, the page around the content, throttles, the guard before the router.

pub mod assets;
pub mod cache;
pub mod coding;
pub mod failure;
pub mod form;
pub mod guard;
pub mod headers;
pub mod limits;
pub mod meter;
pub mod page;
pub mod site;
pub mod viewer;

use crate::config::Config;
pub use crate::config::Network;
use crate::db::Db;
use crate::db::fresh::Topic;
use crate::interface::Interface;
use arc_swap::ArcSwap;
pub use cache::PageCache;
pub use form::Posted;
pub use limits::{Gate, Limits};
pub use meter::Meter;
pub use page::{Page, When};
pub use site::Site;
use std::sync::Arc;
pub use viewer::{Account, Admin, Editor, Moderator, SignedIn, Staff, Viewer};

/// What handlers share. There is no other state in the process.
pub struct State {
    pub db: Db,
    pub config: Config,
    pub limits: Limits,
    /// Password hashing: memory and CPU for a few at a time.
    pub hashing: Gate,
    /// Full-text search: the one question of which the asker decides how much work it is.
    pub searching: Gate,
    /// Comparing versions of an article.
    pub comparing: Gate,
    /// Drawing pictures.
    pub drawing: Gate,
    /// Compressing pages that are made anew.
    pub packing: Gate,
    pub meter: Meter,
    /// Finished pages.
    pub cache: Arc<PageCache>,
    site: ArcSwap<Site>,
}

pub type Shared = actix_web::web::Data<State>;

impl State {
    pub fn new(
        db: Db,
        config: Config,
        limits: Limits,
        site: Site,
        cache: Arc<PageCache>,
        meter: Meter,
    ) -> State {
        State {
            db,
            config,
            limits,
            hashing: Gate::new(2, 24),
            searching: Gate::new(3, 128),
            comparing: Gate::new(1, 32),
            drawing: Gate::new(1, 32),
            packing: Gate::new(2, 512),
            cache,
            meter,
            site: ArcSwap::from_pointee(site),
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
    pub async fn refresh_site(&self) -> Result<(), crate::error::Error> {
        let default_name = self.config.site_name.clone();
        let site = self
            .db
            .read(move |conn| Site::load(conn, &default_name))
            .await?;
        if site != **self.site.load() {
            self.site.store(Arc::new(site));
            // After it: whoever reads from now on has the new settings.
            self.db.announce_here(&[Topic::Everything]);
        }
        Ok(())
    }
}
