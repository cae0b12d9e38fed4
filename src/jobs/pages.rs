//! `/admin/jobs`: background work that fails.

use super::Job;
use super::store::{self, JobRow};
use crate::db::tagged;
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
    label: String,
    attempts: i64,
    is_running: bool,
    is_given_up: bool,
    at: DateView,
    error: String,
    retry: String,
    discard: String,
}

/// `GET /admin/jobs`
pub async fn index(state: Shared, admin: Admin) -> Result<HttpResponse, Error> {
    let (rows, waiting) = state
        .db
        .read(|conn| Ok((store::failing(conn, LIMIT)?, store::waiting_count(conn)?)))
        .await?;
    let (t, site) = (state.t(), state.site());
    let view = |row: JobRow| RowView {
        id: row.id,
        label: label(t, &row),
        attempts: row.attempts,
        is_running: row.locked_until.0 > 0,
        is_given_up: row.failed_at.is_some(),
        at: DateView::minute(&site, row.failed_at.unwrap_or(row.run_at)),
        error: row.last_error,
        retry: paths::admin_job(row.id, "retry"),
        discard: paths::admin_job(row.id, "discard"),
    };
    page::ok(&JobsPage {
        page: Page::dashboard(&state, &admin.viewer(), &t.jobs_heading(), "jobs"),
        t,
        waiting,
        rows: rows.into_iter().map(view).collect(),
    })
}

/// What a job does, in words; the stored words for a job that this version does not know.
fn label(t: Interface, row: &JobRow) -> String {
    match tagged::from_row::<Job>(&row.kind, &row.payload) {
        Some(Job::PublishDue) => t.job_publish_due(),
        Some(Job::Sweep) => t.job_sweep(),
        Some(Job::IndexExisting) => t.job_index_existing(),
        Some(Job::SendMail { mail }) => t.job_send_mail(&mail.to_string()),
        Some(Job::ExportAccount { .. }) => t.job_export_account(),
        Some(Job::DeleteAccount { .. }) => t.job_delete_account(),
        Some(Job::Forgotten { .. }) => t.job_forgotten(),
        Some(Job::NotifyModerators) => t.job_notify_moderators(),
        None if row.payload == "null" => row.kind.clone(),
        None => format!("{} {}", row.kind, row.payload),
    }
}

/// `POST /admin/jobs/{id}/retry`
pub async fn retry(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let (id, now) = (id.into_inner(), state.db.now());
    sessions::write(&state, &admin, move |conn, _| store::retry(conn, id, now)).await?;
    Ok(page::see_other(paths::ADMIN_JOBS))
}

/// `POST /admin/jobs/{id}/discard`
pub async fn discard(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let id = id.into_inner();
    sessions::write(&state, &admin, move |conn, _| store::discard(conn, id)).await?;
    Ok(page::see_other(paths::ADMIN_JOBS))
}
