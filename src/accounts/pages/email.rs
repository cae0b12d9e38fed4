//! `/account/email`: whether one's address is proved, and changing it.

use super::auth::Done;
use crate::accounts::proof;
use crate::accounts::tokens::{self, TokenKind};
use crate::accounts::{Email, joining, notices, verification};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::sessions;
use crate::web::fields::{ButtonForm, Field, FormPage, Link};
use crate::web::limits::Rule;
use crate::web::{FormBody, Page, Shared, SignedIn, State, page};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// Mails to prove an address that an account can ask for in an hour.
const MAILS: usize = 3;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EmailForm {
    email: String,
    current: String,
    /// `resend`: the mail to prove the address once more; `keep`: the address that it has.
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
    let button = |action: &str, button: String| ButtonForm {
        action: paths::ACCOUNT_EMAIL.into(),
        fields: vec![("action", action.to_owned())],
        hint: String::new(),
        button,
    };
    let mut forms = Vec::new();
    if let Some(pending) = pending {
        intro = format!("{intro} {}", t.email_pending(&pending));
        forms.push(button("keep", t.email_cancel(&mailbox.email)));
    }
    if !mailbox.is_verified() {
        forms.push(button("resend", t.email_resend()));
    }
    let page = Page::new(state, &account.viewer(), &t.account_email_heading()).unlisted();
    Ok(FormPage {
        intro,
        fields: vec![
            Field::email("email", t.field_new_email())
                .hint(t.new_email_hint())
                .value(&form.email),
            Field::password("current", t.field_current_password(), "current-password"),
        ],
        forms,
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
        "kept" => state.t().email_kept(),
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
    match form.action.as_str() {
        "resend" => return resend(&state, &account).await,
        "keep" => return keep(&state, &account).await,
        _ => {}
    }
    let mut email = Email::parse(t, &form.email);
    if let Ok(given) = email.clone() {
        let data = state.config.data.clone();
        let blocked = web::block(move || joining::is_blocked(&data, &given)).await;
        if blocked.map_err(Error::internal)? {
            email = Err(t.email_blocked());
        }
    }
    let proved = proof::is_proved(&state, &account, &form.current, paths::ACCOUNT_EMAIL).await;
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

/// Cancels a change of address that has not been proved.
async fn keep(state: &State, account: &SignedIn) -> Result<HttpResponse, Error> {
    let work = |conn: &mut Conn, who: &SignedIn| tokens::end(conn, who.id, &[TokenKind::NewEmail]);
    sessions::write(state, account, work).await?;
    let kept = paths::account_done(paths::ACCOUNT_EMAIL, "kept");
    Ok(page::see_other(&kept))
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
