//! The page with the form of an article.

use super::differences::{Difference, differences};
use super::fields::{Fields, NoteRow, comments_label};
use super::surface;
use super::{scheduled_for, shown_title, status_name};
use crate::articles::draft::CORRECTION_KINDS;
use crate::articles::edited;
use crate::articles::fields::{ArticleFields, COMMENTS, NAMES};
use crate::articles::pages::{ParagraphView, correction_label};
use crate::articles::presence::{self, Present};
use crate::editor::store::Opened;
use crate::error::Error;
use crate::import::form::FieldErrors;
use crate::interface::Interface;
use crate::paths;
use crate::web::fields::{Field, Link};
use crate::web::viewer::shown_name;
use crate::web::{DateView, Page, State, Writer, headers, page};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// Names of each kind that the form suggests.
const SUGGESTED: i64 = 200;

/// What the page shows.
pub(super) struct Shown {
    pub opened: Option<Opened>,
    pub fields: ArticleFields,
    pub errors: FieldErrors,
    /// About the form as a whole.
    pub alert: String,
    /// What was done before, as a word.
    pub done: String,
    pub status: StatusCode,
    /// Another version was saved since: both are shown.
    pub is_stale: bool,
    /// Kind and text of a correction that was refused.
    pub correction: (String, String),
}

impl Shown {
    pub fn of(opened: Option<Opened>, fields: ArticleFields) -> Shown {
        Shown {
            opened,
            fields,
            errors: Vec::new(),
            alert: String::new(),
            done: String::new(),
            status: StatusCode::OK,
            is_stale: false,
            correction: (String::new(), String::new()),
        }
    }
}

struct Button {
    label: String,
    /// Where it sends the form; empty = to the form's own address.
    to: String,
    is_first: bool,
}

/// The small forms beside that of an article which is stored.
struct Beside {
    correct: String,
    kinds: Vec<(String, String, bool)>,
    correction: String,
    correction_errors: Vec<String>,
    comments: String,
    comments_modes: Vec<(String, String, bool)>,
    share: String,
    /// The link, and when it ends.
    shared: Option<(String, DateView)>,
    unschedule: String,
    delete: String,
}

