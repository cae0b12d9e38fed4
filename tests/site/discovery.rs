//! Sitemaps, robots.txt, well-known URLs, social cards and structured data.

use crate::site_test;

site_test! {
    async fn the_map_has_an_index_and_every_article_once(site: Site) {
        let slug = site.publish("---\ntitle: One\nsection: City\ndate: 2026-01-01\nupdated: 2026-01-05\n---\n\nText.\n").await;
        site.publish("---\ntitle: Hidden\ndraft: true\n---\n\nText.\n").await;
        let origin = site.origin();
        let index = site.get("/sitemap.xml").await;
        assert_eq!(index.header("content-type").as_deref(), Some("application/xml; charset=utf-8"));
        assert!(index.body.starts_with("<?xml") && index.body.contains("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"), "{}", index.body);
        assert!(index.body.contains(&format!("<loc>{origin}/sitemap.xml?part=1</loc><lastmod>2026-01-05T00:00:00Z</lastmod>")), "{}", index.body);
        let map = site.get("/sitemap.xml?part=1").await.body;
        assert!(map.contains(&format!("<url><loc>{origin}/articles/{slug}</loc><lastmod>2026-01-05T00:00:00Z</lastmod></url>")), "{map}");
        assert!(!map.contains("hidden"));
        site.state.refresh_site().await.expect("a read");
        assert!(site.get("/sitemap.xml?part=site").await.body.contains(&format!("<loc>{origin}/sections/city</loc>")));
        for missing in ["0", "2", "-1", "x", "99999999999999999999"] {
            assert_eq!(site.get(&format!("/sitemap.xml?part={missing}")).await.status, 404, "{missing}");
        }
    }
}

site_test! {
    async fn the_news_map_looks_back_two_days(site: Site) {
        let ago = |hours: i64| masthead::db::Time::now().plus(-hours * masthead::db::Time::HOUR).rfc3339();
        site.publish(&format!("---\ntitle: Fresh & new\ndate: {}\n---\n\nText.\n", ago(47))).await;
        site.publish(&format!("---\ntitle: Stale\ndate: {}\n---\n\nText.\n", ago(49))).await;
        let map = site.get("/news-sitemap.xml").await.body;
        assert!(map.contains("<news:title>Fresh &amp; new</news:title>") && map.contains("<news:language>en</news:language>"), "{map}");
        assert!(map.contains("xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"") && !map.contains("stale"), "{map}");
    }
}

site_test! {
    async fn the_well_known_places_are_there(site: Site) {
        let origin = site.origin();
        let robots = site.get("/robots.txt").await;
        assert!(robots.body.contains("Disallow: /admin\n") && robots.body.contains(&format!("Sitemap: {origin}/sitemap.xml\n")));
        let security = site.get("/.well-known/security.txt").await;
        assert_eq!(security.header("content-type").as_deref(), Some("text/plain; charset=utf-8"));
        assert!(security.body.contains(&format!("Contact: {origin}/about\n")) && security.body.contains("Expires: 20"), "{}", security.body);
        site.db().write(|conn| masthead::admin::store::set(conn, "contact", "desk@example.org")).await.expect("a write");
        site.state.refresh_site().await.expect("a read");
        assert!(site.get("/.well-known/security.txt").await.body.contains("Contact: mailto:desk@example.org\n"));
        let password = site.get("/.well-known/change-password").await;
        assert_eq!((password.status, password.location().as_deref()), (302, Some("/account/password")));
        let manifest = site.get("/site.webmanifest").await;
        assert_eq!(manifest.header("content-type").as_deref(), Some("application/manifest+json"));
        let manifest: serde_json::Value = serde_json::from_str(&manifest.body).expect("JSON");
        for icon in manifest["icons"].as_array().expect("icons") {
            assert_eq!(site.get(icon["src"].as_str().expect("a path")).await.status, 200);
        }
        let icon = site.browser().request("GET", "/favicon.ico").send().await.expect("an answer");
        assert_eq!(icon.headers()["content-type"], "image/x-icon");
        assert!(icon.bytes().await.expect("bytes").starts_with(&[0, 0, 1, 0]));
    }
}

site_test! {
    async fn every_article_has_a_card_of_its_own(site: Site) {
        for title in ["Short", "A title that is so long that it has to be cut into several lines, for no card is as wide as all that, and which goes on", "日本語の見出し", "<&>\"'", "Nooneintheworldwouldwriteawordaslongasthisonebutsomebodymightpasteoneanditmuststillfitthecardinsomeway"] {
            let slug = site.publish(&format!("---\ntitle: {}\n---\n\nText.\n", serde_json::json!(title))).await;
            let page = site.get(&format!("/articles/{slug}")).await;
            let image = page.attr("meta[property='og:image']", "content").expect("an image");
            assert_eq!(image, format!("{}/articles/{slug}/card.png", site.origin()));
            let answer = site.browser().request("GET", &format!("/articles/{slug}/card.png")).send().await.expect("an answer");
            assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].as_bytes()), (200, &b"image/png"[..]));
            let bytes = answer.bytes().await.expect("bytes");
            let size = image::ImageReader::new(std::io::Cursor::new(&bytes)).with_guessed_format().expect("a format").into_dimensions();
            assert_eq!(size.expect("a picture"), (1200, 630), "{title}");
        }
        assert_eq!(site.get("/articles/none/card.png").await.status, 404);
    }
}

site_test! {
    async fn an_articles_data_names_comments_sources_corrections_and_the_way_to_it(site: Site) {
        let slug = site.publish("---\ntitle: One\nsection: City\ntags: [Trams]\nsources: [{kind: primary, text: Seen., publisher: The Town, url: \"https://example.org/\", date: \"2026-01-01\"}]\ncorrections: [{kind: correction, date: 2026-01-02, text: It was two.}]\n---\n\nText.\n").await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        pell.comment(&slug, "Said </script> *here*.").await;
        mira.comment(&slug, "Waits.").await;
        for viewer in [&site.browser(), &mira, &pell] {
            let page = viewer.get(&format!("/articles/{slug}")).await;
            let json: serde_json::Value = serde_json::from_str(&page.one("script[type='application/ld+json']")).expect("JSON");
            assert_eq!(json["comment"].as_array().map(Vec::len), Some(1), "pending comments are not included");
            assert_eq!(json["comment"][0]["text"], "Said </script> here.");
            assert_eq!((&json["commentCount"], &json["correction"][0]["@type"]), (&1.into(), &"CorrectionComment".into()));
            assert_eq!(json["citation"][0]["publisher"]["name"], "The Town");
            let way = &json["mainEntityOfPage"]["breadcrumb"]["itemListElement"];
            assert_eq!((&way[1]["name"], &way[1]["item"]), (&"City".into(), &format!("{}/sections/city", site.origin()).into()));
        }
        let front = site.get("/").await;
        let json: serde_json::Value = serde_json::from_str(&front.one("script[type='application/ld+json']")).expect("JSON");
        assert_eq!((&json["@type"], &json["potentialAction"]["@type"]), (&"WebSite".into(), &"SearchAction".into()));
    }
}
