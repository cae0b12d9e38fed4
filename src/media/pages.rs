//! `GET /media/{file}`: named after its bytes, so it never changes.

use super::store;
use crate::error::Error;
use crate::web::Shared;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

pub async fn show(state: Shared, file: web::Path<String>) -> Result<HttpResponse, Error> {
    let name = file.into_inner();
    let folder = state.config.data.join("media");
    let known = name.clone();
    let mime = state.db.read(move |conn| store::mime(conn, &known)).await?;
    // The row proves that the name is one of ours, not a path.
    let bytes = web::block(move || std::fs::read(folder.join(name)))
        .await
        .map_err(Error::broken)?;
    let bytes = bytes.map_err(|e| {
        if e.kind() == std::io::ErrorKind::NotFound {
            Error::NotFound
        } else {
            Error::broken(e)
        }
    })?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, mime))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(bytes))
}
