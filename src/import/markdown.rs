//! Parser for Markdown articles with YAML or TOML front matter and the standard sections.

use super::fences::split;
use super::story::first_invalid_line;
use crate::articles::draft::{
    Draft, Refusal, SourceNote, StandardSection, check, is_call_to_comment, keyphrases_line,
    split_notes,
};
use crate::text::{self, markdown::ImportedImage, structure};
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};

/// Imports the image at a path and returns its address on this site; `None` for a remote URL.
pub type Images<'a> = dyn FnMut(&str) -> Result<Option<ImportedImage>, String> + 'a;

/// Bytes of an article's code that are syntax-highlighted, which adds tags to the HTML.
const MOST_CODE: usize = 64 * 1024;
const TOO_DENSE: &str = "the text has too much markup for its length (quotes, lists, tables, links) and would make a page too large for browsers; split it into several articles";

/// Parses one Markdown file. `images` is called for every image in it.
///
/// # Errors
/// The line and what is wrong with it.
pub fn parse(source: &str, images: &mut Images<'_>) -> Result<Draft, Refusal> {
    let text = source.trim_start_matches('\u{FEFF}').replace("\r\n", "\n");
    text::clean(&text).map_err(|_| {
        Refusal::at(
            first_invalid_line(&text),
            "the text contains a control character",
        )
    })?;
    let (front, body, skipped) = split(&text)?;
    let mut draft = Draft {
        source: source.to_owned(),
        format: "markdown",
        ..Draft::default()
    };
    front.apply(&mut draft)?;
    body_into(&mut draft, body, skipped, images)?;
    let hero = draft.hero.iter().map(|hero| (&hero.src, "image"));
    let faces = draft
        .authors
        .iter()
        .filter_map(|author| Some((author.image.as_ref()?, "authors")));
    for (path, key) in hero.chain(faces) {
        let taken = images(path).map_err(|why| Refusal::at(front.line(key), why))?;
        if taken.is_none() {
            return Err(Refusal::at(
                front.line(key),
                "image is a remote address; put the file beside the article, Masthead serves its own images only",
            ));
        }
    }
    check(&draft, front.line("title"))?;
    Ok(draft)
}

fn heading<'a>(node: &'a AstNode<'a>) -> Option<(u8, String)> {
    match &node.data.borrow().value {
        NodeValue::Heading(h) => Some((h.level, node.collect_text())),
        _ => None,
    }
}

/// Assigns the top-level blocks to the standard sections and renders each section.
fn body_into(
    draft: &mut Draft,
    body: &str,
    skipped: usize,
    images: &mut Images<'_>,
) -> Result<(), Refusal> {
    if structure::has_too_many_marks(body) {
        return Err(Refusal::at(skipped + 1, TOO_DENSE));
    }
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, body, &text::markdown::article_options());
    if structure::has_too_many_elements(root) {
        return Err(Refusal::at(skipped + 1, TOO_DENSE));
    }
    text::markdown::show_html_blocks(&arena, root);
    if let Some(note) = root
        .descendants()
        .find(|n| matches!(n.data.borrow().value, NodeValue::FootnoteDefinition(_)))
    {
        let line = note.data.borrow().sourcepos.start.line + skipped;
        return Err(Refusal::at(
            line,
            "footnotes are not supported; [^s1] in the text links to the first source note",
        ));
    }
    let sizes = import_images(root, skipped, images)?;
    let fresh = || -> &AstNode<'_> { arena.alloc(NodeValue::Document.into()) };
    let (summary, main, matters) = (fresh(), fresh(), fresh());
    let blocks: Vec<_> = root.children().collect();
    let last = blocks.len().saturating_sub(1);
    let mut part = StandardSection::Main;
    let mut listed = Vec::new();
    for (at, block) in blocks.into_iter().enumerate() {
        let line = block.data.borrow().sourcepos.start.line + skipped;
        if let Some((level, said)) = heading(block) {
            if level == 1
                && (draft.title.is_empty() || said.trim().eq_ignore_ascii_case(draft.title.trim()))
            {
                draft.title = said.trim().to_owned();
                continue;
            }
            if let Some(named) = StandardSection::from_heading(&said).filter(|_| level == 2) {
                part = named;
                continue;
            }
            if part != StandardSection::Main && level <= 2 {
                part = StandardSection::Main;
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
        match part {
            StandardSection::Notes => listed.extend(notes_of(block, line)?),
            StandardSection::Summary => {
                draft.words += words_of(block);
                summary.append(block);
            }
            StandardSection::Main => {
                draft.words += words_of(block);
                main.append(block);
            }
            StandardSection::Matters => {
                draft.words += words_of(block);
                matters.append(block);
            }
        }
    }
    draft.notes.extend(listed);
    let mut ids = text::markdown::Ids::default();
    for (part, place) in [
        (summary, &mut draft.summary),
        (main, &mut draft.body),
        (matters, &mut draft.matters),
    ] {
        let unknown = |(_, note): &(usize, usize)| *note == 0 || *note > draft.notes.len();
        if let Some((line, note)) = text::markdown::references(part).into_iter().find(unknown) {
            return Err(Refusal::at(
                line + skipped,
                format!(
                    "[^s{note}] refers to a source note that does not exist; there are {}",
                    draft.notes.len()
                ),
            ));
        }
        *place = text::markdown::article(&arena, part, &sizes, &mut ids);
    }
    let html = draft.summary.len() + draft.body.len() + draft.matters.len();
    // Pictures, links and code add HTML that was not typed: `srcset`, `rel`, tags of the syntax highlighting.
    let has_code = body.contains("```") || body.contains("~~~");
    let links = body.matches("](").count() + body.matches("://").count();
    let code = if has_code {
        body.len().min(MOST_CODE)
    } else {
        0
    };
    let generated_html = 1024 * sizes.len() + 256 * links + 8 * code;
    if html > structure::most_html(body.len()) + generated_html {
        return Err(Refusal::at(skipped + 1, TOO_DENSE));
    }
    draft.summary_text = draft.summary.text().replace('\n', " ");
    Ok(())
}

fn words_of<'a>(block: &'a AstNode<'a>) -> i64 {
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
                && (link.url.starts_with("https://") || link.url.starts_with("http://"))
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

/// Imports the images beside the file; remote images become links.
fn import_images<'a>(
    root: &'a AstNode<'a>,
    skipped: usize,
    images: &mut Images<'_>,
) -> Result<Vec<ImportedImage>, Refusal> {
    let mut sizes = Vec::new();
    for node in root.descendants() {
        let (link, line) = {
            let data = node.data.borrow();
            let NodeValue::Image(link) = &data.value else {
                continue;
            };
            (link.clone(), data.sourcepos.start.line + skipped)
        };
        match images(&link.url).map_err(|why| Refusal::at(line, why))? {
            None => node.data.borrow_mut().value = NodeValue::Link(link),
            Some(taken) => {
                let mut link = link;
                link.url.clone_from(&taken.src);
                node.data.borrow_mut().value = NodeValue::Image(link);
                sizes.push(taken);
            }
        }
    }
    Ok(sizes)
}
