//! `/admin/media`: the media library of the newsroom.

use super::description::{Written, upload_fields};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::interface::Interface;
use crate::log::{self, Actor};
use crate::media::library::{self, Item, PAGE, Place, Use};
use crate::web::fields::Field;
use crate::web::{Page, Shared, State, Writer, page};
use crate::{paths, text};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

/// Files in one answer as JSON.
const MOST_AS_JSON: i64 = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    q: String,
    after: String,
    new: String,
    format: String,
    /// Files in an answer as JSON.
    most: String,
}

impl Query {
    /// The files that were just added.
    fn new_ids(&self) -> Vec<i64> {
        let ids = self.new.split(',').filter_map(|id| id.parse().ok());
        ids.take(MOST_AS_JSON as usize).collect()
    }
}

struct ItemView {
    href: String,
    src: String,
    name: String,
    alt: String,
    about: String,
    used: String,
    is_picture: bool,
    is_new: bool,
    id: i64,
}

#[derive(Template)]
#[template(path = "media/index.html")]
pub(super) struct LibraryPage {
    page: Page,
    t: Interface,
    items: Vec<ItemView>,
    pub(super) fields: Vec<Field>,
    pub(super) refused: Vec<String>,
    done: String,
    query: String,
    next: String,
}

/// A page begins after the file with this time and id.
fn cursor(text: &str) -> Result<Option<(i64, i64)>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let (at, id) = text.rsplit_once('-').ok_or(Error::NotFound)?;
    match (at.parse(), id.parse()) {
        (Ok(at), Ok(id)) => Ok(Some((at, id))),
        _ => Err(Error::NotFound),
    }
}

/// Files with their thumbnails and users.
struct Listed {
    items: Vec<Item>,
    thumbnails: Vec<(i64, String)>,
    uses: Vec<Use>,
    places: Vec<(i64, Place)>,
    by_authors: Vec<(i64, i64)>,
}

async fn list(
    state: &State,
    has_places: bool,
    find: impl FnOnce(&mut Conn) -> Result<Vec<Item>, Error> + Send + 'static,
) -> Result<Listed, Error> {
    state
        .db
        .read(move |conn| {
            let items = find(conn)?;
            let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
            let (uses, people) = library::uses(conn, &ids)?;
            let portraits: Vec<i64> = people.iter().map(|(id, _)| *id).collect();
            Ok(Listed {
                thumbnails: library::thumbnails(conn, &ids)?,
                places: match has_places {
                    true => library::places(conn, &ids)?,
                    false => Vec::new(),
                },
                by_authors: library::uses_by_authors(conn, &portraits)?,
                items,
                uses,
            })
        })
        .await
}

/// `GET /admin/media`, also as JSON (`?format=json`)
pub async fn index(
    state: Shared,
    who: Writer,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let after = cursor(&query.after)?;
    if query.format == "json" {
        let (new, letters) = (query.new_ids(), letters(&query.q));
        let most = query.most.parse().unwrap_or(MOST_AS_JSON);
        let most = most.clamp(1, MOST_AS_JSON);
        let listed = list(&state, false, move |conn| match new.as_slice() {
            [] => library::page(conn, &letters, after, most),
            new => library::items(conn, new),
        });
        return Ok(as_json(&listed.await?));
    }
    let mut view = index_page(&state, &who, &query, after).await?;
    if !query.new.is_empty() {
        view.done = state.t().media_done_added();
    }
    page::ok(&view)
}

fn letters(query: &str) -> String {
    let plain = query.trim().chars().filter(|c| !c.is_control());
    plain.take(200).collect()
}

fn as_json(listed: &Listed) -> HttpResponse {
    let file = |item: &Item| {
        let own = listed.uses.iter().filter(|used| used.media == item.id);
        let mut used: Vec<i64> = own.map(|used| used.article).collect();
        let by_authors = listed.by_authors.iter().filter(|used| used.0 == item.id);
        used.extend(by_authors.map(|used| used.1));
        used.sort_unstable();
        used.dedup();
        json!({
            "id": item.id,
            "file": item.file,
            "name": item.name,
            "alt": item.alt,
            "caption": item.caption,
            "credit": item.credit,
            "width": item.width,
            "height": item.height,
            "bytes": item.bytes,
            "used_by": used,
        })
    };
    let files: Vec<serde_json::Value> = listed.items.iter().map(file).collect();
    HttpResponse::Ok().json(files)
}

pub(super) async fn index_page(
    state: &State,
    who: &Writer,
    query: &Query,
    after: Option<(i64, i64)>,
) -> Result<LibraryPage, Error> {
    let letters = letters(&query.q);
    let found = list(state, true, move |conn| {
        library::page(conn, &letters, after, PAGE + 1)
    });
    let mut listed = found.await?;
    let mut next = String::new();
    if listed.items.len() as i64 > PAGE {
        listed.items.truncate(PAGE as usize);
        if let Some(last) = listed.items.last() {
            let after = format!("{}-{}", last.created_at.0, last.id);
            next = paths::admin_media(&query.q, &after, "");
        }
    }
    let t = state.t();
    let new = query.new_ids();
    Ok(LibraryPage {
        page: Page::dashboard(state, &who.viewer(), &t.media_heading(), "media"),
        t,
        items: listed
            .items
            .iter()
            .map(|item| item_view(t, item, &listed, new.contains(&item.id)))
            .collect(),
        fields: upload_fields(t, &Written::default()),
        refused: Vec::new(),
        done: String::new(),
        query: query.q.clone(),
        next,
    })
}

fn item_view(t: Interface, item: &Item, listed: &Listed, is_new: bool) -> ItemView {
    let small = listed.thumbnails.iter().find(|(id, _)| *id == item.id);
    let articles = listed.uses.iter().filter(|used| used.media == item.id);
    let places = listed.places.iter().filter(|(id, _)| *id == item.id);
    ItemView {
        href: paths::admin_media_item(item.id),
        src: paths::media(small.map_or(&item.file, |(_, file)| file)),
        name: name(item),
        alt: item.alt.clone(),
        about: about(t, item),
        used: t.media_used((articles.count() + places.count()) as i64),
        is_picture: item.mime.starts_with("image/"),
        is_new,
        id: item.id,
    }
}

/// The name that the file had, or else the one that it has here.
pub(super) fn name(item: &Item) -> String {
    match item.name.as_str() {
        "" => item.file.clone(),
        name => name.to_owned(),
    }
}

pub(super) fn about(t: Interface, item: &Item) -> String {
    let bytes = text::bytes(item.bytes.unsigned_abs());
    match item.width {
        0 => format!("{}, {bytes}", item.mime),
        width => t.media_size(&bytes, &item.height.to_string(), &width.to_string()),
    }
}

pub(super) fn record(
    conn: &mut crate::db::Conn,
    action: &'static str,
    subject: &str,
    who: &crate::web::Account,
    now: Time,
) -> Result<(), Error> {
    let entry = log::Entry {
        kind: log::Kind::Media,
        subject,
        ..log::Entry::new(action, Actor::of(who))
    };
    log::store::write(conn, &entry, now)
}
