//! Splits the front matter from a Markdown file at its fences.

use super::fields::Fields;
use super::value::{Kind, Value, toml, yaml};
use crate::articles::draft::Refusal;

/// A file of Markdown in its two parts.
pub(super) struct Split<'a> {
    pub fields: Fields,
    pub body: &'a str,
    /// Lines of the file before `body`.
    pub skipped: usize,
}

/// Splits a file whose line ends are `\n`. White space behind a fence does not count, nor do blank lines before the
/// first one; `...` closes YAML as `---` does.
///
/// # Errors
/// The line and what is wrong there.
pub(super) fn split(text: &str) -> Result<Split<'_>, Refusal> {
    let missing = "there is no front matter: the file must begin with --- (YAML) or +++ (TOML)";
    let mut lines = Lines {
        text,
        at: 0,
        number: 0,
    };
    let (opening, fence) = loop {
        let Some((_, line)) = lines.next_line() else {
            return Err(Refusal::at(1, missing));
        };
        match line.trim_end() {
            "" => {}
            fence @ ("---" | "+++") => break (lines.number, fence),
            _ => return Err(Refusal::at(lines.number, missing)),
        }
    };
    let start = lines.at;
    let head = loop {
        let Some((at, line)) = lines.next_line() else {
            let why = format!("the front matter that begins here has no closing {fence}");
            return Err(Refusal::at(opening, why));
        };
        let line = line.trim_end();
        if line == fence || (line == "..." && fence == "---") {
            break &text[start..at];
        }
    };
    let value = match fence {
        "---" => yaml(head, opening)?,
        _ => toml(head, opening)?,
    };
    Ok(Split {
        fields: Fields::of(table(value, opening)?, opening),
        body: &text[lines.at..],
        skipped: lines.number,
    })
}

fn table(value: Value, opening: usize) -> Result<Vec<super::value::Entry>, Refusal> {
    match value.kind {
        Kind::Table(entries) => Ok(entries),
        Kind::Null => Ok(Vec::new()),
        _ => Err(Refusal::at(
            opening + value.place.line,
            "the front matter is not a list of `key: value`",
        )),
    }
}

/// The lines of a text, with their offsets.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    fn next_line(&mut self) -> Option<(usize, &'a str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let line = (self.at, rest[..end].trim_end_matches('\n'));
        self.at += end;
        self.number += 1;
        Some(line)
    }
}
