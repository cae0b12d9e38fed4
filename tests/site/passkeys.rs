//! Passkeys: in a real browser with a virtual authenticator, and what a hostile client may send.

use crate::browser::{Driver, Person};
use crate::harness::on_sqlite;
use crate::verification::proved;
use crate::{PASSWORD, Site, site_test};
use diesel::prelude::*;
use masthead::db::schema::{passkeys, sessions};
use serde_json::json;

async fn with_an_authenticator(first: Site) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let site = Site::start(&first.place, |given| {
        let port = given.port.clone().expect("a port");
        given.base_url = Some(format!("http://localhost:{port}"));
    });
    site.moderator("mira").await;
    let browser = driver.browser(true, 390).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    let cdp = browser.cdp();
    cdp.send_raw("WebAuthn.enable", json!({}))
        .await
        .expect("WebAuthn");
    let options = json!({ "options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
        "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
    } });
    cdp.send_raw("WebAuthn.addVirtualAuthenticator", options)
        .await
        .expect("an authenticator");

    // The first one: recovery codes are shown, for the day that the device is lost.
    person.log_in("mira").await;
    person.open("/account/passkeys").await;
    person.see("form[data-passkey=create]:not([hidden])").await;
    person.write("#f-name", "My phone").await;
    person
        .click("form[data-passkey=create]:not([hidden]) button")
        .await;
    person.see_text(".done", "added").await;
    let codes = browser
        .find_all(thirtyfour::By::Css(".codes code"))
        .await
        .expect("codes");
    assert_eq!(codes.len(), 10);
    let code = codes[0].text().await.expect("a code");
    person.fits(true).await;
    person.open("/account/passkeys").await;
    person.see_text("[data-passkey-row] b", "My phone").await;
    person
        .see_text("[data-passkey-row] .meta", "not used yet")
        .await;
    // The same authenticator is not added twice.
    person
        .click("form[data-passkey=create]:not([hidden]) button")
        .await;
    person.see("[data-passkey-error]:not([hidden])").await;
    person.open("/").await;
    person.log_out().await;

    // Without a name or password, to where they wanted to go.
    person.open("/login?next=/about").await;
    person
        .click("form[data-passkey=get]:not([hidden]) button")
        .await;
    person.see("form[action='/logout']").await;
    let url = browser.current_url().await.expect("a URL");
    assert_eq!(url.path(), "/about");
    person.open("/account/passkeys").await;
    person
        .see_text("[data-passkey-row] .meta", "last used")
        .await;
    person.open("/account/sessions").await;
    person.see_text("[data-login]", "passkey").await;
    person.open("/admin/comments").await;
    person.see(".queues").await;
    person.log_out().await;

    // As the second step after a password.
    let by_password = async |then: &str| {
        person.open("/login").await;
        person.write("input[name=login]", "mira").await;
        person.write("input[name=password]", PASSWORD).await;
        person.click("form.stack button.primary").await;
        person.see("input[name=code]").await;
        person.click(then).await;
    };
    by_password("form[data-passkey=get]:not([hidden]) button").await;
    person.see("form[action='/logout']").await;
    person.log_out().await;
    // A recovery code does it where the device is away.
    person.open("/login").await;
    person.write("input[name=login]", "mira").await;
    person.write("input[name=password]", PASSWORD).await;
    person.click("form.stack button.primary").await;
    person.write("input[name=code]", &code).await;
    person.click("form.stack button.primary").await;
    person.see("form[action='/logout']").await;

    // A proof that has grown old is renewed by the passkey.
    let change = |conn: &mut masthead::db::Conn| {
        diesel::update(sessions::table)
            .set(sessions::proved_at.eq(0))
            .execute(conn)?;
        masthead::db::invalidation::changed(conn, masthead::db::invalidation::CacheTag::Everything);
        Ok(())
    };
    site.db().write(change).await.expect("a write");
    person.open("/account/passkeys").await;
    person.click("[data-passkey-row] summary").await;
    person
        .write("[data-passkey-row] input[name=name]", "Phone 2")
        .await;
    person.click("[data-passkey-row] details button").await;
    person.see_text("h1", "Confirm that it is you").await;
    person
        .click("form[data-passkey=get]:not([hidden]) button")
        .await;
    person.see_text("h1", "Passkeys").await;
    person.click("[data-passkey-row] summary").await;
    person
        .write("[data-passkey-row] input[name=name]", "Phone 2")
        .await;
    person.click("[data-passkey-row] details button").await;
    person.see_text("[data-passkey-row] b", "Phone 2").await;
    person
        .click("[data-passkey-row] form:not(.inline) button")
        .await;
    person.see("form[data-passkey=create]").await;
    assert!(person.gone("[data-passkey-row]").await);
    site.run_jobs().await;
    browser.quit().await.expect("a quiet end");
}

#[test]
fn a_passkey_logs_in_completes_a_log_in_and_proves_who_one_is() {
    on_sqlite(module_path!(), with_an_authenticator);
}

site_test! {
    async fn what_no_authenticator_made_is_refused(first: Site) {
        let site = Site::start(&first.place, |given| {
            given.base_url = Some(format!("http://localhost:{}", given.port.clone().expect("a port")));
        });
        let mira = proved(&site, "mira").await;
        let credential = json!({ "id": "AAAA", "rawId": "AAAA", "type": "public-key", "extensions": {}, "response": {
            "authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA", "userHandle": "AAAA" } }).to_string();
        for (action, credential) in [("finish", ""), ("finish", "{}"), ("finish", "[]"), ("finish", credential.as_str())] {
            let form = [("action", action), ("credential", credential), ("next", "/about")];
            let answer = site.browser().post("/login/passkey", &form).await;
            assert_eq!(answer.status, 422, "without a challenge: {credential}");
            let browser = site.browser();
            let begun = browser.post("/login/passkey", &[("action", "begin")]).await;
            assert_eq!(begun.status, 200, "{}", begun.body);
            let asked: serde_json::Value = serde_json::from_str(&begun.body).expect("JSON");
            assert_eq!(asked["publicKey"]["rpId"], "localhost");
            assert_eq!(asked["publicKey"]["userVerification"], "required");
            assert_eq!(browser.post("/login/passkey", &form).await.status, 422, "{credential}");
            assert_eq!(browser.get("/account").await.status, 303);
        }
        assert_eq!(site.browser().post("/login/passkey", &[("action", "fly")]).await.status, 400);
        assert_eq!(site.browser().post("/account/passkeys", &[("action", "begin")]).await.status, 303, "anonymous");
        let begun = mira.post("/account/passkeys", &[("action", "begin")]).await;
        let asked: serde_json::Value = serde_json::from_str(&begun.body).expect("JSON");
        assert_eq!(asked["publicKey"]["authenticatorSelection"]["residentKey"], "required");
        assert!(!begun.body.contains("mira@example.org"));
        assert_eq!(mira.post("/account/passkeys", &[("action", "finish"), ("credential", "{}"), ("name", "x")]).await.status, 422);
        assert_eq!(mira.post("/account/passkeys", &[("action", "remove"), ("id", "1")]).await.status, 404);
        assert_eq!(mira.post("/account/passkeys", &[("action", "rename"), ("id", "x"), ("name", "y")]).await.status, 404);
        assert_eq!(site.db().read(|conn| Ok(passkeys::table.count().get_result::<i64>(conn)?)).await.expect("a read"), 0);
        // A site that is reached by a number has none.
        assert_eq!(first.browser().post("/login/passkey", &[("action", "begin")]).await.status, 404);
        assert!(!first.get("/login").await.has("[data-passkey]"));
        site.run_jobs().await;
    }
}
