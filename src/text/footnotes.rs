//! Footnotes of an article: `[^name]` in the text, `[^name]: …` anywhere.

use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};
use std::collections::HashMap;

/// Takes the footnotes out of the text, in the order of their references. One that nothing refers to stays, as a paragraph.
pub(super) fn collect_footnotes<'a>(
    arena: &'a Arena<'a>,
    root: &'a AstNode<'a>,
) -> Vec<&'a AstNode<'a>> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut notes = Vec::new();
    let nodes: Vec<_> = root.descendants().collect();
    for node in &nodes {
        if let NodeValue::FootnoteReference(reference) = &node.data.borrow().value {
            numbers.insert(reference.name.clone(), reference.ix);
        }
    }
    for node in nodes {
        let name = match &node.data.borrow().value {
            NodeValue::FootnoteDefinition(note) => note.name.clone(),
            _ => continue,
        };
        // A second definition of a name is none.
        if let Some(number) = numbers.remove(&name) {
            node.detach();
            notes.push((number, node));
            continue;
        }
        let label = arena.alloc(NodeValue::Text(format!("[^{name}]: ").into()).into());
        if let Some(first) = node.first_child() {
            first.prepend(label);
        }
        let children: Vec<_> = node.children().collect();
        for child in children {
            node.insert_before(child);
        }
        node.detach();
    }
    notes.sort_by_key(|(number, _)| *number);
    notes.into_iter().map(|(_, node)| node).collect()
}
