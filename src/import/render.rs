//! Renders the standard sections of an article, from a file or the newsroom's form, into its draft.

use super::templates;
use crate::articles::draft::Draft;
use crate::text::article::{self, RenderContext};
use crate::text::ids::Ids;
use crate::text::markdown::ImportedImage;
use crate::text::typography::Quotes;
use crate::text::{self, note_references, structure};
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};

/// Bytes of an article's code that are syntax-highlighted, which adds tags to the HTML.
const MOST_CODE: usize = 64 * 1024;
pub(super) const TOO_DENSE: &str = "the text has too much markup for its length (quotes, lists, tables, links) and would make a page too large for browsers; split it into several articles";
/// Length of an excerpt in characters, if the text does not say where it ends.
const EXCERPT: usize = 200;
const MOST_EXCERPT: usize = 500;

/// The sections of an article, prepared.
pub(super) struct Parts<'n, 'r> {
    /// Summary, body and "Why it matters".
    pub nodes: [&'n AstNode<'n>; 3],
    pub images: &'r [ImportedImage],
    /// The plain text before `<!--more-->`.
    pub before_more: Option<&'r str>,
    /// All that was typed: it bounds the HTML.
    pub typed: &'r str,
    pub quotes: Option<Quotes>,
}

/// Why sections cannot be rendered.
pub(super) enum Unrenderable {
    TooDense,
    /// A reference to a source note that does not exist, in this part and line.
    UnknownNote {
        part: usize,
        line: usize,
        note: usize,
    },
}

/// The words for [`Unrenderable::UnknownNote`].
pub(super) fn unknown_note(note: usize, many: usize) -> String {
    format!("[^s{note}] refers to a source note that does not exist; there are {many}")
}

/// Renders the sections into the draft, whose notes are known. Returns the links within the page that lead nowhere: part, line
/// and link.
pub(super) fn render<'n>(
    arena: &'n Arena<'n>,
    draft: &mut Draft,
    parts: Parts<'n, '_>,
    ids: &mut Ids,
) -> Result<Vec<(usize, usize, String)>, Unrenderable> {
    let headings = parts.nodes.map(|part| article::heading_ids(part, ids));
    let mut lost = Vec::new();
    for (at, part) in parts.nodes.into_iter().enumerate() {
        refuse_unknown_notes(part, at, draft.notes.len())?;
        let of_part = article::resolve_fragments(part, ids).into_iter();
        lost.extend(of_part.map(|(line, url)| (at, line, url)));
    }
    if draft.dek.is_empty() {
        draft.excerpt = match parts.before_more {
            Some(text) if !text.is_empty() => {
                text::excerpt(&note_references::without_references(text), MOST_EXCERPT)
            }
            _ => first_sentences(&parts.nodes),
        };
    }
    let mut context = RenderContext {
        images: parts.images,
        ids,
        code: &mut text::code::HighlightBudget::default(),
        quotes: parts.quotes,
    };
    let [summary, main, matters] =
        [0, 1, 2].map(|at| article::render(arena, parts.nodes[at], &headings[at], &mut context));
    let limit = most_html(parts.typed, parts.images.len());
    if summary.len() + main.len() + matters.len() > limit {
        return Err(Unrenderable::TooDense);
    }
    draft.summary_text = summary.text().replace('\n', " ");
    (draft.summary, draft.body, draft.matters) = (summary, main, matters);
    Ok(lost)
}

/// The words of a paragraph, without what stands for pictures.
fn words_of_paragraph<'a>(paragraph: &'a AstNode<'a>) -> String {
    let mut words = String::new();
    for node in paragraph.descendants() {
        let mut above = node.ancestors();
        let is_alt = above.any(|node| matches!(node.data.borrow().value, NodeValue::Image(_)));
        match &node.data.borrow().value {
            _ if is_alt => {}
            NodeValue::Text(text) => words.push_str(text),
            NodeValue::Code(code) => words.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

/// The first sentences of the text, up to about [`EXCERPT`] characters.
fn first_sentences<'a>(parts: &[&'a AstNode<'a>]) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let mut text = String::new();
    let blocks = parts.iter().flat_map(|part| part.children());
    let paragraphs =
        blocks.filter(|block| matches!(block.data.borrow().value, NodeValue::Paragraph));
    for paragraph in paragraphs {
        text.push_str(&templates::remove(&words_of_paragraph(paragraph)));
        text.push(' ');
        if text.len() > 4 * MOST_EXCERPT {
            break;
        }
    }
    let text = text::collapse(&note_references::without_references(&text));
    let mut excerpt = String::new();
    for sentence in text.split_sentence_bounds() {
        if !excerpt.is_empty() && excerpt.chars().count() + sentence.chars().count() > EXCERPT {
            break;
        }
        excerpt.push_str(sentence);
    }
    text::excerpt(&excerpt, EXCERPT + EXCERPT / 2)
}

fn refuse_unknown_notes<'a>(
    node: &'a AstNode<'a>,
    part: usize,
    notes: usize,
) -> Result<(), Unrenderable> {
    let unknown = |(_, note): &(usize, usize)| *note == 0 || *note > notes;
    match note_references::references(node).into_iter().find(unknown) {
        Some((line, note)) => Err(Unrenderable::UnknownNote { part, line, note }),
        None => Ok(()),
    }
}

/// Bytes of HTML that a text may become.
fn most_html(body: &str, pictures: usize) -> usize {
    // Pictures, links and code add HTML that was not typed: `srcset`, `rel`, tags of the syntax highlighting.
    let has_code = body.contains("```") || body.contains("~~~");
    let links = body.matches("](").count() + body.matches("://").count();
    let code = match has_code {
        true => body.len().min(MOST_CODE),
        false => 0,
    };
    structure::most_html(body.len()) + 1024 * pictures + 256 * links + 8 * code
}
