//! The page of one article as its template prints it.

use super::article_data::ArticleData;
use super::teaser::{TeaserView, by_article, view};
use crate::articles::{changes_meaning, is_long, reading_minutes, store};
use crate::comments::pages::ThreadView;
use crate::db::Time;
use crate::interface::Interface;
use crate::paths;
use crate::text::{SafeHtml, markdown};
use crate::web::fields::Link;
use crate::web::{DateView, Page, Site, Viewer};
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
pub(super) struct ArticlePage {
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
    /// Why the viewer may not write; empty = they may, or are not logged in.
    why_not: String,
}

/// The page for a viewer, with the head and the thread that were made for them.
pub(super) fn article_page(
    t: Interface,
    site: &Site,
    data: &ArticleData,
    viewer: &Viewer,
    (page, thread): (Page, ThreadView),
) -> ArticlePage {
    let article = &data.article;
    let bylines = by_article(data.bylines.clone());
    let related = data.related.iter().cloned();
    ArticlePage {
        letter: paths::mailto_url(&article.title, &page.canonical),
        page,
        thread,
        published: DateView::day(site, article.published_at),
        updated: (article.updated_at.0 - article.published_at.0 > Time::MINUTE)
            .then(|| DateView::minute(site, article.updated_at)),
        revisions: match article.was_changed {
            true => paths::revisions(&article.slug),
            false => String::new(),
        },
        reading: t.reading_minutes(reading_minutes(article.words)),
        authors: byline(t, &data.authors),
        above: corrections(t, site, &data.corrections, true),
        below: corrections(t, site, &data.corrections, false),
        notes: notes(t, site, data),
        numbered: parts(article).iter().any(|part| part.has_reference()),
        hero: hero(article, &data.sizes),
        tags: data.tags.iter().map(tag).collect(),
        contents: contents(article),
        related: related
            .map(|teaser| view(t, site, teaser, &bylines))
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
        may_write: viewer
            .account()
            .is_some_and(|account| account.may_write().is_ok()),
        why_not: why_not(t, site, viewer),
        t,
    }
}

/// The sections of the text, in their order.
fn parts(article: &store::Article) -> [&SafeHtml; 3] {
    [&article.summary, &article.body, &article.matters]
}

/// Why and until when the viewer may not write, if they are banned or not approved yet.
fn why_not(t: Interface, site: &Site, viewer: &Viewer) -> String {
    let account = viewer.account();
    let Some(ban) = account.and_then(|account| account.ban.as_ref()) else {
        return match account.is_some_and(|account| account.waits) {
            true => t.awaits_approval_thread(),
            false => String::new(),
        };
    };
    let reason = match ban.reason.as_str() {
        "" => t.ban_no_reason(),
        reason => t.ban_reason(reason),
    };
    let end = match ban.until {
        Some(until) => format!(" {}", site.ban_end(Time(until))),
        None => String::new(),
    };
    format!("{}. {reason}{end}", t.error_banned())
}

fn tag((_, slug, name): &(i64, String, String)) -> Link {
    Link {
        href: paths::tag(slug),
        text: name.clone(),
    }
}

/// Corrections that change the meaning of the text stand above it, the others below.
fn corrections(
    t: Interface,
    site: &Site,
    all: &[store::CorrectionRow],
    above: bool,
) -> Vec<CorrectionView> {
    let some = all.iter().filter(|c| changes_meaning(&c.kind) == above);
    some.map(|c| CorrectionView {
        label: correction_label(t, &c.kind),
        text: c.text.clone(),
        at: DateView::day(site, c.at),
    })
    .collect()
}

fn notes(t: Interface, site: &Site, data: &ArticleData) -> Vec<NoteView> {
    let back = |number: usize| {
        let id = format!("ref-{number}");
        match parts(&data.article).iter().any(|part| part.has_id(&id)) {
            true => format!("#{id}"),
            false => String::new(),
        }
    };
    let numbered = data.notes.iter().zip(1..);
    numbered
        .map(|(one, number)| note(t, site, one.clone(), number, back(number)))
        .collect()
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

pub(super) fn hero(article: &store::Article, smaller: &[(i64, String)]) -> Option<Hero> {
    let picture = article.hero.as_ref()?;
    Some(Hero {
        caption: article.hero_caption.clone(),
        credit: article.hero_credit.clone(),
        ..Hero::of(picture, article.hero_alt.clone(), smaller, markdown::SIZES)
    })
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

fn note(t: Interface, site: &Site, note: store::Note, number: usize, back: String) -> NoteView {
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
        date: site.written_date(&note.date),
    }
}
