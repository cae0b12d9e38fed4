//! `/admin/pages/{slug}`: one page and its versions.

use super::write::{
    Errors, PAGE, PageForm, built_in_text, built_in_title, fields, parse, record, store_page,
};
use crate::error::Error;
use crate::info::BUILT_IN;
use crate::info::store::{self, StoredPage};
use crate::web::fields::{Field, FormPage, Link};
use crate::web::kept::kept;
use crate::web::{Editor, EmptyForm, FormBody, Page, Shared, State, page};
use crate::{paths, sessions};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// Versions that are listed.
const LISTED: i64 = 50;

/// The form of one page.
async fn edit_page(
    state: &State,
    who: &Editor,
    slug: &str,
    form: &PageForm,
    errors: &Errors,
) -> Result<FormPage, Error> {
    let (t, site, asked) = (state.t(), state.site(), slug.to_owned());
    let (found, versions) = state
        .db
        .read(move |conn| {
            let found = store::find(conn, &asked)?;
            Ok((found, store::versions(conn, &asked, LISTED)?))
        })
        .await?;
    let mut more = vec![
        Link {
            href: paths::page(slug),
            text: t.editor_public_page(),
        },
        Link {
            href: paths::ADMIN_PAGES.into(),
            text: t.pages_heading(),
        },
    ];
    if found.is_some() {
        more.push(Link {
            href: paths::admin_page_delete(slug),
            text: t.pages_delete(),
        });
    }
    let version = |(number, at, by): (i64, crate::db::Time, Option<String>)| Link {
        href: paths::admin_page_version(slug, number),
        text: t.pages_version(
            &number.to_string(),
            &site.minute(at),
            &by.unwrap_or_else(|| "–".into()),
        ),
    };
    more.extend(versions.into_iter().map(version));
    Ok(FormPage {
        page: Page::dashboard(state, &who.viewer(), &form.title, "pages"),
        t,
        heading: form.title.clone(),
        intro: String::new(),
        alert: errors.alert.clone(),
        done: String::new(),
        action: paths::admin_page(slug),
        fields: fields(t, form, errors),
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.save_button(),
        more,
    })
}

/// The form of a page as it is stored, or of the built-in one.
fn form_of(state: &State, slug: &str, found: Option<StoredPage>) -> Result<PageForm, Error> {
    match found {
        Some(found) => Ok(PageForm {
            title: found.title,
            body: found.body,
            slug: None,
            in_footer: if found.in_footer { "on" } else { "" }.into(),
            revision: found.revision.to_string(),
        }),
        None if BUILT_IN.contains(&slug) => Ok(PageForm {
            title: built_in_title(state, slug),
            body: built_in_text(state, slug),
            revision: "0".into(),
            ..PageForm::default()
        }),
        None => Err(Error::NotFound),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    version: String,
    saved: Option<String>,
}

/// `GET /admin/pages/{slug}`, with `?version=N` an earlier text in the form
pub async fn edit(
    state: Shared,
    who: Editor,
    request: HttpRequest,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let number = match query.version.as_str() {
        "" => None,
        given => Some(given.parse::<i64>().map_err(|_| Error::NotFound)?),
    };
    let asked = slug.clone();
    let (found, earlier) = state
        .db
        .read(move |conn| {
            let earlier = match number {
                Some(number) => Some(store::version(conn, &asked, number)?),
                None => None,
            };
            Ok((store::find(conn, &asked)?, earlier))
        })
        .await?;
    let mut form = form_of(&state, &slug, found)?;
    if let Some((title, body)) = earlier {
        (form.title, form.body) = (title, body);
    }
    let mut view = edit_page(&state, &who, &slug, &form, &Errors::default()).await?;
    if query.saved.is_some() {
        view.done = state.t().saved();
    }
    page::ok(&view)
}

/// `POST /admin/pages/{slug}`
pub async fn update(
    state: Shared,
    who: Result<Editor, Error>,
    request: HttpRequest,
    slug: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(&state, &request, &posted, PAGE, why),
    };
    let form: PageForm = posted.read()?;
    let form = PageForm { slug: None, ..form };
    let asked = slug.clone();
    let found = state.db.read(move |conn| store::find(conn, &asked)).await?;
    let now = form_of(&state, &slug, found.clone())?;
    let new = match parse(&state, &form).await? {
        Ok(new) => new,
        Err(errors) => {
            let view = edit_page(&state, &who, &slug, &form, &errors).await?;
            return view.refused(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    // A built-in page that was never changed may be saved without a revision.
    let seen = match (form.revision.as_str(), &found) {
        ("", None) => Some(0),
        (given, _) => given.parse().ok(),
    };
    if let Some(seen) = seen
        && store_page(&state, &who, slug.clone(), new, seen).await?
    {
        return Ok(page::see_other(&paths::admin_page_saved(&slug)));
    }
    let errors = Errors {
        alert: state.t().pages_stale(),
        ..Errors::default()
    };
    let form = PageForm {
        revision: now.revision,
        ..form
    };
    let mut view = edit_page(&state, &who, &slug, &form, &errors).await?;
    let stored = format!("{}\n\n{}", now.title, now.body);
    let stored = Field::shown_only(state.t().pages_stored(), &stored).lines(18);
    view.fields.push(stored);
    view.refused(StatusCode::CONFLICT)
}

/// `GET /admin/pages/{slug}/delete`: asks.
pub async fn ask(
    state: Shared,
    who: Editor,
    slug: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let asked = slug.clone();
    let found = state.db.read(move |conn| store::find(conn, &asked)).await?;
    let found = found.ok_or(Error::NotFound)?;
    let t = state.t();
    page::ok(&FormPage {
        page: Page::dashboard(&state, &who.viewer(), &found.title, "pages"),
        t,
        heading: found.title,
        intro: match BUILT_IN.contains(&slug.as_str()) {
            true => t.pages_delete_built_in(),
            false => t.pages_delete_ask(),
        },
        alert: String::new(),
        done: String::new(),
        action: paths::admin_page_delete(&slug),
        fields: Vec::new(),
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.pages_delete(),
        more: vec![Link {
            href: paths::admin_page(&slug),
            text: t.pages_back(),
        }],
    })
}

/// `POST /admin/pages/{slug}/delete`
pub async fn delete(
    state: Shared,
    who: Editor,
    slug: web::Path<String>,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let EmptyForm {} = posted.read()?;
    let (slug, now) = (slug.into_inner(), state.db.now());
    sessions::write(&state, &who, move |conn, who: &Editor| {
        let title = store::find(conn, &slug)?.map_or(String::new(), |page| page.title);
        store::delete(conn, &slug)?;
        record(conn, "delete", &title, who, now)
    })
    .await?;
    state.refresh_site().await?;
    Ok(page::see_other(paths::ADMIN_PAGES))
}
