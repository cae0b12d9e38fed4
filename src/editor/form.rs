//! What a form of an article sends.

use crate::articles::fields::{ArticleFields, NAMES, NoteFields};
use crate::error::Error;
use crate::web::FormBody;
use crate::web::fields::group_rows;
use crate::web::form::unknown_field;

/// The fields of a source note, in the order of the form.
pub const NOTE_FIELDS: [&str; 5] = [
    "note_kind",
    "note_text",
    "note_publisher",
    "note_url",
    "note_date",
];

/// The fields of an article that were sent, and what is to be done with them. Those that were not sent keep their value.
#[derive(Clone, Debug, Default)]
pub struct ArticleForm {
    given: Vec<(&'static str, String)>,
    notes: Option<Vec<NoteFields>>,
    /// The version that the form was made from.
    pub revision: String,
    /// Which button was pressed; empty = the first one.
    pub action: String,
}

impl ArticleForm {
    /// # Errors
    /// `Malformed` for unknown and repeated fields, and of [`FormBody::pairs`].
    pub fn read(posted: &FormBody) -> Result<ArticleForm, Error> {
        let mut form = ArticleForm::default();
        let mut notes: [Vec<String>; 5] = Default::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in posted.pairs()? {
            if let Some(column) = NOTE_FIELDS.iter().position(|field| field == name) {
                notes[column].push(plain_lines(value));
                continue;
            }
            if seen.contains(&name.as_str()) {
                return Err(unknown_field());
            }
            seen.push(name);
            match name.as_str() {
                "revision" => form.revision.clone_from(value),
                "action" => form.action.clone_from(value),
                name => {
                    let known = NAMES.iter().find(|known| **known == name);
                    let known = known.ok_or_else(unknown_field)?;
                    form.given.push((known, plain_lines(value)));
                }
            }
        }
        let rows = notes.iter().map(Vec::len).max().unwrap_or(0);
        if rows > 0 {
            // A client may leave columns out that are empty in all rows.
            for column in notes.iter_mut().filter(|column| column.is_empty()) {
                column.resize(rows, String::new());
            }
            let note = |[kind, text, publisher, url, date]: [String; 5]| NoteFields {
                kind,
                text,
                publisher,
                url,
                date,
            };
            form.notes = Some(group_rows(notes)?.into_iter().map(note).collect());
        }
        Ok(form)
    }

    /// A form that sends the texts of these fields; address, comments and time stay as they are.
    pub fn of_fields(fields: &ArticleFields, revision: String) -> ArticleForm {
        let stays = ["slug", "comments", "publish_at"];
        let names = NAMES.iter().filter(|name| !stays.contains(name));
        ArticleForm {
            given: names
                .map(|name| (*name, fields.field(name).to_owned()))
                .collect(),
            notes: Some(fields.notes.clone()),
            revision,
            action: String::new(),
        }
    }

    /// The fields with what was sent.
    pub fn apply(&self, mut fields: ArticleFields) -> ArticleFields {
        for (name, value) in &self.given {
            fields.set(name, value.clone());
        }
        if let Some(notes) = &self.notes {
            fields.notes.clone_from(notes);
        }
        fields
    }
}

/// Browsers send the line ends of text areas as CR LF.
fn plain_lines(value: &str) -> String {
    value.replace("\r\n", "\n").replace('\r', "\n")
}
