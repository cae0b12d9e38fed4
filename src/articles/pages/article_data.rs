//! What the page of one article is made from.

use crate::articles::{lists, store};
use crate::comments::store::ArticleThread;
use crate::comments::{Sort, flags, thread};
use crate::db::invalidation::CacheTag;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::moderation;
use crate::web::Viewer;
use crate::web::cache::Audience;

/// Maximum number of related articles below the text.
pub(super) const RELATED: usize = 3;

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
    pub thread: thread::Thread,
    pub audience: Audience,
}

impl ArticleData {
    /// # Errors
    /// `NotFound` for an article that does not exist or is not public.
    pub fn read(
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
        let mut audience = Audience::Readers;
        if let Some(account) = viewer.account().filter(|a| !a.is_staff()) {
            let standing = moderation::standing(conn, account.id, id)?;
            thread.would_be_held = !standing.has_approved;
            if standing.has_flagged {
                thread.flagged = flags::flagged_by(conn, account.id, id)?;
            }
            if standing.has_commented || standing.has_flagged {
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

    pub fn cache_tags(&self) -> Vec<CacheTag> {
        let mut cache_tags = self.thread.cache_tags(&article_thread(&self.article));
        // For the related articles.
        cache_tags.push(CacheTag::Articles);
        let related = self.related.iter();
        cache_tags.extend(related.map(|teaser| CacheTag::Thread(teaser.id)));
        cache_tags
    }
}

pub(super) fn article_thread(article: &store::Article) -> ArticleThread {
    ArticleThread {
        id: article.id,
        slug: article.slug.clone(),
        title: article.title.clone(),
        is_open: article.comments_open,
        is_moderated: article.comments_moderated,
    }
}
