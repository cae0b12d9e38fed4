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
    async fn somebody_is_invited_by_a_link_that_works_once(site: Site) {
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
        let page = chief.get("/admin/invitations").await;
        let link = page.attr(".shared a", "href").expect("the link");
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
        // Taken back, or by somebody who is no admin any more.
        chief.post("/admin/invitations", &[("email", "second@example.org"), ("role", "editor")]).await;
        let page = chief.get("/admin/invitations").await;
        let link = page.attr(".shared a", "href").expect("the link");
        let revoke = page.attr("form[action$='/revoke']", "action").expect("a way back");
        assert_eq!(chief.post(&revoke, &[]).await.status, 303);
        assert_eq!(site.get(link.strip_prefix(&site.origin()).expect("here")).await.status, 404);
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
