//! The page of an article that is not published yet, or not like this: exactly what readers would see.

use super::article_data::{ArticleData, RELATED, article_thread};
use super::article_view::article_page;
use super::show::head;
use crate::articles::preview::{Unpublished, read};
use crate::articles::store;
use crate::comments::pages::thread_view;
use crate::comments::{Sort, thread};
use crate::error::Error;
use crate::web::cache::Audience;
use crate::web::{State, Viewer, page};
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

/// The page of an article as it would be published, as readers without an account see it. It is never cached nor listed.
///
/// # Errors
/// Of the database; `Internal` when the template fails.
pub async fn preview(state: &State, shown: Unpublished) -> Result<HttpResponse, Error> {
    let now = state.db.now();
    let nobody = Viewer(None);
    let reader = nobody.clone();
    let data = state
        .db
        .read(move |conn| {
            let found = read(conn, &shown, RELATED, now)?;
            let of = article_thread(&found.article);
            let thread = match shown.published_at {
                Some(_) => thread::page(conn, &of, &reader, Sort::Newest, "", now)?,
                None => thread::Thread::default(),
            };
            let named: Vec<i64> = found.related.iter().map(|teaser| teaser.id).collect();
            Ok(ArticleData {
                bylines: store::names(conn, &named)?,
                article: found.article,
                sizes: found.sizes,
                notes: found.notes,
                corrections: found.corrections,
                authors: found.authors,
                tags: found.tags,
                related: found.related,
                thread,
                audience: Audience::Readers,
            })
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let of = article_thread(&data.article);
    let total = data.article.public_comments.unwrap_or(0);
    let comments = (&data.thread, total);
    let thread = thread_view(
        state,
        &nobody,
        &of,
        comments,
        Sort::Newest,
        now,
        String::new(),
    );
    let mut page = head(state, &nobody, &data, &thread);
    page.noindex = true;
    let mut response = page::ok(&article_page(t, &site, &data, &nobody, (page, thread)))?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The address may be the secret.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}
