//! The front page and the article page.

use crate::site_test;

site_test! {
    async fn the_front_page_is_readable_with_none_one_and_many(site: Site) {
        let empty = site.get("/").await;
        assert_eq!(empty.status, 200);
        assert!(empty.has(".empty"));
        site.publish("---\ntitle: Only one\nsection: City\n---\n\nText.\n").await;
        let one = site.get("/").await;
        assert_eq!(one.all(".lead h2"), ["Only one"]);
        assert_eq!(one.all(".lead .kicker"), ["City"]);
        for n in 0..40 {
            site.publish(&format!("---\ntitle: Number {n}\ndate: 2026-01-{:02}\n---\n\nText.\n", n % 28 + 1)).await;
        }
        let many = site.get("/").await;
        assert_eq!(many.all(".lead h2, .secondary h3, .latest h3").len(), 11, "the lead, four more, six in the column");
        assert_eq!(many.all(".strip h3").len(), 6, "the section with the most articles; the other section's only article is the lead");
        assert_eq!(many.all("h1").len(), 1);
    }
}

site_test! {
    async fn an_article_and_its_thread_are_one_response(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let reader = site.reader("mira").await;
        let id = reader.comment(&slug, "A *fine* bridge.").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.one("h1"), "A bridge");
        assert_eq!(page.all(&format!("#comment-{id} .text em")), ["fine"]);
        assert_eq!(page.attr("link[rel=canonical]", "href"), Some(format!("{}/articles/{slug}", site.origin())));
        assert_eq!(page.attr("meta[property='og:title']", "content").as_deref(), Some("A bridge"));
        let json: serde_json::Value = serde_json::from_str(&page.one("script[type='application/ld+json']")).expect("JSON");
        assert_eq!(json["commentCount"], 1);
        assert!(page.headers.get("set-cookie").is_none(), "an anonymous page sets no cookie");
        assert_eq!(page.header("cache-control").as_deref(), Some("public, no-cache"));
        let own = reader.get(&format!("/articles/{slug}")).await;
        assert_eq!(own.header("cache-control").as_deref(), Some("private, no-store"));
        assert!(own.has("form.compose textarea[name=body]"));
        assert!(!page.has("form.compose"), "anonymous readers get a log-in link instead");
        assert_eq!(page.attr(".signin a", "href"), Some(format!("/login?next=/articles/{slug}%23body")));
    }
}

site_test! {
    async fn text_in_json_ld_cannot_end_its_script(site: Site) {
        site.publish("---\ntitle: \"</script><script>alert(1)</script>\"\nslug: evil\n---\n\nText.\n").await;
        let page = site.get("/articles/evil").await;
        assert_eq!(page.one("h1"), "</script><script>alert(1)</script>");
        assert_eq!(page.all("script:not([src]):not([type='application/ld+json'])").len(), 0);
    }
}

site_test! {
    async fn a_closed_article_says_so_and_takes_nothing(site: Site) {
        let slug = site.publish("---\ntitle: Closed\ncomments: closed\n---\n\nText.\n").await;
        let reader = site.reader("mira").await;
        let page = reader.get(&format!("/articles/{slug}")).await;
        assert!(!page.has("form.compose"));
        assert_eq!(page.all(".closed"), ["Comments on this article are closed."]);
        let answer = reader.post(&format!("/articles/{slug}/comments"), &[("body", "Let me in"), ("parent", ""), ("key", "")]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.field("body").as_deref(), Some("Let me in"));
    }
}

site_test! {
    async fn the_pages_that_every_site_owes_are_there(site: Site) {
        for path in ["/about", "/guidelines", "/privacy"] {
            let page = site.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.all("h1").len(), 1, "{path}");
        }
        site.reader("Mira").await;
        assert_eq!(site.get("/readers/mira").await.one("h1"), "Mira");
        assert_eq!(site.get("/readers/nobody").await.status, 404);
    }
}
