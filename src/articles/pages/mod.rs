//! Handlers and views of the front page, articles, lists, the archive, revisions and corrections.

mod archive;
mod article_data;
mod article_view;
mod changes;
mod corrections;
mod front;
mod json_ld;
mod list;
mod names;
mod preview;
mod show;
pub mod teaser;

pub use archive::{archive, month, year};
pub use article_view::correction_label;
pub use changes::{ParagraphView, compared, revision, revisions};
pub use corrections::corrections;
pub use front::front;
pub use list::{author, section, tag};
pub use names::{authors, tags};
pub use preview::preview;
pub use show::show;

use crate::articles::collections::Author;
use crate::articles::store::Name;
use crate::interface::Interface;
use serde::Deserialize;

/// The names of a byline as one text, such as `Mira Stahl and Jon Abara`.
fn names(t: Interface, names: &[Name]) -> String {
    match names {
        [] => String::new(),
        [one] => one.name.clone(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(|n| n.name.as_str()).collect();
            t.list_and(&first.join(", "), &last.name)
        }
    }
}

/// The path, heading and description of a list page.
pub(super) struct Listed {
    /// The path of its first page.
    pub path: String,
    /// The slug of the section, if it is the list of a section; else empty.
    pub section: String,
    pub kicker: String,
    pub kicker_href: String,
    pub heading: String,
    pub description: String,
    pub author: Option<Author>,
    pub has_feed: bool,
}

/// The query string of a list page: `after` is the cursor, empty for the first page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    pub after: String,
}

impl After {
    /// Parses the query string; unknown parameters are ignored.
    pub fn of(request: &actix_web::HttpRequest) -> After {
        serde_html_form::from_str(request.query_string()).unwrap_or_default()
    }
}
