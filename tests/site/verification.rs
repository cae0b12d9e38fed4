//! Links in mails: proving an address, changing it, taking the change back, forgotten passwords, and "this was not me".

use crate::mail::{link, to};
use crate::{Answer, Browser, PASSWORD, Site, site_test};
use diesel::prelude::*;
use masthead::db::schema::{account_tokens, jobs, mails};

const OTHER: &str = "seven loud geese on ice";

/// Somebody who joined by the form.
async fn joined(site: &Site, name: &str) -> Browser {
    let browser = site.browser();
    let form = [
        ("username", name),
        ("email", &format!("{name}@example.org")),
        ("password", PASSWORD),
    ];
    let answer = browser.post("/join", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    site.run_jobs().await;
    browser
}

/// [`joined`], with a proved address.
pub async fn proved(site: &Site, name: &str) -> Browser {
    let browser = joined(site, name).await;
    let mails = to(&site.place, &format!("{name}@example.org"));
    let path = link(mails.last().expect("a mail"), "/verify/");
    assert_eq!(browser.post(&path, &[]).await.status, 303);
    browser
}

async fn log_in(site: &Site, name: &str, password: &str) -> Answer {
    let form = [("login", name), ("password", password), ("next", "/")];
    site.browser().post("/login", &form).await
}

/// Makes all links so much older.
async fn older(site: &Site, millis: i64) {
    let change = move |conn: &mut masthead::db::Conn| {
        diesel::update(account_tokens::table)
            .set(account_tokens::expires_at.eq(account_tokens::expires_at - millis))
            .execute(conn)?;
        Ok(())
    };
    site.db().write(change).await.expect("a write");
}

site_test! {
    async fn joining_sends_a_link_that_proves_the_address_once(site: Site) {
        let mira = joined(&site, "mira").await;
        let mails = to(&site.place, "mira@example.org");
        assert_eq!(mails.len(), 1);
        for said in ["Welcome to Masthead, mira.", "because of your account mira at Masthead"] {
            assert_eq!(mails[0].replace('\n', " ").matches(said).count(), 2, "in text and HTML: {}", mails[0]);
        }
        assert!(mira.get("/account").await.one(".intro").contains("not confirmed"));
        let path = link(&mails[0], "/verify/");
        assert_eq!(path.len(), "/verify/".len() + 64, "256 bits: {path}");
        // Programs open links: that uses nothing up.
        for _ in 0..3 {
            let asked = site.get(&path).await;
            assert_eq!(asked.status, 200);
            assert!(asked.header("cache-control").is_some_and(|c| c.contains("no-store")));
            assert_eq!(asked.header("referrer-policy").as_deref(), Some("no-referrer"));
            assert_eq!(asked.attr("form.stack", "action").as_deref(), Some(path.as_str()));
        }
        assert!(mira.get("/account").await.one(".intro").contains("not confirmed"));
        assert_eq!(mira.post(&path, &[("x", "y")]).await.status, 400, "an unknown field");
        let done = mira.post(&path, &[]).await;
        assert_eq!((done.status, done.location().as_deref()), (303, Some("/account?done=verified")));
        let account = mira.get("/account?done=verified").await;
        assert!(account.has(".done") && !account.one(".intro").contains("not confirmed"));
        for again in [mira.get(&path).await, mira.post(&path, &[]).await] {
            assert_eq!(again.status, 404, "a link works once");
            assert_eq!(again.one("h1"), "This link does not work");
            assert!(again.has("a[href='/login']"));
        }
        // No token stands anywhere in the database.
        let token = path.trim_start_matches("/verify/").to_owned();
        let found = site.db().read(move |conn| {
            let payloads: Vec<String> = mails::table.select(mails::payload).load(conn)?;
            let hashes: Vec<String> = account_tokens::table.select(account_tokens::token_hash).load(conn)?;
            Ok(payloads.iter().chain(&hashes).any(|text| text.contains(&token)))
        }).await.expect("a read");
        assert!(!found);
    }
}

site_test! {
    async fn a_link_that_is_cut_doubled_old_or_of_another_kind_does_nothing(site: Site) {
        let mira = joined(&site, "mira").await;
        let path = link(&to(&site.place, "mira@example.org")[0], "/verify/");
        let token = path.trim_start_matches("/verify/").to_owned();
        let cut = format!("/verify/{}", &token[..40]);
        let doubled = format!("/verify/{token}{token}");
        for wrong in [cut, doubled, format!("/reset/{token}"), format!("/account/email/cancel/{token}"), format!("/account/not-me/{token}"), "/verify/%00".into(), "/verify/ü".into()] {
            assert_eq!(site.get(&wrong).await.status, 404, "{wrong}");
            assert_eq!(mira.post(&wrong, &[]).await.status, 404, "{wrong}");
        }
        older(&site, 3 * 86_400_000 + 1_000).await;
        assert_eq!(mira.post(&path, &[]).await.status, 404, "after three days");
        assert!(mira.get("/account").await.one(".intro").contains("not confirmed"));
        // Another one can be asked for, three times an hour.
        for expected in [303, 303, 303, 429] {
            let sent = mira.post("/account/email", &[("action", "resend")]).await;
            assert_eq!(sent.status, expected, "{}", sent.body);
        }
        site.run_jobs().await;
        let mails = to(&site.place, "mira@example.org");
        assert_eq!(mails.len(), 4);
        assert_eq!(mira.post(&link(&mails[3], "/verify/"), &[]).await.status, 303);
        assert_eq!(mira.post(&link(&mails[2], "/verify/"), &[]).await.status, 404, "one is enough");
    }
}

site_test! {
    async fn of_two_that_use_a_link_at_once_one_gets_it(site: Site) {
        let mira = joined(&site, "mira").await;
        let path = link(&to(&site.place, "mira@example.org")[0], "/verify/");
        let (one, two) = tokio::join!(mira.post(&path, &[]), mira.post(&path, &[]));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 404]);
    }
}

