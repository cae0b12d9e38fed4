//! Two databases, one shape.

use crate::site_test;

#[test]
fn both_migration_folders_carry_the_same_names() {
    let (sqlite, postgres) = masthead::db::versions();
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres);
}

macro_rules! counted {
    ($conn:expr, $($table:ident)+) => {{
        use diesel::prelude::*;
        use masthead::db::schema;
        // Every column is read by name, so one that a database lacks or calls otherwise fails here.
        $({
            let rows: i64 = schema::$table::table.count().get_result($conn)?;
            schema::$table::table.select(schema::$table::all_columns).limit(1).execute($conn)?;
            assert!(rows > 0, "{} has no row", stringify!($table));
        })+
    }};
}

site_test! {
    async fn every_table_takes_a_row_and_gives_it_back(site: Site) {
        let site_settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &site_settings)).await.expect("a thread").expect("samples");
        let admin = site.admin("chief").await;
        let reader = site.reader("mira").await;
        let slug = site.article().await;
        let id = admin.comment(&slug, "Flag me.").await;
        reader.post(&format!("/comments/{id}/flag"), &[("reason", "spam"), ("detail", "")]).await;
        admin.approve(&slug, id).await;
        site.browser().post("/login", &[("login", "mira"), ("password", "wrong wrong"), ("next", "/")]).await;
        site.db()
            .read(|conn| {
                counted!(conn, settings accounts sessions throttles sections authors tags media articles article_revisions article_authors
                    article_tags source_notes corrections comments threads comment_versions comment_counts flags moderation_log);
                Ok(())
            })
            .await
            .expect("a read");
    }
}

site_test! {
    async fn counters_agree_with_what_is_there(site: Site) {
        use diesel::prelude::*;
        use masthead::db::schema::{comment_counts, comments, threads};
        let settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings)).await.expect("a thread").expect("samples");
        let (counted, stored, public, public_stored) = site
            .db()
            .read(|conn| {
                let mut counted: Vec<(String, i64)> = comments::table.group_by(comments::status).select((comments::status, diesel::dsl::count(comments::id))).load(conn)?;
                let mut stored: Vec<(String, i64)> = comment_counts::table.filter(comment_counts::total.ne(0)).load(conn)?;
                counted.sort();
                stored.sort();
                let public: i64 = comments::table.filter(comments::status.eq_any(["published", "approved"])).count().get_result(conn)?;
                let per_thread: Vec<i64> = threads::table.select(threads::public_comments).load(conn)?;
                Ok((counted, stored, public, per_thread.iter().sum::<i64>()))
            })
            .await
            .expect("a read");
        assert_eq!(counted, stored);
        assert_eq!(public, public_stored);
        let gone = site.db().write(masthead::admin::store::remove_samples).await.expect("a write");
        assert_eq!(gone, 10);
        let left: i64 = site.db().read(|conn| Ok(comments::table.count().get_result(conn)?)).await.expect("a read");
        assert_eq!(left, 0);
        let stored: Vec<(String, i64)> = site.db().read(|conn| Ok(comment_counts::table.filter(comment_counts::total.ne(0)).load(conn)?)).await.expect("a read");
        assert!(stored.is_empty(), "{stored:?}");
    }
}

site_test! {
    async fn a_write_that_fails_or_panics_fails_alone(site: Site) {
        use masthead::admin::store::{get, set};
        use masthead::error::Error;
        let db = site.db();
        let good = db.write(|conn| set(conn, "a", "1"));
        let bad = db.write(|conn| {
            set(conn, "b", "1")?;
            Err::<(), _>(Error::NotFound)
        });
        let worse = db.write(|conn| {
            set(conn, "c", "1")?;
            if true {
                panic!("on purpose");
            }
            Ok(())
        });
        let after = db.write(|conn| set(conn, "d", "1"));
        let (good, bad, worse, after) = tokio::join!(good, bad, worse, after);
        assert!(good.is_ok() && after.is_ok());
        assert!(matches!(bad, Err(Error::NotFound)) && matches!(worse, Err(Error::Broken { .. })));
        let kept = db.read(|conn| Ok([get(conn, "a")?, get(conn, "b")?, get(conn, "c")?, get(conn, "d")?])).await.expect("a read");
        assert_eq!(kept.map(|k| k.is_some()), [true, false, false, true]);
        db.write(|conn| set(conn, "e", "1")).await.expect("and the next one goes on");
    }
}
