//! Alt text, caption and credit of a file, as a form sends them.

use crate::error::Error;
use crate::interface::Interface;
use crate::media::library::Description;
use crate::text;
use crate::web::fields::Field;

/// Characters of each.
const MOST_CHARACTERS: usize = 500;

/// What was typed, and the fields of it that are refused, each with the reason.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub given: Description,
    pub refused: Vec<(&'static str, String)>,
}

impl Written {
    /// Reads a form. Its other fields go to `other`.
    ///
    /// # Errors
    /// Of `other`: `Malformed` for a field that it does not take.
    pub fn read(
        t: Interface,
        pairs: &[(String, String)],
        mut other: impl FnMut(&str, &str) -> Result<(), Error>,
    ) -> Result<Written, Error> {
        let mut written = Written::default();
        for (name, value) in pairs {
            let (name, field) = match name.as_str() {
                "alt" => ("alt", &mut written.given.alt),
                "caption" => ("caption", &mut written.given.caption),
                "credit" => ("credit", &mut written.given.credit),
                name => {
                    other(name, value)?;
                    continue;
                }
            };
            let given = text::collapse(value);
            match text::clean_line(&given) {
                Ok(line) => *field = line,
                Err(_) => {
                    *field = given;
                    written.refused.push((name, t.text_control_character()));
                }
            }
            if field.chars().count() > MOST_CHARACTERS {
                let why = t.line_too_long(MOST_CHARACTERS as i64);
                written.refused.push((name, why));
            }
        }
        Ok(written)
    }

    /// The fields as they were typed, with what is wrong with them.
    pub fn fields(&self, t: Interface) -> [Field; 3] {
        let line = |name, label: String, value: &str| {
            let mut field = Field::text(name, label).optional();
            if let Some((_, why)) = self.refused.iter().find(|refused| refused.0 == name) {
                field.error.clone_from(why);
            }
            field.most(MOST_CHARACTERS).value(value)
        };
        [
            line("alt", t.field_alt(), &self.given.alt).hint(t.editor_alt_hint()),
            line("caption", t.field_caption(), &self.given.caption),
            line("credit", t.field_credit(), &self.given.credit),
        ]
    }
}

/// The fields of the form that adds files.
pub(super) fn upload_fields(t: Interface, written: &Written) -> Vec<Field> {
    let mut fields = vec![
        Field::file("file", t.media_field_file(), "image/*,video/*,audio/*")
            .multiple()
            .hint(t.media_file_hint()),
    ];
    fields.extend(written.fields(t));
    fields
}
