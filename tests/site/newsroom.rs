//! Writing, publishing and correcting articles in the browser.

use crate::{Answer, Browser, site_test};
use masthead::db::Time;

type Given<'a> = &'a [(&'a str, &'a str)];

/// Stores a new draft; returns its id.
pub async fn draft(who: &Browser, fields: Given<'_>) -> i64 {
    let answer = who.post("/admin/articles/new", fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let location = answer.location().expect("the new article");
    let id = location.strip_prefix("/admin/articles/").expect("its form");
    id.parse().expect("an id")
}

/// The version of the form as it is now.
pub async fn version(who: &Browser, id: i64) -> String {
    let form = who.get(&format!("/admin/articles/{id}")).await;
    form.attr("form.write input[name=revision]", "value")
        .unwrap_or_else(|| panic!("a form: {}", form.body))
}

/// Sends the form of an article with the version that it has now.
pub async fn send(who: &Browser, id: i64, what: &str, fields: Given<'_>) -> Answer {
    let version = version(who, id).await;
    send_with(who, id, what, &version, fields).await
}

async fn send_with(who: &Browser, id: i64, what: &str, version: &str, fields: Given<'_>) -> Answer {
    let mut all = fields.to_vec();
    all.push(("revision", version));
    let path = match what {
        "" => format!("/admin/articles/{id}"),
        what => format!("/admin/articles/{id}/{what}"),
    };
    who.post(&path, &all).await
}

site_test! {
    async fn an_editor_writes_publishes_and_changes_an_article(site: Site) {
        let edda = site.editor("edda").await;
        let blank = edda.get("/admin/articles/new").await;
        assert_eq!(blank.status, 200);
        for name in masthead::articles::fields::NAMES {
            assert!(blank.has(&format!("form.write [name={name}]")), "a field for {name}");
        }
        let id = draft(&edda, &[
            ("title", "The  ferry \n returns"), ("dek", "After nine years."), ("tags", "ferries, harbour"), ("authors", "Mira Stahl, Jon Abara"),
            ("section", "Harbour"), ("opening_summary", "It is back."), ("body", "It came *at six*.[^s2]\n\n## The boat\n\nIt is blue.\n"),
            ("why_it_matters", "People can cross."), ("keyphrases", "ferry, crossing"),
            ("note_kind", "primary"), ("note_text", "The timetable"), ("note_publisher", "The harbour"), ("note_url", "https://example.org/t"), ("note_date", "2026-11-20"),
            ("note_kind", "limit"), ("note_text", "The captain’s word"), ("note_publisher", ""), ("note_url", ""), ("note_date", ""),
            ("note_kind", "limit"), ("note_text", "  "), ("note_publisher", "nobody"), ("note_url", ""), ("note_date", ""),
        ]).await;
        assert_eq!(site.get("/articles/the-ferry-returns").await.status, 404, "a draft is not public");
        let excerpted = draft(&edda, &[("title", "Excerpted"), ("body", "It came[^s1] *late*.[^s1] [^sea] stays."), ("note_kind", "limit"), ("note_text", "The log"), ("note_publisher", ""), ("note_url", ""), ("note_date", "")]).await;
        let shown = edda.get(&format!("/admin/articles/{excerpted}/preview")).await;
        assert_eq!(shown.attr("meta[name=description]", "content").as_deref(), Some("It came late. [^sea] stays."), "a list has no notes");
        let preview = edda.get(&format!("/admin/articles/{id}/preview")).await;
        assert_eq!(preview.status, 200);
        assert_eq!(preview.header("cache-control").as_deref(), Some("no-store"));
        assert!(preview.has("meta[name=robots][content=noindex]"));
        assert_eq!(preview.one("h1"), "The ferry returns");
        let answer = send(&edda, id, "publish", &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let page = site.get("/articles/the-ferry-returns").await;
        assert_eq!((page.one("h1"), page.one(".dek")), ("The ferry returns".into(), "After nine years.".into()));
        assert_eq!(page.one(".kicker"), "Harbour");
        assert_eq!(page.all(".byline a"), ["Mira Stahl", "Jon Abara"]);
        assert_eq!(page.one(".body em"), "at six");
        assert_eq!(page.all(".notes li[data-kind]").len(), 2, "a row without text is no note");
        assert!(page.has(".notes li[data-kind=primary] a[href='https://example.org/t']"));
        assert!(page.has("sup.ref a[href='#note-2']"));
        assert_eq!(page.all(".tags a"), ["ferries", "harbour"]);
        assert_eq!(preview.all(".body p, .body h2, .byline a, .tags a, .notes li"), page.all(".body p, .body h2, .byline a, .tags a, .notes li"), "the preview is exactly the page");
        assert!(site.get("/").await.body.contains("The ferry returns"));
        assert!(site.get("/search?q=ferry").await.has("a[href='/articles/the-ferry-returns']"));
        // Saving changes nothing for readers, publishing does; fields that are not sent keep their value.
        assert_eq!(send(&edda, id, "", &[("body", "It came at seven.\n")]).await.status, 303);
        assert!(site.get("/articles/the-ferry-returns").await.body.contains("at six"));
        let form = edda.get(&format!("/admin/articles/{id}")).await;
        assert_eq!(form.field("body").as_deref(), Some("It came at seven.\n"));
        assert_eq!(form.field("title").as_deref(), Some("The ferry returns"));
        let changed = send(&edda, id, "publish", &[("slug", "ferry-returns")]).await;
        assert_eq!(changed.status, 303, "{}", changed.body);
        let moved = site.get("/articles/the-ferry-returns").await;
        assert_eq!((moved.status, moved.location().as_deref()), (301, Some(&*format!("{}/articles/ferry-returns", site.origin()))));
        let page = site.get("/articles/ferry-returns").await;
        assert!(page.body.contains("at seven") && !page.body.contains("at six"));
        assert!(page.has("a[href='/articles/ferry-returns/revisions']"), "readers see that it was changed");
    }
}

site_test! {
    async fn what_is_refused_keeps_every_field_and_stores_nothing(site: Site) {
        let edda = site.editor("edda").await;
        let taken = draft(&edda, &[("title", "Taken")]).await;
        let long = "x".repeat(10_000);
        let cases: [(Given<'_>, &str); 9] = [
            (&[("title", ""), ("body", "Kept 1")], "title"),
            (&[("title", &long), ("body", "Kept 1")], "title"),
            (&[("title", "A\u{0}b"), ("body", "Kept 1")], "title"),
            (&[("title", "A"), ("slug", "taken"), ("body", "Kept 1")], "slug"),
            (&[("title", "A"), ("comments", "perhaps"), ("body", "Kept 1")], "comments"),
            (&[("title", "A"), ("image", "nowhere.jpg"), ("body", "Kept 1")], "image"),
            (&[("title", "A"), ("body", "Kept 1 ![a](/media/none.png)")], "body"),
            (&[("title", "A"), ("body", "Kept 1 [^s1]")], "body"),
            (&[("title", "A"), ("body", "Kept 1"), ("note_kind", "limit"), ("note_text", "It"), ("note_publisher", ""), ("note_url", "javascript:alert(1)"), ("note_date", "")], "note_url-1"),
        ];
        for (fields, name) in cases {
            let answer = edda.post("/admin/articles/new", fields).await;
            assert_eq!(answer.status, 422, "{fields:?}: {}", answer.body);
            assert!(answer.has(&format!("#f-{name}[aria-invalid=true]")), "{name} in {}", answer.body);
            assert!(answer.field("body").is_some_and(|body| body.starts_with("Kept 1")), "the text is kept");
        }
        let unknown = edda.post("/admin/articles/new", &[("title", "A"), ("colour", "red")]).await;
        assert_eq!(unknown.status, 400);
        let twice = edda.post("/admin/articles/new", &[("title", "A"), ("title", "B")]).await;
        assert_eq!(twice.status, 400);
        let list = edda.get("/admin/articles").await;
        assert_eq!(list.all("[data-article]").len(), 1, "nothing was stored");
        // Publication needs a text.
        let empty = send(&edda, taken, "publish", &[]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.has("#f-body[aria-invalid=true]"));
        for when in ["2020-01-01T10:00", "tomorrow", "", "2026-02-30T10:00"] {
            let answer = send(&edda, taken, "schedule", &[("body", "Text."), ("publish_at", when)]).await;
            assert_eq!(answer.status, 422, "{when}");
            assert!(answer.has("#f-publish_at[aria-invalid=true]"), "{when}");
            assert_eq!(answer.field("body").as_deref(), Some("Text."));
        }
        assert_eq!(edda.get("/admin/articles?status=draft").await.all("[data-article]").len(), 1);
        assert_eq!(edda.get("/admin/articles/99").await.status, 404);
        assert_eq!(edda.post("/admin/articles/99", &[("title", "A"), ("revision", "1")]).await.status, 404);
        // Titles in any language are good.
        for title in ["😀😀", "מעבורת חוזרת", "渡轮回来了"] {
            draft(&edda, &[("title", title)]).await;
        }
    }
}

site_test! {
    async fn a_time_that_the_clocks_skip_or_show_twice_is_refused(site: Site) {
        let edda = site.editor("edda").await;
        site.db().write(|conn| masthead::admin::store::set(conn, "time_zone", "Europe/Berlin")).await.expect("a write");
        site.state.refresh_site().await.expect("a read");
        let id = draft(&edda, &[("title", "Later"), ("body", "Text.")]).await;
        for when in ["2027-03-28T02:30", "2027-10-31T02:30"] {
            let answer = send(&edda, id, "schedule", &[("publish_at", when)]).await;
            assert_eq!(answer.status, 422, "{when}");
        }
        assert_eq!(send(&edda, id, "schedule", &[("publish_at", "2027-03-28T03:30:15")]).await.status, 303);
        assert!(edda.get(&format!("/admin/articles/{id}")).await.one(".state").contains("28 March 2027, 03:30"));
    }
}

site_test! {
    async fn a_writer_submits_and_cannot_publish(site: Site) {
        let (wanda, other, edda, mira) = (site.writer("wanda").await, site.writer("wim").await, site.editor("edda").await, site.reader("mira").await);
        let id = draft(&wanda, &[("title", "Mine"), ("body", "By me.")]).await;
        let path = format!("/admin/articles/{id}");
        assert_eq!(other.get(&path).await.status, 404, "somebody else’s draft");
        assert_eq!(other.post(&path, &[("title", "Stolen"), ("revision", "1")]).await.status, 404);
        assert_eq!(mira.get(&path).await.status, 403);
        assert_eq!(mira.get("/admin/articles").await.status, 403);
        assert_eq!(site.get("/admin/articles").await.status, 303);
        assert!(other.get("/admin/articles").await.all("[data-article]").is_empty());
        for what in ["publish", "schedule", "unpublish", "correct", "comments", "unschedule"] {
            assert_eq!(wanda.post(&format!("{path}/{what}"), &[("revision", "1")]).await.status, 403, "{what}");
        }
        assert_eq!(send(&wanda, id, "submit", &[("body", "By me, better.")]).await.status, 303);
        assert!(edda.get("/admin/articles?status=submitted").await.one("[data-article]").contains("Mine"));
        assert_eq!(send(&wanda, id, "", &[("dek", "More.")]).await.status, 303, "it is theirs until it is published");
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        assert!(site.get("/articles/mine").await.body.contains("By me, better."));
        let read = wanda.get(&path).await;
        assert_eq!(read.status, 200, "theirs to read");
        assert!(!read.has("form.write"));
        let kept = wanda.post(&path, &[("title", "Changed"), ("body", "Not lost."), ("revision", "9")]).await;
        assert_eq!(kept.status, 403, "not to change");
        assert!(kept.body.contains("Not lost."));
        assert!(wanda.get("/admin/articles").await.one("[data-article]").contains("Mine"));
    }
}

site_test! {
    async fn a_save_over_a_newer_version_is_refused_with_both(site: Site) {
        let (edda, ben) = (site.editor("edda").await, site.editor("ben").await);
        let id = draft(&edda, &[("title", "Two editors"), ("body", "One two three.")]).await;
        let (first, second) = (version(&edda, id).await, version(&ben, id).await);
        assert!(ben.get(&format!("/admin/articles/{id}")).await.one(".warn").contains("edda"), "the second sees who is there");
        assert_eq!(send_with(&edda, id, "", &first, &[("body", "One TWO three.")]).await.status, 303);
        assert_eq!(send_with(&edda, id, "", &first, &[("body", "One TWO three.")]).await.status, 303, "a second click is no conflict");
        let answer = send_with(&ben, id, "publish", &second, &[("body", "One two FOUR."), ("title", "Two editors!")]).await;
        assert_eq!(answer.status, 409);
        assert!(answer.one(".errors").contains("edda"));
        assert_eq!(answer.field("body").as_deref(), Some("One two FOUR."), "what was typed is kept");
        assert!(answer.one(".conflict").contains("One TWO three."), "and the other version is shown");
        assert!(answer.has(".conflict del") && answer.has(".conflict ins"));
        assert_eq!(site.get("/articles/two-editors").await.status, 404, "nothing was published");
        let now = answer.attr("form.write input[name=revision]", "value").expect("the version now");
        assert_eq!(send_with(&ben, id, "publish", &now, &[("body", "One TWO FOUR.")]).await.status, 303);
        assert!(site.get("/articles/two-editors").await.body.contains("One TWO FOUR."));
        assert_eq!(send_with(&edda, id, "", &first, &[("body", "Old.")]).await.status, 409);
        assert_eq!(send_with(&edda, id, "", "", &[("body", "Old.")]).await.status, 409, "a form without a version is out of date");
        assert_eq!(send_with(&edda, id, "unpublish", "nonsense", &[]).await.status, 409);
    }
}

site_test! {
    async fn an_autosave_is_no_revision_and_makes_only_other_forms_stale(site: Site) {
        let (edda, ben) = (site.editor("edda").await, site.editor("ben").await);
        let id = draft(&edda, &[("title", "Typing"), ("body", "A")]).await;
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let (mine, theirs) = (version(&edda, id).await, version(&ben, id).await);
        let before = site.get("/articles/typing").await.body;
        for body in ["AB", "ABC"] {
            let answer = send_with(&edda, id, "", &mine, &[("action", "autosave"), ("body", body)]).await;
            assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        }
        assert_eq!(site.get("/articles/typing").await.body, before, "readers see nothing of it");
        assert_eq!(edda.get(&format!("/admin/articles/{id}")).await.field("body").as_deref(), Some("ABC"));
        let versions = edda.get(&format!("/admin/articles/{id}/revisions")).await;
        assert_eq!(versions.all("[data-revision]").len(), 1, "an autosave is no revision");
        assert_eq!(send_with(&ben, id, "", &theirs, &[("body", "B")]).await.status, 409);
        assert_eq!(send_with(&ben, id, "", &theirs, &[("action", "autosave"), ("body", "B")]).await.status, 409);
        assert_eq!(send_with(&edda, id, "", &mine, &[("body", "ABCD")]).await.status, 303, "one’s own autosave leaves one’s form valid");
        assert_eq!(edda.get(&format!("/admin/articles/{id}/revisions")).await.all("[data-revision]").len(), 2);
        assert_eq!(site.get("/articles/typing").await.body, before);
        // What is being typed may be incomplete.
        let mine = version(&edda, id).await;
        assert_eq!(send_with(&edda, id, "", &mine, &[("action", "autosave"), ("title", ""), ("body", "[^s9] ![](/media/")]).await.status, 204);
        assert!(edda.get(&format!("/admin/articles/{id}/preview")).await.status == 422);
    }
}

site_test! {
    async fn buttons_without_a_script_store_nothing(site: Site) {
        let edda = site.editor("edda").await;
        let row = [("note_kind", "primary"), ("note_text", "One"), ("note_publisher", ""), ("note_url", ""), ("note_date", "")];
        let more = [&row[..], &[("title", "Typed"), ("action", "add-note")]].concat();
        let page = edda.post("/admin/articles/new", &more).await;
        assert_eq!((page.status, page.all(".notes .group-row").len()), (200, 2));
        assert_eq!(page.field("title").as_deref(), Some("Typed"));
        let fewer = [&row[..], &row[..], &[("title", "Typed"), ("action", "remove-note-1")]].concat();
        assert_eq!(edda.post("/admin/articles/new", &fewer).await.all(".notes .group-row").len(), 1);
        let preview = edda.post("/admin/articles/new", &[("title", "Typed"), ("body", "Some *text*."), ("action", "preview")]).await;
        assert_eq!((preview.status, preview.one("h1")), (200, "Typed".into()));
        assert_eq!(preview.one(".body em"), "text");
        assert_eq!(edda.post("/admin/articles/new", &[("title", "Typed"), ("action", "explode")]).await.status, 422);
        assert!(edda.get("/admin/articles").await.all("[data-article]").is_empty());
    }
}

site_test! {
    async fn a_schedule_is_kept_by_the_job_once(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Tomorrow"), ("body", "News.")]).await;
        assert_eq!(send(&edda, id, "schedule", &[("publish_at", "2030-05-01T09:30")]).await.status, 303);
        assert!(edda.get("/admin/articles?status=scheduled").await.has(&format!("[data-article='{id}'][data-status=scheduled]")));
        assert_eq!(site.get("/articles/tomorrow").await.status, 404);
        // Taken back, it is a draft again.
        assert_eq!(send(&edda, id, "unschedule", &[]).await.status, 303);
        assert!(edda.get(&format!("/admin/articles/{id}")).await.one(".state").contains("Draft"));
        assert_eq!(send(&edda, id, "schedule", &[("publish_at", "2030-05-01T09:30")]).await.status, 303);
        // The time comes.
        site.db().write(move |conn| {
            use diesel::prelude::*;
            use masthead::db::schema::{articles, jobs};
            let past = Time::now().0 - 1_000;
            diesel::update(articles::table.find(id)).set(articles::published_at.eq(past)).execute(conn)?;
            diesel::update(jobs::table.filter(jobs::kind.eq("publish-due"))).set(jobs::run_at.eq(past)).execute(conn)?;
            Ok(())
        }).await.expect("a write");
        site.run_jobs().await;
        assert_eq!(site.get("/articles/tomorrow").await.status, 200);
        // A change of a published article can be scheduled too.
        assert_eq!(send(&edda, id, "schedule", &[("body", "Newer."), ("publish_at", "2031-05-01T09:30")]).await.status, 303);
        assert!(site.get("/articles/tomorrow").await.body.contains("News."));
        assert!(edda.get(&format!("/admin/articles/{id}")).await.one(".state").contains("1 May 2031, 09:30"));
        site.db().write(move |conn| {
            use diesel::prelude::*;
            use masthead::db::schema::{jobs, working_copies};
            let past = Time::now().0 - 1_000;
            diesel::update(working_copies::table.find(id)).set(working_copies::publish_at.eq(past)).execute(conn)?;
            diesel::update(jobs::table.filter(jobs::kind.eq("publish-due"))).set(jobs::run_at.eq(past)).execute(conn)?;
            Ok(())
        }).await.expect("a write");
        site.run_jobs().await;
        assert!(site.get("/articles/tomorrow").await.body.contains("Newer."));
    }
}

site_test! {
    async fn taking_down_correcting_and_deleting(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Up and down"), ("body", "Text.")]).await;
        assert_eq!(send(&edda, id, "correct", &[("kind", "correction"), ("text", "Early")]).await.status, 409, "a draft has nothing to correct");
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let path = "/articles/up-and-down";
        for (fields, status) in [
            ([("kind", "apology"), ("text", "Sorry")], 422),
            ([("kind", "correction"), ("text", " ")], 422),
            ([("kind", "correction"), ("text", "It was Monday.")], 303),
            ([("kind", "update"), ("text", "It rained.")], 303),
        ] {
            let answer = send(&edda, id, "correct", &fields).await;
            assert_eq!(answer.status, status, "{fields:?}");
        }
        let page = site.get(path).await;
        assert_eq!(page.all(".corrections p").len(), 2);
        assert!(site.get("/corrections").await.body.contains("It was Monday."));
        // A later publication keeps them.
        assert_eq!(send(&edda, id, "publish", &[("body", "Better text.")]).await.status, 303);
        assert_eq!(site.get(path).await.all(".corrections p").len(), 2);
        assert_eq!(send(&edda, id, "delete", &[]).await.status, 409, "what was published is not deleted");
        assert_eq!(send(&edda, id, "unpublish", &[]).await.status, 303);
        let gone = site.get(path).await;
        assert_eq!(gone.status, 410);
        assert!(gone.has("a.way"));
        assert!(!site.get("/").await.body.contains("Up and down"));
        assert_eq!(send(&edda, id, "unpublish", &[]).await.status, 409);
        let before = site.get("/archive").await.body;
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        assert_ne!(site.get("/archive").await.body, before);
        assert_eq!(site.get(path).await.status, 200);
        let other = draft(&edda, &[("title", "Never")]).await;
        assert_eq!(send(&edda, other, "delete", &[]).await.location().as_deref(), Some("/admin/articles"));
        assert_eq!(edda.get(&format!("/admin/articles/{other}")).await.status, 404);
    }
}

site_test! {
    async fn a_thread_is_opened_closed_and_moderated_at_once(site: Site) {
        site.hold_first(false).await;
        let (edda, mira, moderator) = (site.editor("edda").await, site.reader("mira").await, site.moderator("pell").await);
        let id = draft(&edda, &[("title", "Talk"), ("body", "Text."), ("comments", "closed")]).await;
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let post = |body: &'static str| {
            let mira = &mira;
            async move { mira.post("/articles/talk/comments", &[("body", body), ("parent", "")]).await }
        };
        assert_eq!(post("Closed").await.status, 422);
        assert_eq!(send(&edda, id, "comments", &[("comments", "moderated")]).await.status, 303);
        assert_eq!(post("Held").await.status, 303);
        assert!(!site.get("/articles/talk").await.body.contains("Held"), "it waits");
        let queue = moderator.get("/admin/comments?queue=pending").await;
        assert!(queue.one(".card").contains("Comments here wait"));
        assert!(edda.get("/admin/articles").await.has(&format!("[data-article='{id}'][data-waiting='1'][data-public='0']")));
        // Publishing what was typed before does not take it back.
        assert_eq!(send(&edda, id, "publish", &[("body", "More text.")]).await.status, 303);
        assert_eq!(post("Held too").await.status, 303);
        assert!(!site.get("/articles/talk").await.body.contains("Held too"));
        assert_eq!(send(&edda, id, "comments", &[("comments", "open")]).await.status, 303);
        assert_eq!(post("Said").await.status, 303);
        assert!(site.get("/articles/talk").await.body.contains("Said"));
        assert!(edda.get("/admin/articles?sort=comments").await.has(&format!("[data-article='{id}'][data-waiting='2'][data-public='1']")));
        assert_eq!(send(&edda, id, "comments", &[("comments", "maybe")]).await.status, 422);
    }
}

site_test! {
    async fn revisions_are_compared_and_restored(site: Site) {
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        let id = draft(&edda, &[("title", "Versions"), ("body", "The ferry is red.")]).await;
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        assert_eq!(send(&edda, id, "", &[("body", "The ferry is blue.")]).await.status, 303);
        let list = edda.get(&format!("/admin/articles/{id}/revisions")).await;
        assert_eq!(list.all("[data-revision]").len(), 2);
        assert!(list.one("[data-revision='1']").contains("edda") && list.one("[data-revision='1']").contains("Published"));
        let compared = edda.get(&format!("/admin/articles/{id}/revisions?from=1&to=2")).await;
        assert!(compared.one(".diff del").contains("red") && compared.one(".diff ins").contains("blue"));
        assert_eq!(edda.get(&format!("/admin/articles/{id}/revisions?from=1&to=9")).await.status, 404);
        assert_eq!(wanda.get(&format!("/admin/articles/{id}/revisions")).await.status, 404);
        assert_eq!(send(&edda, id, "restore", &[("n", "1")]).await.status, 303);
        assert_eq!(edda.get(&format!("/admin/articles/{id}")).await.field("body").as_deref(), Some("The ferry is red."));
        assert_eq!(edda.get(&format!("/admin/articles/{id}/revisions")).await.all("[data-revision]").len(), 3, "restoring makes a new one");
        assert_eq!(send(&edda, id, "restore", &[("n", "77")]).await.status, 404);
    }
}

site_test! {
    async fn a_link_shows_a_draft_to_anybody_until_it_is_ended(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Secret"), ("body", "Not yet.")]).await;
        let path = format!("/admin/articles/{id}");
        assert_eq!(edda.post(&format!("{path}/share"), &[]).await.status, 303);
        let link = edda.get(&path).await.attr(".shared a", "href").expect("the link");
        let local = link.strip_prefix(&site.origin()).expect("of this site").to_owned();
        assert!(local.starts_with("/preview/"));
        let page = site.get(&local).await;
        assert_eq!((page.status, page.one("h1")), (200, "Secret".into()));
        assert!(page.has("meta[name=robots][content=noindex]"));
        assert_eq!(page.header("cache-control").as_deref(), Some("no-store"));
        assert_eq!(page.header("referrer-policy").as_deref(), Some("no-referrer"));
        assert_eq!(edda.post(&format!("{path}/share"), &[]).await.status, 303);
        assert_eq!(site.get(&local).await.status, 404);
        assert_eq!(site.get("/preview/0000").await.status, 404);
    }
}

site_test! {
    async fn a_story_that_is_pasted_becomes_a_draft_with_its_guesses(site: Site) {
        let edda = site.editor("edda").await;
        let story = "The gate opens\nA dek of one line.\n\n# The gate opens\n## Opening summary\nIt *opened* at <six>.\n## Main article\nFirst line with \"quotes\".\n## A heading\n1. not a list\n## Why it matters\nBecause.\n## Source notes\n- A primary document - What must remain attributed\nSEO keyphrases: gate, sea\nJoin the conversation\n";
        let answer = edda.post("/admin/articles/import", &[("text", story)]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let path = answer.location().expect("the draft");
        let form = edda.get(&path).await;
        assert_eq!(form.field("title").as_deref(), Some("The gate opens"));
        assert_eq!(form.field("slug").as_deref(), Some("the-gate-opens"));
        assert_eq!(form.field("keyphrases").as_deref(), Some("gate, sea"));
        assert!(form.one(".state").contains("guessed"));
        assert_eq!(form.all(".notes .group-row").len(), 2);
        let preview = edda.get(&format!("{path}/preview")).await;
        assert_eq!(preview.all(".body p"), ["It *opened* at <six>.", "First line with \"quotes\".", "1. not a list", "Because.", "A primary document", "What must remain attributed"], "the page shows what was typed");
        assert!(preview.has(".notes li[data-kind=limit]"));
        // Markdown, and what is refused by line.
        let good = edda.post("/admin/articles/import", &[("text", "---\ntitle: Mark\ntags: [a, b]\n---\n\nSome *text*.\n")]).await;
        assert_eq!(good.status, 303, "{}", good.body);
        let bad = edda.post("/admin/articles/import", &[("text", "---\ntitle: Mark\ndate: nonsense\n---\n\nText.\n")]).await;
        assert_eq!(bad.status, 422);
        assert!(bad.one(".error").contains("Line 3"), "{}", bad.one(".error"));
        assert!(bad.field("text").is_some_and(|text| text.contains("nonsense")), "the text is kept");
        assert_eq!(edda.post("/admin/articles/import", &[("text", " ")]).await.status, 422);
        let binary = reqwest::multipart::Form::new().part("file", reqwest::multipart::Part::bytes(vec![0xFF, 0xFE, 0]).file_name("a.txt"));
        let answer = Answer::of(edda.request("POST", "/admin/articles/import").header("sec-fetch-site", "same-origin").multipart(binary)).await;
        assert_eq!(answer.status, 422);
        let file = reqwest::multipart::Form::new().text("text", "").part("file", reqwest::multipart::Part::text(story.replace("The gate opens", "Another gate")).file_name("a.txt"));
        let answer = Answer::of(edda.request("POST", "/admin/articles/import").header("sec-fetch-site", "same-origin").multipart(file)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let again = edda.post("/admin/articles/import", &[("text", story)]).await;
        assert_eq!(edda.get(&again.location().expect("a draft")).await.field("slug").as_deref(), Some("the-gate-opens-2"), "never another article’s address");
    }
}

site_test! {
    async fn an_imported_article_is_edited_in_the_form_without_loss(site: Site) {
        let edda = site.editor("edda").await;
        let slug = site.publish("---\ntitle: From a file\ndek: A dek.\ntags: [one, two]\nauthors: [Mira Stahl]\nsources:\n  - text: A paper\n    kind: primary\n    url: https://example.org/p\ncorrections:\n  - kind: update\n    date: 2026-01-02\n    text: Fixed.\n---\n\n## Opening summary\n\nShort.\n\n## Main article\n\nText with [a link][l] and `code`.[^1]\n\n- a list\n\n[^1]: A footnote.\n\n## Why it matters\n\nIt does.\n\n[l]: https://example.org/l\n").await;
        let before = site.get(&format!("/articles/{slug}")).await;
        let list = edda.get("/admin/articles").await;
        let id: i64 = list.attr("[data-article]", "data-article").expect("a row").parse().expect("an id");
        let form = edda.get(&format!("/admin/articles/{id}")).await;
        assert_eq!(form.field("opening_summary").as_deref(), Some("Short."));
        assert_eq!(form.field("why_it_matters").as_deref(), Some("It does."));
        assert_eq!(form.field("tags").as_deref(), Some("one, two"));
        // Published as it is, nothing changes for readers.
        let answer = send(&edda, id, "publish", &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let after = site.get(&format!("/articles/{slug}")).await;
        for part in ["h1", ".dek", ".body", ".byline", ".tags", ".corrections"] {
            assert_eq!(before.all(part), after.all(part), "{part}");
        }
        assert_eq!(before.attr(".body a", "href"), after.attr(".body a", "href"));
    }
}

site_test! {
    async fn the_list_is_filtered_sorted_and_turned(site: Site) {
        let edda = site.editor("edda").await;
        for n in 0..55 {
            let fields = [("title", format!("Number {n}")), ("section", if n % 2 == 0 { "Even".into() } else { "Odd".into() })];
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            draft(&edda, &fields).await;
        }
        let first = edda.get("/admin/articles").await;
        assert_eq!(first.all("[data-article]").len(), 50);
        let second = edda.get(&first.attr("a[rel=next]", "href").expect("more")).await;
        assert_eq!(second.all("[data-article]").len(), 5);
        assert!(!second.has("a[rel=next]"));
        assert_eq!(edda.get("/admin/articles?section=odd").await.all("[data-article]").len(), 27);
        assert_eq!(edda.get("/admin/articles?section=none").await.all("[data-article]").len(), 0);
        assert_eq!(edda.get("/admin/articles?author=nobody").await.all("[data-article]").len(), 0);
        assert_eq!(edda.get("/admin/articles?q=number+54").await.all("[data-article] b"), ["Number 54"]);
        assert_eq!(edda.get("/admin/articles?q=%25").await.all("[data-article]").len(), 0, "a per cent sign is a letter");
        assert_eq!(edda.get("/admin/articles?status=published").await.all("[data-article]").len(), 0);
        assert_eq!(edda.get("/admin/articles?status=nonsense").await.status, 404);
        assert_eq!(edda.get("/admin/articles?after=x").await.status, 404);
        for sort in ["updated", "published", "comments"] {
            assert_eq!(edda.get(&format!("/admin/articles?sort={sort}")).await.status, 200);
        }
        let first = edda.get("/admin/articles?sort=comments").await;
        let second = edda.get(&first.attr("a[rel=next]", "href").expect("more")).await;
        assert_eq!((first.all("[data-article]").len(), second.all("[data-article]").len()), (50, 5));
    }
}

site_test! {
    async fn a_form_that_comes_too_late_loses_nothing(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Late")]).await;
        let path = format!("/admin/articles/{id}/publish");
        let fields = [("title", "Late indeed"), ("body", "Long text."), ("note_kind", "limit"), ("note_text", "A note"), ("note_publisher", ""), ("note_url", ""), ("note_date", ""), ("revision", "1")];
        let anonymous = site.browser().post(&path, &fields).await;
        assert_eq!(anonymous.status, 403);
        assert!(anonymous.has(&format!("form[action='{path}']")), "the same form again");
        assert!(anonymous.has("a[target=_blank][href^='/login']"));
        for (name, value) in fields {
            let sent = anonymous.all(&format!("form [name={name}]"));
            assert_eq!(sent.len(), 1, "{name}");
            assert!(value.is_empty() || anonymous.body.contains(value), "{name}");
        }
        assert_eq!(site.browser().post(&path, &[("revision", "1")]).await.status, 303, "nothing was typed");
        for (path, name) in [("/admin/articles/import".to_owned(), "text"), (format!("/admin/articles/{id}/correct"), "text"), ("/admin/pages".into(), "body"), ("/admin/pages/about".into(), "body")] {
            let answer = site.browser().post(&path, &[(name, "Long words.")]).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.one(&format!("form[action='{path}'] textarea[name={name}]")).contains("Long words."), "{path}");
            let demoted = site.reader(&format!("r{}", path.len())).await;
            let answer = demoted.post(&path, &[(name, "Long words.")]).await;
            assert!(answer.status == 403 && answer.body.contains("Long words."), "{path}");
        }
    }
}

site_test! {
    async fn a_draft_takes_no_former_address_of_another_article(site: Site) {
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        let id = draft(&edda, &[("title", "Moved"), ("slug", "first"), ("body", "Text.")]).await;
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        assert_eq!(send(&edda, id, "publish", &[("slug", "second")]).await.status, 303);
        assert_eq!(site.get("/articles/first").await.status, 301);
        assert_eq!(wanda.post("/admin/articles/new", &[("title", "Mine"), ("slug", "first")]).await.status, 422);
        let own = draft(&wanda, &[("title", "Mine")]).await;
        assert_eq!(send(&wanda, own, "", &[("slug", "first")]).await.status, 422);
        assert_eq!(site.get("/articles/first").await.status, 301);
        assert_eq!(send(&edda, id, "publish", &[("slug", "first")]).await.status, 303, "its own may come back");
        // Taken down and renamed: the address that readers know still says so.
        assert_eq!(send(&edda, id, "unpublish", &[]).await.status, 303);
        assert_eq!(send(&edda, id, "", &[("slug", "third")]).await.status, 303);
        assert_eq!((site.get("/articles/first").await.status, site.get("/articles/second").await.status), (410, 410));
    }
}

site_test! {
    async fn saving_what_is_scheduled_moves_it(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Later"), ("body", "Text.")]).await;
        assert_eq!(send(&edda, id, "schedule", &[("publish_at", "2040-12-05T09:00")]).await.status, 303);
        assert_eq!(send(&edda, id, "", &[("publish_at", "2040-12-08T09:00")]).await.status, 303);
        assert!(edda.get(&format!("/admin/articles/{id}")).await.one(".state").contains("8 December 2040"));
        assert_eq!(send(&edda, id, "", &[("publish_at", "2020-12-08T09:00")]).await.status, 422);
        assert_eq!(send(&edda, id, "", &[("dek", "New."), ("publish_at", "")]).await.status, 303);
        assert!(edda.get(&format!("/admin/articles/{id}")).await.one(".state").contains("8 December 2040"));
    }
}

site_test! {
    async fn publishing_the_same_text_again_is_no_update(site: Site) {
        let edda = site.editor("edda").await;
        let slug = site.publish("---\ntitle: From a file\ndate: 2026-01-02T03:04:00Z\nupdated: 2026-01-02T03:04:00Z\n---\n\nText with [about](about) and [more](https://example.org/).\n").await;
        let path = format!("/articles/{slug}");
        let before = site.get(&path).await;
        let id: i64 = edda.get("/admin/articles").await.attr("[data-article]", "data-article").expect("it").parse().expect("an id");
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let after = site.get(&path).await;
        assert_eq!(before.all(".meta time"), after.all(".meta time"), "readers see no update");
        assert_eq!(before.attr(".body a", "href"), after.attr(".body a", "href"), "links lead where they led");
        assert_eq!(send(&edda, id, "publish", &[("body", "Another text.")]).await.status, 303);
        assert_ne!(before.all(".meta time"), site.get(&path).await.all(".meta time"));
    }
}

site_test! {
    async fn odd_dates_and_kinds_of_notes_are_refused(site: Site) {
        let edda = site.editor("edda").await;
        for (kind, date, status) in [("primary", "2026-13-40", 422), ("primary", "2026-02-30", 422), ("primary", "2026-02", 303), ("primary", "last spring", 303), ("zzz", "", 422), ("", "", 303)] {
            let answer = edda.post("/admin/articles/new", &[("title", "A"), ("note_kind", kind), ("note_text", "It"), ("note_publisher", ""), ("note_url", ""), ("note_date", date)]).await;
            assert_eq!(answer.status, status, "{kind} {date}");
        }
    }
}

site_test! {
    async fn a_second_click_and_a_missing_version_do_no_harm(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Clicked"), ("body", "Text.")]).await;
        assert_eq!(edda.post(&format!("/admin/articles/{id}/delete"), &[]).await.status, 409, "another person may be typing");
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let seen = version(&edda, id).await;
        for _ in 0..2 {
            assert_eq!(send_with(&edda, id, "correct", &seen, &[("kind", "correction"), ("text", "Once.")]).await.status, 303);
        }
        assert_eq!(send_with(&edda, id, "correct", &seen, &[("kind", "correction"), ("text", "Another.")]).await.status, 409);
        assert_eq!(site.get("/articles/clicked").await.all(".corrections p").len(), 1);
        // What is scheduled goes out without another look: it is looked at when it is saved.
        let later = draft(&edda, &[("title", "Later"), ("body", "Text.")]).await;
        assert_eq!(send(&edda, later, "schedule", &[("publish_at", "2040-01-01T10:00")]).await.status, 303);
        assert_eq!(send(&edda, later, "", &[("body", "")]).await.status, 422);
    }
}
