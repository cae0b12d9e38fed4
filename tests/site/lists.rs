//! Lists of articles: sections, tags, authors, the archive.

use crate::{Site, site_test};
use std::collections::BTreeSet;

async fn many(site: &Site, count: usize) {
    for n in 0..count {
        // Three articles a day: many have the same timestamp.
        let day = n / 3 % 28 + 1;
        site.publish(&format!(
            "---\ntitle: Number {n}\ndate: 2026-0{}-{day:02}\nsection: City\ntags: [Trams]\nauthors: [Mira Stahl]\n---\n\nText.\n",
            1 + n / 40
        ))
        .await;
    }
}

site_test! {
    async fn lists_are_turned_forth_and_back_without_losing_or_repeating_any(site: Site) {
        many(&site, 45).await;
        site.publish("---\ntitle: Elsewhere\nsection: Sea\n---\n\nText.\n").await;
        for list in ["/sections/city", "/tags/trams", "/authors/mira-stahl"] {
            let (mut seen, mut pages, mut path) = (Vec::new(), Vec::new(), list.to_owned());
            loop {
                let page = site.get(&path).await;
                assert_eq!(page.status, 200, "{path}");
                assert_eq!(page.all("h1").len(), 1);
                pages.push(page.all("article h2"));
                seen.extend(page.all("article h2"));
                assert_eq!(page.attr("link[rel=canonical]", "href"), Some(format!("{}{path}", site.origin())));
                match page.attr("a[rel=next]", "href") {
                    Some(next) => path = next,
                    None => break,
                }
            }
            assert_eq!((pages.len(), seen.len()), (3, 45), "{list}");
            assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 45, "{list}");
            let mut back = Vec::new();
            loop {
                let page = site.get(&path).await;
                back.push(page.all("article h2"));
                match page.attr("a[rel=prev]", "href") {
                    Some(before) => path = before,
                    None => break,
                }
            }
            back.reverse();
            assert_eq!((back, path.as_str()), (pages, list), "the same pages on the way back");
        }
    }
}

site_test! {
    async fn what_nothing_uses_is_not_there(site: Site) {
        site.publish("---\ntitle: One\nsection: City\ntags: [Trams]\nauthors: [Mira Stahl]\ndate: 2026-03-05\n---\n\nText.\n").await;
        site.publish("---\ntitle: Hidden\ndraft: true\nsection: Secret\ntags: [Plans]\nauthors: [Nobody Yet]\n---\n\nText.\n").await;
        for there in ["/sections/city", "/tags/trams", "/authors/mira-stahl", "/archive/2026/03", "/sections/city/feed.atom", "/tags/trams/feed.rss", "/authors/mira-stahl/feed.json"] {
            assert_eq!(site.get(there).await.status, 200, "{there}");
        }
        for missing in [
            "/sections/secret", "/tags/plans", "/authors/nobody-yet", "/sections/none", "/tags/none", "/authors/none", "/archive/2026/04", "/archive/2026/13",
            "/archive/2026/3", "/archive/26/03", "/archive/x/y", "/archive/9999/12", "/sections/secret/feed.atom", "/tags/none/feed.json",
            "/sections/city?after=nonsense", "/sections/city?after=1-1", "/archive/2026/03?after=x-y", "/corrections?after=1_2",
        ] {
            assert_eq!(site.get(missing).await.status, 404, "{missing}");
        }
        assert!(!site.get("/").await.body.contains("Secret"));
        assert!(!site.get("/archive").await.body.contains("Secret"));
    }
}

site_test! {
    async fn the_archive_follows_the_sites_own_midnight(site: Site) {
        assert!(site.get("/archive").await.has(".empty"));
        site.db().write(|conn| masthead::admin::store::set(conn, "time_zone", "Asia/Tokyo")).await.expect("a write");
        site.state.refresh_site().await.expect("a read");
        site.publish("---\ntitle: New year there\ndate: 2025-12-31T16:00:00Z\n---\n\nText.\n").await;
        let archive = site.get("/archive").await;
        assert_eq!(archive.all(".months a[href^='/archive/']"), ["January"]);
        assert_eq!(archive.attr(".months a[href^='/archive/']", "href").as_deref(), Some("/archive/2026/01"));
        assert_eq!(site.get("/archive/2026/01").await.all("article h2"), ["New year there"]);
        assert_eq!(site.get("/archive/2025/12").await.status, 404);
    }
}

