//! Application assembly: database, state, middleware, server and background tasks, for `masthead serve` and all tests.

use crate::config::Config;
use crate::db::{Db, Tuning};
use crate::error::Error;
use crate::sessions::{ABSOLUTE_TIMEOUT, RedisStore, Sessions};
use crate::web::cache::middleware::PageCacheLayer;
use crate::web::connections::Connections;
use crate::web::{Limits, Meter, PageCache, Shared, Site, State, guard, session_cookie};
use crate::{accounts, admin, articles, ops, redirects, routes, samples, search};
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
}

/// A migrated database, with the settings and the cookie key read from it.
pub struct Prepared {
    db: Db,
    site: Site,
    key: Vec<u8>,
    samples: usize,
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
    db.write_now(articles::names::fill_name_keys).map_err(say)?;
    let load = |db: &Db| {
        db.read_now(|conn| Site::load(conn, &config.site_name))
            .map_err(say)
    };
    let mut site = load(&db)?;
    let mut published = 0;
    if config.samples && db.read_now(admin::store::wants_samples).map_err(say)? {
        published = samples::publish(&db, config, &site)?;
        // Every page lists their sections.
        site = load(&db)?;
    }
    let key = db.write_now(admin::store::cookie_key).map_err(say)?;
    Ok(Prepared {
        db,
        site,
        key,
        samples: published,
    })
}

/// Creates a one-time setup link while there is no admin; an earlier link becomes invalid.
async fn setup_link(db: &Db) -> Result<Option<String>, String> {
    let mut bytes = [0; 24];
    getrandom::fill(&mut bytes).map_err(|e| e.to_string())?;
    let token: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let kept = token.clone();
    let made = db.write(move |conn| {
        let wanted = !accounts::store::has_admin(conn)?;
        if wanted {
            admin::store::set_setup_token(conn, &kept)?;
        }
        Ok(wanted)
    });
    Ok(made
        .await
        .map_err(|e| e.to_string())?
        .then(|| crate::paths::setup(&token)))
}

