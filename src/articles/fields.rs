//! `ArticleFields`: an article as it is typed into the newsroom's form. It is stored as the source of the article.

use super::draft::{Draft, NoteKind};
use serde::{Deserialize, Serialize};

/// The fields of the form but the source notes, in its order.
pub const NAMES: [&str; 16] = [
    "title",
    "dek",
    "slug",
    "section",
    "tags",
    "authors",
    "opening_summary",
    "body",
    "why_it_matters",
    "keyphrases",
    "image",
    "image_alt",
    "image_caption",
    "image_credit",
    "comments",
    "publish_at",
];

/// The values of the field `comments`: who may comment, and whether comments wait for a moderator.
pub const COMMENTS: [&str; 3] = ["open", "closed", "moderated"];

/// One source note, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteFields {
    pub kind: String,
    pub text: String,
    pub publisher: String,
    pub url: String,
    pub date: String,
}

impl NoteFields {
    /// Whether the row has no text, and is therefore no note.
    pub fn is_blank(&self) -> bool {
        crate::text::is_blank(&self.text)
    }
}

/// An article as typed. The texts are Markdown; lists of names are separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ArticleFields {
    pub title: String,
    pub dek: String,
    /// Empty: made from the title when the article is first saved.
    pub slug: String,
    pub section: String,
    pub tags: String,
    pub authors: String,
    pub opening_summary: String,
    pub body: String,
    pub why_it_matters: String,
    pub keyphrases: String,
    /// The name of a media file.
    pub image: String,
    pub image_alt: String,
    pub image_caption: String,
    pub image_credit: String,
    /// One of [`COMMENTS`].
    pub comments: String,
    /// When it is to be published, as fields for date and time have it.
    pub publish_at: String,
    pub notes: Vec<NoteFields>,
    /// Quotation marks stay as they are typed: the text was imported as plain text.
    pub keeps_quotes: bool,
    /// Sections and kinds of notes were guessed when the text came in, and the form was not saved since.
    pub is_guessed: bool,
}

impl ArticleFields {
    /// A field of [`NAMES`].
    pub fn field(&self, name: &str) -> &str {
        match name {
            "title" => &self.title,
            "dek" => &self.dek,
            "slug" => &self.slug,
            "section" => &self.section,
            "tags" => &self.tags,
            "authors" => &self.authors,
            "opening_summary" => &self.opening_summary,
            "body" => &self.body,
            "why_it_matters" => &self.why_it_matters,
            "keyphrases" => &self.keyphrases,
            "image" => &self.image,
            "image_alt" => &self.image_alt,
            "image_caption" => &self.image_caption,
            "image_credit" => &self.image_credit,
            "comments" => &self.comments,
            "publish_at" => &self.publish_at,
            _ => "",
        }
    }

    /// Sets a field of [`NAMES`].
    pub fn set(&mut self, name: &str, value: String) {
        let field = match name {
            "title" => &mut self.title,
            "dek" => &mut self.dek,
            "slug" => &mut self.slug,
            "section" => &mut self.section,
            "tags" => &mut self.tags,
            "authors" => &mut self.authors,
            "opening_summary" => &mut self.opening_summary,
            "body" => &mut self.body,
            "why_it_matters" => &mut self.why_it_matters,
            "keyphrases" => &mut self.keyphrases,
            "image" => &mut self.image,
            "image_alt" => &mut self.image_alt,
            "image_caption" => &mut self.image_caption,
            "image_credit" => &mut self.image_credit,
            "comments" => &mut self.comments,
            "publish_at" => &mut self.publish_at,
            _ => return,
        };
        *field = value;
    }

    /// Makes each field that is one line one: what was pasted may have several.
    pub fn collapse_lines(&mut self) {
        let texts = self.texts().map(|(name, _)| name);
        for name in NAMES.iter().filter(|name| !texts.contains(name)) {
            let line = crate::text::collapse(self.field(name));
            self.set(name, line);
        }
    }

    /// The source of an article that was written in the form.
    pub fn from_source(source: &str) -> Option<ArticleFields> {
        serde_json::from_str(source).ok()
    }

    /// As the source of an article: JSON, a field a line.
    pub fn to_source(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What a draft has besides its texts; these stay empty.
    pub fn of_draft(draft: &Draft) -> ArticleFields {
        let names: Vec<&str> = draft.authors.iter().map(|author| &*author.name).collect();
        let hero = draft.hero.clone().unwrap_or_default();
        let note = |note: &super::draft::SourceNote| NoteFields {
            kind: note.kind.as_str().into(),
            text: note.text.clone(),
            publisher: note.publisher.clone(),
            url: note.url.clone(),
            date: note.date.clone(),
        };
        ArticleFields {
            title: draft.title.clone(),
            dek: draft.dek.clone(),
            slug: draft.slug.clone(),
            section: draft.section.clone(),
            tags: draft.tags.join(", "),
            authors: names.join(", "),
            keyphrases: draft.keyphrases.join(", "),
            image: hero.src,
            image_alt: hero.alt,
            image_caption: hero.caption,
            image_credit: hero.credit,
            comments: draft.comments_mode().into(),
            notes: draft.notes.iter().map(note).collect(),
            ..ArticleFields::default()
        }
    }

    /// The texts that are Markdown, with the names of their fields.
    pub fn texts(&self) -> [(&'static str, &str); 3] {
        [
            ("opening_summary", &self.opening_summary),
            ("body", &self.body),
            ("why_it_matters", &self.why_it_matters),
        ]
    }

    /// The names of media files that the article may show: more than it does, if its texts mention some.
    pub fn media_files(&self) -> Vec<String> {
        let mut files: Vec<String> = Vec::new();
        for (_, text) in self.texts() {
            let named = text.split("/media/").skip(1).map(|rest| {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                rest[..end].trim_end_matches('.').to_owned()
            });
            files.extend(named);
        }
        files.push(self.image.trim().to_owned());
        files.retain(|file| !file.is_empty());
        files.sort();
        files.dedup();
        files
    }

    /// The notes that have a text, each with its kind; a kind that is unknown is guessed from the text.
    pub fn typed_notes(&self) -> impl Iterator<Item = (NoteKind, &NoteFields)> {
        let typed = self.notes.iter().filter(|note| !note.is_blank());
        typed.map(|note| {
            let kind = NoteKind::parse(&note.kind);
            (kind.unwrap_or_else(|| NoteKind::guess(&note.text)), note)
        })
    }

    /// All that is typed as one text, a field a paragraph, to compare two versions. Empty fields are left out.
    pub fn as_text(&self, label: impl Fn(&str) -> String) -> String {
        let mut lines = Vec::new();
        for name in NAMES {
            let value = self.field(name).trim();
            if !value.is_empty() {
                lines.push(format!("{}: {value}", label(name)));
            }
        }
        for (kind, note) in self.typed_notes() {
            let more = [&note.publisher, &note.url, &note.date].map(|part| part.trim());
            let more: Vec<&str> = more.into_iter().filter(|part| !part.is_empty()).collect();
            let more = match more.is_empty() {
                true => String::new(),
                false => format!(" ({})", more.join(", ")),
            };
            lines.push(format!("{}: {}{more}", label(kind.as_str()), note.text));
        }
        lines.join("\n")
    }
}
