//! `GET /search?q=&in=articles|comments`: the search page.

use super::SearchQuery;
use super::correction::correct;
use super::form::{SearchCursor, SearchForm};
use super::store::{self, Filters, Hits};
use crate::db::Conn;
use crate::error::Error;
use crate::interface::Interface;
use crate::media::thumbnails::{self, Thumbnail};
use crate::paths;
use crate::text::snippet::snippet;
use crate::text::stem::Stemming;
use crate::text::{self, SafeHtml};
use crate::web::fields::Choice;
use crate::web::guard::network_of;
use crate::web::viewer::shown_name;
use crate::web::{DateView, Page, Shared, Site, Viewer, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// Hits per page.
const A_PAGE: usize = 20;

struct HitView {
    href: String,
    title: SafeHtml,
    /// Section or commenter, and the link to it.
    by: String,
    by_href: String,
    at: DateView,
    snippet: SafeHtml,
    thumbnail: Option<Thumbnail>,
}

#[derive(Template)]
#[template(path = "search/index.html")]
struct SearchPage {
    page: Page,
    t: Interface,
    q: String,
    kind: &'static str,
    in_comments: bool,
    sort: &'static str,
    is_narrowed: bool,
    articles_href: String,
    comments_href: String,
    sections: Vec<Choice>,
    author: String,
    from: String,
    to: String,
    asked: bool,
    nothing: String,
    /// A query that finds something, and its address; empty if there is none.
    correction: SafeHtml,
    correction_href: String,
    hits: Vec<HitView>,
    /// How many there are, in words.
    count: String,
    /// The orders: address, name, and whether it is this one.
    sorts: Vec<(String, String, bool)>,
    next: String,
    first: String,
}

fn day(site: &Site, given: &str, days: i64) -> Option<crate::db::Time> {
    let day: jiff::civil::Date = given.parse().ok()?;
    site.start_of(day.checked_add(jiff::Span::new().days(days)).ok()?)
}

/// The filters of a search. `None`: the author or the section does not exist, so nothing can be found.
fn filters(conn: &mut Conn, site: &Site, asked: &SearchForm) -> Result<Option<Filters>, Error> {
    let section = site
        .sections
        .iter()
        .find(|s| s.slug == asked.section)
        .map(|s| s.id);
    let authors = match (asked.author.as_str(), asked.is_in_comments()) {
        ("", _) => Vec::new(),
        (name, true) => store::reader(conn, name)?.into_iter().collect(),
        (name, false) => store::authors(conn, &text::slug(name, ""))?,
    };
    let is_nobody = !asked.author.is_empty() && authors.is_empty();
    let is_nowhere = !asked.section.is_empty() && section.is_none();
    Ok((!is_nobody && !is_nowhere).then(|| Filters {
        section,
        authors,
        from: day(site, &asked.from, 0),
        until: day(site, &asked.to, 1),
        newest_first: !asked.sort().is_empty(),
        stemming: Stemming::of(&site.language),
    }))
}

/// The hits, the query that found them, and whether it used prefixes.
type SearchResults = (Hits, SearchQuery, bool);

fn find(conn: &mut Conn, asked: &SearchForm, filters: &Filters) -> Result<SearchResults, Error> {
    let query = SearchQuery::parse(&asked.q, filters.stemming);
    let place = SearchCursor::parse(&asked.after);
    let look = |conn: &mut Conn, query: &SearchQuery, filters: &Filters, most: usize| match asked
        .is_in_comments()
    {
        true => store::comments(conn, query, filters, place.cursor, most),
        false => store::articles(conn, query, filters, place.cursor, most),
    };
    if query.is_empty() {
        return Ok((Hits::default(), query, false));
    }
    if !place.open {
        let hits = look(conn, &query, filters, A_PAGE)?;
        let is_later = place.cursor.number.is_some();
        // Sorted by time there is one rank; the first hit of the ranked search says whether a text has the words as typed.
        let best_first = Filters {
            newest_first: false,
            ..filters.clone()
        };
        if is_later
            || hits.is_as_typed
            || filters.newest_first
                && !hits.ids.is_empty()
                && look(conn, &query, &best_first, 1)?.is_as_typed
        {
            return Ok((hits, query, false));
        }
    }
    // No text contains the words as typed, so what begins with them is found too.
    let opened = query.opened();
    Ok((look(conn, &opened, filters, A_PAGE)?, opened, true))
}

/// A page of hits.
#[derive(Default)]
struct Found {
    hits: Vec<HitView>,
    next: String,
    count: i64,
    /// There is no such author.
    is_nobody: bool,
    /// Nothing was found, but this query finds something.
    correction: Vec<(String, bool)>,
}

fn hits(conn: &mut Conn, site: &Site, asked: &SearchForm) -> Result<Found, Error> {
    let Some(filters) = filters(conn, site, asked)? else {
        return Ok(Found {
            is_nobody: true,
            ..Found::default()
        });
    };
    let (hits, query, open) = find(conn, asked, &filters)?;
    if hits.ids.is_empty() && asked.after.is_empty() {
        let correction = correct(conn, &asked.q, &filters, asked.is_in_comments())?;
        return Ok(Found {
            correction: correction.unwrap_or_default(),
            ..Found::default()
        });
    }
    let is_all = hits.next.is_none() && asked.after.is_empty();
    let count = match is_all {
        true => hits.ids.len() as i64,
        false => store::count(conn, &query, &filters, asked.is_in_comments())?,
    };
    let next = hits
        .next
        .map(|cursor| SearchCursor { open, cursor }.text())
        .unwrap_or_default();
    let hits = views(conn, site, asked, &hits.ids, &query, filters.stemming)?;
    Ok(Found {
        hits,
        next,
        count,
        ..Found::default()
    })
}

/// The hits with these ids, with what was found marked.
fn views(
    conn: &mut Conn,
    site: &Site,
    asked: &SearchForm,
    ids: &[i64],
    query: &SearchQuery,
    stemming: Stemming,
) -> Result<Vec<HitView>, Error> {
    Ok(if asked.is_in_comments() {
        let comment = |row: store::CommentRow| HitView {
            href: paths::comment(&row.slug, row.id),
            title: snippet(&row.title, &[], stemming),
            by: shown_name(&row.username, &row.name).to_owned(),
            by_href: paths::reader(&row.username),
            at: DateView::minute(site, row.created_at),
            snippet: snippet(&row.html.text(), &query.terms, stemming),
            thumbnail: None,
        };
        store::comment_rows(conn, ids)?
            .into_iter()
            .map(comment)
            .collect()
    } else {
        let mut thumbnails = thumbnails::of_articles(conn, ids)?;
        let article = |row: store::ArticleRow| {
            let mut text = vec![row.dek];
            text.extend([row.summary, row.body, row.matters].map(|html| html.text()));
            HitView {
                href: paths::article(&row.slug),
                title: snippet(&row.title, &query.terms, stemming),
                by_href: paths::section(&row.section_slug),
                by: row.section,
                at: DateView::day(site, row.published_at),
                snippet: snippet(&text.join("\n"), &query.terms, stemming),
                thumbnail: thumbnails.remove(&row.id),
            }
        };
        store::article_rows(conn, ids)?
            .into_iter()
            .map(article)
            .collect()
    })
}

/// Runs a search behind the gate for searches.
async fn search(state: &Shared, request: &HttpRequest, asked: SearchForm) -> Result<Found, Error> {
    let permit = state.searching.acquire_for(network_of(request)).await?;
    let site = state.site();
    let search = move |conn: &mut Conn| {
        let _permit = permit;
        hits(conn, &site, &asked)
    };
    state.db.read(search).await
}

fn sorts(t: Interface, asked: &SearchForm) -> Vec<(String, String, bool)> {
    let all = [("", t.search_best()), ("newest", t.search_newest())];
    let sort = |(sort, name): (&str, String)| (asked.sorted(sort), name, asked.sort() == sort);
    all.into_iter().map(sort).collect()
}

/// `GET /search`
pub async fn index(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let (t, site) = (state.t(), state.site());
    let asked = SearchForm::of(&request);
    let has_words = !SearchQuery::parse(&asked.q, Stemming::default()).is_empty();
    let found = match has_words {
        true => search(&state, &request, asked.clone()).await?,
        false => Found::default(),
    };
    let sections = site.sections.iter().map(|section| Choice {
        value: section.slug.clone(),
        label: section.name.clone(),
        chosen: section.slug == asked.section,
    });
    let heading = if asked.q.is_empty() {
        t.search_heading()
    } else {
        t.search_title(&asked.q)
    };
    let mut page = Page::new(&state, &viewer, &heading).unlisted();
    page.next = asked.path(asked.kind(), "");
    let nothing = nothing_found(t, &asked, has_words, &found);
    page::ok(&SearchPage {
        page,
        t,
        kind: asked.kind(),
        in_comments: asked.is_in_comments(),
        sort: asked.sort(),
        is_narrowed: asked.is_narrowed(),
        articles_href: asked.path("articles", ""),
        comments_href: asked.path("comments", ""),
        sections: sections.collect(),
        asked: has_words,
        nothing,
        correction_href: asked.corrected(&found.correction),
        correction: SafeHtml::marked(&found.correction),
        sorts: match found.count > 1 {
            true => sorts(t, &asked),
            false => Vec::new(),
        },
        count: count_text(t, found.count),
        next: if found.next.is_empty() {
            String::new()
        } else {
            asked.path(asked.kind(), &found.next)
        },
        hits: found.hits,
        first: if asked.after.is_empty() {
            String::new()
        } else {
            asked.path(asked.kind(), "")
        },
        q: asked.q,
        author: asked.author,
        from: asked.from,
        to: asked.to,
    })
}

/// Why there are no results; empty if there are some, or nothing was asked for.
fn nothing_found(t: Interface, asked: &SearchForm, has_words: bool, found: &Found) -> String {
    match (has_words, found.hits.is_empty(), found.is_nobody) {
        (false, _, _) if !asked.q.is_empty() => t.search_no_words(),
        (true, true, true) if !asked.author.is_empty() => t.search_unknown_author(&asked.author),
        (true, true, _) => t.search_no_results(&asked.q),
        _ => String::new(),
    }
}

fn count_text(t: Interface, count: i64) -> String {
    match count {
        0 => String::new(),
        many if many > store::MOST_COUNTED => t.search_many(store::MOST_COUNTED),
        many => t.search_count(many),
    }
}
