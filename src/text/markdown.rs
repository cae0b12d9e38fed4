//! Renders Markdown to sanitised HTML, when a text is saved. HTML in the source is shown as text, never dropped.

use super::picture::img;
pub use super::picture::{ImportedImage, SIZES, srcset};
use super::sanitise::{Kind, sanitise};
use super::structure::{ARTICLE_DEPTH, COMMENT_DEPTH, flatten};
use super::{SafeHtml, code};
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options};
use std::collections::{HashMap, HashSet};

fn options() -> Options<'static> {
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
        unlink(node, is_allowed_absolute);
    }
    sanitise(
        &html(root, &options),
        Kind::Comment,
        "ugc nofollow noopener noreferrer",
        ammonia::UrlRelative::Deny,
    )
}

/// The parser options for articles. `import` parses a text and assigns its top-level blocks to the standard sections.
pub fn article_options() -> Options<'static> {
    let mut options = options();
    options.extension.table = true;
    // Parsed only so that the import can refuse them; otherwise they would be dropped silently.
    options.extension.footnotes = true;
    options.parse.leave_footnote_definitions = true;
    options
}

/// State shared by the sections of an article: the ids of headings and of references to source notes, which must be
/// unique, and the budget for highlighting code.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    headings: HashSet<String>,
    /// By slug of a heading: how many numbers were tried for it.
    tried: HashMap<String, usize>,
    references: HashMap<usize, usize>,
    /// The remaining budget for syntax highlighting.
    code: code::HighlightBudget,
}

impl Ids {
    /// The id of a heading: `h-` and its slug, with a number added if it is taken.
    pub fn heading(&mut self, text: &str) -> String {
        let mut words = text;
        let mut plain = String::new();
        while let Some((at, (_, length))) = next_reference(words) {
            plain.push_str(&words[..at]);
            words = &words[at + length..];
        }
        plain.push_str(words);
        let plain = format!("h-{}", super::slug(&plain, "part"));
        let tried = self.tried.entry(plain.clone()).or_insert(0);
        loop {
            *tried += 1;
            let id = match *tried {
                1 => plain.clone(),
                n => format!("{plain}-{n}"),
            };
            if self.headings.insert(id.clone()) {
                return id;
            }
        }
    }

    /// The id of the next reference to a note: `ref-3`, then `ref-3-2`.
    fn reference(&mut self, note: usize) -> String {
        let count = self.references.entry(note).or_default();
        *count += 1;
        if *count == 1 {
            format!("ref-{note}")
        } else {
            format!("ref-{note}-{count}")
        }
    }
}

/// Parses `[^s3]` at the beginning of a text: the number of the note, and the length in bytes.
fn reference(text: &str) -> Option<(usize, usize)> {
    let digits = text.strip_prefix("[^s")?;
    let end = digits.bytes().take(4).position(|b| b == b']')?;
    if end == 0 {
        return None;
    }
    Some((digits[..end].parse().ok()?, end + 4))
}

/// The first reference in a text: its byte offset, the number of the note, and the length in bytes.
fn next_reference(text: &str) -> Option<(usize, (usize, usize))> {
    let mut starts = text.match_indices("[^s");
    starts.find_map(|(at, _)| Some((at, reference(&text[at..])?)))
}

/// The references to source notes in a text: line, and number of the note, counted from 1.
pub fn references<'a>(root: &'a AstNode<'a>) -> Vec<(usize, usize)> {
    join_texts(root);
    let mut found = Vec::new();
    for node in root.descendants() {
        let data = node.data.borrow();
        if let NodeValue::Text(text) = &data.value {
            let all = text
                .match_indices("[^s")
                .filter_map(|(at, _)| reference(&text[at..]));
            found.extend(all.map(|(note, _)| (data.sourcepos.start.line, note)));
        }
    }
    found
}

/// Whether a URL is absolute and has an allowed scheme.
fn is_allowed_absolute(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

/// Replaces a link by its text unless `may_follow` allows its URL.
fn unlink<'a>(node: &'a AstNode<'a>, may_follow: impl Fn(&str) -> bool) {
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

/// Merges adjacent text nodes.
fn join_texts<'a>(root: &'a AstNode<'a>) {
    let nodes: Vec<_> = root.descendants().collect();
    for node in nodes {
        let mut text = match &node.data.borrow().value {
            NodeValue::Text(text) if node.parent().is_some() => text.to_string(),
            _ => continue,
        };
        while let Some(next) = node.next_sibling() {
            match &next.data.borrow().value {
                NodeValue::Text(more) => text.push_str(more),
                _ => break,
            }
            next.detach();
        }
        node.data.borrow_mut().value = NodeValue::Text(text.into());
    }
}

