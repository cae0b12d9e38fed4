//! The publication's settings, as every page needs them. `admin` writes them.

use super::look::Look;
pub use super::look::WrittenPage;
use super::settings::{self, SITE_NAME, Setting};
use crate::db::schema::{articles, sections, settings as stored};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::{Interface, direction};
use crate::moderation::Policy;
use crate::paths;
use crate::text;
use crate::text::colour::Colour;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// The key of the number that counts saves of the settings.
pub const REVISION: &str = "settings_revision";
/// The key of the logo's width and height, as [`look::size`](super::look::size) writes them.
pub const LOGO_SIZE: &str = "logo_size";
/// The key of the list of [`WrittenPage`], as JSON: it is read with the settings, every second.
pub const WRITTEN_PAGES: &str = "written_pages";

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
    /// Settings of moderation.
    pub policy: Policy,
    /// Whether anybody may create an account.
    pub join_open: bool,
    /// New accounts wait for a moderator's approval.
    pub approves_joins: bool,
    /// New accounts wait for approval unless the browser has done a calculation.
    pub needs_join_proof: bool,
    /// Comments need a proved address.
    pub needs_verified_email: bool,
    /// Whether people with an invitation can join.
    pub invitations_open: bool,
    /// The publication's own style sheet: its address, and what it says. Empty = it has none.
    pub own_css: (String, String),
    pub look: Arc<Look>,
    /// Characters of a password of staff, at least.
    pub staff_password_length: usize,
    /// After how many days threads are closed; `None` = never.
    pub close_after_days: Option<i64>,
    /// Every setting by its name.
    values: HashMap<&'static str, String>,
    /// How often the settings were saved.
    pub revision: i64,
    /// Sections with published articles, the oldest first.
    pub sections: Vec<Section>,
    /// The pages that editors have written, by title.
    pub pages: Vec<WrittenPage>,
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
        let rows: Vec<(String, String)> = stored::table
            .select((stored::key, stored::value))
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
        let pages = rows.remove(WRITTEN_PAGES);
        let pages = pages.and_then(|list| serde_json::from_str(&list).ok());
        let pages: Vec<WrittenPage> = pages.unwrap_or_default();
        let logo_size = rows.remove(LOGO_SIZE).unwrap_or_default();
        let values: HashMap<&'static str, String> = settings::ALL
            .iter()
            .map(|setting| {
                let default = || setting.default.to_owned();
                (
                    setting.name,
                    rows.remove(setting.name).unwrap_or_else(default),
                )
            })
            .collect();
        let is = |setting: &Setting, value: &str| values[setting.name] == value;
        let name = match &*values[SITE_NAME.name] {
            "" => default_name,
            name => name,
        };
        Ok(Site {
            name: name.to_owned(),
            tagline: values[settings::TAGLINE.name].clone(),
            language: values[settings::LANGUAGE.name].clone(),
            zone: values[settings::TIME_ZONE.name].clone(),
            contact: values[settings::CONTACT.name].clone(),
            default_section: values[settings::DEFAULT_SECTION.name].clone(),
            policy: Policy {
                moderate_all: is(&settings::MODERATE_ALL, "on"),
                new_reader: is(&settings::FIRST_COMMENT, "hold"),
                notify_moderators: is(&settings::NOTIFY_MODERATORS, "on"),
            },
            look: Arc::new(Look::of(&values, &logo_size, &pages)),
            staff_password_length: values[settings::STAFF_PASSWORD.name].parse().unwrap_or(15),
            own_css: own_css(&values),
            close_after_days: values[settings::CLOSE_AFTER_DAYS.name].parse().ok(),
            join_open: is(&settings::JOIN, "everyone") || is(&settings::JOIN, "approval"),
            approves_joins: is(&settings::JOIN, "approval"),
            needs_join_proof: is(&settings::JOIN_PROOF, "on"),
            needs_verified_email: is(&settings::VERIFIED_EMAIL, "on"),
            invitations_open: !is(&settings::JOIN, "nobody"),
            revision: rows
                .remove(REVISION)
                .and_then(|n| n.parse().ok())
                .unwrap_or(0),
            values,
            sections,
            pages,
        })
    }

    /// A setting as it is stored, or its default.
    pub fn value(&self, setting: &Setting) -> &str {
        match setting.name == SITE_NAME.name {
            true => &self.name,
            false => &self.values[setting.name],
        }
    }

    /// The interface in the site's language.
    pub fn t(&self) -> Interface {
        Interface::for_tag(&self.language)
    }

    /// `ltr` or `rtl`.
    pub fn direction(&self) -> &'static str {
        direction(&self.language)
    }

    /// The time zone that dates are printed in.
    pub fn time_zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    fn zoned(&self, time: Time) -> jiff::Zoned {
        time.stamp().to_zoned(self.time_zone())
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

    /// The end of something in words: the last day, if it ends with a day, else the minute. Second: whether it is a day.
    pub fn end(&self, time: Time) -> (String, bool) {
        let before = time.plus(-1);
        let ends_with_day = self.start_of(self.zoned(time).date()) == Some(time);
        match ends_with_day {
            true => (self.day(before), true),
            false => (self.minute(time), false),
        }
    }

    /// When a ban ends, as a sentence for whom it concerns.
    pub fn ban_end(&self, until: Time) -> String {
        let t = self.t();
        match self.end(until) {
            (day, true) => t.ban_last_day(&day),
            (minute, false) => t.ban_until(&minute),
        }
    }

    /// A date as a source note has it, written out: `2026-11-22` and `2026-11`. Anything else stays as it is.
    pub fn written_date(&self, date: &str) -> String {
        if let Ok(day) = date.parse::<jiff::civil::Date>() {
            let t = self.t();
            let month = t.month_name(i64::from(day.month()));
            return t.date_day(&day.day().to_string(), &month, &day.year().to_string());
        }
        let month = date.split_once('-').and_then(|(year, month)| {
            let is_month = year.len() == 4 && month.len() == 2;
            let (year, month) = (year.parse().ok()?, month.parse().ok()?);
            (is_month && (1..=12).contains(&month)).then(|| self.month(year, month))
        });
        month.unwrap_or_else(|| date.to_owned())
    }

    /// `22 November 2026, 14:05`
    pub fn minute(&self, time: Time) -> String {
        let at = self.zoned(time);
        let clock = format!("{:02}:{:02}", at.hour(), at.minute());
        self.t().date_minute(&clock, &self.day(time))
    }

    /// `2026-11-22T14:05`, as fields for date and time have it.
    pub fn input_minute(&self, time: Time) -> String {
        self.zoned(time).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Reads `YYYY-MM-DDTHH:MM`, seconds optional, in the site's time zone. A time that the clocks skip or show twice is
    /// taken as RFC 5545 says: with the offset before the change.
    pub fn parse_minute(&self, given: &str) -> Option<Time> {
        let parse = |format| jiff::civil::DateTime::strptime(format, given).ok();
        let civil = parse("%Y-%m-%dT%H:%M").or_else(|| parse("%Y-%m-%dT%H:%M:%S"))?;
        let zoned = civil.to_zoned(self.time_zone()).ok()?;
        Some(Time(zoned.timestamp().as_millisecond()))
    }

    /// [`Site::parse_minute`] for a time at which something is to happen: one that the clocks skip or show twice is refused.
    ///
    /// # Errors
    /// The message to show next to the field.
    pub fn parse_exact_minute(&self, given: &str) -> Result<Time, String> {
        use jiff::tz::AmbiguousOffset;
        let t = self.t();
        let time = self
            .parse_minute(given)
            .ok_or_else(|| t.time_unreadable())?;
        let parse = |format| jiff::civil::DateTime::strptime(format, given).ok();
        let civil = parse("%Y-%m-%dT%H:%M").or_else(|| parse("%Y-%m-%dT%H:%M:%S"));
        let civil = civil.ok_or_else(|| t.time_unreadable())?;
        match self.time_zone().to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { .. } => Ok(time),
            AmbiguousOffset::Gap { .. } => Err(t.time_skipped()),
            AmbiguousOffset::Fold { .. } => Err(t.time_repeated()),
        }
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
        let zoned = day.to_zoned(self.time_zone()).ok()?;
        Some(Time(zoned.timestamp().as_millisecond()))
    }
}

/// The accent colour and the publication's own rules as one style sheet, under a name that changes with it.
fn own_css(values: &HashMap<&'static str, String>) -> (String, String) {
    let mut css = String::new();
    let accents = values[settings::ACCENT.name].split_whitespace();
    let accents: Vec<Colour> = accents.filter_map(Colour::parse).collect();
    if let Some(light) = accents.first() {
        let dark = accents.get(1).copied().unwrap_or(light.for_dark());
        let (light, dark) = (light.hex(), dark.hex());
        css.push_str(&format!(
            ":root{{--accent:{light}}}@supports (color:light-dark(#000,#fff)){{:root{{--accent:light-dark({light},{dark})}}}}\n"
        ));
    }
    css.push_str(&values[settings::OWN_CSS.name]);
    if css.is_empty() {
        return (String::new(), css);
    }
    let hash = text::encode_hex(&Sha256::digest(css.as_bytes())[..8]);
    (paths::own_css(&hash), css)
}
