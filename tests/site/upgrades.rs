//! Upgrades: a database of each released schema, with rows in every table, is taken over and every page of it answers.
//!
//! After the last change of a schema that is to be released, its fixtures are written on both engines (PostgreSQL: `pg_dump`
//! must be found): `cargo test -- --ignored upgrades::write`

use crate::harness::{on_postgres, on_sqlite, postgres_url, run_upgraded};
use crate::{Browser, Site};
use diesel::prelude::*;
use masthead::db::schema;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::PathBuf;

/// The released schemas, by their last migration.
const RELEASED: [&str; 1] = ["0001_init"];
/// Tables that came after them, and are empty after an upgrade.
const ADDED: [&str; 9] = [
    "front_pins",
    "invitations",
    "pages",
    "page_revisions",
    "former_paths",
    "vocabulary",
    "autosaves",
    "article_presence",
    "preview_links",
];

fn fixture(version: &str, engine: &str) -> PathBuf {
    let file = format!("tests/site/fixtures/{version}.{engine}.gz");
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn earlier(version: &str, engine: &str) -> Vec<u8> {
    let packed = std::fs::read(fixture(version, engine)).expect("a fixture");
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut plain)
        .expect("gzip");
    plain
}

/// Every table with the number of its rows.
fn rows(conn: &mut masthead::db::Conn) -> Result<Vec<(&'static str, i64)>, masthead::error::Error> {
    macro_rules! count {
        ($($table:ident)+) => { vec![$((stringify!($table), schema::$table::table.count().get_result(conn)?)),+] };
    }
    Ok(crate::all_tables!(count))
}

