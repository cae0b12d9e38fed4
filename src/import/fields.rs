//! The fields of front matter, found by any of their names, and which of them nothing has read.

use super::dates::parse_time;
use super::value::{Entry, Kind, Place, Value};
use crate::articles::draft::Refusal;
use crate::db::Time;
use jiff::tz::TimeZone;
use std::cell::{Cell, RefCell};

/// A field. Those of `taxonomies`, `extra` and `params` stand beside the others, behind them.
pub(super) struct Field {
    /// The name as written, with the table that it stands in: `extra.team`.
    pub name: String,
    /// The name in lower case without `-` and `_`, by which it is found.
    pub(super) key: String,
    pub place: Place,
    pub value: Value,
    used: Cell<bool>,
}

pub(super) struct Fields {
    fields: Vec<Field>,
    /// Entries of tables that have no meaning here: name and line.
    ignored: RefCell<Vec<(String, usize)>>,
    /// Lines of the file before the front matter.
    skipped: usize,
}

/// Tables whose entries are fields too, as Zola and Hugo have them.
const TABLES: [&str; 3] = ["taxonomies", "extra", "params"];

fn key_of(name: &str) -> String {
    name.replace(['-', '_'], "").to_lowercase()
}

impl Fields {
    pub(super) fn of(entries: Vec<Entry>, skipped: usize) -> Fields {
        let (mut fields, mut nested) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry.value.kind {
                Kind::Table(inner) if TABLES.contains(&key_of(&entry.name).as_str()) => {
                    let inside =
                        |inner: Entry| field(format!("{}.{}", entry.name, inner.name), inner);
                    nested.extend(inner.into_iter().map(inside));
                }
                _ => fields.push(field(entry.name.clone(), entry)),
            }
        }
        fields.extend(nested);
        Fields {
            fields,
            ignored: RefCell::default(),
            skipped,
        }
    }

    /// The first field with a value that has one of these names; an earlier name goes before a later one. Others with the
    /// same text, or with none, count as read.
    pub(super) fn find(&self, names: &[&str]) -> Option<&Field> {
        let mut found: Option<&Field> = None;
        for name in names {
            for field in self.fields.iter().filter(|field| field.key == *name) {
                let is_empty = matches!(field.value.kind, Kind::Null);
                match found {
                    _ if is_empty => field.used.set(true),
                    None => {
                        field.used.set(true);
                        found = Some(field);
                    }
                    Some(first) if first.value.kind == field.value.kind => field.used.set(true),
                    Some(_) => {}
                }
            }
        }
        found
    }

    /// Every field with one of these names.
    pub(super) fn all<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Field> {
        self.peek(names).inspect(|field| field.used.set(true))
    }

    /// Every field with one of these names, not yet counted as read.
    pub(super) fn peek<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a Field> {
        let wanted = |field: &&Field| names.contains(&field.key.as_str());
        self.fields.iter().filter(wanted)
    }

    /// Ignores one of the values of a field.
    pub(super) fn ignore(&self, field: &Field, value: &str) {
        let name = format!("{} {value}", field.name);
        self.ignored
            .borrow_mut()
            .push((name, self.line_of(field.place)));
    }

    /// The fields that nothing has read, with their lines.
    pub(super) fn ignored(&self) -> Vec<(String, usize)> {
        let unread = self.fields.iter().filter(|field| !field.used.get());
        let unread = unread.map(|field| (field.name.clone(), self.line_of(field.place)));
        unread.chain(self.ignored.take()).collect()
    }

    /// Ignores the entries of a table that have none of these names.
    pub(super) fn ignore_rest(&self, field: &Field, parts: &[Entry], known: &[&str]) {
        let rest = parts
            .iter()
            .filter(|part| !known.contains(&key_of(&part.name).as_str()));
        let rest = rest.map(|part| {
            let name = format!("{}.{}", field.name, part.name);
            (name, self.line_of(part.place))
        });
        self.ignored.borrow_mut().extend(rest);
    }

    /// The line of a field in the file; the first line if there is none.
    pub(super) fn line(&self, names: &[&str]) -> usize {
        let named = |field: &&Field| names.contains(&field.key.as_str());
        self.fields
            .iter()
            .find(named)
            .map_or(1, |field| self.line_of(field.place))
    }

    pub(super) fn line_of(&self, place: Place) -> usize {
        place.line + self.skipped
    }

    /// `KEY takes …, not "…" (column N)`
    pub(super) fn refuse<T>(&self, field: &Field, takes: &str) -> Result<T, Refusal> {
        self.refuse_value(field, &field.value, takes)
    }

    pub(super) fn refuse_value<T>(
        &self,
        field: &Field,
        value: &Value,
        takes: &str,
    ) -> Result<T, Refusal> {
        let given = match &value.kind {
            Kind::Scalar(text) => format!(", not {:?}", crate::text::excerpt(text, 60)),
            _ => String::new(),
        };
        let why = format!(
            "{} takes {takes}{given} (column {})",
            field.name, value.place.column
        );
        Err(Refusal::at(self.line_of(value.place), why))
    }

    /// A text on one line.
    pub(super) fn string(&self, names: &[&str]) -> Result<Option<String>, Refusal> {
        match self.find(names) {
            None => Ok(None),
            Some(field) => match line_of(&field.value) {
                Some(text) => Ok(Some(text)),
                None => self.refuse(field, "text"),
            },
        }
    }

    /// The texts of a list, or of one text with commas.
    pub(super) fn strings(&self, field: &Field) -> Result<Vec<String>, Refusal> {
        let takes = "a list of texts, or one text with commas";
        match &field.value.kind {
            Kind::Null => Ok(Vec::new()),
            Kind::Scalar(text) => Ok(super::sections::list(text)),
            Kind::Table(_) => self.refuse(field, takes),
            Kind::List(items) => {
                let mut texts = Vec::new();
                for item in items {
                    match (&item.kind, line_of(item)) {
                        (Kind::Null, _) => {}
                        // As Hexo nests categories.
                        (Kind::List(inner), _) => texts.extend(inner.iter().filter_map(line_of)),
                        (_, Some(text)) => texts.push(text),
                        (_, None) => return self.refuse_value(field, item, "a list of texts"),
                    }
                }
                Ok(texts)
            }
        }
    }

    /// `true` or `false`, in any of the words of YAML 1.1.
    pub(super) fn boolean(&self, field: &Field) -> Result<bool, Refusal> {
        match as_boolean(&field.value) {
            Some(value) => Ok(value),
            None => self.refuse(field, "true or false"),
        }
    }
}

