//! The publication's settings, as every page needs them. `admin` writes them.

use crate::db::schema::{articles, sections, settings};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::{Interface, direction};
use crate::moderation::Rules;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub name: String,
    pub tagline: String,
    /// BCP 47 tag of the content's language.
    pub language: String,
    /// IANA name of the time zone that dates are printed in.
    pub zone: String,
    pub contact: String,
    pub default_section: String,
    /// Which moderation rules are switched on.
    pub rules: Rules,
    /// Whether anybody may create an account.
    pub join_open: bool,
    /// How often the settings were saved.
    pub revision: i64,
    /// Sections with published articles, the oldest first.
    pub sections: Vec<Section>,
}

/// A section as every page names it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Section {
    pub id: i64,
    pub slug: String,
    pub name: String,
}

impl Site {
    /// Reads the settings; those that were never saved have their defaults.
    pub fn load(conn: &mut Conn, default_name: &str) -> Result<Site, Error> {
        let rows: Vec<(String, String)> = settings::table
            .select((settings::key, settings::value))
            .load(conn)?;
        let mut rows: HashMap<String, String> = rows.into_iter().collect();
        // A literal instead of a bound value, so that the partial index on published articles is used.
        let published = articles::table
            .filter(articles::section_id.eq(sections::id))
            .filter(sql::<Bool>("articles.status = 'published'"));
        let sections = sections::table
            .filter(exists(published))
            .order(sections::id)
            .select((sections::id, sections::slug, sections::name))
            .load(conn)?;
        let mut take =
            |key: &str, default: &str| rows.remove(key).unwrap_or_else(|| default.to_owned());
        Ok(Site {
            name: take("site_name", default_name),
            tagline: take("tagline", ""),
            language: take("language", "en"),
            zone: take("zone", "UTC"),
            contact: take("contact", ""),
            default_section: take("default_section", "News"),
            rules: Rules {
                new_reader: take("first_comment", "hold") == "hold",
            },
            join_open: take("join", "everyone") == "everyone",
            revision: take("settings_revision", "0").parse().unwrap_or(0),
            sections,
        })
    }

    /// The interface in the site's language.
    pub fn t(&self) -> Interface {
        Interface::for_tag(&self.language)
    }

    /// `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        direction(&self.language)
    }

    fn tz(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    fn zoned(&self, time: Time) -> jiff::Zoned {
        time.stamp().to_zoned(self.tz())
    }

    /// `22 November 2026`
    pub fn day(&self, time: Time) -> String {
        let (at, t) = (self.zoned(time), self.t());
        t.date_day(
            &at.day().to_string(),
            &t.month_name(i64::from(at.month())),
            &at.year().to_string(),
        )
    }

    /// `22 November 2026, 14:05`
    pub fn minute(&self, time: Time) -> String {
        let at = self.zoned(time);
        let clock = format!("{:02}:{:02}", at.hour(), at.minute());
        self.t().date_minute(&clock, &self.day(time))
    }

    /// The year and month of a time, in the site's time zone.
    pub fn month_of(&self, time: Time) -> (i16, i8) {
        let at = self.zoned(time);
        (at.year(), at.month())
    }

    /// `November 2026`
    pub fn month(&self, year: i16, month: i8) -> String {
        let t = self.t();
        t.date_month(&t.month_name(i64::from(month)), &year.to_string())
    }

    /// The start of a month and of the next one. `None` for an invalid month.
    pub fn month_span(&self, year: i16, month: i8) -> Option<(Time, Time)> {
        let first = jiff::civil::Date::new(year, month, 1).ok()?;
        let next = first.checked_add(jiff::Span::new().months(1)).ok()?;
        Some((self.start_of(first)?, self.start_of(next)?))
    }

    /// The start of a day.
    pub fn start_of(&self, day: jiff::civil::Date) -> Option<Time> {
        let zoned = day.to_zoned(self.tz()).ok()?;
        Some(Time(zoned.timestamp().as_millisecond()))
    }
}
