//! How two versions of an article differ, field by field.

use super::fields::label;
use crate::articles::fields::{ArticleFields, NAMES};
use crate::articles::pages::{ParagraphView, compared};
use crate::error::Error;
use crate::web::State;

/// A field in which two versions differ.
pub(super) struct Difference {
    pub label: String,
    pub paragraphs: Vec<ParagraphView>,
    pub theirs: String,
}

/// The fields in which what was typed differs from what is stored now.
pub(super) async fn differences(
    state: &State,
    theirs: &ArticleFields,
    mine: &ArticleFields,
) -> Result<Vec<Difference>, Error> {
    let t = state.t();
    let mut found = Vec::new();
    for name in NAMES {
        let (now, typed) = (theirs.field(name), mine.field(name));
        if now.trim() == typed.trim() {
            continue;
        }
        found.push(Difference {
            label: label(t, name),
            paragraphs: compared(state, now.to_owned(), typed.to_owned(), false).await?,
            theirs: now.to_owned(),
        });
    }
    let [now, typed] = [theirs, mine].map(|fields| {
        let notes = ArticleFields {
            notes: fields.notes.clone(),
            ..ArticleFields::default()
        };
        notes.as_text(|name| label(t, name))
    });
    if now != typed {
        found.push(Difference {
            label: t.source_notes(),
            paragraphs: compared(state, now.clone(), typed, false).await?,
            theirs: now,
        });
    }
    Ok(found)
}
