//! Importing articles from files.

use crate::harness::{Answer, Place};
use crate::{Site, site_test};

/// A story in the plain-text format of newsrooms, with invented content.
const STORY: &str = "The weir that hummed

Two sentences about a weir. The second goes on.
# The weir that hummed
## Opening summary
On *Monday* the weir began to hum. Nobody < nobody > knows_why.
## Main article
First line of the body.
Second line, with \"quotes\" that stay straight.
## A heading of its own
Third line.
## WHY IT MATTERS
Because it hums.
## Source notes
- Primary confirmation came from the weir. - Two anglers heard it. - The pitch should remain attributed to the anglers.
SEO keyphrases: humming weir, weir acoustics

Join the conversation";

fn file(site: &Site, name: &str, text: &str) -> String {
    let path = site.place.folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn text(output: &std::process::Output) -> (String, String) {
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

site_test! {
    async fn a_story_is_published_exactly_as_it_is(site: Site) {
        let path = file(&site, "weir.txt", STORY);
        let output = site.masthead(&["import", &path], "");
        assert_eq!(output.status.code(), Some(0), "{:?}", text(&output));
        let page = site.get("/articles/the-weir-that-hummed").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.one("h1"), "The weir that hummed");
        assert_eq!(page.all(".story header .dek"), ["Two sentences about a weir. The second goes on."]);
        assert_eq!(page.all(".summary p"), ["On *Monday* the weir began to hum. Nobody < nobody > knows_why."]);
        assert_eq!(page.all(".body > p"), ["First line of the body.", "Second line, with \"quotes\" that stay straight.", "Third line."]);
        assert_eq!(page.all("h2"), ["A heading of its own", "Why it matters", "Source notes", "Join the conversation"]);
        assert_eq!(page.all(".matters p"), ["Because it hums."]);
        assert_eq!(page.all("li[data-kind=primary] .said"), ["Primary confirmation came from the weir."]);
        assert_eq!(page.all("li[data-kind=corroboration] .said"), ["Two anglers heard it."]);
        assert_eq!(page.all("li[data-kind=limit] .said"), ["The pitch should remain attributed to the anglers."]);
        assert_eq!(page.attr("meta[name=keywords]", "content").as_deref(), Some("humming weir, weir acoustics"));
        let shown = page.one("main");
        assert!(!shown.contains("humming weir"), "keyphrases are metadata");
        assert_eq!(shown.matches("Join the conversation").count(), 1);
        assert!(!page.has(".body em"), "a story is not Markdown");
    }
}

site_test! {
    async fn a_second_import_says_unchanged_and_a_changed_one_needs_a_word(site: Site) {
        let path = file(&site, "weir.txt", STORY);
        assert_eq!(site.masthead(&["import", &path], "").status.code(), Some(0));
        let again = site.masthead(&["import", &path], "");
        assert_eq!(again.status.code(), Some(0));
        assert!(text(&again).0.contains("unchanged"), "{:?}", text(&again));
        file(&site, "weir.txt", &STORY.replace("First line", "Another line"));
        let unasked = site.masthead(&["import", &path], "");
        assert_eq!(unasked.status.code(), Some(1));
        assert!(text(&unasked).1.contains("weir.txt:1:"), "{:?}", text(&unasked));
        let skipped = site.masthead(&["import", "--skip", &path], "");
        assert_eq!(skipped.status.code(), Some(0));
        assert_eq!(site.get("/articles/the-weir-that-hummed").await.all(".body > p")[0], "First line of the body.");
        assert_eq!(site.masthead(&["import", "--yes", &path], "").status.code(), Some(0));
        let another = |page: &Answer| page.all(".body > p").first().is_some_and(|line| line == "Another line of the body.");
        assert!(another(&site.get_when("/articles/the-weir-that-hummed", another).await));
    }
}

site_test! {
    async fn refusals_name_file_and_line_while_good_files_go_in(site: Site) {
        let folder = site.place.folder.join("in");
        file(&site, "in/a-good.txt", STORY);
        file(&site, "in/empty.txt", "");
        file(&site, "in/no-heading.txt", "Title\nand a line\n");
        file(&site, "in/colon.md", "---\ndek: fine\ntitle: Harbour: a story\n---\n\nText.\n");
        file(&site, "in/date.md", "+++\ntitle = \"T\"\ndate = \"last week\"\n+++\n\nText.\n");
        file(&site, "in/image.md", "---\ntitle: T\n---\n\nText.\n\n![a](missing.png)\n");
        file(&site, "in/outside.md", "---\ntitle: Outside\n---\n\n![a](../../etc/passwd)\n");
        file(&site, "in/control.txt", "Title\ndek\n# Title\nline\u{0}\n");
        std::fs::write(folder.join("latin.txt"), b"Title\nd\xe9k\n# Title\nx\n").expect("a file");
        let output = site.masthead(&["import", &folder.display().to_string()], "");
        assert_eq!(output.status.code(), Some(1));
        let (_, err) = text(&output);
        for expected in [
            "empty.txt:1: the file is empty",
            "no-heading.txt:1:",
            "colon.md:3:",
            "must stand in quotes",
            "date.md:3: date takes",
            "image.md:7: the image missing.png is missing",
            "outside.md:5: the image ../../etc/passwd is not beside the file",
            "control.txt:4:",
            "latin.txt:2: column 2: the text is not UTF-8",
        ] {
            assert!(err.contains(expected), "{expected:?} is not in\n{err}");
        }
        assert_eq!(site.get("/").await.all(".front h2 a, .front h3 a"), ["The weir that hummed"]);
        let other = file(&site, "report.pdf", "x");
        assert_eq!(site.masthead(&["import", &other], "").status.code(), Some(1));
        assert_eq!(site.masthead(&["import", "nowhere.txt"], "").status.code(), Some(1));
        assert_eq!(site.masthead(&["import"], "").status.code(), Some(2));
    }
}

site_test! {
    async fn markdown_with_front_matter_fills_every_part(site: Site) {
        let markdown = r#"---
title: "Weirs: a survey"
dek: All of them.
slug: weirs
date: 2026-03-01
section: Rivers
tags: [water, sound]
keywords: [weir survey]
authors: [Ada Lind, Bo Falk]
sources:
  - {kind: limit, text: Not checked., publisher: The Angler, url: "https://example.org/a", date: "2026-02-01"}
corrections:
  - {kind: correction, date: 2026-03-02, text: It was four.}
  - {kind: update, date: 2026-03-03, text: Now five.}
---

## Opening summary

Short.

## Main article

# A first-level heading

## And one below it

Some **bold** and <blink>typed</blink> and [a link](https://example.org) and [bad](javascript:alert(1)).

```
## Source notes
```

## Why it matters

It does.

## Source notes

- Primary: the river itself.
"#;
        let path = file(&site, "weirs.md", markdown);
        let output = site.masthead(&["import", &path], "");
        assert_eq!(output.status.code(), Some(0), "{:?}", text(&output));
        let page = site.get("/articles/weirs").await;
        assert_eq!(page.one("h1"), "Weirs: a survey");
        assert_eq!(page.one(".story header .kicker"), "Rivers");
        assert_eq!(page.one(".byline"), "By Ada Lind and Bo Falk");
        assert_eq!(page.all(".body > h2:not(.noted)"), ["A first-level heading"]);
        assert_eq!(page.all(".body h3"), ["And one below it"]);
        assert_eq!(page.all(".body strong"), ["bold"]);
        assert!(page.all(".body > p")[0].contains("<blink>typed</blink>"), "typed HTML is shown as typed");
        assert_eq!(page.all(".body pre").len(), 1);
        assert!(!page.body.contains("javascript:"));
        assert_eq!(page.all(".notes li").len(), 2);
        assert_eq!(page.attr(".notes li[data-kind=limit] a", "href").as_deref(), Some("https://example.org/a"));
        assert_eq!(page.all(".corrections:not(.below) p"), ["Correction, 2 March 2026: It was four."]);
        assert_eq!(page.all(".corrections.below p"), ["Update, 3 March 2026: Now five."]);
        let json: serde_json::Value = serde_json::from_str(&page.one("script[type='application/ld+json']")).expect("JSON");
        assert_eq!(json["@type"], "NewsArticle");
        assert_eq!(json["headline"], "Weirs: a survey");
        assert_eq!(json["description"], "All of them.");
        assert_eq!(json["abstract"], "Short.");
        assert_eq!(json["datePublished"], "2026-03-01T00:00:00Z");
        assert_eq!(json["keywords"], "weir survey");
        assert_eq!(json["commentCount"], 0);
        assert_eq!(json["citation"].as_array().map(Vec::len), Some(2));
        assert_eq!(json["author"][1]["name"], "Bo Falk");
    }
}

site_test! {
    async fn drafts_and_the_future_are_not_public(site: Site) {
        let draft = file(&site, "draft.md", "---\ntitle: Draft\ndraft: true\n---\n\nText.\n");
        let later = file(&site, "later.md", "---\ntitle: Later\ndate: 2099-01-01\n---\n\nText.\n");
        let output = site.masthead(&["import", &draft, &later], "");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(site.get("/articles/draft").await.status, 404);
        assert_eq!(site.get("/articles/later").await.status, 404);
        assert!(site.get("/").await.has(".empty"));
    }
}

site_test! {
    async fn an_image_beside_the_file_is_taken_in_without_its_metadata(site: Site) {
        let mut png = Vec::new();
        let picture = image::RgbImage::from_pixel(8, 4, image::Rgb([120, 60, 30]));
        picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).expect("a picture");
        // A text chunk behind the header: length, type, data, (unchecked) checksum.
        let note = b"\0\0\0\x0ctEXtComment\0home\x12\x34\x56\x78";
        png.splice(33..33, note.iter().copied());
        std::fs::write(site.place.folder.join("p.png"), &png).expect("a file");
        let path = file(&site, "pic.md", "---\ntitle: Picture\nimage: p.png\n---\n\nSee ![what it shows](p.png) and ![far](https://example.org/x.png).\n");
        let output = site.masthead(&["import", &path], "");
        assert_eq!(output.status.code(), Some(0), "{:?}", text(&output));
        let page = site.get("/articles/picture").await;
        let src = page.attr(".body img", "src").expect("an image");
        assert!(src.starts_with("/media/") && src.ends_with(".png"));
        assert_eq!(page.attr(".body img", "alt").as_deref(), Some("what it shows"));
        assert_eq!(page.attr(".body img", "width").as_deref(), Some("8"));
        assert_eq!(page.all(".body a[href='https://example.org/x.png']"), ["far"]);
        assert_eq!(page.attr(".hero img", "src"), Some(src.clone()));
        let served = site.browser().request("GET", &src).send().await.expect("an answer");
        assert_eq!(served.headers()["content-type"], "image/png");
        let bytes = served.bytes().await.expect("bytes");
        assert!(!bytes.windows(4).any(|w| w == b"tEXt"), "metadata is stripped");
        assert_eq!(site.get("/media/..%2Fmasthead.db").await.status, 404);
    }
}

#[test]
fn a_thousand_files_go_in_and_a_second_time_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::sqlite(folder.path());
    std::fs::create_dir(folder.path().join("in")).expect("a folder");
    for n in 0..1000 {
        let story = STORY.replace(
            "The weir that hummed",
            &format!("The weir that hummed {n} times"),
        );
        std::fs::write(folder.path().join(format!("in/{n}.txt")), story).expect("a file");
    }
    let first = crate::harness::masthead(&place, &["import", "in"], "");
    assert!(
        text(&first)
            .0
            .ends_with("1000 new, 0 updated, 0 unchanged, 0 left, 0 refused\n"),
        "{:?}",
        text(&first).1
    );
    let second = crate::harness::masthead(&place, &["import", "in"], "");
    assert!(
        text(&second)
            .0
            .ends_with("0 new, 0 updated, 1000 unchanged, 0 left, 0 refused\n")
    );
}
