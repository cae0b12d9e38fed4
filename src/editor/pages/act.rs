//! The buttons of an article's form, and the small forms beside it.

use super::edit::{Press, save};
use super::kept::kept;
use super::view::{Shown, edit_page};
use crate::articles::draft::CORRECTION_KINDS;
use crate::articles::edited;
use crate::articles::editing::{self, Changed, Refusal, Request};
use crate::articles::fields::COMMENTS;
use crate::db::Conn;
use crate::editor::form::ArticleForm;
use crate::editor::store;
use crate::error::Error;
use crate::import::ReadOptions;
use crate::web::{Account, Editor, FormBody, Shared, State, Writer, page};
use crate::{paths, sessions, text};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// A button that saves the form first.
async fn press(
    state: &State,
    who: Result<Writer, Error>,
    request: &HttpRequest,
    (id, posted): (i64, &FormBody),
    press: Press,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(state, request, posted, why),
    };
    let form = ArticleForm::read(posted)?;
    save(state, &who, request, (id, &form, posted), press).await
}

macro_rules! buttons {
    ($($(#[$doc:meta])* $name:ident $role:ident $press:ident)+) => {
        $($(#[$doc])*
        pub async fn $name(
            state: Shared,
            who: Result<$role, Error>,
            request: HttpRequest,
            id: web::Path<i64>,
            posted: FormBody,
        ) -> Result<HttpResponse, Error> {
            let who = who.map(|who| Writer(who.0));
            press(&state, who, &request, (*id, &posted), Press::$press).await
        })+
    };
}
buttons! {
    /// `POST /admin/articles/{id}/submit`: asks an editor to publish it.
    submit Writer Submit
    /// `POST /admin/articles/{id}/publish`
    publish Editor Publish
    /// `POST /admin/articles/{id}/schedule`: publishes it at `publish_at`.
    schedule Editor Schedule
    /// `POST /admin/articles/{id}/unpublish`: takes it down.
    unpublish Editor Unpublish
}

/// A form with a version, if it has one: the current one stands for none.
fn version_of(conn: &mut Conn, id: i64, who: &Account, given: &str) -> Result<String, Error> {
    match given {
        "" => Ok(edited::row(conn, id, who)?.version.to_string()),
        given => Ok(given.to_owned()),
    }
}

/// What a small form's change leads to.
async fn answer(
    state: &State,
    who: &Writer,
    id: i64,
    changed: Result<(), Refusal>,
    done: &str,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let alert = match changed {
        Ok(()) => return Ok(page::see_other(&paths::admin_article_done(id, done))),
        Err(Refusal::Status) => t.editor_wrong_status(),
        Err(Refusal::Stale | Refusal::SlugTaken) => t.editor_stale_action(),
    };
    shown(state, who, id, |shown| {
        shown.alert = alert;
        shown.status = StatusCode::CONFLICT;
    })
    .await
}

/// The article's form as it is stored, with something to say.
async fn shown(
    state: &State,
    who: &Writer,
    id: i64,
    change: impl FnOnce(&mut Shown),
) -> Result<HttpResponse, Error> {
    let account = who.clone();
    let opened = state
        .db
        .read(move |conn| store::open(conn, id, &account))
        .await?;
    let fields = opened.fields.clone();
    let mut shown = Shown::of(Some(opened), fields);
    change(&mut shown);
    edit_page(state, who, shown).await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct VersionForm {
    revision: String,
}

/// Runs a change of an article that saves no text.
async fn change(
    state: &State,
    who: &Writer,
    (id, version): (i64, String),
    work: impl Fn(&mut Conn, Request<'_>) -> Changed<()> + Send + Sync + 'static,
) -> Result<Result<(), Refusal>, Error> {
    let now = state.db.now();
    sessions::write(state, who, move |conn, who: &Writer| {
        let version = version_of(conn, id, who, &version)?;
        let request = Request {
            id,
            version: &version,
            who,
            now,
        };
        work(conn, request)
    })
    .await
}

/// `POST /admin/articles/{id}/delete`: deletes a draft for good. What else the form has does not count.
pub async fn delete(
    state: Shared,
    who: Writer,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form = ArticleForm::read(&posted)?;
    // Without a version it is refused: another person may be typing.
    let version = match form.revision.as_str() {
        "" => "none".to_owned(),
        given => given.to_owned(),
    };
    let changed = change(&state, &who, (*id, version), editing::delete).await?;
    match changed {
        Ok(()) => Ok(page::see_other(paths::ADMIN_ARTICLES)),
        Err(refusal) => answer(&state, &who, *id, Err(refusal), "").await,
    }
}

/// `POST /admin/articles/{id}/unschedule`
pub async fn unschedule(
    state: Shared,
    who: Editor,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form = ArticleForm::read(&posted)?;
    let who = Writer(who.0);
    let changed = change(&state, &who, (*id, form.revision), editing::unschedule).await?;
    answer(&state, &who, *id, changed, "unscheduled").await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CorrectionForm {
    kind: String,
    text: String,
    revision: String,
}

/// The longest text of a correction, in characters.
const MAX_CORRECTION: usize = 2_000;

/// `POST /admin/articles/{id}/correct`: adds a correction, which readers see at once.
pub async fn correct(
    state: Shared,
    who: Result<Editor, Error>,
    request: HttpRequest,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(&state, &request, &posted, why),
    };
    let form: CorrectionForm = posted.read()?;
    let (t, who) = (state.t(), Writer(who.0));
    let said = text::clean_line(&text::collapse(&form.text));
    let mut errors = Vec::new();
    let said = match said {
        Err(_) => {
            errors.push(("text".to_owned(), t.text_control_character()));
            String::new()
        }
        Ok(said) if text::is_blank(&said) => {
            errors.push(("text".to_owned(), t.required()));
            said
        }
        Ok(said) if said.chars().count() > MAX_CORRECTION => {
            errors.push(("text".to_owned(), t.line_too_long(MAX_CORRECTION as i64)));
            said
        }
        Ok(said) => said,
    };
    if !CORRECTION_KINDS.contains(&form.kind.as_str()) {
        errors.push(("kind".to_owned(), t.choice_missing()));
    }
    let correction = (form.kind.clone(), form.text.clone());
    if !errors.is_empty() {
        return shown(&state, &who, *id, |shown| {
            shown.errors = errors;
            shown.correction = correction;
            shown.status = StatusCode::UNPROCESSABLE_ENTITY;
        })
        .await;
    }
    let kind = form.kind.clone();
    let changed = change(&state, &who, (*id, form.revision), move |conn, request| {
        editing::correct(conn, request, &kind, &said)
    });
    match changed.await? {
        Ok(()) => answer(&state, &who, *id, Ok(()), "corrected").await,
        Err(refusal) => {
            let alert = match refusal {
                Refusal::Status => t.editor_wrong_status(),
                _ => t.editor_stale_action(),
            };
            shown(&state, &who, *id, |shown| {
                shown.alert = alert;
                shown.correction = correction;
                shown.status = StatusCode::CONFLICT;
            })
            .await
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CommentsForm {
    comments: String,
    revision: String,
}

/// `POST /admin/articles/{id}/comments`: opens, closes or moderates the thread, at once.
pub async fn comments(
    state: Shared,
    who: Editor,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: CommentsForm = posted.read()?;
    if !COMMENTS.contains(&form.comments.as_str()) {
        return Err(Error::Refused(state.t().choice_missing()));
    }
    let who = Writer(who.0);
    let mode = form.comments;
    let changed = change(&state, &who, (*id, form.revision), move |conn, request| {
        editing::set_comments(conn, request, &mode)
    });
    answer(&state, &who, *id, changed.await?, "comments").await
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RestoreForm {
    n: String,
    revision: String,
}

/// `POST /admin/articles/{id}/restore`: an earlier revision becomes what is edited. Readers see it when it is published.
pub async fn restore(
    state: Shared,
    who: Writer,
    request: HttpRequest,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: RestoreForm = posted.read()?;
    let number: i64 = form.n.parse().map_err(|_| Error::NotFound)?;
    let (article, account) = (*id, who.clone());
    let options = ReadOptions::of(&state.site());
    let (fields, version) = state
        .db
        .read(move |conn| {
            let opened = store::open(conn, article, &account)?;
            let fields = store::revision(conn, &opened.edited, number, &options)?;
            Ok((fields, opened.edited.row.version))
        })
        .await?;
    let revision = match form.revision.as_str() {
        "" => version.to_string(),
        given => given.to_owned(),
    };
    let restored = ArticleForm::of_fields(&fields, revision);
    save(
        &state,
        &who,
        &request,
        (article, &restored, &posted),
        Press::Restore,
    )
    .await
}

/// `POST /admin/articles/{id}/share`: begins a link that shows the article to anybody, or ends it.
pub async fn share(
    state: Shared,
    who: Writer,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let VersionForm { .. } = posted.read()?;
    let (article, now) = (*id, state.db.now());
    let token = text::random_hex::<32>().map_err(Error::internal)?;
    let shared = sessions::write(&state, &who, move |conn, who: &Writer| {
        editing::share(conn, (article, who), &token, now)
    });
    let done = if shared.await? { "shared" } else { "unshared" };
    Ok(page::see_other(&paths::admin_article_done(article, done)))
}
