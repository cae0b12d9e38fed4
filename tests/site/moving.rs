//! Moving texts in from other publishing systems: what their files have must go in as it is.

use crate::harness::Answer;
use crate::{Site, site_test};
use std::process::Output;

fn write(site: &Site, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = site.place.folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

/// Imports files; returns the exit code, what was printed, and the refusals.
fn import(site: &Site, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = site.masthead(&[&["import", "--yes"], arguments].concat(), "");
    (
        status.code(),
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    )
}

/// The address of the first link with this text.
fn link(page: &Answer, text: &str) -> Option<String> {
    let html = scraper::Html::parse_document(&page.body);
    let links = scraper::Selector::parse("a[href]").expect("a selector");
    let mut links = html.select(&links);
    let found = links.find(|link| link.text().collect::<String>() == text)?;
    found.attr("href").map(str::to_owned)
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner()
}

/// Imports one Markdown file with this front matter and body, and gets the page.
async fn page_of(site: &Site, front: &str, body: &str) -> Answer {
    let path = write(
        site,
        "one.md",
        format!("---\ntitle: One\n{front}---\n\n{body}\n"),
    );
    let (code, out, err) = import(site, &[&path]);
    assert_eq!(code, Some(0), "{out}{err}");
    site.get_when("/articles/one", |page| page.status == 200)
        .await
}

async fn set(site: &Site, key: &'static str, value: &'static str) {
    let write = move |conn: &mut masthead::db::Conn| masthead::admin::store::set(conn, key, value);
    site.db().write(write).await.expect("a write");
    site.state.refresh_site().await.expect("a read");
}

site_test! {
    async fn fields_of_other_systems_are_understood_and_the_rest_is_named_once(site: Site) {
        write(&site, "in/a.md", "---\nlayout: post\ntitle: One\nauthor: Mira Stahl\ncategories: [Harbour, Boats]\ntags: [Tides]\nexcerpt: Short.\nlast_modified_at: 2026-02-01\ndate: 2026-01-01\nweight: 3\n---\n\nText.\n");
        write(&site, "in/b.md", "+++\ntitle = \"Two\"\nlayout = \"post\"\n[taxonomies]\ntags = [\"Tides\"]\n[extra]\nauthor = \"Jon Abara\"\nteam = \"x\"\n[params]\ndescription = \"Dek of two.\"\n+++\n\nText.\n");
        let folder = site.place.folder.join("in").display().to_string();
        let (code, out, err) = import(&site, &[&folder]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(out.contains("ignored: layout (2 files), extra.team (1), weight (1)\n"), "{out}");
        let page = site.get_when("/articles/one", |page| page.status == 200).await;
        assert_eq!((page.one(".byline a"), page.one(".kicker"), page.one(".dek")), ("Mira Stahl".into(), "Harbour".into(), "Short.".into()));
        assert_eq!(page.all(".tags a"), ["Tides", "Boats"]);
        let page = site.get("/articles/two").await;
        assert_eq!((page.one(".byline a"), page.one(".dek"), page.one(".tags")), ("Jon Abara".into(), "Dek of two.".into(), "Tides".into()));
        let again = import(&site, &[&folder]);
        assert!(again.1.contains("0 new, 0 updated, 2 unchanged") && again.1.contains("ignored: layout (2 files)"), "{}", again.1);
        let (code, _, err) = import(&site, &["--strict", &folder]);
        assert_eq!(code, Some(1));
        assert!(err.contains("a.md:2: \"layout\" is no field that is known"), "{err}");
    }
}

site_test! {
    async fn a_field_that_hides_a_text_always_counts(site: Site) {
        for (at, front) in ["draft: true", "published: false", "unlisted: true", "hidden: yes", "private: true", "status: draft", "visibility: private", "password: x", "date: 2099-01-01", "publishDate: 2099-01-01\ndate: 2020-01-01", "expiryDate: 2020-01-01", "expiration_date: 2020-01-01", "expiry: 2020-01-01", "extra:\n  draft: true", "render: false", "build:\n  render: never", "published: 0", "publish: '0'", "isDraft: 1", "wip: 1", "status: [draft]", "status: Draft (not yet)", "status: draft, review", "status: in-review", "visibility: members-only", "deleted: true", "post_status: draft", "visible: false", "members_only: true", "published: 2099-05-05\ndate: 2020-01-01", "pubDate: 2099-05-05\ndate: 2020-01-01", "publish_on: 2099-05-05", "release_date: 2099-05-05", "base: &a {draft: true}\n<<: [*a]"].into_iter().enumerate() {
            let path = write(&site, &format!("h{at}.md"), format!("---\ntitle: Hidden {at}\n{front}\n---\n\nText.\n"));
            let (code, out, err) = import(&site, &[&path]);
            assert_eq!((code, err.as_str()), (Some(0), ""), "{front}");
            let status = site.get(&format!("/articles/hidden-{at}")).await.status;
            assert_eq!(status, if front.starts_with("expir") { 410 } else { 404 }, "{front}: {out}");
        }
        let path = write(&site, "_drafts/d.md", "---\ntitle: In a folder\n---\n\nText.\n");
        assert!(import(&site, &[&path]).1.starts_with("draft:"));
        let path = write(&site, "odd.md", "---\ntitle: Odd\nunlisted: perhaps\n---\n\nText.\n");
        assert!(import(&site, &[&path]).2.contains("odd.md:3: unlisted takes true or false, not \"perhaps\" (column 11)"));
        site.run_jobs().await;
    }
}

site_test! {
    async fn an_article_is_taken_down_when_its_time_is_over(site: Site) {
        let page = page_of(&site, "date: 2020-01-01\nexpiryDate: 2099-01-01\n", "Text.").await;
        assert!(page.status == 200 && site.get("/").await.body.contains("/articles/one"));
        site.db().write(|conn| {
            use diesel::prelude::*;
            use masthead::db::schema::articles;
            Ok(diesel::update(articles::table).set(articles::expires_at.eq(1_i64)).execute(conn)?)
        }).await.expect("a write");
        let now = site.db().now();
        site.db().write(move |conn| masthead::articles::publication::take_down_expired(conn, now)).await.expect("a write");
        assert_eq!(site.get("/articles/one").await.status, 410);
        assert!(!site.get("/").await.body.contains("/articles/one"));
        site.run_jobs().await;
    }
}

site_test! {
    async fn dates_of_every_form_are_read_in_the_sites_time_zone(site: Site) {
        set(&site, "time_zone", "America/New_York").await;
        for (at, (date, iso)) in [
            ("2026-11-20", "2026-11-20T05:00:00Z"), ("2015-03-17 09:00", "2015-03-17T13:00:00Z"), ("2015-03-17 09:00:00 -0500", "2015-03-17T14:00:00Z"),
            ("2015-03-17 09:00:00 +01:00", "2015-03-17T08:00:00Z"), ("2015-03-17 09:00:00 UTC", "2015-03-17T09:00:00Z"), ("2015-03-17 9:00:00.123456789 -5", "2015-03-17T14:00:00Z"),
            ("2015-03-17T09:00:00.25Z", "2015-03-17T09:00:00Z"), ("'2015-03-17T09:00:00+01:00'", "2015-03-17T08:00:00Z"), ("17 March 2015", "2015-03-17T04:00:00Z"), ("2023-01-29 18:30:22 2023 -0800", "2023-01-30T02:30:22Z"), ("17 March 2015 9:30am", "2015-03-17T13:30:00Z"), ("2015-03-17 09:30:15PM", "2015-03-18T01:30:15Z"), ("\"Tue Mar 17 09:00:00 CET 2015\"", "2015-03-17T08:00:00Z"), ("Tue, 17 Mar 2015 09:00:00 +0000", "2015-03-17T09:00:00Z"),
        ].into_iter().enumerate() {
            let path = write(&site, &format!("d{at}.md"), format!("---\ntitle: Day {at}\ndate: {date}\n---\n\nText.\n"));
            let (code, _, err) = import(&site, &[&path]);
            assert_eq!((code, err.as_str()), (Some(0), ""), "{date}");
            let page = site.get_when(&format!("/articles/day-{at}"), |page| page.status == 200).await;
            let shown = page.attr(".story header .meta time", "datetime").expect("a time");
            assert_eq!(shown.replace(".250", "").replace(".123", ""), iso, "{date}");
        }
        let page = site.get("/articles/day-0").await;
        assert_eq!(page.one(".story header .meta time"), "20 November 2026");
        assert!(site.get("/archive/2026/11").await.body.contains("/articles/day-0"));
        for (name, slug) in [("2013-07-10-hello.md", "hello"), ("2013-07-10-folder/index.md", "folder"), ("2013/07/10/path.md", "path")] {
            let path = write(&site, &format!("posts/{name}"), format!("---\ntitle: {slug}\n---\n\nText.\n"));
            assert_eq!(import(&site, &[&site.place.folder.join("posts").display().to_string()]).0, Some(0), "{path}");
            let page = site.get_when(&format!("/articles/{slug}"), |page| page.status == 200).await;
            assert_eq!(page.one(".story header .meta time"), "10 July 2013", "{name}");
        }
        let path = write(&site, "bad.md", "---\ntitle: Bad\ndate: 2015-03-17 00:10::00\n---\n\nText.\n");
        let (code, _, err) = import(&site, &[&path]);
        assert_eq!(code, Some(1));
        assert!(err.contains("bad.md:3: date takes") && err.contains("\"00:10::00\" cannot be read") && err.contains("(column 7)"), "{err}");
    }
}

site_test! {
    async fn no_two_files_of_one_run_become_the_same_article(site: Site) {
        let long = "A title that goes on for so long that everything in which it differs from another one ";
        write(&site, "in/a.md", "---\ntitle: Same\n---\n\nThe first.\n");
        write(&site, "in/b.md", "---\ntitle: Same\n---\n\nThe second.\n");
        write(&site, "in/c.md", format!("---\ntitle: {long}stands here\n---\n\nThird.\n"));
        write(&site, "in/d.md", format!("---\ntitle: {long}stands there\n---\n\nFourth.\n"));
        write(&site, "in/e.md", "---\ntitle: E\nslug: OCSPcaching\n---\n\nFifth.\n");
        let folder = site.place.folder.join("in").display().to_string();
        for round in 0..2 {
            let (code, out, err) = import(&site, &[&folder]);
            assert_eq!(code, Some(1), "{out}");
            assert!(err.contains("b.md:1:") && err.contains("a.md has the same address, /articles/same"), "{err}");
            assert_eq!(err.lines().count(), 1, "{err}");
            assert!(out.contains(if round == 0 { "4 new, 0 updated, 0 unchanged" } else { "0 new, 0 updated, 4 unchanged" }), "{out}");
        }
        let page = site.get_when("/articles/same", |page| page.status == 200).await;
        assert_eq!(page.one(".body"), "The first.");
        assert_eq!(site.get("/articles/ocspcaching").await.status, 200);
        assert_eq!(site.get("/archive").await.status, 200);
        // A new file that comes before it does not take its article away.
        write(&site, "in/0.md", "---\ntitle: Same\n---\n\nAn impostor.\n");
        let (_, _, err) = import(&site, &[&folder]);
        assert!(err.contains("0.md:1:") && err.contains("b.md:1:"), "{err}");
        assert_eq!(site.get("/articles/same").await.one(".body"), "The first.");
    }
}

site_test! {
    async fn a_file_is_known_again_by_where_it_came_from(site: Site) {
        let path = write(&site, "in/a.md", "---\ntitle: Before\n---\n\nText.\n");
        assert_eq!(import(&site, &[&path]).0, Some(0));
        let pell = site.moderator("pell").await;
        let id = pell.comment("before", "It stays.").await;
        write(&site, "in/a.md", "---\ntitle: After\n---\n\nText.\n");
        assert_eq!(import(&site, &[&path]).1, "updated: /articles/after\n");
        let page = site.get_when("/articles/after", |page| page.status == 200).await;
        assert!(page.has(&format!("#comment-{id}")));
        assert_eq!(site.get("/articles/before").await.location(), Some(format!("{}/articles/after", site.origin())));
        // Renamed: known by its slug. The old name is free for another text.
        std::fs::rename(site.place.folder.join("in/a.md"), site.place.folder.join("in/z.md")).expect("a rename");
        write(&site, "in/a.md", "---\ntitle: Something else\n---\n\nOther text.\n");
        let folder = site.place.folder.join("in").display().to_string();
        let (code, out, err) = import(&site, &[&folder]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(site.get("/articles/after").await.has(&format!("#comment-{id}")));
        assert_eq!(site.get_when("/articles/something-else", |page| page.status == 200).await.one(".body"), "Other text.");
        assert!(import(&site, &[&folder]).1.contains("2 unchanged"));
    }
}

site_test! {
    async fn old_addresses_lead_to_the_article_in_one_step(site: Site) {
        page_of(&site, "permalink: /2019/05/old/\naliases: [2015/12/10/x.html, https://old.example.org/blog/caf%C3%A9/, before]\n", "Text.").await;
        let to = Some(format!("{}/articles/one", site.origin()));
        for from in ["/2019/05/old/", "/2019/05/old", "/2019/05/old/index.html", "/2015/12/10/x.html", "/2015/12/10/x", "/2015/12/10/X.html", "/blog/caf%C3%A9/", "/blog/cafe%CC%81", "/articles/before", "/before"] {
            let answer = site.get(from).await;
            assert_eq!((answer.status, answer.location()), (301, to.clone()), "{from}");
        }
        assert_eq!(site.get("/2019/05/other").await.status, 404);
        std::fs::write(site.place.folder.join("redirects.txt"), "/?p=123 /articles/one\n/index.php?cat=2&p=7 /about 302\n/?p=9 410\n").expect("a file");
        let moved = site.get_when("/?p=123", |answer| answer.status == 301).await;
        assert_eq!(moved.location(), to);
        assert_eq!(site.get("/?utm_source=x&p=123").await.status, 301, "other parameters do not matter");
        assert_eq!((site.get("/?p=124").await.status, site.get("/").await.status, site.get("/?p=9").await.status), (200, 200, 410));
        assert_eq!(site.get("/index.php?p=7&cat=2").await.status, 302);
        // An address that another article has stays with it.
        let path = write(&site, "two.md", "---\ntitle: Two\npermalink: /2019/05/old/\n---\n\nText.\n");
        assert_eq!(import(&site, &[&path]).0, Some(0));
        assert_eq!(site.get("/2019/05/old/").await.location(), to);
    }
}

site_test! {
    async fn html_comments_are_never_shown_and_safe_tags_pass(site: Site) {
        let body = "Before <!-- do not name the second source --> it.\n\n<!--more-->\n\n<!-- a block\n\nof two paragraphs -->\n\nH<sub>2</sub>O<br>is <kbd>wet</kbd> & <mark onclick=\"x()\">clear</mark>.\n\n<details><summary>More</summary>\n\nHidden **well**.\n\n</details>\n\n<div class=\"x\"><p style=\"color:red\">In a box</p></div>\n\n<iframe src=\"https://example.org\"></iframe>\n\n<script>alert(1 < 2)</script>\n\nA Vec<T> and <a href=\"javascript:alert(1)\" id=\"comments\">bad</a>, <a name=\"place\" href=\"https://example.org/\">good</a>.\n\n    <!-- in code -->\n";
        let page = page_of(&site, "", body).await;
        let text = page.one(".body");
        for hidden in ["second source", "two paragraphs"] {
            assert!(!page.body.contains(hidden), "{hidden}");
            assert!(!site.get("/feed.atom").await.body.contains(hidden), "{hidden}");
            assert!(!site.get(&format!("/search?q={}", hidden.replace(' ', "+"))).await.body.contains("/articles/one"));
        }
        assert!(site.get("/search?q=wet").await.body.contains("/articles/one"), "the rest is indexed");
        for tag in [".body sub", ".body br", ".body kbd", ".body mark", ".body details summary", ".body details strong", ".body div p", ".body a#place"] {
            assert!(page.has(tag), "{tag} is not in {}", page.body);
        }
        for (shown, why) in [("<iframe src=\"https://example.org\">", "no frame"), ("<script>alert(1 < 2)</script>", "no script"), ("Vec<T>", "typed"), ("<!-- in code -->", "code")] {
            assert!(text.contains(shown), "{why}: {text}");
        }
        assert!(!page.has(".body iframe, .body script, .body [style], .body [onclick], .body [class=x], .body a[href^=javascript]"));
        assert_eq!(page.all("#comments").len(), 1, "the site's own ids are not taken");
        assert_eq!(page.attr("meta[name=description]", "content").as_deref(), Some("Before it."));
        // Where Markdown alone would show them.
        let odd = "| a | b |\n|---|---|\n| x <!-- cell | secret --> | y |\n\n5` rule <!-- tick\n\nsecret --> end\n\n`` a ` b `` <!-- ticks\n\nsecret --> end\n\nText <!-- bang secret --!> end. `<!-- kept -->` and ``<!-- kept ` too -->``.\n";
        let front = "title: Odd\nauthors: [\"Mira <!-- secret --> Stahl\", Jon]\nsources: [{text: \"A <!-- secret --> note\"}]\ncorrections: [{date: 2026-01-01, text: \"Was <!-- secret --> wrong\"}]\ndescription: \"Short <!-- secret --!> dek\"";
        let (code, _, err) = import(&site, &[&write(&site, "odd.md", format!("---\n{front}\n---\n\n{odd}"))]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        let shown = site.get_when("/articles/odd", |page| page.status == 200).await;
        assert!(!shown.body.contains("secret"), "{}", shown.body);
        assert_eq!((shown.one(".dek"), shown.all(".byline a")), ("Short dek".into(), vec!["Mira Stahl".into(), "Jon".into()]));
        assert_eq!(shown.all(".body > p code"), ["a ` b", "<!-- kept -->", "<!-- kept ` too -->"]);
        let code = import(&site, &[&write(&site, "code.md", "---\ntitle: Code\n---\n\nText.\n\n    <!-- never closed, in code\n")]);
        assert_eq!(code.0, Some(0), "{code:?}");
        let open = import(&site, &[&write(&site, "open.md", "---\ntitle: Open\n---\n\nText.\n\n<!-- never\n\nclosed\n")]);
        assert!(open.0 == Some(1) && open.2.contains("open.md:7: the HTML comment <!-- that begins here has no end"), "{open:?}");
        let out = import(&site, &[&write(&site, "two.md", "---\ntitle: Two\n---\n\n<iframe></iframe> <video>\n")]).1;
        assert!(out.contains("HTML shown as typed: <iframe> (1 file), <video> (1)"), "{out}");
        // Another process has made it.
        site.get_when("/articles/one", |page| page.body.contains("/articles/two")).await;
        let mira = site.moderator("mira").await;
        let id = mira.comment("one", "<!-- seen --> <b>bold</b>").await;
        assert!(site.get("/articles/one").await.one(&format!("#comment-{id} .text")).contains("<!-- seen --> <b>bold</b>"));
    }
}

site_test! {
    async fn links_reach_what_they_meant(site: Site) {
        write(&site, "in/earlier.md", "---\ntitle: Earlier\nslug: before\n---\n\n## What it costs\n\nText.\n");
        write(&site, "in/one.md", "---\ntitle: One\n---\n\n[cost](#what-it-costs), [zola](#wh-t-it-c-sts), [cafe](#caf%C3%A9), [thread](#comments), [earlier](earlier.md#what-it-costs), [html](./earlier.html), [up](../in/earlier.md), [root](/about), [pdf](report.pdf), [call](tel:+491234), [write](mailto:a@example.org), [site]({{ site.baseurl }}/privacy)\n\n## What it costs?\n\n## Café\n\n## Comments\n\n## Named {#own-id}\n\n## Note 1\n\n[again](#own-id) [nowhere](#missing)\n");
        let folder = site.place.folder.join("in").display().to_string();
        let (code, out, err) = import(&site, &[&folder]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(out.contains("links that lead nowhere: 3\n") && out.contains("one.md:5: report.pdf") && out.contains("#missing") && out.contains("#wh-t-it-c-sts"), "{out}");
        let page = site.get_when("/articles/one", |page| page.status == 200).await;
        let href = |text: &str| link(&page, text).unwrap_or_else(|| panic!("no link {text} in {}", page.body));
        assert_eq!(href("cost"), "#what-it-costs");
        assert!(page.has("h2#what-it-costs") && page.has("h2#café") && page.has("h2#own-id"), "{}", page.body);
        assert_eq!(page.all("h2#own-id"), ["Named"]);
        assert!(page.has("h2#comments-1") && page.all("[id=comments]").len() == 1 && !page.has("h2#note-1"));
        assert_eq!((href("earlier"), href("html"), href("up")), ("/articles/before#what-it-costs".into(), "/articles/before".into(), "/articles/before".into()));
        assert_eq!((href("call"), href("write"), href("root"), href("site")), ("tel:+491234".into(), "mailto:a@example.org".into(), "/about".into(), "/privacy".into()));
        let feed = site.get("/feed.json").await.body;
        assert!(!feed.contains("href=\\\"/") && !feed.contains("href=\\\"#"), "every address in a feed is absolute: {feed}");
        let mira = site.moderator("mira").await;
        let id = mira.comment("one", "[a](/articles/before) [b](tel:123) [c](//example.org) [d](/\\\\example.org) [e](javascript:x)").await;
        let page = site.get("/articles/one").await;
        let links: Vec<String> = ["a", "b", "c", "d", "e"].into_iter().filter(|text| link(&page, text).is_some()).map(str::to_owned).collect();
        assert_eq!(links, ["a", "b"], "{}", page.one(&format!("#comment-{id}")));
    }
}

site_test! {
    async fn pictures_are_found_in_the_folders_above(site: Site) {
        let png = png();
        write(&site, "tree/static/img/a.png", &png);
        write(&site, "tree/img/b.png", &png);
        let path = write(&site, "tree/content/posts/one.md", "---\ntitle: One\nhero: https://example.org/far.png\n---\n\ntext ![a](/img/a.png \"T\") text\n\n![b](/img/b.png)\n\n<img src=\"/img/b.png?v=2\" alt=\"c\">\n");
        let (code, out, err) = import(&site, &[&path]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(out.contains("pictures left out: 1"), "{out}");
        let page = site.get_when("/articles/one", |page| page.status == 200).await;
        assert_eq!(page.all(".body img").len(), 3, "{}", page.body);
        assert_eq!((page.attr(".body p img", "title").as_deref(), page.attr(".body p img", "alt").as_deref()), (Some("T"), Some("a")));
        let path = write(&site, "tree/content/two.md", "---\ntitle: Two\n---\n\nText ![gone](/img/none.png) and ![avif](new.avif).\n");
        write(&site, "tree/content/new.avif", b"\0\0\0\x1cftypavif\0\0\0\0");
        assert!(import(&site, &[&path]).2.contains("two.md:5: the image /img/none.png is in no folder above the file"));
        let (code, out, _) = import(&site, &["--skip-pictures", &path]);
        assert_eq!(code, Some(0));
        assert!(out.contains("pictures left out: 2") && out.contains("two.md:5: new.avif"), "{out}");
        assert_eq!(site.get_when("/articles/two", |page| page.status == 200).await.one(".body"), "Text gone and avif.");
        let root = site.place.folder.join("tree/other").display().to_string();
        write(&site, "tree/other/img/none.png", &png);
        let (code, out, err) = import(&site, &["--root", &root, &write(&site, "tree/content/three.md", "---\ntitle: Three\n---\n\n![x](/img/none.png)\n")]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    }
}

site_test! {
    async fn an_svg_picture_is_never_served_as_it_came(site: Site) {
        write(&site, "in/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\" onload=\"alert(1)\"><script>alert(2)</script><a href=\"javascript:alert(3)\"><rect width=\"9\" height=\"9\"/></a><image href=\"file:///etc/passwd\"/><image href=\"https://example.org/x.png\"/><style>@import url(https://example.org/x.css)</style></svg>");
        let path = write(&site, "in/one.md", "---\ntitle: One\n---\n\n![a](a.svg)\n");
        let (code, out, err) = import(&site, &[&path]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        let page = site.get_when("/articles/one", |page| page.status == 200).await;
        assert_eq!((page.attr("figure img", "width").as_deref(), page.attr("figure img", "height").as_deref()), (Some("40"), Some("20")));
        let picture = site.get(&page.attr("figure img", "src").expect("a picture")).await;
        assert_eq!(picture.header("content-type").as_deref(), Some("image/svg+xml"));
        for bad in ["script", "alert", "javascript", "example.org", "passwd", "onload"] {
            assert!(!picture.body.contains(bad), "{bad}: {}", picture.body);
        }
        assert!(picture.body.contains("<path"), "{}", picture.body);
    }
}

site_test! {
    async fn an_svg_picture_that_grows_without_end_or_cannot_be_written_is_refused(site: Site) {
        let svg = |inside: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\">{inside}</svg>");
        let grown = |tag: &str, refer: &str| {
            let mut text = format!("<{tag} id=\"m0\"><rect width=\"9\" height=\"9\"/></{tag}>");
            for level in 1..14 {
                let inside = format!("<rect width=\"9\" height=\"9\" {refer}=\"url(#m{})\"/>", level - 1).repeat(8);
                text.push_str(&format!("<{tag} id=\"m{level}\">{inside}</{tag}>"));
            }
            svg(&format!("{text}<rect width=\"9\" height=\"9\" {refer}=\"url(#m13)\"/>"))
        };
        let by_style = grown("mask", "data-x").replace("data-x=\"url(#m12)\"", "class=\"a\"").replace("<mask id=\"m0\">", "<style>.a{mask:url(#m11)}</style><mask id=\"m0\">").replace("data-x", "mask");
        let uses = svg(&(1..14).fold("<g id=\"m0\"><rect width=\"9\" height=\"9\"/></g>".to_owned(), |text, level| text + &*format!("<g id=\"m{level}\">{}</g>", format!("<use href=\"#m{}\"/>", level - 1).repeat(8))));
        let deep = svg(&format!("{}<rect/>{}", "<g>".repeat(3_000), "</g>".repeat(3_000)));
        for (at, (bad, why)) in [(grown("mask", "mask"), "too many elements"), (grown("pattern", "fill"), "too many elements"), (grown("clipPath", "clip-path"), "too many elements"), (by_style, "too many elements"), (uses, "too many elements"), (deep, "nested too deeply"),
            (svg("<g id=\"Q&amp;A\" opacity=\".5\"><rect width=\"9\" height=\"9\"/><rect width=\"3\" height=\"3\"/></g>"), "an id with & or <")].into_iter().enumerate() {
            write(&site, &format!("in/bad{at}.svg"), bad);
            let (code, out, err) = import(&site, &[&write(&site, &format!("in/bad{at}.md"), format!("---\ntitle: Bad {at}\n---\n\n![a](bad{at}.svg)\n"))]);
            assert!(code == Some(1) && err.contains(why), "{at}: {out}{err}");
        }
        // Pictures inside lose their metadata.
        let mut jpeg = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(8, 8).write_to(&mut jpeg, image::ImageFormat::Jpeg).expect("a picture");
        let mut jpeg = jpeg.into_inner();
        let comment = b"\xFF\xFE\x00\x0DSECRETPLACE";
        jpeg.splice(2..2, comment.iter().copied());
        let inside = base64(&jpeg);
        write(&site, "in/photo.svg", svg(&format!("<image width=\"8\" height=\"8\" href=\"data:image/jpeg;base64,{inside}\"/>")));
        let (code, out, err) = import(&site, &[&write(&site, "in/photo.md", "---\ntitle: Photo\n---\n\n![a](photo.svg)\n")]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        let page = site.get_when("/articles/photo", |page| page.status == 200).await;
        let served = site.get(&page.attr("figure img", "src").expect("a picture")).await.body;
        assert!(served.contains("data:image/jpeg;base64,") && !served.contains(&base64(&jpeg)[..40]), "{served}");
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

site_test! {
    async fn links_reach_what_an_earlier_run_imported(site: Site) {
        let one = write(&site, "late/one.md", "---\ntitle: One\n---\n\nText.\n");
        assert_eq!(import(&site, &[&one]).0, Some(0));
        let two = write(&site, "late/two.md", "---\ntitle: Two\n---\n\n[one](one.md#x) and [none](none.md)\n");
        let (code, out, err) = import(&site, &[&two]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        let page = site.get_when("/articles/two", |page| page.status == 200).await;
        assert_eq!(link(&page, "one").as_deref(), Some("/articles/one#x"));
    }
}

site_test! {
    async fn blocks_of_liquid_are_code_or_go(site: Site) {
        let body = "`Code` and {% comment %}secret\n\nsecret{% endcomment %}text.\n\n{% highlight html linenos %}\n<div class=\"x\"><!-- kept --></div>\n\n<table>\n{% endhighlight %}\n\n{% raw %}{{ kept }}{% endraw %}\n\nputs {% highlight %} alone\n\n`{% comment %}` in code\n\n```\n{% comment %}in a block{% endcomment %}\n```\n";
        let page = page_of(&site, "", body).await;
        assert!(!page.body.contains("secret") && !page.has(".body table, .body div"), "{}", page.body);
        assert_eq!(page.all(".body > pre").len(), 2);
        assert!(page.all(".body pre")[0].contains("<div class=\"x\"><!-- kept --></div>"), "{:?}", page.all(".body pre"));
        assert_eq!(page.all(".body pre")[1], "{% comment %}in a block{% endcomment %}");
        let text = page.one(".body");
        assert!(text.contains("{{ kept }}") && text.contains("puts {% highlight %} alone") && text.contains("{% comment %} in code"), "{text}");
    }
}

site_test! {
    async fn private_pictures_stay_where_they_are(site: Site) {
        let png = png();
        let folder = site.place.folder.join("t/a/b/c/named");
        for place in ["t/private.png", "t/secret/x.png", "t/a/near.png"] {
            write(&site, place, &png);
        }
        write(&site, "t/a/b/c/named/one.md", "---\ntitle: One\n---\n\n![x](/near.png)\n");
        assert_eq!(import(&site, &[folder.to_str().expect("text")]).0, Some(0), "three folders above");
        std::os::unix::fs::symlink(site.place.folder.join("t/secret"), folder.join("static")).expect("a link");
        for bad in ["/private.png", "../../../../private.png", "/x.png"] {
            write(&site, "t/a/b/c/named/two.md", format!("---\ntitle: Two\n---\n\n![x]({bad})\n"));
            let (code, out, err) = import(&site, &[folder.to_str().expect("text")]);
            assert!(code == Some(1) && err.contains("two.md:5: the image"), "{bad}: {out}{err}");
        }
    }
}

site_test! {
    async fn hidden_characters_and_endless_lists_are_refused_and_bidi_controls_removed(site: Site) {
        for (front, why) in [
            ("title: \"a\\u0007b\"", "control character"), ("title: T\ndek: \"\\0\"", "control character"), ("title: T\ntags: [\"a\\eb\"]", "control character"),
            (&*format!("title: T\ntags: [{}]", (0..200).map(|n| format!("t{n}, ")).collect::<String>()), "at most 100 tags"),
            (&*format!("title: T\nauthors: [{}]", (0..200).map(|n| format!("A{n}, ")).collect::<String>()), "at most 100 authors"),
            (&*format!("title: T\na: &a \"{}\"\nb: [{}]", "x".repeat(300_000), "*a, ".repeat(5_000)), "too many values"),
        ] {
            let (code, out, err) = import(&site, &[&write(&site, "bad.md", format!("---\n{front}\n---\n\nText.\n"))]);
            assert!(code == Some(1) && err.contains(why) && err.contains("bad.md:"), "{}: {out}{err}", &front[..20]);
        }
        let (code, out, err) = import(&site, &[&write(&site, "bad.md", "+++\ntitle = \"a\\u0007b\"\n+++\n\nText.\n")]);
        assert!(code == Some(1) && err.contains("control character"), "{out}{err}");
        let page = page_of(&site, "dek: \"Left \\u202e right\"\n", "Text\u{202e} and\u{2066} more &#1; end.\n\n<pre tabindex=\"999\">x</pre>").await;
        assert!(!page.body.contains(['\u{202e}', '\u{2066}', '\u{1}']), "{}", page.body);
        assert_eq!((page.one(".dek"), page.attr(".body pre", "tabindex")), ("Left right".into(), None));
        assert_eq!(site.get("/articles/one/card.png").await.status, 200);
        // Two files of a run with one former address, and the feeds' own.
        write(&site, "run/a.md", "---\ntitle: Aa\naliases: [/2019/old, /feed]\n---\n\nText.\n");
        write(&site, "run/b.md", "---\ntitle: Bb\naliases: [/2019/old/]\n---\n\nText.\n");
        let (code, out, err) = import(&site, &[site.place.folder.join("run").to_str().expect("text")]);
        assert!(code == Some(0) && out.contains("/2019/old, which") && out.contains("run/a.md has too"), "{out}{err}");
        assert_eq!(site.get_when("/2019/old", |page| page.status == 301).await.location().as_deref().map(|to| to.ends_with("/articles/aa")), Some(true));
        assert!(site.get("/feed").await.location().is_some_and(|to| to.ends_with("/feed.atom")));
    }
}

site_test! {
    async fn footnotes_link_both_ways_and_tasks_are_marked(site: Site) {
        let page = page_of(&site, "", "One[^a] and two[^b] and one again[^a].\n\n[^b]: The second.\n[^a]: The first.\n[^c]: Never named.\n\n- [x] done\n- [ ] open\n\n## Why it matters\n\nIt does.").await;
        assert_eq!(page.all(".body .footnotes li").len(), 2, "{}", page.body);
        assert!(page.all(".body .footnotes li")[0].starts_with("The first."));
        for link in ["#fn-a", "#fn-b", "#fnref-a", "#fnref-b", "#fnref-a-2"] {
            assert!(page.has(&format!("a[href='{link}']")) && page.has(&format!("[id='{}']", &link[1..])), "{link}: {}", page.body);
        }
        assert!(page.one(".body").contains("[^c]: Never named."), "no text is lost");
        assert_eq!(page.all(".body > ul li"), ["\u{2611} done", "\u{2610} open"]);
        assert_eq!(page.one(".matters p"), "It does.");
        assert!(!page.attr("meta[name=description]", "content").expect("a description").contains('1'));
    }
}

site_test! {
    async fn scalars_stay_as_typed_and_fences_may_be_sloppy(site: Site) {
        for (at, (front, title)) in [("title: 1.10", "1.10"), ("title: 007", "007"), ("title: 1e3", "1e3"), ("title: No", "No"), ("title: 0x10", "0x10"), ("title: 2015-03-17", "2015-03-17"), ("title: 12:30", "12:30")].into_iter().enumerate() {
            let path = write(&site, &format!("s{at}.md"), format!("\u{FEFF}---  \r\n{front}\r\nslug: s{at}\r\ntags: [2.0, no]\r\n...\r\n\r\nText.\r\n"));
            let (code, out, err) = import(&site, &[&path]);
            assert_eq!((code, err.as_str()), (Some(0), ""), "{front}: {out}");
            let page = site.get_when(&format!("/articles/s{at}"), |page| page.status == 200).await;
            assert_eq!((page.one("h1"), page.all(".tags a")), (title.to_owned(), vec!["2.0".into(), "no".into()]), "{front}");
        }
        let toml = write(&site, "t.md", "\n+++\ntitle = 1.10\nslug = \"toml\"\n+++\n\nText.\n");
        assert_eq!(import(&site, &[&toml]).0, Some(0));
        assert_eq!(site.get_when("/articles/toml", |page| page.status == 200).await.one("h1"), "1.10");
        for (text, expected) in [
            ("---\ntitle: \"A\ntags: [\n---\n\nText.\n", "x.md:"),
            ("---\ntitle: A\ntags: [a, b\n---\n\nText.\n", "column"),
            ("---\ntitle: @home\n---\n\nText.\n", "x.md:2: "),
            ("---\ntitle: A\n---\n\nText with \u{7} bell.\n", "x.md:5: column 11: the text contains the control character U+0007"),
            ("+++\ntitle = A\n+++\n\nText.\n", "x.md:2: "),
        ] {
            let path = write(&site, "x.md", text);
            let (code, _, err) = import(&site, &[&path]);
            assert_eq!(code, Some(1), "{text:?}");
            assert!(err.contains(expected) && err.contains("column"), "{text:?}: {err}");
        }
    }
}

site_test! {
    async fn people_whose_names_look_alike_in_latin_letters_are_two(site: Site) {
        let page = page_of(&site, "authors: [李明, 黎明, 李明]\n", "Text.").await;
        assert_eq!(page.all(".byline a"), ["李明", "黎明"]);
        let path = write(&site, "two.md", "---\ntitle: Two\nauthor: 黎明\n---\n\nText.\n");
        assert_eq!(import(&site, &[&path]).0, Some(0));
        let two = site.get_when("/articles/two", |page| page.status == 200).await;
        assert_eq!(two.attr(".byline a", "href"), link(&page, "黎明"));
        assert_ne!(link(&page, "李明"), link(&page, "黎明"));
    }
}

site_test! {
    async fn a_line_of_names_is_a_list_of_authors(site: Site) {
        for (at, (line, names)) in [
            ("Ann Alpha, Bob Beta and Cy Gamma", vec!["Ann Alpha", "Bob Beta", "Cy Gamma"]), ("Ann Alpha, Bob Beta, and Cy Gamma", vec!["Ann Alpha", "Bob Beta", "Cy Gamma"]),
            ("Simon and Schuster", vec!["Simon and Schuster"]), ("Martin King, Jr.", vec!["Martin King, Jr."]), ("Hans Huber <hans@example.org>", vec!["Hans Huber"]),
        ].into_iter().enumerate() {
            let path = write(&site, &format!("a{at}.md"), format!("---\ntitle: Names {at}\nauthor: {line}\n---\n\nText.\n"));
            assert_eq!(import(&site, &[&path]).0, Some(0), "{line}");
            let page = site.get_when(&format!("/articles/names-{at}"), |page| page.status == 200).await;
            assert_eq!(page.all(".byline a"), names, "{line}");
            assert!(!page.body.contains("hans@example.org"));
        }
    }
}

site_test! {
    async fn the_first_sentences_stand_for_a_missing_description(site: Site) {
        let page = page_of(&site, "", "# A heading\n\nThe first sentence is *short*. The second one follows it at once.\n\nThe third begins a paragraph and goes on for quite a while, so that the limit of two hundred characters is reached before it has come to its end at last.").await;
        let expected = "The first sentence is short. The second one follows it at once.";
        assert_eq!(page.attr("meta[name=description]", "content").as_deref(), Some(expected));
        assert_eq!(page.attr("meta[property='og:description']", "content").as_deref(), Some(expected));
        assert!(!page.has(".story header .dek"), "it is no dek");
        assert!(site.get("/").await.body.contains(expected));
        assert!(site.get("/feed.json").await.body.contains(expected));
    }
}

site_test! {
    async fn quotation_marks_are_set_by_language(site: Site) {
        let body = "\"It's 'so',\" she said of the '90s; 5' 10\" tall. `\"code\"`\n\n    \"block\"\n";
        let page = page_of(&site, "", body).await;
        assert_eq!(page.all(".body p"), ["“It’s ‘so’,” she said of the ’90s; 5' 10\" tall. \"code\""]);
        assert_eq!(page.one(".body pre"), "\"block\"");
        set(&site, "language", "de").await;
        let path = write(&site, "zwei.md", "---\ntitle: Zwei\n---\n\n\"So\", sagte sie.\n");
        assert_eq!(import(&site, &[&path]).0, Some(0));
        assert_eq!(site.get_when("/articles/zwei", |page| page.status == 200).await.one(".body"), "„So“, sagte sie.");
        set(&site, "typographic_quotes", "off").await;
        let path = write(&site, "drei.md", "---\ntitle: Drei\n---\n\n\"So\", sagte sie.\n");
        assert_eq!(import(&site, &[&path]).0, Some(0));
        assert_eq!(site.get_when("/articles/drei", |page| page.status == 200).await.one(".body"), "\"So\", sagte sie.");
    }
}

site_test! {
    async fn words_of_other_systems_hide_a_text_and_other_meanings_do_not(site: Site) {
        for (at, front) in ["isDraft: true", "status: private", "access: members", "visibility: paid", "public: false", "permalink: false", "eleventyExcludeFromCollections: true", "scheduled: 2099-01-01"].into_iter().enumerate() {
            let path = write(&site, &format!("h{at}.md"), format!("---\ntitle: Hidden {at}\n{front}\n---\n\nText.\n"));
            let (code, out, err) = import(&site, &[&path]);
            assert_eq!((code, err.as_str()), (Some(0), ""), "{front}");
            assert!(!out.contains("ignored:"), "{out}");
            assert_eq!(site.get(&format!("/articles/hidden-{at}")).await.status, 404, "{front}: {out}");
        }
        for (at, front) in ["hide: [toc]", "exclude: feed", "type: post", "protected: 0", "publish: 2020-01-01", "date: 2020-01-01\npublished: In a book"].into_iter().enumerate() {
            let path = write(&site, &format!("s{at}.md"), format!("---\ntitle: Shown {at}\n{front}\n---\n\nText.\n"));
            assert_eq!(import(&site, &[&path]).0, Some(0), "{front}");
            site.get_when(&format!("/articles/shown-{at}"), |page| page.status == 200).await;
        }
    }
}

site_test! {
    async fn odd_but_valid_front_matter_goes_in(site: Site) {
        // Merge keys, a comment in a dek, nested categories and an address with a query.
        let front = "base: &base\n  name: Mira Stahl\n  bio: Of the harbour\ndek: Seen <!-- unseen --> twice\nauthors:\n- <<: *base\n  bio: Of the boats\ncategories: [[Harbour, Boats]]\naliases: [/old/one/, '/?p=7']\n";
        let path = write(&site, "one.md", format!("---\ntitle: One\n{front}---\n\nText.\n"));
        let (code, out, err) = import(&site, &[&path]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        assert!(out.contains("aliases /?p=7"), "{out}");
        let page = site.get_when("/articles/one", |page| page.status == 200).await;
        assert_eq!((page.one(".byline a"), page.one(".dek"), page.one(".kicker"), page.one(".tags")), ("Mira Stahl".into(), "Seen twice".into(), "Harbour".into(), "Boats".into()));
        assert_eq!(site.get("/old/one").await.location(), Some(format!("{}/articles/one", site.origin())));
        // Far more values than an article has: refused at once, not parsed for minutes.
        let tables: String = (0..20_000).map(|at| format!("[t{at}]\n")).collect();
        let path = write(&site, "big.md", format!("+++\ntitle = \"Big\"\n{tables}+++\n\nText.\n"));
        let (code, _, err) = import(&site, &[&path]);
        assert!(code == Some(1) && err.contains("the front matter has too many values"), "{err}");
        // What a terminal would take as an order is not printed.
        let path = write(&site, "esc.md", "---\ntitle: Escape\n\"k\\e[2J\": x\n---\n\n[a](gone\u{7f}.md)\n");
        let (_, out, err) = import(&site, &[&path]);
        assert!(!format!("{out}{err}").contains(['\u{1b}', '\u{7f}']), "{out}{err}");
    }
}

site_test! {
    async fn pictures_and_footnotes_that_are_written_twice_or_inline_are_read(site: Site) {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD.encode(png());
        let body = format!("A{{{{ site.baseurl }}}} note[^a].\n\n![A dot](data:image/png;base64,{data})\n\n[^a]: The first.\n\n[^a]: The second.\n");
        let page = page_of(&site, "", &body).await;
        assert!(page.attr(".body img", "src").expect("a picture").starts_with("/media/"));
        assert_eq!(page.all(".footnotes li").len(), 1, "{}", page.body);
        assert!(page.one(".body").contains("[^a]: The second."), "its text is not lost");
        let description = page.attr("meta[name=description]", "content").expect("a description");
        assert!(description.starts_with("A note.") && !description.contains("dot"), "neither alternative texts nor templates: {description}");
        let path = write(&site, "two.md", "---\ntitle: Two\n---\n\n![x](data:image/png;base64,%%%)\n");
        let (code, _, err) = import(&site, &[&path]);
        assert!(code == Some(1) && err.contains("two.md:5: the image data:image/png;base64"), "{err}");
    }
}

site_test! {
    async fn comments_by_the_thousand_are_taken_out_of_text_and_kept_in_code(site: Site) {
        let code = "<!-- ".repeat(5_000);
        let path = write(&site, "one.md", format!("---\ntitle: One\ndek: {}Seen\n---\n\nText <!-- a\n\nb --> here.\n\n```\n{code}-->\n```\n", "<!-- x --> ".repeat(20_000)));
        let (code, out, err) = import(&site, &[&path]);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
        let page = site.get_when("/articles/one", |page| page.status == 200).await;
        assert_eq!(page.one(".dek"), "Seen");
        assert!(page.one(".body").starts_with("Text here. <!-- <!--"), "{}", &page.one(".body")[..60]);
    }
}
