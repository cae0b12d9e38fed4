//! Posting, replying, editing, deleting, and visibility of comments.

use crate::{Site, site_test};
use masthead::db::Time;

site_test! {
    async fn a_readers_first_comment_waits_and_later_ones_go_straight_out(site: Site) {
        let slug = site.article().await;
        let (reader, moderator) = (site.reader("mira").await, site.moderator("pell").await);
        let first = reader.comment(&slug, "My first.").await;
        let shown = format!("#comment-{first}");
        assert!(!site.get(&format!("/articles/{slug}")).await.has(&shown), "nobody else sees it");
        let own = reader.get(&format!("/articles/{slug}")).await;
        assert!(own.one(&format!("{shown} .notice")).starts_with("Waiting for a moderator"));
        assert_eq!(site.get(&format!("/articles/{slug}/comments/{first}")).await.status, 404);
        let second = reader.comment(&slug, "My second.").await;
        assert!(!site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{second}")));
        assert_eq!(moderator.approve(&slug, first).await.status, 303);
        assert!(site.get(&format!("/articles/{slug}")).await.has(&shown));
        let third = reader.comment(&slug, "My third.").await;
        assert!(site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{third}")));
    }
}

site_test! {
    async fn a_post_leads_to_a_page_that_shows_it_however_many_there_are(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let staff = site.moderator("pell").await;
        let root = staff.comment(&slug, "The oldest.").await;
        let mut deep = root;
        for n in 0..30 {
            deep = staff.reply(&slug, &format!("Level {n}"), &deep.to_string()).await;
        }
        for n in 0..25 {
            staff.comment(&slug, &format!("Root {n}")).await;
        }
        for parent in [root, deep] {
            let answer = staff.post(&format!("/articles/{slug}/comments"), &[("body", "Here I am"), ("parent", &parent.to_string()), ("key", "")]).await;
            assert_eq!(answer.status, 303);
            let to = answer.location().expect("a place");
            let id = to.rsplit_once('#').expect("a fragment").1.to_owned();
            let page = staff.follow(&to).await;
            assert_eq!(page.all(&format!("#{id} .text")), ["Here I am"], "{to}");
            assert_eq!(page.one(&format!("#{id} .replyto")), "in reply to pell");
        }
    }
}

site_test! {
    async fn the_same_key_is_one_comment_at_once_and_later(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let reader = site.reader("mira").await;
        let path = format!("/articles/{slug}/comments");
        let fields = [("body", "Only once."), ("parent", ""), ("key", "double-click-1"), ("action", "post")];
        let posts: Vec<_> = (0..6).map(|_| reader.post(&path, &fields)).collect();
        let mut places = Vec::new();
        for answer in futures(posts).await {
            assert_eq!(answer.status, 303, "{}", answer.body);
            places.push(answer.location().expect("a place").rsplit_once('#').expect("a fragment").1.to_owned());
        }
        places.dedup();
        assert_eq!(places.len(), 1);
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment .text"), ["Only once."]);
        let other_text = reader.post(&path, &[("body", ""), ("parent", ""), ("key", "double-click-1")]).await;
        assert_eq!(other_text.status, 303, "the same key redirects to the first comment, whatever the text");
        let other_reader = site.reader("ben").await;
        assert_eq!(other_reader.post(&path, &fields).await.status, 303);
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(".comment").len(), 2, "keys are separate for each account");
        for bad in ["short", "with space 123", &"x".repeat(65)] {
            let refused = reader.post(&path, &[("body", "Kept."), ("parent", ""), ("key", bad)]).await;
            assert_eq!(refused.status, 422);
            assert_eq!(refused.field("body").as_deref(), Some("Kept."));
        }
    }
}

/// Runs all futures concurrently; returns their results in order.
async fn futures<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<T>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (slot, future) in done.iter_mut().zip(&mut all) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(cx)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

site_test! {
    async fn preview_stores_nothing_and_keeps_the_text(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        let typed = "**bold** <script>alert(1)</script>\n\nand ![img](https://example.org/x.png)";
        let answer = reader.post(&format!("/articles/{slug}/comments"), &[("body", typed), ("parent", ""), ("key", ""), ("action", "preview")]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.all(".preview strong"), ["bold"]);
        assert!(answer.all(".preview p")[0].contains("<script>alert(1)</script>"), "typed HTML is shown as typed");
        assert!(!answer.has(".preview img") && answer.has(".preview a[rel='ugc nofollow noopener noreferrer']"));
        assert_eq!(answer.field("body").as_deref(), Some(typed));
        assert!(!reader.get(&format!("/articles/{slug}")).await.has(".comment"));
    }
}

site_test! {
    async fn parents_must_be_public_and_of_the_same_article(site: Site) {
        let slug = site.article().await;
        let other = site.publish("---\ntitle: Another\n---\n\nText.\n").await;
        let (staff, reader) = (site.moderator("pell").await, site.reader("mira").await);
        let elsewhere = staff.comment(&other, "Over there.").await;
        let pending = reader.comment(&slug, "Waiting.").await;
        let deleted = staff.comment(&slug, "Gone soon.").await;
        assert_eq!(staff.post(&format!("/comments/{deleted}/delete"), &[]).await.status, 303);
        for parent in [elsewhere.to_string(), pending.to_string(), deleted.to_string(), "999999".into(), "x".into(), "-1".into()] {
            let answer = staff.post(&format!("/articles/{slug}/comments"), &[("body", "My words"), ("parent", &parent), ("key", "")]).await;
            assert_eq!(answer.status, 422, "{parent}");
            assert_eq!(answer.field("body").as_deref(), Some("My words"));
        }
        assert_eq!(staff.post("/articles/nowhere/comments", &[("body", "x"), ("parent", ""), ("key", "")]).await.status, 404);
    }
}

site_test! {
    async fn an_edit_within_fifteen_minutes_keeps_every_version(site: Site) {
        let slug = site.article().await;
        let (reader, moderator, stranger) = (site.reader("mira").await, site.moderator("pell").await, site.reader("ben").await);
        let id = reader.comment(&slug, "First words.").await;
        moderator.approve(&slug, id).await;
        let form = reader.get(&format!("/comments/{id}/edit")).await;
        let revision = form.field("revision").expect("a revision");
        assert_eq!(form.field("body").as_deref(), Some("First words."));
        assert_eq!(stranger.get(&format!("/comments/{id}/edit")).await.status, 404);
        let path = format!("/comments/{id}/edit");
        assert_eq!(stranger.post(&path, &[("body", "x"), ("revision", &revision)]).await.status, 404);
        assert_eq!(reader.post(&path, &[("body", "Second words."), ("revision", &revision)]).await.status, 303);
        let stale = reader.post(&path, &[("body", "Third words."), ("revision", &revision)]).await;
        assert_eq!(stale.status, 409);
        assert_eq!(stale.field("body").as_deref(), Some("Third words."));
        assert!(stale.body.contains("Second words."));
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all(&format!("#comment-{id} .text")), ["Second words."]);
        assert!(page.has(&format!("#comment-{id} .edited")));
        let queue = moderator.get("/admin/comments?queue=unmoderated").await;
        assert!(queue.has(&format!("#comment-{id}")), "an edit turns a reader's approved comment into published");
        let empty = reader.post(&path, &[("body", "   "), ("revision", "v2")]).await;
        assert_eq!(empty.status, 422);
        let versions: Vec<(i64, String)> = site
            .db()
            .read(move |conn| {
                use diesel::prelude::*;
                use masthead::db::schema::comment_versions as v;
                Ok(v::table.filter(v::comment_id.eq(id)).order(v::number).select((v::number, v::body)).load(conn)?)
            })
            .await
            .expect("a read");
        assert_eq!(versions, [(1, "First words.".to_owned()), (2, "Second words.".to_owned())]);
        age(&site, id, 16 * Time::MINUTE).await;
        let late = reader.post(&path, &[("body", "Too late."), ("revision", "v2")]).await;
        assert_eq!(late.status, 409);
        assert!(late.body.contains("Too late."), "the text is given back");
        assert!(!reader.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{id} a[href='{path}']")));
    }
}

/// Moves a comment's timestamps into the past.
async fn age(site: &Site, id: i64, by: i64) {
    site.db()
        .write(move |conn| {
            use diesel::prelude::*;
            use masthead::db::schema::comments as c;
            diesel::update(c::table.find(id))
                .set(c::created_at.eq(c::created_at - by))
                .execute(conn)?;
            diesel::update(c::table.find(id))
                .set(c::deleted_at.eq(c::deleted_at - by))
                .execute(conn)?;
            Ok(())
        })
        .await
        .expect("a write");
}

site_test! {
    async fn a_deleted_comment_leaves_a_tombstone_only_where_others_replied(site: Site) {
        let slug = site.article().await;
        site.hold_first(false).await;
        let (mira, bo, staff) = (site.reader("mira").await, site.reader("ben").await, site.moderator("pell").await);
        let root = mira.comment(&slug, "Secret words.").await;
        let reply = bo.reply(&slug, "I answer.", &root.to_string()).await;
        let alone = mira.comment(&slug, "Nobody answers.").await;
        assert_eq!(bo.post(&format!("/comments/{root}/delete"), &[]).await.status, 404, "not yours");
        for id in [root, alone] {
            assert_eq!(mira.post(&format!("/comments/{id}/delete"), &[]).await.status, 303);
        }
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all(&format!("#comment-{root}")), ["A comment was deleted by its author."]);
        assert!(page.has(&format!("#comment-{reply}")), "the replies stay");
        assert!(!page.has(&format!("#comment-{alone}")));
        assert!(!page.body.contains("Secret words.") && !page.one(&format!("#comment-{root}")).contains("mira"));
        assert_eq!(site.get(&format!("/articles/{slug}/comments/{root}")).await.status, 200, "its own page shows the tombstone");
        assert!(staff.get(&format!("/articles/{slug}/comments/{root}")).await.body.contains("Secret words."), "staff see the text for a while");
        let answered = bo.post(&format!("/articles/{slug}/comments"), &[("body", "More"), ("parent", &root.to_string()), ("key", "")]).await;
        assert_eq!(answered.status, 422);
        assert_eq!(mira.post(&format!("/comments/{root}/edit"), &[("body", "x"), ("revision", "v1")]).await.status, 409);
        assert!(mira.get(&format!("/articles/{slug}")).await.has(&format!("form[action='/comments/{alone}/undelete']")));
        assert_eq!(mira.post(&format!("/comments/{alone}/undelete"), &[]).await.status, 303);
        assert!(site.get(&format!("/articles/{slug}")).await.has(&format!("#comment-{alone}")));
        age(&site, root, 11 * Time::MINUTE).await;
        assert_eq!(mira.post(&format!("/comments/{root}/undelete"), &[]).await.status, 409);
        assert_eq!(site.get(&format!("/articles/{slug}")).await.one(".threadbar p"), "2 comments");
    }
}

