//! Failures around the program: power cuts, damaged files, unreachable databases.

use crate::harness::{Place, Program, masthead, on_postgres, on_sqlite, redis_url, run};
use crate::{Answer, Site, site_test};
use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error as QueryError};
use masthead::db::{Address, connect};
use masthead::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn after_a_stop_the_database_file_alone_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second) = (folder.path().join("one"), folder.path().join("two"));
    std::fs::create_dir_all(&second).expect("a folder");
    let program = Program::start(&Place::sqlite(&first), &[]);
    let made = masthead(
        &Place::sqlite(&first),
        &[
            "admin",
            "create",
            "--email",
            "a@example.org",
            "--username",
            "chief",
            "--password-stdin",
        ],
        "nine quiet herons by the lock\n",
    );
    assert!(made.status.success());
    assert!(program.stop());
    std::fs::copy(first.join("masthead.db"), second.join("masthead.db"))
        .expect("a copy of the file alone");
    let again = masthead(&Place::sqlite(&second), &["user", "ban", "chief"], "");
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("last admin"), "the account is there: {said}");
}

#[test]
fn a_database_that_lacks_its_log_is_refused_with_a_way_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Place::sqlite(folder.path());
    let program = Program::start(&here, &[]);
    let made = masthead(
        &here,
        &[
            "admin",
            "create",
            "--email",
            "a@example.org",
            "--username",
            "chief",
            "--password-stdin",
        ],
        "nine quiet herons by the lock\n",
    );
    assert!(made.status.success());
    // A reader joins; within a second the file next to the database records that it has changed.
    let noted =
        || std::fs::read_to_string(folder.path().join("masthead.db-seen")).unwrap_or_default();
    let before = noted();
    let browser = program.browser();
    let joined = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let form = [
            ("username", "mira"),
            ("email", "m@example.org"),
            ("password", "nine quiet herons by the lock"),
        ];
        runtime.block_on(browser.post("/join", &form)).status
    });
    assert_eq!(joined.join().expect("an answer"), 303);
    let began = Instant::now();
    while noted() == before {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(50));
    }
    program.kill();
    let file = folder.path().join("masthead.db");
    std::fs::remove_file(folder.path().join("masthead.db-wal")).expect("the log");
    let refused = masthead(&here, &["serve"], "");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(
        said.contains("-wal") && said.contains("masthead.db-seen"),
        "{said}"
    );
    assert!(
        !String::from_utf8_lossy(&refused.stdout).contains("/setup/"),
        "no new admin link"
    );
    // The database file missing, or empty.
    for empties in [true, false] {
        if empties {
            std::fs::write(&file, b"").expect("emptied");
        } else {
            std::fs::remove_file(&file).expect("removed");
        }
        let refused = masthead(&here, &["serve"], "");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("was in use"), "{said}");
    }
    std::fs::remove_file(folder.path().join("masthead.db-seen")).expect("the way on");
    Program::start(&here, &[]).stop();
}

#[test]
fn a_program_that_is_killed_starts_again_with_all_that_it_had() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Place::sqlite(folder.path());
    for _ in 0..3 {
        Program::start(&here, &[]).kill();
    }
    assert!(Program::start(&here, &[]).stop());
    assert!(Program::start(&here, &[]).stop());
}

/// The names of the migrations, the oldest first.
fn migrations() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let entries = std::fs::read_dir(folder).expect("migrations");
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The number of the newest migration.
fn newest() -> String {
    let names = migrations();
    names.last().expect("a migration")[..4].to_owned()
}

/// A database as a version before the first one would have left it: one table that no migration touches.
fn make_older(file: &Path) {
    let mut conn = connect(&Address::Sqlite(file.to_owned())).expect("a connection");
    for version in migrations().iter().rev() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let down = std::fs::read_to_string(folder.join(version).join("down.sql"));
        conn.batch_execute(&down.expect("a migration"))
            .expect("it can be taken back");
    }
    conn.batch_execute(
        "DELETE FROM __diesel_schema_migrations; INSERT INTO __diesel_schema_migrations (version) VALUES ('0000'); CREATE TABLE IF NOT EXISTS older (id INTEGER)",
    )
    .expect("an older version");
}

