//! Finds the files of an import, and reads them.

use crate::articles::draft::Refusal;
use std::path::{Path, PathBuf};

/// Maximum size of an article's file, in bytes.
const MOST_BYTES: u64 = 2 * 1024 * 1024;

/// A file, and the folder that was named for the import.
#[derive(Clone, Debug)]
pub struct FoundFile {
    pub path: PathBuf,
    pub named: PathBuf,
}

/// The folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The article files at these paths and below them, in order. A path that is no folder is returned unchecked. Symbolic
/// links in a folder are not followed, because they may leave it or form a loop.
///
/// Second: a line `PATH:1: reason` for each unreadable folder and each link to an article file.
pub fn find(paths: &[PathBuf]) -> (Vec<FoundFile>, Vec<String>) {
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
        let mut known = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => known.push(entry),
                Err(e) => refused.push(format!(
                    "{}:1: the folder cannot be read to its end: {e}",
                    folder.display()
                )),
            }
        }
        let mut entries = known;
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
    let mut files = Vec::new();
    for path in paths {
        let named = match path.is_dir() {
            true => {
                walk(path, &mut found, &mut refused);
                path.clone()
            }
            false => {
                found.push(path.clone());
                folder_of(path).to_owned()
            }
        };
        files.extend(found.drain(..).map(|path| FoundFile {
            path,
            named: named.clone(),
        }));
    }
    (files, refused)
}

/// Reads a regular file of at most `most` bytes; reading a pipe or a device might never end.
pub(super) fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, String> {
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

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

/// Reads the text of one file.
///
/// # Errors
/// The line and the reason.
pub(super) fn read_source(path: &Path) -> Result<(String, Kind), Refusal> {
    let first = |why: String| Refusal::at(1, why);
    let kind = kind(path).ok_or_else(|| {
        first("this is neither story text (.txt) nor Markdown (.md, .markdown)".into())
    })?;
    let bytes = read_file(path, MOST_BYTES).map_err(|why| first(format!("the file {why}")))?;
    let source = String::from_utf8(bytes).map_err(|e| {
        let good = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = good.iter().filter(|b| **b == b'\n').count() + 1;
        let start = good
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&good[start..]).chars().count() + 1;
        let byte = e.as_bytes().get(good.len()).copied().unwrap_or_default();
        let why = format!("column {column}: the text is not UTF-8 (byte {byte:#04x})");
        Refusal::at(line, why)
    })?;
    Ok((source, kind))
}
