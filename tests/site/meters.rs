//! Metrics, and budgets for pages: SQL statements, bytes, and no full table scans.

use crate::harness::Program;
use crate::{Browser, Site, site_test};
use std::collections::BTreeSet;

/// One value from `/metrics`.
fn meter(site: &Site, line: &str) -> f64 {
    let text = site.state.meter.text(&site.state).expect("metrics");
    let found = text.lines().find_map(|l| l.strip_prefix(line));
    found
        .and_then(|rest| rest.trim().parse().ok())
        .unwrap_or_else(|| panic!("no {line} in {text}"))
}

fn statements(site: &Site, method: &str, route: &str) -> f64 {
    meter(
        site,
        &format!("masthead_queries_total{{method=\"{method}\",route=\"{route}\"}}"),
    )
}

site_test! {
    async fn no_page_asks_the_database_more_than_its_budget(site: Site) {
        let settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings)).await.expect("a thread").expect("samples");
        site.hold_first(false).await;
        let slug = "the-gate-that-was-built-for-a-sea-nobody-has-seen-yet";
        let (anybody, chief, mira) = (site.browser(), site.admin("chief").await, site.reader("mira").await);
        let id = mira.comment(slug, "Mine.").await;
        let article = format!("/articles/{slug}");
        let conversation = format!("{article}/comments/{id}");
        let edit = format!("/comments/{id}/edit");
        let year = chief.get("/archive").await.attr("a[href^='/archive/2']", "href").expect("a year")[9..13].to_owned();
        let reader = chief.get("/admin/comments?queue=unmoderated").await.attr("a[href^='/admin/readers/']", "href").expect("a reader")[15..].to_owned();
        // Client, path, route, statements: BEGIN and COMMIT are two of them, loading a session is three or four, the pictures of a list
        // one.
        let newest = chief.get("/admin/articles").await.attr("[data-article] a", "href").expect("an article");
        let budgets: [(&Browser, &str, &str, f64); 50] = [
            (&chief, "/admin/articles", "/admin/articles", 16.0),
            (&chief, "/admin/articles?q=gate&section=harbour&author=ines-halloran&sort=comments", "/admin/articles", 16.0),
            (&chief, "/admin/articles/new", "/admin/articles/new", 10.0),
            (&chief, &newest, "/admin/articles/{id}", 30.0),
            (&chief, &format!("{newest}/preview"), "/admin/articles/{id}/preview", 40.0),
            (&chief, &format!("{newest}/revisions"), "/admin/articles/{id}/revisions", 16.0),
            (&chief, "/admin/articles/import", "/admin/articles/import", 6.0),
            (&chief, "/admin/media", "/admin/media", 14.0),
            (&chief, "/admin/pages", "/admin/pages", 6.0),
            (&chief, "/admin/pages/about", "/admin/pages/{slug}", 12.0),
            (&chief, "/admin/invitations", "/admin/invitations", 8.0),
            (&chief, "/admin/log?kind=article&who=chief", "/admin/log", 10.0),
            (&anybody, "/authors", "/authors", 3.0),
            (&anybody, "/tags", "/tags", 3.0),
            (&anybody, "/archive", "/archive", 4.0),
            (&anybody, &format!("/archive/{year}"), "/archive/{yyyy}", 4.0),
            (&anybody, "/feeds", "/feeds", 0.0),
            (&chief, &format!("/admin/readers/{reader}"), "/admin/readers/{id}", 12.0),
            (&anybody, "/sections/harbour", "/sections/{slug}", 6.0),
            (&anybody, "/tags/budgets", "/tags/{slug}", 6.0),
            (&anybody, "/authors/ines-halloran", "/authors/{slug}", 7.0),
            (&anybody, "/corrections", "/corrections", 3.0),
            (&anybody, "/feed.atom", "/feed.atom", 8.0),
            (&anybody, "/sitemap.xml", "/sitemap.xml", 4.0),
            (&anybody, "/search?q=gate", "/search", 8.0),
            (&anybody, "/search?q=gate&in=comments", "/search", 5.0),
            (&anybody, "/search?q=harbuor+gatte", "/search", 24.0),
            (&anybody, "/", "/", 12.0),
            (&anybody, &article, "/articles/{slug}", 16.0),
            (&anybody, &format!("{article}?sort=replies"), "/articles/{slug}", 16.0),
            (&anybody, &conversation, "/articles/{slug}/comments/{id}", 7.0),
            (&anybody, "/readers/mira", "/readers/{username}", 4.0),
            (&mira, "/account", "/account", 10.0),
            (&mira, "/account/sessions", "/account/sessions", 12.0),
            (&mira, "/account/email", "/account/email", 10.0),
            (&mira, "/account/two-factor", "/account/two-factor", 12.0),
            (&mira, "/account/passkeys", "/account/passkeys", 8.0),
            (&mira, "/account/comments", "/account/comments", 8.0),
            (&chief, "/admin/joins", "/admin/joins", 10.0),
            (&anybody, "/about", "/about", 0.0),
            (&anybody, "/login", "/login", 0.0),
            (&mira, &article, "/articles/{slug}", 16.0),
            (&mira, "/", "/", 15.0),
            (&mira, &edit, "/comments/{id}/edit", 12.0),
            (&chief, &article, "/articles/{slug}", 16.0),
            (&chief, "/admin", "/admin", 18.0),
            (&chief, "/admin/comments?queue=unmoderated", "/admin/comments", 16.0),
            (&chief, "/admin/log", "/admin/log", 10.0),
            (&chief, "/admin/settings", "/admin/settings", 10.0),
            (&chief, "/admin/staff", "/admin/staff", 10.0),
        ];
        // On PostgreSQL the pool tests a connection before each use: once for the session and once for the page.
        let asks_first = if site.place.database_url.is_some() { 2.0 } else { 0.0 };
        for (who, path, route, most) in budgets {
            let most = if most > 0.0 { most + asks_first } else { most };
            let before = statements(&site, "GET", route);
            assert_eq!(who.get(path).await.status, 200, "{path}");
            let asked = statements(&site, "GET", route) - before;
            assert!(asked <= most, "GET {path} took {asked} statements, its budget is {most}");
            // A second request for a cached page takes none.
            if std::ptr::eq(who, &anybody) && path != "/login" && route != "/search" {
                let before = statements(&site, "GET", route);
                who.get(path).await;
                assert_eq!(statements(&site, "GET", route), before, "{path} is cached");
            }
        }
        for _ in 0..2 {
            mira.get(&article).await;
        }
        let before = statements(&site, "GET", "/articles/{slug}");
        mira.get(&article).await;
        assert_eq!(statements(&site, "GET", "/articles/{slug}"), before, "a reader's page is assembled without the database");
        let before = statements(&site, "POST", "/articles/{slug}/comments");
        mira.comment(slug, "Another.").await;
        let asked = statements(&site, "POST", "/articles/{slug}/comments") - before;
        assert!(asked <= 24.0, "posting took {asked} statements, its budget is 24");
    }
}

