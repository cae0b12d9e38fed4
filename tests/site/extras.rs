//! Parts of an article besides its text: contents, references, pictures, code, link cards, related articles.

use crate::harness::save;
use crate::{Site, site_test};
use masthead::import::{self, ReadOptions};

/// A file next to an article: its name, and a function that creates it.
type File = (&'static str, fn() -> Vec<u8>);

/// Publishes Markdown with files beside it.
async fn publish_with(site: &Site, source: &str, files: &'static [File]) -> String {
    let (db, config, settings, source) = (
        site.db().clone(),
        site.state.config.clone(),
        site.state.site(),
        source.to_owned(),
    );
    let work = move || {
        let picture = |path: &str| {
            let file = files.iter().find(|f| path == f.0);
            file.map(|f| f.1()).ok_or_else(|| import::MISSING.into())
        };
        let options = ReadOptions::of(&settings);
        let link = |url: &str| Some(url.to_owned());
        let ready = import::parse_source(&source, true, &options, &picture, &link)
            .unwrap_or_else(|r| panic!("{}: {}", r.line, r.reason));
        let slug = ready.slug.clone();
        save(&db, &config.data, &settings, ready);
        slug
    };
    tokio::task::spawn_blocking(work).await.expect("published")
}

fn photo(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([
            (x * 7 % 256) as u8,
            (y * 3 % 256) as u8,
            ((x ^ y) % 256) as u8,
        ])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("a picture");
    out.into_inner()
}

site_test! {
    async fn pictures_come_in_the_widths_that_screens_have(site: Site) {
        let files: &[File] = &[
            ("wide.jpg", || photo(1300, 500, image::ImageFormat::Jpeg)), ("small.png", || photo(300, 200, image::ImageFormat::Png)), ("face.jpg", || photo(700, 700, image::ImageFormat::Jpeg)),
        ];
        let slug = publish_with(&site, "---\ntitle: One\nimage: {src: wide.jpg, alt: Wide, caption: A view., credit: Mira Stahl}\nauthors: [{name: Jon, image: face.jpg}]\n---\n\nText.\n\n![Small & fine](small.png \"A caption <b>\")\n\nInline ![wide](wide.jpg) too.\n", files).await;
        let page = site.get(&format!("/articles/{slug}")).await;
        let set = page.attr(".hero img", "srcset").expect("widths");
        let widths: Vec<&str> = set.split(", ").filter_map(|one| one.split(' ').nth(1)).collect();
        assert_eq!(widths, ["480w", "720w", "1300w"]);
        for one in set.split(", ") {
            let (path, width) = one.split_once(' ').expect("a width");
            let answer = site.browser().request("GET", path).send().await.expect("an answer");
            assert_eq!(answer.headers()["content-type"], "image/jpeg");
            let bytes = answer.bytes().await.expect("bytes");
            let size = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().expect("a format").into_dimensions().expect("a picture");
            assert_eq!(format!("{}w", size.0), width);
        }
        assert_eq!((page.attr(".hero img", "width").as_deref(), page.attr(".hero img", "height").as_deref(), page.attr(".hero img", "alt").as_deref()), (Some("1300"), Some("500"), Some("Wide")));
        assert_eq!(page.one(".hero figcaption"), "A view. · Mira Stahl");
        assert_eq!(page.one(".body figure figcaption"), "A caption <b>");
        assert_eq!(page.attr(".body figure img", "alt").as_deref(), Some("Small & fine"));
        assert_eq!(page.attr(".body figure img", "srcset"), None, "there is nothing smaller");
        assert!(page.attr(".body p img", "srcset").is_some() && page.attr(".body p img", "loading").as_deref() == Some("lazy"));
        assert!(!page.has("p figure") && page.all(".body p:empty").is_empty());
        let face = site.get("/authors/jon").await.attr(".profile img", "src").expect("a face");
        assert_eq!(site.browser().request("GET", &face).send().await.expect("an answer").status(), 200);
    }
}

site_test! {
    async fn a_picture_that_was_known_before_gets_the_widths_that_it_lacks(site: Site) {
        use diesel::prelude::*;
        let files: &[File] = &[("wide.jpg", || photo(900, 300, image::ImageFormat::Jpeg))];
        let slug = publish_with(&site, "---\ntitle: One\n---\n\n![Wide](wide.jpg)\n", files).await;
        // As stored before resized versions were introduced.
        site.db().write(|conn| Ok(diesel::delete(masthead::db::schema::media_sizes::table).execute(conn)?)).await.expect("a write");
        publish_with(&site, "---\ntitle: One\n---\n\n![Wide](wide.jpg) Again.\n", files).await;
        let set = site.get(&format!("/articles/{slug}")).await.attr(".body img", "srcset").expect("widths");
        for one in set.split(", ") {
            let answer = site.browser().request("GET", one.split(' ').next().expect("a path")).send().await.expect("an answer");
            assert_eq!((answer.status().as_u16(), answer.headers()["cross-origin-resource-policy"].as_bytes()), (200, &b"cross-origin"[..]), "{one}");
        }
    }
}

site_test! {
    async fn a_link_that_may_not_be_followed_is_its_text(site: Site) {
        let slug = site.publish("---\ntitle: One\n---\n\n[js](javascript:alert(1)), [data](data:text/html,x \"t\"), [JS](JaVaScRiPt:x), [ok](https://example.org/), [here](/about), [up](#h-x), [mail](mailto:a@example.org)\n").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all(".body a"), ["ok", "here", "up", "mail"]);
        assert_eq!(page.one(".body"), "js, data, JS, ok, here, up, mail");
        let id = site.moderator("pell").await.comment(&slug, "[js](javascript:alert(1)) [rel](/about) [ok](https://example.org/)").await;
        assert_eq!(site.get(&format!("/articles/{slug}")).await.all(&format!("#comment-{id} .text a")), ["rel", "ok"]);
    }
}

