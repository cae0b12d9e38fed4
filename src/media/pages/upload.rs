//! `POST /admin/media`: adds files to the library.

use super::description::{Written, upload_fields};
use super::library::{Query, index_page, record};
use crate::error::Error;
use crate::media::upload::{Arrived, Upload, receive};
use crate::media::{self, Picture, library, recording, save_files};
use crate::web::error_pages::Format;
use crate::web::form::unknown_field;
use crate::web::{Shared, State, Writer, page};
use crate::{paths, sessions};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use std::path::{Path, PathBuf};

/// A file that was recognised.
#[derive(Clone)]
enum Recognised {
    Picture(Box<Picture>),
    Recording(recording::Recording),
}

/// `POST /admin/media`: all files go in, or none.
pub async fn upload(
    state: Shared,
    who: Writer,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let (t, folder) = (state.t(), state.config.data.join("media"));
    let mut payload = payload.into_inner();
    let Upload { fields, files } = receive(&request, &mut payload, &folder).await?;
    let written = Written::read(t, &fields, |_, _| Err(unknown_field()))?;
    let mut refused = Vec::new();
    if files.is_empty() {
        refused.push(t.media_no_file());
    }
    let mut recognised = Vec::new();
    for file in &files {
        match recognise(&state, file).await? {
            Ok(kind) => recognised.push((file.name.clone(), kind)),
            Err(why) => refused.push(t.media_refused(&file.name, &why)),
        }
    }
    if !refused.is_empty() || !written.refused.is_empty() {
        let mut view = index_page(&state, &who, &Query::default(), None).await?;
        let mut refusals = written.refused.clone();
        if !refused.is_empty() {
            refusals.push(("file", refused.join(" ")));
        }
        view.refused = refused;
        view.fields = upload_fields(t, &written);
        return page::refused(StatusCode::UNPROCESSABLE_ENTITY, &view, refusals);
    }
    let _turn = state.changing_media.lock().await;
    let recognised = store_all(folder, files, recognised).await?;
    let (given, now) = (written.given, state.db.now());
    let ids = sessions::write(&state, &who, move |conn, who: &Writer| {
        let mut ids = Vec::new();
        for (name, kind) in &recognised {
            let id = match kind {
                Recognised::Picture(picture) => media::store::insert(conn, picture, now)?,
                Recognised::Recording(new) => library::insert_recording(conn, new, now)?,
            };
            library::describe_new(conn, id, name, &given)?;
            record(conn, "upload", name, who, now)?;
            ids.push(id.to_string());
        }
        Ok(ids)
    });
    let new = ids.await?.join(",");
    Ok(page::see_other(&match Format::of(request.headers()) {
        Format::Json => paths::admin_media_new_as_json(&new),
        Format::Page => paths::admin_media("", "", &new),
    }))
}

/// The picture of a form with one file.
///
/// # Errors
/// As [`receive`] and [`recognise`]. The inner one is the message for what is no picture.
pub async fn one_picture(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Result<Picture, String>, Error> {
    let (t, folder) = (state.t(), state.config.data.join("media"));
    let upload = receive(request, &mut payload.into_inner(), &folder).await?;
    if !upload.fields.is_empty() {
        return Err(unknown_field());
    }
    let [file] = upload.files.as_slice() else {
        return Ok(Err(t.media_no_file()));
    };
    Ok(match recognise(state, file).await? {
        Ok(Recognised::Picture(picture)) => Ok(*picture),
        Ok(Recognised::Recording(_)) => Err(t.media_replace_recording()),
        Err(why) => Err(t.media_refused(&file.name, &why)),
    })
}

/// Writes the files of a picture.
///
/// # Errors
/// `Unavailable` for the disk.
pub async fn save_picture(folder: PathBuf, picture: Picture) -> Result<Picture, Error> {
    let work = move || save_files(&folder, &picture).map(|()| picture);
    let saved = web::block(work).await.map_err(Error::internal)?;
    saved.map_err(Error::Unavailable)
}

/// Reads what a file is, by its bytes.
///
/// # Errors
/// `TooLarge` for a picture above its limit; `Unavailable` for the disk or a full gate.
async fn recognise(state: &State, file: &Arrived) -> Result<Result<Recognised, String>, Error> {
    let (t, path, bytes) = (state.t(), file.path.clone(), file.bytes);
    let disk = |error: std::io::Error| Error::Unavailable(error.to_string());
    let at = path.clone();
    let found = web::block(move || recording::read(&at)).await;
    if let Some(found) = found.map_err(Error::internal)?.map_err(disk)? {
        return Ok(Ok(Recognised::Recording(found)));
    }
    if bytes > media::MOST_BYTES {
        return Err(Error::TooLarge {
            limit: media::MOST_BYTES,
        });
    }
    let work = move || Ok(media::process(&std::fs::read(&path)?));
    let picture: std::io::Result<Result<Picture, String>> = state.drawing.run(work).await?;
    Ok(match picture.map_err(disk)? {
        Ok(picture) => Ok(Recognised::Picture(Box::new(picture))),
        Err(why) => Err(t.media_unknown_kind(&why)),
    })
}

/// A file that was recognised, and the name that it came with.
type Named = (String, Recognised);

/// Writes all files into the library.
///
/// # Errors
/// `Unavailable` for the disk.
async fn store_all(
    folder: PathBuf,
    files: Vec<Arrived>,
    recognised: Vec<Named>,
) -> Result<Vec<Named>, Error> {
    let work = move || {
        for (file, (_, kind)) in files.iter().zip(&recognised) {
            store(&folder, file, kind)?;
        }
        Ok(recognised)
    };
    let stored: Result<Vec<Named>, String> = web::block(work).await.map_err(Error::internal)?;
    stored.map_err(Error::Unavailable)
}

/// Writes a file under its own name. It is harmless if the transaction that refers to it fails later.
fn store(folder: &Path, file: &Arrived, kind: &Recognised) -> Result<(), String> {
    let recording = match kind {
        Recognised::Picture(picture) => return save_files(folder, picture),
        Recognised::Recording(recording) => recording,
    };
    let say = |e: std::io::Error| format!("{} cannot be written: {e}", folder.display());
    let target = folder.join(&recording.file);
    if target.exists() {
        return Ok(());
    }
    // Synced before a row refers to it.
    let written = std::fs::File::open(&file.path).map_err(say)?;
    written.sync_all().map_err(say)?;
    std::fs::rename(&file.path, &target).map_err(say)?;
    crate::db::sync_folder(folder).map_err(say)
}
