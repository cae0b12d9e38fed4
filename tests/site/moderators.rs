//! What a moderator needs beside the queues: a stable place, undo, the log, and the page of a reader.

use crate::harness::Answer;
use crate::{Browser, Site, site_test};

/// The fields of a form in a card or in the line that says what was done.
fn hidden(page: &Answer, form: &str, name: &str) -> String {
    page.attr(&format!("{form} input[name={name}]"), "value")
        .unwrap_or_else(|| panic!("no {name} in {form}: {}", page.body))
}

/// Presses a button of a card, with the fields that the page has; gets the page that follows.
async fn press(who: &Browser, page: &Answer, id: i64, what: &str, more: &[(&str, &str)]) -> Answer {
    let form = format!("#comment-{id} form[action$='/{what}']");
    let (revision, back) = (hidden(page, &form, "revision"), hidden(page, &form, "back"));
    let fields = [
        &[("revision", revision.as_str()), ("back", back.as_str())][..],
        more,
    ]
    .concat();
    who.post(&format!("/admin/comments/{id}/{what}"), &fields)
        .await
}

async fn follow(who: &Browser, site: &Site, answer: &Answer) -> Answer {
    let to = answer
        .location()
        .unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
    let to = to.strip_prefix(&site.origin()).unwrap_or(&to).to_owned();
    who.get(to.split('#').next().unwrap_or_default()).await
}