site_test! {
    async fn claims_lead_to_their_notes_and_notes_lead_back(site: Site) {
        let slug = site.publish("---\ntitle: One\n---\n\n## Opening summary\n\nFirst[^s2].\n\n## Main article\n\nSecond[^s1] and third[^s2]; `code[^s1]`, [^sx] and [^s]. **Bold[^s1]**\n\n## Source notes\n\n- Primary: a paper.\n- A witness.\n- Unused.\n").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        let links: Vec<String> = page.all("sup.ref a");
        assert_eq!(links, ["2", "1", "2", "1"]);
        for (id, note) in [("ref-2", "#note-2"), ("ref-1", "#note-1"), ("ref-2-2", "#note-2"), ("ref-1-2", "#note-1")] {
            assert_eq!(page.attr(&format!("#{id}"), "href").as_deref(), Some(note));
            assert!(page.has(&format!("li[data-kind]{note}")));
        }
        assert_eq!(page.attr("#note-2 .back", "href").as_deref(), Some("#ref-2"));
        assert!(!page.has("#note-3 .back"), "nothing refers to it");
        assert!(page.body.contains("code[^s1]") && page.body.contains("[^sx]"));
        let refused = |source: &str| import::parse_text(source, true, &ReadOptions::default()).err().map(|r| (r.line, r.reason));
        let (line, why) = refused("---\ntitle: One\nsources: [{text: A.}]\n---\n\nText.\n\nMore[^s2].\n").expect("refused");
        assert!(line == 8 && why.contains("[^s2]") && why.contains("there are 1"), "{line}: {why}");
        assert!(refused("---\ntitle: One\n---\n\nText[^s0].\n").is_some());
    }
}

site_test! {
    async fn a_long_article_lists_its_headings(site: Site) {
        let text = "word ".repeat(300);
        let long = site.publish(&format!("---\ntitle: Long\n---\n\n## One & two\n\n{text}\n\n### Same\n\n{text}\n\n## Same\n\n{text}\n")).await;
        let page = site.get(&format!("/articles/{long}")).await;
        assert_eq!(page.all(".contents a"), ["One & two", "Same", "Same"]);
        for n in 1..=3 {
            let to = page.attr(&format!(".contents li:nth-child({n}) a"), "href").expect("a link");
            assert!(page.has(&format!(".body :is(h2, h3){to}")), "{to}");
        }
        assert!(page.has(".contents li.sub:nth-child(2)"));
        let short = site.publish("---\ntitle: Short\n---\n\n## One\n\nA.\n\n## Two\n\nB.\n\n## Three\n\nC.\n").await;
        assert!(!site.get(&format!("/articles/{short}")).await.has(".contents"));
    }
}

