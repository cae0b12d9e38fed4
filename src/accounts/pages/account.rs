//! The signed-in reader's account (profile, password, sessions), and the public profile page.

use super::auth::password_context;
use crate::accounts::password::{self, NewPassword, PasswordCandidate, PasswordPolicy};
use crate::accounts::{DisplayName, parse_bio, store};
use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::web::fields::{Field, FormPage, Link};
use crate::web::limits::Rule;
use crate::web::viewer::Role;
use crate::web::{
    DateView, FormBody, Page, Participant, Shared, SignedIn, State, Viewer, error_pages, page,
};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ProfileForm {
    name: String,
    bio: String,
}

fn profile_page(
    state: &State,
    account: &SignedIn,
    given: &ProfileForm,
    name: &Result<DisplayName, String>,
    bio: &Result<String, String>,
    done: String,
) -> FormPage {
    let t = state.t();
    let mut page = Page::new(state, &account.viewer(), &t.account_heading()).unlisted();
    page.next = paths::ACCOUNT.into();
    let mut more = vec![
        Link {
            href: paths::reader(&account.username),
            text: t.account_profile_link(),
        },
        Link {
            href: paths::ACCOUNT_PASSWORD.into(),
            text: t.account_password_link(),
        },
        Link {
            href: paths::ACCOUNT_SESSIONS.into(),
            text: t.account_sessions_link(),
        },
    ];
    if account.is_staff() {
        more.push(Link {
            href: paths::ADMIN.into(),
            text: t.nav_dashboard(),
        });
    }
    FormPage {
        page,
        t,
        heading: t.account_heading(),
        intro: t.account_intro(&account.username, &account.email),
        alert: String::new(),
        done,
        action: paths::ACCOUNT.into(),
        fields: vec![
            Field::text("name", t.field_name())
                .hint(t.name_hint())
                .value(&given.name)
                .autocomplete("name")
                .most(50)
                .optional()
                .judged(name),
            Field::area("bio", t.field_bio())
                .hint(t.bio_hint())
                .value(&given.bio)
                .most(500)
                .judged(bio),
        ],
        button: t.save_button(),
        more,
    }
}

/// `GET /account`
pub async fn show(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    let id = account.id;
    let bio = state.db.read(move |conn| store::bio(conn, id)).await?;
    let given = ProfileForm {
        name: account.name.clone(),
        bio,
    };
    profile_page(
        &state,
        &account,
        &given,
        &Ok(DisplayName::default()),
        &Ok(String::new()),
        String::new(),
    )
    .answer()
}

