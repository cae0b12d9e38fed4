//! Reading in a real Chromium: search, lists and the theme with and without scripts; every kind of page is checked by
//! axe-core, by the Nu validator, and on narrow screens.

use crate::browser::{Driver, Person};
use crate::harness::{on_sqlite, skipped};
use crate::{Browser, Site};
use std::path::{Path, PathBuf};
use std::process::Command;
use thirtyfour::WebDriver;

/// A file of a tool that `.ci/run` installs.
fn tool(name: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/tools/node_modules")
        .join(name);
    if file.is_file() {
        return Some(file);
    }
    skipped(
        name,
        "npm install --prefix target/tools --ignore-scripts axe-core vnu-jar (the validator wants Java)",
    );
    None
}

/// Paths of pages of every kind, by the person who opens them.
struct Tour {
    anybody: Vec<String>,
    mira: Vec<String>,
    chief: Vec<String>,
}

async fn fill(site: &Site) -> Tour {
    let settings = site.state.site();
    let (db, config) = (site.db().clone(), site.state.config.clone());
    tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings))
        .await
        .expect("a thread")
        .expect("samples");
    let text = "A sentence of a long article, with all that belongs into it. ".repeat(40);
    site.publish(&format!("---\ntitle: Everything at once\ndek: All that an article can have.\nsection: Harbour\n---\n\n### One\n\n{text}\n\nChanged.\n")).await;
    let slug = site
        .publish(&format!(
            "---\ntitle: Everything at once\ndek: All that an article can have.\nsection: Harbour\ntags: [budgets, method]\nkeywords: [one, two]\nauthors: [{{name: Ines Halloran, bio: Writes about water., links: [\"https://example.org/ines\"]}}, Jon Abara]\nsources:\n  - {{kind: primary, text: Seen., publisher: The Town, url: \"https://example.org/\", date: \"2026-01-01\"}}\n  - {{kind: limit, text: Said.}}\ncorrections:\n  - {{kind: update, date: 2026-01-02, text: A note.}}\n---\n\n## Opening summary\n\nShort[^s1].\n\n## Main article\n\n### One\n\n{text}\n\n[A card](https://example.org/a \"In the author's words\")\n\n### Two\n\n{text}\n\n```rust\nfn main() {{ println!(\"hello\"); }} // and so on, in a line that is longer than the column is wide, far longer\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> A quotation.\n\n### Three\n\n{text}[^s2]\n\n## Why it matters\n\nIt does.\n"
        ))
        .await;
    for n in 0..45 {
        site.publish(&format!("---\ntitle: Number {n} of many\nsection: City\ntags: [Trams]\ndate: 2026-01-{:02}\n---\n\nA tram and a tram.\n", n % 28 + 1)).await;
    }
    site.hold_first(false).await;
    let (mira, chief) = (site.reader("mira").await, site.admin("chief").await);
    let own = mira
        .comment(
            &slug,
            "Something with `code`, a [link](https://example.org/) and\n\n> a quotation.",
        )
        .await;
    let reply = chief.reply(&slug, "An answer.", &own.to_string()).await;
    let gone = mira.comment(&slug, "Rejected.").await;
    chief.reject(&slug, gone, "spam", "A note.").await;
    let article = format!("/articles/{slug}");
    let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let mut anybody = strings(&[
        "/",
        "/articles/the-gate-that-was-built-for-a-sea-nobody-has-seen-yet",
        "/articles/how-we-count-the-forty-lines-behind-our-budget-pages",
        "/sections/city",
        "/tags/trams",
        "/authors/ines-halloran",
        "/archive",
        "/archive/2026/01",
        "/search",
        "/search?q=tram",
        "/search?q=the&in=comments",
        "/search?q=nonsuchword",
        "/corrections",
        "/about",
        "/guidelines",
        "/privacy",
        "/readers/mira",
        "/login",
        "/join",
        "/nowhere",
    ]);
    anybody.extend(["", "/revisions", "/revisions/2"].map(|part| format!("{article}{part}")));
    anybody.push(format!("{article}/comments/{own}"));
    let mut mira_sees = strings(&["/account", "/account/password", "/account/sessions"]);
    mira_sees.extend([
        article.clone(),
        format!("/comments/{own}/edit"),
        format!("/comments/{reply}/reply"),
        format!("/comments/{reply}/flag"),
    ]);
    let mut chief_sees = strings(&[
        "/admin",
        "/admin/comments?queue=unmoderated",
        "/admin/comments?queue=rejected",
        "/admin/log",
        "/admin/staff",
        "/admin/settings",
        "/admin/articles",
        "/admin/articles/new",
        "/admin/articles/1",
        "/admin/articles/1/revisions?from=1&to=1",
        "/admin/articles/import",
        "/admin/media",
        "/admin/media/1",
        "/admin/pages",
        "/admin/pages/about",
        "/admin/calendar",
        "/admin/front",
        "/admin/invitations",
        "/admin/log?kind=article",
    ]);
    chief_sees.push(article);
    Tour {
        anybody,
        mira: mira_sees,
        chief: chief_sees,
    }
}

