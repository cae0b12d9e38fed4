//! `GET /articles/{slug}`: the article and the first page of its thread in one response.

use super::json_ld;
use super::teaser::{TeaserView, by_article, view};
use crate::articles::{changes_meaning, is_long, lists, reading_minutes, store};
use crate::comments::pages::{Query, ThreadView, thread_view};
use crate::comments::store::ArticleThread;
use crate::comments::{thread, write};
use crate::db::Time;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::moderation;
use crate::paths;
use crate::text::{SafeHtml, markdown};
use crate::web::cache::Audience;
use crate::web::fields::Link;
use crate::web::page::{Feed, SharedPage};
use crate::web::{DateView, Page, Shared, Viewer, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

struct NoteView {
    number: usize,
    /// Link to the first reference to it in the text; empty = there is none.
    back: String,
    kind: String,
    label: String,
    text: String,
    publisher: String,
    url: String,
    date: String,
}

struct CorrectionView {
    label: String,
    text: String,
    at: DateView,
}

/// The main picture of an article, with the attributes of its `<img>`.
pub(super) struct Hero {
    pub src: String,
    pub srcset: String,
    pub sizes: &'static str,
    pub alt: String,
    pub width: i64,
    pub height: i64,
    caption: String,
    credit: String,
}

/// An author in a byline, and the separator before the name.
struct Author {
    before: String,
    href: String,
    name: String,
}

struct Heading {
    href: String,
    text: String,
    is_sub: bool,
}

#[derive(Template)]
#[template(path = "articles/show.html")]
struct ArticlePage {
    page: Page,
    t: Interface,
    title: String,
    dek: String,
    section: Link,
    authors: Vec<Author>,
    published: DateView,
    updated: Option<DateView>,
    revisions: String,
    reading: String,
    hero: Option<Hero>,
    above: Vec<CorrectionView>,
    below: Vec<CorrectionView>,
    contents: Vec<Heading>,
    summary: SafeHtml,
    body: SafeHtml,
    matters: SafeHtml,
    notes: Vec<NoteView>,
    /// Whether the text refers to the notes by number.
    numbered: bool,
    tags: Vec<Link>,
    letter: String,
    related: Vec<TeaserView>,
    thread: ThreadView,
    may_write: bool,
    banned: String,
}

/// Maximum number of related articles below the text.
const RELATED: usize = 3;

/// Everything that the page reads from the database.
struct Read {
    article: store::Article,
    sizes: Vec<(i64, String)>,
    notes: Vec<store::Note>,
    corrections: Vec<store::CorrectionRow>,
    authors: Vec<store::Name>,
    tags: Vec<(i64, String, String)>,
    was_changed: bool,
    related: Vec<lists::Teaser>,
    bylines: Vec<store::Name>,
    article_thread: ArticleThread,
    thread: thread::Thread,
    audience: Audience,
}

pub async fn show(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (slug, query, now) = (slug.into_inner(), Query::of(&request), state.db.now());
    let (sort, who) = (query.sort(), viewer.clone());
    let (after, since) = (query.after.clone(), state.db.version());
    let Read {
        article,
        sizes,
        notes,
        corrections,
        authors,
        tags,
        was_changed,
        related,
        bylines,
        article_thread,
        thread: read,
        audience,
    } = state
        .db
        .read(move |conn| {
            let article = store::by_slug(conn, &slug)?;
            let article_thread = ArticleThread {
                id: article.id,
                slug: article.slug.clone(),
                title: article.title.clone(),
                is_open: article.comments_open,
            };
            let mut read = thread::page(conn, &article_thread, &who, sort, &after, now)?;
            let mut audience = Audience::Readers;
            if let Some(account) = who.account().filter(|a| !a.is_staff()) {
                read.would_be_held = !moderation::has_approved_comment(conn, account.id)?;
                if write::has_commented(conn, account.id, article.id)? {
                    audience = Audience::One(account.id);
                } else if read.would_be_held {
                    audience = Audience::Newcomers;
                }
            }
            let id = article.id;
            let tags = store::tags_of(conn, id)?;
            let tag_ids: Vec<i64> = tags.iter().map(|tag| tag.0).collect();
            let related = lists::related(conn, id, &tag_ids, article.section.id, RELATED)?;
            let mut named: Vec<i64> = related.iter().map(|teaser| teaser.id).collect();
            named.push(id);
            let (authors, bylines) = store::names(conn, &named)?
                .into_iter()
                .partition(|name| name.article == id);
            let sizes = match &article.hero {
                Some(hero) => store::sizes(conn, hero.id)?,
                None => Vec::new(),
            };
            Ok(Read {
                sizes,
                notes: store::notes(conn, id)?,
                corrections: store::corrections_of(conn, id)?,
                was_changed: store::was_changed(conn, id)?,
                authors,
                tags,
                related,
                bylines,
                article,
                thread: read,
                audience,
                article_thread,
            })
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let origin = &state.config.base.origin;
    let card = format!("{origin}{}", paths::card(&article.slug));
    let hero = article
        .hero
        .as_ref()
        .map(|picture| hero(&article, picture, &sizes));
    let ban = viewer.account().and_then(|a| a.ban.clone());
    let mut cache_tags = read.cache_tags(&article_thread);
    // For the related articles.
    cache_tags.push(CacheTag::Articles);
    cache_tags.extend(related.iter().map(|teaser| CacheTag::Thread(teaser.id)));
    let shares = SharedPage {
        since,
        cache_tags: &cache_tags,
        audience,
        until: read.first_deadline(&viewer, now),
        now,
    };
    let picture = hero.as_ref().map(|hero| format!("{origin}{}", hero.src));
    let page = |viewer: &Viewer, thread: &ThreadView| {
        let mut page = Page::new(&state, viewer, &article.title)
            .at(&state, &paths::article(&article.slug))
            .about(&article.dek);
        page.keywords = article.keyphrases.lines().collect::<Vec<_>>().join(", ");
        page.noindex = !query.after.is_empty();
        page.section.clone_from(&article.section.slug);
        page.card.kind = "article";
        page.card.image.clone_from(&card);
        page.feeds = vec![Feed {
            href: paths::thread_feed(&article.slug),
            mime: "application/atom+xml",
            title: t.feed_of_thread(&article.title),
        }];
        let parts = json_ld::Parts {
            article: &article,
            authors: &authors,
            notes: &notes,
            corrections: &corrections,
            tags: tags.iter().map(|tag| tag.2.as_str()).collect(),
            images: picture.iter().chain([&card]).cloned().collect(),
            comments: &thread.comments,
        };
        page.json_ld = json_ld::news_article(origin, &site, &parts);
        page
    };
    let related_views = by_article(bylines);
    page::cached_for_readers(&state, &request, &viewer, &shares, |viewer, key| {
        let thread = thread_view(&state, viewer, &article_thread, &read, sort, now, key);
        let page = page(viewer, &thread);
        let numbered = [&article.summary, &article.body, &article.matters]
            .iter()
            .any(|part| part.has_reference());
        let back = |number: usize| {
            let id = format!("ref-{number}");
            let parts = [&article.summary, &article.body, &article.matters];
            if parts.iter().any(|part| part.has_id(&id)) {
                format!("#{id}")
            } else {
                String::new()
            }
        };
        let notes = notes
            .iter()
            .zip(1..)
            .map(|(n, at)| note(t, n.clone(), at, back(at)))
            .collect();
        let correction = |c: &store::CorrectionRow| CorrectionView {
            label: correction_label(t, &c.kind),
            text: c.text.clone(),
            at: DateView::day(&site, c.at),
        };
        let all = |sense: bool| {
            let some = corrections
                .iter()
                .filter(|c| changes_meaning(&c.kind) == sense);
            some.map(correction).collect()
        };
        ArticlePage {
            letter: paths::mailto_url(&article.title, &page.canonical),
            page,
            thread,
            published: DateView::day(&site, article.published_at),
            updated: (article.updated_at.0 - article.published_at.0 > Time::MINUTE)
                .then(|| DateView::minute(&site, article.updated_at)),
            revisions: if was_changed {
                paths::revisions(&article.slug)
            } else {
                String::new()
            },
            reading: t.reading_minutes(reading_minutes(article.words)),
            authors: byline(t, &authors),
            above: all(true),
            below: all(false),
            notes,
            numbered,
            hero,
            tags: tags
                .iter()
                .map(|(_, slug, name)| Link {
                    href: paths::tag(slug),
                    text: name.clone(),
                })
                .collect(),
            contents: contents(&article),
            related: related
                .into_iter()
                .map(|teaser| view(t, &site, teaser, &related_views))
                .collect(),
            title: article.title.clone(),
            dek: article.dek.clone(),
            section: Link {
                href: paths::section(&article.section.slug),
                text: article.section.name.clone(),
            },
            summary: article.summary.clone(),
            body: article.body.clone(),
            matters: article.matters.clone(),
            may_write: viewer.account().is_some() && ban.is_none(),
            banned: ban
                .map(|b| {
                    if b.reason.is_empty() {
                        t.ban_no_reason()
                    } else {
                        t.ban_reason(&b.reason)
                    }
                })
                .unwrap_or_default(),
            t,
        }
    })
    .await
}

impl Hero {
    /// `sizes`: the attribute of that name, for the place of the picture on the page.
    pub(super) fn of(
        picture: &store::Picture,
        alt: String,
        smaller: &[(i64, String)],
        sizes: &'static str,
    ) -> Hero {
        let src = paths::media(&picture.file);
        let smaller: Vec<(i64, String)> = smaller
            .iter()
            .map(|(width, file)| (*width, paths::media(file)))
            .collect();
        let widths = smaller.iter().map(|(width, src)| (*width, src.as_str()));
        Hero {
            srcset: markdown::srcset(&src, picture.width, widths),
            sizes,
            src,
            alt,
            width: picture.width,
            height: picture.height,
            caption: String::new(),
            credit: String::new(),
        }
    }
}

fn hero(article: &store::Article, picture: &store::Picture, smaller: &[(i64, String)]) -> Hero {
    Hero {
        caption: article.hero_caption.clone(),
        credit: article.hero_credit.clone(),
        ..Hero::of(picture, article.hero_alt.clone(), smaller, markdown::SIZES)
    }
}

/// The table of contents; empty for a short article.
fn contents(article: &store::Article) -> Vec<Heading> {
    let headings = article.body.headings();
    if !is_long(article.words, headings.len()) {
        return Vec::new();
    }
    let heading = |(level, id, text): (u8, String, String)| Heading {
        href: format!("#{id}"),
        text,
        is_sub: level > 2,
    };
    headings.into_iter().map(heading).collect()
}

fn byline(t: Interface, authors: &[store::Name]) -> Vec<Author> {
    let last = authors.len().saturating_sub(1);
    let author = |(at, name): (usize, &store::Name)| Author {
        before: match at {
            0 => String::new(),
            at if at == last => t.byline_and(),
            _ => t.byline_separator(),
        },
        href: paths::author(&name.slug),
        name: name.name.clone(),
    };
    authors.iter().enumerate().map(author).collect()
}

/// The name of a kind of correction, in the interface language.
pub fn correction_label(t: Interface, kind: &str) -> String {
    match kind {
        "clarification" => t.correction_clarification(),
        "update" => t.correction_update(),
        "retraction" => t.correction_retraction(),
        _ => t.correction_correction(),
    }
}

fn note(t: Interface, note: store::Note, number: usize, back: String) -> NoteView {
    let label = match note.kind.as_str() {
        "primary" => t.note_primary(),
        "limit" => t.note_limit(),
        _ => t.note_corroboration(),
    };
    NoteView {
        number,
        back,
        label,
        kind: note.kind,
        text: note.text,
        publisher: note.publisher,
        url: note.url,
        date: note.date,
    }
}