fn field(name: String, entry: Entry) -> Field {
    Field {
        key: key_of(&entry.name),
        name,
        place: entry.place,
        value: entry.value,
        used: Cell::new(false),
    }
}

impl Field {
    /// Counts the field as read.
    pub(super) fn read(&self) {
        self.used.set(true);
    }
}

/// [`as_boolean`], where no value is no flag.
pub(super) fn as_flag(value: &Value) -> Option<bool> {
    as_boolean(value).filter(|_| value.kind != Kind::Null)
}

pub(super) fn as_boolean(value: &Value) -> Option<bool> {
    match &value.kind {
        Kind::Null => Some(false),
        Kind::Scalar(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "0" | "" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The text of a scalar with its white space collapsed.
pub(super) fn line_of(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::Scalar(text) => {
            let line = crate::text::collapse(text);
            Some(super::comments::remove(&line).into_owned())
        }
        _ => None,
    }
}

/// The entry of a table.
pub(super) fn entry<'a>(table: &'a [Entry], names: &[&str]) -> Option<&'a Value> {
    let found = names.iter().find_map(|name| {
        let mut entries = table.iter();
        entries.find(|entry| key_of(&entry.name) == *name)
    });
    found
        .map(|entry| &entry.value)
        .filter(|value| value.kind != Kind::Null)
}

/// A date, with or without a time; without an offset it is in `zone`.
pub(super) fn time(
    fields: &Fields,
    field: &Field,
    value: &Value,
    zone: &TimeZone,
) -> Result<Time, Refusal> {
    let takes = "a date such as 2026-11-22, 2026-11-22 08:30 or 2026-11-22T08:30:00Z";
    let Kind::Scalar(text) = &value.kind else {
        return fields.refuse_value(field, value, takes);
    };
    match parse_time(text, zone) {
        Ok(time) => Ok(time),
        Err(word) if word.is_empty() || word == *text => fields.refuse_value(field, value, takes),
        Err(word) => {
            fields.refuse_value(field, value, &format!("{takes}; {word:?} cannot be read"))
        }
    }
}
