//! Renders the Markdown of articles to sanitised HTML, when one is saved: first `prepare` for the whole text, then
//! `heading_ids` and `resolve_fragments` for each of its sections, then `render`.

use super::footnotes::collect_footnotes;
use super::ids::{Ids, split_id};
use super::markdown::{self, html, is_allowed_absolute, unlink};
use super::note_references::replace_references;
use super::picture::{ImportedImage, img};
use super::sanitise::{Kind, sanitise};
use super::structure::{ARTICLE_DEPTH, flatten};
use super::typography::{Quotes, set_quotes};
use super::{SafeHtml, code, typed_html};
use comrak::nodes::{AstNode, NodeList, NodeValue};
use comrak::{Arena, Options};

/// The parser options for articles. `import` parses a text and assigns its top-level blocks to the standard sections.
pub fn options() -> Options<'static> {
    let mut options = markdown::options();
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    // Moved by `collect_footnotes` instead: the parser would drop those that nothing refers to.
    options.parse.leave_footnote_definitions = true;
    options
}

/// What became of a picture that a text shows.
pub enum ImageOutcome {
    Imported(ImportedImage),
    /// It is on another host, and becomes a link.
    Remote,
    /// Its alternative text stands in its place.
    LeftOut,
}

/// What is done with what a text refers to. The lines are those of the text, counted from 1.
pub struct References<'f, E> {
    /// Imports a picture.
    pub image: &'f mut dyn FnMut(&str, usize) -> Result<ImageOutcome, E>,
    /// The URL that stands for the one in the text.
    pub link: &'f mut dyn FnMut(&str, usize) -> String,
    /// Is told of each tag that is shown as typed.
    pub shown: &'f mut dyn FnMut(&str),
}

/// What `prepare` found.
#[derive(Default)]
pub struct Prepared<'a> {
    pub images: Vec<ImportedImage>,
    /// The plain text before `<!--more-->`.
    pub before_more: Option<String>,
    /// The footnotes in the order of their references. They are no longer part of the text.
    pub footnotes: Vec<&'a AstNode<'a>>,
}

/// Replaces typed HTML, pictures and links in a parsed article.
///
/// # Errors
/// Of `references`.
pub fn prepare<'a, E>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    ids: &mut Ids,
    references: &mut References<'_, E>,
) -> Result<Prepared<'a>, E> {
    let mut images = Vec::new();
    let before_more = typed_html::replace(arena, root, ids, references, &mut images)?;
    let nodes: Vec<_> = root.descendants().collect();
    for node in nodes {
        let (value, line) = {
            let data = node.data.borrow();
            (data.value.clone(), data.sourcepos.start.line)
        };
        match value {
            NodeValue::Image(mut link) => match (references.image)(&link.url, line)? {
                ImageOutcome::Imported(image) => {
                    link.url.clone_from(&image.src);
                    node.data.borrow_mut().value = NodeValue::Image(link);
                    images.push(image);
                }
                ImageOutcome::Remote => node.data.borrow_mut().value = NodeValue::Link(link),
                ImageOutcome::LeftOut => {
                    let alt = node.collect_text();
                    node.insert_before(arena.alloc(NodeValue::Text(alt.into()).into()));
                    node.detach();
                }
            },
            NodeValue::Link(mut link) => {
                link.url = (references.link)(&link.url, line);
                node.data.borrow_mut().value = NodeValue::Link(link);
            }
            NodeValue::TaskItem(task) => {
                let mark = if task.symbol.is_some() {
                    "\u{2611} "
                } else {
                    "\u{2610} "
                };
                let mark = arena.alloc(NodeValue::Text(mark.into()).into());
                node.data.borrow_mut().value = NodeValue::Item(NodeList::default());
                match node.first_child() {
                    Some(first) if !is_list(first) => first.prepend(mark),
                    _ => node.prepend(mark),
                }
            }
            _ => {}
        }
    }
    Ok(Prepared {
        images,
        before_more,
        footnotes: collect_footnotes(arena, root),
    })
}

fn is_list<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data.borrow().value, NodeValue::List(_))
}

/// Gives the headings of a section their ids, in their order. A heading that ends in `{#id}` names its own.
pub fn heading_ids<'a>(part: &'a AstNode<'a>, ids: &mut Ids) -> Vec<String> {
    join_texts(part);
    let mut all = Vec::new();
    for node in part.descendants() {
        if !matches!(node.data.borrow().value, NodeValue::Heading(_)) {
            continue;
        }
        let mut typed = None;
        if let Some(last) = node.last_child()
            && let NodeValue::Text(text) = &mut last.data.borrow_mut().value
            && let Some((words, id)) = split_id(text)
        {
            typed = id.map(str::to_owned);
            let words = words.to_owned();
            *text = words.into();
        }
        let typed = typed.and_then(|id| ids.typed(&id));
        all.push(typed.unwrap_or_else(|| ids.heading(&node.collect_text())));
    }
    all
}