site_test! {
    async fn code_is_told_apart_and_nothing_in_it_becomes_a_tag(site: Site) {
        let slug = site.publish("---\ntitle: One\n---\n\n```rust\n// <script>\nfn main() { let s = \"</code>\"; }\n```\n\n```nosuchlanguage\n<b>\n```\n\n<span class=\"c\" id=\"x\">typed</span>\n").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all("pre .c"), ["// <script>"]);
        assert!(page.all("pre .k").contains(&"fn".to_owned()) && page.all("pre .s").concat().contains("</code>"));
        assert_eq!(page.all("pre")[1], "<b>");
        assert_eq!(page.one("#x"), "typed");
        assert!(!page.has("#x[class]"), "nothing that is typed looks like code");
        assert_eq!(page.attr("pre", "tabindex").as_deref(), Some("0"));
    }
}

site_test! {
    async fn a_link_that_stands_alone_is_a_card_in_the_authors_words(site: Site) {
        let slug = site.publish("---\ntitle: One\n---\n\n[The report](https://www.example.org/a \"All \\\"forty\\\" pages\")\n\nhttps://example.org/bare\n\n[Inside](/about)\n\nA [link](https://example.org/) in a line.\n").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all(".card"), ["The report All \"forty\" pages example.org"]);
        assert_eq!(page.attr(".card a", "href").as_deref(), Some("https://www.example.org/a"));
        assert!(!page.has("iframe, embed, object"));
    }
}

site_test! {
    async fn below_an_article_stands_what_shares_its_tags_then_its_section(site: Site) {
        for (title, section, tags) in [("Both", "City", "Trams, Money"), ("One tag", "Sea", "Trams"), ("Same section", "City", "Nothing"), ("Far", "Sea", "Fish"), ("This", "City", "Trams, Money")] {
            site.publish(&format!("---\ntitle: {title}\nsection: {section}\ntags: [{tags}]\ndate: 2026-01-01\n---\n\nText.\n")).await;
        }
        assert_eq!(site.get("/articles/this").await.all(".related h3"), ["Both", "One tag", "Same section"]);
        site.publish("---\ntitle: New\nsection: Sea\ntags: [Trams, Money]\ndate: 2026-02-01\n---\n\nText.\n").await;
        assert_eq!(site.get("/articles/this").await.all(".related h3"), ["New", "Both", "One tag"], "at once");
    }
}

site_test! {
    async fn an_article_with_fifty_comments_is_light(site: Site) {
        let slug = site.publish(&format!("---\ntitle: One\nsources: [{{text: Seen.}}]\n---\n\n{}\n", "Some words that a reader would read in an article of a common length. ".repeat(70))).await;
        let pell = site.moderator("pell").await;
        for n in 0..50 {
            pell.comment(&slug, &format!("Comment {n} says something of its own about the bridge, the council, and the price of both.")).await;
        }
        let mut bytes = 0;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all("link[rel=stylesheet]").len(), 1, "one render-blocking style sheet");
        assert_eq!((page.all("script[src][defer]").len(), page.all("script[src]").len()), (1, 2), "only the script that sets the theme is waited for");
        let files = [Some(format!("/articles/{slug}")), page.attr("link[rel=stylesheet]", "href"), page.attr("script[src][defer]", "src"), page.attr("script[src]:not([defer])", "src")];
        for path in files.into_iter().flatten() {
            let answer = site.browser().request("GET", &path).header("accept-encoding", "br").send().await.expect("an answer");
            bytes += answer.bytes().await.expect("bytes").len();
        }
        assert!(bytes <= 25_000, "{bytes} bytes are more than the budget of 25 kB");
        for attribute in ["src", "href"] {
            let foreign = page.attr(&format!("[{attribute}^='http']:not(a):not(link[rel=canonical])"), attribute);
            assert!(foreign.is_none_or(|f| f.starts_with(&site.origin())), "nothing is loaded from other sites");
        }
    }
}

