//! What a post is answered with: a redirect, a preview, or the form again with its text.

use super::compose::{ComposePage, Parent};
use crate::comments::parse_key;
use crate::comments::store::{self, ArticleThread};
use crate::error::Error;
use crate::paths;
use crate::text::SafeHtml;
use crate::web::fields::Link;
use crate::web::{FormBody, Participant, Shared, Viewer, error_pages, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// The fields of the form for a comment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CommentForm {
    pub(super) body: String,
    pub(super) parent: String,
    pub(super) key: String,
    pub(super) action: String,
}

/// Result of processing the form.
pub(super) enum PostResult {
    Stored(String),
    Refused {
        article: ArticleThread,
        parent: Option<Parent>,
        alert: String,
        error: String,
        may_send: bool,
    },
    Preview {
        article: ArticleThread,
        parent: Option<Parent>,
        html: SafeHtml,
    },
}

/// The response for what became of a form.
pub(super) async fn respond(
    state: &Shared,
    viewer: &Viewer,
    who: &Participant,
    slug: String,
    form: &CommentForm,
    found: PostResult,
) -> Result<HttpResponse, Error> {
    let compose = |article: &ArticleThread, parent| {
        let heading = state.t().compose_heading(&article.title);
        filled(
            ComposePage::new(state, viewer, article, heading),
            form,
            parent,
        )
    };
    match found {
        PostResult::Stored(at) => Ok(page::see_other(&at)),
        PostResult::Preview {
            article,
            parent,
            html,
        } => ComposePage {
            preview: Some(html),
            ..compose(&article, parent)
        }
        .answer(StatusCode::OK),
        PostResult::Refused {
            article,
            parent,
            alert,
            error,
            may_send,
        } => {
            let now = state.db.now();
            let refused = state.limits.refused(&state.db, &who.username, now);
            if let Err(Error::TooMany { seconds }) = refused.await {
                return too_many(state, viewer, slug, form, seconds).await;
            }
            ComposePage {
                alert,
                error,
                may_send,
                ..compose(&article, parent)
            }
            .answer(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// The page with the submitted values filled in.
fn filled(page: ComposePage, form: &CommentForm, parent: Option<Parent>) -> ComposePage {
    let key = if parse_key(page.t, &form.key).is_ok_and(|k| k.is_some()) {
        form.key.clone()
    } else {
        page.key.clone()
    };
    let parent_id = parent
        .as_ref()
        .map(|p| p.id.to_string())
        .unwrap_or_default();
    ComposePage {
        body: form.body.clone(),
        key,
        parent_id,
        parent,
        ..page
    }
}

/// Reads the article; its comment form with what was submitted.
async fn filled_from_database(
    state: &Shared,
    viewer: &Viewer,
    slug: String,
    form: &CommentForm,
) -> Result<ComposePage, Error> {
    let article = state
        .db
        .read(move |conn| store::article_thread(conn, &slug))
        .await?;
    let heading = state.t().compose_heading(&article.title);
    let page = ComposePage::new(state, viewer, &article, heading);
    Ok(ComposePage {
        parent_id: form.parent.clone(),
        ..filled(page, form, None)
    })
}

/// 429: the form with its text, and when to send it again.
pub(super) async fn too_many(
    state: &Shared,
    viewer: &Viewer,
    slug: String,
    form: &CommentForm,
    seconds: i64,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let compose = filled_from_database(state, viewer, slug, form).await?;
    let compose = ComposePage {
        alert: t.error_too_many_text(&error_pages::wait(t, seconds)),
        ..compose
    };
    error_pages::retry_after(compose.answer(StatusCode::TOO_MANY_REQUESTS)?, seconds)
}

/// 403: the form with its text, for readers whose address is not proved, where the settings ask for that.
pub(super) async fn unverified(
    state: &Shared,
    who: &Participant,
    slug: String,
    form: &CommentForm,
) -> Result<HttpResponse, Error> {
    let t = state.t();
    let compose = filled_from_database(state, &who.viewer(), slug, form).await?;
    ComposePage {
        alert: format!(
            "{}. {}",
            t.verified_first(),
            t.verified_first_text(&who.email)
        ),
        way: Some(Link {
            href: paths::ACCOUNT_EMAIL.into(),
            text: t.verified_first_link(),
        }),
        ..compose
    }
    .answer(StatusCode::FORBIDDEN)
}

/// Response to an anonymous post: the form with its text, and a link to log in and send it again.
pub(super) async fn not_signed_in(
    state: &Shared,
    viewer: &Viewer,
    slug: String,
    posted: &FormBody,
    request: &HttpRequest,
) -> Result<HttpResponse, Error> {
    let back = paths::return_path(request.path());
    let field = |name: &str| posted.field(name).unwrap_or_default().to_owned();
    let form = CommentForm {
        body: field("body"),
        parent: field("parent"),
        key: field("key"),
        action: String::new(),
    };
    if form.body.is_empty() {
        return Err(Error::SignInFirst { next: back });
    }
    let t = state.t();
    let compose = filled_from_database(state, viewer, slug, &form).await?;
    ComposePage {
        alert: t.compose_log_in_first(),
        way: Some(Link {
            href: paths::login(&back),
            text: t.login_new_tab(),
        }),
        ..compose
    }
    .answer(StatusCode::FORBIDDEN)
}
