//! HTML typed into the Markdown of an article: comments are removed, a safe set of tags passes to the sanitiser, and every
//! other tag is shown as typed.

use super::article::{ImageOutcome, References};
use super::ids::Ids;
use super::picture::{self, ImportedImage};
use super::tags::{Tag, Token, attributes, token};
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};

/// Tags that the sanitiser keeps.
const ALLOWED: &[&str] = &[
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "meter",
    "ol",
    "p",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];
/// Tags that become another one.
const RENAMED: &[(&str, &str)] = &[
    ("acronym", "abbr"),
    ("address", "div"),
    ("article", "div"),
    ("aside", "div"),
    ("big", "span"),
    ("center", "div"),
    ("font", "span"),
    ("footer", "div"),
    ("header", "div"),
    ("h1", "h2"),
    ("main", "div"),
    ("nav", "div"),
    ("section", "div"),
    ("strike", "s"),
    ("tt", "code"),
];
/// Tags that are left out, while what is in them stays.
const TRANSPARENT: &[&str] = &["nobr", "noscript", "picture", "source"];
/// Elements whose content is no HTML.
const OPAQUE: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe"];
const VOID: &[&str] = &["br", "col", "hr", "img", "wbr"];
/// Elements that other tags end.
const OPTIONAL_END: &[&str] = &[
    "caption", "colgroup", "dd", "dt", "li", "p", "rp", "rt", "tbody", "td", "tfoot", "th",
    "thead", "tr",
];
/// Maximum nesting; sanitisers and browsers are slow on deeper trees.
const MOST_DEPTH: usize = 32;

/// The state while the HTML of one text is read.
struct Reader<'r, 'f, E> {
    ids: &'r mut Ids,
    references: &'r mut References<'f, E>,
    images: &'r mut Vec<ImportedImage>,
    depth: usize,
}

/// Replaces the HTML of a parsed article by what is to be shown of it. Pictures in it are imported, and added to `images`.
/// Returns the plain text before `<!--more-->`, if that is there.
///
/// # Errors
/// Of `references`.
pub fn replace<'a, E>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    ids: &mut Ids,
    references: &mut References<'_, E>,
    images: &mut Vec<ImportedImage>,
) -> Result<Option<String>, E> {
    let mut reader = Reader {
        ids,
        references,
        images,
        depth: 0,
    };
    let mut before_more = None;
    let nodes: Vec<_> = root.descendants().collect();
    for node in nodes {
        let (literal, line, is_block) = {
            let data = node.data.borrow();
            match &data.value {
                NodeValue::HtmlBlock(html) => {
                    (html.literal.clone(), data.sourcepos.start.line, true)
                }
                NodeValue::HtmlInline(html) => (html.clone(), data.sourcepos.start.line, false),
                _ => continue,
            }
        };
        let (html, is_shown, has_more) = reader.read(&literal, line)?;
        if has_more && before_more.is_none() {
            before_more = Some(text_before(root, node));
        }
        match (is_shown, html.trim().is_empty()) {
            // Only text: a block keeps its line breaks.
            (true, false) if is_block => show_block(arena, node, &html),
            // Not as text, in which quotation marks would be set.
            (true, false) => node.data.borrow_mut().value = NodeValue::Raw(super::escape(&html)),
            (false, false) => node.data.borrow_mut().value = NodeValue::Raw(html),
            (_, true) => remove(node),
        }
    }
    Ok(before_more)
}

/// Removes a node, and its paragraph if nothing else is in it.
fn remove<'a>(node: &'a AstNode<'a>) {
    let parent = node.parent();
    node.detach();
    if let Some(parent) = parent
        && matches!(parent.data.borrow().value, NodeValue::Paragraph)
        && parent.first_child().is_none()
    {
        parent.detach();
    }
}

/// Turns a block of HTML into a paragraph that shows its source, line by line.
fn show_block<'a>(arena: &'a Arena<'a>, block: &'a AstNode<'a>, text: &str) {
    block.data.borrow_mut().value = NodeValue::Paragraph;
    for (at, line) in text.trim_end().lines().enumerate() {
        if at > 0 {
            block.append(arena.alloc(NodeValue::SoftBreak.into()));
        }
        block.append(arena.alloc(NodeValue::Raw(super::escape(line)).into()));
    }
}

/// The text of the paragraphs before a node.
fn text_before<'a>(root: &'a AstNode<'a>, node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for block in root.children() {
        let holds = block.descendants().any(|inner| inner.same_node(node));
        if matches!(block.data.borrow().value, NodeValue::Heading(_)) {
            continue;
        }
        if !holds {
            text.push_str(&block.collect_text());
            text.push(' ');
            continue;
        }
        for inner in block
            .descendants()
            .take_while(|inner| !inner.same_node(node))
        {
            match &inner.data.borrow().value {
                NodeValue::Text(words) => text.push_str(words),
                NodeValue::Code(code) => text.push_str(&code.literal),
                NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
                _ => {}
            }
        }
        break;
    }
    super::collapse(&text)
}

