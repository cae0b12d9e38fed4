//! For whoever runs it: is the process up, does the database answer.

use crate::error::Error;
use crate::web::Shared;
use actix_web::HttpResponse;
use actix_web::http::header;

/// `GET /healthz`
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body("up\n")
}

/// `GET /readyz`
pub async fn readyz(state: Shared) -> Result<HttpResponse, Error> {
    // `serve` has migrated before it listens; this read fails when the database does not answer.
    state.refresh_site().await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body("ready\n"))
}
