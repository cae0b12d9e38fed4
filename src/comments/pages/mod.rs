//! Comment pages: one conversation, and the forms for posting, editing and flagging.

mod compose;
mod edit;
mod flag;
mod post;
mod posted;

use super::view::{self, CommentView, Context};
use super::{Sort, Status, conversation, flags, store, thread};
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{Page, Shared, State, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
pub use edit::{delete, edit, undelete, update};
pub use flag::{flag, raise};
pub use post::{create, reply};
use serde::Deserialize;

/// View model of a thread on a page.
pub struct ThreadView {
    pub comments: Vec<CommentView>,
    pub count: String,
    pub sorts: Vec<SortLink>,
    pub next: String,
    pub is_open: bool,
    pub action: String,
    pub key: String,
    pub total: i64,
    pub hold_hint: String,
}

pub struct SortLink {
    pub href: String,
    pub text: String,
    pub is_current: bool,
}

/// Query parameters of pages with a thread.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    pub sort: String,
    pub after: String,
}

impl Query {
    /// The known part of a query string; the rest is ignored.
    pub fn of(request: &HttpRequest) -> Query {
        serde_html_form::from_str(request.query_string()).unwrap_or_default()
    }
    pub fn sort(&self) -> Sort {
        Sort::parse(&self.sort).unwrap_or_default()
    }
}

/// Builds the view model of a page of conversations.
pub fn thread_view(
    state: &State,
    viewer: &Viewer,
    article: &store::ArticleThread,
    (thread, public_comments): (&thread::Thread, i64),
    sort: Sort,
    now: Time,
    key: String,
) -> ThreadView {
    let (t, site) = (state.t(), state.site());
    let context = Context {
        t,
        site: &site,
        viewer,
        slug: &article.slug,
        is_open: article.is_open,
        now,
    };
    let name = |sort: Sort| match sort {
        Sort::Newest => t.sort_newest(),
        Sort::Oldest => t.sort_oldest(),
        Sort::Best => t.sort_best(),
        Sort::Replies => t.sort_replies(),
    };
    // `best` is accepted in URLs but not offered while it is the same as `newest`.
    let offered = [Sort::Newest, Sort::Oldest, Sort::Replies];
    let link = |s: Sort| SortLink {
        href: paths::thread(&article.slug, s.as_str(), ""),
        text: name(s),
        is_current: s == sort || (s == Sort::Newest && sort == Sort::Best),
    };
    ThreadView {
        comments: view::thread(&context, thread, None),
        count: t.comments_count(public_comments),
        sorts: if public_comments > 1 {
            offered.into_iter().map(link).collect()
        } else {
            Vec::new()
        },
        next: if thread.next.is_empty() {
            String::new()
        } else {
            paths::thread(&article.slug, sort.as_str(), &thread.next)
        },
        is_open: article.is_open,
        action: paths::article_comments(&article.slug),
        key,
        total: public_comments,
        hold_hint: if site.policy.new_reader && thread.would_be_held {
            t.compose_first_held()
        } else {
            String::new()
        },
    }
}

#[derive(Template)]
#[template(path = "comments/show.html")]
struct ConversationPage {
    page: Page,
    t: Interface,
    article: Link,
    comments: Vec<CommentView>,
    next: String,
    deleted_text: Option<crate::text::SafeHtml>,
}

/// `GET /articles/{slug}/comments/{id}`
pub async fn show(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    at: web::Path<(String, i64)>,
) -> Result<HttpResponse, Error> {
    let (slug, id) = at.into_inner();
    let (query, now, who) = (Query::of(&request), state.db.now(), viewer.clone());
    let since = state.db.version();
    let (article, read, deleted_text) = state
        .db
        .read(move |conn| {
            let article = store::article_thread(conn, &slug)?;
            let mut read = conversation::conversation(conn, &article, &who, id, &query.after, now)?;
            if let Some(account) = who.id() {
                read.flagged = flags::flagged_by(conn, account, article.id)?;
            }
            let is_deleted = read
                .rows
                .iter()
                .any(|r| r.id == id && r.status == Status::Deleted);
            let text = if is_deleted && who.is_staff() {
                Some(store::text_of(conn, id)?)
            } else {
                None
            };
            Ok((article, read, text))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let context = Context {
        t,
        site: &site,
        viewer: &viewer,
        slug: &article.slug,
        is_open: article.is_open,
        now,
    };
    let comments = view::thread(&context, &read, Some(id));
    let mut page = Page::new(&state, &viewer, &t.conversation_title(&article.title)).unlisted();
    page.canonical = format!(
        "{}{}",
        state.config.base.origin,
        paths::article(&article.slug)
    );
    page.next = paths::conversation(&article.slug, id);
    let cache_tags = read.cache_tags(&article);
    let view = ConversationPage {
        page,
        t,
        article: Link {
            href: paths::article(&article.slug),
            text: article.title,
        },
        comments,
        next: if read.next.is_empty() {
            String::new()
        } else {
            paths::conversation_after(&article.slug, id, &read.next)
        },
        deleted_text: deleted_text.filter(|text| !text.is_empty()),
    };
    page::cached(&view, &viewer, since, &cache_tags)
}

/// `GET /articles/{slug}/comments`: the address of a preview, opened again, leads to the thread.
pub async fn to_article(state: Shared, slug: web::Path<String>) -> Result<HttpResponse, Error> {
    let slug = slug.into_inner();
    let article = state
        .db
        .read(move |conn| store::article_thread(conn, &slug))
        .await?;
    let thread = format!("{}#comments", paths::article(&article.slug));
    Ok(page::see_other(&thread))
}
