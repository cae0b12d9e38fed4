//! `GET /articles/{slug}`: the article and the first page of its thread in one response.

use super::article_view::{article_page, hero};
use super::json_ld;
use crate::articles::{lists, store};
use crate::comments::pages::{Query, ThreadView, thread_view};
use crate::comments::store::ArticleThread;
use crate::comments::{Sort, thread};
use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::moderation;
use crate::paths;
use crate::web::cache::Audience;
use crate::web::page::{Feed, SharedPage};
use crate::web::{Page, Shared, State, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};

/// Maximum number of related articles below the text.
const RELATED: usize = 3;

/// Everything that the page reads from the database.
pub(super) struct ArticleData {
    pub article: store::Article,
    /// Smaller widths of the main picture.
    pub sizes: Vec<(i64, String)>,
    pub notes: Vec<store::Note>,
    pub corrections: Vec<store::CorrectionRow>,
    pub authors: Vec<store::Name>,
    pub tags: Vec<(i64, String, String)>,
    pub related: Vec<lists::Teaser>,
    /// Authors of the related articles.
    pub bylines: Vec<store::Name>,
    thread: thread::Thread,
    audience: Audience,
}

impl ArticleData {
    fn read(
        conn: &mut Conn,
        slug: &str,
        viewer: &Viewer,
        (sort, after): (Sort, &str),
        now: Time,
    ) -> Result<ArticleData, Error> {
        let article = store::by_slug(conn, slug)?;
        let id = article.id;
        let of = article_thread(&article);
        let mut thread = thread::page(conn, &of, viewer, sort, after, now)?;
        thread.public_comments = article.public_comments.unwrap_or(0);
        let mut audience = Audience::Readers;
        if let Some(account) = viewer.account().filter(|a| !a.is_staff()) {
            let standing = moderation::standing(conn, account.id, id)?;
            thread.would_be_held = !standing.has_approved;
            if standing.has_commented {
                audience = Audience::One(account.id);
            } else if thread.would_be_held {
                audience = Audience::Newcomers;
            }
        }
        let tags = store::tags_of(conn, id)?;
        let tag_ids: Vec<i64> = tags.iter().map(|tag| tag.0).collect();
        let related = lists::related(conn, id, &tag_ids, article.section.id, RELATED)?;
        let mut named: Vec<i64> = related.iter().map(|teaser| teaser.id).collect();
        named.push(id);
        let names = store::names(conn, &named)?.into_iter();
        let (authors, bylines) = names.partition(|name| name.article == id);
        let sizes = match &article.hero {
            Some(hero) => store::sizes(conn, hero.id)?,
            None => Vec::new(),
        };
        let (notes, corrections) = store::notes_and_corrections(conn, id)?;
        Ok(ArticleData {
            sizes,
            notes,
            corrections,
            authors,
            tags,
            related,
            bylines,
            article,
            thread,
            audience,
        })
    }

    fn cache_tags(&self) -> Vec<CacheTag> {
        let mut cache_tags = self.thread.cache_tags(&article_thread(&self.article));
        // For the related articles.
        cache_tags.push(CacheTag::Articles);
        let related = self.related.iter();
        cache_tags.extend(related.map(|teaser| CacheTag::Thread(teaser.id)));
        cache_tags
    }
}

fn article_thread(article: &store::Article) -> ArticleThread {
    ArticleThread {
        id: article.id,
        slug: article.slug.clone(),
        title: article.title.clone(),
        is_open: article.comments_open,
    }
}

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
        let thread = thread_view(&state, viewer, &of, &data.thread, sort, now, key);
        let mut page = head(&state, viewer, &data, &thread);
        page.noindex = !query.after.is_empty();
        article_page(t, &site, &data, viewer, (page, thread))
    })
    .await
}

/// Title, canonical URL, feeds, social card and JSON-LD.
fn head(state: &State, viewer: &Viewer, data: &ArticleData, thread: &ThreadView) -> Page {
    let (article, origin) = (&data.article, &state.config.base.origin);
    let card = format!("{origin}{}", paths::card(&article.slug));
    let picture = hero(article, &data.sizes).map(|hero| format!("{origin}{}", hero.src));
    let mut page = Page::new(state, viewer, &article.title)
        .at(state, &paths::article(&article.slug))
        .about(&article.dek);
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