site_test! {
    async fn a_decision_leads_back_to_where_it_was_made_and_can_be_undone(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let (pell, quinn) = (site.moderator("pell").await, site.moderator("quinn").await);
        let mut ids = Vec::new();
        for number in 0..53 {
            // Ten comments a minute are the most that one reader may post.
            let reader = match number % 9 {
                0 => site.reader(&format!("reader{number}")).await,
                _ => site.log_in(&format!("reader{}", number - number % 9)).await,
            };
            ids.push(reader.comment(&slug, &format!("Comment {number}.")).await);
        }
        let first = pell.get("/admin/comments?queue=unmoderated").await;
        let second = pell.get(&first.attr("a[rel=next]", "href").expect("a second page")).await;
        let back = |page: &Answer| page.attr(".pager a:not([rel])", "href");
        assert_eq!((back(&second), back(&first)), (Some("/admin/comments?queue=unmoderated".into()), None));
        assert_eq!(second.all(".card").len(), 3);
        let decided = ids[1];
        let answer = press(&pell, &second, decided, "approve", &[]).await;
        let to = answer.location().expect("a place");
        assert!(to.contains("after=") && to.contains(&format!("done={decided}")) && to.ends_with(&format!("#comment-{}", ids[0])), "the second page, at the next card: {to}");
        let page = follow(&pell, &site, &answer).await;
        assert_eq!(page.all(".card").len(), 2);
        assert!(page.one("form.done").starts_with(&format!("Approved #{decided}.")), "{}", page.one("form.done"));
        let others = quinn.get(to.strip_prefix(&site.origin()).unwrap_or(&to).split('#').next().expect("a path")).await;
        assert!(!others.has("form.done"), "nobody takes back what another one decided");
        let undo = format!("/admin/comments/{decided}/undo");
        let fields = [("revision", hidden(&page, "form.done", "revision")), ("back", hidden(&page, "form.done", "back"))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(quinn.post(&undo, &fields[..1]).await.status, 409);
        let undone = pell.post(&undo, &fields).await;
        assert_eq!(undone.status, 303);
        assert_eq!(follow(&pell, &site, &undone).await.all(".card").len(), 3);
        assert_eq!(pell.post(&undo, &fields).await.status, 303, "a double click");
        assert_eq!(pell.get("/admin/comments?queue=approved").await.all(".card").len(), 0);
        let log = pell.get(&format!("/admin/log?comment={decided}")).await;
        let actions: Vec<String> = ["undo", "approve"].into_iter().filter(|action| log.has(&format!("tr[data-action={action}][data-actor=pell]"))).map(str::to_owned).collect();
        assert_eq!(actions, ["undo", "approve"]);
        assert_eq!(log.all("tr[data-log]").len(), 2);
        assert_eq!(log.attr("td a", "href"), Some(format!("/articles/{slug}/comments/{decided}#comment-{decided}")), "a row leads to the comment");
        // After ten minutes it stands.
        let page = follow(&pell, &site, &press(&pell, &second, ids[0], "approve", &[]).await).await;
        let revision = hidden(&page, "form.done", "revision");
        site.db().write(|conn| {
            use diesel::prelude::*;
            use masthead::db::schema::moderation_log::dsl::*;
            let earlier = created_at - 11 * masthead::db::Time::MINUTE;
            Ok(diesel::update(moderation_log).set(created_at.eq(earlier)).execute(conn)?)
        }).await.expect("a write");
        assert_eq!(pell.post(&format!("/admin/comments/{}/undo", ids[0]), &[("revision", &revision)]).await.status, 409);
    }
}

site_test! {
    async fn an_undone_rejection_gives_back_the_flags_and_the_hold(site: Site) {
        let slug = site.article().await;
        let (mira, ben, pell) = (site.reader("mira").await, site.reader("ben").await, site.moderator("pell").await);
        let held = mira.comment(&slug, "Held.").await;
        pell.reject(&slug, held, "spam", "No.").await;
        let revision = pell.revision(&slug, held).await;
        assert_eq!(pell.post(&format!("/admin/comments/{held}/undo"), &[("revision", &revision)]).await.status, 303);
        let page = pell.get("/admin/comments?queue=pending").await;
        assert!(page.one(".card .said").contains("no comment of theirs has been approved") && !page.one(".card .said").contains("No."), "{}", page.one(".card"));
        pell.approve(&slug, held).await;
        let public = mira.comment(&slug, "Public.").await;
        ben.post(&format!("/comments/{public}/flag"), &[("reason", "spam"), ("detail", "Look")]).await;
        assert!(pell.get("/admin/comments?queue=reported").await.one(".card").contains("Look"));
        pell.approve(&slug, public).await;
        assert_eq!(pell.get("/admin/comments?queue=reported").await.all(".card").len(), 0);
        let revision = pell.revision(&slug, public).await;
        assert_eq!(pell.post(&format!("/admin/comments/{public}/undo"), &[("revision", &revision)]).await.status, 303);
        let reported = pell.get("/admin/comments?queue=reported").await;
        assert!(reported.one(".card").contains("Look"));
        assert_eq!(reported.all(".queues a"), ["Reported 1", "Pending 0", "Unmoderated 1", "Approved 1", "Rejected 0"]);
    }
}

site_test! {
    async fn a_missing_reason_is_said_in_the_card(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let (one, two) = (mira.comment(&slug, "One.").await, mira.comment(&slug, "Two.").await);
        let page = pell.get("/admin/comments?queue=unmoderated").await;
        let refused = press(&pell, &page, one, "reject", &[("reason", ""), ("note", "My careful note")]).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.all(".card").len(), 2, "the queue stays");
        assert!(!refused.one(&format!("#comment-{one} .decide .error")).is_empty() && !refused.has(&format!("#comment-{two} .error")));
        assert_eq!(refused.attr(&format!("#comment-{one} input[name=note]"), "value").as_deref(), Some("My careful note"));
        assert!(refused.has(&format!("#comment-{one} select[aria-invalid][autofocus]")));
        // From the article's page there is no queue to stay in.
        let alone = pell.post(&format!("/admin/comments/{one}/reject"), &[("revision", &pell.revision(&slug, one).await), ("reason", "")]).await;
        assert_eq!((alone.status, alone.all(".card").len()), (422, 1));
    }
}

site_test! {
    async fn comments_opens_the_first_queue_that_has_something(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let (mira, ben, pell) = (site.reader("mira").await, site.reader("ben").await, site.moderator("pell").await);
        let current = async || pell.get("/admin/comments").await.one(".queues a[aria-current]");
        assert_eq!(current().await, "Reported 0");
        let id = mira.comment(&slug, "One.").await;
        assert_eq!(current().await, "Unmoderated 1");
        site.hold_first(true).await;
        ben.comment(&slug, "Two.").await;
        assert_eq!(current().await, "Pending 1");
        ben.post(&format!("/comments/{id}/flag"), &[("reason", "spam")]).await;
        assert_eq!(current().await, "Reported 1");
    }
}

