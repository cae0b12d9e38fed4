//! Reads a form of an article: what was sent, applied to what is edited, and rendered.

use crate::articles::draft::SaveContext;
use crate::articles::fields::ArticleFields;
use crate::editor::form::ArticleForm;
use crate::editor::store::{self, Opened};
use crate::error::Error;
use crate::import::ReadOptions;
use crate::import::form::{Compiled, FieldErrors, Library, compile};
use crate::text;
use crate::web::{Site, State, Writer};

/// A form that was sent, read together with its article.
pub(super) struct Typed {
    pub opened: Option<Opened>,
    pub fields: ArticleFields,
    pub compiled: Result<Compiled, FieldErrors>,
}

/// The fields of a new article.
pub(super) fn blank(site: &Site) -> ArticleFields {
    ArticleFields {
        section: site.default_section.clone(),
        comments: "open".into(),
        ..ArticleFields::default()
    }
}

/// Reads the article of a form, applies what was sent, and renders it.
///
/// # Errors
/// `NotFound` for an article that is not theirs, `Forbidden` for one that they may not change.
pub(super) async fn read(
    state: &State,
    who: &Writer,
    id: Option<i64>,
    form: &ArticleForm,
) -> Result<Typed, Error> {
    let (account, form, site) = (who.clone(), form.clone(), state.site());
    let (opened, fields, library) = state
        .db
        .read(move |conn| {
            let opened = match id {
                Some(id) => Some(store::open(conn, id, &account)?),
                None => None,
            };
            let base = match &opened {
                Some(opened) if !opened.edited.row.may_change(&account) => {
                    return Err(Error::Forbidden);
                }
                Some(opened) => opened.fields.clone(),
                None => blank(&site),
            };
            let (fields, library) = store::typed(conn, base, &form)?;
            Ok((opened, fields, library))
        })
        .await?;
    let fields = completed(state, opened.as_ref(), fields);
    let compiled = render(state, &fields, &library).await?;
    Ok(Typed {
        opened,
        fields,
        compiled,
    })
}

/// Renders the fields off the async workers.
pub(super) async fn render(
    state: &State,
    fields: &ArticleFields,
    library: &Library,
) -> Result<Result<Compiled, FieldErrors>, Error> {
    let (t, options) = (state.t(), ReadOptions::of(&state.site()));
    let (fields, library) = (fields.clone(), library.clone());
    state
        .rendering
        .run(move || compile(t, &fields, &options, &library))
        .await
}

/// Fills in what is made from other fields: the slug and the section.
fn completed(state: &State, opened: Option<&Opened>, mut fields: ArticleFields) -> ArticleFields {
    fields.collapse_lines();
    // The texts that were made of a file were in the form that is sent.
    fields.is_guessed = false;
    fields.slug = text::slug(&fields.slug, "");
    if let Some(opened) = opened
        && fields.slug.is_empty()
    {
        fields.slug.clone_from(&opened.edited.row.slug);
    }
    if fields.section.trim().is_empty() {
        fields.section.clone_from(&state.site().default_section);
    }
    fields
}

/// What saving needs besides the draft.
pub(super) fn context(
    state: &State,
    who: &Writer,
    fields: &ArticleFields,
    of: &Compiled,
) -> SaveContext {
    let site = state.site();
    SaveContext {
        slug: fields.slug.clone(),
        section: site.default_section.clone(),
        site_name: site.name.clone(),
        pictures: of.1.clone(),
        is_sample: false,
        as_draft: false,
        article: None,
        status: None,
        by: Some(who.id),
        now: state.db.now(),
    }
}
