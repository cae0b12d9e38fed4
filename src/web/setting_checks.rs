//! Checks of the values of settings: what is stored, or the message to show next to the field.

use crate::interface::Interface;
use crate::text::colour::{Colour, DARK_PAPER, LEAST_CONTRAST, PAPER};
use crate::text::css::{self, Problem};
use crate::text::{self, Email};

/// NIST SP 800-63B-4 asks for 15 characters where a password is the only factor.
pub(super) fn password_length(t: Interface, given: &str) -> Result<String, String> {
    match given.trim().parse::<usize>() {
        Ok(length) if (12..=64).contains(&length) => Ok(length.to_string()),
        _ => Err(t.staff_password_length_invalid()),
    }
}

pub(super) fn as_it_is(_: Interface, given: &str) -> Result<String, String> {
    Ok(given.to_owned())
}

pub(super) fn required(t: Interface, given: &str) -> Result<String, String> {
    match given.is_empty() {
        true => Err(t.required()),
        false => Ok(given.to_owned()),
    }
}

pub(super) fn site_name(t: Interface, given: &str) -> Result<String, String> {
    match text::is_blank(given) {
        true => Err(t.site_name_missing()),
        false => Ok(given.to_owned()),
    }
}

/// The syntax of a BCP 47 language tag: `en`, `de-CH`, `zh-Hant`.
pub(super) fn language(t: Interface, given: &str) -> Result<String, String> {
    let given = given.trim();
    let mut parts = given.split('-');
    let first = parts
        .next()
        .is_some_and(|p| (2..=3).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphabetic()));
    let rest =
        parts.all(|p| (1..=8).contains(&p.len()) && p.chars().all(|c| c.is_ascii_alphanumeric()));
    match first && rest {
        true => Ok(given.to_owned()),
        false => Err(t.language_tag_invalid()),
    }
}

/// The name of an IANA time zone.
pub(super) fn time_zone(t: Interface, given: &str) -> Result<String, String> {
    let zone = jiff::tz::TimeZone::get(given.trim()).map_err(|_| t.time_zone_invalid())?;
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}

/// A whole number of days, up to ten years; empty = never.
pub(super) fn days(t: Interface, given: &str) -> Result<String, String> {
    match given.parse::<i64>() {
        _ if given.is_empty() => Ok(String::new()),
        Ok(days) if (1..=3650).contains(&days) => Ok(days.to_string()),
        _ => Err(t.close_after_days_invalid()),
    }
}

/// One colour, or one for light and one for dark pages. Text in it must be readable.
pub(super) fn accent(t: Interface, given: &str) -> Result<String, String> {
    let colours: Option<Vec<Colour>> = given.split_whitespace().map(Colour::parse).collect();
    let colours = colours.ok_or_else(|| t.accent_invalid())?;
    let check = |colour: &Colour, paper| match colour.contrast(paper) {
        enough if enough >= LEAST_CONTRAST => Ok(()),
        contrast => Err(t.accent_too_weak(&colour.hex(), &format!("{contrast:.1}"))),
    };
    match colours.as_slice() {
        [] => Ok(String::new()),
        [light] => check(light, PAPER).map(|()| light.hex()),
        [light, dark] => {
            check(light, PAPER)?;
            check(dark, DARK_PAPER)?;
            Ok(format!("{} {}", light.hex(), dark.hex()))
        }
        _ => Err(t.accent_invalid()),
    }
}

/// Bytes of a style sheet.
const MOST_CSS: usize = 64 * 1024;

pub(super) fn own_css(t: Interface, given: &str) -> Result<String, String> {
    let css = given.replace("\r\n", "\n");
    if css.chars().count() > MOST_CSS {
        return Err(t.line_too_long(MOST_CSS as i64));
    }
    if text::clean(&css).is_err() {
        return Err(t.text_control_character());
    }
    match css::check(&css) {
        Ok(()) => Ok(css.trim().to_owned()),
        Err(Problem::Import) => Err(t.own_css_import()),
        Err(Problem::Elsewhere(url)) => Err(t.own_css_elsewhere(&url)),
        Err(Problem::Unfinished) => Err(t.own_css_unfinished()),
    }
}

pub(super) fn email(t: Interface, given: &str) -> Result<String, String> {
    match given.trim().is_empty() {
        true => Ok(String::new()),
        false => Email::parse(t, given).map(|email| email.as_str().to_owned()),
    }
}
