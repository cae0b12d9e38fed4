//! The interface's own words: one typed function for each message of `templates/text/*.ftl`, made by `build.rs`.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use std::sync::OnceLock;

/// The interface in one language. A message that is missing does not compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interface;

impl Interface {
    fn bundle() -> &'static FluentBundle<FluentResource> {
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        ENGLISH.get_or_init(|| {
            let source = include_str!("../templates/text/en.ftl").to_owned();
            let resource = FluentResource::try_new(source).expect("build.rs has parsed it");
            let mut bundle =
                FluentBundle::new_concurrent(vec!["en".parse().expect("a language tag")]);
            bundle.set_use_isolating(false);
            bundle
                .add_resource(resource)
                .expect("build.rs has compared the ids");
            bundle
        })
    }

    /// The messages that take no arguments, in the order of `PLAIN`.
    fn plain() -> &'static [String] {
        static SAID: OnceLock<Vec<String>> = OnceLock::new();
        SAID.get_or_init(|| PLAIN.iter().map(|id| Interface.say(id, None)).collect())
    }

    fn say(self, id: &str, arguments: Option<&FluentArgs<'_>>) -> String {
        let bundle = Self::bundle();
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
