//! `GET /admin/log`: who did what to which comment, article, page, file, setting or account, newest first.

use super::{Kind, action_name, store};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::{Account, DateView, Page, Shared, Site, Staff, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    comment: String,
    article: String,
    kind: String,
    who: String,
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
    article_link: String,
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
    who: String,
    /// Value, label, and whether it is the one that is shown.
    kinds: Vec<(&'static str, String, bool)>,
}

impl Query {
    /// # Errors
    /// `NotFound` for a kind that is not offered, and for what is no number.
    fn wanted(
        &self,
        offered: &[Kind],
        hides_account_changes: bool,
    ) -> Result<store::Wanted, Error> {
        let kinds = match self.kind.as_str() {
            "" => offered.to_vec(),
            given => match Kind::parse(given).filter(|kind| offered.contains(kind)) {
                Some(kind) => vec![kind],
                None => return Err(Error::NotFound),
            },
        };
        Ok(store::Wanted {
            comment: number(&self.comment)?,
            after: number(&self.after)?,
            kinds,
            actor: self.who.trim().to_owned(),
            article: number(&self.article)?,
            hides_account_changes,
        })
    }

    /// The page after a row.
    fn after(&self, row: i64) -> String {
        paths::log_filtered(&[
            ("comment", &self.comment),
            ("article", &self.article),
            ("kind", &self.kind),
            ("who", &self.who),
            ("after", &row.to_string()),
        ])
    }
}

/// What the account may see of the log: moderators their part, editors theirs.
fn kinds_of(who: &Account) -> Vec<Kind> {
    let is_theirs = |kind: &Kind| match kind {
        Kind::Comment | Kind::Account => who.moderates(),
        Kind::Article | Kind::Page | Kind::Media => who.edits(),
        Kind::Setting => who.administers(),
    };
    Kind::ALL.iter().copied().filter(is_theirs).collect()
}

fn kind_name(t: Interface, kind: Kind) -> String {
    match kind {
        Kind::Comment => t.log_kind_comment(),
        Kind::Account => t.log_kind_account(),
        Kind::Article => t.log_kind_article(),
        Kind::Page => t.log_kind_page(),
        Kind::Media => t.log_kind_media(),
        Kind::Setting => t.log_kind_setting(),
    }
}

fn number(text: &str) -> Result<Option<i64>, Error> {
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| Error::NotFound)
    }
}

fn row_view(t: Interface, site: &Site, row: store::LogRow, slug: Option<String>) -> RowView {
    RowView {
        comment_link: match (row.comment, slug) {
            (Some(id), Some(slug)) => paths::comment(&slug, id),
            _ => String::new(),
        },
        id: row.id,
        article_link: row.article.map(paths::admin_article).unwrap_or_default(),
        said: action_name(t, &row.action),
        comment: row.comment.map(|c| c.to_string()).unwrap_or_default(),
        comment_log: row.comment.map(paths::comment_log).unwrap_or_default(),
        who: match row.actor_kind.as_str() {
            "rule" => t.log_actor_rule(),
            "console" => t.log_actor_console(),
            _ => row.actor.clone(),
        },
        actor: row.actor,
        subject: row.subject,
        at: DateView::minute(site, row.at),
        change: if row.from == row.to {
            String::new()
        } else {
            t.log_change(&row.from, &row.to)
        },
        reason: row.reason,
        note: row.note,
        action: row.action,
    }
}

/// `GET /admin/log`
pub async fn index(state: Shared, who: Staff, request: HttpRequest) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let offered = kinds_of(&who);
    if offered.is_empty() {
        return Err(Error::Forbidden);
    }
    let wanted = query.wanted(&offered, !who.administers())?;
    let mut rows = state
        .db
        .read(move |conn| store::page(conn, &wanted, PAGE + 1))
        .await?;
    let (t, site) = (state.t(), state.site());
    let mut next = String::new();
    if rows.len() as i64 > PAGE {
        rows.truncate(PAGE as usize);
        next = rows
            .last()
            .map_or(String::new(), |row| query.after(row.0.id));
    }
    page::ok(&LogPage {
        page: Page::dashboard(&state, &who.viewer(), &t.log_heading(), "log"),
        t,
        rows: rows
            .into_iter()
            .map(|(row, slug)| row_view(t, &site, row, slug))
            .collect(),
        next,
        kinds: offered
            .into_iter()
            .map(|kind| {
                (
                    kind.as_str(),
                    kind_name(t, kind),
                    kind.as_str() == query.kind,
                )
            })
            .collect(),
        comment: query.comment,
        who: query.who,
    })
}