#[test]
fn an_interrupted_upgrades_copy_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Place::sqlite(folder.path());
    Program::start(&here, &[]).stop();
    let file = folder.path().join("masthead.db");
    make_older(&file);
    let copy = folder
        .path()
        .join(format!("masthead.db.before-{}", newest()));
    let whole = std::fs::read(&file).expect("the database");
    for broken in [
        Vec::new(),
        whole[..whole.len() / 2].to_vec(),
        b"no database at all".to_vec(),
    ] {
        std::fs::write(&copy, broken).expect("what an interrupted upgrade left");
        let migrated = masthead(&here, &["migrate"], "");
        assert!(
            migrated.status.success(),
            "{}",
            String::from_utf8_lossy(&migrated.stderr)
        );
        let mut conn = connect(&Address::Sqlite(copy.clone())).expect("the copy");
        conn.batch_execute("SELECT id FROM older")
            .expect("it is as it was before");
        drop(conn);
        make_older(&file);
    }
}

#[test]
fn commands_do_not_migrate_what_another_version_serves() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = Place::sqlite(folder.path());
    Program::start(&here, &[]).stop();
    make_older(&folder.path().join("masthead.db"));
    for command in [
        vec!["user", "unban", "mira"],
        vec!["samples", "remove"],
        vec!["import", "."],
        vec!["demo", "--articles", "1", "--comments", "1"],
    ] {
        let refused = masthead(&here, &command, "");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {said}");
        assert!(
            said.contains("0000") && said.contains(&newest()) && said.contains("masthead migrate"),
            "{command:?}: {said}"
        );
    }
    let checked = masthead(&here, &["check"], "");
    assert!(
        String::from_utf8_lossy(&checked.stdout)
            .contains(&format!("behind by {}", migrations().len()))
    );
    assert!(masthead(&here, &["migrate"], "").status.success());
    let unknown = masthead(&here, &["user", "unban", "mira"], "");
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no account"));
}

#[test]
fn trouble_with_the_disk_is_no_fault_of_the_request() {
    for said in [
        "disk I/O error",
        "database disk image is malformed",
        "database or disk is full",
        "attempt to write a readonly database",
    ] {
        let error =
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(said.to_owned()));
        assert_eq!(Error::from(error).status().as_u16(), 503, "{said}");
    }
    let ours = QueryError::DatabaseError(
        DatabaseErrorKind::Unknown,
        Box::new("no such column: x".to_owned()),
    );
    assert_eq!(Error::from(ours).status().as_u16(), 500);
}

#[test]
fn postgresql_is_understood_in_every_language() {
    on_postgres(module_path!(), |site| async move {
        let raised = |code: &'static str| {
            site.db().write(move |conn| {
                let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'etwas ging schief' USING ERRCODE = '{code}'; END $$");
                Ok(conn.batch_execute(&raise)?)
            })
        };
        // Temporary errors: a deadlock (after retries), a full disk, a lock that took too long.
        for code in [
            "40P01", "40001", "53100", "55P03", "57014", "25006", "58030",
        ] {
            let error = raised(code).await.expect_err("raised");
            assert_eq!(error.status().as_u16(), 503, "{code}: {error}");
        }
        for code in ["22012", "42703"] {
            let error = raised(code).await.expect_err("raised");
            assert_eq!(error.status().as_u16(), 500, "{code}: {error}");
            assert!(error.to_string().contains("etwas ging schief"), "{error}");
        }
        // An error that the server itself raises in a prepared statement.
        let error = site
            .db()
            .read(|conn| {
                use diesel::RunQueryDsl;
                diesel::sql_query("SELECT 1/0").execute(conn)?;
                Ok(())
            })
            .await
            .expect_err("no number");
        assert!(error.to_string().starts_with("SQLSTATE 22012"), "{error}");
        // An error that is raised while rows are being returned.
        let error = site.db().write(|conn| {
            use diesel::RunQueryDsl;
            #[derive(diesel::QueryableByName)]
            struct Row {
                #[diesel(sql_type = diesel::sql_types::Text)]
                #[allow(dead_code, reason = "no row comes")]
                key: String,
            }
            conn.batch_execute("SET LOCAL statement_timeout = '50ms'")?;
            let slow: Vec<Row> = diesel::sql_query("INSERT INTO settings (key, value) SELECT 'x', CAST(pg_sleep(2) AS TEXT) RETURNING key").load(conn)?;
            Ok(slow.len())
        }).await.expect_err("it takes too long");
        assert_eq!(error.status().as_u16(), 503, "{error}");
    });
}

