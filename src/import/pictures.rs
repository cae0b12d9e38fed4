//! Finds the picture files that an article names.

use super::links::without_expression;
use crate::media;
use std::path::{Component, Path, PathBuf};

/// The error for a picture that does not exist.
pub const MISSING: &str = "is missing: it must be in the same folder as the file, or below it";
/// The same for a path that begins with `/`.
const MISSING_IN_ROOT: &str =
    "is in no folder above the file; --root DIR names the folder that paths with / begin in";

/// Folders that a generator serves as the root of the site.
const SERVED: [&str; 6] = ["", "static", "public", "assets", "source", "src"];

/// How many folders above the one that was named for the import paths with `/` may begin in: `content/en/post` is named,
/// and `static` is beside `content`.
const LEVELS_ABOVE: usize = 3;

/// Where the pictures of a file are looked for.
pub(super) struct PictureFolders<'a> {
    /// The folder of the file.
    pub folder: &'a Path,
    /// The folder that was named for the import; paths with `..` may not leave it.
    pub named: &'a Path,
    /// The folder in which paths with `/` begin; if it is not given, the nearest one above the file that has the picture, at most
    /// [`LEVELS_ABOVE`] above `named`.
    pub root: Option<&'a Path>,
}

impl PictureFolders<'_> {
    /// Reads a picture. A symbolic link to a file outside the folder in which it was found is refused.
    ///
    /// # Errors
    /// What completes the sentence "the image PATH …".
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = without_expression(path);
        let decoded = percent_encoding::percent_decode_str(&path).decode_utf8_lossy();
        let plain = decoded.split(['?', '#']).next().unwrap_or_default();
        // Both, because `?` may be part of a file's name.
        let mut found = self.find(&decoded);
        if found.is_err() && plain != decoded {
            found = self.find(plain);
        }
        // Relative to the address of the text on its former site, or to the root.
        let down = plain.trim_start_matches("../").trim_start_matches("./");
        let in_root = |why| self.find_in_root(down).map_err(|_| why);
        let (folder, file) = found.or_else(in_root)?;
        if !file.starts_with(&folder) {
            return Err("is a symbolic link to a file outside the article's folder".into());
        }
        super::read_file(&file, media::MOST_BYTES as u64)
    }

    /// The file, and the folder that it may not be outside of, without symbolic links.
    fn find(&self, path: &str) -> Result<(PathBuf, PathBuf), String> {
        if let Some(path) = path.strip_prefix('/') {
            return self.find_in_root(path.trim_start_matches('/'));
        }
        let relative = Path::new(path);
        let goes_up = relative.components().any(|part| !is_down(&part));
        let folder = match goes_up {
            true => self.root.unwrap_or(self.named),
            false => self.folder,
        };
        let missing = || MISSING.to_owned();
        let outside =
            || "is not beside the file; --root DIR names a folder that it may be in".to_owned();
        let folder = folder.canonicalize().map_err(|_| missing())?;
        let file = self.folder.join(relative).canonicalize();
        match (file, goes_up) {
            (Ok(file), true) if !file.starts_with(&folder) => Err(outside()),
            (Ok(file), _) => Ok((folder, file)),
            (Err(_), true) => Err(outside()),
            (Err(_), false) => Err(missing()),
        }
    }

    fn find_in_root(&self, path: &str) -> Result<(PathBuf, PathBuf), String> {
        let missing = || MISSING_IN_ROOT.to_owned();
        let path = Path::new(path);
        if !path.components().all(|part| is_down(&part)) {
            return Err(missing());
        }
        let start = self.folder.canonicalize().map_err(|_| missing())?;
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let roots: Vec<PathBuf> = match self.root {
            Some(root) => vec![root.to_owned()],
            // The folders of a site's generator are near; the home folder and what is above it are private.
            None => {
                let named = self.named.canonicalize().map_err(|_| missing())?;
                let inside = start.ancestors().take_while(|folder| **folder != named);
                let above = named.ancestors().take(1 + LEVELS_ABOVE);
                let is_private = |folder: &Path| {
                    folder.parent().is_none()
                        || home.as_deref().is_some_and(|h| h.starts_with(folder))
                };
                let folders = inside.chain(above).map(Path::to_owned);
                folders.filter(|folder| !is_private(folder)).collect()
            }
        };
        for root in roots {
            let Ok(folder) = root.canonicalize() else {
                continue;
            };
            for served in SERVED {
                if let Ok(file) = folder.join(served).join(path).canonicalize()
                    && file.is_file()
                {
                    return Ok((folder, file));
                }
            }
        }
        Err(missing())
    }
}

fn is_down(part: &Component<'_>) -> bool {
    matches!(part, Component::Normal(_) | Component::CurDir)
}

/// The bytes of a `data:` URL, without its scheme: <https://www.rfc-editor.org/rfc/rfc2397>
///
/// # Errors
/// What completes the sentence "the image PATH …".
pub(super) fn decode_data(data: &str) -> Result<Vec<u8>, String> {
    use base64::Engine as _;
    let unreadable = || "is no picture that can be read from the text".to_owned();
    let (kind, content) = data.split_once(',').ok_or_else(unreadable)?;
    match kind.ends_with(";base64") {
        true => {
            let content: String = content.split_whitespace().collect();
            let decoded = base64::engine::general_purpose::STANDARD.decode(content);
            decoded.map_err(|_| unreadable())
        }
        false => Ok(percent_encoding::percent_decode_str(content).collect()),
    }
}
