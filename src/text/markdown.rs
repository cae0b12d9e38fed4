//! Renders the Markdown of comments to sanitised HTML, when a text is saved, and has what comments and articles share. HTML in
//! a comment is shown as text, never dropped.

pub use super::picture::{ImportedImage, SIZES, srcset};
use super::sanitise::{Kind, sanitise};
use super::structure::{COMMENT_DEPTH, flatten};
use super::{SafeHtml, html as safe};
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options};

pub(super) fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.render.escape = true;
    options
}

/// Renders a comment, with a subset of Markdown: headings become bold lines, images become links, line breaks are kept.
pub fn comment(source: &str) -> SafeHtml {
    let arena = Arena::new();
    let mut options = options();
    options.render.hardbreaks = true;
    let root = comrak::parse_document(&arena, source, &options);
    show_html_blocks(&arena, root);
    flatten(root, COMMENT_DEPTH);
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
    let links: Vec<_> = root.descendants().collect();
    for node in links {
        unlink(node, |url| is_allowed_absolute(url) || is_local_path(url));
    }
    sanitise(
        &html(root, &options),
        Kind::Comment,
        "ugc nofollow noopener noreferrer",
        ammonia::UrlRelative::PassThrough,
    )
}

/// Whether a URL is absolute and has an allowed scheme.
pub(super) fn is_allowed_absolute(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

/// Whether a URL is a path of this site. Browsers read `/\\` as `//`, which is another host.
pub(super) fn is_local_path(url: &str) -> bool {
    url.starts_with('/') && !url.starts_with("//") && !url.contains('\\')
}

/// Replaces a link by its text unless `may_follow` allows its URL.
pub(super) fn unlink<'a>(node: &'a AstNode<'a>, may_follow: impl Fn(&str) -> bool) {
    let follows = match &node.data.borrow().value {
        NodeValue::Link(link) => may_follow(&link.url),
        _ => true,
    };
    if !follows {
        let children: Vec<_> = node.children().collect();
        for child in children {
            node.insert_before(child);
        }
        node.detach();
    }
}

/// Replaces each block of HTML by a paragraph that shows its source, line by line.
fn show_html_blocks<'a>(arena: &'a Arena<'a>, root: &'a AstNode<'a>) {
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

pub(super) fn html<'a>(root: &'a AstNode<'a>, options: &Options) -> String {
    let mut out = String::new();
    // Writing into a string does not fail.
    let _ = comrak::format_html(root, options, &mut out);
    out
}

/// The text of Markdown without its marks and tags, on one line.
pub fn plain(source: &str) -> String {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, source, &options());
    let mut text = String::new();
    for block in root.children() {
        match &block.data.borrow().value {
            NodeValue::HtmlBlock(html) => text.push_str(&safe::text(&html.literal)),
            _ => text.push_str(&block.collect_text()),
        }
        text.push(' ');
    }
    super::collapse(&text)
}
