//! The view of an article in a list, for templates.

use super::names;
use crate::articles::lists::Teaser;
use crate::articles::store::Name;
use crate::interface::Interface;
use crate::media::thumbnails::{Thumbnail, Thumbnails};
use crate::paths;
use crate::web::{DateView, Site};
use std::collections::HashMap;

pub struct TeaserView {
    pub href: String,
    pub title: String,
    pub dek: String,
    pub section: String,
    pub section_href: String,
    pub authors: String,
    pub at: DateView,
    pub comments: String,
    /// Where lists show pictures.
    pub thumbnail: Option<Thumbnail>,
}

impl TeaserView {
    /// With the picture that there is for article `id`.
    pub fn illustrated(mut self, id: i64, thumbnails: &Thumbnails) -> TeaserView {
        self.thumbnail = thumbnails.get(&id).cloned();
        self
    }
}

/// Bylines by article id.
pub type Names = HashMap<i64, Vec<Name>>;

pub fn by_article(names: Vec<Name>) -> Names {
    let mut by_article: Names = HashMap::new();
    for name in names {
        by_article.entry(name.article).or_default().push(name);
    }
    by_article
}

pub fn view(t: Interface, site: &Site, teaser: Teaser, bylines: &Names) -> TeaserView {
    let count = teaser.public_comments;
    TeaserView {
        href: paths::article(&teaser.slug),
        authors: bylines
            .get(&teaser.id)
            .map(|a| names(t, a))
            .unwrap_or_default(),
        title: teaser.title,
        dek: teaser.dek,
        section_href: paths::section(&teaser.section_slug),
        section: teaser.section,
        at: DateView::day(site, teaser.published_at),
        comments: if count > 0 {
            t.comments_count(count)
        } else {
            String::new()
        },
        thumbnail: None,
    }
}
