//! The command line: exit codes, output, and how `serve` handles ports, folders and signals.

use crate::harness::{Place, masthead};
use crate::{PASSWORD, Smtp, site_test};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn place() -> (tempfile::TempDir, Place) {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::sqlite(folder.path());
    (folder, place)
}

fn out(output: &std::process::Output) -> (Option<i32>, String, String) {
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn version_help_and_usage() {
    let (_folder, place) = place();
    assert_eq!(
        out(&masthead(&place, &["--version"], "")),
        (
            Some(0),
            format!("masthead {}\n", env!("CARGO_PKG_VERSION")),
            String::new()
        )
    );
    let (code, help, _) = out(&masthead(&place, &["--help"], ""));
    assert_eq!(code, Some(0));
    for word in [
        "serve",
        "import",
        "admin",
        "user",
        "samples",
        "migrate",
        "check",
        "demo",
        "routes",
        "completions",
    ] {
        assert!(help.contains(word), "{word}");
    }
    for later in ["backup", "restore", "export", "verify-log"] {
        assert!(
            !help.contains(&format!("  {later} ")),
            "{later} is not implemented yet"
        );
        assert_eq!(
            masthead(&place, &[later], "").status.code(),
            Some(2),
            "{later}"
        );
    }
    assert_eq!(
        masthead(&place, &["--no-such-flag"], "").status.code(),
        Some(2)
    );
    let (code, script, _) = out(&masthead(&place, &["completions", "bash"], ""));
    assert!(code == Some(0) && script.contains("masthead"));
}

#[test]
fn routes_are_listed_as_json() {
    let (_folder, place) = place();
    let (code, json, _) = out(&masthead(&place, &["routes", "--json"], ""));
    assert_eq!(code, Some(0));
    let routes: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let edit = routes
        .as_array()
        .expect("a list")
        .iter()
        .find(|r| r["path"] == "/comments/{id}/edit" && r["method"] == "POST")
        .expect("the edit route");
    assert_eq!(edit["role"], "reader");
    assert!(edit["limits"].is_string());
}

#[test]
fn an_unknown_key_names_file_line_and_the_nearest_known_one() {
    let (folder, place) = place();
    std::fs::write(
        folder.path().join("masthead.toml"),
        "port = 8081\nsite_nam = \"x\"\n",
    )
    .expect("a file");
    let (code, _, err) = out(&masthead(&place, &["check"], ""));
    assert_eq!(code, Some(1));
    assert!(
        err.contains("masthead.toml:2:") && err.contains("\"site_name\""),
        "{err}"
    );
}

#[test]
fn later_layers_win_and_check_hides_secrets() {
    let (folder, place) = place();
    let server = Smtp::start(&[]);
    let smtp = format!("smtp://me:geheim@{}", server.address);
    std::fs::write(
        folder.path().join("masthead.toml"),
        format!("port = 8081\nsmtp_url = {smtp:?}\nmail_from = \"a@example.org\"\n"),
    )
    .expect("a file");
    let (code, shown, _) = out(&masthead(&place, &["check", "--port", "8082"], ""));
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("http://127.0.0.1:8082") && !shown.contains("geheim"),
        "{shown}"
    );
    assert!(shown.contains("the server answers"), "{shown}");
    drop(server);
    let (code, shown, err) = out(&masthead(&place, &["check"], ""));
    assert_eq!(code, Some(1), "the mail server is gone: {shown}");
    assert!(
        err.contains("mail server") && !err.contains("geheim"),
        "{err}"
    );
    std::fs::write(
        folder.path().join("masthead.toml"),
        "smtp_url = \"smtp://example.org\"\n",
    )
    .expect("a file");
    let (code, _, err) = out(&masthead(&place, &["check"], ""));
    assert!(
        code == Some(1) && err.contains("MASTHEAD_MAIL_FROM"),
        "{err}"
    );
    std::fs::remove_file(folder.path().join("masthead.toml")).expect("a file");
    for bad in [
        ["--base-url", "example.org"],
        ["--samples", "maybe"],
        ["--trusted-proxies", "everyone"],
        ["--database-url", "mysql://x"],
        ["--port", "0"],
        ["--port", "many"],
        ["--smtp-url", "http://mail.example.org"],
        ["--mail-from", "nobody"],
    ] {
        let (code, _, err) = out(&masthead(&place, &["check", bad[0], bad[1]], ""));
        assert_eq!(code, Some(1), "{bad:?}");
        assert!(err.contains("takes") || err.contains("no address"), "{err}");
    }
    assert_eq!(
        masthead(
            &place,
            &[
                "check",
                "--database-url",
                "postgres://nobody:geheim@127.0.0.1:1/x"
            ],
            ""
        )
        .status
        .code(),
        Some(1)
    );
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let (_folder, place) = place();
    let mut child = Command::new(env!("CARGO_BIN_EXE_masthead"))
        .args(["routes"])
        .env("MASTHEAD_DATA", &place.folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

site_test! {
    async fn admins_are_made_and_people_managed_from_the_command_line(site: Site) {
        let made = site.masthead(&["admin", "create", "--username", "admin", "--email", "a@example.org", "--password-stdin"], &format!("{PASSWORD}\n"));
        assert_eq!(out(&made), (Some(0), "admin is an admin.\n".into(), String::new()));
        let admin = site.log_in("admin").await;
        assert_eq!(admin.get("/admin/settings").await.status, 200);
        assert_eq!(site.get(site.setup.as_deref().expect("a link")).await.status, 404, "the one-time link is gone");
        let again = site.masthead(&["admin", "create", "--username", "Admin", "--email", "b@example.org", "--password-stdin"], PASSWORD);
        assert_eq!(again.status.code(), Some(1));
        let weak = site.masthead(&["admin", "create", "--username", "other", "--email", "b@example.org", "--password-stdin"], "password1234567");
        assert_eq!(weak.status.code(), Some(1));
        let unasked = site.masthead(&["admin", "create", "--username", "other", "--email", "b@example.org"], "");
        assert_eq!(unasked.status.code(), Some(1));

        let reader = site.reader("pell").await;
        assert_eq!(site.masthead(&["user", "role", "pell", "moderator"], "").status.code(), Some(0));
        assert_eq!(reader.get("/admin/comments").await.status, 200, "a role counts at once");
        assert_eq!(site.log_in("pell").await.get("/admin/comments").await.status, 200);
        assert_eq!(site.masthead(&["user", "role", "pell", "reader"], "").status.code(), Some(0));
        assert_eq!(site.log_in("pell").await.get("/admin/comments").await.status, 403);
        assert_eq!(site.masthead(&["user", "role", "pell", "king"], "").status.code(), Some(2));
        assert_eq!(site.masthead(&["user", "role", "nobody", "editor"], "").status.code(), Some(1));
        assert_eq!(site.masthead(&["user", "role", "admin", "reader"], "").status.code(), Some(1), "the last admin stays");
        assert_eq!(site.masthead(&["user", "ban", "admin"], "").status.code(), Some(1), "and is not banned");
        let before = site.log_in("pell").await;
        assert_eq!(site.masthead(&["user", "reset-password", "pell", "--password-stdin"], "seven loud geese on ice\n").status.code(), Some(0));
        assert_eq!(before.get("/account").await.status, 303);
        let answer = site.browser().post("/login", &[("login", "pell"), ("password", "seven loud geese on ice"), ("next", "/")]).await;
        assert_eq!(answer.status, 303);
    }
}

/// A `masthead serve` process, which ends with the test.
struct Served {
    child: Child,
    lines: Vec<String>,
}

impl Served {
    fn start(place: &Place, arguments: &[&str], until: &str) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_masthead"))
            .args(arguments)
            .current_dir(&place.folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary runs");
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
            let line = line.expect("text");
            let found = line.contains(until);
            lines.push(line);
            if found {
                break;
            }
        }
        Served { child, lines }
    }

    fn stop(mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        let id = self.child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        (self.child.wait().expect("it ends").code(), began.elapsed())
    }
}

fn free_port() -> String {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a port")
        .port()
        .to_string()
}

#[test]
fn the_first_start_makes_everything_in_an_empty_folder_and_ends_well() {
    let (folder, place) = place();
    let port = free_port();
    let served = Served::start(&place, &["--port", &port], "/setup/");
    assert!(
        served
            .lines
            .iter()
            .any(|l| l.contains("10 sample articles")),
        "{:?}",
        served.lines
    );
    assert!(
        served
            .lines
            .iter()
            .any(|l| l.ends_with(&format!("http://127.0.0.1:{port}/")))
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let front = runtime.block_on(async {
        let address = format!("127.0.0.1:{port}").parse().expect("an address");
        let browser = crate::Browser::new(address, format!("http://127.0.0.1:{port}"));
        let front = browser.get("/").await;
        let lively = front.attr(".lead h2 a", "href").expect("a lead");
        assert_eq!(
            browser.get(&lively).await.one(".threadbar p"),
            "199 comments"
        );
        let image = browser
            .get(&lively)
            .await
            .attr(".hero img", "src")
            .expect("an image");
        assert_eq!(
            browser
                .request("GET", &image)
                .send()
                .await
                .expect("an answer")
                .status(),
            200
        );
        front
    });
    let titles = front.all(".leads h2 a, .leads h3 a, .latest h3 a, .strips h3 a");
    assert_eq!(std::collections::BTreeSet::from_iter(titles).len(), 10);
    let same_folder = masthead_serve(&place, &free_port());
    assert!(
        same_folder.0 == Some(1) && same_folder.1.contains("Another masthead"),
        "{same_folder:?}"
    );
    let other = tempfile::tempdir().expect("a folder");
    let elsewhere = Place {
        folder: other.path().to_owned(),
        ..place.clone()
    };
    let same_port = masthead_serve(&elsewhere, &port);
    assert!(
        same_port.0 == Some(1) && same_port.1.contains("is taken"),
        "{same_port:?}"
    );
    // An idle connection does not delay the shutdown.
    let _idle = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("a connection");
    let (code, took) = served.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let data = Place {
        folder: folder.path().join("data"),
        ..place.clone()
    };
    let removed = masthead(&data, &["samples", "remove"], "");
    assert!(
        out(&removed).1.starts_with("10 sample articles are gone"),
        "{:?}",
        out(&removed)
    );
    let again = Served::start(&place, &["--port", &free_port()], "/setup/");
    assert!(
        !again.lines.iter().any(|l| l.contains("sample")),
        "removed samples are not published again"
    );
    again.stop();
}

fn masthead_serve(place: &Place, port: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_masthead"))
        .args(["serve", "--port", port])
        .current_dir(&place.folder)
        .env_clear()
        .output()
        .expect("the binary runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_database_from_the_future_is_refused_with_both_versions_named() {
    let (folder, place) = place();
    assert_eq!(masthead(&place, &["migrate"], "").status.code(), Some(0));
    assert_eq!(
        out(&masthead(&place, &["migrate"], "")).1,
        "The database is up to date.\n"
    );
    let mut conn = masthead::db::connect(&masthead::db::Address::Sqlite(
        folder.path().join("masthead.db"),
    ))
    .expect("a database");
    diesel::connection::SimpleConnection::batch_execute(
        &mut conn,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')",
    )
    .expect("a row");
    let (code, _, err) = out(&masthead(&place, &["migrate"], ""));
    assert_eq!(code, Some(1));
    let newest = masthead::db::versions().0.pop().expect("a migration");
    let newest = newest.split('_').next().expect("a number");
    assert!(err.contains("9999") && err.contains(newest), "{err}");
}

#[test]
fn an_upgrade_keeps_a_copy_of_the_database_beside_it() {
    let (folder, place) = place();
    assert_eq!(masthead(&place, &["migrate"], "").status.code(), Some(0));
    let (_, binary) = {
        let v = masthead::db::versions();
        (v.0.len(), v.0.last().cloned().expect("a migration"))
    };
    let path = folder.path().join("masthead.db");
    let mut conn =
        masthead::db::connect(&masthead::db::Address::Sqlite(path.clone())).expect("a database");
    // As left by an older binary: without the newest migration, with an earlier one recorded.
    let undo = "DELETE FROM __diesel_schema_migrations; INSERT INTO __diesel_schema_migrations (version) VALUES ('0000'); ";
    let tables = concat!(
        include_str!("../../migrations/sqlite/0005_accounts/down.sql"),
        include_str!("../../migrations/sqlite/0004_newsroom/down.sql"),
        include_str!("../../migrations/sqlite/0003_word_forms/down.sql"),
        include_str!("../../migrations/sqlite/0002_moved_texts/down.sql"),
        include_str!("../../migrations/sqlite/0001_init/down.sql")
    );
    diesel::connection::SimpleConnection::batch_execute(&mut conn, &format!("{undo}{tables}"))
        .expect("undone");
    drop(conn);
    let (code, said, err) = out(&masthead(&place, &["migrate"], ""));
    assert_eq!(code, Some(0), "{err}");
    assert!(said.starts_with("Migrated: "), "{said}");
    let number = binary.split('_').next().expect("a number");
    assert!(
        folder
            .path()
            .join(format!("masthead.db.before-{number}"))
            .is_file()
    );
}
