//! `/admin/pages`: editors write the pages that are no articles. The list, and a new one.

use crate::articles::fields::ArticleFields;
use crate::db::Conn;
use crate::error::Error;
use crate::import::ReadOptions;
use crate::import::form::compile;
use crate::info::BUILT_IN;
use crate::info::store::{self, NewText};
use crate::interface::Interface;
use crate::log::{self, Actor};
use crate::web::fields::{Field, FormPage, Link};
use crate::web::kept::{LongForm, kept};
use crate::web::{Account, Editor, FormBody, Page, Shared, State, page};
use crate::{media, paths, sessions, text};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Characters of a text.
const MOST_CHARACTERS: usize = 200_000;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PageForm {
    pub title: String,
    pub body: String,
    pub slug: Option<String>,
    pub in_footer: String,
    pub revision: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Errors {
    pub title: String,
    pub body: String,
    pub slug: String,
    pub alert: String,
}

impl Errors {
    fn is_empty(&self) -> bool {
        [&self.title, &self.body, &self.slug, &self.alert]
            .iter()
            .all(|why| why.is_empty())
    }
}

pub(super) fn fields(t: Interface, form: &PageForm, errors: &Errors) -> Vec<Field> {
    let mut title = Field::text("title", t.field_title())
        .value(&form.title)
        .most(200);
    title.error.clone_from(&errors.title);
    let mut body = Field::area("body", t.field_page_text())
        .lines(18)
        .value(&form.body);
    body.error.clone_from(&errors.body);
    let mut fields = vec![title, body.hint(t.page_text_hint())];
    if let Some(slug) = &form.slug {
        let mut field = Field::text("slug", t.field_slug()).optional().value(slug);
        field.error.clone_from(&errors.slug);
        fields.push(field.hint(t.page_slug_hint()));
    }
    let in_footer = Field::checkbox("in_footer", t.field_in_footer(), form.in_footer == "on");
    fields.extend([in_footer, Field::hidden("revision", &form.revision)]);
    fields
}

/// What is given back to people who are logged out or have lost the role.
pub(super) const PAGE: LongForm = LongForm {
    typed: &["title", "body"],
    label: |t, name| match name {
        "title" => t.field_title(),
        "body" => t.field_page_text(),
        "slug" => t.field_slug(),
        other => other.to_owned(),
    },
    next: paths::ADMIN_PAGES,
};

/// The list of pages with the form of a new one.
async fn list_page(
    state: &State,
    who: &Editor,
    form: &PageForm,
    errors: &Errors,
) -> Result<FormPage, Error> {
    let (t, site) = (state.t(), state.site());
    let built_in = BUILT_IN.iter().map(|slug| Link {
        href: paths::admin_page(slug),
        text: built_in_title(state, slug),
    });
    let written = site
        .pages
        .iter()
        .filter(|page| !BUILT_IN.contains(&&*page.slug));
    let written = written.map(|page| Link {
        href: paths::admin_page(&page.slug),
        text: page.title.clone(),
    });
    let form = PageForm {
        slug: Some(form.slug.clone().unwrap_or_default()),
        ..form.clone()
    };
    Ok(FormPage {
        page: Page::dashboard(state, &who.viewer(), &t.pages_heading(), "pages"),
        t,
        heading: t.pages_heading(),
        intro: t.pages_intro(),
        alert: errors.alert.clone(),
        done: String::new(),
        action: paths::ADMIN_PAGES.into(),
        fields: fields(t, &form, errors),
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.pages_new_button(),
        more: built_in.chain(written).collect(),
    })
}

/// `GET /admin/pages`
pub async fn index(state: Shared, who: Editor) -> Result<HttpResponse, Error> {
    let new = PageForm {
        in_footer: "on".into(),
        ..PageForm::default()
    };
    page::ok(&list_page(&state, &who, &new, &Errors::default()).await?)
}

pub(super) fn built_in_title(state: &State, slug: &str) -> String {
    let (t, site) = (state.t(), state.site());
    match slug {
        "about" => t.about_heading(&site.name),
        "guidelines" => t.guidelines_heading(),
        _ => t.privacy_heading(),
    }
}

/// The built-in text of a page, to begin with.
pub(super) fn built_in_text(state: &State, slug: &str) -> String {
    let (t, site) = (state.t(), state.site());
    let paragraphs = match slug {
        "about" => vec![t.about_one(&site.name), t.about_two(), t.about_three()],
        "guidelines" => vec![t.guidelines_dek()],
        _ => vec![
            t.privacy_reading(),
            t.privacy_account(),
            t.privacy_sessions(),
            t.privacy_comments(),
            t.privacy_rights(),
            t.privacy_third(),
        ],
    };
    paragraphs.join("\n\n")
}

/// Checks and renders what was typed.
pub(super) async fn parse(
    state: &State,
    form: &PageForm,
) -> Result<Result<NewText, Errors>, Error> {
    let t = state.t();
    let fields = ArticleFields {
        title: form.title.clone(),
        body: form.body.replace("\r\n", "\n"),
        comments: "open".into(),
        ..ArticleFields::default()
    };
    let mut errors = Errors::default();
    if fields.body.chars().count() > MOST_CHARACTERS {
        errors.body = t.line_too_long(MOST_CHARACTERS as i64);
        return Ok(Err(errors));
    }
    let named = fields.clone();
    let library = state
        .db
        .read(move |conn| media::store::by_files(conn, named.media_files()))
        .await?;
    let options = ReadOptions::of(&state.site());
    let work = move || (compile(t, &fields, &options, &library), fields);
    let (compiled, fields) = state.rendering.run(work).await?;
    match compiled {
        Ok((draft, _)) => {
            if text::is_blank(&draft.title) {
                errors.title = t.required();
            }
            if draft.body.is_empty() {
                errors.body = t.required();
            }
            match errors.is_empty() {
                true => Ok(Ok(NewText {
                    title: draft.title,
                    body: fields.body,
                    html: draft.body,
                    in_footer: form.in_footer == "on",
                })),
                false => Ok(Err(errors)),
            }
        }
        Err(refused) => {
            for (name, why) in refused {
                match name.as_str() {
                    "title" => errors.title = why,
                    _ => errors.body = why,
                }
            }
            Ok(Err(errors))
        }
    }
}

pub(super) fn record(
    conn: &mut Conn,
    action: &'static str,
    title: &str,
    who: &Account,
    now: crate::db::Time,
) -> Result<(), Error> {
    let entry = log::Entry {
        kind: log::Kind::Page,
        subject: title,
        ..log::Entry::new(action, Actor::of(who))
    };
    log::store::write(conn, &entry, now)
}

/// Saves a page; `false` if another version was saved.
pub(super) async fn store_page(
    state: &State,
    who: &Editor,
    slug: String,
    new: NewText,
    seen: i64,
) -> Result<bool, Error> {
    let now = state.db.now();
    let saved = sessions::write(state, who, move |conn, who: &Editor| {
        let saved = store::save(conn, &slug, &new, seen, (who.id, now))?;
        if saved {
            record(conn, "save", &new.title, who, now)?;
        }
        Ok(saved)
    })
    .await?;
    // The footer of every page lists it.
    state.refresh_site().await?;
    Ok(saved)
}

/// `POST /admin/pages`: a new page.
pub async fn create(
    state: Shared,
    who: Result<Editor, Error>,
    request: HttpRequest,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(&state, &request, &posted, PAGE, why),
    };
    let form: PageForm = posted.read()?;
    let t = state.t();
    let typed = form.slug.clone().unwrap_or_default();
    let slug = match text::slug(&typed, "") {
        slug if slug.is_empty() => text::slug(&form.title, "page"),
        slug => slug,
    };
    if BUILT_IN.contains(&&*slug) {
        let errors = Errors {
            slug: t.pages_slug_taken(),
            ..Errors::default()
        };
        let view = list_page(&state, &who, &form, &errors).await?;
        return view.refused(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let new = match parse(&state, &form).await? {
        Ok(new) => new,
        Err(errors) => {
            let view = list_page(&state, &who, &form, &errors).await?;
            return view.refused(StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    if store_page(&state, &who, slug.clone(), new, 0).await? {
        return Ok(page::see_other(&paths::admin_page(&slug)));
    }
    let errors = Errors {
        slug: t.pages_slug_taken(),
        ..Errors::default()
    };
    let view = list_page(&state, &who, &form, &errors).await?;
    view.refused(StatusCode::UNPROCESSABLE_ENTITY)
}
