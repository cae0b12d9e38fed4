//! `GET /articles/{slug}/card.png`: the social card of an article.

use super::{Content, draw};
use crate::articles::store;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::media;
use crate::web::{Shared, Viewer, page};
use actix_web::{HttpResponse, web};

/// The largest picture behind a title, in pixels: decoding takes four bytes for each.
const MOST_PIXELS: i64 = 24_000_000;

pub async fn show(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (article, focus) = state
        .db
        .read(move |conn| {
            let article = store::by_slug(conn, &slug)?;
            let focus = match &article.hero {
                Some(hero) => media::store::focus(conn, hero.id)?,
                None => (50, 50),
            };
            Ok((article, focus))
        })
        .await?;
    let site = state.site();
    let id = article.id;
    // The file is read where the card is drawn. One that is missing or too large is left out.
    let file = article
        .hero
        .as_ref()
        .filter(|hero| hero.width * hero.height <= MOST_PIXELS)
        .map(|hero| state.config.data.join("media").join(&hero.file));
    let drawn = state.drawing.run(move || {
        draw(&Content {
            title: &article.title,
            section: &article.section.name,
            site: &site.name,
            is_right_to_left: site.direction() == "rtl",
            focus,
            picture: file.and_then(|file| std::fs::read(file).ok()),
        })
    });
    let png = drawn.await??;
    let cache_tags = [CacheTag::Article(id)];
    Ok(page::cached_file(
        &viewer,
        since,
        &cache_tags,
        "image/png",
        None,
        png,
    ))
}
