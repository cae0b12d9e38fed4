//! Both schemas have the same tables and columns, and counters match the rows.

use crate::site_test;

#[test]
fn both_migration_folders_carry_the_same_names() {
    let (sqlite, postgres) = masthead::db::versions();
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres);
}

site_test! {
    async fn every_table_takes_a_row_and_gives_it_back(site: Site) {
        let site_settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &site_settings)).await.expect("a thread").expect("samples");
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }
        let admin = site.admin("chief").await;
        let reader = site.reader("mira").await;
        site.publish("---\ntitle: A bridge\nslug: another\naliases: [before]\n---\n\nText.\n").await;
        let slug = site.article().await;
        let id = admin.comment(&slug, "Flag me.").await;
        reader.post(&format!("/comments/{id}/flag"), &[("reason", "spam"), ("detail", "")]).await;
        admin.approve(&slug, id).await;
        site.browser().post("/login", &[("login", "mira"), ("password", "wrong wrong"), ("next", "/")]).await;
        site.db()
            .read(|conn| {
                use diesel::prelude::*;
                use masthead::db::schema;
                // Every column is read by name, so one that is missing or named differently fails here.
                macro_rules! read {
                    ($($table:ident)+) => { $({
                        schema::$table::table.select(schema::$table::all_columns).limit(1).execute(conn)?;
                        let rows: i64 = schema::$table::table.count().get_result(conn)?;
                        // Rows in these are made in `upgrades`.
                        let may_be_empty = ["working_copies", "mails", "search_progress", "front_pins", "invitations", "pages", "page_revisions", "autosaves", "article_presence", "preview_links"].contains(&stringify!($table));
                        assert!(rows > 0 || may_be_empty, "{} has no row", stringify!($table));
                    })+ };
                }
                crate::all_tables!(read);
                for table in ["article_words", "comment_words"] {
                    let rows: Vec<Row> = diesel::sql_query(format!("SELECT COUNT(*) AS rows FROM {table}")).load(conn)?;
                    assert!(rows[0].rows > 0, "{table} has no row");
                }
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
                let reported = comments::table.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(masthead::comments::REPORTED));
                let reported: i64 = reported.count().get_result(conn)?;
                counted.extend((reported > 0).then(|| ("reported".to_owned(), reported)));
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
        let (gone, files) = site.db().write(masthead::admin::store::remove_samples).await.expect("a write");
        assert_eq!((gone, files.len()), (10, 4), "the picture in four widths");
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
        assert!(matches!(bad, Err(Error::NotFound)) && matches!(worse, Err(Error::Internal { .. })));
        let kept = db.read(|conn| Ok([get(conn, "a")?, get(conn, "b")?, get(conn, "c")?, get(conn, "d")?])).await.expect("a read");
        assert_eq!(kept.map(|k| k.is_some()), [true, false, false, true]);
        db.write(|conn| set(conn, "e", "1")).await.expect("and the next one goes on");
    }
}

#[test]
fn a_full_disk_acknowledges_nothing_and_passes() {
    crate::harness::on_sqlite(module_path!(), |site| async move {
        use masthead::error::Error;
        let slug = site.article().await;
        let staff = site.moderator("pell").await;
        // The database may not grow any more: SQLite then reports the same error as for a full disk.
        site.db()
            .write(|conn| {
                use diesel::RunQueryDsl;
                diesel::sql_query("PRAGMA max_page_count = 1").execute(conn)?;
                Ok(())
            })
            .await
            .expect("a write");
        let big = "x".repeat(9_000);
        let mut refused = 0;
        for n in 0..20 {
            let fields = [
                ("body", big.as_str()),
                ("parent", ""),
                ("key", &format!("full-disk-{n}")),
            ];
            let answer = staff
                .post(&format!("/articles/{slug}/comments"), &fields)
                .await;
            if answer.status == 503 {
                assert!(
                    answer.header("retry-after").is_some() && answer.body.contains(&big),
                    "the text is given back"
                );
                refused += 1;
                break;
            }
            assert_eq!(answer.status, 303);
        }
        assert_eq!(refused, 1, "the disk was full at some time");
        let id = staff.comment(&slug, "There is room again.").await;
        assert!(
            site.get(&format!("/articles/{slug}"))
                .await
                .has(&format!("#comment-{id}")),
            "the writer continues with a new connection"
        );
        let kept = site.db().write(|_| Err::<(), _>(Error::NotFound)).await;
        assert!(matches!(kept, Err(Error::NotFound)));
    });
}

