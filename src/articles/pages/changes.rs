//! `GET /articles/{slug}/revisions`, `/articles/{slug}/revisions/{n}`: what was changed after publication, word by word.

use crate::articles::store::{self, Revision};
use crate::db::fresh::Topic;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::text::diff::{self, Change, Paragraph};
use crate::web::form::Link;
use crate::web::{Page, Shared, Viewer, When, page};
use actix_web::{HttpResponse, web};
use askama::Template;

struct Row {
    href: String,
    at: When,
    /// The beginning of what changed.
    excerpt: String,
    is_first: bool,
}

#[derive(Template)]
#[template(path = "articles/revisions.html")]
struct RevisionsPage {
    page: Page,
    t: Interface,
    article: Link,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "articles/revision.html")]
struct RevisionPage {
    page: Page,
    t: Interface,
    article: Link,
    all: String,
    at: When,
    is_first: bool,
    paragraphs: Vec<ParagraphView>,
}

enum ParagraphView {
    /// So many paragraphs in a row that are as they were.
    Same(String),
    Changed(Vec<(&'static str, String)>),
}

/// What readers could read. Revisions from before this was kept have their source alone.
fn readable(revision: &Revision) -> String {
    if !revision.text.is_empty() {
        return revision.text.clone();
    }
    let source = revision.source.replace("\r\n", "\n");
    for fence in ["---", "+++"] {
        if let Some(rest) = source.strip_prefix(&format!("{fence}\n")) {
            let end = format!("\n{fence}\n");
            return rest
                .split_once(&end)
                .map_or(String::new(), |(_, body)| body.to_owned());
        }
    }
    source
}

/// Revisions of which the texts differ, with their place among the public ones.
fn differing(all: Vec<Revision>) -> Vec<(Revision, String)> {
    let mut kept: Vec<(Revision, String)> = Vec::new();
    for revision in all {
        let text = readable(&revision);
        if kept.last().is_none_or(|(_, before)| *before != text) {
            kept.push((revision, text));
        }
    }
    kept
}

async fn read(state: &Shared, slug: String) -> Result<(store::Article, Vec<Revision>), Error> {
    state
        .db
        .read(move |conn| {
            let article = store::by_slug(conn, &slug)?;
            let revisions = store::revisions(conn, article.id)?;
            Ok((article, revisions))
        })
        .await
}

/// `GET /articles/{slug}/revisions`
pub async fn revisions(
    state: Shared,
    viewer: Viewer,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let since = state.db.moment();
    let (article, all) = read(&state, slug.into_inner()).await?;
    let (t, site) = (state.t(), state.site());
    let topics = [Topic::Article(article.id)];
    let path = paths::revisions(&article.slug);
    let _cpu = state.packing.enter().await?;
    let slug = article.slug.clone();
    let rows = web::block(move || {
        let kept = differing(all);
        let texts: Vec<&String> = kept.iter().map(|(_, text)| text).collect();
        let row = |(at, (revision, _)): (usize, &(Revision, String))| Row {
            href: paths::revision(&slug, revision.number),
            at: When::minute(&site, revision.saved_at),
            excerpt: if at == 0 {
                String::new()
            } else {
                changed(texts[at - 1], texts[at])
            },
            is_first: at == 0,
        };
        let mut rows: Vec<Row> = kept.iter().enumerate().map(row).collect();
        rows.reverse();
        rows
    });
    let rows = rows.await.map_err(Error::broken)?;
    let view = RevisionsPage {
        page: Page::new(&state, &viewer, &t.revisions_title(&article.title))
            .at(&state, &path)
            .unlisted(),
        t,
        article: Link {
            href: paths::article(&article.slug),
            text: article.title,
        },
        rows,
    };
    page::kept(&view, &viewer, since, &topics)
}

/// The first words that are new, or else gone.
fn changed(old: &str, new: &str) -> String {
    let all = diff::paragraphs(old, new);
    let find = |wanted: Change| {
        let mut runs = all.iter().flat_map(|p| &p.runs);
        runs.find(|r| r.change == wanted && !r.text.trim().is_empty())
    };
    let run = find(Change::New).or_else(|| find(Change::Gone));
    run.map(|r| crate::text::excerpt(&r.text, 120))
        .unwrap_or_default()
}

/// `GET /articles/{slug}/revisions/{n}`
pub async fn revision(
    state: Shared,
    viewer: Viewer,
    at: web::Path<(String, i64)>,
) -> Result<HttpResponse, Error> {
    let since = state.db.moment();
    let (slug, number) = at.into_inner();
    let (article, all) = read(&state, slug).await?;
    let (t, site) = (state.t(), state.site());
    let _cpu = state.packing.enter().await?;
    let work = web::block(move || {
        let kept = differing(all);
        let place = kept.iter().position(|(r, _)| r.number == number)?;
        let (revision, text) = &kept[place];
        let before = if place == 0 { text } else { &kept[place - 1].1 };
        Some((
            revision.saved_at,
            place == 0,
            diff::paragraphs(before, text),
        ))
    });
    let (saved_at, is_first, paragraphs) =
        work.await.map_err(Error::broken)?.ok_or(Error::NotFound)?;
    let view = RevisionPage {
        page: Page::new(&state, &viewer, &t.revisions_title(&article.title))
            .at(&state, &paths::revision(&article.slug, number))
            .unlisted(),
        t,
        all: paths::revisions(&article.slug),
        at: When::minute(&site, saved_at),
        is_first,
        paragraphs: views(t, paragraphs, is_first),
        article: Link {
            href: paths::article(&article.slug),
            text: article.title.clone(),
        },
    };
    page::kept(&view, &viewer, since, &[Topic::Article(article.id)])
}

/// Paragraphs that stayed are counted, not repeated, unless the whole text is wanted.
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
                Change::Gone => "del",
                Change::New => "ins",
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
