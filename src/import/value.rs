//! The values of front matter: a tree in which scalars stay as typed, each with its place in the file.

use crate::articles::draft::Refusal;
use crate::text;
use granit_parser::{Event, Parser, ScalarStyle};

/// A place in the file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub place: Place,
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Null,
    /// A text, number, date or boolean, as typed.
    Scalar(String),
    List(Vec<Value>),
    Table(Vec<Entry>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub name: String,
    pub place: Place,
    pub value: Value,
}

/// Maximum number of values and of bytes in them, so that repeated aliases of YAML cannot grow without end, and maximum
/// nesting.
const MOST_VALUES: usize = 20_000;
const MOST_COPIED: usize = 1024 * 1024;
const MOST_DEPTH: usize = 32;

/// A refusal at a place that names the character there.
pub(super) fn refusal_at(text: &str, place: Place, skipped: usize, why: &str) -> Refusal {
    let line = text.lines().nth(place.line.saturating_sub(1));
    let found = line.and_then(|line| line.chars().nth(place.column.saturating_sub(1)));
    let at = match found {
        Some(c) => format!("column {}, at {c:?}", place.column),
        None => format!("column {}", place.column),
    };
    Refusal::at(place.line + skipped, format!("{why} ({at})"))
}

/// Parses YAML. `skipped`: lines of the file before it.
///
/// # Errors
/// Line, column and character, and what is wrong there.
pub(super) fn yaml(text: &str, skipped: usize) -> Result<Value, Refusal> {
    let mut builder = Yaml {
        text,
        skipped,
        left: MOST_VALUES,
        left_bytes: MOST_COPIED,
        anchors: Vec::new(),
    };
    let mut events = Parser::new_from_str(text);
    let mut found = Value {
        place: Place { line: 1, column: 1 },
        kind: Kind::Null,
    };
    while let Some(event) = builder.next(&mut events)? {
        match event.0 {
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            _ => found = builder.value(event, &mut events, 0)?,
        }
    }
    clean(&mut found).map_err(|place| refusal_at(text, place, skipped, CONTROL))?;
    Ok(found)
}

const CONTROL: &str = "the front matter has a control character, or too many marks on one letter";

/// Removes bidirectional controls from the texts of a value.
///
/// # Errors
/// The place of a text with control characters, which escapes such as `\\u0007` can bring in.
fn clean(value: &mut Value) -> Result<(), Place> {
    match &mut value.kind {
        Kind::Null => {}
        Kind::Scalar(given) => {
            text::clean(given).map_err(|_| value.place)?;
            *given = text::without_direction_controls(given).collect();
        }
        Kind::List(items) => items.iter_mut().try_for_each(clean)?,
        Kind::Table(entries) => {
            for entry in entries {
                clean(&mut entry.value)?;
            }
        }
    }
    Ok(())
}

struct Yaml<'a> {
    text: &'a str,
    skipped: usize,
    /// Values and bytes that may still be read or copied.
    left: usize,
    left_bytes: usize,
    /// Values with an anchor, by the number of the anchor.
    anchors: Vec<(usize, Value)>,
}

type Events<'a> = Parser<'a, granit_parser::StrInput<'a>>;

impl<'a> Yaml<'a> {
    /// The next event but comments, and where it begins.
    fn next(&self, events: &mut Events<'a>) -> Result<Option<(Event<'a>, Place)>, Refusal> {
        loop {
            let (event, span) = match events.next() {
                None => return Ok(None),
                Some(Ok(next)) => next,
                Some(Err(error)) => {
                    let place = place_of(*error.marker());
                    return Err(self.refuse_syntax(place, &error.info()));
                }
            };
            if !matches!(event, Event::Comment(..)) {
                return Ok(Some((event, place_of(span.start))));
            }
        }
    }

    /// Counts a copy of a value.
    fn count(&mut self, kind: &Kind) {
        let (values, bytes) = size(kind);
        self.left = self.left.saturating_sub(values);
        self.left_bytes = self.left_bytes.saturating_sub(bytes);
    }

    fn refuse_syntax(&self, place: Place, why: &str) -> Refusal {
        let said = self.text.lines().nth(place.line - 1).unwrap_or("");
        let colon = said.split_once(": ").is_some_and(|(_, value)| {
            value.contains(": ") && !value.trim_start().starts_with(['"', '\''])
        });
        let hint = match colon {
            true => "; a value with a colon in it must stand in quotes",
            false => "",
        };
        let why = format!("the YAML front matter: {why}{hint}");
        refusal_at(self.text, place, self.skipped, &why)
    }

