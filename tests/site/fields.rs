//! Kinds of form fields: how a page shows them, and what becomes of what browsers send.

use crate::site_test;
use actix_web::FromRequest;
use actix_web::test::TestRequest;
use askama::Template;
use masthead::db::Time;
use masthead::error::Error;
use masthead::web::Page;
use masthead::web::fields::{Field, FieldGroup, FormPage, group_rows};
use masthead::web::form::{FORM_LIMIT, FileLimit, FormBody};
use masthead::web::viewer::Viewer;
use scraper::{Html, Selector};

site_test! {
    async fn a_form_shows_checkboxes_times_files_and_rows(site: Site) {
        let note = |row, text: &str| Field { row: Some(row), ..Field::text("note_text", "Text".into()).value(text) };
        let mut refused = note(1, "");
        refused.error = "Say what the source is.".into();
        let form = FormPage {
            page: Page::new(&site.state, &Viewer(None), "A form"),
            t: site.state.t(),
            heading: "A form".into(),
            intro: String::new(),
            alert: String::new(),
            done: String::new(),
            action: "/somewhere".into(),
            fields: vec![
                Field::checkbox("featured", "Featured".into(), true),
                Field::checkbox("unlisted", "Unlisted".into(), false),
                Field::date_time("publish_at", "Publish at".into(), "2026-11-22T14:05"),
                Field::file("file", "Picture".into(), "image/png,image/jpeg"),
            ],
            forms: Vec::new(),
            passkey: None,
            groups: vec![FieldGroup {
                legend: "Sources".into(),
                rows: vec![vec![note(0, "A letter")], vec![refused]],
                add: ("add-note", "Add a source".into()),
            }],
            button: "Save".into(),
            more: Vec::new(),
        };
        assert!(form.is_refused(), "an error in a row counts");
        let html = Html::parse_document(&form.render().expect("a page"));
        let number = |css: &str| html.select(&Selector::parse(css).expect("CSS")).count();
        for css in [
            "form[enctype='multipart/form-data']",
            "label > input[type=checkbox][name=featured][value=on][checked]",
            "input[type=checkbox][name=unlisted]:not([checked])",
            "input[type='datetime-local'][name=publish_at][value='2026-11-22T14:05']",
            "input[type=file][name=file][accept='image/png,image/jpeg']",
            "fieldset #f-note_text-1[value='A letter']",
            "fieldset #f-note_text-2[aria-invalid=true]",
            ".errors a[href='#f-note_text-2']",
            "fieldset button[name=action][value=add-note]",
        ] {
            assert_eq!(number(css), 1, "{css}");
        }
        // Return presses the first button of a form: it has to send the form, not to add a row.
        let first = html.select(&Selector::parse("form.stack button").expect("CSS")).next().expect("a button");
        assert_eq!(first.value().attr("name"), None);
        let ids: Vec<_> = html.select(&Selector::parse("[id]").expect("CSS")).filter_map(|e| e.value().id()).collect();
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len(), "{ids:?}");
    }
}

site_test! {
    async fn a_time_is_read_in_the_sites_time_zone(site: Site) {
        let mut settings = (*site.state.site()).clone();
        settings.zone = "America/New_York".into();
        let noon = settings.parse_minute("2026-11-22T12:00").expect("a time");
        assert_eq!(noon, Time(1_795_366_800_000), "17:00 UTC");
        assert_eq!(settings.parse_minute("2026-11-22T12:00:00"), Some(noon));
        assert_eq!(settings.input_minute(noon), "2026-11-22T12:00");
        // Skipped when summer time begins: as if it had not begun yet.
        assert_eq!(settings.parse_minute("2026-03-08T02:30"), settings.parse_minute("2026-03-08T03:30"));
        for given in ["", "2026-11-22", "22.11.2026 12:00", "2026-02-30T12:00", "2026-11-22T25:00", "2026-11-22T12:00Z", "2026-11-22T12:00-05:00", "\u{661}"] {
            assert_eq!(settings.parse_minute(given), None, "{given}");
        }
    }
}

#[test]
fn columns_of_a_group_become_rows() {
    let column = |values: &[&str]| values.iter().map(|&v| v.to_owned()).collect::<Vec<_>>();
    let two = group_rows([column(&["a", "b"]), column(&["1", "2"])]).expect("rows");
    assert_eq!(two, [["a", "1"], ["b", "2"]]);
    assert!(
        group_rows::<2>([Vec::new(), Vec::new()])
            .expect("no rows")
            .is_empty()
    );
    assert!(matches!(
        group_rows([column(&["a", "b"]), column(&["1"])]),
        Err(Error::Malformed(_))
    ));
}

