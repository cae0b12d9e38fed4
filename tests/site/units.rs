//! Unit tests of pure functions.

use masthead::accounts::lookalike;
use masthead::articles::draft::NoteKind;
use masthead::articles::reading_minutes;
use masthead::comments::{CommentBody, path};
use masthead::config::{BaseUrl, Network};
use masthead::import::{ReadOptions, parse_text, story};
use masthead::interface::Interface;
use masthead::paths;
use masthead::text::{diff, excerpt, slug};

#[test]
fn slugs_are_plain_short_and_never_empty() {
    assert_eq!(
        slug("A welder’s week, in five invoices!", "x"),
        "a-welders-week-in-five-invoices"
    );
    assert_eq!(slug("Æther & Öl", "x"), "aether-ol");
    assert_eq!(slug("…", "article"), "article");
    assert!(slug(&"long word ".repeat(40), "x").len() <= 80);
}

#[test]
fn a_path_ends_where_the_next_sibling_begins() {
    let root = path::child(&[], 7);
    let reply = path::child(&root, 9);
    assert_eq!(path::ids(&reply), [7, 9]);
    assert!(root < reply && reply < path::upper_bound(&root));
    assert!(path::child(&[], 8) >= path::upper_bound(&root));
    assert_eq!(
        path::upper_bound(&path::child(&[], 255)),
        path::child(&[], 256)
    );
    let mut deep = root;
    for id in 10..100 {
        deep = path::child(&deep, id);
    }
    assert_eq!(path::ids(&deep).len(), masthead::comments::MAX_DEPTH);
}

#[test]
fn only_paths_of_this_site_are_local() {
    for good in ["/", "/articles/a?sort=oldest#comments", "/login?next=/x"] {
        assert_eq!(paths::local(good), good);
    }
    for bad in ["", "x", "//e", "/\\e", "http://e", "/\u{9}/e", "/ü", " /"] {
        assert_eq!(paths::local(bad), "/", "{bad:?}");
    }
}

#[test]
fn networks_are_counted_by_32_and_64_bits() {
    let network = |text: &str| Network::of(text.parse().expect("an address"));
    assert_eq!(network("192.0.2.7"), "192.0.2.7");
    assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
    assert_eq!(
        network("2001:db8:1:2:3::4"),
        network("2001:db8:1:2:ffff::1")
    );
    assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    let ten = Network::parse("10.0.0.0/8").expect("a network");
    assert!(
        ten.contains("10.200.3.4".parse().expect("an address"))
            && !ten.contains("11.0.0.1".parse().expect("an address"))
    );
    assert!(Network::parse("10.0.0.0/33").is_err() && Network::parse("ten").is_err());
}

