//! `masthead demo`: its data is plausible, reproducible, and consistent with the stored counters.

use crate::{Answer, Site, site_test};
use masthead::db::Conn;
use masthead::demo::{Size, fill, fixed_slugs};

async fn filled(site: &Site, articles: usize, comments: usize, seed: u64) -> Result<(), String> {
    let (db, settings) = (site.db().clone(), site.state.site());
    let size = Size {
        articles,
        comments,
        seed,
    };
    tokio::task::spawn_blocking(move || fill(&db, &settings, size, &|_| {}))
        .await
        .expect("a thread")
}

fn number(conn: &mut Conn, query: &str) -> i64 {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let row: Row = diesel::sql_query(format!("SELECT CAST(({query}) AS BIGINT) AS n"))
        .get_result(conn)
        .unwrap_or_else(|e| panic!("{query}: {e}"));
    row.n
}

site_test! {
    async fn a_demonstration_is_in_step_with_itself_and_with_a_second_one(site: Site) {
        filled(&site, 12, 1500, 1).await.expect("filled");
        let again = filled(&site, 12, 1500, 1).await.expect_err("the same seed twice");
        assert!(again.contains("seed 1"), "{again}");
        filled(&site, 3, 300, 2).await.expect("another seed");
        let wrong = filled(&site, 0, 5, 3).await.expect_err("comments under nothing");
        assert!(wrong.contains("--articles"), "{wrong}");
        site.db().read(|conn| {
            assert_eq!(number(conn, "SELECT COUNT(*) FROM comments"), 1800);
            assert_eq!(number(conn, "SELECT COUNT(*) FROM comment_versions"), 1800);
            assert_eq!(number(conn, "SELECT COUNT(DISTINCT status) FROM comments"), 6);
            for status in ["published", "approved", "pending", "withheld", "rejected", "deleted"] {
                let counted = number(conn, &format!("SELECT total FROM comment_counts WHERE status = '{status}'"));
                assert_eq!(counted, number(conn, &format!("SELECT COUNT(*) FROM comments WHERE status = '{status}'")), "{status}");
            }
            let reported = number(conn, &format!("SELECT COUNT(*) FROM comments WHERE {}", masthead::comments::REPORTED));
            assert!(reported > 0);
            assert_eq!(number(conn, "SELECT total FROM comment_counts WHERE status = 'reported'"), reported);
            let wrong_counts = "SELECT COUNT(*) FROM threads t WHERE public_comments <> \
                (SELECT COUNT(*) FROM comments c WHERE c.article_id = t.article_id AND c.status IN ('published', 'approved'))";
            assert_eq!(number(conn, wrong_counts), 0);
            let wrong_replies = "SELECT COUNT(*) FROM comments c WHERE c.public_replies <> (SELECT COUNT(*) FROM comments d \
                WHERE d.article_id = c.article_id AND d.id <> c.id AND d.status IN ('published', 'approved') \
                AND ((LENGTH(d.path) > LENGTH(c.path) AND substr(d.path, 1, LENGTH(c.path)) = c.path) OR d.parent_id = c.id))";
            assert_eq!(number(conn, wrong_replies), 0);
            let wrongly_shown = "SELECT COUNT(*) FROM comments WHERE is_shown <> (public_replies > 0 OR status IN ('published', 'approved'))";
            assert_eq!(number(conn, wrongly_shown), 0);
            assert_eq!(number(conn, "SELECT COUNT(*) FROM comments WHERE open_flags <> (SELECT COUNT(*) FROM flags WHERE comment_id = comments.id)"), 0);
            assert!(number(conn, "SELECT MAX(depth) FROM comments") >= 5);
            Ok(())
        }).await.expect("a read");
        let [hundred, long] = fixed_slugs(1);
        let page = site.get(&format!("/articles/{hundred}")).await;
        assert_eq!(page.all("article.comment").len(), 100);
        assert!(site.get(&format!("/articles/{long}")).await.has("a[rel=next]"));
        // The site works as usual afterwards.
        let mira = site.reader("mira").await;
        site.hold_first(false).await;
        let id = mira.comment(&hundred, "After the demonstration.").await;
        assert!(site.get(&format!("/articles/{hundred}")).await.has(&format!("#comment-{id}")));
    }
}

site_test! {
    async fn the_same_seed_says_the_same(site: Site) {
        filled(&site, 5, 200, 7).await.expect("filled");
        let path = format!("/articles/{}", fixed_slugs(7)[1]);
        let words = |page: &Answer| (page.one("h1"), page.all(".body p"), page.all("article.comment .text"));
        let here = words(&site.get(&path).await);
        assert!(!here.2.is_empty());
        let folder = tempfile::tempdir().expect("a folder");
        let place = crate::harness::Place::sqlite(folder.path());
        let made = crate::harness::masthead(&place, &["demo", "--articles", "5", "--comments", "200", "--seed", "7"], "");
        assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
        let other = Site::start(&place, |_| {});
        assert_eq!(words(&other.get(&path).await), here);
    }
}
