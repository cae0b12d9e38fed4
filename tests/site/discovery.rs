//! Sitemaps, robots.txt, well-known URLs, social cards and structured data.

use crate::site_test;

site_test! {
    async fn the_map_has_an_index_and_every_article_once(site: Site) {
        let slug = site.publish("---\ntitle: One\nsection: City\ndate: 2026-01-01\nupdated: 2026-01-05\n---\n\nText.\n").await;
        site.publish("---\ntitle: Hidden\ndraft: true\n---\n\nText.\n").await;
        let origin = site.origin();
        let index = site.get("/sitemap.xml").await;
        assert_eq!(index.header("content-type").as_deref(), Some("application/xml; charset=utf-8"));
        assert!(index.body.starts_with("<?xml") && index.body.contains("<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"), "{}", index.body);
        assert!(index.body.contains(&format!("<loc>{origin}/sitemap.xml?part=1</loc><lastmod>2026-01-05T00:00:00Z</lastmod>")), "{}", index.body);
        let map = site.get("/sitemap.xml?part=1").await.body;
        assert!(map.contains(&format!("<url><loc>{origin}/articles/{slug}</loc><lastmod>2026-01-05T00:00:00Z</lastmod></url>")), "{map}");
        assert!(!map.contains("hidden"));
        site.state.refresh_site().await.expect("a read");
        assert!(site.get("/sitemap.xml?part=site").await.body.contains(&format!("<loc>{origin}/sections/city</loc>")));
        for missing in ["0", "2", "-1", "x", "99999999999999999999"] {
            assert_eq!(site.get(&format!("/sitemap.xml?part={missing}")).await.status, 404, "{missing}");
        }
    }
}

site_test! {
    async fn the_news_map_looks_back_two_days(site: Site) {
        let ago = |hours: i64| masthead::db::Time::now().plus(-hours * masthead::db::Time::HOUR).rfc3339();
        site.publish(&format!("---\ntitle: Fresh & new\ndate: {}\n---\n\nText.\n", ago(47))).await;
        site.publish(&format!("---\ntitle: Stale\ndate: {}\n---\n\nText.\n", ago(49))).await;
        let map = site.get("/news-sitemap.xml").await.body;
        assert!(map.contains("<news:title>Fresh &amp; new</news:title>") && map.contains("<news:language>en</news:language>"), "{map}");
        assert!(map.contains("xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\"") && !map.contains("stale"), "{map}");
    }
}

site_test! {
    async fn the_well_known_places_are_there(site: Site) {
        let origin = site.origin();
        let robots = site.get("/robots.txt").await;
        assert!(robots.body.contains("Disallow: /admin\n") && robots.body.contains(&format!("Sitemap: {origin}/sitemap.xml\n")));
        let security = site.get("/.well-known/security.txt").await;
        assert_eq!(security.header("content-type").as_deref(), Some("text/plain; charset=utf-8"));
        assert!(security.body.contains(&format!("Contact: {origin}/about\n")) && security.body.contains("Expires: 20"), "{}", security.body);
        site.db().write(|conn| masthead::admin::store::set(conn, "contact", "desk@example.org")).await.expect("a write");
        site.state.refresh_site().await.expect("a read");
        assert!(site.get("/.well-known/security.txt").await.body.contains("Contact: mailto:desk@example.org\n"));
        let password = site.get("/.well-known/change-password").await;
        assert_eq!((password.status, password.location().as_deref()), (302, Some("/account/password")));
        let manifest = site.get("/site.webmanifest").await;
        assert_eq!(manifest.header("content-type").as_deref(), Some("application/manifest+json"));
        let manifest: serde_json::Value = serde_json::from_str(&manifest.body).expect("JSON");
        for icon in manifest["icons"].as_array().expect("icons") {
            assert_eq!(site.get(icon["src"].as_str().expect("a path")).await.status, 200);
        }
        let icon = site.browser().request("GET", "/favicon.ico").send().await.expect("an answer");
        assert_eq!(icon.headers()["content-type"], "image/x-icon");
        assert!(icon.bytes().await.expect("bytes").starts_with(&[0, 0, 1, 0]));
    }
}

site_test! {
    async fn every_article_has_a_card_of_its_own(site: Site) {
        for title in ["Short", "A title that is so long that it has to be cut into several lines, for no card is as wide as all that, and which goes on", "日本語の見出し", "<&>\"'", "Nooneintheworldwouldwriteawordaslongasthisonebutsomebodymightpasteoneanditmuststillfitthecardinsomeway"] {
            let slug = site.publish(&format!("---\ntitle: {}\n---\n\nText.\n", serde_json::json!(title))).await;
            let page = site.get(&format!("/articles/{slug}")).await;
            let image = page.attr("meta[property='og:image']", "content").expect("an image");
            assert_eq!(image, format!("{}/articles/{slug}/card.png", site.origin()));
            let answer = site.browser().request("GET", &format!("/articles/{slug}/card.png")).send().await.expect("an answer");
            assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].as_bytes()), (200, &b"image/png"[..]));
            let bytes = answer.bytes().await.expect("bytes");
            let size = image::ImageReader::new(std::io::Cursor::new(&bytes)).with_guessed_format().expect("a format").into_dimensions();
            assert_eq!(size.expect("a picture"), (1200, 630), "{title}");
        }
        assert_eq!(site.get("/articles/none/card.png").await.status, 404);
    }
}

