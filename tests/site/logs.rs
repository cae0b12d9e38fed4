//! Logs: a blocked log does not block requests, and security events are logged for tools such as fail2ban.

use crate::harness::{Program, on_sqlite};
use crate::{PASSWORD, site_test};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;

/// Sends malformed requests.
fn nonsense(program: &Program, times: usize) {
    for n in 0..times {
        if let Ok(mut stream) = TcpStream::connect(program.address) {
            let line = match n % 3 {
                0 => format!("GET / HTTP/1.1\r\nhost: {n}.example.org\r\n\r\n"),
                1 => format!("GET {} HTTP/1.1\r\nhost: {}\r\n\r\n", "*", program.address),
                _ => "\u{1}\u{2}nonsense\r\n\r\n".to_owned(),
            };
            let _ = stream.write_all(line.as_bytes());
        }
    }
}

#[test]
fn a_log_that_is_closed_or_full_stops_nothing() {
    on_sqlite(module_path!(), |site| async move {
        site.reader("mira").await;
        let slug = site.article().await;
        for closes in [true, false] {
            let mut program = Program::start_with(
                &site.place,
                &[("RUST_LOG", "debug"), ("MASTHEAD_ACCESS_LOG", "json")],
                |command| {
                    command.stderr(Stdio::piped()).stdout(Stdio::piped());
                },
            );
            // Kept and never read, or gone.
            let kept = (program.stderr(), program.stdout());
            let kept = if closes { None } else { Some(kept) };
            nonsense(&program, 700);
            for n in 0..400 {
                let path = format!("/nothing/{n}/{}", "x".repeat(400));
                assert_eq!(program.browser().get(&path).await.status, 404);
            }
            let mira = program.log_in("mira").await;
            mira.comment(&slug, "The writer goes on.").await;
            assert_eq!(program.browser().get("/").await.status, 200);
            assert!(program.stop(), "it ends within ten seconds");
            drop(kept);
        }
    });
}

#[test]
fn the_log_names_who_attacks_and_tells_no_secret() {
    on_sqlite(module_path!(), |site| async move {
        site.reader("mira").await;
        let program = Program::start(&site.place, &[("MASTHEAD_TRUSTED_PROXIES", "127.0.0.1")]);
        let from = |network: &'static str, request: reqwest::RequestBuilder| {
            request.header("x-forwarded-for", network).send()
        };
        let browser = program.browser();
        let guess = [
            ("login", "mira"),
            ("password", "my secret guess"),
            ("next", "/"),
        ];
        from(
            "192.0.2.7",
            browser
                .request("POST", "/login")
                .header("sec-fetch-site", "same-origin")
                .form(&guess),
        )
        .await
        .expect("an answer");
        from(
            "192.0.2.8",
            browser
                .request("POST", "/login")
                .header("sec-fetch-site", "cross-site")
                .form(&guess),
        )
        .await
        .expect("an answer");
        let mira = program.log_in("mira").await;
        from("192.0.2.9", mira.request("GET", "/admin/settings"))
            .await
            .expect("an answer");
        for _ in 0..30 {
            from(
                "192.0.2.10",
                browser
                    .request("POST", "/login")
                    .header("sec-fetch-site", "same-origin")
                    .form(&guess),
            )
            .await
            .expect("an answer");
        }
        for n in 0..200 {
            let _ = browser
                .request("GET", "/")
                .header("host", format!("{n}.example.org"))
                .send()
                .await;
        }
        let log = program.kill();
        for (event, network) in [
            ("login failed", "192.0.2.7"),
            ("cross-site request refused", "192.0.2.8"),
            ("staff page refused", "192.0.2.9"),
            ("throttled", "192.0.2.10"),
        ] {
            assert!(
                log.lines()
                    .any(|line| line.contains(event) && line.contains(network)),
                "{event} {network} in {log}"
            );
        }
        assert!(!log.contains("my secret guess"));
        assert!(
            log.lines()
                .filter(|line| line.contains("unknown host"))
                .count()
                <= 30,
            "{log}"
        );
    });
}

#[test]
fn every_request_leaves_a_line_hits_too() {
    on_sqlite(module_path!(), |site| async move {
        let slug = site.article().await;
        for format in ["common", "json"] {
            let mut program =
                Program::start_with(&site.place, &[("MASTHEAD_ACCESS_LOG", format)], |command| {
                    command.stdout(Stdio::piped());
                });
            let stdout = program.stdout().expect("a pipe");
            for _ in 0..3 {
                assert_eq!(
                    program
                        .browser()
                        .get(&format!("/articles/{slug}?a=\"b"))
                        .await
                        .status,
                    200
                );
            }
            assert_eq!(program.browser().get("/nothing").await.status, 404);
            assert!(program.stop());
            let lines: Vec<String> = BufReader::new(stdout)
                .lines()
                .map_while(Result::ok)
                .collect();
            let hits: Vec<&String> = lines
                .iter()
                .filter(|line| line.contains(&format!("/articles/{slug}")))
                .collect();
            assert_eq!(hits.len(), 3, "{lines:?}");
            let missing = lines
                .iter()
                .find(|line| line.contains("/nothing"))
                .expect("a line");
            if format == "json" {
                let line: serde_json::Value = serde_json::from_str(missing).expect("JSON");
                assert_eq!(
                    (&line["status"], &line["method"], &line["from"]),
                    (&404.into(), &"GET".into(), &"127.0.0.1".into())
                );
                assert!(line["bytes"].as_u64().is_some_and(|bytes| bytes > 500));
            } else {
                assert!(
                    missing.starts_with("127.0.0.1 - - [")
                        && missing.contains("\"GET /nothing HTTP/1.1\" 404 "),
                    "{missing}"
                );
                assert_eq!(hits[0].matches('"').count(), 2, "{}", hits[0]);
            }
        }
    });
}

site_test! {
    async fn an_account_is_guessed_at_slowly_from_however_many_networks(site: Site) {
        site.reader("mira").await;
        let proxied = crate::Site::start(&site.place, |given| {
            given.trusted_proxies = Some("127.0.0.1".into());
            given.base_url = Some(site.origin());
        });
        let browser = crate::Browser::new(proxied.address, site.origin());
        let try_from = |network: String, password: &'static str| {
            let form = [("login", "mira"), ("password", password), ("next", "/")];
            let request = browser.request("POST", "/login").header("sec-fetch-site", "same-origin").header("x-forwarded-for", network);
            request.form(&form).send()
        };
        let known = crate::Browser::new(proxied.address, site.origin());
        let right = [("login", "mira"), ("password", PASSWORD), ("next", "/")];
        assert_eq!(known.post("/login", &right).await.status, 303);
        for n in 0..100 {
            let answer = try_from(format!("198.51.100.{n}"), "not this one").await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 422, "{n}");
        }
        let answer = try_from("203.0.113.5".into(), PASSWORD).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 429);
        assert_eq!(known.post("/login", &right).await.status, 303, "strangers keep nobody out of a browser that they have used");
        for email in ["mira@example.org", "nobody@example.org"] {
            let wrong = [("login", email), ("password", "not this one"), ("next", "/")];
            assert_eq!(browser.post("/login", &wrong).await.status, 422, "no telling whose address it is: {email}");
        }
    }
}