impl Tour {
    /// Username (empty = anonymous) and the paths to open.
    fn by_person(&self) -> [(&'static str, &Vec<String>); 3] {
        [
            ("", &self.anybody),
            ("mira", &self.mira),
            ("chief", &self.chief),
        ]
    }
}

#[test]
fn every_kind_of_page_is_valid_html() {
    let Some(jar) = tool("vnu-jar/build/dist/vnu.jar") else {
        return;
    };
    on_sqlite(module_path!(), |site| async move {
        let tour = fill(&site).await;
        let folder = tempfile::tempdir().expect("a folder");
        for (name, paths) in tour.by_person() {
            let browser: Browser = if name.is_empty() {
                site.browser()
            } else {
                site.log_in(name).await
            };
            for path in paths {
                let page = browser.get(path).await;
                let file = format!("{name}{}.html", path.replace(['/', '?', '&', '='], "_"));
                std::fs::write(folder.path().join(file), page.body).expect("written");
            }
        }
        let out = Command::new("java")
            .arg("-jar")
            .arg(jar)
            .args(["--errors-only", "--skip-non-html"])
            .arg(folder.path())
            .output();
        let Ok(out) = out else {
            return skipped("Java", "install a Java runtime for the HTML validator");
        };
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && said.is_empty(), "{said}");
    });
}

/// The violations that axe-core finds on the current page.
async fn axe(browser: &WebDriver, script: &str) -> Vec<String> {
    browser.execute(script, Vec::new()).await.expect("axe");
    let run = "const done = arguments[arguments.length - 1]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => done(r.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' ; '))))";
    let found = browser
        .execute_async(run, Vec::new())
        .await
        .expect("findings");
    serde_json::from_value(found.json().clone()).expect("a list")
}

async fn emulate(browser: &WebDriver, scheme: &str) {
    let features =
        serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    browser
        .cdp()
        .send_raw("Emulation.setEmulatedMedia", features)
        .await
        .expect("a scheme");
}

async fn set_width(browser: &WebDriver, width: u32) {
    let size = serde_json::json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    browser
        .cdp()
        .send_raw("Emulation.setDeviceMetricsOverride", size)
        .await
        .expect("a width");
}

