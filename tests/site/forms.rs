//! Malformed and hostile requests: each gets the documented status, and nothing is stored.

use crate::site_test;

site_test! {
    async fn what_cannot_be_decoded_is_a_400(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        let path = format!("/articles/{slug}/comments");
        for body in ["body=a&body=b", "body=a&admin=1", "body=a&colour=red", "body=%ff%fe", "body=a&parent=&parent="] {
            let answer = reader.post_raw(&path, body).await;
            assert_eq!(answer.status, 400, "{body}");
            assert_eq!(answer.all("h1").len(), 1, "a real page");
        }
        assert_eq!(reader.post_raw(&path, vec![b'b', b'o', b'd', b'y', b'=', 0xff]).await.status, 400);
        let kept = reader.post_raw(&path, "body=My+words&colour=red").await;
        assert!(kept.one("textarea.kept").contains("My words"), "readable text is given back");
        assert!(!reader.get(&format!("/articles/{slug}")).await.has(".comment"));
    }
}

site_test! {
    async fn what_is_no_form_is_a_415_and_what_is_too_large_a_413(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        let path = format!("/articles/{slug}/comments");
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
            let request = reader.request("POST", &path).header("sec-fetch-site", "same-origin").header("content-type", kind).body("body=a");
            assert_eq!(crate::Answer::of(request).await.status, 415, "{kind}");
        }
        // A multipart form with text fields is read like any other one.
        let multipart = |body: String| {
            let kind = "multipart/form-data; boundary=x";
            crate::Answer::of(reader.request("POST", &path).header("sec-fetch-site", "same-origin").header("content-type", kind).body(body))
        };
        let part = |name: &str, value: &str| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        let posted = multipart(format!("{}{}--x--\r\n", part("body", "In parts: ä & b"), part("parent", ""))).await;
        assert_eq!(posted.status, 303, "{}", posted.body);
        let shown = reader.follow(&posted.location().expect("a place")).await;
        assert!(shown.one(".comment .text").contains("In parts: ä & b"));
        assert_eq!(multipart(part("body", "cut off")).await.status, 400);
        assert_eq!(multipart(format!("{}{}--x--\r\n", part("body", "a"), part("body", "b"))).await.status, 400);
        assert_eq!(multipart(format!("{}--x--\r\n", part("body", &"x".repeat(300 * 1024)))).await.status, 413);
        let names: String = (0..400).map(|n| part(&format!("{n}{}", "n".repeat(1000)), "")).collect();
        assert_eq!(multipart(format!("{names}--x--\r\n")).await.status, 413, "names count as well");
        assert_eq!(multipart(format!("{}--x--\r\n", part("body\"; filename=\"a.txt", "a file"))).await.status, 400);
        let large = reader.post_raw(&path, format!("body={}", "x".repeat(1024 * 1024))).await;
        assert_eq!(large.status, 413);
        let fits = reader.post_raw(&path, format!("body={}", "x".repeat(200 * 1024))).await;
        assert_eq!(fits.status, 422, "too long for a comment, not for a form");
        assert_eq!(fits.field("body").map(|b| b.len()), Some(200 * 1024));
    }
}

site_test! {
    async fn text_that_nobody_could_mean_is_a_422_with_the_text_kept(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        let path = format!("/articles/{slug}/comments");
        let zalgo = format!("e{}", "\u{301}".repeat(500));
        let long = "x".repeat(10_001);
        for body in ["", "   \n ", "\u{200b}\u{2060}", "a\u{0}b", "a\u{7}b", &zalgo, &long] {
            let answer = reader.post(&path, &[("body", body), ("parent", ""), ("key", "")]).await;
            assert_eq!(answer.status, 422, "{:?}", body.chars().take(20).collect::<String>());
            assert!(answer.has("#body[aria-invalid]"));
            if !body.contains('\0') && body.len() > 5 {
                assert_eq!(answer.field("body").map(|b| b.len()), Some(body.len()));
            }
        }
        site.hold_first(false).await;
        let id = reader.comment(&slug, "turn\u{202e}ed \u{2066}x\u{2069} e\u{301}").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.one(&format!("#comment-{id} .text")), "turned x é", "NFC, without direction tricks");
        let most = reader.post(&path, &[("body", &"y".repeat(10_000)), ("parent", ""), ("key", "")]).await;
        assert_eq!(most.status, 303);
    }
}

