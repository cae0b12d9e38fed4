//! Compares two texts word by word, for display.

use similar::{Algorithm, ChangeTag, TextDiff};
use std::time::{Duration, Instant};

/// Time limit of a comparison; after it the result is coarser.
const TIME_LIMIT: Duration = Duration::from_millis(300);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Same,
    Removed,
    Added,
}

/// Consecutive words with the same kind of change.
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

/// An excerpt of the first words added, or else of the first removed.
pub fn first_change(old: &str, new: &str) -> String {
    let all = paragraphs(old, new);
    let find = |wanted: Change| {
        let mut runs = all.iter().flat_map(|p| &p.runs);
        runs.find(|r| r.change == wanted && !r.text.trim().is_empty())
    };
    let run = find(Change::Added).or_else(|| find(Change::Removed));
    run.map(|run| super::excerpt(&run.text, 120))
        .unwrap_or_default()
}

/// Compares two texts with one paragraph per line: first the lines, then the words of the lines that changed.
pub fn paragraphs(old: &str, new: &str) -> Vec<Paragraph> {
    let until = Instant::now() + TIME_LIMIT;
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
        for (old, new) in pairs(&gone, &came, until) {
            out.push(words(old, new, until));
        }
    }
    out.retain(|p| p.runs.iter().any(|r| !r.text.trim().is_empty()));
    out
}

/// Minimum similarity (0 to 1) at which two paragraphs count as versions of each other.
const ALIKE: f32 = 0.35;
/// Up to this many removed or added paragraphs are matched by similarity; more are paired in order.
const COMPARED: usize = 30;

/// Pairs removed with added paragraphs, without changing their order, so that the total similarity is greatest.
fn pairs<'a>(
    gone: &[&'a str],
    came: &[&'a str],
    until: Instant,
) -> Vec<(Option<&'a str>, Option<&'a str>)> {
    if gone.len().max(came.len()) > COMPARED {
        let most = gone.len().max(came.len());
        return (0..most)
            .map(|at| (gone.get(at).copied(), came.get(at).copied()))
            .collect();
    }
    let alike = |old: &str, new: &str| {
        let ratio = TextDiff::configure()
            .deadline(until)
            .diff_words(old, new)
            .ratio();
        if ratio >= ALIKE { ratio } else { 0.0 }
    };
    let width = came.len() + 1;
    // Dynamic programming: the greatest total similarity of the paragraphs from (row, column) on.
    let mut best = vec![0.0_f32; (gone.len() + 1) * width];
    let mut score = vec![0.0_f32; gone.len() * came.len()];
    for row in (0..gone.len()).rev() {
        for column in (0..came.len()).rev() {
            let here = alike(gone[row], came[column]);
            score[row * came.len() + column] = here;
            best[row * width + column] = (here + best[(row + 1) * width + column + 1])
                .max(best[(row + 1) * width + column])
                .max(best[row * width + column + 1]);
        }
    }
    let (mut row, mut column, mut out) = (0, 0, Vec::new());
    while row < gone.len() || column < came.len() {
        let both = row < gone.len() && column < came.len();
        let here = if both {
            score[row * came.len() + column]
        } else {
            0.0
        };
        let now = best[row * width + column];
        if both && here > 0.0 && now == here + best[(row + 1) * width + column + 1] {
            out.push((Some(gone[row]), Some(came[column])));
            (row, column) = (row + 1, column + 1);
        } else if row < gone.len()
            && (column == came.len() || now == best[(row + 1) * width + column])
        {
            out.push((Some(gone[row]), None));
            row += 1;
        } else {
            out.push((None, Some(came[column])));
            column += 1;
        }
    }
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
                    ChangeTag::Delete => Change::Removed,
                    ChangeTag::Insert => Change::Added,
                };
                paragraph.push(fate, change.value());
            }
            join_across_spaces(&mut paragraph);
        }
        (Some(old), None) => paragraph.push(Change::Removed, old),
        (None, Some(new)) => paragraph.push(Change::Added, new),
        (None, None) => {}
    }
    paragraph
}

/// Joins replacements that are separated only by spaces into one.
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
                Change::Removed => gone.push_str(&run.text),
                Change::Added => came.push_str(&run.text),
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
        for (change, text) in [(Change::Removed, gone), (Change::Added, came)] {
            if !text.is_empty() {
                paragraph.push(change, &text);
            }
        }
    }
}
