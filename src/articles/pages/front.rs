//! `GET /`: the front page: lead article, latest articles, most discussed, sections, corrections.

use super::article_view::{Hero, correction_label};
use super::json_ld;
use super::teaser::{Names, TeaserView, by_article, view};
use crate::articles::{corrections, front_pins, lists, store};
use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::media::thumbnails::{self, Thumbnails};
use crate::paths;
use crate::web::cache::Audience;
use crate::web::page::SharedPage;
use crate::web::{DateView, Page, Shared, Site, State, Viewer, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use std::collections::HashSet;

/// The `sizes` attribute of the lead article's picture.
const FRONT_SIZES: &str = "(max-width: 60rem) calc(100vw - 2.5rem), 47rem";
/// Articles shown with their dek below the lead.
const SECONDARY: usize = 4;
/// [`SECONDARY`] for a site with at most [`FEW`] articles, so that some are left for the sections.
const SECONDARY_OF_FEW: usize = 2;
const FEW: usize = 12;
/// Titles in the narrow column.
const COLUMN: usize = 6;
const DISCUSSED: i64 = 6;
const CORRECTED: i64 = 3;
/// Maximum number of sections shown with a block of their own.
const MAX_SECTION_BLOCKS: usize = 6;

struct SectionBlock {
    name: String,
    href: String,
    items: Vec<TeaserView>,
}

struct Corrected {
    label: String,
    text: String,
    at: DateView,
    href: String,
    title: String,
}

#[derive(Template)]
#[template(path = "articles/front.html")]
struct FrontPage {
    page: Page,
    t: Interface,
    lead: Option<TeaserView>,
    picture: Option<Hero>,
    secondary: Vec<TeaserView>,
    column: Vec<TeaserView>,
    discussed: Vec<TeaserView>,
    strips: Vec<SectionBlock>,
    corrected: Vec<Corrected>,
}

/// Everything that the page reads from the database.
struct FrontData {
    latest: Vec<lists::Teaser>,
    /// The lead article's picture.
    picture: Option<store::HeroWithVariants>,
    /// Pictures of the articles below the lead.
    thumbnails: Thumbnails,
    /// When the first of the pinned articles is not pinned any more.
    until: Option<Time>,
    discussed: Vec<lists::Teaser>,
    /// Articles whose comment counts were compared.
    compared: Vec<i64>,
    by_section: Vec<lists::Teaser>,
    corrected: Vec<corrections::Corrected>,
    names: Vec<store::Name>,
}

impl FrontData {
    /// `wide`: articles in the block of a section.
    fn read(conn: &mut Conn, sections: &[i64], wide: usize, now: Time) -> Result<FrontData, Error> {
        let mut latest = lists::latest(conn, (1 + SECONDARY + COLUMN + FEW) as i64)?;
        let until = put_pinned_first(conn, &mut latest, now)?;
        let picture = match latest.first() {
            Some(lead) => store::hero(conn, lead.id)?,
            None => None,
        };
        let below = latest.iter().skip(1).take(SECONDARY);
        let below: Vec<i64> = below.map(|teaser| teaser.id).collect();
        let thumbnails = thumbnails::of_articles(conn, &below)?;
        let (discussed, compared) = lists::most_discussed(conn, DISCUSSED, now)?;
        let each = (wide + 1 + SECONDARY) as i64;
        let by_section = lists::latest_by_section(conn, sections, each)?;
        let corrected = corrections::corrections(conn, None, CORRECTED)?;
        let all = latest.iter().chain(&by_section).chain(&discussed);
        let mut ids: Vec<i64> = all.map(|a| a.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let names = store::names(conn, &ids)?;
        Ok(FrontData {
            latest,
            until,
            picture,
            thumbnails,
            discussed,
            compared,
            by_section,
            corrected,
            names,
        })
    }

    /// Teasers show comment counts, and the counts decide which articles are the most discussed.
    fn cache_tags(&self) -> Vec<CacheTag> {
        let shown = self.latest.iter().chain(&self.by_section);
        let shown = shown.map(|teaser| teaser.id);
        let mut threads: Vec<i64> = shown.chain(self.compared.iter().copied()).collect();
        threads.sort_unstable();
        threads.dedup();
        let threads = threads.into_iter().map(CacheTag::Thread);
        std::iter::once(CacheTag::Articles).chain(threads).collect()
    }
}

/// Puts what an editor has pinned before the latest, once each. Returns when the first of them is not pinned any more.
fn put_pinned_first(
    conn: &mut Conn,
    latest: &mut Vec<lists::Teaser>,
    now: Time,
) -> Result<Option<Time>, Error> {
    let pins = front_pins::pinned(conn, now)?;
    if pins.is_empty() {
        return Ok(None);
    }
    let ids: Vec<i64> = pins.iter().map(|pin| pin.article).collect();
    let pinned = lists::by_ids(conn, &ids)?;
    latest.retain(|teaser| !pinned.iter().any(|pin| pin.id == teaser.id));
    latest.splice(0..0, pinned);
    Ok(pins.into_iter().filter_map(|pin| pin.until).min())
}

/// `GET /`
pub async fn front(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let site = state.site();
    let shown = site.sections.iter().take(MAX_SECTION_BLOCKS);
    let sections: Vec<i64> = shown.map(|section| section.id).collect();
    // The fewer sections there are, the more articles each shows.
    let wide = match sections.len() {
        0 | 1 => 9,
        2 => 6,
        _ => 3,
    };
    let now = state.db.now();
    let data = state
        .db
        .read(move |conn| FrontData::read(conn, &sections, wide, now))
        .await?;
    let shared = SharedPage {
        since,
        cache_tags: &data.cache_tags(),
        audience: Audience::Readers,
        until: data.until,
        now,
    };
    page::cached_for_readers(&state, &request, &viewer, &shared, |viewer, _| {
        front_page(&state, &site, viewer, data, wide)
    })
    .await
}

fn front_page(
    state: &State,
    site: &Site,
    viewer: &Viewer,
    data: FrontData,
    wide: usize,
) -> FrontPage {
    let t = state.t();
    let bylines = by_article(data.names);
    let of = |teaser| view(t, site, teaser, &bylines);
    let secondary = match data.latest.len() <= FEW {
        true => SECONDARY_OF_FEW,
        false => SECONDARY,
    };
    let leads = &data.latest[..data.latest.len().min(1 + secondary)];
    let above: HashSet<i64> = leads.iter().map(|teaser| teaser.id).collect();
    let strips = section_blocks(t, site, &bylines, &data.by_section, &above, wide);
    let about = match site.tagline.as_str() {
        "" => t.front_about(&site.name),
        tagline => tagline.to_owned(),
    };
    let mut page = Page::new(state, viewer, "")
        .at(state, paths::FRONT)
        .about(&about);
    page.json_ld = json_ld::site(&state.config.base.origin, site, leads);
    let mut latest = data.latest.into_iter();
    let picture = data.picture;
    FrontPage {
        page,
        t,
        lead: latest.next().map(of),
        picture: picture.map(|(picture, alt, sizes)| Hero::of(&picture, alt, &sizes, FRONT_SIZES)),
        secondary: latest
            .by_ref()
            .take(secondary)
            .map(|one| (one.id, of(one)))
            .map(|(id, view)| view.illustrated(id, &data.thumbnails))
            .collect(),
        column: latest.take(COLUMN).map(of).collect(),
        discussed: data.discussed.into_iter().map(of).collect(),
        strips,
        corrected: data
            .corrected
            .into_iter()
            .map(|one| corrected(t, site, one))
            .collect(),
    }
}

/// A block for each section that has articles which are not shown above.
fn section_blocks(
    t: Interface,
    site: &Site,
    bylines: &Names,
    teasers: &[lists::Teaser],
    above: &HashSet<i64>,
    wide: usize,
) -> Vec<SectionBlock> {
    let block = |section: &crate::web::site::Section| {
        let own = teasers
            .iter()
            .filter(|one| one.section_slug == section.slug && !above.contains(&one.id));
        SectionBlock {
            name: section.name.clone(),
            href: paths::section(&section.slug),
            items: own
                .take(wide)
                .map(|one| view(t, site, one.clone(), bylines))
                .collect(),
        }
    };
    let sections = site.sections.iter().take(MAX_SECTION_BLOCKS);
    sections
        .map(block)
        .filter(|block| !block.items.is_empty())
        .collect()
}

fn corrected(t: Interface, site: &Site, one: corrections::Corrected) -> Corrected {
    Corrected {
        label: correction_label(t, &one.kind),
        text: crate::text::excerpt(&one.text, 160),
        at: DateView::day(site, one.at),
        href: paths::article(&one.slug),
        title: one.title,
    }
}
