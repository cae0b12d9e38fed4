//! Test harness: a separate site for every test, HTTP clients with cookies, and responses with CSS selectors.

use masthead::accounts::password::{NewPassword, PasswordPolicy, hash_now};
use masthead::accounts::roles::{Roles, set_roles};
use masthead::accounts::store::{New, create};
use masthead::accounts::{Email, Username};
use masthead::app::{assemble, prepare};
use masthead::config::{Config, PartialConfig};
use masthead::db::invalidation::CacheTag;
use masthead::db::{Db, Time};
use masthead::import::{self, ParsedFile, ReadOptions};
use masthead::interface::Interface;
use masthead::web::{Shared, Site as Settings};
use reqwest::header::HeaderMap;
use scraper::{Html, Selector};
use std::future::Future;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, mpsc};
use std::time::Duration;

pub const PASSWORD: &str = "nine quiet herons by the lock";
/// Hashed once, because hashing in every test would dominate the running time.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let password = NewPassword::parse(Interface::English, PASSWORD, PasswordPolicy::READER, &[])
        .unwrap_or_else(|why| panic!("{why}"));
    hash_now(&password).expect("a hash")
});

/// Where a test's data is.
#[derive(Clone, Debug)]
pub struct Place {
    pub folder: std::path::PathBuf,
    pub database_url: Option<String>,
    pub session_store_url: Option<String>,
}

impl Place {
    /// A SQLite database in a folder.
    pub fn sqlite(folder: &std::path::Path) -> Place {
        Place {
            folder: folder.to_owned(),
            database_url: None,
            session_store_url: None,
        }
    }
}

pub struct Site {
    pub address: SocketAddr,
    pub state: Shared,
    pub place: Place,
    pub setup: Option<String>,
    watch: Arc<Watch>,
    stop: actix_web::dev::ServerHandle,
    folder: Option<tempfile::TempDir>,
    database: Option<(String, String)>,
}

pub fn on_sqlite<F: Future<Output = ()>>(module: &str, story: impl FnOnce(Site) -> F) {
    run(module, None, None, story);
}

/// Modules that count hits of the page cache, which the comparison after each change empties.
const UNWATCHED: [&str; 6] = ["cache", "clocks", "cost", "faults", "meters", "nodes"];

pub fn on_postgres<F: Future<Output = ()>>(module: &str, story: impl FnOnce(Site) -> F) {
    if let Some(url) = postgres_url() {
        run(module, Some(url), None, story);
    }
}

