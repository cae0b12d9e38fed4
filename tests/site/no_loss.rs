//! What was decided, typed or is in use is not undone or lost by something else.

use crate::library::{library, picture, upload};
use crate::newsroom::{draft, send, version};
use crate::site_test;
use diesel::prelude::*;
use masthead::db::Time;
use masthead::db::schema::{articles, jobs, working_copies};

/// Lets the time of everything that is scheduled pass, and runs the jobs.
async fn let_time_pass(site: &crate::Site) {
    let past = Time::now().0 - 1_000;
    let rewind = move |conn: &mut masthead::db::Conn| {
        let scheduled = working_copies::table.filter(working_copies::publish_at.is_not_null());
        diesel::update(scheduled)
            .set(working_copies::publish_at.eq(past))
            .execute(conn)?;
        let scheduled = articles::table.filter(articles::status.eq("scheduled"));
        diesel::update(scheduled)
            .set(articles::published_at.eq(past))
            .execute(conn)?;
        diesel::update(jobs::table.filter(jobs::kind.eq_any(["publish-due", "sweep"])))
            .set(jobs::run_at.eq(past))
            .execute(conn)?;
        Ok(())
    };
    site.db().write(rewind).await.expect("a write");
    site.run_jobs().await;
}

site_test! {
    async fn an_article_that_is_taken_down_does_not_come_back_by_a_schedule(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Gone"), ("body", "Text.")]).await;
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        assert_eq!(send(&edda, id, "schedule", &[("body", "Newer."), ("publish_at", "2040-05-01T09:30")]).await.status, 303);
        assert_eq!(send(&edda, id, "unpublish", &[]).await.status, 303);
        let_time_pass(&site).await;
        assert_eq!(site.get("/articles/gone").await.status, 410);
        assert_eq!(edda.get(&format!("/admin/articles/{id}")).await.field("body").as_deref(), Some("Newer."), "the text is kept");
    }
}

site_test! {
    async fn what_was_scheduled_and_is_published_now_has_the_time_of_now(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "At once"), ("body", "Text.")]).await;
        assert_eq!(send(&edda, id, "schedule", &[("publish_at", "2040-05-01T09:30")]).await.status, 303);
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let page = site.get("/articles/at-once").await;
        assert_eq!(page.status, 200);
        let time = page.attr(".meta time", "datetime").expect("a time");
        assert!(!time.starts_with("2040"), "{time}");
        assert!(site.get("/").await.body.contains("At once"));
    }
}

site_test! {
    async fn an_approval_releases_no_others_while_all_are_moderated(site: Site) {
        let slug = site.article().await;
        let (chief, mira, pell) = (site.admin("chief").await, site.reader("mira").await, site.moderator("pell").await);
        assert_eq!(chief.post("/admin/settings", &[("moderate_all", "on"), ("first_comment", "hold")]).await.status, 303);
        let first = mira.comment(&slug, "First.").await;
        mira.comment(&slug, "Second.").await;
        pell.approve(&slug, first).await;
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment").len(), 1);
        assert_eq!(pell.get("/admin/comments?queue=pending").await.all(".card").len(), 1);
    }
}

site_test! {
    async fn a_form_that_is_given_back_has_its_fields_in_their_order(site: Site) {
        let edda = site.editor("edda").await;
        let id = draft(&edda, &[("title", "Rows")]).await;
        let rows = [("title", "Rows"), ("note_kind", "primary"), ("note_kind", "limit"), ("note_text", "One"), ("note_text", "Two"), ("note_publisher", ""), ("note_publisher", "Press"),
            ("note_url", "https://example.org/1"), ("note_url", ""), ("note_date", ""), ("note_date", "2026-01"), ("body", "Long."), ("revision", "1")];
        let given = site.browser().post(&format!("/admin/articles/{id}"), &rows).await;
        assert_eq!(given.status, 403);
        let path = format!("form[action='/admin/articles/{id}']");
        assert_eq!(given.attrs(&format!("{path} [name]"), "name"), rows.map(|(name, _)| name));
        assert_eq!(given.all(&format!("{path} textarea")), ["Rows", "One", "Two", "Press", "https://example.org/1", "2026-01", "Long."]);
        assert_eq!(given.attrs(&format!("{path} input"), "value"), ["primary", "limit", "", "", "", "1"], "what is not shown");
        // Sent once more, signed in, it is stored as it was typed.
        assert_eq!(send(&edda, id, "", &rows[..rows.len() - 1]).await.status, 303);
        let form = edda.get(&format!("/admin/articles/{id}")).await;
        assert_eq!(form.attrs("[name=note_publisher]", "value")[..2], ["", "Press"]);
    }
}

