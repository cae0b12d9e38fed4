//! The page cache: what is cached, for whom, and that nothing stale is served.

use crate::harness::{PASSWORD, run};
use crate::{Answer, Browser, Site, site_test};
use masthead::accounts::roles::{Roles, set_ban, set_roles};
use masthead::db::Time;
use masthead::db::invalidation::CacheTag;
use std::io::Read;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Number of cached anonymous pages.
fn kept(site: &Site) -> usize {
    site.state.cache.size().1[0]
}

fn misses(site: &Site) -> u64 {
    site.state.cache.counts.misses.load(Ordering::Relaxed)
}

async fn raw(
    browser: &Browser,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let mut request = browser.request("GET", path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (
        status,
        headers,
        response.bytes().await.expect("a body").to_vec(),
    )
}

fn gunzip(bytes: &[u8]) -> String {
    let mut text = String::new();
    // Checks length and checksum as well.
    flate2::read::GzDecoder::new(bytes)
        .read_to_string(&mut text)
        .expect("a whole gzip stream");
    text
}

/// The same page, rendered anew by another node, which first forgets all that it has cached.
async fn anew(browser: &Browser, node: &Site, slug: &str) -> Answer {
    node.db().invalidate_local(&[CacheTag::Everything]);
    browser.at(node).get(&format!("/articles/{slug}")).await
}

/// The page without its idempotency key, which differs in every response.
fn without_key(answer: &Answer) -> String {
    let key = answer
        .attr(".compose input[name=key]", "value")
        .unwrap_or_default();
    if key.is_empty() {
        answer.body.clone()
    } else {
        answer.body.replace(&key, "KEY")
    }
}

site_test! {
    async fn a_page_is_made_once_and_then_only_looked_at(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let first = site.get(&path).await;
        assert_eq!((misses(&site), kept(&site)), (1, 1));
        let again = site.get(&path).await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!(first.body, again.body);
        assert_eq!(first.header("etag"), again.header("etag"));
        assert_eq!(misses(&site), 1);
        assert_eq!(again.header("cache-control").as_deref(), Some("public, no-cache"));
        assert_eq!(again.header("vary").as_deref(), Some("Accept-Encoding, Cookie"));
        for name in ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy", "x-request-id"] {
            assert!(again.header(name).is_some(), "{name}");
        }
        assert!(again.header("set-cookie").is_none());
        let head = Answer::of(site.browser().request("HEAD", &path)).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(head.header("etag"), first.header("etag"));
        assert_eq!(head.header("content-length"), Some(first.body.len().to_string()));
    }
}

site_test! {
    async fn every_coding_has_its_own_etag_and_says_the_same(site: Site) {
        let slug = site.article().await;
        let (path, browser) = (format!("/articles/{slug}"), site.browser());
        let (_, plain_headers, plain) = raw(&browser, &path, &[]).await;
        let plain = String::from_utf8(plain).expect("text");
        let (_, gzip_headers, gzip) = raw(&browser, &path, &[("accept-encoding", "gzip, deflate")]).await;
        let (_, brotli_headers, brotli) = raw(&browser, &path, &[("accept-encoding", "gzip, deflate, br, zstd")]).await;
        assert_eq!(gzip_headers["content-encoding"], "gzip");
        assert_eq!(brotli_headers["content-encoding"], "br");
        assert!(!plain_headers.contains_key("content-encoding"));
        assert_eq!(gunzip(&gzip), plain);
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut brotli.as_slice(), &mut unpacked).expect("brotli");
        assert_eq!(String::from_utf8(unpacked).expect("text"), plain);
        let tags = [&plain_headers["etag"], &gzip_headers["etag"], &brotli_headers["etag"]];
        assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
        assert!(tags.iter().all(|t| t.to_str().is_ok_and(|t| t.starts_with('"'))));
        for (accepts, coding) in [("br;q=0, gzip", "gzip"), ("gzip;q=0.5", "gzip"), ("*", "br"), ("br ; q=0.0 , *;q=0", ""), ("identity", "")] {
            let (_, headers, _) = raw(&browser, &path, &[("accept-encoding", accepts)]).await;
            assert_eq!(headers.get("content-encoding").map_or("", |v| v.to_str().expect("text")), coding, "{accepts}");
        }
    }
}

