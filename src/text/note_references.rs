//! References to the source notes of an article: `[^s1]`.

use super::article::join_texts;
use super::ids::Ids;
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};

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
pub(super) fn next_reference(text: &str) -> Option<(usize, (usize, usize))> {
    let mut starts = text.match_indices("[^s");
    starts.find_map(|(at, _)| Some((at, reference(&text[at..])?)))
}

/// A text without its references, for where no notes follow.
pub fn without_references(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((at, (_, length))) = next_reference(rest) {
        out.push_str(&rest[..at]);
        rest = &rest[at + length..];
    }
    out + rest
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

/// Replaces references (`[^s1]`) in a text node by links to the source notes.
pub(super) fn replace_references<'a>(
    arena: &'a Arena<'a>,
    node: &'a AstNode<'a>,
    text: &str,
    ids: &mut Ids,
) {
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
