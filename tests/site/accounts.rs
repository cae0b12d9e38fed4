//! Registration, log-in, account pages, roles and bans.

use crate::{Browser, PASSWORD, Site, site_test};
use masthead::accounts::roles::Roles;

async fn join(browser: &Browser, username: &str, email: &str, password: &str) -> crate::Answer {
    browser
        .post(
            "/join",
            &[
                ("username", username),
                ("email", email),
                ("password", password),
            ],
        )
        .await
}

site_test! {
    async fn joining_signs_in_at_once_and_logging_out_ends_it(site: Site) {
        let browser = site.browser();
        let answer = join(&browser, "Mira", "mira@example.org", PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let cookie = answer.header("set-cookie").expect("a cookie");
        for part in ["masthead=", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "plain http: Safari would drop a Secure cookie");
        assert_eq!(browser.get("/account").await.status, 200);
        assert_eq!(browser.post("/logout", &[]).await.status, 303);
        assert_eq!(browser.get("/account").await.status, 303);
    }
}

site_test! {
    async fn log_in_takes_name_or_address_in_any_letter_case(site: Site) {
        site.reader("Mira").await;
        for login in ["Mira", "MIRA", " mira@EXAMPLE.org "] {
            let browser = site.browser();
            let answer = browser.post("/login", &[("login", login), ("password", PASSWORD), ("next", "/about")]).await;
            assert_eq!(answer.status, 303, "{login}: {}", answer.body);
            assert_eq!(answer.location().as_deref(), Some("/about"));
        }
        let wrong = site.browser().post("/login", &[("login", "Mira"), ("password", "not this one at all"), ("next", "/")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.field("login").as_deref(), Some("Mira"));
        assert!(!wrong.body.contains("not this one at all"), "a password is never given back");
        let unknown = site.browser().post("/login", &[("login", "nobody"), ("password", PASSWORD), ("next", "/")]).await;
        assert_eq!((unknown.status, unknown.all(".errors p")), (422, wrong.all(".errors p")), "unknown and wrong look the same");
    }
}

site_test! {
    async fn next_leads_nowhere_else(site: Site) {
        site.reader("Mira").await;
        for next in ["https://example.org/", "//example.org", "/\\example.org", "/\t/example.org", "javascript:alert(1)", "", "about"] {
            let answer = site.browser().post("/login", &[("login", "Mira"), ("password", PASSWORD), ("next", next)]).await;
            assert_eq!(answer.location().as_deref(), Some("/"), "{next:?}");
        }
    }
}

site_test! {
    async fn names_addresses_and_passwords_are_judged_beside_their_field(site: Site) {
        site.reader("Mira").await;
        let cases = [
            ("ab", "a@example.org", PASSWORD, "username"),
            ("-abc", "a@example.org", PASSWORD, "username"),
            ("with space", "a@example.org", PASSWORD, "username"),
            ("ümlaut", "a@example.org", PASSWORD, "username"),
            ("Moderator", "a@example.org", PASSWORD, "username"),
            ("MIRA", "a@example.org", PASSWORD, "username"),
            ("anna", "not an address", PASSWORD, "email"),
            ("anna", "MIRA@example.org", PASSWORD, "email"),
            ("anna", "a@example.org", "short", "password"),
            ("anna", "a@example.org", "password1234", "password"),
            ("anna", "a@example.org", "annaannaanna", "password"),
        ];
        let long = "long words ".repeat(30);
        for (username, email, password, field) in cases.into_iter().chain([("anna", "a@example.org", long.as_str(), "password")]) {
            let answer = join(&site.browser(), username, email, password).await;
            assert_eq!(answer.status, 422, "{username} {email} {password}");
            assert_eq!(answer.all(".field.refused label").len(), 1, "{username} {email} {password}: {:?}", answer.all(".error"));
            assert!(answer.has(&format!("#f-{field}[aria-invalid]")), "{username} {email} {password}");
            assert_eq!(answer.field("username").as_deref(), Some(username), "submitted values are shown again");
        }
        assert_eq!(join(&site.browser(), "anna", "a@example.org", PASSWORD).await.status, 303);
    }
}

site_test! {
    async fn ten_wrong_guesses_block_even_the_right_password(site: Site) {
        site.reader("Mira").await;
        for n in 0..10 {
            let answer = site.browser().post("/login", &[("login", "Mira"), ("password", &format!("guess number {n}")), ("next", "/")]).await;
            assert_eq!(answer.status, 422, "{n}");
        }
        let blocked = site.browser().post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/")]).await;
        assert_eq!(blocked.status, 429);
        let wait: i64 = blocked.header("retry-after").expect("a time").parse().expect("seconds");
        assert!((500..=600).contains(&wait), "{wait}");
        assert_eq!(blocked.field("login").as_deref(), Some("mira"));
        site.reader("Ben").await;
    }
}

site_test! {
    async fn the_display_name_may_not_pass_for_staff(site: Site) {
        site.moderator("Pell").await;
        let reader = site.reader("mira").await;
        for name in ["PeIl", "P e l l", "Реll", "Moderator", "M0derat0r"] {
            let answer = reader.post("/account", &[("name", name), ("bio", "I stay.")]).await;
            assert_eq!(answer.status, 422, "{name}");
            assert_eq!(answer.field("bio").as_deref(), Some("I stay."));
        }
        assert_eq!(reader.post("/account", &[("name", "Мира 日本"), ("bio", "Hello.")]).await.status, 303);
        let page = site.get("/readers/mira").await;
        assert_eq!(page.one("h1"), "Мира 日本");
        assert!(page.body.contains("Hello."));
        assert_eq!(reader.post("/account", &[("name", &"x".repeat(51)), ("bio", "")]).await.status, 422);
    }
}

site_test! {
    async fn a_new_password_ends_the_other_sessions(site: Site) {
        let here = site.reader("mira").await;
        let there = site.log_in("mira").await;
        assert_eq!(here.get("/account/sessions").await.all(".rows li").len(), 2);
        let wrong = here.post("/account/password", &[("current", "wrong one here"), ("password", "seven loud geese on ice")]).await;
        assert_eq!(wrong.status, 422);
        let done = here.post("/account/password", &[("current", PASSWORD), ("password", "seven loud geese on ice")]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(here.get("/account").await.status, 200);
        assert_eq!(there.get("/account").await.status, 303);
        let old = site.browser().post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/")]).await;
        assert_eq!(old.status, 422);
    }
}

site_test! {
    async fn sessions_are_listed_and_ended_one_by_one_by_their_owner_alone(site: Site) {
        let here = site.reader("mira").await;
        let there = site.log_in("mira").await;
        let stranger = site.reader("ben").await;
        let page = here.get("/account/sessions").await;
        let ids: Vec<String> = {
            let html = scraper::Html::parse_document(&page.body);
            let rows = scraper::Selector::parse(".rows li:not(:has(.badge)) input[name=end]").expect("css");
            html.select(&rows).filter_map(|e| e.value().attr("value").map(str::to_owned)).collect()
        };
        assert_eq!(ids.len(), 1);
        assert_eq!(stranger.post("/account/sessions", &[("end", &ids[0])]).await.status, 404);
        assert_eq!(there.get("/account").await.status, 200);
        assert_eq!(here.post("/account/sessions", &[("end", &ids[0])]).await.status, 303);
        assert_eq!(there.get("/account").await.status, 303);
        let third = site.log_in("mira").await;
        assert_eq!(here.post("/account/sessions", &[("end", "others")]).await.status, 303);
        assert_eq!(third.get("/account").await.status, 303);
        assert_eq!(here.get("/account").await.status, 200);
    }
}

site_test! {
    async fn the_setup_link_makes_one_admin_and_then_is_gone(site: Site) {
        let link = site.setup.clone().expect("a link");
        assert_eq!(site.get("/setup/0000").await.status, 404);
        let form = site.get(&link).await;
        assert_eq!(form.status, 200);
        assert!(form.header("cache-control").is_some_and(|c| c.contains("no-store")));
        assert_eq!(form.field("site_name").as_deref(), Some("Masthead"));
        let browser = site.browser();
        let weak = browser.post(&link, &[("site_name", "The Quay"), ("username", "admin"), ("email", "a@example.org"), ("password", "elevenchars")]).await;
        assert_eq!(weak.status, 422);
        let done = browser.post(&link, &[("site_name", "The Quay"), ("username", "admin"), ("email", "a@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(done.status, 303, "{}", done.body);
        assert_eq!(browser.get("/admin").await.status, 200);
        assert_eq!(site.get("/").await.one(".nameplate .name"), "The Quay");
        assert_eq!(site.get(&link).await.status, 404);
        assert_eq!(browser.post(&link, &[("site_name", "X"), ("username", "other"), ("email", "b@example.org"), ("password", PASSWORD)]).await.status, 404);
    }
}

site_test! {
    async fn roles_are_granted_and_taken_and_never_the_last_admin(site: Site) {
        let admin = site.admin("chief").await;
        let reader = site.reader("pell").await;
        assert_eq!(reader.get("/admin").await.status, 403);
        assert_eq!(admin.post("/admin/staff", &[("username", "Pell"), ("role", "moderator"), ("role", "editor")]).await.status, 303);
        let first = reader.get("/admin/comments").await;
        assert_eq!(first.status, 200, "a role counts at once");
        assert!(first.header("set-cookie").is_some_and(|c| c.starts_with("masthead=")), "under a fresh key");
        assert!(reader.get("/admin/comments").await.header("set-cookie").is_none(), "once");
        assert_eq!(reader.get("/account/sessions").await.all(".rows li").len(), 1);
        assert_eq!(reader.get("/admin/settings").await.status, 403);
        let alone = admin.post("/admin/staff", &[("username", "chief")]).await;
        assert_eq!(alone.status, 422);
        assert_eq!(admin.post("/admin/staff", &[("username", "nobody"), ("role", "admin")]).await.status, 422);
        assert_eq!(admin.post("/admin/staff", &[("username", "pell"), ("role", "king")]).await.status, 422);
        // The form shows the change before it is made.
        let asked = admin.get("/admin/staff?username=PELL&role=editor&role=admin").await;
        assert_eq!(asked.all("dl.health dd"), ["Moderator, Editor", "Editor, Admin"]);
        assert_eq!(asked.attrs(".notice form[method=post] input[name=role]", "value"), ["editor", "admin"]);
        assert_eq!(asked.attr(".notice input[name=username]", "value").as_deref(), Some("pell"));
        assert!(!admin.get("/admin/staff").await.has(".notice"));
        assert_eq!(admin.get("/admin/staff?username=nobody-here&role=editor").await.status, 422);
        assert_eq!(admin.post("/admin/staff", &[("username", "pell")]).await.status, 303);
        assert_eq!(reader.get("/admin").await.status, 403, "and is gone at once");
    }
}

site_test! {
    async fn two_admins_who_demote_each_other_leave_one(site: Site) {
        for round in 0..3 {
            let (a, b) = (format!("ann{round}"), format!("bob{round}"));
            let (first, second) = (site.admin(&a).await, site.admin(&b).await);
            if round > 0 {
                // Demotes the admin left over from the previous round.
                for old in [format!("ann{}", round - 1), format!("bob{}", round - 1)] {
                    let _ = first.post("/admin/staff", &[("username", &old)]).await;
                }
            }
            let (fields_b, fields_a) = ([("username", b.as_str())], [("username", a.as_str())]);
            let (one, two) = tokio::join!(first.post("/admin/staff", &fields_b), second.post("/admin/staff", &fields_a));
            for answer in [&one, &two] {
                assert!([303, 403, 422].contains(&answer.status), "{}", answer.status);
            }
            let left = site.db().read(masthead::accounts::roles::staff).await.expect("a read");
            assert_eq!(left.iter().filter(|p| p.is_admin).count(), 1, "round {round}: {} {}", one.status, two.status);
        }
    }
}

site_test! {
    async fn a_reader_with_a_short_password_chooses_a_longer_one_with_the_role(site: Site) {
        site.admin("chief").await;
        let browser = site.browser();
        let short = "qz7!kfw2xmb";
        assert_eq!(join(&browser, "pell", "pell@example.org", short).await.status, 303);
        let roles = Roles { moderator: true, ..Roles::default() };
        site.db().write(move |conn| masthead::accounts::roles::set_roles(conn, "pell", roles, masthead::log::Actor::Console, masthead::db::Time::now())).await.expect("ok").expect("ok");
        let again = site.browser();
        let answer = again.post("/login", &[("login", "pell"), ("password", short), ("next", "/admin")]).await;
        assert_eq!(answer.location().as_deref(), Some("/account/password"));
        assert_eq!(again.get("/admin").await.location().as_deref(), Some("/account/password"));
        assert_eq!(again.post("/account/password", &[("current", short), ("password", "qz7!kfw2xmb9")]).await.status, 422, "too short for a role");
        assert_eq!(again.post("/account/password", &[("current", short), ("password", PASSWORD)]).await.status, 303);
        assert_eq!(again.get("/admin").await.status, 200);
    }
}

site_test! {
    async fn a_site_may_take_no_new_accounts(site: Site) {
        let admin = site.admin("chief").await;
        let saved = admin.post("/admin/settings", &[("join", "nobody"), ("site_name", "The Quay")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert!(!site.get("/join").await.has("form.stack"));
        assert_eq!(join(&site.browser(), "anna", "a@example.org", PASSWORD).await.status, 403);
        for (field, bad) in [("time_zone", "Mars/Olympus"), ("language", "english!"), ("contact", "nowhere"), ("site_name", "  "), ("first_comment", "maybe")] {
            let refused = admin.post("/admin/settings", &[(field, bad)]).await;
            assert_eq!(refused.status, 422, "{field}");
            assert!(refused.has(&format!("#f-{field}[aria-invalid]")), "{field}");
        }
    }
}

site_test! {
    async fn a_ban_stops_the_work_of_a_role_and_a_banned_admin_can_be_demoted(site: Site) {
        let slug = site.article().await;
        let (chief, pell, mira) = (site.admin("chief").await, site.moderator("pell").await, site.reader("mira").await);
        let other = site.admin("other").await;
        let id = mira.comment(&slug, "Hello.").await;
        let revision = pell.revision(&slug, id).await;
        for name in ["pell", "other"] {
            assert_eq!(site.masthead(&["user", "ban", name, "--reason", "Gone rogue"], "").status.code(), Some(0));
        }
        // Done by another process: takes effect here within two seconds.
        let began = std::time::Instant::now();
        while pell.get("/admin").await.status == 200 || other.get("/admin").await.status == 200 {
            assert!(began.elapsed().as_secs() < 2, "the ban has no effect");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let act = pell.post(&format!("/admin/comments/{id}/approve"), &[("revision", &revision)]).await;
        assert_eq!(act.status, 403);
        assert!(act.body.contains("Gone rogue"));
        assert_eq!(other.post("/admin/staff", &[("username", "mira"), ("role", "admin")]).await.status, 403);
        assert_eq!(chief.post("/admin/staff", &[("username", "other")]).await.status, 303, "an admin who is not banned remains, so the banned one can be demoted");
    }
}

site_test! {
    async fn nul_is_nobodys_name_on_either_engine(site: Site) {
        let admin = site.admin("chief").await;
        for path in ["/readers/%00", "/articles/%00", "/media/%00", "/articles/a%00b/comments/1"] {
            assert_eq!(site.get(path).await.status, 404, "{path}");
        }
        assert_eq!(site.browser().post_raw("/login", "login=%00&password=x&next=/").await.status, 422);
        assert_eq!(site.browser().post_raw("/join", "username=a%00bcd&email=a%40example.org&password=x").await.status, 422);
        assert_eq!(admin.post_raw("/admin/staff", "username=%00&role=editor").await.status, 422);
        assert_eq!(admin.post_raw("/admin/settings", "site_name=a%00b").await.status, 422);
        assert_eq!(admin.post_raw("/account", "name=a%00b&bio=%00").await.status, 422);
    }
}

site_test! {
    async fn a_right_password_is_no_failure_even_if_the_client_disconnects(site: Site) {
        site.reader("mira").await;
        let form = [("login", "mira"), ("password", PASSWORD), ("next", "/")];
        for _ in 0..12 {
            let hasty = site.browser();
            let asked = hasty.request("POST", "/login").header("sec-fetch-site", "same-origin").form(&form);
            // The client disconnects while the password is being verified.
            let _ = asked.timeout(std::time::Duration::from_millis(15)).send().await;
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        }
        let began = std::time::Instant::now();
        while site.browser().post("/login", &form).await.status != 303 {
            // The last verifications may still be running; counted as failures, they would block for ten minutes.
            assert!(began.elapsed().as_secs() < 20, "counted as failures");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }
}

/// What a log-in with a second factor will need: states before the sign-in, and data that handlers store for a while.
async fn states_and_data_are_stored(site: Site) {
    use actix_session::storage::{SessionKey, SessionStore};
    use masthead::sessions::{RedisStore, Sessions};
    use std::collections::HashMap;
    let state = &site.state;
    let redis = state
        .limits
        .redis()
        .map(|(redis, prefix)| RedisStore { redis, prefix });
    let sessions = Sessions::new(site.db().clone(), redis, state.cache.clone());
    let ttl = actix_web::cookie::time::Duration::minutes(1);
    let entries = |pairs: &[(&str, &str)]| -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let again = |key: &SessionKey| SessionKey::try_from(key.as_ref().to_owned()).expect("a key");
    let anonymous = sessions
        .save(entries(&[("challenge", "\"abc\"")]), &ttl)
        .await
        .expect("saved");
    let loaded = sessions
        .load(&anonymous)
        .await
        .expect("loaded")
        .expect("a session");
    assert_eq!(loaded, entries(&[("challenge", "\"abc\"")]));
    let key = sessions
        .update(
            again(&anonymous),
            entries(&[("challenge", "\"def\""), ("step", "2")]),
            &ttl,
        )
        .await
        .expect("updated");
    let loaded = sessions
        .load(&key)
        .await
        .expect("loaded")
        .expect("a session");
    assert_eq!(
        loaded,
        entries(&[("challenge", "\"def\""), ("step", "2")]),
        "an update is stored"
    );
    // Many requests at once: each change is whole, the last one stands, and none brings back an earlier one.
    let change = |step: usize| {
        let (sessions, key) = (&sessions, again(&anonymous));
        async move {
            let entries = HashMap::from([("step".to_owned(), step.to_string())]);
            let ttl = actix_web::cookie::time::Duration::minutes(1);
            sessions.update(key, entries, &ttl).await.map(|_| ())
        }
    };
    let (a, b, c) = tokio::join!(change(3), change(4), change(5));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    let loaded = sessions
        .load(&anonymous)
        .await
        .expect("loaded")
        .expect("a session");
    assert!(
        ["3", "4", "5"].contains(&loaded["step"].as_str()),
        "{loaded:?}"
    );
    change(6).await.expect("updated");
    let loaded = sessions
        .load(&anonymous)
        .await
        .expect("loaded")
        .expect("a session");
    assert_eq!(loaded, entries(&[("step", "6")]));
    site.reader("mira").await;
    use diesel::prelude::*;
    use masthead::db::schema::accounts;
    let id: i64 = site
        .db()
        .read(|conn| {
            Ok(accounts::table
                .filter(accounts::username.eq("mira"))
                .select(accounts::id)
                .first(conn)?)
        })
        .await
        .expect("a read");
    let pending = sessions
        .save(
            entries(&[("account_id", &id.to_string()), ("pending", "true")]),
            &ttl,
        )
        .await
        .expect("saved");
    let loaded = sessions
        .load(&pending)
        .await
        .expect("loaded")
        .expect("a session");
    assert!(
        loaded.contains_key("pending") && !loaded.contains_key("account"),
        "not signed in: {loaded:?}"
    );
    assert!(
        sessions
            .list(id, site.db().now())
            .await
            .expect("a list")
            .len()
            == 1,
        "it is none of the sessions of the account"
    );
    sessions.delete(&pending).await.expect("deleted");
    assert!(sessions.load(&pending).await.expect("loaded").is_none());
    // Changes that run at the same moment do not bring a deleted session back.
    for _ in 0..20 {
        let ended = sessions
            .save(entries(&[("challenge", "\"x\"")]), &ttl)
            .await
            .expect("saved");
        let changes = async {
            for step in 0..5 {
                let entries = entries(&[("step", &step.to_string())]);
                let _ = sessions.update(again(&ended), entries, &ttl).await;
            }
        };
        let (_, deleted) = tokio::join!(changes, sessions.delete(&ended));
        deleted.expect("deleted");
        assert!(sessions.load(&ended).await.expect("loaded").is_none());
    }
    // Pending log-ins, which somebody with the password alone can make, end no sessions.
    for _ in 0..55 {
        sessions
            .save(
                entries(&[("account_id", &id.to_string()), ("pending", "true")]),
                &ttl,
            )
            .await
            .expect("saved");
    }
    assert_eq!(
        sessions
            .list(id, site.db().now())
            .await
            .expect("a list")
            .len(),
        1
    );
}

site_test! {
    async fn sessions_hold_states_and_data_of_handlers(site: Site) {
        super::states_and_data_are_stored(site).await;
    }
}

#[test]
fn sessions_hold_states_and_data_of_handlers_on_redis() {
    if let Some(redis) = crate::harness::redis_url() {
        crate::harness::run(
            module_path!(),
            None,
            Some(redis),
            states_and_data_are_stored,
        );
    }
}