site_test! {
    async fn what_was_deleted_long_ago_is_purged(site: Site) {
        let slug = site.article().await;
        let staff = site.moderator("pell").await;
        let id = staff.comment(&slug, "Secret words.").await;
        staff.post(&format!("/comments/{id}/delete"), &[]).await;
        age(&site, id, 31 * Time::DAY).await;
        site.db().write(|conn| masthead::comments::store::purge(conn, Time::now())).await.expect("a write");
        assert!(!staff.get(&format!("/articles/{slug}/comments/{id}")).await.body.contains("Secret words."));
    }
}

site_test! {
    async fn threads_page_by_conversations_in_every_order(site: Site) {
        let slug = site.article().await;
        let staff = site.moderator("pell").await;
        let mut roots = Vec::new();
        for n in 0..45 {
            roots.push(staff.comment(&slug, &format!("Root {n}")).await);
        }
        for n in 0..23 {
            staff.reply(&slug, &format!("Reply {n}"), &roots[7].to_string()).await;
        }
        for (sort, first) in [("newest", roots[44]), ("oldest", roots[0]), ("best", roots[44]), ("replies", roots[7])] {
            let mut seen = Vec::new();
            let mut next = Some(format!("/articles/{slug}?sort={sort}"));
            while let Some(path) = next {
                let page = site.get(path.split('#').next().expect("a path")).await;
                assert_eq!(page.status, 200);
                seen.extend(ids(&page, ".comments > li > article"));
                next = page.attr("a[rel=next]", "href");
            }
            assert_eq!(seen.len(), 45, "{sort}");
            assert_eq!(seen[0], first, "{sort}");
            let mut sorted = seen.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, roots, "{sort}: each once");
        }
        let page = site.get(&format!("/articles/{slug}?sort=replies")).await;
        let shown = ids(&page, ".comments > li:first-child ol article").len();
        assert_eq!(shown, 20, "the first twenty replies");
        let rest = page.attr(".morereplies a", "href").expect("a link to the rest");
        let rest = site.get(&rest).await;
        assert_eq!(ids(&rest, ".comments ol article").len(), 3);
        assert_eq!(site.get(&format!("/articles/{slug}?after=nonsense")).await.status, 404);
        // Further replies to a hidden root can still be reached.
        staff.reject(&slug, roots[7], "spam", "").await;
        let page = site.get(&format!("/articles/{slug}?sort=replies")).await;
        let rest = page.attr(".morereplies a", "href").expect("a link to the rest");
        let rest = site.get(&rest).await;
        assert_eq!((rest.status, ids(&rest, ".comments ol article").len()), (200, 3));
        assert_eq!(rest.one(&format!("#comment-{}", roots[7])), "This comment is not public.");
        assert_eq!(site.get(&format!("/articles/{slug}/comments/{}", roots[7])).await.status, 404);
        assert_eq!(site.get(&format!("/articles/{slug}?sort=loudest")).await.status, 200);
    }
}

