//! Flags, queues, decisions, the log.

use crate::{Answer, Site, site_test};
use std::collections::HashMap;

fn counts(page: &Answer) -> HashMap<String, i64> {
    page.all("nav.queues a")
        .into_iter()
        .map(|text| {
            let (name, count) = text.rsplit_once(' ').expect("a name and a count");
            (name.to_lowercase(), count.parse().expect("a number"))
        })
        .collect()
}

site_test! {
    async fn the_five_queues_are_derived_and_counted_exactly(site: Site) {
        let slug = site.article().await;
        let (mira, moderator) = (site.reader("mira").await, site.moderator("pell").await);
        let flaggers = [site.reader("ann").await, site.reader("bob").await, site.reader("cat").await];
        let mut ids = Vec::new();
        for n in 0..4 {
            ids.push(mira.comment(&slug, &format!("Number {n}")).await);
        }
        let page = moderator.get("/admin/comments?queue=pending").await;
        assert_eq!(counts(&page), HashMap::from([("reported".into(), 0), ("pending".into(), 4), ("unmoderated".into(), 0), ("approved".into(), 0), ("rejected".into(), 0)]));
        assert_eq!(page.all(".card").len(), 4);
        assert_eq!(moderator.get("/").await.one(".waiting .count"), "4", "in the header of every page");
        moderator.approve(&slug, ids[0]).await;
        moderator.reject(&slug, ids[1], "spam", "").await;
        let straight = mira.comment(&slug, "Straight out.").await;
        let counted = counts(&moderator.get("/admin/comments").await);
        assert_eq!((counted["pending"], counted["approved"], counted["rejected"], counted["unmoderated"]), (0, 1, 1, 3), "approving a reader's first comment publishes the others that waited for it");
        // One open flag makes an unmoderated comment reported, three an approved one.
        assert_eq!(flaggers[0].post(&format!("/comments/{straight}/flag"), &[("reason", "spam"), ("detail", "Look here")]).await.status, 303);
        for flagger in &flaggers[..2] {
            assert_eq!(flagger.post(&format!("/comments/{}/flag", ids[0]), &[("reason", "other"), ("detail", "")]).await.status, 303);
        }
        let page = moderator.get("/admin/comments?queue=reported").await;
        assert_eq!(counts(&page)["reported"], 1);
        assert!(page.one(".card .said").contains("Look here"));
        flaggers[2].post(&format!("/comments/{}/flag", ids[0]), &[("reason", "abusive"), ("detail", "")]).await;
        assert_eq!(counts(&moderator.get("/admin/comments").await)["reported"], 2);
        for id in [straight, ids[0]] {
            moderator.approve(&slug, id).await;
        }
        let counted = counts(&moderator.get("/admin/comments").await);
        assert_eq!((counted["reported"], counted["approved"]), (0, 2), "a decision closes the flags");
        assert_eq!(moderator.get("/admin/comments?queue=nonsense").await.status, 404);
    }
}

site_test! {
    async fn flags_need_a_reason_and_someone_elses_visible_comment(site: Site) {
        let slug = site.article().await;
        let (mira, bo, moderator) = (site.reader("mira").await, site.reader("ben").await, site.moderator("pell").await);
        let hidden = mira.comment(&slug, "Waiting.").await;
        let public = moderator.comment(&slug, "Public.").await;
        let flag = |id: i64| format!("/comments/{id}/flag");
        assert_eq!(bo.get(&flag(hidden)).await.status, 404);
        assert_eq!(bo.post(&flag(hidden), &[("reason", "spam")]).await.status, 404);
        assert_eq!(bo.post(&flag(public), &[("reason", ""), ("detail", "I typed this")]).await.status, 422);
        assert_eq!(bo.post(&flag(public), &[("reason", "duplicate")]).await.status, 422, "only a moderator's reason");
        let long = bo.post(&flag(public), &[("reason", "spam"), ("detail", &"x".repeat(501))]).await;
        assert_eq!((long.status, long.field("detail").map(|d| d.len())), (422, Some(501)));
        assert_eq!(moderator.post(&flag(public), &[("reason", "spam")]).await.status, 422, "not one's own");
        for _ in 0..2 {
            assert_eq!(bo.post(&flag(public), &[("reason", "spam"), ("detail", "")]).await.status, 303);
        }
        let page = moderator.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.one(&format!("#comment-{public} .notice")), "1 open flag", "a second flag by the same reader is none");
        assert_eq!(site.browser().get(&flag(public)).await.location(), Some(format!("/login?next=/comments/{public}/flag")));
    }
}

