//! Reads the dates of front matter and of file names, in the forms that other publishing systems write.

use crate::db::Time;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Zone abbreviations with one common meaning: name, and offset from UTC in minutes.
/// <https://www.rfc-editor.org/rfc/rfc2822#section-4.3>, and those of Europe and Japan.
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("west", 60),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("jst", 540),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What has been read of a date so far.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<jiff::civil::Time>,
    zone: Option<TimeZone>,
}

/// Parses a date, with or without a time and a zone: `2015-03-17`, `2015-03-17 9:00:00.5 -0500`, `17 March 2015`,
/// `Tue Mar 17 09:00:00 CET 2015`. Without a zone it is in `zone`; without a time it is the start of the day.
///
/// # Errors
/// The part of the text that cannot be read; empty if a part is missing.
pub fn parse_time(text: &str, zone: &TimeZone) -> Result<Time, String> {
    let text = text.trim();
    let mut parts = Parts::default();
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        read_word(&mut parts, word).ok_or_else(|| word.to_owned())?;
    }
    let (Some(year), Some(month), Some(day)) = (parts.year, parts.month, parts.day) else {
        return Err(String::new());
    };
    let date = Date::new(year, month, day).map_err(|_| text.to_owned())?;
    let civil = DateTime::from_parts(date, parts.time.unwrap_or_default());
    let zoned = civil.to_zoned(parts.zone.unwrap_or_else(|| zone.clone()));
    let stamp = zoned.map_err(|_| text.to_owned())?.timestamp();
    Ok(Time(stamp.as_millisecond()))
}

/// Takes one word of a date. `None` if it has no meaning, or one that another word had already.
fn read_word(parts: &mut Parts, word: &str) -> Option<()> {
    let lower = word.to_lowercase();
    if let Some((date, time)) = lower.split_once('t')
        && date.ends_with(|c: char| c.is_ascii_digit())
        && time.starts_with(|c: char| c.is_ascii_digit())
    {
        read_word(parts, date)?;
        return read_word(parts, time);
    }
    if lower.contains(':') && lower.starts_with(|c: char| c.is_ascii_digit()) {
        // `9:00am`
        let mut halves = ["am", "pm"].into_iter();
        let half = halves.find_map(|half| Some((lower.strip_suffix(half)?, half)));
        return match half {
            None => read_clock(parts, &lower),
            Some((clock, half)) => {
                read_clock(parts, clock)?;
                read_word(parts, half)
            }
        };
    }
    if lower.starts_with(['+', '-']) {
        return set(&mut parts.zone, offset(&lower)?);
    }
    let numbers: Vec<&str> = lower.split(['-', '/', '.']).collect();
    if let [year, month, day] = numbers.as_slice()
        && year.len() == 4
    {
        set(&mut parts.year, year.parse().ok()?)?;
        set(&mut parts.month, month.parse().ok()?)?;
        return set(&mut parts.day, day.parse().ok()?);
    }
    let number = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| lower.strip_suffix(ending))
        .unwrap_or(&lower);
    if number.bytes().all(|b| b.is_ascii_digit()) {
        return match number.len() {
            1 | 2 => set(&mut parts.day, number.parse().ok()?),
            4 => set(&mut parts.year, number.parse().ok()?),
            _ => None,
        };
    }
    let name = lower.trim_end_matches('.');
    let begins = |full: &str| name.len() >= 3 && full.starts_with(name);
    if let Some(month) = MONTHS.iter().position(|m| begins(m)) {
        return set(&mut parts.month, i8::try_from(month + 1).ok()?);
    }
    if DAYS.iter().any(|day| begins(day)) {
        return Some(());
    }
    if let (Some(time), "am" | "pm") = (parts.time, name) {
        let hour = time.hour() % 12 + if name == "pm" { 12 } else { 0 };
        parts.time = Some(time.with().hour(hour).build().ok()?);
        return Some(());
    }
    let known = ZONES.iter().find(|(zone, _)| *zone == name);
    let zone = match known {
        Some((_, minutes)) => fixed(*minutes)?,
        None => TimeZone::get(word).ok()?,
    };
    set(&mut parts.zone, zone)
}

/// Takes a time of day, perhaps with an offset behind it: `9:00`, `09:00:00.25+01:00`, `09:00z`.
fn read_clock(parts: &mut Parts, word: &str) -> Option<()> {
    let end = word.find(['+', '-', 'z']).unwrap_or(word.len());
    let (clock, zone) = word.split_at(end);
    match zone {
        "" => {}
        "z" => set(&mut parts.zone, TimeZone::UTC)?,
        zone => set(&mut parts.zone, offset(zone)?)?,
    }
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let numbers: Option<Vec<i8>> = clock
        .split(':')
        .map(|part| match part.len() {
            1 | 2 => part.parse().ok(),
            _ => None,
        })
        .collect();
    let (hour, minute, second) = match numbers?.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        // A leap second is the last second of its minute.
        [hour, minute, second] => (*hour, *minute, if *second == 60 { 59 } else { *second }),
        _ => return None,
    };
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nanos: i32 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    let time = jiff::civil::Time::new(hour, minute, second, nanos).ok()?;
    set(&mut parts.time, time)
}

/// An offset from UTC: `+01:00`, `-0500`, `-5`.
fn offset(text: &str) -> Option<TimeZone> {
    let (sign, digits) = (text.get(..1)?, text.get(1..)?);
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let is_number = |part: &str| (1..=2).contains(&part.len()) && part.parse::<u8>().is_ok();
    if !is_number(hours) || !is_number(minutes) {
        return None;
    }
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    fixed(if sign == "-" { -minutes } else { minutes })
}

fn fixed(minutes: i32) -> Option<TimeZone> {
    let offset = jiff::tz::Offset::from_seconds(minutes * 60).ok()?;
    Some(TimeZone::fixed(offset))
}

/// Sets a part; `None` if it has another value already.
fn set<T: PartialEq>(part: &mut Option<T>, value: T) -> Option<()> {
    match part {
        Some(known) => (*known == value).then_some(()),
        None => {
            *part = Some(value);
            Some(())
        }
    }
}

/// The date at the beginning of a file's name, or of its folder's name if the file is an `index`:
/// `2013-07-10-hello.md`, `2013-07-10-hello/index.md`.
pub(super) fn of_file_name(path: &std::path::Path, zone: &TimeZone) -> Option<Time> {
    let stem = path.file_stem()?.to_str()?;
    let name = match stem {
        "index" | "_index" => path.parent()?.file_name()?.to_str()?,
        stem => stem,
    };
    let mut parts = name.splitn(4, ['-', '_']);
    let date = [parts.next()?, parts.next()?, parts.next()?];
    of_parts(date, zone)
}

/// The date in a path: `/2025/08/05/hello`.
pub(super) fn of_path(path: &str, zone: &TimeZone) -> Option<Time> {
    let parts: Vec<&str> = path.split('/').collect();
    parts
        .windows(3)
        .find_map(|date| of_parts([date[0], date[1], date[2]], zone))
}

/// A date of year, month and day.
fn of_parts(parts: [&str; 3], zone: &TimeZone) -> Option<Time> {
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let [year, month, day] = parts;
    let is_date = parts.into_iter().all(is_number)
        && year.len() == 4
        && (1..=2).contains(&month.len())
        && (1..=2).contains(&day.len());
    is_date.then(|| parse_time(&parts.join("-"), zone).ok())?
}
