//! Code in Markdown, in which nothing is replaced.

/// Follows a text line by line.
#[derive(Default)]
pub(super) struct CodeFence {
    open: Option<&'static str>,
}

impl CodeFence {
    /// Reads the next line. Returns whether it belongs to a code block, its fences included.
    pub(super) fn read(&mut self, line: &str) -> bool {
        let start = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        let was_open = self.is_open();
        match (self.open, mark) {
            (None, Some(mark)) => self.open = Some(mark),
            (Some(open), Some(mark)) if open == mark => self.open = None,
            _ => {}
        }
        was_open || mark.is_some()
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

/// Part of a line that is searched for code spans, in bytes: each question about it costs as much.
const LONGEST_LINE: usize = 4_000;

/// Whether a code span is open behind `before`: its backticks have as many again in the rest of the line
/// (<https://spec.commonmark.org/0.31.2/#code-spans>).
pub(super) fn is_in_code_span(before: &str, behind: &str) -> bool {
    if !before.contains('`') || before.len() > LONGEST_LINE {
        return false;
    }
    let runs = |text: &str| -> Vec<usize> {
        let parts = text.split(|c| c != '`');
        parts.map(str::len).filter(|length| *length > 0).collect()
    };
    let line = behind.chars().take(LONGEST_LINE);
    let behind: String = line.take_while(|c| *c != '\n').collect();
    let mut before = runs(before).into_iter();
    while let Some(opened) = before.next() {
        if !before.clone().any(|length| length == opened) {
            if runs(&behind).contains(&opened) {
                return true;
            }
            continue;
        }
        before.find(|length| *length == opened);
    }
    false
}
