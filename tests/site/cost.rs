//! Cost of one request: CPU time is bounded by limits on structure as well as length, and spent only after the rate
//! limit.

use crate::harness::session_cookie;
use crate::{Answer, Browser, PASSWORD, Site, site_test};
use masthead::accounts::password::{PasswordCandidate, PasswordPolicy};
use masthead::comments::CommentBody;
use masthead::interface::Interface;
use masthead::text::structure;

use std::sync::atomic::Ordering;

async fn join(browser: &Browser, name: &str, password: &str) -> Answer {
    let email = format!("{name}@example.org");
    let form = [
        ("username", name),
        ("email", &email),
        ("password", password),
    ];
    browser.post("/join", &form).await
}

async fn preview(browser: &Browser, slug: &str, body: &str) -> Answer {
    let form = [("body", body), ("action", "preview")];
    browser
        .post(&format!("/articles/{slug}/comments"), &form)
        .await
}

site_test! {
    async fn who_joins_too_often_is_refused_before_anything_is_judged(site: Site) {
        for _ in 0..100 {
            assert_eq!(join(&site.browser(), "x", "short").await.status, 422);
        }
        // All slots for password work are taken: a request that gets that far has to wait.
        let held = [site.state.hashing.acquire().await.expect("a turn"), site.state.hashing.acquire().await.expect("a turn")];
        let hostile = "4@8({[<369|!1/0$5+7%2".repeat(13);
        let browser = site.browser();
        let refused = tokio::time::timeout(std::time::Duration::from_secs(10), join(&browser, "mira", &hostile[..256]));
        let refused = refused.await.expect("it is rejected without waiting for a slot");
        drop(held);
        assert_eq!(refused.status, 429);
        assert!(refused.header("retry-after").is_some());
        assert_eq!(refused.field("username").as_deref(), Some("mira"), "submitted values are shown again");
    }
}

site_test! {
    async fn taken_names_are_not_told_without_end(site: Site) {
        site.reader("mira").await;
        let mut told = 0;
        for _ in 0..130 {
            match join(&site.browser(), "mira", PASSWORD).await.status {
                422 => told += 1,
                other => {
                    assert_eq!(other, 429);
                    break;
                }
            }
        }
        assert_eq!(told, 100);
    }
}

#[test]
fn a_password_of_many_signs_is_judged_like_others() {
    let t = Interface::English;
    let judge = |given: &str| {
        PasswordCandidate::parse(t, given, PasswordPolicy::READER)
            .and_then(|c| c.check_strength_now(t, &["masthead"]))
    };
    assert!(judge(&"4@8({[<369|!1/0$5+7%2".repeat(13)[..256]).is_ok());
    assert!(
        judge("p@$$w0rd1|").is_err(),
        "l33t substitutions do not hide a common word"
    );
    assert!(judge(&"4@".repeat(100)).is_err());
    assert!(judge(&"x".repeat(257)).is_err());
    assert!(
        judge(&"\u{1F600}".repeat(300_000)).is_err(),
        "a megabyte is rejected before it is normalised"
    );
}

/// How deep elements with this tag are nested.
fn depth(html: &str, tag: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for part in html.split('<') {
        if part.starts_with(&format!("{tag}>")) {
            open += 1;
        } else if part.starts_with(&format!("/{tag}>")) {
            open -= 1;
        }
        deepest = deepest.max(open);
    }
    deepest
}

