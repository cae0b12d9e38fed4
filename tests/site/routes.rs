//! Checks of all routes: CSRF, roles, methods, headers, hosts.

use crate::{Answer, Site, site_test};
use masthead::routes::ROUTES;

fn filled(path: &str, slug: &str, id: i64) -> String {
    path.replace("{slug}", slug)
        .replace("{id}", &id.to_string())
        .replace("{username}", "mira")
        .replace("{token}", "0000")
        .replace("{file}", "nothing.css")
}

site_test! {
    async fn every_unsafe_route_refuses_what_another_site_sends(site: Site) {
        let slug = site.article().await;
        let admin = site.admin("chief").await;
        let id = admin.comment(&slug, "Here.").await;
        let origin = site.origin();
        for route in ROUTES.iter().filter(|r| r.method == "POST") {
            let path = filled(route.path, &slug, id);
            let forged: [&[(&str, &str)]; 6] = [
                &[("sec-fetch-site", "cross-site")],
                &[("sec-fetch-site", "same-site")],
                &[("sec-fetch-site", "cross-site"), ("origin", &origin)],
                &[("origin", "https://example.org")],
                &[("origin", "null")],
                &[],
            ];
            for headers in forged {
                let mut request = admin.request("POST", &path).form(&[("body", "x")]);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let answer = Answer::of(request).await;
                assert_eq!(answer.status, 403, "{path} {headers:?}");
                assert_eq!(answer.one("h1"), "Cross-site request blocked");
            }
        }
        assert_eq!(admin.get("/admin").await.status, 200, "and nobody was logged out");
        for (name, value) in [("sec-fetch-site", "none"), ("origin", origin.as_str())] {
            let request = admin.request("POST", &format!("/articles/{slug}/comments")).header(name, value).form(&[("body", "Fine"), ("action", "preview")]);
            assert_eq!(Answer::of(request).await.status, 200, "{name}: {value}");
        }
        let first_visit = site.browser().request("POST", "/login").form(&[("login", "x")]);
        assert_eq!(Answer::of(first_visit).await.status, 422, "without a session there is nothing to forge");
    }
}

site_test! {
    async fn every_route_keeps_out_who_has_no_role(site: Site) {
        let slug = site.article().await;
        let staff = site.moderator("pell").await;
        let id = staff.comment(&slug, "Here.").await;
        let reader = site.reader("mira").await;
        let nobody = site.browser();
        for route in ROUTES {
            let path = filled(route.path, &slug, id);
            let ask = |browser: crate::Browser| {
                let path = path.clone();
                async move { if route.method == "GET" { browser.get(&path).await } else { browser.post(&path, &[("nonsense", "1")]).await } }
            };
            if route.path == "/logout" {
                // It would end the session that the next requests need.
                continue;
            }
            let (without, with) = (ask(nobody.clone()).await, ask(reader.clone()).await);
            assert!(without.status < 500 && with.status < 500, "{path}");
            match route.role {
                "all" | "ops" => {}
                "reader" => {
                    assert_eq!(without.status, 303, "{} {path}", route.method);
                    assert!(without.location().is_some_and(|l| l.starts_with("/login")), "{path}");
                }
                _ => {
                    assert_eq!(without.status, 303, "{} {path}", route.method);
                    assert_eq!(with.status, 403, "{} {path}", route.method);
                }
            }
        }
    }
}

site_test! {
    async fn known_addresses_name_their_methods_and_answer_head(site: Site) {
        let slug = site.article().await;
        for route in ROUTES {
            let path = filled(route.path, &slug, 1);
            let answer = Answer::of(site.browser().request("DELETE", &path).header("sec-fetch-site", "same-origin")).await;
            assert_eq!(answer.status, 405, "{path}");
            assert!(answer.header("allow").is_some_and(|a| a.contains(route.method)), "{path}");
            if route.method == "GET" {
                let (get, head) = (site.get(&path).await, Answer::of(site.browser().request("HEAD", &path)).await);
                assert_eq!((get.status, get.header("content-type")), (head.status, head.header("content-type")), "{path}");
                assert!(head.body.is_empty(), "{path}");
            }
        }
        assert_eq!(site.get("/no/such/place").await.status, 404);
        let reader = site.reader("mira").await;
        assert_eq!(reader.get("/comments/abc/edit").await.status, 404);
        assert_eq!(reader.get("/comments/99999999999999999999/edit").await.status, 404);
        assert_eq!(site.get("/moderation-log").await.status, 404, "not implemented yet");
    }
}