site_test! {
    async fn conditional_requests_get_304(site: Site) {
        let slug = site.article().await;
        let (path, browser) = (format!("/articles/{slug}"), site.browser());
        let etag = site.get(&path).await.header("etag").expect("an ETag");
        for given in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".into()] {
            let (status, headers, body) = raw(&browser, &path, &[("if-none-match", &given)]).await;
            assert_eq!((status, body.len()), (304, 0), "{given}");
            assert_eq!(headers["etag"], etag.as_str());
            assert_eq!(headers["cache-control"], "public, no-cache");
            assert_eq!(headers["vary"], "Accept-Encoding, Cookie");
        }
        // A different content coding or a different ETag gets the full response.
        for headers in [[("if-none-match", etag.as_str()), ("accept-encoding", "gzip")], [("if-none-match", "\"other\""), ("accept-encoding", "identity")]] {
            assert_eq!(raw(&browser, &path, &headers).await.0, 200);
        }
        site.admin("chief").await.comment(&slug, "News.").await;
        assert_eq!(raw(&browser, &path, &[("if-none-match", &etag)]).await.0, 200);
    }
}

site_test! {
    async fn what_a_page_does_not_ask_for_makes_no_second_entry(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let plain = site.get(&path).await.body;
        for query in ["utm_source=x", "a=1&b=2", "sort=newest", "sort=nonsense", "sort=", "after=", "utm=1&sort=newest", "q"] {
            assert_eq!(site.get(&format!("{path}?{query}")).await.body, plain, "{query}");
            assert_eq!(kept(&site), 1, "{query}");
        }
        site.get(&format!("{path}?sort=oldest")).await;
        site.get(&format!("{path}?x=1&sort=oldest&y=2")).await;
        assert_eq!(kept(&site), 2);
        // Percent-encoded and repeated parameters and long values are answered but not cached.
        for query in ["so%72t=oldest", "sort=oldest&sort=newest", &format!("after={}", "1".repeat(200)), "sort=old+est", "after=%00"] {
            let answer = site.get(&format!("{path}?{query}")).await;
            assert!(answer.status == 200 || answer.status == 404, "{query}: {}", answer.status);
            assert_eq!(kept(&site), 2, "{query}");
        }
        // Missing pages and pages with a form are not cached.
        for path in ["/articles/nothing", "/readers/nobody", "/nowhere", "/login", "/join", &format!("{path}?after=nonsense"), "/articles/"] {
            site.get(path).await;
            assert_eq!(kept(&site), 2, "{path}");
        }
    }
}

site_test! {
    async fn many_addresses_do_not_grow_memory(site: Site) {
        let slug = site.article().await;
        let browser = site.browser();
        for n in 0..300 {
            browser.get(&format!("/articles/{slug}?after=0-{n}-1")).await;
            browser.get(&format!("/articles/unknown-{n}")).await;
        }
        let (bytes, [pages, ..]) = site.state.cache.size();
        assert!(pages <= 301, "{pages}");
        assert!(bytes < 64 << 20, "{bytes}");
        // The cache is limited in bytes, so a single page must be small.
        let one = bytes / pages as u64;
        assert!(one < 20_000, "{one} bytes for a page of an empty thread");
    }
}

site_test! {
    async fn a_page_that_many_want_at_once_is_made_once(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let (browser, path) = (site.browser(), path.clone());
            all.spawn(async move { browser.get(&path).await.status });
        }
        while let Some(status) = all.join_next().await {
            assert_eq!(status.expect("an answer"), 200);
        }
        assert_eq!(misses(&site), 1);
    }
}

site_test! {
    async fn a_page_that_cannot_be_made_holds_nobody_up(site: Site) {
        let began = Instant::now();
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let browser = site.browser();
            all.spawn(async move { browser.get("/articles/not-yet").await.status });
        }
        while let Some(status) = all.join_next().await {
            assert_eq!(status.expect("an answer"), 404);
        }
        assert!(began.elapsed() < Duration::from_secs(20));
        site.publish("---\ntitle: Not yet\n---\n\nNow.\n").await;
        assert_eq!(site.get("/articles/not-yet").await.status, 200);
    }
}