/// Points links within the page (`#what-it-costs`) at the ids of the headings. Returns those that lead nowhere, with their
/// lines.
pub fn resolve_fragments<'a>(part: &'a AstNode<'a>, ids: &Ids) -> Vec<(usize, String)> {
    let (mut lost, by_letters) = (Vec::new(), ids.by_letters());
    for node in part.descendants() {
        let mut data = node.data.borrow_mut();
        let line = data.sourcepos.start.line;
        if let NodeValue::Link(link) = &mut data.value
            && let Some(fragment) = link.url.strip_prefix('#')
        {
            match ids.resolve(fragment, &by_letters) {
                Some(id) => link.url = format!("#{id}"),
                None => lost.push((line, link.url.clone())),
            }
        }
    }
    lost
}

/// What `render` needs besides a section.
pub struct RenderContext<'r> {
    pub images: &'r [ImportedImage],
    pub ids: &'r mut Ids,
    /// The remaining budget for syntax highlighting.
    pub code: &'r mut code::HighlightBudget,
    /// The quotation marks to set; `None` leaves them as typed.
    pub quotes: Option<Quotes>,
}

/// Renders the blocks of one section, whose headings have these ids. The highest heading becomes an `h2`, because the title
/// is the page's only `h1`.
pub fn render<'a>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
    headings: &[String],
    context: &mut RenderContext<'_>,
) -> SafeHtml {
    flatten(root, ARTICLE_DEPTH);
    let level = |node: &'a AstNode<'a>| match &node.data.borrow().value {
        NodeValue::Heading(heading) => Some(heading.level),
        _ => None,
    };
    let highest = root.descendants().filter_map(level).min().unwrap_or(2);
    let links: Vec<_> = root.descendants().collect();
    for node in links {
        // A URL without a scheme is a path of this site or a fragment of the page.
        unlink(node, |url| {
            let start = url.split(['/', '?', '#']).next().unwrap_or(url);
            is_allowed_absolute(url) || !start.contains(':')
        });
    }
    join_texts(root);
    if let Some(quotes) = context.quotes {
        set_quotes(root, quotes);
    }
    let nodes: Vec<_> = root.descendants().collect();
    for node in nodes {
        let value = node.data.borrow().value.clone();
        match value {
            NodeValue::Heading(mut heading) => {
                heading.level = (heading.level + 2 - highest).min(6);
                node.data.borrow_mut().value = NodeValue::Heading(heading);
            }
            NodeValue::Paragraph => render_standalone(arena, node, context.images),
            NodeValue::Image(link) => {
                let alt = node.collect_text();
                raw(node, img(&link.url, &alt, &link.title, context.images));
            }
            NodeValue::Text(text) => replace_references(arena, node, &text, context.ids),
            NodeValue::CodeBlock(block) => {
                let language = block.info.split([' ', ',', '{']).next().unwrap_or_default();
                if let Some(html) = code::highlight(language, &block.literal, context.code) {
                    raw(node, format!("<pre><code>{html}</code></pre>\n"));
                }
            }
            _ => {}
        }
    }
    // A list is read from the side of its own letters, where its bullets stand.
    let html = html(root, &options())
        .replace("<table>", "<table tabindex=\"0\">")
        .replace("<ul>", "<ul dir=\"auto\">")
        .replace("<ol", "<ol dir=\"auto\"");
    sanitise(
        &with_ids(&html, headings),
        Kind::Article,
        "noopener noreferrer",
        ammonia::UrlRelative::PassThrough,
    )
}

/// Merges adjacent text nodes.
pub(super) fn join_texts<'a>(root: &'a AstNode<'a>) {
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

/// Replaces a node by finished HTML.
fn raw<'a>(node: &'a AstNode<'a>, html: String) {
    let children: Vec<_> = node.children().collect();
    children.into_iter().for_each(|child| child.detach());
    node.data.borrow_mut().value = NodeValue::Raw(html);
}

/// Adds the ids to the headings, in order. Typed ones have an attribute, so that every such tag is a heading of Markdown.
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
            let img = img(&link.url, &only.collect_text(), "", images);
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
