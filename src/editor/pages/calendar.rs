//! `/admin/calendar`: what was published and what is scheduled, by month.

use super::shown_title;
use crate::articles::calendar::{self, Dated};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{Page, Shared, Site, Writer, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use jiff::civil::{Date, Weekday};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    month: String,
}

struct EntryView {
    id: i64,
    href: String,
    title: String,
    at: String,
    is_scheduled: bool,
}

struct DayView {
    /// Empty for a day of another month.
    number: String,
    name: String,
    is_today: bool,
    entries: Vec<EntryView>,
}

#[derive(Template)]
#[template(path = "editor/calendar.html")]
struct CalendarPage {
    page: Page,
    t: Interface,
    heading: String,
    weekdays: Vec<String>,
    weeks: Vec<Vec<DayView>>,
    earlier: Option<Link>,
    later: Option<Link>,
    is_cut: bool,
}

fn is_in_range(day: &Date) -> bool {
    (1970..=2200).contains(&day.year())
}

/// The first day of a month, as `YYYY-MM`.
fn month_of(text: &str) -> Result<Date, Error> {
    let parse = || {
        let (year, month) = text.split_once('-')?;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        Date::new(year, month, 1).ok()
    };
    parse().filter(is_in_range).ok_or(Error::NotFound)
}

/// `GET /admin/calendar?month=YYYY-MM`
pub async fn calendar(
    state: Shared,
    who: Writer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let (t, site) = (state.t(), state.site());
    let today = state.db.now().stamp().to_zoned(site.time_zone()).date();
    let first = match query.month.as_str() {
        "" => today.first_of_month(),
        given => month_of(given)?,
    };
    let (from, to) = site
        .month_span(first.year(), first.month())
        .ok_or(Error::NotFound)?;
    let owner = (!who.edits()).then_some(who.id);
    let found = state
        .db
        .read(move |conn| calendar::dated(conn, (from, to), owner));
    let found = found.await?;
    let link = |month: Date, text: String| Link {
        href: paths::admin_calendar(month.year(), month.month()),
        text,
    };
    let next = first.saturating_add(jiff::Span::new().months(1));
    let before = first.saturating_sub(jiff::Span::new().months(1));
    let name = |month: Date| site.month(month.year(), month.month());
    page::ok(&CalendarPage {
        page: Page::dashboard(&state, &who.viewer(), &t.calendar_heading(), "articles"),
        t,
        heading: name(first),
        weekdays: (1..=7).map(|day| t.weekday_name(day)).collect(),
        weeks: weeks(t, &site, first, today, &found),
        earlier: is_in_range(&before).then(|| link(before, name(before))),
        later: is_in_range(&next).then(|| link(next, name(next))),
        is_cut: found.len() as i64 >= calendar::MOST_DATED,
    })
}

/// The weeks of a month, from Monday, with days of other months as blanks.
fn weeks(
    t: Interface,
    site: &Site,
    first: Date,
    today: Date,
    found: &[Dated],
) -> Vec<Vec<DayView>> {
    let blanks = first.weekday().since(Weekday::Monday);
    let blank = || DayView {
        number: String::new(),
        name: String::new(),
        is_today: false,
        entries: Vec::new(),
    };
    let mut days: Vec<DayView> = (0..blanks).map(|_| blank()).collect();
    for number in 1..=first.days_in_month() {
        let Ok(day) = Date::new(first.year(), first.month(), number) else {
            continue;
        };
        let on_day = found
            .iter()
            .filter(|one| one.at.stamp().to_zoned(site.time_zone()).date() == day);
        days.push(DayView {
            number: number.to_string(),
            name: t.weekday_name(i64::from(day.weekday().to_monday_one_offset())),
            is_today: day == today,
            entries: on_day.map(|one| entry(t, site, one)).collect(),
        });
    }
    while !days.len().is_multiple_of(7) {
        days.push(blank());
    }
    let mut weeks = Vec::new();
    while !days.is_empty() {
        let rest = days.split_off(7.min(days.len()));
        weeks.push(std::mem::replace(&mut days, rest));
    }
    weeks
}

fn entry(t: Interface, site: &Site, one: &Dated) -> EntryView {
    let minute = site.input_minute(one.at);
    EntryView {
        id: one.id,
        href: paths::admin_article(one.id),
        title: shown_title(t, &one.title),
        at: minute.split('T').nth(1).unwrap_or_default().to_owned(),
        is_scheduled: one.is_scheduled,
    }
}
