//! What the settings put around every page: logo, icon, and the links of header and footer.

use super::assets;
use super::links::{NamedLink, links};
use super::settings::{self, Setting};
use crate::paths;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A page that is no article, as footers and the newsroom name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenPage {
    pub slug: String,
    pub title: String,
    pub in_footer: bool,
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
