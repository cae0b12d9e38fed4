//! Running the place: dashboard, pages, invitations, the log of what staff did.

use crate::{PASSWORD, site_test};

site_test! {
    async fn the_dashboard_says_what_is_worth_doing_and_ticks_it_off(site: Site) {
        let settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings)).await.expect("a thread").expect("samples");
        let (chief, edda, wanda, pell) = (site.admin("chief").await, site.editor("edda").await, site.writer("wanda").await, site.moderator("pell").await);
        let page = chief.get("/admin").await;
        assert_eq!(page.all(".steps li").len(), 5);
        assert_eq!(page.all(".steps li.ticked").len(), 1, "others are here already");
        assert!(page.has("#samples form"));
        assert_eq!(chief.post("/admin/settings", &[("tagline", "News of the docks")]).await.status, 303);
        let written = edda.post("/admin/articles/new", &[("title", "Our own")]).await;
        assert_eq!(written.status, 303);
        assert_eq!(chief.post("/admin/settings", &[("remove", "samples")]).await.status, 303);
        assert_eq!(chief.get("/admin").await.all(".steps li.ticked").len(), 4);
        for (who, sees, misses) in [(&edda, "Newsroom", "Needs review"), (&wanda, "Newsroom", "Needs review"), (&pell, "Needs review", "Newsroom")] {
            let page = who.get("/admin").await;
            assert_eq!(page.status, 200);
            assert!(!page.has(".steps") && !page.has(".health"), "for admins");
            let headings = page.all("h2.label").join(" ");
            assert!(headings.contains(sees) && !headings.contains(misses), "{headings}");
        }
        assert!(edda.get("/admin").await.all(".figures a").iter().any(|figure| figure == "1 Drafts"));
        assert!(wanda.get("/admin").await.all(".figures a").iter().any(|figure| figure == "0 Drafts"), "a writer sees their own");
    }
}

site_test! {
    async fn a_sample_that_was_edited_stays_when_the_samples_go(site: Site) {
        let settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings)).await.expect("a thread").expect("samples");
        let chief = site.admin("chief").await;
        let slug = "the-gate-that-was-built-for-a-sea-nobody-has-seen-yet";
        let list = chief.get("/admin/articles?q=gate").await;
        let path = list.attr("[data-article] a", "href").expect("it");
        let before = site.get(&format!("/articles/{slug}")).await;
        let version = chief.get(&path).await.attr("form.write input[name=revision]", "value").expect("a version");
        let answer = chief.post(&format!("{path}/publish"), &[("revision", &version)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let after = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(before.all(".body p, .body h2, .body h3, .notes li, .byline a"), after.all(".body p, .body h2, .body h3, .notes li, .byline a"));
        assert_eq!(before.attr("figure.hero img", "src"), after.attr("figure.hero img", "src"));
        assert_eq!(chief.post("/admin/settings", &[("remove", "samples")]).await.status, 303);
        let kept = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(kept.status, 200);
        assert_eq!(kept.all(".comments article, .comments li").len(), after.all(".comments article, .comments li").len());
        assert_eq!(chief.get("/admin/articles").await.all("[data-article]").len(), 1);
        assert_eq!(site.get(&kept.attr("figure.hero img", "src").expect("its picture")).await.status, 200);
    }
}

