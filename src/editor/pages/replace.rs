//! `POST /admin/media/{id}/replace`: another picture in the place of one, also in the articles that show it.

use crate::articles::editing::{Replacement, replace_picture};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::media::{self, library, pages};
use crate::web::{Editor, Shared, page};
use crate::{paths, sessions};
use actix_web::{HttpRequest, HttpResponse, web};

/// `POST /admin/media/{id}/replace`
pub async fn replace(
    state: Shared,
    who: Editor,
    request: HttpRequest,
    id: web::Path<i64>,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let (t, id, now) = (state.t(), *id, state.db.now());
    let known = state.db.read(move |conn| library::item(conn, id)).await?;
    if known.width == 0 {
        return Err(Error::Conflict(t.media_replace_recording()));
    }
    let picture = match pages::one_picture(&state, &request, payload).await? {
        Ok(picture) => picture,
        Err(why) => return Err(Error::Refused(why)),
    };
    let _turn = state.changing_media.lock().await;
    let folder = state.config.data.join("media");
    let picture = pages::save_picture(folder.clone(), picture).await?;
    let replaced = sessions::write(&state, &who, move |conn, who: &Editor| {
        let item = library::item(conn, id)?;
        // Both are written by hand and name the file.
        if !library::places(conn, &[id])?.is_empty() {
            return Ok(Err(t.media_replace_elsewhere()));
        }
        let Some(old) = media::store::replace(conn, id, &picture)? else {
            return Ok(Err(t.media_replace_known()));
        };
        let new = media::store::by_files(conn, vec![picture.file.clone()])?;
        let (_, image) = new.into_values().next().ok_or(Error::NotFound)?;
        let by = Replacement {
            old: item.file.clone(),
            new: picture.file.clone(),
            image,
        };
        for used in library::uses(conn, &[id])?.0 {
            replace_picture(conn, used.article, &by, who, now)?;
        }
        let name = match item.name.as_str() {
            "" => &item.file,
            name => name,
        };
        let entry = log::Entry {
            kind: log::Kind::Media,
            subject: name,
            ..log::Entry::new("replace", Actor::of(who))
        };
        log::store::write(conn, &entry, now)?;
        Ok(Ok(old))
    });
    let old = replaced.await?.map_err(Error::Conflict)?;
    media::delete_files(&folder, &old);
    Ok(page::see_other(&paths::admin_media_item_saved(id)))
}
