//! The answer to a long form from people who are logged out or have lost the role: everything that was typed, to be
//! sent again or copied.

use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::{FormBody, Page, State, Viewer, page, viewer};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    page: Page,
    t: Interface,
    heading: String,
    sentence: String,
    action: String,
    /// The page to log in on; empty = sending it again does not help.
    login: String,
    /// In the order that they were sent in: that of fields which are there several times says which row is which.
    fields: Vec<KeptField>,
}

struct KeptField {
    name: String,
    /// Empty for a field that is not typed.
    label: String,
    value: String,
}

/// Fields that are not typed.
const HIDDEN: [&str; 5] = ["revision", "action", "note_kind", "comments", "in_footer"];

/// What is kept of a form.
#[derive(Clone, Copy)]
pub struct LongForm {
    /// The fields that people write in.
    pub typed: &'static [&'static str],
    pub label: fn(Interface, &str) -> String,
    /// The page to go on with after logging in.
    pub next: &'static str,
}

/// The page with what was typed, for `SignInFirst` and `Forbidden`.
///
/// # Errors
/// `why`, if it is something else or nothing was typed.
pub fn kept(
    state: &State,
    request: &HttpRequest,
    posted: &FormBody,
    form: LongForm,
    why: Error,
) -> Result<HttpResponse, Error> {
    let signs_in = match &why {
        Error::SignInFirst { .. } => true,
        Error::Forbidden => false,
        _ => return Err(why),
    };
    let Ok(pairs) = posted.pairs() else {
        return Err(why);
    };
    let t = state.t();
    let field = |(name, value): &(String, String)| KeptField {
        name: name.clone(),
        label: match HIDDEN.contains(&name.as_str()) || value.trim().is_empty() {
            true => String::new(),
            false => (form.label)(t, name),
        },
        value: value.clone(),
    };
    let fields: Vec<KeptField> = pairs.iter().map(field).collect();
    let is_typed =
        |field: &KeptField| !field.label.is_empty() && form.typed.contains(&field.name.as_str());
    if !fields.iter().any(is_typed) {
        return Err(why);
    }
    let viewer = match signs_in {
        true => Viewer(None),
        false => viewer::of(request),
    };
    let (heading, sentence) = match signs_in {
        true => (t.error_sign_in(), t.kept_sign_in()),
        false => (t.error_forbidden(), t.kept_forbidden()),
    };
    let view = KeptPage {
        page: Page::new(state, &viewer, &heading).unlisted(),
        t,
        heading,
        sentence,
        action: request.path().to_owned(),
        login: match signs_in {
            true => paths::login(form.next),
            false => String::new(),
        },
        fields,
    };
    page::answer(StatusCode::FORBIDDEN, &view)
}
