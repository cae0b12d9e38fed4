//! `/admin/settings`: the form for the site's settings, made from the table of settings.

use crate::accounts::proof;
use crate::admin::store;
use crate::articles;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::log::{self, Actor};
use crate::media;
use crate::paths;
use crate::search;
use crate::sessions;
use crate::text;
use crate::web::fields::{Field, FormPage};
use crate::web::form::unknown_field;
use crate::web::look;
use crate::web::settings::{self, Kind, Setting};
use crate::web::site::LOGO_SIZE;
use crate::web::{Admin, FormBody, Page, Shared, State, page};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use std::collections::HashMap;

/// What a form submits.
#[derive(Debug, Default)]
struct Submitted {
    /// Values by the names of their settings.
    values: HashMap<&'static str, String>,
    revision: String,
    /// The button that removes the sample content was used.
    removes_samples: bool,
}

impl Submitted {
    fn read(state: &State, posted: &FormBody) -> Result<Submitted, Error> {
        let mut seen: Vec<&str> = Vec::new();
        let mut form = Submitted::default();
        for (name, value) in posted.pairs()? {
            if seen.contains(&name.as_str()) {
                return Err(unknown_field());
            }
            seen.push(name);
            match (name.as_str(), value.as_str()) {
                ("revision", revision) => form.revision = revision.to_owned(),
                ("remove", "") => {}
                ("remove", "samples") => form.removes_samples = true,
                ("remove", _) => return Err(Error::Refused(state.t().choice_missing())),
                (name, value) => {
                    let setting = settings::ALL.iter().find(|setting| setting.name == name);
                    let setting = setting.ok_or_else(unknown_field)?;
                    form.values.insert(setting.name, value.to_owned());
                }
            }
        }
        Ok(form)
    }

    /// Names and new values; `None` if one is refused.
    fn parsed(&self, state: &State) -> Option<Vec<(&'static str, String)>> {
        let t = state.t();
        let submitted = settings::ALL.iter().filter_map(|setting| {
            let given = self.values.get(setting.name)?;
            let parsed = setting.parse(t, given);
            Some(parsed.map(|value| (setting.name, value)))
        });
        submitted.collect::<Result<Vec<_>, _>>().ok()
    }
}

/// Languages that the form suggests; any other tag is taken too.
const LANGUAGES: [&str; 40] = [
    "en", "de", "ar", "bg", "ca", "cs", "da", "el", "es", "et", "eu", "fa", "fi", "fr", "ga", "gl",
    "he", "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "ro",
    "ru", "sk", "sl", "sr", "sv", "tr", "uk", "zh",
];
/// Characters of a value that the log keeps.
const MOST_LOGGED: usize = 200;
/// How long it takes until every node has read new settings, in milliseconds.
const SETTINGS_READ: i64 = 2_000;

/// The form with the submitted values, and the stored ones for settings that were not submitted.
fn settings_page(state: &State, admin: &Admin, form: &Submitted) -> FormPage {
    let (t, site) = (state.t(), state.site());
    let mut fields: Vec<Field> = settings::ALL
        .iter()
        .map(|setting| {
            let submitted = form.values.get(setting.name);
            let value = submitted.map_or(site.value(setting), String::as_str);
            field(state, setting, value)
        })
        .collect();
    fields.push(Field::hidden("revision", &site.revision.to_string()));
    FormPage {
        page: Page::dashboard(state, &admin.viewer(), &t.settings_heading(), "settings"),
        t,
        heading: t.settings_heading(),
        intro: String::new(),
        alert: String::new(),
        done: String::new(),
        action: paths::ADMIN_SETTINGS.into(),
        fields,
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.save_button(),
        more: Vec::new(),
    }
}

fn field(state: &State, setting: &Setting, value: &str) -> Field {
    let (t, label) = (state.t(), (setting.label)(state.t()));
    let field = match setting.kind {
        Kind::Text { max, is_optional } => {
            let field = Field::text(setting.name, label).most(max).value(value);
            if is_optional { field.optional() } else { field }
        }
        Kind::Links => Field::area(setting.name, label).lines(3).value(value),
        Kind::Css => Field::area(setting.name, label).lines(8).value(value),
        Kind::Email => Field::email(setting.name, label).value(value).optional(),
        Kind::Choice(choices) => {
            let choices = choices.iter().map(|(value, label)| (*value, label(t)));
            Field::select(setting.name, label, choices.collect(), value)
        }
    };
    let mut field = field.judged(&setting.parse(t, value));
    field.suggested = match setting.name {
        "language" => LANGUAGES.map(str::to_owned).into(),
        "time_zone" => jiff::tz::db()
            .available()
            .map(|zone| zone.to_string())
            .collect(),
        _ => Vec::new(),
    };
    match setting.hint {
        Some(hint) => field.hint(hint(t)),
        None => field,
    }
}

/// `GET /admin/settings`
pub async fn settings(
    state: Shared,
    admin: Admin,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let mut page = settings_page(&state, &admin, &Submitted::default());
    if request.query_string() == "saved" {
        page.done = state.t().saved();
    }
    page::ok(&page)
}

