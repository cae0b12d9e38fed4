//! Imports articles from files: finds, parses and validates them, and stores each in one transaction.

mod fences;
pub mod front_matter;
pub mod markdown;
mod sections;
pub mod story;

use crate::articles;
use crate::db::{Conn, Db, Time};
use crate::error::Error;
use crate::media;
use crate::text::{self, markdown::ImportedImage};
use crate::web::Site;
use articles::draft::{Draft, Refusal};
use articles::save::Saved;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Maximum size of an article's file, in bytes.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// The error for a picture that does not exist.
pub const MISSING: &str = "is missing: it must be in the same folder as the file, or below it";

/// What to do when the article with a file's slug has a different source.
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

/// A parsed article and its pictures, not yet stored.
pub struct ParsedFile {
    pub draft: Draft,
    pub slug: String,
    /// Nothing is to be published: changes of a public article are saved beside it.
    pub as_draft: bool,
    pictures: Vec<(String, media::Picture)>,
}

/// The article files at these paths and below them, in order. A path that is no folder is returned unchecked. Symbolic
/// links in a folder are not followed, because they may leave it or form a loop.
///
/// Second: a line `PATH:1: reason` for each unreadable folder and each link to an article file.
pub fn find(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<String>) {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>, refused: &mut Vec<String>) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) => {
                return refused.push(format!(
                    "{}:1: the folder cannot be read: {e}",
                    folder.display()
                ));
            }
        };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            match entry.file_type() {
                Ok(is) if is.is_dir() => walk(&path, found, refused),
                Ok(is) if is.is_file() && kind(&path).is_some() => found.push(path),
                Ok(is) if is.is_symlink() && kind(&path).is_some() => refused.push(format!(
                    "{}:1: this is a symbolic link, which is not followed; name the file that it points to",
                    path.display()
                )),
                _ => {}
            }
        }
    }
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            walk(path, &mut found, &mut refused);
        } else {
            found.push(path.clone());
        }
    }
    (found, refused)
}

/// Reads a regular file of at most `most` bytes; reading a pipe or a device might never end.
fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let cannot = |e: std::io::Error| format!("cannot be read: {e}");
    // Checked before it is opened, because opening a named pipe waits for a writer.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("is no file".into());
    }
    let file = std::fs::File::open(path).map_err(cannot)?;
    let meta = file.metadata().map_err(cannot)?;
    if !meta.is_file() {
        return Err("is no file".into());
    }
    let too_large = || format!("is larger than {} MiB", most / 1024 / 1024);
    if meta.len() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(too_large());
    }
    Ok(bytes)
}

/// Reads a picture in an article's folder or below it; a symbolic link to a file outside the folder is refused.
fn read_beside(folder: &Path, beside: &Path) -> Result<Vec<u8>, String> {
    let missing = |_| MISSING.to_owned();
    let path = folder.join(beside).canonicalize().map_err(missing)?;
    let folder = folder.canonicalize().map_err(missing)?;
    if !path.starts_with(&folder) {
        return Err("is a symbolic link to a file outside the article's folder".into());
    }
    read_file(&path, media::MOST_BYTES as u64)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Story,
    Markdown,
}

fn kind(path: &Path) -> Option<Kind> {
    match path.extension()?.to_string_lossy().to_lowercase().as_str() {
        "txt" => Some(Kind::Story),
        "md" | "markdown" => Some(Kind::Markdown),
        _ => None,
    }
}

/// Reads and parses one file; stores nothing.
///
/// # Errors
/// The line and the reason.
pub fn read(path: &Path) -> Result<ParsedFile, Refusal> {
    let first = |why: String| Refusal::at(1, why);
    let kind = kind(path).ok_or_else(|| {
        first("this is neither story text (.txt) nor Markdown (.md, .markdown)".into())
    })?;
    let bytes = read_file(path, MOST_BYTES).map_err(|why| first(format!("the file {why}")))?;
    let source = String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        Refusal::at(line, "the text is not UTF-8")
    })?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    parse_source(&source, kind == Kind::Markdown, &|beside| {
        read_beside(folder, beside)
    })
}