fn ids(page: &crate::Answer, css: &str) -> Vec<i64> {
    let selector = scraper::Selector::parse(css).expect("css");
    let html = scraper::Html::parse_document(&page.body);
    html.select(&selector)
        .filter_map(|e| {
            e.value()
                .id()
                .and_then(|id| id.strip_prefix("comment-"))
                .and_then(|id| id.parse().ok())
        })
        .collect()
}

site_test! {
    async fn an_anonymous_post_gets_its_text_back_with_a_way_to_send_it(site: Site) {
        let slug = site.article().await;
        let browser = site.browser();
        let path = format!("/articles/{slug}/comments");
        let answer = browser.post(&path, &[("body", "My long thoughts"), ("parent", ""), ("key", "abcdefgh1")]).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.field("body").as_deref(), Some("My long thoughts"));
        assert_eq!(answer.field("key").as_deref(), Some("abcdefgh1"));
        assert_eq!(answer.attr(".errors a[target=_blank]", "href"), Some(format!("/login?next=/articles/{slug}")));
        assert_eq!(answer.attr("form.compose", "action"), Some(path.clone()));
        assert_eq!(browser.post(&path, &[("body", "")]).await.status, 303);
        let edit = browser.post("/comments/1/edit", &[("body", "My longer thoughts"), ("revision", "v1")]).await;
        assert_eq!((edit.status, edit.field("body").as_deref(), edit.field("revision").as_deref()), (403, Some("My longer thoughts"), Some("v1")));
        assert_eq!(edit.attr("form.compose", "action").as_deref(), Some("/comments/1/edit"));
        site.reader("mira").await;
        assert_eq!(browser.get(&format!("/articles/{slug}")).await.all(".comment").len(), 0);
    }
}

