//! Comments: validation, rendering, sorting, and the tree structure of threads.
//!
//! A thread is a tree stored as materialised paths: a comment's path is its parent's path followed by its own id as
//! eight bytes, so that a conversation is one index range. At [`MAX_DEPTH`] a reply is stored as a sibling of its
//! parent.

pub mod bulk;
pub mod conversation;
mod counters;
mod cursor;
pub mod flags;
mod notify;
pub mod own;
pub mod pages;
pub mod row;
pub mod store;
pub mod thread;
mod transition;
pub mod view;
pub mod write;

use crate::error::Error;
use crate::interface::Interface;
pub use crate::moderation::Status;
use crate::text::{self, SafeHtml, markdown, structure};
use crate::web::State;
pub use transition::{Action, BeforeDecision, transition};

/// Longest comment, in characters.
pub const MAX_LENGTH: usize = 10_000;
/// How long an author may edit, in milliseconds.
pub const EDIT_WINDOW: i64 = 15 * crate::db::Time::MINUTE;
/// How long an author may undo a deletion, in milliseconds.
pub const UNDO_WINDOW: i64 = 10 * crate::db::Time::MINUTE;
/// How long the text of a deleted comment is retained, for staff only, in milliseconds.
pub const PURGE_AFTER: i64 = 30 * crate::db::Time::DAY;
/// Deepest level of a thread.
pub const MAX_DEPTH: usize = 12;

/// SQL condition for reported comments: published with an open flag, or approved with three, or with one if it has been
/// edited since the approval.
///
/// A `CASE`, because an `OR` over statuses would read every published and approved comment instead of the flagged ones.
pub const REPORTED: &str = "open_flags > 0 AND CASE status WHEN 'published' THEN TRUE WHEN 'approved' THEN \
    (open_flags >= 3 OR COALESCE(edited_at, 0) > COALESCE(moderated_at, created_at)) ELSE FALSE END";

/// SQL condition for approved comments with open flags that are not [`REPORTED`].
pub const FLAGGED_AGAIN: &str = "status = 'approved' AND open_flags > 0 AND open_flags < 3 AND \
    COALESCE(edited_at, 0) <= COALESCE(moderated_at, created_at)";

/// Longest detail of a flag and longest note of a rejection, in characters.
pub const MAX_NOTE_LENGTH: usize = 500;

/// A valid comment text, with its HTML.
#[derive(Clone, Debug)]
pub struct CommentBody {
    pub text: String,
    pub html: SafeHtml,
}

impl CommentBody {
    /// Takes up to 20 milliseconds of CPU time: handlers call [`render`].
    ///
    /// # Errors
    /// The message to show next to the field.
    pub fn parse(t: Interface, given: &str) -> Result<CommentBody, String> {
        let text = text::clean(given).map_err(|why| match why {
            text::InvalidText::Control => t.text_control_character(),
            text::InvalidText::Marks => t.text_too_many_accents(text::MOST_MARKS as i64),
        })?;
        let text = text.trim().to_owned();
        if text::is_blank(&text) {
            return Err(t.comment_empty());
        }
        let length = text.chars().count();
        if length > MAX_LENGTH {
            return Err(t.comment_too_long(MAX_LENGTH as i64, length as i64));
        }
        let html = markdown::comment(&text);
        if html.len() > structure::most_html(text.len()) {
            return Err(t.comment_too_much_formatting());
        }
        if text::is_blank(&html.text()) {
            return Err(t.comment_empty());
        }
        Ok(CommentBody { text, html })
    }
}

/// Runs [`CommentBody::parse`] on the blocking thread pool, a few at a time.
///
/// # Errors
/// `Unavailable` when the rendering queue is full.
pub async fn render(state: &State, given: &str) -> Result<Result<CommentBody, String>, Error> {
    let (t, given) = (state.t(), given.to_owned());
    state
        .rendering
        .run(move || CommentBody::parse(t, &given))
        .await
}

/// Validates an idempotency key, chosen by the client for one post: 8 to 64 of `A–Z a–z 0–9 _ -`, or empty for none.
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
        Err(t.form_key_invalid())
    }
}

/// Validates a rejection's note or a flag's detail: at most [`MAX_NOTE_LENGTH`] characters.
pub fn parse_note(t: Interface, given: &str) -> Result<String, String> {
    let note = text::clean(given)
        .map_err(|_| t.text_control_character())?
        .trim()
        .to_owned();
    let length = note.chars().count();
    if length > MAX_NOTE_LENGTH {
        Err(t.note_too_long(MAX_NOTE_LENGTH as i64, length as i64))
    } else {
        Ok(note)
    }
}

/// Revisions in forms, for optimistic locking: of the text for an edit, of text and status for moderation. Opaque to
/// clients.
pub mod revision {
    pub fn of_text(version: i64) -> String {
        format!("v{version}")
    }
    pub fn of_state(version: i64, moderation_version: i64) -> String {
        format!("v{version}.{moderation_version}")
    }
    /// The text version in a moderation form's revision.
    pub fn version(revision: &str) -> Option<i64> {
        revision.strip_prefix('v')?.split('.').next()?.parse().ok()
    }
}

/// How a thread is sorted. `best` is the same as `newest` until comments can be rated.
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

/// The materialised path of a comment in its thread.
pub mod path {
    use super::MAX_DEPTH;

    /// The path of a comment under `parent`.
    pub fn child(parent: &[u8], id: i64) -> Vec<u8> {
        let length = parent.len().min((MAX_DEPTH - 1) * 8);
        let mut path = parent[..length].to_vec();
        path.extend_from_slice(&id.to_be_bytes());
        path
    }

    /// The ids in a path: the ancestors', then the comment's own.
    pub fn ids(path: &[u8]) -> Vec<i64> {
        path.chunks_exact(8)
            .map(|c| i64::from_be_bytes(c.try_into().expect("eight bytes")))
            .collect()
    }

    /// Exclusive upper bound of the paths below this one.
    pub fn upper_bound(path: &[u8]) -> Vec<u8> {
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
