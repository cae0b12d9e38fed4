//! The source notes and corrections of front matter.

use super::fields::{Field, Fields, entry, time};
use super::value::{Entry, Kind, Value};
use crate::articles::draft::{CORRECTION_KINDS, Correction, NoteKind, Refusal, SourceNote};
use jiff::tz::TimeZone;

/// The entries of a list of tables that may have no other keys than these.
fn tables<'a>(
    fields: &Fields,
    field: &'a Field,
    known: &[&str],
) -> Result<Vec<(&'a Value, &'a [Entry])>, Refusal> {
    let takes = format!("a list of {{{}}}", known.join(", "));
    let Kind::List(items) = &field.value.kind else {
        return fields.refuse(field, &takes);
    };
    let table = |item: &'a Value| match &item.kind {
        Kind::Table(parts) if parts.iter().all(|part| known.contains(&part.name.as_str())) => {
            Ok((item, parts.as_slice()))
        }
        _ => fields.refuse_value(field, item, &takes),
    };
    items.iter().map(table).collect()
}

/// A text in a table, without spaces around it; empty if there is none.
fn part(parts: &[Entry], name: &str) -> String {
    match entry(parts, &[name]).map(|value| &value.kind) {
        Some(Kind::Scalar(text)) => super::comments::remove(text.trim()).into_owned(),
        _ => String::new(),
    }
}

pub(super) fn sources(fields: &Fields) -> Result<Vec<SourceNote>, Refusal> {
    let Some(field) = fields.find(&["sources"]) else {
        return Ok(Vec::new());
    };
    if let Kind::List(items) = &field.value.kind
        && items
            .iter()
            .all(|item| matches!(item.kind, Kind::Scalar(_)))
    {
        let note = |text: String| SourceNote {
            url: if is_web_address(&text) {
                text.clone()
            } else {
                String::new()
            },
            ..SourceNote::guessed(&text)
        };
        return Ok(fields.strings(field)?.into_iter().map(note).collect());
    }
    let mut notes = Vec::new();
    for (place, parts) in tables(fields, field, &["kind", "text", "publisher", "url", "date"])? {
        let text = part(parts, "text");
        if text.is_empty() {
            return fields.refuse_value(field, place, "a text in every note");
        }
        let kind = match part(parts, "kind").as_str() {
            "" => NoteKind::guess(&text),
            given => match NoteKind::parse(given) {
                Some(kind) => kind,
                None => {
                    return fields.refuse_value(
                        field,
                        place,
                        "kind: primary, corroboration or limit",
                    );
                }
            },
        };
        let url = part(parts, "url");
        if !url.is_empty() && !is_web_address(&url) {
            return fields.refuse_value(field, place, "a url that begins with https:// or http://");
        }
        notes.push(SourceNote {
            kind,
            text,
            url,
            publisher: part(parts, "publisher"),
            date: part(parts, "date"),
        });
    }
    Ok(notes)
}

pub(super) fn is_web_address(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://"))
        && !link.contains(char::is_whitespace)
}

pub(super) fn corrections(fields: &Fields, zone: &TimeZone) -> Result<Vec<Correction>, Refusal> {
    let Some(field) = fields.find(&["corrections"]) else {
        return Ok(Vec::new());
    };
    let mut corrections = Vec::new();
    for (place, parts) in tables(fields, field, &["kind", "date", "text"])? {
        let kind = part(parts, "kind");
        let kind = if kind.is_empty() {
            "correction".to_owned()
        } else {
            kind
        };
        if !CORRECTION_KINDS.contains(&kind.as_str()) {
            let takes = format!("kind: {}", CORRECTION_KINDS.join(", "));
            return fields.refuse_value(field, place, &takes);
        }
        let Some(date) = entry(parts, &["date"]) else {
            return fields.refuse_value(field, place, "a date in every note");
        };
        let date = time(fields, field, date, zone)?;
        let text = part(parts, "text");
        if text.is_empty() {
            return fields.refuse_value(field, place, "a text in every note");
        }
        corrections.push(Correction { kind, text, date });
    }
    Ok(corrections)
}
