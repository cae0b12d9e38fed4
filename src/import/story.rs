//! Parser for story text (`.txt`): title, dek and standard sections; every line is a paragraph of plain text.

use super::sections::{StandardSection, is_call_to_comment, keyphrases_line, split_notes};
use crate::articles::draft::{Draft, Format, Refusal, SourceNote, check};
use crate::text::{self, SafeHtml};
use std::iter::Peekable;

/// Non-empty lines with their numbers.
type Lines<'a> = Peekable<std::vec::IntoIter<(usize, &'a str)>>;

/// Parses one story.
///
/// # Errors
/// The line and what is wrong with it.
pub fn parse(source: &str) -> Result<Draft, Refusal> {
    let text = text::clean(source.trim_start_matches('\u{FEFF}'))
        .map_err(|_| invalid_character(source))?;
    let mut lines = numbered_lines(&text);
    let mut draft = Draft {
        source: source.to_owned(),
        format: Format::Story,
        ..Draft::default()
    };
    let first = head(&mut draft, &mut lines)?;
    body(&mut draft, lines);
    check(&draft, first)?;
    Ok(draft)
}

/// The texts of the standard sections of a story, as Markdown that shows what is typed.
///
/// # Errors
/// The line and what is wrong with it.
pub(super) fn section_texts(source: &str) -> Result<[String; 3], Refusal> {
    let text = text::clean(source.trim_start_matches('\u{FEFF}'))
        .map_err(|_| invalid_character(source))?;
    let mut lines = numbered_lines(&text);
    head(&mut Draft::default(), &mut lines)?;
    let mut section = StandardSection::Main;
    let mut texts: [Vec<String>; 3] = Default::default();
    for (_, line) in lines {
        let heading = line.strip_prefix("## ").map(str::trim);
        if let Some(named) = heading.and_then(StandardSection::from_heading) {
            section = named;
            continue;
        }
        if keyphrases_line(line).is_some() {
            continue;
        }
        if let Some(heading) = heading {
            section = StandardSection::Main;
            texts[1].push(format!("## {}", text::escape_markdown(heading)));
            continue;
        }
        let at = match section {
            StandardSection::Summary => 0,
            StandardSection::Main => 1,
            StandardSection::Matters => 2,
            StandardSection::Notes => continue,
        };
        texts[at].push(text::escape_markdown(line));
    }
    Ok(texts.map(|paragraphs| paragraphs.join("\n\n")))
}

/// The lines that have text, with their numbers, without the call to comment at the end.
fn numbered_lines(text: &str) -> Lines<'_> {
    let mut lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    lines.pop_if(|(_, last)| is_call_to_comment(last));
    lines.into_iter().peekable()
}

/// Reads title and dek, and skips the heading that repeats the title. Returns the number of the title's line.
fn head(draft: &mut Draft, lines: &mut Lines<'_>) -> Result<usize, Refusal> {
    let (first, title) = lines
        .next()
        .ok_or_else(|| Refusal::at(1, "the file is empty"))?;
    draft.title = title.strip_prefix("# ").unwrap_or(title).trim().to_owned();
    let mut dek = Vec::new();
    while let Some((_, line)) = lines.next_if(|(_, line)| !line.starts_with('#')) {
        dek.push(line);
    }
    if lines.peek().is_none() {
        return Err(Refusal::at(
            first,
            "no line begins with #, so it is unclear where the dek ends and the text begins",
        ));
    }
    draft.dek = dek.join(" ");
    let title_key = draft.title.to_lowercase();
    let repeats = |line: &str| {
        !line.starts_with("##") && line.trim_start_matches('#').trim().to_lowercase() == title_key
    };
    match lines.next_if(|(_, line)| line.starts_with("# ") || repeats(line)) {
        Some((at, line)) if !repeats(line) => Err(Refusal::at(
            at,
            format!("this heading should repeat the title {:?}", draft.title),
        )),
        _ => Ok(first),
    }
}

/// Assigns the lines to the standard sections.
fn body(draft: &mut Draft, lines: Lines<'_>) {
    let mut section = StandardSection::Main;
    let mut ids = text::ids::Ids::default();
    let mut summary = Vec::new();
    let mut notes: Vec<&str> = Vec::new();
    for (_, line) in lines {
        let heading = line.strip_prefix("## ").map(str::trim);
        if let Some(named) = heading.and_then(StandardSection::from_heading) {
            section = named;
            continue;
        }
        if let Some(phrases) = keyphrases_line(line) {
            draft.keyphrases.extend(phrases);
            continue;
        }
        if section != StandardSection::Notes {
            draft.words += text::words(line);
        }
        if let Some(heading) = heading {
            section = StandardSection::Main;
            let id = ids.heading(heading);
            draft.body.append(&SafeHtml::heading(heading, &id));
            continue;
        }
        match section {
            StandardSection::Summary => summary.push(line),
            StandardSection::Main => draft.body.append(&SafeHtml::paragraphs([line])),
            StandardSection::Matters => draft.matters.append(&SafeHtml::paragraphs([line])),
            StandardSection::Notes => notes.push(line),
        }
    }
    draft.summary = SafeHtml::paragraphs(summary.iter().copied());
    draft.summary_text = summary.join(" ");
    draft.notes = match notes.as_slice() {
        [one] => split_notes(one)
            .iter()
            .map(|note| SourceNote::guessed(note))
            .collect(),
        many => many
            .iter()
            .map(|note| SourceNote::guessed(note.strip_prefix("- ").unwrap_or(note).trim()))
            .collect(),
    };
}

/// The refusal of a text that [`text::clean`] rejects: it names line, column and character.
pub(super) fn invalid_character(source: &str) -> Refusal {
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    for (number, line) in (1..).zip(source.lines()) {
        if let Some(at) = line.chars().position(is_control) {
            let found = line.chars().nth(at).unwrap_or_default();
            let why = format!(
                "column {}: the text contains the control character U+{:04X}",
                at + 1,
                u32::from(found)
            );
            return Refusal::at(number, why);
        }
        if text::clean(line).is_err() {
            let why = format!(
                "a letter has more than {} combining marks",
                text::MOST_MARKS
            );
            return Refusal::at(number, why);
        }
    }
    Refusal::at(1, "the text contains a control character")
}
