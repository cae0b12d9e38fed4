//! Properties of everything that reads what others have written: it never panics, and what it reads survives a round trip.

use actix_web::http::header::HeaderValue;
use masthead::import::{ReadOptions, parse_text, story};
use masthead::redirects::list::{self, Target};
use masthead::search::SearchQuery;
use masthead::text::stem::Stemming;
use masthead::text::{self, markdown as comments};
use masthead::web::coding::Coding;
use proptest::prelude::*;
use std::io::{Cursor, Read};

/// The same cases in every run, so that a change alone makes a test fail; a `share` of 8 = an eighth of them. More, and others:
/// `PROPTEST_CASES=20000 PROPTEST_RNG_SEED=7 cargo test properties`
fn config(share: u32) -> ProptestConfig {
    let mut config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = proptest::test_runner::RngSeed::Fixed(1);
    }
    config.cases /= share;
    config
}

/// Text with much of what the formats give a meaning to, and some of everything else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 .,]{0,12}",
        2 => prop::sample::select(vec![
            "\n", "\r\n", "---\n", "+++\n", "title: ", "# ", "## ", "- ", "> ", "```\n", "[", "](", ")", "![", "[^s1]", "<b>", "</a>", "<!--",
            "<script>", "&amp;", "&#0;", "*", "_", "`", "|", "\"", "'", "{", "}", ": ", "&a", "*a", "!!", "## Source notes\n", "## Main article\n",
            "https://example.org/", "\t", "\u{feff}", "\u{202e}", "\u{0}", "é", "e\u{301}", "你好", "😀", "ß", "ǆ",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// One line of plain words, such as a title.
fn line() -> impl Strategy<Value = String> {
    "[A-Za-z]( ?[A-Za-z0-9,:'\"#{}\\[\\]&*!|>%@-]){0,40}[A-Za-z0-9]"
}

fn unpack(coding: Coding, packed: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        Coding::Identity => plain.extend(packed),
        Coding::Gzip => drop(
            flate2::read::GzDecoder::new(packed)
                .read_to_end(&mut plain)
                .expect("gzip"),
        ),
        Coding::Brotli => {
            brotli::BrotliDecompress(&mut Cursor::new(packed), &mut plain).expect("brotli")
        }
    }
    plain
}

fn picture(format: image::ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x as u8, y as u8, (x * y) as u8])
    });
    pixels.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

const SECRET: &[u8] = b"shot at 52.3702 N by Mira";

