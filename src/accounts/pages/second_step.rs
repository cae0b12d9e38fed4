//! `/login/two-factor`: the second step of a log-in.

use super::sign_in::{SignIn, complete};
use super::two_factor::code_field;
use crate::accounts::proof;
use crate::accounts::{store, two_factor};
use crate::error::Error;
use crate::paths;
use crate::sessions;
use crate::web::fields::{FormPage, Link, PasskeyForm};
use crate::web::guard::network_of;
use crate::web::notices::Event;
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, State, Viewer, page};
use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CodeForm {
    code: String,
}

async fn code_page(state: &State, account: i64) -> Result<FormPage, Error> {
    let t = state.t();
    let read = state.db.read(move |conn| two_factor::state(conn, account));
    let factors = read.await?;
    let page = Page::new(state, &Viewer(None), &t.second_step_heading()).unlisted();
    let intro = match factors.app {
        true => t.second_step_intro(),
        false => t.second_step_intro_passkey(),
    };
    Ok(FormPage {
        intro: format!("{intro} {}", t.second_step_lost()),
        fields: vec![code_field(t).hint(t.second_step_hint())],
        passkey: match factors.passkeys {
            0 => None,
            _ => PasskeyForm::of(state, ""),
        },
        more: vec![Link {
            href: paths::LOGIN.into(),
            text: t.second_step_back(),
        }],
        ..FormPage::new(
            page,
            t.second_step_heading(),
            paths::LOGIN_TWO_FACTOR,
            t.login_button(),
        )
    })
}

/// `GET /login/two-factor`
pub async fn ask(state: Shared, viewer: Viewer, session: Session) -> Result<HttpResponse, Error> {
    if viewer.account().is_some() {
        return Ok(page::see_other(paths::FRONT));
    }
    match sessions::pending(&session) {
        Some((account, _)) => code_page(&state, account.id).await?.answer(),
        None => Ok(page::see_other(paths::LOGIN)),
    }
}

/// `POST /login/two-factor`
pub async fn check(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    if viewer.account().is_some() {
        return Ok(page::see_other(paths::FRONT));
    }
    let Some((account, next)) = sessions::pending(&session) else {
        return Ok(page::see_other(paths::LOGIN));
    };
    let form: CodeForm = posted.read()?;
    let mut page = code_page(&state, account.id).await?;
    match proof::is_code(&state, account.id, &form.code).await {
        Ok(true) => {}
        Ok(false) => {
            let what = format!("account={} second step", account.id);
            let network = network_of(&request);
            state.notices.note(Event::LoginFailed, &network, &what);
            page.fields[0].error = state.t().code_wrong();
            return page.answer();
        }
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        Err(other) => return Err(other),
    }
    let id = account.id;
    let login = state.db.read(move |conn| store::login_by_id(conn, id));
    let mut login = login.await?;
    // The one whose password was checked: another one since ends this log-in.
    login.password_version = account.password_version;
    let sign_in = SignIn {
        must_change_password: account.must_change_password,
        suffices: login.must_change_password && !account.must_change_password,
        proof: Proof::Code,
        rehashed: None,
        login,
    };
    match complete(&state, &request, &session, sign_in, &next).await? {
        Some(response) => Ok(response),
        None => Ok(page::see_other(paths::LOGIN)),
    }
}