site_test! {
    async fn pages_are_written_with_versions_and_linked_at_the_foot(site: Site) {
        let (edda, ben, wanda) = (site.editor("edda").await, site.editor("ben").await, site.writer("wanda").await);
        assert_eq!(wanda.get("/admin/pages").await.status, 403);
        let list = edda.get("/admin/pages").await;
        for page in ["about", "guidelines", "privacy"] {
            assert!(list.has(&format!("a[href='/admin/pages/{page}']")));
        }
        for (fields, name) in [
            ([("title", ""), ("body", "Kept")], "title"),
            ([("title", "Imprint"), ("body", " ")], "body"),
            ([("title", "Imprint"), ("body", "![x](/media/none.png)")], "body"),
        ] {
            let answer = edda.post("/admin/pages", &fields).await;
            assert_eq!(answer.status, 422);
            assert!(answer.has(&format!("#f-{name}[aria-invalid=true]")));
            assert_eq!(answer.field("body").as_deref(), Some(fields[1].1));
        }
        let made = edda.post("/admin/pages", &[("title", "Imprint"), ("body", "The *Docks*, Quay 1.\n\n## Law\n\nNone. <script>x</script>"), ("in_footer", "on")]).await;
        assert_eq!((made.status, made.location().as_deref()), (303, Some("/admin/pages/imprint")));
        let page = site.get("/pages/imprint").await;
        assert_eq!((page.one("h1"), page.one(".body em")), ("Imprint".into(), "Docks".into()));
        assert!(!page.has(".body script"));
        assert!(site.get("/").await.has("footer a[href='/pages/imprint']"));
        assert_eq!(edda.post("/admin/pages", &[("title", "Imprint"), ("body", "Again")]).await.status, 422, "there is one");
        assert_eq!(edda.post("/admin/pages", &[("title", "About"), ("slug", "about"), ("body", "Again")]).await.status, 422);
        assert_eq!(site.get("/pages/nothing").await.status, 404);
        // Two editors.
        let seen = ben.get("/admin/pages/imprint").await.field("revision").expect("a revision");
        assert_eq!(edda.post("/admin/pages/imprint", &[("title", "Imprint"), ("body", "Quay 2."), ("revision", &seen)]).await.status, 303);
        assert!(!site.get("/").await.has("footer a[href='/pages/imprint']"), "it was not ticked");
        let stale = ben.post("/admin/pages/imprint", &[("title", "Imprint"), ("body", "Quay 3."), ("revision", &seen)]).await;
        assert_eq!(stale.status, 409);
        assert_eq!(stale.field("body").as_deref(), Some("Quay 3."));
        assert!(stale.body.contains("Quay 2."), "both are shown");
        assert!(site.get("/pages/imprint").await.body.contains("Quay 2."));
        let first = edda.get("/admin/pages/imprint?version=1").await;
        assert!(first.field("body").is_some_and(|body| body.contains("Quay 1.")));
        assert_eq!(edda.get("/admin/pages/imprint?version=9").await.status, 404);
        // A built-in page gets another text, and its own back.
        let before = site.get("/about").await.body;
        let form = edda.get("/admin/pages/about").await;
        assert!(form.field("body").is_some_and(|body| !body.is_empty()), "something to begin with");
        assert_eq!(edda.post("/admin/pages/about", &[("title", "About us"), ("body", "We are the docks."), ("revision", "0")]).await.status, 303);
        assert_eq!(site.get("/about").await.one("h1"), "About us");
        assert_eq!(site.get("/pages/about").await.status, 301);
        assert_eq!(edda.get("/admin/pages/about/delete").await.status, 200);
        assert_eq!(edda.post("/admin/pages/about/delete", &[]).await.status, 303);
        let without = |body: &str| body.lines().filter(|line| !line.contains("static/")).collect::<Vec<_>>().join("\n");
        assert_eq!(without(&site.get("/about").await.body), without(&before));
    }
}