#[test]
fn axe_finds_nothing_on_any_kind_of_page_and_none_scrolls_sideways() {
    let (Some(file), Some(driver)) = (tool("axe-core/axe.min.js"), Driver::start()) else {
        return;
    };
    let script = std::fs::read_to_string(file).expect("axe");
    on_sqlite(module_path!(), |site| async move {
        let tour = fill(&site).await;
        let browser = driver.browser(true, 1280).await;
        let person = Person {
            driver: &browser,
            site: &site,
        };
        let mut findings = Vec::new();
        for (name, paths) in tour.by_person() {
            if !name.is_empty() {
                person.log_in(name).await;
            }
            for path in paths {
                for scheme in ["light", "dark"] {
                    emulate(&browser, scheme).await;
                    set_width(&browser, 1280).await;
                    person.open(path).await;
                    findings.extend(
                        axe(&browser, &script)
                            .await
                            .into_iter()
                            .map(|f| format!("{path} {scheme}: {f}")),
                    );
                }
                // 320 px, and a window of 1280 px at 200 % zoom.
                for width in [320, 640] {
                    set_width(&browser, width).await;
                    let wide = browser
                        .execute(
                            "return document.documentElement.scrollWidth - innerWidth",
                            Vec::new(),
                        )
                        .await
                        .expect("a number");
                    if wide.json().as_i64() > Some(0) {
                        findings.push(format!(
                            "{path} scrolls sideways at {width} by {}",
                            wide.json()
                        ));
                    }
                }
                set_width(&browser, 390).await;
                findings.extend(
                    axe(&browser, &script)
                        .await
                        .into_iter()
                        .map(|f| format!("{path} 390: {f}")),
                );
            }
            if !name.is_empty() {
                set_width(&browser, 1280).await;
                person.log_out().await;
            }
        }
        browser.quit().await.expect("Chromium ends");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    });
}

async fn paper(browser: &WebDriver) -> String {
    let colour = browser
        .execute(
            "return getComputedStyle(document.body).backgroundColor",
            Vec::new(),
        )
        .await
        .expect("a colour");
    colour.json().as_str().expect("text").to_owned()
}

const LIGHT: &str = "rgb(253, 252, 250)";
const DARK: &str = "rgb(23, 22, 20)";

async fn reading(site: Site, scripts: bool, width: u32) {
    let Some(driver) = Driver::start() else {
        return;
    };
    fill(&site).await;
    let browser = driver.browser(scripts, width).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };

    // From the front page into a section, and on through its pages and back.
    emulate(&browser, "light").await;
    person.open("/").await;
    person.fits(scripts).await;
    person.click(".nameplate a[href='/sections/city']").await;
    person.see_text("h1", "City").await;
    person.fits(scripts).await;
    person.click("a[rel=next]").await;
    person.see("a[rel=prev]").await;
    person.click("a[rel=next]").await;
    person.see_text("article h2", "Number 0 of many").await;
    person.click("a[rel=prev]").await;
    person.see("a[rel=next]").await;
    person.click("a[rel=prev]").await;
    person.see_text(".pager", "Older").await;
    assert!(person.gone("a[rel=prev]").await, "the first page again");

    // The search.
    person.click(".nameplate a[href='/search']").await;
    person.write("input[name=q]", "tram -nonsuch").await;
    person.click("form.find button").await;
    person.see_text("mark", "tram").await;
    person.fits(scripts).await;
    person.click("a[rel=next]").await;
    person
        .see_text(".ways a", "Back to the first results")
        .await;
    person.click(".find summary").await;
    person
        .click("select[name=section] option[value=harbour]")
        .await;
    person.click("form.find button").await;
    person.see_text(".empty", "No results for").await;
    person.click(".queues a[href*='in=comments']").await;
    person
        .see(".queues a[href*='in=comments'][aria-current]")
        .await;
    person.write("input[name=q]", "gate").await;
    person
        .click(".find select[name=section] option[value='']")
        .await;
    person.click("form.find button").await;
    person.see_text("mark", "gate").await;
    person.click("article h2 a").await;
    person.see(".comment.target").await;

    theme(&person, &browser, scripts).await;

    // A reference links to its note and back.
    person
        .open("/articles/how-we-count-the-forty-lines-behind-our-budget-pages")
        .await;
    person.fits(scripts).await;
    let complaints: Vec<String> = browser
        .browser_log()
        .await
        .expect("a log")
        .into_iter()
        .map(|e| e.message)
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await.expect("Chromium ends");
}

