//! Compares two texts: word by word for pages, line by line for the terminal.

use similar::algorithms::{Capture, Compact, IdentifyDistinct, Replace, myers, patience};
use similar::{ChangeTag, DiffOp, DiffTag, group_diff_ops};
use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, Instant};
use unicode_segmentation::UnicodeSegmentation;

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
    let (old, new) = (lines(old), lines(new));
    let mut out = Vec::new();
    for op in operations(&old, &new, Unit::Line, until) {
        let (mut gone, mut came) = (Vec::new(), Vec::new());
        for change in op.iter_changes(&old[..], &new[..]) {
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
            out.push(compare_words(old, new, until));
        }
    }
    out.retain(|p| p.runs.iter().any(|r| !r.text.trim().is_empty()));
    out
}

/// A unified diff of two texts, for the terminal.
pub fn unified(old: &str, new: &str, (old_name, new_name): (&str, &str)) -> String {
    let (old, new) = (lines(old), lines(new));
    let operations = operations(&old, &new, Unit::Line, Instant::now() + TIME_LIMIT);
    let mut out = format!("--- {old_name}\n+++ {new_name}\n");
    for hunk in group_diff_ops(operations, 2) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
            continue;
        };
        let old_lines = first.old_range().start..last.old_range().end;
        let new_lines = first.new_range().start..last.new_range().end;
        let _ = writeln!(out, "@@ -{} +{} @@", range(old_lines), range(new_lines));
        for change in hunk
            .iter()
            .flat_map(|op| op.iter_changes(&old[..], &new[..]))
        {
            let _ = write!(out, "{}{}", change.tag(), change.value());
            if !change.value().ends_with('\n') {
                out.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
    out
}

/// Lines of a unified diff's hunk: the first one, counted from 1, and their number.
/// Source: <https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html>
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        number => format!("{},{number}", lines.start + 1),
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Words and what is between them.
fn words(text: &str) -> Vec<&str> {
    text.split_word_bounds().collect()
}

enum Unit {
    Line,
    Word,
}

/// Lines are compared by the patience algorithm, so that blank lines are not matched first; words by Myers'.
/// `similar::TextDiff` would compile the code of all six algorithms.
fn operations(old: &[&str], new: &[&str], unit: Unit, until: Instant) -> Vec<DiffOp> {
    let ids = IdentifyDistinct::<u32>::new(old, 0..old.len(), new, 0..new.len());
    let (old, new) = (ids.old_lookup(), ids.new_lookup());
    let (old_range, new_range, until) = (ids.old_range(), ids.new_range(), Some(until));
    let mut hook = Compact::new(Replace::new(Capture::new()), old, new);
    let Ok(()) = match unit {
        Unit::Line => patience::diff_deadline(&mut hook, old, old_range, new, new_range, until),
        Unit::Word => myers::diff_deadline(&mut hook, old, old_range, new, new_range, until),
    };
    hook.into_inner().into_inner().into_ops()
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
        let split = |text| str::split_inclusive(text, char::is_whitespace).collect::<Vec<_>>();
        let (old, new) = (split(old), split(new));
        let same = operations(&old, &new, Unit::Word, until)
            .iter()
            .filter(|op| op.tag() == DiffTag::Equal)
            .map(|op| op.old_range().len())
            .sum::<usize>();
        let ratio = 2.0 * same as f32 / (old.len() + new.len()).max(1) as f32;
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

fn compare_words(old: Option<&str>, new: Option<&str>, until: Instant) -> Paragraph {
    let mut paragraph = Paragraph::default();
    match (old, new) {
        (Some(old), Some(new)) => {
            let (old, new) = (words(old), words(new));
            let operations = operations(&old, &new, Unit::Word, until);
            for change in operations
                .iter()
                .flat_map(|op| op.iter_changes(&old[..], &new[..]))
            {
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
