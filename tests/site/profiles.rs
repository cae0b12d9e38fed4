//! What people show of themselves: picture, links, comments, and the name that they had before.

use crate::verification::proved;
use crate::{Answer, Browser, PASSWORD, site_test};
use diesel::prelude::*;
use masthead::db::schema::accounts;

/// A picture of two halves, as PNG: left and right of the middle square there is red.
pub fn wide_picture() -> Vec<u8> {
    let mut picture = image::RgbImage::from_pixel(300, 100, image::Rgb([200, 0, 0]));
    for x in 100..200 {
        for y in 0..100 {
            picture.put_pixel(x, y, image::Rgb([0, 0, 200]));
        }
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner()
}

pub async fn upload(browser: &Browser, bytes: Vec<u8>) -> Answer {
    let part = reqwest::multipart::Part::bytes(bytes).file_name("me.png");
    let form = reqwest::multipart::Form::new().part("picture", part);
    Answer::of(
        browser
            .request("POST", "/account/picture")
            .header("sec-fetch-site", "same-origin")
            .multipart(form),
    )
    .await
}

site_test! {
    async fn a_picture_is_cut_square_and_waits_like_a_first_comment(site: Site) {
        site.hold_first(true).await;
        let slug = site.article().await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let done = upload(&mira, wide_picture()).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let own = mira.get("/account/picture").await;
        let src = own.attr("img.portrait", "src").expect("a picture");
        assert!(own.body.contains("until a moderator"));
        assert_eq!(site.get(&src).await.status, 404, "only its owner and moderators see it");
        assert_eq!(pell.get(&src).await.status, 200);
        let answer = mira.request("GET", &src).send().await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "image/jpeg");
        let shown = image::load_from_memory(&answer.bytes().await.expect("bytes")).expect("a picture").to_rgb8();
        assert_eq!(shown.dimensions(), (256, 256));
        for corner in [(2, 2), (253, 2), (2, 253), (253, 253)] {
            let [red, _, blue] = shown.get_pixel(corner.0, corner.1).0;
            assert!(blue > 150 && red < 60, "the middle alone: {corner:?}");
        }
        assert!(!site.get("/readers/mira").await.has("img.portrait"), "it waits");
        let waiting = pell.get("/admin/joins").await;
        assert_eq!(waiting.all("[data-picture]").len(), 1);
        let action = waiting.attr("[data-picture] form", "action").expect("an address");
        let seen = waiting.field("picture").expect("a name");
        let decide = |what: &'static str, picture: &str| [("action", what.to_owned()), ("picture", picture.to_owned())];
        let post = async |browser: &Browser, form: [(&'static str, String); 2]| {
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.post(&action, &form).await.status
        };
        assert_eq!(post(&mira, decide("approve", &seen)).await, 403);
        assert_eq!(post(&pell, decide("fly", &seen)).await, 400);
        // Another one meanwhile is not approved unseen.
        assert_eq!(upload(&mira, wide_picture()).await.status, 303);
        assert_eq!(post(&pell, decide("approve", &seen)).await, 404);
        let seen = pell.get("/admin/joins").await.field("picture").expect("a name");
        assert_eq!(post(&pell, decide("approve", &seen)).await, 303);
        let src = mira.get("/account/picture").await.attr("img.portrait", "src").expect("a picture");
        assert_eq!(site.get(&src).await.status, 200);
        assert!(site.get("/readers/mira").await.has("img.portrait"));
        // With an approved comment the next one does not wait; the files of the one before are gone.
        let id = mira.comment(&slug, "Hello.").await;
        pell.approve(&slug, id).await;
        assert_eq!(upload(&mira, wide_picture()).await.status, 303);
        assert_eq!(site.get(&src).await.status, 404);
        let next = site.get("/readers/mira").await.attr("img.portrait", "src").expect("a picture");
        // A moderator removes it.
        let reader = action.trim_end_matches("/picture").to_owned();
        let page = pell.get(&reader).await;
        let name = page.field("picture").expect("a name");
        assert_eq!(page.attr(".person form", "action").as_deref(), Some(action.as_str()));
        assert_eq!(post(&pell, decide("remove", &name)).await, 303);
        assert_eq!(post(&pell, decide("remove", &name)).await, 404);
        assert_eq!(site.get(&next).await.status, 404);
        assert!(!site.get("/readers/mira").await.has("img.portrait"));
        site.run_jobs().await;
    }
}

site_test! {
    async fn what_is_no_picture_is_refused_beside_the_field(site: Site) {
        let mira = site.reader("mira").await;
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
        let half = wide_picture()[..60].to_vec();
        for bytes in [b"no picture".to_vec(), svg, half, Vec::new()] {
            let refused = upload(&mira, bytes).await;
            assert_eq!(refused.status, 422, "{}", refused.body);
            assert!(refused.has(".field.refused .error"));
        }
        assert_eq!(upload(&mira, vec![0; 11 * 1024 * 1024]).await.status, 413);
        assert_eq!(mira.post("/account/picture", &[]).await.status, 422);
        assert_eq!(upload(&site.browser(), wide_picture()).await.status, 303, "to the log-in page");
        for path in ["/portraits/x.jpg", "/portraits/..%2fmasthead.db", "/portraits/00000000000000000000-99.jpg", "/portraits/00000000000000000000-64.jpg"] {
            assert_eq!(site.get(path).await.status, 404, "{path}");
        }
    }
}

site_test! {
    async fn links_and_comments_are_shown_if_their_owner_wants_that(site: Site) {
        let slug = site.article().await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        let id = mira.comment(&slug, "What I think of it.").await;
        pell.approve(&slug, id).await;
        let own = mira.get("/account/comments").await;
        assert_eq!(own.all("[data-comment]").len(), 1);
        assert!(own.all("[data-comment]").concat().contains("What I think of it."));
        let mut form = vec![("name", "Mira"), ("bio", "Me."), ("links", "https://mira.example/\nhttps://social.example/@mira"), ("show_comments", "on")];
        assert_eq!(mira.post("/account", &form).await.status, 303);
        let page = site.get("/readers/mira").await;
        assert_eq!(page.attrs(".more a[rel~=ugc]", "href"), ["https://mira.example/", "https://social.example/@mira"]);
        assert!(page.all(".said").concat().contains("What I think of it."));
        // The documented fields alone leave the rest as it is.
        assert_eq!(mira.post("/account", &[("name", "Mira"), ("bio", "Still me.")]).await.status, 303);
        let page = site.get("/readers/mira").await;
        assert!(page.has(".said") && page.has(".more a[rel~=ugc]") && page.body.contains("Still me."));
        for bad in ["javascript:alert(1)", "ftp://example.org", "https://user:pass@example.org", "not a link", "https://a.example\nhttps://b.example\nhttps://c.example\nhttps://d.example\nhttps://e.example\nhttps://f.example"] {
            form[2].1 = bad;
            let refused = mira.post("/account", &form).await;
            assert_eq!(refused.status, 422, "{bad}");
            assert_eq!(refused.one("#f-links"), bad.replace('\n', " "), "what was typed is kept");
        }
        form[2].1 = "";
        form[3].1 = "off";
        assert_eq!(mira.post("/account", &form).await.status, 303);
        let page = site.get("/readers/mira").await;
        assert!(!page.has(".said") && !page.has(".more a[rel~=ugc]"));
    }
}

site_test! {
    async fn a_username_changes_once_in_thirty_days_and_the_old_one_leads_on(site: Site) {
        let slug = site.article().await;
        let (mira, ben) = (proved(&site, "mira").await, site.reader("ben").await);
        let id = mira.comment(&slug, "Under my name.").await;
        site.moderator("pell").await.approve(&slug, id).await;
        let form = |name: &'static str, current: &'static str| [("username", name), ("current", current)];
        assert_eq!(mira.post("/account/username", &form("lena", "wrong one")).await.status, 422);
        for name in ["ben", "BEN", "admin", "x", "deleted-5"] {
            let refused = mira.post("/account/username", &form(name, PASSWORD)).await;
            assert_eq!((refused.status, refused.field("username").as_deref()), (422, Some(name)));
        }
        let done = mira.post("/account/username", &form("lena", PASSWORD)).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let moved = site.get("/readers/MIRA").await;
        assert_eq!((moved.status, moved.location().as_deref()), (301, Some("/readers/lena")));
        assert_eq!(site.get("/readers/lena").await.status, 200);
        assert!(site.get(&format!("/articles/{slug}")).await.all(&format!("#comment-{id}")).concat().contains("lena"));
        assert_eq!(mira.post("/account/username", &form("lara", PASSWORD)).await.status, 422, "too soon");
        // Nobody else gets the old name.
        assert_eq!(ben.post("/account/username", &form("mira", PASSWORD)).await.status, 422);
        assert_eq!(site.browser().post("/join", &[("username", "mira"), ("email", "x@example.org"), ("password", PASSWORD)]).await.status, 422);
        assert_eq!(site.browser().post("/login", &[("login", "lena"), ("password", PASSWORD), ("next", "/")]).await.status, 303);
        let change = |conn: &mut masthead::db::Conn| {
            diesel::update(accounts::table).set(accounts::renamed_at.eq(1)).execute(conn)?;
            Ok(())
        };
        site.db().write(change).await.expect("a write");
        assert_eq!(mira.post("/account/username", &form("mira", PASSWORD)).await.status, 303, "back to one's own");
        assert_eq!(site.get("/readers/lena").await.location().as_deref(), Some("/readers/mira"));
        assert_eq!(site.get("/readers/mira").await.status, 200);
        site.run_jobs().await;
    }
}

#[test]
fn one_address_has_one_spelling() {
    use masthead::accounts::Email;
    let t = masthead::interface::Interface::English;
    let parsed = |given: &str| Email::parse(t, given).map(|email| email.as_str().to_owned());
    for (given, taken) in [
        ("Mira@EXAMPLE.org", "Mira@example.org"),
        (
            "mira+news@münchen.example",
            "mira+news@xn--mnchen-3ya.example",
        ),
        ("mira@ｅxample.org", "mira@example.org"),
        ("mira@exam\u{ad}ple.org", "mira@example.org"),
        ("o'neil_{a}@example.org", "o'neil_{a}@example.org"),
    ] {
        assert_eq!(parsed(given).as_deref(), Ok(taken), "{given}");
    }
    for given in [
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a@example",
        "a@-x.org",
        "a@x-.org",
        "a%0d%0aBcc:x@example.org",
        "a@ex%61mple.org",
        "a@b@example.org",
        "\"a b\"@example.org",
        "a@example.org.",
        "a@",
        "@example.org",
        "",
    ] {
        assert!(parsed(given).is_err(), "{given}");
    }
    assert_eq!(
        Email::key_of(" Mira@MÜNCHEN.example "),
        "mira@xn--mnchen-3ya.example"
    );
    assert_eq!(Email::key_of("mira"), "mira");
}

site_test! {
    async fn nobody_shows_another_readers_username_as_their_name(site: Site) {
        let _ben = site.reader("ben").await;
        let mira = site.reader("mira").await;
        let named = mira.post("/account", &[("name", "Ben"), ("bio", "")]).await;
        assert_eq!(named.status, 422);
        assert!(named.one(".field .error").contains("another reader's username"), "{}", named.body);
        let own = mira.post("/account", &[("name", "Mira"), ("bio", "")]).await;
        assert_eq!(own.location().as_deref(), Some("/account?done=saved"), "{}", own.body);
        assert_eq!(mira.get("/account?done=saved").await.one(".done"), "Saved.");
    }
}
