//! `/admin/media`: the media library of the newsroom.

use crate::db::Time;
use crate::error::Error;
use crate::interface::Interface;
use crate::log::{self, Actor};
use crate::media::library::{self, Description, Item, PAGE, Use};
use crate::media::upload::{Arrived, Upload, receive};
use crate::media::{self, Picture, recording, save_files};
use crate::web::fields::Field;
use crate::web::form::unknown_field;
use crate::web::{Page, Shared, State, Writer, page};
use crate::{paths, sessions, text};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

/// Files in one answer as JSON.
const MOST_AS_JSON: i64 = 1_000;
/// Characters of a description.
const MOST_CHARACTERS: usize = 500;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    q: String,
    after: String,
    new: String,
    format: String,
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
struct LibraryPage {
    page: Page,
    t: Interface,
    items: Vec<ItemView>,
    fields: Vec<Field>,
    refused: Vec<String>,
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
    by_authors: Vec<(i64, i64)>,
}

async fn list(
    state: &State,
    letters: String,
    after: Option<(i64, i64)>,
    most: i64,
) -> Result<Listed, Error> {
    state
        .db
        .read(move |conn| {
            let items = library::page(conn, &letters, after, most)?;
            let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
            let (uses, people) = library::uses(conn, &ids)?;
            let portraits: Vec<i64> = people.iter().map(|(id, _)| *id).collect();
            Ok(Listed {
                thumbnails: library::thumbnails(conn, &ids)?,
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
        let listed = list(&state, letters(&query.q), after, MOST_AS_JSON).await?;
        return Ok(as_json(&listed));
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

async fn index_page(
    state: &State,
    who: &Writer,
    query: &Query,
    after: Option<(i64, i64)>,
) -> Result<LibraryPage, Error> {
    let mut listed = list(state, letters(&query.q), after, PAGE + 1).await?;
    let mut next = String::new();
    if listed.items.len() as i64 > PAGE {
        listed.items.truncate(PAGE as usize);
        if let Some(last) = listed.items.last() {
            let after = format!("{}-{}", last.created_at.0, last.id);
            next = paths::admin_media(&query.q, &after, "");
        }
    }
    let t = state.t();
    let new: Vec<&str> = query.new.split(',').collect();
    Ok(LibraryPage {
        page: Page::dashboard(state, &who.viewer(), &t.media_heading(), "media"),
        t,
        items: listed
            .items
            .iter()
            .map(|item| item_view(t, item, &listed, new.contains(&&*item.id.to_string())))
            .collect(),
        fields: upload_fields(t, &Description::default()),
        refused: Vec::new(),
        done: String::new(),
        query: query.q.clone(),
        next,
    })
}

fn item_view(t: Interface, item: &Item, listed: &Listed, is_new: bool) -> ItemView {
    let small = listed.thumbnails.iter().find(|(id, _)| *id == item.id);
    let own = listed.uses.iter().filter(|used| used.media == item.id);
    ItemView {
        href: paths::admin_media_item(item.id),
        src: paths::media(small.map_or(&item.file, |(_, file)| file)),
        name: name(item),
        alt: item.alt.clone(),
        about: about(t, item),
        used: t.media_used(own.count() as i64),
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
    let bytes = match item.bytes {
        small if small < 1024 * 1024 => format!("{} KiB", (small + 1023) / 1024),
        large => format!("{:.1} MiB", large as f64 / (1024.0 * 1024.0)),
    };
    match item.width {
        0 => format!("{}, {bytes}", item.mime),
        width => t.media_size(&bytes, &item.height.to_string(), &width.to_string()),
    }
}

fn upload_fields(t: Interface, given: &Description) -> Vec<Field> {
    let mut fields = vec![
        Field::file("file", t.media_field_file(), "image/*,video/*,audio/*")
            .multiple()
            .hint(t.media_file_hint()),
    ];
    fields.extend(description_fields(t, given));
    fields
}

pub(super) fn description_fields(t: Interface, given: &Description) -> [Field; 3] {
    let line = |name, label: String, value: &str| {
        let field = Field::text(name, label).optional();
        field.most(MOST_CHARACTERS).value(value)
    };
    [
        line("alt", t.field_alt(), &given.alt).hint(t.editor_alt_hint()),
        line("caption", t.field_caption(), &given.caption),
        line("credit", t.field_credit(), &given.credit),
    ]
}

/// Alt text, caption and credit of a form. Its other fields go to `other`.
///
/// # Errors
/// `Malformed` for a field that `other` does not take, and for what has control characters or is too long.
pub(super) fn description(
    t: Interface,
    pairs: &[(String, String)],
    mut other: impl FnMut(&str, &str) -> Result<(), Error>,
) -> Result<Description, Error> {
    let mut given = Description::default();
    for (name, value) in pairs {
        let field = match name.as_str() {
            "alt" => &mut given.alt,
            "caption" => &mut given.caption,
            "credit" => &mut given.credit,
            name => {
                other(name, value)?;
                continue;
            }
        };
        let line = text::clean_line(&text::collapse(value));
        let line = line.map_err(|_| Error::Refused(t.text_control_character()))?;
        if line.chars().count() > MOST_CHARACTERS {
            return Err(Error::Refused(t.line_too_long(MOST_CHARACTERS as i64)));
        }
        *field = line;
    }
    Ok(given)
}

/// A file that was recognised.
#[derive(Clone)]
enum Recognised {
    Picture(Box<Picture>),
    Recording(recording::Recording),
}

/// `POST /admin/media`: all files go in, or none.
pub async fn upload(
    state: Shared,
    who: Writer,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Error> {
    let (t, folder) = (state.t(), state.config.data.join("media"));
    let mut payload = payload.into_inner();
    let Upload { fields, files } = receive(&request, &mut payload, &folder).await?;
    let given = description(t, &fields, |_, _| Err(unknown_field()))?;
    let mut refused = Vec::new();
    if files.is_empty() {
        refused.push(t.media_no_file());
    }
    let mut recognised = Vec::new();
    for file in &files {
        match recognise(&state, file).await? {
            Ok(kind) => recognised.push((file.name.clone(), kind)),
            Err(why) => refused.push(t.media_refused(&file.name, &why)),
        }
    }
    if !refused.is_empty() {
        let mut view = index_page(&state, &who, &Query::default(), None).await?;
        let refusals = vec![("file", refused.join(" "))];
        view.refused = refused;
        view.fields = upload_fields(t, &given);
        return page::refused(StatusCode::UNPROCESSABLE_ENTITY, &view, refusals);
    }
    let _turn = state.changing_media.lock().await;
    for (file, (_, kind)) in files.iter().zip(&recognised) {
        store(&folder, file, kind).map_err(Error::Unavailable)?;
    }
    let now = state.db.now();
    let ids = sessions::write(&state, &who, move |conn, who: &Writer| {
        let mut ids = Vec::new();
        for (name, kind) in &recognised {
            let id = match kind {
                Recognised::Picture(picture) => media::store::insert(conn, picture, now)?,
                Recognised::Recording(new) => library::insert_recording(conn, new, now)?,
            };
            library::describe_new(conn, id, name, &given)?;
            record(conn, "upload", name, who, now)?;
            ids.push(id.to_string());
        }
        Ok(ids)
    });
    let new = ids.await?.join(",");
    let wants_json = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    Ok(page::see_other(&match wants_json {
        true => format!("{}?format=json", paths::ADMIN_MEDIA),
        false => paths::admin_media("", "", &new),
    }))
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

/// Reads what a file is, by its bytes.
///
/// # Errors
/// `TooLarge` for a picture above its limit; `Unavailable` for the disk or a full gate.
async fn recognise(state: &State, file: &Arrived) -> Result<Result<Recognised, String>, Error> {
    let (t, path, bytes) = (state.t(), file.path.clone(), file.bytes);
    let disk = |error: std::io::Error| Error::Unavailable(error.to_string());
    let at = path.clone();
    let found = web::block(move || recording::read(&at)).await;
    if let Some(found) = found.map_err(Error::internal)?.map_err(disk)? {
        return Ok(Ok(Recognised::Recording(found)));
    }
    if bytes > media::MOST_BYTES {
        return Err(Error::TooLarge {
            limit: media::MOST_BYTES,
        });
    }
    let work = move || Ok(media::process(&std::fs::read(&path)?));
    let picture: std::io::Result<Result<Picture, String>> = state.drawing.run(work).await?;
    Ok(match picture.map_err(disk)? {
        Ok(picture) => Ok(Recognised::Picture(Box::new(picture))),
        Err(why) => Err(t.media_unknown_kind(&why)),
    })
}

/// Writes the files under their own names. They are harmless if the transaction that refers to them fails later.
fn store(folder: &std::path::Path, file: &Arrived, kind: &Recognised) -> Result<(), String> {
    let recording = match kind {
        Recognised::Picture(picture) => return save_files(folder, picture),
        Recognised::Recording(recording) => recording,
    };
    let say = |e: std::io::Error| format!("{} cannot be written: {e}", folder.display());
    let target = folder.join(&recording.file);
    if target.exists() {
        return Ok(());
    }
    // Synced before a row refers to it.
    let written = std::fs::File::open(&file.path).map_err(say)?;
    written.sync_all().map_err(say)?;
    std::fs::rename(&file.path, &target).map_err(say)?;
    crate::db::sync_folder(folder).map_err(say)
}
