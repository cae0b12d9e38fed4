//! Redirects from former and misspelled URLs.

use crate::{Site, site_test};

async fn leads(site: &Site, from: &str) -> (u16, Option<String>) {
    let answer = site.get(from).await;
    let to = answer
        .location()
        .map(|to| to.strip_prefix(&site.origin()).unwrap_or(&to).to_owned());
    (answer.status, to)
}

site_test! {
    async fn an_article_that_moves_takes_its_comments_along_and_leaves_a_way(site: Site) {
        site.publish("---\ntitle: One\nslug: first\n---\n\nText.\n").await;
        let id = site.moderator("pell").await.comment("first", "Mine.").await;
        site.publish("---\ntitle: One\nslug: second\naliases: [first]\n---\n\nText.\n").await;
        site.publish("---\ntitle: One\nslug: third\naliases: [/articles/first, second]\n---\n\nText.\n").await;
        assert!(site.get("/articles/third").await.has(&format!("#comment-{id}")));
        for (from, to) in [
            ("/articles/first", "/articles/third"), ("/articles/second", "/articles/third"), ("/articles/First/", "/articles/third"), ("/ARTICLES/second/index.html", "/articles/third"),
            ("/articles/first?sort=oldest", "/articles/third?sort=oldest"), ("/articles/second/revisions", "/articles/third/revisions"), ("/articles/first/comments.atom", "/articles/third/comments.atom"),
        ] {
            assert_eq!(leads(&site, from).await, (301, Some(to.to_owned())), "{from}");
            assert_eq!(site.get(to).await.status, 200, "one step, {to}");
        }
        assert_eq!(leads(&site, &format!("/articles/first/comments/{id}")).await, (301, Some(format!("/articles/third/comments/{id}"))));
        // Any former slug identifies the article in an import.
        site.publish("---\ntitle: One\nslug: fourth\naliases: [first]\n---\n\nText.\n").await;
        assert_eq!(leads(&site, "/articles/third").await, (301, Some("/articles/fourth".into())));
        assert!(site.get("/articles/fourth").await.has(&format!("#comment-{id}")));
        site.publish("---\ntitle: One\nslug: third\naliases: [fourth]\n---\n\nText.\n").await;
        // A new article may take over a former slug.
        site.publish("---\ntitle: Another\nslug: first\n---\n\nText.\n").await;
        assert_eq!(site.get("/articles/first").await.one("h1"), "Another");
        let clash = masthead::import::parse_text("---\ntitle: One\nslug: third\naliases: [first]\n---\n\nText.\n", true, &masthead::import::ReadOptions::default()).unwrap_or_else(|r| panic!("{}", r.reason));
        let (db, data, settings) = (site.db().clone(), site.place.folder.clone(), site.state.site());
        let stored = tokio::task::spawn_blocking(move || crate::harness::try_save(&db, &data, &settings, clash));
        assert!(stored.await.expect("a thread").is_err_and(|why| why.to_string().contains("another article")));
    }
}

site_test! {
    async fn addresses_that_are_spelled_otherwise_lead_home_in_one_step(site: Site) {
        site.publish("---\ntitle: One\nsection: City\ntags: [Trams]\nauthors: [Mira Stahl]\ndate: 2026-01-01\n---\n\nText.\n").await;
        for (from, to) in [
            ("/about/", "/about"), ("/About", "/about"), ("/ABOUT/index.html", "/about"), ("/index.html", "/"), ("/index.php", "/"), ("/Index.HTML", "/"), ("//about", "/about"), ("/articles/one/", "/articles/one"),
            ("/Articles/One", "/articles/one"), ("/articles//one", "/articles/one"), ("/articles/one/index.html", "/articles/one"), ("/sections/City", "/sections/city"), ("/tags/trams/", "/tags/trams"),
            ("/authors/Mira-Stahl/", "/authors/mira-stahl"), ("/archive/", "/archive"), ("/archive/2026/01/", "/archive/2026/01"), ("/Feed.Atom", "/feed.atom"), ("/sections/city/feed.atom/", "/sections/city/feed.atom"), ("/search/?q=x", "/search?q=x"), ("/login/", "/login"),
        ] {
            assert_eq!(leads(&site, from).await, (301, Some(to.to_owned())), "{from}");
            assert_eq!(site.get(to).await.status, 200, "{to}");
        }
        for nowhere in ["/readers/Nobody", "/Readers/nobody/", "/archive/2019/01/", "/archive/x/y/", "/nothing", "/nothing/", "/Nothing/index.html", "/articles/none/", "/Sections/None", "/tags/none/", "/articles/", "/articles/one/nothing/", "/static/None.css", "/setup/ABC/", "/%C3%84%FF/"] {
            assert_eq!(site.get(nowhere).await.status, 404, "{nowhere}");
        }
        let posted = site.browser().post("/About", &[("a", "b")]).await;
        assert_eq!(posted.status, 404, "a form is sent nowhere else");
    }
}

