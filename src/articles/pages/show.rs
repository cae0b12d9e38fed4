//! `GET /articles/{slug}`: the article and the first page of its thread in one response.

use super::article_data::{ArticleData, article_thread};
use super::article_view::{article_page, hero};
use super::json_ld;
use crate::comments::pages::{Query, ThreadView, thread_view};
use crate::error::Error;
use crate::paths;
use crate::web::page::{Feed, SharedPage};
use crate::web::{Page, Shared, State, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /articles/{slug}`
pub async fn show(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (slug, query, now) = (slug.into_inner(), Query::of(&request), state.db.now());
    let (sort, who, since) = (query.sort(), viewer.clone(), state.db.version());
    let after = query.after.clone();
    let data = state
        .db
        .read(move |conn| ArticleData::read(conn, &slug, &who, (sort, &after), now))
        .await?;
    let (t, site) = (state.t(), state.site());
    let shared = SharedPage {
        since,
        cache_tags: &data.cache_tags(),
        audience: data.audience,
        until: data.thread.first_deadline(&viewer, now),
        now,
    };
    page::cached_for_readers(&state, &request, &viewer, &shared, |viewer, key| {
        let of = article_thread(&data.article);
        let total = data.article.public_comments.unwrap_or(0);
        let thread = thread_view(&state, viewer, &of, (&data.thread, total), sort, now, key);
        let mut page = head(&state, viewer, &data, &thread);
        page.noindex = !query.after.is_empty();
        article_page(t, &site, &data, viewer, (page, thread))
    })
    .await
}

/// Title, canonical URL, feeds, social card and JSON-LD.
pub(super) fn head(
    state: &State,
    viewer: &Viewer,
    data: &ArticleData,
    thread: &ThreadView,
) -> Page {
    let (article, origin) = (&data.article, &state.config.base.origin);
    let card = format!("{origin}{}", paths::card(&article.slug));
    let picture = hero(article, &data.sizes).map(|hero| format!("{origin}{}", hero.src));
    let mut page = Page::new(state, viewer, &article.title)
        .at(state, &paths::article(&article.slug))
        .about(article.description());
    page.keywords = article.keyphrases.lines().collect::<Vec<_>>().join(", ");
    page.section.clone_from(&article.section.slug);
    page.card.kind = "article";
    page.card.image.clone_from(&card);
    page.feeds = vec![Feed {
        href: paths::thread_feed(&article.slug),
        mime: "application/atom+xml",
        title: state.t().feed_of_thread(&article.title),
    }];
    let parts = json_ld::Parts {
        article,
        authors: &data.authors,
        notes: &data.notes,
        corrections: &data.corrections,
        tags: data.tags.iter().map(|tag| tag.2.as_str()).collect(),
        images: picture.into_iter().chain([card]).collect(),
        comments: &thread.comments,
    };
    page.json_ld = json_ld::news_article(origin, &state.site(), &parts);
    page
}
