//! The system under test: a data folder, a server on it, and nginx for comparison.

use super::Plan;
use masthead::accounts::password::{NewPassword, PasswordPolicy, hash_now};
use masthead::accounts::roles::{Roles, set_roles};
use masthead::accounts::store::{New, create};
use masthead::accounts::{Email, Username};
use masthead::config::{Config, PartialConfig};
use masthead::db::{Address, Db, Time, Tuning};
use masthead::interface::Interface;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "nine quiet herons by the lock";
const PORT: u16 = 18_180;
const NGINX: u16 = 18_181;
/// Number of accounts that post comments.
const WRITERS: usize = 64;
/// Number of accounts with the password: `bench-0` and so on.
pub const PEOPLE: usize = 100;

#[derive(Clone)]
pub struct Site {
    pub folder: PathBuf,
    pub program: PathBuf,
    pub hundred: String,
    pub long: String,
    /// Session cookie of a reader.
    pub reader: String,
    /// Session cookies of moderators, who are exempt from rate limits and whose pages are not cached.
    pub writers: Vec<String>,
}

impl Site {
    /// Data of this size, generated once and stored in `target/bench`.
    pub fn make(plan: &Plan, size: usize) -> Site {
        let folder = plan.folder.join(format!("data-{size}"));
        let [hundred, long] = masthead::demo::fixed_slugs(1);
        if !folder.join("ready").exists() {
            let _ = std::fs::remove_dir_all(&folder);
            let articles = (size / 10).clamp(20, 100_000);
            let made = Command::new(&plan.program)
                .env("MASTHEAD_DATA", &folder)
                .args([
                    "demo",
                    "--articles",
                    &articles.to_string(),
                    "--comments",
                    &size.to_string(),
                ])
                .output()
                .expect("masthead runs");
            assert!(
                made.status.success(),
                "{}",
                String::from_utf8_lossy(&made.stderr)
            );
            print!("{}", String::from_utf8_lossy(&made.stdout));
            people(&folder);
            std::fs::write(folder.join("ready"), "").expect("a mark");
        }
        let mut site = Site {
            folder,
            program: plan.program.clone(),
            hundred,
            long,
            reader: String::new(),
            writers: Vec::new(),
        };
        let (server, _) = Server::start(&site, &[]);
        site.reader = log_in(&server.origin(), "bench-reader");
        site.writers = (0..WRITERS)
            .map(|n| log_in(&server.origin(), &format!("bench-{n}")))
            .collect();
        site
    }
}

fn people(folder: &Path) {
    let db = Db::open(&Address::Sqlite(folder.join("masthead.db"))).expect("a database");
    db.migrate().expect("migrations");
    let t = Interface::English;
    let password = NewPassword::parse(t, PASSWORD, PasswordPolicy::READER, &[])
        .unwrap_or_else(|why| panic!("{why}"));
    let hash = hash_now(&password).expect("a hash");
    for n in 0..=PEOPLE {
        let name = if n == PEOPLE {
            "bench-reader".to_owned()
        } else {
            format!("bench-{n}")
        };
        let new = New {
            username: Username::parse(t, &name).expect("a name"),
            email: Email::parse(t, &format!("{name}@bench.invalid")).expect("an address"),
            password_hash: hash.clone(),
            is_admin: false,
            is_sample: false,
            held: None,
            now: Time::now(),
        };
        db.write_now(move |conn| create(conn, &new))
            .expect("a write")
            .expect("a free name");
        if n < WRITERS {
            let roles = Roles {
                moderator: true,
                ..Roles::default()
            };
            db.write_now(move |conn| {
                set_roles(
                    conn,
                    &name,
                    roles,
                    masthead::log::Actor::Console,
                    Time::now(),
                )
            })
            .expect("a write")
            .expect("roles");
        }
    }
}

pub struct Server {
    child: Child,
    pub pid: u32,
}

impl Server {
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{PORT}")
    }

    /// Starts the server on the first core; returns the milliseconds to the first 200. `tuned`: if not empty, runs this
    /// benchmark program as the server, with these arguments.
    pub fn start(site: &Site, tuned: &[String]) -> (Server, f64) {
        let program = if tuned.is_empty() {
            site.program.clone()
        } else {
            std::env::current_exe().expect("this program")
        };
        let began = Instant::now();
        let child = Command::new("taskset")
            .args(["-c", "0"])
            .arg(program)
            .args(tuned)
            .env("MASTHEAD_DATA", &site.folder)
            .env("PORT", PORT.to_string())
            .env("MASTHEAD_SAMPLES", "off")
            .env("MASTHEAD_TRUSTED_PROXIES", "127.0.0.1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let server = Server {
            pid: child.id(),
            child,
        };
        while get(&server.origin(), "/", false).is_none_or(|(status, ..)| status != 200) {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the server does not answer"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        (server, began.elapsed().as_secs_f64() * 1000.0)
    }

    /// Time to load the first page of the longest thread from disk, or from memory if the page cache cannot be dropped.
    pub fn cold_first_page(site: &Site) -> String {
        let (server, _) = Server::start(site, &[]);
        let _ = Command::new("sync").status();
        let emptied = std::fs::write("/proc/sys/vm/drop_caches", "3").is_ok();
        let began = Instant::now();
        let (status, ..) =
            get(&server.origin(), &format!("/articles/{}", site.long), true).expect("an answer");
        assert_eq!(status, 200);
        let took = began.elapsed().as_secs_f64() * 1000.0;
        format!(
            "{took:.1} ms{}",
            if emptied {
                ""
            } else {
                " (the system's cache could not be emptied)"
            }
        )
    }

    /// Memory of the server (proportional set size), in KiB.
    pub fn pss(&self) -> f64 {
        let text =
            std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.pid)).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("Pss:"));
        line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok())
            .unwrap_or(0.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.pid.to_string()).status();
        let _ = self.child.wait();
    }
}

