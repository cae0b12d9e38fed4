//! Codes of an app, recovery codes, what they guard, and roles that need them.

use crate::mail::{link, to};
use crate::verification::proved;
use crate::{Answer, Browser, PASSWORD, Site, site_test};
use diesel::prelude::*;
use masthead::db::schema::{sessions, settings, totp_secrets};
use totp_rs::{Builder, Secret};

const STEP: i64 = 30;

/// What an app shows for a secret, so many steps from now.
pub fn code(secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("Base32");
    let app = Builder::new()
        .with_secret(secret)
        .build()
        .expect("a generator");
    let now = masthead::db::Time::now().0 / 1000 + steps * STEP;
    app.generate(now as u64).to_string()
}

/// Switches it on; the secret and the recovery codes.
pub async fn enrol(browser: &Browser) -> (String, Vec<String>) {
    let started = browser
        .post("/account/two-factor", &[("action", "start")])
        .await;
    assert_eq!(started.status, 200, "{}", started.body);
    let secret = started.one("[data-secret]").replace(' ', "");
    assert!(started.has("svg.qr path"));
    let confirmed = browser
        .post(
            "/account/two-factor",
            &[("action", "confirm"), ("code", &code(&secret, 0))],
        )
        .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    (secret, confirmed.all("code"))
}

/// Lets the last code's step be forgotten, as half a minute later.
pub async fn later(site: &Site) {
    let change = |conn: &mut masthead::db::Conn| {
        diesel::update(totp_secrets::table)
            .set(totp_secrets::last_step.eq(0))
            .execute(conn)?;
        Ok(())
    };
    site.db().write(change).await.expect("a write");
}

/// Makes proofs of who people are old.
pub async fn stale(site: &Site) {
    let change = |conn: &mut masthead::db::Conn| {
        diesel::update(sessions::table)
            .set(sessions::proved_at.eq(sessions::proved_at - 11 * 60_000))
            .execute(conn)?;
        masthead::db::invalidation::changed(conn, masthead::db::invalidation::CacheTag::Everything);
        Ok(())
    };
    site.db().write(change).await.expect("a write");
}

pub async fn password_step(site: &Site, name: &str, next: &str) -> (Browser, Answer) {
    let browser = site.browser();
    let form = [("login", name), ("password", PASSWORD), ("next", next)];
    let answer = browser.post("/login", &form).await;
    (browser, answer)
}

