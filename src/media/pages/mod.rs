//! `GET /media/{file}`: immutable, because the name is a hash of the content. The file is streamed, so that a slow
//! client takes a few kilobytes of memory and not the whole file.

mod description;
mod item;
mod library;
mod upload;

pub use item::{delete, describe, item};
pub use library::index;
pub use upload::{one_picture, save_picture, upload};

use super::store;
use crate::error::Error;
use crate::web::Shared;
use actix_files::NamedFile;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

pub async fn show(
    state: Shared,
    request: HttpRequest,
    file: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let name = file.into_inner();
    let folder = state.config.data.join("media");
    let known = name.clone();
    let mime = state.db.read(move |conn| store::mime(conn, &known)).await?;
    // Only names of stored files are found, so the name cannot be a path to another file.
    let opened = web::block(move || NamedFile::open(folder.join(name)))
        .await
        .map_err(Error::internal)?;
    let opened = opened.map_err(|e| {
        if e.kind() == std::io::ErrorKind::NotFound {
            Error::NotFound
        } else {
            Error::Unavailable(e.to_string())
        }
    })?;
    let mime = mime.parse().map_err(Error::internal)?;
    let file = opened
        .set_content_type(mime)
        .use_last_modified(false)
        .disable_content_disposition();
    let mut response = file.into_response(&request);
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, forever);
    Ok(response)
}
