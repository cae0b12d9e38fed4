//! Revisions and corrections of published articles.

use crate::site_test;

site_test! {
    async fn every_public_version_is_compared_with_the_one_before(site: Site) {
        site.publish("---\ntitle: Span\n---\n\nThe span is fourteen metres.\n\nIt stays.\n\nAnd this too.\n").await;
        let alone = site.get("/articles/span").await;
        assert!(!alone.has("a[href='/articles/span/revisions']"), "nothing has changed yet");
        assert_eq!(site.get("/articles/span/revisions").await.all(".rows li").len(), 1);
        site.publish("---\ntitle: Span\n---\n\nThe span is forty metres.\n\nIt stays.\n\nAnd this too.\n").await;
        // Another keyword changes nothing that readers see.
        site.publish("---\ntitle: Span\nkeywords: [bridge]\n---\n\nThe span is forty metres.\n\nIt stays.\n\nAnd this too.\n").await;
        site.publish("---\ntitle: Span\ndek: Measured.\n---\n\nThe span is forty metres & <b>.\n\nIt stays.\n\nAnd this too.\n").await;
        assert!(site.get("/articles/span").await.has("a[href='/articles/span/revisions']"));
        let all = site.get("/articles/span/revisions").await;
        assert_eq!(all.all(".rows li").len(), 3);
        assert!(all.has("meta[name=robots][content=noindex]"));
        let second = site.get("/articles/span/revisions/2").await;
        assert_eq!((second.all(".diff del"), second.all(".diff ins")), (vec!["fourteen".to_owned()], vec!["forty".to_owned()]));
        assert_eq!(second.all(".diff .same"), ["1 unchanged paragraph", "2 unchanged paragraphs"]);
        let last = site.get("/articles/span/revisions/4").await;
        assert!(last.all(".diff ins").concat().contains("Measured.") && last.one(".diff").contains("<b>"));
        let first = site.get("/articles/span/revisions/1").await;
        assert!(first.one(".diff").contains("fourteen metres") && !first.has("del, ins"));
        for missing in ["0", "3", "5", "x", "-1"] {
            assert_eq!(site.get(&format!("/articles/span/revisions/{missing}")).await.status, 404, "{missing}");
        }
    }
}

site_test! {
    async fn what_readers_do_not_read_is_no_change(site: Site) {
        site.publish("---\ntitle: One\ndate: 2026-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: One\ndate: 2026-01-01\ntags: [Trams]\nkeywords: [a]\ncorrections: [{kind: update, date: 2026-01-05, text: A note.}]\n---\n\nText.\n").await;
        assert!(!site.get("/articles/one").await.has("a[href$='/revisions']"));
        assert_eq!(site.get("/articles/one/revisions").await.all(".rows li").len(), 1);
        let fresh = site.publish("---\ntitle: Two\ndate: 2026-01-01\ncorrections: [{kind: update, date: 2026-01-05, text: A note.}]\n---\n\nText.\n").await;
        let page = site.get(&format!("/articles/{fresh}")).await;
        assert_eq!(page.attr("meta[property='article:modified_time']", "content").as_deref(), Some("2026-01-05T00:00:00Z"), "a correction changes the article on its day");
    }
}

site_test! {
    async fn what_was_not_public_is_in_no_version(site: Site) {
        site.publish("---\ntitle: Plan\ndraft: true\n---\n\nA secret figure.\n").await;
        assert_eq!(site.get("/articles/plan/revisions").await.status, 404);
        site.publish("---\ntitle: Plan\n---\n\nA figure.\n").await;
        assert_eq!(site.get("/articles/plan/revisions").await.all(".rows li").len(), 1);
        assert_eq!(site.get("/articles/plan/revisions/1").await.status, 404);
        assert!(!site.get("/articles/plan/revisions/2").await.body.contains("secret"));
        // A scheduled article is public from its publication time on.
        let soon = masthead::db::Time::now().plus(1500).stamp().to_string();
        site.publish(&format!("---\ntitle: Later\ndate: {soon}\n---\n\nAs planned.\n")).await;
        assert_eq!(site.get("/articles/later/revisions").await.status, 404);
        site.run_jobs().await;
        let began = std::time::Instant::now();
        while site.get("/articles/later").await.status != 200 && began.elapsed().as_secs() < 10 {
            site.run_jobs().await;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        site.publish("---\ntitle: Later\n---\n\nAs changed.\n").await;
        assert_eq!(site.get("/articles/later/revisions").await.all(".rows li").len(), 2);
        assert_eq!(site.get("/articles/later/revisions/2").await.all(".diff del"), ["planned"]);
    }
}

site_test! {
    async fn the_corrections_list_is_complete_and_newest_first(site: Site) {
        assert!(site.get("/corrections").await.has(".empty"));
        for n in 0..60 {
            site.publish(&format!("---\ntitle: Number {n}\ncorrections: [{{kind: correction, date: 2026-01-{:02}, text: Was {n}.}}]\n---\n\nText.\n", n % 28 + 1)).await;
        }
        site.publish("---\ntitle: Hidden\ndraft: true\ncorrections: [{date: 2026-01-01, text: Hidden.}]\n---\n\nText.\n").await;
        let first = site.get("/corrections").await;
        assert_eq!(first.all("article.correction-entry").len(), 50);
        let second = site.get(&first.attr("a[rel=next]", "href").expect("more")).await;
        assert_eq!(second.all("article.correction-entry").len(), 10);
        assert_eq!(second.attr("a[rel=prev]", "href").as_deref(), Some("/corrections"));
        let mut dates = first.all("article.correction-entry .meta");
        dates.extend(second.all("article.correction-entry .meta"));
        assert!(dates[0].ends_with("28 January 2026") && dates[59].ends_with("1 January 2026"), "{dates:?}");
        site.publish("---\ntitle: Twice\ncorrections: [{kind: update, date: 2026-02-01, text: One.}, {kind: update, date: 2026-02-01, text: Two.}]\n---\n\nText.\n").await;
        let feed: atom_syndication::Feed = site.get("/corrections/feed.atom").await.body.parse().expect("Atom");
        assert_eq!(feed.entries.len(), 30);
        let ids: std::collections::BTreeSet<_> = feed.entries.iter().map(|e| e.id.clone()).collect();
        assert_eq!(ids.len(), 30, "every entry has its own id");
        assert!(site.get("/").await.has("#corrected"));
    }
}
