//! Feeds: valid, complete, and conditional requests.

use crate::{Answer, Site, site_test};

async fn some(site: &Site) -> String {
    for n in 0..35 {
        site.publish(&format!(
            "---\ntitle: Older {n}\ndate: 2026-01-{:02}\nsection: City\n---\n\nText {n}.\n",
            n % 28 + 1
        ))
        .await;
    }
    site.publish("---\ntitle: \"Fish & <chips> ]]> “quoted”\"\nslug: fish\ndek: A dek & more.\nsection: City\ntags: [Food]\nauthors: [Mira Stahl, Jon Abara]\ndate: 2026-02-01\nupdated: 2026-02-03\nsources: [{kind: primary, text: Seen.}]\n---\n\n## Opening summary\n\nThe summary[^s1].\n\n## Main article\n\nA [link](/about), [another](https://example.org/) and `<b>`.\n\n## Why it matters\n\nIt does.\n").await
}

site_test! {
    async fn atom_rss_and_json_say_the_same(site: Site) {
        let slug = some(&site).await;
        let origin = site.origin();
        let url = format!("{origin}/articles/{slug}");
        for list in ["", "/sections/city", "/tags/food", "/authors/jon-abara"] {
            let atom = site.get(&format!("{list}/feed.atom")).await;
            assert_eq!(atom.header("content-type").as_deref(), Some("application/atom+xml; charset=utf-8"));
            let atom: atom_syndication::Feed = atom.body.parse().expect("Atom");
            let rss = site.get(&format!("{list}/feed.rss")).await;
            assert_eq!(rss.header("content-type").as_deref(), Some("application/rss+xml; charset=utf-8"));
            assert!(rss.body.starts_with("<?xml") && rss.body.matches("<?xml ").count() == 1, "{:.200}", rss.body);
            let rss: rss::Channel = rss.body.parse().expect("RSS");
            let json = site.get(&format!("{list}/feed.json")).await;
            assert_eq!(json.header("content-type").as_deref(), Some("application/feed+json; charset=utf-8"));
            let json: serde_json::Value = serde_json::from_str(&json.body).expect("JSON");
            let items = json["items"].as_array().expect("items");
            let count = if list.is_empty() || list == "/sections/city" { 30 } else { 1 };
            assert_eq!((atom.entries.len(), rss.items.len(), items.len()), (count, count, count), "{list}");
            let (entry, item, one) = (&atom.entries[0], &rss.items[0], &items[0]);
            let title = "Fish & <chips> ]]> “quoted”";
            assert_eq!((entry.title.as_str(), item.title.as_deref(), one["title"].as_str()), (title, Some(title), Some(title)));
            assert_eq!((entry.links[0].href.as_str(), item.link.as_deref(), one["url"].as_str()), (url.as_str(), Some(url.as_str()), Some(url.as_str())));
            let content = entry.content.as_ref().and_then(|c| c.value.clone()).expect("content");
            assert_eq!((item.content.as_deref(), one["content_html"].as_str()), (Some(content.as_str()), Some(content.as_str())));
            assert!(content.contains(&format!("href=\"{origin}/about\"")) && content.contains("href=\"https://example.org/\""), "{content}");
            assert!(content.contains(&format!("href=\"{url}#note-1\"")) && content.contains("&lt;b&gt;") && content.contains("It does."), "{content}");
            assert!(!content.contains("href=\"/") && !content.contains("src=\"/"), "{content}");
            assert_eq!(entry.updated.to_rfc3339(), "2026-02-03T00:00:00+00:00");
            assert_eq!(one["date_published"], "2026-02-01T00:00:00Z");
            assert_eq!(item.pub_date.as_deref(), Some("Sun, 1 Feb 2026 00:00:00 +0000"));
            let names: Vec<&str> = entry.authors.iter().map(|a| a.name.as_str()).collect();
            assert_eq!(names, ["Mira Stahl", "Jon Abara"]);
            let own = atom.links.iter().find(|l| l.rel == "self").expect("self");
            assert_eq!(own.href, format!("{origin}{list}/feed.atom"));
            assert_eq!((json["feed_url"].as_str(), json["version"].as_str()), (Some(format!("{origin}{list}/feed.json").as_str()), Some("https://jsonfeed.org/version/1.1")));
            assert!(content.contains("<li>Seen.</li>"), "sources are included: {content}");
            assert_eq!(one["tags"], serde_json::json!(["City", "Food"]));
            assert_eq!(entry.id, item.guid.as_ref().expect("a guid").value);
        }
        let page = site.get("/sections/city").await;
        for kind in ["atom", "rss", "json"] {
            for of in ["/sections/city", ""] {
                assert!(page.has(&format!("link[rel=alternate][href='{of}/feed.{kind}']")), "{of} {kind}");
            }
        }
    }
}

