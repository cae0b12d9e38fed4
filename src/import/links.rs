//! Points links between the files of an import at the articles that they become.

use super::templates;
use crate::paths;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// Where the files of an import stand on this site.
#[derive(Debug, Default)]
pub struct Addresses {
    /// By file, without symbolic links.
    files: HashMap<PathBuf, String>,
    /// By the path that a text had on its former site, as [`paths::lookup_key`] has it.
    former: HashMap<String, String>,
}

impl Addresses {
    pub(super) fn add(&mut self, file: &Path, slug: &str, former: &[String]) {
        let address = paths::article(slug);
        for path in former {
            self.former.insert(path.clone(), address.clone());
        }
        self.files.insert(file.to_owned(), address);
    }

    /// The URL that a link in a file means. `former`: the path that the file had on its former site. `None` for a relative
    /// link that leads to no file of the import.
    pub(super) fn resolve(&self, file: &Path, former: Option<&str>, url: &str) -> Option<String> {
        let url = without_expression(url.trim());
        let url = url.as_ref();
        let end = url.find(['?', '#']).unwrap_or(url.len());
        let (path, rest) = url.split_at(end);
        if path.is_empty() || has_scheme(path) || path.starts_with("//") {
            return Some(url.to_owned());
        }
        let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        let found = match (decoded.strip_prefix("@/"), decoded.strip_prefix('/')) {
            (Some(path), _) => self.above(file, path),
            (None, Some(inner)) => {
                let known = self.former.get(&paths::lookup_key(&decoded));
                let known = known.or_else(|| self.above(file, inner));
                if known.is_none() && decoded.starts_with("/_posts/") {
                    return None;
                }
                // Another page of this site, or one that a redirect leads to.
                return Some(known.map_or(url.to_owned(), |there| format!("{there}{rest}")));
            }
            (None, None) => {
                let beside = file
                    .parent()
                    .and_then(|folder| self.at(&folder.join(&*decoded)));
                beside.or_else(|| self.at_former(former?, &decoded))
            }
        };
        found.map(|there| format!("{there}{rest}"))
    }

    /// A file at a path below one of the folders above another file.
    fn above(&self, file: &Path, path: &str) -> Option<&String> {
        file.ancestors()
            .skip(1)
            .find_map(|folder| self.at(&folder.join(path)))
    }

    /// The file at a path, which may lack its extension or name its folder.
    fn at(&self, path: &Path) -> Option<&String> {
        let path = flatten(path);
        let stem = path.with_extension("");
        let is_page = path
            .extension()
            .is_some_and(|end| end == "html" || end == "htm");
        let mut tries = vec![path.clone()];
        for base in [Some(&path), is_page.then_some(&stem)]
            .into_iter()
            .flatten()
        {
            for end in ["md", "markdown", "txt"] {
                let mut name = base.as_os_str().to_owned();
                name.push(format!(".{end}"));
                tries.push(PathBuf::from(name));
            }
        }
        tries.extend(["index.md", "_index.md"].map(|name| path.join(name)));
        tries.iter().find_map(|path| self.files.get(path))
    }

    /// The file at a path relative to the address of another one on the former site.
    fn at_former(&self, former: &str, path: &str) -> Option<&String> {
        let is_page = former.ends_with(".html") || former.ends_with(".htm");
        let folder = match former.rsplit_once('/') {
            Some((folder, _)) if is_page => folder,
            _ => former,
        };
        let path = flatten(&Path::new(folder).join(path));
        self.former.get(&paths::lookup_key(&path.to_string_lossy()))
    }
}

fn has_scheme(path: &str) -> bool {
    let start = path.split('/').next().unwrap_or_default();
    start.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

/// An address without the expression of a template at its beginning, which stands for the root of the site:
/// `{{site.baseurl}}/news`.
pub(super) fn without_expression(url: &str) -> Cow<'_, str> {
    let url = match url.starts_with("%7B") {
        true => percent_encoding::percent_decode_str(url).decode_utf8_lossy(),
        false => Cow::Borrowed(url),
    };
    match templates::expression(&url) {
        Some((_, rest)) => Cow::Owned(format!("/{}", rest.trim_start_matches('/'))),
        None => url,
    }
}

/// A path without `.` and `..`.
fn flatten(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(flat.pop()),
            other => flat.push(other),
        }
    }
    flat
}
