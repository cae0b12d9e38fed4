//! `redirects.txt` in the data folder, the operator's list of redirects: on each line an old path, its target, and 301
//! (the default) or 302; or an old path and 410. Lines that begin with `#` are comments. It is read at the start and
//! when it changes. An old path may have a query (`/?p=123`): then it stands for every request with these parameters.

use crate::paths;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::SystemTime;

/// The target of an old path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// 301, to a path of this site or an absolute URL.
    Moved(String),
    /// 302, to a path of this site or an absolute URL.
    Found(String),
    /// 410.
    Gone,
}

/// What a list says.
#[derive(Debug, Default)]
pub struct Targets {
    /// By path.
    pub paths: HashMap<String, Target>,
    /// By path: the parameters that a request must have.
    queries: HashMap<String, Vec<(Vec<String>, Target)>>,
}

impl Targets {
    /// The number of redirects.
    pub fn len(&self) -> usize {
        self.paths.len() + self.queries.values().map(Vec::len).sum::<usize>()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[derive(Debug, Default)]
struct Read {
    targets: Targets,
    changed: Option<SystemTime>,
}

/// The list as last read from the file.
#[derive(Debug)]
pub struct List {
    file: PathBuf,
    read: ArcSwap<Read>,
}

/// A path as the list compares it: percent-decoded, composed (NFC), in lower case, without trailing slashes.
fn normalize_key(path: &str) -> String {
    let path = paths::comparable(path);
    match path.trim_end_matches('/') {
        "" => "/".into(),
        path => path.to_owned(),
    }
}

/// The parameters of a query, decoded.
fn parameters(query: &str) -> Vec<String> {
    let decode = |part: &str| {
        let part = part.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&part).decode_utf8_lossy();
        decoded.into_owned()
    };
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect()
}

/// Whether the target is one of the addresses that an old path with its parameters stands for.
fn leads_to_itself(from: &str, to: &str) -> bool {
    let (path, wanted) = from.split_once('?').unwrap_or((from, ""));
    let to = to.split('#').next().unwrap_or(to);
    let (target, given) = to.split_once('?').unwrap_or((to, ""));
    let given = parameters(given);
    normalize_key(path) == normalize_key(target)
        && parameters(wanted).iter().all(|one| given.contains(one))
}

/// Parses a list. Second: its invalid lines, as `LINE: reason`.
pub fn parse(text: &str) -> (Targets, Vec<String>) {
    let (mut targets, mut wrong) = (Targets::default(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = line.split_whitespace().collect();
        let is_address = |to: &str| {
            (to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'))
                || to.starts_with("https://")
                || to.starts_with("http://")
        };
        let target = match parts.as_slice() {
            [from, ..] if !from.starts_with('/') => Err("the old path must begin with /"),
            [from, ..] if from.contains(['*', '#']) => Err("the old path must not contain # or *"),
            [from, to, ..] if leads_to_itself(from, to) => Err("it redirects to itself"),
            [_, "410"] => Ok(Target::Gone),
            [_, to] | [_, to, "301"] if is_address(to) => Ok(Target::Moved((*to).to_owned())),
            [_, to, "302"] if is_address(to) => Ok(Target::Found((*to).to_owned())),
            [_, to] | [_, to, "301" | "302"] if !is_address(to) => {
                Err("the target must be a path that begins with / or an https:// address")
            }
            _ => Err("a line is an old path, its target, and 301 or 302; or an old path and 410"),
        };
        match target {
            Ok(target) => match parts[0].split_once('?') {
                None => drop(targets.paths.insert(normalize_key(parts[0]), target)),
                Some((path, query)) => {
                    let with = targets.queries.entry(normalize_key(path)).or_default();
                    with.push((parameters(query), target));
                }
            },
            Err(why) => wrong.push(format!("{number}: {why}")),
        }
    }
    (targets, wrong)
}

impl List {
    /// Reads the list of a data folder; the file may be missing.
    pub fn of(data: &std::path::Path) -> List {
        let list = List {
            file: data.join("redirects.txt"),
            read: ArcSwap::default(),
        };
        list.refresh();
        list
    }

    /// The number of redirects in a data folder and the errors in its list, for `masthead check`.
    pub fn read(data: &std::path::Path) -> (usize, Vec<String>) {
        let file = data.join("redirects.txt");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return (0, Vec::new()),
            Err(e) => return (0, vec![format!("{} cannot be read: {e}", file.display())]),
        };
        let (targets, wrong) = parse(&text);
        let named = |line: String| format!("{}:{line}", file.display());
        (targets.len(), wrong.into_iter().map(named).collect())
    }

    /// Reads the file again if its modification time has changed. Called once a second.
    pub fn refresh(&self) {
        let changed = std::fs::metadata(&self.file)
            .and_then(|meta| meta.modified())
            .ok();
        if changed == self.read.load().changed {
            return;
        }
        let text = match changed {
            None => String::new(),
            Some(_) => match std::fs::read_to_string(&self.file) {
                Ok(text) => text,
                Err(error) => {
                    tracing::warn!(
                        file = %self.file.display(),
                        %error,
                        "the redirects cannot be read, keeping the previous list"
                    );
                    return;
                }
            },
        };
        let (targets, wrong) = parse(&text);
        for line in wrong {
            tracing::warn!("{}:{line}", self.file.display());
        }
        self.read
            .store(std::sync::Arc::new(Read { targets, changed }));
    }

    /// The target of a path with a query, if the list has a line with parameters for it; as [`List::target`].
    pub fn query_target(
        &self,
        path: &str,
        query: &str,
        is_existing_page: impl Fn(&str) -> bool,
    ) -> Option<Target> {
        let read = self.read.load();
        let first = read.targets.with_query(path, query)?;
        read.targets
            .last_target(first, address(path, query), is_existing_page)
    }

    /// The target of a path, with chains in the list followed to their end, so that a client is redirected only once.
    /// `None` also for a loop. `is_existing_page`: whether a path is an existing page, at which a chain ends.
    pub fn target(&self, path: &str, is_existing_page: impl Fn(&str) -> bool) -> Option<Target> {
        let read = self.read.load();
        let first = read.targets.paths.get(&normalize_key(path))?;
        read.targets
            .last_target(first, address(path, ""), is_existing_page)
    }
}

/// A path and its parameters, for comparing.
fn address(path: &str, query: &str) -> (String, Vec<String>) {
    (normalize_key(path), parameters(query))
}

impl Targets {
    /// Of several lines with parameters the one with the most.
    fn with_query(&self, path: &str, query: &str) -> Option<&Target> {
        if query.is_empty() || self.queries.is_empty() {
            return None;
        }
        let listed = self.queries.get(&normalize_key(path))?;
        let given = parameters(query);
        let matching = listed
            .iter()
            .filter(|(wanted, _)| wanted.iter().all(|one| given.contains(one)));
        let best = matching.max_by_key(|(wanted, _)| wanted.len());
        best.map(|(_, target)| target)
    }

    /// Where a chain ends that begins at `from` with `target`.
    fn last_target<'a>(
        &'a self,
        mut target: &'a Target,
        from: (String, Vec<String>),
        is_existing_page: impl Fn(&str) -> bool,
    ) -> Option<Target> {
        let mut seen = vec![from];
        loop {
            let (Target::Moved(to) | Target::Found(to)) = target else {
                return Some(target.clone());
            };
            let to = to.split('#').next().unwrap_or(to);
            let (path, query) = to.split_once('?').unwrap_or((to, ""));
            let step = address(path, query);
            let next = self.with_query(path, query).or_else(|| {
                let listed = self.paths.get(&step.0);
                listed.filter(|_| !is_existing_page(&step.0))
            });
            let Some(next) = next else {
                return Some(target.clone());
            };
            if seen.contains(&step) {
                return None;
            }
            seen.push(step);
            target = next;
        }
    }
}
