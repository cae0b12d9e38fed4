//! What changed between two texts, word by word, for people to read.

use similar::{Algorithm, ChangeTag, TextDiff};
use std::time::{Duration, Instant};

/// Longer than any reader waits; a coarser result after it.
const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    Gone,
    New,
}

/// A run of words that share their fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub change: Change,
    pub text: String,
}

/// A paragraph of the text with its changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paragraph {
    pub runs: Vec<Run>,
}

impl Paragraph {
    pub fn is_changed(&self) -> bool {
        self.runs.iter().any(|r| r.change != Change::Same)
    }

    fn push(&mut self, change: Change, text: &str) {
        match self.runs.last_mut() {
            Some(last) if last.change == change => last.text.push_str(text),
            _ => self.runs.push(Run {
                change,
                text: text.to_owned(),
            }),
        }
    }
}

/// Compares two texts, one paragraph a line: lines first, then the words of the lines that changed.
pub fn paragraphs(old: &str, new: &str) -> Vec<Paragraph> {
    let until = Instant::now() + PATIENCE;
    let lines = TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .deadline(until)
        .diff_lines(old, new);
    let mut out = Vec::new();
    for op in lines.ops() {
        let (mut gone, mut came) = (Vec::new(), Vec::new());
        for change in lines.iter_changes(op) {
            let line = change.value().trim_end_matches('\n');
            match change.tag() {
                ChangeTag::Equal => {
                    let mut paragraph = Paragraph::default();
                    paragraph.push(Change::Same, line);
                    out.push(paragraph);
                }
                ChangeTag::Delete => gone.push(line),
                ChangeTag::Insert => came.push(line),
            }
        }
        let pairs = gone.len().max(came.len());
        for at in 0..pairs {
            out.push(words(gone.get(at).copied(), came.get(at).copied(), until));
        }
    }
    out.retain(|p| p.runs.iter().any(|r| !r.text.trim().is_empty()));
    out
}

fn words(old: Option<&str>, new: Option<&str>, until: Instant) -> Paragraph {
    let mut paragraph = Paragraph::default();
    match (old, new) {
        (Some(old), Some(new)) => {
            let diff = TextDiff::configure()
                .deadline(until)
                .diff_unicode_words(old, new);
            for change in diff.iter_all_changes() {
                let fate = match change.tag() {
                    ChangeTag::Equal => Change::Same,
                    ChangeTag::Delete => Change::Gone,
                    ChangeTag::Insert => Change::New,
                };
                paragraph.push(fate, change.value());
            }
            join_across_spaces(&mut paragraph);
        }
        (Some(old), None) => paragraph.push(Change::Gone, old),
        (None, Some(new)) => paragraph.push(Change::New, new),
        (None, None) => {}
    }
    paragraph
}

/// `old new` words that alternate with single spaces read as one replacement, not as a row of them.
fn join_across_spaces(paragraph: &mut Paragraph) {
    let runs = std::mem::take(&mut paragraph.runs);
    let mut at = 0;
    while at < runs.len() {
        if runs[at].change == Change::Same {
            paragraph.push(Change::Same, &runs[at].text);
            at += 1;
            continue;
        }
        let (mut gone, mut came) = (String::new(), String::new());
        while at < runs.len() {
            let run = &runs[at];
            match run.change {
                Change::Gone => gone.push_str(&run.text),
                Change::New => came.push_str(&run.text),
                Change::Same => {
                    let goes_on = runs.get(at + 1).is_some_and(|r| r.change != Change::Same);
                    if !run.text.trim().is_empty() || !goes_on {
                        break;
                    }
                    gone.push_str(&run.text);
                    came.push_str(&run.text);
                }
            }
            at += 1;
        }
        for (change, text) in [(Change::Gone, gone), (Change::New, came)] {
            if !text.is_empty() {
                paragraph.push(change, &text);
            }
        }
    }
}