#[derive(Template)]
#[template(path = "editor/edit.html")]
struct EditPage {
    page: Page,
    t: Interface,
    /// The scripts of the writing surface, in their order.
    scripts: [&'static str; 3],
    /// What its library says, as JSON: English text and that of the interface.
    phrases: String,
    heading: String,
    alert: String,
    done: String,
    /// Labels and messages of refused fields, with their ids.
    refused: Vec<(String, String)>,
    action: String,
    revision: String,
    is_readonly: bool,
    status: String,
    about: Vec<String>,
    present: Vec<String>,
    texts: Vec<Field>,
    notes: Vec<NoteRow>,
    details: Vec<Field>,
    picture: Vec<Field>,
    lists: Vec<(&'static str, Vec<String>)>,
    buttons: Vec<Button>,
    links: Vec<Link>,
    beside: Option<Beside>,
    differences: Vec<Difference>,
}

impl EditPage {
    fn is_refused(&self) -> bool {
        !self.alert.is_empty() || !self.refused.is_empty()
    }
}

/// What the page reads besides the article.
struct Around {
    suggestions: [Vec<String>; 3],
    present: Vec<Present>,
    shared: Option<(String, crate::db::Time)>,
    edited_by: Option<String>,
}

/// The page with the form.
pub(super) async fn edit_page(
    state: &State,
    who: &Writer,
    shown: Shown,
) -> Result<HttpResponse, Error> {
    let (own, now) = (who.id, state.db.now());
    let row = shown.opened.as_ref().map(|opened| &opened.edited.row);
    let id = row.map(|row| (row.id, row.edited_by));
    let around = state
        .db
        .read(move |conn| {
            let suggestions = edited::suggestions(conn, SUGGESTED)?;
            Ok(match id {
                None => Around {
                    suggestions,
                    present: Vec::new(),
                    shared: None,
                    edited_by: None,
                },
                Some((id, by)) => Around {
                    suggestions,
                    present: presence::others(conn, id, own, now)?,
                    shared: edited::shared(conn, id, now)?,
                    edited_by: match by {
                        Some(by) => edited::username(conn, by)?,
                        None => None,
                    },
                },
            })
        })
        .await?;
    let differences = match (&shown.opened, shown.is_stale) {
        (Some(opened), true) => differences(state, &opened.fields, &shown.fields).await?,
        _ => Vec::new(),
    };
    let status = shown.status;
    let refusals: Vec<(&'static str, String)> = std::iter::once(("", shown.alert.clone()))
        .chain(
            shown
                .errors
                .iter()
                .map(|(name, why)| (known_name(name), why.clone())),
        )
        .collect();
    let view = view(state, who, shown, around, differences);
    let mut response = page::refused(status, &view, refusals)?;
    headers::allow_writing_surface(response.headers_mut());
    Ok(response)
}

/// The static name of a field, for answers in JSON.
fn known_name(name: &str) -> &'static str {
    let known = NAMES.into_iter().chain(crate::editor::form::NOTE_FIELDS);
    let found = known.into_iter().find(|known| {
        name == *known
            || name
                .strip_prefix(known)
                .is_some_and(|rest| rest.starts_with('-'))
    });
    found.unwrap_or("")
}

fn view(
    state: &State,
    who: &Writer,
    shown: Shown,
    around: Around,
    differences: Vec<Difference>,
) -> EditPage {
    let (t, site) = (state.t(), state.site());
    let edited = shown.opened.as_ref().map(|opened| &opened.edited);
    let row = edited.map(|edited| &edited.row);
    let is_readonly = row.is_some_and(|row| !row.may_change(who));
    let fields = Fields {
        t,
        of: &shown.fields,
        errors: &shown.errors,
    };
    let heading = match row {
        None => t.editor_new_heading(),
        Some(_) => shown_title(t, &shown.fields.title),
    };
    let present = around.present.iter().map(|one| {
        let name = shown_name(&one.username, &one.name);
        t.editor_present(&site.minute(one.since), name)
    });
    let alert = match shown.is_stale {
        true => t.editor_stale(around.edited_by.as_deref().unwrap_or("–")),
        false => shown.alert.clone(),
    };
    EditPage {
        page: Page::dashboard(state, &who.viewer(), &heading, "articles"),
        t,
        scripts: surface::SCRIPTS,
        phrases: surface::phrases(t),
        alert,
        done: done(t, &shown.done),
        refused: fields.refused(),
        action: match row {
            Some(row) => paths::admin_article(row.id),
            None => paths::ADMIN_ARTICLES_NEW.into(),
        },
        revision: row.map(|row| row.version.to_string()).unwrap_or_default(),
        is_readonly,
        status: row.map_or(t.article_draft(), |row| status_name(t, &row.status)),
        about: about(state, &shown, &around),
        present: present.collect(),
        texts: fields.texts(),
        notes: fields.notes(),
        details: fields.details(),
        picture: fields.picture(),
        lists: vec![
            ("sections", around.suggestions[0].clone()),
            ("tags", around.suggestions[1].clone()),
            ("authors", around.suggestions[2].clone()),
        ],
        buttons: buttons(t, who, shown.opened.as_ref()),
        links: links(t, shown.opened.as_ref()),
        beside: beside(state, who, &shown, &around),
        differences,
        heading,
    }
}

/// What there is to say about the state of the article.
fn about(state: &State, shown: &Shown, around: &Around) -> Vec<String> {
    let (t, site) = (state.t(), state.site());
    let edited = shown.opened.as_ref().map(|opened| &opened.edited);
    let mut about = Vec::new();
    if let Some(edited) = edited {
        let row = &edited.row;
        let saved = site.minute(row.edited_at);
        about.push(match &around.edited_by {
            Some(by) => t.editor_saved_by(&saved, by),
            None => t.editor_saved_at(&saved),
        });
        if let Some(at) = scheduled_for(edited) {
            about.push(t.editor_scheduled_for(&site.minute(at)));
        }
        if row.is_public() && (edited.has_working_copy || edited.autosave.is_some()) {
            about.push(t.editor_has_changes());
        }
        if edited.autosave.is_some() {
            about.push(t.editor_has_autosave());
        }
        if row.is_sample {
            about.push(t.editor_is_sample());
        }
    }
    if shown.fields.is_guessed {
        about.push(t.editor_guessed());
    }
    about
}

fn done(t: Interface, done: &str) -> String {
    match done {
        "saved" => t.saved(),
        "submitted" => t.editor_done_submitted(),
        "published" => t.editor_done_published(),
        "scheduled" => t.editor_done_scheduled(),
        "unpublished" => t.editor_done_unpublished(),
        "unscheduled" => t.editor_done_unscheduled(),
        "corrected" => t.editor_done_corrected(),
        "comments" => t.editor_done_comments(),
        "shared" => t.editor_done_shared(),
        "unshared" => t.editor_done_unshared(),
        _ => String::new(),
    }
}

/// The buttons that save the form: what comes next for this article and this person.
fn buttons(t: Interface, who: &Writer, opened: Option<&Opened>) -> Vec<Button> {
    let button = |label, to: String, is_first| Button {
        label,
        to,
        is_first,
    };
    let Some(opened) = opened else {
        return vec![button(t.editor_save(), String::new(), true)];
    };
    let row = &opened.edited.row;
    let to = |what: &str| paths::admin_article_action(row.id, what);
    let mut buttons = vec![button(t.editor_save(), String::new(), !who.edits())];
    if !who.edits() {
        if row.status == "draft" {
            buttons.push(button(t.editor_submit(), to("submit"), false));
        }
        return buttons;
    }
    let publish = match row.is_public() {
        true => t.editor_publish_changes(),
        false => t.editor_publish(),
    };
    buttons.insert(0, button(publish, to("publish"), true));
    buttons.push(button(t.editor_schedule(), to("schedule"), false));
    if row.is_public() {
        buttons.push(button(t.editor_unpublish(), to("unpublish"), false));
    }
    buttons
}

fn links(t: Interface, opened: Option<&Opened>) -> Vec<Link> {
    let Some(opened) = opened else {
        return vec![Link {
            href: paths::ADMIN_ARTICLES_IMPORT.into(),
            text: t.editor_import(),
        }];
    };
    let row = &opened.edited.row;
    let mut links = vec![
        Link {
            href: paths::admin_article_preview(row.id),
            text: t.editor_preview_saved(),
        },
        Link {
            href: paths::admin_article_revisions(row.id),
            text: t.editor_revisions(),
        },
    ];
    if row.is_public() {
        links.push(Link {
            href: paths::article(&row.slug),
            text: t.editor_public_page(),
        });
    }
    links
}

fn beside(state: &State, who: &Writer, shown: &Shown, around: &Around) -> Option<Beside> {
    let edited = &shown.opened.as_ref()?.edited;
    let (t, row, site) = (state.t(), &edited.row, state.site());
    if !row.may_change(who) {
        return None;
    }
    let to = |what: &str| paths::admin_article_action(row.id, what);
    let only = |shown: bool, what: &str| if shown { to(what) } else { String::new() };
    let kind = |kind: &str| {
        (
            kind.to_owned(),
            correction_label(t, kind),
            kind == shown.correction.0,
        )
    };
    let now = edited.draft.comments_mode();
    let mode = |mode: &str| (mode.to_owned(), comments_label(t, mode), mode == now);
    let of_correction = shown.errors.iter();
    let of_correction = of_correction.filter(|(name, _)| name == "text" || name == "kind");
    Some(Beside {
        correct: only(who.edits() && row.is_public(), "correct"),
        kinds: CORRECTION_KINDS.map(kind).into(),
        correction: shown.correction.1.clone(),
        correction_errors: of_correction.map(|(_, why)| why.clone()).collect(),
        comments: only(who.edits() && edited.was_ever_public, "comments"),
        comments_modes: COMMENTS.map(mode).into(),
        share: to("share"),
        shared: around.shared.as_ref().map(|(token, until)| {
            let link = format!("{}{}", state.config.base.origin, paths::preview_link(token));
            (link, DateView::minute(&site, *until))
        }),
        unschedule: only(who.edits() && scheduled_for(edited).is_some(), "unschedule"),
        delete: only(
            !edited.was_ever_public && matches!(row.status.as_str(), "draft" | "submitted"),
            "delete",
        ),
    })
}