/// `POST /account`
pub async fn update(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = Participant::admit(account.0.clone())?;
    let form: ProfileForm = posted.read()?;
    let t = state.t();
    let (mut name, bio) = (DisplayName::parse(t, &form.name), parse_bio(t, &form.bio));
    if let (Ok(name_ok), Ok(bio_ok)) = (&name, &bio) {
        let (new_name, new_bio) = (name_ok.clone(), bio_ok.clone());
        let rules = vec![Rule::new("profile", account.id, 30, 10 * Time::MINUTE)];
        let reserved = state.limits.reserve(rules, state.db.now()).await?;
        let work = move |conn: &mut Conn, who: &Participant| {
            reserved.count(conn)?;
            store::set_profile(conn, who.id, &new_name, &new_bio)
        };
        if sessions::write(&state, &who, work).await? {
            return Ok(page::see_other(paths::ACCOUNT));
        }
        name = Err(t.name_lookalike());
    }
    profile_page(&state, &account, &form, &name, &bio, String::new()).answer()
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PasswordForm {
    current: String,
    password: String,
}

fn password_page(
    state: &State,
    account: &SignedIn,
    current: &Result<(), String>,
    new: &Result<NewPassword, String>,
) -> FormPage {
    let t = state.t();
    let least = password_policy(account).min_length() as i64;
    FormPage {
        page: Page::new(state, &account.viewer(), &t.password_heading()).unlisted(),
        t,
        heading: t.password_heading(),
        intro: if account.must_change_password && account.has_role() {
            t.password_due_intro()
        } else {
            t.password_intro()
        },
        alert: String::new(),
        done: String::new(),
        action: paths::ACCOUNT_PASSWORD.into(),
        fields: vec![
            Field::password("current", t.field_current_password(), "current-password")
                .judged(current),
            Field::password("password", t.field_new_password(), "new-password")
                .hint(t.password_hint(least))
                .judged(new),
        ],
        button: t.password_button(),
        more: vec![Link {
            href: paths::ACCOUNT.into(),
            text: t.back_to_account(),
        }],
    }
}

fn password_policy(account: &SignedIn) -> PasswordPolicy {
    if account.has_role() {
        PasswordPolicy::Staff
    } else {
        PasswordPolicy::Reader
    }
}

/// `GET /account/password`
pub async fn password(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    password_page(&state, &account, &Ok(()), &no_error()).answer()
}

/// A field without an error message.
fn no_error() -> Result<NewPassword, String> {
    Err(String::new())
}

/// `POST /account/password`: ends all other sessions and rotates the token of this one.
pub async fn update_password(
    state: Shared,
    sessions: web::Data<Sessions>,
    account: SignedIn,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: PasswordForm = posted.read()?;
    let (t, id, now) = (state.t(), account.id, state.db.now());
    let candidate = PasswordCandidate::parse(t, &form.password, password_policy(&account));
    let stored = state.db.read(move |conn| store::by_id(conn, id)).await?;
    let rules = vec![Rule::new("password", id, 10, 10 * Time::MINUTE)];
    let taken = match state.limits.take(&state.db, rules, now).await {
        Err(Error::TooMany { seconds }) => return throttled(&state, &account, seconds),
        other => other?,
    };
    let verdict = match password::verify(&state, form.current, Some(stored.password_hash)).await {
        Ok(verdict) => verdict,
        Err(busy) => {
            state.limits.refund(&state.db, taken).await?;
            return Err(busy);
        }
    };
    if !verdict.right {
        let new = candidate.and(no_error());
        return password_page(&state, &account, &Err(t.password_wrong()), &new).answer();
    }
    state.limits.refund(&state.db, taken).await?;
    let new = match candidate {
        Ok(candidate) => {
            let known = password_context(&state, &account.username, &account.email);
            password::check_strength(&state, candidate, known).await?
        }
        Err(why) => Err(why),
    };
    let Ok(chosen) = new else {
        state
            .limits
            .refused(&state.db, &account.username, now)
            .await?;
        return password_page(&state, &account, &Ok(()), &new).answer();
    };
    let hash = password::hash(&state, chosen).await?;
    let (for_role, seen) = (
        password_policy(&account) == PasswordPolicy::Staff,
        stored.password_version,
    );
    let version = sessions::write(&state, &account, move |conn, who: &SignedIn| {
        let version = store::set_password(conn, id, Some(seen), &hash, for_role)?;
        sessions::store::end_others(conn, id, Some(&who.session_id))?;
        // Another password change came first, which has ended this session too.
        version.ok_or_else(Error::session_ended)
    });
    let version = version.await?;
    sessions
        .end_others_in_redis(id, Some(account.session_id.clone()))
        .await?;
    sessions::rotate_token(&session, &request, &account, version)?;
    Ok(page::see_other(if account.has_role() {
        paths::ADMIN
    } else {
        paths::ACCOUNT
    }))
}

/// The form again: too many wrong passwords.
fn throttled(state: &State, account: &SignedIn, seconds: i64) -> Result<HttpResponse, Error> {
    let t = state.t();
    let mut form = password_page(state, account, &Ok(()), &no_error());
    form.alert = t.login_too_many(&error_pages::wait(t, seconds));
    let response = page::answer(StatusCode::TOO_MANY_REQUESTS, &form)?;
    error_pages::retry_after(response, seconds)
}

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

#[derive(Template)]
#[template(path = "accounts/reader.html")]
struct ReaderPage {
    page: Page,
    t: Interface,
    username: String,
    name: String,
    bio: Vec<String>,
    badge: String,
    since: DateView,
}

/// `GET /readers/{username}`
pub async fn profile(
    state: Shared,
    viewer: Viewer,
    username: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (username, opened) = (username.into_inner(), state.db.version());
    let profile = state
        .db
        .read(move |conn| store::profile(conn, &username))
        .await?;
    let (t, site) = (state.t(), state.site());
    let name = if profile.name.is_empty() {
        profile.username.clone()
    } else {
        profile.name.clone()
    };
    let badge = if profile.is_admin {
        t.badge_admin()
    } else if profile.is_editor {
        t.badge_editor()
    } else if profile.is_moderator {
        t.badge_moderator()
    } else {
        String::new()
    };
    let cache_tags = [CacheTag::Account(profile.id)];
    let view = ReaderPage {
        page: Page::new(&state, &viewer, &name)
            .at(&state, &paths::reader(&profile.username))
            .unlisted(),
        t,
        username: profile.username,
        name,
        bio: profile
            .bio
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(str::to_owned)
            .collect(),
        badge,
        since: DateView::day(&site, profile.created_at),
    };
    page::cached(&view, &viewer, opened, &cache_tags)
}
