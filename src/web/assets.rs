//! Static files: embedded, under a hashed name, compressed at build time, immutable.

use crate::error::Error;
use crate::web::coding::Coding;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

pub struct Asset {
    pub name: &'static str,
    pub file: &'static str,
    pub mime: &'static str,
    pub plain: &'static [u8],
    pub gzip: Option<&'static [u8]>,
    pub brotli: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// `GET /static/{file}`
pub async fn show(request: HttpRequest, file: web::Path<String>) -> Result<HttpResponse, Error> {
    let asset = ASSETS
        .iter()
        .find(|a| a.file == *file)
        .ok_or(Error::NotFound)?;
    Ok(answer(
        &request,
        asset,
        "public, max-age=31536000, immutable",
    ))
}

/// `GET /favicon.ico`: browsers request it without a link to it.
pub async fn favicon(request: HttpRequest) -> Result<HttpResponse, Error> {
    let asset = ASSETS
        .iter()
        .find(|a| a.name == "favicon.ico")
        .ok_or(Error::NotFound)?;
    Ok(answer(&request, asset, "public, max-age=86400"))
}

fn answer(request: &HttpRequest, asset: &'static Asset, keep: &'static str) -> HttpResponse {
    let accepts = request.headers().get(header::ACCEPT_ENCODING);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, asset.mime))
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::VARY, "Accept-Encoding"));
    match (Coding::choose(accepts), asset.brotli, asset.gzip) {
        (Coding::Brotli, Some(packed), _) => response
            .insert_header((header::CONTENT_ENCODING, "br"))
            .body(packed),
        (Coding::Gzip, _, Some(packed)) => response
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .body(packed),
        _ => response
            .insert_header((header::CONTENT_ENCODING, "identity"))
            .body(asset.plain),
    }
}