impl<E> Reader<'_, '_, E> {
    /// What is to be shown of HTML; whether that is plain text and not HTML; and whether `<!--more-->` is in it.
    fn read(&mut self, literal: &str, line: usize) -> Result<(String, bool, bool), E> {
        let (mut html, mut plain) = (String::new(), String::new());
        let (mut has_tag, mut has_more) = (false, false);
        let mut rest = literal;
        let last_end = literal.rfind("-->").unwrap_or(0);
        while !rest.is_empty() {
            let (token, behind) = token(rest, literal.len() - rest.len() < last_end);
            match token {
                Token::Comment(text) => {
                    let mark = text.trim().to_lowercase();
                    has_more |= matches!(mark.as_str(), "more" | "excerpt" | "end_excerpt");
                }
                Token::Tag(tag) => {
                    has_tag |= self.tag(&tag, line, &mut html)?;
                    plain.push_str(tag.raw);
                    if OPAQUE.contains(&tag.name.as_str()) && !tag.is_end {
                        // Its content up to the end tag is text, even where it looks like a tag.
                        let end = format!("</{}", tag.name);
                        let end = behind
                            .to_ascii_lowercase()
                            .find(&end)
                            .unwrap_or(behind.len());
                        html.push_str(&super::escape(&behind[..end]));
                        plain.push_str(&behind[..end]);
                        rest = &behind[end..];
                        continue;
                    }
                }
                Token::Text(text) => {
                    html.push_str(&text.replace('<', "&lt;"));
                    plain.push_str(text);
                }
            }
            rest = behind;
        }
        Ok(match has_tag {
            true => (html, false, has_more),
            false => (plain, true, has_more),
        })
    }

    /// Writes a tag, or shows it. Returns whether it was known.
    fn tag(&mut self, tag: &Tag<'_>, line: usize, html: &mut String) -> Result<bool, E> {
        let renamed = RENAMED.iter().find(|(from, _)| *from == tag.name);
        let name = renamed.map_or(tag.name.as_str(), |(_, to)| to);
        if TRANSPARENT.contains(&name) {
            return Ok(true);
        }
        let nests = !VOID.contains(&name) && !OPTIONAL_END.contains(&name);
        if !ALLOWED.contains(&name) || (nests && !tag.is_end && self.depth >= MOST_DEPTH) {
            (self.references.shown)(&tag.name);
            html.push_str(&super::escape(tag.raw));
            return Ok(false);
        }
        if tag.is_end {
            self.depth = self.depth.saturating_sub(usize::from(nests));
            html.push_str(&format!("</{name}>"));
            return Ok(true);
        }
        self.depth += usize::from(nests);
        let given = attributes(tag.attributes);
        if name == "img" {
            html.push_str(&self.picture(&given, line)?);
            return Ok(true);
        }
        html.push_str(&format!("<{name}"));
        // Headings without an attribute are those of Markdown: their ids are added later.
        if name.starts_with('h') && name.len() == 2 {
            html.push_str(" class=\"\"");
        }
        for (attribute, value) in given {
            let value = match attribute.as_str() {
                "class" | "style" => continue,
                "href" => (self.references.link)(&value, line),
                "id" | "name" => match self.ids.typed(&value) {
                    Some(id) => id,
                    None => continue,
                },
                _ => value,
            };
            let attribute = if attribute == "name" {
                "id"
            } else {
                attribute.as_str()
            };
            if attribute
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-')
            {
                html.push_str(&format!(" {attribute}=\"{}\"", super::escape(&value)));
            }
        }
        html.push('>');
        Ok(true)
    }

    fn picture(&mut self, given: &[(String, String)], line: usize) -> Result<String, E> {
        let attribute = |name: &str| {
            let found = given.iter().find(|(known, _)| known == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        let (src, alt) = (attribute("src"), attribute("alt"));
        if src.is_empty() {
            return Ok(super::escape(alt));
        }
        Ok(match (self.references.image)(src, line)? {
            ImageOutcome::Imported(image) => {
                let html = picture::img(
                    &image.src,
                    alt,
                    attribute("title"),
                    std::slice::from_ref(&image),
                );
                self.images.push(image);
                html
            }
            ImageOutcome::Remote => {
                let text = if alt.is_empty() { src } else { alt };
                format!(
                    "<a href=\"{}\">{}</a>",
                    super::escape(src),
                    super::escape(text)
                )
            }
            ImageOutcome::LeftOut => super::escape(alt),
        })
    }
}
