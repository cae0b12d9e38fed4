//! `/account`: one's own profile.

use super::auth::Done;
use super::sign_in::is_second_factor_required;
use crate::accounts::{DisplayName, parse_bio, profile, store, two_factor};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use crate::sessions::{self};
use crate::web::fields::{Field, FormPage, Link};
use crate::web::limits::Rule;
use crate::web::viewer::Role;
use crate::web::{FormBody, Page, Participant, Shared, SignedIn, State, page};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ProfileForm {
    name: String,
    bio: String,
    /// One on each line; not sent = as they are.
    links: Option<String>,
    /// `on` or `off`; not sent = as it is.
    show_comments: Option<String>,
}

/// The pages of one's account.
fn account_links(state: &State, account: &SignedIn) -> Vec<Link> {
    let t = state.t();
    let link = |href: &str, text: String| Link {
        href: href.to_owned(),
        text,
    };
    let mut links = vec![
        link(&paths::reader(&account.username), t.account_profile_link()),
        link(paths::ACCOUNT_COMMENTS, t.own_comments_heading()),
        link(paths::ACCOUNT_PICTURE, t.picture_heading()),
        link(paths::ACCOUNT_USERNAME, t.username_heading()),
        link(paths::ACCOUNT_EMAIL, t.account_email_link()),
        link(paths::ACCOUNT_PASSWORD, t.account_password_link()),
        link(paths::ACCOUNT_TWO_FACTOR, t.account_two_factor_link()),
        link(paths::ACCOUNT_PASSKEYS, t.passkeys_heading()),
        link(paths::ACCOUNT_SESSIONS, t.account_sessions_link()),
    ];
    if let Some(provider) = &state.config.provider {
        links.push(link(paths::ACCOUNT_PROVIDER, t.oidc_log_in(&provider.name)));
    }
    links.push(link(paths::ACCOUNT_EXPORT, t.export_heading()));
    links.push(link(paths::ACCOUNT_DELETE, t.leave_heading()));
    if account.is_staff() {
        links.push(link(paths::ADMIN, t.nav_dashboard()));
    }
    links
}

fn profile_page(
    state: &State,
    account: &SignedIn,
    given: &ProfileForm,
    name: &Result<DisplayName, String>,
    bio: &Result<String, String>,
    links: &Result<(), String>,
    done: String,
) -> FormPage {
    let t = state.t();
    let mut page = Page::new(state, &account.viewer(), &t.account_heading()).unlisted();
    page.next = paths::ACCOUNT.into();
    let more = account_links(state, account);
    FormPage {
        page,
        t,
        heading: t.account_heading(),
        intro: match account.email_verified {
            true => t.account_intro(&account.username, &account.email),
            false => t.account_intro_unverified(&account.username, &account.email),
        },
        alert: String::new(),
        done,
        action: paths::ACCOUNT.into(),
        fields: vec![
            Field::text("name", t.field_name())
                .hint(t.name_hint())
                .value(&given.name)
                .autocomplete("name")
                .most(50)
                .optional()
                .judged(name),
            Field::area("bio", t.field_bio())
                .hint(t.bio_hint())
                .value(&given.bio)
                .most(500)
                .judged(bio),
            Field::area("links", t.field_links())
                .hint(t.profile_links_hint())
                .lines(3)
                .value(given.links.as_deref().unwrap_or_default())
                .judged(links),
            Field::select(
                "show_comments",
                t.field_show_comments(),
                vec![("off", t.show_comments_off()), ("on", t.show_comments_on())],
                given.show_comments.as_deref().unwrap_or("off"),
            ),
        ],
        groups: Vec::new(),
        forms: Vec::new(),
        passkey: None,
        button: t.save_button(),
        more,
    }
}

/// `GET /account`
pub async fn show(
    state: Shared,
    account: SignedIn,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let done: Done = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let done = match done.done.as_str() {
        "verified" => state.t().verify_done(),
        "saved" => state.t().account_saved(),
        "renamed" => state.t().username_done(&account.username),
        "kept" => state.t().account_kept(),
        _ => String::new(),
    };
    let id = account.id;
    let read = state.db.read(move |conn| {
        let factors = two_factor::state(conn, id)?;
        Ok((store::bio(conn, id)?, profile::details(conn, id)?, factors))
    });
    let (bio, details, factors) = read.await?;
    let given = ProfileForm {
        name: account.name.clone(),
        bio,
        links: Some(details.links),
        show_comments: Some(if details.shows_comments { "on" } else { "off" }.into()),
    };
    let mut view = profile_page(
        &state,
        &account,
        &given,
        &Ok(DisplayName::default()),
        &Ok(String::new()),
        &Ok(()),
        done,
    );
    if account.waits {
        (view.fields, view.button) = (Vec::new(), String::new());
        view.done = state.t().account_waits();
    } else if is_second_factor_required(&state, account.is_admin, account.has_role())
        && !factors.is_on()
    {
        view.done = state.t().account_enrol();
    }
    view.answer()
}

/// `POST /account`
pub async fn update(
    state: Shared,
    account: SignedIn,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let who = Participant::admit(account.0.clone())?;
    let form: ProfileForm = posted.read()?;
    let t = state.t();
    let (mut name, bio) = (DisplayName::parse(t, &form.name), parse_bio(t, &form.bio));
    let links = form
        .links
        .as_deref()
        .map(|given| profile::parse_links(t, given));
    let links = links.transpose();
    let shows = match form.show_comments.as_deref() {
        None => None,
        Some("on") => Some(true),
        Some("off") => Some(false),
        Some(_) => return Err(Error::Refused(t.choice_missing())),
    };
    if let (Ok(name_ok), Ok(bio_ok), Ok(links)) = (&name, &bio, &links) {
        let links = links.clone();
        let (new_name, new_bio) = (name_ok.clone(), bio_ok.clone());
        let rules = vec![Rule::new("profile", account.id, 30, 10 * Time::MINUTE)];
        let reserved = state.limits.reserve(rules, state.db.now()).await?;
        let work = move |conn: &mut Conn, who: &Participant| {
            reserved.count(conn)?;
            let is_set = profile::set_profile(conn, who.id, &new_name, &new_bio)?;
            if is_set {
                profile::update(conn, who.id, links.as_deref(), shows)?;
            }
            Ok(is_set)
        };
        if sessions::write(&state, &who, work).await? {
            return Ok(page::see_other(&paths::account_done(
                paths::ACCOUNT,
                "saved",
            )));
        }
        name = Err(t.name_lookalike());
    }
    let links = links.map(|_| ());
    profile_page(&state, &account, &form, &name, &bio, &links, String::new()).answer()
}