/// Compares every stored counter with the rows that it counts.
async fn assert_counters(site: &crate::Site) {
    use diesel::prelude::*;
    use masthead::comments::path;
    use masthead::db::schema::{comment_counts, comments, threads};
    type Row = (i64, i64, Option<i64>, Vec<u8>, String, i64, bool);
    let (rows, counts, per_thread) = site
        .db()
        .read(|conn| {
            let columns = (
                comments::id,
                comments::article_id,
                comments::parent_id,
                comments::path,
                comments::status,
                comments::public_replies,
                comments::is_shown,
            );
            let rows: Vec<Row> = comments::table.select(columns).load(conn)?;
            let counts: Vec<(String, i64)> = comment_counts::table.load(conn)?;
            let per_thread: Vec<(i64, i64)> = threads::table.load(conn)?;
            Ok((rows, counts, per_thread))
        })
        .await
        .expect("a read");
    let public = |status: &str| matches!(status, "published" | "approved");
    for (id, _, _, _, status, replies, shown) in &rows {
        let below = rows
            .iter()
            .filter(|r| {
                r.0 != *id && public(&r.4) && (path::ids(&r.3).contains(id) || r.2 == Some(*id))
            })
            .count();
        assert_eq!(*replies, below as i64, "public replies of {id}");
        assert_eq!(*shown, public(status) || below > 0, "{id} is shown");
    }
    for (status, total) in counts {
        assert_eq!(
            total,
            rows.iter().filter(|r| r.4 == status).count() as i64,
            "{status}"
        );
    }
    for (article, total) in per_thread {
        assert_eq!(
            total,
            rows.iter()
                .filter(|r| r.1 == article && public(&r.4))
                .count() as i64,
            "article {article}"
        );
    }
}

site_test! {
    async fn counters_hold_through_everything_that_happens_at_once(site: Site) {
        let slug = site.article().await;
        let (one, two, staff) = (site.moderator("pell").await, site.moderator("quinn").await, site.moderator("author").await);
        let mut ids: Vec<i64> = vec![staff.comment(&slug, "Root.").await];
        for n in 0..16 {
            let parent = ids[(n * 7) % ids.len()];
            ids.push(staff.reply(&slug, &format!("Number {n}"), &parent.to_string()).await);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for (n, id) in ids.iter().copied().enumerate() {
            let (one, two, staff, slug) = (one.clone(), two.clone(), staff.clone(), slug.clone());
            tasks.spawn(async move {
                match n % 4 {
                    0 => drop(one.reject(&slug, id, "spam", "").await),
                    1 => {
                        staff.post(&format!("/comments/{id}/delete"), &[]).await;
                        staff.post(&format!("/comments/{id}/undelete"), &[]).await;
                    }
                    2 => {
                        let revision = two.revision(&slug, id).await;
                        let path = format!("/admin/comments/{id}/reject");
                        let fields = [("revision", revision.as_str()), ("reason", "other")];
                        let approve = format!("/admin/comments/{id}/approve");
                        let only = [("revision", revision.as_str())];
                        let (a, b) = tokio::join!(two.post(&path, &fields), one.post(&approve, &only));
                        let mut statuses = [a.status, b.status];
                        statuses.sort_unstable();
                        assert_eq!(statuses, [303, 409]);
                    }
                    _ => {
                        staff.post(&format!("/articles/{slug}/comments"), &[("body", "One more"), ("parent", &id.to_string()), ("key", "")]).await;
                    }
                }
            });
        }
        tasks.join_all().await;
        assert_counters(&site).await;
    }
}
