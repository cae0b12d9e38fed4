//! `GET /`: the front page: lead article, latest articles, most discussed, sections, corrections.

use super::json_ld;
use super::show::{Hero, correction_label};
use super::teaser::{TeaserView, by_article, view};
use crate::articles::{corrections, lists, store};

use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::cache::Audience;
use crate::web::page::SharedPage;
use crate::web::{DateView, Page, Shared, Viewer, page};
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

pub async fn front(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (t, site) = (state.t(), state.site());
    let sections: Vec<i64> = site
        .sections
        .iter()
        .take(MAX_SECTION_BLOCKS)
        .map(|s| s.id)
        .collect();
    // The fewer sections there are, the more articles each shows.
    let wide = match sections.len() {
        0 | 1 => 9,
        2 => 6,
        _ => 3,
    };
    let (latest, picture, discussed, compared, strips, corrected, names) = state
        .db
        .read(move |conn| {
            let latest = lists::latest(conn, (1 + SECONDARY + COLUMN + FEW) as i64)?;
            let picture = match latest.first() {
                Some(lead) => store::hero(conn, lead.id)?,
                None => None,
            };
            let (discussed, compared) = lists::most_discussed(conn, DISCUSSED)?;
            let strips = lists::latest_by_section(conn, &sections, (wide + 1 + SECONDARY) as i64)?;
            let corrected = corrections::corrections(conn, None, CORRECTED)?;
            let all = latest.iter().chain(&strips).chain(&discussed);
            let mut ids: Vec<i64> = all.map(|a| a.id).collect();
            ids.sort_unstable();
            ids.dedup();
            let names = store::names(conn, &ids)?;
            Ok((
                latest, picture, discussed, compared, strips, corrected, names,
            ))
        })
        .await?;
    // Teasers show comment counts, and the counts decide which articles are the most discussed.
    let mut cache_tags = vec![CacheTag::Articles];
    let shown = latest.iter().chain(&strips).map(|teaser| teaser.id);
    let mut threads: Vec<i64> = shown.chain(compared).collect();
    threads.sort_unstable();
    threads.dedup();
    cache_tags.extend(threads.into_iter().map(CacheTag::Thread));
    let bylines = by_article(names);
    let of = |teaser| view(t, &site, teaser, &bylines);
    let is_young = latest.len() <= FEW;
    let json_ld = json_ld::site(&state.config.base.origin, &site);
    let most = if is_young {
        SECONDARY_OF_FEW
    } else {
        SECONDARY
    };
    let above: HashSet<i64> = latest
        .iter()
        .take(1 + most)
        .map(|teaser| teaser.id)
        .collect();
    let mut latest = latest.into_iter();
    let lead = latest.next().map(of);
    let secondary: Vec<TeaserView> = latest.by_ref().take(most).map(of).collect();
    let column: Vec<TeaserView> = latest.take(COLUMN).map(of).collect();
    let mut by_section: Vec<SectionBlock> = Vec::new();
    for section in site.sections.iter().take(MAX_SECTION_BLOCKS) {
        let mine = strips
            .iter()
            .filter(|s| s.section_slug == section.slug && !above.contains(&s.id));
        let items: Vec<TeaserView> = mine.take(wide).cloned().map(of).collect();
        if !items.is_empty() {
            by_section.push(SectionBlock {
                name: section.name.clone(),
                href: paths::section(&section.slug),
                items,
            });
        }
    }
    let shares = SharedPage {
        since,
        cache_tags: &cache_tags,
        audience: Audience::Readers,
        until: None,
        now: state.db.now(),
    };
    let discussed = discussed.into_iter().map(of).collect();
    let corrected = corrected.into_iter().map(|one| Corrected {
        label: correction_label(t, &one.kind),
        text: crate::text::excerpt(&one.text, 160),
        at: DateView::day(&site, one.at),
        href: paths::article(&one.slug),
        title: one.title,
    });
    let corrected: Vec<Corrected> = corrected.collect();
    let about = if site.tagline.is_empty() {
        t.front_about(&site.name)
    } else {
        site.tagline.clone()
    };
    page::cached_for_readers(&state, &request, &viewer, &shares, |viewer, _| {
        let mut page = Page::new(&state, viewer, "")
            .at(&state, paths::FRONT)
            .about(&about);
        page.json_ld = json_ld;
        FrontPage {
            page,
            t,
            lead,
            picture: picture
                .map(|(picture, alt, sizes)| Hero::of(&picture, alt, &sizes, FRONT_SIZES)),
            secondary,
            column,
            discussed,
            strips: by_section,
            corrected,
        }
    })
    .await
}