site_test! {
    async fn authors_introduce_themselves_and_an_import_that_says_nothing_changes_nothing(site: Site) {
        site.publish("---\ntitle: One\nauthors: [{name: Mira Stahl, bio: Writes about bridges., links: [\"https://example.org/mira\"]}, Jon Abara]\n---\n\nText.\n").await;
        site.publish("---\ntitle: Two\nauthors: [Mira Stahl]\n---\n\nText.\n").await;
        let page = site.get("/authors/mira-stahl").await;
        assert_eq!(page.all(".profile p"), ["Writes about bridges."]);
        assert_eq!(page.attr(".links a", "href").as_deref(), Some("https://example.org/mira"));
        assert_eq!(page.all("article h2").len(), 2);
        let json: serde_json::Value = serde_json::from_str(&page.one("script[type='application/ld+json']")).expect("JSON");
        assert_eq!((&json["@type"], &json["mainEntity"]["@type"], &json["mainEntity"]["description"]), (&"ProfilePage".into(), &"Person".into(), &"Writes about bridges.".into()));
        let article = site.get("/articles/one").await;
        assert_eq!(article.all(".byline a"), ["Mira Stahl", "Jon Abara"]);
        assert_eq!(article.one(".byline"), "By Mira Stahl and Jon Abara");
        for bad in ["[{bio: x}]", "[{name: A, links: [\"javascript:alert(1)\"]}]", "[{bio: x, name: \"\"}]", "[[A]]"] {
            let source = format!("---\ntitle: Bad\nauthors: {bad}\n---\n\nText.\n");
            let refused = masthead::import::parse_text(&source, true, &masthead::import::ReadOptions::default());
            assert!(refused.is_err_and(|r| r.line == 3), "{bad}");
        }
    }
}

site_test! {
    async fn names_that_mean_something_else_have_pages_of_their_own(site: Site) {
        site.publish("---\ntitle: One\ntags: [\"C++\", \"C#\", Open data, \"a/b\"]\n---\n\nText.\n").await;
        site.publish("---\ntitle: Two\ntags: [\"c#\", C, Open-Data, \"A\\nB\", Überland]\n---\n\nText.\n").await;
        site.publish("---\ntitle: Three\ntags: [uberland]\n---\n\nText.\n").await;
        assert_eq!(site.get("/articles/one").await.all(".tags a"), ["C++", "C#", "Open data", "a/b"]);
        assert_eq!(site.get("/articles/two").await.all(".tags a"), ["C#", "C", "Open data", "A B", "Überland"]);
        for (tag, titles) in [("c", &["One"][..]), ("c-2", &["Two", "One"]), ("c-3", &["Two"]), ("open-data", &["Two", "One"]), ("uberland", &["Three", "Two"])] {
            assert_eq!(site.get(&format!("/tags/{tag}")).await.all("article h2"), titles, "{tag}");
        }
    }
}

site_test! {
    async fn what_is_published_stands_in_every_list_at_once(site: Site) {
        for path in ["/", "/archive", "/feed.atom", "/sitemap.xml", "/llms.txt"] {
            site.get(path).await;
        }
        let slug = site.publish("---\ntitle: Fresh\nsection: City\ntags: [Trams]\nauthors: [Mira Stahl]\n---\n\nText.\n").await;
        for path in ["/", "/sections/city", "/tags/trams", "/authors/mira-stahl", "/feed.atom", "/feed.json", "/sitemap.xml?part=1", "/news-sitemap.xml", "/llms.txt"] {
            assert!(site.get(path).await.body.contains(&slug), "{path}");
        }
        let header = site.get_when("/about", |page| page.body.contains("/sections/city")).await;
        assert!(header.all(".nameplate nav a").contains(&"City".to_owned()));
        site.publish("---\ntitle: Fresh\nsection: Sea\ntags: [Ferries]\n---\n\nText.\n").await;
        for (path, status) in [("/sections/city", 404), ("/tags/trams", 404), ("/authors/mira-stahl", 404), ("/sections/sea", 200), ("/tags/ferries", 200)] {
            assert_eq!(site.get(path).await.status, status, "{path}");
        }
    }
}
