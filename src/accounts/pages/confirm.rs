//! `/account/confirm`: proving once more who one is, before something that has no password field.

use crate::accounts::proof::{is_code, is_password};
use crate::error::Error;
use crate::paths;
use crate::sessions::Sessions;
use crate::web::fields::{Field, FormPage, Link, PasskeyForm};
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, SignedIn, State, page};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfirmForm {
    current: String,
    code: String,
    next: String,
}

fn confirm_page(state: &State, account: &SignedIn, next: &str) -> FormPage {
    let t = state.t();
    let page = Page::new(state, &account.viewer(), &t.confirm_heading()).unlisted();
    let asked = match account.has_second_factor {
        true => Field::text("code", t.field_code())
            .hint(t.confirm_code_hint())
            .autocomplete("one-time-code"),
        false => Field::password("current", t.field_current_password(), "current-password"),
    };
    let fields = vec![asked, Field::hidden("next", paths::local(next))];
    let mut more = vec![Link {
        href: paths::ACCOUNT.into(),
        text: t.back_to_account(),
    }];
    if let Some(provider) = &state.config.provider {
        let oidc = Link {
            href: paths::login_oidc(paths::local(next)),
            text: t.oidc_confirm(&provider.name),
        };
        more.insert(0, oidc);
    }
    FormPage {
        intro: t.confirm_intro(),
        fields,
        passkey: match account.has_second_factor {
            true => PasskeyForm::of(state, paths::local(next)),
            false => None,
        },
        more,
        ..FormPage::new(
            page,
            t.confirm_heading(),
            paths::ACCOUNT_CONFIRM,
            t.confirm_button(),
        )
    }
}

/// `GET /account/confirm`
pub async fn confirm(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    confirm_page(&state, &account, &super::auth::next_of(&request)).answer()
}

/// `POST /account/confirm`
pub async fn prove(
    state: Shared,
    sessions: web::Data<Sessions>,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: ConfirmForm = posted.read()?;
    let t = state.t();
    let code = form.code.trim();
    let checked = match account.has_second_factor {
        false => is_password(&state, &account, &form.current).await,
        true => is_code(&state, account.id, code).await,
    };
    let mut page = confirm_page(&state, &account, &form.next);
    match checked {
        Ok(true) => {
            let proof = match account.has_second_factor {
                false => Proof::Password,
                true => Proof::Code,
            };
            sessions.prove(&account, proof).await?;
            Ok(page::see_other(paths::local(&form.next)))
        }
        Ok(false) => {
            let (field, why) = match account.has_second_factor {
                false => ("current", t.password_wrong()),
                true => ("code", t.code_wrong()),
            };
            for one in page.fields.iter_mut().filter(|one| one.name == field) {
                one.error = why.clone();
            }
            page.answer()
        }
        Err(Error::TooMany { seconds }) => page.throttled(seconds),
        Err(other) => Err(other),
    }
}