/// Renders the blocks of one section. The highest heading becomes an `h2`, because the title is the page's only `h1`.
pub fn article<'a>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    images: &[ImportedImage],
    ids: &mut Ids,
) -> SafeHtml {
    flatten(root, ARTICLE_DEPTH);
    let level = |node: &'a AstNode<'a>| match &node.data.borrow().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    };
    let highest = root.descendants().filter_map(level).min().unwrap_or(2);
    let mut headings = Vec::new();
    let links: Vec<_> = root.descendants().collect();
    for node in links {
        // A URL without a scheme is a path of this site or a fragment of the page.
        unlink(node, |url| {
            is_allowed_absolute(url)
                || !url
                    .split(['/', '?', '#'])
                    .next()
                    .unwrap_or(url)
                    .contains(':')
        });
    }
    join_texts(root);
    let nodes: Vec<_> = root.descendants().collect();
    for node in nodes {
        let value = node.data.borrow().value.clone();
        match value {
            NodeValue::Heading(mut heading) => {
                heading.level = (heading.level + 2 - highest).min(6);
                headings.push(ids.heading(&node.collect_text()));
                node.data.borrow_mut().value = NodeValue::Heading(heading);
            }
            NodeValue::Paragraph => render_standalone(arena, node, images),
            NodeValue::Image(link) => raw(node, img(&link.url, &node.collect_text(), images)),
            NodeValue::Text(text) => replace_references(arena, node, &text, ids),
            NodeValue::CodeBlock(block) => {
                let language = block.info.split([' ', ',', '{']).next().unwrap_or_default();
                if let Some(html) = code::highlight(language, &block.literal, &mut ids.code) {
                    raw(node, format!("<pre><code>{html}</code></pre>\n"));
                }
            }
            _ => {}
        }
    }
    let html = html(root, &article_options()).replace("<table>", "<table tabindex=\"0\">");
    sanitise(
        &with_ids(&html, &headings),
        Kind::Article,
        "noopener noreferrer",
        ammonia::UrlRelative::PassThrough,
    )
}

/// Replaces a node by finished HTML.
fn raw<'a>(node: &'a AstNode<'a>, html: String) {
    let children: Vec<_> = node.children().collect();
    children.into_iter().for_each(|child| child.detach());
    node.data.borrow_mut().value = NodeValue::Raw(html);
}

/// Adds the ids to the headings, in order. HTML in the source is escaped, so every such tag is a heading.
fn with_ids(html: &str, ids: &[String]) -> String {
    let (mut out, mut rest, mut ids) = (String::with_capacity(html.len()), html, ids.iter());
    while let Some(at) = rest.find("<h") {
        let tag = &rest.as_bytes()[at..];
        let end = if matches!(tag.get(2..4), Some([b'2'..=b'6', b'>'])) {
            at + 3
        } else {
            at + 2
        };
        out.push_str(&rest[..end]);
        if end == at + 3
            && let Some(id) = ids.next()
        {
            out.push_str(&format!(" id=\"{id}\""));
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Turns a picture that is alone in its paragraph into a figure, with its title as the caption, and a link that is
/// alone into a card with its text, its title and the host. Nothing is fetched from the host.
fn render_standalone<'a>(arena: &'a Arena<'a>, node: &'a AstNode<'a>, images: &[ImportedImage]) {
    let mut children = node.children();
    let (Some(only), None) = (children.next(), children.next()) else {
        return;
    };
    let value = only.data.borrow().value.clone();
    match value {
        NodeValue::Image(link) => {
            let caption = if link.title.is_empty() {
                String::new()
            } else {
                format!("<figcaption>{}</figcaption>", super::escape(&link.title))
            };
            let img = img(&link.url, &only.collect_text(), images);
            raw(node, format!("<figure>{img}{caption}</figure>\n"));
        }
        NodeValue::Link(link) => {
            let host = link
                .url
                .split_once("://")
                .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(rest));
            let Some(host) =
                host.filter(|_| link.url.starts_with("http") && only.collect_text() != link.url)
            else {
                return;
            };
            let host = host
                .rsplit('@')
                .next()
                .unwrap_or(host)
                .trim_start_matches("www.")
                .to_owned();
            let about = if link.title.is_empty() {
                String::new()
            } else {
                format!(
                    " <span class=\"about\">{}</span>",
                    super::escape(&link.title)
                )
            };
            let end = format!(
                "{about} <span class=\"host\">{}</span>",
                super::escape(&host)
            );
            only.insert_before(arena.alloc(NodeValue::Raw("<span class=\"card\">".into()).into()));
            only.insert_after(arena.alloc(NodeValue::Raw(format!("{end}</span>")).into()));
        }
        _ => {}
    }
}

/// Replaces references (`[^s1]`) in a text node by links to the source notes.
fn replace_references<'a>(arena: &'a Arena<'a>, node: &'a AstNode<'a>, text: &str, ids: &mut Ids) {
    let mut parts: Vec<NodeValue> = Vec::new();
    let mut rest = text;
    while let Some((at, (note, length))) = next_reference(rest) {
        parts.push(NodeValue::Text(rest[..at].to_owned().into()));
        let id = ids.reference(note);
        parts.push(NodeValue::Raw(format!(
            "<sup class=\"ref\"><a id=\"{id}\" href=\"#note-{note}\">{note}</a></sup>"
        )));
        rest = &rest[at + length..];
    }
    if parts.is_empty() {
        return;
    }
    parts.push(NodeValue::Text(rest.to_owned().into()));
    for part in parts {
        node.insert_before(arena.alloc(part.into()));
    }
    node.detach();
}

/// Replaces each block of HTML by a paragraph that shows its source, line by line.
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