site_test! {
    async fn a_forgotten_password_is_replaced_by_mail(site: Site) {
        let mira = proved(&site, "mira").await;
        assert!(site.get("/login").await.has("a[href='/forgot']"));
        let asked = site.browser().post("/forgot", &[("email", "MIRA@example.org")]).await;
        let unknown = site.browser().post("/forgot", &[("email", "nobody@example.org")]).await;
        assert_eq!((asked.status, unknown.status), (200, 200));
        let same = |page: &Answer, email: &str| page.one(".column").replace(email, "…");
        assert_eq!(same(&asked, "MIRA@example.org"), same(&unknown, "nobody@example.org"), "the same answer for both");
        site.run_jobs().await;
        assert!(to(&site.place, "nobody@example.org").is_empty());
        let mail = to(&site.place, "mira@example.org").pop().expect("a mail");
        assert!(mail.contains("for the account mira at Masthead"), "{mail}");
        let path = link(&mail, "/reset/");
        assert_eq!(site.get(&path).await.status, 200);
        let weak = site.browser().post(&path, &[("password", "short")]).await;
        assert_eq!(weak.status, 422);
        assert!(weak.has("#f-password[aria-invalid]"));
        let done = site.browser().post(&path, &[("password", OTHER)]).await;
        assert_eq!((done.status, done.location().as_deref()), (303, Some("/login?done=reset")), "it does not log in: {}", done.body);
        assert!(site.get("/login?done=reset").await.has(".done"));
        assert_eq!(mira.get("/account").await.status, 303, "all sessions have ended");
        assert_eq!(log_in(&site, "mira", PASSWORD).await.status, 422);
        assert_eq!(log_in(&site, "mira", OTHER).await.status, 303);
        assert_eq!(site.browser().post(&path, &[("password", PASSWORD)]).await.status, 404, "once");
        site.run_jobs().await;
        let notice = to(&site.place, "mira@example.org");
        assert!(notice.iter().any(|mail| mail.contains("was changed") && mail.contains("/account/not-me/")), "they are told");
    }
}

