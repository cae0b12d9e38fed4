//! `/admin/articles`: the list of articles of every status.

use super::{shown_title, status_name};
use crate::articles::edited;
use crate::articles::staff_lists::{self, Cursor, STATUSES, Sort, Wanted};
use crate::articles::store::{self, Name};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::Link;
use crate::web::{DateView, Page, Shared, State, Writer, page};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

/// Names that the filters offer.
const OFFERED: i64 = 500;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    status: String,
    section: String,
    author: String,
    q: String,
    sort: String,
    format: String,
    after: String,
    /// What was done before: `bulk`, and the articles that were left alone.
    done: String,
    left: String,
}

struct RowView {
    id: i64,
    href: String,
    title: String,
    status: String,
    status_name: String,
    section: String,
    authors: String,
    date: DateView,
    public: i64,
    waiting: i64,
    public_link: String,
    is_sample: bool,
    /// What there is to say of changes that readers do not see yet.
    changes: String,
    /// What a form for several articles sends.
    picked: String,
}

struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "editor/list.html")]
struct ListPage {
    page: Page,
    t: Interface,
    rows: Vec<RowView>,
    tabs: Vec<(Link, bool)>,
    sections: Vec<Choice>,
    authors: Vec<Choice>,
    sorts: Vec<Choice>,
    status: String,
    query: String,
    next: String,
    is_filtered: bool,
    may_bulk: bool,
    done: String,
    /// Articles that were left alone.
    left: Vec<Link>,
}

impl Query {
    /// # Errors
    /// `NotFound` for a status or a cursor that is none.
    fn wanted(&self, owner: Option<i64>) -> Result<Wanted, Error> {
        let is_status = self.status.is_empty() || STATUSES.contains(&self.status.as_str());
        if !is_status {
            return Err(Error::NotFound);
        }
        let letters = self.q.chars().filter(|c| !c.is_control());
        Ok(Wanted {
            status: self.status.clone(),
            section: self.section.clone(),
            author: self.author.clone(),
            query: letters.take(200).collect(),
            sort: Sort::parse(&self.sort),
            owner,
            after: Cursor::parse(&self.after)?,
        })
    }

    /// What a form for several articles did.
    fn done(&self, t: Interface) -> String {
        match (self.done.as_str(), self.left.as_str()) {
            ("bulk", "") => t.articles_bulk_done(),
            ("bulk", _) => t.articles_bulk_left(),
            _ => String::new(),
        }
    }

    /// The articles that it left alone.
    fn left(&self) -> Vec<Link> {
        let ids = self.left.split(',').filter_map(|id| id.parse().ok());
        let link = |id| Link {
            href: paths::admin_article(id),
            text: format!("#{id}"),
        };
        ids.take(100).map(link).collect()
    }

    /// The list with other values of some parameters.
    fn link(&self, changes: &[(&str, &str)]) -> String {
        let own = [
            ("status", &*self.status),
            ("section", &*self.section),
            ("author", &*self.author),
            ("q", &*self.q),
            ("sort", &*self.sort),
        ];
        let value = |name: &str, own: &str| {
            let changed = changes.iter().find(|(changed, _)| *changed == name);
            changed.map_or(own.to_owned(), |(_, value)| (*value).to_owned())
        };
        let mut fields: Vec<(&str, String)> =
            own.map(|(name, own)| (name, value(name, own))).into();
        fields.push(("after", value("after", "")));
        paths::admin_articles(&fields)
    }
}

