//! `Draft`: an article parsed from a file of any format, not yet saved.

use crate::db::Time;
use crate::text::{SafeHtml, stored_html};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

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

/// The format of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Story,
    #[default]
    Markdown,
    /// The fields of the newsroom's form, as JSON.
    Form,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Story => "story",
            Format::Markdown => "markdown",
            Format::Form => "form",
        }
    }

    /// The format with this name.
    pub fn parse(name: &str) -> Format {
        match name {
            "story" => Format::Story,
            "form" => Format::Form,
            _ => Format::Markdown,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Byline {
    pub name: String,
    pub bio: Option<String>,
    /// URLs of pages about the author.
    pub links: Option<Vec<String>>,
    /// Path of the author's picture, as written in the file.
    pub image: Option<String>,
}

/// The picture above the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hero {
    /// Path of the picture, as written in the file.
    pub src: String,
    pub alt: String,
    pub caption: String,
    pub credit: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub kind: String,
    pub text: String,
    pub date: Time,
}

pub const CORRECTION_KINDS: [&str; 4] = ["correction", "clarification", "update", "retraction"];

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Draft {
    pub title: String,
    pub dek: String,
    /// What stands for an empty dek where a description is needed: the beginning of the text.
    #[serde(default)]
    pub excerpt: String,
    pub slug: String,
    #[serde(with = "stored_html")]
    pub summary: SafeHtml,
    pub summary_text: String,
    #[serde(with = "stored_html")]
    pub body: SafeHtml,
    #[serde(with = "stored_html")]
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
    /// Paths that the article had on another site, as [`crate::paths::lookup_key`] has them.
    #[serde(default)]
    pub former_paths: Vec<String>,
    /// The path that it had on another site, if the file names one.
    #[serde(default)]
    pub address: Option<String>,
    /// The file that it comes from, by which it is known again.
    #[serde(default)]
    pub origin: Option<String>,
    /// When it is taken down.
    #[serde(default)]
    pub expires: Option<Time>,
    pub published: Option<Time>,
    pub updated: Option<Time>,
    pub is_draft: bool,
    pub comments_closed: bool,
    /// Comments wait for a moderator.
    #[serde(default)]
    pub comments_moderated: bool,
    pub words: i64,
    /// The text of the file, unchanged.
    pub source: String,
    pub format: Format,
}

impl Draft {
    /// `open`, `closed` or `moderated`.
    pub fn comments_mode(&self) -> &'static str {
        match (self.comments_closed, self.comments_moderated) {
            (true, _) => "closed",
            (false, true) => "moderated",
            (false, false) => "open",
        }
    }

    /// Sets who may comment: `open`, `closed` or `moderated`.
    pub fn set_comments_mode(&mut self, mode: &str) {
        self.comments_closed = mode == "closed";
        self.comments_moderated = mode == "moderated";
    }

    /// The status to save: `draft`, `scheduled`, `published` or `unpublished`.
    pub fn status(&self, now: Time) -> &'static str {
        match (self.is_draft, self.published) {
            (true, _) => "draft",
            _ if self.expires.is_some_and(|at| at <= now) => "unpublished",
            (false, Some(at)) if at > now => "scheduled",
            (false, _) => "published",
        }
    }
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

impl SaveContext {
    /// The status that the draft is saved with.
    pub fn status<'a>(&'a self, draft: &Draft) -> &'a str {
        match &self.status {
            Some(status) => status,
            None => draft.status(self.now),
        }
    }
}

/// What saving a draft needs besides the draft itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SaveContext {
    pub slug: String,
    pub section: String,
    /// The site's name, for an article without an author.
    pub site_name: String,
    /// Media ids of the pictures that the draft refers to, by the paths written in it.
    pub pictures: HashMap<String, i64>,
    pub is_sample: bool,
    /// Nothing is to be published: changes of a public article become its working copy, anything else a draft.
    #[serde(default)]
    pub as_draft: bool,
    /// The article that the draft updates, if that is known; else the one with its slug.
    #[serde(default)]
    pub article: Option<i64>,
    /// The status to save, where it does not follow from the draft.
    #[serde(default)]
    pub status: Option<String>,
    /// The account that saves it.
    #[serde(default)]
    pub by: Option<i64>,
    pub now: Time,
}
