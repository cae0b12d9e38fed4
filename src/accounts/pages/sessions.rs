//! `/account/sessions`: one's open sessions, and ending them.

use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::web::limits::Rule;
use crate::web::{DateView, FormBody, Page, Shared, SignedIn, page};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage {
    page: Page,
    t: Interface,
    sessions: Vec<SessionView>,
    others: bool,
}

struct SessionView {
    id: String,
    agent: String,
    network: String,
    since: DateView,
    seen: DateView,
    is_this: bool,
}

/// `GET /account/sessions`
pub async fn sessions(
    state: Shared,
    sessions: web::Data<Sessions>,
    account: SignedIn,
) -> Result<HttpResponse, Error> {
    let site = state.site();
    let rows = sessions.list(account.id, state.db.now()).await?;
    let t = state.t();
    let view = |row: crate::sessions::store::SessionRow| SessionView {
        is_this: row.id == account.session_id,
        agent: if row.agent.is_empty() {
            t.session_unknown()
        } else {
            browser(&row.agent)
        },
        network: row.network,
        since: DateView::minute(&site, row.created_at),
        seen: DateView::minute(&site, row.seen_at),
        id: row.id,
    };
    let sessions: Vec<SessionView> = rows.into_iter().map(view).collect();
    page::ok(&SessionsPage {
        page: Page::new(&state, &account.viewer(), &t.sessions_heading()).unlisted(),
        t,
        others: sessions.len() > 1,
        sessions,
    })
}

/// `Firefox, Linux` from a User-Agent, or its first 60 characters.
fn browser(agent: &str) -> String {
    let pick = |names: &[(&str, &str)]| {
        names
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| (*name).to_owned())
    };
    let browser = pick(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = pick(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(b), Some(s)) => format!("{b}, {s}"),
        (Some(b), None) => b,
        _ => agent.chars().take(60).collect(),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EndForm {
    end: String,
}

/// `POST /account/sessions`
pub async fn end_session(
    state: Shared,
    sessions: web::Data<Sessions>,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: EndForm = posted.read()?;
    let (t, now) = (state.t(), state.db.now());
    let rules = vec![Rule::new("sessions", account.id, 30, Time::MINUTE)];
    state.limits.take(&state.db, rules, now).await?;
    if form.end.is_empty() {
        return Err(Error::Refused(t.session_which()));
    }
    sessions::end(&state, &sessions, &account, form.end.clone()).await?;
    Ok(page::see_other(if form.end == account.session_id {
        paths::FRONT
    } else {
        paths::ACCOUNT_SESSIONS
    }))
}
