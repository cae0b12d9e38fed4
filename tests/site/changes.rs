//! Revisions and corrections of published articles.

use crate::site_test;

site_test! {
    async fn every_public_version_is_compared_with_the_one_before(site: Site) {
        site.publish("---\ntitle: Span\n---\n\nThe span is fourteen metres.\n\nIt stays.\n\nAnd this too.\n").await;
        let alone = site.get("/articles/span").await;
        assert!(!alone.has("a[href='/articles/span/revisions']"), "nothing has changed yet");
        assert_eq!(site.get("/articles/span/revisions").await.all(".rows li").len(), 1);
        site.publish("---\ntitle: Span\n---\n\nThe span is forty metres.\n\nIt stays.\n\nAnd this too.\n").await;
        // Another keyword changes nothing that readers see.
        site.publish("---\ntitle: Span\nkeywords: [bridge]\n---\n\nThe span is forty metres.\n\nIt stays.\n\nAnd this too.\n").await;
        site.publish("---\ntitle: Span\ndek: Measured.\n---\n\nThe span is forty metres & <blink>.\n\nIt stays.\n\nAnd this too.\n").await;
        assert!(site.get("/articles/span").await.has("a[href='/articles/span/revisions']"));
        let all = site.get("/articles/span/revisions").await;
        assert_eq!(all.all(".rows li").len(), 3);
        assert!(all.has("meta[name=robots][content=noindex]"));
        let second = site.get("/articles/span/revisions/2").await;
        assert_eq!((second.all(".diff del"), second.all(".diff ins")), (vec!["fourteen".to_owned()], vec!["forty".to_owned()]));
        assert_eq!(second.all(".diff .same"), ["1 unchanged paragraph", "2 unchanged paragraphs"]);
        let last = site.get("/articles/span/revisions/4").await;
        assert!(last.all(".diff ins").concat().contains("Measured.") && last.one(".diff").contains("<blink>"));
        let first = site.get("/articles/span/revisions/1").await;
        assert!(first.one(".diff").contains("fourteen metres") && !first.has("del, ins"));
        for missing in ["0", "3", "5", "x", "-1"] {
            assert_eq!(site.get(&format!("/articles/span/revisions/{missing}")).await.status, 404, "{missing}");
        }
    }
}

site_test! {
    async fn what_readers_do_not_read_is_no_change(site: Site) {
        site.publish("---\ntitle: One\ndate: 2026-01-01\n---\n\nText.\n").await;
        site.publish("---\ntitle: One\ndate: 2026-01-01\ntags: [Trams]\nkeywords: [a]\ncorrections: [{kind: update, date: 2026-01-05, text: A note.}]\n---\n\nText.\n").await;
        assert!(!site.get("/articles/one").await.has("a[href$='/revisions']"));
        assert_eq!(site.get("/articles/one/revisions").await.all(".rows li").len(), 1);
        let fresh = site.publish("---\ntitle: Two\ndate: 2026-01-01\ncorrections: [{kind: update, date: 2026-01-05, text: A note.}]\n---\n\nText.\n").await;
        let page = site.get(&format!("/articles/{fresh}")).await;
        assert_eq!(page.attr("meta[property='article:modified_time']", "content").as_deref(), Some("2026-01-05T00:00:00Z"), "a correction changes the article on its day");
    }
}

