//! `/login/oidc` and `/login/oidc/callback`: logging in, joining and connecting an account by OpenID Connect.

use super::auth::{Done, next_of, refused_login};
use super::provider_join::{
    PERSON, ProviderJoinErrors, ProviderJoinForm, ask_to_join, log_in, provider,
};
use crate::accounts::oidc::{self, Begun, Person, Problem};
use crate::accounts::proof;
use crate::accounts::{identities, notices};
use crate::db::Time;
use crate::error::Error;
use crate::mail::Notice;
use crate::paths;
use crate::sessions::{self, Sessions};
use crate::web::fields::{ButtonForm, FormPage, Link};
use crate::web::form::unknown_field;
use crate::web::guard::network_of;
use crate::web::limits::Rule;
use crate::web::viewer::Proof;
use crate::web::{FormBody, Page, Shared, SignedIn, State, Viewer, error_pages, page};
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

/// What a session keeps between the two addresses.
const BEGUN: &str = "oidc";
/// The account whose owner has asked to connect it.
const CONNECTS: &str = "oidc-connects";

fn redirect(state: &State) -> String {
    format!("{}{}", state.config.base.origin, paths::LOGIN_OIDC_CALLBACK)
}

/// The page after the provider was down or its answer was wrong: never a session.
fn failed(state: &State, viewer: &Viewer, problem: Problem) -> Result<HttpResponse, Error> {
    let (t, name) = (state.t(), &provider(state)?.name);
    match problem {
        Problem::Down(why) => {
            tracing::warn!(why, "the OpenID Connect provider does not answer");
            let mut response = refused_login(state, viewer, t.oidc_down(name))?;
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            error_pages::retry_after(response, 60)
        }
        Problem::Refused(why) => {
            tracing::warn!(why, "the OpenID Connect provider's answer was refused");
            refused_login(state, viewer, t.oidc_failed(name))
        }
    }
}