site_test! {
    async fn an_articles_data_names_comments_sources_corrections_and_the_way_to_it(site: Site) {
        let slug = site.publish("---\ntitle: One\nsection: City\ntags: [Trams]\nsources: [{kind: primary, text: Seen., publisher: The Town, url: \"https://example.org/\", date: \"2026-01-01\"}]\ncorrections: [{kind: correction, date: 2026-01-02, text: It was two.}]\n---\n\nText.\n").await;
        let (mira, pell) = (site.reader("mira").await, site.moderator("pell").await);
        pell.comment(&slug, "Said </script> *here*.").await;
        mira.comment(&slug, "Waits.").await;
        for viewer in [&site.browser(), &mira, &pell] {
            let page = viewer.get(&format!("/articles/{slug}")).await;
            let json: serde_json::Value = serde_json::from_str(&page.one("script[type='application/ld+json']")).expect("JSON");
            assert_eq!(json["comment"].as_array().map(Vec::len), Some(1), "pending comments are not included");
            assert_eq!(json["comment"][0]["text"], "Said </script> here.");
            assert_eq!((&json["commentCount"], &json["correction"][0]["@type"]), (&1.into(), &"CorrectionComment".into()));
            assert_eq!(json["citation"][0]["publisher"]["name"], "The Town");
            let way = &json["mainEntityOfPage"]["breadcrumb"]["itemListElement"];
            assert_eq!((&way[1]["name"], &way[1]["item"]), (&"City".into(), &format!("{}/sections/city", site.origin()).into()));
        }
        let front = site.get("/").await;
        let json: serde_json::Value = serde_json::from_str(&front.one("script[type='application/ld+json']")).expect("JSON");
        assert_eq!((&json["@type"], &json["potentialAction"]["@type"]), (&"WebSite".into(), &"SearchAction".into()));
    }
}

/// Draws a card, and counts the pixels that are not paper in the place of the title.
fn ink(title: &str) -> usize {
    let content = masthead::cards::Content {
        focus: (50, 50),
        title,
        section: "News",
        site: "Masthead",
        is_right_to_left: false,
        picture: None,
    };
    let png = masthead::cards::draw(&content).expect("a card");
    let card = image::load_from_memory(&png)
        .expect("a picture")
        .into_rgb8();
    let place = image::imageops::crop_imm(&card, 0, 170, 1200, 340).to_image();
    place.pixels().filter(|pixel| pixel.0[0] < 128).count()
}

#[test]
fn cards_have_the_letters_of_europe_and_no_boxes() {
    // A box for a missing letter is the same whichever letter is missing.
    for (one, other) in [
        ("ąęł", "żźć"),
        ("ďťň", "řšž"),
        ("ğşı", "İŞĞ"),
        ("ăơư", "ạếộ"),
        ("жщю", "яфы"),
        ("αβγ", "δξω"),
    ] {
        let (one, other) = (ink(one), ink(other));
        assert!(one > 300 && other > 300 && one != other, "{one} {other}");
    }
    assert_eq!(
        ink("\u{12000}\u{12001}"),
        0,
        "a letter that no font has: no title"
    );
    assert_eq!(ink("Tide \u{1F30A}"), ink("Tide"), "emoji are left out");
}

#[test]
fn the_storys_picture_stands_behind_the_title() {
    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(60, 40, image::Rgb([200, 100, 0]))
        .write_to(&mut picture, image::ImageFormat::Png)
        .expect("a picture");
    let content = masthead::cards::Content {
        focus: (50, 50),
        title: "Short",
        section: "News",
        site: "Masthead",
        is_right_to_left: false,
        picture: Some(picture.into_inner()),
    };
    let card = masthead::cards::draw(&content).expect("a card");
    let card = image::load_from_memory(&card)
        .expect("a picture")
        .into_rgb8();
    assert_eq!(
        card.get_pixel(1100, 300).0,
        [84, 42, 0],
        "dimmed, so that white letters can be read"
    );
    assert!(card.pixels().any(|pixel| pixel.0 == [255, 255, 255]));
}