site_test! {
    async fn a_flag_is_thanked_for_and_one_on_an_approved_comment_is_seen(site: Site) {
        let slug = site.article().await;
        let (ben, pell) = (site.reader("ben").await, site.moderator("pell").await);
        let id = pell.comment(&slug, "Approved from the start.").await;
        let thanked = ben.post(&format!("/comments/{id}/flag"), &[("reason", "spam"), ("detail", "Again")]).await;
        let page = follow(&ben, &site, &thanked).await;
        assert!(page.one(".done").starts_with("Thank you, reported."));
        assert_eq!(page.attr(".more a", "href"), Some(format!("/articles/{slug}/comments/{id}#comment-{id}")));
        for path in [format!("/articles/{slug}"), format!("/articles/{slug}/comments/{id}")] {
            let page = ben.get(&path).await;
            assert!(!page.has(&format!("a[href='/comments/{id}/flag']")) && page.body.contains("You reported this comment."), "{path}");
        }
        assert!(site.reader("mira").await.get(&format!("/articles/{slug}")).await.has(&format!("a[href='/comments/{id}/flag']")));
        let queue = pell.get("/admin/comments?queue=pending").await;
        assert_eq!(queue.one(".notice a"), "1 approved comment was flagged again");
        assert_eq!(queue.all(".queues a").len(), 5);
        // Nothing else waits, so it is what the queues open with.
        let link = queue.attr(".notice a", "href").expect("a link");
        for path in ["/admin/comments", &link] {
            let again = pell.get(path).await;
            assert!(again.one(".card").contains("flagged again") && again.one(".card").contains("Again"), "{path}");
        }
        let again = pell.get(&link).await;
        assert_eq!(press(&pell, &again, id, "approve", &[]).await.status, 303);
        let queue = pell.get("/admin/comments").await;
        assert!(!queue.has(".notice a") && !queue.has(".card"));
    }
}

async fn comments(who: &Browser, slug: &str, many: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    for number in 0..many {
        ids.push(who.comment(slug, &format!("Comment {number}.")).await);
    }
    ids
}