site_test! {
    async fn no_page_weighs_more_than_its_budget(site: Site) {
        let settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings)).await.expect("a thread").expect("samples");
        // The list of sections is on every page.
        site.state.refresh_site().await.expect("settings");
        let article = "/articles/the-gate-that-was-built-for-a-sea-nobody-has-seen-yet";
        for (path, coding, most) in [(article, "identity", 58_000), (article, "gzip", 10_500), (article, "br", 9_500), ("/", "identity", 15_300), ("/", "gzip", 4_200), ("/", "br", 3_700)] {
            let response = site.browser().request("GET", path).header("accept-encoding", coding).send().await.expect("an answer");
            let bytes = response.bytes().await.expect("a body").len();
            assert!(bytes <= most, "{path} weighs {bytes} bytes as {coding}, its budget is {most}");
        }
    }
}

site_test! {
    async fn staff_see_where_the_time_went_and_nobody_else_does(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let timing = site.admin("chief").await.get(&path).await.header("server-timing").expect("for staff");
        assert!(timing.contains("db;dur=") && timing.contains("statements") && timing.contains("total;dur="), "{timing}");
        let mira = site.reader("mira").await;
        for _ in 0..3 {
            assert!(mira.get(&path).await.header("server-timing").is_none());
            assert!(site.get(&path).await.header("server-timing").is_none());
        }
    }
}

