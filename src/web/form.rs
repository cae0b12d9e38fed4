//! Form bodies: read with a size limit and a deadline, decoded strictly, and saved for error pages. Form fields for
//! templates.

use crate::error::Error;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The largest form, in bytes.
pub const FORM_LIMIT: usize = 256 * 1024;
/// Bytes that are still read and discarded, so that a client that is still sending can receive the response.
const DRAIN_LIMIT: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(20);

/// The body of a POST, or the error of reading it: the handler reports that only when it decodes the form.
#[derive(Debug)]
pub struct FormBody(Result<Vec<u8>, Error>);

/// Request extension: text that was submitted, for an error page to give back.
#[derive(Clone, Debug)]
pub struct SubmittedText(pub String);

impl FormBody {
    /// Decodes the form.
    ///
    /// # Errors
    /// `NotAForm`, `TooLarge`, and `Malformed` for an unknown or repeated field and for what is not UTF-8.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let bytes = self.0.as_ref().map_err(Clone::clone)?;
        let decoded: Vec<u8> = percent_encoding::percent_decode(bytes).collect();
        if std::str::from_utf8(&decoded).is_err() {
            return Err(Error::Malformed("The form is not UTF-8 text.".into()));
        }
        serde_html_form::from_bytes(bytes).map_err(|_| {
            Error::Malformed(
                "The form has a field that this address does not know, or one of its fields twice."
                    .into(),
            )
        })
    }

    /// One field by name, whatever else the form contains.
    pub fn field(&self, name: &str) -> Option<String> {
        let bytes = self.0.as_ref().ok()?;
        let pairs: Vec<(String, String)> = serde_html_form::from_bytes(bytes).ok()?;
        pairs
            .into_iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }
}

impl FromRequest for FormBody {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let announced = request
                .headers()
                .get(header::CONTENT_LENGTH)
                .and_then(|v| v.to_str().ok()?.parse().ok())
                .unwrap_or(0);
            let read = if announced > DRAIN_LIMIT {
                Err(Error::TooLarge { limit: FORM_LIMIT })
            } else {
                tokio::time::timeout(DEADLINE, read(&mut payload))
                    .await
                    .unwrap_or(Err(Error::TooSlow))
            };
            // A form without fields may come without a type.
            let fits = |bytes: &[u8]| {
                is_form(&request)
                    || (bytes.is_empty() && !request.headers().contains_key(header::CONTENT_TYPE))
            };
            let posted = FormBody(read.and_then(|bytes| {
                if fits(&bytes) {
                    Ok(bytes)
                } else {
                    Err(Error::NotAForm)
                }
            }));
            for field in ["body", "bio", "detail", "note", "tagline"] {
                if let Some(text) = posted.field(field).filter(|t| !t.is_empty()) {
                    request.extensions_mut().insert(SubmittedText(text));
                    break;
                }
            }
            Ok(posted)
        })
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    kind.split(';').next().is_some_and(|k| {
        k.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

async fn read(payload: &mut Payload) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(chunk) = next(payload).await {
        let chunk = chunk.map_err(|_| Error::Malformed("The form did not arrive whole.".into()))?;
        seen += chunk.len();
        if seen > DRAIN_LIMIT {
            break;
        }
        if seen <= FORM_LIMIT {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > FORM_LIMIT {
        Err(Error::TooLarge { limit: FORM_LIMIT })
    } else {
        Ok(bytes)
    }
}

/// The next chunk of a body.
async fn next(payload: &mut Payload) -> Option<Result<Bytes, PayloadError>> {
    std::future::poll_fn(|cx| futures_core::Stream::poll_next(Pin::new(&mut *payload), cx)).await
}

/// One field of a form, as the templates print it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub name: &'static str,
    pub kind: FieldKind,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub error: String,
    pub autocomplete: &'static str,
    pub most: usize,
    pub required: bool,
    pub options: Vec<Choice>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    #[default]
    Text,
    Email,
    Password,
    Area,
    Select,
    Hidden,
}

impl FieldKind {
    pub fn as_str(&self) -> &'static str {
        match self {
            FieldKind::Email => "email",
            FieldKind::Password => "password",
            FieldKind::Hidden => "hidden",
            _ => "text",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Field {
    pub fn text(name: &'static str, label: String) -> Field {
        Field {
            name,
            label,
            required: true,
            ..Field::default()
        }
    }
    pub fn email(name: &'static str, label: String) -> Field {
        Field {
            kind: FieldKind::Email,
            autocomplete: "email",
            ..Field::text(name, label)
        }
    }
    pub fn password(name: &'static str, label: String, autocomplete: &'static str) -> Field {
        Field {
            kind: FieldKind::Password,
            autocomplete,
            ..Field::text(name, label)
        }
    }
    pub fn area(name: &'static str, label: String) -> Field {
        Field {
            kind: FieldKind::Area,
            required: false,
            ..Field::text(name, label)
        }
    }
    pub fn hidden(name: &'static str, value: &str) -> Field {
        Field {
            kind: FieldKind::Hidden,
            ..Field::text(name, String::new())
        }
        .value(value)
    }
    pub fn select(
        name: &'static str,
        label: String,
        options: Vec<(&str, String)>,
        chosen: &str,
    ) -> Field {
        let options = options
            .into_iter()
            .map(|(v, label)| Choice {
                value: v.to_owned(),
                label,
                chosen: v == chosen,
            })
            .collect();
        Field {
            kind: FieldKind::Select,
            options,
            ..Field::text(name, label)
        }
    }
    /// The displayed value: the label of the chosen option, or the text; a dash if it is empty.
    pub fn shown(&self) -> String {
        let chosen = self.options.iter().find(|option| option.chosen);
        let shown = chosen.map_or(&self.value, |option| &option.label);
        if shown.is_empty() {
            "–".into()
        } else {
            shown.clone()
        }
    }
    pub fn hint(mut self, hint: String) -> Field {
        self.hint = hint;
        self
    }
    pub fn value(mut self, value: &str) -> Field {
        self.value = value.to_owned();
        self
    }
    pub fn autocomplete(mut self, autocomplete: &'static str) -> Field {
        self.autocomplete = autocomplete;
        self
    }
    pub fn most(mut self, most: usize) -> Field {
        self.most = most;
        self
    }
    pub fn optional(mut self) -> Field {
        self.required = false;
        self
    }
    /// Sets the field's error message if its value was refused.
    pub fn judged<T>(mut self, outcome: &Result<T, String>) -> Field {
        if let Err(why) = outcome {
            self.error.clone_from(why);
        }
        self
    }
}

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
    pub button: String,
    pub more: Vec<Link>,
}

#[derive(Clone, Debug)]
pub struct Link {
    pub href: String,
    pub text: String,
}

impl FormPage {
    pub fn is_refused(&self) -> bool {
        !self.alert.is_empty() || self.fields.iter().any(|f| !f.error.is_empty())
    }

    /// 422 when something was refused, else 200.
    pub fn answer(&self) -> Result<actix_web::HttpResponse, Error> {
        if self.is_refused() {
            crate::web::page::refused(self)
        } else {
            crate::web::page::ok(self)
        }
    }
}