site_test! {
    async fn people_are_invited_by_links_that_work_once(site: Site) {
        let (chief, edda) = (site.admin("chief").await, site.editor("edda").await);
        assert_eq!(edda.get("/admin/invitations").await.status, 403);
        for (fields, kept) in [
            (vec![("email", "nonsense"), ("role", "writer")], "nonsense"),
            (vec![("email", "new@example.org"), ("role", "king")], "new@example.org"),
            (vec![("email", "EDDA@example.org"), ("role", "writer")], "EDDA@example.org"),
        ] {
            let answer = chief.post("/admin/invitations", &fields).await;
            assert_eq!(answer.status, 422, "{fields:?}");
            assert_eq!(answer.field("email").as_deref(), Some(kept));
        }
        let made = chief.post("/admin/invitations", &[("email", "new@example.org"), ("role", "writer"), ("role", "moderator")]).await;
        assert_eq!(made.status, 303);
        let stored: Vec<String> = site.db().read(|conn| {
            use diesel::prelude::*;
            Ok(masthead::db::schema::sessions::table.select(masthead::db::schema::sessions::state).load(conn)?)
        }).await.expect("a read");
        let page = chief.get("/admin/invitations").await;
        let link = page.attr(".shared a", "href").expect("the link");
        let secret = link.rsplit('/').next().expect("a token");
        assert!(stored.iter().all(|state| !state.contains(secret)), "no session holds the link");
        assert!(!chief.get("/admin/invitations").await.has(".shared a"), "it is shown once");
        let path = link.strip_prefix(&site.origin()).expect("of this site").to_owned();
        // The mail has the same link; what waits to be sent does not.
        let waiting: Vec<String> = site.db().read(|conn| {
            use diesel::prelude::*;
            Ok(masthead::db::schema::mails::table.select(masthead::db::schema::mails::payload).load(conn)?)
        }).await.expect("a read");
        let token = path.rsplit('/').next().expect("a token");
        assert!(waiting.len() == 1 && !waiting[0].contains(token));
        site.run_jobs().await;
        let mails: Vec<String> = std::fs::read_dir(site.place.folder.join("mail")).expect("a folder").flatten().map(|file| std::fs::read_to_string(file.path()).expect("a mail")).collect();
        assert!(mails.len() == 1 && mails[0].replace("=\r\n", "").replace("=\n", "").contains(token), "{mails:?}");
        let nobody = site.browser();
        let form = nobody.get(&path).await;
        assert_eq!((form.status, form.header("cache-control").as_deref()), (200, Some("no-store")));
        for (username, password) in [("edda", PASSWORD), ("nina", "short"), ("a b", PASSWORD)] {
            let answer = nobody.post(&path, &[("username", username), ("password", password)]).await;
            assert_eq!(answer.status, 422, "{username}");
            assert_eq!(answer.field("username").as_deref(), Some(username));
        }
        assert_eq!(nobody.post(&path, &[("username", "nina"), ("password", PASSWORD)]).await.status, 303);
        assert_eq!(nobody.get("/admin/articles").await.status, 200, "with the roles, signed in");
        assert_eq!(nobody.get("/admin/comments").await.status, 200);
        assert_eq!(nobody.post("/admin/settings", &[("tagline", "x")]).await.status, 403);
        assert_eq!(site.get(&path).await.status, 404, "once");
        assert_eq!(site.log_in("nina").await.get("/admin/articles").await.status, 200, "no other password is asked for");
        // Taken back.
        chief.post("/admin/invitations", &[("email", "Second@Example.org"), ("role", "admin")]).await;
        chief.get("/admin/invitations").await;
        chief.post("/admin/invitations", &[("email", "second@example.org"), ("role", "editor")]).await;
        let page = chief.get("/admin/invitations").await;
        let link = page.attr(".shared a", "href").expect("the link");
        assert_eq!(page.all("form[action$='/revoke']").len(), 1, "a second invitation replaces the first");
        let revoke = page.attr("form[action$='/revoke']", "action").expect("a way back");
        assert_eq!(chief.post(&revoke, &[]).await.status, 303);
        assert_eq!(site.get(link.strip_prefix(&site.origin()).expect("here")).await.status, 404);
        // From an admin who is none any more, also without roles; and while nobody can join.
        let fox = site.admin("fox").await;
        for (email, role) in [("third@example.org", vec![]), ("fourth@example.org", vec![("role", "editor")])] {
            let fields = [vec![("email", email)], role].concat();
            assert_eq!(fox.post("/admin/invitations", &fields).await.status, 303);
            let link = fox.get("/admin/invitations").await.attr(".shared a", "href").expect("the link");
            let path = link.strip_prefix(&site.origin()).expect("here").to_owned();
            assert_eq!(chief.post("/admin/settings", &[("join", "nobody")]).await.status, 303);
            assert_eq!((site.get(&path).await.status, fox.post("/admin/invitations", &[("email", "fifth@example.org")]).await.status), (422, 422));
            assert_eq!(chief.post("/admin/settings", &[("join", "invited")]).await.status, 303);
            assert_eq!(site.get(&path).await.status, 200);
            site.masthead(&["user", "role", "fox", "reader"], "");
            let answer = site.browser().post(&path, &[("username", "olga"), ("password", PASSWORD)]).await;
            assert_eq!((answer.status, site.get(&path).await.status), (404, 404), "{}", answer.body);
            site.masthead(&["user", "role", "fox", "admin"], "");
        }
        // Moderators see neither whom admins invite nor as what.
        let log = chief.get("/admin/log").await;
        assert!(log.has("[data-action=invite]") && log.has("[data-action=revoke]"));
        let log = site.moderator("pell").await.get("/admin/log").await;
        assert!(!log.has("[data-action=invite]") && !log.has("[data-action=revoke]"));
        site.run_jobs().await;
    }
}