/// A TCP proxy to a server that can be closed, reopened and frozen.
struct FaultyProxy {
    port: u16,
    is_open: Arc<AtomicBool>,
    /// Connections stay open, but nothing is forwarded.
    is_frozen: Arc<AtomicBool>,
}

impl FaultyProxy {
    async fn to(server: std::net::SocketAddr) -> FaultyProxy {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let is_open = Arc::new(AtomicBool::new(true));
        let open = is_open.clone();
        let is_frozen = Arc::new(AtomicBool::new(false));
        let freezes = is_frozen.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            let listener = listener.into_std().expect("a listener");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                while let Ok((mut near, _)) = listener.accept().await {
                    if !open.load(Ordering::SeqCst) {
                        continue;
                    }
                    let (open, frozen) = (open.clone(), freezes.clone());
                    tokio::spawn(async move {
                        let Ok(far) = tokio::net::TcpStream::connect(server).await else {
                            return;
                        };
                        let (near_in, near_out) = near.split();
                        let (far_in, far_out) = far.into_split();
                        let both = async {
                            tokio::join!(
                                forward(near_in, far_out, &frozen),
                                forward(far_in, near_out, &frozen)
                            )
                        };
                        let cut = async {
                            while open.load(Ordering::SeqCst) {
                                tokio::time::sleep(Duration::from_millis(10)).await;
                            }
                        };
                        tokio::select! {
                            _ = both => {}
                            () = cut => {}
                        }
                    });
                }
            });
        });
        FaultyProxy {
            port,
            is_open,
            is_frozen,
        }
    }

    fn freeze(&self, is_frozen: bool) {
        self.is_frozen.store(is_frozen, Ordering::SeqCst);
    }

    fn set(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::SeqCst);
    }

    /// The URL with the proxy's address.
    fn url(&self, url: &str) -> String {
        let at = host(url);
        url.replace(&at, &format!("127.0.0.1:{}", self.port))
    }
}

/// Copies bytes, unless frozen.
async fn forward(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    frozen: &AtomicBool,
) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        while frozen.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// `host:port` of a URL.
fn host(url: &str) -> String {
    let rest = url.split("://").nth(1).expect("a URL");
    let rest = rest.rsplit('@').next().expect("a host");
    rest.split('/').next().expect("a host").to_owned()
}