site_test! {
    async fn an_operators_own_list_is_read_and_read_again(site: Site) {
        let slug = site.article().await;
        site.publish("---\ntitle: Fresh\nslug: stale\n---\n\nText.\n").await;
        site.publish("---\ntitle: Fresh\naliases: [stale]\n---\n\nText.\n").await;
        let file = site.place.folder.join("redirects.txt");
        std::fs::write(&file, format!("# from the old site\n/2019/bridge /articles/{slug}\n/blog https://example.org/blog 302\n/gone 410\n/a /b\n/b /c\n/c /about\n/loop /pool\n/stra%C3%9Fe /about\n/moved /articles/stale\n/pool /loop\nnonsense\n/evil //example.org\n/about /nowhere\n/?p=7 /a\n/q?a=1 /q?b=1\n/q?b=1 /q?a=1\n/q?c=1 /?p=7&utm=x\n/?p=8 /privacy\n/privacy /?p=8\n")).expect("written");
        let moved = async |from: &str| { site.get_when(from, |page| page.status != 404).await; leads(&site, from).await };
        assert_eq!(moved("/2019/Bridge/").await, (301, Some(format!("/articles/{slug}"))));
        assert_eq!(leads(&site, "/blog").await, (302, Some("https://example.org/blog".into())));
        assert_eq!(leads(&site, "/a").await, (301, Some("/about".into())), "one redirect, however long the chain in the list");
        assert_eq!((leads(&site, "/loop").await.0, leads(&site, "/pool/").await.0), (404, 404), "loops are not followed");
        for (from, to) in [("/?p=8", "/privacy"), ("/?p=7", "/about"), ("/q?c=1", "/about")] {
            assert_eq!(leads(&site, from).await, (301, Some(to.into())), "{from}: through lines with and without a query");
        }
        assert_eq!((leads(&site, "/q?a=1").await.0, leads(&site, "/q?b=1").await.0), (404, 404), "nor are loops of queries");
        assert_eq!(leads(&site, "/2019/bridge/index.html").await, (301, Some(format!("/articles/{slug}"))));
        assert_eq!(leads(&site, "/stra%C3%9Fe").await, (301, Some("/about".into())));
        assert_eq!(leads(&site, "/moved").await, (301, Some("/articles/fresh".into())), "through a former slug as well");
        let gone = site.get("/gone").await;
        assert!(gone.status == 410 && gone.has("a.way[href='/']"), "{}", gone.status);
        assert_eq!((site.get("/evil").await.status, site.get("/about").await.status), (404, 200), "no redirect to another host; existing pages take precedence");
        std::fs::write(&file, "/blog /about\n").expect("written");
        for _ in 0..40 {
            if leads(&site, "/blog").await.1.as_deref() == Some("/about") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!((leads(&site, "/blog").await, leads(&site, "/gone").await.0), ((301, Some("/about".into())), 404));
        std::fs::write(&file, "/a /b\nb /c\n/d e\n/self /Self/\n/old?p=12 /about\n/* /about\n/x?a=1 /X/?b=2&a=1\n/x /x?b=2\n/y?a=1 /y?a=2\n").expect("written");
        let check = site.masthead(&["check"], "");
        let said = [check.stdout, check.stderr].map(|out| String::from_utf8_lossy(&out).into_owned()).concat();
        assert_eq!(check.status.code(), Some(1), "{said}");
        assert!(said.contains("redirects               3") && [":2: ", ":3: ", ":4: ", ":6: ", ":7: ", ":8: "].iter().all(|line| said.contains(line)), "{said}");
        std::fs::remove_file(&file).expect("removed");
    }
}
