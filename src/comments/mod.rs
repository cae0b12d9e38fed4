//! Comments: what may be said, who sees it, and how a thread hangs together.
//!
//! A thread is a tree kept as paths: a comment's path is its parent's and its own id as eight bytes, so that a
//! conversation is one range of one index. Below [`MAX_DEPTH`] a reply stands beside its parent instead of under it.

pub mod bulk;
mod counters;
mod flags;
pub mod pages;
pub mod row;
pub mod store;
pub mod thread;
mod transition;
pub mod view;
pub mod write;

use crate::error::Error;
use crate::interface::Interface;
use crate::text::{self, SafeHtml, markdown, structure};
use crate::web::State;
pub use transition::{Act, Actor, transition};

/// Characters that a comment may have.
pub const MAX_LENGTH: usize = 10_000;
/// How long an author may edit, in milliseconds.
pub const EDIT_WINDOW: i64 = 15 * crate::db::Time::MINUTE;
/// How long an author may take a deletion back.
pub const UNDO_WINDOW: i64 = 10 * crate::db::Time::MINUTE;
/// How long staff see what its author deleted.
pub const PURGE_AFTER: i64 = 30 * crate::db::Time::DAY;
/// Levels that a path distinguishes.
pub const MAX_DEPTH: usize = 12;

/// Reported, as the queue and the number in the header mean it.
///
/// A `CASE`, for an `OR` over statuses would read every published and approved comment instead of the flagged ones.
pub const REPORTED: &str = "open_flags > 0 AND CASE status WHEN 'published' THEN TRUE WHEN 'approved' THEN \
    (open_flags >= 3 OR COALESCE(edited_at, 0) > COALESCE(moderated_at, created_at)) ELSE FALSE END";

/// Why a reader flags.
pub const FLAG_REASONS: [&str; 6] = [
    "abusive",
    "off-topic",
    "spam",
    "misinformation",
    "illegal",
    "other",
];
/// Why a moderator rejects.
pub const REJECT_REASONS: [&str; 9] = [
    "abusive",
    "off-topic",
    "spam",
    "misinformation",
    "illegal",
    "advert",
    "personal-data",
    "duplicate",
    "other",
];
/// Characters of a flag's detail and of a rejection's note.
pub const MAX_NOTE: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Published,
    Approved,
    Pending,
    Withheld,
    Rejected,
    Deleted,
}

impl Status {
    pub const ALL: [Status; 6] = [
        Status::Published,
        Status::Approved,
        Status::Pending,
        Status::Withheld,
        Status::Rejected,
        Status::Deleted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Status::Published => "published",
            Status::Approved => "approved",
            Status::Pending => "pending",
            Status::Withheld => "withheld",
            Status::Rejected => "rejected",
            Status::Deleted => "deleted",
        }
    }

    /// What the database holds; a word it does not know is hidden rather than shown.
    pub fn of(text: &str) -> Status {
        Status::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .unwrap_or(Status::Withheld)
    }

    /// Whether everybody sees it.
    pub fn is_public(self) -> bool {
        matches!(self, Status::Published | Status::Approved)
    }
}

/// A text that may stand in a thread, with its HTML.
#[derive(Clone, Debug)]
pub struct CommentBody {
    pub text: String,
    pub html: SafeHtml,
}

impl CommentBody {
    /// Takes up to 20 milliseconds of processor time: in a handler, behind the gate for that ([`render`]).
    ///
    /// # Errors
    /// The sentence that stands beside the field.
    pub fn parse(t: Interface, given: &str) -> Result<CommentBody, String> {
        let text = text::clean(given).map_err(|why| match why {
            text::InvalidText::Control => t.text_unfit(),
            text::InvalidText::Marks => t.text_marks(text::MOST_MARKS as i64),
        })?;
        let text = text.trim().to_owned();
        if text::is_blank(&text) {
            return Err(t.comment_empty());
        }
        let length = text.chars().count();
        if length > MAX_LENGTH {
            return Err(t.comment_long(MAX_LENGTH as i64, length as i64));
        }
        let html = markdown::comment(&text);
        if html.len() > structure::most_html(text.len()) {
            return Err(t.comment_heavy());
        }
        if text::is_blank(&html.text()) {
            return Err(t.comment_empty());
        }
        Ok(CommentBody { text, html })
    }
}

/// [`CommentBody::parse`] off the async workers, a few at a time.
///
/// # Errors
/// `Busy` when too many are rendered already.
pub async fn render(state: &State, given: &str) -> Result<Result<CommentBody, String>, Error> {
    let (t, given) = (state.t(), given.to_owned());
    state
        .rendering
        .run(move || CommentBody::parse(t, &given))
        .await
}

/// The client's name for one attempt to post: 8 to 64 of `A–Z a–z 0–9 _ -`.
pub fn parse_key(t: Interface, given: &str) -> Result<Option<String>, String> {
    if given.is_empty() {
        return Ok(None);
    }
    let plain = given
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if plain && (8..=64).contains(&given.len()) {
        Ok(Some(given.to_owned()))
    } else {
        Err(t.key_form())
    }
}

/// A note or a detail: one text, at most [`MAX_NOTE`] characters.
pub fn parse_note(t: Interface, given: &str) -> Result<String, String> {
    let note = text::clean(given)
        .map_err(|_| t.text_unfit())?
        .trim()
        .to_owned();
    let length = note.chars().count();
    if length > MAX_NOTE {
        Err(t.note_long(MAX_NOTE as i64, length as i64))
    } else {
        Ok(note)
    }
}

/// What a form saw: the text alone for an edit, text and status for moderation. Opaque to clients.
pub mod revision {
    pub fn of_text(version: i64) -> String {
        format!("v{version}")
    }
    pub fn of_state(version: i64, moderation_version: i64) -> String {
        format!("v{version}.{moderation_version}")
    }
    /// The version that a moderation form saw.
    pub fn version(revision: &str) -> Option<i64> {
        revision.strip_prefix('v')?.split('.').next()?.parse().ok()
    }
}

/// How a thread is sorted. `best` is `newest` until respect exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Best,
    Replies,
}

impl Sort {
    pub const ALL: [Sort; 4] = [Sort::Newest, Sort::Oldest, Sort::Best, Sort::Replies];
    pub fn as_str(self) -> &'static str {
        match self {
            Sort::Newest => "newest",
            Sort::Oldest => "oldest",
            Sort::Best => "best",
            Sort::Replies => "replies",
        }
    }
    pub fn parse(text: &str) -> Option<Sort> {
        Sort::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// A comment's place in its thread.
pub mod path {
    use super::MAX_DEPTH;

    /// The path of a comment under `parent`.
    pub fn under(parent: &[u8], id: i64) -> Vec<u8> {
        let kept = parent.len().min((MAX_DEPTH - 1) * 8);
        let mut path = parent[..kept].to_vec();
        path.extend_from_slice(&id.to_be_bytes());
        path
    }

    /// The ids on the way, the comment's own last.
    pub fn ids(path: &[u8]) -> Vec<i64> {
        path.chunks_exact(8)
            .map(|c| i64::from_be_bytes(c.try_into().expect("eight bytes")))
            .collect()
    }

    /// The first path behind everything under this one.
    pub fn end(path: &[u8]) -> Vec<u8> {
        let mut end = path.to_vec();
        for byte in end.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        end
    }
}
