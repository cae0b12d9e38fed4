//! The pages of articles: the front, the article itself, lists, what was changed and corrected.

mod archive;
mod changes;
mod corrections;
mod front;
mod json_ld;
mod list;
mod show;
pub mod teaser;

pub use archive::{archive, month};
pub use changes::{revision, revisions};
pub use corrections::corrections;
pub use front::front;
pub use list::{author, section, tag};
pub use show::{correction_label, show};

use crate::articles::lists::Author;
use crate::articles::store::Name;
use crate::interface::Interface;
use serde::Deserialize;

/// `Mira Stahl and Jon Abara`
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

/// Which list, and what its page says of it.
pub(super) struct Listed {
    /// The address of its beginning.
    pub path: String,
    /// The slug of the section that it is; empty = none.
    pub section: String,
    pub kicker: String,
    pub kicker_href: String,
    pub heading: String,
    pub description: String,
    pub author: Option<Author>,
    pub has_feed: bool,
}

/// The page of a list that an address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    pub after: String,
}

impl After {
    /// The known part of a query string; the rest is ignored.
    pub fn of(request: &actix_web::HttpRequest) -> After {
        serde_html_form::from_str(request.query_string()).unwrap_or_default()
    }
}
