//! The publication's settings, as every page needs them. `admin` writes them.

use crate::db::{Conn, Time, schema::settings};
use crate::error::Error;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub name: String,
    pub tagline: String,
    /// BCP 47 tag of what is written here.
    pub language: String,
    /// IANA name of the zone that dates are printed in.
    pub zone: String,
    pub contact: String,
    pub default_section: String,
    /// A reader's first comment waits for a moderator.
    pub hold_first: bool,
    /// Whether strangers may make an account.
    pub join_open: bool,
}

impl Site {
    /// Reads the settings; what was never set has its default.
    pub fn load(conn: &mut Conn, default_name: &str) -> Result<Site, Error> {
        let rows: Vec<(String, String)> = settings::table
            .select((settings::key, settings::value))
            .load(conn)?;
        let mut rows: HashMap<String, String> = rows.into_iter().collect();
        let mut take =
            |key: &str, default: &str| rows.remove(key).unwrap_or_else(|| default.to_owned());
        Ok(Site {
            name: take("site_name", default_name),
            tagline: take("tagline", ""),
            language: take("language", "en"),
            zone: take("zone", "UTC"),
            contact: take("contact", ""),
            default_section: take("default_section", "News"),
            hold_first: take("first_comment", "hold") == "hold",
            join_open: take("join", "everyone") == "everyone",
        })
    }

    fn zoned(&self, time: Time) -> jiff::Zoned {
        time.stamp()
            .in_tz(&self.zone)
            .unwrap_or_else(|_| time.stamp().to_zoned(jiff::tz::TimeZone::UTC))
    }

    /// `22 November 2026`
    pub fn day(&self, time: Time) -> String {
        self.zoned(time).strftime("%-d %B %Y").to_string()
    }

    /// `22 November 2026, 14:05`
    pub fn minute(&self, time: Time) -> String {
        self.zoned(time).strftime("%-d %B %Y, %H:%M").to_string()
    }
}