site_test! {
    async fn the_author_reads_reason_and_note_where_the_comment_stands(site: Site) {
        let slug = site.article().await;
        let (mira, moderator) = (site.reader("mira").await, site.moderator("pell").await);
        let id = mira.comment(&slug, "Buy my boat.").await;
        assert_eq!(moderator.reject(&slug, id, "advert", "Try the classifieds.").await.status, 303);
        let page = mira.get(&format!("/articles/{slug}")).await;
        let said = page.one(&format!("#comment-{id} .notice"));
        assert!(said.contains("Advertising") && said.contains("Try the classifieds."), "{said}");
        assert!(!site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{id}")));
        assert_eq!(mira.post(&format!("/comments/{id}/edit"), &[("body", "Buy it now"), ("revision", "v1")]).await.status, 409);
        let queue = moderator.get("/admin/comments?queue=rejected").await;
        assert!(queue.one(".card .said").contains("Try the classifieds."));
    }
}

site_test! {
    async fn a_rejected_comment_with_public_replies_is_a_tombstone(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let (mira, bo, moderator) = (site.reader("mira").await, site.reader("ben").await, site.moderator("pell").await);
        let root = mira.comment(&slug, "Rude words.").await;
        let reply = bo.reply(&slug, "Please don't.", &root.to_string()).await;
        moderator.reject(&slug, root, "abusive", "").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.one(&format!("#comment-{root}")), "This comment is not public.");
        assert!(page.has(&format!("#comment-{reply}")) && !page.body.contains("Rude words."));
        assert_eq!(site.get(&format!("/articles/{slug}/comments/{root}")).await.status, 404);
        assert!(!page.one(&format!("#comment-{reply}")).contains("mira"), "a hidden author stays unnamed");
        moderator.reject(&slug, reply, "off-topic", "").await;
        assert!(!site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{root}")));
        moderator.approve(&slug, reply).await;
        moderator.approve(&slug, root).await;
        assert_eq!(site.get(&format!("/articles/{slug}")).await.one(".threadbar p"), "2 comments");
    }
}

site_test! {
    async fn of_two_actions_on_the_same_revision_exactly_one_is_acknowledged(site: Site) {
        let slug = site.article().await;
        let (mira, one, two) = (site.reader("mira").await, site.moderator("pell").await, site.moderator("quinn").await);
        for round in 0..5 {
            let id = mira.comment(&slug, &format!("Round {round}")).await;
            let revision = one.revision(&slug, id).await;
            let (approve, reject) = (format!("/admin/comments/{id}/approve"), format!("/admin/comments/{id}/reject"));
            let approve_fields = [("revision", revision.as_str())];
            let reject_fields = [("revision", revision.as_str()), ("reason", "spam"), ("note", "My careful note")];
            let (a, b) = tokio::join!(one.post(&approve, &approve_fields), two.post(&reject, &reject_fields));
            let mut statuses = [a.status, b.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "round {round}");
            let (stale, winner) = if a.status == 409 { (a, "quinn") } else { (b, "pell") };
            assert!(stale.one(".errors p").starts_with(winner), "{}", stale.one(".errors p"));
            if winner == "pell" {
                assert_eq!(stale.field("note").as_deref(), Some("My careful note"), "submitted values are shown again");
            }
            assert!(stale.has(&format!("form[action='{approve}'] input[name=revision]")), "the forms again");
        }
        assert_eq!(rows(&site).await, 5, "and nothing was logged twice");
    }
}

async fn rows(site: &Site) -> i64 {
    use diesel::prelude::*;
    use masthead::db::schema::moderation_log as l;
    site.db()
        .read(|conn| {
            Ok(l::table
                .filter(l::action.eq_any(["approve", "reject"]))
                .count()
                .get_result(conn)?)
        })
        .await
        .expect("a read")
}

site_test! {
    async fn a_double_click_of_the_same_moderator_is_one_decision(site: Site) {
        let slug = site.article().await;
        let (mira, moderator, other) = (site.reader("mira").await, site.moderator("pell").await, site.moderator("quinn").await);
        let id = mira.comment(&slug, "Twice.").await;
        let revision = moderator.revision(&slug, id).await;
        let path = format!("/admin/comments/{id}/approve");
        for _ in 0..3 {
            assert_eq!(moderator.post(&path, &[("revision", &revision)]).await.status, 303);
        }
        assert_eq!(rows(&site).await, 1);
        assert_eq!(other.post(&path, &[("revision", &revision)]).await.status, 409);
        // Approving an approved comment again is a new action only with the current revision, and then only once.
        let fresh = moderator.revision(&slug, id).await;
        let fields = [("revision", fresh.as_str())];
        let (a, b) = tokio::join!(moderator.post(&path, &fields), other.post(&path, &fields));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
    }
}

site_test! {
    async fn an_edit_meanwhile_makes_a_decision_stale(site: Site) {
        let slug = site.article().await;
        let (mira, moderator) = (site.reader("mira").await, site.moderator("pell").await);
        let id = mira.comment(&slug, "Harmless.").await;
        let revision = moderator.revision(&slug, id).await;
        let edit = mira.get(&format!("/comments/{id}/edit")).await.field("revision").expect("a revision");
        assert_eq!(mira.post(&format!("/comments/{id}/edit"), &[("body", "Not harmless."), ("revision", &edit)]).await.status, 303);
        let stale = moderator.post(&format!("/admin/comments/{id}/approve"), &[("revision", &revision)]).await;
        assert_eq!(stale.status, 409);
        assert!(stale.one(".errors p").starts_with("mira edited this comment on "), "{}", stale.one(".errors p"));
        assert!(stale.body.contains("Not harmless."));
        assert!(!site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{id}")));
        // A moderator's decision does not make an author's edit form stale: its revision covers only the text.
        let edit = mira.get(&format!("/comments/{id}/edit")).await.field("revision").expect("a revision");
        moderator.approve(&slug, id).await;
        assert_eq!(mira.post(&format!("/comments/{id}/edit"), &[("body", "Harmless again."), ("revision", &edit)]).await.status, 303);
    }
}

site_test! {
    async fn what_a_moderation_form_may_not_say_is_refused_with_the_note_kept(site: Site) {
        let slug = site.article().await;
        let (mira, moderator) = (site.reader("mira").await, site.moderator("pell").await);
        let id = mira.comment(&slug, "Hello.").await;
        let revision = moderator.revision(&slug, id).await;
        let reject = format!("/admin/comments/{id}/reject");
        let no_reason = moderator.post(&reject, &[("revision", &revision), ("reason", ""), ("note", "Typed")]).await;
        assert_eq!((no_reason.status, no_reason.field("note").as_deref()), (422, Some("Typed")));
        assert_eq!(moderator.post(&reject, &[("revision", &revision), ("reason", "because")]).await.status, 422);
        assert_eq!(moderator.post(&reject, &[("revision", ""), ("reason", "spam")]).await.status, 422);
        assert_eq!(moderator.post(&reject, &[("revision", "nonsense"), ("reason", "spam")]).await.status, 409);
        assert_eq!(moderator.post(&reject, &[("revision", &revision), ("reason", "spam"), ("note", &"x".repeat(501))]).await.status, 422);
        assert_eq!(moderator.post("/admin/comments/999999/approve", &[("revision", "v1.0")]).await.status, 404);
        mira.post(&format!("/comments/{id}/delete"), &[]).await;
        let gone = moderator.post(&reject, &[("revision", &revision), ("reason", "spam"), ("note", "My note")]).await;
        assert_eq!((gone.status, gone.one("#kept").as_str()), (409, "My note"), "a deleted comment is not acted on");
        assert_eq!(rows(&site).await, 0);
    }
}

site_test! {
    async fn the_log_tells_who_did_what_newest_first(site: Site) {
        let slug = site.article().await;
        let (mira, admin) = (site.reader("mira").await, site.admin("chief").await);
        let first = mira.comment(&slug, "One.").await;
        let second = mira.comment(&slug, "Two.").await;
        admin.approve(&slug, first).await;
        admin.reject(&slug, second, "spam", "No.").await;
        mira.post(&format!("/comments/{first}/delete"), &[]).await;
        let log = admin.get("/admin/log").await;
        let selector = scraper::Selector::parse("[data-log]").expect("css");
        let html = scraper::Html::parse_document(&log.body);
        let rows: Vec<_> = html.select(&selector).map(|e| ["data-action", "data-comment", "data-actor"].map(|a| e.value().attr(a).unwrap_or("").to_owned())).collect();
        let expected = [["delete", &first.to_string(), "mira"], ["reject", &second.to_string(), "chief"], ["release", &second.to_string(), "new-reader"], ["approve", &first.to_string(), "chief"]];
        assert_eq!(rows.len(), 4);
        for (row, expected) in rows.iter().zip(expected) {
            assert_eq!(row, &expected);
        }
        assert_eq!(admin.get(&format!("/admin/log?comment={second}")).await.all("[data-log]").len(), 2);
        for n in 0..51 {
            let id = admin.comment(&slug, &format!("n {n}")).await;
            admin.post(&format!("/comments/{id}/delete"), &[]).await;
        }
        let page = admin.get("/admin/log").await;
        assert_eq!(page.all("[data-log]").len(), 50);
        let next = page.attr("a[rel=next]", "href").expect("a next page");
        assert!(admin.get(&next).await.has("[data-action=approve]"));
    }
}

site_test! {
    async fn several_at_once_leave_what_is_stale_alone_and_name_it(site: Site) {
        let slug = site.article().await;
        let (mira, moderator) = (site.reader("mira").await, site.moderator("pell").await);
        let mut ids = Vec::new();
        for n in 0..3 {
            let id = mira.comment(&slug, &format!("Number {n}")).await;
            ids.push((id, moderator.revision(&slug, id).await));
        }
        moderator.reject(&slug, ids[1].0, "spam", "").await;
        let pairs: Vec<String> = ids.iter().map(|(id, revision)| format!("{id}:{revision}")).collect();
        let fields = [("ids", pairs[0].as_str()), ("ids", pairs[1].as_str()), ("ids", pairs[2].as_str()), ("action", "approve"), ("queue", "pending"), ("note", "For all")];
        let answer = moderator.post("/admin/comments/bulk", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let next = moderator.follow(&answer.location().expect("a place")).await;
        assert_eq!(next.all(".errors").len(), 1);
        assert!(next.one(".errors").contains(&ids[1].0.to_string()));
        assert_eq!(next.one("#kept"), "For all", "the note is shown again, even if all other comments were processed");
        let page = site.get(&format!("/articles/{slug}")).await;
        assert!(page.has(&format!("#comment-{}", ids[0].0)) && page.has(&format!("#comment-{}", ids[2].0)));
        let kept = moderator.post("/admin/comments/bulk", &[("ids", "1:v1.0"), ("action", "reject"), ("note", "My note"), ("queue", "approved")]).await;
        assert_eq!((kept.status, kept.attr("#bulk input[name=note]", "value").as_deref()), (422, Some("My note")));
        // A way back that is no page of a queue is none.
        for back in ["https://example.org/", "/admin/comments?queue=nonsense", "/admin/comments?queue=approved&x=\u{7f}\r\nset-cookie: a=b", "/admin/log"] {
            let revision = moderator.revision(&slug, ids[0].0).await;
            let answer = moderator.post("/admin/comments/bulk", &[("ids", &format!("{}:{revision}", ids[0].0)), ("action", "approve"), ("queue", "approved"), ("back", back)]).await;
            assert_eq!((answer.status, answer.location()), (303, Some("/admin/comments?queue=approved".into())), "{back:?}");
        }
        for bad in [vec![("ids", "x"), ("action", "approve")], vec![("action", "approve")], vec![("ids", "1:v1.0"), ("action", "dance")], vec![("ids", "1:v1.0"), ("action", "reject")]] {
            assert_eq!(moderator.post("/admin/comments/bulk", &bad).await.status, 422, "{bad:?}");
        }
    }
}

site_test! {
    async fn queues_page_without_loss(site: Site) {
        let slug = site.article().await;
        let (staff, moderator) = (site.moderator("pell").await, site.moderator("quinn").await);
        for n in 0..55 {
            staff.comment(&slug, &format!("Number {n}")).await;
        }
        let first = moderator.get("/admin/comments?queue=approved").await;
        assert_eq!(first.all(".card").len(), 50);
        let second = moderator.get(&first.attr("a[rel=next]", "href").expect("a next page")).await;
        assert_eq!(second.all(".card").len(), 5);
        assert!(!second.has("a[rel=next]"));
    }
}

site_test! {
    async fn without_a_name_the_queue_that_needs_review_is_shown(site: Site) {
        let slug = site.article().await;
        site.hold_first(true).await;
        let (mira, chief) = (site.reader("mira").await, site.moderator("chief").await);
        let current = |page: crate::Answer| page.one(".queues [aria-current]");
        assert!(current(chief.get("/admin/comments").await).contains("Reported"), "where nothing waits");
        let held = mira.comment(&slug, "Held.").await;
        let page = chief.get("/admin/comments").await;
        assert!(page.body.contains("Held.") && current(page).contains("Pending"));
        assert!(current(chief.get("/admin/comments?queue=reported").await).contains("Reported"), "what is asked for is shown");
        let approved = mira.comment(&slug, "Also held.").await;
        chief.approve(&slug, held).await;
        assert!(current(chief.get("/admin/comments").await).contains("Unmoderated"), "approving one releases the other");
        let ann = site.reader("ann").await;
        let waits = ann.comment(&slug, "Waits.").await;
        site.hold_first(false).await;
        let open = site.reader("ben").await.comment(&slug, "Published at once.").await;
        let flag = [("reason", "spam"), ("detail", "")];
        assert_eq!(mira.post(&format!("/comments/{open}/flag"), &flag).await.status, 303);
        let page = chief.get("/admin/comments").await;
        assert!(page.body.contains("Published at once."), "a reported one comes before {waits}");
        assert_ne!(approved, open);
    }
}
