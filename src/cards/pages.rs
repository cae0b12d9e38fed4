//! `GET /articles/{slug}/card.png`: the social card of an article.

use super::draw;
use crate::articles::store;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::web::{Shared, Viewer, page};
use actix_web::{HttpResponse, web};

pub async fn show(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let article = state
        .db
        .read(move |conn| store::by_slug(conn, &slug))
        .await?;
    let site = state.site();
    let id = article.id;
    let drawn = state.drawing.run(move || {
        draw(
            &article.title,
            &article.section.name,
            &site.name,
            site.direction() == "rtl",
        )
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
