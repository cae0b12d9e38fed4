//! `/admin/joins`: accounts that wait for approval.

use crate::accounts::HeldBecause;
use crate::accounts::joining::{self, Waiting};
use crate::accounts::profile;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::log::Actor;
use crate::paths;
use crate::sessions;
use crate::web::viewer::shown_name;
use crate::web::{DateView, EmptyForm, FormBody, Moderator, Page, Shared, Site, page};
use actix_web::{HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "accounts/joins.html")]
struct JoinsPage {
    page: Page,
    t: Interface,
    rows: Vec<RowView>,
    pictures: Vec<PictureView>,
}

/// A picture that waits for approval.
struct PictureView {
    name: String,
    src: String,
    picture: String,
    action: String,
}

struct RowView {
    id: i64,
    name: String,
    username: String,
    email: String,
    address_state: String,
    because: String,
    since: DateView,
    approve: String,
    refuse: String,
}

fn row(t: Interface, site: &Site, one: Waiting) -> RowView {
    let id = one.profile.id;
    RowView {
        id,
        name: shown_name(&one.profile.username, &one.profile.name).to_owned(),
        username: one.profile.username,
        email: one.email,
        address_state: match one.is_verified {
            true => t.joins_verified(),
            false => t.joins_unverified(),
        },
        because: match one.because {
            HeldBecause::Setting => t.joins_because_setting(),
            HeldBecause::Trap => t.joins_because_trap(),
            HeldBecause::Domain => t.joins_because_domain(),
            HeldBecause::NoProof => t.joins_because_no_proof(),
        },
        since: DateView::minute(site, one.profile.created_at),
        approve: paths::admin_join(id, "approve"),
        refuse: paths::admin_join(id, "refuse"),
    }
}

/// `GET /admin/joins`
pub async fn index(state: Shared, moderator: Moderator) -> Result<HttpResponse, Error> {
    let read = |conn: &mut Conn| Ok((joining::waiting(conn)?, profile::waiting_pictures(conn)?));
    let (found, pictures) = state.db.read(read).await?;
    let picture = |one: profile::WaitingPicture| PictureView {
        name: shown_name(&one.username, &one.name).to_owned(),
        src: paths::portrait(&one.picture, 128),
        action: paths::admin_reader_action(one.account, "picture"),
        picture: one.picture,
    };
    let (t, site) = (state.t(), state.site());
    page::ok(&JoinsPage {
        page: Page::dashboard(&state, &moderator.viewer(), &t.joins_heading(), "joins"),
        t,
        pictures: pictures.into_iter().map(picture).collect(),
        rows: found.into_iter().map(|one| row(t, &site, one)).collect(),
    })
}

type Decision = fn(&mut Conn, i64, Actor<'_>, Time) -> Result<(), Error>;

async fn decide(
    state: Shared,
    moderator: Moderator,
    id: i64,
    posted: FormBody,
    decision: Decision,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let now = state.db.now();
    sessions::write(&state, &moderator, move |conn, who: &Moderator| {
        decision(conn, id, Actor::of(who), now)
    })
    .await?;
    Ok(page::see_other(paths::ADMIN_JOINS))
}

/// `POST /admin/joins/{id}/approve`
pub async fn approve(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    decide(state, moderator, *id, posted, joining::approve).await
}

/// `POST /admin/joins/{id}/refuse`
pub async fn refuse(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    decide(state, moderator, *id, posted, joining::refuse).await
}
