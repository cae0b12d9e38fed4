//! The interface's own words: one typed function for each message of `templates/text/*.ftl`, made by `build.rs`.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::sync::OnceLock;

/// The interface in one language. A message that is missing does not compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interface {
    #[default]
    English,
    German,
}

/// Languages that are written from right to left, by the first part of their tag.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"];

/// The first part of a language tag: `pt` of `pt-BR`.
fn primary(tag: &str) -> String {
    tag.split('-')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// `ltr` or `rtl`, as HTML's `dir` has it.
pub fn direction(tag: &str) -> &'static str {
    let right = RIGHT_TO_LEFT.contains(&primary(tag).as_str());
    if right { "rtl" } else { "ltr" }
}

impl Interface {
    /// The interface for a site that is written in this language (BCP 47); English where there is none.
    pub fn for_tag(tag: &str) -> Interface {
        match primary(tag).as_str() {
            "de" => Interface::German,
            _ => Interface::English,
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static GERMAN: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        let (place, tag, source) = match self {
            Interface::English => (&ENGLISH, "en", include_str!("../templates/text/en.ftl")),
            Interface::German => (&GERMAN, "de", include_str!("../templates/text/de.ftl")),
        };
        place.get_or_init(|| {
            let resource =
                FluentResource::try_new(source.to_owned()).expect("build.rs has parsed it");
            let mut bundle =
                FluentBundle::new_concurrent(vec![tag.parse().expect("a language tag")]);
            bundle.set_use_isolating(false);
            bundle
                .add_resource(resource)
                .expect("build.rs has compared the ids");
            bundle
        })
    }

    /// The messages that take no arguments, in the order of `PLAIN`.
    fn plain(self) -> &'static [String] {
        static ENGLISH: OnceLock<Vec<String>> = OnceLock::new();
        static GERMAN: OnceLock<Vec<String>> = OnceLock::new();
        let place = match self {
            Interface::English => &ENGLISH,
            Interface::German => &GERMAN,
        };
        place.get_or_init(|| PLAIN.iter().map(|id| self.say(id, None)).collect())
    }

    fn say(self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let pattern = bundle
            .get_message(id)
            .and_then(|m| m.value())
            .expect("build.rs made this function from the message");
        bundle
            .format_pattern(pattern, arguments, &mut Vec::new())
            .into_owned()
    }
}

include!(concat!(env!("OUT_DIR"), "/interface.rs"));
