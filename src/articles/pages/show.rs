//! `GET /articles/{slug}`: the article and the first page of its thread in one response.

use super::{json_ld, names};
use crate::articles::{changes_the_sense, reading_minutes, store};
use crate::comments::pages::{Query, ThreadView, thread_view};
use crate::comments::store::Place;
use crate::comments::{thread, write};
use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::text::SafeHtml;
use crate::web::cache::Audience;
use crate::web::page::Shares;
use crate::web::{Page, Shared, Viewer, When, page};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

struct NoteView {
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
    at: When,
}

pub(super) struct Hero {
    pub src: String,
    pub alt: String,
    pub width: i64,
    pub height: i64,
}

#[derive(Template)]
#[template(path = "articles/show.html")]
struct ArticlePage {
    page: Page,
    t: Interface,
    title: String,
    dek: String,
    section: String,
    byline: String,
    published: When,
    updated: Option<When>,
    reading: String,
    hero: Option<Hero>,
    above: Vec<CorrectionView>,
    below: Vec<CorrectionView>,
    summary: SafeHtml,
    body: SafeHtml,
    matters: SafeHtml,
    notes: Vec<NoteView>,
    tags: Vec<String>,
    thread: ThreadView,
    json_ld: SafeHtml,
    og_image: String,
    may_write: bool,
    banned: String,
}

pub async fn show(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let (slug, query, now) = (slug.into_inner(), Query::of(&request), Time::now());
    let (sort, who) = (query.sort(), viewer.clone());
    let (after, since) = (query.after.clone(), state.db.moment());
    let (article, notes, corrections, authors, tags, place, read, audience) = state
        .db
        .read(move |conn| {
            let article = store::by_slug(conn, &slug)?;
            let place = Place {
                id: article.id,
                slug: article.slug.clone(),
                title: article.title.clone(),
                is_open: article.comments_open,
            };
            let mut read = thread::page(conn, &place, &who, sort, &after, now)?;
            let mut audience = Audience::Readers;
            if let Some(account) = who.account().filter(|a| !a.is_staff()) {
                read.would_wait = !write::was_approved(conn, account.id)?;
                if write::has_voice(conn, account.id, article.id)? {
                    audience = Audience::One(account.id);
                } else if read.would_wait {
                    audience = Audience::Newcomers;
                }
            }
            let id = article.id;
            let authors: Vec<String> = store::author_names(conn, &[id])?
                .into_iter()
                .map(|(_, name)| name)
                .collect();
            Ok((
                article,
                store::notes(conn, id)?,
                store::corrections_of(conn, id)?,
                authors,
                store::tag_names(conn, id)?,
                place,
                read,
                audience,
            ))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let origin = &state.config.base.origin;
    let hero = article.hero.as_ref().map(|(file, width, height)| Hero {
        src: paths::media(file),
        alt: article.hero_alt.clone(),
        width: *width,
        height: *height,
    });
    let og_image = hero
        .as_ref()
        .map(|h| format!("{origin}{}", h.src))
        .unwrap_or_default();
    let json = json_ld::news_article(
        origin,
        &site,
        &article,
        &authors,
        &notes,
        &corrections,
        &og_image,
    );
    let (above, below) = corrections
        .into_iter()
        .partition(|c| changes_the_sense(&c.kind));
    let correction = |c: store::CorrectionRow| CorrectionView {
        label: correction_label(t, &c.kind),
        text: c.text,
        at: When::day(&site, c.at),
    };
    let all = |list: Vec<store::CorrectionRow>| list.into_iter().map(correction).collect();
    let ban = viewer.account().and_then(|a| a.ban.clone());
    let topics = read.topics(&place);
    let shares = Shares {
        since,
        topics: &topics,
        audience,
        until: read.lapses(&viewer, now),
        now,
    };
    let page = |viewer: &Viewer| {
        let mut page = Page::new(&state, viewer, &article.title)
            .at(&state, &paths::article(&article.slug))
            .about(&article.dek);
        page.keywords = article.keyphrases.lines().collect::<Vec<_>>().join(", ");
        page.noindex = !query.after.is_empty();
        page
    };
    page::shared(&state, &request, &viewer, &shares, |viewer, key| {
        ArticlePage {
            page: page(viewer),
            thread: thread_view(&state, viewer, &place, &read, sort, now, key),
            published: When::day(&site, article.published_at),
            updated: (article.updated_at.0 - article.published_at.0 > Time::MINUTE)
                .then(|| When::minute(&site, article.updated_at)),
            reading: t.reading_minutes(reading_minutes(article.words)),
            byline: names(t, &authors),
            above: all(above),
            below: all(below),
            notes: notes.into_iter().map(|n| note(t, n)).collect(),
            json_ld: json,
            og_image,
            hero,
            tags,
            title: article.title.clone(),
            dek: article.dek.clone(),
            section: article.section,
            summary: article.summary,
            body: article.body,
            matters: article.matters,
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

fn correction_label(t: Interface, kind: &str) -> String {
    match kind {
        "clarification" => t.correction_clarification(),
        "update" => t.correction_update(),
        "retraction" => t.correction_retraction(),
        _ => t.correction_correction(),
    }
}

fn note(t: Interface, note: store::Note) -> NoteView {
    let label = match note.kind.as_str() {
        "primary" => t.note_primary(),
        "limit" => t.note_limit(),
        _ => t.note_corroboration(),
    };
    NoteView {
        label,
        kind: note.kind,
        text: note.text,
        publisher: note.publisher,
        url: note.url,
        date: note.date,
    }
}
