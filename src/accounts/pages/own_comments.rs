//! `/account/comments`: the reader's own comments, with any status.

use crate::comments::own::{self, OwnComment};
use crate::error::Error;
use crate::interface::Interface;
use crate::moderation::Status;
use crate::paths;
use crate::text;
use crate::web::{DateView, Page, Shared, SignedIn, Site, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

/// Comments on a page.
pub const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "accounts/comments.html")]
struct CommentsPage {
    page: Page,
    t: Interface,
    rows: Vec<CommentView>,
    next: String,
}

/// A comment in a list of one person's.
pub struct CommentView {
    pub id: i64,
    pub href: String,
    pub title: String,
    pub at: DateView,
    /// What became of it; empty where all are public.
    pub outcome: String,
    pub text: String,
}

pub fn view(site: &Site, row: &OwnComment, outcome: String) -> CommentView {
    CommentView {
        id: row.id,
        href: paths::comment(&row.slug, row.id),
        title: row.title.clone(),
        at: DateView::minute(site, row.created_at),
        outcome,
        text: text::excerpt(&row.html.text(), 300),
    }
}

fn outcome(t: Interface, row: &OwnComment) -> String {
    match row.status {
        Status::Published => t.status_published(),
        Status::Approved => t.status_approved(),
        Status::Pending => t.notice_pending(),
        Status::Withheld => t.notice_withheld(),
        Status::Rejected => t.notice_rejected(&row.reject_reason.label(t)),
        Status::Deleted => t.tombstone_deleted(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    after: Option<i64>,
}

/// `GET /account/comments`
pub async fn index(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let query: Query =
        serde_html_form::from_str(request.query_string()).map_err(|_| Error::NotFound)?;
    let id = account.id;
    let read = state
        .db
        .read(move |conn| own::newest(conn, id, query.after, false, PAGE + 1));
    let mut rows = read.await?;
    let mut next = String::new();
    if rows.len() as i64 > PAGE {
        rows.truncate(PAGE as usize);
        let last = rows.last().map_or(0, |row| row.id);
        next = paths::list_page(paths::ACCOUNT_COMMENTS, &last.to_string());
    }
    let (t, site) = (state.t(), state.site());
    page::ok(&CommentsPage {
        page: Page::new(&state, &account.viewer(), &t.own_comments_heading()).unlisted(),
        t,
        rows: rows
            .iter()
            .map(|row| view(&site, row, outcome(t, row)))
            .collect(),
        next,
    })
}