site_test! {
    async fn an_import_over_what_is_being_typed_keeps_that_as_a_version(site: Site) {
        let edda = site.editor("edda").await;
        let folder = site.place.folder.join("texts");
        std::fs::create_dir_all(&folder).expect("a folder");
        let import = |text: &str| {
            std::fs::write(folder.join("quay.md"), text).expect("a file");
            let run = site.masthead(&["import", "texts", "--yes"], "");
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        };
        import("---\ntitle: Quay\n---\n\nFrom the file.\n");
        site.get_when("/articles/quay", |page| page.status == 200).await;
        let id: i64 = edda.get("/admin/articles").await.attr("[data-article]", "data-article").expect("it").parse().expect("an id");
        assert_eq!(send(&edda, id, "", &[("action", "autosave"), ("title", "Quay"), ("body", "Half a sentence that")]).await.status, 204);
        import("---\ntitle: Quay\n---\n\nFrom the file, again.\n");
        let list = edda.get(&format!("/admin/articles/{id}/revisions")).await;
        let numbers = list.attrs("[data-revision]", "data-revision");
        assert_eq!(numbers.len(), 3, "{numbers:?}");
        let compared = edda.get(&format!("/admin/articles/{id}/revisions?from=1&to=2")).await;
        assert!(compared.all(".diff ins").iter().any(|added| added.contains("Half")), "{}", compared.body);
        assert_eq!(send(&edda, id, "restore", &[("n", "2")]).await.status, 303);
        assert_eq!(edda.get(&format!("/admin/articles/{id}")).await.field("body").as_deref(), Some("Half a sentence that"));
    }
}

site_test! {
    async fn restoring_an_earlier_text_keeps_what_was_being_typed_as_a_version(site: Site) {
        let edda = site.editor("edda").await;
        for publish in [false, true] {
            let id = draft(&edda, &[("title", "Restored"), ("slug", if publish { "a" } else { "b" }), ("body", "First.")]).await;
            if publish {
                assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
            }
            assert_eq!(send(&edda, id, "", &[("title", "Restored"), ("body", "Second.")]).await.status, 303);
            assert_eq!(send(&edda, id, "", &[("action", "autosave"), ("title", "Restored"), ("body", "Half a sentence that")]).await.status, 204);
            let before = edda.get(&format!("/admin/articles/{id}/revisions")).await.all("[data-revision]").len();
            assert_eq!(send(&edda, id, "restore", &[("n", "1")]).await.status, 303);
            assert_eq!(edda.get(&format!("/admin/articles/{id}")).await.field("body").as_deref(), Some("First."));
            let after = edda.get(&format!("/admin/articles/{id}/revisions")).await.all("[data-revision]").len();
            assert_eq!(after, before + 2, "what was typed, and what was restored");
            assert_eq!(send(&edda, id, "restore", &[("n", &(after - 1).to_string())]).await.status, 303);
            assert_eq!(edda.get(&format!("/admin/articles/{id}")).await.field("body").as_deref(), Some("Half a sentence that"));
        }
    }
}