site_test! {
    async fn what_was_not_public_is_in_no_version(site: Site) {
        site.publish("---\ntitle: Plan\ndraft: true\n---\n\nA secret figure.\n").await;
        assert_eq!(site.get("/articles/plan/revisions").await.status, 404);
        site.publish("---\ntitle: Plan\n---\n\nA figure.\n").await;
        assert_eq!(site.get("/articles/plan/revisions").await.all(".rows li").len(), 1);
        assert_eq!(site.get("/articles/plan/revisions/1").await.status, 404);
        assert!(!site.get("/articles/plan/revisions/2").await.body.contains("secret"));
        // A scheduled article is public from its publication time on.
        let soon = masthead::db::Time::now().plus(1500).stamp().to_string();
        site.publish(&format!("---\ntitle: Later\ndate: {soon}\n---\n\nAs planned.\n")).await;
        assert_eq!(site.get("/articles/later/revisions").await.status, 404);
        site.run_jobs().await;
        let began = std::time::Instant::now();
        while site.get("/articles/later").await.status != 200 && began.elapsed().as_secs() < 10 {
            site.run_jobs().await;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        site.publish("---\ntitle: Later\n---\n\nAs changed.\n").await;
        assert_eq!(site.get("/articles/later/revisions").await.all(".rows li").len(), 2);
        assert_eq!(site.get("/articles/later/revisions/2").await.all(".diff del"), ["planned"]);
    }
}

site_test! {
    async fn the_corrections_list_is_complete_and_newest_first(site: Site) {
        assert!(site.get("/corrections").await.has(".empty"));
        for n in 0..60 {
            site.publish(&format!("---\ntitle: Number {n}\ncorrections: [{{kind: correction, date: 2026-01-{:02}, text: Was {n}.}}]\n---\n\nText.\n", n % 28 + 1)).await;
        }
        site.publish("---\ntitle: Hidden\ndraft: true\ncorrections: [{date: 2026-01-01, text: Hidden.}]\n---\n\nText.\n").await;
        let first = site.get("/corrections").await;
        assert_eq!(first.all("article.correction-entry").len(), 50);
        let second = site.get(&first.attr("a[rel=next]", "href").expect("more")).await;
        assert_eq!(second.all("article.correction-entry").len(), 10);
        assert_eq!(second.attr("a[rel=prev]", "href").as_deref(), Some("/corrections"));
        let mut dates = first.all("article.correction-entry .meta");
        dates.extend(second.all("article.correction-entry .meta"));
        assert!(dates[0].ends_with("28 January 2026") && dates[59].ends_with("1 January 2026"), "{dates:?}");
        site.publish("---\ntitle: Twice\ncorrections: [{kind: update, date: 2026-02-01, text: One.}, {kind: update, date: 2026-02-01, text: Two.}]\n---\n\nText.\n").await;
        let feed: atom_syndication::Feed = site.get("/corrections/feed.atom").await.body.parse().expect("Atom");
        assert_eq!(feed.entries.len(), 30);
        let ids: std::collections::BTreeSet<_> = feed.entries.iter().map(|e| e.id.clone()).collect();
        assert_eq!(ids.len(), 30, "every entry has its own id");
        assert!(site.get("/").await.has("#corrected"));
    }
}

site_test! {
    async fn a_working_copy_changes_nothing_that_readers_see_until_it_is_published(site: Site) {
        use masthead::db::schema::{jobs, working_copies};
        use diesel::prelude::*;
        let folder = site.place.folder.join("texts");
        std::fs::create_dir_all(&folder).expect("a folder");
        let write = |text: &str| std::fs::write(folder.join("quay.md"), text).expect("a file");
        let import = |arguments: &[&str]| {
            let run = site.masthead(&[&["import", "texts", "--yes"], arguments].concat(), "");
            format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr))
        };
        write("---\ntitle: Quay\n---\n\nAs published.\n");
        assert!(import(&[]).contains("published: /articles/quay"));
        // The section stands in the header a second later.
        let shown = site.get_when("/articles/quay", |page| page.has(".sections a")).await;
        let front = site.get("/").await;
        // Beside the published one: no page goes stale.
        write("---\ntitle: Quay, renamed\nslug: quay\n---\n\nNot yet.\n");
        let said = import(&["--as-draft"]);
        assert!(said.contains("saved beside /articles/quay"), "{said}");
        assert!(import(&["--as-draft"]).contains("unchanged"), "the working copy is known again");
        assert_eq!(site.get("/articles/quay").await.body, shown.body);
        assert_eq!(site.get("/").await.body, front.body);
        assert_eq!(site.get("/articles/quay/revisions").await.all(".rows li").len(), 1);
        let before = site.db().version();
        let put = |conn: &mut masthead::db::Conn| {
            diesel::update(working_copies::table).set(working_copies::saved_at.eq(1)).execute(conn)?;
            Ok(())
        };
        site.db().write(put).await.expect("a write");
        assert_eq!(site.db().version(), before, "a write of a working copy names no cache tag");
        // With a date: the job publishes it then.
        let soon = masthead::db::Time::now().plus(1_000_000).stamp().to_string();
        write(&format!("---\ntitle: Quay, renamed\nslug: quay\ndate: {soon}\n---\n\nAt its time.\n"));
        assert!(import(&["--as-draft"]).contains("until its date"));
        site.run_jobs().await;
        assert_eq!(site.get("/articles/quay").await.body, shown.body);
        let soon = masthead::db::Time::now().plus(1_500).rfc3339();
        write(&format!("---\ntitle: Quay, renamed\nslug: quay\ndate: {soon}\n---\n\nAt its time.\n"));
        assert!(import(&["--as-draft"]).contains("until its date"));
        let began = std::time::Instant::now();
        while !site.get("/articles/quay").await.body.contains("At its time.") {
            assert!(began.elapsed().as_secs() < 10, "it was not published");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            site.run_jobs().await;
        }
        let left: i64 = site.db().read(|conn| Ok(working_copies::table.count().get_result(conn)?)).await.expect("a read");
        assert_eq!(left, 0);
        // A later import replaces it and takes an earlier working copy away.
        write("---\ntitle: Quay\n---\n\nBeside again.\n");
        import(&["--as-draft"]);
        write("---\ntitle: Quay\n---\n\nStraight out.\n");
        assert!(import(&[]).contains("updated: /articles/quay"));
        let page = site.get_when("/articles/quay", |page| page.body.contains("Straight out.")).await;
        assert!(page.body.contains("Straight out."));
        let left: i64 = site.db().read(|conn| Ok(working_copies::table.count().get_result(conn)?)).await.expect("a read");
        assert_eq!(left, 0);
        // A new file with it is a draft, and a draft over a published article hides it, as ever.
        std::fs::write(folder.join("new.md"), "---\ntitle: New\n---\n\nText.\n").expect("a file");
        assert!(import(&["--as-draft"]).contains("draft: /articles/new"));
        assert_eq!(site.get("/articles/new").await.status, 404);
        assert!(import(&["--as-draft"]).contains("unchanged: /articles/new"));
        assert!(import(&[]).contains("updated: /articles/new"), "the same file, published now");
        assert_eq!(site.get_when("/articles/new", |page| page.status == 200).await.status, 200);
        // One that cannot be read does not keep others from their time.
        let soon = masthead::db::Time::now().plus(1_000_000).stamp().to_string();
        std::fs::write(folder.join("later.md"), format!("---\ntitle: Later\ndate: {soon}\n---\n\nText.\n")).expect("a file");
        import(&[]);
        write(&format!("---\ntitle: Quay\ndate: {soon}\n---\n\nNever.\n"));
        assert!(import(&["--as-draft"]).contains("until its date"));
        let broken = |conn: &mut masthead::db::Conn| {
            use masthead::db::schema::articles;
            diesel::update(working_copies::table).set((working_copies::publish_at.eq(1), working_copies::content.eq("{}"))).execute(conn)?;
            diesel::update(articles::table.filter(articles::slug.eq("later"))).set(articles::published_at.eq(1)).execute(conn)?;
            diesel::update(jobs::table.filter(jobs::kind.eq("publish-due"))).set(jobs::run_at.eq(0)).execute(conn)?;
            Ok(())
        };
        site.db().write(broken).await.expect("a write");
        site.run_jobs().await;
        assert_eq!(site.get("/articles/later").await.status, 200);
        let left: i64 = site.db().read(|conn| Ok(working_copies::table.filter(working_copies::publish_at.gt(1)).count().get_result(conn)?)).await.expect("a read");
        assert_eq!(left, 1, "it is tried again in an hour");
        write("---\ntitle: Quay\ndraft: true\n---\n\nHidden.\n");
        import(&[]);
        assert_eq!(site.get_when("/articles/quay", |page| page.status == 404).await.status, 404);
    }
}

