//! Makes a draft from the fields of the newsroom's form: the same rules as for files, with a message beside each field.

use super::blocks::words_of;
use super::markdown::normalize;
use super::render::{Parts, Unrenderable, render};
use super::{ReadOptions, comments, sections};
use crate::articles::draft::{Byline, Draft, Format, Hero, MAX_TITLE, NoteKind, SourceNote};
use crate::articles::fields::{ArticleFields, COMMENTS};
use crate::interface::Interface;
use crate::text::article::{self, ImageOutcome, Prepared, References};
use crate::text::ids::Ids;
use crate::text::markdown::ImportedImage;
use crate::text::{self, structure};
use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};
use std::collections::HashMap;

/// Lengths in characters.
const MAX_DEK: usize = 1_000;
const MAX_NAME: usize = 100;
const MAX_LINE: usize = 500;
const MAX_NOTE: usize = 2_000;
/// Names in a list, and source notes.
const MOST_NAMES: usize = 50;
const MOST_NOTES: usize = 200;

/// Fields that were refused, each with the message to show beside it. Fields of source notes have their row behind the name, as
/// in `note_url-2`.
pub type FieldErrors = Vec<(String, String)>;

/// The pictures that the library has of those that the fields name: id and what is shown, by file name.
pub type Library = HashMap<String, (i64, ImportedImage)>;

/// A draft, and the ids of its pictures by the names that stand in it.
pub type Compiled = (Draft, HashMap<String, i64>);

/// Parses and renders the fields. An article without a text is a draft like any other; [`missing`] says what publication needs.
///
/// # Errors
/// The fields that are refused.
pub fn compile(
    t: Interface,
    fields: &ArticleFields,
    options: &ReadOptions,
    library: &Library,
) -> Result<Compiled, FieldErrors> {
    let mut errors: FieldErrors = Vec::new();
    let mut draft = Draft {
        slug: fields.slug.clone(),
        format: Format::Form,
        source: fields.to_source(),
        ..Draft::default()
    };
    let mut line = |name: &str, most: usize| {
        let value = checked_line(t, fields.field(name), most);
        value.unwrap_or_else(|why| {
            errors.push((name.to_owned(), why));
            String::new()
        })
    };
    draft.title = line("title", MAX_TITLE);
    draft.dek = line("dek", MAX_DEK);
    draft.section = line("section", MAX_NAME);
    let hero = Hero {
        src: line("image", MAX_LINE),
        alt: line("image_alt", MAX_LINE),
        caption: line("image_caption", MAX_LINE),
        credit: line("image_credit", MAX_LINE),
    };
    let mut names = |name: &str| {
        let given = sections::list(fields.field(name));
        names_of(t, given).unwrap_or_else(|why| {
            errors.push((name.to_owned(), why));
            Vec::new()
        })
    };
    draft.tags = names("tags");
    draft.keyphrases = names("keyphrases");
    let byline = |name| Byline {
        name,
        ..Byline::default()
    };
    draft.authors = names("authors").into_iter().map(byline).collect();
    if !COMMENTS.contains(&fields.comments.as_str()) {
        errors.push(("comments".into(), t.choice_missing()));
    }
    draft.set_comments_mode(&fields.comments);
    // A recording has no width, and cannot be the main picture.
    let known = library.get(&hero.src);
    if known.is_some_and(|(_, image)| image.width > 0) {
        draft.hero = Some(hero);
    } else if !hero.src.is_empty() {
        errors.push(("image".into(), t.editor_no_such_picture(&hero.src)));
    }
    draft.notes = notes(t, fields, &mut errors);
    let pictures = match texts(t, fields, options, library, &mut draft) {
        Ok(pictures) => pictures,
        Err(more) => {
            errors.extend(more);
            HashMap::new()
        }
    };
    match errors.is_empty() {
        true => Ok((draft, pictures)),
        false => Err(errors),
    }
}

/// What an article must have before readers see it, and this one has not.
pub fn missing(t: Interface, draft: &Draft) -> FieldErrors {
    let mut missing = Vec::new();
    if text::is_blank(&draft.title) {
        missing.push(("title".into(), t.editor_title_missing()));
    }
    if draft.body.is_empty() && draft.summary.is_empty() && draft.matters.is_empty() {
        missing.push(("body".into(), t.editor_text_missing()));
    }
    missing
}

/// One line of text without control characters.
fn checked_line(t: Interface, given: &str, most: usize) -> Result<String, String> {
    // What was pasted may have several lines.
    let given = text::collapse(given);
    let line = text::clean_line(&given).map_err(|_| t.text_control_character())?;
    match line.chars().count() > most {
        true => Err(t.line_too_long(most as i64)),
        false => Ok(line),
    }
}

fn names_of(t: Interface, given: Vec<String>) -> Result<Vec<String>, String> {
    if given.len() > MOST_NAMES {
        return Err(t.editor_too_many(MOST_NAMES as i64));
    }
    let names = given.iter().map(|name| checked_line(t, name, MAX_NAME));
    names.collect()
}

