//! The last thirty days in numbers, for the dashboard.

use crate::db::schema::{accounts, articles, comments};
use crate::db::{Conn, Time};
use crate::error::Error;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

pub const DAYS: usize = 30;
/// Rows that are counted of each kind; a busier site's older days would be too low, not its page too slow.
const MOST: i64 = 200_000;
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

/// Published articles, comments that readers see, and accounts, by the day on which they came.
///
/// # Errors
/// Of the database.
pub fn read(conn: &mut Conn, begin: Time) -> Result<Counts, Error> {
    let published = articles::table
        .filter(sql::<Bool>("articles.status = 'published'"))
        .filter(articles::published_at.ge(begin.0))
        .order(articles::published_at.desc())
        .limit(MOST)
        .select(articles::published_at)
        .load(conn)?;
    let mut said = Vec::new();
    for status in ["published", "approved"] {
        let those = comments::table
            .filter(comments::status.eq(status))
            .filter(comments::created_at.ge(begin.0))
            .order(comments::created_at.desc())
            .limit(MOST)
            .select(comments::created_at);
        said.extend(those.load::<i64>(conn)?);
    }
    let joined = accounts::table
        .order(accounts::id.desc())
        .limit(MOST_ACCOUNTS)
        .select(accounts::created_at)
        .load(conn)?;
    Ok(Counts {
        articles: by_day(published, begin),
        comments: by_day(said, begin),
        accounts: by_day(joined, begin),
    })
}