#[test]
fn nesting_in_comments_is_flattened_and_no_word_is_lost() {
    let t = Interface::English;
    let body = |text: &str| {
        CommentBody::parse(t, text)
            .unwrap_or_else(|why| panic!("{why}"))
            .html
    };
    let quotes: String = (1..100)
        .map(|n| format!("{} word{n}\n", ">".repeat(n)))
        .collect();
    let html = body(&quotes);
    assert_eq!(depth(&html.to_string(), "blockquote"), 8);
    let words = html.text();
    for n in 1..100 {
        assert!(words.contains(&format!("word{n}")), "{n}");
    }
    let list: String = (0..40)
        .map(|n| format!("{}- item{n}\n", "  ".repeat(n)))
        .collect();
    let html = body(&list);
    assert!(depth(&html.to_string(), "ul") <= 8, "{html}");
    let lines: Vec<String> = html.text().split_whitespace().map(str::to_owned).collect();
    for n in 0..40 {
        assert!(
            lines.contains(&format!("item{n}")),
            "{n} stands by itself in {lines:?}"
        );
    }
    let html = body(&format!("{}deep{}", "*a ".repeat(500), " b*".repeat(500)));
    assert!(depth(&html.to_string(), "em") <= 8);
    let html = body(&format!("{}end", ">".repeat(9_997)));
    assert!(html.len() < 1000, "{}", html.len());
    assert!(html.text().contains("end"));
}