/// The picture with a comment in it, where programs put what readers should not have.
fn with_metadata(format: image::ImageFormat, bytes: &[u8]) -> Vec<u8> {
    match format {
        image::ImageFormat::Jpeg => {
            let segment = [
                &[0xff, 0xfe][..],
                &(SECRET.len() as u16 + 2).to_be_bytes(),
                SECRET,
            ]
            .concat();
            [&bytes[..2], &segment, &bytes[2..]].concat()
        }
        image::ImageFormat::Png => {
            let named = [b"tEXt".as_slice(), b"Comment\0", SECRET].concat();
            let mut sum = flate2::Crc::new();
            sum.update(&named);
            let chunk = [
                &(named.len() as u32 - 4).to_be_bytes()[..],
                &named,
                &sum.sum().to_be_bytes(),
            ]
            .concat();
            // After the signature and the header.
            [&bytes[..33], &chunk, &bytes[33..]].concat()
        }
        _ => unreachable!("only these are made here"),
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn formats() -> impl Strategy<Value = image::ImageFormat> {
    prop::sample::select(vec![image::ImageFormat::Jpeg, image::ImageFormat::Png])
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn any_text_is_an_article_or_refused_with_a_line(source in text()) {
        let lines = source.lines().count().max(1);
        for is_markdown in [false, true] {
            if let Err(refusal) = parse_text(&source, is_markdown, &ReadOptions::default()) {
                prop_assert!((1..=lines + 1).contains(&refusal.line), "line {} of {lines}", refusal.line);
                prop_assert!(!refusal.reason.is_empty());
            }
        }
    }

    #[test]
    fn front_matter_says_what_was_written(title in line(), dek in line(), tags in prop::collection::btree_set("[a-z]{1,12}", 0..4)) {
        let quoted = |text: &str| serde_json::to_string(text).expect("JSON");
        let list: Vec<String> = tags.iter().map(|tag| quoted(tag)).collect();
        let yaml = format!("---\ntitle: {}\ndek: {}\ntags: [{}]\n---\n\nText.\n", quoted(&title), quoted(&dek), list.join(", "));
        let toml = format!("+++\ntitle = {}\ndek = {}\ntags = [{}]\n+++\n\nText.\n", quoted(&title), quoted(&dek), list.join(", "));
        let yaml = parse_text(&yaml, true, &ReadOptions::default()).map_err(|r| TestCaseError::fail(r.reason))?.draft;
        let toml = parse_text(&toml, true, &ReadOptions::default()).map_err(|r| TestCaseError::fail(r.reason))?.draft;
        prop_assert_eq!(&yaml.title, &title);
        prop_assert_eq!(&yaml.tags, &tags.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(&yaml.dek, &dek);
        prop_assert_eq!((yaml.title, yaml.dek, &yaml.tags), (toml.title, toml.dek, &toml.tags));
    }

    #[test]
    fn a_story_shows_its_paragraphs_as_typed(title in line(), paragraphs in prop::collection::vec("[A-Z][a-z <>&\"'*_\\[\\]`]{0,60}[a-z]", 1..6)) {
        let source = format!("{title}\n# {title}\n## Main article\n{}\n", paragraphs.join("\n\n"));
        let draft = story::parse(&source).map_err(|r| TestCaseError::fail(r.reason))?;
        prop_assert_eq!(&draft.title, &title);
        let body = scraper::Html::parse_fragment(&draft.body.to_string());
        let selector = scraper::Selector::parse("p").expect("a selector");
        let shown: Vec<String> = body.select(&selector).map(|p| p.text().collect()).collect();
        prop_assert_eq!(shown, paragraphs);
    }

    #[test]
    fn a_comment_is_safe_and_bounded_html(source in text()) {
        let html = comments::comment(&source).to_string();
        let page = scraper::Html::parse_fragment(&html);
        for found in page.root_element().descendent_elements().skip(1) {
            let tag = found.value();
            prop_assert!(!["script", "style", "iframe", "img", "form", "input", "svg"].contains(&tag.name()), "{html}");
            for (name, value) in tag.attrs() {
                prop_assert!(!name.starts_with("on"), "{html}");
                if name == "href" {
                    prop_assert!(["http://", "https://", "mailto:"].iter().any(|start| value.starts_with(start)), "{html}");
                }
            }
        }
        prop_assert!(html.len() <= text::structure::most_html(source.len()), "{} of {}", html.len(), source.len());
    }

    #[test]
    fn any_word_has_a_stem_in_any_language_and_cutting_again_never_fails(word in "\\PC{0,12}|[a-zäöüßéèçñőğışčřžłąęœæøåα-ωάέήίόύώа-яіїґ\u{621}-\u{64a}\u{5d0}-\u{5ea}\u{905}-\u{94d}\u{b85}-\u{bcd}\u{561}-\u{587}]{0,16}") {
        for language in ["ar", "hy", "eu", "ca", "cs", "da", "nl", "en", "eo", "et", "fi", "fr", "de", "el", "hi", "hu", "id", "ga", "it", "lt", "ne", "no", "nb-NO", "fa", "pl", "pt", "ro", "ru", "sr", "st", "es", "sv", "ta", "tr", "yi", "ja", "", "x-none"] {
            let stemming = Stemming::of(language);
            let stem = stemming.stem(&word);
            prop_assert!(stem.chars().all(char::is_alphanumeric), "{language} {word:?} {stem:?}");
        }
    }

    #[test]
    fn any_text_is_a_search(typed in text()) {
        let query = SearchQuery::parse(&typed, Stemming::default());
        prop_assert!(query.terms.len() <= 12 && query.without.len() <= 12);
        for term in query.terms.iter().chain(&query.without) {
            prop_assert!(!term.words.is_empty() && term.words.iter().all(|word| !word.is_empty()));
        }
        // Written again as it was understood, it is the same query.
        let written = |sign: &str, term: &text::fold::Term| {
            format!("{sign}\"{}\"{}", term.words.join(" "), if term.open { "*" } else { "" })
        };
        let again: Vec<String> = query
            .terms
            .iter()
            .map(|term| written("", term))
            .chain(query.without.iter().map(|term| written("-", term)))
            .collect();
        let again = again.join(" ");
        if again.chars().count() <= 400 {
            prop_assert_eq!(SearchQuery::parse(&again, Stemming::default()), query, "{}", again);
        }
        let english = Stemming::of("en");
        let _ = text::snippet::snippet(&typed, &SearchQuery::parse(&typed, english).terms, english);
    }

    #[test]
    fn a_list_of_redirects_is_read_line_by_line(
        good in prop::collection::btree_map("/[a-z0-9]{1,12}", "/[A-Z0-9]{1,12}x", 0..6),
        bad in text(),
    ) {
        let (targets, wrong) = list::parse(&bad);
        prop_assert!(targets.len() + wrong.len() <= bad.lines().count());
        let lines: String = good.iter().map(|(from, to)| format!("{from} {to}\n")).collect();
        let (targets, wrong) = list::parse(&lines);
        let own = |(from, to): (&String, &String)| from.to_lowercase() != to.to_lowercase();
        prop_assert_eq!(targets.len(), good.iter().filter(|pair| own(*pair)).count(), "{:?}", wrong);
        for (from, to) in good.iter().filter(|pair| own(*pair)) {
            prop_assert_eq!(targets.paths.get(from), Some(&Target::Moved(to.clone())));
        }
    }

    #[test]
    fn accept_encoding_chooses_what_is_accepted(header in "[ a-z*,;=.01q]{0,40}|(gzip|br|\\*|identity|deflate)(;q=(0|0\\.5|1|1\\.000|x))?(, ?(gzip|br)(;q=0)?)?") {
        let value = HeaderValue::from_str(&header).expect("a header");
        let coding = Coding::choose(Some(&value));
        if coding != Coding::Identity {
            let names = header.to_ascii_lowercase();
            prop_assert!(names.contains(coding.name()) || names.contains('*'), "{header}: {coding:?}");
            prop_assert!(!names.contains(&format!("{};q=0,", coding.name())) && !names.ends_with(&format!("{};q=0", coding.name())), "{header}");
        }
    }

    #[test]
    fn a_packed_page_is_the_page(page in text()) {
        for coding in [Coding::Identity, Coding::Gzip, Coding::Brotli] {
            let packed = coding.pack(page.as_bytes()).expect("packed");
            prop_assert_eq!(unpack(coding, &packed), page.as_bytes());
        }
    }
}

proptest! {
    // Each of these decodes and draws a picture.
    #![proptest_config(config(8))]

    #[test]
    fn a_picture_keeps_its_pixels_and_loses_what_was_written_into_it(format in formats(), width in 1u32..300, height in 1u32..60) {
        let plain = picture(format, width, height);
        let spoken = with_metadata(format, &plain);
        prop_assert!(contains(&spoken, SECRET));
        let read = masthead::media::process(&spoken).map_err(TestCaseError::fail)?;
        prop_assert_eq!((read.width, read.height), (width, height));
        prop_assert!(!contains(&read.bytes, SECRET));
        let pixels = |bytes: &[u8]| image::load_from_memory_with_format(bytes, format).expect("a picture").to_rgb8();
        prop_assert_eq!(pixels(&read.bytes), pixels(&plain));
        let again = masthead::media::process(&read.bytes).map_err(TestCaseError::fail)?;
        prop_assert_eq!(again.file, read.file, "nothing is left to remove");
    }

    #[test]
    fn a_damaged_picture_is_refused_or_read_never_a_panic(
        format in formats(),
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = with_metadata(format, &picture(format, 40, 30));
        let place = at.index(bytes.len());
        bytes[place] ^= with;
        let _ = masthead::media::process(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = masthead::media::process(&bytes);
    }
}

#[test]
fn a_language_with_stems_has_them_for_its_own_words() {
    for (language, form, other) in [
        ("ar", "كتابها", "كتاب"),
        ("nl", "gewerkt", "werk"),
        ("en", "Gates", "gate"),
        ("fi", "taloissa", "taloa"),
        ("fr", "régionales", "régional"),
        ("de", "Häuser", "Haus"),
        ("el", "πόλεις", "πόλεων"),
        ("hi", "लड़कों", "लड़का"),
        ("id", "membaca", "dibaca"),
        ("it", "città", "citta"),
        ("nb", "husene", "huset"),
        ("pl", "domami", "domach"),
        ("pt", "casas", "casa"),
        ("ru", "домами", "домах"),
        ("es", "canciones", "canción"),
        ("sv", "husen", "huset"),
        ("ta", "மரங்கள்", "மரங்களை"),
        ("tr", "evler", "evlerin"),
        ("cs", "hradech", "hrady"),
    ] {
        let stemming = Stemming::of(language);
        let stem = stemming.stem(form);
        assert!(!stem.is_empty(), "{language} {form}");
        assert_eq!(
            stemming.stem(other),
            stem,
            "{} {} {}",
            language,
            form,
            other
        );
    }
}