fn notes(t: Interface, fields: &ArticleFields, errors: &mut FieldErrors) -> Vec<SourceNote> {
    let mut notes = Vec::new();
    for (row, note) in fields.notes.iter().enumerate() {
        if note.is_blank() {
            continue;
        }
        let mut line = |name: &str, given: &str, most: usize| {
            checked_line(t, given, most).unwrap_or_else(|why| {
                errors.push((format!("note_{name}-{}", row + 1), why));
                String::new()
            })
        };
        let text = line("text", &note.text, MAX_NOTE);
        let publisher = line("publisher", &note.publisher, MAX_NAME);
        let date = line("date", &note.date, MAX_NAME);
        let url = line("url", &note.url, MAX_NOTE);
        if !is_date(&date) {
            errors.push((format!("note_date-{}", row + 1), t.editor_date_invalid()));
        }
        if !note.kind.is_empty() && NoteKind::parse(&note.kind).is_none() {
            errors.push((format!("note_kind-{}", row + 1), t.choice_missing()));
        }
        let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if !url.is_empty() && !is_web(&url.to_ascii_lowercase()) {
            errors.push((format!("note_url-{}", row + 1), t.editor_url_invalid()));
        }
        notes.push(SourceNote {
            kind: NoteKind::parse(&note.kind).unwrap_or_else(|| NoteKind::guess(&text)),
            text,
            publisher,
            url,
            date,
        });
    }
    if notes.len() > MOST_NOTES {
        errors.push(("note_text-1".into(), t.editor_too_many(MOST_NOTES as i64)));
    }
    notes
}

/// Whether what looks like a date is one. Other words, such as "last spring", stay as typed.
fn is_date(text: &str) -> bool {
    let looks_like_one = text.len() >= 6 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match text.split('-').collect::<Vec<_>>().as_slice() {
        _ if !looks_like_one => true,
        [_, _] => format!("{text}-01").parse::<jiff::civil::Date>().is_ok(),
        _ => text.parse::<jiff::civil::Date>().is_ok(),
    }
}

/// Renders the three texts into the draft.
fn texts(
    t: Interface,
    fields: &ArticleFields,
    options: &ReadOptions,
    library: &Library,
    draft: &mut Draft,
) -> Result<HashMap<String, i64>, FieldErrors> {
    let typed = fields.texts();
    let mut errors: FieldErrors = Vec::new();
    let mut cleaned: Vec<String> = Vec::new();
    for (name, text) in typed {
        match cleaned_text(t, text) {
            Ok(text) => cleaned.push(text),
            Err(why) => errors.push((name.to_owned(), why)),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let arena = Arena::new();
    let mut ids = Ids::default();
    let mut pictures = HashMap::new();
    let mut all = Prepared::default();
    let mut roots: Vec<&AstNode<'_>> = Vec::new();
    for ((name, _), text) in typed.into_iter().zip(&cleaned) {
        let root = comrak::parse_document(&arena, text, &article::options());
        if structure::has_too_many_elements(root) {
            return Err(vec![(name.to_owned(), t.editor_too_dense())]);
        }
        let prepared = prepare(t, &arena, root, &mut ids, library, &mut pictures);
        let prepared = prepared.map_err(|why| vec![(name.to_owned(), why)])?;
        all.images.extend(prepared.images);
        all.footnotes.extend(prepared.footnotes);
        all.before_more = all.before_more.or(prepared.before_more);
        draft.words += root.children().map(words_of).sum::<i64>();
        roots.push(root);
    }
    let document = || arena.alloc(NodeValue::Document.into());
    let nodes = [0, 1, 2].map(|at| roots.get(at).copied().unwrap_or_else(|| document()));
    for note in &all.footnotes {
        draft.words += words_of(note);
        nodes[1].append(note);
    }
    let parts = Parts {
        nodes,
        images: &all.images,
        before_more: all.before_more.as_deref(),
        typed: &cleaned.join("\n"),
        quotes: options.quotes.filter(|_| !fields.keeps_quotes),
    };
    if let Err(why) = render(&arena, draft, parts, &mut ids) {
        return Err(vec![match why {
            Unrenderable::TooDense => ("body".to_owned(), t.editor_too_dense()),
            Unrenderable::UnknownNote { part, line, note } => {
                let many = draft.notes.len().to_string();
                let why = t.editor_unknown_note(&line.to_string(), &many, &note.to_string());
                (typed[part].0.to_owned(), why)
            }
        }]);
    }
    if let Some(hero) = &draft.hero
        && let Some((id, _)) = library.get(&hero.src)
    {
        pictures.insert(hero.src.clone(), *id);
    }
    Ok(pictures)
}

/// A text of several lines, without what readers never see.
fn cleaned_text(t: Interface, given: &str) -> Result<String, String> {
    let text = normalize(given).map_err(|_| t.text_control_character())?;
    if structure::has_too_many_marks(&text) {
        return Err(t.editor_too_dense());
    }
    match comments::remove_long(&text) {
        Ok(text) => Ok(text.into_owned()),
        Err(line) => Err(t.editor_comment_without_end(&line.to_string())),
    }
}

/// Replaces typed HTML and finds the pictures. Links stay as they are typed.
fn prepare<'n>(
    t: Interface,
    arena: &'n Arena<'n>,
    root: &'n AstNode<'n>,
    ids: &mut Ids,
    library: &Library,
    pictures: &mut HashMap<String, i64>,
) -> Result<Prepared<'n>, String> {
    let mut references = References {
        image: &mut |src, _| {
            if src.contains("://") || src.starts_with("//") {
                return Ok(ImageOutcome::Remote);
            }
            let file = src.strip_prefix("/media/").unwrap_or(src);
            match library.get(file) {
                Some((id, image)) => {
                    pictures.insert(src.to_owned(), *id);
                    Ok(ImageOutcome::Imported(image.clone()))
                }
                None => Err(t.editor_no_such_picture(&text::excerpt(src, 200))),
            }
        },
        link: &mut |url, _| url.to_owned(),
        shown: &mut |_| {},
    };
    article::prepare(arena, root, ids, &mut references)
}