const BOUNDARY: &str = "multipart/form-data; boundary=x";

fn part(disposition: &str, value: &[u8]) -> Vec<u8> {
    let head = format!("--x\r\ncontent-disposition: form-data; {disposition}\r\n\r\n");
    [head.as_bytes(), value, b"\r\n"].concat()
}

fn body(limit: Option<usize>, kind: &str, parts: &[Vec<u8>]) -> FormBody {
    let mut request = TestRequest::post().insert_header(("content-type", kind));
    if let Some(limit) = limit {
        request = request.app_data(FileLimit {
            field: "file",
            bytes: limit,
        });
    }
    let bytes = [parts.concat(), b"--x--\r\n".to_vec()].concat();
    let (request, mut payload) = request.set_payload(bytes).to_http_parts();
    let body = FormBody::from_request(&request, &mut payload);
    actix_web::rt::System::new()
        .block_on(body)
        .expect("always a body")
}

#[test]
fn files_arrive_whole_where_they_are_taken_and_nowhere_else() {
    let picture = [0xff, 0xd8, b'\r', b'\n', 0];
    let parts = [
        part("name=\"alt\"", "Quay".as_bytes()),
        part("name=\"file\"; filename=\"one.jpg\"", &picture),
        part("name=\"file\"; filename=\"two.jpg\"", b"2"),
        part("name=\"logo\"; filename=\"\"", b""),
    ];
    let taken = body(Some(1024), BOUNDARY, &parts);
    assert_eq!(taken.field("alt"), Some("Quay"));
    let names: Vec<_> = taken.files("file").map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["one.jpg", "two.jpg"]);
    assert_eq!(taken.files("file").next().expect("a file").bytes, picture);
    assert_eq!(taken.files("logo").count(), 0, "left empty");
    assert_eq!(taken.pairs().expect("fields").len(), 1);

    let refused = body(None, BOUNDARY, &parts);
    assert!(refused.pairs().is_err() && refused.files("file").next().is_none());
    let empty = body(None, BOUNDARY, &parts[3..]);
    assert!(empty.pairs().is_ok_and(<[_]>::is_empty));
}

#[test]
fn files_have_a_limit_and_do_not_raise_that_of_text() {
    let file = |length: usize| part("name=\"file\"; filename=\"a\"", &vec![b'a'; length]);
    let text = |length: usize| part("name=\"text\"", &vec![b'a'; length]);
    let outcome = |kind: &str, parts: &[Vec<u8>]| {
        let body = body(Some(FORM_LIMIT), kind, parts);
        match body.pairs() {
            Ok(_) => "taken",
            Err(Error::TooLarge { limit: FORM_LIMIT }) => "too large",
            Err(_) => "another error",
        }
    };
    assert_eq!(outcome(BOUNDARY, &[file(FORM_LIMIT)]), "taken");
    assert_eq!(outcome(BOUNDARY, &[file(FORM_LIMIT + 1)]), "too large");
    assert_eq!(
        outcome(BOUNDARY, &[file(FORM_LIMIT / 2), file(FORM_LIMIT / 2 + 1)]),
        "too large"
    );
    assert_eq!(outcome(BOUNDARY, &[text(FORM_LIMIT - 4)]), "taken");
    assert_eq!(
        outcome(BOUNDARY, &[text(FORM_LIMIT)]),
        "too large",
        "the name counts"
    );
    let many: Vec<_> = (0..3).map(|_| text(FORM_LIMIT / 2)).collect();
    assert_eq!(outcome(BOUNDARY, &many), "too large");
    let encoded = "application/x-www-form-urlencoded";
    assert_eq!(outcome(encoded, &[vec![b'a'; FORM_LIMIT - 7]]), "taken");
    assert_eq!(outcome(encoded, &[vec![b'a'; FORM_LIMIT]]), "too large");
}

#[test]
fn a_file_in_a_field_that_takes_none_is_refused() {
    let file = part("name=\"body\"; filename=\"a.txt\"", b"words");
    let posted = body(Some(1024), BOUNDARY, &[file]);
    assert!(matches!(posted.pairs(), Err(Error::Malformed(_))));
}