#[test]
fn base_urls_are_origins() {
    let base = BaseUrl::parse("https://Example.org:443/").expect("an address");
    assert_eq!(
        (base.origin.as_str(), base.https, base.loopback),
        ("https://example.org", true, None)
    );
    assert!(
        base.knows("example.org")
            && base.knows("EXAMPLE.org:443")
            && !base.knows("example.org:444")
            && !base.knows("evil.example.org")
    );
    let local = BaseUrl::parse("http://localhost:8080").expect("an address");
    assert!(
        local.knows("127.0.0.1:8080") && local.knows("[::1]:8080") && !local.knows("127.0.0.1")
    );
    for bad in [
        "example.org",
        "ftp://x",
        "https://",
        "https://a/b",
        "https://a b",
        "https://user@a",
    ] {
        assert!(BaseUrl::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn names_that_look_alike_fold_together() {
    for (a, b) in [
        ("Pell", "PeIl"),
        ("admin", "аdmin"),
        ("Moderator", "m0derat0r"),
        ("Pell", "P-e-l-l"),
    ] {
        assert_eq!(lookalike(a), lookalike(b), "{a} {b}");
    }
    assert_ne!(lookalike("Mira"), lookalike("Myra"));
}

#[test]
fn kinds_of_notes_are_guessed_by_the_first_rule() {
    assert_eq!(
        NoteKind::guess("Primary, but NOT INDEPENDENTLY checked"),
        NoteKind::Limit
    );
    assert_eq!(NoteKind::guess("From primary documents"), NoteKind::Primary);
    assert_eq!(
        NoteKind::guess("Two others said so"),
        NoteKind::Corroboration
    );
}

#[test]
fn stories_come_in_every_shape_of_the_format() {
    let only_body = story::parse("T\n# T\nA line.\n").expect("a story");
    assert_eq!(
        (only_body.title.as_str(), only_body.dek.as_str()),
        ("T", "")
    );
    let windows = story::parse(
        "\u{feff}T\r\n\r\nDek one.\r\nDek two.\r\n# t\r\n## opening SUMMARY\r\nS.\r\n## Source notes\r\n- One - not cut here\r\n- Two\r\n",
    )
    .expect("a story");
    assert_eq!(windows.dek, "Dek one. Dek two.");
    assert_eq!(
        windows
            .notes
            .iter()
            .map(|n| n.text.as_str())
            .collect::<Vec<_>>(),
        ["One - not cut here", "Two"]
    );
    for (bad, line) in [
        ("", 1),
        ("\n\n", 1),
        ("T\nno heading", 1),
        ("T\n# Other\nx", 2),
        ("T\n# T\n", 1),
        ("T\n# T\na\u{7}b", 3),
    ] {
        assert_eq!(story::parse(bad).expect_err(bad).line, line, "{bad:?}");
    }
    let late_call = story::parse("T\n# T\nJoin the conversation\nLast line.\n").expect("a story");
    assert!(
        late_call.body.to_string().contains("Join the conversation"),
        "only the last line is the site's own call"
    );
}

#[test]
fn front_matter_is_strict_about_what_it_takes() {
    let parse =
        |text: &str| parse_text(text, true, &ReadOptions::default()).map(|ready| ready.draft);
    assert_eq!(
        parse("---\ndek: D\n---\n# Only a heading\n\nText.\n")
            .expect("an article")
            .title,
        "Only a heading"
    );
    for bad in [
        "---\ntitle: T\nText without an end",
        "---\ntitle: [1, 2]\n---\nx",
        "---\ntitle: T\nslug: '???'\n---\nx",
        "---\ntitle: T\ncomments: maybe\n---\nx",
        "---\ntitle: T\ndraft: perhaps\n---\nx",
        "---\ntitle: T\nsources: text\n---\nx",
        "---\ntitle: T\nsources: [{kind: rumour, text: x}]\n---\nx",
        "---\ntitle: T\nsources: [{text: x, url: 'javascript:alert(1)'}]\n---\nx",
        "---\ntitle: T\ncorrections: [{kind: correction, text: x}]\n---\nx",
        "---\ntitle: T\n---\n",
        "+++\ntitle = \n+++\nx",
        "# No front matter\n\nText.\n",
        "",
    ] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn reading_time_is_whole_minutes_and_never_none() {
    assert_eq!(
        (
            reading_minutes(0),
            reading_minutes(238),
            reading_minutes(1200)
        ),
        (1, 1, 5)
    );
}

#[test]
fn excerpts_end_at_a_word() {
    assert_eq!(excerpt("one two three", 8), "one two…");
    assert_eq!(excerpt("short", 10), "short");
}

#[test]
fn a_comment_that_shows_nothing_is_refused() {
    for empty in [
        "",
        " ",
        "\u{ad}",
        "\u{2800}",
        "\u{e0041}",
        "&nbsp;",
        "[](https://example.org)",
        "**\u{200b}**",
        ">",
        "---",
        "```\n```",
        "![](x)",
    ] {
        assert!(
            CommentBody::parse(Interface::English, empty).is_err(),
            "{empty:?}"
        );
    }
    assert!(CommentBody::parse(Interface::English, "👍").is_ok());
    let typed = CommentBody::parse(Interface::English, "<div>\n*raw* <b>\n</div>")
        .expect("a comment")
        .html
        .to_string();
    assert!(typed.starts_with("<p>&lt;div&gt;<br"), "{typed}");
}

#[test]
fn a_unified_diff_has_hunks_with_two_lines_around_each_change() {
    let unified = |old: &str, new: &str| diff::unified(old, new, ("old", "new"));
    let old = "1\n2\n3\n4\n5\n6\n7\n";
    let new = "1\n2\n3\nfour\n5\n6\n7\n";
    let hunk = "@@ -2,5 +2,5 @@\n 2\n 3\n-4\n+four\n 5\n 6\n";
    assert_eq!(unified(old, new), format!("--- old\n+++ new\n{hunk}"));
    assert_eq!(unified("", "a\n"), "--- old\n+++ new\n@@ -0,0 +1 @@\n+a\n");
    let end = "\n\\ No newline at end of file\n";
    assert_eq!(
        unified("a", "b"),
        format!("--- old\n+++ new\n@@ -1 +1 @@\n-a{end}+b{end}")
    );
}
