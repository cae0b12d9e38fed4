//! The authors of front matter: names, or tables with a biography, a picture and links.

use super::fields::{Field, Fields, entry, line_of};
use super::notes::is_web_address;
use super::value::{Entry, Kind, Value};
use crate::articles::draft::{Byline, Refusal};
use crate::articles::names::comparison_key;
use crate::text;
use std::collections::HashSet;

const AUTHORS: &[&str] = &["authors", "author", "primaryauthor", "byline"];
/// Maximum number of authors of an article.
const MOST_AUTHORS: usize = 100;
const TAKES: &str = "names, or a list of {name, bio, image, links}";
/// Ends of a name that stand behind a comma: `King, Jr.`
const SUFFIXES: [&str; 8] = ["jr", "jr.", "sr", "sr.", "ii", "iii", "ph.d.", "phd"];

/// The authors. Blank and repeated names are skipped.
pub(super) fn authors(fields: &Fields) -> Result<Vec<Byline>, Refusal> {
    let Some(field) = fields.find(AUTHORS) else {
        return Ok(Vec::new());
    };
    let given = match &field.value.kind {
        Kind::Scalar(names) => split_names(names).into_iter().map(named).collect(),
        Kind::Table(parts) => vec![from_table(fields, field, &field.value, parts)?],
        Kind::Null => Vec::new(),
        Kind::List(items) => {
            let mut given = Vec::new();
            for item in items {
                match &item.kind {
                    Kind::Null => {}
                    Kind::Scalar(name) => given.push(named(
                        super::comments::remove(&text::collapse(name)).into_owned(),
                    )),
                    Kind::Table(parts) => given.push(from_table(fields, field, item, parts)?),
                    Kind::List(_) => return fields.refuse_value(field, item, TAKES),
                }
            }
            given
        }
    };
    let mut known = HashSet::new();
    let mut authors: Vec<Byline> = given;
    authors.retain(|byline| {
        !text::is_blank(&byline.name) && known.insert(comparison_key(&byline.name))
    });
    match authors.len() > MOST_AUTHORS {
        true => fields.refuse(field, &format!("at most {MOST_AUTHORS} authors")),
        false => Ok(authors),
    }
}

/// An author by name; an e-mail address behind it is left out: `Ann <ann@example.org>`.
fn named(name: String) -> Byline {
    let name = match name.split_once('<') {
        Some((name, address)) if address.contains('@') => name.trim().to_owned(),
        _ => name,
    };
    Byline {
        name,
        ..Byline::default()
    }
}

/// The names in one text with commas: `A, B and C`. Without a comma `and` may be part of a name.
fn split_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let parts = text.split(',').map(crate::text::collapse);
    let parts = parts.flat_map(|part| match part.rsplit_once(" and ") {
        Some((one, other)) if text.contains(',') => vec![one.to_owned(), other.to_owned()],
        _ => vec![part.strip_prefix("and ").unwrap_or(&part).to_owned()],
    });
    for part in parts {
        match names.last_mut() {
            Some(last) if SUFFIXES.contains(&part.to_lowercase().as_str()) => {
                *last = format!("{last}, {part}");
            }
            _ => names.push(part),
        }
    }
    names
}

fn from_table(
    fields: &Fields,
    field: &Field,
    value: &Value,
    parts: &[Entry],
) -> Result<Byline, Refusal> {
    let text = |names: &[&str]| match entry(parts, names) {
        None => Ok(None),
        Some(part) => match line_of(part) {
            Some(text) => Ok(Some(text)),
            None => fields.refuse_value(field, part, TAKES),
        },
    };
    let Some(name) = text(&["name"])?.filter(|name| !name.is_empty()) else {
        return fields.refuse_value(field, value, TAKES);
    };
    let known = [
        "name", "bio", "image", "avatar", "links", "link", "url", "website",
    ];
    fields.ignore_rest(field, parts, &known);
    let link = entry(parts, &["links", "link", "url", "website"]);
    Ok(Byline {
        name,
        bio: text(&["bio"])?,
        image: text(&["image", "avatar"])?,
        links: link.map(|given| links(fields, field, given)).transpose()?,
    })
}

fn links(fields: &Fields, field: &Field, given: &Value) -> Result<Vec<String>, Refusal> {
    let links: Vec<&Value> = match &given.kind {
        Kind::List(all) => all.iter().collect(),
        _ => vec![given],
    };
    let link = |value: &Value| match line_of(value).filter(|link| is_web_address(link)) {
        Some(link) => Ok(link),
        None => fields.refuse_value(field, value, "links that begin with https:// or http://"),
    };
    links.into_iter().map(link).collect()
}
