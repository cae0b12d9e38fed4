//! `Draft`: an article parsed from a file and not yet saved, whatever the format of the file.

use crate::db::Time;
use crate::text::SafeHtml;

/// Why a file cannot be imported, and at which line; printed as `PATH:LINE: reason`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub line: usize,
    pub reason: String,
}

impl Refusal {
    pub fn at(line: usize, reason: impl Into<String>) -> Refusal {
        Refusal {
            line,
            reason: reason.into(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    Primary,
    Corroboration,
    Limit,
}

impl NoteKind {
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::Primary => "primary",
            NoteKind::Corroboration => "corroboration",
            NoteKind::Limit => "limit",
        }
    }

    pub fn parse(text: &str) -> Option<NoteKind> {
        [NoteKind::Primary, NoteKind::Corroboration, NoteKind::Limit]
            .into_iter()
            .find(|k| k.as_str() == text)
    }

    /// Guesses the kind of a note from its words; the first rule that matches decides. Front matter can name the kind.
    pub fn guess(text: &str) -> NoteKind {
        let text = text.to_lowercase();
        if ["remain attributed", "not independently", "unverified"]
            .iter()
            .any(|sign| text.contains(sign))
        {
            NoteKind::Limit
        } else if text.contains("primary") {
            NoteKind::Primary
        } else {
            NoteKind::Corroboration
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceNote {
    pub kind: NoteKind,
    pub text: String,
    pub publisher: String,
    pub url: String,
    pub date: String,
}

impl SourceNote {
    pub fn guessed(text: &str) -> SourceNote {
        SourceNote {
            kind: NoteKind::guess(text),
            text: text.to_owned(),
            publisher: String::new(),
            url: String::new(),
            date: String::new(),
        }
    }
}

/// An author as given by a file. A field that is `None` leaves the stored value as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Byline {
    pub name: String,
    pub bio: Option<String>,
    /// URLs of pages about the author.
    pub links: Option<Vec<String>>,
    /// Path of the author's picture, as written in the file.
    pub image: Option<String>,
}

/// The picture above the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hero {
    /// Path of the picture, as written in the file.
    pub src: String,
    pub alt: String,
    pub caption: String,
    pub credit: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub kind: String,
    pub text: String,
    pub date: Time,
}

pub const CORRECTION_KINDS: [&str; 4] = ["correction", "clarification", "update", "retraction"];

#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub title: String,
    pub dek: String,
    pub slug: String,
    pub summary: SafeHtml,
    pub summary_text: String,
    pub body: SafeHtml,
    pub matters: SafeHtml,
    pub notes: Vec<SourceNote>,
    pub corrections: Vec<Correction>,
    pub keyphrases: Vec<String>,
    pub section: String,
    pub tags: Vec<String>,
    pub authors: Vec<Byline>,
    pub hero: Option<Hero>,
    /// Slugs that the article had before.
    pub aliases: Vec<String>,
    pub published: Option<Time>,
    pub updated: Option<Time>,
    pub is_draft: bool,
    pub comments_closed: bool,
    pub words: i64,
    /// The text of the file, unchanged.
    pub source: String,
    pub format: &'static str,
}

impl Draft {
    /// The status to save: `draft`, `scheduled` or `published`.
    pub fn status(&self, now: Time) -> &'static str {
        match (self.is_draft, self.published) {
            (true, _) => "draft",
            (false, Some(at)) if at > now => "scheduled",
            (false, _) => "published",
        }
    }
}

/// The standard sections of an article. Their headings match in any letter case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardSection {
    Summary,
    Main,
    Matters,
    Notes,
}

impl StandardSection {
    pub fn from_heading(heading: &str) -> Option<StandardSection> {
        match heading.trim().to_lowercase().as_str() {
            "opening summary" => Some(StandardSection::Summary),
            "main article" => Some(StandardSection::Main),
            "why it matters" => Some(StandardSection::Matters),
            "source notes" => Some(StandardSection::Notes),
            _ => None,
        }
    }
}

/// `SEO keyphrases: a, b, c`
pub fn keyphrases_line(line: &str) -> Option<Vec<String>> {
    let (label, rest) = line.split_once(':')?;
    label
        .trim()
        .eq_ignore_ascii_case("seo keyphrases")
        .then(|| list(rest))
}

pub fn list(text: &str) -> Vec<String> {
    text.split(',')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether a line is the site's call to comment, which some files have as their last line.
pub fn is_call_to_comment(line: &str) -> bool {
    line.trim().eq_ignore_ascii_case("join the conversation")
}

/// Splits source notes that are written on one line, separated by ` - `.
pub fn split_notes(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix("- ").unwrap_or(line);
    line.split(" - ")
        .map(|note| note.trim().to_owned())
        .filter(|note| !note.is_empty())
        .collect()
}

pub const MAX_TITLE: usize = 300;

/// Checks that apply to every format: a title of limited length, and some text.
pub fn check(draft: &Draft, line: usize) -> Result<(), Refusal> {
    if crate::text::is_blank(&draft.title) {
        return Err(Refusal::at(line, "the article has no title"));
    }
    if draft.title.chars().count() > MAX_TITLE {
        return Err(Refusal::at(
            line,
            format!(
                "the title is longer than {MAX_TITLE} characters; is the dek on the same line?"
            ),
        ));
    }
    if draft.body.is_empty() && draft.summary.is_empty() && draft.matters.is_empty() {
        return Err(Refusal::at(line, "the article has no text"));
    }
    Ok(())
}