site_test! {
    async fn small_things_are_as_readers_expect_them(site: Site) {
        let slug = site.publish("---\ntitle: One\nsources: [{text: Seen., date: \"2026-02-01\"}, {text: Read., date: \"2026-03\"}, {text: Heard., date: last spring}]\n---\n\nText.\n").await;
        let page = site.get(&format!("/articles/{slug}")).await;
        assert_eq!(page.all(".notes .origin"), ["1 February 2026", "March 2026", "last spring"]);
        assert_eq!(page.one(".printed"), format!("{}/articles/{slug}", site.origin()));
        assert_eq!(masthead::interface::Interface::English.comments_count(1_306), "1,306 comments");
        assert_eq!(masthead::interface::Interface::German.comments_count(1_234_567), "1.234.567 Kommentare");
        // The address of a preview, opened again.
        assert_eq!(site.get(&format!("/articles/{slug}/comments")).await.location(), Some(format!("/articles/{slug}#comments")));
        assert_eq!(site.get("/articles/none/comments").await.status, 404);
        assert!(site.get("/nowhere").await.has("form[action='/search'] input[name=q]"));
        for path in ["/", "/static/none", "/robots.txt"] {
            let plain = site.browser().request("GET", path).header("accept-encoding", "identity").send().await.expect("an answer");
            assert!(plain.headers().get("content-encoding").is_none(), "{path}");
        }
        let style = site.get("/").await.attr("link[rel=stylesheet]", "href").expect("a style sheet");
        let plain = site.browser().request("GET", &style).header("accept-encoding", "identity").send().await.expect("an answer");
        assert!(plain.headers().get("content-encoding").is_none());
    }
}

site_test! {
    async fn a_publication_that_is_renamed_renames_its_own_byline(site: Site) {
        let slug = site.publish("---\ntitle: One\n---\n\nText.\n").await;
        assert_eq!(site.get(&format!("/articles/{slug}")).await.one(".byline a"), "Masthead");
        let chief = site.admin("chief").await;
        assert_eq!(chief.post("/admin/settings", &[("site_name", "The Harbour Post")]).await.status, 303);
        let page = site.get_when(&format!("/articles/{slug}"), |page| page.body.contains("The Harbour Post")).await;
        assert_eq!(page.one(".byline a"), "The Harbour Post");
        assert_eq!(site.get("/authors/the-harbour-post").await.status, 200);
        site.publish("---\ntitle: Two\n---\n\nText.\n").await;
        assert_eq!(site.get("/authors").await.all(".names a"), ["The Harbour Post"]);
    }
}

/// A PNG and a WebP that say in their Exif data that they lie on their side.
fn lying(format: image::ImageFormat) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(40, 20, |x, _| {
        image::Rgb([if x < 20 { 255 } else { 0 }, 0, 0])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    let mut bytes = bytes.into_inner();
    // Orientation 6: turned by 90 degrees.
    let exif = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    if format == image::ImageFormat::Png {
        let mut chunk = (exif.len() as u32).to_be_bytes().to_vec();
        chunk.extend_from_slice(b"eXIf");
        chunk.extend_from_slice(exif);
        let mut sum = crc32fast::Hasher::new();
        sum.update(&chunk[4..]);
        chunk.extend_from_slice(&sum.finalize().to_be_bytes());
        // Behind the header.
        bytes.splice(33..33, chunk);
        return bytes;
    }
    bytes.extend_from_slice(b"EXIF");
    bytes.extend_from_slice(&(exif.len() as u32).to_le_bytes());
    bytes.extend_from_slice(exif);
    let size = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&size);
    bytes
}

#[test]
fn a_picture_that_lies_on_its_side_stands_up() {
    for format in [image::ImageFormat::Png, image::ImageFormat::WebP] {
        let picture = masthead::media::process(&lying(format)).expect("a picture");
        assert_eq!((picture.width, picture.height), (20, 40), "{format:?}");
        let stored = image::load_from_memory(&picture.bytes)
            .expect("a picture")
            .into_rgb8();
        assert_eq!(stored.dimensions(), (20, 40), "{format:?}");
        let (top, bottom) = (stored.get_pixel(10, 2).0[0], stored.get_pixel(10, 37).0[0]);
        assert!(top > 200 && bottom < 60, "{format:?}: {top} {bottom}");
    }
}
