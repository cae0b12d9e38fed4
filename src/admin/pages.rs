//! `/admin/staff`; the dashboard, settings and setup are in submodules.

mod dashboard;
mod settings;
mod setup;

pub use dashboard::show;
pub use settings::{settings, update};
pub use setup::{install, setup};

use crate::accounts::proof;
use crate::accounts::roles::{RoleChangeError, Roles, set_roles, staff};
use crate::accounts::store::find_by_login;
use crate::error::Error;
use crate::interface::Interface;
use crate::log::Actor;
use crate::paths;
use crate::sessions;
use crate::web::{Admin, FormBody, Page, Shared, State, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "admin/staff.html")]
struct StaffPage {
    page: Page,
    t: Interface,
    people: Vec<PersonView>,
    alert: String,
    username: String,
    error: String,
    roles: Vec<RoleCheckbox>,
    /// What is to be confirmed.
    change: Option<ChangeView>,
    /// The log-in is not recent: the password is asked for, too.
    asks_password: bool,
}

/// Roles that an account is to have instead of those that it has.
struct ChangeView {
    username: String,
    before: String,
    after: String,
    roles: Vec<&'static str>,
}

impl ChangeView {
    /// `None` for an account that there is none of.
    async fn of(state: &State, username: &str, roles: Roles) -> Result<Option<ChangeView>, Error> {
        let (asked, t) = (username.trim().to_owned(), state.t());
        let found = state.db.read(move |conn| find_by_login(conn, &asked));
        let name = username.trim();
        let found = found
            .await?
            .filter(|found| found.username.eq_ignore_ascii_case(name));
        let named = |roles: Roles| {
            let held = role_checkboxes(t, "", roles)
                .into_iter()
                .filter(|role| role.held);
            let labels: Vec<String> = held.map(|role| role.label).collect();
            match labels.is_empty() {
                true => t.role_none(),
                false => labels.join(", "),
            }
        };
        Ok(found.map(|found| ChangeView {
            before: named(Roles {
                writer: found.is_writer,
                moderator: found.is_moderator,
                editor: found.is_editor,
                admin: found.is_admin,
            }),
            after: named(roles),
            roles: role_checkboxes(t, "", roles)
                .into_iter()
                .filter(|role| role.held)
                .map(|role| role.value)
                .collect(),
            username: found.username,
        }))
    }
}

impl StaffPage {
    fn refused(&self) -> Result<HttpResponse, Error> {
        let refusals = vec![("", self.alert.clone()), ("username", self.error.clone())];
        page::refused(StatusCode::UNPROCESSABLE_ENTITY, self, refusals)
    }
}

struct PersonView {
    username: String,
    profile: String,
    name: String,
    roles: Vec<RoleCheckbox>,
}

struct RoleCheckbox {
    value: &'static str,
    label: String,
    held: bool,
    id: String,
}

fn role_checkboxes(t: Interface, whose: &str, roles: Roles) -> Vec<RoleCheckbox> {
    [
        ("writer", t.role_writer(), roles.writer),
        ("moderator", t.role_moderator(), roles.moderator),
        ("editor", t.role_editor(), roles.editor),
        ("admin", t.role_admin(), roles.admin),
    ]
    .into_iter()
    .map(|(value, label, held)| RoleCheckbox {
        value,
        label,
        held,
        id: format!("{whose}-{value}"),
    })
    .collect()
}

async fn staff_page(
    state: &State,
    admin: &Admin,
    username: String,
    roles: Roles,
    alert: String,
    error: String,
) -> Result<StaffPage, Error> {
    let people = state.db.read(staff).await?;
    let t = state.t();
    Ok(StaffPage {
        page: Page::dashboard(state, &admin.viewer(), &t.staff_heading(), "staff"),
        t,
        people: people
            .into_iter()
            .map(|p| PersonView {
                roles: role_checkboxes(
                    t,
                    &p.username,
                    Roles {
                        writer: p.is_writer,
                        moderator: p.is_moderator,
                        editor: p.is_editor,
                        admin: p.is_admin,
                    },
                ),
                profile: paths::reader(&p.username),
                name: p.name,
                username: p.username,
            })
            .collect(),
        alert,
        username,
        error,
        roles: role_checkboxes(t, "new", roles),
        change: None,
        asks_password: asks_password(state, admin),
    })
}

/// Whether the last proof of who they are is too long ago to change roles without the password.
fn asks_password(state: &State, admin: &Admin) -> bool {
    !proof::is_fresh(state, admin)
}

/// `GET /admin/staff`, with `?username=…&role=…` the change to be confirmed.
pub async fn staff_index(
    state: Shared,
    admin: Admin,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let asked: StaffForm = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let roles = Roles::parse(&asked.role).unwrap_or_default();
    let change = match asked.username.trim() {
        "" => None,
        username => ChangeView::of(&state, username, roles).await?,
    };
    let error = match change.is_none() && !asked.username.trim().is_empty() {
        true => state.t().staff_unknown(),
        false => String::new(),
    };
    // Once it is to be confirmed, it is not typed again.
    let typed = match change.is_some() {
        true => (String::new(), Roles::default()),
        false => (asked.username, roles),
    };
    let mut view = staff_page(&state, &admin, typed.0, typed.1, String::new(), error).await?;
    view.change = change;
    match view.error.is_empty() {
        true => page::ok(&view),
        false => view.refused(),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StaffForm {
    username: String,
    role: Vec<String>,
    /// The admin's own password, where the log-in is not recent.
    current: String,
}

/// `POST /admin/staff`: replaces an account's roles; they apply from its next request on.
pub async fn staff_update(
    state: Shared,
    admin: Admin,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: StaffForm = posted.read()?;
    let t = state.t();
    let roles = match Roles::parse(&form.role) {
        Ok(roles) => roles,
        Err(unknown) => {
            let page = staff_page(
                &state,
                &admin,
                form.username,
                Roles::default(),
                t.role_unknown(&unknown),
                String::new(),
            )
            .await?;
            return page.refused();
        }
    };
    let now = state.db.now();
    let why = match form.current.is_empty() {
        true => t.staff_password_needed(),
        false => t.password_wrong(),
    };
    if admin.has_second_factor {
        proof::require_fresh(&state, &admin, paths::ADMIN_STAFF)?;
    }
    if asks_password(&state, &admin) && !proof::is_password(&state, &admin, &form.current).await? {
        let change = ChangeView::of(&state, &form.username, roles).await?;
        let mut page = staff_page(&state, &admin, form.username, roles, why, String::new()).await?;
        page.change = change;
        return page.refused();
    }
    let username = form.username.trim().to_owned();
    let set = sessions::write(&state, &admin, move |conn, who: &Admin| {
        set_roles(conn, &username, roles, Actor::of(who), now)
    });
    let (alert, error) = match set.await? {
        Ok(_) => return Ok(page::see_other(paths::ADMIN_STAFF)),
        Err(RoleChangeError::NoSuchAccount) => (String::new(), t.staff_unknown()),
        Err(RoleChangeError::LastAdmin) => (t.staff_last_admin(), String::new()),
    };
    let page = staff_page(&state, &admin, form.username, roles, alert, error).await?;
    page.refused()
}