site_test! {
    async fn what_was_typed_stays_as_it_was_typed(site: Site) {
        site.publish("---\ntitle: One\n---\n\nWrite `<a href=\"/x\">` and `<img srcset=\"a 1x\">`, then [here](/about), then ` srcset=\"` alone, then [there](/privacy).\n").await;
        let origin = site.origin();
        let json: serde_json::Value = serde_json::from_str(&site.get("/feed.json").await.body).expect("JSON");
        let content = json["items"][0]["content_html"].as_str().expect("content").replace("&quot;", "\"");
        for kept in ["&lt;a href=\"/x\"&gt;", "&lt;img srcset=\"a 1x\"&gt;", &format!("<a href=\"{origin}/about\""), &format!("<a href=\"{origin}/privacy\""), "srcset=\"</code> alone"] {
            assert!(content.contains(kept), "{kept} in {content}");
        }
    }
}

site_test! {
    async fn an_entry_keeps_its_name_when_its_address_changes(site: Site) {
        site.publish("---\ntitle: One\nslug: old\n---\n\nText.\n").await;
        let id = async |site: &Site| site.get("/feed.atom").await.body.parse::<atom_syndication::Feed>().expect("Atom").entries[0].id.clone();
        let before = id(&site).await;
        site.publish("---\ntitle: One\nslug: new\naliases: [old]\n---\n\nText.\n").await;
        assert_eq!(id(&site).await, before);
        assert!(site.get("/feed.atom").await.body.contains("/articles/new"));
    }
}

site_test! {
    async fn a_client_with_the_current_feed_gets_304(site: Site) {
        some(&site).await;
        for path in ["/feed.atom", "/feed.rss", "/feed.json", "/sections/city/feed.atom", "/articles/fish/comments.atom", "/corrections/feed.json"] {
            let first = site.get(path).await;
            let (etag, date) = (first.header("etag").expect("an ETag"), first.header("last-modified").expect("a date"));
            for (name, value, status) in [
                ("if-none-match", etag.as_str(), 304), ("if-none-match", "\"other\"", 200), ("if-modified-since", date.as_str(), 304),
                ("if-modified-since", "Mon, 01 Jan 2035 00:00:00 GMT", 304), ("if-modified-since", "Mon, 01 Jan 2001 00:00:00 GMT", 200), ("if-modified-since", "nonsense", 200),
            ] {
                let answer = Answer::of(site.browser().request("GET", path).header(name, value)).await;
                assert_eq!(answer.status, status, "{path} {name}: {value}");
            }
            let both = site.browser().request("GET", path).header("if-none-match", "\"other\"").header("if-modified-since", &date);
            assert_eq!(Answer::of(both).await.status, 200, "If-None-Match takes precedence over If-Modified-Since");
        }
        let etag = site.get("/feed.atom").await.header("etag").expect("an ETag");
        site.publish("---\ntitle: News\n---\n\nText.\n").await;
        assert_eq!(Answer::of(site.browser().request("GET", "/feed.atom").header("if-none-match", etag)).await.status, 200);
    }
}

site_test! {
    async fn a_threads_feed_has_what_everybody_sees(site: Site) {
        let slug = site.article().await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let held = mira.comment(&slug, "Held.").await;
        let root = pell.comment(&slug, "A *root*.").await;
        pell.reply(&slug, "A reply.", &root.to_string()).await;
        let feed = async |site: &Site| site.get(&format!("/articles/{slug}/comments.atom")).await.body.parse::<atom_syndication::Feed>().expect("Atom");
        let entries = feed(&site).await.entries;
        assert_eq!(entries.len(), 2);
        assert!(entries.iter().all(|e| e.links[0].href.contains("#comment-")));
        assert!(entries[1].content.as_ref().and_then(|c| c.value.as_ref()).is_some_and(|c| c.contains("<em>root</em>")));
        pell.approve(&slug, held).await;
        assert_eq!(feed(&site).await.entries.len(), 3);
        pell.reject(&slug, held, "spam", "").await;
        assert_eq!(feed(&site).await.entries.len(), 2);
        assert_eq!(mira.get(&format!("/articles/{slug}/comments.atom")).await.body.matches("<entry>").count(), 2, "the same for the author of the rejected comment");
        assert!(site.get(&format!("/articles/{slug}")).await.has(&format!("link[rel=alternate][href='/articles/{slug}/comments.atom']")));
    }
}
