//! Race conditions: what was checked when a request arrived is checked again in the transaction that writes.

use crate::harness::session_cookie;
use crate::{Answer, PASSWORD, Site, site_test};
use masthead::accounts::roles::{self, Roles};
use masthead::accounts::store;
use masthead::db::Time;
use masthead::sessions;

const NEW: &str = "seven loud geese on thin ice";

impl Site {
    async fn ban(&self, username: &'static str) {
        let now = Time::now();
        self.db()
            .write(move |conn| {
                roles::set_ban(
                    conn,
                    username,
                    Some(("spam", None)),
                    masthead::log::Actor::Console,
                    now,
                )
            })
            .await
            .expect("a write")
            .expect("an account");
    }

    async fn set_roles(&self, username: &'static str, roles: Roles) {
        let now = Time::now();
        self.db()
            .write(move |conn| {
                roles::set_roles(conn, username, roles, masthead::log::Actor::Console, now)
            })
            .await
            .expect("a write")
            .expect("an account");
    }

    async fn end_sessions(&self, username: &str) {
        let here = self.log_in(username).await;
        assert_eq!(
            here.post("/account/sessions", &[("end", "others")])
                .await
                .status,
            303
        );
    }
}

site_test! {
    async fn a_reader_who_is_banned_while_the_text_is_on_its_way_does_not_post(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        site.reader("mira").await;
        let cookie = site.cookie("mira").await;
        let answer = site.slow_post(&format!("/articles/{slug}/comments"), &cookie, "body=I+was+quicker&action=post", site.ban("mira")).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(answer.contains("I was quicker"), "the text is kept");
        assert!(!site.get(&format!("/articles/{slug}")).await.body.contains("I was quicker"));
    }
}

site_test! {
    async fn a_moderator_who_is_demoted_meanwhile_does_not_reject(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let id = site.reader("mira").await.comment(&slug, "It stays.").await;
        let pell = site.moderator("pell").await;
        let revision = pell.revision(&slug, id).await;
        let cookie = site.cookie("pell").await;
        let demote = site.set_roles("pell", Roles::default());
        let answer = site.slow_post(&format!("/admin/comments/{id}/reject"), &cookie, &format!("revision={revision}&reason=spam"), demote).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(site.get(&format!("/articles/{slug}")).await.body.contains("It stays."));
    }
}

site_test! {
    async fn an_admin_who_is_demoted_meanwhile_does_not_change_settings(site: Site) {
        let chief = site.admin("chief").await;
        site.admin("other").await;
        let cookie = site.cookie("other").await;
        let editor = Roles { editor: true, ..Roles::default() };
        let answer = site.slow_post("/admin/settings", &cookie, "site_name=Mine", site.set_roles("other", editor)).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert_ne!(chief.get("/admin/settings").await.field("site_name").as_deref(), Some("Mine"));
    }
}

site_test! {
    async fn a_session_that_ends_meanwhile_changes_nothing(site: Site) {
        let slug = site.article().await;
        site.reader("mira").await;
        let cookie = site.cookie("mira").await;
        let answer = site.slow_post("/account", &cookie, "name=Somebody&bio=", site.end_sessions("mira")).await;
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("location: /login?next=/account"), "{answer}");
        assert_eq!(site.get("/readers/mira").await.one("h1"), "mira");
        let cookie = site.cookie("mira").await;
        let answer = site.slow_post(&format!("/articles/{slug}/comments"), &cookie, "body=Half+a+thought&action=post", site.end_sessions("mira")).await;
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("Half a thought"), "{answer}");
    }
}

site_test! {
    async fn a_log_in_that_was_verified_before_the_password_changed_opens_nothing(site: Site) {
        let mira = site.reader("mira").await;
        let before = site.db().read(|conn| store::find_by_login(conn, "mira")).await.expect("a read").expect("an account");
        let (id, version) = (before.id, before.password_version);
        let changed = mira.post("/account/password", &[("current", PASSWORD), ("password", NEW)]).await;
        assert_eq!(changed.status, 303, "{}", changed.body);
        let late = before.clone();
        assert!(!site.db().write(move |conn| store::record_login(conn, &late, false, None)).await.expect("a write"));
        // Even a session that was stored for that log-in is invalid.
        let new = sessions::store::NewSession {
            hash: vec![7; 32],
            state: sessions::store::SessionState::SignedIn(id),
            data: String::new(),
            data_expires_at: Time::now(),
            agent: String::new(),
            network: String::new(),
            since: Time::now(),
            password_version: version,
            must_change_password: false,
            proof: None,
            proved_at: Time::now(),
            now: Time::now(),
        };
        site.db().write(move |conn| sessions::store::begin(conn, &new)).await.expect("a write");
        let found = site.db().read(|conn| sessions::store::find(conn, &[7; 32], Time::now())).await.expect("a read");
        assert!(matches!(found, sessions::store::SessionLookup::Expired));
    }
}

