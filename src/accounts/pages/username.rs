//! `/account/username`: another username, once in 30 days.

use crate::accounts::Username;
use crate::accounts::profile::{self, RENAME_AFTER, RenameError};
use crate::accounts::proof;
use crate::db::Conn;
use crate::error::Error;
use crate::paths;
use crate::sessions;
use crate::web::fields::{Field, FormPage, Link};
use crate::web::viewer::Role;
use crate::web::{FormBody, Page, Participant, Shared, SignedIn, State, page};
use actix_web::HttpResponse;
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct UsernameForm {
    username: String,
    current: String,
}

async fn username_page(state: &State, account: &SignedIn, given: &str) -> Result<FormPage, Error> {
    let (t, site, id) = (state.t(), state.site(), account.id);
    let details = state.db.read(move |conn| profile::details(conn, id));
    let renamed_at = details.await?.renamed_at;
    let next = renamed_at.map(|at| at.plus(RENAME_AFTER));
    let page = Page::new(state, &account.viewer(), &t.username_heading()).unlisted();
    Ok(FormPage {
        intro: match next.filter(|next| *next > state.db.now()) {
            Some(next) => t.username_too_soon(&site.minute(next)),
            None => t.username_intro(&account.username),
        },
        fields: vec![
            Field::text("username", t.field_new_username())
                .hint(t.username_hint())
                .value(given)
                .autocomplete("username")
                .most(30),
            Field::password("current", t.field_current_password(), "current-password"),
        ],
        more: vec![Link {
            href: paths::ACCOUNT.into(),
            text: t.back_to_account(),
        }],
        ..FormPage::new(
            page,
            t.username_heading(),
            paths::ACCOUNT_USERNAME,
            t.username_button(),
        )
    })
}

/// `GET /account/username`
pub async fn show(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    username_page(&state, &account, "").await?.answer()
}

/// `POST /account/username`
pub async fn update(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = Participant::admit(account.0.clone())?;
    let form: UsernameForm = posted.read()?;
    let (t, now) = (state.t(), state.db.now());
    let mut page = username_page(&state, &account, &form.username).await?;
    let username = Username::parse(t, &form.username).and_then(|name| match name.is_reserved() {
        true => Err(t.username_reserved()),
        false => Ok(name),
    });
    match proof::is_proved(&state, &account, &form.current, paths::ACCOUNT_USERNAME).await {
        Ok(true) => {}
        Ok(false) => page.fields[1].error = t.password_wrong(),
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        Err(other) => return Err(other),
    }
    let username = match username {
        Ok(username) if page.fields[1].error.is_empty() => username,
        Ok(_) => return page.answer(),
        Err(why) => {
            page.fields[0].error = why;
            return page.answer();
        }
    };
    let work =
        move |conn: &mut Conn, who: &Participant| profile::rename(conn, who.id, &username, now);
    let why = match sessions::write(&state, &who, work).await? {
        Ok(()) => {
            let done = paths::account_done(paths::ACCOUNT, "renamed");
            return Ok(page::see_other(&done));
        }
        Err(RenameError::TooSoon) => page.intro.clone(),
        Err(RenameError::Taken) => t.username_taken(),
        Err(RenameError::Lookalike) => t.name_lookalike(),
    };
    page.fields[0].error = why;
    page.answer()
}