site_test! {
    async fn the_log_shows_to_each_role_its_part(site: Site) {
        let (chief, edda, pell, wanda) = (site.admin("chief").await, site.editor("edda").await, site.moderator("pell").await, site.writer("wanda").await);
        let slug = site.article().await;
        let id = site.reader("mira").await.comment(&slug, "Hello.").await;
        pell.approve(&slug, id).await;
        edda.post("/admin/articles/new", &[("title", "Logged")]).await;
        edda.post("/admin/pages", &[("title", "Imprint"), ("body", "Here.")]).await;
        chief.post("/admin/settings", &[("tagline", "New words")]).await;
        assert_eq!(wanda.get("/admin/log").await.status, 403);
        let all = chief.get("/admin/log").await;
        for (action, actor) in [("approve", "pell"), ("create", "edda"), ("save", "edda"), ("setting", "chief")] {
            assert!(all.has(&format!("[data-log][data-action={action}][data-actor={actor}]")), "{action}");
        }
        assert!(all.body.contains("New words"));
        let of_moderators = pell.get("/admin/log").await;
        assert!(of_moderators.has("[data-action=approve]") && !of_moderators.has("[data-action=create]") && !of_moderators.has("[data-action=setting]"));
        let of_editors = edda.get("/admin/log").await;
        assert!(!of_editors.has("[data-action=approve]") && of_editors.has("[data-action=create]") && !of_editors.has("[data-action=setting]"));
        assert_eq!(edda.get("/admin/log?kind=setting").await.status, 404);
        let rows = |page: &crate::Answer| page.all("[data-log]").len();
        assert_eq!(rows(&chief.get("/admin/log?kind=page").await), 1);
        assert_eq!(rows(&chief.get("/admin/log?who=EDDA").await), 2);
        assert_eq!(rows(&chief.get("/admin/log?who=nobody").await), 0);
        assert_eq!(rows(&chief.get("/admin/log?who=edda&kind=article").await), 1);
    }
}

