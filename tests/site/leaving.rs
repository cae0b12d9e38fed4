//! Downloading one's data, and deleting an account.

use crate::harness::masthead;
use crate::mail::to;
use crate::profiles::{upload, wide_picture};
use crate::verification::proved;
use crate::{PASSWORD, Site, site_test};
use diesel::prelude::*;
use masthead::db::schema::{comments, deletions, jobs, sessions};
use std::io::Read;

/// Lets the 72 hours pass.
async fn three_days_later(site: &Site) {
    let change = |conn: &mut masthead::db::Conn| {
        diesel::update(deletions::table)
            .set(deletions::run_at.eq(0))
            .execute(conn)?;
        diesel::update(jobs::table.filter(jobs::kind.eq("delete-account")))
            .set(jobs::run_at.eq(0))
            .execute(conn)?;
        Ok(())
    };
    site.db().write(change).await.expect("a write");
    site.run_jobs().await;
}

fn unpacked(bytes: Vec<u8>) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a ZIP file");
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).expect("a file");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("bytes");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            (file.name().expect("a name").into_owned(), text)
        })
        .collect()
}

site_test! {
    async fn all_that_is_stored_about_a_person_is_theirs_to_download(site: Site) {
        let slug = site.article().await;
        let (mira, ben) = (proved(&site, "mira").await, site.moderator("ben").await);
        let id = mira.comment(&slug, "Words of <mine>.").await;
        let other = ben.comment(&slug, "Words of Ben.").await;
        let revision = mira.get(&format!("/comments/{id}/edit")).await.field("revision").expect("a revision");
        let edited = mira.post(&format!("/comments/{id}/edit"), &[("body", "Other words of mine."), ("revision", &revision)]).await;
        assert_eq!(edited.status, 303, "{}", edited.body);
        assert_eq!(upload(&mira, wide_picture()).await.status, 303);
        let flagged = mira.post(&format!("/comments/{other}/flag"), &[("reason", "other"), ("detail", "I object.")]).await;
        assert_eq!(flagged.status, 303, "{}", flagged.body);
        assert_eq!(mira.get("/account/export/file").await.status, 404);
        assert_eq!(mira.post("/account/export", &[]).await.status, 303);
        assert!(mira.get("/account/export").await.one(".done").contains("being made"));
        site.run_jobs().await;
        let page = mira.get("/account/export").await;
        assert!(page.has("a[href='/account/export/file']"), "{}", page.body);
        let answer = mira.request("GET", "/account/export/file").send().await.expect("an answer");
        assert_eq!(answer.headers()["cache-control"], "private, no-store");
        assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"mira.zip\"");
        let files = unpacked(answer.bytes().await.expect("bytes").to_vec());
        let file = |name: &str| &files.iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("no {name}")).1;
        let about: serde_json::Value = serde_json::from_str(file("account.json")).expect("JSON");
        assert_eq!((about["username"].as_str(), about["email"].as_str()), (Some("mira"), Some("mira@example.org")));
        let said: serde_json::Value = serde_json::from_str(file("comments.json")).expect("JSON");
        assert_eq!(said.as_array().map(Vec::len), Some(1));
        assert_eq!((said[0]["id"].as_i64(), said[0]["text"].as_str()), (Some(id), Some("Other words of mine.")));
        assert_eq!(said[0]["versions"][0]["text"].as_str(), Some("Words of <mine>."));
        assert_eq!(said[0]["versions"].as_array().map(Vec::len), Some(2));
        assert!(file("comments.md").contains("Other words of mine."));
        assert!(file("picture.jpg").contains("JFIF"));
        let sessions: serde_json::Value = serde_json::from_str(file("sessions.json")).expect("JSON");
        assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
        assert!(sessions[0]["network"].as_str().is_some_and(|network| network.starts_with("127.")), "{sessions}");
        assert!(file("flags.json").contains("I object."));
        assert!(file("logins.json").contains("password"));
        assert!(files.iter().all(|(_, text)| !text.contains("Words of Ben") && !text.contains("argon2")));
        // Nobody else's.
        assert_eq!(ben.get("/account/export/file").await.status, 404);
        assert_eq!(site.get("/account/export/file").await.status, 303);
        // After a day it is gone.
        let change = |conn: &mut masthead::db::Conn| {
            use masthead::db::schema::exports;
            diesel::update(exports::table).set(exports::expires_at.eq(1)).execute(conn)?;
            Ok(())
        };
        site.db().write(change).await.expect("a write");
        assert_eq!(mira.get("/account/export/file").await.status, 404);
        // It needs a fresh proof.
        let change = |conn: &mut masthead::db::Conn| {
            diesel::update(sessions::table).set(sessions::proved_at.eq(0)).execute(conn)?;
            masthead::db::invalidation::changed(conn, masthead::db::invalidation::CacheTag::Everything);
            Ok(())
        };
        site.db().write(change).await.expect("a write");
        assert_eq!(mira.post("/account/export", &[]).await.location().as_deref(), Some("/account/confirm?next=/account/export"));
        assert_eq!(mira.get("/account/export/file").await.location().as_deref(), Some("/account/confirm?next=/account/export"));
    }
}

