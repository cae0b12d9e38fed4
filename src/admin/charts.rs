//! The last thirty days in numbers, for the dashboard.

use crate::db::prepared::prepared;
use crate::db::schema::accounts;
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

pub const DAYS: usize = 30;
/// Accounts are read from the newest on: their times have no index.
const MOST_ACCOUNTS: i64 = 20_000;

/// How many there were on each day, the oldest first.
pub type Days = [i64; DAYS];

/// What the charts show.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub articles: Days,
    pub comments: Days,
    pub accounts: Days,
}

/// When the first of the days begins. The last one began at `midnight`, all others are taken to have 24 hours.
pub fn begin(midnight: Time) -> Time {
    Time(midnight.0 - (DAYS as i64 - 1) * Time::DAY)
}

fn by_day(times: Vec<i64>, begin: Time) -> Days {
    let mut days = [0; DAYS];
    for time in times {
        let day = usize::try_from((time - begin.0).div_euclid(Time::DAY));
        if let Some(day) = day.ok().and_then(|day| days.get_mut(day)) {
            *day += 1;
        }
    }
    days
}

/// Counts rows by the day of a time since `begin`. `rows`: where they are, ending in the time.
fn grouped(conn: &mut Conn, time: &str, rows: &str, begin: Time) -> Result<Days, Error> {
    let counted: Vec<(i64, i64)> = prepared::<(BigInt, BigInt)>(format!("SELECT ({time} - "))
        .int(begin.0)
        .text(format!(") / {} AS day, COUNT(*) {rows} >= ", Time::DAY))
        .int(begin.0)
        .text(" GROUP BY 1")
        .load(conn)?;
    let mut days = [0; DAYS];
    for (day, many) in counted {
        if let Some(found) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) {
            *found = many;
        }
    }
    Ok(days)
}

/// Published articles, comments that readers see, and accounts, by the day on which they came.
///
/// # Errors
/// Of the database.
pub fn read(conn: &mut Conn, begin: Time) -> Result<Counts, Error> {
    let published = "FROM articles WHERE status = 'published' AND published_at";
    let articles = grouped(conn, "published_at", published, begin)?;
    let mut comments = [0; DAYS];
    for status in ["published", "approved"] {
        let said = format!("FROM comments WHERE status = '{status}' AND created_at");
        let said = grouped(conn, "created_at", &said, begin)?;
        comments
            .iter_mut()
            .zip(said)
            .for_each(|(day, more)| *day += more);
    }
    let joined = accounts::table
        .order(accounts::id.desc())
        .limit(MOST_ACCOUNTS)
        .select(accounts::created_at)
        .load(conn)?;
    Ok(Counts {
        articles,
        comments,
        accounts: by_day(joined, begin),
    })
}