/// Creates the data folder, readable by its owner only; if it exists, makes the database's files private instead.
///
/// # Errors
/// A sentence when it cannot be made.
pub fn make_private(folder: &std::path::Path) -> Result<(), String> {
    if folder.is_dir() {
        return make_files_private(folder);
    }
    std::fs::create_dir_all(folder)
        .map_err(|e| format!("The data folder {} cannot be made: {e}", folder.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(|e| {
            format!(
                "The data folder {} cannot be made private: {e}",
                folder.display()
            )
        })?;
    }
    Ok(())
}

/// Makes the database's files readable by their owner only, also in a folder that others can read.
fn make_files_private(folder: &std::path::Path) -> Result<(), String> {
    let say = |e: std::io::Error| format!("{} cannot be made private: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(say)?.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with("masthead.");
        if is_ours && entry.file_type().is_ok_and(|is| is.is_file()) {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                let own = std::fs::Permissions::from_mode(0o600);
                let readable = entry
                    .metadata()
                    .is_ok_and(|m| m.permissions().mode() & 0o077 != 0);
                match std::fs::set_permissions(entry.path(), own) {
                    // Ignored: files that a running server has renamed or removed, and files of another owner that are
                    // private already.
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound && readable => {
                        return Err(say(e));
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(())
}

/// The prefix of this site's keys in Redis, because sites may share one.
pub fn redis_prefix(cookie_key: &[u8]) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(cookie_key);
    digest.iter().take(6).fold("masthead:".to_owned(), |s, b| {
        s + format!("{b:02x}").as_str()
    })
}

/// Timeouts that turn an unreachable Redis into a 503 within two seconds.
fn redis_timeouts() -> redis::aio::ConnectionManagerConfig {
    let second = Some(std::time::Duration::from_secs(1));
    redis::aio::ConnectionManagerConfig::new()
        .set_connection_timeout(second)
        .set_response_timeout(second)
        .set_number_of_retries(1)
}

/// Builds the application: session store, rate limits, cache, metrics and state.
///
/// # Errors
/// A sentence when Redis does not answer.
pub async fn assemble(config: Config, prepared: Prepared) -> Result<App, String> {
    let redis = match &config.session_store_url {
        None => None,
        Some(url) => {
            let say = |e: redis::RedisError| {
                format!(
                    "The session store at {} does not answer: {e}",
                    crate::db::hide_password(url)
                )
            };
            let client = redis::Client::open(url.as_str()).map_err(say)?;
            let connecting =
                redis::aio::ConnectionManager::new_with_config(client, redis_timeouts());
            let waited = tokio::time::timeout(std::time::Duration::from_secs(5), connecting).await;
            Some(
                waited
                    .map_err(|_| {
                        format!(
                            "The session store at {} does not answer.",
                            crate::db::hide_password(url)
                        )
                    })?
                    .map_err(say)?,
            )
        }
    };
    let prefix = redis_prefix(&prepared.key);
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
    let setup = setup_link(&prepared.db).await?;
    let names = routes::ROUTES.iter().map(|r| (r.method, r.path));
    let meter = Meter::new(names, &prepared.db);
    let state = State::new(prepared.db, config, limits, prepared.site, cache, meter);
    let state = web::Data::new(state);
    Ok(App {
        state,
        sessions,
        key: Key::from(&prepared.key),
        setup,
        samples: prepared.samples,
    })
}

impl App {
    /// Serves on a listener until the handle stops it, and starts the background tasks.
    ///
    /// # Errors
    /// When the system refuses the listener.
    pub fn serve(
        self,
        listener: TcpListener,
        workers: usize,
    ) -> std::io::Result<(actix_web::dev::Server, ServerHandle, SocketAddr)> {
        let address = listener.local_addr()?;
        let App {
            state,
            sessions,
            key,
            ..
        } = self;
        let clock = state.clone();
        let home = web::Data::new(redirects::Redirects {
            list: redirects::List::of(&state.config.data),
            route_kind: routes::route_kind,
        });
        let old_links = home.clone();
        state.db.listen();
        let (connections, accepting) = (Connections::new(&state.config), state.clone());
        let server = HttpServer::new(move || {
            let cookie = SessionMiddleware::builder(sessions.clone(), key.clone())
                .cookie_name(session_cookie::name(&state).to_owned())
                .cookie_secure(state.config.base.https)
                .cookie_same_site(SameSite::Lax)
                .cookie_path("/".into())
                .cookie_http_only(true)
                .cookie_content_security(CookieContentSecurity::Signed)
                .session_lifecycle(
                    PersistentSession::default()
                        .session_ttl(Duration::milliseconds(ABSOLUTE_TIMEOUT)),
                )
                .build();
            ActixApp::new()
                .app_data(state.clone())
                .app_data(web::Data::new(sessions.clone()))
                .app_data(home.clone())
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
                    routes::cached_route,
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
        if let Some(listen) = &clock.config.metrics_listen {
            actix_web::rt::spawn(ops::metrics(listen, clock.clone())?);
        }
        let db = clock.db.clone();
        // A task of its own: invalidation must not wait for the other periodic tasks.
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                db.poll_outside_commits().await;
            }
        });
        let unread = clock.clone();
        actix_web::rt::spawn(async move {
            if let Err(error) = read_on(&unread).await {
                tracing::error!(%error, "the search index is incomplete; indexing continues at the next start");
            }
        });
        actix_web::rt::spawn(pass_time(clock, old_links));
        let handle = server.handle();
        Ok((server, handle, address))
    }
}

/// Indexes content from before the search index existed, in small steps, so that writers need not wait.
async fn read_on(state: &Shared) -> Result<(), Error> {
    loop {
        let began = std::time::Instant::now();
        if !state.db.write(search::index::catch_up).await? {
            return Ok(());
        }
        // Leave half of the time to other writers.
        tokio::time::sleep(began.elapsed()).await;
    }
}

/// Periodic tasks. Every second: reload settings and redirects, publish scheduled articles. Every ten seconds: measure
/// the clock offset. Every ten minutes: delete expired rows.
async fn pass_time(state: Shared, home: web::Data<redirects::Redirects>) {
    let mut ticks: u64 = 0;
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        ticks += 1;
        let now = state.db.now();
        home.list.refresh();
        let mut done = state.refresh_site().await;
        if ticks % 10 == 1 {
            done = done.and(state.db.sync_clock().await);
        }
        match state
            .db
            .read(move |conn| articles::save::anything_due(conn, now))
            .await
        {
            Ok(true) => {
                done = done.and(
                    state
                        .db
                        .write(move |conn| articles::save::publish_due(conn, now))
                        .await
                        .map(|_| ()),
                )
            }
            Ok(false) => {}
            Err(e) => done = done.and(Err(e)),
        }
        if ticks % 600 == 1 {
            done = done.and(
                state
                    .db
                    .write(move |conn| admin::store::pass_time(conn, now))
                    .await,
            );
        }
        if let Err(error) = done {
            tracing::warn!(%error, "periodic tasks failed, retrying in 1 s");
        }
    }
}
