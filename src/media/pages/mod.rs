//! `GET /media/{file}`: immutable, because the name is a hash of the content. The file is streamed, so that a slow
//! client takes a few kilobytes of memory and not the whole file.

mod description;
mod item;
mod library;
mod upload;

pub use item::{delete, describe, item};
pub use library::index;
pub use upload::{one_picture, save_picture, upload};

use super::{store, webp_file};
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
    let has_webp = matches!(mime.as_str(), "image/jpeg" | "image/png");
    let wants_webp = has_webp && takes_webp(&request);
    // Only names of stored files are found, so the name cannot be a path to another file.
    let open = move || {
        let webp = wants_webp.then(|| NamedFile::open(folder.join(webp_file(&name))).ok());
        match webp.flatten() {
            Some(webp) => Ok((webp, true)),
            None => NamedFile::open(folder.join(name)).map(|file| (file, false)),
        }
    };
    let opened = web::block(open).await.map_err(Error::internal)?;
    let (opened, is_webp) = opened.map_err(|e| {
        if e.kind() == std::io::ErrorKind::NotFound {
            Error::NotFound
        } else {
            Error::Unavailable(e.to_string())
        }
    })?;
    let mime = match is_webp {
        true => "image/webp",
        false => mime.as_str(),
    };
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
    if has_webp {
        let vary = HeaderValue::from_static("Accept");
        response.headers_mut().insert(header::VARY, vary);
    }
    Ok(response)
}

/// Whether a client names WebP among what it takes. `image/*` is no promise: old browsers send it.
fn takes_webp(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.split(',').any(|range| range.trim() == "image/webp"))
}
