//! Parser for Markdown articles with YAML or TOML front matter and the standard sections.

use super::fences::split;
use super::sections::{StandardSection, is_call_to_comment, keyphrases_line, split_notes};
use super::story::first_invalid_line;
use crate::articles::draft::{Draft, Format, Refusal, SourceNote, check};
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
        format: Format::Markdown,
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

/// The blocks of each standard section but the notes, as documents of their own.
struct Sections<'a> {
    summary: &'a AstNode<'a>,
    main: &'a AstNode<'a>,
    matters: &'a AstNode<'a>,
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
    refuse_footnotes(root, skipped)?;
    let sizes = import_images(root, skipped, images)?;
    let fresh = || -> &AstNode<'_> { arena.alloc(NodeValue::Document.into()) };
    let sections = Sections {
        summary: fresh(),
        main: fresh(),
        matters: fresh(),
    };
    sort_blocks(draft, root, &sections, skipped)?;
    let mut ids = text::markdown::Ids::default();
    for (part, html) in [
        (sections.summary, &mut draft.summary),
        (sections.main, &mut draft.body),
        (sections.matters, &mut draft.matters),
    ] {
        refuse_unknown_notes(part, draft.notes.len(), skipped)?;
        *html = text::markdown::article(&arena, part, &sizes, &mut ids);
    }
    let html = draft.summary.len() + draft.body.len() + draft.matters.len();
    if html > most_html(body, sizes.len()) {
        return Err(Refusal::at(skipped + 1, TOO_DENSE));
    }
    draft.summary_text = draft.summary.text().replace('\n', " ");
    Ok(())
}

fn refuse_footnotes<'a>(root: &'a AstNode<'a>, skipped: usize) -> Result<(), Refusal> {
    let is_footnote =
        |n: &&AstNode<'_>| matches!(n.data.borrow().value, NodeValue::FootnoteDefinition(_));
    match root.descendants().find(is_footnote) {
        Some(note) => Err(Refusal::at(
            note.data.borrow().sourcepos.start.line + skipped,
            "footnotes are not supported; [^s1] in the text links to the first source note",
        )),
        None => Ok(()),
    }
}

fn refuse_unknown_notes<'a>(
    part: &'a AstNode<'a>,
    notes: usize,
    skipped: usize,
) -> Result<(), Refusal> {
    let unknown = |(_, note): &(usize, usize)| *note == 0 || *note > notes;
    match text::markdown::references(part).into_iter().find(unknown) {
        Some((line, note)) => Err(Refusal::at(
            line + skipped,
            format!("[^s{note}] refers to a source note that does not exist; there are {notes}"),
        )),
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

/// Moves each block into its section; takes the title, keyphrases and notes out.
fn sort_blocks<'a>(
    draft: &mut Draft,
    root: &'a AstNode<'a>,
    sections: &Sections<'a>,
    skipped: usize,
) -> Result<(), Refusal> {
    let blocks: Vec<_> = root.children().collect();
    let last = blocks.len().saturating_sub(1);
    let mut section = StandardSection::Main;
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