site_test! {
    async fn a_deletion_can_be_cancelled_by_logging_in_for_three_days(site: Site) {
        let mira = proved(&site, "mira").await;
        assert_eq!(mira.post("/account/delete", &[("current", "not this"), ("mode", "erase")]).await.status, 422);
        assert_eq!(mira.post("/account/delete", &[("current", PASSWORD), ("mode", "burn")]).await.status, 422);
        assert_eq!(mira.post("/account/delete", &[("current", ""), ("mode", "erase")]).await.status, 422);
        let asked = mira.post("/account/delete", &[("current", PASSWORD), ("mode", "erase")]).await;
        assert_eq!((asked.status, asked.location().as_deref()), (303, Some("/login?done=leaving")), "{}", asked.body);
        assert!(site.get("/login?done=leaving").await.has(".done"));
        assert_eq!(mira.get("/account").await.status, 303, "logged out everywhere");
        site.run_jobs().await;
        assert!(to(&site.place, "mira@example.org").last().expect("a mail").contains("will be deleted"));
        let back = site.browser().post("/login", &[("login", "mira"), ("password", PASSWORD), ("next", "/about")]).await;
        assert_eq!(back.location().as_deref(), Some("/account?done=kept"));
        site.run_jobs().await;
        assert!(to(&site.place, "mira@example.org").iter().any(|mail| mail.contains("will not be deleted")));
        three_days_later(&site).await;
        assert_eq!(site.get("/readers/mira").await.status, 200, "it was cancelled");
        site.log_in("mira").await;
        site.run_jobs().await;
    }
}

site_test! {
    async fn an_anonymised_account_leaves_its_comments_without_a_name(site: Site) {
        let slug = site.article().await;
        let (mira, pell) = (proved(&site, "mira").await, site.moderator("pell").await);
        let id = mira.comment(&slug, "I was here.").await;
        assert_eq!(mira.post("/account", &[("name", "Mira Q."), ("bio", "About me.")]).await.status, 303);
        pell.approve(&slug, id).await;
        mira.post("/account/delete", &[("current", PASSWORD), ("mode", "anonymise")]).await;
        three_days_later(&site).await;
        let page = site.get(&format!("/articles/{slug}")).await;
        let comment = page.one(&format!("#comment-{id}"));
        assert!(comment.contains("I was here.") && comment.contains("deleted reader"), "{comment}");
        assert!(!page.body.contains("mira") && !page.body.contains("Mira Q."));
        assert!(!page.has(&format!("#comment-{id} a[href^='/readers/']")), "there is no profile any more");
        assert_eq!(site.get("/readers/mira").await.status, 404);
        let form = [("login", "mira"), ("password", PASSWORD), ("next", "/")];
        assert_eq!(site.browser().post("/login", &form).await.status, 422);
        // The name is free again, but not that of deleted accounts.
        assert_eq!(site.browser().post("/join", &[("username", "deleted-77"), ("email", "x@example.org"), ("password", PASSWORD)]).await.status, 422);
        assert_eq!(site.browser().post("/join", &[("username", "mira"), ("email", "mira@example.org"), ("password", PASSWORD)]).await.status, 303);
    }
}

site_test! {
    async fn the_last_admin_stays_and_banned_readers_may_go(site: Site) {
        let chief = site.admin("chief").await;
        let last = chief.post("/account/delete", &[("current", PASSWORD), ("mode", "erase")]).await;
        assert_eq!(last.status, 422);
        assert!(last.one(".errors").contains("last admin"));
        let refused = site.masthead(&["user", "delete", "chief", "--mode", "erase", "--now"], "");
        assert_eq!(refused.status.code(), Some(1));
        let mira = site.reader("mira").await;
        assert_eq!(site.masthead(&["user", "ban", "mira"], "").status.code(), Some(0));
        site.get_when("/healthz", |_| true).await;
        assert_eq!(mira.post("/account/export", &[]).await.status, 303);
        assert_eq!(mira.post("/account/delete", &[("current", PASSWORD), ("mode", "anonymise")]).await.status, 303);
        site.admin("second").await;
        assert_eq!(chief.post("/account/delete", &[("current", PASSWORD), ("mode", "anonymise")]).await.status, 303);
        three_days_later(&site).await;
        assert_eq!(site.masthead(&["user", "delete", "nobody", "--mode", "erase"], "").status.code(), Some(1));
        assert_eq!(site.masthead(&["user", "delete", "second", "--mode", "burn"], "").status.code(), Some(2));
    }
}

