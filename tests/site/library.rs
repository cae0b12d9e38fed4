//! The media library: uploads, descriptions, where files are used, recordings.

use crate::{Answer, Browser, site_test};
use reqwest::multipart::{Form, Part};

pub fn picture(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let drawn = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x % 251) as u8, (y % 241) as u8, (x / 3 % 256) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, format).expect("an image");
    bytes.into_inner()
}

pub async fn upload(
    who: &Browser,
    files: &[(&str, Vec<u8>)],
    fields: &[(&'static str, &str)],
) -> Answer {
    let mut form = Form::new();
    for (name, value) in fields {
        form = form.text(*name, (*value).to_owned());
    }
    for (name, bytes) in files {
        form = form.part(
            "file",
            Part::bytes(bytes.clone()).file_name((*name).to_owned()),
        );
    }
    let request = who
        .request("POST", "/admin/media")
        .header("sec-fetch-site", "same-origin");
    Answer::of(request.multipart(form)).await
}

/// The library as JSON.
pub async fn library(who: &Browser) -> Vec<serde_json::Value> {
    let answer = who.get("/admin/media?format=json").await;
    assert_eq!(answer.status, 200);
    serde_json::from_str(&answer.body).expect("a list")
}

site_test! {
    async fn pictures_are_uploaded_described_used_and_deleted(site: Site) {
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        assert_eq!(edda.get("/admin/media").await.status, 200);
        let answer = upload(&wanda, &[("../../harbour view.jpg", picture(1200, 800, image::ImageFormat::Jpeg)), ("b.png", picture(30, 20, image::ImageFormat::Png))], &[("alt", "A harbour"), ("credit", "Ana")]).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let files = library(&edda).await;
        assert_eq!(files.len(), 2);
        let big = files.iter().find(|file| file["width"] == 1200).expect("the photo");
        assert_eq!((big["alt"].as_str(), big["credit"].as_str(), big["height"].as_i64()), (Some("A harbour"), Some("Ana"), Some(800)));
        assert_eq!(big["name"], "harbour view.jpg", "no folders");
        assert_eq!(big["used_by"], serde_json::json!([]));
        let (id, file) = (big["id"].as_i64().expect("an id"), big["file"].as_str().expect("a name").to_owned());
        assert_eq!(site.get(&format!("/media/{file}")).await.status, 200);
        // An article shows it, with the widths that were made of it.
        let text = format!("Look:\n\n![Boats](/media/{file} \"At dusk\")\n");
        let new = edda.post("/admin/articles/new", &[("title", "Boats"), ("body", &text), ("image", &file), ("image_alt", "Boats")]).await;
        assert_eq!(new.status, 303, "{}", new.body);
        let article = new.location().expect("an article");
        let preview = edda.get(&format!("{article}/preview")).await;
        assert!(preview.attr(".body figure img", "srcset").is_some_and(|set| set.contains("480w")));
        assert!(preview.has("figure.hero img"));
        let number: i64 = article.rsplit('/').next().expect("an id").parse().expect("a number");
        let used = library(&edda).await;
        assert_eq!(used.iter().find(|one| one["id"] == id).expect("it")["used_by"], serde_json::json!([number]));
        let path = format!("/admin/media/{id}");
        let item = edda.get(&path).await;
        assert!(item.has(&format!(".rows a[href='{article}']")));
        let refused = edda.post(&format!("{path}/delete"), &[]).await;
        assert_eq!(refused.status, 409);
        assert!(refused.has(&format!(".rows a[href='{article}']")), "the list of what uses it");
        assert_eq!(site.get(&format!("/media/{file}")).await.status, 200);
        // What is being typed counts too.
        let version = edda.get(&article).await.attr("form.write input[name=revision]", "value").expect("a version");
        assert_eq!(edda.post(&article, &[("body", "Nothing."), ("image", ""), ("revision", &version)]).await.status, 303);
        let version = edda.get(&article).await.attr("form.write input[name=revision]", "value").expect("a version");
        assert_eq!(edda.post(&article, &[("body", &text), ("revision", &version), ("action", "autosave")]).await.status, 204);
        assert_eq!(edda.post(&format!("{path}/delete"), &[]).await.status, 409);
        let version = edda.get(&article).await.attr("form.write input[name=revision]", "value").expect("a version");
        assert_eq!(edda.post(&article, &[("body", "Nothing."), ("revision", &version)]).await.status, 303);
        assert_eq!(wanda.post(&format!("{path}/delete"), &[]).await.status, 403);
        // Description and focus.
        for (x, status) in [("101", 422), ("-1", 422), ("left", 422), ("20", 303)] {
            let answer = edda.post(&path, &[("alt", "Boats at dusk"), ("caption", ""), ("credit", "Ana"), ("focus_x", x), ("focus_y", "80")]).await;
            assert_eq!(answer.status, status, "{x}");
            assert!(status == 303 || answer.field("alt").as_deref() == Some("Boats at dusk"), "the text is kept");
        }
        assert!(edda.get("/admin/media?q=DUSK").await.has(&format!("[data-media='{id}']")));
        assert!(!edda.get("/admin/media?q=nothing").await.has("[data-media]"));
        assert_eq!(edda.post(&format!("{path}/delete"), &[]).await.status, 303);
        assert_eq!((edda.get(&path).await.status, site.get(&format!("/media/{file}")).await.status), (404, 404));
    }
}

site_test! {
    async fn what_is_no_media_file_is_refused_and_nothing_is_stored(site: Site) {
        let edda = site.editor("edda").await;
        let good = picture(20, 20, image::ImageFormat::Png);
        let mut cut = good.clone();
        cut.truncate(good.len() / 2);
        // A PNG that claims to be 60,000 pixels wide and high.
        let mut bomb = good.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        for (name, bytes) in [("a.png", b"<html><script>alert(1)</script>".to_vec()), ("a.exe", b"MZ\x90\x00".to_vec()), ("a.png", cut), ("a.png", bomb), ("a.jpg", Vec::new())] {
            let answer = upload(&edda, &[("good.png", good.clone()), (name, bytes)], &[("alt", "Kept")]).await;
            assert_eq!(answer.status, 422, "{name}: {}", answer.body);
            assert!(answer.one(".errors").contains(name));
            assert_eq!(answer.field("alt").as_deref(), Some("Kept"));
        }
        assert_eq!(upload(&edda, &[], &[("alt", "x")]).await.status, 422);
        assert_eq!(upload(&edda, &[("a.png", good.clone())], &[("nonsense", "x")]).await.status, 400);
        assert!(library(&edda).await.is_empty(), "all or nothing");
        let left: Vec<_> = std::fs::read_dir(site.place.folder.join("media")).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert!(left.is_empty(), "{left:?}");
        // It lies about its type and has a page behind it: it is stored as what it is, without the rest.
        let mut polyglot = good.clone();
        polyglot.extend_from_slice(b"<script>alert(1)</script>");
        let long = format!("{}.svg", "n".repeat(300));
        assert_eq!(upload(&edda, &[(&long, polyglot)], &[]).await.status, 303);
        let files = library(&edda).await;
        assert_eq!((files.len(), files[0]["name"].as_str().map(str::len)), (1, Some(200)));
        let file = files[0]["file"].as_str().expect("a name").to_owned();
        assert!(file.ends_with(".png"));
        let answer = site.browser().request("GET", &format!("/media/{file}")).send().await.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "image/png");
        let bytes = answer.bytes().await.expect("bytes");
        assert!(!bytes.windows(6).any(|part| part == b"script"));
        // A script inside SVG is never run: the drawing alone is kept.
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>alert(1)</script><rect width="40" height="20" fill="red"/></svg>"#;
        let answer = upload(&edda, &[("a.svg", svg.to_vec())], &[]).await;
        assert_eq!(answer.status, 303);
        let drawn = library(&edda).await.iter().find_map(|file| Some(file["file"].as_str().filter(|file| file.ends_with(".svg"))?.to_owned())).expect("the drawing");
        let drawn = site.get(&format!("/media/{drawn}")).await.body;
        assert!(drawn.contains("<svg") && !drawn.contains("script"), "{drawn}");
        // Too large: said before it is read.
        let huge = edda.request("POST", "/admin/media").header("sec-fetch-site", "same-origin").header("content-type", "multipart/form-data; boundary=x").header("content-length", (300u64 << 20).to_string()).body(Vec::new());
        assert_eq!(Answer::of(huge).await.status, 413);
    }
}

site_test! {
    async fn recordings_are_served_in_ranges_and_played(site: Site) {
        let edda = site.editor("edda").await;
        let mut video = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2".to_vec();
        video.resize(5000, 7);
        let mut sound = b"ID3\x04".to_vec();
        sound.resize(900, 3);
        assert_eq!(upload(&edda, &[("talk.mp4", video), ("talk.mp3", sound)], &[]).await.status, 303);
        let files = library(&edda).await;
        let file = |ending: &str| files.iter().filter_map(|file| file["file"].as_str()).find(|file| file.ends_with(ending)).expect("a file").to_owned();
        let (video, sound) = (file(".mp4"), file(".mp3"));
        let part = site.browser().request("GET", &format!("/media/{video}")).header("range", "bytes=100-199").send().await.expect("an answer");
        assert_eq!(part.status().as_u16(), 206);
        assert_eq!((part.headers()["content-type"].as_bytes(), part.headers()["content-range"].as_bytes()), (&b"video/mp4"[..], &b"bytes 100-199/5000"[..]));
        let body = format!("![The talk](/media/{video})\n\n![The sound](/media/{sound})\n");
        let article = edda.post("/admin/articles/new", &[("title", "Talk"), ("body", &body)]).await.location().expect("an article");
        let page = edda.get(&format!("{article}/preview")).await;
        assert!(page.has(&format!(".body video[controls][src='/media/{video}'][aria-label='The talk']")));
        assert!(page.has(&format!(".body audio[controls][src='/media/{sound}']")));
        assert!(page.header("content-security-policy").is_some_and(|policy| policy.contains("media-src 'self'")));
    }
}

site_test! {
    async fn the_same_picture_uploaded_and_deleted_at_once_keeps_its_file(site: Site) {
        let edda = site.editor("edda").await;
        for round in 0..4_u32 {
            let bytes = picture(40 + round, 30, image::ImageFormat::Png);
            let files = [("a.png", bytes.clone())];
            let many = six_at_once(&edda, &files).await;
            assert!(many.iter().all(|status| *status == 303), "{many:?}");
            let first = library(&edda).await.into_iter().find(|file| file["width"] == 40 + round).expect("it");
            let delete = format!("/admin/media/{}/delete", first["id"]);
            let (deleted, again) = tokio::join!(edda.post(&delete, &[]), upload(&edda, &files, &[]));
            assert_eq!((deleted.status, again.status), (303, 303));
            for file in library(&edda).await {
                let file = file["file"].as_str().expect("a name").to_owned();
                assert_eq!(site.get(&format!("/media/{file}")).await.status, 200, "{file}");
            }
        }
    }
}

/// Uploads the same files six times at once.
async fn six_at_once(who: &Browser, files: &[(&str, Vec<u8>)]) -> Vec<u16> {
    let (a, b, c, d, e, f) = tokio::join!(
        upload(who, files, &[]),
        upload(who, files, &[]),
        upload(who, files, &[]),
        upload(who, files, &[]),
        upload(who, files, &[]),
        upload(who, files, &[])
    );
    [a, b, c, d, e, f].map(|answer| answer.status).into()
}

site_test! {
    async fn a_drawing_with_endless_text_costs_nothing(site: Site) {
        let edda = site.editor("edda").await;
        let svg = |letters: usize| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text>{}</text></svg>", "W".repeat(letters)).into_bytes();
        assert_eq!(upload(&edda, &[("a.svg", svg(100))], &[]).await.status, 303);
        let refused = upload(&edda, &[("a.svg", svg(60_000))], &[]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.one(".errors").contains("letters"));
    }
}

site_test! {
    async fn lists_show_the_pictures_of_articles_cropped_around_their_focus(site: Site) {
        let edda = site.editor("edda").await;
        assert_eq!(upload(&edda, &[("quay.png", picture(1200, 800, image::ImageFormat::Png))], &[]).await.status, 303);
        let stored = &library(&edda).await[0];
        let (id, file) = (stored["id"].as_i64().expect("an id"), stored["file"].as_str().expect("a name").to_owned());
        let mut last = 0;
        for (title, image) in [("Plain quay", ""), ("Lighted quay", &*file), ("Leading quay", "")] {
            last = crate::newsroom::draft(&edda, &[("title", title), ("body", "Text."), ("section", "Harbour"), ("tags", "quays"), ("image", image), ("image_alt", "A quay")]).await;
            assert_eq!(crate::newsroom::send(&edda, last, "publish", &[]).await.status, 303);
        }
        assert!(last > 0);
        let thumbnail = "article:has(a[href='/articles/lighted-quay']) .thumbnail img";
        for path in ["/", "/sections/harbour", "/tags/quays", "/search?q=quay"] {
            let page = site.get(path).await;
            assert_eq!(page.all(".thumbnail img").len(), 1, "{path}");
            assert_eq!(page.attr(thumbnail, "width").as_deref(), Some("480"), "{path}: the smallest");
            assert_eq!(page.attr(thumbnail, "height").as_deref(), Some("320"), "{path}");
            let src = page.attr(thumbnail, "src").expect("a picture");
            assert_eq!(site.get(&src).await.status, 200);
        }
        assert_eq!(edda.post(&format!("/admin/media/{id}"), &[("alt", "A quay"), ("caption", ""), ("credit", ""), ("focus_x", "90"), ("focus_y", "50")]).await.status, 303);
        for path in ["/", "/sections/harbour", "/search?q=quay"] {
            assert_eq!(site.get(path).await.attr(thumbnail, "class").as_deref(), Some("picture focus-x-4"), "{path}");
        }
        assert!(site.get(&format!("/static/{}", masthead::web::assets::SITE_CSS.rsplit('/').next().expect("a name"))).await.body.contains(".focus-x-4"));
    }
}

/// Sends a file to the form that replaces a picture.
async fn replace(who: &Browser, id: i64, name: &str, bytes: Vec<u8>) -> Answer {
    let form = Form::new().part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let request = who
        .request("POST", &format!("/admin/media/{id}/replace"))
        .header("sec-fetch-site", "same-origin");
    Answer::of(request.multipart(form)).await
}

site_test! {
    async fn a_picture_is_replaced_wherever_articles_show_it(site: Site) {
        use crate::newsroom::{draft, send, version};
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        let png = |width, height| picture(width, height, image::ImageFormat::Png);
        assert_eq!(upload(&edda, &[("quay.png", png(1200, 800)), ("other.png", png(50, 50))], &[("alt", "A quay")]).await.status, 303);
        let stored = library(&edda).await;
        let found = |width: i64| stored.iter().find(|file| file["width"] == width).expect("it");
        let (id, old) = (found(1200)["id"].as_i64().expect("an id"), found(1200)["file"].as_str().expect("a name").to_owned());
        let text = format!("First:\n\n![Dusk & dawn](/media/{old} \"The quay\")\n\nLast.");
        let article = draft(&edda, &[("title", "Quay"), ("body", &text), ("image", &old), ("image_alt", "Boats")]).await;
        assert_eq!(send(&edda, article, "publish", &[]).await.status, 303);
        // A change that waits, and what is being typed, name it too.
        assert_eq!(send(&edda, article, "", &[("dek", "Waiting."), ("body", &text)]).await.status, 303);
        let typed = draft(&edda, &[("title", "Typed")]).await;
        assert_eq!(send(&edda, typed, "", &[("action", "autosave"), ("title", "Typed"), ("body", &text)]).await.status, 204);
        let stale = version(&site.editor("ben").await, article).await;

        assert_eq!(replace(&wanda, id, "new.png", png(900, 900)).await.status, 403);
        assert_eq!(replace(&edda, id, "new.txt", b"no picture".to_vec()).await.status, 422);
        assert_eq!(replace(&edda, id, "other.png", png(50, 50)).await.status, 409, "it is in the library already");
        assert_eq!(replace(&edda, id, "same.png", png(1200, 800)).await.status, 409);
        assert_eq!(replace(&edda, 9_999, "new.png", png(900, 900)).await.status, 404);
        assert_eq!(site.get(&format!("/media/{old}")).await.status, 200, "nothing has changed");
        let answer = replace(&edda, id, "new.png", png(900, 900)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);

        let item = library(&edda).await.into_iter().find(|file| file["id"] == id).expect("it");
        let new = item["file"].as_str().expect("a name").to_owned();
        assert_eq!((item["width"].as_i64(), item["alt"].as_str()), (Some(900), Some("A quay")));
        assert_eq!(site.get(&format!("/media/{old}")).await.status, 404);
        let page = site.get("/articles/quay").await;
        assert!(!page.body.contains(&old[..20]), "no variant of the old one is named");
        let shown = ".body figure img";
        assert_eq!((page.attr(shown, "src"), page.attr(shown, "width"), page.attr(shown, "height")), (Some(format!("/media/{new}")), Some("900".into()), Some("900".into())));
        assert_eq!(page.attr(shown, "alt").as_deref(), Some("Dusk & dawn"));
        assert!(page.attr("figure.hero img", "src").is_some_and(|src| src.contains(&new[..20])));
        let set = page.attr(shown, "srcset").expect("widths");
        for file in set.split(", ").filter_map(|one| one.split(' ').next()) {
            assert_eq!(site.get(file).await.status, 200, "{file}");
        }
        let form = edda.get(&format!("/admin/articles/{article}")).await;
        assert_eq!(form.field("dek").as_deref(), Some("Waiting."));
        assert!(form.field("body").is_some_and(|body| body.contains(&new) && !body.contains(&old)));
        assert_eq!(form.field("image").as_deref(), Some(&*new));
        assert!(edda.get(&format!("/admin/articles/{typed}")).await.field("body").is_some_and(|body| body.contains(&new)));
        let ben = site.log_in("ben").await;
        let late = ben.post(&format!("/admin/articles/{article}"), &[("body", &text), ("revision", &stale)]).await;
        assert_eq!((late.status, late.field("body").as_deref()), (422, Some(&*text)), "a form from before names a file that is gone");
        assert_eq!(ben.post(&format!("/admin/articles/{article}"), &[("body", "By Ben."), ("revision", &stale)]).await.status, 409);
        assert_eq!(send(&edda, article, "publish", &[]).await.status, 303);
        assert_eq!(site.get("/articles/quay").await.attr(shown, "src"), Some(format!("/media/{new}")));
        assert_eq!(send(&edda, article, "restore", &[("n", "1")]).await.status, 303, "an earlier text can still be restored");
        assert!(edda.get(&format!("/admin/articles/{article}")).await.field("body").is_some_and(|body| body.contains(&new)));
        assert!(site.admin("chief").await.get("/admin/log?kind=media").await.has("[data-action=replace][data-actor=edda]"));
        // Pages name files by hand.
        assert_eq!(edda.post("/admin/pages", &[("title", "Imprint"), ("body", &format!("![A quay](/media/{new})"))]).await.status, 303);
        let refused = replace(&edda, id, "third.png", png(300, 200)).await;
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("A page or a setting"));
        assert_eq!(site.get(&format!("/media/{new}")).await.status, 200);
    }
}

