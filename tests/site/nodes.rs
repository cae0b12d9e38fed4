//! Shared state between processes: restarts, second nodes, Redis, and commands run next to a server.

use crate::harness::{Program, postgres_url, redis_url, run};
use crate::{PASSWORD, Site, site_test};
use std::time::Duration;
use tokio::sync::mpsc;

site_test! {
    async fn a_second_node_knows_sessions_comments_and_their_end(site: Site) {
        a_second_node_knows_everything(site).await;
    }
}

#[test]
fn the_same_with_redis_beside_sqlite() {
    if let Some(redis) = redis_url() {
        run(
            module_path!(),
            None,
            Some(redis),
            a_second_node_knows_everything,
        );
    }
}

#[test]
fn the_same_with_redis_beside_postgres() {
    if let (Some(redis), Some(postgres)) = (redis_url(), postgres_url()) {
        run(
            module_path!(),
            Some(postgres),
            Some(redis),
            a_second_node_knows_everything,
        );
    }
}

async fn a_second_node_knows_everything(site: Site) {
    let slug = site.article().await;
    // A unique name, because Redis is shared by all tests.
    let name = format!("m{}", crate::harness::unique());
    let moderator = site.moderator(&name).await;
    let second = site.second();
    let there = moderator.at(&second);
    let id = there.comment(&slug, "From the other node.").await;
    assert!(
        site.get(&format!("/articles/{slug}"))
            .await
            .has(&format!("#comment-{id}"))
    );
    assert_eq!(
        there.get("/account/sessions").await.all(".rows li").len(),
        1
    );
    let elsewhere = site.log_in(&name).await;
    assert_eq!(
        there.get("/account/sessions").await.all(".rows li").len(),
        2
    );
    assert_eq!(
        there
            .post("/account/sessions", &[("end", "others")])
            .await
            .status,
        303
    );
    assert_eq!(elsewhere.get("/account").await.status, 303);
    let (named, none) = (name.clone(), masthead::accounts::roles::Roles::default());
    let taken = move |conn: &mut masthead::db::Conn| {
        masthead::accounts::roles::set_roles(
            conn,
            &named,
            none,
            masthead::log::Actor::Console,
            masthead::db::Time::now(),
        )
    };
    site.db()
        .write(taken)
        .await
        .expect("a write")
        .expect("taken");
    assert_eq!(
        there.get("/admin/comments").await.status,
        403,
        "a role that was taken counts everywhere"
    );
    assert_eq!(
        there.get("/account").await.status,
        200,
        "and the session stays valid"
    );
    assert_eq!(moderator.post("/logout", &[]).await.status, 303);
    assert_eq!(
        there.get("/account").await.status,
        303,
        "log-out counts everywhere"
    );
    for n in 0..10 {
        let node = if n % 2 == 0 { &site } else { &second };
        let answer = node
            .browser()
            .post(
                "/login",
                &[
                    ("login", &name),
                    ("password", "wrong wrong wrong"),
                    ("next", "/"),
                ],
            )
            .await;
        assert_eq!(answer.status, 422);
    }
    let blocked = second
        .browser()
        .post(
            "/login",
            &[("login", &name), ("password", PASSWORD), ("next", "/")],
        )
        .await;
    assert_eq!(blocked.status, 429, "rate limits are shared between nodes");
}

site_test! {
    async fn settings_made_elsewhere_are_seen_within_two_seconds(site: Site) {
        let second = site.second();
        let admin = site.admin("chief").await;
        assert_eq!(admin.post("/admin/settings", &[("site_name", "The Quay")]).await.status, 303);
        assert_eq!(site.get("/").await.one(".nameplate .name"), "The Quay");
        let named = second.get_when("/", |page| page.one(".nameplate .name") == "The Quay").await;
        assert_eq!(named.one(".nameplate .name"), "The Quay");
    }
}