/// Reports a skipped test on stderr past the test runner's capture, so that it does not look as if it had run.
///
/// All of them are named again after the result of the tests, as the last lines.
pub fn skipped(what: &str, how: &str) {
    static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    extern "C" fn say() {
        for line in LINES.lock().map(|lines| lines.clone()).unwrap_or_default() {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
    let line = format!("skipped: the tests that need {what}; {how}");
    let mut lines = LINES.lock().expect("a list");
    if lines.contains(&line) {
        return;
    }
    let _ = writeln!(std::io::stderr(), "{line}");
    if lines.is_empty() {
        // SAFETY: a C function without arguments, which touches nothing but a static.
        unsafe { libc::atexit(say) };
    }
    lines.push(line);
}

/// The PostgreSQL server for tests. `None`: there is none, which has been reported.
pub fn postgres_url() -> Option<String> {
    let how = "set TEST_POSTGRES_URL=postgres://user@host:port/postgres to a server where databases may be made";
    server_url("TEST_POSTGRES_URL", "PostgreSQL", how)
}

/// The Redis server for tests, as [`postgres_url`].
pub fn redis_url() -> Option<String> {
    server_url(
        "TEST_REDIS_URL",
        "Redis",
        "set TEST_REDIS_URL=redis://host:port/",
    )
}

fn server_url(variable: &str, what: &str, how: &str) -> Option<String> {
    let url = std::env::var(variable).ok().filter(|u| !u.is_empty());
    if url.is_none() {
        skipped(what, how);
    }
    url
}

/// Runs a test of a module on a new site: on SQLite or a new database of a PostgreSQL server, with sessions there or in Redis.
pub fn run<F: Future<Output = ()>>(
    module: &str,
    server: Option<String>,
    redis: Option<String>,
    story: impl FnOnce(Site) -> F,
) {
    run_upgraded(module, server, redis, None, story);
}

/// Runs a test on the database of an earlier version: a SQLite file, or what `pg_dump` wrote.
pub fn run_upgraded<F: Future<Output = ()>>(
    module: &str,
    server: Option<String>,
    redis: Option<String>,
    earlier: Option<&[u8]>,
    story: impl FnOnce(Site) -> F,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = server.map(|url| {
        let name = format!("masthead_{}", unique());
        if earlier.is_some() {
            sql(&url, &format!("CREATE DATABASE {name}"));
        } else {
            let template = template(&url);
            sql(&url, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        }
        (url, name)
    });
    let database_url = database.as_ref().map(|(url, name)| {
        format!(
            "{}/{name}",
            url.rsplit_once('/').expect("a database in the URL").0
        )
    });
    let place = Place {
        folder: folder.path().to_owned(),
        database_url,
        session_store_url: redis,
    };
    match (earlier, &place.database_url) {
        (Some(dump), Some(url)) => sql(url, std::str::from_utf8(dump).expect("SQL")),
        (Some(file), None) => {
            std::fs::write(folder.path().join("masthead.db"), file).expect("a database");
        }
        (None, _) => {}
    }
    let mut site = Site::start(&place, |_| {});
    if module.split("::").any(|part| UNWATCHED.contains(&part)) {
        site.watch.left.store(0, Ordering::SeqCst);
    }
    site.folder = Some(folder);
    site.database = database;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(story(site));
}

pub fn unique() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The name of a migrated database on this server, which each test copies: that takes a fifth of the time of migrating.
fn template(server: &str) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
        let entries = std::fs::read_dir(folder).expect("migrations");
        let mut files: Vec<_> = entries
            .map(|e| e.expect("a folder").path().join("up.sql"))
            .collect();
        files.sort();
        let read = |file: &std::path::PathBuf| std::fs::read_to_string(file).expect("SQL");
        let migrations: String = files.iter().map(read).collect();
        let hash = std::hash::BuildHasher::hash_one(
            &std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default(),
            migrations,
        );
        let name = format!("masthead_template_{hash:016x}");
        let url = format!(
            "{}/{name}",
            server.rsplit_once('/').expect("a database in the URL").0
        );
        let server = server.to_owned();
        let made = name.clone();
        std::thread::spawn(move || {
            use diesel::connection::SimpleConnection;
            let server = masthead::db::Address::Postgres {
                url: server,
                ca: None,
            };
            let mut conn = masthead::db::connect(&server).expect("the PostgreSQL server answers");
            // One test process at a time; another one may have made it.
            conn.batch_execute("SELECT pg_advisory_lock(7305122)")
                .expect("a lock");
            if conn
                .batch_execute(&format!("CREATE DATABASE {made}"))
                .is_ok()
            {
                let db = Db::open(&masthead::db::Address::Postgres { url, ca: None })
                    .expect("a database");
                db.migrate().expect("migrations");
                drop(db);
            }
            conn.batch_execute("SELECT pg_advisory_unlock(7305122)")
                .expect("an unlock");
        })
        .join()
        .expect("a template");
        name
    })
}

/// Runs one statement on the server itself.
fn sql(url: &str, statement: &str) {
    use diesel::connection::SimpleConnection;
    let (url, statement) = (url.to_owned(), statement.to_owned());
    // On a thread of its own: the connection may not be opened inside a test's runtime.
    let work = move || {
        let mut conn = masthead::db::connect(&masthead::db::Address::Postgres { url, ca: None })
            .expect("the PostgreSQL server answers");
        conn.batch_execute(&statement)
            .unwrap_or_else(|e| panic!("{statement}: {e}"));
    };
    std::thread::spawn(work).join().expect("the statement runs");
}

