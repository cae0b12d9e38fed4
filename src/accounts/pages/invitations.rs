//! `/admin/invitations`: admins invite people by a link.

use crate::accounts::Email;
use crate::accounts::invitations::{self, Open};
use crate::accounts::proof;
use crate::accounts::roles::Roles;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions::{self};
use crate::web::{Admin, DateView, EmptyForm, FormBody, Page, Shared, State, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

/// The session's entry with the id of an invitation whose link is to be shown once. The link itself is a secret, and sessions are
/// stored in clear.
const NEW: &str = "new_invitation";

struct OpenView {
    email: String,
    roles: String,
    until: DateView,
    revoke: String,
}

struct RoleBox {
    value: &'static str,
    label: String,
    is_checked: bool,
}

#[derive(Template)]
#[template(path = "accounts/invitations.html")]
struct InvitationsPage {
    page: Page,
    t: Interface,
    /// The link of the invitation that was just made.
    link: String,
    email: String,
    error: String,
    roles: Vec<RoleBox>,
    open: Vec<OpenView>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct InvitationForm {
    email: String,
    role: Vec<String>,
}

async fn invitations_page(
    state: &State,
    admin: &Admin,
    form: &InvitationForm,
    error: String,
) -> Result<InvitationsPage, Error> {
    let now = state.db.now();
    let open = state
        .db
        .read(move |conn| invitations::open(conn, now))
        .await?;
    let (t, site) = (state.t(), state.site());
    let roles = [
        ("writer", t.role_writer()),
        ("moderator", t.role_moderator()),
        ("editor", t.role_editor()),
        ("admin", t.role_admin()),
    ];
    let view = |one: Open| OpenView {
        email: one.email,
        roles: one.roles,
        until: DateView::minute(&site, one.expires_at),
        revoke: paths::admin_invitation_revoke(one.id),
    };
    Ok(InvitationsPage {
        page: Page::dashboard(state, &admin.viewer(), &t.invitations_heading(), "staff"),
        t,
        link: String::new(),
        email: form.email.clone(),
        error,
        roles: roles
            .map(|(value, label)| RoleBox {
                value,
                label,
                is_checked: form.role.iter().any(|role| role == value),
            })
            .into(),
        open: open.into_iter().map(view).collect(),
    })
}

/// `GET /admin/invitations`
pub async fn index(state: Shared, admin: Admin, session: Session) -> Result<HttpResponse, Error> {
    let blank = InvitationForm::default();
    let mut view = invitations_page(&state, &admin, &blank, String::new()).await?;
    if let Ok(Some(id)) = session.get::<i64>(NEW) {
        session.remove(NEW);
        let token = state.db.read(move |conn| invitations::token(conn, id));
        if let Some(token) = token.await? {
            view.link = format!("{}{}", state.config.base.origin, paths::invite(&token));
        }
    }
    page::ok(&view)
}

/// `POST /admin/invitations`: mails a link, and shows it once on the page that follows.
pub async fn create(
    state: Shared,
    admin: Admin,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: InvitationForm = posted.read()?;
    let t = state.t();
    if !state.site().invitations_open {
        return refuse(&state, &admin, &form, t.invitations_closed()).await;
    }
    let parsed = Email::parse(t, &form.email);
    let roles = Roles::parse(&form.role).map_err(|unknown| t.role_unknown(&unknown));
    let (email, roles) = match (parsed, roles) {
        (Ok(email), Ok(roles)) => (email, roles),
        (Err(why), _) | (_, Err(why)) => return refuse(&state, &admin, &form, why).await,
    };
    proof::require_fresh(&state, &admin, paths::ADMIN_INVITATIONS)?;
    let now = state.db.now();
    let made = sessions::write(&state, &admin, move |conn, who: &Admin| {
        invitations::invite(conn, &email, roles, who, now)
    });
    let Some(id) = made.await? else {
        return refuse(&state, &admin, &form, t.invitation_known()).await;
    };
    session.insert(NEW, id).map_err(Error::internal)?;
    Ok(page::see_other(paths::ADMIN_INVITATIONS))
}

async fn refuse(
    state: &State,
    admin: &Admin,
    form: &InvitationForm,
    why: String,
) -> Result<HttpResponse, Error> {
    let view = invitations_page(state, admin, form, why.clone()).await?;
    page::refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        &view,
        vec![("email", why)],
    )
}

/// `POST /admin/invitations/{id}/revoke`
pub async fn revoke(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let EmptyForm {} = posted.read()?;
    let (id, now) = (*id, state.db.now());
    sessions::write(&state, &admin, move |conn, who: &Admin| {
        invitations::revoke(conn, id, who, now)
    })
    .await?;
    Ok(page::see_other(paths::ADMIN_INVITATIONS))
}