site_test! {
    async fn a_second_factor_of_a_stranger_ends_with_this_was_not_me(site: Site) {
        let stranger = proved(&site, "mira").await;
        let (_, codes) = enrol(&stranger).await;
        site.run_jobs().await;
        let mails = to(&site.place, "mira@example.org");
        let told = mails.iter().find(|mail| mail.contains("/account/not-me/")).expect("a mail");
        let path = link(told, "/account/not-me/");
        assert!(site.get(&path).await.one(".intro").contains("the account mira"));
        assert_eq!(site.browser().post(&path, &[]).await.status, 200);
        site.run_jobs().await;
        let reset = to(&site.place, "mira@example.org").pop().expect("a mail");
        let chosen = [("password", "seven loud geese on ice")];
        assert_eq!(site.browser().post(&link(&reset, "/reset/"), &chosen).await.status, 303);
        let form = [("login", "mira"), ("password", "seven loud geese on ice"), ("next", "/about")];
        let owner = site.browser();
        let answer = owner.post("/login", &form).await;
        assert_eq!(answer.location().as_deref(), Some("/about"), "no code is asked for");
        enrol(&owner).await;
        let browser = site.browser();
        browser.post("/login", &form).await;
        assert_eq!(browser.post("/login/two-factor", &[("code", &codes[0])]).await.status, 422, "the stranger's recovery codes have ended");
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_code_is_asked_for_after_the_password_and_works_once(site: Site) {
        let mira = proved(&site, "mira").await;
        let (secret, codes) = enrol(&mira).await;
        assert_eq!(codes.len(), 10);
        let (browser, first) = password_step(&site, "mira", "/about").await;
        assert_eq!((first.status, first.location().as_deref()), (303, Some("/login/two-factor")));
        // Anonymous to everything else.
        for path in ["/account", "/account/two-factor", "/account/email", "/admin"] {
            assert_eq!(browser.get(path).await.location().unwrap_or_default().split('?').next(), Some("/login"), "{path}");
        }
        assert!(!browser.get("/").await.has("form[action='/logout']"));
        let wrong = browser.post("/login/two-factor", &[("code", "000000")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.has("#f-code[aria-invalid]"));
        later(&site).await;
        let now = code(&secret, 0);
        let right = browser.post("/login/two-factor", &[("code", &now)]).await;
        assert_eq!((right.status, right.location().as_deref()), (303, Some("/about")), "{}", right.body);
        assert_eq!(browser.get("/account").await.status, 200);
        // The same code again.
        let (other, _) = password_step(&site, "mira", "/").await;
        assert_eq!(other.post("/login/two-factor", &[("code", &now)]).await.status, 422, "a code works once");
        assert_eq!(other.get("/account").await.status, 303);
        assert_eq!(site.get("/login/two-factor").await.location().as_deref(), Some("/login"), "without a first step");
        assert_eq!(site.browser().post("/login/two-factor", &[("code", &code(&secret, 1))]).await.location().as_deref(), Some("/login"));
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_clock_may_be_half_a_minute_off_but_not_two(site: Site) {
        let mira = proved(&site, "mira").await;
        let (secret, _) = enrol(&mira).await;
        for (steps, expected) in [(-1, 303), (1, 303), (-4, 422), (4, 422)] {
            later(&site).await;
            let (browser, _) = password_step(&site, "mira", "/").await;
            let answer = browser.post("/login/two-factor", &[("code", &code(&secret, steps))]).await;
            assert_eq!(answer.status, expected, "{steps} steps");
            if expected == 422 {
                assert!(answer.one(".error").contains("clock"), "it says what may be wrong");
            }
        }
        site.run_jobs().await;
    }
}

site_test! {
    async fn five_wrong_codes_block_the_account_whatever_the_session(site: Site) {
        let mira = proved(&site, "mira").await;
        let (secret, _) = enrol(&mira).await;
        later(&site).await;
        let mut waiting = Vec::new();
        for _ in 0..5 {
            waiting.push(password_step(&site, "mira", "/").await.0);
        }
        // Fifty guesses at once from five sessions: five are looked at.
        let mut guesses = Vec::new();
        for n in 0..50 {
            let browser = &waiting[n % 5];
            guesses.push(async move { browser.post("/login/two-factor", &[("code", &format!("{:06}", n * 7))]).await.status });
        }
        let mut statuses = Vec::new();
        for guess in futures(guesses).await {
            statuses.push(guess);
        }
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 45);
        let (fresh, _) = password_step(&site, "mira", "/").await;
        let right = fresh.post("/login/two-factor", &[("code", &code(&secret, 0))]).await;
        assert_eq!(right.status, 429, "the right one too");
        assert!(right.header("retry-after").is_some());
        site.run_jobs().await;
    }
}

/// Runs all at once.
async fn futures<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.into_iter().map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(move |cx| {
        let mut waits = false;
        for (future, done) in all.iter_mut().filter(|(_, done)| done.is_none()) {
            match future.as_mut().poll(cx) {
                std::task::Poll::Ready(value) => *done = Some(value),
                std::task::Poll::Pending => waits = true,
            }
        }
        match waits {
            true => std::task::Poll::Pending,
            false => {
                std::task::Poll::Ready(all.iter_mut().filter_map(|(_, done)| done.take()).collect())
            }
        }
    })
    .await
}

site_test! {
    async fn recovery_codes_work_once_each_and_are_replaced_together(site: Site) {
        let mira = proved(&site, "mira").await;
        let (_, codes) = enrol(&mira).await;
        let (browser, _) = password_step(&site, "mira", "/").await;
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(browser.post("/login/two-factor", &[("code", &typed)]).await.status, 303, "however it is typed");
        let (again, _) = password_step(&site, "mira", "/").await;
        assert_eq!(again.post("/login/two-factor", &[("code", &codes[0])]).await.status, 422);
        assert!(mira.get("/account/two-factor").await.one(".intro").contains("9 recovery codes"));
        site.run_jobs().await;
        let mails = to(&site.place, "mira@example.org");
        assert!(mails.iter().any(|mail| mail.contains("recovery code") && mail.contains("9 are left")), "they are told");
        assert_eq!(mira.post("/account/two-factor", &[("action", "codes")]).await.status, 303, "the session's proof was a password");
        let renewed = browser.post("/account/two-factor", &[("action", "codes")]).await;
        assert_eq!(renewed.all("code").len(), 10, "{}", renewed.body);
        assert_eq!(again.post("/login/two-factor", &[("code", &codes[1])]).await.status, 422, "the old ones are gone");
        assert_eq!(again.post("/login/two-factor", &[("code", &renewed.all("code")[3])]).await.status, 303);
        assert_eq!(mira.get("/account/two-factor").await.all("code").len(), 0, "shown once");
        site.run_jobs().await;
    }
}

site_test! {
    async fn it_is_switched_off_by_password_and_code_and_the_owner_is_told(site: Site) {
        let mira = proved(&site, "mira").await;
        let (secret, codes) = enrol(&mira).await;
        let address = "/account/two-factor";
        assert_eq!(mira.post("/account/confirm", &[("code", &codes[9]), ("next", "/")]).await.status, 303);
        assert_eq!(mira.post(address, &[("action", "start")]).await.status, 409, "it is on");
        assert_eq!(mira.post(address, &[("action", "fly")]).await.status, 400);
        let no_password = mira.post(address, &[("action", "disable"), ("current", ""), ("code", &codes[0])]).await;
        assert_eq!(no_password.status, 422);
        let no_code = mira.post(address, &[("action", "disable"), ("current", PASSWORD), ("code", "000000")]).await;
        assert_eq!(no_code.status, 422);
        later(&site).await;
        let off = mira.post(address, &[("action", "disable"), ("current", PASSWORD), ("code", &code(&secret, 0))]).await;
        assert_eq!(off.status, 303, "{}", off.body);
        let (browser, answer) = password_step(&site, "mira", "/").await;
        assert_eq!(answer.location().as_deref(), Some("/"));
        assert_eq!(browser.get("/account").await.status, 200);
        site.run_jobs().await;
        assert!(to(&site.place, "mira@example.org").iter().any(|mail| mail.contains("switched off")));
        site.run_jobs().await;
    }
}

site_test! {
    async fn the_settings_can_require_it_of_staff(site: Site) {
        let chief = site.admin("chief").await;
        let pell = site.moderator("pell").await;
        let mira = site.reader("mira").await;
        assert_eq!(chief.post("/admin/settings", &[("require_two_factor", "staff")]).await.status, 303);
        // Who is logged in has a day; a log-in leads to the page.
        assert_eq!(pell.get("/admin/comments").await.status, 200);
        let (again, led) = password_step(&site, "pell", "/").await;
        assert_eq!(led.location().as_deref(), Some("/account/two-factor"));
        let held = again.get("/admin/comments").await;
        assert_eq!((held.status, held.location().as_deref()), (303, Some("/account/two-factor")));
        assert!(!again.get("/").await.has("a[href='/admin']"), "nothing of the role before");
        assert_eq!(again.post("/admin/comments/bulk", &[("action", "approve")]).await.location().as_deref(), Some("/account/two-factor"));
        assert!(again.get("/account/two-factor").await.one(".intro").contains("role"));
        let (secret, _) = enrol(&again).await;
        assert_eq!(again.get("/admin/comments").await.status, 200, "at once");
        assert_eq!(mira.get("/account").await.status, 200);
        // A day later, for open sessions too.
        let change = |conn: &mut masthead::db::Conn| {
            let day_ago = (masthead::db::Time::now().0 - 86_400_000 - 60_000).to_string();
            diesel::update(settings::table.find("require_two_factor_since")).set(settings::value.eq(day_ago)).execute(conn)?;
            masthead::db::invalidation::changed(conn, masthead::db::invalidation::CacheTag::Everything);
            Ok(())
        };
        site.db().write(change).await.expect("a write");
        assert_eq!(chief.get("/admin/settings").await.location().as_deref(), Some("/account/two-factor"));
        assert_eq!(pell.get("/admin/comments").await.status, 200, "whose account has one now");
        drop(secret);
        site.run_jobs().await;
    }
}

site_test! {
    async fn what_guards_an_account_needs_a_proof_of_the_last_ten_minutes(site: Site) {
        let chief = site.admin("chief").await;
        let pell = site.reader("pell").await;
        stale(&site).await;
        let asked = chief.post("/account/two-factor", &[("action", "start")]).await;
        assert_eq!(asked.status, 303);
        let confirm = asked.location().expect("a page");
        assert_eq!(confirm, "/account/confirm?next=/account/two-factor");
        assert_eq!(chief.get(&confirm).await.status, 200);
        assert_eq!(chief.post("/admin/staff", &[("username", "pell"), ("role", "writer")]).await.status, 422, "roles ask on their own page");
        assert_eq!(chief.post("/account/confirm", &[("current", "not this"), ("next", "/about")]).await.status, 422);
        assert_eq!(chief.post("/account/confirm", &[("current", ""), ("next", "/about")]).await.status, 422);
        let proved = chief.post("/account/confirm", &[("current", PASSWORD), ("next", "https://example.org/")]).await;
        assert_eq!((proved.status, proved.location().as_deref()), (303, Some("/")));
        assert_eq!(chief.post("/admin/staff", &[("username", "pell"), ("role", "writer")]).await.status, 303);
        // With a second factor its code is the proof: a password alone is none.
        let (secret, _) = enrol(&chief).await;
        stale(&site).await;
        later(&site).await;
        assert_eq!(chief.post("/admin/staff", &[("username", "pell"), ("role", "editor"), ("current", PASSWORD)]).await.location().as_deref(), Some("/account/confirm?next=/admin/staff"));
        assert!(!chief.get("/account/confirm").await.has("input[name=current]"));
        assert_eq!(chief.post("/account/confirm", &[("current", PASSWORD), ("next", "/")]).await.status, 422);
        assert_eq!(chief.post("/account/two-factor", &[("action", "codes")]).await.status, 303);
        let by_code = chief.post("/account/confirm", &[("code", &code(&secret, 0)), ("next", "/account/two-factor")]).await;
        assert_eq!(by_code.location().as_deref(), Some("/account/two-factor"));
        assert_eq!(chief.post("/account/two-factor", &[("action", "codes")]).await.status, 200);
        assert_eq!(pell.post("/account/confirm", &[("current", PASSWORD), ("next", "/x")]).await.status, 303);
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_reset_leaves_the_second_factor(site: Site) {
        let mira = proved(&site, "mira").await;
        let (secret, _) = enrol(&mira).await;
        site.browser().post("/forgot", &[("email", "mira@example.org")]).await;
        site.run_jobs().await;
        let mails = to(&site.place, "mira@example.org");
        let reset = mails.iter().find(|mail| mail.contains("/reset/")).expect("a mail");
        assert_eq!(site.browser().post(&crate::mail::link(reset, "/reset/"), &[("password", "seven loud geese on ice")]).await.status, 303);
        let browser = site.browser();
        let first = browser.post("/login", &[("login", "mira"), ("password", "seven loud geese on ice"), ("next", "/")]).await;
        assert_eq!(first.location().as_deref(), Some("/login/two-factor"));
        later(&site).await;
        assert_eq!(browser.post("/login/two-factor", &[("code", &code(&secret, 0))]).await.status, 303);
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_log_in_waits_ten_minutes_for_its_code(site: Site) {
        let mira = proved(&site, "mira").await;
        let (secret, _) = enrol(&mira).await;
        later(&site).await;
        let (browser, _) = password_step(&site, "mira", "/").await;
        let change = |conn: &mut masthead::db::Conn| {
            let pending = sessions::table.filter(sessions::state.eq("pending-login"));
            diesel::update(pending).set(sessions::created_at.eq(sessions::created_at - 11 * 60_000)).execute(conn)?;
            Ok(())
        };
        site.db().write(change).await.expect("a write");
        assert_eq!(browser.get("/login/two-factor").await.location().as_deref(), Some("/login"));
        assert_eq!(browser.post("/login/two-factor", &[("code", &code(&secret, 0))]).await.location().as_deref(), Some("/login"));
        assert_eq!(browser.get("/account").await.status, 303);
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_secret_that_was_not_confirmed_is_shown_to_nobody_later(site: Site) {
        let mira = proved(&site, "mira").await;
        assert_eq!(mira.post("/account/two-factor", &[("action", "start")]).await.status, 200);
        stale(&site).await;
        let confirm = [("action", "confirm"), ("code", "000000")];
        assert_eq!(mira.post("/account/two-factor", &confirm).await.location().as_deref(), Some("/account/confirm?next=/account/two-factor"));
        mira.post("/account/confirm", &[("current", PASSWORD), ("next", "/")]).await;
        assert_eq!(mira.post("/account/two-factor", &confirm).await.status, 422, "within a quarter of an hour");
        let change = |conn: &mut masthead::db::Conn| {
            diesel::update(totp_secrets::table).set(totp_secrets::created_at.eq(1)).execute(conn)?;
            Ok(())
        };
        site.db().write(change).await.expect("a write");
        let over = mira.post("/account/two-factor", &confirm).await;
        assert_eq!((over.status, over.location().as_deref()), (303, Some("/account/two-factor")));
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_log_in_of_long_ago_makes_no_admins_and_changes_no_guard(site: Site) {
        let chief = site.admin("chief").await;
        stale(&site).await;
        let invited = chief.post("/admin/invitations", &[("email", "thief@example.org"), ("role", "admin")]).await;
        assert_eq!(invited.location().as_deref(), Some("/account/confirm?next=/admin/invitations"));
        let off = chief.post("/admin/settings", &[("require_two_factor", "staff")]).await;
        assert_eq!(off.location().as_deref(), Some("/account/confirm?next=/admin/settings"));
        let name = chief.post("/admin/settings", &[("site_name", "The Paper")]).await;
        assert_eq!(name.location().as_deref(), Some("/admin/settings?saved"), "what guards nothing needs no proof");
    }
}

site_test! {
    async fn with_a_second_factor_a_password_alone_changes_nothing_that_guards(site: Site) {
        let mira = proved(&site, "mira").await;
        enrol(&mira).await;
        stale(&site).await;
        for (path, form) in [
            ("/account/email", vec![("email", "other@example.org"), ("current", PASSWORD)]),
            ("/account/password", vec![("password", "seven loud geese on ice"), ("current", PASSWORD)]),
            ("/account/username", vec![("username", "miriam"), ("current", PASSWORD)]),
            ("/account/delete", vec![("mode", "erase"), ("current", PASSWORD)]),
        ] {
            let answer = mira.post(path, &form).await;
            assert_eq!(answer.location(), Some(format!("/account/confirm?next={path}")), "{}", answer.body);
        }
        site.run_jobs().await;
    }
}
