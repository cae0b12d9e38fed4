//! `/admin/mail`: mail that waits or could not be sent.

use super::Mail;
use super::store::{self, MailRow};
use crate::db::tagged;
use crate::error::Error;
use crate::interface::Interface;
use crate::jobs::Job;
use crate::jobs::store::{JobRow, by_keys};
use crate::paths;
use crate::sessions;
use crate::web::{Admin, DateView, EmptyForm, FormBody, Page, Shared, Site, page};
use actix_web::{HttpResponse, web};
use askama::Template;

/// The most mails on the page.
const LIMIT: i64 = 200;

#[derive(Template)]
#[template(path = "admin/mail.html")]
struct MailPage {
    page: Page,
    t: Interface,
    rows: Vec<RowView>,
}

struct RowView {
    id: i64,
    subject: String,
    recipient: String,
    at: DateView,
    error: String,
    is_given_up: bool,
    is_running: bool,
    retry: String,
    discard: String,
}

/// `GET /admin/mail`
pub async fn index(state: Shared, admin: Admin) -> Result<HttpResponse, Error> {
    let (mails, jobs) = state
        .db
        .read(|conn| {
            let mails = store::all_unsent(conn, LIMIT)?;
            let key = |mail: &MailRow| Job::SendMail { mail: mail.id }.unique_key();
            let keys: Vec<String> = mails.iter().map(key).collect();
            Ok((mails, by_keys(conn, &keys)?))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let rows = mails.into_iter().map(|mail| {
        let job = jobs.get(&Job::SendMail { mail: mail.id }.unique_key());
        row(t, &site, mail, job)
    });
    page::ok(&MailPage {
        page: Page::dashboard(&state, &admin.viewer(), &t.mail_heading(), "mail"),
        t,
        rows: rows.collect(),
    })
}

fn row(t: Interface, site: &Site, mail: MailRow, job: Option<&JobRow>) -> RowView {
    let (is_given_up, at) = match job {
        // Without a job nothing would send it any more, as if it had failed.
        None => (true, mail.created_at),
        Some(job) => (job.failed_at.is_some(), job.failed_at.unwrap_or(job.run_at)),
    };
    RowView {
        id: mail.id,
        subject: match tagged::from_row::<Mail>(&mail.kind, &mail.payload) {
            Some(known) => known.subject(t, site),
            None => mail.kind,
        },
        recipient: mail.recipient,
        at: DateView::minute(site, at),
        error: job.map_or(String::new(), |job| job.last_error.clone()),
        is_given_up,
        is_running: job.is_some_and(|job| job.locked_until.0 > 0),
        retry: paths::admin_mail(mail.id, "retry"),
        discard: paths::admin_mail(mail.id, "discard"),
    }
}

/// `POST /admin/mail/{id}/retry`
pub async fn retry(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let (id, now) = (id.into_inner(), state.db.now());
    sessions::write(&state, &admin, move |conn, _| store::retry(conn, id, now)).await?;
    Ok(page::see_other(paths::ADMIN_MAIL))
}

/// `POST /admin/mail/{id}/discard`
pub async fn discard(
    state: Shared,
    admin: Admin,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    posted.read::<EmptyForm>()?;
    let id = id.into_inner();
    sessions::write(&state, &admin, move |conn, _| store::discard(conn, id)).await?;
    Ok(page::see_other(paths::ADMIN_MAIL))
}
