//! `/account/picture` and `/portraits/{file}`: pictures of people.

use super::auth::Done;
use crate::accounts::profile::{self, Details};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::media::portrait::{self, Refused};
use crate::paths;
use crate::sessions;
use crate::web::fields::Field;
use crate::web::files;
use crate::web::limits::Rule;
use crate::web::viewer::Role;
use crate::web::{FormBody, Moderator, Page, Participant, Shared, SignedIn, State, Viewer, page};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use std::path::PathBuf;

pub fn folder(state: &State) -> PathBuf {
    state.config.data.join(portrait::FOLDER)
}

#[derive(Template)]
#[template(path = "accounts/picture.html")]
struct PicturePage {
    page: Page,
    t: Interface,
    /// The address of the picture; empty = none.
    src: String,
    waits: bool,
    done: String,
    field: Field,
}

async fn picture_page(
    state: &State,
    account: &SignedIn,
    error: Result<(), String>,
) -> Result<PicturePage, Error> {
    let id = account.id;
    let found = state.db.read(move |conn| profile::details(conn, id));
    let Details {
        picture,
        picture_waits,
        ..
    } = found.await?;
    let t = state.t();
    Ok(PicturePage {
        page: Page::new(state, &account.viewer(), &t.picture_heading()).unlisted(),
        t,
        src: match picture.is_empty() {
            true => String::new(),
            false => paths::portrait(&picture, 256),
        },
        waits: picture_waits,
        done: String::new(),
        field: Field::file(
            "picture",
            t.field_picture_file(),
            "image/jpeg,image/png,image/gif,image/webp",
        )
        .hint(t.picture_hint())
        .judged(&error),
    })
}

/// `GET /account/picture`
pub async fn show(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let done: Done = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let mut view = picture_page(&state, &account, Ok(())).await?;
    view.done = match done.done.as_str() {
        "saved" => state.t().picture_done(),
        "removed" => state.t().picture_removed(),
        _ => String::new(),
    };
    page::ok(&view)
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PictureForm {
    /// `on`: the picture is removed.
    remove: String,
}

fn why_refused(t: Interface, why: Refused) -> String {
    match why {
        Refused::TooLarge => t.picture_too_large(),
        Refused::TooManyPixels => t.picture_too_many_pixels(),
        Refused::Unknown => t.picture_unknown(),
        Refused::Damaged => t.picture_damaged(),
    }
}

/// `POST /account/picture`
pub async fn update(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = Participant::admit(account.0.clone())?;
    let form: PictureForm = posted.read()?;
    let file = posted
        .files("picture")
        .next()
        .map(|file| file.bytes.clone());
    let t = state.t();
    let refused = |why: String| async {
        let view = picture_page(&state, &account, Err(why.clone())).await?;
        page::refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            &view,
            vec![("picture", why)],
        )
    };
    // Counted before the work, refused pictures too.
    let rules = vec![Rule::new("picture", account.id, 20, Time::HOUR)];
    state.limits.take(&state.db, rules, state.db.now()).await?;
    let name = match (form.remove.as_str(), file) {
        ("on", None) => String::new(),
        ("", Some(bytes)) => {
            let made = state.drawing.run(move || portrait::process(&bytes)).await?;
            let portrait = match made {
                Ok(portrait) => portrait,
                Err(why) => return refused(why_refused(t, why)).await,
            };
            let (folder, name) = (folder(&state), portrait.name.clone());
            let saved = web::block(move || portrait.save(&folder)).await;
            saved
                .map_err(Error::internal)?
                .map_err(Error::Unavailable)?;
            name
        }
        _ => return refused(t.picture_missing()).await,
    };
    let (stored, holds) = (name.clone(), state.site().policy.new_reader);
    let work = move |conn: &mut Conn, who: &Participant| {
        profile::set_picture(conn, who.id, &stored, holds)
    };
    let folder = folder(&state);
    let before = match sessions::write(&state, &who, work).await {
        Ok(before) => before,
        Err(error) => {
            portrait::delete_files(&folder, &name);
            return Err(error);
        }
    };
    if !before.is_empty() {
        let deleted = web::block(move || portrait::delete_files(&folder, &before)).await;
        deleted.map_err(Error::internal)?;
    }
    let done = match name.as_str() {
        "" => "removed",
        _ => "saved",
    };
    Ok(page::see_other(&paths::account_done(
        paths::ACCOUNT_PICTURE,
        done,
    )))
}

/// `GET /portraits/{file}`
pub async fn file(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    file: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let is_name = file
        .strip_suffix(".jpg")
        .and_then(|rest| rest.split_once('-'));
    let is_name = is_name.is_some_and(|(name, side)| {
        let is_hash = name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let side = side.parse::<u32>();
        is_hash && side.is_ok_and(|side| portrait::SIDES.contains(&side))
    });
    if !is_name {
        return Err(Error::NotFound);
    }
    let name = file.split('-').next().unwrap_or_default().to_owned();
    let found = state.db.read(move |conn| profile::by_picture(conn, &name));
    let (owner, waits) = found.await?;
    if waits && viewer.id() != Some(owner) && !viewer.moderates() {
        return Err(Error::NotFound);
    }
    let path = folder(&state).join(file.into_inner());
    let file = files::open(path).await?.disable_content_disposition();
    let mut response = file.into_response(&request);
    // Not for ever: a moderator may remove it.
    let kept = HeaderValue::from_static(match waits || viewer.account().is_some() {
        true => "private, no-store",
        false => "public, max-age=3600",
    });
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    Ok(response)
}

/// `POST /admin/readers/{id}/picture`: a moderator shows a waiting picture to all, or removes one.
pub async fn moderate(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Decision {
        action: String,
        /// The name of the picture that the moderator has seen.
        picture: String,
    }
    let form: Decision = posted.read()?;
    let (id, now) = (id.into_inner(), state.db.now());
    let removes = match form.action.as_str() {
        "approve" => false,
        "remove" => true,
        _ => return Err(crate::web::form::unknown_field()),
    };
    let decided = sessions::write(&state, &moderator, move |conn, who: &Moderator| {
        let actor = crate::log::Actor::of(who);
        match removes {
            true => profile::remove_picture(conn, id, &form.picture, actor, now),
            false => profile::approve_picture(conn, id, &form.picture, actor, now)
                .map(|()| String::new()),
        }
    });
    let name = decided.await?;
    if removes {
        let folder = folder(&state);
        let deleted = web::block(move || portrait::delete_files(&folder, &name)).await;
        deleted.map_err(Error::internal)?;
    }
    Ok(page::see_other(paths::ADMIN_JOINS))
}