site_test! {
    async fn an_editor_decides_what_leads_the_front_page(site: Site) {
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        for n in 1..=8 {
            site.publish(&format!("---\ntitle: Story {n}\ndate: 2026-01-0{n}\n---\n\nText.\n")).await;
        }
        assert_eq!(site.get("/").await.one(".lead h2"), "Story 8", "the newest leads by itself");
        assert_eq!(wanda.get("/admin/front").await.status, 403);
        assert_eq!(edda.get("/admin/front").await.status, 200);
        for rows in [
            vec![("article", "nothing"), ("until", "")],
            vec![("article", "story-2"), ("until", "2020-01-01T00:00")],
            vec![("article", "story-2"), ("until", "soon")],
            vec![("article", "story-2"), ("until", ""), ("article", "story-2"), ("until", "")],
        ] {
            let answer = edda.post("/admin/front", &rows).await;
            assert_eq!(answer.status, 422, "{rows:?}");
            assert!(answer.body.contains(rows[0].1), "what was typed is kept");
        }
        let address = format!("{}/articles/story-5", site.origin());
        let chosen = [("article", "story-2"), ("until", ""), ("article", &*address), ("until", "2099-01-01T00:00"), ("article", ""), ("until", "")];
        assert_eq!(edda.post("/admin/front", &chosen).await.status, 303);
        let front = site.get("/").await;
        assert_eq!(front.one(".lead h2"), "Story 2");
        assert_eq!(front.all(".secondary h3, .secondary h2")[0], "Story 5");
        let above = front.all(".lead h2, .secondary h3, .secondary h2, .latest h3");
        let mut once = above.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), above.len(), "each stands once: {above:?}");
        // What is over, or taken down, makes room.
        site.db().write(|conn| {
            use diesel::prelude::*;
            use masthead::db::schema::front_pins;
            diesel::update(front_pins::table.filter(front_pins::position.eq(0))).set(front_pins::until.eq(1)).execute(conn)?;
            masthead::db::invalidation::changed(conn, masthead::db::invalidation::CacheTag::Articles);
            Ok(())
        }).await.expect("a write");
        assert_eq!(site.get("/").await.one(".lead h2"), "Story 5");
        assert_eq!(edda.post("/admin/front", &[("article", ""), ("until", "")]).await.status, 303);
        assert_eq!(site.get("/").await.one(".lead h2"), "Story 8");
    }
}

site_test! {
    async fn the_calendar_shows_what_was_published_and_what_is_scheduled(site: Site) {
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        site.publish("---\ntitle: Old news\ndate: 2026-02-28T12:00:00Z\n---\n\nText.\n").await;
        let id = edda.post("/admin/articles/new", &[("title", "Later"), ("body", "Text.")]).await.location().expect("a draft");
        let version = edda.get(&id).await.attr("form.write input[name=revision]", "value").expect("a version");
        assert_eq!(edda.post(&format!("{id}/schedule"), &[("publish_at", "2040-02-29T23:59"), ("revision", &version)]).await.status, 303);
        let past = edda.get("/admin/calendar?month=2026-02").await;
        assert!(past.one("td:has(li)").contains("28") && past.one("td:has(li)").contains("Old news"));
        let later = edda.get("/admin/calendar?month=2040-02").await;
        assert!(later.one("td:has(li)").contains("29") && later.one("td:has(li)").contains("Scheduled"));
        assert!(later.has("a[rel=prev][href='/admin/calendar?month=2040-01']") && later.has("a[rel=next][href='/admin/calendar?month=2040-03']"));
        assert!(!wanda.get("/admin/calendar?month=2040-02").await.has("[data-article]"), "a writer sees their own");
        assert_eq!(edda.get("/admin/calendar").await.status, 200);
        for month in ["2040-13", "x", "0000-01", "99999-01"] {
            assert_eq!(edda.get(&format!("/admin/calendar?month={month}")).await.status, 404, "{month}");
        }
    }
}