/// `GET /admin/articles`, also as JSON (`?format=json`)
pub async fn index(
    state: Shared,
    who: Writer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let owner = (!who.edits()).then_some(who.id);
    let wanted = query.wanted(owner)?;
    let sort = wanted.sort;
    let (rows, next, names, counts, filters) = state
        .db
        .read(move |conn| {
            let (rows, next) = staff_lists::page(conn, &wanted)?;
            let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
            Ok((
                rows,
                next,
                store::names(conn, &ids)?,
                staff_lists::counts(conn, owner)?,
                edited::filters(conn, OFFERED)?,
            ))
        })
        .await?;
    if query.format == "json" {
        return Ok(as_json(&rows));
    }
    let t = state.t();
    let [sections, authors] = filters;
    page::ok(&ListPage {
        page: Page::dashboard(&state, &who.viewer(), &t.articles_heading(), "articles"),
        t,
        rows: rows
            .into_iter()
            .map(|row| row_view(&state, row, &names, sort))
            .collect(),
        tabs: tabs(t, &query, counts),
        sections: choices(sections, &query.section),
        authors: choices(authors, &query.author),
        sorts: Sort::ALL
            .map(|one| Choice {
                value: one.as_str().into(),
                label: sort_name(t, one),
                is_chosen: one == sort,
            })
            .into(),
        next: next.map_or(String::new(), |next| {
            query.link(&[("after", &next.to_string())])
        }),
        is_filtered: !(query.section.is_empty()
            && query.author.is_empty()
            && query.q.is_empty()
            && query.status.is_empty()),
        may_bulk: who.edits(),
        done: query.done(t),
        left: query.left(),
        status: query.status.clone(),
        query: query.q,
    })
}

/// What the writing surface offers for links.
fn as_json(rows: &[staff_lists::ListedArticle]) -> HttpResponse {
    let article = |row: &staff_lists::ListedArticle| {
        json!({
            "id": row.id,
            "title": row.title,
            "status": row.status,
            "path": paths::article(&row.slug),
        })
    };
    HttpResponse::Ok().json(rows.iter().map(article).collect::<Vec<_>>())
}

fn row_view(state: &State, row: staff_lists::ListedArticle, names: &[Name], sort: Sort) -> RowView {
    let (t, site) = (state.t(), state.site());
    let own = names.iter().filter(|name| name.article == row.id);
    let authors: Vec<&str> = own.map(|name| &*name.name).collect();
    let is_public = row.status == "published";
    let date = match row.status.as_str() {
        "scheduled" => row.published_at,
        "published" if sort == Sort::Published => row.published_at,
        _ => row.edited_at,
    };
    RowView {
        id: row.id,
        href: paths::admin_article(row.id),
        title: shown_title(t, &row.title),
        status_name: status_name(t, &row.status),
        section: row.section,
        authors: authors.join(", "),
        date: DateView::minute(&site, date),
        public: row.public,
        waiting: row.waiting,
        public_link: match is_public {
            true => paths::article(&row.slug),
            false => String::new(),
        },
        is_sample: row.is_sample,
        changes: match row.publish_at {
            _ if !is_public || !row.is_changed => String::new(),
            None => t.articles_changed(),
            Some(at) => t.articles_change_scheduled(&site.minute(at)),
        },
        picked: format!("{}:{}", row.id, row.version),
        status: row.status,
    }
}

fn sort_name(t: Interface, sort: Sort) -> String {
    match sort {
        Sort::Updated => t.articles_sort_updated(),
        Sort::Published => t.articles_sort_published(),
        Sort::Comments => t.articles_sort_comments(),
    }
}

fn choices(names: Vec<(String, String)>, chosen: &str) -> Vec<Choice> {
    let choice = |(value, label): (String, String)| Choice {
        is_chosen: value == chosen,
        value,
        label,
    };
    names.into_iter().map(choice).collect()
}

/// All statuses as links, with the number of those that wait.
fn tabs(t: Interface, query: &Query, counts: [i64; 3]) -> Vec<(Link, bool)> {
    let all = Link {
        href: query.link(&[("status", "")]),
        text: t.articles_all(),
    };
    // Only published articles have a time by which they can be sorted.
    let shown = match (query.status.as_str(), Sort::parse(&query.sort)) {
        ("", Sort::Published) => "published",
        (status, _) => status,
    };
    let mut tabs = vec![(all, shown.is_empty())];
    for (at, status) in STATUSES.into_iter().enumerate() {
        let name = status_name(t, status);
        let text = match counts.get(at) {
            Some(count) if *count >= staff_lists::MOST_COUNTED => format!("{name} {count}+"),
            Some(count) if *count > 0 => format!("{name} {count}"),
            _ => name,
        };
        let href = query.link(&[("status", status)]);
        tabs.push((Link { href, text }, shown == status));
    }
    tabs
}
