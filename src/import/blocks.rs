//! Assigns the top-level blocks of a Markdown article to the standard sections.

use super::notes::is_web_address;
use super::sections::{StandardSection, is_call_to_comment, keyphrases_line, split_notes};
use crate::articles::draft::{Draft, Refusal, SourceNote};
use crate::text;
use comrak::nodes::{AstNode, NodeValue};

pub(super) fn heading<'a>(node: &'a AstNode<'a>) -> Option<(u8, String)> {
    match &node.data.borrow().value {
        NodeValue::Heading(h) => Some((h.level, node.collect_text())),
        _ => None,
    }
}

/// The blocks of each standard section but the notes, as documents of their own.
pub(super) struct Sections<'a> {
    pub summary: &'a AstNode<'a>,
    pub main: &'a AstNode<'a>,
    pub matters: &'a AstNode<'a>,
}

/// The section of each block; the title goes into the draft, where it has none, as do the keyphrases.
pub(super) fn assign_blocks<'a>(
    draft: &mut Draft,
    root: &'a AstNode<'a>,
) -> Vec<(StandardSection, &'a AstNode<'a>)> {
    let blocks: Vec<_> = root.children().collect();
    let last = blocks.len().saturating_sub(1);
    let mut section = StandardSection::Main;
    let mut assigned = Vec::new();
    for (at, block) in blocks.into_iter().enumerate() {
        if let Some((level, said)) = heading(block) {
            if level == 1
                && (draft.title.is_empty() || said.trim().eq_ignore_ascii_case(draft.title.trim()))
            {
                draft.title = said.trim().to_owned();
                continue;
            }
            if let Some(named) = StandardSection::from_heading(&said).filter(|_| level == 2) {
                section = named;
                continue;
            }
            if section != StandardSection::Main && level <= 2 {
                section = StandardSection::Main;
            }
        }
        let said = block.collect_text();
        let is_paragraph = matches!(block.data.borrow().value, NodeValue::Paragraph);
        if is_paragraph && at == last && is_call_to_comment(&said) {
            continue;
        }
        if let Some(phrases) = keyphrases_line(&said).filter(|_| is_paragraph) {
            draft.keyphrases.extend(phrases);
            continue;
        }
        assigned.push((section, block));
    }
    assigned
}

/// Moves each block into its section; takes the title, keyphrases and notes out.
pub(super) fn sort_blocks<'a>(
    draft: &mut Draft,
    root: &'a AstNode<'a>,
    sections: &Sections<'a>,
    skipped: usize,
) -> Result<(), Refusal> {
    for (section, block) in assign_blocks(draft, root) {
        let part = match section {
            StandardSection::Notes => {
                let line = block.data.borrow().sourcepos.start.line + skipped;
                draft.notes.extend(notes_of(block, line)?);
                continue;
            }
            StandardSection::Summary => sections.summary,
            StandardSection::Main => sections.main,
            StandardSection::Matters => sections.matters,
        };
        draft.words += words_of(block);
        part.append(block);
    }
    Ok(())
}

pub(super) fn words_of<'a>(block: &'a AstNode<'a>) -> i64 {
    let mut count = 0;
    for node in block.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(t) => count += text::words(t),
            NodeValue::Code(c) => count += text::words(&c.literal),
            NodeValue::CodeBlock(c) => count += text::words(&c.literal),
            _ => {}
        }
    }
    count
}

/// The source notes of a block: one per list item; a paragraph is split as in story text.
fn notes_of<'a>(block: &'a AstNode<'a>, line: usize) -> Result<Vec<SourceNote>, Refusal> {
    let is_list = matches!(block.data.borrow().value, NodeValue::List(_));
    let is_paragraph = matches!(block.data.borrow().value, NodeValue::Paragraph);
    if !is_list && !is_paragraph {
        return Err(Refusal::at(
            line,
            "source notes are a list, one note an item",
        ));
    }
    if is_paragraph {
        return Ok(split_notes(&block.collect_text())
            .iter()
            .map(|note| SourceNote::guessed(note))
            .collect());
    }
    let note = |item: &'a AstNode<'a>| {
        let mut note = SourceNote::guessed(item.collect_text().trim());
        for node in item.descendants() {
            if let NodeValue::Link(link) = &node.data.borrow().value
                && is_web_address(&link.url)
                && note.url.is_empty()
            {
                note.url.clone_from(&link.url);
            }
        }
        note
    };
    Ok(block
        .children()
        .map(note)
        .filter(|n| !n.text.is_empty())
        .collect())
}
