//! `GET /admin`: what waits, what is new, and for admins how to begin and how the site is.

use crate::accounts::joining;
use crate::accounts::roles::staff;
use crate::admin::charts;
use crate::articles::{self, lists, staff_lists};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::queues::Queue;
use crate::queues::store::counts;
use crate::web::fields::Link;
use crate::web::settings::TAGLINE;
use crate::web::{Account, Page, Shared, Staff, State, page};
use crate::{paths, text};
use actix_web::HttpResponse;
use askama::Template;

/// A file in the data folder that the operator's backup touches when it is done.
const LAST_BACKUP: &str = "last-backup";
/// Articles in each list.
const LISTED: i64 = 5;

/// Something that waits, with how many.
struct Figure {
    count: String,
    label: String,
    href: String,
}

/// Something that is worth doing at the beginning.
struct Step {
    label: String,
    hint: String,
    href: String,
    is_done: bool,
}

/// How many there were on each of the last thirty days.
struct Chart {
    label: String,
    total: String,
    /// What the bars show, in words.
    text: String,
    /// Where each begins, from the left and from the top, and its height.
    bars: Vec<(usize, i64, i64)>,
}

/// A line about how the site is.
struct Line {
    label: String,
    said: String,
}

#[derive(Template)]
#[template(path = "admin/dashboard.html")]
struct DashboardPage {
    page: Page,
    t: Interface,
    moderates: bool,
    writes: bool,
    review: Vec<Figure>,
    newsroom: Vec<Figure>,
    /// Background jobs that failed in their last attempt, and mail that was given up; shown to admins.
    failing_jobs: i64,
    unsendable_mails: i64,
    charts: Vec<Chart>,
    /// Empty once all is done.
    steps: Vec<Step>,
    has_samples: bool,
    latest: Vec<Link>,
    discussed: Vec<(Link, i64)>,
    health: Vec<Line>,
}

/// What the page reads from the database.
struct Read {
    queues: [i64; 5],
    /// Accounts that wait for approval.
    joins: i64,
    newsroom: [i64; 3],
    has_samples: bool,
    has_own: bool,
    staff: usize,
    failing_jobs: i64,
    unsendable_mails: i64,
    counts: charts::Counts,
    latest: Vec<lists::Teaser>,
    discussed: Vec<lists::Teaser>,
}

impl Read {
    fn of(conn: &mut Conn, who: &Account, begin: Time, now: Time) -> Result<Read, Error> {
        let owner = (!who.edits()).then_some(who.id);
        let administers = who.administers();
        Ok(Read {
            queues: match who.moderates() {
                true => counts(conn)?,
                false => [0; 5],
            },
            joins: match who.moderates() {
                true => joining::waiting_count(conn)?,
                false => 0,
            },
            newsroom: match who.writes() {
                true => staff_lists::counts(conn, owner)?,
                false => [0; 3],
            },
            has_samples: administers && articles::store::has_samples(conn)?,
            has_own: administers && articles::store::has_own(conn)?,
            staff: match administers {
                true => staff(conn)?.len(),
                false => 0,
            },
            failing_jobs: match administers {
                true => crate::jobs::store::failing_count(conn)?,
                false => 0,
            },
            unsendable_mails: match administers {
                true => crate::jobs::store::unsendable_count(conn)?,
                false => 0,
            },
            counts: match who.edits() || who.moderates() {
                true => charts::read(conn, begin)?,
                false => charts::Counts::default(),
            },
            latest: lists::latest(conn, LISTED)?,
            discussed: lists::most_discussed(conn, LISTED, now)?.0,
        })
    }
}

/// `GET /admin`
pub async fn show(state: Shared, who: Staff) -> Result<HttpResponse, Error> {
    let (account, now) = (who.0.clone(), state.db.now());
    let today = now.stamp().to_zoned(state.site().time_zone()).date();
    let begin = charts::begin(state.site().start_of(today).unwrap_or(now));
    let read = state
        .db
        .read(move |conn| Read::of(conn, &account, begin, now));
    let read = read.await?;
    let t = state.t();
    let link = |article: &lists::Teaser| Link {
        href: paths::article(&article.slug),
        text: article.title.clone(),
    };
    page::ok(&DashboardPage {
        page: Page::dashboard(&state, &who.viewer(), &t.dashboard_heading(), "dashboard"),
        t,
        moderates: who.moderates(),
        writes: who.writes(),
        review: review(t, &read),
        newsroom: newsroom(t, &read),
        // Mails that were given up are named apart.
        failing_jobs: read.failing_jobs - read.unsendable_mails,
        unsendable_mails: read.unsendable_mails,
        charts: match who.edits() || who.moderates() {
            true => charts_of(&state, &read.counts, begin),
            false => Vec::new(),
        },
        steps: match who.administers() {
            true => steps(&state, &read),
            false => Vec::new(),
        },
        has_samples: read.has_samples,
        latest: read.latest.iter().map(link).collect(),
        discussed: read
            .discussed
            .iter()
            .map(|article| (link(article), article.public_comments))
            .collect(),
        health: match who.administers() {
            true => health(&state).await,
            false => Vec::new(),
        },
    })
}

/// Size of a chart, in its own units: a bar and the gap behind it, and the highest bar.
const BAR: usize = 10;
const HIGHEST: i64 = 60;

