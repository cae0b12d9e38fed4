//! Form fields and pages that are one form, as the templates print them.

use crate::error::Error;

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