site_test! {
    async fn hostile_markdown_stays_harmless_and_fast(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let staff = site.moderator("pell").await;
        let nested = ">".repeat(5000);
        let brackets = "[".repeat(9000);
        for body in [
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1)) [y](data:text/html,x) <javascript:alert(1)>",
            "[x](//example.org/\"onmouseover=alert(1))",
            "<svg/onload=alert(1)> <a href=\"javascript:x\">y</a>",
            nested.as_str(),
            brackets.as_str(),
            "# Heading\n\n<h2 id=\"comments\">x</h2>",
        ] {
            let answer = staff.post(&format!("/articles/{slug}/comments"), &[("body", body), ("parent", ""), ("key", "")]).await;
            assert!([303, 422].contains(&answer.status), "{}", answer.status);
        }
        let page = site.get(&format!("/articles/{slug}")).await;
        assert!(!page.has(".comment img, .comment svg, .comment script, .comment [onerror], .comment [onload], .comment h1, .comment h2"));
        for href in links(&page) {
            assert!(href.starts_with("https://") || href.starts_with("http://") || href.starts_with("mailto:"), "{href}");
        }
        assert_eq!(page.all("#comments").len(), 1);
    }
}

fn links(page: &crate::Answer) -> Vec<String> {
    let selector = scraper::Selector::parse(".comment .text a[href]").expect("css");
    scraper::Html::parse_document(&page.body)
        .select(&selector)
        .filter_map(|e| e.value().attr("href").map(str::to_owned))
        .collect()
}

site_test! {
    async fn missing_fields_are_refused_values(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        assert_eq!(reader.post(&format!("/articles/{slug}/comments"), &[]).await.status, 422);
        assert_eq!(site.browser().post("/login", &[]).await.status, 422);
        assert_eq!(site.browser().post("/join", &[]).await.status, 422);
        assert_eq!(reader.post("/account/sessions", &[]).await.status, 422);
        let id = reader.comment(&slug, "To be deleted.").await;
        let bare = reader.request("POST", &format!("/comments/{id}/delete")).header("sec-fetch-site", "same-origin");
        assert_eq!(crate::Answer::of(bare).await.status, 303, "a form without fields needs no type");
        assert_eq!(reader.post_raw("/articles/nowhere/comments", "colour=red").await.status, 404, "404 takes precedence over an invalid form");
        assert_eq!(reader.post("/account/password", &[]).await.status, 422);
        assert_eq!(reader.post(&format!("/articles/{slug}/comments"), &[("body", "x"), ("action", "explode")]).await.status, 400);
    }
}

site_test! {
    async fn forms_with_errors_are_json_for_clients_that_ask_for_it(site: Site) {
        let slug = site.article().await;
        let (anybody, reader, chief) = (site.browser(), site.reader("mira").await, site.admin("chief").await);
        let send = |who: &crate::Browser, method: &str, path: &str, accept: &str, body: &'static str| {
            let request = who.request(method, path).header("sec-fetch-site", "same-origin").header("accept", accept);
            crate::Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(body))
        };
        let json = "application/json";
        let comments = format!("/articles/{slug}/comments");
        let parsed = |answer: &crate::Answer| -> serde_json::Value { serde_json::from_str(&answer.body).expect("JSON") };
        for (who, path, body, status, field) in [
            (&reader, comments.as_str(), "body=", 422, "body"),
            (&chief, "/admin/settings", "time_zone=Nowhere/City", 422, "time_zone"),
            (&chief, "/admin/staff", "username=nobody&role=moderator", 422, "username"),
            (&anybody, "/login", "login=mira&password=wrong", 422, ""),
            (&anybody, comments.as_str(), "body=Words", 403, ""),
        ] {
            let answer = send(who, "POST", path, json, body).await;
            assert_eq!((answer.status, answer.header("content-type").as_deref()), (status, Some(json)), "{path} {}", answer.body);
            let error = parsed(&answer);
            assert_eq!(error["status"], status, "{path}");
            assert!(!error["message"].as_str().expect("a message").is_empty(), "{path}");
            let fields = error["fields"].as_array().expect("fields");
            assert!(field.is_empty() || fields.iter().any(|f| f["name"] == field && f["message"] != ""), "{path} {fields:?}");
        }
        let admin = send(&anybody, "GET", "/admin", json, "").await;
        assert_eq!(admin.status, 403);
        assert_eq!(parsed(&admin)["message"], "You are not logged in. Log in and send it again.");
        let is_json = async |accept| send(&reader, "POST", &comments, accept, "body=").await.header("content-type").as_deref() == Some(json);
        assert!(is_json("APPLICATION/JSON; charset=utf-8").await);
        assert!(is_json("application/json;q=0.5, */*").await);
        for page in ["application/json;q=0, */*", "application/json; q=0.000", "text/html, application/json", "application/jsonp", ""] {
            assert!(!is_json(page).await, "{page:?}");
        }
    }
}
