//! The fields of a search, and the cursor of its pages.

use super::query::LONGEST;
use super::store::Cursor;
use crate::{paths, text};
use actix_web::HttpRequest;
use serde::Deserialize;

/// The fields of the search form. Unknown fields and invalid values are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SearchForm {
    pub(super) q: String,
    pub(super) r#in: String,
    pub(super) section: String,
    pub(super) author: String,
    pub(super) from: String,
    pub(super) to: String,
    /// `newest`, or empty for the best first.
    pub(super) sort: String,
    pub(super) after: String,
}

impl SearchForm {
    pub(super) fn of(request: &HttpRequest) -> SearchForm {
        let mut asked: SearchForm =
            serde_html_form::from_str(request.query_string()).unwrap_or_default();
        for field in [&mut asked.q, &mut asked.section, &mut asked.author] {
            *field = text::clean_line(field).unwrap_or_default();
        }
        asked.q = asked.q.chars().take(LONGEST).collect();
        asked
    }

    pub(super) fn is_in_comments(&self) -> bool {
        self.r#in == "comments"
    }

    pub(super) fn is_narrowed(&self) -> bool {
        [&self.section, &self.author, &self.from, &self.to]
            .iter()
            .any(|f| !f.is_empty())
    }

    pub(super) fn path(&self, kind: &str, after: &str) -> String {
        paths::search(&[
            ("q", &self.q),
            ("in", kind),
            ("section", &self.section),
            ("author", &self.author),
            ("from", &self.from),
            ("to", &self.to),
            ("sort", self.sort()),
            ("after", after),
        ])
    }

    pub(super) fn sort(&self) -> &'static str {
        match self.sort.as_str() {
            "newest" => "newest",
            _ => "",
        }
    }

    /// The first page in another order.
    pub(super) fn sorted(&self, sort: &str) -> String {
        let other = SearchForm {
            sort: sort.to_owned(),
            ..self.clone()
        };
        other.path(self.kind(), "")
    }

    /// The first page for a corrected query; empty if there is none.
    pub(super) fn corrected(&self, pieces: &[(String, bool)]) -> String {
        if pieces.is_empty() {
            return String::new();
        }
        let other = SearchForm {
            q: pieces.iter().map(|(piece, _)| piece.as_str()).collect(),
            ..self.clone()
        };
        other.path(self.kind(), "")
    }

    pub(super) fn kind(&self) -> &'static str {
        if self.is_in_comments() {
            "comments"
        } else {
            "articles"
        }
    }
}

/// The cursor of a page, and whether its query was searched with prefixes ([`SearchQuery::opened`]).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SearchCursor {
    pub(super) open: bool,
    pub(super) cursor: Cursor,
}

impl SearchCursor {
    /// Parses the parameter `after`; a malformed one is the first page.
    pub(super) fn parse(text: &str) -> SearchCursor {
        let (open, rest) = match text.strip_prefix('o') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let numbers = rest
            .split_once('_')
            .and_then(|(rank, number)| Some((rank.parse().ok()?, number.parse().ok()?)));
        let cursor = numbers.map(|(rank, number)| Cursor {
            rank,
            number: Some(number),
        });
        SearchCursor {
            open,
            cursor: cursor.unwrap_or_default(),
        }
    }

    pub(super) fn text(self) -> String {
        let number = self.cursor.number.unwrap_or_default();
        format!(
            "{}{}_{number}",
            if self.open { "o" } else { "" },
            self.cursor.rank
        )
    }
}
