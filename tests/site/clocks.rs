//! Clock errors: clocks of several machines may differ, and a clock that is set back must not revive expired sessions.

use crate::harness::session_cookie;
use crate::{Answer, Site, site_test};
use masthead::accounts::roles::{self, Roles};
use masthead::db::Time;
use masthead::db::invalidation::{CacheTag, changed};
use masthead::web::{Viewer, page};

site_test! {
    async fn new_roles_give_a_session_one_new_key_with_any_clock(site: Site) {
        site.reader("mira").await;
        let old = site.cookie("mira").await;
        // Set by a node whose clock is two minutes ahead.
        let ahead = Time::now().plus(2 * Time::MINUTE);
        let roles = Roles { moderator: true, ..Roles::default() };
        site.db().write(move |conn| roles::set_roles(conn, "mira", roles, masthead::log::Actor::Console, ahead)).await.expect("a write").expect("an account");
        let get = |cookie: String| Answer::of(site.browser().request("GET", "/account").header("cookie", cookie));
        let first = get(old.clone()).await;
        let new = session_cookie(&first).expect("a fresh key");
        assert_ne!(new, old);
        for _ in 0..3 {
            let again = get(new.clone()).await;
            assert_eq!(again.status, 200);
            assert!(again.header("set-cookie").is_none(), "it is rotated only once");
        }
    }
}

#[test]
fn a_session_that_idled_too_long_is_gone_for_good() {
    crate::harness::on_sqlite(module_path!(), gone_for_good);
    crate::harness::on_postgres(module_path!(), gone_for_good);
}

async fn gone_for_good(site: Site) {
    let mira = site.reader("mira").await;
    let set_seen = |at: Time| {
        site.db().write(move |conn| {
            use diesel::prelude::*;
            use masthead::db::schema::sessions;
            let rows = diesel::update(sessions::table)
                .set(sessions::seen_at.eq(at.0))
                .execute(conn)?;
            changed(conn, CacheTag::Everything);
            Ok(rows)
        })
    };
    assert_eq!(
        set_seen(Time::now().plus(-31 * Time::DAY))
            .await
            .expect("a write"),
        1
    );
    assert_eq!(mira.get("/account").await.status, 303);
    // The clock is set back: the session was deleted, so it cannot become valid again.
    assert_eq!(set_seen(Time::now()).await.expect("a write"), 0);
    assert_eq!(mira.get("/account").await.status, 303);
}

site_test! {
    async fn a_clock_before_1970_breaks_no_feed(site: Site) {
        let since = site.db().version();
        let file = page::cached_file(&Viewer(None), since, &[], "application/atom+xml", Some(Time(-86_400_000)), "x");
        assert_eq!(file.headers().get("last-modified").and_then(|v| v.to_str().ok()), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
    }
}

site_test! {
    async fn the_time_is_the_databases(site: Site) {
        site.db().sync_clock().await.expect("an answer");
        assert!((site.db().now().0 - Time::now().0).abs() < 2_000, "they run on one machine here");
    }
}

site_test! {
    async fn a_commit_is_synced_before_it_is_acknowledged(site: Site) {
        #[derive(diesel::QueryableByName)]
        struct Set {
            #[diesel(sql_type = diesel::sql_types::Text)]
            value: String,
        }
        use diesel::RunQueryDsl;
        let is_sqlite = site.place.database_url.is_none();
        let asked = move |conn: &mut masthead::db::Conn| {
            let query = if is_sqlite {
                "SELECT CAST(synchronous AS TEXT) AS value FROM pragma_synchronous"
            } else {
                "SELECT current_setting('synchronous_commit') AS value"
            };
            let set: Set = diesel::sql_query(query).get_result(conn)?;
            Ok(set.value)
        };
        let wanted = if is_sqlite { "2" } else { "on" };
        assert_eq!(site.db().write(asked).await.expect("the writer's"), wanted);
        assert_eq!(site.db().read(asked).await.expect("a reader's"), wanted);
    }
}

site_test! {
    async fn a_clock_that_was_ahead_locks_nobody_out(site: Site) {
        use masthead::web::limits::Rule;
        let now = site.db().now();
        let rules = || vec![Rule::new("test", "mira", 3, Time::MINUTE)];
        for _ in 0..3 {
            let year = now.plus(365 * Time::DAY);
            site.state.limits.take(site.db(), rules(), year).await.expect("room");
        }
        for n in 0..3 {
            site.state.limits.take(site.db(), rules(), now).await.unwrap_or_else(|e| panic!("{n}: {e}"));
        }
        let full = site.state.limits.take(site.db(), rules(), now).await.expect_err("three were counted");
        assert_eq!(full.status().as_u16(), 429);
    }
}
