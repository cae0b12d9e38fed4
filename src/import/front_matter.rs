//! Copies the fields of front matter into a draft, under the names that other publishing systems use; a refusal names the
//! line and the column.

use super::byline::authors;
use super::fields::{Fields, as_boolean, as_flag, entry, line_of, time};
use super::hiding::is_hidden;
use super::notes::{corrections, sources};
use super::value::Kind;
use crate::articles::draft::{Draft, Hero, Refusal};
use crate::text;
use jiff::tz::TimeZone;
use std::collections::HashSet;

pub(super) const TITLE: &[&str] = &["title", "headline"];
const DEK: &[&str] = &[
    "dek",
    "description",
    "summary",
    "excerpt",
    "customexcerpt",
    "subtitle",
    "lead",
];
const DATE: &[&str] = &[
    "date",
    "publishedat",
    "datepublished",
    "pubdate",
    "published",
    "created",
    "createdat",
];
/// Names of the time before which a text stays hidden, even if its date is earlier.
const NOT_BEFORE: &[&str] = &[
    "publishdate",
    "publishat",
    "publishon",
    "releasedate",
    "scheduled",
    "scheduledat",
    "embargo",
    "embargountil",
];
const UPDATED: &[&str] = &[
    "updated",
    "lastmod",
    "lastmodifiedat",
    "lastmodified",
    "modified",
    "updatedat",
    "lastupdated",
    "datemodified",
];
const EXPIRES: &[&str] = &[
    "expirydate",
    "expirationdate",
    "expiry",
    "expires",
    "expiredate",
    "unpublishdate",
];
pub(super) const HERO: &[&str] = &[
    "image",
    "hero",
    "heroimage",
    "cover",
    "coverimage",
    "featuredimage",
    "featureimage",
    "images",
];
/// Maximum number of tags of an article.
const MOST_TAGS: usize = 100;
/// Names of the path that a text has had on another site.
const ADDRESS: &[&str] = &["permalink", "url", "path"];
const FORMER: &[&str] = &["aliases", "alias", "redirectfrom"];
/// Values of `permalink` that name a pattern.
const PATTERNS: [&str; 5] = ["pretty", "date", "none", "ordinal", "weekdate"];

/// Copies the fields into the draft. Dates without an offset are in `zone`.
///
/// # Errors
/// The line, the column and what the field takes.
pub(super) fn apply(fields: &Fields, draft: &mut Draft, zone: &TimeZone) -> Result<(), Refusal> {
    draft.title = fields.string(TITLE)?.unwrap_or_default();
    draft.dek = dek(fields)?;
    if let Some(field) = fields.find(&["slug"]) {
        draft.slug = line_of(&field.value)
            .map(|given| text::slug(given.trim_matches('/'), ""))
            .unwrap_or_default();
        if draft.slug.is_empty() {
            return fields.refuse(
                field,
                "letters and digits, as they are to stand in the address",
            );
        }
    }
    times(fields, draft, zone)?;
    draft.is_draft = is_hidden(fields)?;
    section_and_tags(fields, draft)?;
    if let Some(field) = fields.find(&["keywords", "keyphrases"]) {
        draft.keyphrases = fields.strings(field)?;
    }
    draft.authors = authors(fields)?;
    draft.hero = hero(fields)?;
    former_addresses(fields, draft)?;
    draft.comments_closed = comments_closed(fields)?;
    draft.notes = sources(fields)?;
    draft.corrections = corrections(fields, zone)?;
    Ok(())
}

/// The dek. In excerpts of other systems Markdown and HTML have a meaning; a dek is plain text.
fn dek(fields: &Fields) -> Result<String, Refusal> {
    let Some(field) = fields.find(DEK) else {
        return Ok(String::new());
    };
    let Some(text) = line_of(&field.value) else {
        return fields.refuse(field, "text");
    };
    let is_marked_up = field.key != "dek" && (text.contains("](") || text.contains("</"));
    Ok(match is_marked_up {
        true => text::markdown::plain(&text),
        false => text,
    })
}

fn times(fields: &Fields, draft: &mut Draft, zone: &TimeZone) -> Result<(), Refusal> {
    let read = |names: &[&str]| match fields.find(names) {
        None => Ok(None),
        Some(field) => time(fields, field, &field.value, zone).map(Some),
    };
    // `published` is a date or a flag.
    let is_flag = fields
        .find(&["published"])
        .is_some_and(|field| as_boolean(&field.value).is_some());
    let dates: Vec<&str> = DATE
        .iter()
        .copied()
        .filter(|name| *name != "published" || !is_flag)
        .collect();
    draft.published = read(&dates)?;
    // Of several times of publication the last one counts, so that none is published too early. Beside a date,
    // `published: In a book` is no time.
    let is_publication = |name: &&&str| name.starts_with("pub") || name.ends_with("published");
    let more: Vec<&str> = dates.iter().filter(is_publication).copied().collect();
    for field in fields.peek(&more) {
        if let Ok(time) = time(fields, field, &field.value, zone) {
            field.read();
            draft.published = draft.published.max(Some(time));
        }
    }
    for field in fields
        .all(NOT_BEFORE)
        .filter(|field| field.value.kind != Kind::Null)
    {
        draft.published = draft
            .published
            .max(Some(time(fields, field, &field.value, zone)?));
    }
    draft.updated = read(UPDATED)?;
    draft.expires = read(EXPIRES)?;
    Ok(())
}

