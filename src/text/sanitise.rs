//! The HTML sanitiser: all HTML from comrak passes its allowlist of tags and attributes before it is stored.

use super::SafeHtml;
use std::collections::HashSet;

const COMMENT_TAGS: &[&str] = &[
    "p",
    "br",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "hr",
];
/// Tags that articles may have besides [`COMMENT_TAGS`].
const ARTICLE_TAGS: &[&str] = &[
    "audio",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "img",
    "figure",
    "figcaption",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sup",
    "span",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "caption",
    "cite",
    "col",
    "colgroup",
    "dd",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "i",
    "ins",
    "kbd",
    "mark",
    "meter",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "sub",
    "summary",
    "tfoot",
    "time",
    "u",
    "var",
    "video",
    "wbr",
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Comment,
    Article,
}

pub(super) fn sanitise(
    html: &str,
    kind: Kind,
    rel: &'static str,
    relative: ammonia::UrlRelative<'static>,
) -> SafeHtml {
    let more: &[&str] = if kind == Kind::Article {
        ARTICLE_TAGS
    } else {
        &[]
    };
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(COMMENT_TAGS.iter().chain(more).copied().collect())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(relative)
        .link_rel(Some(rel))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attribute_values("pre", "tabindex", ["0"]);
    if kind == Kind::Article {
        // Only ids that `text::ids` has given out reach the sanitiser.
        builder.add_generic_attributes(["id", "lang", "dir", "title"]);
        builder
            .add_tag_attributes("details", ["open"])
            .add_tag_attributes("ol", ["reversed", "type"])
            .add_tag_attributes("li", ["value"])
            .add_tag_attributes("time", ["datetime"])
            .add_tag_attributes("progress", ["value", "max"])
            .add_tag_attributes("meter", ["value", "min", "max", "low", "high", "optimum"])
            .add_tag_attributes("th", ["colspan", "rowspan", "scope"])
            .add_tag_attributes("td", ["colspan", "rowspan"])
            .add_allowed_classes("section", ["footnotes"])
            .add_allowed_classes("a", ["footnote-backref"])
            .add_tag_attributes("video", ["src", "controls", "preload", "aria-label"])
            .add_tag_attributes("audio", ["src", "controls", "preload", "aria-label"])
            .add_tag_attributes(
                "img",
                [
                    "src", "srcset", "sizes", "alt", "width", "height", "loading",
                ],
            )
            .add_tag_attribute_values("table", "tabindex", ["0"])
            .add_tag_attributes("th", ["align"])
            .add_tag_attributes("td", ["align"])
            .add_allowed_classes("sup", ["ref", "footnote-ref"])
            .add_allowed_classes(
                "span",
                [
                    "card", "about", "host", "c", "s", "n", "k", "f", "t", "a", "o",
                ],
            );
    }
    // Focusable, so that code wider than the page can be scrolled with the keyboard.
    let html = html.replace("<pre>", "<pre tabindex=\"0\">");
    let mut clean = builder.clean(&plain_quotes(&html)).to_string();
    // Character references such as `&#1;` have become what they stand for.
    clean.retain(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    SafeHtml::sanitised(clean)
}

/// Decodes `&quot;` in text, but not in tags. The sanitiser would do the same, but slowly: in a text with many
/// quotation marks decoding them takes most of its time.
fn plain_quotes(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        out.push_str(&text.replace("&quot;", "\""));
        out.push_str(&tag[..end]);
        rest = &tag[end..];
    }
    out.push_str(&rest.replace("&quot;", "\""));
    out
}
