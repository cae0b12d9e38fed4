//! `/admin/articles/new` and `/admin/articles/{id}`: the form of an article.

use super::kept::kept;
use super::scheduled_for;
use super::typed::{Typed, blank, context, read};
use super::view::{Shown, edit_page};
use crate::articles::editing::{self, Action, Refusal, Request};
use crate::articles::fields::{ArticleFields, NoteFields};
use crate::articles::presence;
use crate::db::Conn;
use crate::editor::form::ArticleForm;
use crate::editor::store::{self};
use crate::error::Error;
use crate::import::form::{Compiled, FieldErrors, missing};
use crate::web::{FormBody, Shared, State, Writer, page};
use crate::{articles, paths, sessions, text};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /admin/articles/new`
pub async fn new(state: Shared, who: Writer) -> Result<HttpResponse, Error> {
    let fields = ArticleFields {
        authors: who.shown_name().to_owned(),
        ..blank(&state.site())
    };
    edit_page(&state, &who, Shown::of(None, fields)).await
}

/// `GET /admin/articles/{id}`
pub async fn show(
    state: Shared,
    who: Writer,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, now) = (id.into_inner(), state.db.now());
    // Opening the form tells others who is in it.
    let opened = sessions::write(&state, &who, move |conn, who: &Writer| {
        let opened = store::open(conn, id, who)?;
        if opened.edited.row.may_change(who) {
            presence::present(conn, id, who.id, now)?;
        }
        Ok(opened)
    });
    let opened = opened.await?;
    let fields = opened.fields.clone();
    let mut shown = Shown::of(Some(opened), fields);
    shown.done = request
        .query_string()
        .strip_prefix("done=")
        .unwrap_or_default()
        .to_owned();
    edit_page(&state, &who, shown).await
}

/// `POST /admin/articles/new`
pub async fn create(
    state: Shared,
    who: Result<Writer, Error>,
    request: HttpRequest,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(&state, &request, &posted, why),
    };
    let form = ArticleForm::read(&posted)?;
    let typed = read(&state, &who, None, &form).await?;
    match form.action.as_str() {
        "" | "save" | "autosave" => {}
        action => return other_button(&state, &who, typed, action).await,
    }
    let is_autosave = form.action == "autosave";
    let compiled = match titled(&state, &typed) {
        Ok(compiled) => compiled,
        Err(errors) => return refused(&state, &who, typed, errors).await,
    };
    let stored = store_new(&state, &who, &typed.fields, compiled).await;
    match stored {
        Ok(Ok(id)) if is_autosave => Ok(HttpResponse::NoContent()
            .insert_header(("Location", paths::admin_article(id)))
            .finish()),
        Ok(Ok(id)) => Ok(page::see_other(&paths::admin_article(id))),
        Ok(Err(_)) => {
            let errors = vec![("slug".to_owned(), state.t().editor_slug_taken())];
            refused(&state, &who, typed, errors).await
        }
        Err(why) => kept(&state, &request, &posted, why),
    }
}

/// Stores a new draft. The slug is made from the title, if none was typed.
pub(super) async fn store_new(
    state: &State,
    who: &Writer,
    fields: &ArticleFields,
    compiled: &Compiled,
) -> Result<Result<i64, Refusal>, Error> {
    let with = context(state, who, fields, compiled);
    let (draft, fields) = (compiled.0.clone(), fields.clone());
    sessions::write(state, who, move |conn: &mut Conn, who: &Writer| {
        let mut with = with.clone();
        with.status = Some("draft".into());
        let mut draft = draft.clone();
        if with.slug.is_empty() {
            with.slug = editing::free_slug(conn, &text::slug(&draft.title, "article"))?;
            let fields = ArticleFields {
                slug: with.slug.clone(),
                ..fields.clone()
            };
            draft.source = fields.to_source();
        }
        let stored = editing::create(conn, &draft, &with, who)?;
        if let Ok(id) = stored {
            presence::present(conn, id, who.id, with.now)?;
        }
        Ok(stored)
    })
    .await
}

/// What was compiled, if it has a title: a draft needs one to be found in the list.
fn titled<'a>(state: &State, typed: &'a Typed) -> Result<&'a Compiled, FieldErrors> {
    let compiled = typed.compiled.as_ref().map_err(Clone::clone)?;
    match text::is_blank(&compiled.0.title) {
        true => Err(vec![("title".to_owned(), state.t().editor_title_missing())]),
        false => Ok(compiled),
    }
}

/// `POST /admin/articles/{id}`
pub async fn update(
    state: Shared,
    who: Result<Writer, Error>,
    request: HttpRequest,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(&state, &request, &posted, why),
    };
    let form = ArticleForm::read(&posted)?;
    match form.action.as_str() {
        "" | "save" => save(&state, &who, &request, (*id, &form, &posted), Press::Save).await,
        "autosave" => autosave(&state, &who, *id, &form).await,
        action => {
            let typed = read(&state, &who, Some(*id), &form).await;
            match typed {
                Ok(typed) => other_button(&state, &who, typed, action).await,
                Err(why) => kept(&state, &request, &posted, why),
            }
        }
    }
}

/// A button that saves the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    Save,
    Restore,
    Submit,
    Publish,
    /// At the time in the field `publish_at`.
    Schedule,
    Unpublish,
}

impl Press {
    /// Whether the required fields must be filled: readers will see it, or an editor is asked to read it.
    fn needs_required_fields(self) -> bool {
        matches!(self, Press::Submit | Press::Publish | Press::Schedule)
    }

    /// The word for what was done, in the address that the answer leads to.
    fn done(self) -> &'static str {
        match self {
            Press::Save | Press::Restore => "saved",
            Press::Submit => "submitted",
            Press::Publish => "published",
            Press::Schedule => "scheduled",
            Press::Unpublish => "unpublished",
        }
    }
}

/// Saves the form and does what its button says.
pub(super) async fn save(
    state: &State,
    who: &Writer,
    request: &HttpRequest,
    (id, form, posted): (i64, &ArticleForm, &FormBody),
    press: Press,
) -> Result<HttpResponse, Error> {
    let typed = match read(state, who, Some(id), form).await {
        Ok(typed) => typed,
        Err(why) => return kept(state, request, posted, why),
    };
    let (compiled, action) = match checked(state, &typed, press) {
        Ok(checked) => checked,
        Err(errors) => return refused(state, who, typed, errors).await,
    };
    let with = context(state, who, &typed.fields, compiled);
    let (draft, version, now) = (compiled.0.clone(), form.revision.clone(), state.db.now());
    let saved = sessions::write(state, who, move |conn, who: &Writer| {
        let request = Request {
            id,
            version: &version,
            who,
            now,
        };
        editing::update(conn, request, (&draft, &with), action)
    });
    match saved.await {
        Ok(Ok(())) => {
            if !matches!(press, Press::Save | Press::Restore) {
                // The section may be new in the header, or gone from it.
                state.refresh_site().await?;
            }
            Ok(page::see_other(&paths::admin_article_done(
                id,
                press.done(),
            )))
        }
        Ok(Err(Refusal::Stale)) => stale(state, who, id, typed.fields).await,
        Ok(Err(Refusal::SlugTaken)) => {
            let errors = vec![("slug".to_owned(), state.t().editor_slug_taken())];
            refused(state, who, typed, errors).await
        }
        Ok(Err(Refusal::Status)) => {
            let mut shown = Shown::of(typed.opened, typed.fields);
            shown.alert = state.t().editor_wrong_status();
            shown.status = StatusCode::CONFLICT;
            edit_page(state, who, shown).await
        }
        Err(why) => kept(state, request, posted, why),
    }
}

/// Whether saving gives what is scheduled another time.
fn moves_schedule(state: &State, typed: &Typed) -> bool {
    let scheduled = typed
        .opened
        .as_ref()
        .and_then(|opened| scheduled_for(&opened.edited));
    let given = typed.fields.publish_at.trim();
    scheduled.is_some_and(|at| {
        let minute = state.site().input_minute(at);
        !given.is_empty() && !given.starts_with(&minute)
    })
}

/// What a button needs of the fields: a title always, a text before readers see it, a time in the future.
fn checked<'a>(
    state: &State,
    typed: &'a Typed,
    press: Press,
) -> Result<(&'a Compiled, Action), FieldErrors> {
    let compiled = titled(state, typed)?;
    let t = state.t();
    // What is scheduled goes out without another look.
    let scheduled = typed
        .opened
        .as_ref()
        .and_then(|opened| scheduled_for(&opened.edited));
    let mut errors = match press.needs_required_fields() || scheduled.is_some() {
        true => missing(t, &compiled.0),
        false => Vec::new(),
    };
    let action = match press {
        Press::Save if !moves_schedule(state, typed) => Action::Save,
        Press::Restore => Action::Restore,
        Press::Submit => Action::Submit,
        Press::Publish => Action::Publish,
        Press::Unpublish => Action::Unpublish,
        Press::Schedule | Press::Save => {
            let at = state
                .site()
                .parse_exact_minute(typed.fields.publish_at.trim());
            match at {
                Ok(at) if at > state.db.now() => Action::Schedule(at),
                Ok(_) => {
                    errors.push(("publish_at".into(), t.editor_time_past()));
                    Action::Save
                }
                Err(why) => {
                    errors.push(("publish_at".into(), why));
                    Action::Save
                }
            }
        }
    };
    match errors.is_empty() {
        true => Ok((compiled, action)),
        false => Err(errors),
    }
}

/// The form with what was refused.
pub(super) async fn refused(
    state: &State,
    who: &Writer,
    typed: Typed,
    errors: FieldErrors,
) -> Result<HttpResponse, Error> {
    let mut shown = Shown::of(typed.opened, typed.fields);
    shown.errors = errors;
    shown.status = StatusCode::UNPROCESSABLE_ENTITY;
    edit_page(state, who, shown).await
}

/// The answer to a form that is out of date: both versions, and the form with what was typed, which may be saved over the other.
pub(super) async fn stale(
    state: &State,
    who: &Writer,
    id: i64,
    fields: ArticleFields,
) -> Result<HttpResponse, Error> {
    let account = who.clone();
    let opened = state
        .db
        .read(move |conn| store::open(conn, id, &account))
        .await?;
    let mut shown = Shown::of(Some(opened), fields);
    shown.is_stale = true;
    shown.status = StatusCode::CONFLICT;
    edit_page(state, who, shown).await
}

/// Keeps what is being typed. The answer has no page: only the script asks for it.
async fn autosave(
    state: &State,
    who: &Writer,
    id: i64,
    form: &ArticleForm,
) -> Result<HttpResponse, Error> {
    let (account, given) = (who.clone(), form.clone());
    let (fields, pictures) = state
        .db
        .read(move |conn| {
            let opened = store::open(conn, id, &account)?;
            let (fields, library) = store::typed(conn, opened.fields, &given)?;
            let pictures: Vec<i64> = library.into_values().map(|(id, _)| id).collect();
            Ok((fields, pictures))
        })
        .await?;
    let (version, now, kept) = (form.revision.clone(), state.db.now(), fields.clone());
    let saved = sessions::write(state, who, move |conn, who: &Writer| {
        let request = Request {
            id,
            version: &version,
            who,
            now,
        };
        editing::autosave(conn, request, &kept, &pictures)
    });
    match saved.await? {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(_) => stale(state, who, id, fields).await,
    }
}

/// A button that stores nothing.
async fn other_button(
    state: &State,
    who: &Writer,
    mut typed: Typed,
    action: &str,
) -> Result<HttpResponse, Error> {
    match action {
        "preview" => {}
        "add-note" => typed.fields.notes.push(NoteFields::default()),
        _ => {
            let row = action.strip_prefix("remove-note-");
            let row = row.and_then(|row| row.parse::<usize>().ok());
            match row.and_then(|row| row.checked_sub(1)) {
                Some(row) if row < typed.fields.notes.len() => drop(typed.fields.notes.remove(row)),
                _ => return Err(Error::Refused(state.t().action_unknown())),
            }
        }
    }
    if action != "preview" {
        return edit_page(state, who, Shown::of(typed.opened, typed.fields)).await;
    }
    match typed.compiled {
        Ok(compiled) => {
            let edited = typed.opened.as_ref().map(|opened| &opened.edited);
            let mut shown = store::unpublished(&state.site(), edited, compiled);
            shown.updated_at = None;
            articles::pages::preview(state, shown).await
        }
        Err(errors) => {
            typed.compiled = Err(Vec::new());
            refused(state, who, typed, errors).await
        }
    }
}
