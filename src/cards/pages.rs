//! `GET /articles/{slug}/card.png`

use super::draw;
use crate::articles::store;
use crate::db::fresh::Topic;
use crate::error::Error;
use crate::web::{Shared, Viewer, page};
use actix_web::{HttpResponse, web};

pub async fn show(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let since = state.db.moment();
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
    let topics = [Topic::Article(id)];
    Ok(page::kept_file(
        &viewer,
        since,
        &topics,
        "image/png",
        None,
        png,
    ))
}
