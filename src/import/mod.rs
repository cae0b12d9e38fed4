//! Imports articles from files: finds them, plans which article each one is, parses them, and stores each in one transaction.

mod blocks;
mod byline;
mod code;
mod comments;
pub mod dates;
mod fences;
mod fields;
mod files;
pub mod form;
mod front_matter;
mod hiding;
pub mod links;
mod markdown;
mod notes;
mod pictures;
pub mod plan;
mod render;
mod run;
mod sections;
pub mod story;
mod templates;
pub mod to_form;
mod value;

pub use files::find;
use files::{Kind, read_file, read_source};
pub use pictures::MISSING;
pub use plan::{Plan, PlannedFile, plan};
pub use run::import;

use crate::articles;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::media;
use crate::text;
use crate::text::article::ImageOutcome;
use crate::text::markdown::ImportedImage;
use crate::text::typography::Quotes;
use crate::web::{Site, settings};
use articles::draft::{Draft, Refusal};
use articles::save::Saved;
use jiff::tz::TimeZone;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// What to do when the article that a file is has a different source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    Replace,
    Keep,
    /// Ask on the terminal.
    Ask,
}

/// The result of importing one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    Published {
        slug: String,
        status: &'static str,
    },
    Updated {
        slug: String,
        status: &'static str,
    },
    /// The article stays as it is published; the new version waits beside it.
    WorkingCopy {
        slug: String,
        status: &'static str,
    },
    Unchanged {
        slug: String,
    },
    NotReplaced {
        slug: String,
    },
}

/// What an import did not take over from a file as it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Fields of the front matter that have no meaning here.
    pub ignored: BTreeSet<String>,
    /// HTML tags that are shown as typed.
    pub shown_tags: BTreeSet<String>,
    /// Links that lead nowhere, with their lines.
    pub dead_links: Vec<(usize, String)>,
    /// Pictures that were left out, with their lines.
    pub left_out: Vec<(usize, String)>,
}

/// A parsed article and its pictures, not yet stored.
pub struct ParsedFile {
    pub draft: Draft,
    pub slug: String,
    /// Nothing is to be published: changes of a public article are saved beside it.
    pub as_draft: bool,
    /// The article that the file is, if that is known.
    pub article: Option<i64>,
    pub remarks: Remarks,
    pictures: Vec<(String, media::Picture)>,
}

/// How texts are read, beside what stands in them.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The zone of dates without an offset.
    pub zone: TimeZone,
    /// The quotation marks to set in Markdown; `None` leaves them as typed.
    pub quotes: Option<Quotes>,
    /// Refuses fields of the front matter that have no meaning here.
    pub strict: bool,
    /// Leaves out pictures that are missing or cannot be read, and takes the text.
    pub skip_pictures: bool,
    /// Nothing is to be published.
    pub as_draft: bool,
    /// The folder in which paths of pictures with `/` begin.
    pub root: Option<PathBuf>,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            zone: TimeZone::UTC,
            quotes: None,
            strict: false,
            skip_pictures: false,
            as_draft: false,
            root: None,
        }
    }
}

impl ReadOptions {
    /// The options for a site, where nothing else was said.
    pub fn of(site: &Site) -> ReadOptions {
        let has_quotes = site.value(&settings::TYPOGRAPHIC_QUOTES) == "on";
        ReadOptions {
            zone: site.time_zone(),
            quotes: has_quotes.then(|| Quotes::of(&site.language)),
            ..ReadOptions::default()
        }
    }
}

/// What is known of a file before its body is read.
pub(crate) struct Outline {
    origin: String,
    slug: String,
    /// Slugs from the path that the text had on another site, for the case that another file has the first one.
    more_slugs: Vec<String>,
    is_draft: bool,
    /// Fields of the front matter that have no meaning here.
    ignored: BTreeSet<String>,
    /// Slugs that the article had before.
    aliases: Vec<String>,
    former_paths: Vec<String>,
    address: Option<String>,
}

/// Reads the front matter of a file, or the whole of a story. `None` for the page of a section that has no text, as Hugo and
/// Zola have them (`_index.md`): it is no article.
fn read_outline(path: &Path, options: &ReadOptions) -> Result<Option<Outline>, Refusal> {
    let (source, kind) = read_source(path)?;
    let is_section = path.file_stem().is_some_and(|stem| stem == "_index");
    if kind == Kind::Markdown && is_section && markdown::has_no_text(&source)? {
        return Ok(None);
    }
    let (draft, ignored) = match kind {
        Kind::Markdown => markdown::outline(&source, &options.zone)?,
        Kind::Story => (story::parse(&source)?, Vec::new()),
    };
    if let Some((name, line)) = ignored.first().filter(|_| options.strict) {
        let why = format!("{name:?} is no field that is known; without --strict it is ignored");
        return Err(Refusal::at(*line, why));
    }
    if text::is_blank(&draft.title) {
        return Err(Refusal::at(1, "the article has no title"));
    }
    let origin = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(Some(Outline {
        origin: origin.to_string_lossy().into_owned(),
        slug: slug_of(&draft),
        more_slugs: more_slugs(&draft),
        is_draft: draft.is_draft || is_in_drafts(path),
        ignored: ignored.into_iter().map(|(name, _)| name).collect(),
        aliases: draft.aliases,
        former_paths: draft.former_paths,
        address: draft.address,
    }))
}

fn slug_of(draft: &Draft) -> String {
    match draft.slug.as_str() {
        "" => text::slug(&draft.title, "article"),
        slug => slug.to_owned(),
    }
}

