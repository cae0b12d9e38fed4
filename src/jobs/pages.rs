//! `/admin/jobs`: background work that has failed.

use super::store::{self, JobRow};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::sessions;
use crate::web::{Admin, DateView, EmptyForm, FormBody, Page, Shared, page};
use actix_web::{HttpResponse, web};
use askama::Template;

/// The most jobs on the page.
const LIMIT: i64 = 200;

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct JobsPage {
    page: Page,
    t: Interface,
    /// Jobs that wait or run.
    waiting: i64,
    rows: Vec<RowView>,
}

struct RowView {
    id: i64,
    kind: String,
    payload: String,
    attempts: i64,
    at: DateView,
    error: String,
    retry: String,
    discard: String,
}

/// `GET /admin/jobs`
pub async fn index(state: Shared, admin: Admin) -> Result<HttpResponse, Error> {
    let (rows, (waiting, _)) = state
        .db
        .read(|conn| Ok((store::failed(conn, LIMIT)?, store::counts(conn)?)))
        .await?;
    let (t, site) = (state.t(), state.site());
    let view = |row: JobRow| RowView {
        id: row.id,
        payload: match row.payload.as_str() {
            "null" => String::new(),
            payload => payload.to_owned(),
        },
        attempts: row.attempts,
        at: DateView::minute(&site, row.failed_at.unwrap_or(row.run_at)),
        error: row.last_error,
        retry: paths::admin_job(row.id, "retry"),
        discard: paths::admin_job(row.id, "discard"),
        kind: row.kind,
    };
    page::ok(&JobsPage {
        page: Page::dashboard(&state, &admin.viewer(), &t.jobs_heading(), "jobs"),
        t,
        waiting,
        rows: rows.into_iter().map(view).collect(),
    })
}

/// `POST /admin/jobs/{id}/retry`
pub async fn retry(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, now, form) = (id.into_inner(), state.db.now(), posted.read::<EmptyForm>());
    sessions::write(&state, &admin, move |conn, _| {
        form.as_ref().map_err(Clone::clone)?;
        store::retry(conn, id, now)
    })
    .await?;
    Ok(page::see_other(paths::ADMIN_JOBS))
}

/// `POST /admin/jobs/{id}/discard`
pub async fn discard(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, form) = (id.into_inner(), posted.read::<EmptyForm>());
    sessions::write(&state, &admin, move |conn, _| {
        form.as_ref().map_err(Clone::clone)?;
        store::discard(conn, id)
    })
    .await?;
    Ok(page::see_other(paths::ADMIN_JOBS))
}
