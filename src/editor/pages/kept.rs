//! What an article's form gives back to people who are logged out or have lost the role.

use super::fields::label;
use crate::error::Error;
use crate::paths;
use crate::web::kept::{self, LongForm};
use crate::web::{FormBody, State};
use actix_web::{HttpRequest, HttpResponse};

const ARTICLE: LongForm = LongForm {
    typed: &[
        "title",
        "dek",
        "opening_summary",
        "body",
        "why_it_matters",
        "note_text",
        "tags",
        "authors",
        "keyphrases",
        "text",
    ],
    label,
    next: paths::ADMIN_ARTICLES,
};

/// The page with what was typed.
///
/// # Errors
/// `why`, if it is something else or nothing was typed.
pub(super) fn kept(
    state: &State,
    request: &HttpRequest,
    posted: &FormBody,
    why: Error,
) -> Result<HttpResponse, Error> {
    kept::kept(state, request, posted, ARTICLE, why)
}