/// The section, and the tags with the other categories behind them.
fn section_and_tags(fields: &Fields, draft: &mut Draft) -> Result<(), Refusal> {
    let mut categories = Vec::new();
    if let Some(section) = fields.string(&["section"])? {
        categories.push(section);
    }
    for field in fields.all(&["category", "categories"]) {
        categories.extend(fields.strings(field)?);
    }
    let mut tags = Vec::new();
    for field in fields.all(&["tags", "tag"]) {
        tags.extend(fields.strings(field)?);
    }
    categories.retain(|name| !text::is_blank(name));
    if !categories.is_empty() {
        draft.section = categories.remove(0);
    }
    let mut known = HashSet::from([draft.section.to_lowercase()]);
    for tag in tags.into_iter().chain(categories) {
        if !text::is_blank(&tag) && known.insert(tag.to_lowercase()) {
            draft.tags.push(tag);
        }
    }
    match draft.tags.len() > MOST_TAGS {
        true => Err(Refusal::at(
            fields.line(&["tags", "tag", "categories"]),
            format!("an article has at most {MOST_TAGS} tags"),
        )),
        false => Ok(()),
    }
}

/// The picture above the text, as a path or a table.
fn hero(fields: &Fields) -> Result<Option<Hero>, Refusal> {
    let part = |name: &str, end: &str| {
        let names = HERO.iter().map(|hero| format!("{hero}{end}"));
        let found = names.chain([name.to_owned()]).find_map(|name| {
            let field = fields.find(&[name.as_str()])?;
            line_of(&field.value)
        });
        found.unwrap_or_default()
    };
    let Some(field) = fields.find(HERO) else {
        return Ok(None);
    };
    let takes = "a file's name, or {src, alt, caption, credit}";
    let mut hero = Hero::default();
    match &field.value.kind {
        // `hero: false` is a switch of a theme.
        _ if as_boolean(&field.value).is_some() => return Ok(None),
        Kind::Scalar(src) => hero.src = src.trim().to_owned(),
        Kind::List(items) => match items.first().map(|first| (first, line_of(first))) {
            None => return Ok(None),
            Some((_, Some(src))) => hero.src = src,
            Some((first, None)) => return fields.refuse_value(field, first, takes),
        },
        Kind::Table(parts) => {
            let text = |names: &[&str]| entry(parts, names).and_then(line_of).unwrap_or_default();
            hero = Hero {
                src: text(&["src", "image", "url", "path", "file", "feature"]),
                alt: text(&["alt"]),
                caption: text(&["caption"]),
                credit: text(&["credit"]),
            };
            let known = [
                "src", "image", "url", "path", "file", "feature", "alt", "caption", "credit",
            ];
            fields.ignore_rest(field, parts, &known);
            if hero.src.is_empty() {
                return match known[..6]
                    .iter()
                    .any(|name| entry(parts, &[name]).is_some())
                {
                    true => fields.refuse(field, takes),
                    false => Ok(None),
                };
            }
        }
        Kind::Null => return Ok(None),
    }
    if hero.alt.is_empty() {
        hero.alt = part("imagealt", "alt");
    }
    if hero.caption.is_empty() {
        hero.caption = part("imagefigcaption", "caption");
    }
    if hero.credit.is_empty() {
        hero.credit = part("imagecredit", "credit");
    }
    Ok(Some(hero).filter(|hero| !hero.src.is_empty()))
}

/// Former slugs, and the paths that the article had on another site.
fn former_addresses(fields: &Fields, draft: &mut Draft) -> Result<(), Refusal> {
    for field in fields.all(FORMER) {
        for given in fields.strings(field)? {
            let path = on_site(&given);
            let slug = path.trim_matches('/');
            let slug = slug.strip_prefix("articles/").unwrap_or(slug);
            // An address with a query can stand in redirects.txt.
            if path.contains(['?', '#', '*']) {
                fields.ignore(field, &given);
                continue;
            }
            if !slug.is_empty() && text::slug(slug, "") == slug {
                draft.aliases.push(slug.to_owned());
            }
            draft.former_paths.push(crate::paths::lookup_key(&path));
        }
    }
    for field in fields.all(ADDRESS) {
        let Some(given) = line_of(&field.value).filter(|_| as_flag(&field.value).is_none()) else {
            continue;
        };
        let is_elsewhere = field.key == "url" && given.contains("://");
        let is_pattern = given.contains([':', '*', '{']) && !given.contains("://");
        if !is_elsewhere && !is_pattern && !PATTERNS.contains(&given.as_str()) {
            let path = on_site(&given);
            let path = path.split(['?', '#']).next().unwrap_or_default();
            let path = crate::paths::lookup_key(path);
            if path != "/" {
                draft.address.get_or_insert_with(|| path.clone());
                draft.former_paths.push(path);
            }
        }
    }
    draft.former_paths.retain(|path| path != "/");
    draft.former_paths.sort();
    draft.former_paths.dedup();
    Ok(())
}

/// The path of an address on the site that it had: `https://example.org/a/b` and `a/b` are `/a/b`.
fn on_site(given: &str) -> String {
    let given = given.trim();
    let path = match given.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => given,
    };
    format!("/{}", path.trim_start_matches('/'))
}

fn comments_closed(fields: &Fields) -> Result<bool, Refusal> {
    let Some(field) = fields.find(&["comments"]) else {
        return Ok(false);
    };
    match line_of(&field.value).as_deref() {
        Some("open") => Ok(false),
        Some("closed") => Ok(true),
        // The settings of a theme's comment service.
        None => Ok(false),
        Some(_) => match as_boolean(&field.value) {
            Some(are_open) => Ok(!are_open),
            None => fields.refuse(field, "open or closed"),
        },
    }
}
