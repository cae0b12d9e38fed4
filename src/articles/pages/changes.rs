//! `GET /articles/{slug}/revisions`, `/articles/{slug}/revisions/{n}`: the changes after publication, as word diffs.

use crate::articles::store;
use crate::comments;
use crate::db::invalidation::CacheTag;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::text::diff::{self, Change, Paragraph};
use crate::web::fields::Link;
use crate::web::{DateView, Page, Shared, State, Viewer, page};
use actix_web::{HttpResponse, web};
use askama::Template;

struct RevisionView {
    href: String,
    at: DateView,
    /// The first words that changed.
    excerpt: String,
    is_first: bool,
}

#[derive(Template)]
#[template(path = "articles/revisions.html")]
struct RevisionsPage {
    page: Page,
    t: Interface,
    article: Link,
    rows: Vec<RevisionView>,
}

#[derive(Template)]
#[template(path = "articles/revision.html")]
struct RevisionPage {
    page: Page,
    t: Interface,
    article: Link,
    all: String,
    at: DateView,
    is_first: bool,
    paragraphs: Vec<ParagraphView>,
}

/// A paragraph of a comparison.
pub enum ParagraphView {
    /// Text that stands for consecutive unchanged paragraphs and gives their number.
    Same(String),
    Changed(Vec<(&'static str, String)>),
}

/// Maximum number of revisions listed, the latest.
const LISTED: i64 = 200;

/// `GET /articles/{slug}/revisions`
pub async fn revisions(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (article, all) = state
        .db
        .read(move |conn| {
            let article = comments::store::article_thread(conn, &slug)?;
            let all = store::revisions(conn, article.id, LISTED)?;
            Ok((article, all))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let is_whole = (all.len() as i64) < LISTED;
    let row = |revision: store::Revision| RevisionView {
        href: paths::revision(&article.slug, revision.number),
        at: DateView::minute(&site, revision.saved_at),
        is_first: false,
        excerpt: if revision.excerpt.is_empty() {
            String::new()
        } else {
            t.revision_excerpt(&revision.excerpt)
        },
    };
    let mut rows: Vec<RevisionView> = all.into_iter().map(row).collect();
    if let Some(first) = rows.last_mut().filter(|_| is_whole) {
        first.is_first = true;
    }
    let view = RevisionsPage {
        page: Page::new(&state, &viewer, &t.revisions_title(&article.title))
            .at(&state, &paths::revisions(&article.slug))
            .unlisted(),
        t,
        article: Link {
            href: paths::article(&article.slug),
            text: article.title,
        },
        rows,
    };
    page::cached(&view, &viewer, since, &[CacheTag::Article(article.id)])
}

/// `GET /articles/{slug}/revisions/{n}`
pub async fn revision(
    state: Shared,
    viewer: Viewer,
    at: web::Path<(String, i64)>,
) -> Result<HttpResponse, Error> {
    let since = state.db.version();
    let (slug, number) = at.into_inner();
    let (article, (saved_at, text, before)) = state
        .db
        .read(move |conn| {
            let article = comments::store::article_thread(conn, &slug)?;
            let versions = store::revision(conn, article.id, number)?;
            Ok((article, versions))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let is_first = before.is_none();
    let before = before.unwrap_or_else(|| text.clone());
    let paragraphs = compared(&state, before, text, is_first).await?;
    let view = RevisionPage {
        page: Page::new(&state, &viewer, &t.revisions_title(&article.title))
            .at(&state, &paths::revision(&article.slug, number))
            .unlisted(),
        t,
        all: paths::revisions(&article.slug),
        at: DateView::minute(&site, saved_at),
        is_first,
        paragraphs,
        article: Link {
            href: paths::article(&article.slug),
            text: article.title,
        },
    };
    page::cached(&view, &viewer, since, &[CacheTag::Article(article.id)])
}

/// Compares two texts word by word, line by line. Unchanged lines are counted and left out, unless `whole`.
///
/// # Errors
/// `Unavailable` when too many comparisons wait.
pub async fn compared(
    state: &State,
    old: String,
    new: String,
    whole: bool,
) -> Result<Vec<ParagraphView>, Error> {
    let compare = move || diff::paragraphs(&old, &new);
    let paragraphs = state.comparing.run(compare).await?;
    Ok(views(state.t(), paragraphs, whole))
}

fn views(t: Interface, paragraphs: Vec<Paragraph>, whole: bool) -> Vec<ParagraphView> {
    let (mut views, mut same) = (Vec::new(), 0);
    for paragraph in paragraphs {
        if !whole && !paragraph.is_changed() {
            same += 1;
            continue;
        }
        if same > 0 {
            views.push(ParagraphView::Same(t.revision_same(same)));
            same = 0;
        }
        let run = |run: diff::Run| {
            let tag = match run.change {
                Change::Same => "",
                Change::Removed => "del",
                Change::Added => "ins",
            };
            (tag, run.text)
        };
        views.push(ParagraphView::Changed(
            paragraph.runs.into_iter().map(run).collect(),
        ));
    }
    if same > 0 {
        views.push(ParagraphView::Same(t.revision_same(same)));
    }
    views
}