site_test! {
    async fn a_banned_reader_reads_why_and_until_when_and_keeps_the_text(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        let output = site.masthead(&["user", "ban", "mira", "--reason", "Shouting", "--until", "2099-01-01"], "");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let answer = reader.post(&format!("/articles/{slug}/comments"), &[("body", "Let me speak"), ("parent", ""), ("key", "")]).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("Shouting") && answer.body.contains("2099") && answer.body.contains("Let me speak"), "{}", answer.body);
        let page = reader.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.status, 200);
        let end = |text: &str| text.split("The last day of the ban is ").nth(1).and_then(|rest| rest.split('.').next()).map(str::to_owned);
        assert!(end(&page.body).is_some() && end(&page.body) == end(&answer.body), "both say the same day");
        assert_eq!(site.masthead(&["user", "unban", "mira"], "").status.code(), Some(0));
        reader.comment(&slug, "Thank you.").await;
    }
}

site_test! {
    async fn ten_comments_a_minute_are_enough_and_the_eleventh_is_kept_for_later(site: Site) {
        let slug = site.article().await;
        let reader = site.reader("mira").await;
        let path = format!("/articles/{slug}/comments");
        for _ in 0..3 {
            assert_eq!(reader.post(&path, &[("body", ""), ("parent", ""), ("key", "")]).await.status, 422, "rejected forms do not count");
        }
        for n in 0..10 {
            reader.comment(&slug, &format!("Number {n}")).await;
        }
        let eleventh = reader.post(&path, &[("body", "Number 11"), ("parent", ""), ("key", "")]).await;
        assert_eq!(eleventh.status, 429);
        assert_eq!(eleventh.field("body").as_deref(), Some("Number 11"));
        let wait: i64 = eleventh.header("retry-after").expect("a time").parse().expect("seconds");
        assert!((1..=60).contains(&wait));
        let staff = site.moderator("pell").await;
        for n in 0..12 {
            staff.comment(&slug, &format!("Staff {n}")).await;
        }
    }
}
