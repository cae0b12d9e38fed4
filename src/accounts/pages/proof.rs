//! Proving once more who one is: the password in a form, or `/account/confirm` before something that has no password field.

use crate::accounts::{password, store, two_factor};
use crate::db::Time;
use crate::error::Error;
use crate::paths;
use crate::sessions::Sessions;
use crate::web::fields::{Field, FormPage, Link, PasskeyForm};
use crate::web::limits::{Reserved, Rule};
use crate::web::viewer::{PROOF_IS_FRESH, Proof};
use crate::web::{Account, FormBody, Page, Shared, SignedIn, State, page};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// Whether the person at this session has proved who they are within the last ten minutes. With a second factor, its code or a passkey
/// is a proof, a password alone is none.
pub fn is_fresh(state: &State, account: &Account) -> bool {
    let is_enough = match account.proof {
        None => false,
        Some(Proof::Code | Proof::Passkey) => true,
        Some(Proof::Password | Proof::Provider) => !account.has_second_factor,
    };
    is_enough && state.db.now().0 - account.proved_at <= PROOF_IS_FRESH
}

/// Asks for a fresh proof, and then leads on to `next`.
///
/// # Errors
/// `ProofRequired`.
pub fn require_fresh(state: &State, account: &Account, next: &str) -> Result<(), Error> {
    match is_fresh(state, account) {
        true => Ok(()),
        false => Err(Error::ProofRequired { next: next.into() }),
    }
}

/// Whether this is the account's password. Wrong ones are counted: at most 10 in 10 minutes.
///
/// # Errors
/// `TooMany`; `Unavailable` when the queue for password work is full.
pub async fn is_password(state: &State, account: &Account, given: &str) -> Result<bool, Error> {
    if given.is_empty() {
        return Ok(false);
    }
    let id = account.id;
    let rules = vec![Rule::new("password", id, 10, 10 * Time::MINUTE)];
    let counted = state.limits.take(&state.db, rules, state.db.now()).await?;
    let stored = state.db.read(move |conn| store::login_by_id(conn, id));
    let stored = stored.await?.password_hash;
    let verdict = password::verify(state, given.to_owned(), Some(stored)).await;
    if verdict.as_ref().map_or(true, |verdict| verdict.right) {
        state.limits.refund(&state.db, counted).await?;
    }
    Ok(verdict?.right)
}

/// [`is_password`] for a form with the field `current`. Who has just proved who they are without a password, by a passkey or another
/// site, may leave it empty; so may who has none.
///
/// # Errors
/// As [`is_password`]; `ProofRequired` for an account without a password.
pub async fn is_proved(state: &State, account: &Account, current: &str) -> Result<bool, Error> {
    let without = matches!(account.proof, Some(Proof::Passkey | Proof::Provider));
    if current.is_empty() && without && is_fresh(state, account) {
        return Ok(true);
    }
    let id = account.id;
    let stored = state.db.read(move |conn| store::login_by_id(conn, id));
    if stored.await?.password_hash.is_empty() {
        require_fresh(state, account, paths::ACCOUNT)?;
        return Ok(true);
    }
    is_password(state, account, current).await
}

/// Counts a code as wrong in advance: at most five in 10 minutes for an account, from wherever. Give it back if it is right.
///
/// # Errors
/// `TooMany`.
pub async fn count_code(state: &State, account: i64) -> Result<Reserved, Error> {
    let rules = vec![
        Rule::new("code", account, 5, 10 * Time::MINUTE),
        Rule::new("code-day", account, 60, Time::DAY),
    ];
    state.limits.take(&state.db, rules, state.db.now()).await
}

/// Checks a code of an app or a recovery code, and uses it up. Wrong ones are counted.
///
/// # Errors
/// `TooMany`.
pub async fn is_code(state: &State, account: i64, given: &str) -> Result<bool, Error> {
    let counted = count_code(state, account).await?;
    let (code, now) = (given.to_owned(), state.db.now());
    let checked = state
        .db
        .write(move |conn| two_factor::accept(conn, account, &code, now));
    let is_right = checked.await;
    if *is_right.as_ref().unwrap_or(&true) {
        state.limits.refund(&state.db, counted).await?;
    }
    is_right
}

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