site_test! {
    async fn no_session_of_the_old_password_outlives_a_change(site: Site) {
        for round in 0..6 {
            let name = format!("mira{round}");
            let mira = site.reader(&name).await;
            let form = [("login", name.as_str()), ("password", PASSWORD), ("next", "/")];
            let thief = site.browser();
            let change = [("current", PASSWORD), ("password", NEW)];
            let (log_in, change) = tokio::join!(thief.post("/login", &form), mira.post("/account/password", &change));
            assert_eq!(change.status, 303);
            assert!(matches!(log_in.status, 303 | 422));
            assert_eq!(thief.get("/account").await.status, 303, "round {round}: the old password's session lives");
            assert_eq!(mira.get("/account").await.status, 200, "round {round}: who changed it stays");
        }
    }
}

site_test! {
    async fn a_password_change_in_flight_does_not_undo_the_operators_reset(site: Site) {
        site.reader("mira").await;
        let seen = site.db().read(|conn| store::find_by_login(conn, "mira")).await.expect("a read").expect("an account");
        let reset = site.masthead(&["user", "reset-password", "mira", "--password-stdin"], &format!("{NEW}\n"));
        assert!(reset.status.success(), "{}", String::from_utf8_lossy(&reset.stderr));
        let (id, version) = (seen.id, seen.password_version);
        let late = site.db().write(move |conn| store::set_password(conn, id, Some(version), "$argon2id$stolen", false)).await;
        assert_eq!(late.expect("a write"), None);
        let form = [("login", "mira"), ("password", NEW), ("next", "/")];
        assert_eq!(site.browser().post("/login", &form).await.status, 303);
    }
}

site_test! {
    async fn a_new_password_gives_the_session_a_new_key(site: Site) {
        site.reader("mira").await;
        let old = site.cookie("mira").await;
        let with = |cookie: &str, request: reqwest::RequestBuilder| Answer::of(request.header("cookie", cookie).header("sec-fetch-site", "same-origin"));
        let browser = site.browser();
        let change = browser.request("POST", "/account/password").form(&[("current", PASSWORD), ("password", NEW)]);
        let changed = with(&old, change).await;
        assert_eq!(changed.status, 303, "{}", changed.body);
        let new = session_cookie(&changed).expect("a new key");
        assert_ne!(new, old);
        assert_eq!(with(&new, browser.request("GET", "/account")).await.status, 200);
        assert_eq!(with(&old, browser.request("GET", "/account")).await.status, 303);
    }
}

site_test! {
    async fn settings_of_two_admins_both_stand_and_a_stale_form_is_told(site: Site) {
        let (one, two) = (site.admin("one").await, site.admin("two").await);
        for round in 0..5 {
            let (name, line) = (format!("Name {round}"), format!("Line {round}"));
            let (name_form, line_form) = ([("site_name", name.as_str())], [("tagline", line.as_str())]);
            let (a, b) = tokio::join!(one.post("/admin/settings", &name_form), two.post("/admin/settings", &line_form));
            assert_eq!((a.status, b.status), (303, 303));
            let page = one.get("/admin/settings").await;
            assert_eq!((page.field("site_name"), page.field("tagline")), (Some(name), Some(line)));
        }
        let revision = one.get("/admin/settings").await.field("revision").expect("a revision");
        let saved = two.post("/admin/settings", &[("tagline", "Theirs"), ("revision", &revision)]).await;
        assert_eq!(saved.status, 303);
        let stale = one.post("/admin/settings", &[("tagline", "Mine"), ("site_name", "Mine"), ("revision", &revision)]).await;
        assert_eq!(stale.status, 409);
        assert_eq!(stale.field("tagline").as_deref(), Some("Mine"), "submitted values are shown again");
        assert!(stale.all(".error").iter().any(|now| now == "Now: Theirs"), "the stored value is shown next to it");
        assert_eq!(one.get("/admin/settings").await.field("tagline").as_deref(), Some("Theirs"), "and not stored");
        let again = stale.field("revision").expect("the revision as it is now");
        assert_eq!(one.post("/admin/settings", &[("tagline", "Mine"), ("revision", &again)]).await.status, 303);
    }
}