/// `GET /login/oidc`: on to the provider.
pub async fn begin(
    state: Shared,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
) -> Result<HttpResponse, Error> {
    let provider = provider(&state)?;
    let rules = vec![Rule::new(
        "oidc",
        network_of(&request),
        60,
        10 * Time::MINUTE,
    )];
    state.limits.take(&state.db, rules, state.db.now()).await?;
    let next = next_of(&request);
    let account = viewer.id();
    let connects = session.get::<i64>(CONNECTS).ok().flatten();
    session.remove(CONNECTS);
    let connects = connects.is_some() && connects == account;
    let whom = (account, connects);
    let redirect = redirect(&state);
    let begun = oidc::begin(provider, &redirect, &state.outgoing, &next, whom).await;
    match begun {
        Ok((url, begun)) => {
            session.insert(BEGUN, begun).map_err(Error::internal)?;
            Ok(page::see_other(&url))
        }
        Err(problem) => failed(&state, &viewer, problem),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    code: String,
    state: String,
    error: String,
}

/// `GET /login/oidc/callback`: back from the provider.
pub async fn callback(
    state: Shared,
    sessions: web::Data<Sessions>,
    viewer: Viewer,
    request: HttpRequest,
    session: Session,
) -> Result<HttpResponse, Error> {
    let configured = provider(&state)?;
    let answer: Answer =
        serde_html_form::from_str(request.query_string()).map_err(|_| unknown_field())?;
    let begun = session.get::<Begun>(BEGUN).ok().flatten();
    // It is used once, also when it fails.
    session.remove(BEGUN);
    let Some(begun) = begun else {
        let problem = Problem::Refused("no log-in has begun".into());
        return failed(&state, &viewer, problem);
    };
    let (account, connects) = (begun.account, begun.connects);
    if account != viewer.id() {
        let problem = Problem::Refused("someone else is signed in by now".into());
        return failed(&state, &viewer, problem);
    }
    if !answer.error.is_empty() {
        return failed(&state, &viewer, Problem::Refused(answer.error));
    }
    let redirect = redirect(&state);
    let person = oidc::finish(
        configured,
        &redirect,
        &state.outgoing,
        begun,
        (&answer.code, &answer.state),
        state.db.now(),
    );
    let person = match person.await {
        Ok(person) => person,
        Err(problem) => return failed(&state, &viewer, problem),
    };
    arrive(
        &state,
        &sessions,
        &viewer,
        (&request, &session),
        (person, connects),
    )
    .await
}

/// What is done with someone whom the provider vouches for. `connects`: their account is to be connected.
async fn arrive(
    state: &State,
    sessions: &Sessions,
    viewer: &Viewer,
    (request, session): (&HttpRequest, &Session),
    (person, connects): (Person, bool),
) -> Result<HttpResponse, Error> {
    let (issuer, subject) = (person.issuer.clone(), person.subject.clone());
    let known = state
        .db
        .read(move |conn| identities::find(conn, &issuer, &subject))
        .await?;
    match (viewer.account(), known) {
        (Some(who), Some(account)) if who.id == account => {
            sessions.prove(who, Proof::Provider).await?;
            Ok(page::see_other(paths::local(&person.next)))
        }
        (Some(_), Some(_)) => refused_login(state, viewer, state.t().oidc_other_account()),
        (Some(_), None) if !connects => {
            refused_login(state, viewer, state.t().oidc_other_account())
        }
        (Some(who), None) => {
            let who = SignedIn(who.clone());
            connect(state, &who, person).await
        }
        (None, Some(account)) => log_in(state, request, session, account, &person.next).await,
        (None, None) => {
            session.insert(PERSON, &person).map_err(Error::internal)?;
            ask_to_join(
                state,
                &person,
                &ProviderJoinForm::default(),
                &ProviderJoinErrors::default(),
            )
            .await
        }
    }
}

/// Connects an account whose owner is signed in and has just proved who they are.
async fn connect(state: &State, who: &SignedIn, person: Person) -> Result<HttpResponse, Error> {
    proof::require_fresh(state, who, paths::ACCOUNT_PROVIDER)?;
    let (now, next) = (state.db.now(), person.next.clone());
    let name = provider(state)?.name.clone();
    let connected = sessions::write(state, who, move |conn, who: &SignedIn| {
        let connected = identities::connect(conn, who.id, &person.issuer, &person.subject, now)?;
        if connected {
            notices::tell(conn, who.id, Notice::ProviderConnected, &name, now)?;
        }
        Ok(connected)
    });
    match connected.await? {
        true => Ok(page::see_other(paths::local(&next))),
        false => Err(Error::Conflict(state.t().oidc_other_account())),
    }
}

/// `GET /account/provider`: whether one's account is connected.
pub async fn show(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let provider = provider(&state)?;
    let (t, id, issuer) = (state.t(), account.id, provider.issuer.clone());
    let connected = state
        .db
        .read(move |conn| identities::is_connected(conn, id, &issuer))
        .await?;
    let (intro, action, button) = match connected {
        true => (
            t.oidc_is_connected(&provider.name),
            "disconnect",
            t.oidc_disconnect(),
        ),
        false => (
            t.oidc_not_connected(&provider.name),
            "connect",
            t.oidc_connect(),
        ),
    };
    let page = Page::new(&state, &account.viewer(), &provider.name).unlisted();
    let mut view = FormPage {
        intro,
        forms: vec![ButtonForm {
            action: paths::ACCOUNT_PROVIDER.into(),
            fields: vec![("action", action.into())],
            hint: String::new(),
            button,
        }],
        more: vec![Link {
            href: paths::ACCOUNT.into(),
            text: t.back_to_account(),
        }],
        ..FormPage::new(page, provider.name.clone(), "", String::new())
    };
    let done: Done = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    if done.done == "connect" && !connected {
        // A link: a form may not lead to another site (`form-action`).
        view.forms.clear();
        let go_on = Link {
            href: paths::login_oidc(paths::ACCOUNT_PROVIDER),
            text: t.oidc_go_on(&provider.name),
        };
        view.more.insert(0, go_on);
    }
    if done.done == "needs-password" {
        view.alert = t.oidc_needs_password();
    }
    view.answer()
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ProviderForm {
    action: String,
}

/// `POST /account/provider`
pub async fn change(
    state: Shared,
    account: SignedIn,
    session: Session,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let (issuer, name) = {
        let provider = provider(&state)?;
        (provider.issuer.clone(), provider.name.clone())
    };
    let form: ProviderForm = posted.read()?;
    proof::require_fresh(&state, &account, paths::ACCOUNT_PROVIDER)?;
    match form.action.as_str() {
        "connect" => {
            session
                .insert(CONNECTS, account.id)
                .map_err(Error::internal)?;
            let next = paths::account_done(paths::ACCOUNT_PROVIDER, "connect");
            Ok(page::see_other(&next))
        }
        "disconnect" => {
            let now = state.db.now();
            let ended = sessions::write(&state, &account, move |conn, who: &SignedIn| {
                let ended = identities::disconnect(conn, who.id, &issuer)?;
                if ended == Some(true) {
                    notices::tell(conn, who.id, Notice::ProviderDisconnected, &name, now)?;
                }
                Ok(ended.is_some())
            });
            Ok(page::see_other(&match ended.await? {
                true => paths::ACCOUNT_PROVIDER.to_owned(),
                false => paths::account_done(paths::ACCOUNT_PROVIDER, "needs-password"),
            }))
        }
        _ => Err(unknown_field()),
    }
}
