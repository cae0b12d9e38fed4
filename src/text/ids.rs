//! The ids of an article: of its headings, of HTML typed into it, and of references to source notes; and the links to them.

use super::note_references::next_reference;
use std::collections::{HashMap, HashSet};

/// Ids that the pages themselves use; no heading and no typed HTML gets one of them.
const RESERVED: &[&str] = &[
    "body",
    "body-hint",
    "bulk",
    "comments",
    "contents",
    "conversation",
    "corrected",
    "discussed",
    "kept",
    "latest",
    "main",
    "notes",
    "q",
    "q-hint",
    "related",
    "theme-auto",
    "theme-dark",
    "theme-light",
    "top",
];
/// Beginnings of ids that the pages themselves use.
const RESERVED_STARTS: &[&str] = &["comment-", "f-", "fn-", "fnref-", "h-", "note-", "ref-"];

/// Whether the pages themselves use an id.
pub fn is_reserved(id: &str) -> bool {
    RESERVED.contains(&id) || RESERVED_STARTS.iter().any(|start| id.starts_with(start))
}

/// State shared by the sections of an article, in which ids must be unique.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    taken: HashSet<String>,
    /// By what was asked for: the id that was given first, and how many numbers were tried.
    given: HashMap<String, (String, usize)>,
    references: HashMap<usize, usize>,
}

impl Ids {
    /// The id of a heading as GitHub and Hugo make it, with a number added if it is taken: `what-it-costs`,
    /// `what-it-costs-1`. A heading that ends in `{#id}` names its own; use [`split_id`] for that.
    pub fn heading(&mut self, text: &str) -> String {
        let mut words = text;
        let mut plain = String::new();
        while let Some((at, (_, length))) = next_reference(words) {
            plain.push_str(&words[..at]);
            words = &words[at + length..];
        }
        plain.push_str(words);
        let id = comrak::Anchorizer::new().anchorize(plain.trim());
        match id.trim_matches('-') {
            "" => self.unique("section"),
            _ => self.unique(&id),
        }
    }

    /// An id that an author has typed; `None` if it cannot be one or another element has it.
    pub fn typed(&mut self, id: &str) -> Option<String> {
        let is_word = |c: char| !c.is_whitespace() && !c.is_control() && !"\"'<>&".contains(c);
        if id.is_empty() || id.len() > 200 || !id.chars().all(is_word) || self.taken.contains(id) {
            return None;
        }
        Some(self.unique(id))
    }

    fn unique(&mut self, wanted: &str) -> String {
        let (_, tried) = self
            .given
            .entry(wanted.to_owned())
            .or_insert_with(|| (String::new(), 0));
        // A number behind it does not help where the beginning is reserved.
        let base = match RESERVED_STARTS
            .iter()
            .any(|start| wanted.starts_with(start))
        {
            true => format!("section-{wanted}"),
            false => wanted.to_owned(),
        };
        let mut id = base.clone();
        loop {
            if *tried > 0 {
                id = format!("{base}-{tried}");
            }
            *tried += 1;
            if !is_reserved(&id) && self.taken.insert(id.clone()) {
                break;
            }
        }
        if let Some((first, _)) = self.given.get_mut(wanted)
            && first.is_empty()
        {
            first.clone_from(&id);
        }
        id
    }

    /// The id of the next reference to a note: `ref-3`, then `ref-3-2`.
    pub(super) fn reference(&mut self, note: usize) -> String {
        let count = self.references.entry(note).or_default();
        *count += 1;
        if *count == 1 {
            format!("ref-{note}")
        } else {
            format!("ref-{note}-{count}")
        }
    }

    /// The ids by their letters; `None` where several have the same.
    pub fn by_letters(&self) -> HashMap<String, Option<&str>> {
        let mut all = HashMap::new();
        for id in &self.taken {
            let letters = super::slug(id, "");
            all.entry(letters)
                .and_modify(|known| *known = None)
                .or_insert(Some(id.as_str()));
        }
        all
    }

    /// The id that a fragment of a link means: the one that it names, the one that was given in its place, or the only
    /// one that has the same letters. `None` if there is none.
    pub fn resolve(
        &self,
        fragment: &str,
        by_letters: &HashMap<String, Option<&str>>,
    ) -> Option<String> {
        let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        if let Some((id, _)) = self.given.get(fragment.as_ref()) {
            return Some(id.clone());
        }
        if self.taken.contains(fragment.as_ref()) || is_reserved(&fragment) || fragment.is_empty() {
            return Some(fragment.into_owned());
        }
        let letters = super::slug(&fragment, "");
        let alike = by_letters.get(&letters).copied().flatten();
        alike.filter(|_| !letters.is_empty()).map(str::to_owned)
    }
}

/// Splits a heading from the attributes behind it: `What it costs {#price}` is `What it costs` and `price`.
pub fn split_id(heading: &str) -> Option<(&str, Option<&str>)> {
    let (text, attributes) = heading.trim_end().strip_suffix('}')?.rsplit_once('{')?;
    let mut words = attributes.split_whitespace();
    let is_attribute = |word: &str| word.starts_with(['#', '.', ':']) || word.contains('=');
    if attributes.trim().is_empty() || !words.all(is_attribute) {
        return None;
    }
    let id = attributes
        .split_whitespace()
        .find_map(|word| word.trim_start_matches(':').trim().strip_prefix('#'));
    Some((text.trim_end(), id))
}
