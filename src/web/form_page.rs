//! Pages that are one form, and further buttons below it.

use super::fields::{Field, FieldGroup, FieldKind, Link};
use crate::error::Error;
use crate::web::{State, assets, error_pages, page};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// A page that is one form.
#[derive(askama::Template)]
#[template(path = "form.html")]
pub struct FormPage {
    pub page: crate::web::Page,
    pub t: crate::interface::Interface,
    pub heading: String,
    pub intro: String,
    /// An error message about the form as a whole, above it. `done`: a success message there.
    pub alert: String,
    pub done: String,
    pub action: String,
    pub fields: Vec<Field>,
    pub groups: Vec<FieldGroup>,
    /// Further forms below, each a button.
    pub forms: Vec<ButtonForm>,
    /// The button that uses a passkey instead.
    pub passkey: Option<PasskeyForm>,
    pub button: String,
    pub more: Vec<Link>,
}

/// The button that logs in, or proves who one is, by a passkey. Scripts show it.
#[derive(Clone, Debug)]
pub struct PasskeyForm {
    pub next: String,
    pub script: &'static str,
}

impl PasskeyForm {
    /// `None` where the site's address is a number, which passkeys cannot be bound to.
    pub fn of(state: &State, next: &str) -> Option<PasskeyForm> {
        let host = url::Url::parse(&state.config.base.origin).ok()?;
        host.domain()?;
        Some(PasskeyForm {
            next: next.to_owned(),
            script: assets::PASSKEYS_JS,
        })
    }
}

/// A form that is one button.
#[derive(Clone, Debug)]
pub struct ButtonForm {
    pub action: String,
    /// Names and values of hidden fields.
    pub fields: Vec<(&'static str, String)>,
    /// What it does, above the button; may be empty.
    pub hint: String,
    pub button: String,
}

impl FormPage {
    /// A form without fields and texts, to be filled.
    pub fn new(page: crate::web::Page, heading: String, action: &str, button: String) -> FormPage {
        FormPage {
            t: page.t,
            page,
            heading,
            intro: String::new(),
            alert: String::new(),
            done: String::new(),
            action: action.to_owned(),
            fields: Vec::new(),
            groups: Vec::new(),
            forms: Vec::new(),
            passkey: None,
            button,
            more: Vec::new(),
        }
    }

    pub fn is_refused(&self) -> bool {
        !self.alert.is_empty() || self.all_fields().any(|f| !f.error.is_empty())
    }

    /// The fields of the form and of its groups.
    pub fn all_fields(&self) -> impl Iterator<Item = &Field> {
        let in_groups = self.groups.iter().flat_map(|group| &group.rows).flatten();
        self.fields.iter().chain(in_groups)
    }

    pub fn has_files(&self) -> bool {
        self.all_fields().any(|f| f.kind == FieldKind::File)
    }

    /// 422 when something was refused, else 200.
    pub fn answer(&self) -> Result<HttpResponse, Error> {
        if self.is_refused() {
            self.refused(StatusCode::UNPROCESSABLE_ENTITY)
        } else {
            page::ok(self)
        }
    }

    /// 429: the form again, because there were too many wrong attempts.
    pub fn throttled(mut self, seconds: i64) -> Result<HttpResponse, Error> {
        self.alert = self.t.login_too_many(&error_pages::wait(self.t, seconds));
        error_pages::retry_after(self.refused(StatusCode::TOO_MANY_REQUESTS)?, seconds)
    }

    /// The form with its errors.
    pub fn refused(&self, status: StatusCode) -> Result<HttpResponse, Error> {
        let fields = self.all_fields().map(|f| (f.name, f.error.clone()));
        let refusals = std::iter::once(("", self.alert.clone())).chain(fields);
        page::refused(status, self, refusals.collect())
    }
}
