//! `/account/sessions`: one's open sessions, and ending them.

use crate::accounts::history;
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::web::limits::Rule;
use crate::web::viewer::Proof;
use crate::web::{DateView, FormBody, Page, Shared, SignedIn, page};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// Log-ins that are listed.
const LOGINS: i64 = 50;

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage {
    page: Page,
    t: Interface,
    sessions: Vec<SessionView>,
    others: bool,
    /// Log-ins of the last 90 days.
    history: Vec<LoginView>,
}

struct LoginView {
    agent: String,
    network: String,
    proof: String,
    at: DateView,
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
    let (id, now) = (account.id, state.db.now());
    let rows = sessions.list(id, now).await?;
    let logins = state
        .db
        .read(move |conn| history::list(conn, id, LOGINS, now));
    let logins = logins.await?;
    let t = state.t();
    let named = |agent: &str| match agent.is_empty() {
        true => t.session_unknown(),
        false => browser(agent),
    };
    let view = |row: crate::sessions::store::SessionRow| SessionView {
        is_this: row.id == account.session_id,
        agent: named(&row.agent),
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
        history: logins
            .into_iter()
            .map(|login| LoginView {
                agent: named(&login.agent),
                network: login.network,
                proof: match login.proof {
                    Proof::Password => t.proof_password(),
                    Proof::Code => t.proof_code(),
                    Proof::Passkey => t.proof_passkey(),
                    Proof::Provider => t.proof_provider(),
                },
                at: DateView::minute(&site, login.created_at),
            })
            .collect(),
        sessions,
    })
}

/// `Firefox, Linux` from a User-Agent, or its first 60 characters.
pub(super) fn browser(agent: &str) -> String {
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
        // In a mail, what others have written is no link.
        _ => {
            let first = agent.split_whitespace().next().unwrap_or_default();
            let plain = |c: &char| c.is_ascii_alphanumeric() || "._-/".contains(*c);
            first.chars().filter(plain).take(40).collect()
        }
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
