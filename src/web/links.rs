//! Links and pictures as settings name them: a line each, checked before they are stored.

use crate::interface::Interface;
use crate::paths;
use crate::text;

/// Characters of the name of a link.
const MOST_NAME: usize = 40;
/// Characters of an address.
const MOST_ADDRESS: usize = 300;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedLink {
    pub name: String,
    pub href: String,
}

/// The links of a setting, a line each: `Name | address`, or an address that is its own name.
pub(super) fn links(lines: &str) -> Vec<NamedLink> {
    lines.lines().filter_map(link).collect()
}

fn link(line: &str) -> Option<NamedLink> {
    let (name, href) = match line.split_once('|') {
        Some((name, href)) => (name.trim(), href.trim()),
        None => {
            let href = line.trim();
            let host = href.split_once("://").map_or(href, |(_, rest)| rest);
            let host = host.split('/').next().unwrap_or(host);
            (host.strip_prefix("www.").unwrap_or(host), href)
        }
    };
    let is_address = ["https://", "http://", "mailto:"]
        .iter()
        .any(|begin| href.len() > begin.len() && href.starts_with(begin))
        || (href.starts_with('/') && !href.starts_with("//"));
    let is_plain = !href.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    let is_short = name.chars().count() <= MOST_NAME && href.chars().count() <= MOST_ADDRESS;
    let found = !name.is_empty() && is_address && is_plain && is_short;
    found.then(|| NamedLink {
        name: name.to_owned(),
        href: href.to_owned(),
    })
}

/// At most `most` lines with a link each, without empty ones.
///
/// # Errors
/// The message to show next to the field, which names the first wrong line.
pub(super) fn check_links(t: Interface, given: &str, most: usize) -> Result<String, String> {
    let cleaned = text::clean(given).map_err(|_| t.text_control_character())?;
    let lines = cleaned.lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if lines.len() > most {
        return Err(t.links_too_many(most as i64));
    }
    match lines.iter().find(|line| link(line).is_none()) {
        Some(wrong) => Err(t.link_line_invalid(&text::excerpt(wrong, 80))),
        None => Ok(lines.join("\n")),
    }
}

/// The path of a picture of the media library; its name alone will do.
///
/// # Errors
/// The message to show next to the field.
pub(super) fn check_picture(t: Interface, given: &str) -> Result<String, String> {
    let name = given.trim();
    if name.is_empty() {
        return Ok(String::new());
    }
    let name = name.strip_prefix(&paths::media("")).unwrap_or(name);
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    let is_picture = [".png", ".jpg", ".svg", ".gif", ".webp"]
        .iter()
        .any(|end| name.ends_with(end));
    match is_name && is_picture {
        true => Ok(paths::media(name)),
        false => Err(t.setting_no_picture()),
    }
}
