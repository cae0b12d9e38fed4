//! `/account/password`: changing one's password, which ends all other sessions.

use super::auth::password_context;
use crate::accounts::password::{self, NewPassword, PasswordCandidate, PasswordPolicy};
use crate::accounts::proof;
use crate::accounts::{notices, store};
use crate::error::Error;
use crate::mail::Notice;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::web::fields::{Field, FormPage, Link};
use crate::web::{FormBody, Page, Shared, SignedIn, State, page};
use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PasswordForm {
    current: String,
    password: String,
}

fn password_page(
    state: &State,
    account: &SignedIn,
    current: &Result<(), String>,
    new: &Result<NewPassword, String>,
) -> FormPage {
    let t = state.t();
    let least = password_policy(state, account).min_length() as i64;
    FormPage {
        page: Page::new(state, &account.viewer(), &t.password_heading()).unlisted(),
        t,
        heading: t.password_heading(),
        intro: if account.must_change_password && account.has_role() {
            t.password_due_intro()
        } else {
            t.password_intro()
        },
        alert: String::new(),
        done: String::new(),
        action: paths::ACCOUNT_PASSWORD.into(),
        fields: vec![
            Field::password("current", t.field_current_password(), "current-password")
                .judged(current),
            Field::password("password", t.field_new_password(), "new-password")
                .hint(t.password_hint(least))
                .judged(new),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.password_button(),
        more: vec![Link {
            href: paths::ACCOUNT.into(),
            text: t.back_to_account(),
        }],
    }
}

fn password_policy(state: &State, account: &SignedIn) -> PasswordPolicy {
    PasswordPolicy::of(&state.site(), account.has_role(), account.has_second_factor)
}

/// `GET /account/password`
pub async fn password(state: Shared, account: SignedIn) -> Result<HttpResponse, Error> {
    password_page(&state, &account, &Ok(()), &no_error()).answer()
}

/// A field without an error message.
fn no_error() -> Result<NewPassword, String> {
    Err(String::new())
}

/// `POST /account/password`: ends all other sessions and rotates the token of this one.
pub async fn update_password(
    state: Shared,
    sessions: web::Data<Sessions>,
    account: SignedIn,
    request: HttpRequest,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let form: PasswordForm = posted.read()?;
    let (t, id, now) = (state.t(), account.id, state.db.now());
    let candidate = PasswordCandidate::parse(t, &form.password, password_policy(&state, &account));
    let stored = state
        .db
        .read(move |conn| store::login_by_id(conn, id))
        .await?;
    let proved =
        match proof::is_proved(&state, &account, &form.current, paths::ACCOUNT_PASSWORD).await {
            Err(Error::TooMany { seconds }) => {
                return password_page(&state, &account, &Ok(()), &no_error()).throttled(seconds);
            }
            other => other?,
        };
    if !proved {
        let new = candidate.and(no_error());
        return password_page(&state, &account, &Err(t.password_wrong()), &new).answer();
    }
    let new = match candidate {
        Ok(candidate) => {
            let known = password_context(&state, &account.username, &account.email);
            password::check_strength(&state, candidate, known).await?
        }
        Err(why) => Err(why),
    };
    let Ok(chosen) = new else {
        state
            .limits
            .refused(&state.db, &account.username, now)
            .await?;
        return password_page(&state, &account, &Ok(()), &new).answer();
    };
    let hash = password::hash(&state, chosen).await?;
    let (for_role, seen) = (account.has_role(), stored.password_version);
    let version = sessions::write(&state, &account, move |conn, who: &SignedIn| {
        let version = store::set_password(conn, id, Some(seen), &hash, for_role)?;
        sessions::store::end_others(conn, id, Some(&who.session_id))?;
        notices::tell(conn, id, Notice::PasswordChanged, "", now)?;
        // Another password change came first, which has ended this session too.
        version.ok_or_else(Error::session_ended)
    });
    let version = version.await?;
    sessions
        .end_others_in_redis(id, Some(account.session_id.clone()))
        .await?;
    sessions::rotate_token(&session, &request, &account, version)?;
    Ok(page::see_other(if account.has_role() {
        paths::ADMIN
    } else {
        paths::ACCOUNT
    }))
}