site_test! {
    async fn pictures_that_an_article_uses_survive_the_removal_of_the_samples(site: Site) {
        let settings = site.state.site();
        let (db, config) = (site.db().clone(), site.state.config.clone());
        tokio::task::spawn_blocking(move || masthead::samples::publish(&db, &config, &settings)).await.expect("a thread").expect("samples");
        let picture = include_bytes!("../../src/samples/articles/tide-gate.jpg");
        let folder = site.place.folder.join("texts");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("same.jpg"), picture).expect("a picture");
        std::fs::write(folder.join("own.md"), "---\ntitle: Own\n---\n\nWith ![the same picture](same.jpg) in its text.\n").expect("a file");
        assert_eq!(site.masthead(&["import", "texts"], "").status.code(), Some(0));
        let page = site.get_when("/articles/own", |page| page.status == 200).await;
        let src = page.attr("article img", "src").expect("a picture");
        assert_eq!(site.get(&src).await.status, 200);
        let chief = site.admin("chief").await;
        assert_eq!(chief.post("/admin/settings", &[("remove", "samples")]).await.status, 303);
        assert_eq!(site.get(&src).await.status, 200, "the samples used it too");
    }
}

site_test! {
    async fn a_theme_is_kept_without_script_until_the_browser_is_closed(site: Site) {
        let url = |path: &str| format!("{}{path}", site.state.config.base.origin);
        let page = site.get("/about").await;
        assert!(page.body.contains("<noscript><link rel=\"stylesheet\" href=\"/theme.css\"></noscript>"));
        assert!(page.body.contains("<noscript><form method=\"post\" action=\"/theme\"><button name=\"theme\" value=\"auto\">"), "with script there is nothing to send");
        let css = site.get("/theme.css").await;
        assert_eq!((css.status, css.header("cache-control").as_deref()), (200, Some("private, no-store")));
        let auto = css.body;
        assert!(auto.contains("color-scheme: light dark") && auto.contains("button[value=auto]"), "{auto}");
        let reader = site.browser();
        let chosen = reader.request("POST", "/theme").header("referer", url("/sections/news?after=x")).form(&[("theme", "dark")]).send().await.expect("an answer");
        assert_eq!((chosen.status().as_u16(), &chosen.headers()["location"]), (303, &"/sections/news?after=x".parse().expect("a header")));
        let cookie = chosen.headers()["set-cookie"].to_str().expect("text").to_owned();
        assert!(cookie.starts_with("theme=dark;") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Max-Age") && !cookie.contains("Expires"), "{cookie}");
        let css = reader.get("/theme.css").await;
        assert!(css.body.contains("color-scheme: dark") && css.body.contains("button[value=dark]") && css.header("content-type").is_some_and(|t| t.starts_with("text/css")), "{}", css.body);
        assert_eq!(reader.get("/about").await.body, page.body, "pages stay the same for everybody");
        for elsewhere in ["https://example.org/x", "//example.org", "nonsense", &url("//example.org/"), &url("/\\example.org")] {
            let answer = reader.request("POST", "/theme").header("referer", elsewhere).form(&[("theme", "light")]).send().await.expect("an answer");
            let to = answer.headers()["location"].to_str().expect("text").to_owned();
            assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'), "{elsewhere}: {to}");
        }
        assert!(reader.get("/theme.css").await.body.contains("color-scheme: light"));
        let back = reader.post("/theme", &[("theme", "auto")]).await;
        assert!(back.header("set-cookie").is_some_and(|c| c.starts_with("theme=;") && c.contains("Max-Age=0")));
        assert_eq!(reader.get("/theme.css").await.body, auto);
        for bad in ["theme=pink", "", "theme=dark&theme=light", "theme=dark&next=/x"] {
            assert_eq!(reader.post_raw("/theme", bad).await.status, 400, "{bad}");
        }
        let hostile = reader.request("GET", "/theme.css").header("cookie", "theme=x}*{display:none").send().await.expect("an answer");
        assert_eq!(hostile.text().await.expect("text"), auto);
    }
}