site_test! {
    async fn forgot_sends_three_mails_an_hour_and_says_nothing_of_it(site: Site) {
        joined(&site, "mira").await;
        for _ in 0..5 {
            let asked = site.browser().post("/forgot", &[("email", "mira@example.org")]).await;
            assert_eq!(asked.status, 200);
            site.run_jobs().await;
        }
        let resets = to(&site.place, "mira@example.org").iter().filter(|mail| mail.contains("/reset/")).count();
        assert_eq!(resets, 3);
        let wrong = site.browser().post("/forgot", &[("email", "not an address")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.field("email").as_deref(), Some("not an address"));
        older(&site, 3_600_000 + 1_000).await;
        let path = link(&to(&site.place, "mira@example.org").pop().expect("a mail"), "/reset/");
        assert_eq!(site.browser().post(&path, &[("password", OTHER)]).await.status, 404, "after an hour");
    }
}

site_test! {
    async fn an_address_changes_once_the_new_one_is_proved_and_the_old_one_can_take_it_back(site: Site) {
        let mira = proved(&site, "mira").await;
        let taken = site.reader("ben").await;
        let wrong = mira.post("/account/email", &[("email", "new@example.net"), ("current", "not this one")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.field("email").as_deref(), Some("new@example.net"));
        assert_eq!(mira.post("/account/email", &[("email", "new@example.net"), ("current", "")]).await.status, 422, "just after a log-in too");
        assert_eq!(mira.post("/account/email", &[("email", "ben@example.org"), ("current", PASSWORD)]).await.status, 422, "taken");
        let started = mira.post("/account/email", &[("email", "new@example.net"), ("current", PASSWORD)]).await;
        assert_eq!(started.status, 303, "{}", started.body);
        site.run_jobs().await;
        assert!(mira.get("/account/email").await.one(".intro").contains("new@example.net"));
        assert!(mira.get("/account").await.one(".intro").contains("mira@example.org"), "not changed yet");
        let old = to(&site.place, "mira@example.org").pop().expect("a mail to the old address");
        assert!(old.replace('\n', " ").contains("of the account mira at Masthead is to change to new@example.net"), "{old}");
        let new = to(&site.place, "new@example.net").pop().expect("a mail to the new address");
        assert_eq!(mira.post(&link(&new, "/verify/"), &[]).await.status, 303);
        assert!(mira.get("/account").await.one(".intro").contains("new@example.net"));
        assert_eq!(log_in(&site, "new@example.net", PASSWORD).await.status, 303);
        // Afterwards, too, the old one takes it back: sessions end, and a mail for a new password is on its way there.
        let cancel = link(&old, "/account/email/cancel/");
        assert_eq!(site.get(&cancel).await.status, 200);
        let done = site.browser().post(&cancel, &[]).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(done.one(".done").contains("keeps its address mira@example.org"));
        assert_eq!(mira.get("/account").await.status, 303);
        assert_eq!(log_in(&site, "mira", PASSWORD).await.status, 422, "whoever asked for the change knows the password");
        site.run_jobs().await;
        let reset = to(&site.place, "mira@example.org").pop().expect("a mail");
        assert!(reset.contains("You have locked the account mira"), "{reset}");
        assert_eq!(site.browser().post(&link(&reset, "/reset/"), &[("password", OTHER)]).await.status, 303);
        assert_eq!(log_in(&site, "mira@example.org", OTHER).await.status, 303);
        assert_eq!(log_in(&site, "new@example.net", OTHER).await.status, 422);
        assert_eq!(site.browser().post(&cancel, &[]).await.status, 404);
        drop(taken);
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_change_of_address_that_waits_is_cancelled_in_the_account(site: Site) {
        let mira = proved(&site, "mira").await;
        let form = [("email", "wrong@example.net"), ("current", PASSWORD)];
        assert_eq!(mira.post("/account/email", &form).await.status, 303);
        site.run_jobs().await;
        let new = to(&site.place, "wrong@example.net").pop().expect("a mail");
        assert!(mira.get("/account/email").await.has("input[value=keep]"));
        assert_eq!(mira.post("/account/email", &[("action", "keep")]).await.status, 303);
        assert!(!mira.get("/account/email").await.has("input[value=keep]"));
        assert_eq!(mira.post(&link(&new, "/verify/"), &[]).await.status, 404);
        assert!(mira.get("/account").await.one(".intro").contains("mira@example.org"));
    }
}

site_test! {
    async fn a_new_device_is_told_by_mail_and_was_not_me_ends_all_sessions(site: Site) {
        let mira = proved(&site, "mira").await;
        // The browser that joined is known when it comes back.
        assert_eq!(mira.post("/logout", &[]).await.status, 303);
        assert_eq!(mira.post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/")]).await.status, 303);
        site.run_jobs().await;
        assert!(!to(&site.place, "mira@example.org").iter().any(|mail| mail.contains("not-me")));
        let stranger = site.log_in("mira").await;
        site.run_jobs().await;
        let mail = to(&site.place, "mira@example.org").pop().expect("a mail");
        let path = link(&mail, "/account/not-me/");
        let history = mira.get("/account/sessions").await;
        assert_eq!(history.all("[data-login]").len(), 3);
        let ended = site.browser().post(&path, &[]).await;
        assert_eq!(ended.status, 200, "{}", ended.body);
        assert_eq!((mira.get("/account").await.status, stranger.get("/account").await.status), (303, 303));
        assert_eq!(log_in(&site, "mira", PASSWORD).await.status, 422, "the stranger knows the password");
        site.run_jobs().await;
        let reset = to(&site.place, "mira@example.org").pop().expect("a mail");
        assert_eq!(site.browser().post(&link(&reset, "/reset/"), &[("password", OTHER)]).await.status, 303);
        assert_eq!(site.browser().post(&path, &[]).await.status, 404);
        site.run_jobs().await;
    }
}

site_test! {
    async fn who_has_not_proved_their_address_gets_no_other_mail(site: Site) {
        let mira = joined(&site, "mira").await;
        let changed = mira.post("/account/password", &[("current", PASSWORD), ("password", OTHER)]).await;
        assert_eq!(changed.status, 303);
        log_in(&site, "mira", OTHER).await;
        site.run_jobs().await;
        assert_eq!(to(&site.place, "mira@example.org").len(), 1, "the one to prove it alone");
    }
}

site_test! {
    async fn the_settings_can_ask_for_a_proved_address_before_the_first_comment(site: Site) {
        let slug = site.article().await;
        let chief = site.admin("chief").await;
        assert_eq!(chief.post("/admin/settings", &[("require_verified_email", "on")]).await.status, 303);
        let mira = joined(&site, "mira").await;
        let address = format!("/articles/{slug}/comments");
        let refused = mira.post(&address, &[("body", "My first words."), ("parent", ""), ("key", ""), ("action", "post")]).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.one("textarea[name=body]"), "My first words.");
        assert!(refused.has("a[href='/account/email']"));
        let path = link(&to(&site.place, "mira@example.org")[0], "/verify/");
        assert_eq!(mira.post(&path, &[]).await.status, 303);
        mira.comment(&slug, "My first words.").await;
        chief.comment(&slug, "Staff need none.").await;
    }
}

site_test! {
    async fn line_breaks_and_odd_addresses_reach_no_mail_header(site: Site) {
        let long = format!("{}@example.org", "a".repeat(320));
        for email in ["mira@example.org\r\nBcc: all@example.org", "mira@example.org\nX: y", "\"a b\"@example.org", "a@b", "@example.org", "mira@@example.org", "mira@example..org", &long] {
            let answer = site.browser().post("/join", &[("username", "mira"), ("email", email), ("password", PASSWORD)]).await;
            assert_eq!(answer.status, 422, "{email:?}");
            assert_eq!(site.browser().post("/forgot", &[("email", email)]).await.status, 422, "{email:?}");
        }
        // Plus signs and names of other scripts are addresses as any.
        for (name, email) in [("plus", "mira+news@example.org"), ("idn", "mira@bücher.example")] {
            let answer = site.browser().post("/join", &[("username", name), ("email", email), ("password", PASSWORD)]).await;
            assert_eq!(answer.status, 303, "{email}: {}", answer.body);
        }
        site.run_jobs().await;
        assert_eq!(to(&site.place, "mira+news@example.org").len(), 1);
        let failed: i64 = site.db().read(|conn| Ok(jobs::table.filter(jobs::last_error.ne("")).count().get_result(conn)?)).await.expect("a read");
        assert_eq!(failed, 0, "every address that is taken can be written to");
    }
}

site_test! {
    async fn an_address_can_be_taken_back_whatever_was_done_since(site: Site) {
        let mira = proved(&site, "mira").await;
        let change = async |email: &str| {
            assert_eq!(mira.post("/account/email", &[("email", email), ("current", PASSWORD)]).await.status, 303, "{email}");
            site.run_jobs().await;
            let proof = to(&site.place, email).pop().expect("a mail");
            assert_eq!(mira.post(&link(&proof, "/verify/"), &[]).await.status, 303);
        };
        change("thief@example.net").await;
        let first = to(&site.place, "mira@example.org").pop().expect("a mail");
        // Nobody gets the address meanwhile.
        let taken = site.browser().post("/join", &[("username", "second"), ("email", "Mira@example.org"), ("password", PASSWORD)]).await;
        assert!(taken.status == 422 && taken.has("#f-email[aria-invalid]"), "{}", taken.body);
        change("other@example.net").await;
        let second = to(&site.place, "thief@example.net").pop().expect("a mail");
        assert_eq!(site.browser().post(&link(&first, "/account/email/cancel/"), &[]).await.status, 200);
        assert_eq!(site.browser().post(&link(&second, "/account/email/cancel/"), &[]).await.status, 404, "later links end with it");
        site.run_jobs().await;
        let reset = to(&site.place, "mira@example.org").pop().expect("a mail");
        assert_eq!(site.browser().post(&link(&reset, "/reset/"), &[("password", OTHER)]).await.status, 303);
        assert_eq!(log_in(&site, "mira@example.org", OTHER).await.status, 303);
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_new_password_ends_links_that_were_asked_for_before(site: Site) {
        let mira = proved(&site, "mira").await;
        assert_eq!(mira.post("/account/email", &[("email", "thief@example.net"), ("current", PASSWORD)]).await.status, 303);
        site.browser().post("/forgot", &[("email", "mira@example.org")]).await;
        site.run_jobs().await;
        assert_eq!(mira.post("/account/password", &[("current", PASSWORD), ("password", OTHER)]).await.status, 303);
        let proof = to(&site.place, "thief@example.net").pop().expect("a mail");
        assert_eq!(mira.post(&link(&proof, "/verify/"), &[]).await.status, 404);
        let mails = to(&site.place, "mira@example.org");
        let reset = mails.iter().find(|mail| mail.contains("/reset/")).expect("a mail");
        assert_eq!(site.browser().post(&link(reset, "/reset/"), &[("password", PASSWORD)]).await.status, 404);
        site.run_jobs().await;
    }
}

site_test! {
    async fn five_mails_that_are_refused_for_good_make_an_address_dead(site: Site) {
        use masthead::db::schema::accounts;
        let server = crate::Smtp::start(&["550 no such mailbox"; 40]);
        let other = Site::start(&site.place, |given| {
            given.smtp_url = Some(format!("smtp://{}", server.address));
            given.mail_from = Some("news@example.org".into());
            given.base_url = Some(site.origin());
        });
        let mira = proved(&site, "mira").await;
        let refusals = async || -> i64 {
            site.db().read(|conn| Ok(accounts::table.filter(accounts::username_key.eq("mira")).select(accounts::email_refusals).first(conn)?)).await.expect("a read")
        };
        let due = |conn: &mut masthead::db::Conn| {
            diesel::update(jobs::table.filter(jobs::kind.eq("send-mail"))).set(jobs::run_at.eq(0)).execute(conn)?;
            Ok(())
        };
        for n in 1..=5 {
            site.log_in("mira").await;
            for _ in 0..2 {
                site.db().write(due).await.expect("a write");
                other.run_jobs().await;
            }
            assert_eq!(refusals().await, n, "once for each mail");
        }
        assert!(mira.get("/account/email").await.one(".intro").contains("refused"));
        let count = async || -> i64 { site.db().read(|conn| Ok(mails::table.count().get_result(conn)?)).await.expect("a read") };
        let before = count().await;
        site.log_in("mira").await;
        assert_eq!(count().await, before, "nothing more is sent there");
        let clear = |conn: &mut masthead::db::Conn| {
            diesel::delete(jobs::table.filter(jobs::kind.eq("send-mail"))).execute(conn)?;
            Ok(())
        };
        site.db().write(clear).await.expect("a write");
    }
}