site_test! {
    async fn one_approval_releases_all_that_waited_for_it(site: Site) {
        let slug = site.article().await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let ids = comments(&mira, &slug, 4).await;
        let own = mira.get(&format!("/articles/{slug}")).await;
        assert!(own.one(&format!("#comment-{} .notice", ids[3])).contains("no comment of yours has been approved"));
        pell.approve(&slug, ids[2]).await;
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment").len(), 4);
        assert_eq!(pell.get("/admin/comments?queue=pending").await.all(".card").len(), 0);
        // From then on their comments are public at once.
        let later = mira.comment(&slug, "Later.").await;
        assert!(site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{later}")));
    }
}

site_test! {
    async fn an_undone_approval_holds_again_what_it_released(site: Site) {
        let slug = site.article().await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let ids = comments(&mira, &slug, 4).await;
        pell.approve(&slug, ids[0]).await;
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment").len(), 4);
        // One of them has been decided on since.
        pell.reject(&slug, ids[3], "spam", "").await;
        let revision = pell.revision(&slug, ids[0]).await;
        let undo = format!("/admin/comments/{}/undo", ids[0]);
        assert_eq!(pell.post(&undo, &[("revision", &revision)]).await.status, 303);
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment").len(), 0);
        let pending = pell.get("/admin/comments?queue=pending").await;
        assert_eq!(pending.all(".queues a"), ["Reported 0", "Pending 3", "Unmoderated 0", "Approved 0", "Rejected 1"]);
        assert!(pell.get("/admin/log").await.has("tr[data-action=hold][data-actor=new-reader]"));
        // Approved again, and with another approved comment they stay.
        pell.approve(&slug, ids[0]).await;
        pell.approve(&slug, ids[1]).await;
        let revision = pell.revision(&slug, ids[0]).await;
        assert_eq!(pell.post(&undo, &[("revision", &revision)]).await.status, 303);
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment").len(), 2);
    }
}

site_test! {
    async fn moderators_read_the_log_of_moderation_alone(site: Site) {
        let slug = site.article().await;
        let (mira, pell, chief) = (site.reader("mira").await, site.moderator("pell").await, site.admin("chief").await);
        let id = mira.comment(&slug, "One.").await;
        pell.approve(&slug, id).await;
        assert_eq!(site.masthead(&["user", "role", "mira", "reader", "editor"], "").status.code(), Some(0));
        assert_eq!(site.masthead(&["user", "role", "mira", "reader"], "").status.code(), Some(0));
        assert_eq!(site.log_in("mira").await.get("/admin/log").await.status, 403);
        let log = pell.get("/admin/log").await;
        assert!(log.has("tr[data-action=approve]") && !log.has("tr[data-action=role]"), "{}", log.body);
        assert!(chief.get("/admin/log").await.has("tr[data-action=role]"));
        assert!(pell.get("/admin").await.has("nav a[href='/admin/log']"));
    }
}

site_test! {
    async fn a_readers_page_shows_what_became_of_their_comments_and_bans_them(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let (mira, pell, chief) = (site.reader("mira").await, site.moderator("pell").await, site.admin("chief").await);
        let (good, bad) = (mira.comment(&slug, "Good.").await, mira.comment(&slug, "Bad.").await);
        pell.approve(&slug, good).await;
        pell.reject(&slug, bad, "off-topic", "Not here.").await;
        let queue = pell.get("/admin/comments?queue=approved").await;
        let page_of = queue.attr(".card .who a", "href").expect("a link");
        assert!(page_of.starts_with("/admin/readers/"), "{page_of}");
        let page = pell.get(&page_of).await;
        assert_eq!((page.one("h1"), page.all("li[data-comment]").len()), ("mira".into(), 2));
        let rejected = page.one(&format!("li[data-comment='{bad}']"));
        assert!(rejected.contains("Off topic") && rejected.contains("Not here.") && rejected.contains("Bad."), "{rejected}");
        let ban = format!("{page_of}/ban");
        for (until, why) in [("2020-01-01", "past"), ("tomorrow", "no date"), ("2026-13-40", "no day")] {
            let refused = pell.post(&ban, &[("reason", "My reason"), ("until", until)]).await;
            assert_eq!((refused.status, refused.field("reason").as_deref(), refused.field("until").as_deref()), (422, Some("My reason"), Some(until)), "{why}");
        }
        assert_eq!(pell.post(&ban, &[("reason", "Enough for now."), ("until", "2099-12-31")]).await.status, 303);
        let page = pell.get(&page_of).await;
        assert!(page.one(".dashboard > .notice").contains("31 December 2099") && page.one(".dashboard > .notice").contains("Enough for now."), "{}", page.one(".dashboard > .notice"));
        let theirs = mira.get(&format!("/articles/{slug}")).await;
        assert!(theirs.one(".closed").contains("Enough for now.") && theirs.one(".closed").contains("31 December 2099"), "{}", theirs.one(".closed"));
        assert_eq!(pell.post(&format!("{page_of}/lift"), &[]).await.status, 303);
        mira.comment(&slug, "Back again.").await;
        let log = pell.get("/admin/log").await;
        assert!(log.has("tr[data-action=ban][data-actor=pell]") && log.has("tr[data-action=unban][data-actor=pell]"));
        // Staff are banned by admins alone, and nobody bans themselves.
        let id_of = async |name: &str| {
            let name = name.to_owned();
            site.db().read(move |conn| masthead::accounts::store::find_by_login(conn, &name)).await.expect("a read").expect("an account").id
        };
        let (pells, chiefs) = (id_of("pell").await, id_of("chief").await);
        for who in [pells, chiefs] {
            assert_eq!(pell.post(&format!("/admin/readers/{who}/ban"), &[("reason", "")]).await.status, 403);
        }
        assert_eq!(chief.post(&format!("/admin/readers/{chiefs}/ban"), &[("reason", "")]).await.status, 403);
        assert_eq!(chief.post(&format!("/admin/readers/{pells}/ban"), &[("reason", "")]).await.status, 303);
        assert_eq!((mira.get(&page_of).await.status, chief.get("/admin/readers/99999").await.status), (403, 404));
    }
}