site_test! {
    async fn a_client_that_disconnects_spoils_no_page(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        for _ in 0..20 {
            site.state.db.invalidate_local(&[CacheTag::Everything]);
            let hasty = site.browser();
            let asked = hasty.request("GET", &path).timeout(Duration::from_micros(300)).send();
            let _ = asked.await;
            assert_eq!(site.get(&path).await.status, 200);
        }
    }
}

site_test! {
    async fn readers_share_a_page_and_each_sees_their_own_name(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        site.admin("chief").await.comment(&slug, "Open for all.").await;
        let (mira, jon) = (site.reader("mira").await, site.reader("jon").await);
        let name = "A <b>&\"zebra\"</b> 'name'";
        assert_eq!(mira.post("/account", &[("name", name), ("bio", "")]).await.status, 303);
        let hits = || site.state.cache.counts.reader_hits.load(Ordering::Relaxed);
        for _ in 0..2 {
            mira.get(&path).await;
            jon.get(&path).await;
        }
        let before = hits();
        let page = mira.get(&path).await;
        assert_eq!(hits(), before + 1, "the page was assembled from the cached skeleton");
        assert_eq!(page.one("header nav a[href='/account']"), name);
        assert_eq!(page.one(".compose b"), name);
        assert_eq!(page.header("cache-control").as_deref(), Some("private, no-store"));
        assert_eq!(without_key(&page), without_key(&anew(&mira, &site.second(), &slug).await));
        let other = jon.get(&path).await;
        assert_eq!(other.one("header nav a[href='/account']"), "jon");
        assert!(!other.body.contains("zebra"));
        assert!(!page.body.contains("placeholder-name-") && !page.body.contains("placeholder-key-"), "{}", page.body);
        let key = |page: &Answer| page.attr(".compose input[name=key]", "value").expect("a key");
        assert_ne!(key(&page), key(&mira.get(&path).await));
        assert_eq!(key(&page).len(), 32);
        // The same page as a gzip stream with a valid checksum.
        let (_, headers, packed) = raw(&mira, &path, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(headers["content-encoding"], "gzip");
        let unpacked = gunzip(&packed);
        assert_eq!(unpacked.replace(&field(&unpacked), "KEY"), without_key(&page));
        let head = Answer::of(mira.request("HEAD", &path)).await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        // The anonymous page contains nothing of either reader.
        let anybody = site.get(&path).await;
        assert!(!anybody.body.contains("zebra") && !anybody.body.contains("jon") && !anybody.has(".compose"));
    }
}

fn field(page: &str) -> String {
    let at = page.find("name=\"key\" value=\"").expect("a key") + 18;
    page[at..at + 32].to_owned()
}

site_test! {
    async fn a_readers_own_comments_are_marked_on_their_page_only(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        site.hold_first(true).await;
        let (mira, jon) = (site.reader("mira").await, site.reader("jon").await);
        for _ in 0..2 {
            mira.get(&path).await;
            jon.get(&path).await;
        }
        let id = mira.comment(&slug, "Waits for somebody.").await;
        for _ in 0..3 {
            let own = mira.get(&path).await;
            assert!(own.has(&format!("#comment-{id} form[action='/comments/{id}/delete']")), "{}", own.body);
            assert!(own.has(&format!("#comment-{id} .notice")));
            assert!(!jon.get(&path).await.body.contains("Waits for somebody."));
            assert!(!site.get(&path).await.body.contains("Waits for somebody."));
        }
        let hint = |page: &Answer| page.one("#body-hint");
        let waiting = hint(&mira.get(&path).await);
        let chief = site.moderator("chief").await;
        chief.approve(&slug, id).await;
        assert!(site.get(&path).await.has(&format!("#comment-{id}")));
        assert!(jon.get(&path).await.has(&format!("#comment-{id} a[href='/comments/{id}/flag']")));
        let now = mira.get(&path).await;
        assert!(!now.has(&format!("#comment-{id} .notice")));
        assert_ne!(hint(&now), waiting, "an approved reader's next comment is not held");
        assert_eq!(hint(&jon.get(&path).await), waiting);
        mira.post(&format!("/comments/{id}/delete"), &[]).await;
        assert!(mira.get(&path).await.has(&format!("form[action='/comments/{id}/undelete']")));
        assert!(!jon.get(&path).await.has(&format!("#comment-{id}")));
    }
}

site_test! {
    async fn a_session_that_has_ended_gets_no_page_of_its_own(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let mira = site.reader("mira").await;
        let elsewhere = site.log_in("mira").await;
        let in_account = |page: &Answer| page.has("header nav a[href='/account']");
        for _ in 0..3 {
            assert!(in_account(&mira.get(&path).await) && in_account(&elsewhere.get(&path).await));
        }
        mira.post("/account/sessions", &[("end", "others")]).await;
        assert!(!in_account(&elsewhere.get(&path).await));
        assert!(in_account(&mira.get(&path).await));
        // A cookie that is used after the log-out, as a thief would.
        let cookie = {
            let answer = site.browser().post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/")]).await;
            answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned()
        };
        let with = |path: &str| site.browser().request("GET", path).header("cookie", &cookie);
        for _ in 0..3 {
            assert!(in_account(&Answer::of(with(&path)).await));
        }
        let out = site.browser().request("POST", "/logout").header("cookie", &cookie).header("sec-fetch-site", "same-origin");
        assert_eq!(Answer::of(out).await.status, 303);
        assert!(!in_account(&Answer::of(with(&path)).await));
        // A cookie with an invalid signature is ignored.
        let forged = format!("{}x", cookie.replacen('=', "=A", 1));
        assert!(!in_account(&Answer::of(site.browser().request("GET", &path).header("cookie", &forged)).await));
    }
}

site_test! {
    async fn malformed_cookies_never_make_a_personal_page_public(site: Site) {
        let slug = site.article().await;
        site.hold_first(true).await;
        let mira = site.reader("mira").await;
        let id = mira.comment(&slug, "Waits.").await;
        let own = format!("/articles/{slug}/comments/{id}");
        let login = site.browser().post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/")]).await;
        let cookie = login.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        let (name, value) = cookie.split_once('=').expect("a pair");
        for cookie_header in [format!("{name} ={value}"), format!("%6d{}={value}", &name[1..]), format!("a=b;\t{name}={value}"), format!("{name}={value}; {name} ={value}")] {
            for path in [own.as_str(), "/about", "/", "/readers/mira", "/guidelines", &format!("/articles/{slug}")] {
                Answer::of(site.browser().request("GET", path).header("cookie", &cookie_header)).await;
                let anybody = site.get(path).await;
                assert!(!anybody.has("header nav a[href='/account']") && !anybody.body.contains("Waits."), "{cookie_header} {path}");
            }
            assert_eq!(site.get(&own).await.status, 404, "{cookie_header}");
        }
    }
}

site_test! {
    async fn bans_and_roles_count_at_once(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let mira = site.reader("mira").await;
        for _ in 0..3 {
            assert!(mira.get(&path).await.has(".compose"));
        }
        let ban = |until: Option<Time>| site.db().write(move |conn| set_ban(conn, "mira", Some(("Enough.", until)), masthead::log::Actor::Console, Time::now()));
        ban(None).await.expect("a write").expect("banned");
        let banned = mira.get(&path).await;
        assert!(!banned.has(".compose") && banned.body.contains("Enough."));
        // A temporary ban ends at its time.
        ban(Some(Time::now().plus(700))).await.expect("a write").expect("banned");
        assert!(!mira.get(&path).await.has(".compose"));
        let began = Instant::now();
        while !mira.get(&path).await.has(".compose") {
            assert!(began.elapsed() < Duration::from_secs(5), "the ban has not ended");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let roles = Roles { moderator: true, ..Roles::default() };
        site.db().write(move |conn| set_roles(conn, "mira", roles, masthead::log::Actor::Console, Time::now())).await.expect("a write").expect("a role");
        assert!(mira.get(&path).await.has("a.waiting"));
        site.db().write(move |conn| set_roles(conn, "mira", Roles::default(), masthead::log::Actor::Console, Time::now())).await.expect("a write").expect("none");
        assert!(!mira.get(&path).await.has("a.waiting"));
    }
}

site_test! {
    async fn names_and_badges_are_those_of_today(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        site.hold_first(false).await;
        let mira = site.reader("mira").await;
        let id = mira.comment(&slug, "Mine.").await;
        site.reader("jon").await.reply(&slug, "To you.", &id.to_string()).await;
        assert!(site.get(&path).await.one(&format!("#comment-{id}")).contains("mira"));
        mira.post("/account", &[("name", "Mira S."), ("bio", "Rows.")]).await;
        let page = site.get(&path).await;
        assert!(page.one(&format!("#comment-{id}")).contains("Mira S."));
        assert!(site.get("/readers/mira").await.body.contains("Rows."));
        let roles = Roles { editor: true, ..Roles::default() };
        site.db().write(move |conn| set_roles(conn, "mira", roles, masthead::log::Actor::Console, Time::now())).await.expect("a write").expect("a role");
        assert!(site.get(&path).await.has(&format!("#comment-{id} .badge")));
        assert!(site.get("/readers/mira").await.has(".badge"));
    }
}

site_test! {
    async fn the_front_page_counts_and_settings_are_on_every_page(site: Site) {
        let slug = site.article().await;
        assert!(!site.get("/").await.body.contains("1 comment"));
        let chief = site.admin("chief").await;
        let id = chief.comment(&slug, "One.").await;
        assert!(site.get("/").await.body.contains("1 comment"));
        chief.post(&format!("/comments/{id}/delete"), &[]).await;
        assert!(!site.get("/").await.body.contains("1 comment"));
        for path in ["/", "/about", "/guidelines", "/privacy", "/readers/chief"] {
            site.get(path).await;
        }
        site.db().write(|conn| masthead::admin::store::set(conn, "site_name", "The Quay")).await.expect("a write");
        site.state.refresh_site().await.expect("a read");
        for path in ["/", "/about", "/guidelines", "/privacy", "/readers/chief", &format!("/articles/{slug}")] {
            assert!(site.get(path).await.one("a.name").contains("The Quay"), "{path}");
        }
    }
}

/// Random actions on two nodes; after each one the page must equal a freshly rendered one.
async fn random_acts_leave_nothing_stale(site: Site) {
    let slug = site.article().await;
    let path = format!("/articles/{slug}");
    site.hold_first(false).await;
    let (other, renderer) = (site.second(), site.second());
    let name = format!("chief{}", &crate::harness::unique()[..6]);
    let chief = site.admin(&name).await;
    let readers = [site.reader("mira").await, site.reader("jon").await];
    let onlooker = site.reader("otto").await;
    let mut state: u64 = 20_261_123;
    let mut draw = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % below
    };
    let mut posted: Vec<(usize, i64)> = Vec::new();
    for step in 0..36 {
        // Both nodes cache the page, for anonymous and for signed-in readers.
        for node in [&site, &other] {
            node.get(&path).await;
            node.get("/").await;
            onlooker.at(node).get(&path).await;
            onlooker.at(node).get(&path).await;
            readers[0].at(node).get(&path).await;
        }
        let acting = if draw(2) == 0 { &site } else { &other };
        let who = draw(2);
        let by = readers[who].at(acting);
        let chosen = (!posted.is_empty()).then(|| posted[draw(posted.len())]);
        match (draw(8), chosen) {
            (0 | 1, _) | (_, None) => {
                posted.push((who, by.comment(&slug, &format!("Number {step}.")).await))
            }
            (2, Some((_, id))) => {
                let fields = [
                    ("body", "A reply."),
                    ("parent", &id.to_string()),
                    ("key", ""),
                    ("action", "post"),
                ];
                by.post(&format!("/articles/{slug}/comments"), &fields)
                    .await;
            }
            (3, Some((author, id))) => {
                readers[author]
                    .at(acting)
                    .post(&format!("/comments/{id}/delete"), &[])
                    .await;
            }
            (4, Some((author, id))) => {
                readers[author]
                    .at(acting)
                    .post(&format!("/comments/{id}/undelete"), &[])
                    .await;
            }
            (5, Some((author, id))) => {
                let form = readers[author]
                    .at(acting)
                    .get(&format!("/comments/{id}/edit"))
                    .await;
                if let Some(revision) = form.field("revision") {
                    let text = format!("Edited at {step}.");
                    readers[author]
                        .at(acting)
                        .post(
                            &format!("/comments/{id}/edit"),
                            &[("body", &text), ("revision", &revision)],
                        )
                        .await;
                }
            }
            (6, Some((_, id))) => {
                let page = chief
                    .at(acting)
                    .get(&format!("/articles/{slug}/comments/{id}"))
                    .await;
                let form = format!(
                    "#comment-{id} form[action='/admin/comments/{id}/reject'] input[name=revision]"
                );
                if let Some(revision) = page.attr(&form, "value") {
                    let act = if draw(2) == 0 { "approve" } else { "reject" };
                    let fields = [
                        ("revision", revision.as_str()),
                        ("reason", "spam"),
                        ("note", ""),
                    ];
                    let fields = if act == "approve" {
                        &fields[..1]
                    } else {
                        &fields[..]
                    };
                    chief
                        .at(acting)
                        .post(&format!("/admin/comments/{id}/{act}"), fields)
                        .await;
                }
            }
            (_, Some(_)) => {
                by.post(
                    "/account",
                    &[("name", &format!("Name {step}")), ("bio", "")],
                )
                .await;
            }
        }
        let anybody = site.browser();
        for (node, patience) in [
            (acting, 0),
            (
                if std::ptr::eq(acting, &site) {
                    &other
                } else {
                    &site
                },
                2000,
            ),
        ] {
            for viewer in [&anybody, &onlooker, &readers[0], &readers[1]] {
                let viewer = viewer.at(node);
                let began = Instant::now();
                loop {
                    let (shown, made) = (
                        viewer.get(&path).await,
                        anew(&viewer, &renderer, &slug).await,
                    );
                    assert_eq!((shown.status, made.status), (200, 200));
                    if without_key(&shown) == without_key(&made) {
                        break;
                    }
                    let late = began.elapsed() > Duration::from_millis(patience);
                    assert!(
                        !late,
                        "step {step}, patience {patience}:\n{}\n---\n{}",
                        shown.body, made.body
                    );
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
    let hits = [&site, &other].map(|s| s.state.cache.counts.reader_hits.load(Ordering::Relaxed));
    assert!(hits.iter().all(|n| *n > 0), "{hits:?}");
}

site_test! {
    async fn random_acts_on_two_nodes_leave_nothing_stale(site: Site) {
        random_acts_leave_nothing_stale(site).await;
    }
}

#[test]
fn random_acts_with_sessions_in_redis_leave_nothing_stale() {
    if let (Some(redis), Some(postgres)) =
        (crate::harness::redis_url(), crate::harness::postgres_url())
    {
        run(
            module_path!(),
            Some(postgres),
            Some(redis),
            random_acts_leave_nothing_stale,
        );
    }
}

#[test]
fn a_node_that_loses_its_listener_serves_nothing_stale() {
    crate::harness::on_postgres(module_path!(), |site| async move {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let other = site.second();
        let chief = site.admin("chief").await;
        for round in 0..3 {
            other.get(&path).await;
            // All LISTEN connections are terminated; a change follows at once.
            site.db()
                .write(|conn| {
                    use diesel::RunQueryDsl;
                    diesel::sql_query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                         AND (query LIKE 'NOTIFY%' OR query LIKE '%LISTEN%') AND pid <> pg_backend_pid()",
                    )
                    .execute(conn)?;
                    Ok(())
                })
                .await
                .expect("cut");
            let id = chief.comment(&slug, &format!("Round {round}.")).await;
            let shown = other
                .get_when(&path, |page| page.has(&format!("#comment-{id}")))
                .await;
            assert!(shown.has(&format!("#comment-{id}")), "round {round}");
        }
    });
}
