//! What the settings put around every page: logo, icon, and the links of header and footer.

use super::assets;
use super::settings::{self, Setting};
use super::site::WrittenPage;
use crate::interface::Interface;
use crate::paths;
use crate::text;
use std::collections::HashMap;

/// Characters of the name of a link.
const MOST_NAME: usize = 40;
/// Characters of an address.
const MOST_ADDRESS: usize = 300;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedLink {
    pub name: String,
    pub href: String,
}

/// The publication's own look on every page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The picture in the place of the name; empty = the name.
    pub logo: String,
    /// Width and height of the logo, as attributes of the picture.
    pub logo_size: (u32, u32),
    pub icon: String,
    pub icon_type: &'static str,
    pub touch_icon: String,
    /// In the header, behind the sections.
    pub navigation: Vec<NamedLink>,
    /// In the footer, behind the pages that every site has.
    pub footer: Vec<NamedLink>,
    /// Profiles elsewhere.
    pub social: Vec<NamedLink>,
}

impl Look {
    /// `logo_size`: as [`size`] wrote it.
    pub(super) fn of(
        values: &HashMap<&'static str, String>,
        logo_size: &str,
        pages: &[WrittenPage],
    ) -> Look {
        let value = |setting: &Setting| values[setting.name].as_str();
        let icon = value(&settings::ICON);
        let written = pages
            .iter()
            .filter(|page| page.in_footer && paths::page(&page.slug).starts_with("/pages/"));
        let written = written.map(|page| NamedLink {
            name: page.title.clone(),
            href: paths::page(&page.slug),
        });
        let (width, height) = logo_size.split_once('x').unwrap_or_default();
        Look {
            logo: value(&settings::LOGO).to_owned(),
            logo_size: (width.parse().unwrap_or(0), height.parse().unwrap_or(0)),
            icon_type: mime(icon),
            touch_icon: match icon {
                // iOS does not accept SVG here.
                icon if icon.is_empty() || icon.ends_with(".svg") => {
                    assets::ICON_180_PNG.to_owned()
                }
                icon => icon.to_owned(),
            },
            icon: match icon {
                "" => assets::ICON_SVG.to_owned(),
                icon => icon.to_owned(),
            },
            navigation: links(value(&settings::NAVIGATION)),
            footer: written.chain(links(value(&settings::FOOTER))).collect(),
            social: links(value(&settings::SOCIAL)),
        }
    }
}

fn mime(icon: &str) -> &'static str {
    match icon.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "image/svg+xml",
    }
}

/// Width and height of a logo, for [`Look::of`].
pub fn size(width: u32, height: u32) -> String {
    format!("{width}x{height}")
}

/// The links of a setting, a line each: `Name | address`, or an address that is its own name.
fn links(lines: &str) -> Vec<NamedLink> {
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