/// Waits for the colour of the page: after a click the next page may still be loading.
async fn paper_becomes(browser: &WebDriver, colour: &str) {
    let began = std::time::Instant::now();
    let shown = "return getComputedStyle(document.body).backgroundColor";
    loop {
        // There is no document while the next one is loaded.
        let is = browser.execute(shown, Vec::new()).await;
        if is.is_ok_and(|is| is.json() == colour) {
            return;
        }
        assert!(
            began.elapsed().as_secs() < 10,
            "the page never became {colour}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// The theme is switched on the page, and kept for the next one; without scripts by a button, until the browser is closed.
async fn theme(person: &Person<'_>, browser: &WebDriver, scripts: bool) {
    let choose = async |theme: &str| match scripts {
        true => {
            person
                .click(&format!("label:has(#theme-{theme}) span"))
                .await
        }
        false => person.click(&format!(".theme button[value={theme}]")).await,
    };
    person.open("/about").await;
    assert_eq!(paper(browser).await, LIGHT);
    choose("dark").await;
    paper_becomes(browser, DARK).await;
    person.open("/").await;
    assert_eq!(paper(browser).await, DARK);
    choose("auto").await;
    paper_becomes(browser, LIGHT).await;
    emulate(browser, "dark").await;
    person.open("/about").await;
    assert_eq!(paper(browser).await, DARK, "the system's choice");
    choose("light").await;
    paper_becomes(browser, LIGHT).await;
}

/// The page of a language that is written from right to left, with the interface in English.
async fn reading_from_right_to_left(site: Site) {
    let Some(driver) = Driver::start() else {
        return;
    };
    fill(&site).await;
    let arabic =
        |conn: &mut masthead::db::Conn| masthead::admin::store::set(conn, "language", "ar");
    site.db().write(arabic).await.expect("a write");
    site.state.refresh_site().await.expect("settings");
    let browser = driver.browser(true, 390).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    for path in [
        "/",
        "/articles/everything-at-once",
        "/search?q=tram",
        "/login",
    ] {
        person.open(path).await;
        let wide = "const page = document.documentElement; const left = document.querySelector('.nameplate').getBoundingClientRect().left; return [page.scrollWidth - page.clientWidth, left].join();";
        let wide = browser.execute(wide, vec![]).await.expect("a width");
        assert_eq!(wide.json(), "0,0", "{path} scrolls sideways");
    }
    browser.quit().await.expect("Chromium ends");
}

#[test]
fn a_page_from_right_to_left_does_not_scroll_sideways() {
    on_sqlite(module_path!(), reading_from_right_to_left);
}

#[test]
fn reading_with_scripts() {
    on_sqlite(module_path!(), |site| reading(site, true, 1280));
}

#[test]
fn reading_without_scripts() {
    on_sqlite(module_path!(), |site| reading(site, false, 1280));
}

#[test]
fn reading_on_a_phone() {
    on_sqlite(module_path!(), |site| reading(site, true, 390));
}

#[test]
fn a_long_article_is_read_on_where_it_was_left() {
    let Some(driver) = Driver::start() else {
        return;
    };
    on_sqlite(module_path!(), |site| async move {
        let text = "A sentence of a long article. ".repeat(30);
        let slug = site
            .publish(&format!(
                "---\ntitle: Long\n---\n\n{}",
                format!("{text}\n\n").repeat(20)
            ))
            .await;
        let browser = driver.browser(true, 390).await;
        let person = Person {
            driver: &browser,
            site: &site,
        };
        person.open(&format!("/articles/{slug}")).await;
        assert!(person.gone(".continue").await);
        browser
            .execute("scrollTo(0, 6000)", Vec::new())
            .await
            .expect("scrolled");
        tokio::time::sleep(std::time::Duration::from_millis(900)).await;
        person.open("/about").await;
        person.open(&format!("/articles/{slug}")).await;
        let top = browser
            .execute("return scrollY", Vec::new())
            .await
            .expect("a number");
        assert_eq!(top.json().as_f64(), Some(0.0), "nothing moves by itself");
        person.click(".continue a").await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let there = browser
            .execute("return scrollY", Vec::new())
            .await
            .expect("a number");
        assert!(
            there
                .json()
                .as_f64()
                .is_some_and(|y| (4500.0..6500.0).contains(&y)),
            "{}",
            there.json()
        );
        browser.quit().await.expect("Chromium ends");
    });
}
