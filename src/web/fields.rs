//! Form fields, as the templates print them.

pub use super::form_page::{ButtonForm, FormPage, PasskeyForm};
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
    /// What a file field takes: media types, separated by commas.
    pub accept: &'static str,
    /// The id of the list of suggestions for a text; empty = none.
    pub list: &'static str,
    /// Suggestions for a text that have no list elsewhere on the page.
    pub suggested: Vec<String>,
    /// The height of an area in lines; 0 = five.
    pub lines: usize,
    /// An area that shows a text to compare with or to copy from; it is not sent.
    pub is_readonly: bool,
    /// A file field that takes several.
    pub is_multiple: bool,
    /// The row of a field in a [`FieldGroup`].
    pub row: Option<usize>,
}

/// Fields that are sent once for each row, in order, such as the source notes of an article. Rows are added without a
/// script: the button sends the form, and the page comes back with one more row. Not for checkboxes, which send nothing while they
/// are not checked, nor for files.
#[derive(Clone, Debug, Default)]
pub struct FieldGroup {
    pub legend: String,
    pub rows: Vec<Vec<Field>>,
    /// The value of `action` that the button sends, and its label.
    pub add: (&'static str, String),
}

/// Columns of a [`FieldGroup`] as rows.
///
/// # Errors
/// `Malformed` when they are not equally long.
pub fn group_rows<const N: usize>(columns: [Vec<String>; N]) -> Result<Vec<[String; N]>, Error> {
    let length = columns.first().map_or(0, Vec::len);
    if columns.iter().any(|column| column.len() != length) {
        return Err(Error::Malformed(
            "The rows of the form are not complete.".into(),
        ));
    }
    let mut columns = columns.map(Vec::into_iter);
    let row = |_| {
        columns
            .each_mut()
            .map(|column| column.next().unwrap_or_default())
    };
    Ok((0..length).map(row).collect())
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
    /// A calculation that the browser does: `value` is what it is about, `most` how many bits it takes.
    Work,
    /// A field that people do not see, for programs that fill in everything.
    Trap,
    /// Sends `on` when it is checked, and nothing otherwise.
    Checkbox,
    /// Date and time in the site's time zone, as [`Site::parse_minute`](super::site::Site::parse_minute) reads it.
    DateTime,
    /// `YYYY-MM-DD`.
    Date,
    /// Needs a [`FileLimit`](super::form::FileLimit) at its address.
    File,
}

impl FieldKind {
    pub fn as_str(&self) -> &'static str {
        match self {
            FieldKind::Email => "email",
            FieldKind::Password => "password",
            FieldKind::Hidden => "hidden",
            FieldKind::Checkbox => "checkbox",
            FieldKind::DateTime => "datetime-local",
            FieldKind::Date => "date",
            FieldKind::File => "file",
            FieldKind::Text
            | FieldKind::Area
            | FieldKind::Select
            | FieldKind::Trap
            | FieldKind::Work => "text",
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
    /// A text to compare with or to copy from.
    pub fn shown_only(label: String, value: &str) -> Field {
        Field {
            is_readonly: true,
            ..Field::area("", label)
        }
        .value(value)
    }
    pub fn work(name: &'static str, challenge: &str, bits: u32) -> Field {
        Field {
            kind: FieldKind::Work,
            name,
            value: challenge.to_owned(),
            most: bits as usize,
            ..Field::default()
        }
    }
    pub fn trap(name: &'static str) -> Field {
        Field {
            kind: FieldKind::Trap,
            name,
            ..Field::default()
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
    pub fn checkbox(name: &'static str, label: String, is_checked: bool) -> Field {
        Field {
            kind: FieldKind::Checkbox,
            required: false,
            ..Field::text(name, label)
        }
        .value(if is_checked { "on" } else { "" })
    }
    /// `value`: as [`Site::input_minute`](super::site::Site::input_minute) writes it, or as it was sent.
    pub fn date_time(name: &'static str, label: String, value: &str) -> Field {
        Field {
            kind: FieldKind::DateTime,
            required: false,
            ..Field::text(name, label)
        }
        .value(value)
    }
    pub fn date(name: &'static str, label: String, value: &str) -> Field {
        Field {
            kind: FieldKind::Date,
            required: false,
            ..Field::text(name, label)
        }
        .value(value)
    }
    pub fn file(name: &'static str, label: String, accept: &'static str) -> Field {
        Field {
            kind: FieldKind::File,
            accept,
            ..Field::text(name, label)
        }
    }
    /// Ends the ids of this field in the page; in a group it has the row's number.
    pub fn id(&self) -> String {
        match self.row {
            Some(row) => format!("{}-{}", self.name, row + 1),
            None => self.name.to_owned(),
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
    pub fn multiple(mut self) -> Field {
        self.is_multiple = true;
        self
    }
    pub fn list(mut self, list: &'static str) -> Field {
        self.list = list;
        self
    }
    pub fn lines(mut self, lines: usize) -> Field {
        self.lines = lines;
        self
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

#[derive(Clone, Debug)]
pub struct Link {
    pub href: String,
    pub text: String,
}
