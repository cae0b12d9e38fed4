//! Handlers and views of the newsroom's articles.

mod act;
mod bulk;
mod calendar;
mod differences;
mod edit;
mod fields;
mod front;
mod kept;
mod list;
mod preview;
mod replace;
mod revisions;
mod story;
mod surface;
mod typed;
mod view;

pub use act::{
    comments, correct, delete, publish, restore, schedule, share, submit, unpublish, unschedule,
};
pub use bulk::bulk;
pub use calendar::calendar;
pub use edit::{create, new, show, update};
pub use front::{front, pin};
pub use list::index;
pub use preview::{preview, shared};
pub use replace::replace;
pub use revisions::revisions;
pub use story::{import, upload};

use crate::articles::edited::Edited;
use crate::interface::Interface;

/// A status of an article in the language of the interface.
fn status_name(t: Interface, status: &str) -> String {
    match status {
        "submitted" => t.article_submitted(),
        "scheduled" => t.article_scheduled(),
        "published" => t.article_published(),
        "unpublished" => t.article_unpublished(),
        _ => t.article_draft(),
    }
}

/// The title, or what stands for it.
fn shown_title(t: Interface, title: &str) -> String {
    match crate::text::is_blank(title) {
        true => t.editor_untitled(),
        false => title.to_owned(),
    }
}

/// When the article, or its working copy, is to be published.
fn scheduled_for(edited: &Edited) -> Option<crate::db::Time> {
    match edited.row.status.as_str() {
        "scheduled" => Some(edited.row.published_at),
        _ => edited.publish_at,
    }
}