site_test! {
    async fn several_articles_are_changed_at_once(site: Site) {
        let edda = site.editor("edda").await;
        for n in 1..=3 {
            site.publish(&format!("---\ntitle: Story {n}\n---\n\nText.\n")).await;
        }
        let list = edda.get("/admin/articles").await;
        let picked: Vec<String> = (1..=3).map(|n| list.attr(&format!("[data-article]:nth-of-type({n}) input[name=ids]"), "value").expect("a box")).collect();
        // One is saved meanwhile.
        let path = format!("/admin/articles/{}", picked[0].split(':').next().expect("an id"));
        let version = edda.get(&path).await.attr("form.write input[name=revision]", "value").expect("a version");
        assert_eq!(edda.post(&path, &[("dek", "Changed."), ("revision", &version)]).await.status, 303);
        let mut form: Vec<(&str, &str)> = picked.iter().map(|id| ("ids", id.as_str())).collect();
        form.push(("action", "unpublish"));
        let answer = edda.post("/admin/articles/bulk", &form).await;
        assert_eq!(answer.status, 303);
        let after = edda.get(&answer.location().expect("the list")).await;
        assert!(after.has(&format!(".done a[href='{path}']")), "it is named");
        assert_eq!(edda.get("/admin/articles?status=unpublished").await.all("[data-article]").len(), 2);
        assert_eq!(edda.post("/admin/articles/bulk", &[("action", "explode")]).await.status, 422);
        assert_eq!(edda.post("/admin/articles/bulk", &[("action", "delete"), ("ids", "x")]).await.status, 404);
        assert_eq!(site.writer("wanda").await.post("/admin/articles/bulk", &form).await.status, 403);
    }
}

site_test! {
    async fn the_look_is_changed_by_settings_that_are_checked(site: Site) {
        let chief = site.admin("chief").await;
        let plain = site.get("/").await;
        assert!(!plain.has("link[href^='/own/']"), "nothing is loaded that nobody asked for");
        for (name, value) in [
            ("accent", "red"), ("accent", "#12345"), ("accent", "#ffff00"), ("accent", "#8f1d22 #222222"), ("accent", "#8f1d22 #e58b84 #111111"),
            ("close_after_days", "0"), ("close_after_days", "-3"), ("close_after_days", "soon"), ("close_after_days", "9999"),
            ("own_css", "@import 'a.css';"), ("own_css", "@\\69mport url(/a.css);"), ("own_css", "p { background: url(https://example.org/a.png) }"),
            ("own_css", "p { background: u\\72l( //example.org/a.png ) }"), ("own_css", "p { background: image-set('https://example.org/a.png' 1x) }"),
            ("own_css", "p { background: url('/\\9 /example.org/a.png') }"), ("own_css", ":root { --u: '//example.org/a.png' } p { background: image-set(var(--u) 1x) }"),
            ("own_css", "p { background: url(data:image/png;base64,AAAA) }"), ("own_css", "p { background: url('unfinished) }\n"),
        ] {
            let answer = chief.post("/admin/settings", &[(name, value)]).await;
            assert_eq!(answer.status, 422, "{name}: {value}");
            assert!(answer.has(&format!("#f-{name}[aria-invalid=true]")), "{name}: {value}");
        }
        let css = ".kicker { text-transform: none; background: url(/media/a.png) }";
        assert_eq!(chief.post("/admin/settings", &[("accent", "#005A9C"), ("own_css", css)]).await.status, 303);
        let page = site.get("/").await;
        let path = page.attr("link[rel=stylesheet][href^='/own/']", "href").expect("a style sheet");
        let sheet = site.get(&path).await;
        assert_eq!(sheet.header("content-type").as_deref(), Some("text/css; charset=utf-8"));
        assert!(sheet.header("cache-control").is_some_and(|keep| keep.contains("immutable")));
        assert!(sheet.body.contains("#005a9c") && sheet.body.contains("light-dark(") && sheet.body.ends_with(css));
        assert!(!chief.get("/admin").await.has("link[href^='/own/']"), "a mistake in it locks nobody out");
        assert_eq!(chief.post("/admin/settings", &[("accent", ""), ("own_css", "")]).await.status, 303);
        assert_eq!(site.get(&path).await.status, 404);
        assert!(!site.get("/").await.has("link[href^='/own/']"));
    }
}

