//! `/admin/front`: what stands at the top of the front page.

use crate::articles::front_pins::{self, MOST};
use crate::articles::lists;
use crate::db::Time;
use crate::error::Error;
use crate::log::{self, Actor};
use crate::web::fields::{Field, FieldGroup, FormPage, Link, group_rows};
use crate::web::form::unknown_field;
use crate::web::{Editor, FormBody, Page, Shared, State, page};
use crate::{paths, sessions};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

/// Newest articles that the fields suggest.
const SUGGESTED: i64 = 100;

/// A row as typed: the address of an article, and until when.
#[derive(Clone, Debug, Default)]
struct Row {
    article: String,
    until: String,
    article_error: String,
    until_error: String,
}

/// The slug in what was typed: a slug, a path or a whole address.
fn slug_of(typed: &str) -> &str {
    let end = typed.trim().trim_end_matches('/');
    let last = end.rsplit('/').next().unwrap_or(end);
    last.split(['?', '#']).next().unwrap_or(last)
}

async fn front_page(state: &State, who: &Editor, rows: Vec<Row>) -> Result<FormPage, Error> {
    let t = state.t();
    let newest = state.db.read(|conn| lists::latest(conn, SUGGESTED)).await?;
    let slugs: Vec<String> = newest.into_iter().map(|article| article.slug).collect();
    let row = |(at, row): (usize, Row)| {
        let label = match at {
            0 => t.front_lead(),
            at => t.front_below(at as i64),
        };
        let mut article = Field::text("article", label).optional().value(&row.article);
        article.error = row.article_error;
        article.suggested.clone_from(&slugs);
        if at == 0 {
            article.hint = t.front_hint();
        }
        let mut until = Field::date_time("until", t.front_until(), &row.until);
        until.error = row.until_error;
        [article, until].map(|field| Field {
            row: Some(at),
            ..field
        })
    };
    let rows: Vec<Vec<Field>> = rows
        .into_iter()
        .enumerate()
        .map(|numbered| row(numbered).into())
        .collect();
    Ok(FormPage {
        page: Page::dashboard(state, &who.viewer(), &t.front_heading(), "articles"),
        t,
        heading: t.front_heading(),
        intro: t.front_intro(),
        alert: String::new(),
        done: String::new(),
        action: paths::ADMIN_FRONT.into(),
        fields: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        groups: vec![FieldGroup {
            legend: t.front_legend(),
            rows,
            add: ("", String::new()),
        }],
        button: t.save_button(),
        more: vec![Link {
            href: paths::FRONT.into(),
            text: t.editor_public_page(),
        }],
    })
}

/// As many rows as there are places.
fn filled(mut rows: Vec<Row>) -> Vec<Row> {
    rows.resize(MOST.max(rows.len()), Row::default());
    rows
}

/// `GET /admin/front`
pub async fn front(
    state: Shared,
    who: Editor,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (now, site) = (state.db.now(), state.site());
    let pins = state.db.read(move |conn| front_pins::pinned(conn, now));
    let row = |pin: front_pins::Pin| Row {
        article: pin.slug,
        until: pin
            .until
            .map_or(String::new(), |until| site.input_minute(until)),
        ..Row::default()
    };
    let rows = pins.await?.into_iter().map(row).collect();
    let mut view = front_page(&state, &who, filled(rows)).await?;
    if request.query_string() == "saved" {
        view.done = state.t().saved();
    }
    page::ok(&view)
}

/// `POST /admin/front` (`article` and `until` repeated together, the lead first)
pub async fn pin(state: Shared, who: Editor, posted: FormBody) -> Result<HttpResponse, Error> {
    let mut columns: [Vec<String>; 2] = Default::default();
    for (name, value) in posted.pairs()? {
        match name.as_str() {
            "article" => columns[0].push(value.clone()),
            "until" => columns[1].push(value.clone()),
            "action" => {}
            _ => return Err(unknown_field()),
        }
    }
    if columns[1].is_empty() {
        columns[1].resize(columns[0].len(), String::new());
    }
    let typed = group_rows(columns)?;
    let rows: Vec<Row> = typed
        .into_iter()
        .map(|[article, until]| Row {
            article,
            until,
            ..Row::default()
        })
        .collect();
    let (rows, pins) = judged(&state, rows).await?;
    let Some(pins) = pins else {
        let view = front_page(&state, &who, filled(rows)).await?;
        return view.refused(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let now = state.db.now();
    let slugs = rows.iter().map(|row| slug_of(&row.article).to_owned());
    let slugs: Vec<String> = slugs.filter(|slug| !slug.is_empty()).collect();
    sessions::write(&state, &who, move |conn, who: &Editor| {
        front_pins::replace(conn, &pins)?;
        let pinned = slugs.join(", ");
        let entry = log::Entry {
            kind: log::Kind::Article,
            to: &pinned,
            ..log::Entry::new("pin", Actor::of(who))
        };
        log::store::write(conn, &entry, now)
    })
    .await?;
    Ok(page::see_other(paths::ADMIN_FRONT_SAVED))
}

/// What was chosen: articles with their ends.
type Chosen = Vec<(i64, Option<Time>)>;

/// Finds the articles. Second: `None` if a row is refused, which then has its message.
async fn judged(state: &State, mut rows: Vec<Row>) -> Result<(Vec<Row>, Option<Chosen>), Error> {
    let (t, site, now) = (state.t(), state.site(), state.db.now());
    let slugs: Vec<String> = rows
        .iter()
        .map(|row| slug_of(&row.article).to_owned())
        .collect();
    let found = state.db.read(move |conn| {
        let ids = slugs.iter().map(|slug| front_pins::published(conn, slug));
        ids.collect::<Result<Vec<Option<i64>>, Error>>()
    });
    let found = found.await?;
    let mut chosen: Chosen = Vec::new();
    for (row, id) in rows.iter_mut().zip(found) {
        if row.article.trim().is_empty() {
            continue;
        }
        let until = match row.until.trim() {
            "" => Ok(None),
            given => site.parse_exact_minute(given).map(Some),
        };
        match id {
            None => row.article_error = t.front_unknown(),
            Some(id) if chosen.iter().any(|(known, _)| *known == id) => {
                row.article_error = t.front_twice();
            }
            Some(_) if chosen.len() == MOST => row.article_error = t.editor_too_many(MOST as i64),
            Some(id) => match until {
                Ok(Some(until)) if until <= now => row.until_error = t.editor_time_past(),
                Ok(until) => chosen.push((id, until)),
                Err(why) => row.until_error = why,
            },
        }
    }
    let is_refused = rows
        .iter()
        .any(|row| !row.article_error.is_empty() || !row.until_error.is_empty());
    Ok((rows, (!is_refused).then_some(chosen)))
}
