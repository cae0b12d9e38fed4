//! `/admin/articles/{id}/preview` and `/preview/{token}`: the article as it would be published.

use super::typed::render;
use crate::articles::edited;
use crate::editor::store::{self, Opened};
use crate::error::Error;
use crate::web::{Account, Shared, State, Writer, headers};
use crate::{articles, media};
use actix_web::{HttpResponse, web};

/// `GET /admin/articles/{id}/preview`
pub async fn preview(
    state: Shared,
    who: Writer,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let (id, account): (i64, Account) = (*id, who.0.clone());
    let found = state.db.read(move |conn| {
        let opened = store::open(conn, id, &account)?;
        let library = media::store::by_files(conn, opened.fields.media_files())?;
        Ok((opened, library))
    });
    let mut response = show(&state, found.await?).await?;
    headers::allow_own_frames(response.headers_mut());
    Ok(response)
}

/// `GET /preview/{token}`
pub async fn shared(state: Shared, token: web::Path<String>) -> Result<HttpResponse, Error> {
    let now = state.db.now();
    let found = state.db.read(move |conn| {
        let id = edited::by_preview_link(conn, &token, now)?;
        let opened = store::open_for_preview(conn, id)?;
        let library = media::store::by_files(conn, opened.fields.media_files())?;
        Ok((opened, library))
    });
    show(&state, found.await?).await
}

async fn show(
    state: &State,
    (opened, library): (Opened, crate::import::form::Library),
) -> Result<HttpResponse, Error> {
    let compiled = render(state, &opened.fields, &library).await?;
    let compiled = compiled.map_err(|errors| {
        let why: Vec<String> = errors.into_iter().map(|(_, why)| why).collect();
        Error::Refused(why.join(" "))
    })?;
    let shown = store::unpublished(&state.site(), Some(&opened.edited), compiled);
    articles::pages::preview(state, shown).await
}
