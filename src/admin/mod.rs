//! Administration: dashboard, settings, staff, and removing the sample content.

pub mod pages;
pub mod store;

use crate::interface::Interface;
use crate::text;

/// Validates the site's name: 1 to 80 characters.
///
/// # Errors
/// The message to show next to the field.
pub fn parse_site_name(t: Interface, given: &str) -> Result<String, String> {
    let name = text::clean_line(given).map_err(|_| t.text_unfit())?;
    match name.chars().count() {
        0 => Err(t.site_name_missing()),
        1..=80 if !text::is_blank(&name) => Ok(name),
        1..=80 => Err(t.site_name_missing()),
        _ => Err(t.site_name_long()),
    }
}

/// Validates the syntax of a BCP 47 language tag: `en`, `de-CH`, `zh-Hant`.
pub fn parse_language(t: Interface, given: &str) -> Result<String, String> {
    let given = given.trim();
    let mut parts = given.split('-');
    let first = parts
        .next()
        .is_some_and(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphabetic()));
    let rest =
        parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()));
    if first && rest && given.len() <= 35 {
        Ok(given.to_owned())
    } else {
        Err(t.language_form())
    }
}

/// Validates the name of an IANA time zone.
pub fn parse_zone(t: Interface, given: &str) -> Result<String, String> {
    let given = given.trim();
    let zone = jiff::tz::TimeZone::get(given).map_err(|_| t.zone_form())?;
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}