#[test]
fn while_postgresql_is_down_cached_pages_are_served_and_the_rest_gets_503() {
    on_postgres(module_path!(), |site| async move {
        let url = site.place.database_url.clone().expect("PostgreSQL");
        let cut = FaultyProxy::to(host(&url).parse().expect("an address")).await;
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        site.reader("mira").await;
        let through = Place {
            database_url: Some(cut.url(&url)),
            ..site.place.clone()
        };
        let away = Site::start(&through, |_| {});
        let mira = away.log_in("mira").await;
        let before = away.get(&path).await;
        assert_eq!((before.status, mira.get(&path).await.status), (200, 200));
        cut.set(false);
        // Longer than a node trusts its cache without notifications from the others.
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(4) {
            let kept = away.get(&path).await;
            assert_eq!(
                (kept.status, kept.body.as_str()),
                (200, before.body.as_str())
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let timed = Instant::now();
        for _ in 0..10 {
            let unknown = away.get("/archive").await;
            assert_eq!(unknown.status, 503);
            assert!(unknown.header("retry-after").is_some());
        }
        assert!(
            timed.elapsed() < Duration::from_secs(3),
            "ten refusals took {:?}",
            timed.elapsed()
        );
        let personal = mira.get("/account").await;
        assert_eq!(personal.status, 503, "nothing personal");
        let form = [("body", "Kept all the same."), ("action", "post")];
        let post = mira.post(&format!("{path}/comments"), &form).await;
        assert_eq!(post.status, 503);
        assert!(
            post.body.contains("Kept all the same."),
            "the text is given back"
        );
        assert_eq!(away.get("/readyz").await.status, 503);
        assert_eq!(away.get("/healthz").await.status, 200);
        cut.set(true);
        let began = Instant::now();
        while away.get("/archive").await.status != 200 {
            assert!(
                began.elapsed() < Duration::from_secs(15),
                "it comes back by itself"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(mira.get("/account").await.status, 200);
    });
}

#[test]
fn a_postgresql_that_is_frozen_hangs_nobody() {
    on_postgres(module_path!(), |site| async move {
        let url = site.place.database_url.clone().expect("PostgreSQL");
        let cut = FaultyProxy::to(host(&url).parse().expect("an address")).await;
        let slug = site.article().await;
        site.reader("mira").await;
        let through = Place {
            database_url: Some(cut.url(&url)),
            ..site.place.clone()
        };
        let (place, path) = (through.clone(), format!("/articles/{slug}"));
        let program = tokio::task::spawn_blocking(move || Program::start(&place, &[])).await;
        let program = program.expect("it starts");
        let browser = program.browser();
        let mira = program.log_in("mira").await;
        assert_eq!(browser.get(&path).await.status, 200);
        cut.freeze(true);
        // Sent before the outage is detected: these requests are answered, too.
        let began = Instant::now();
        let form = [("body", "Is anybody there?"), ("action", "post")];
        let post_to = format!("{path}/comments");
        let (early, post) =
            tokio::join!(browser.get("/search?q=bridge"), mira.post(&post_to, &form));
        assert_eq!((early.status, post.status), (503, 503));
        assert!(post.body.contains("Is anybody there?"), "the text is kept");
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "{:?}",
            began.elapsed()
        );
        for _ in 0..5 {
            let began = Instant::now();
            assert_eq!(browser.get(&path).await.status, 200, "kept");
            assert_eq!(browser.get("/archive").await.status, 503);
            assert_eq!(browser.get("/readyz").await.status, 503);
            let late = mira.post(&post_to, &form).await;
            assert!(late.status == 503 && late.body.contains("Is anybody there?"));
            assert!(
                began.elapsed() < Duration::from_secs(5),
                "{:?}",
                began.elapsed()
            );
        }
        let stopped = tokio::task::spawn_blocking(move || program.stop()).await;
        assert!(stopped.expect("it ends"), "within ten seconds");
    });
}

#[test]
fn the_start_waits_for_postgresql() {
    on_postgres(module_path!(), |site| async move {
        let url = site.place.database_url.clone().expect("PostgreSQL");
        let cut = FaultyProxy::to(host(&url).parse().expect("an address")).await;
        cut.set(false);
        let through = Place {
            database_url: Some(cut.url(&url)),
            ..site.place.clone()
        };
        let starting = tokio::task::spawn_blocking(move || {
            let program = Program::start_with(&through, &[], |_| {});
            program.address
        });
        tokio::time::sleep(Duration::from_millis(1500)).await;
        cut.set(true);
        starting
            .await
            .expect("it starts once the database is there");
        // A database name that the server rejects is not retried.
        let wrong = Place {
            database_url: Some(format!("{}_nowhere", url)),
            ..site.place.clone()
        };
        let began = Instant::now();
        let refused = tokio::task::spawn_blocking(move || masthead(&wrong, &["serve"], ""))
            .await
            .expect("it ends");
        assert_eq!(refused.status.code(), Some(1));
        assert!(began.elapsed() < Duration::from_secs(20));
    });
}

#[test]
fn while_redis_is_away_nobody_waits_for_long() {
    let Some(url) = redis_url() else { return };
    run(module_path!(), None, Some(url.clone()), |site| async move {
        let cut = FaultyProxy::to(host(&url).parse().expect("an address")).await;
        let slug = site.article().await;
        site.reader("mira").await;
        let through = Place {
            session_store_url: Some(cut.url(&url)),
            ..site.place.clone()
        };
        let away = Site::start(&through, |given| {
            given.data = Some(site.place.folder.display().to_string())
        });
        let mira = away.log_in("mira").await;
        cut.set(false);
        let begun = Instant::now();
        let (refused, took) = loop {
            let began = Instant::now();
            let form = [("body", "Where is it?"), ("action", "post")];
            let answer = mira
                .post(&format!("/articles/{slug}/comments"), &form)
                .await;
            if answer.status != 303 {
                break (answer, began.elapsed());
            }
            let waited = begun.elapsed();
            assert!(
                waited < Duration::from_secs(2),
                "it is cut within milliseconds"
            );
        };
        assert_eq!(refused.status, 503);
        assert!(refused.body.contains("Where is it?"), "the text is kept");
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_eq!(away.get(&format!("/articles/{slug}")).await.status, 200);
    });
}

/// Sends the same post twenty times at once.
async fn twenty_at_once(site: Site) {
    let slug = site.article().await;
    let mira = site.reader("mira").await;
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (mira, path) = (mira.clone(), format!("/articles/{slug}/comments"));
        posts.spawn(async move {
            let form = [
                ("body", "Once."),
                ("key", "the-same-key"),
                ("action", "post"),
            ];
            mira.post(&path, &form).await
        });
    }
    let mut places = std::collections::HashSet::new();
    while let Some(answer) = posts.join_next().await {
        let answer: Answer = answer.expect("an answer");
        assert_eq!(answer.status, 303, "{}", answer.body);
        let to = answer.location().expect("a place");
        places.insert(to.rsplit('#').next().expect("a comment").to_owned());
    }
    assert_eq!(places.len(), 1);
}

site_test! {
    async fn the_same_key_twenty_times_at_once_is_one_comment(site: Site) {
        twenty_at_once(site).await;
    }
}

#[test]
fn the_same_key_twenty_times_at_once_is_one_comment_with_redis() {
    let Some(url) = redis_url() else { return };
    run(module_path!(), None, Some(url.clone()), twenty_at_once);
    if let Some(server) = crate::harness::postgres_url() {
        run(module_path!(), Some(server), Some(url), twenty_at_once);
    }
}

site_test! {
    async fn an_asterisk_is_no_address(site: Site) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(site.address).await.expect("a connection");
        let head = format!("GET * HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", site.address);
        stream.write_all(head.as_bytes()).await.expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
}

#[test]
fn samples_log_in_no_faster_than_others() {
    on_sqlite(module_path!(), |site| async move {
        // Accounts without a valid hash are verified against a dummy hash: the same work, the same response.
        let mut times = Vec::new();
        site.db()
            .write(|conn| {
                use diesel::prelude::*;
                use masthead::db::schema::accounts;
                diesel::insert_into(accounts::table)
                    .values((
                        accounts::username.eq("sample"),
                        accounts::username_key.eq("sample"),
                        accounts::email.eq("s@example.org"),
                        accounts::email_key.eq("s@example.org"),
                        accounts::password_hash.eq("!"),
                        accounts::created_at.eq(0_i64),
                    ))
                    .execute(conn)?;
                Ok(())
            })
            .await
            .expect("a write");
        for _ in 0..7 {
            let mut pair = Vec::new();
            for name in ["sample", "nobody"] {
                let began = Instant::now();
                let answer = site
                    .browser()
                    .post(
                        "/login",
                        &[
                            ("login", name),
                            ("password", "whatever it is"),
                            ("next", "/"),
                        ],
                    )
                    .await;
                assert_eq!(answer.status, 422);
                pair.push(began.elapsed());
            }
            times.push((pair[0], pair[1]));
        }
        let median = |pick: fn(&(Duration, Duration)) -> Duration| {
            let mut all: Vec<Duration> = times.iter().map(pick).collect();
            all.sort_unstable();
            all[all.len() / 2]
        };
        assert!(median(|t| t.0) * 2 > median(|t| t.1), "{times:?}");
    });
}