site_test! {
    async fn browsers_that_ask_for_webp_get_it_at_the_same_address(site: Site) {
        let edda = site.editor("edda").await;
        assert_eq!(upload(&edda, &[("a.jpg", picture(1200, 800, image::ImageFormat::Jpeg))], &[]).await.status, 303);
        let stored = &library(&edda).await[0];
        let (id, file) = (stored["id"].as_i64().expect("an id"), stored["file"].as_str().expect("a name"));
        let smaller = format!("/media/{}-480.jpg", file.strip_suffix(".jpg").expect("a JPEG"));
        let get = |path: String, accept: &'static str| {
            let request = site.browser().request("GET", &path).header("accept", accept);
            async move { request.send().await.expect("an answer") }
        };
        let header = |answer: &reqwest::Response, name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let plain = get(smaller.clone(), "image/*").await;
        assert_eq!((header(&plain, "content-type").as_deref(), header(&plain, "vary").as_deref()), (Some("image/jpeg"), Some("Accept")));
        let plain = plain.bytes().await.expect("a body");
        let webp = get(smaller.clone(), "image/avif,image/webp,image/*,*/*;q=0.8").await;
        assert_eq!((header(&webp, "content-type").as_deref(), header(&webp, "vary").as_deref()), (Some("image/webp"), Some("Accept")));
        let webp = webp.bytes().await.expect("a body");
        assert!(webp.len() < plain.len(), "{} < {}", webp.len(), plain.len());
        let shown = image::load_from_memory_with_format(&webp, image::ImageFormat::WebP).expect("a picture");
        assert_eq!((shown.width(), shown.height()), (480, 320));
        // The picture itself stays as it was made.
        assert_eq!(header(&get(format!("/media/{file}"), "image/webp").await, "content-type").as_deref(), Some("image/jpeg"));
        let folder = site.place.folder.join("media");
        let count = || std::fs::read_dir(&folder).expect("a folder").count();
        assert!(count() > 3);
        assert_eq!(edda.post(&format!("/admin/media/{id}/delete"), &[]).await.status, 303);
        assert_eq!(count(), 0, "no variant is left behind");
    }
}
