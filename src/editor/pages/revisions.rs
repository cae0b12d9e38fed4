//! `GET /admin/articles/{id}/revisions`: every saved version, and two of them compared word by word.

use super::fields::label;
use super::shown_title;
use crate::articles::pages::{ParagraphView, compared};
use crate::articles::versions;
use crate::editor::store;
use crate::error::Error;
use crate::import::ReadOptions;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{DateView, Page, Shared, Site, Writer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// The most that are listed, the latest.
const LISTED: i64 = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    from: String,
    to: String,
}

struct RevisionView {
    number: i64,
    at: DateView,
    by: String,
    was_public: bool,
    /// The comparison with the one before; empty for the first.
    changes: String,
    is_from: bool,
    is_to: bool,
}

#[derive(Template)]
#[template(path = "editor/revisions.html")]
struct RevisionsPage {
    page: Page,
    t: Interface,
    article: Link,
    rows: Vec<RevisionView>,
    /// The two that are compared, and how they differ.
    compared: Option<(i64, i64)>,
    paragraphs: Vec<ParagraphView>,
    restore: String,
    may_restore: bool,
    revision: String,
    path: String,
}

fn number(text: &str) -> Result<Option<i64>, Error> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::NotFound),
    }
}

fn rows(
    site: &Site,
    id: i64,
    all: &[versions::Revision],
    (from, to): (Option<i64>, Option<i64>),
) -> Vec<RevisionView> {
    let before = |number: i64| all.iter().map(|one| one.number).find(|one| *one < number);
    let view = |one: &versions::Revision| RevisionView {
        number: one.number,
        at: DateView::minute(site, one.saved_at),
        by: one.saved_by.clone().unwrap_or_else(|| "–".into()),
        was_public: one.was_public,
        changes: before(one.number).map_or(String::new(), |before| {
            paths::admin_article_compared(id, before, one.number)
        }),
        is_from: Some(one.number) == from,
        is_to: Some(one.number) == to,
    };
    all.iter().map(view).collect()
}

/// `GET /admin/articles/{id}/revisions?from=N&to=M`
pub async fn revisions(
    state: Shared,
    who: Writer,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let (from, to) = (number(&query.from)?, number(&query.to)?);
    let (id, account, options) = (*id, who.0.clone(), ReadOptions::of(&state.site()));
    let (opened, all, texts) = state
        .db
        .read(move |conn| {
            let opened = store::open(conn, id, &account)?;
            let all = versions::revisions(conn, id, LISTED)?;
            let texts = match (from, to) {
                (Some(from), Some(to)) => Some((
                    store::revision(conn, &opened.edited, from, &options)?,
                    store::revision(conn, &opened.edited, to, &options)?,
                )),
                _ => None,
            };
            Ok((opened, all, texts))
        })
        .await?;
    let (t, site, row) = (state.t(), state.site(), opened.edited.row);
    let paragraphs = match texts {
        Some((old, new)) => {
            let [old, new] = [old, new].map(|fields| fields.as_text(|name| label(t, name)));
            compared(&state, old, new, false).await?
        }
        None => Vec::new(),
    };
    let title = shown_title(t, &row.title);
    page::ok(&RevisionsPage {
        page: Page::dashboard(
            &state,
            &who.viewer(),
            &t.revisions_title(&title),
            "articles",
        ),
        t,
        rows: rows(&site, id, &all, (from, to)),
        compared: from.zip(to),
        paragraphs,
        restore: paths::admin_article_action(id, "restore"),
        may_restore: row.may_change(&who),
        revision: row.version.to_string(),
        path: paths::admin_article_revisions(id),
        article: Link {
            href: paths::admin_article(id),
            text: title,
        },
    })
}
