//! HTML comments that go over several paragraphs: Markdown would end them at the blank line and show the rest.

use std::borrow::Cow;

/// The text without such comments; code is left as typed. Lines keep their numbers.
pub(super) fn remove_long(body: &str) -> Cow<'_, str> {
    if !body.contains("<!--") {
        return Cow::Borrowed(body);
    }
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    // Whether the text before is inside a fenced block, and how many backticks its last line has.
    let (mut fence, mut ticks): (Option<&str>, usize) = (None, 0);
    while let Some(at) = rest.find("<!--") {
        let (before, behind) = rest.split_at(at);
        for line in before.split_inclusive('\n') {
            let start = line.trim_start();
            let mark = ["```", "~~~"]
                .into_iter()
                .find(|mark| start.starts_with(mark));
            match (fence, mark) {
                (None, Some(mark)) => fence = Some(mark),
                (Some(open), Some(mark)) if open == mark => fence = None,
                _ => {}
            }
            ticks = match line.ends_with('\n') {
                true => 0,
                false => ticks + line.matches('`').count(),
            };
        }
        out.push_str(before);
        let end = behind.find("-->").map(|end| end + 3);
        match end {
            Some(end) if fence.is_none() && ticks % 2 == 0 && has_blank_line(&behind[..end]) => {
                out.extend(behind[..end].matches('\n'));
                rest = &behind[end..];
            }
            Some(_) => {
                out.push_str("<!--");
                rest = &behind[4..];
            }
            None => {
                rest = behind;
                break;
            }
        }
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
    let mut text = Cow::Borrowed(text);
    while let Some(start) = text.find("<!--")
        && let Some(end) = text[start..].find("-->")
    {
        let shorter = format!("{}{}", &text[..start], &text[start + end + 3..]);
        text = Cow::Owned(shorter.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    text
}