site_test! {
    async fn threads_are_closed_after_their_days_once(site: Site) {
        let chief = site.admin("chief").await;
        site.publish("---\ntitle: Old\ndate: 2020-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: New\n---\n\nText.\n").await;
        assert!(!site.get("/articles/old").await.has(".thread .closed"));
        assert_eq!(chief.post("/admin/settings", &[("close_after_days", "30")]).await.status, 303);
        let sweep = || async {
            site.db().write(|conn| {
                use diesel::prelude::*;
                use masthead::db::schema::jobs;
                diesel::update(jobs::table.filter(jobs::kind.eq("sweep"))).set(jobs::run_at.eq(0)).execute(conn)?;
                Ok(())
            }).await.expect("a write");
            site.run_jobs().await;
        };
        sweep().await;
        assert!(site.get("/articles/old").await.has(".thread .closed"));
        assert!(!site.get("/articles/new").await.has(".thread .closed"));
        let id = chief.get("/admin/articles?q=old").await.attr("[data-article]", "data-article").expect("it");
        assert_eq!(chief.post(&format!("/admin/articles/{id}/comments"), &[("comments", "open")]).await.status, 303);
        sweep().await;
        assert!(!site.get("/articles/old").await.has(".thread .closed"), "what an editor opens again stays open");
    }
}

site_test! {
    async fn the_dashboard_counts_the_last_thirty_days_and_mails_that_were_given_up(site: Site) {
        use diesel::prelude::*;
        use masthead::db::schema::{accounts, jobs};
        let (chief, wanda) = (site.admin("chief").await, site.writer("wanda").await);
        let long_ago = "---\ntitle: Old\ndate: 2020-01-01\n---\n\nText.\n";
        site.publish(long_ago).await;
        let slug = site.article().await;
        site.hold_first(false).await;
        let mira = site.reader("mira").await;
        for n in 0..3 {
            mira.comment(&slug, &format!("Comment {n}.")).await;
        }
        site.hold_first(true).await;
        site.reader("nora").await.comment(&slug, "Held.").await;
        site.db().write(|conn| {
            diesel::update(accounts::table.filter(accounts::username.eq("wanda"))).set(accounts::created_at.eq(5)).execute(conn)?;
            diesel::delete(jobs::table).execute(conn)?;
            masthead::jobs::store::enqueue(conn, &masthead::jobs::Job::SendMail { mail: 1 }, masthead::db::Time(5))?;
            diesel::update(jobs::table).set((jobs::failed_at.eq(Some(6)), jobs::last_error.eq("refused"))).execute(conn)?;
            Ok(())
        }).await.expect("a write");
        let page = chief.get("/admin").await;
        assert_eq!(page.all(".charts figcaption"), ["Articles published 1", "Comments 3", "New accounts 3"], "held comments and old articles do not count");
        assert_eq!(page.all(".health dd")[3], "none known");
        std::fs::write(site.place.folder.join("last-backup"), "").expect("a file");
        let backup = chief.get("/admin").await.all(".health dd")[3].clone();
        assert!(backup.contains(&jiff::Timestamp::now().strftime("%Y").to_string()), "{backup}");
        let said = page.attrs(".charts svg[role=img]", "aria-label");
        assert!(said.len() == 3 && said[1].starts_with("Comments: Busiest day: ") && said[1].ends_with("(3)"), "{said:?}");
        assert_eq!(page.all(".charts svg").len() * 30, page.all(".charts rect").len());
        let heights = page.attrs(".charts figure:nth-child(2) rect", "height");
        assert_eq!((heights[28].as_str(), heights[29].as_str()), ("0", "60"), "today is the last one");
        assert!(page.one(".alert a[href='/admin/mail']").contains("One mail"));
        assert!(!wanda.get("/admin").await.has(".charts"), "writers see their own work");
        site.db().write(|conn| Ok(diesel::delete(jobs::table).execute(conn)?)).await.expect("a write");
    }
}

