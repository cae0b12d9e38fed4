//! Fenced code blocks, in which nothing is replaced.

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
