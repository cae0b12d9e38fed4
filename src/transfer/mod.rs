//! Articles that come in as files: found, read, judged, and published whole or not at all.

mod fences;
pub mod front_matter;
pub mod markdown;
pub mod story;

use crate::articles;
use crate::db::{Conn, Db, Time};
use crate::error::Error;
use crate::media;
use crate::text::{self, markdown::TakenIn};
use crate::web::Site;
use articles::draft::{Draft, Refusal};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Bytes that an article's file may have.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// What becomes of a file whose address is taken by another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnChange {
    Take,
    Leave,
    /// Ask the person; the answer decides.
    Ask,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Published { slug: String, status: &'static str },
    Updated { slug: String, status: &'static str },
    Unchanged { slug: String },
    Left { slug: String },
}

/// An article with the pictures that it needs, not yet stored.
pub struct Ready {
    pub draft: Draft,
    pub slug: String,
    pictures: Vec<(String, media::Picture)>,
}

/// Every file below the given paths that an import would read, in order. A path that names a file is taken as it is.
///
/// # Errors
/// `PATH:1: reason` for a path that is not there.
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
        let mut entries: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
        entries.sort();
        for path in entries {
            let hidden = path
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if path.is_dir() && !hidden {
                walk(&path, found, refused);
            } else if !hidden && kind(&path).is_some() {
                found.push(path);
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

/// Reads and judges one file; nothing is stored.
///
/// # Errors
/// The line and the reason.
pub fn read(path: &Path) -> Result<Ready, Refusal> {
    let first = |why: String| Refusal::at(1, why);
    let meta =
        std::fs::metadata(path).map_err(|e| first(format!("the file cannot be read: {e}")))?;
    let kind = kind(path).ok_or_else(|| {
        first("this is neither story text (.txt) nor Markdown (.md, .markdown)".into())
    })?;
    if !meta.is_file() {
        return Err(first("this is no file".into()));
    }
    if meta.len() > MOST_BYTES {
        return Err(first("the file is larger than 2 MiB".into()));
    }
    let bytes = std::fs::read(path).map_err(|e| first(format!("the file cannot be read: {e}")))?;
    let source = String::from_utf8(bytes).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
            + 1;
        Refusal::at(line, "the text is not UTF-8")
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    judge(&source, kind == Kind::Markdown, &|beside| {
        std::fs::read(folder.join(beside))
    })
}

/// Reads an article out of its text; `beside` reads the files that lie beside it.
///
/// # Errors
/// The line and the reason.
pub fn judge(
    source: &str,
    is_markdown: bool,
    beside: &dyn Fn(&Path) -> std::io::Result<Vec<u8>>,
) -> Result<Ready, Refusal> {
    let mut pictures: Vec<(String, media::Picture)> = Vec::new();
    let mut images = |named: &str| -> Result<Option<TakenIn>, String> {
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
            let bytes = beside(path).map_err(|_| {
                format!("the image {named} is missing: it is looked for beside the file")
            })?;
            let picture =
                media::take_in(&bytes).map_err(|why| format!("the image {named}: {why}"))?;
            pictures.push((named.to_owned(), picture));
        }
        let picture = pictures.iter().find(|(n, _)| *n == named).map(|(_, p)| p);
        Ok(picture.map(|p| TakenIn {
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
    Ok(Ready {
        draft,
        slug,
        pictures,
    })
}

/// Stores one article. `ask` is called with the old and the new text when its address is taken by another one.
///
/// # Errors
/// A sentence when the media folder or the database does not take it.
pub fn store(
    db: &Db,
    data: &Path,
    site: &Site,
    ready: Ready,
    is_sample: bool,
    mut ask: impl FnMut(&str, &str) -> OnChange,
) -> Result<Outcome, String> {
    let slug = ready.slug.clone();
    let existing = db
        .read_now(|conn| articles::store::source(conn, &slug, &ready.draft.aliases))
        .map_err(|e| e.to_string())?;
    if let Some((_, old)) = &existing {
        if *old == ready.draft.source {
            return Ok(Outcome::Unchanged { slug });
        }
        match ask(old, &ready.draft.source) {
            OnChange::Take => {}
            OnChange::Leave | OnChange::Ask => return Ok(Outcome::Left { slug }),
        }
    }
    ready.keep_pictures(data)?;
    let (now, site) = (Time::now(), site.clone());
    let status = ready.draft.status(now);
    db.write_now(move |conn| ready.insert(conn, &site, is_sample, now))
        .map_err(|e| format!("the database did not take it: {e}"))?;
    Ok(if existing.is_some() {
        Outcome::Updated { slug, status }
    } else {
        Outcome::Published { slug, status }
    })
}

impl Ready {
    /// Writes the pictures' files. One that no row will name is harmless.
    ///
    /// # Errors
    /// A sentence when the media folder cannot be written.
    pub fn keep_pictures(&self, data: &Path) -> Result<(), String> {
        self.pictures
            .iter()
            .try_for_each(|(_, picture)| media::keep(&data.join("media"), picture))
    }

    /// Saves article and pictures in this transaction; the article's id.
    pub fn insert(
        &self,
        conn: &mut Conn,
        site: &Site,
        is_sample: bool,
        now: Time,
    ) -> Result<i64, Error> {
        let mut kept = HashMap::new();
        for (named, picture) in &self.pictures {
            kept.insert(named.clone(), media::store::remember(conn, picture, now)?);
        }
        let with = articles::save::Saving {
            slug: self.slug.clone(),
            section: site.default_section.clone(),
            house: site.name.clone(),
            pictures: kept,
            is_sample,
            now,
        };
        articles::save::save(conn, &self.draft, &with)
    }
}

/// What changed, line by line, for a person at a terminal.
pub fn shown_diff(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(2)
        .header("as it is", "as the file has it")
        .to_string()
}
