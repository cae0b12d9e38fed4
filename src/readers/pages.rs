//! `/admin/readers/{id}`: a reader's comments and what became of them, and the forms to ban them and to lift the ban.

use super::store::{self, PAGE, Reader, ReaderComment};
use crate::accounts::roles::{RoleChangeError, set_ban};
use crate::comments::MAX_NOTE_LENGTH;
use crate::comments::store::records;
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::log::Actor;
use crate::moderation::Status;
use crate::paths;
use crate::sessions;
use crate::text;
use crate::web::fields::{Field, Link};
use crate::web::{DateView, FormBody, Moderator, Page, Shared, Site, State, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

struct ReaderCommentView {
    permalink: String,
    number: i64,
    article: Link,
    at: DateView,
    status: &'static str,
    outcome: String,
    text: String,
}

#[derive(Template)]
#[template(path = "readers/show.html")]
struct ReaderPage {
    page: Page,
    t: Interface,
    username: String,
    profile: String,
    joined: DateView,
    approved: i64,
    rejected: i64,
    flags: i64,
    /// One sentence about the ban; empty = none.
    ban: String,
    /// Addresses of the forms; empty = not permitted.
    ban_action: String,
    lift_action: String,
    fields: Vec<Field>,
    /// The name of their picture and the address of the form that removes it; empty = none.
    picture: String,
    picture_action: String,
    picture_src: String,
    comments: Vec<ReaderCommentView>,
    next: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct BanForm {
    reason: String,
    until: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    after: Option<i64>,
}

/// `GET /admin/readers/{id}`
pub async fn show(
    state: Shared,
    moderator: Moderator,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let query: Query =
        serde_html_form::from_str(request.query_string()).map_err(|_| Error::NotFound)?;
    let parts = (Ok(String::new()), Ok(None));
    let form = BanForm::default();
    let view = reader_page(&state, &moderator, *id, query.after, (&form, &parts)).await?;
    page::ok(&view)
}

/// The reason of a ban and its end.
type BanParts = (Result<String, String>, Result<Option<Time>, String>);

/// The end of a ban: the end of a day in the site's time zone. Empty = without end.
fn parse_until(t: Interface, site: &Site, given: &str, now: Time) -> Result<Option<Time>, String> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    let day: jiff::civil::Date = given.parse().map_err(|_| t.ban_until_invalid())?;
    let end = day.tomorrow().ok().and_then(|next| site.start_of(next));
    match end {
        Some(end) if end > now => Ok(Some(end)),
        _ => Err(t.ban_until_past()),
    }
}

fn parse_ban(t: Interface, site: &Site, form: &BanForm, now: Time) -> BanParts {
    let reason = match text::clean_line(&form.reason) {
        Err(_) => Err(t.text_control_character()),
        Ok(line) if line.chars().count() > MAX_NOTE_LENGTH => {
            Err(t.line_too_long(MAX_NOTE_LENGTH as i64))
        }
        Ok(line) => Ok(line),
    };
    (reason, parse_until(t, site, &form.until, now))
}

/// `POST /admin/readers/{id}/ban`
pub async fn ban(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (id, now, t) = (id.into_inner(), state.db.now(), state.t());
    let form: BanForm = posted.read()?;
    let parts = parse_ban(t, &state.site(), &form, now);
    if let (Ok(reason), Ok(until)) = &parts {
        let ban = Some((reason.clone(), *until));
        change(&state, &moderator, id, ban).await?;
        return Ok(page::see_other(&paths::admin_reader(id)));
    }
    let view = reader_page(&state, &moderator, id, None, (&form, &parts)).await?;
    let refusals = view
        .fields
        .iter()
        .map(|field| (field.name, field.error.clone()))
        .collect();
    page::refused(StatusCode::UNPROCESSABLE_ENTITY, &view, refusals)
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LiftForm {}

/// `POST /admin/readers/{id}/lift`
pub async fn lift(
    state: Shared,
    moderator: Moderator,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let LiftForm {} = posted.read()?;
    change(&state, &moderator, *id, None).await?;
    Ok(page::see_other(&paths::admin_reader(*id)))
}

/// Whether a moderator may ban this account: one without a role; an admin any but their own.
fn may_ban(moderator: &Moderator, id: i64, reader: &Reader) -> bool {
    moderator.id != id && (moderator.administers() || !reader.is_staff())
}

/// Bans the account, or lifts its ban.
async fn change(
    state: &State,
    moderator: &Moderator,
    id: i64,
    ban: Option<(String, Option<Time>)>,
) -> Result<(), Error> {
    let (now, t) = (state.db.now(), state.t());
    sessions::write(state, moderator, move |conn, who: &Moderator| {
        let reader = store::reader(conn, id)?;
        if !may_ban(who, id, &reader) {
            return Err(Error::Forbidden);
        }
        let ban = ban
            .as_ref()
            .map(|(reason, until)| (reason.as_str(), *until));
        match set_ban(conn, &reader.username, ban, Actor::of(who), now)? {
            Ok(_) => Ok(()),
            Err(RoleChangeError::LastAdmin) => Err(Error::Refused(t.staff_last_admin())),
            Err(RoleChangeError::NoSuchAccount) => Err(Error::NotFound),
        }
    })
    .await
}

/// The page, with what was sent in the form.
async fn reader_page(
    state: &State,
    moderator: &Moderator,
    id: i64,
    after: Option<i64>,
    (form, (reason, until)): (&BanForm, &BanParts),
) -> Result<ReaderPage, Error> {
    let (reader, mut said, counts, flags) = state
        .db
        .read(move |conn| {
            Ok((
                store::reader(conn, id)?,
                store::comments(conn, id, after)?,
                records(conn, &[id])?,
                store::flags_raised(conn, id)?,
            ))
        })
        .await?;
    let (t, site, now) = (state.t(), state.site(), state.db.now());
    let mut next = String::new();
    if said.len() as i64 > PAGE {
        said.truncate(PAGE as usize);
        next = said
            .last()
            .map_or(String::new(), |last| paths::admin_reader_after(id, last.id));
    }
    let (approved, rejected) = counts.get(&id).copied().unwrap_or_default();
    let action = |may: bool, path: String| if may { path } else { String::new() };
    let (may, is_banned) = (may_ban(moderator, id, &reader), reader.is_banned(now));
    Ok(ReaderPage {
        page: Page::dashboard(state, &moderator.viewer(), &reader.username, "comments"),
        t,
        profile: paths::reader(&reader.username),
        joined: DateView::day(&site, reader.created_at),
        approved,
        rejected,
        flags,
        picture_action: paths::admin_reader_action(id, "picture"),
        picture_src: paths::portrait(&reader.picture, 128),
        picture: reader.picture.clone(),
        ban: match is_banned {
            true => ban_sentence(t, &site, &reader),
            false => String::new(),
        },
        ban_action: action(may && !is_banned, paths::admin_reader_action(id, "ban")),
        lift_action: action(may && is_banned, paths::admin_reader_action(id, "lift")),
        fields: vec![
            Field::text("reason", t.field_ban_reason())
                .hint(t.field_ban_reason_hint())
                .value(&form.reason)
                .most(MAX_NOTE_LENGTH)
                .optional()
                .judged(reason),
            Field::date("until", t.field_ban_until(), &form.until)
                .hint(t.field_ban_until_hint())
                .optional()
                .judged(until),
        ],
        comments: said
            .into_iter()
            .map(|one| comment_view(t, &site, one))
            .collect(),
        username: reader.username,
        next,
    })
}

fn ban_sentence(t: Interface, site: &Site, reader: &Reader) -> String {
    let until = match reader.banned_until {
        Some(until) => match site.end(until) {
            (day, true) => t.banned_through(&day),
            (minute, false) => t.banned_until(&minute),
        },
        None => t.banned_without_end(),
    };
    match reader.ban_reason.as_str() {
        "" => until,
        reason => format!("{until} {}", t.ban_reason(reason)),
    }
}

fn comment_view(t: Interface, site: &Site, said: ReaderComment) -> ReaderCommentView {
    let outcome = match said.status {
        Status::Published => t.status_published(),
        Status::Approved => t.status_approved(),
        Status::Pending => t.notice_pending(),
        Status::Withheld => t.notice_withheld(),
        Status::Rejected => t.notice_rejected(&said.reject_reason.label(t)),
        Status::Deleted => t.tombstone_deleted(),
    };
    ReaderCommentView {
        permalink: paths::comment(&said.slug, said.id),
        number: said.id,
        article: Link {
            href: paths::article(&said.slug),
            text: said.title,
        },
        at: DateView::minute(site, said.created_at),
        status: said.status.as_str(),
        outcome: match said.reject_note.as_str() {
            note if said.status == Status::Rejected && !note.is_empty() => {
                format!("{outcome} {}", t.notice_note(note))
            }
            _ => outcome,
        },
        text: text::excerpt(&said.html.text(), 300),
    }
}