site_test! {
    async fn an_erased_person_is_nowhere_in_the_database(site: Site) {
        const WORD: &str = "quokkaphone";
        let slug = site.article().await;
        let (mira, pell) = (proved(&site, "miraculix").await, site.moderator("pell").await);
        mira.post("/account", &[("name", "Getafix Druid"), ("bio", "Potions and quokkaphones.")]).await;
        let root = mira.comment(&slug, &format!("A {WORD} for everybody.")).await;
        let alone = mira.comment(&slug, &format!("Another {WORD}.")).await;
        let form = mira.get(&format!("/comments/{alone}/edit")).await.field("revision").expect("a revision");
        mira.post(&format!("/comments/{alone}/edit"), &[("body", &format!("No {WORD} at all.")), ("revision", &form)]).await;
        pell.approve(&slug, root).await;
        let answer = pell.reply(&slug, "Thanks.", &root.to_string()).await;
        pell.reject(&slug, alone, "spam", "").await;
        site.browser().post("/login", &[("login", "miraculix"), ("password", "wrong one"), ("next", "/")]).await;
        site.browser().post("/login", &[("login", "miraculix@example.org"), ("password", "wrong one"), ("next", "/")]).await;
        site.browser().post("/forgot", &[("email", "miraculix@example.org")]).await;
        mira.post("/account/email", &[("email", "miraculix@other.example"), ("current", PASSWORD)]).await;
        mira.post("/account/export", &[]).await;
        let mut picture = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(40, 40).write_to(&mut picture, image::ImageFormat::Png).expect("a picture");
        let part = reqwest::multipart::Part::bytes(picture.into_inner()).file_name("me.png");
        let form = reqwest::multipart::Form::new().part("picture", part);
        assert_eq!(crate::Answer::of(mira.request("POST", "/account/picture").header("sec-fetch-site", "same-origin").multipart(form)).await.status, 303);
        site.run_jobs().await;
        mira.post("/account/delete", &[("current", PASSWORD), ("mode", "erase")]).await;
        three_days_later(&site).await;
        for folder in ["portraits", "exports"] {
            let left = std::fs::read_dir(site.place.folder.join(folder)).map_or(0, Iterator::count);
            assert_eq!(left, 0, "{folder}");
        }
        let page = site.get(&format!("/articles/{slug}")).await;
        assert!(page.has(&format!("#comment-{answer}")), "replies of others stay");
        assert!(!page.body.contains(WORD));
        assert_eq!(site.get(&format!("/search?q={WORD}&in=comments")).await.all(".hit").len(), 0);
        let left: i64 = site.db().read(|conn| Ok(comments::table.filter(comments::body.ne("")).count().get_result(conn)?)).await.expect("a read");
        assert_eq!(left, 1, "the reply");
        if site.place.database_url.is_some() {
            return;
        }
        let file = site.place.folder.join("masthead.db");
        let mut own = diesel::SqliteConnection::establish(file.to_str().expect("a path")).expect("a connection");
        diesel::connection::SimpleConnection::batch_execute(&mut own, "PRAGMA busy_timeout = 5000; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").expect("a vacuum");
        let bytes = std::fs::read(&file).expect("a file");
        let holds = |word: &str| bytes.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
        assert!(holds("Thanks."), "this looks at the right file");
        for word in [WORD, "miraculix", "Getafix", "Potions"] {
            assert!(!holds(word), "{word} is still in the file");
        }
    }
}

site_test! {
    async fn a_deletion_goes_on_after_a_crash_and_meets_no_new_posts(site: Site) {
        let slug = site.article().await;
        let mira = proved(&site, "mira").await;
        for n in 0..8 {
            mira.comment(&slug, &format!("Number {n}.")).await;
        }
        let two = site.log_in("mira").await;
        site.run_jobs().await;
        mira.post("/account/delete", &[("current", PASSWORD), ("mode", "erase")]).await;
        let post = [("body", "One more."), ("parent", ""), ("key", ""), ("action", "post")];
        assert_eq!(two.post(&format!("/articles/{slug}/comments"), &post).await.status, 403, "the session has ended");
        // The first step, then a crash.
        use masthead::accounts::leaving::{self, Step};
        let id: i64 = site.db().read(|conn| Ok(deletions::table.select(deletions::account_id).first(conn)?)).await.expect("a read");
        let now = masthead::db::Time::now();
        let begun = site.db().write(move |conn| leaving::step(conn, id, Step::Account, "deleted reader", now)).await.expect("a write");
        assert_eq!(begun, Step::Comments(0));
        three_days_later(&site).await;
        let left: i64 = site.db().read(|conn| Ok(comments::table.filter(comments::body.ne("")).count().get_result(conn)?)).await.expect("a read");
        assert_eq!(left, 0);
        assert_eq!(site.db().read(|conn| Ok(deletions::table.count().get_result::<i64>(conn)?)).await.expect("a read"), 0);
    }
}

site_test! {
    async fn the_operator_deletes_an_account_at_once(site: Site) {
        let slug = site.article().await;
        let mira = site.reader("mira").await;
        let id = mira.comment(&slug, "Soon gone.").await;
        let done = masthead(&site.place, &["user", "delete", "MIRA", "--mode", "erase", "--now"], "");
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        let page = site.get_when(&format!("/articles/{slug}"), |page| !page.body.contains("Soon gone.")).await;
        assert!(!page.has(&format!("#comment-{id}")));
        assert_eq!(site.get("/readers/mira").await.status, 404);
        site.run_jobs().await;
    }
}
