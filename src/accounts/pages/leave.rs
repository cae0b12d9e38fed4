//! `/account/delete`: deleting one's account.

use crate::accounts::leaving::{self, GRACE, Mode};
use crate::accounts::proof;
use crate::db::Conn;
use crate::error::Error;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::web::fields::{Field, FormPage, Link};
use crate::web::{FormBody, Page, Shared, SignedIn, State, page};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DeleteForm {
    current: String,
    mode: String,
}

fn delete_page(state: &State, account: &SignedIn, form: &DeleteForm) -> FormPage {
    let t = state.t();
    let page = Page::new(state, &account.viewer(), &t.leave_heading()).unlisted();
    let modes = vec![
        (Mode::Anonymise.as_str(), t.leave_anonymise()),
        (Mode::Erase.as_str(), t.leave_erase()),
    ];
    FormPage {
        intro: t.leave_intro(),
        fields: vec![
            Field::select("mode", t.field_leave_mode(), modes, &form.mode),
            Field::password("current", t.field_current_password(), "current-password"),
        ],
        more: vec![
            Link {
                href: paths::ACCOUNT_EXPORT.into(),
                text: t.leave_export_first(),
            },
            Link {
                href: paths::ACCOUNT.into(),
                text: t.back_to_account(),
            },
        ],
        ..FormPage::new(
            page,
            t.leave_heading(),
            paths::ACCOUNT_DELETE,
            t.leave_button(),
        )
    }
}

/// `GET /account/delete`
pub async fn ask(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    delete_page(&state, &account, &DeleteForm::default()).answer()
}

/// `POST /account/delete`: ends all sessions; logging in within 72 hours cancels it.
pub async fn delete(
    state: Shared,
    sessions: web::Data<Sessions>,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: DeleteForm = posted.read()?;
    let (t, now) = (state.t(), state.db.now());
    let mut page = delete_page(&state, &account, &form);
    let Some(mode) = Mode::parse(&form.mode) else {
        page.fields[0].error = t.choice_missing();
        return page.answer();
    };
    match proof::is_proved(&state, &account, &form.current, paths::ACCOUNT_DELETE).await {
        Ok(true) => {}
        Ok(false) => {
            page.fields[1].error = t.password_wrong();
            return page.answer();
        }
        Err(Error::TooMany { seconds }) => return page.throttled(seconds),
        Err(other) => return Err(other),
    }
    let work = move |conn: &mut Conn, who: &SignedIn| {
        leaving::request(conn, who.id, mode, now.plus(GRACE), now)
    };
    if !sessions::write(&state, &account, work).await? {
        page.alert = t.leave_last_admin();
        return page.answer();
    }
    sessions.end_others_in_redis(account.id, None).await?;
    Ok(page::see_other(&paths::login_done("leaving")))
}
