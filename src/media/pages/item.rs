//! `/admin/media/{id}`: one file of the library, where it is used, its description, and its end.

use super::description::Written;
use super::library::{about, name, record};
use crate::error::Error;
use crate::interface::Interface;
use crate::media::library::{self, Description, Item, Place};
use crate::media::{self, delete_files};
use crate::web::fields::{Field, Link};
use crate::web::form::unknown_field;
use crate::web::{DateView, Editor, EmptyForm, FormBody, Page, Shared, State, Writer, page};
use crate::{paths, sessions};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

#[derive(Template)]
#[template(path = "media/item.html")]
struct ItemPage {
    page: Page,
    t: Interface,
    heading: String,
    alert: String,
    done: String,
    src: String,
    is_picture: bool,
    is_video: bool,
    about: String,
    added: DateView,
    markdown: String,
    action: String,
    /// Empty for a recording, and for those who may not.
    replace: String,
    delete: String,
    fields: Vec<Field>,
    uses: Vec<Link>,
    people: Vec<String>,
}

/// `GET /admin/media/{id}`
pub async fn item(
    state: Shared,
    who: Writer,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Error> {
    let mut view = item_page(&state, &who, *id, None).await?;
    if request.query_string() == "saved" {
        view.done = state.t().saved();
    }
    page::ok(&view)
}

/// A form that was sent, as it was typed.
struct Typed {
    written: Written,
    /// The point that crops keep: from the left and from the top, in percent.
    focus: [String; 2],
    is_focus_refused: bool,
}

impl Typed {
    fn of(item: &Item) -> Typed {
        let given = Description {
            alt: item.alt.clone(),
            caption: item.caption.clone(),
            credit: item.credit.clone(),
        };
        Typed {
            written: Written {
                given,
                refused: Vec::new(),
            },
            focus: [item.focus_x.to_string(), item.focus_y.to_string()],
            is_focus_refused: false,
        }
    }
}

fn item_fields(t: Interface, item: &Item, typed: &Typed) -> Vec<Field> {
    let mut fields: Vec<Field> = typed.written.fields(t).into();
    if !item.mime.starts_with("image/") {
        return fields;
    }
    let [x, y] = &typed.focus;
    let mut x = Field::text("focus_x", t.media_focus_x()).value(x);
    x.hint = t.media_focus_hint();
    if typed.is_focus_refused {
        x.error = t.media_focus_invalid();
    }
    fields.extend([x, Field::text("focus_y", t.media_focus_y()).value(y)]);
    fields
}

async fn item_page(
    state: &State,
    who: &Writer,
    id: i64,
    typed: Option<Typed>,
) -> Result<ItemPage, Error> {
    let (item, uses, people, places) = state
        .db
        .read(move |conn| {
            let item = library::item(conn, id)?;
            let (uses, people) = library::uses(conn, &[id])?;
            let places = library::places(conn, &[id])?;
            Ok((item, uses, people, places))
        })
        .await?;
    let (t, site) = (state.t(), state.site());
    let heading = name(&item);
    let is_picture = item.mime.starts_with("image/");
    Ok(ItemPage {
        page: Page::dashboard(state, &who.viewer(), &heading, "media"),
        t,
        heading,
        alert: String::new(),
        done: String::new(),
        src: paths::media(&item.file),
        is_picture,
        is_video: item.mime.starts_with("video/"),
        about: about(t, &item),
        added: DateView::minute(&site, item.created_at),
        markdown: format!("![{}]({})", item.alt, paths::media(&item.file)),
        action: paths::admin_media_item(id),
        replace: match is_picture && who.edits() {
            true => paths::admin_media_replace(id),
            false => String::new(),
        },
        delete: match who.edits() {
            true => paths::admin_media_delete(id),
            false => String::new(),
        },
        fields: item_fields(t, &item, &typed.unwrap_or_else(|| Typed::of(&item))),
        uses: uses
            .into_iter()
            // A writer sees their own articles alone.
            .filter(|used| who.edits() || used.owner == Some(who.id))
            .map(|used| Link {
                href: paths::admin_article(used.article),
                text: used.title,
            })
            .chain(
                places
                    .into_iter()
                    .filter(|_| who.edits())
                    .map(|(_, place)| place_link(t, place)),
            )
            .collect(),
        people: people
            .into_iter()
            .map(|(_, name)| t.media_author_picture(&name))
            .collect(),
    })
}

fn place_link(t: Interface, place: Place) -> Link {
    match place {
        Place::Page { slug, title } => Link {
            href: paths::admin_page(&slug),
            text: title,
        },
        Place::Setting(setting) => Link {
            href: paths::ADMIN_SETTINGS.into(),
            text: (setting.label)(t),
        },
    }
}

/// `POST /admin/media/{id}`
pub async fn describe(
    state: Shared,
    who: Writer,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (t, wanted) = (state.t(), *id);
    let mut focus: [Option<String>; 2] = [None, None];
    let written = Written::read(t, posted.pairs()?, |name, value| {
        let at = ["focus_x", "focus_y"]
            .iter()
            .position(|known| *known == name);
        focus[at.ok_or_else(unknown_field)?] = Some(value.trim().to_owned());
        Ok(())
    })?;
    let item = state.db.read(move |conn| library::item(conn, wanted));
    let stored = Typed::of(&item.await?).focus;
    // A recording's form has none.
    let [x, y] = [0, 1].map(|at| focus[at].take().unwrap_or_else(|| stored[at].clone()));
    let percent = |text: &String| text.parse().ok().filter(|it| (0..=100).contains(it));
    let at = percent(&x).zip(percent(&y));
    let Some(at) = at.filter(|_| written.refused.is_empty()) else {
        let mut refusals = written.refused.clone();
        if at.is_none() {
            refusals.push(("focus_x", t.media_focus_invalid()));
        }
        let typed = Typed {
            written,
            focus: [x, y],
            is_focus_refused: at.is_none(),
        };
        let view = item_page(&state, &who, *id, Some(typed)).await?;
        return page::refused(StatusCode::UNPROCESSABLE_ENTITY, &view, refusals);
    };
    let given = written.given;
    let (id, now) = (*id, state.db.now());
    sessions::write(&state, &who, move |conn, who: &Writer| {
        library::describe(conn, id, &given, at)?;
        let subject = name(&library::item(conn, id)?);
        record(conn, "describe", &subject, who, now)
    })
    .await?;
    Ok(page::see_other(&paths::admin_media_item_saved(id)))
}

/// `POST /admin/media/{id}/delete`: 409 while an article or an author has it.
pub async fn delete(
    state: Shared,
    who: Editor,
    id: web::Path<i64>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let EmptyForm {} = posted.read()?;
    let (id, now) = (*id, state.db.now());
    let _turn = state.changing_media.lock().await;
    let deleted = sessions::write(&state, &who, move |conn, who: &Editor| {
        let subject = name(&library::item(conn, id)?);
        let files = media::store::delete_unused(conn, &[id])?;
        if !files.is_empty() {
            record(conn, "delete", &subject, who, now)?;
        }
        Ok(files)
    });
    let files = deleted.await?;
    if !files.is_empty() {
        delete_files(&state.config.data.join("media"), &files);
        return Ok(page::see_other(paths::ADMIN_MEDIA));
    }
    let mut view = item_page(&state, &Writer(who.0), id, None).await?;
    view.alert = state.t().media_in_use();
    let refusals = vec![("", view.alert.clone())];
    page::refused(StatusCode::CONFLICT, &view, refusals)
}
