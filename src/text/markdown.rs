//! Markdown to safe HTML, once, when it is saved. HTML that somebody types is shown as typed, never dropped.

use super::SafeHtml;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options};
use std::collections::HashSet;

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.render.escape = true;
    options
}

/// A reader's comment: a small subset. Headings become bold lines, images become links, every line break counts.
pub fn comment(source: &str) -> SafeHtml {
    let arena = Arena::new();
    let mut options = options();
    options.render.hardbreaks = true;
    let root = comrak::parse_document(&arena, source, &options);
    show_html_blocks(&arena, root);
    for node in root.descendants() {
        let value = node.data.borrow().value.clone();
        match value {
            NodeValue::Heading(_) => {
                let strong = arena.alloc(NodeValue::Strong.into());
                let children: Vec<_> = node.children().collect();
                for child in children {
                    strong.append(child);
                }
                node.append(strong);
                node.data.borrow_mut().value = NodeValue::Paragraph;
            }
            NodeValue::Image(link) => node.data.borrow_mut().value = NodeValue::Link(link),
            _ => {}
        }
    }
    sanitise(
        &html(root, &options),
        &[],
        "ugc nofollow noopener noreferrer",
        ammonia::UrlRelative::Deny,
    )
}

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
/// What an article may have besides.
const ARTICLE_TAGS: &[&str] = &[
    "h2", "h3", "h4", "h5", "h6", "img", "table", "thead", "tbody", "tr", "th", "td",
];

/// An article's text, parsed once: `transfer` sorts its top-level blocks into the house sections.
pub fn article_options() -> Options<'static> {
    let mut options = options();
    options.extension.table = true;
    // Known so that they can be refused by name instead of vanishing.
    options.extension.footnotes = true;
    options.parse.leave_footnote_definitions = true;
    options
}

/// An image in the media folder.
#[derive(Clone, Debug)]
pub struct TakenIn {
    pub src: String,
    pub width: u32,
    pub height: u32,
}

/// Renders blocks of an article. The highest heading becomes an `h2`: the title is the page's only `h1`, and no level is
/// skipped below it.
pub fn article<'a>(root: &'a AstNode<'a>, images: &[TakenIn]) -> SafeHtml {
    let level = |node: &'a AstNode<'a>| match &node.data.borrow().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    };
    let highest = root.descendants().filter_map(level).min().unwrap_or(2);
    for node in root.descendants() {
        if let NodeValue::Heading(heading) = &mut node.data.borrow_mut().value {
            heading.level = (heading.level + 2 - highest).min(6);
        }
    }
    // What comrak found dangerous is left without an address; then it is no link.
    let mut html = html(root, &article_options()).replace("<a href=\"\">", "<a>");
    for image in images {
        // The size keeps the page from jumping when the image arrives.
        let plain = format!("<img src=\"{}\"", image.src);
        html = html.replace(
            &format!("{plain} alt"),
            &format!(
                "{plain} width=\"{}\" height=\"{}\" alt",
                image.width, image.height
            ),
        );
    }
    sanitise(
        &html,
        ARTICLE_TAGS,
        "noopener noreferrer",
        ammonia::UrlRelative::PassThrough,
    )
}

/// A block of HTML becomes a paragraph that shows it as it was typed, line by line.
pub fn show_html_blocks<'a>(arena: &'a Arena<'a>, root: &'a AstNode<'a>) {
    let blocks: Vec<_> = root
        .descendants()
        .filter(|n| matches!(n.data.borrow().value, NodeValue::HtmlBlock(_)))
        .collect();
    for block in blocks {
        let NodeValue::HtmlBlock(html) =
            std::mem::replace(&mut block.data.borrow_mut().value, NodeValue::Paragraph)
        else {
            continue;
        };
        for (at, line) in html.literal.trim_end().lines().enumerate() {
            if at > 0 {
                block.append(arena.alloc(NodeValue::SoftBreak.into()));
            }
            block.append(arena.alloc(NodeValue::Text(line.to_owned().into()).into()));
        }
    }
}

fn html<'a>(root: &'a AstNode<'a>, options: &Options) -> String {
    let mut out = String::new();
    // Writing into a string does not fail.
    let _ = comrak::format_html(root, options, &mut out);
    out
}

fn sanitise(
    html: &str,
    more_tags: &[&'static str],
    rel: &'static str,
    relative: ammonia::UrlRelative<'static>,
) -> SafeHtml {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(COMMENT_TAGS.iter().chain(more_tags).copied().collect())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(relative)
        .link_rel(Some(rel))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("img", ["src", "alt", "width", "height"])
        .add_tag_attributes("th", ["align"])
        .add_tag_attributes("td", ["align"]);
    SafeHtml::sanitised(builder.clean(html).to_string())
}
