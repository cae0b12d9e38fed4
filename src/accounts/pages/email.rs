//! `/account/email`: whether one's address is proved, and changing it.

use super::auth::Done;
use crate::accounts::proof;
use crate::accounts::{Email, notices, tokens, verification};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::sessions;
use crate::web::fields::{ButtonForm, Field, FormPage, Link};
use crate::web::limits::Rule;
use crate::web::{FormBody, Page, Shared, SignedIn, State, page};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

/// Mails to prove an address that an account can ask for in an hour.
const MAILS: usize = 3;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EmailForm {
    email: String,
    current: String,
    /// `resend`: the mail to prove the address once more.
    action: String,
}

async fn email_page(
    state: &State,
    account: &SignedIn,
    form: &EmailForm,
) -> Result<FormPage, Error> {
    let (t, id, now) = (state.t(), account.id, state.db.now());
    let (mailbox, pending) = state
        .db
        .read(move |conn| {
            let pending = tokens::pending_email(conn, id, now)?;
            Ok((notices::mailbox(conn, id)?, pending))
        })
        .await?;
    let mut intro = match mailbox.is_verified() {
        true => t.email_verified(&mailbox.email),
        false => t.email_unverified(&mailbox.email),
    };
    if mailbox.is_dead() {
        intro = t.email_dead(&mailbox.email);
    }
    if let Some(pending) = pending {
        intro = format!("{intro} {}", t.email_pending(&pending));
    }
    let resend = ButtonForm {
        action: paths::ACCOUNT_EMAIL.into(),
        fields: vec![("action", "resend".into())],
        hint: String::new(),
        button: t.email_resend(),
    };
    let page = Page::new(state, &account.viewer(), &t.account_email_heading()).unlisted();
    Ok(FormPage {
        intro,
        fields: vec![
            Field::email("email", t.field_new_email())
                .hint(t.new_email_hint())
                .value(&form.email),
            Field::password("current", t.field_current_password(), "current-password"),
        ],
        forms: match mailbox.is_verified() {
            true => Vec::new(),
            false => vec![resend],
        },
        more: vec![Link {
            href: paths::ACCOUNT.into(),
            text: t.back_to_account(),
        }],
        ..FormPage::new(
            page,
            t.account_email_heading(),
            paths::ACCOUNT_EMAIL,
            t.email_button(),
        )
    })
}

/// `GET /account/email`
pub async fn email(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let mut page = email_page(&state, &account, &EmailForm::default()).await?;
    let done: Done = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    page.done = match done.done.as_str() {
        "sent" => state.t().email_sent(),
        _ => String::new(),
    };
    page.answer()
}

/// `POST /account/email`
pub async fn update_email(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: EmailForm = posted.read()?;
    let (t, now) = (state.t(), state.db.now());
    if form.action == "resend" {
        return resend(&state, &account).await;
    }
    let email = Email::parse(t, &form.email);
    let proved = proof::is_proved(&state, &account, &form.current).await;
    let mut page = email_page(&state, &account, &form).await?;
    if let Err(Error::TooMany { seconds }) = proved {
        return page.throttled(seconds);
    }
    if !proved? {
        page.fields[1].error = t.password_wrong();
    }
    let email = match email {
        Ok(email) if page.fields[1].error.is_empty() => email,
        Ok(_) => return page.answer(),
        Err(why) => {
            page.fields[0].error = why;
            return page.answer();
        }
    };
    let rules = vec![
        Rule::new("email", account.id, 10, Time::HOUR),
        Rule::new("email-mail", email.key(), MAILS, Time::HOUR),
    ];
    let reserved = state.limits.reserve(rules, now).await?;
    let work = move |conn: &mut Conn, who: &SignedIn| {
        reserved.count(conn)?;
        verification::start_change(conn, who.id, &email, now)
    };
    match sessions::write(&state, &account, work).await? {
        true => Ok(page::see_other(&paths::account_done(
            paths::ACCOUNT_EMAIL,
            "sent",
        ))),
        false => {
            page.fields[0].error = t.email_taken();
            page.answer()
        }
    }
}

/// Sends the mail to prove the address once more.
async fn resend(state: &State, account: &SignedIn) -> Result<HttpResponse, Error> {
    let now = state.db.now();
    let rules = vec![Rule::new("resend", account.id, MAILS, Time::HOUR)];
    let reserved = state.limits.reserve(rules, now).await?;
    let work = move |conn: &mut Conn, who: &SignedIn| {
        reserved.count(conn)?;
        verification::send_verification(conn, who.id, now)
    };
    sessions::write(state, account, work).await?;
    Ok(page::see_other(&paths::account_done(
        paths::ACCOUNT_EMAIL,
        "sent",
    )))
}
