//! The fields of an article's form, out of what was typed.

use crate::articles::fields::{ArticleFields, COMMENTS, NoteFields};
use crate::import::form::FieldErrors;
use crate::interface::Interface;
use crate::web::fields::Field;

/// One source note.
pub(super) struct NoteRow {
    pub legend: String,
    pub fields: Vec<Field>,
    /// The value of the button that removes it.
    pub remove: String,
}

/// A value of the field `comments` in words.
pub(super) fn comments_label(t: Interface, mode: &str) -> String {
    match mode {
        "closed" => t.comments_closed(),
        "moderated" => t.comments_moderated(),
        _ => t.comments_open(),
    }
}

/// The label of a field, or of a kind of source note.
pub(super) fn label(t: Interface, name: &str) -> String {
    match name {
        "title" => t.field_title(),
        "dek" => t.field_dek(),
        "slug" => t.field_slug(),
        "section" => t.field_section(),
        "tags" => t.field_tags(),
        "authors" => t.field_authors(),
        "opening_summary" => t.field_opening_summary(),
        "body" => t.field_body(),
        "why_it_matters" => t.why_it_matters(),
        "keyphrases" => t.field_keyphrases(),
        "image" => t.field_image(),
        "image_alt" => t.field_alt(),
        "image_caption" => t.field_caption(),
        "image_credit" => t.field_credit(),
        "comments" => t.field_comments(),
        "publish_at" => t.field_publish_at(),
        "note_kind" => t.field_note_kind(),
        "note_text" => t.field_note_text(),
        "note_publisher" => t.field_note_publisher(),
        "note_url" => t.field_note_url(),
        "note_date" => t.field_note_date(),
        "kind" => t.field_correction_kind(),
        "text" => t.field_correction_text(),
        "primary" => t.note_primary(),
        "limit" => t.note_limit(),
        "corroboration" => t.note_corroboration(),
        other => other.to_owned(),
    }
}

/// Makes the form's fields out of what was typed.
pub(super) struct Fields<'a> {
    pub t: Interface,
    pub of: &'a ArticleFields,
    pub errors: &'a FieldErrors,
}

impl Fields<'_> {
    fn finish(&self, mut field: Field) -> Field {
        let id = field.id();
        let refused = self.errors.iter().find(|(name, _)| *name == id);
        field.error = refused.map(|(_, why)| why.clone()).unwrap_or_default();
        field
    }

    fn line(&self, name: &'static str, hint: String) -> Field {
        let field = Field::text(name, label(self.t, name)).optional();
        self.finish(field.value(self.of.field(name)).hint(hint))
    }

    fn area(&self, name: &'static str, lines: usize, hint: String) -> Field {
        let field = Field::area(name, label(self.t, name)).lines(lines);
        self.finish(field.value(self.of.field(name)).hint(hint))
    }

    pub fn texts(&self) -> Vec<Field> {
        let t = self.t;
        vec![
            self.line("title", String::new()),
            self.area("dek", 2, t.editor_dek_hint()),
            self.area("opening_summary", 4, String::new()),
            self.area("body", 24, t.editor_body_hint()),
            self.area("why_it_matters", 4, String::new()),
        ]
    }

    pub fn details(&self) -> Vec<Field> {
        let t = self.t;
        let modes = COMMENTS.map(|mode| (mode, comments_label(t, mode)));
        let comments = Field::select(
            "comments",
            label(t, "comments"),
            modes.into(),
            &self.of.comments,
        );
        let when = Field::date_time("publish_at", label(t, "publish_at"), &self.of.publish_at);
        vec![
            self.line("section", String::new()).list("sections"),
            self.line("authors", t.editor_names_hint()).list("authors"),
            self.line("tags", t.editor_names_hint()).list("tags"),
            self.line("slug", t.editor_slug_hint()),
            self.line("keyphrases", t.editor_keyphrases_hint()),
            self.finish(comments),
            self.finish(when.hint(t.editor_publish_at_hint())),
        ]
    }

    pub fn picture(&self) -> Vec<Field> {
        let t = self.t;
        vec![
            self.line("image", t.editor_image_hint()),
            self.line("image_alt", t.editor_alt_hint()),
            self.line("image_caption", String::new()),
            self.line("image_credit", String::new()),
        ]
    }

    /// The notes, and an empty row if there are none.
    pub fn notes(&self) -> Vec<NoteRow> {
        let blank = [NoteFields::default()];
        let notes = match self.of.notes.as_slice() {
            [] => &blank[..],
            notes => notes,
        };
        let rows = notes.iter().enumerate();
        rows.map(|(row, note)| NoteRow {
            legend: self.t.editor_note_row(row as i64 + 1),
            fields: self.note(row, note),
            remove: format!("remove-note-{}", row + 1),
        })
        .collect()
    }

    fn note(&self, row: usize, note: &NoteFields) -> Vec<Field> {
        let t = self.t;
        let kinds = ["primary", "corroboration", "limit"].map(|kind| (kind, label(t, kind)));
        let kind = match note.kind.as_str() {
            "" => "corroboration",
            kind => kind,
        };
        let line = |name, value: &str| Field::text(name, label(t, name)).optional().value(value);
        let text = Field::area("note_text", label(t, "note_text")).lines(2);
        let fields = [
            Field::select("note_kind", label(t, "note_kind"), kinds.into(), kind),
            text.value(&note.text),
            line("note_publisher", &note.publisher),
            line("note_url", &note.url),
            line("note_date", &note.date),
        ];
        let in_row = fields.map(|field| Field {
            row: Some(row),
            required: false,
            ..field
        });
        in_row.map(|field| self.finish(field)).into()
    }

    /// Ids and messages of what was refused, for the list at the top.
    pub fn refused(&self) -> Vec<(String, String)> {
        let refused = self.errors.iter().map(|(id, why)| {
            let name = id.split('-').next().unwrap_or_default();
            (id.clone(), format!("{}: {why}", label(self.t, name)))
        });
        refused.collect()
    }
}