impl Site {
    /// Starts the application on a free port.
    pub fn start(place: &Place, change: impl FnOnce(&mut PartialConfig)) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut given = PartialConfig {
            data: Some(place.folder.display().to_string()),
            port: Some(address.port().to_string()),
            samples: Some("off".into()),
            database_url: place.database_url.clone(),
            session_store_url: place.session_store_url.clone(),
            ..PartialConfig::default()
        };
        change(&mut given);
        let config = Config::load(given, &[]).expect("a configuration");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let prepared = prepare(&config).expect("a database");
            actix_web::rt::System::new().block_on(async move {
                let mut app = assemble(config, prepared).await.expect("a site");
                app.runs_jobs = false;
                let (state, setup) = (app.state.clone(), app.setup.clone());
                let running = app.serve(listener, 1).expect("a server");
                sender
                    .send((state, setup, running.handle))
                    .expect("the test waits");
                running.server.await.expect("a server that stops well");
            });
        });
        let (state, setup, stop) = receiver
            .recv_timeout(Duration::from_secs(30))
            .expect("the site starts");
        let watch = Arc::new(Watch {
            state: state.clone(),
            address,
            origin: state.config.base.origin.clone(),
            paths: Mutex::default(),
            left: AtomicUsize::new(Watch::CHANGES),
            begun: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        });
        Site {
            address,
            watch,
            state,
            place: place.clone(),
            setup,
            stop,
            folder: None,
            database: None,
        }
    }

    /// A second node that serves the same data.
    pub fn second(&self) -> Site {
        let first = self.address.port();
        // Cookies are bound to a host, not a port: the second node uses the first one's base URL.
        let second = Site::start(&self.place, |given| {
            given.base_url = Some(format!("http://127.0.0.1:{first}"))
        });
        let left = self.watch.left.load(Ordering::SeqCst);
        second.watch.left.store(left, Ordering::SeqCst);
        second
    }

    /// Runs the jobs that are due, and those that these enqueue; how many ran.
    pub async fn run_jobs(&self) -> usize {
        // As two seconds later: forgotten passwords are looked up after a while.
        let later = |conn: &mut masthead::db::Conn| {
            use diesel::prelude::*;
            use masthead::db::schema::jobs;
            let waiting = jobs::table.filter(jobs::kind.eq("forgotten"));
            if waiting.count().get_result::<i64>(conn)? > 0 {
                diesel::update(waiting)
                    .set(jobs::run_at.eq(0))
                    .execute(conn)?;
            }
            Ok(())
        };
        // A database that a test has broken has nothing to say.
        let _ = self.db().write(later).await;
        let running = masthead::jobs::run_due(&self.state, masthead::workers::run);
        tokio::task::LocalSet::new()
            .run_until(running)
            .await
            .expect("jobs")
    }

    /// Jobs that a test has caused and not run, and jobs that have failed.
    fn jobs_left(&self) -> Vec<String> {
        use diesel::prelude::*;
        use masthead::db::schema::{jobs, mails};
        let db = self.db().clone();
        // On a thread of its own: this may be a test's runtime.
        let read = move || {
            db.read_now(|conn| {
                let at_start = ["sweep", "publish-due", "index-existing"];
                let caused = jobs::kind
                    .ne_all(at_start)
                    .and(jobs::run_at.le(Time::now().0));
                let left: Vec<(String, String)> = jobs::table
                    .filter(caused.or(jobs::failed_at.is_not_null()))
                    .select((jobs::kind, jobs::payload))
                    .load(conn)?;
                // Everybody who joins gets a mail, whatever the test is about.
                let joined: Vec<i64> = mails::table
                    .filter(mails::kind.eq("verify"))
                    .select(mails::id)
                    .load(conn)?;
                let joined: Vec<String> = joined
                    .iter()
                    .map(|id| format!("{{\"mail\":{id}}}"))
                    .collect();
                let left = left
                    .into_iter()
                    .filter(|(_, payload)| !joined.contains(payload));
                Ok(left.map(|(kind, _)| kind).collect())
            })
        };
        // A database that a test has broken has nothing to say.
        std::thread::spawn(read)
            .join()
            .expect("a thread")
            .unwrap_or_default()
    }

    pub fn db(&self) -> &Db {
        &self.state.db
    }

    pub fn origin(&self) -> String {
        self.state.config.base.origin.clone()
    }

    /// An anonymous client.
    pub fn browser(&self) -> Browser {
        Browser {
            watch: Some(self.watch.clone()),
            ..Browser::new(self.address, self.origin())
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.browser().get(path).await
    }

    /// Polls a page until it is `ready`, for the two seconds that a change by another process may take at most.
    pub async fn get_when(&self, path: &str, ready: impl Fn(&Answer) -> bool) -> Answer {
        let began = std::time::Instant::now();
        loop {
            let answer = self.get(path).await;
            if ready(&answer) || began.elapsed() > Duration::from_secs(2) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A reader with an account, logged in.
    pub async fn reader(&self, username: &str) -> Browser {
        self.account(username, Roles::default()).await
    }
    pub async fn moderator(&self, username: &str) -> Browser {
        self.account(
            username,
            Roles {
                moderator: true,
                ..Roles::default()
            },
        )
        .await
    }
    pub async fn editor(&self, username: &str) -> Browser {
        self.account(
            username,
            Roles {
                editor: true,
                ..Roles::default()
            },
        )
        .await
    }
    pub async fn writer(&self, username: &str) -> Browser {
        self.account(
            username,
            Roles {
                writer: true,
                ..Roles::default()
            },
        )
        .await
    }
    pub async fn admin(&self, username: &str) -> Browser {
        self.account(
            username,
            Roles {
                admin: true,
                ..Roles::default()
            },
        )
        .await
    }

    pub async fn account(&self, username: &str, roles: Roles) -> Browser {
        let t = Interface::English;
        let new = New {
            username: Username::parse(t, username).expect("a username"),
            email: Email::parse(t, &format!("{username}@example.org")).expect("an address"),
            password_hash: HASH.clone(),
            is_admin: roles.admin,
            is_sample: false,
            held: None,
            now: Time::now(),
        };
        self.db()
            .write(move |conn| create(conn, &new))
            .await
            .expect("a write")
            .expect("a free name");
        if roles.any() {
            let name = username.to_owned();
            self.db()
                .write(move |conn| {
                    set_roles(
                        conn,
                        &name,
                        roles,
                        masthead::log::Actor::Console,
                        Time::now(),
                    )
                })
                .await
                .expect("a write")
                .expect("roles");
        }
        self.log_in(username).await
    }

    pub async fn log_in(&self, username: &str) -> Browser {
        let browser = self.browser();
        let answer = browser
            .post(
                "/login",
                &[("login", username), ("password", PASSWORD), ("next", "/")],
            )
            .await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// Logs in; returns the session cookie as the value of a `Cookie` header.
    pub async fn cookie(&self, username: &str) -> String {
        let form = [("login", username), ("password", PASSWORD), ("next", "/")];
        let answer = self.browser().post("/login", &form).await;
        session_cookie(&answer).expect("a session")
    }

    /// Sends a form's head, awaits `meanwhile`, then sends the body; returns the raw response.
    pub async fn slow_post(
        &self,
        path: &str,
        cookie: &str,
        body: &str,
        meanwhile: impl Future<Output = ()>,
    ) -> String {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(self.address)
            .await
            .expect("a connection");
        let host = self.origin();
        let host = host.split("://").nth(1).expect("a host");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
            body.len(),
            &body[..1]
        );
        stream.write_all(head.as_bytes()).await.expect("a head");
        // Waits until the handler is reading the body.
        tokio::time::sleep(Duration::from_millis(150)).await;
        meanwhile.await;
        stream
            .write_all(&body.as_bytes()[1..])
            .await
            .expect("a body");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Publishes Markdown; returns the slug.
    pub async fn publish(&self, source: &str) -> String {
        let (db, config, source) = (
            self.db().clone(),
            self.state.config.clone(),
            source.to_owned(),
        );
        let work = move || {
            let site = db
                .read_now(|conn| Settings::load(conn, &config.site_name))
                .expect("settings");
            let ready = import::parse_text(&source, true, &ReadOptions::of(&site))
                .unwrap_or_else(|r| panic!("{}: {}", r.line, r.reason));
            let slug = ready.slug.clone();
            save(&db, &config.data, &site, ready);
            slug
        };
        let slug = tokio::task::spawn_blocking(work).await.expect("published");
        // As publishing in the server does: every page lists the sections.
        self.state.refresh_site().await.expect("a read");
        slug
    }

    /// Publishes an article with open comments; returns its slug.
    pub async fn article(&self) -> String {
        self.publish("---\ntitle: A bridge\ndek: Over water.\n---\n\nThe bridge is there.\n")
            .await
    }

    /// Whether first comments wait for a moderator.
    pub async fn hold_first(&self, hold: bool) {
        let value = if hold { "hold" } else { "publish" };
        self.db()
            .write(move |conn| masthead::admin::store::set(conn, "first_comment", value))
            .await
            .expect("a write");
        self.state.refresh_site().await.expect("a read");
    }

    /// The binary itself, on this site's data.
    pub fn masthead(&self, arguments: &[&str], input: &str) -> std::process::Output {
        masthead(&self.place, arguments, input)
    }
}

/// Saves a parsed article and its pictures.
pub fn save(db: &Db, data: &std::path::Path, site: &Settings, ready: ParsedFile) {
    try_save(db, data, site, ready).expect("saved");
}

/// [`save`], with why it was refused.
pub fn try_save(
    db: &Db,
    data: &std::path::Path,
    site: &Settings,
    ready: ParsedFile,
) -> Result<(), masthead::error::Error> {
    ready.save_pictures(data).expect("pictures");
    let (site, now) = (site.clone(), db.now());
    db.write_now(move |conn| ready.insert(conn, &site, false, now).map(drop))
}

impl Drop for Site {
    fn drop(&mut self) {
        if self.folder.is_some() && !std::thread::panicking() {
            let left = self.jobs_left();
            assert!(
                left.is_empty(),
                "jobs are left over, call run_jobs(): {left:?}"
            );
        }
        drop(self.stop.stop(false));
        if let Some((url, name)) = self.database.take() {
            sql(&url, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

pub fn masthead(place: &Place, arguments: &[&str], input: &str) -> std::process::Output {
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
    command
        .args(arguments)
        .env_clear()
        .env("MASTHEAD_DATA", &place.folder)
        .env("MASTHEAD_SAMPLES", "off");
    command
        .current_dir(&place.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(url) = &place.database_url {
        command.env("DATABASE_URL", url);
    }
    let mut child = command.spawn().expect("the binary runs");
    // A program that exits early does not read its input.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the binary ends")
}

/// The session cookie that an answer sets.
pub fn session_cookie(answer: &Answer) -> Option<String> {
    let set = answer.header("set-cookie")?;
    let pair = set.split(';').next()?;
    (pair.len() > "masthead=".len()).then(|| pair.to_owned())
}

/// Whether a server on this port answers requests; it listens earlier.
fn answers(port: u16) -> bool {
    use std::io::Read;
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let head = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    stream.write_all(head.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// The program itself, as a process that can be killed.
pub struct Program {
    child: std::process::Child,
    pub address: SocketAddr,
    log: std::path::PathBuf,
}

impl Program {
    /// Runs `serve` with this place's data on a free port.
    pub fn start(place: &Place, environment: &[(&str, &str)]) -> Program {
        Program::start_with(place, environment, |_| {})
    }

    /// [`Program::start`], with a function that may change the command.
    pub fn start_with(
        place: &Place,
        environment: &[(&str, &str)],
        change: impl FnOnce(&mut std::process::Command),
    ) -> Program {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a port")
            .port();
        std::fs::create_dir_all(&place.folder).expect("a folder");
        let log = place.folder.join(format!("log-{port}"));
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_masthead"));
        command
            .env_clear()
            .env("MASTHEAD_DATA", &place.folder)
            .env("MASTHEAD_SAMPLES", "off")
            .env("PORT", port.to_string())
            .envs(environment.iter().copied())
            .stdout(std::process::Stdio::null())
            .stderr(std::fs::File::create(&log).expect("a file"));
        if let Some(url) = &place.database_url {
            command.env("DATABASE_URL", url);
        }
        change(&mut command);
        let child = command.spawn().expect("the binary runs");
        let began = std::time::Instant::now();
        while !answers(port) {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the server does not answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Program {
            child,
            address: ([127, 0, 0, 1], port).into(),
            log,
        }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.address, format!("http://{}", self.address))
    }

    pub async fn log_in(&self, name: &str) -> Browser {
        let browser = self.browser();
        let form = [("login", name), ("password", PASSWORD), ("next", "/")];
        assert_eq!(browser.post("/login", &form).await.status, 303);
        browser
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The read end of its stderr pipe, if [`Program::start_with`] configured one.
    pub fn stderr(&mut self) -> Option<std::process::ChildStderr> {
        self.child.stderr.take()
    }

    pub fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    /// Sends SIGTERM; returns whether it exits successfully within ten seconds.
    pub fn stop(mut self) -> bool {
        let asked = std::process::Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill").success());
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Kills it with SIGKILL; returns its stderr.
    pub fn kill(mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Compares cached pages with newly rendered ones after each change that a test makes.
struct Watch {
    state: Shared,
    address: SocketAddr,
    origin: String,
    /// The latest pages that were fetched.
    paths: Mutex<Vec<String>>,
    left: AtomicUsize,
    /// Changes that have begun, and those that have ended.
    begun: AtomicUsize,
    ended: AtomicUsize,
}

impl Watch {
    /// Pages that are compared after a change, and changes that are followed by a comparison.
    const PAGES: usize = 4;
    const CHANGES: usize = 25;

    fn fetched(&self, path: &str) {
        let path = path.split('#').next().unwrap_or_default();
        let personal = [
            "/admin",
            "/account",
            "/login",
            "/join",
            "/search",
            "/setup",
            "/comments",
        ];
        if personal.iter().any(|prefix| path.starts_with(prefix)) {
            return;
        }
        let mut paths = self.paths.lock().expect("a list");
        paths.retain(|known| known != path);
        paths.push(path.to_owned());
        if paths.len() > Watch::PAGES {
            paths.remove(0);
        }
    }

    /// Fetches each page as it is, then rendered anew; both must be the same.
    async fn compare(&self) {
        if self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            })
            .is_err()
        {
            return;
        }
        let paths = self.paths.lock().expect("a list").clone();
        let begun = self.begun.load(Ordering::SeqCst);
        if begun != self.ended.load(Ordering::SeqCst) {
            return;
        }
        // The list of sections on every page is read once a second.
        self.state.refresh_site().await.expect("settings");
        let anybody = Browser::new(self.address, self.origin.clone());
        let mut shown = Vec::new();
        for path in &paths {
            shown.push(anybody.get(path).await);
        }
        self.state.db.invalidate_local(&[CacheTag::Everything]);
        for (path, shown) in paths.iter().zip(shown) {
            let anew = anybody.get(path).await;
            // Another change in between may have been the difference.
            let is_alone = begun == self.begun.load(Ordering::SeqCst);
            if is_alone && shown.status == 200 && anew.status < 500 {
                assert_eq!(
                    (shown.status, shown.body),
                    (anew.status, anew.body),
                    "{path} is stale after a change"
                );
            }
        }
    }
}

/// An HTTP client that stores cookies and does not follow redirects.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    address: SocketAddr,
    pub origin: String,
    watch: Option<Arc<Watch>>,
}

/// TLS without any roots, for plain HTTP: `reqwest` reads those of the system for each client otherwise, which took a sixth of the
/// tests' time.
fn no_tls() -> rustls::ClientConfig {
    static CONFIG: LazyLock<rustls::ClientConfig> = LazyLock::new(|| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    });
    CONFIG.clone()
}

/// Without one, `reqwest` makes no client, not even for plain HTTP.
pub fn provide_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Browser {
    pub fn new(address: SocketAddr, origin: String) -> Browser {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(no_tls())
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client");
        Browser {
            client,
            address,
            origin,
            watch: None,
        }
    }

    /// The same client, with its cookies, connected to another node.
    pub fn at(&self, site: &Site) -> Browser {
        Browser {
            address: site.address,
            watch: Some(site.watch.clone()),
            ..self.clone()
        }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let host = self.origin.split("://").nth(1).expect("a host");
        self.client
            .request(method, format!("http://{}{path}", self.address))
            .header("host", host)
    }

    pub async fn get(&self, path: &str) -> Answer {
        let answer = Answer::of(self.request("GET", path)).await;
        if let (200, Some(watch)) = (answer.status, &self.watch) {
            watch.fetched(path);
        }
        answer
    }

    /// Follows redirects as a browser does.
    pub async fn follow(&self, path: &str) -> Answer {
        let mut answer = self.get(path.split('#').next().unwrap_or(path)).await;
        for _ in 0..5 {
            let Some(to) = answer
                .location()
                .filter(|_| (300..400).contains(&answer.status))
            else {
                break;
            };
            answer = self.get(to.split('#').next().unwrap_or(&to)).await;
        }
        answer
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request("POST", path)
            .header("sec-fetch-site", "same-origin")
            .form(fields);
        let Some(watch) = &self.watch else {
            return Answer::of(request).await;
        };
        watch.begun.fetch_add(1, Ordering::SeqCst);
        let answer = Answer::of(request).await;
        watch.ended.fetch_add(1, Ordering::SeqCst);
        if answer.status == 303 {
            watch.compare().await;
        }
        answer
    }

    pub async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        Answer::of(
            self.request("POST", path)
                .header("sec-fetch-site", "same-origin")
                .header("content-type", kind)
                .body(body),
        )
        .await
    }

    /// Posts a comment; returns its id, taken from the redirect.
    pub async fn comment(&self, slug: &str, body: &str) -> i64 {
        self.reply(slug, body, "").await
    }

    pub async fn reply(&self, slug: &str, body: &str, parent: &str) -> i64 {
        let answer = self
            .post(
                &format!("/articles/{slug}/comments"),
                &[
                    ("body", body),
                    ("parent", parent),
                    ("key", ""),
                    ("action", "post"),
                ],
            )
            .await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let to = answer.location().expect("a place");
        to.rsplit_once("#comment-")
            .and_then(|(_, id)| id.parse().ok())
            .unwrap_or_else(|| panic!("no comment in {to}"))
    }

    /// The revision that the moderation forms of a comment carry.
    pub async fn revision(&self, slug: &str, id: i64) -> String {
        let page = self.get(&format!("/articles/{slug}/comments/{id}")).await;
        page.attr(
            &format!(
                "#comment-{id} form[action='/admin/comments/{id}/approve'] input[name=revision]"
            ),
            "value",
        )
        .unwrap_or_else(|| panic!("no approve form for {id}: {} {}", page.status, page.body))
    }

    pub async fn approve(&self, slug: &str, id: i64) -> Answer {
        let revision = self.revision(slug, id).await;
        self.post(
            &format!("/admin/comments/{id}/approve"),
            &[("revision", &revision)],
        )
        .await
    }

    pub async fn reject(&self, slug: &str, id: i64, reason: &str, note: &str) -> Answer {
        let revision = self.revision(slug, id).await;
        self.post(
            &format!("/admin/comments/{id}/reject"),
            &[("revision", &revision), ("reason", reason), ("note", note)],
        )
        .await
    }
}

/// A response.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub async fn of(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            body: response.text().await.expect("a body"),
        }
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers
            .get(name)
            .map(|v| v.to_str().expect("visible").to_owned())
    }

    pub fn location(&self) -> Option<String> {
        self.header("location")
    }

    /// The text of everything that matches.
    pub fn all(&self, css: &str) -> Vec<String> {
        let selector = Selector::parse(css).unwrap_or_else(|e| panic!("{css}: {e}"));
        let html = Html::parse_document(&self.body);
        html.select(&selector)
            .map(|e| {
                e.text()
                    .collect::<String>()
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    /// The text of the one element that matches.
    pub fn one(&self, css: &str) -> String {
        let found = self.all(css);
        assert_eq!(found.len(), 1, "{css} in {}", self.body);
        found.into_iter().next().unwrap_or_default()
    }

    pub fn has(&self, css: &str) -> bool {
        !self.all(css).is_empty()
    }

    pub fn attr(&self, css: &str, name: &str) -> Option<String> {
        let selector = Selector::parse(css).unwrap_or_else(|e| panic!("{css}: {e}"));
        Html::parse_document(&self.body)
            .select(&selector)
            .next()
            .and_then(|e| e.value().attr(name).map(str::to_owned))
    }

    /// An attribute of all elements that have it.
    pub fn attrs(&self, css: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(css).unwrap_or_else(|e| panic!("{css}: {e}"));
        let html = Html::parse_document(&self.body);
        let values = html.select(&selector).filter_map(|e| e.value().attr(name));
        values.map(str::to_owned).collect()
    }

    /// The value of a form field, as the browser would send it again.
    pub fn field(&self, name: &str) -> Option<String> {
        let area = self.all_raw(&format!("textarea[name={name}]"));
        area.into_iter()
            .next()
            .or_else(|| self.attr(&format!("input[name={name}]"), "value"))
    }

    fn all_raw(&self, css: &str) -> Vec<String> {
        let selector = Selector::parse(css).unwrap_or_else(|e| panic!("{css}: {e}"));
        Html::parse_document(&self.body)
            .select(&selector)
            .map(|e| e.text().collect::<String>())
            .collect()
    }
}