site_test! {
    async fn logo_icon_and_links_are_settings_that_are_checked(site: Site) {
        use crate::library::{library, picture, upload};
        let chief = site.admin("chief").await;
        assert_eq!(upload(&chief, &[("logo.png", picture(400, 80, image::ImageFormat::Png))], &[]).await.status, 303);
        let stored = &library(&chief).await[0];
        let (id, file) = (&stored["id"], stored["file"].as_str().expect("a name"));
        for (name, value) in [
            ("logo", "/media/0000000000000000.png"), ("logo", "https://example.org/logo.png"), ("logo", "/media/../admin"), ("icon", "logo"),
            ("navigation", "No address"), ("navigation", "Bad | javascript:alert(1)"), ("navigation", "Bad | //example.org/"), ("navigation", " | /about"),
            ("navigation", &"A | /a\n".repeat(9)), ("footer_links", "Two words | /a b"), ("social_links", "mastodon"), ("staff_password_length", "11"), ("staff_password_length", "65"),
        ] {
            let answer = chief.post("/admin/settings", &[(name, value)]).await;
            assert_eq!(answer.status, 422, "{name}: {value}");
            assert!(answer.has(&format!("#f-{name}[aria-invalid=true]")), "{name}: {value}");
        }
        let logo = format!("/media/{file}");
        let saved = chief.post("/admin/settings", &[
            ("logo", file), ("icon", &logo), ("navigation", "Events | https://example.org/events\r\n\r\n Imprint|/pages/imprint "),
            ("footer_links", "Jobs & more | /pages/jobs"), ("social_links", "https://social.example/@us\nForum | https://forum.example/"), ("staff_password_length", "20"),
        ]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let page = site.get("/").await;
        let shown = ".nameplate .name img[alt=Masthead]";
        assert_eq!((page.attr(shown, "src"), page.attr(shown, "width"), page.attr(shown, "height")), (Some(logo.clone()), Some("400".into()), Some("80".into())));
        assert_eq!(page.attr("link[rel=icon]", "href").as_deref(), Some(&*logo));
        assert_eq!(page.attr("link[rel=icon]", "type").as_deref(), Some("image/png"));
        assert_eq!(page.one(".nameplate a[href='https://example.org/events']"), "Events");
        assert!(page.has(".nameplate a[href='/pages/imprint']"));
        assert_eq!(page.one(".foot a[href='/pages/jobs']"), "Jobs & more");
        assert_eq!(page.one(".foot a[rel='me noopener'][href='https://social.example/@us']"), "social.example");
        assert!(page.body.contains("\"sameAs\":[\"https://social.example/@us\",\"https://forum.example/\"]"), "{}", page.body);
        assert!(page.body.contains(&format!("\"logo\":{{\"@type\":\"ImageObject\",\"url\":\"{}{logo}\",\"width\":400,\"height\":80}}", site.origin())), "the publisher's logo: {}", page.one("script[type='application/ld+json']"));
        assert!(site.get("/site.webmanifest").await.body.contains(&logo));
        // It is in use, and new passwords of staff are longer.
        assert!(chief.get(&format!("/admin/media/{id}")).await.has(".rows a[href='/admin/settings']"));
        assert_eq!(chief.post(&format!("/admin/media/{id}/delete"), &[]).await.status, 409);
        let form = chief.get("/account/password").await;
        assert!(form.one("#h-password").contains("20"));
        let short = chief.post("/account/password", &[("current", PASSWORD), ("password", "horse-battery-9-kq")]).await;
        assert_eq!(short.status, 422);
        assert!(short.one("#h-password .error").contains("20"), "{}", short.body);
        assert_eq!(chief.post("/admin/settings", &[("logo", ""), ("icon", ""), ("navigation", ""), ("footer_links", ""), ("social_links", "")]).await.status, 303);
        let page = site.get("/").await;
        assert_eq!(page.one(".nameplate .name"), "Masthead");
        assert!(!page.has(".nameplate .name img") && !page.has(".foot a[href='/pages/jobs']"));
    }
}
