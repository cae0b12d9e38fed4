//! What a text's structure may cost. Length alone bounds nothing: ten thousand `>` are as many nested quotes, and parsers,
//! sanitisers and browsers pay for depth more than for length.

use comrak::nodes::{AstNode, NodeValue};

/// Quotes, lists, emphasis and links inside each other.
pub const COMMENT_DEPTH: usize = 8;
pub const ARTICLE_DEPTH: usize = 32;

/// Marks in an article's source: what makes the parser begin something. A book has a tenth of that.
const MOST_MARKS: usize = 200_000;
/// Elements in an article: paragraphs, cells, links and the like.
const MOST_ELEMENTS: usize = 150_000;

/// HTML that a text may become, in bytes: escaping alone makes four of one.
pub fn most_html(text: usize) -> usize {
    4 * text + 2048
}

/// Whether a source begins so much that parsing it would take seconds.
pub fn has_too_many_marks(source: &str) -> bool {
    let weight = |byte: &u8| match byte {
        // Escaped and read back by the sanitiser, which costs it most.
        b'&' => 4,
        b'\n' | b'*' | b'_' | b'[' | b']' | b'`' | b'~' | b'<' | b'>' | b'|' | b'\\' | b'#'
        | b'+' | b'@' | b'!' | b'=' | b'"' => 1,
        _ => 0,
    };
    source.as_bytes().iter().map(weight).sum::<usize>() > MOST_MARKS
}

/// Whether a parsed text has so many elements that sanitising it would take seconds.
pub fn has_too_many_elements<'a>(root: &'a AstNode<'a>) -> bool {
    let counts = |node: &&AstNode<'a>| {
        !matches!(
            node.data.borrow().value,
            NodeValue::Text(_) | NodeValue::SoftBreak
        )
    };
    root.descendants().filter(counts).count() > MOST_ELEMENTS
}

/// What is nested deeper than `most` takes the place of what encloses it: its words stay, the level goes.
pub fn flatten<'a>(root: &'a AstNode<'a>, most: usize) {
    let mut open = vec![(root, 0)];
    while let Some((node, depth)) = open.pop() {
        let mut next = node.first_child();
        while let Some(child) = next {
            next = child.next_sibling();
            let nests = nests(child);
            if nests && depth >= most || is_loose_item(child) {
                next = child.first_child().or(next);
                loosen(node);
                let inside: Vec<_> = child.children().collect();
                for part in inside {
                    child.insert_before(part);
                }
                child.detach();
            } else {
                open.push((child, depth + usize::from(nests)));
            }
        }
    }
}

/// Whether a node adds a level.
fn nests<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(
        node.data.borrow().value,
        NodeValue::BlockQuote
            | NodeValue::List(_)
            | NodeValue::Emph
            | NodeValue::Strong
            | NodeValue::Strikethrough
            | NodeValue::Link(_)
            | NodeValue::Image(_)
            | NodeValue::FootnoteDefinition(_)
    )
}

/// An item whose list was taken away.
fn is_loose_item<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data.borrow().value, NodeValue::Item(_))
        && !node
            .parent()
            .is_some_and(|parent| matches!(parent.data.borrow().value, NodeValue::List(_)))
}

/// The paragraphs of a tight list run into each other once there are several in an item.
fn loosen<'a>(item: &'a AstNode<'a>) {
    if let Some(list) = item.parent()
        && let NodeValue::List(list) = &mut list.data.borrow_mut().value
    {
        list.tight = false;
    }
}