/// The last part of the path that a text had on another site, and the whole of it. None if it names its slug.
fn more_slugs(draft: &Draft) -> Vec<String> {
    let Some(address) = draft.address.as_ref().filter(|_| draft.slug.is_empty()) else {
        return Vec::new();
    };
    let address = address.trim_end_matches(".html");
    let last = address.rsplit('/').next().unwrap_or_default();
    let slugs = [last, address].map(|path| text::slug(path, ""));
    slugs.into_iter().filter(|slug| !slug.is_empty()).collect()
}

/// Whether a file is in a folder of drafts, which Jekyll does not publish.
fn is_in_drafts(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "_drafts")
}

/// [`parse_source`] for a text with no files beside it.
///
/// # Errors
/// The line and the reason.
pub fn parse_text(
    source: &str,
    is_markdown: bool,
    options: &ReadOptions,
) -> Result<ParsedFile, Refusal> {
    let picture = |_: &str| Err(MISSING.to_owned());
    let addresses = links::Addresses::default();
    let link = |url: &str| addresses.resolve(Path::new(""), None, url);
    parse_source(source, is_markdown, options, &picture, &link)
}

/// Parses the source of an article. `picture` reads the file that a path names; its error completes a sentence about that
/// file. `link`: the URL on this site that a link means, `None` if it leads nowhere.
///
/// # Errors
/// The line and the reason.
pub fn parse_source(
    source: &str,
    is_markdown: bool,
    options: &ReadOptions,
    picture: &dyn Fn(&str) -> Result<Vec<u8>, String>,
    link: &dyn Fn(&str) -> Option<String>,
) -> Result<ParsedFile, Refusal> {
    let mut pictures: Vec<(String, media::Picture)> = Vec::new();
    let mut remarks = Remarks::default();
    let mut image = |named: &str| {
        let outcome = import_picture(named, &mut pictures, picture);
        match outcome {
            Err(_) if options.skip_pictures => Ok(ImageOutcome::LeftOut),
            other => other,
        }
    };
    let draft = match is_markdown {
        true => {
            let mut around = markdown::Surroundings {
                image: &mut image,
                link,
                zone: &options.zone,
                quotes: options.quotes,
            };
            markdown::parse(source, &mut around, &mut remarks)?
        }
        false => story::parse(source)?,
    };
    Ok(ParsedFile {
        slug: slug_of(&draft),
        draft,
        as_draft: options.as_draft,
        article: None,
        remarks,
        pictures,
    })
}

/// Reads and validates a picture, once for each path.
fn import_picture(
    named: &str,
    pictures: &mut Vec<(String, media::Picture)>,
    read: &dyn Fn(&str) -> Result<Vec<u8>, String>,
) -> Result<ImageOutcome, String> {
    // Only the generator of the site knows which picture `{{ page.image }}` is.
    if matches!(templates::expression(named), Some((_, ""))) {
        return Ok(ImageOutcome::LeftOut);
    }
    if named.contains("://") || named.starts_with("//") {
        return Ok(ImageOutcome::Remote);
    }
    if !pictures.iter().any(|(known, _)| known == named) {
        let shown = text::excerpt(named, 200);
        let bytes = match named.strip_prefix("data:") {
            Some(data) => pictures::decode_data(data),
            None => read(named),
        };
        let bytes = bytes.map_err(|why| format!("the image {shown} {why}"))?;
        let picture = media::process(&bytes).map_err(|why| format!("the image {shown}: {why}"))?;
        pictures.push((named.to_owned(), picture));
    }
    let picture = pictures.iter().find(|(known, _)| known == named);
    Ok(picture.map_or(ImageOutcome::LeftOut, |(_, picture)| {
        ImageOutcome::Imported(image_of(picture))
    }))
}

fn image_of(picture: &media::Picture) -> ImportedImage {
    ImportedImage {
        src: crate::paths::media(&picture.file),
        width: picture.width,
        height: picture.height,
        smaller: picture
            .smaller
            .iter()
            .map(|s| (s.width, crate::paths::media(&s.file)))
            .collect(),
    }
}

impl ParsedFile {
    /// Writes the picture files. They are harmless if the transaction that refers to them fails later.
    ///
    /// # Errors
    /// A sentence when the media folder cannot be written.
    pub fn save_pictures(&self, data: &Path) -> Result<(), String> {
        self.pictures
            .iter()
            .try_for_each(|(_, picture)| media::save_files(&data.join("media"), picture))
    }

    /// Saves the article and the rows of its pictures in this transaction. Returns what became of the draft.
    pub fn insert(
        &self,
        conn: &mut Conn,
        site: &Site,
        is_sample: bool,
        now: Time,
    ) -> Result<Saved, Error> {
        let mut pictures = HashMap::new();
        for (named, picture) in &self.pictures {
            pictures.insert(named.clone(), media::store::insert(conn, picture, now)?);
        }
        let with = articles::draft::SaveContext {
            slug: self.slug.clone(),
            section: site.default_section.clone(),
            site_name: site.name.clone(),
            pictures,
            is_sample,
            as_draft: self.as_draft,
            article: self.article,
            status: None,
            by: None,
            now,
        };
        articles::save::save(conn, &self.draft, &with)
    }
}

/// A unified diff of two sources, for the terminal.
pub fn unified_diff(old: &str, new: &str) -> String {
    crate::text::diff::unified(old, new, ("as it is", "as the file has it"))
}
