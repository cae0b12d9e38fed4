//! The interface in another language, and right-to-left layout.

use crate::site_test;

async fn set_language(site: &crate::Site, tag: &'static str) {
    site.db()
        .write(move |conn| masthead::admin::store::set(conn, "language", tag))
        .await
        .expect("a write");
    site.state.refresh_site().await.expect("a read");
}

site_test! {
    async fn the_setting_changes_words_dates_and_plurals(site: Site) {
        let slug = site.publish("---\ntitle: Die Brücke\nsection: Stadt\nauthors: [Mira Stahl, Jon Abara]\ndate: 2026-03-05T12:30:00Z\nsources: [{kind: limit, text: Gesagt.}]\n---\n\nText.\n").await;
        set_language(&site, "de-AT").await;
        let path = format!("/articles/{slug}");
        let page = site.get(&path).await;
        assert_eq!((page.attr("html", "lang").as_deref(), page.attr("html", "dir").as_deref()), (Some("de-AT"), Some("ltr")));
        assert_eq!(page.one(".byline"), "Von Mira Stahl und Jon Abara");
        assert!(page.one(".story > header .meta").starts_with("5. März 2026 · 1 Min. Lesezeit · Noch keine Kommentare"), "{}", page.one(".story > header .meta"));
        assert_eq!(page.one("#conversation"), "Reden Sie mit");
        assert_eq!(page.all(".noted"), ["Quellen"]);
        let pell = site.moderator("pell").await;
        let id = pell.comment(&slug, "Eins.").await;
        assert!(site.get(&path).await.one(".threadbar p") == "1 Kommentar");
        pell.comment(&slug, "Zwei.").await;
        let page = site.get(&path).await;
        assert_eq!(page.one(".threadbar p"), "2 Kommentare");
        assert!(page.one(&format!("#comment-{id} time")).ends_with(" Uhr"));
        assert_eq!(site.get("/search").await.one("h1"), "Suche");
        assert_eq!(site.get("/nowhere").await.one("h1"), "Seite nicht gefunden");
        assert_eq!(site.get("/archive/2026/03").await.one("h1"), "März 2026");
        let refused = site.browser().post("/login", &[("login", "x"), ("password", "y"), ("next", "/")]).await;
        assert!(refused.status == 422 && refused.body.contains("passen nicht zusammen"));
        set_language(&site, "en").await;
        assert_eq!(site.get(&path).await.one("#conversation"), "Join the conversation");
    }
}

site_test! {
    async fn a_language_from_right_to_left_turns_the_page(site: Site) {
        let slug = site.publish("---\ntitle: Quay\nsources: [{text: A note.}]\n---\n\nA remark.\n").await;
        site.moderator("pell").await.comment(&slug, "A comment.").await;
        for (tag, dir) in [("ar", "rtl"), ("he-IL", "rtl"), ("fa", "rtl"), ("pt-BR", "ltr"), ("en", "ltr")] {
            set_language(&site, tag).await;
            let page = site.get(&format!("/articles/{slug}")).await;
            assert_eq!((page.attr("html", "dir").as_deref(), page.attr("html", "lang").as_deref()), (Some(dir), Some(tag)));
            assert_eq!(page.one("#conversation"), "Join the conversation", "languages without a translation use English");
            // Text in another language than the page says so, and content inside it says that it is the site's.
            let other = (tag != "en").then(|| "en".to_owned());
            for part in ["#comments", ".foot", ".tools", ".skip", ".meta time", ".share", ".noted"] {
                assert_eq!(page.attr(part, "lang"), other, "{tag}: {part}");
            }
            let content = (tag != "en").then(|| tag.to_owned());
            assert_eq!(page.attr(".comment .text", "lang"), content, "{tag}");
            assert_eq!(page.attr("h1", "lang"), None);
            assert_eq!(site.get("/login").await.attr("main .column", "lang"), other);
            let found = site.get("/search?q=remark").await;
            assert_eq!((found.attr("main .column", "lang"), found.attr(".search article", "lang")), (other, content), "{tag}");
        }
    }
}

#[test]
fn the_style_sheet_knows_no_left_and_right() {
    let css = include_str!("../../static/site.css");
    for line in css.lines() {
        let line = line.trim();
        if line.starts_with("pre, code") {
            // Code is always written from left to right.
            continue;
        }
        for side in [
            "margin-left",
            "margin-right",
            "padding-left",
            "padding-right",
            "border-left",
            "border-right",
            " left:",
            " right:",
            "text-align: left",
            "text-align: right",
            "float:",
        ] {
            assert!(!line.contains(side), "{line}");
        }
    }
}

/// Messages that are the same in German and English may have been left untranslated.
#[test]
fn german_is_german() {
    // A message ends where a line begins with something else than a space or a closing brace.
    let read = |text: &'static str| -> std::collections::BTreeMap<&str, String> {
        let mut all = std::collections::BTreeMap::new();
        let mut current = "";
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            match line
                .split_once(" = ")
                .filter(|_| !line.starts_with([' ', '}']))
            {
                Some((id, said)) => {
                    current = id;
                    all.insert(id, said.to_owned());
                }
                None => all.entry(current).or_default().push_str(line),
            }
        }
        all
    };
    let (english, german) = (
        read(include_str!("../../templates/text/en.ftl")),
        read(include_str!("../../templates/text/de.ftl")),
    );
    let same: Vec<_> = english
        .iter()
        .filter(|(id, said)| !id.is_empty() && german.get(*id) == Some(said))
        .map(|(id, _)| *id)
        .collect();
    let alike = [
        "account-intro",
        "byline-separator",
        "dashboard-heading",
        "date-month",
        "field-name",
        "field-import-text",
        "field-page-text",
        "field-note-text",
        "log-change",
        "nav-dashboard",
        "number",
        "reason-spam",
        "writing-link",
        "field-logo",
        "share-link",
        "foot-feeds",
        "field-username",
        "preview-heading",
        "passkeys-heading",
        "passkey-unnamed",
        "field-code",
        "field-links",
        "field-passkey-name",
    ];
    let left: Vec<_> = same.into_iter().filter(|id| !alike.contains(id)).collect();
    assert!(left.is_empty(), "{left:?}");
}
