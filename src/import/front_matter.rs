//! Validates the fields of front matter and copies them into a draft; a refusal names the line.

use super::sections::list;
use crate::articles::draft::{
    Byline, CORRECTION_KINDS, Correction, Draft, Hero, NoteKind, Refusal, SourceNote,
};
use crate::db::Time;
use crate::text;
use serde_json::Value;

pub(super) struct FrontMatter<'a> {
    pub(super) fields: serde_json::Map<String, Value>,
    pub(super) text: &'a str,
}

impl FrontMatter<'_> {
    /// The line of the file that has this key, counted from 1.
    pub(super) fn line(&self, key: &str) -> usize {
        let starts = |line: &str| {
            let line = line.trim_start_matches(['[', ' ']);
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with([':', '=', ']']))
        };
        self.text.lines().position(starts).map_or(1, |at| at + 2)
    }

    fn refuse<T>(&self, key: &str, takes: &str) -> Result<T, Refusal> {
        Err(Refusal::at(self.line(key), format!("{key} takes {takes}")))
    }

    fn string(&self, key: &str) -> Result<Option<String>, Refusal> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(s)) => Ok(Some(s.split_whitespace().collect::<Vec<_>>().join(" "))),
            Some(Value::Number(n)) => Ok(Some(n.to_string())),
            Some(_) => self.refuse(key, "text"),
        }
    }

    fn strings(&self, key: &str) -> Result<Vec<String>, Refusal> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(s)) => Ok(list(&line_of(Some(&Value::String(s.clone()))))),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(_) => Ok(line_of(Some(item))),
                    Value::Number(n) => Ok(n.to_string()),
                    _ => self.refuse(key, "a list of texts"),
                })
                .collect(),
            Some(_) => self.refuse(key, "a list of texts, or one text with commas"),
        }
    }

    fn time(&self, key: &str, value: Option<&Value>) -> Result<Option<Time>, Refusal> {
        match value {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_str().and_then(parse_time) {
                Some(time) => Ok(Some(time)),
                None => self.refuse(key, "a date such as 2026-11-22 or 2026-11-22T08:30:00Z"),
            },
        }
    }

    pub(super) fn apply(&self, draft: &mut Draft) -> Result<(), Refusal> {
        draft.title = self.string("title")?.unwrap_or_default();
        for key in ["dek", "description", "summary"] {
            if draft.dek.is_empty() {
                draft.dek = self.string(key)?.unwrap_or_default();
            }
        }
        draft.slug = self.string("slug")?.unwrap_or_default();
        if !draft.slug.is_empty()
            && (text::slug(&draft.slug, "") != draft.slug || draft.slug.len() > 80)
        {
            return self.refuse(
                "slug",
                "lower-case letters, digits and single hyphens, at most 80",
            );
        }
        draft.published = self.time("date", self.fields.get("date"))?;
        draft.updated = self.time("updated", self.fields.get("updated"))?;
        draft.is_draft = match self.fields.get("draft") {
            None | Some(Value::Null | Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return self.refuse("draft", "true or false"),
        };
        draft.section = match self.string("section")? {
            Some(section) => section,
            None => self.string("category")?.unwrap_or_default(),
        };
        for tag in self.strings("tags")? {
            let known = draft
                .tags
                .iter()
                .any(|t| t.to_lowercase() == tag.to_lowercase());
            if !text::is_blank(&tag) && !known {
                draft.tags.push(tag);
            }
        }
        draft.keyphrases = self.strings("keywords")?;
        draft.authors = self.authors()?;
        draft.hero = self.hero()?;
        draft.aliases = self.aliases()?;
        draft.comments_closed = match self.fields.get("comments") {
            None | Some(Value::Null) => false,
            Some(Value::String(s)) if s == "open" => false,
            Some(Value::String(s)) if s == "closed" => true,
            Some(_) => return self.refuse("comments", "open or closed"),
        };
        draft.notes = self.sources()?;
        draft.corrections = self.corrections()?;
        Ok(())
    }

    fn hero(&self) -> Result<Option<Hero>, Refusal> {
        let Some(Value::Object(image)) = self.fields.get("image") else {
            let plain = self.string("image")?.map(|src| Hero {
                src,
                ..Hero::default()
            });
            return Ok(plain);
        };
        const PARTS: [&str; 4] = ["src", "alt", "caption", "credit"];
        let known = image
            .iter()
            .all(|(key, value)| PARTS.contains(&key.as_str()) && value.is_string());
        let part = |name: &str| line_of(image.get(name));
        if !known || part("src").is_empty() {
            return self.refuse("image", "a file's name, or {src, alt, caption, credit}");
        }
        Ok(Some(Hero {
            src: part("src"),
            alt: part("alt"),
            caption: part("caption"),
            credit: part("credit"),
        }))
    }

    /// The authors, given as names or as `{name, bio, image, links}`. In a list, blank and repeated names are skipped.
    fn authors(&self) -> Result<Vec<Byline>, Refusal> {
        let takes = "names, or a list of {name, bio, image, links}";
        let named = |name: String| Byline {
            name,
            ..Byline::default()
        };
        let Some(Value::Array(items)) = self.fields.get("authors") else {
            return Ok(self.strings("authors")?.into_iter().map(named).collect());
        };
        let mut authors: Vec<Byline> = Vec::new();
        for item in items {
            let byline = match item {
                Value::String(name) => named(name.trim().to_owned()),
                Value::Number(number) => named(number.to_string()),
                Value::Object(fields) => {
                    let known = fields
                        .keys()
                        .all(|k| ["name", "bio", "image", "links"].contains(&k.as_str()));
                    let text = |key: &str| match fields.get(key) {
                        None | Some(Value::Null) => Ok(None),
                        Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
                        Some(_) => self.refuse("authors", takes),
                    };
                    let name = text("name")?.filter(|_| known);
                    let Some(name) = name.filter(|n| !n.is_empty()) else {
                        return self.refuse("authors", takes);
                    };
                    Byline {
                        name,
                        bio: text("bio")?,
                        image: text("image")?,
                        links: self.links(fields.get("links"))?,
                    }
                }
                _ => return self.refuse("authors", takes),
            };
            let slug = text::slug(&byline.name, "author");
            if !text::is_blank(&byline.name)
                && !authors
                    .iter()
                    .any(|a| text::slug(&a.name, "author") == slug)
            {
                authors.push(byline);
            }
        }
        Ok(authors)
    }

    fn links(&self, given: Option<&Value>) -> Result<Option<Vec<String>>, Refusal> {
        let list: Vec<String> = match given {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(one)) => vec![one.trim().to_owned()],
            Some(Value::Array(all)) => all.iter().map(|one| line_of(Some(one))).collect(),
            Some(_) => return self.refuse("authors", "links as a list of addresses"),
        };
        let good = |link: &String| {
            (link.starts_with("https://") || link.starts_with("http://"))
                && !link.contains(char::is_whitespace)
        };
        if list.iter().all(good) {
            Ok(Some(list))
        } else {
            self.refuse("authors", "links that begin with https:// or http://")
        }
    }

    /// Former slugs; the former path of an article stands for its slug.
    fn aliases(&self) -> Result<Vec<String>, Refusal> {
        let mut aliases = Vec::new();
        for given in self.strings("aliases")? {
            let slug = given
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            let path = given.strip_suffix('/').unwrap_or(&given);
            if slug.is_empty()
                || text::slug(slug, "") != slug
                || !(path == slug || path == crate::paths::article(slug))
            {
                return self.refuse(
                    "aliases",
                    "slugs that the article had before: old-title, or /articles/old-title",
                );
            }
            aliases.push(slug.to_owned());
        }
        Ok(aliases)
    }

    fn objects(
        &self,
        key: &str,
        known: &[&str],
    ) -> Result<Vec<serde_json::Map<String, Value>>, Refusal> {
        let takes = format!("a list of {{{}}}", known.join(", "));
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::Object(fields) if fields.keys().all(|k| known.contains(&k.as_str())) => {
                        Ok(fields.clone())
                    }
                    _ => self.refuse(key, &takes),
                })
                .collect(),
            Some(_) => self.refuse(key, &takes),
        }
    }

    fn sources(&self) -> Result<Vec<SourceNote>, Refusal> {
        let mut notes = Vec::new();
        for fields in self.objects("sources", &["kind", "text", "publisher", "url", "date"])? {
            let text = part(&fields, "text");
            if text.is_empty() {
                return self.refuse("sources", "a text in every note");
            }
            let kind = match part(&fields, "kind").as_str() {
                "" => NoteKind::guess(&text),
                kind => match NoteKind::parse(kind) {
                    Some(kind) => kind,
                    None => {
                        return self.refuse("sources", "primary, corroboration or limit as a kind");
                    }
                },
            };
            let url = part(&fields, "url");
            if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
                return self.refuse("sources", "a url that begins with https:// or http://");
            }
            notes.push(SourceNote {
                kind,
                text,
                publisher: part(&fields, "publisher"),
                url,
                date: part(&fields, "date"),
            });
        }
        Ok(notes)
    }

    fn corrections(&self) -> Result<Vec<Correction>, Refusal> {
        let mut corrections = Vec::new();
        for fields in self.objects("corrections", &["kind", "date", "text"])? {
            let part = |name: &str| part(&fields, name);
            let kind = if part("kind").is_empty() {
                "correction".into()
            } else {
                part("kind")
            };
            if !CORRECTION_KINDS.contains(&kind.as_str()) {
                return self.refuse(
                    "corrections",
                    "correction, clarification, update or retraction as a kind",
                );
            }
            let Some(date) = self.time("corrections", fields.get("date"))? else {
                return self.refuse("corrections", "a date in every note");
            };
            if part("text").is_empty() {
                return self.refuse("corrections", "a text in every note");
            }
            corrections.push(Correction {
                kind,
                text: part("text"),
                date,
            });
        }
        Ok(corrections)
    }
}

/// A string with its whitespace collapsed; empty for any other value.
fn line_of(value: Option<&Value>) -> String {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Parses a date, or a date with a time; UTC unless an offset is given.
pub fn parse_time(text: &str) -> Option<Time> {
    let text = text.trim();
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(Time(stamp.as_millisecond()));
    }
    let civil = text
        .parse::<jiff::civil::DateTime>()
        .or_else(|_| text.parse::<jiff::civil::Date>().map(|d| d.at(0, 0, 0, 0)))
        .ok()?;
    civil
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|z| Time(z.timestamp().as_millisecond()))
}

/// A text in a table of the front matter, without spaces around it; empty if there is none.
fn part(fields: &serde_json::Map<String, Value>, name: &str) -> String {
    let text = fields.get(name).and_then(Value::as_str);
    text.unwrap_or_default().trim().to_owned()
}