    fn value(
        &mut self,
        (event, place): (Event<'a>, Place),
        events: &mut Events<'a>,
        depth: usize,
    ) -> Result<Value, Refusal> {
        if depth > MOST_DEPTH || self.left == 0 || self.left_bytes == 0 {
            return Err(refusal_at(
                self.text,
                place,
                self.skipped,
                "the front matter is nested too deeply or has too many values",
            ));
        }
        self.left -= 1;
        let (kind, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_null = matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                match style == ScalarStyle::Plain && is_null {
                    true => (Kind::Null, anchor),
                    false => (Kind::Scalar(text.into_owned()), anchor),
                }
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                while let Some(next) = self.next(events)? {
                    if matches!(next.0, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.value(next, events, depth + 1)?);
                }
                (Kind::List(items), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                (Kind::Table(self.entries(events, depth)?), anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.iter().rev().find(|(id, _)| *id == anchor);
                let kind = known.map_or(Kind::Null, |(_, value)| value.kind.clone());
                self.count(&kind);
                (kind, 0)
            }
            _ => (Kind::Null, 0),
        };
        let value = Value { place, kind };
        if anchor > 0 {
            self.count(&value.kind);
            self.anchors.push((anchor, value.clone()));
        }
        Ok(value)
    }

    fn entries(&mut self, events: &mut Events<'a>, depth: usize) -> Result<Vec<Entry>, Refusal> {
        let (mut entries, mut merged_in): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
        while let Some(next) = self.next(events)? {
            if matches!(next.0, Event::MappingEnd) {
                break;
            }
            let key = self.value(next, events, depth + 1)?;
            let Kind::Scalar(name) = key.kind else {
                return Err(self.refuse_syntax(key.place, "a key must be a text"));
            };
            let Some(next) = self.next(events)? else {
                break;
            };
            let value = self.value(next, events, depth + 1)?;
            // The merge key of YAML 1.1: what stands beside it goes before.
            if name == "<<" {
                let tables = match value.kind {
                    Kind::List(items) => items.into_iter().map(|item| item.kind).collect(),
                    one => vec![one],
                };
                for table in tables {
                    if let Kind::Table(merged) = table {
                        merged_in.extend(merged);
                    }
                }
                continue;
            }
            let entry = Entry {
                name,
                place: key.place,
                value,
            };
            match entries.iter().find(|known| known.name == entry.name) {
                None => entries.push(entry),
                Some(known) if same(&known.value, &entry.value) => {}
                Some(_) => {
                    let why = format!("the key {:?} is there twice, with two values", entry.name);
                    return Err(self.refuse_syntax(entry.place, &why));
                }
            }
        }
        for entry in merged_in {
            if entries.iter().all(|known| known.name != entry.name) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }
}

fn place_of(marker: granit_parser::Marker) -> Place {
    Place {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}

/// The number of values in a value, and the bytes of their texts.
fn size(kind: &Kind) -> (usize, usize) {
    let add = |sum: (usize, usize), more: (usize, usize)| (sum.0 + more.0, sum.1 + more.1);
    match kind {
        Kind::Null => (1, 0),
        Kind::Scalar(text) => (1, text.len()),
        Kind::List(items) => items.iter().map(|item| size(&item.kind)).fold((1, 0), add),
        Kind::Table(entries) => entries
            .iter()
            .map(|entry| add(size(&entry.value.kind), (0, entry.name.len())))
            .fold((1, 0), add),
    }
}

/// Whether two values are equal but for their places.
fn same(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::List(one), Kind::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| same(a, b))
        }
        (Kind::Table(one), Kind::Table(other)) => {
            let entry = |(a, b): (&Entry, &Entry)| a.name == b.name && same(&a.value, &b.value);
            one.len() == other.len() && one.iter().zip(other).all(entry)
        }
        (one, other) => one == other,
    }
}

/// Parses TOML. `skipped`: lines of the file before it.
///
/// # Errors
/// Line, column and character, and what is wrong there.
pub(super) fn toml(text: &str, skipped: usize) -> Result<Value, Refusal> {
    let reader = Toml {
        text,
        starts: std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect(),
    };
    let too_many = || Refusal::at(skipped + 1, "the front matter has too many values");
    // Before it is parsed: each line has a key, a table or a value.
    if reader.starts.len() > MOST_TOML_LINES {
        return Err(too_many());
    }
    let table = toml::de::DeTable::parse(text).map_err(|error| {
        let place = reader.place(error.span().map_or(0, |span| span.start));
        let why = format!("the TOML front matter: {}", error.message());
        refusal_at(text, place, skipped, &why)
    })?;
    let kind = reader.table(table.get_ref());
    if size(&kind).0 > MOST_VALUES {
        return Err(too_many());
    }
    let mut value = Value {
        place: Place { line: 1, column: 1 },
        kind,
    };
    clean(&mut value).map_err(|place| refusal_at(text, place, skipped, CONTROL))?;
    Ok(value)
}

/// Maximum number of lines of TOML; its parser takes time by the square of its tables.
const MOST_TOML_LINES: usize = 4_000;

struct Toml<'a> {
    text: &'a str,
    /// Offsets of the lines.
    starts: Vec<usize>,
}

impl Toml<'_> {
    fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Place {
            line,
            column: before.chars().count() + 1,
        }
    }

    fn table(&self, table: &toml::de::DeTable<'_>) -> Kind {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                name: key.get_ref().to_string(),
                place: self.place(key.span().start),
                value: self.value(value),
            })
            .collect();
        entries.sort_by_key(|entry| (entry.place.line, entry.place.column));
        Kind::Table(entries)
    }

    fn value(&self, value: &toml::Spanned<toml::de::DeValue<'_>>) -> Value {
        use toml::de::DeValue;
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::Scalar(text.to_string()),
            DeValue::Array(items) => {
                Kind::List(items.iter().map(|item| self.value(item)).collect())
            }
            DeValue::Table(table) => self.table(table),
            // Numbers, booleans and dates, as typed.
            _ => Kind::Scalar(self.text.get(value.span()).unwrap_or_default().to_owned()),
        };
        Value {
            place: self.place(value.span().start),
            kind,
        }
    }
}