site_test! {
    async fn every_kind_of_page_has_its_breadcrumbs_and_lists_their_items(site: Site) {
        site.publish("---\ntitle: One\nsection: City\ntags: [Trams]\nauthors: [Mira Stahl]\ndate: 2026-01-05\n---\n\nText.\n").await;
        for path in ["/", "/articles/one", "/sections/city", "/tags/trams", "/authors/mira-stahl", "/authors", "/tags", "/archive", "/archive/2026", "/archive/2026/01", "/corrections", "/about", "/guidelines", "/privacy", "/feeds"] {
            let page = site.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            let json: serde_json::Value = serde_json::from_str(&page.one("script[type='application/ld+json']")).expect("JSON");
            let graph = json["@graph"].as_array().unwrap_or_else(|| panic!("{path}: {json}"));
            let of = |kind: &str| graph.iter().find(|one| one["@type"] == kind);
            let steps = of("BreadcrumbList").expect("breadcrumbs")["itemListElement"].as_array().map(Vec::len);
            assert!(steps.is_some_and(|steps| steps == 1 || path != "/"), "{path}: {steps:?}");
            let lists = of("ItemList").is_some() || json["mainEntity"]["@type"] == "ItemList";
            assert_eq!(lists, ["/", "/sections/city", "/tags/trams", "/authors/mira-stahl", "/archive/2026/01"].contains(&path), "{path}");
            assert!(json["publisher"]["logo"]["url"].as_str().is_some_and(|url| url.ends_with(".png")), "{path}: {json}");
        }
        assert_eq!(site.get("/authors").await.all(".names a"), ["Mira Stahl"]);
        assert_eq!(site.get("/tags").await.all(".names a"), ["Trams"]);
        assert_eq!((site.get("/archive/2025").await.status, site.get("/archive/x").await.status), (404, 404));
        let map = site.get("/sitemap.xml?part=site").await.body;
        for path in ["/authors/mira-stahl<", "/tags/trams<", "/sections/city<", "/about<", "/feeds<"] {
            assert!(map.contains(path), "{path}");
        }
        for (from, to) in [("/feed", "atom"), ("/feed.xml", "atom"), ("/atom.xml", "atom"), ("/index.xml", "atom"), ("/rss", "rss"), ("/rss.xml", "rss"), ("/feed/", "atom")] {
            let moved = site.get(from).await;
            assert_eq!((moved.status, moved.location()), (301, Some(format!("{}/feed.{to}", site.origin()))), "{from}");
        }
        let feeds = site.get("/feeds").await;
        assert!(feeds.has("a[href='/feed.atom']") && feeds.has("a[href='/sections/city/feed.rss']") && feeds.has("a[href='/corrections/feed.json']"));
        for kind in ["atom", "rss"] {
            let feed = site.get(&format!("/feed.{kind}")).await.body;
            let style = feed.split("<?xml-stylesheet type=\"text/css\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a style sheet");
            assert_eq!(site.get(style).await.status, 200);
            let opened = site.browser().request("GET", &format!("/feed.{kind}")).header("sec-fetch-dest", "document").send().await.expect("an answer");
            assert_eq!(opened.headers()["content-type"], "application/xml; charset=utf-8", "browsers show it with its style sheet");
        }
    }
}

/// A missing letter is drawn as a box: two titles of missing letters look the same.
#[test]
fn a_card_has_every_letter_of_latin_greek_and_cyrillic_beside_any_other() {
    let draw = |title: &str| {
        masthead::cards::draw(&masthead::cards::Content {
            focus: (50, 50),
            title,
            section: "News",
            site: "Site",
            is_right_to_left: false,
            picture: None,
        })
        .expect("a card")
    };
    for (one, other) in [
        ("Łódź i Kraków", "Ńódż i Kraków"),
        ("Đường phố", "Łườnh phố"),
        ("Zażółć gęślą jaźń", "Zaźółł gąśłę jażń"),
        ("Tiếng Việt", "Tiểng Viết"),
        ("ẞ und ss", "Ə und ss"),
        ("τὴν ψυχὴν", "τἢν ψυχἢν"),
        ("Žluťoučký Łukasz", "Žluťoučký Ńukasz"),
        ("Москва Łódź", "Москва Ńódź"),
    ] {
        assert!(draw(one) != draw(other), "{one} is drawn with boxes");
    }
    // Chinese and Japanese letters are as wide as high: a long title is broken before the margin.
    let wide = draw("東京の新しい橋が完成しましたので渡ってみた");
    let picture = image::load_from_memory(&wide)
        .expect("a picture")
        .into_rgb8();
    let ground = *picture.get_pixel(1190, 300);
    let is_clear = (1125..1200).all(|x| (140..520).all(|y| *picture.get_pixel(x, y) == ground));
    assert!(is_clear, "nothing stands in the margin");
}

#[test]
fn a_card_keeps_the_focus_of_its_picture() {
    // Red above, blue below, and much too tall.
    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(120, 400, |_, y| match y < 200 {
        true => image::Rgb([250, 0, 0]),
        false => image::Rgb([0, 0, 250]),
    })
    .write_to(&mut picture, image::ImageFormat::Png)
    .expect("a picture");
    let picture = picture.into_inner();
    let corner = |focus| {
        let card = masthead::cards::draw(&masthead::cards::Content {
            focus,
            title: "A",
            section: "News",
            site: "The Quay",
            is_right_to_left: false,
            picture: Some(picture.clone()),
        });
        let card = image::load_from_memory(&card.expect("a card")).expect("an image");
        card.to_rgb8().get_pixel(1190, 300).0
    };
    let (above, below) = (corner((50, 0)), corner((50, 100)));
    assert!(
        above[0] > above[2] && below[2] > below[0],
        "{above:?} {below:?}"
    );
}