fn charts_of(state: &State, counts: &charts::Counts, begin: Time) -> Vec<Chart> {
    let (t, site) = (state.t(), state.site());
    let kinds = [
        (t.chart_articles(), &counts.articles),
        (t.chart_comments(), &counts.comments),
        (t.chart_accounts(), &counts.accounts),
    ];
    let chart = |(label, days): (String, &charts::Days)| {
        let most = days.iter().copied().max().unwrap_or(0);
        let busiest = days.iter().rposition(|many| *many == most).unwrap_or(0);
        // Its noon: where the clocks were changed meanwhile, it begins an hour off.
        let on = site.day(Time(begin.0 + busiest as i64 * Time::DAY + Time::DAY / 2));
        let bar = |(at, many): (usize, &i64)| {
            // A day that is not zero has a bar of at least one unit.
            let height = (many * HIGHEST / most.max(1)).max(i64::from(*many > 0));
            (at * BAR, HIGHEST - height, height)
        };
        Chart {
            text: match most {
                0 => t.chart_none(),
                most => t.chart_busiest(most, &on),
            },
            total: t.number(days.iter().sum()),
            bars: days.iter().enumerate().map(bar).collect(),
            label,
        }
    };
    kinds.map(chart).into()
}

fn review(t: Interface, read: &Read) -> Vec<Figure> {
    let queues = [
        (Queue::Reported, t.queue_reported(), 0),
        (Queue::Pending, t.queue_pending(), 1),
        (Queue::Unmoderated, t.queue_unmoderated(), 2),
    ];
    let figure = |(queue, label, at): (Queue, String, usize)| Figure {
        count: t.number(read.queues[at]),
        label,
        href: paths::queue(queue.as_str()),
    };
    let mut figures: Vec<Figure> = queues.map(figure).into();
    if read.joins > 0 {
        figures.push(Figure {
            count: t.number(read.joins),
            label: t.joins_heading(),
            href: paths::ADMIN_JOINS.into(),
        });
    }
    figures
}

fn newsroom(t: Interface, read: &Read) -> Vec<Figure> {
    let statuses = [
        ("draft", t.dashboard_drafts()),
        ("submitted", t.article_submitted()),
        ("scheduled", t.article_scheduled()),
    ];
    let figures = statuses.into_iter().zip(read.newsroom);
    let figure = |((status, label), count): ((&str, String), i64)| Figure {
        count: match count >= staff_lists::MOST_COUNTED {
            true => format!("{count}+"),
            false => count.to_string(),
        },
        label,
        href: paths::admin_articles(&[("status", status.to_owned())]),
    };
    figures.map(figure).collect()
}

/// What is worth doing at the beginning; nothing once all is done.
fn steps(state: &State, read: &Read) -> Vec<Step> {
    let (t, site) = (state.t(), state.site());
    let step = |label, hint, href: &str, is_done| Step {
        label,
        hint,
        href: href.to_owned(),
        is_done,
    };
    let steps = vec![
        step(
            t.step_name(),
            t.step_name_hint(),
            paths::ADMIN_SETTINGS,
            !site.value(&TAGLINE).is_empty(),
        ),
        step(
            t.step_article(),
            t.step_article_hint(),
            paths::ADMIN_ARTICLES_NEW,
            read.has_own,
        ),
        step(
            t.step_samples(),
            t.step_samples_hint(),
            "#samples",
            !read.has_samples,
        ),
        step(
            t.step_invite(),
            t.step_invite_hint(),
            paths::ADMIN_INVITATIONS,
            read.staff > 1,
        ),
        step(
            t.step_mail(),
            t.step_mail_hint(),
            paths::ADMIN_MAIL,
            state.config.smtp_url.is_some(),
        ),
    ];
    match steps.iter().all(|step| step.is_done) {
        true => Vec::new(),
        false => steps,
    }
}

/// How the site is: version, database, disk, mail.
async fn health(state: &State) -> Vec<Line> {
    let t = state.t();
    let line = |label, said: String| Line { label, said };
    let folder = state.config.data.clone();
    let sizes = actix_web::web::block(move || {
        let parts = ["masthead.db", "masthead.db-wal"].map(|name| folder.join(name));
        let sizes = parts.iter().filter_map(|part| std::fs::metadata(part).ok());
        let database = sizes.map(|file| file.len()).sum();
        let disk = rustix::fs::statvfs(&folder).map_or(0, |disk| disk.f_bavail * disk.f_frsize);
        let backup = std::fs::metadata(folder.join(LAST_BACKUP)).and_then(|file| file.modified());
        (database, disk, backup.ok())
    });
    let (database, free, backup) = sizes.await.unwrap_or((0, 0, None));
    let backup = backup.and_then(|at| jiff::Timestamp::try_from(at).ok());
    let is_sqlite = matches!(state.config.database, crate::db::Address::Sqlite(_));
    vec![
        line(t.health_version(), env!("CARGO_PKG_VERSION").to_owned()),
        line(
            t.health_database(),
            match is_sqlite {
                true => format!("SQLite, {}", text::bytes(database)),
                false => "PostgreSQL".to_owned(),
            },
        ),
        line(t.health_disk(), text::bytes(free)),
        line(
            t.health_backup(),
            match backup {
                Some(at) => state.site().minute(Time(at.as_millisecond())),
                None => t.health_backup_none(),
            },
        ),
        line(
            t.health_mail(),
            match state.config.smtp_url.is_some() {
                true => t.health_mail_smtp(),
                false => t.health_mail_files(),
            },
        ),
    ]
}
