//! Parser for story text (`.txt`): title, dek and standard sections; every line is a paragraph of plain text.

use crate::articles::draft::{
    Draft, Refusal, SourceNote, StandardSection, check, is_call_to_comment, keyphrases_line,
    split_notes,
};
use crate::text::{self, SafeHtml};

/// Parses one story.
///
/// # Errors
/// The line and what is wrong with it.
pub fn parse(source: &str) -> Result<Draft, Refusal> {
    let text = text::clean(source.trim_start_matches('\u{FEFF}')).map_err(|_| {
        Refusal::at(
            first_invalid_line(source),
            "the text contains a control character",
        )
    })?;
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    let lines = match lines.split_last() {
        Some(((_, last), rest)) if is_call_to_comment(last) => rest.to_vec(),
        _ => lines,
    };
    let mut draft = Draft {
        source: source.to_owned(),
        format: "story",
        ..Draft::default()
    };
    let mut lines = lines.into_iter().peekable();
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
    if let Some((at, line)) = lines.next_if(|(_, line)| line.starts_with("# ") || repeats(line))
        && !repeats(line)
    {
        return Err(Refusal::at(
            at,
            format!("this heading should repeat the title {:?}", draft.title),
        ));
    }

    let mut part = StandardSection::Main;
    let mut ids = text::markdown::Ids::default();
    let mut summary = Vec::new();
    let mut notes: Vec<&str> = Vec::new();
    for (_, line) in lines {
        let heading = line.strip_prefix("## ").map(str::trim);
        match heading.and_then(StandardSection::from_heading) {
            Some(named) => part = named,
            None => {
                if let Some(phrases) = keyphrases_line(line) {
                    draft.keyphrases.extend(phrases);
                    continue;
                }
                draft.words += if part == StandardSection::Notes {
                    0
                } else {
                    text::words(line)
                };
                if let Some(heading) = heading {
                    part = StandardSection::Main;
                    draft
                        .body
                        .append(&SafeHtml::heading(heading, &ids.heading(heading)));
                    continue;
                }
                match part {
                    StandardSection::Summary => summary.push(line),
                    StandardSection::Main => draft.body.append(&SafeHtml::paragraphs([line])),
                    StandardSection::Matters => draft.matters.append(&SafeHtml::paragraphs([line])),
                    StandardSection::Notes => notes.push(line),
                }
            }
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
    check(&draft, first)?;
    Ok(draft)
}

/// The number of the first line that [`text::clean`] rejects.
pub fn first_invalid_line(source: &str) -> usize {
    source
        .lines()
        .position(|line| text::clean(line).is_err())
        .map_or(1, |at| at + 1)
}
