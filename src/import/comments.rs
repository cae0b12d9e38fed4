//! HTML comments that Markdown would not hide: those over several paragraphs, over cells of a table, or with another end.

use super::code::{CodeFence, is_in_code_span};
use std::borrow::Cow;

/// The text without such comments; code is left as typed. Lines keep their numbers.
///
/// # Errors
/// The line, counted from 1, of a comment that begins a line and has no end: Markdown hides all that follows, and others
/// show what was hidden.
pub(super) fn remove_long(body: &str) -> Result<Cow<'_, str>, usize> {
    if !body.contains("<!--") {
        return Ok(Cow::Borrowed(body));
    }
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    let mut fence = CodeFence::default();
    // The last line of the text before, as far as it has been read.
    let mut line_so_far = String::new();
    // Bytes from the end of the text to the end of the next comment: looked for once, not at each beginning.
    let mut end_from_behind = usize::MAX;
    while let Some(at) = rest.find("<!--") {
        let (before, behind) = rest.split_at(at);
        for line in before.split_inclusive('\n') {
            fence.read(line);
            match line.ends_with('\n') {
                true => line_so_far.clear(),
                false => line_so_far.push_str(line),
            }
        }
        out.push_str(before);
        if end_from_behind > behind.len() - 4 {
            let Some(end) = end_of_comment(behind) else {
                if begins_block(&line_so_far) && !fence.is_open() {
                    let before = &body[..body.len() - behind.len()];
                    return Err(before.matches('\n').count() + 1);
                }
                rest = behind;
                break;
            };
            end_from_behind = behind.len() - end;
        }
        let is_code = fence.is_open() || is_in_code_span(&line_so_far, behind);
        let length = match is_code {
            true => 4,
            false => behind.len() - end_from_behind,
        };
        let (comment, after) = behind.split_at(length);
        line_so_far.push_str(comment.rsplit('\n').next().unwrap_or_default());
        match !is_code && needs_removal(comment) {
            true => out.extend(comment.matches('\n')),
            false => out.push_str(comment),
        }
        rest = after;
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// The byte behind the first comment's end: `-->`, or `--!>`, which browsers take for one
/// (<https://html.spec.whatwg.org/#comment-end-bang-state>).
fn end_of_comment(text: &str) -> Option<usize> {
    let ends = ["-->", "--!>"].into_iter();
    ends.filter_map(|end| Some(text.find(end)? + end.len()))
        .min()
}

/// Whether a block of HTML may begin behind this part of a line: four spaces would make it code
/// (<https://spec.commonmark.org/0.31.2/#html-blocks>).
fn begins_block(before: &str) -> bool {
    before.len() < 4 && before.chars().all(|c| c == ' ')
}

/// Whether Markdown would not take the whole comment for one: it ends at a blank line, at the border of a table's cell, and
/// not at `--!>`.
fn needs_removal(comment: &str) -> bool {
    comment.contains('|') || comment.ends_with("--!>") || has_blank_line(comment)
}

/// Whether one of the lines has nothing but spaces and marks of quotations.
fn has_blank_line(text: &str) -> bool {
    let mut lines = text.lines().skip(1);
    lines.any(|line| line.trim_matches([' ', '\t', '>']).is_empty())
}

/// A line of text without comments.
pub(super) fn remove(text: &str) -> Cow<'_, str> {
    if !text.contains("<!--") {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once("<!--")
        && let Some(end) = end_of_comment(behind)
    {
        out.push_str(before);
        rest = &behind[end..];
    }
    out.push_str(rest);
    Cow::Owned(crate::text::collapse(&out))
}