site_test! {
    async fn metrics_have_a_listener_of_their_own(site: Site) {
        assert_eq!(site.get("/metrics").await.status, 404);
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
        let metered = Site::start(&site.place, |given| given.metrics_listen = Some(format!("127.0.0.1:{port}")));
        // A node drops its cache when it starts to listen.
        let began = std::time::Instant::now();
        while !metered.state.db.receives_notifications() {
            assert!(began.elapsed() < std::time::Duration::from_secs(10));
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        metered.get("/").await;
        metered.get("/").await;
        metered.get("/nowhere").await;
        crate::harness::provide_tls();
        let answer = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
        let text = answer.text().await.expect("text");
        for line in [
            "masthead_answers_total{method=\"GET\",route=\"/\",status=\"2xx\"} 2",
            "masthead_answers_total{method=\"any\",route=\"none\",status=\"4xx\"} 1",
            "masthead_request_seconds_count{method=\"GET\",route=\"/\"} 2",
            "masthead_cache_total{outcome=\"hit\"} 1",
            "masthead_cache_total{outcome=\"miss\"} 1",
            "masthead_gate_waiting{gate=\"hashing\"} 0",
            "masthead_pool_wait_seconds_count ",
            "masthead_cache_bytes ",
        ] {
            assert!(text.lines().any(|l| l.starts_with(line)), "{line} in {text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert_eq!(reqwest::get(format!("http://127.0.0.1:{port}/")).await.expect("an answer").status(), 404);
    }
}

#[test]
fn a_metrics_address_that_is_none_is_refused_by_name() {
    use masthead::config::{Config, PartialConfig};
    for wrong in ["9090", "nowhere:80", "127.0.0.1"] {
        let given = PartialConfig {
            metrics_listen: Some(wrong.into()),
            ..PartialConfig::default()
        };
        let why = Config::load(given, &[]).expect_err("refused");
        assert!(
            why.contains("MASTHEAD_METRICS_LISTEN") && why.contains(wrong),
            "{why}"
        );
    }
}

/// Permitted scans: tables with few rows whatever the site's size, or indexes that hold exactly the wanted rows.
const SMALL: &[&str] = &[
    "SCAN settings",
    "SCAN comment_counts",
    "SCAN CONSTANT ROW",
    "SCAN __diesel_schema_migrations",
    "SCAN accounts USING INDEX accounts_by_staff",
    "SCAN accounts USING COVERING INDEX accounts_by_staff",
    "SCAN articles USING INDEX articles_samples",
    "SCAN jobs USING INDEX jobs_failing",
    "SCAN articles USING INDEX articles_latest",
    // Listed in every header; a site has about a dozen.
    "SCAN sections",
    // Listed at the foot of every page.
    "SCAN pages",
    // At most five.
    "SCAN front_pins",
    "SCAN invitations",
    // The hits of a search, at most 1,001 of them.
    "SCAN counted",
    // In index order, up to the page's limit.
    "SCAN articles USING COVERING INDEX articles_latest",
    "SCAN articles USING COVERING INDEX articles_mapped",
    "SCAN c USING INDEX corrections_latest",
    "SCAN articles USING INDEX articles_edited",
    "SCAN media USING INDEX media_newest",
    "SCAN media USING COVERING INDEX media_newest",
    // Full-text look-ups by row id or by word: FTS5 reports each of them as a scan.
    "SCAN comment_words VIRTUAL TABLE INDEX",
    "SCAN article_words VIRTUAL TABLE INDEX",
    "SCAN w VIRTUAL TABLE INDEX",
    "SCAN c USING INDEX comments_reported",
    "SCAN c USING INDEX comments_waiting",
    // A count that is limited to 25 rows.
    "SCAN s",
    // The replies of one conversation, a limited range of an index each.
    "SCAN r",
];

/// Statements that read the newest rows from the end of a table, or all rows of a table that staff keep short.
const FROM_THE_END: [(&str, &str); 6] = [
    (
        "SCAN accounts",
        "SELECT `accounts`.`created_at` FROM `accounts` ORDER BY `accounts`.`id` DESC LIMIT",
    ),
    ("SCAN tags", "ORDER BY `tags`.`id` DESC LIMIT"),
    ("SCAN authors", "ORDER BY `authors`.`id`"),
    ("SCAN moderation_log", "LIMIT"),
    (
        "SCAN articles",
        "SELECT `articles`.`is_sample` FROM `articles` ORDER BY `articles`.`id` DESC LIMIT",
    ),
    ("SCAN articles", "COALESCE(threads.public_comments, 0) = 0"),
];

#[test]
fn no_statement_reads_a_whole_table_or_sorts_what_it_read() {
    crate::harness::on_sqlite(module_path!(), |site: Site| async move {
        let (db, settings) = (site.db().clone(), site.state.site());
        let size = masthead::demo::Size {
            articles: 40,
            comments: 2000,
            seed: 1,
        };
        let fill = move || masthead::demo::fill(&db, &settings, size, &|_| {});
        tokio::task::spawn_blocking(fill)
            .await
            .expect("a thread")
            .expect("filled");
        site.hold_first(false).await;
        site.admin("chief").await;
        site.reader("mira").await;
        site.publish("---\ntitle: Later\ndate: 2020-01-01\n---\n\nText.\n")
            .await;
        // A separate process, so that only its statements are logged.
        let watched = Program::start(&site.place, &[("RUST_LOG", "masthead::statements=trace")]);
        tour(&watched).await;
        let statements = statements_in(&watched.kill());
        assert!(
            statements.len() > 60,
            "{} statements are too few to mean anything",
            statements.len()
        );
        let mut bad = Vec::new();
        for statement in statements {
            for step in plan(&site, &statement).await {
                // Nothing was asked for: the statement reads no row.
                let whole = step.starts_with("SCAN")
                    && !statement.contains("(1=0)")
                    && !SMALL.iter().any(|s| step.starts_with(s))
                    && !FROM_THE_END
                        .iter()
                        .any(|(scan, part)| step == *scan && statement.contains(part));
                if whole || (step.contains("TEMP B-TREE") && !may_sort(&statement)) {
                    bad.push(format!("{step}: {statement}"));
                }
            }
        }
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    });
}

/// The statements in a log that read or change rows.
fn statements_in(log: &str) -> BTreeSet<String> {
    let verbs = ["SELECT", "UPDATE", "DELETE", "WITH"];
    log.lines()
        .filter_map(|line| line.split_once("TRACE "))
        .map(|(_, statement)| statement.trim().to_owned())
        .filter(|s| verbs.iter().any(|verb| s.starts_with(verb)))
        .collect()
}

/// Whether a statement may sort, because its list is always short: staff, an account's sessions, an article's authors.
fn may_sort(statement: &str) -> bool {
    [
        "`is_moderator`",
        "`pages`",
        // Thirty days.
        "AS day, COUNT(*)",
        // Drafts and other articles that are not public.
        "COALESCE(threads.public_comments, 0) = 0 AND (articles.status || '') =",
        "`sessions`",
        "`article_authors`",
        "`corrections`",
        "`flags`",
    ]
    .iter()
    .any(|part| statement.contains(part))
}

async fn plan(site: &Site, statement: &str) -> Vec<String> {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let query = format!("EXPLAIN QUERY PLAN {statement}");
    let steps: Result<Vec<Step>, masthead::error::Error> = site
        .db()
        .read(move |conn| Ok(diesel::sql_query(query).load(conn)?))
        .await;
    match steps {
        Ok(steps) => steps.into_iter().map(|s| s.detail).collect(),
        Err(error) => panic!("{error}: {statement}"),
    }
}

/// Requests every page of the newsroom and sends each of its forms.
async fn newsroom_tour(chief: &Browser) {
    for list in [
        "",
        "?status=draft",
        "?status=published&sort=published",
        "?section=news",
        "?section=news&status=published",
        "?author=ana-ruiz",
        "?sort=comments",
        "?sort=comments&status=draft",
        "?q=the",
    ] {
        let page = chief.get(&format!("/admin/articles{list}")).await;
        if let Some(next) = page.attr("a[rel=next]", "href") {
            chief.get(&next).await;
        }
    }
    let fields = [("title", "On tour"), ("body", "Text."), ("tags", "a, b")];
    let new = chief.post("/admin/articles/new", &fields).await;
    let path = new.location().expect("a draft");
    for (what, more) in [
        ("", ("action", "autosave")),
        ("", ("action", "save")),
        ("/schedule", ("publish_at", "2040-01-01T10:00")),
        ("/unschedule", ("body", "Text.")),
        ("/publish", ("body", "More.")),
        ("/correct", ("kind", "update")),
        ("/comments", ("comments", "moderated")),
        ("/restore", ("n", "1")),
        ("/share", ("", "")),
        ("/unpublish", ("body", "More.")),
        ("/delete", ("body", "More.")),
    ] {
        let form = chief.get(&path).await;
        let version = form.attr("form.write input[name=revision]", "value");
        let version = version.unwrap_or_default();
        let mut sent = vec![more, ("revision", &*version)];
        if what == "/correct" {
            sent.push(("text", "It rained."));
        }
        if what == "/share" {
            sent.clear();
        }
        let answer = chief.post(&format!("{path}{what}"), &sent).await;
        assert!(
            answer.status < 400 || what == "/delete",
            "{what}: {}",
            answer.body
        );
    }
    for page in [
        &*format!("{path}/preview"),
        &format!("{path}/revisions?from=1&to=2"),
        "/admin/articles/new",
        "/admin/articles/import",
        "/admin/media",
        "/admin/media?q=a",
        "/admin/media?format=json",
        "/admin/pages",
        "/admin/pages/about",
        "/admin/invitations",
        "/admin/log?kind=article",
        "/admin/log?who=chief",
    ] {
        assert_eq!(chief.get(page).await.status, 200, "{page}");
    }
    chief
        .post("/admin/pages", &[("title", "Imprint"), ("body", "Here.")])
        .await;
    chief.get("/pages/imprint").await;
    let invited = [("email", "new@example.org"), ("role", "writer")];
    chief.post("/admin/invitations", &invited).await;
}

/// Requests every kind of page and action once.
async fn tour(site: &Program) {
    let [hundred, long] = masthead::demo::fixed_slugs(1);
    let (anybody, chief, mira) = (
        site.browser(),
        site.log_in("chief").await,
        site.log_in("mira").await,
    );
    let id = mira.comment(&hundred, "A tour.").await;
    let reply = chief
        .reply(&hundred, "Of everything.", &id.to_string())
        .await;
    for who in [&anybody, &mira, &chief] {
        for slug in [&hundred, &long] {
            for query in ["", "?sort=oldest", "?sort=replies", "?sort=best"] {
                let page = who.get(&format!("/articles/{slug}{query}")).await;
                if let Some(next) = page.attr("a[rel=next]", "href") {
                    who.get(&next).await;
                }
            }
        }
        for list in ["/sections/news", "/archive", "/corrections"] {
            let page = who.get(list).await;
            for turn in ["a[rel=next]", ".months a[href^='/archive/']"] {
                let Some(next) = page.attr(turn, "href") else {
                    continue;
                };
                let second = who.get(&next).await;
                if let Some(back) = second.attr("a[rel=prev]", "href") {
                    who.get(&back).await;
                }
            }
        }
        let page = who.get(&format!("/articles/{hundred}")).await;
        for names in [".tags a", ".byline a"] {
            if let Some(list) = page.attr(names, "href") {
                let first = who.get(&list).await;
                who.get(&format!("{list}/feed.atom")).await;
                if let Some(next) = first.attr("a[rel=next]", "href") {
                    who.get(&next).await;
                }
            }
        }
        for path in [
            "/search?q=the",
            "/search?q=harbuor+gatte",
            "/search?q=harbuor&sort=newest&in=comments",
            "/search?q=%22of+the%22+-house&in=comments",
            "/search?q=the+of&in=comments&section=news&author=mira&from=2020-01-01",
            "/search?q=the&section=news&author=masthead&to=2030-01-01",
            "/sections/news/feed.rss",
            "/feed.json",
            "/corrections/feed.atom",
            "/sitemap.xml",
            "/sitemap.xml?part=1",
            "/news-sitemap.xml",
            "/llms.txt",
            "/Sections/News/",
            "/articles/no-such/index.html",
        ] {
            who.get(path).await;
        }
        for path in ["revisions", "revisions/1", "comments.atom", "card.png"] {
            who.get(&format!("/articles/{hundred}/{path}")).await;
        }
        for path in [
            "/",
            "/about",
            "/readers/mira",
            "/login",
            "/account",
            "/account/sessions",
            "/admin",
            "/admin/log",
            "/admin/staff",
            "/admin/settings",
            "/admin/mail",
            "/admin/jobs",
        ] {
            who.get(path).await;
        }
        who.get(&format!("/admin/log?comment={id}")).await;
        who.get(&format!("/articles/{hundred}/comments/{reply}"))
            .await;
        who.get(&format!("/comments/{id}/edit")).await;
        who.get(&format!("/comments/{id}/reply")).await;
        who.get(&format!("/comments/{reply}/flag")).await;
        for queue in ["reported", "pending", "unmoderated", "approved", "rejected"] {
            let page = who.get(&format!("/admin/comments?queue={queue}")).await;
            if let Some(next) = page.attr("a[rel=next]", "href") {
                who.get(&next).await;
            }
        }
    }
    mira.post(
        &format!("/comments/{reply}/flag"),
        &[("reason", "spam"), ("detail", "")],
    )
    .await;
    chief.approve(&hundred, id).await;
    chief.reject(&hundred, id, "spam", "").await;
    mira.post(&format!("/comments/{id}/delete"), &[]).await;
    mira.post(&format!("/comments/{id}/undelete"), &[]).await;
    mira.post("/account", &[("name", "Mira S."), ("bio", "")])
        .await;
    newsroom_tour(&chief).await;
    mira.post("/logout", &[]).await;
    // Waits for the periodic tasks.
    tokio::time::sleep(std::time::Duration::from_millis(2200)).await;
}