site_test! {
    async fn every_answer_carries_the_headers_also_when_it_is_an_error(site: Site) {
        let slug = site.article().await;
        let posted = site.browser().post("/login", &[("nonsense", "1")]).await;
        let answers = [site.get("/").await, site.get(&format!("/articles/{slug}")).await, site.get("/nowhere").await, site.get("/account").await, posted, site.get("/healthz").await];
        let mut ids = std::collections::HashSet::new();
        for answer in &answers {
            let csp = answer.header("content-security-policy").expect("a policy");
            assert!(csp.starts_with("default-src 'none'; script-src 'self'; style-src 'self'") && !csp.contains("unsafe"), "{csp}");
            assert_eq!(answer.header("x-content-type-options").as_deref(), Some("nosniff"));
            assert_eq!(answer.header("x-frame-options").as_deref(), Some("DENY"));
            assert!(answer.header("referrer-policy").is_some());
            assert!(ids.insert(answer.header("x-request-id").expect("an id")), "each its own");
            if answer.status >= 400 {
                assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"), "{}", answer.status);
                assert!(answer.has("a.way[href='/'], form"), "a link to the front page, or a form");
            }
        }
    }
}

site_test! {
    async fn only_our_own_names_are_answered(site: Site) {
        let port = site.address.port();
        let host = |name: &str, path: &str, method: &str| {
            crate::harness::provide_tls();
            let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
            let request = client.request(method.parse().expect("a method"), format!("http://{}{path}", site.address)).header("host", name);
            Answer::of(request)
        };
        assert_eq!(host("example.org", "/", "GET").await.status, 421);
        assert_eq!(host(&format!("127.0.0.1:{}", port.wrapping_add(1)), "/", "GET").await.status, 421);
        assert_eq!(host("example.org", "/healthz", "GET").await.status, 200);
        assert_eq!(host("example.org", "/readyz", "GET").await.status, 200);
        for name in ["localhost", "[::1]"] {
            let away = host(&format!("{name}:{port}"), "/about?x=1", "GET").await;
            assert_eq!(away.status, 308, "{name}");
            assert_eq!(away.location(), Some(format!("http://127.0.0.1:{port}/about?x=1")));
            assert_ne!(host(&format!("{name}:{port}"), "/login", "POST").await.status, 421);
        }
    }
}

site_test! {
    async fn static_files_are_compressed_and_never_change(site: Site) {
        let page = site.get("/").await;
        for (css, attribute) in [("link[rel=stylesheet]", "href"), ("script[src]", "src"), ("link[rel=preload]", "href"), ("link[rel=icon]", "href")] {
            let path = page.attr(css, attribute).expect("a file");
            let client = site.browser();
            let answer = client.request("GET", &path).header("accept-encoding", "br, gzip").send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
            if css != "link[rel=preload]" {
                assert_eq!(answer.headers()["content-encoding"], "br", "{path}");
            }
        }
        assert_eq!(site.get("/static/site.css").await.status, 404);
        assert_eq!(site.get("/favicon.ico").await.status, 200);
    }
}

#[test]
fn forwarding_headers_are_believed_from_trusted_proxies_alone() {
    crate::harness::on_sqlite(module_path!(), |site| async move {
        site.reader("mira").await;
        let place = site.place.clone();
        let trusting = Site::start(&place, |given| {
            given.trusted_proxies = Some("127.0.0.0/8".into())
        });
        for (node, expected) in [(&site, 429), (&trusting, 422)] {
            for n in 0..11 {
                // Eleven wrong guesses from eleven forwarded addresses.
                let browser = node.browser();
                let request = browser
                    .request("POST", "/login")
                    .header("sec-fetch-site", "same-origin")
                    .header("x-forwarded-for", format!("203.0.113.{n}"));
                let answer = Answer::of(request.form(&[
                    ("login", "mira"),
                    ("password", "wrong wrong"),
                    ("next", "/"),
                ]))
                .await;
                if n == 10 {
                    assert_eq!(answer.status, expected);
                }
            }
        }
    });
}