site_test! {
    async fn a_text_of_marks_is_refused_with_its_text(site: Site) {
        let slug = site.article().await;
        let mira = site.reader("mira").await;
        let marks = "&".repeat(10_000);
        let refused = mira.post(&format!("/articles/{slug}/comments"), &[("body", marks.as_str()), ("action", "post")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.one(".error").contains("formatting"));
        assert_eq!(refused.field("body").map(|b| b.trim().len()), Some(10_000));
        // An edit with the same text is rejected in the same way.
        let id = mira.comment(&slug, "A plain word.").await;
        let form = mira.get(&format!("/comments/{id}/edit")).await;
        let revision = form.field("revision").expect("a revision");
        let edited = mira.post(&format!("/comments/{id}/edit"), &[("body", &marks), ("revision", &revision)]).await;
        assert_eq!(edited.status, 422);
        assert_eq!(edited.field("body").map(|b| b.trim().len()), Some(10_000));
    }
}

site_test! {
    async fn previews_have_a_limit_that_keeps_the_text(site: Site) {
        let slug = site.article().await;
        let mira = site.reader("mira").await;
        for n in 0..60 {
            assert_eq!(preview(&mira, &slug, "> quoted").await.status, 200, "{n}");
        }
        let refused = preview(&mira, &slug, "> my text").await;
        assert_eq!(refused.status, 429);
        assert!(refused.header("retry-after").is_some());
        assert_eq!(refused.field("body").map(|b| b.trim().to_owned()).as_deref(), Some("> my text"));
        assert_eq!(site.reader("ben").await.get("/account").await.status, 200);
        mira.comment(&slug, "Posting goes on.").await;
    }
}

#[test]
fn articles_are_flattened_and_bounded_too() {
    let read = |body: &str| {
        masthead::import::parse_text(
            &format!("---\ntitle: A\n---\n\n{body}\n"),
            true,
            &masthead::import::ReadOptions::default(),
        )
    };
    let ready =
        read(&format!("{}deep", ">".repeat(1000))).unwrap_or_else(|r| panic!("{}", r.reason));
    assert_eq!(depth(&ready.draft.body.to_string(), "blockquote"), 32);
    assert!(ready.draft.body.text().contains("deep"));
    // Thousands of headings with the same text: each gets its own id.
    let ready = read(&"## Same\n\n".repeat(5000)).unwrap_or_else(|r| panic!("{}", r.reason));
    let ids: std::collections::HashSet<String> = ready
        .draft
        .body
        .headings()
        .into_iter()
        .map(|h| h.1)
        .collect();
    assert_eq!(ids.len(), 5000);
    // A very long line is not highlighted: it stays as it was typed.
    let line = "a".repeat(200_000);
    let ready = read(&format!("```sh\n{line}\n```")).unwrap_or_else(|r| panic!("{}", r.reason));
    assert!(ready.draft.body.to_string().contains(&line));
    assert!(!ready.draft.body.to_string().contains("<span"));
    let ready = read("```sh\necho \"hello\"\n```").unwrap_or_else(|r| panic!("{}", r.reason));
    assert!(ready.draft.body.to_string().contains("<span"));
    for dense in [
        "> ".repeat(900_000),
        "# a\n".repeat(400_000),
        "a\n=\n".repeat(400_000),
        "|a".repeat(300_000),
        "&".repeat(60_000),
    ] {
        let Err(refused) = read(&dense) else {
            panic!("{} was accepted", &dense[..8]);
        };
        assert!(refused.reason.contains("markup"), "{}", refused.reason);
        assert_eq!(refused.line, 4);
    }
    // Quotation marks do not count as markup, and are not changed.
    let ready =
        read("Say \"hello\" to [\"x\"](https://example.org \"a \\\"b\\\" c\") and `\"y\"`.")
            .unwrap_or_else(|r| panic!("{}", r.reason));
    assert_eq!(
        ready.draft.body.text().trim(),
        "Say \"hello\" to \"x\" and \"y\"."
    );
    // An article that is all code, with highlighting.
    let code = format!(
        "```rust\n{}```",
        "fn main() { println!(\"{}\", 1 + 2); }\n".repeat(300)
    );
    assert!(read(&code).is_ok_and(|ready| ready.draft.body.to_string().contains("<span")));
    assert!(!structure::has_too_many_marks(
        &"A sentence of a book, with a comma and a full stop.\n\n".repeat(30_000)
    ));
}

fn hits(site: &Site) -> u64 {
    site.state.cache.counts.hits.load(Ordering::Relaxed)
}

site_test! {
    async fn however_an_address_is_escaped_it_is_answered_out_of_memory(site: Site) {
        let slug = site.article().await;
        site.get(&format!("/articles/{slug}")).await;
        site.get(&format!("/articles/{slug}/card.png")).await;
        let before = hits(&site);
        let spellings = [
            format!("/articles/{slug}?%41"),
            format!("/articles/{slug}?%41=1&b=+"),
            format!("/articles/{slug}?x=%zz"),
            "/articles/%61-bridge".to_owned(),
            format!("/%61rticles/{slug}"),
            format!("/articles/{slug}?sort=%6eewest"),
            format!("/articles/{slug}/card.png?%41"),
            format!("/articles/{slug}/card%2Epng"),
        ];
        for spelling in &spellings {
            let answer = site.get(spelling).await;
            assert_eq!(answer.status, 200, "{spelling}");
            assert!(answer.header("etag").is_some(), "{spelling}");
        }
        assert_eq!(hits(&site) - before, spellings.len() as u64);
        // The handler sees the normalised query that is the page's cache key.
        let sorted = site.get(&format!("/articles/{slug}?s%6Frt=oldest")).await;
        let again = site.get(&format!("/articles/{slug}?sort=oldest")).await;
        assert_eq!((sorted.header("etag"), hits(&site) - before), (again.header("etag"), spellings.len() as u64 + 1));
    }
}

site_test! {
    async fn one_reader_cannot_change_what_others_are_shown(site: Site) {
        let slug = site.article().await;
        let pell = site.moderator("pell").await;
        for n in 0..3 {
            pell.comment(&slug, &format!("Number {n}.")).await;
        }
        let order = |answer: &Answer| answer.all(".comment .text, .comment .body, .comment p").join(" ");
        let (mira, ben) = (site.reader("mira").await, site.reader("ben").await);
        let oldest = format!("/articles/{slug}?sort=oldest");
        for hostile in ["?sort=oldest&sort=newest", "?sort&sort=oldest", "?s%6frt=oldest&sort=newest&x=1"] {
            mira.get(&format!("/articles/{slug}{hostile}")).await;
        }
        let shown = order(&ben.get(&oldest).await);
        let anybody = order(&site.get(&oldest).await);
        assert_eq!(shown, anybody);
        assert!(shown.find("Number 0.") < shown.find("Number 2."), "{shown}");
    }
}

#[test]
fn a_network_is_told_apart_after_many_others_were_noisy() {
    use masthead::web::notices::{Event, Notices};
    use std::time::{Duration, Instant};
    let (notices, start) = (Notices::default(), Instant::now());
    for n in 0..300 {
        for _ in 0..2 {
            notices.should_log(Event::LoginFailed, &format!("2001:db8:{n:x}::/64"), start);
        }
    }
    let later = start + Duration::from_secs(11);
    assert_eq!(
        notices.should_log(Event::LoginFailed, "192.0.2.1", later),
        Some(0)
    );
    assert_eq!(
        notices.should_log(Event::LoginFailed, "192.0.2.1", later),
        None
    );
    assert_eq!(
        notices.should_log(Event::LoginFailed, "192.0.2.2", later),
        Some(0),
        "each network has its own log line"
    );
    assert_eq!(
        notices.should_log(
            Event::LoginFailed,
            "192.0.2.1",
            later + Duration::from_secs(1)
        ),
        Some(1)
    );
}

site_test! {
    async fn an_invalid_session_cookie_gets_the_cached_page_and_is_removed(site: Site) {
        let slug = site.article().await;
        let path = format!("/articles/{slug}");
        let plain = site.get(&path).await;
        let bring = |cookie: &str| Answer::of(site.browser().request("GET", &path).header("cookie", cookie));
        let before = hits(&site);
        let mine = site.cookie_for("mira").await;
        let value = mine.trim_start_matches("masthead=");
        let bogus = ["masthead=x".to_owned(), "masthead=".to_owned(), format!("masthead={}x", value), format!("{mine}; {mine}"), format!("a=b; masthead=%ff; {mine}")];
        for cookie in &bogus {
            let answer = bring(cookie).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, plain.body.as_str()), "{cookie}");
            let taken_back = answer.header("set-cookie").expect(cookie);
            assert!(taken_back.starts_with("masthead=;") && taken_back.contains("Max-Age=0"), "{taken_back}");
            assert_eq!(answer.header("cache-control").as_deref(), Some("private, no-store"));
        }
        assert_eq!(hits(&site) - before, bogus.len() as u64, "all of them got the cached page");
        // A cookie name that only matches after decoding is not the session cookie.
        for other in [format!("m%61sthead={value}"), format!("masthead ={value}"), format!("Masthead={value}")] {
            let answer = bring(&other).await;
            assert_eq!(answer.body, plain.body, "{other}");
            assert!(answer.header("set-cookie").is_none(), "{other}");
        }
        assert!(bring(&mine).await.body.contains("mira"), "the cookie itself works");
        // A session that has ended.
        let out = Answer::of(site.browser().request("POST", "/logout").header("cookie", &mine).header("sec-fetch-site", "same-origin")).await;
        assert_eq!(out.status, 303);
        assert!(out.header("clear-site-data").is_some());
        for turn in 0..2 {
            let before = hits(&site);
            let answer = bring(&mine).await;
            assert_eq!(answer.body, plain.body);
            assert!(session_cookie(&answer).is_none() && answer.header("set-cookie").is_some(), "{turn}");
            assert_eq!(hits(&site) - before, turn, "from the second request on the token is known to be invalid");
        }
    }
}

site_test! {
    async fn several_at_once_are_a_hundred_at_most(site: Site) {
        let pell = site.moderator("pell").await;
        let body: String = (0..101).map(|n| format!("ids={n}:v1.0&")).collect();
        let refused = pell.post_raw("/admin/comments/bulk", format!("{body}action=approve")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("At most 100"), "{}", refused.body);
    }
}

impl Site {
    /// A new reader's session cookie.
    async fn cookie_for(&self, username: &str) -> String {
        self.reader(username).await;
        self.cookie(username).await
    }
}