/// Commit settings to compare.
pub struct Writers {
    pub synchronous: &'static str,
    pub batch: usize,
}

impl Writers {
    pub fn arguments(&self, _: &Site) -> Vec<String> {
        vec![
            "serve".into(),
            self.synchronous.into(),
            self.batch.to_string(),
        ]
    }
}

/// Serves the same App as the binary, with other commit settings.
pub fn serve_tuned(args: &[String]) {
    let synchronous = if args[0] == "NORMAL" {
        "NORMAL"
    } else {
        "FULL"
    };
    let tuning = Tuning {
        synchronous,
        batch: args[1].parse().expect("a number"),
        ..Tuning::default()
    };
    let environment: Vec<(String, String)> = std::env::vars().collect();
    let config = Config::load(PartialConfig::default(), &environment).expect("a configuration");
    let listener = std::net::TcpListener::bind(("127.0.0.1", config.port)).expect("a port");
    let prepared = masthead::app::prepare_with(&config, tuning).expect("a database");
    actix_web::rt::System::new().block_on(async move {
        let app = masthead::app::assemble(config, prepared)
            .await
            .expect("a site");
        let server = app.serve(listener, 2).expect("a server").server;
        let _ = server.await;
    });
}

pub struct Nginx {
    child: Child,
    pub worker: u32,
}

impl Nginx {
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{NGINX}")
    }

    /// Serves the server's response for a page as static files, on the same core.
    pub fn start(plan: &Plan, server: &Server, page: &str) -> Nginx {
        let root = std::env::temp_dir().join(format!("masthead-bench-{}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a folder");
        for (packed, name) in [(false, "page.html"), (true, "page.html.gz")] {
            let (_, _, body) = get(&server.origin(), page, packed).expect("a page");
            std::fs::write(root.join(name), body).expect("a file");
        }
        let shown = root.display();
        let config = plan.folder.join("nginx.conf");
        let text = format!(
            "worker_processes 1; daemon off; pid {shown}/pid; error_log {shown}/error;\nevents {{ worker_connections 1024; }}\n\
             http {{ access_log off; types {{ text/html html; }} gzip_static on; sendfile on; tcp_nodelay on; keepalive_requests 100000000;\n\
             open_file_cache max=16 inactive=60s; open_file_cache_valid 60s;\n\
             client_body_temp_path {shown}/b; proxy_temp_path {shown}/p; fastcgi_temp_path {shown}/f; uwsgi_temp_path {shown}/u; scgi_temp_path {shown}/s;\n\
             server {{ listen 127.0.0.1:{NGINX}; root {shown}; }} }}\n"
        );
        std::fs::write(&config, text).expect("nginx.conf");
        let _ = Command::new("chmod")
            .args(["-R", "a+rX"])
            .arg(&root)
            .status();
        let child = Command::new("taskset")
            .args(["-c", "0", "nginx", "-c"])
            .arg(&config)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx starts");
        let mut nginx = Nginx {
            worker: child.id(),
            child,
        };
        while get(&nginx.origin(), "/page.html", false).is_none_or(|(status, ..)| status != 200) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let children = format!("/proc/{0}/task/{0}/children", nginx.child.id());
        let children = std::fs::read_to_string(children).unwrap_or_default();
        nginx.worker = children
            .split_whitespace()
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a worker");
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

type Answer = (u16, String, Vec<u8>);

pub fn ask(origin: &str, request: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(origin.trim_start_matches("http://")).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let at = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, head, bytes[at + 4..].to_vec()))
}

pub fn get(origin: &str, path: &str, packed: bool) -> Option<Answer> {
    let host = origin.trim_start_matches("http://");
    let accept = if packed { "gzip" } else { "identity" };
    ask(
        origin,
        &format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: {accept}\r\nConnection: close\r\n\r\n"
        ),
    )
}

/// One header of an answer.
pub fn header(origin: &str, path: &str, name: &str, packed: bool) -> Option<String> {
    let (_, head, _) = get(origin, path, packed)?;
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// The session cookie of an account.
pub fn log_in(origin: &str, name: &str) -> String {
    let host = origin.trim_start_matches("http://");
    let body = format!(
        "login={name}&password={}&next=/",
        PASSWORD.replace(' ', "+")
    );
    let (status, head, _) = ask(
        origin,
        &format!(
            "POST /login HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    )
    .expect("an answer");
    assert_eq!(status, 303, "{head}");
    let cookie = head.lines().find_map(|line| {
        // Another one, of the path `/login`, is for the next log-in.
        let is_session =
            line.to_ascii_lowercase().starts_with("set-cookie:") && !line.contains("Path=/login");
        is_session.then(|| line[11..].trim().to_owned())
    });
    cookie
        .expect("a session")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned()
}