site_test! {
    async fn roles_ask_for_the_password_where_the_log_in_is_not_recent(site: Site) {
        let chief = site.admin("chief").await;
        site.reader("mira").await;
        assert!(!chief.get("/admin/staff?username=mira&role=moderator").await.has("input[name=current]"));
        let earlier = Time::now().plus(-11 * Time::MINUTE);
        site.db().write(move |conn| {
            use diesel::prelude::*;
            use masthead::db::schema::sessions;
            diesel::update(sessions::table).set(sessions::proved_at.eq(earlier.0)).execute(conn)?;
            masthead::db::invalidation::changed(conn, masthead::db::invalidation::CacheTag::Everything);
            Ok(())
        }).await.expect("a write");
        assert!(chief.get("/admin/staff?username=mira&role=moderator").await.has("input[name=current]"));
        let refused = chief.post("/admin/staff", &[("username", "mira"), ("role", "moderator")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.has("input[name=current]"));
        let wrong = chief.post("/admin/staff", &[("username", "mira"), ("role", "moderator"), ("current", "not this one")]).await;
        assert_eq!(wrong.status, 422);
        assert_ne!(wrong.one(".errors"), refused.one(".errors"), "a wrong password is called wrong");
        let given = chief.post("/admin/staff", &[("username", "mira"), ("role", "moderator"), ("current", PASSWORD)]).await;
        assert_eq!(given.status, 303, "{}", given.body);
    }
}

site_test! {
    async fn an_account_has_fifty_sessions_at_most(site: Site) {
        let first = site.reader("mira").await;
        let id = site.db().read(|conn| store::find_by_login(conn, "mira")).await.expect("a read").expect("an account").id;
        for n in 0..55_u8 {
            let now = Time::now().plus(i64::from(n) + 1);
            let new = sessions::store::NewSession {
                hash: vec![n; 32], state: sessions::store::SessionState::SignedIn(id), data: String::new(), data_expires_at: now, agent: String::new(), network: String::new(), since: now, password_version: 0, must_change_password: false, proof: None, proved_at: now, now,
            };
            site.db().write(move |conn| sessions::store::begin(conn, &new)).await.expect("a write");
        }
        let left = site.db().read(move |conn| sessions::store::list(conn, id, Time::now())).await.expect("a read");
        assert_eq!(left.len(), sessions::store::MAX_PER_ACCOUNT);
        assert_eq!(first.get("/account").await.status, 303, "the least recently seen session has ended");
    }
}

site_test! {
    async fn a_session_that_ends_meanwhile_ends_no_others(site: Site) {
        let owner = site.reader("mira").await;
        let thief = site.cookie("mira").await;
        let slow = site.slow_post("/account/sessions", &thief, "end=others", async {
            let ended = owner.post("/account/sessions", &[("end", "others")]).await;
            assert_eq!(ended.status, 303);
        });
        let answer = slow.await;
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("/login"), "{answer}");
        assert_eq!(owner.get("/account").await.status, 200, "the owner's session stays valid");
    }
}

site_test! {
    async fn a_key_that_was_replaced_does_not_sign_the_browser_out(site: Site) {
        site.reader("mira").await;
        let old = site.cookie("mira").await;
        let browser = site.browser();
        let with_old = |request: reqwest::RequestBuilder| Answer::of(request.header("cookie", &old).header("sec-fetch-site", "same-origin"));
        let change = browser.request("POST", "/account/password").form(&[("current", PASSWORD), ("password", NEW)]);
        assert_eq!(with_old(change).await.status, 303);
        // Requests that were in progress when the token was rotated.
        for path in ["/", "/account", "/about"] {
            let late = with_old(browser.request("GET", path)).await;
            assert!(late.header("set-cookie").is_none(), "{path}: the new cookie must not be removed");
        }
    }
}

site_test! {
    async fn banned_readers_change_neither_name_nor_bio(site: Site) {
        let mira = site.reader("mira").await;
        site.ban("mira").await;
        let refused = mira.post("/account", &[("name", "New"), ("bio", "Words of mine.")]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body.contains("Words of mine."), "the text is given back");
        assert_eq!(site.get("/readers/mira").await.one("h1"), "mira");
        let slug = site.article().await;
        let id = site.moderator("pell").await.comment(&slug, "To be reported.").await;
        let report = mira.post(&format!("/comments/{id}/flag"), &[("reason", "other"), ("detail", "My long report.")]).await;
        assert_eq!(report.status, 403);
        assert!(report.body.contains("My long report."), "so is a report");
    }
}

site_test! {
    async fn nobody_joins_under_a_name_that_passes_for_staff_or_an_author(site: Site) {
        site.moderator("Pell").await;
        site.publish("---\ntitle: A pier\nauthors: [Mira Okafor]\n---\n\nIt stands.\n").await;
        for name in ["PeIl", "pe1l", "P-e-l-l", "miraokafor", "Mira_Okafor", "M1ra-0kafor", "adm1n", "M0derator"] {
            let form = [("username", name), ("email", "new@example.org"), ("password", NEW)];
            let refused = site.browser().post("/join", &form).await;
            assert_eq!(refused.status, 422, "{name}");
            assert!(refused.has("#f-username[aria-invalid]"), "{name}");
        }
        let form = [("username", "mirabelle"), ("email", "new@example.org"), ("password", NEW)];
        assert_eq!(site.browser().post("/join", &form).await.status, 303);
    }
}

site_test! {
    async fn deleting_names_and_log_outs_have_limits(site: Site) {
        let slug = site.article().await;
        let mira = site.reader("mira").await;
        let id = mira.comment(&slug, "Here and gone.").await;
        let mut done = 0;
        for _ in 0..30 {
            for action in ["delete", "undelete"] {
                match mira.post(&format!("/comments/{id}/{action}"), &[]).await.status {
                    303 => done += 1,
                    other => assert_eq!(other, 429),
                }
            }
        }
        assert!(done <= 20, "{done}");
        let mut named = 0;
        for n in 0..40 {
            match mira.post("/account", &[("name", &format!("Mira {n}")), ("bio", "")]).await.status {
                303 => named += 1,
                other => assert_eq!(other, 429),
            }
        }
        assert_eq!(named, 30);
    }
}
