//! Splits the front matter from a file at its fences, parses it as YAML or TOML, and refuses unknown keys.

use super::front_matter::FrontMatter;
use crate::articles::draft::Refusal;
use serde_json::Value;

const KEYS: &[&str] = &[
    "title",
    "dek",
    "description",
    "summary",
    "slug",
    "date",
    "updated",
    "draft",
    "section",
    "category",
    "tags",
    "keywords",
    "authors",
    "image",
    "comments",
    "sources",
    "corrections",
    "aliases",
];

/// Returns the front matter, the text after it, and the number of lines before that text.
pub(super) fn split(text: &str) -> Result<(FrontMatter<'_>, &str, usize), Refusal> {
    let fence = ["---", "+++"].into_iter().find(|f| {
        text.strip_prefix(*f)
            .is_some_and(|rest| rest.starts_with('\n'))
    });
    let Some(fence) = fence else {
        return Err(Refusal::at(
            1,
            "there is no front matter: the file must begin with --- (YAML) or +++ (TOML)",
        ));
    };
    let rest = &text[4..];
    let end = format!("\n{fence}");
    let ends_line = |at: &usize| matches!(rest[at + 3..].chars().next(), None | Some('\n' | ' '));
    let close = if rest.starts_with(fence) {
        Some(0)
    } else {
        rest.match_indices(&end)
            .map(|(at, _)| at + 1)
            .find(ends_line)
    };
    let close = close.ok_or_else(|| {
        Refusal::at(
            1,
            format!("the front matter that begins here has no closing {fence}"),
        )
    })?;
    let (head, tail) = rest.split_at(close);
    let tail = tail.split_once('\n').map_or("", |(_, t)| t);
    let value = if fence == "---" {
        yaml(head)?
    } else {
        toml(head)?
    };
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Null => serde_json::Map::new(),
        _ => {
            return Err(Refusal::at(
                2,
                "the front matter is not a list of `key: value`",
            ));
        }
    };
    let front = FrontMatter { fields, text: head };
    for key in front.fields.keys() {
        if !KEYS.contains(&key.as_str()) {
            let near = crate::config::nearest(KEYS, key);
            return Err(Refusal::at(
                front.line(key),
                format!("there is no field {key:?}; the nearest is {:?}", near),
            ));
        }
    }
    let skipped = head.lines().count() + 2;
    Ok((front, tail, skipped))
}

fn yaml(text: &str) -> Result<Value, Refusal> {
    serde_saphyr::from_str::<Value>(text).map_err(|e| {
        let line = e.location().map_or(1, |l| l.line() as usize);
        let said = text.lines().nth(line.saturating_sub(1)).unwrap_or("");
        let colon = said.split_once(": ").is_some_and(|(_, value)| {
            value.contains(": ") && !value.trim_start().starts_with(['"', '\''])
        });
        let hint = if colon {
            "; a value with a colon in it must stand in quotes"
        } else {
            ""
        };
        let why = e.to_string();
        let why = why.lines().next().unwrap_or("it cannot be read");
        // Removes the parser's line number, which counts from the front matter, and the names of its options.
        let why = why
            .split_once(": ")
            .filter(|(place, _)| place.starts_with("error"))
            .map_or(why, |(_, rest)| rest);
        let why = why
            .split_once(": ")
            .filter(|(place, _)| place.starts_with("line "))
            .map_or(why, |(_, rest)| rest);
        let why = why.split(", set ").next().unwrap_or(why);
        Refusal::at(line + 1, format!("the YAML front matter: {why}{hint}"))
    })
}

fn toml(text: &str) -> Result<Value, Refusal> {
    let table: toml::Table = toml::from_str(text).map_err(|e: toml::de::Error| {
        let line = e
            .span()
            .map_or(1, |s| text[..s.start].matches('\n').count() + 1);
        Refusal::at(line + 1, format!("the TOML front matter: {}", e.message()))
    })?;
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::Datetime(d) => Value::String(d.to_string()),
            toml::Value::String(s) => Value::String(s),
            toml::Value::Integer(i) => Value::from(i),
            toml::Value::Float(f) => Value::from(f),
            toml::Value::Boolean(b) => Value::Bool(b),
            toml::Value::Array(a) => Value::Array(a.into_iter().map(plain).collect()),
            toml::Value::Table(t) => {
                Value::Object(t.into_iter().map(|(k, v)| (k, plain(v))).collect())
            }
        }
    }
    Ok(plain(toml::Value::Table(table)))
}
