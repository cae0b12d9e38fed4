//! `/admin/settings`: the form for the site's settings.

use crate::accounts::Email;
use crate::admin::{parse_language, parse_site_name, parse_zone, store};
use crate::error::Error;
use crate::interface::Interface;
use crate::media;
use crate::paths;
use crate::sessions;
use crate::text;
use crate::web::form::{Field, FormPage};
use crate::web::{Admin, FormBody, Page, Shared, State, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SettingsForm {
    site_name: String,
    tagline: String,
    language: String,
    time_zone: String,
    contact: String,
    default_section: String,
    first_comment: String,
    join: String,
    revision: String,
    /// `samples`: the button that removes the sample content was used.
    remove: String,
}

struct Judged {
    site_name: Result<String, String>,
    tagline: Result<String, String>,
    language: Result<String, String>,
    zone: Result<String, String>,
    contact: Result<String, String>,
    default_section: Result<String, String>,
    first_comment: Result<String, String>,
    join: Result<String, String>,
}

impl Judged {
    fn of(t: Interface, form: &SettingsForm) -> Judged {
        let line = |given: &str, most: usize| {
            let line = text::clean_line(given).map_err(|_| t.text_unfit())?;
            if line.chars().count() > most {
                Err(t.line_long(most as i64))
            } else {
                Ok(line)
            }
        };
        let one_of = |given: &str, known: [&str; 2]| {
            if known.contains(&given) {
                Ok(given.to_owned())
            } else {
                Err(t.choice_missing())
            }
        };
        Judged {
            site_name: parse_site_name(t, &form.site_name),
            tagline: line(&form.tagline, 200),
            language: parse_language(t, &form.language),
            zone: parse_zone(t, &form.time_zone),
            contact: if form.contact.trim().is_empty() {
                Ok(String::new())
            } else {
                Email::parse(t, &form.contact).map(|e| e.as_str().to_owned())
            },
            default_section: line(&form.default_section, 60).and_then(|s| {
                if s.is_empty() {
                    Err(t.required())
                } else {
                    Ok(s)
                }
            }),
            first_comment: one_of(&form.first_comment, ["hold", "publish"]),
            join: one_of(&form.join, ["everyone", "nobody"]),
        }
    }

    /// Keys and new values of the submitted fields; `None` if one of them is invalid.
    fn sent(&self, posted: &FormBody) -> Option<Vec<(&'static str, String)>> {
        let list = [
            ("site_name", "site_name", &self.site_name),
            ("tagline", "tagline", &self.tagline),
            ("language", "language", &self.language),
            ("time_zone", "zone", &self.zone),
            ("contact", "contact", &self.contact),
            ("default_section", "default_section", &self.default_section),
            ("first_comment", "first_comment", &self.first_comment),
            ("join", "join", &self.join),
        ];
        list.into_iter()
            .filter(|(field, ..)| posted.field(field).is_some())
            .map(|(_, key, value)| value.as_ref().ok().map(|v| (key, v.clone())))
            .collect()
    }
}

fn settings_page(
    state: &State,
    admin: &Admin,
    given: &SettingsForm,
    judged: &Judged,
    done: String,
) -> FormPage {
    let t = state.t();
    let first = vec![
        ("hold", t.setting_first_hold()),
        ("publish", t.setting_first_publish()),
    ];
    let join = vec![
        ("everyone", t.setting_join_everyone()),
        ("nobody", t.setting_join_nobody()),
    ];
    FormPage {
        page: Page::dashboard(state, &admin.viewer(), &t.settings_heading(), "settings"),
        t,
        heading: t.settings_heading(),
        intro: String::new(),
        alert: String::new(),
        done,
        action: paths::ADMIN_SETTINGS.into(),
        fields: vec![
            Field::text("site_name", t.field_site_name())
                .value(&given.site_name)
                .most(80)
                .judged(&judged.site_name),
            Field::text("tagline", t.field_tagline())
                .hint(t.tagline_hint())
                .value(&given.tagline)
                .most(200)
                .optional()
                .judged(&judged.tagline),
            Field::text("language", t.field_language())
                .hint(t.language_hint())
                .value(&given.language)
                .most(35)
                .judged(&judged.language),
            Field::text("time_zone", t.field_zone())
                .hint(t.zone_hint())
                .value(&given.time_zone)
                .judged(&judged.zone),
            Field::email("contact", t.field_contact())
                .hint(t.contact_hint())
                .value(&given.contact)
                .optional()
                .judged(&judged.contact),
            Field::text("default_section", t.field_default_section())
                .hint(t.default_section_hint())
                .value(&given.default_section)
                .most(60)
                .judged(&judged.default_section),
            Field::select(
                "first_comment",
                t.field_first_comment(),
                first,
                &given.first_comment,
            )
            .judged(&judged.first_comment),
            Field::select("join", t.field_join(), join, &given.join).judged(&judged.join),
            Field::hidden("revision", &given.revision),
        ],
        button: t.save_button(),
        more: Vec::new(),
    }
}

fn current(state: &State) -> SettingsForm {
    let site = state.site();
    SettingsForm {
        site_name: site.name.clone(),
        tagline: site.tagline.clone(),
        language: site.language.clone(),
        time_zone: site.zone.clone(),
        contact: site.contact.clone(),
        default_section: site.default_section.clone(),
        first_comment: if site.rules.new_reader {
            "hold"
        } else {
            "publish"
        }
        .into(),
        join: if site.join_open { "everyone" } else { "nobody" }.into(),
        revision: site.revision.to_string(),
        remove: String::new(),
    }
}

/// `GET /admin/settings`
pub async fn settings(
    state: Shared,
    admin: Admin,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let given = current(&state);
    let done = if request.query_string() == "saved" {
        state.t().saved()
    } else {
        String::new()
    };
    let page = settings_page(&state, &admin, &given, &Judged::of(state.t(), &given), done);
    page::ok(&page)
}

/// `POST /admin/settings`. Settings whose fields are not submitted are not changed.
pub async fn update(state: Shared, admin: Admin, posted: FormBody) -> Result<HttpResponse, Error> {
    let form: SettingsForm = posted.read()?;
    if !matches!(form.remove.as_str(), "" | "samples") {
        return Err(Error::Refused(state.t().choice_missing()));
    }
    if form.remove == "samples" {
        let removed = sessions::write(&state, &admin, |conn, _| store::remove_samples(conn));
        let (_, files) = removed.await?;
        media::delete_files(&state.config.data.join("media"), &files);
        // The samples' sections are listed on every page.
        state.refresh_site().await?;
        return Ok(page::see_other(paths::ADMIN));
    }
    let seen = form.revision.clone();
    let form = typed_over(current(&state), form, &posted);
    let judged = Judged::of(state.t(), &form);
    let Some(sent) = judged.sent(&posted) else {
        let page = settings_page(&state, &admin, &form, &judged, String::new());
        return page::refused(&page);
    };
    let saved = sessions::write(&state, &admin, move |conn, _| {
        store::save_settings(conn, &sent, &seen)
    });
    let saved = saved.await?;
    state.refresh_site().await?;
    if saved {
        return Ok(page::see_other(paths::ADMIN_SETTINGS_SAVED));
    }
    stale_page(&state, &admin, form, &judged)
}

/// The submitted form, with the stored value next to each field that differs.
fn stale_page(
    state: &State,
    admin: &Admin,
    form: SettingsForm,
    judged: &Judged,
) -> Result<HttpResponse, Error> {
    let now = current(state);
    let typed = SettingsForm {
        revision: now.revision.clone(),
        ..form
    };
    let blank = Judged::of(state.t(), &now);
    let saved = settings_page(state, admin, &now, &blank, String::new());
    let mut page = settings_page(state, admin, &typed, judged, String::new());
    for (field, saved) in page.fields.iter_mut().zip(saved.fields) {
        if field.shown() != saved.shown() {
            field.error = state.t().settings_now(&saved.shown());
        }
    }
    page.alert = state.t().settings_stale();
    page::answer(StatusCode::CONFLICT, &page)
}

/// The submitted value of each field, or the current one if it was not submitted.
fn typed_over(now: SettingsForm, form: SettingsForm, posted: &FormBody) -> SettingsForm {
    let kept = |name: &str, given: String, old: String| posted.field(name).map_or(old, |_| given);
    SettingsForm {
        site_name: kept("site_name", form.site_name, now.site_name),
        tagline: kept("tagline", form.tagline, now.tagline),
        language: kept("language", form.language, now.language),
        time_zone: kept("time_zone", form.time_zone, now.time_zone),
        contact: kept("contact", form.contact, now.contact),
        default_section: kept("default_section", form.default_section, now.default_section),
        first_comment: kept("first_comment", form.first_comment, now.first_comment),
        join: kept("join", form.join, now.join),
        revision: form.revision,
        remove: String::new(),
    }
}
