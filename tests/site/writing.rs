//! The writing surface in a real Chromium: typing, commands, pasting, pictures, completion, the preview beside the text.

use crate::Site;
use crate::browser::{Driver, Person};
use crate::harness::on_sqlite;
use crate::library::{library, picture, upload};
use crate::newsroom::draft;
use crate::site_test;
use base64::Engine as _;
use serde_json::{Value, json};
use std::time::Duration;
use thirtyfour::prelude::*;

/// Runs a script with `content`, what is typed into, and `area`, the field behind it.
async fn run(person: &Person<'_>, script: &str, arguments: Vec<Value>) -> Value {
    let whole = format!(
        "const area = document.querySelector('[name=body]'); \
         const content = document.querySelector('#f-body ~ .surface').shadowRoot.querySelector('.cm-content'); {script}"
    );
    let answer = person.driver.execute(whole, arguments).await;
    answer.expect("a script").json().clone()
}

async fn text(person: &Person<'_>) -> String {
    let text = run(
        person,
        "return new FormData(area.form).get('body')",
        Vec::new(),
    )
    .await;
    text.as_str().expect("a text").to_owned()
}

/// Waits until the field has this text.
async fn until(person: &Person<'_>, wanted: &str) {
    for _ in 0..100 {
        if text(person).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(text(person).await, wanted);
}

async fn keys(person: &Person<'_>, text: &str) {
    let chain = person.driver.action_chain().send_keys(text);
    chain.perform().await.expect("typed");
}

async fn enter_preview(person: &Person<'_>) {
    let frame = person.see("#preview iframe").await;
    frame.enter_frame().await.expect("a frame");
}

async fn with_control(person: &Person<'_>, key: &str) {
    let chain = person.driver.action_chain().key_down(Key::Control);
    let chain = chain.send_keys(key).key_up(Key::Control);
    chain.perform().await.expect("typed");
}

/// Pastes HTML, and the picture that Word adds to it.
async fn paste(person: &Person<'_>, html: &str) -> String {
    run(
        person,
        "const transfer = new DataTransfer(); transfer.setData('text/html', arguments[0]); transfer.setData('text/plain', 'plain'); \
         transfer.items.add(new File(['x'], 'image.png', { type: 'image/png' })); \
         content.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));",
        vec![json!(html)],
    )
    .await;
    text(person).await
}

/// What Word, Google Docs and web pages put into the clipboard, shortened, and what becomes of it.
const PASTED: [(&str, &str); 16] = [
    (
        "<ul><li><p dir='ltr'>one</p></li><ul><li><p>one a</p></li><li>one b</li></ul><li>two</li></ul>",
        "- one\n  - one a\n  - one b\n- two",
    ),
    (
        "<p>x<sup style='color:red'>2</sup><br>H<sub>2</sub>O</p>",
        "x<sup>2</sup>\\\nH<sub>2</sub>O",
    ),
    (
        "<p>Before</p><form><p>Within</p></form><a href='https://example.org/'><h3>Head</h3><p>Teaser</p></a>",
        "Before\n\nWithin\n\n### Head\n\nTeaser",
    ),
    ("<p>Word</p>", "Word"),
    (
        "<p>x &lt;b&gt; &amp;copy; a|b</p>",
        "x \\<b> \\&copy; a\\|b",
    ),
    (
        "<table><colgroup><col></colgroup><caption>Boats</caption><tbody><tr><td>A|B</td><td>C</td></tr><tr><td>1</td><td>2</td></tr></tbody></table>",
        "Boats\n\n| A\\|B | C |\n| --- | --- |\n| 1 | 2 |",
    ),
    (
        "<table><tr><td><p>Above</p><table><tr><td>A</td><td>B</td></tr><tr><td>1</td><td>2</td></tr></table></td></tr></table>",
        "Above\n\n| A | B |\n| --- | --- |\n| 1 | 2 |",
    ),
    (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><style>p.MsoNormal { margin: 0 }</style></head><body><!--StartFragment-->\
         <h1>The quay</h1><p class=MsoNormal>It is <b style='mso-bidi-font-weight:normal'>old</b>&nbsp;and <i>wet</i>.<o:p></o:p></p>\
         <p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>One</p>\
         <p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o<span>&nbsp; </span></span>Within</p>\
         <p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>Two</p>\
         <p class=MsoNormal style='mso-hide:all'>Hidden</p><!--EndFragment--></body></html>",
        "## The quay\n\nIt is **old** and *wet*.\n\n- One\n  - Within\n- Two",
    ),
    (
        "<p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span>First</p><p style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>2.</span>Second</p>",
        "1. First\n2. Second",
    ),
    (
        "<meta charset='utf-8'><b style='font-weight:normal;' id='docs-internal-guid-1'><p dir='ltr'><span style='font-weight:400'>Some </span><span style='font-weight:700'>bold</span>\
         <span style='font-style:italic'> and italic</span> <a href='https://www.google.com/url?q=https://example.org/a%3Fb&amp;sa=D'><span>link</span></a></p></b>",
        "Some **bold** *and italic* [link](https://example.org/a?b)",
    ),
    (
        "<p>Seen <a href='javascript:alert(1)'>here</a> <img src=x onerror=alert(1)><script>alert(1)</script><a href='#top'>top</a></p>",
        "Seen here top",
    ),
    (
        "<p>A<img src='data:image/png;base64,AAAA' alt='B'>C</p><p><img src='https://example.org/a.png' alt='A boat'></p>",
        "ABC\n\n[A boat](https://example.org/a.png)",
    ),
    (
        "<table><tr><td><p>Year</p></td><td>Boats</td></tr><tr><td>2026</td><td><b>3</b></td></tr></table>",
        "| Year | Boats |\n| --- | --- |\n| 2026 | **3** |",
    ),
    (
        "<div><h4>Small</h4><blockquote><p>Said.</p></blockquote><pre><code>let a = 1;\n</code></pre></div>",
        "### Small\n\n> Said.\n\n```\nlet a = 1;\n```",
    ),
    (
        "<p>1. Not * a list_with_marks</p>",
        "1\\. Not \\* a list\\_with\\_marks",
    ),
    (
        "<ol start='3'><li>Three</li><li><p>Four</p><p>More</p></li></ol>",
        "3. Three\n4. Four\n\n   More",
    ),
];

async fn surface(site: Site) {
    let Some(driver) = Driver::start() else {
        return;
    };
    let browser = driver.browser(true, 1280).await;
    let person = Person {
        driver: &browser,
        site: &site,
    };
    site.publish("---\ntitle: The gate by the sea\n---\n\nText.\n")
        .await;
    let edda = site.editor("edda").await;
    person.log_in("edda").await;
    person.open("/admin/articles/new").await;
    person.write("[name=title]", "Written").await;

    // Commands, by the toolbar and by keys, and their opposites.
    person.write_article("body", "Words").await;
    with_control(&person, "a").await;
    with_control(&person, "b").await;
    until(&person, "**Words**").await;
    with_control(&person, "b").await;
    until(&person, "Words").await;
    for (command, wanted) in [
        ("heading", "## Words"),
        ("heading", "### Words"),
        ("heading", "Words"),
        ("quote", "> Words"),
        ("list", "- Words"),
        ("numbers", "1. Words"),
        ("numbers", "Words"),
        ("italic", "*Words*"),
    ] {
        person.click(&format!("[data-command={command}]")).await;
        until(&person, wanted).await;
    }
    with_control(&person, "z").await;
    until(&person, "Words").await;

    // Pasted.
    let mut wrong = Vec::new();
    for (html, wanted) in PASTED {
        with_control(&person, "a").await;
        let made = paste(&person, html).await;
        if made != wanted {
            wrong.push((html, made));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    // Addresses and source notes are completed.
    person.write("[name=note_text]", "The timetable").await;
    person.write_article("body", "See [the gate](").await;
    let offered = "return content.getRootNode().querySelector('.cm-tooltip-autocomplete li')?.textContent ?? ''";
    let wait_for = |wanted: &'static str| {
        let person = &person;
        async move {
            for _ in 0..100 {
                let found = run(person, offered, Vec::new()).await;
                if found.as_str().is_some_and(|found| found.contains(wanted)) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("{wanted} was not offered");
        }
    };
    wait_for("The gate by the sea").await;
    // The library ignores keys in the first moment, so that nothing is taken by accident.
    tokio::time::sleep(Duration::from_millis(200)).await;
    keys(&person, "\u{E007}").await;
    until(&person, "See [the gate](/articles/the-gate-by-the-sea)").await;
    keys(&person, " as said[^s").await;
    wait_for("The timetable").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    keys(&person, "\u{E007}").await;
    until(
        &person,
        "See [the gate](/articles/the-gate-by-the-sea) as said[^s1]",
    )
    .await;

    // A picture is uploaded, has to be described, and goes into the text.
    let png =
        base64::engine::general_purpose::STANDARD.encode(picture(60, 40, image::ImageFormat::Png));
    let put = "const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0)); const transfer = new DataTransfer(); \
               transfer.items.add(new File([bytes], arguments[1], { type: 'image/png' })); transfer.setData('text/html', '<img src=https://example.org/a.png alt=Picture>'); \
               content.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));";
    run(&person, put, vec![json!("AAAA"), json!("broken.png")]).await;
    person.see_text(".newpicture .error", "broken.png").await;
    person.click(".newpicture .leave").await;
    run(&person, put, vec![json!(png), json!("quay.png")]).await;
    person.see(".newpicture .insert:enabled").await;
    person.click(".newpicture .insert").await;
    person.see_text(".newpicture .error", "describe").await;
    person.write(".newpicture input", "A [red] quay").await;
    person.click(".newpicture .insert").await;
    person.see_text(".saving", "Saved").await;
    let files = library(&edda).await;
    assert_eq!(
        (files.len(), files[0]["alt"].as_str()),
        (1, Some("A [red] quay"))
    );
    let file = files[0]["file"].as_str().expect("a file");
    until(&person, &format!("See [the gate](/articles/the-gate-by-the-sea) as said[^s1]\n\n![A \\[red\\] quay](/media/{file})\n\n")).await;

    // A description on two lines does not stop what is typed after it.
    let broken = format!("![Two\nlines](/media/{file})\n\nMore");
    person.write_article("body", &broken).await;
    until(&person, &broken).await;
    keys(&person, " and more.").await;
    until(&person, &format!("{broken} and more.")).await;
    person
        .write_article("body", &format!("![A quay](/media/{file})"))
        .await;

    // The preview is the page itself, beside the text, and follows it.
    person.click("[data-command=preview]").await;
    enter_preview(&person).await;
    person.see_text("h1", "Written").await;
    person.see(".body figure img").await;
    browser.enter_default_frame().await.expect("the page");
    person.write_article("body", "Shorter text.").await;
    person.see_text(".saving", "Saved").await;
    enter_preview(&person).await;
    person.see_text(".body", "Shorter text.").await;
    browser.enter_default_frame().await.expect("the page");
    person.fits(true).await;

    // Found and replaced.
    person.click("[data-command=find]").await;
    let search = "const root = content.getRootNode(); const [find, replace] = ['search', 'replace'].map((name) => root.querySelector(`.cm-search [name=${name}]`)); \
                  find.value = 'Shorter'; replace.value = 'Longer'; for (const field of [find, replace]) field.dispatchEvent(new Event('change', { bubbles: true })); \
                  root.querySelector('.cm-search [name=replaceAll]').click();";
    run(&person, search, Vec::new()).await;
    until(&person, "Longer text.").await;

    // Nothing of all this breaks a rule of the page. Chromium logs the refused picture; and where text of some style is typed over, it
    // gives the new text that style in a style attribute of its own, which the page refuses and CodeMirror takes away.
    let complaints = browser.browser_log().await.expect("a log").into_iter();
    let complaints: Vec<String> = complaints
        .map(|entry| entry.message)
        .filter(|line| {
            !line.contains("status of 422") && !line.contains(" - Applying inline style")
        })
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await.expect("Chromium ends");
}

#[test]
fn the_writing_surface_makes_markdown_of_what_is_typed_and_pasted() {
    on_sqlite(module_path!(), surface);
}

site_test! {
    async fn only_the_form_loads_the_surface_and_only_staff_frame_a_preview(site: Site) {
        let edda = site.editor("edda").await;
        let slug = site.article().await;
        let surface = "script[src*='writing-libraries']";
        let form = edda.get("/admin/articles/new").await;
        let scripts = form.attrs("script[src^='/static/']", "src");
        assert!(form.has(surface) && scripts.len() >= 3);
        for path in scripts {
            assert_eq!(site.get(&path).await.status, 200, "{path}");
        }
        let policy = |page: &crate::Answer| page.header("content-security-policy").expect("a policy");
        assert!(policy(&form).contains("trusted-types masthead-paste") && policy(&form).contains("frame-src 'self'") && policy(&form).contains("frame-ancestors 'none'"));
        let refused = edda.post("/admin/articles/new", &[("title", ""), ("publish_at", "nonsense")]).await;
        assert_eq!((refused.status, policy(&refused)), (422, policy(&form)), "also with its errors");
        let id = draft(&edda, &[("title", "Shown"), ("body", "Text.")]).await;
        let preview = edda.get(&format!("/admin/articles/{id}/preview")).await;
        assert!(policy(&preview).contains("frame-ancestors 'self'") && policy(&preview).contains("trusted-types 'none'"));
        assert_eq!(preview.header("x-frame-options").as_deref(), Some("SAMEORIGIN"));
        edda.post(&format!("/admin/articles/{id}/share"), &[]).await;
        let link = edda.get(&format!("/admin/articles/{id}")).await.attr(".shared a", "href").expect("a link");
        let shared = site.get(link.strip_prefix(&site.origin()).unwrap_or(&link)).await;
        for page in [shared, site.get(&format!("/articles/{slug}")).await, edda.get("/admin/articles").await] {
            assert_eq!(page.status, 200);
            assert!(!page.has(surface) && policy(&page).contains("frame-ancestors 'none'") && policy(&page).contains("trusted-types 'none'"));
        }
    }
}

site_test! {
    async fn scripts_ask_for_articles_and_new_files_as_json(site: Site) {
        let (edda, wanda) = (site.editor("edda").await, site.writer("wanda").await);
        let slug = site.article().await;
        draft(&edda, &[("title", "A bridge not built")]).await;
        let list = |answer: crate::Answer| serde_json::from_str::<Vec<Value>>(&answer.body).expect("a list");
        let all = list(edda.get("/admin/articles?format=json&q=bridge").await);
        assert_eq!(all.len(), 2);
        let public = list(edda.get("/admin/articles?format=json&q=bridge&status=published").await);
        assert_eq!((public.len(), public[0]["path"].as_str()), (1, Some(&*format!("/articles/{slug}"))));
        assert_eq!(list(wanda.get("/admin/articles?format=json").await).len(), 0, "writers see their own");
        assert_eq!(site.get("/admin/articles?format=json").await.status, 303);
        for width in [10, 20] {
            assert_eq!(upload(&edda, &[("a.png", picture(width, 10, image::ImageFormat::Png))], &[]).await.status, 303);
        }
        let ids: Vec<i64> = library(&edda).await.iter().filter_map(|file| file["id"].as_i64()).collect();
        let one = list(edda.get(&format!("/admin/media?format=json&new={}", ids[1])).await);
        assert_eq!((one.len(), one[0]["id"].as_i64()), (1, Some(ids[1])));
        assert_eq!(list(edda.get(&format!("/admin/media?format=json&new={},99999", ids[0])).await).len(), 1);
    }
}
