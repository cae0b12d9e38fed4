//! The site's key: where it is, how it moves, and what happens without it.

use crate::second_factor::{code, enrol, later, password_step};
use crate::verification::proved;
use crate::{Site, site_test};
use diesel::prelude::*;
use masthead::db::schema::settings;
use std::path::PathBuf;

fn file(site: &Site) -> PathBuf {
    site.place.folder.join("masthead.key")
}

fn in_file(site: &Site) -> String {
    let text = std::fs::read_to_string(file(site)).expect("a key");
    text.trim().to_owned()
}

async fn in_settings(site: &Site) -> Option<String> {
    let read = |conn: &mut masthead::db::Conn| {
        let row = settings::table.find("cookie_key").select(settings::value);
        Ok(row.first::<String>(conn).optional()?)
    };
    site.db().read(read).await.expect("a read")
}

async fn put_into_settings(site: &Site, key: &str) {
    let key = key.to_owned();
    let put = move |conn: &mut masthead::db::Conn| {
        let row = (settings::key.eq("cookie_key"), settings::value.eq(&key));
        masthead::either!(conn, |c| diesel::insert_into(settings::table)
            .values(row)
            .execute(c))?;
        Ok(())
    };
    site.db().write(put).await.expect("a write");
}

fn again(site: &Site, key: Option<&str>) -> Site {
    let key = key.map(str::to_owned);
    Site::start(&site.place, |given| {
        given.base_url = Some(site.origin());
        given.key = key;
    })
}

site_test! {
    async fn the_key_is_not_in_a_sqlite_database_and_comes_out_of_one_of_an_earlier_version(site: Site) {
        if site.place.database_url.is_some() {
            assert_eq!(in_settings(&site).await.map(|key| key.len()), Some(128), "all nodes find it there");
            assert!(!file(&site).exists());
            return;
        }
        let key = in_file(&site);
        assert_eq!(key.len(), 128);
        assert_eq!(in_settings(&site).await, None);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file(&site).metadata().expect("a file").permissions()) & 0o777, 0o600);
        let mira = proved(&site, "mira").await;
        let (secret, _) = enrol(&mira).await;
        later(&site).await;
        // As an earlier version has left it.
        std::fs::remove_file(file(&site)).expect("removed");
        put_into_settings(&site, &key).await;
        let upgraded = again(&site, None);
        assert_eq!(in_file(&site), key);
        assert_eq!(in_settings(&site).await, None);
        assert_eq!(mira.at(&upgraded).get("/account").await.status, 200, "the session goes on");
        let (browser, _) = password_step(&upgraded, "mira", "/").await;
        assert_eq!(browser.post("/login/two-factor", &[("code", &code(&secret, 0))]).await.status, 303);
        site.run_jobs().await;
    }
}

site_test! {
    async fn a_key_of_the_configuration_takes_the_place_of_the_one_that_is_stored(site: Site) {
        let stored = match site.place.database_url {
            Some(_) => in_settings(&site).await.expect("a key"),
            None => in_file(&site),
        };
        let mira = site.reader("mira").await;
        let with_it = again(&site, Some(&stored));
        assert_eq!(in_settings(&site).await, None, "it is in one place");
        assert_eq!(mira.at(&with_it).get("/account").await.status, 200);
        let other = again(&site, Some(&"5a".repeat(64)));
        assert_eq!(mira.at(&other).get("/account").await.status, 303, "it was signed with another key");
        let told = site.masthead(&["check", "--key", "abc"], "");
        let error = String::from_utf8_lossy(&told.stderr).into_owned();
        assert!(error.contains("MASTHEAD_KEY") && error.contains("128 hexadecimal digits") && !error.contains("abc"), "{error}");
    }
}

site_test! {
    async fn a_key_that_was_left_behind_is_put_back_and_a_damaged_one_is_named(site: Site) {
        if site.place.database_url.is_some() {
            return;
        }
        let _chief = site.admin("chief").await;
        let mira = proved(&site, "mira").await;
        let (secret, codes) = enrol(&mira).await;
        later(&site).await;
        let kept = site.place.folder.join("kept");
        std::fs::rename(file(&site), &kept).expect("moved");
        let without = again(&site, None);
        let (browser, _) = password_step(&without, "mira", "/").await;
        for code in [code(&secret, 0), codes[0].clone()] {
            let answer = browser.post("/login/two-factor", &[("code", &code)]).await;
            assert!(matches!(answer.status, 422 | 500), "{}", answer.body);
            assert_eq!(browser.get("/account").await.status, 303);
        }
        std::fs::rename(&kept, file(&site)).expect("moved back");
        let with_it = again(&site, None);
        let (browser, _) = password_step(&with_it, "mira", "/").await;
        assert_eq!(browser.post("/login/two-factor", &[("code", &code(&secret, 0))]).await.status, 303);
        for damaged in ["", "5a", &"x".repeat(128)] {
            std::fs::write(file(&site), damaged).expect("written");
            let told = site.masthead(&["user", "unban", "mira"], "");
            assert_eq!(told.status.code(), Some(1));
            let error = String::from_utf8_lossy(&told.stderr).into_owned();
            assert!(error.contains("masthead.key does not hold the site's key"), "{error}");
        }
        site.run_jobs().await;
    }
}

site_test! {
    async fn an_operator_removes_a_second_factor_that_was_lost(site: Site) {
        let mira = proved(&site, "mira").await;
        enrol(&mira).await;
        let done = site.masthead(&["user", "remove-second-factor", "mira"], "");
        assert_eq!(String::from_utf8_lossy(&done.stdout), "mira logs in with the password alone.\n");
        let (_, answer) = password_step(&site, "mira", "/about").await;
        assert_eq!(answer.location().as_deref(), Some("/about"));
        let again = site.masthead(&["user", "remove-second-factor", "mira"], "");
        assert_eq!(String::from_utf8_lossy(&again.stdout), "mira has no second factor.\n");
        assert_eq!(site.masthead(&["user", "remove-second-factor", "nobody"], "").status.code(), Some(1));
        site.run_jobs().await;
        let mails = crate::mail::to(&site.place, "mira@example.org");
        assert!(mails.iter().any(|mail| mail.contains("second factor")), "{mails:?}");
    }
}