/// Fetches every page that a link leads to.
async fn crawl(browser: &Browser, from: &[&str]) -> BTreeSet<String> {
    let mut seen: BTreeSet<String> = from.iter().map(|path| (*path).to_owned()).collect();
    let mut open: Vec<String> = seen.iter().cloned().collect();
    while let Some(path) = open.pop() {
        let answer = browser.get(&path).await;
        assert!(
            answer.status < 400,
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        if !answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
        {
            continue;
        }
        let page = scraper::Html::parse_document(&answer.body);
        let links = scraper::Selector::parse("a[href^='/'], link[href^='/']").expect("a selector");
        for link in page.select(&links).filter_map(|link| link.attr("href")) {
            let path = link.split('#').next().unwrap_or_default();
            // The pictures are files, which the database does not have; a preview has the links of somebody who is not signed in.
            if !path.is_empty()
                && !path.starts_with("/media/")
                && !path.ends_with("/preview")
                // It goes on for centuries.
                && !path.contains("/calendar?")
                && seen.insert(path.to_owned())
            {
                open.push(path.to_owned());
            }
        }
    }
    seen
}

async fn every_page_answers(site: Site) {
    let empty: Vec<&str> = site
        .db()
        .read(rows)
        .await
        .expect("a read")
        .into_iter()
        .filter(|(table, rows)| *rows == 0 && !ADDED.contains(table))
        .map(|(table, _)| table)
        .collect();
    assert!(empty.is_empty(), "no row in {empty:?}");
    let from = [
        "/",
        "/articles/quay",
        "/search?q=quay",
        "/archive",
        "/sitemap.xml",
        "/robots.txt",
        "/feed.json",
        "/readers/mira",
    ];
    let read = crawl(&site.browser(), &from).await;
    for path in [
        "/articles/quay",
        "/corrections",
        "/articles/quay/revisions/2",
    ] {
        assert!(read.contains(path), "{path} is not among {read:?}");
    }
    let page = site.get("/articles/quay").await;
    assert!(
        page.body.contains("The second text.") && page.body.contains("Said before the upgrade."),
        "{}",
        page.body
    );
    let chief = site.log_in("chief").await;
    let staff = crawl(
        &chief,
        &["/admin", "/account", "/admin/mail", "/admin/jobs"],
    )
    .await;
    for path in [
        "/admin/comments",
        "/admin/settings",
        "/admin/log",
        "/account/sessions",
    ] {
        assert!(staff.contains(path), "{path} is not among {staff:?}");
    }
    // Writes go on where the earlier version left off.
    let mira = site.log_in("mira").await;
    let id = mira.comment("quay", "Said after the upgrade.").await;
    assert!(
        chief
            .get("/articles/quay")
            .await
            .has(&format!("#comment-{id}"))
    );
    site.run_jobs().await;
}

#[test]
fn a_database_of_every_released_schema_is_taken_over_on_sqlite() {
    for version in RELEASED {
        run_upgraded(
            module_path!(),
            None,
            None,
            Some(&earlier(version, "db")),
            every_page_answers,
        );
    }
}

#[test]
fn a_database_of_every_released_schema_is_taken_over_on_postgres() {
    let Some(server) = postgres_url() else { return };
    for version in RELEASED {
        run_upgraded(
            module_path!(),
            Some(server.clone()),
            None,
            Some(&earlier(version, "sql")),
            every_page_answers,
        );
    }
}

/// A small publication with something in every table.
async fn fill(site: &Site) {
    let folder = site.place.folder.join("texts");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut picture = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_fn(900, 600, |x, y| image::Rgb([x as u8, y as u8, 90]));
    pixels
        .write_to(&mut picture, image::ImageFormat::Png)
        .expect("a picture");
    std::fs::write(folder.join("quay.png"), picture.into_inner()).expect("a picture");
    let article = |slug: &str, text: &str| {
        let head = "title: The quay\ndek: Under water.\nsection: Harbour\ntags: [Water]\nauthors: [{name: Jon Abara, bio: Writes.}]\nimage: {src: quay.png, alt: A quay}\n";
        let lists = "sources: [{kind: primary, text: The minutes.}]\ncorrections: [{kind: correction, date: 2026-01-05, text: It was a Tuesday.}]\n";
        format!(
            "---\nslug: {slug}\naliases: [pier]\n{head}{lists}date: 2026-01-01\n---\n\n{text}\n"
        )
    };
    let import = |text: &str, more: &[&str]| {
        std::fs::write(folder.join("quay.md"), article("quay", text)).expect("a file");
        let run = site.masthead(&[&["import", "--yes", "texts"], more].concat(), "");
        assert_eq!(
            run.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
    };
    import("The first text.", &[]);
    import("The second text.", &[]);
    import("The third text.", &["--as-draft"]);
    site.get_when("/articles/quay", |page| page.status == 200)
        .await;
    let (chief, mira) = (site.admin("chief").await, site.reader("mira").await);
    chief
        .post("/admin/settings", &[("notify_moderators", "on")])
        .await;
    let id = chief.comment("quay", "Said before the upgrade.").await;
    mira.post(
        &format!("/comments/{id}/flag"),
        &[("reason", "spam"), ("detail", "")],
    )
    .await;
    let held = mira.comment("quay", "Held first.").await;
    site.run_jobs().await;
    chief.approve("quay", held).await;
    site.browser()
        .post(
            "/login",
            &[
                ("login", "mira"),
                ("password", "wrong wrong"),
                ("next", "/"),
            ],
        )
        .await;
    // As if the index had not been finished yet.
    let progress = |conn: &mut masthead::db::Conn| {
        let row = (
            schema::search_progress::kind.eq("comments"),
            schema::search_progress::reached.eq(1000),
        );
        diesel::insert_into(schema::search_progress::table)
            .values(row)
            .execute(conn)?;
        Ok(())
    };
    site.db().write(progress).await.expect("a write");
}

async fn write_fixture(site: Site) {
    fill(&site).await;
    let version = RELEASED[RELEASED.len() - 1];
    let (engine, plain) = match &site.place.database_url {
        Some(url) => {
            let dump = std::process::Command::new("pg_dump")
                .args(["--inserts", "--no-owner", url])
                .output()
                .expect("pg_dump");
            assert!(
                dump.status.success(),
                "{}",
                String::from_utf8_lossy(&dump.stderr)
            );
            let text = String::from_utf8(dump.stdout).expect("SQL");
            // Commands of psql, which no server knows.
            let lines: Vec<&str> = text
                .lines()
                .filter(|line| !line.starts_with('\\'))
                .collect();
            ("sql", lines.join("\n").into_bytes())
        }
        None => {
            let copy = site.place.folder.join("copy.db");
            let into = format!("VACUUM INTO '{}'", copy.display());
            let address = masthead::db::Address::Sqlite(site.place.folder.join("masthead.db"));
            let mut conn = masthead::db::connect(&address).expect("a connection");
            diesel::sql_query(into).execute(&mut conn).expect("a copy");
            ("db", std::fs::read(copy).expect("a file"))
        }
    };
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(&plain).expect("gzip");
    std::fs::write(fixture(version, engine), packer.finish().expect("gzip")).expect("a fixture");
}

#[test]
#[ignore = "writes a fixture"]
fn write_on_sqlite() {
    on_sqlite(module_path!(), write_fixture);
}

#[test]
#[ignore = "writes a fixture"]
fn write_on_postgres() {
    on_postgres(module_path!(), write_fixture);
}
