//! `/admin/articles/import`: a pasted text or a file becomes a draft.

use super::edit::store_new;
use super::kept::kept;
use super::typed::render;
use crate::articles::draft::Refusal;
use crate::articles::fields::ArticleFields;
use crate::editor::form::ArticleForm;
use crate::editor::store;
use crate::error::Error;
use crate::import::{self, ReadOptions, to_form};
use crate::interface::Interface;
use crate::web::fields::{Field, FormPage};
use crate::web::{FormBody, Page, Shared, State, Writer, page};
use crate::{paths, text};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

fn import_page(state: &State, who: &Writer, text: &str, error: String) -> FormPage {
    let t = state.t();
    let mut area = Field::area("text", t.field_import_text())
        .lines(18)
        .value(text)
        .hint(t.import_hint());
    area.error = error;
    FormPage {
        page: Page::dashboard(state, &who.viewer(), &t.import_heading(), "articles"),
        t,
        heading: t.import_heading(),
        intro: t.import_intro(),
        alert: String::new(),
        done: String::new(),
        action: paths::ADMIN_ARTICLES_IMPORT.into(),
        fields: vec![
            area,
            Field::file("file", t.field_import_file(), ".txt,.md,.markdown").optional(),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.import_button(),
        more: Vec::new(),
    }
}

/// `GET /admin/articles/import`
pub async fn import(state: Shared, who: Writer) -> Result<HttpResponse, Error> {
    page::ok(&import_page(&state, &who, "", String::new()))
}

/// What a form has: the text, or else the file.
fn given(t: Interface, posted: &FormBody) -> Result<Result<String, String>, Error> {
    let mut typed = "";
    for (name, value) in posted.pairs()? {
        match name.as_str() {
            "text" => typed = value,
            "file" if value.is_empty() => {}
            _ => return Err(crate::web::form::unknown_field()),
        }
    }
    let mut files = posted.files("file");
    let (file, more) = (files.next(), files.next());
    if more.is_some() {
        return Ok(Err(t.import_one_file()));
    }
    match file {
        Some(file) if text::is_blank(typed) => match String::from_utf8(file.bytes.clone()) {
            Ok(text) => Ok(Ok(text)),
            Err(_) => Ok(Err(t.import_not_text())),
        },
        Some(_) => Ok(Err(t.import_both())),
        None => Ok(Ok(typed.to_owned())),
    }
}

/// Whether a text begins with front matter, and is therefore Markdown.
fn is_markdown(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    text.starts_with("---") || text.starts_with("+++")
}

/// `POST /admin/articles/import`
pub async fn upload(
    state: Shared,
    who: Result<Writer, Error>,
    request: HttpRequest,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = match who {
        Ok(who) => who,
        Err(why) => return kept(&state, &request, &posted, why),
    };
    let t = state.t();
    let source = match given(t, &posted)? {
        Ok(source) => source,
        Err(why) => return refuse(&state, &who, posted.field("text").unwrap_or_default(), why),
    };
    if text::is_blank(&source) {
        return refuse(&state, &who, "", t.import_empty());
    }
    let (options, parsed) = (ReadOptions::of(&state.site()), source.clone());
    let read = state.rendering.run(move || read(&parsed, &options)).await?;
    let fields = match read {
        Ok(mut fields) => {
            if fields.authors.is_empty() && !who.edits() {
                fields.authors = who.shown_name().to_owned();
            }
            fields
        }
        Err(refusal) => {
            let why = t.import_refused(&refusal.line.to_string(), &refusal.reason);
            return refuse(&state, &who, &source, why);
        }
    };
    let (fields, library) = state
        .db
        .read(move |conn| store::typed(conn, fields, &ArticleForm::default()))
        .await?;
    let compiled = match render(&state, &fields, &library).await? {
        Ok(compiled) => compiled,
        Err(errors) => {
            let why: Vec<String> = errors.into_iter().map(|(_, why)| why).collect();
            return refuse(&state, &who, &source, why.join(" "));
        }
    };
    match store_new(&state, &who, &fields, &compiled).await? {
        Ok(id) => Ok(page::see_other(&paths::admin_article(id))),
        Err(_) => refuse(&state, &who, &source, t.editor_slug_taken()),
    }
}

fn refuse(state: &State, who: &Writer, text: &str, why: String) -> Result<HttpResponse, Error> {
    import_page(state, who, text, why).refused(StatusCode::UNPROCESSABLE_ENTITY)
}

/// The fields of a story or a Markdown file.
fn read(source: &str, options: &ReadOptions) -> Result<ArticleFields, Refusal> {
    let is_markdown = is_markdown(source);
    // Checked here, so that a refusal names the line of the text that was sent.
    let ready = import::parse_text(source, is_markdown, options)?;
    let fields = to_form::fields(&ready.draft, None, &import::links::Addresses::default());
    Ok(ArticleFields {
        slug: String::new(),
        is_guessed: !is_markdown,
        ..fields
    })
}