site_test! {
    async fn a_file_that_a_page_or_the_style_sheet_names_is_not_deleted(site: Site) {
        let (chief, edda) = (site.admin("chief").await, site.editor("edda").await);
        let files = [("a.png", picture(40, 30, image::ImageFormat::Png)), ("b.png", picture(41, 30, image::ImageFormat::Png)), ("c.png", picture(42, 30, image::ImageFormat::Png))];
        assert_eq!(upload(&edda, &files, &[]).await.status, 303);
        let stored = library(&edda).await;
        let find = |width: i64| {
            let file = stored.iter().find(|file| file["width"] == width).expect("it");
            (file["id"].as_i64().expect("an id"), file["file"].as_str().expect("a name").to_owned())
        };
        let (in_page, in_css, unused) = (find(40), find(41), find(42));
        let body = format!("Here:\n\n![A quay](/media/{})\n", in_page.1);
        assert_eq!(edda.post("/admin/pages", &[("title", "Imprint"), ("body", &body)]).await.status, 303);
        let css = format!(".kicker {{ background: url(/media/{}) }}", in_css.1);
        assert_eq!(chief.post("/admin/settings", &[("own_css", &css)]).await.status, 303);
        for ((id, file), link) in [(&in_page, "/admin/pages/imprint"), (&in_css, "/admin/settings")] {
            assert!(chief.get(&format!("/admin/media/{id}")).await.has(&format!(".rows a[href='{link}']")), "{link}");
            assert_eq!(edda.post(&format!("/admin/media/{id}/delete"), &[]).await.status, 409, "{link}");
            assert_eq!(site.get(&format!("/media/{file}")).await.status, 200);
        }
        assert_eq!(edda.post(&format!("/admin/media/{}/delete", unused.0), &[]).await.status, 303);
    }
}

site_test! {
    async fn a_refused_description_comes_back_and_loses_no_focus(site: Site) {
        let edda = site.editor("edda").await;
        assert_eq!(upload(&edda, &[("a.png", picture(40, 30, image::ImageFormat::Png))], &[]).await.status, 303);
        let path = format!("/admin/media/{}", library(&edda).await[0]["id"]);
        assert_eq!(edda.post(&path, &[("alt", "A quay"), ("caption", ""), ("credit", ""), ("focus_x", "20"), ("focus_y", "80")]).await.status, 303);
        let refused = edda.post(&path, &[("alt", "bad \u{1} sign"), ("caption", "At dusk"), ("credit", "Ana")]).await;
        assert_eq!(refused.status, 422);
        assert_eq!((refused.field("caption").as_deref(), refused.field("credit").as_deref()), (Some("At dusk"), Some("Ana")));
        assert_eq!(edda.post(&path, &[("alt", "A quay at dusk"), ("caption", ""), ("credit", "")]).await.status, 303);
        let stored = edda.get(&path).await;
        assert_eq!((stored.field("focus_x").as_deref(), stored.field("focus_y").as_deref()), (Some("20"), Some("80")), "what the form did not send is as it was");
    }
}

site_test! {
    async fn a_thread_that_was_closed_by_its_age_is_logged_and_no_earlier_text_opens_it(site: Site) {
        let (chief, edda) = (site.admin("chief").await, site.editor("edda").await);
        site.publish("---\ntitle: Old\ndate: 2020-01-01\n---\n\nText.\n").await;
        let id: i64 = edda.get("/admin/articles").await.attr("[data-article]", "data-article").expect("it").parse().expect("an id");
        assert_eq!(send(&edda, id, "", &[("body", "Not yet public."), ("comments", "open")]).await.status, 303);
        let before = version(&edda, id).await;
        assert!(!site.get("/articles/old").await.has(".thread .closed"));
        assert_eq!(chief.post("/admin/settings", &[("close_after_days", "30")]).await.status, 303);
        let_time_pass(&site).await;
        assert!(site.get("/articles/old").await.has(".thread .closed"));
        assert!(chief.get("/admin/log?kind=article").await.has("[data-log][data-action=comments][data-actor=close_after_days]"));
        assert_ne!(before, version(&edda, id).await, "a form from before does not open it either");
        assert_eq!(send(&edda, id, "publish", &[]).await.status, 303);
        let page = site.get("/articles/old").await;
        assert!(page.body.contains("Not yet public.") && page.has(".thread .closed"));
    }
}
