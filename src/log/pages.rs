//! `GET /admin/log`: who did what to which comment, newest first.

use super::{action_name, store};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::{DateView, Moderator, Page, Shared, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    comment: String,
    after: String,
}

struct RowView {
    id: i64,
    action: String,
    said: String,
    subject: String,
    comment: String,
    comment_link: String,
    comment_log: String,
    actor: String,
    who: String,
    at: DateView,
    change: String,
    reason: String,
    note: String,
}

#[derive(Template)]
#[template(path = "admin/log.html")]
struct LogPage {
    page: Page,
    t: Interface,
    rows: Vec<RowView>,
    next: String,
    comment: String,
}

fn number(text: &str) -> Result<Option<i64>, Error> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| Error::NotFound)
    }
}

/// `GET /admin/log`
pub async fn index(
    state: Shared,
    moderator: Moderator,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let (comment, after) = (number(&query.comment)?, number(&query.after)?);
    let wanted = store::Wanted {
        comment,
        after,
        moderation_only: !moderator.administers(),
    };
    let mut rows = state
        .db
        .read(move |conn| store::page(conn, wanted, PAGE + 1))
        .await?;
    let (t, site) = (state.t(), state.site());
    let mut next = String::new();
    if rows.len() as i64 > PAGE {
        rows.truncate(PAGE as usize);
        next = paths::log(comment, rows.last().map(|r| r.0.id));
    }
    let view = |(row, slug): (store::LogRow, Option<String>)| RowView {
        comment_link: match (row.comment, slug) {
            (Some(id), Some(slug)) => paths::comment(&slug, id),
            _ => String::new(),
        },
        id: row.id,
        said: action_name(t, &row.action),
        comment: row.comment.map(|c| c.to_string()).unwrap_or_default(),
        comment_log: row
            .comment
            .map(|c| paths::log(Some(c), None))
            .unwrap_or_default(),
        who: match row.actor_kind.as_str() {
            "rule" => t.log_actor_rule(),
            "console" => t.log_actor_console(),
            _ => row.actor.clone(),
        },
        actor: row.actor,
        subject: row.subject,
        at: DateView::minute(&site, row.at),
        change: if row.from == row.to {
            String::new()
        } else {
            t.log_change(&row.from, &row.to)
        },
        reason: row.reason,
        note: row.note,
        action: row.action,
    };
    page::ok(&LogPage {
        page: Page::dashboard(&state, &moderator.viewer(), &t.log_heading(), "log"),
        t,
        rows: rows.into_iter().map(view).collect(),
        next,
        comment: query.comment,
    })
}
