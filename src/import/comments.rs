//! HTML comments that go over several paragraphs: Markdown would end them at the blank line and show the rest.

use super::code_fence::CodeFence;
use std::borrow::Cow;

/// The text without such comments; code is left as typed. Lines keep their numbers.
pub(super) fn remove_long(body: &str) -> Cow<'_, str> {
    if !body.contains("<!--") {
        return Cow::Borrowed(body);
    }
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    // How many backticks the last line of the text before has.
    let (mut fence, mut ticks) = (CodeFence::default(), 0);
    // Bytes from the end of the text to the end of the next comment: looked for once, not at each beginning.
    let mut end_from_behind = usize::MAX;
    while let Some(at) = rest.find("<!--") {
        let (before, behind) = rest.split_at(at);
        for line in before.split_inclusive('\n') {
            fence.read(line);
            ticks = match line.ends_with('\n') {
                true => 0,
                false => ticks + line.matches('`').count(),
            };
        }
        out.push_str(before);
        if end_from_behind > behind.len() - 4 {
            let Some(end) = behind.find("-->") else {
                rest = behind;
                break;
            };
            end_from_behind = behind.len() - end - 3;
        }
        let is_code = fence.is_open() || ticks % 2 == 1;
        let length = match is_code {
            true => 4,
            false => behind.len() - end_from_behind,
        };
        let (comment, after) = behind.split_at(length);
        match !is_code && has_blank_line(comment) {
            true => out.extend(comment.matches('\n')),
            false => out.push_str(comment),
        }
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
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
        && let Some((_, after)) = behind.split_once("-->")
    {
        out.push_str(before);
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(crate::text::collapse(&out))
}
