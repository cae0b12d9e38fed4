//! Limits on the structure of Markdown. A limit on length is not enough: ten thousand `>` are as many nested quotes,
//! and nesting costs parsers, sanitisers and browsers more than length.

use comrak::nodes::{AstNode, NodeValue};

/// Maximum nesting depth of quotes, lists, emphasis and links in a comment.
pub const COMMENT_DEPTH: usize = 8;
/// The same in an article.
pub const ARTICLE_DEPTH: usize = 32;

/// Maximum number of characters with a meaning in Markdown in an article's source. A book has a tenth of that.
const MOST_MARKS: usize = 200_000;
/// Maximum number of elements in an article: paragraphs, cells, links and the like.
const MOST_ELEMENTS: usize = 150_000;

/// Maximum size of the HTML for a text of this size, in bytes. Escaping alone may make four bytes of one.
pub fn most_html(text: usize) -> usize {
    4 * text + 2048
}

/// Whether a source has so many Markdown characters that parsing it would take seconds.
pub fn has_too_many_marks(source: &str) -> bool {
    let weight = |byte: &u8| match byte {
        // The most expensive one: it is escaped, and the sanitiser decodes it again.
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

/// Replaces every node that is nested deeper than `most` by its children, so that its text stays.
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

/// Whether a node adds a level of nesting.
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

/// Whether a node is a list item whose list was removed.
fn is_loose_item<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data.borrow().value, NodeValue::Item(_))
        && !node
            .parent()
            .is_some_and(|parent| matches!(parent.data.borrow().value, NodeValue::List(_)))
}

/// Makes the list of an item loose: in a tight list several paragraphs of an item are rendered without a break.
fn loosen<'a>(item: &'a AstNode<'a>) {
    if let Some(list) = item.parent()
        && let NodeValue::List(list) = &mut list.data.borrow_mut().value
    {
        list.tight = false;
    }
}