/// `POST /admin/settings`. Settings whose fields are not submitted are not changed.
pub async fn update(state: Shared, admin: Admin, posted: FormBody) -> Result<HttpResponse, Error> {
    let form = Submitted::read(&state, &posted)?;
    if form.removes_samples {
        return remove_samples(&state, &admin).await;
    }
    let Some(values) = form.parsed(&state) else {
        return settings_page(&state, &admin, &form).refused(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let (seen, now) = (form.revision.clone(), state.db.now());
    let old_name = state.site().name.clone();
    let changed: Vec<(&'static str, String, String)> = changes(&state, &values);
    let guards = |(name, ..): &(&str, String, String)| *name == settings::TWO_FACTOR.name;
    if changed.iter().any(guards) {
        proof::require_fresh(&state, &admin, paths::ADMIN_SETTINGS)?;
    }
    let saved = sessions::write(&state, &admin, move |conn, who: &Admin| {
        let new_value = |setting: &Setting| {
            let found = values.iter().find(|(name, _)| *name == setting.name);
            found.map(|(_, value)| value.as_str())
        };
        let logo = match pictures(conn, &values)? {
            Ok(logo) => logo,
            Err(missing) => return Ok(Err(missing)),
        };
        let old_stemming = search::index::stemming(conn)?;
        let saved = store::save_settings(conn, &values, &seen)?;
        if saved {
            record(conn, &changed, who, now)?;
            if let Some(size) = logo {
                store::set(conn, LOGO_SIZE, &size)?;
            }
        }
        let renamed = match new_value(&settings::SITE_NAME) {
            Some(name) if saved => articles::names::rename_author(conn, &old_name, name)?,
            _ => false,
        };
        if renamed || search::index::stemming(conn)? != old_stemming {
            search::index::start_over(conn, now)?;
        }
        if saved && values.contains(&(settings::NOTIFY_MODERATORS.name, "on".into())) {
            // Comments may wait already. By then all nodes have read the settings.
            jobs::enqueue_at(conn, &Job::NotifyModerators, now.plus(SETTINGS_READ), now)?;
        }
        Ok(Ok(saved))
    });
    let saved = match saved.await? {
        Ok(saved) => saved,
        Err(missing) => return without_picture(&state, &admin, &form, missing),
    };
    state.refresh_site().await?;
    if saved {
        return Ok(page::see_other(paths::ADMIN_SETTINGS_SAVED));
    }
    stale_page(&state, &admin, &form)
}

async fn remove_samples(state: &State, admin: &Admin) -> Result<HttpResponse, Error> {
    let now = state.db.now();
    let removed = sessions::write(state, admin, move |conn, who: &Admin| {
        let entry = log::Entry {
            kind: log::Kind::Article,
            ..log::Entry::new("remove-samples", Actor::of(who))
        };
        log::store::write(conn, &entry, now)?;
        store::remove_samples(conn)
    });
    let (_, files) = removed.await?;
    media::delete_files(&state.config.data.join("media"), &files);
    // The samples' sections are listed on every page.
    state.refresh_site().await?;
    Ok(page::see_other(paths::ADMIN))
}

/// The size of the logo, if there is another one; or else the setting whose picture is not in the media library.
fn pictures(
    conn: &mut Conn,
    values: &[(&'static str, String)],
) -> Result<Result<Option<String>, &'static str>, Error> {
    let mut logo = None;
    for setting in [&settings::LOGO, &settings::ICON] {
        let value = values.iter().find(|(name, _)| *name == setting.name);
        let Some((name, path)) = value.filter(|(_, path)| !path.is_empty()) else {
            continue;
        };
        let file = path.rsplit('/').next().unwrap_or_default().to_owned();
        let found = media::store::by_files(conn, vec![file])?;
        let Some((_, picture)) = found.into_values().find(|(_, picture)| picture.width > 0) else {
            return Ok(Err(name));
        };
        if *name == settings::LOGO.name {
            logo = Some(look::size(picture.width, picture.height));
        }
    }
    Ok(Ok(logo))
}

fn without_picture(
    state: &State,
    admin: &Admin,
    form: &Submitted,
    missing: &str,
) -> Result<HttpResponse, Error> {
    let mut page = settings_page(state, admin, form);
    for field in page.fields.iter_mut().filter(|field| field.name == missing) {
        field.error = state.t().setting_no_picture();
    }
    page.refused(StatusCode::UNPROCESSABLE_ENTITY)
}

/// Names of the settings that get another value, with both.
fn changes(
    state: &State,
    values: &[(&'static str, String)],
) -> Vec<(&'static str, String, String)> {
    let site = state.site();
    let before = |name: &str| {
        let setting = settings::ALL.iter().find(|setting| setting.name == name);
        setting.map_or("", |setting| site.value(setting)).to_owned()
    };
    let both = values
        .iter()
        .map(|(name, new)| (*name, before(name), new.clone()));
    both.filter(|(_, before, new)| before != new).collect()
}

/// Writes a row of the log for each setting that was changed.
fn record(
    conn: &mut Conn,
    changed: &[(&'static str, String, String)],
    who: &Admin,
    now: Time,
) -> Result<(), Error> {
    for (name, before, new) in changed {
        let [before, new] = [before, new].map(|value| text::excerpt(value, MOST_LOGGED));
        let entry = log::Entry {
            kind: log::Kind::Setting,
            subject: name,
            from: &before,
            to: &new,
            ..log::Entry::new("setting", Actor::of(who))
        };
        log::store::write(conn, &entry, now)?;
        if *name == settings::TWO_FACTOR.name {
            store::set(conn, settings::TWO_FACTOR_SINCE, &now.0.to_string())?;
        }
    }
    Ok(())
}

/// The submitted form, with the stored value next to each field that differs.
fn stale_page(state: &State, admin: &Admin, form: &Submitted) -> Result<HttpResponse, Error> {
    let saved = settings_page(state, admin, &Submitted::default());
    let mut page = settings_page(state, admin, form);
    for (field, saved) in page.fields.iter_mut().zip(saved.fields) {
        if field.shown() != saved.shown() {
            field.error = state.t().settings_now(&saved.shown());
        }
    }
    page.alert = state.t().settings_stale();
    page.refused(StatusCode::CONFLICT)
}