/// Parses the source of an article. `beside` reads a file at a path relative to the article's folder; its error
/// completes a sentence about that file.
///
/// # Errors
/// The line and the reason.
pub fn parse_source(
    source: &str,
    is_markdown: bool,
    beside: &dyn Fn(&Path) -> Result<Vec<u8>, String>,
) -> Result<ParsedFile, Refusal> {
    let mut pictures: Vec<(String, media::Picture)> = Vec::new();
    let mut images = |named: &str| -> Result<Option<ImportedImage>, String> {
        if named.contains("://") || named.starts_with("//") || named.starts_with("data:") {
            return Ok(None);
        }
        let relative = percent_encoding::percent_decode_str(named)
            .decode_utf8_lossy()
            .into_owned();
        if !pictures.iter().any(|(n, _)| *n == named) {
            let path = Path::new(&relative);
            let inside = path.components().all(|c| {
                matches!(
                    c,
                    std::path::Component::Normal(_) | std::path::Component::CurDir
                )
            });
            if !inside {
                return Err(format!("the image {named} is not beside the file"));
            }
            let bytes = beside(path).map_err(|why| format!("the image {named} {why}"))?;
            let picture =
                media::process(&bytes).map_err(|why| format!("the image {named}: {why}"))?;
            pictures.push((named.to_owned(), picture));
        }
        let picture = pictures.iter().find(|(n, _)| *n == named).map(|(_, p)| p);
        Ok(picture.map(|p| ImportedImage {
            src: crate::paths::media(&p.file),
            width: p.width,
            height: p.height,
            smaller: p
                .smaller
                .iter()
                .map(|s| (s.width, crate::paths::media(&s.file)))
                .collect(),
        }))
    };
    let draft = if is_markdown {
        markdown::parse(source, &mut images)?
    } else {
        story::parse(source)?
    };
    let slug = if draft.slug.is_empty() {
        text::slug(&draft.title, "article")
    } else {
        draft.slug.clone()
    };
    Ok(ParsedFile {
        draft,
        slug,
        as_draft: false,
        pictures,
    })
}

/// Stores one article. `ask` is called with the old and the new source if the article exists with a different source.
///
/// # Errors
/// A sentence when writing to the media folder or the database fails.
pub fn store(
    db: &Db,
    data: &Path,
    site: &Site,
    ready: ParsedFile,
    is_sample: bool,
    mut ask: impl FnMut(&str, &str) -> OnChange,
) -> Result<ImportOutcome, String> {
    let slug = ready.slug.clone();
    let existing = db
        .read_now(|conn| articles::store::source(conn, &slug, &ready.draft.aliases))
        .map_err(|e| e.to_string())?;
    if let Some((id, old)) = &existing {
        let id = *id;
        let (waiting, is_draft) = db
            .read_now(|conn| {
                let waiting = articles::working_copy::source(conn, id)?;
                Ok((waiting, articles::store::is_draft(conn, id)?))
            })
            .map_err(|e| e.to_string())?;
        // Without `as_draft` a working copy, and an article that came in with it, is published even if its source is the same.
        let is_as_wanted =
            ready.as_draft || (waiting.is_none() && is_draft == ready.draft.is_draft);
        let old = waiting.as_ref().filter(|_| ready.as_draft).unwrap_or(old);
        if *old == ready.draft.source && is_as_wanted {
            return Ok(ImportOutcome::Unchanged { slug });
        }
        match ask(old, &ready.draft.source) {
            OnChange::Replace => {}
            OnChange::Keep | OnChange::Ask => return Ok(ImportOutcome::NotReplaced { slug }),
        }
    }
    ready.save_pictures(data)?;
    let (now, site) = (db.now(), site.clone());
    let (status, as_draft) = (ready.draft.status(now), ready.as_draft);
    let saved = db
        .write_now(move |conn| ready.insert(conn, &site, is_sample, now))
        .map_err(|e| format!("writing to the database failed: {e}"))?;
    Ok(match saved {
        Saved::WorkingCopy(_) => ImportOutcome::WorkingCopy { slug, status },
        Saved::Article(_) => {
            let status = if as_draft { "draft" } else { status };
            match existing {
                Some(_) => ImportOutcome::Updated { slug, status },
                None => ImportOutcome::Published { slug, status },
            }
        }
    })
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
            now,
        };
        articles::save::save(conn, &self.draft, &with)
    }
}

/// A unified diff of two sources, for the terminal.
pub fn unified_diff(old: &str, new: &str) -> String {
    crate::text::diff::unified(old, new, ("as it is", "as the file has it"))
}
