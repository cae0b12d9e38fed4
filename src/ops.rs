//! Endpoints for operators: liveness, readiness, metrics.

use crate::error::Error;
use crate::jobs;
use crate::web::Shared;
use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};

/// `GET /healthz`
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body("up\n")
}

/// `GET /readyz`: the database answers, is migrated (`serve` does that before it listens), and takes writes.
pub async fn readyz(state: Shared) -> Result<HttpResponse, Error> {
    state
        .is_ready()
        .await
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body("ready\n"))
}

/// `GET /metrics` on a separate listener, so that metrics are not public.
///
/// # Errors
/// When the address is invalid or in use.
pub fn metrics(listen: &str, state: Shared) -> std::io::Result<Server> {
    let listener = std::net::TcpListener::bind(listen).map_err(|e| {
        std::io::Error::new(e.kind(), format!("MASTHEAD_METRICS_LISTEN={listen}: {e}"))
    })?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/metrics", web::get().to(show_metrics))
    });
    let server = server.workers(1).shutdown_timeout(1).disable_signals();
    Ok(server.listen(listener)?.run())
}

async fn show_metrics(state: Shared) -> Result<HttpResponse, Error> {
    // While the database is away, all other metrics still answer.
    let counts = state.db.read(|conn| {
        let waiting = jobs::store::waiting_count(conn)?;
        Ok((waiting, jobs::store::failing_count(conn)?))
    });
    if let Ok((waiting, failing)) = counts.await {
        state.meter.set_jobs(waiting, failing);
    }
    let text = state.meter.text(&state)?;
    Ok(HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
        ))
        .body(text))
}
