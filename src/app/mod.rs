//! Application assembly: database, state, middleware, server and background tasks, for `masthead serve` and all tests.

mod data_folder;
mod key;
mod prepare;
mod redis;

pub use data_folder::make_private;
pub use key::set_up as set_up_key;
pub use prepare::{Prepared, prepare, prepare_with};
pub use redis::prefix as redis_prefix;

use crate::config::Config;
use crate::db::Db;
use crate::jobs::Runner;
use crate::sessions::{ABSOLUTE_TIMEOUT, RedisStore, Sessions};
use crate::web::cache::RouteLookup;
use crate::web::cache::middleware::PageCacheLayer;
use crate::web::connections::Connections;
use crate::web::{Limits, Meter, Outgoing, PageCache, Shared, State, guard, session_cookie};
use crate::{ops, redirects, routes, workers};
use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::{Key, SameSite, time::Duration};
use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// A site that is ready to serve.
pub struct App {
    pub state: Shared,
    sessions: Sessions,
    key: Key,
    /// The path of the one-time setup link, while there is no admin.
    pub setup: Option<String>,
    /// How many sample articles this start has published.
    pub samples: usize,
    /// Whether this node runs jobs; tests run them when they want to.
    pub runs_jobs: bool,
}

/// A site that is being served.
pub struct Running {
    pub server: actix_web::dev::Server,
    pub handle: ServerHandle,
    pub address: SocketAddr,
    pub jobs: Option<Runner>,
}

/// Builds the application: session store, rate limits, cache, metrics and state.
///
/// # Errors
/// A sentence when Redis does not answer.
pub async fn assemble(config: Config, prepared: Prepared) -> Result<App, String> {
    let redis = match &config.session_store_url {
        None => None,
        Some(url) => Some(redis::connect(url).await?),
    };
    let prefix = redis::prefix(&prepared.key);
    let limits = redis.clone().map_or(Limits::Database, |redis| {
        Limits::Redis(redis, prefix.clone())
    });
    let cache = Arc::new(PageCache::default());
    let sessions = Sessions::new(
        prepared.db.clone(),
        redis.map(|redis| RedisStore { redis, prefix }),
        cache.clone(),
    );
    // Last: a start that fails must not invalidate the setup link of a running node.
    let setup = prepare::setup_link(&prepared.db).await?;
    let names = routes::ROUTES.iter().map(|r| (r.method, r.path));
    let meter = Meter::new(names, &prepared.db);
    let outgoing = Outgoing::new(&config.allow_private).map_err(|failed| failed.0)?;
    let state = State::new(
        prepared.db,
        config,
        limits,
        outgoing,
        prepared.site,
        cache,
        meter,
    );
    let state = web::Data::new(state);
    Ok(App {
        state,
        sessions,
        key: Key::from(&prepared.key),
        setup,
        samples: prepared.samples,
        runs_jobs: true,
    })
}

impl App {
    /// Serves on a listener until the handle stops it, and starts the background tasks.
    ///
    /// # Errors
    /// When the system refuses the listener.
    pub fn serve(self, listener: TcpListener, workers: usize) -> std::io::Result<Running> {
        let address = listener.local_addr()?;
        let App {
            state,
            sessions,
            key,
            runs_jobs,
            ..
        } = self;
        let background = state.clone();
        let redirects = web::Data::new(redirects::Redirects {
            list: redirects::List::of(&state.config.data),
            route_kind: routes::route_kind,
        });
        let (refreshed, lookup) = (redirects.clone(), route_lookup(redirects.clone()));
        state.db.listen();
        let (connections, accepting) = (Connections::new(&state.config), state.clone());
        let server = HttpServer::new(move || {
            let cookie = session_middleware(&state, &sessions, &key);
            ActixApp::new()
                .app_data(state.clone())
                .app_data(web::Data::new(sessions.clone()))
                .app_data(redirects.clone())
                .configure(routes::configure)
                .wrap(from_fn(redirects::redirect_not_found))
                .wrap(from_fn(crate::sessions::renew))
                .wrap(cookie)
                .wrap(from_fn(guard::guard))
                .wrap(Compress::default())
                // The outermost: cached pages are answered here.
                .wrap(PageCacheLayer::new(
                    state.clone(),
                    key.clone(),
                    lookup.clone(),
                ))
        })
        .on_connect(move |io, data| connections.accepted(io, data, &accepting.notices))
        .workers(workers)
        .tcp_nodelay(true)
        .shutdown_timeout(5)
        .client_request_timeout(std::time::Duration::from_secs(10))
        .disable_signals()
        .listen(listener)?
        .run();
        if let Some(listen) = &background.config.metrics_listen {
            actix_web::rt::spawn(ops::metrics(listen, background.clone())?);
        }
        actix_web::rt::spawn(poll_outside_commits(background.db.clone()));
        actix_web::rt::spawn(refresh(background.clone(), refreshed));
        let jobs = runs_jobs.then(|| Runner::start(background, workers::run));
        let handle = server.handle();
        Ok(Running {
            server,
            handle,
            address,
            jobs,
        })
    }
}

/// What the page cache asks about a request.
fn route_lookup(redirects: web::Data<redirects::Redirects>) -> RouteLookup {
    RouteLookup {
        find_route: routes::cached_route,
        is_redirected: Arc::new(move |path, query| redirects.query_target(path, query).is_some()),
    }
}

/// Once a second, what each node holds in memory of data that others change: the settings, the list of redirects, the
/// database's clock.
async fn refresh(state: Shared, redirects: web::Data<redirects::Redirects>) {
    let is_sqlite = matches!(state.config.database, crate::db::Address::Sqlite(_));
    let mut read_at = None;
    for tick in 1u64.. {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        redirects.list.refresh();
        // One file tells whether anything was written to it since; another node may not have told yet.
        let patience = std::time::Duration::from_millis(200);
        let poll = tokio::time::timeout(patience, state.db.poll_outside_commits()).await;
        let version = state.db.version();
        let is_known = is_sqlite && poll.is_ok() && read_at == Some(version) && tick % 10 != 1;
        let mut done = match is_known {
            true => Ok(()),
            false => state.refresh_site().await,
        };
        read_at = done.is_ok().then_some(version);
        if tick % 10 == 1 {
            done = done.and(state.db.sync_clock().await);
        }
        if let Err(error) = done {
            tracing::warn!(%error, "the settings could not be read, retrying in 1 s");
        }
    }
}

/// A task of its own: invalidation must not wait for what [`refresh`] reads.
async fn poll_outside_commits(db: Db) {
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        db.poll_outside_commits().await;
    }
}

fn session_middleware(
    state: &State,
    sessions: &Sessions,
    key: &Key,
) -> SessionMiddleware<Sessions> {
    SessionMiddleware::builder(sessions.clone(), key.clone())
        .cookie_name(session_cookie::name(state).to_owned())
        .cookie_secure(state.config.base.https)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".into())
        .cookie_http_only(true)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(
            PersistentSession::default().session_ttl(Duration::milliseconds(ABSOLUTE_TIMEOUT)),
        )
        .build()
}
