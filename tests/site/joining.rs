//! Who may join: approval, fields that people do not see, and domains that the operator blocks.

use crate::mail::{link, to};
use crate::{Answer, Browser, PASSWORD, site_test};

async fn join(browser: &Browser, name: &str, more: &[(&str, &str)]) -> Answer {
    let email = format!("{name}@example.org");
    let form = [
        ("username", name),
        ("email", &email),
        ("password", PASSWORD),
    ];
    browser.post("/join", &[&form[..], more].concat()).await
}

site_test! {
    async fn new_accounts_can_wait_for_approval(site: Site) {
        let slug = site.article().await;
        let chief = site.admin("chief").await;
        let pell = site.moderator("pell").await;
        assert_eq!(chief.post("/admin/settings", &[("join", "approval")]).await.status, 303);
        assert!(site.get("/join").await.one(".intro").contains("approves"));
        let (mira, spam) = (site.browser(), site.browser());
        assert_eq!(join(&mira, "mira", &[]).await.status, 303);
        assert_eq!(join(&spam, "spam", &[]).await.status, 303);
        assert_eq!(mira.get("/account").await.status, 200, "they can log in and read");
        let thread = mira.get(&format!("/articles/{slug}")).await;
        assert!(!thread.has("form.compose") && thread.one(".closed").contains("new account"), "the thread says so before they write");
        let refused = mira.post(&format!("/articles/{slug}/comments"), &[("body", "Let me in."), ("parent", ""), ("key", ""), ("action", "post")]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("Let me in."), "the text is kept");
        assert!(refused.one("h1").contains("not been approved"));
        assert_eq!(mira.get("/admin/joins").await.status, 403);
        site.run_jobs().await;
        let path = link(&to(&site.place, "mira@example.org")[0], "/verify/");
        assert_eq!(mira.post(&path, &[]).await.status, 303);
        let waiting = pell.get("/admin/joins").await;
        assert_eq!(waiting.all("[data-account]").len(), 2);
        assert!(waiting.all("[data-account]")[0].contains("address confirmed"), "{:?}", waiting.all("[data-account]"));
        assert!(pell.get("/admin").await.has("a[href='/admin/joins']"));
        let ids = waiting.attrs("[data-account]", "data-account");
        assert_eq!(pell.post(&format!("/admin/joins/{}/approve", ids[0]), &[]).await.status, 303);
        assert_eq!(pell.post(&format!("/admin/joins/{}/approve", ids[0]), &[]).await.status, 404, "it does not wait any more");
        assert_eq!(pell.post(&format!("/admin/joins/{}/refuse", ids[0]), &[]).await.status, 404, "nor can it be deleted");
        assert_eq!(pell.post(&format!("/admin/joins/{}/refuse", ids[1]), &[]).await.status, 303);
        assert!(mira.get(&format!("/articles/{slug}")).await.has("form.compose"));
        mira.comment(&slug, "Thank you.").await;
        assert_eq!(spam.get("/account").await.status, 303, "the account is gone");
        site.run_jobs().await;
        assert!(to(&site.place, "mira@example.org").last().expect("a mail").contains("approved"));
        assert!(pell.get("/admin/joins").await.all("[data-account]").is_empty());
        let log = chief.get("/admin/log").await;
        assert!(log.has("[data-action='approve-account']") && log.has("[data-action='refuse-account']"));
    }
}

site_test! {
    async fn a_field_that_people_do_not_see_holds_the_account(site: Site) {
        let slug = site.article().await;
        let pell = site.moderator("pell").await;
        let form = site.get("/join").await;
        assert!(form.has(".offscreen[aria-hidden] input[name=homepage][tabindex='-1']"));
        let bot = site.browser();
        assert_eq!(join(&bot, "helpful", &[("homepage", "https://example.net/")]).await.status, 303, "it is not told");
        let post = [("body", "Buy."), ("parent", ""), ("key", ""), ("action", "post")];
        assert_eq!(bot.post(&format!("/articles/{slug}/comments"), &post).await.status, 403);
        assert!(pell.get("/admin/joins").await.one("[data-account]").contains("cannot see"));
        // However fast: the documented fields alone are taken.
        let person = site.browser();
        assert_eq!(join(&person, "mira", &[]).await.status, 303);
        person.comment(&slug, "Hello.").await;
    }
}

site_test! {
    async fn the_operator_blocks_domains_by_a_file(site: Site) {
        let list = "# throw-away\nspam.example\n  @mailtrap.example # and this\n";
        std::fs::write(site.place.folder.join("blocked-domains.txt"), list).expect("a file");
        for (email, status) in [("a@spam.example", 422), ("a@SUB.spam.example", 422), ("a@mailtrap.example", 422), ("a@notspam.example", 303)] {
            let answer = site.browser().post("/join", &[("username", "mira"), ("email", email), ("password", PASSWORD)]).await;
            assert_eq!(answer.status, status, "{email}");
            assert_eq!(answer.has("#f-email[aria-invalid]"), status == 422);
        }
        let other = site.browser().post("/join", &[("username", "other"), ("email", "b@ｓpam.example"), ("password", PASSWORD)]).await;
        assert_eq!(other.status, 422, "spelled otherwise");
        let ben = site.reader("ben").await;
        let changed = ben.post("/account/email", &[("email", "b@spam.example"), ("current", PASSWORD)]).await;
        assert_eq!(changed.status, 422);
        assert!(changed.has("#f-email[aria-invalid]"), "{}", changed.body);
    }
}

site_test! {
    async fn joining_leads_back_and_names_the_rules(site: Site) {
        let page = site.get("/join?next=/articles/x%23comments").await;
        assert!(page.has("a[href='/guidelines']") && page.has("a[href='/privacy']"));
        let next = page.field("next").expect("a field");
        let answer = join(&site.browser(), "mira", &[("next", &next)]).await;
        assert_eq!(answer.location().as_deref(), Some("/articles/x#comments"));
    }
}

site_test! {
    async fn browsers_can_be_asked_for_a_calculation(site: Site) {
        use sha2::{Digest, Sha256};
        let slug = site.article().await;
        let chief = site.admin("chief").await;
        assert!(!site.get("/join").await.has("[data-challenge]"), "off by default");
        assert_eq!(chief.post("/admin/settings", &[("join_proof_of_work", "on")]).await.status, 303);
        let form = site.get("/join").await;
        let challenge = form.attr("[data-challenge]", "data-challenge").expect("a challenge");
        let bits: u32 = form.attr("[data-challenge]", "data-bits").expect("a number").parse().expect("a number");
        let zeros = |number: u64| {
            let hash = Sha256::digest(format!("{challenge}:{number}"));
            u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros()
        };
        let solved = (0..).find(|number| zeros(*number) >= bits).expect("a number");
        let wrong = (0..).find(|number| zeros(*number) < bits).expect("a number");
        let post = [("body", "Hello."), ("parent", ""), ("key", ""), ("action", "post")];
        for (name, proof, status) in [("good", solved.to_string(), 303), ("lazy", wrong.to_string(), 403), ("none", String::new(), 403), ("odd", "1e5".into(), 403)] {
            let browser = site.browser();
            assert_eq!(join(&browser, name, &[("proof", &proof)]).await.status, 303, "{name}");
            assert_eq!(browser.post(&format!("/articles/{slug}/comments"), &post).await.status, status, "{name}");
        }
        assert_eq!(chief.get("/admin/joins").await.all("[data-account]").len(), 3);
    }
}