site_test! {
    async fn an_import_beside_the_server_is_on_the_next_page(site: Site) {
        assert!(site.get("/").await.has(".empty"));
        std::fs::write(site.place.folder.join("a.md"), "---\ntitle: Fresh\n---\n\nText.\n").expect("a file");
        assert_eq!(site.masthead(&["import", "a.md"], "").status.code(), Some(0));
        let page = site.get_when("/", |page| page.has(".lead")).await;
        assert_eq!(page.all(".lead h2"), ["Fresh"]);
    }
}

site_test! {
    async fn sessions_survive_a_restart_and_throttles_are_no_amnesty(site: Site) {
        let reader = site.reader("mira").await;
        for _ in 0..10 {
            site.browser().post("/login", &[("login", "mira"), ("password", "wrong wrong wrong"), ("next", "/")]).await;
        }
        let restarted = site.second();
        assert_eq!(reader.at(&restarted).get("/account").await.status, 200);
        let blocked = restarted.browser().post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/")]).await;
        assert_eq!(blocked.status, 429);
    }
}

site_test! {
    async fn a_scheduled_article_appears_when_its_hour_comes(site: Site) {
        // With no time rewritten: it is published by the clock alone.
        let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(4);
        site.publish(&format!("---\ntitle: Soon\ndate: {soon}\n---\n\nText.\n")).await;
        let early = site.get("/articles/soon").await.status;
        assert!(early == 404 || jiff::Timestamp::now() >= soon);
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            site.run_jobs().await;
            if site.get("/articles/soon").await.status == 200 {
                assert!(jiff::Timestamp::now() >= soon, "not before its time");
                return;
            }
        }
        panic!("it never appeared");
    }
}

site_test! {
    async fn many_writers_at_once_lose_nothing(site: Site) {
        let slug = site.article().await;
        let staff = site.moderator("pell").await;
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..60 {
            let (staff, slug) = (staff.clone(), slug.clone());
            tasks.spawn(async move { staff.comment(&slug, &format!("Writer {n}")).await });
        }
        let mut ids: Vec<i64> = tasks.join_all().await;
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 60);
        assert_eq!(site.get(&format!("/articles/{slug}")).await.one(".threadbar p"), "60 comments");
    }
}

site_test! {
    async fn a_process_that_is_killed_loses_nothing_that_it_acknowledged(site: Site) {
        let slug = site.article().await;
        // Moderators are exempt from rate limits.
        for n in 0..8 {
            site.moderator(&format!("writer{n}")).await;
        }
        let program = Program::start(&site.place, &[]);
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..8 {
            let (browser, slug, sender) = (program.log_in(&format!("writer{n}")).await, slug.clone(), sender.clone());
            writers.spawn(async move {
                for number in 0.. {
                    let text = format!("Number {number} of {n}.");
                    let sent = browser
                        .request("POST", &format!("/articles/{slug}/comments"))
                        .header("sec-fetch-site", "same-origin")
                        .form(&[("body", text.as_str()), ("action", "post")])
                        .send();
                    match sent.await {
                        Ok(answer) if answer.status().as_u16() == 303 => sender.send(text).expect("the test listens"),
                        _ => break,
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        program.kill();
        while writers.join_next().await.is_some() {}
        drop(sender);
        let mut acknowledged: Vec<String> = Vec::new();
        while let Some(text) = receiver.recv().await {
            acknowledged.push(text);
        }
        assert!(acknowledged.len() > 20, "{} posts are too few to mean anything", acknowledged.len());
        let stored: Vec<String> = site.db().read(|conn| {
            use diesel::prelude::*;
            Ok(masthead::db::schema::comments::table.select(masthead::db::schema::comments::body).load(conn)?)
        }).await.expect("a read");
        let stored: std::collections::HashSet<String> = stored.into_iter().collect();
        let lost: Vec<&String> = acknowledged.iter().filter(|text| !stored.contains(*text)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
