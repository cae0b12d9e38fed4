//! The routing table: path, method, role and handler of every route.

use crate::error::Error;
use crate::feeds::{Atom, Json, Rss, pages as feed};
use crate::paths;
use crate::redirects::KnownRoute;
use crate::web::cache::{CachedRoute, Param};
use crate::web::form::{FileLimit, TextLimit};
use crate::{
    accounts, admin, articles, cards, comments, discovery, editor, info, jobs, log, mail, media,
    ops, queues, readers, search, theme, web as page,
};
use actix_web::{guard, web};
use serde::Serialize;

/// The largest form of an article, in bytes.
const ARTICLE_BYTES: usize = 2 * 1024 * 1024;

/// One path and method, as `masthead routes --json` prints it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    /// Who may use it: `all`, `reader`, `staff`, `moderator`, `editor`, `admin` or `ops`. Writers may use what
    /// concerns drafts of their own among what is the editors'.
    pub role: &'static str,
    pub limits: &'static str,
    /// If set, its pages are cached in memory, keyed by the path and these query parameters.
    #[serde(skip)]
    pub cache: Option<&'static [Param]>,
}

/// The route of a path, if its pages are cached.
pub fn cached_route(path: &str) -> Option<CachedRoute> {
    let (index, route) = ROUTES
        .iter()
        .enumerate()
        .find(|(_, r)| r.method == "GET" && matches_pattern(r.path, path))?;
    let query = route.cache?;
    Some(CachedRoute { index, query })
}

/// How a path matches the routing table for GET, for [`crate::redirects`].
pub fn route_kind(path: &str) -> KnownRoute {
    let found = ROUTES
        .iter()
        .find(|r| r.method == "GET" && matches_pattern(r.path, path));
    match found {
        None => KnownRoute::Nothing,
        Some(route) if route.path.contains('{') => KnownRoute::Pattern,
        Some(_) => KnownRoute::Literal,
    }
}

fn matches_pattern(pattern: &str, path: &str) -> bool {
    let mut given = path.split('/');
    let all = pattern.split('/').all(|wanted| {
        given.next().is_some_and(|part| {
            if wanted.starts_with('{') {
                !part.is_empty()
            } else {
                part == wanted
            }
        })
    });
    all && given.next().is_none()
}

async fn not_found() -> Result<actix_web::HttpResponse, Error> {
    Err(Error::NotFound)
}

/// What the forms of a resource may bring, where that is more than elsewhere.
fn limited(resource: actix_web::Resource, path: &str) -> actix_web::Resource {
    if path == paths::ACCOUNT_PICTURE {
        return resource.app_data(FileLimit {
            field: "picture",
            bytes: media::MOST_BYTES,
        });
    }
    if !path.starts_with("/admin/articles/") && !path.starts_with("/admin/pages") {
        return resource;
    }
    let resource = resource.app_data(TextLimit(ARTICLE_BYTES));
    match path {
        "/admin/articles/import" => resource.app_data(FileLimit {
            field: "file",
            bytes: ARTICLE_BYTES,
        }),
        _ => resource,
    }
}

macro_rules! routes {
    ($($path:literal { $($method:ident $role:ident $handler:path $([$limits:literal])? $(=> cache($($query:ident$(=$($value:ident)|+)?),*))?),+ $(,)? })+) => {
        /// All routes of the site.
        pub const ROUTES: &[Route] = &[$($(Route {
            method: stringify!($method),
            path: $path,
            role: stringify!($role),
            limits: concat!($($limits)?),
            cache: routes!(@cache $(($(Param {
                name: stringify!($query),
                values: &[$($(stringify!($value)),+)?],
            }),*))?),
        }),+),+];

        /// Registers the routes.
        pub fn configure(app: &mut web::ServiceConfig) {
            $(app.service(limited(web::resource($path), $path)$(.route(routes!(@verb $method).to($handler)))+.default_service(web::to(|| async {
                const ALLOW: &str = routes!(@allow $($method),+);
                Err::<actix_web::HttpResponse, _>(Error::NotAllowed { allow: ALLOW })
            })));)+
            app.default_service(web::to(not_found));
        }
    };
    (@cache) => { None };
    (@cache ($($param:expr),*)) => { Some(&[$($param),*]) };
    (@verb GET) => { web::route().guard(guard::Any(guard::Get()).or(guard::Head())) };
    (@verb POST) => { web::post() };
    (@allow GET) => { "GET, HEAD" };
    (@allow POST) => { "POST" };
    (@allow GET, POST) => { "GET, HEAD, POST" };
}

routes! {
    "/" { GET all articles::pages::front => cache() }
    "/articles/{slug}" { GET all articles::pages::show => cache(sort = newest | oldest | best | replies, after) }
    "/articles/{slug}/card.png" { GET all cards::pages::show => cache() }
    "/articles/{slug}/comments.atom" { GET all feed::thread => cache() }
    "/articles/{slug}/revisions" { GET all articles::pages::revisions => cache() }
    "/articles/{slug}/revisions/{n}" { GET all articles::pages::revision => cache() }
    "/articles/{slug}/comments" { GET all comments::pages::to_article, POST reader comments::pages::create ["10 a minute, 60 an hour, 60 previews a minute; 256 KiB"] }
    "/articles/{slug}/comments/{id}" { GET all comments::pages::show => cache(after) }
    "/comments/{id}/reply" { GET reader comments::pages::reply }
    "/comments/{id}/edit" { GET reader comments::pages::edit, POST reader comments::pages::update ["30 a minute; 256 KiB"] }
    "/comments/{id}/delete" { POST reader comments::pages::delete ["20 a minute, staff 120, undeleting included"] }
    "/comments/{id}/undelete" { POST reader comments::pages::undelete ["20 a minute, staff 120, deleting included"] }
    "/comments/{id}/flag" { GET reader comments::pages::flag, POST reader comments::pages::raise ["10 a minute; 256 KiB"] }
    "/sections/{slug}" { GET all articles::pages::section => cache(after) }
    "/sections/{slug}/feed.atom" { GET all feed::section::<Atom> => cache() }
    "/sections/{slug}/feed.rss" { GET all feed::section::<Rss> => cache() }
    "/sections/{slug}/feed.json" { GET all feed::section::<Json> => cache() }
    "/tags/{slug}" { GET all articles::pages::tag => cache(after) }
    "/tags/{slug}/feed.atom" { GET all feed::tag::<Atom> => cache() }
    "/tags/{slug}/feed.rss" { GET all feed::tag::<Rss> => cache() }
    "/tags/{slug}/feed.json" { GET all feed::tag::<Json> => cache() }
    "/authors/{slug}" { GET all articles::pages::author => cache(after) }
    "/authors/{slug}/feed.atom" { GET all feed::author::<Atom> => cache() }
    "/authors/{slug}/feed.rss" { GET all feed::author::<Rss> => cache() }
    "/authors/{slug}/feed.json" { GET all feed::author::<Json> => cache() }
    "/archive" { GET all articles::pages::archive => cache() }
    "/authors" { GET all articles::pages::authors => cache() }
    "/tags" { GET all articles::pages::tags => cache() }
    "/feeds" { GET all info::pages::feeds => cache() }
    "/archive/{yyyy}" { GET all articles::pages::year => cache() }
    "/archive/{yyyy}/{mm}" { GET all articles::pages::month => cache(after) }
    "/search" { GET all search::pages::index }
    "/corrections" { GET all articles::pages::corrections => cache(after) }
    "/corrections/feed.atom" { GET all feed::corrections::<Atom> => cache() }
    "/corrections/feed.rss" { GET all feed::corrections::<Rss> => cache() }
    "/corrections/feed.json" { GET all feed::corrections::<Json> => cache() }
    "/feed.atom" { GET all feed::site::<Atom> => cache() }
    "/feed.rss" { GET all feed::site::<Rss> => cache() }
    "/feed.json" { GET all feed::site::<Json> => cache() }
    "/sitemap.xml" { GET all discovery::pages::sitemap => cache(part) }
    "/news-sitemap.xml" { GET all discovery::pages::news_sitemap }
    "/robots.txt" { GET all discovery::pages::robots => cache() }
    "/llms.txt" { GET all discovery::pages::llms => cache() }
    "/site.webmanifest" { GET all discovery::pages::manifest => cache() }
    "/.well-known/security.txt" { GET all discovery::pages::security }
    "/.well-known/change-password" { GET all discovery::pages::change_password }
    "/about" { GET all info::pages::about => cache() }
    "/guidelines" { GET all info::pages::guidelines => cache() }
    "/privacy" { GET all info::pages::privacy => cache() }
    "/readers/{username}" { GET all accounts::pages::profile => cache() }
    "/join" { GET all accounts::pages::join, POST all accounts::pages::create ["10 accounts an hour and network; 100 refused in 10 minutes"] }
    "/login" { GET all accounts::pages::login, POST all accounts::pages::log_in ["10 failures in 10 minutes a name and network, 100 a network; 100 an hour an account"] }
    "/login/two-factor" { GET all accounts::pages::ask_code, POST all accounts::pages::check_code ["5 wrong codes in 10 minutes an account"] }
    "/login/passkey" { POST all accounts::pages::passkeys::log_in ["100 in 10 minutes a network"] }
    "/login/oidc" { GET all accounts::pages::provider::begin ["60 in 10 minutes a network"] }
    "/login/oidc/callback" { GET all accounts::pages::provider::callback, POST all accounts::pages::provider_join::finish ["as log-in and join"] }
    "/forgot" { GET all accounts::pages::forgot, POST all accounts::pages::ask_reset ["30 an hour a network; 3 mails an hour an address"] }
    "/reset/{token}" { GET all accounts::pages::reset, POST all accounts::pages::set_reset }
    "/verify/{token}" { GET all accounts::pages::verify, POST all accounts::pages::verified }
    "/logout" { POST all accounts::pages::log_out ["60 in 10 minutes"] }
    "/setup/{token}" { GET all admin::pages::setup, POST all admin::pages::install }
    "/account" { GET reader accounts::pages::show, POST reader accounts::pages::update ["30 in 10 minutes"] }
    "/account/password" { GET reader accounts::pages::password, POST reader accounts::pages::update_password ["10 failures in 10 minutes"] }
    "/account/sessions" { GET reader accounts::pages::sessions, POST reader accounts::pages::end_session ["30 a minute"] }
    "/account/confirm" { GET reader accounts::pages::confirm, POST reader accounts::pages::prove ["10 failures in 10 minutes; 5 wrong codes"] }
    "/account/email" { GET reader accounts::pages::email, POST reader accounts::pages::update_email ["10 an hour; 3 mails an hour an address"] }
    "/account/email/cancel/{token}" { GET all accounts::pages::cancel, POST all accounts::pages::cancelled }
    "/account/not-me/{token}" { GET all accounts::pages::not_me, POST all accounts::pages::was_not_me }
    "/account/two-factor" { GET reader accounts::pages::two_factor, POST reader accounts::pages::change_two_factor ["5 wrong codes in 10 minutes"] }
    "/account/passkeys" { GET reader accounts::pages::passkeys::index, POST reader accounts::pages::passkeys::change ["20 passkeys"] }
    "/account/provider" { GET reader accounts::pages::provider::show, POST reader accounts::pages::provider::change }
    "/account/picture" { GET reader accounts::pages::picture::show, POST reader accounts::pages::picture::update ["20 an hour; 10 MiB"] }
    "/account/username" { GET reader accounts::pages::username::show, POST reader accounts::pages::username::update ["once in 30 days; 10 failures in 10 minutes"] }
    "/account/comments" { GET reader accounts::pages::own_comments::index }
    "/portraits/{file}" { GET all accounts::pages::picture::file }
    "/account/export" { GET reader accounts::pages::export::show, POST reader accounts::pages::export::request ["5 a day"] }
    "/account/export/file" { GET reader accounts::pages::export::file }
    "/account/delete" { GET reader accounts::pages::leave::ask, POST reader accounts::pages::leave::delete ["10 failures in 10 minutes"] }
    "/admin/joins" { GET moderator accounts::pages::joins::index }
    "/admin/joins/{id}/approve" { POST moderator accounts::pages::joins::approve }
    "/admin/joins/{id}/refuse" { POST moderator accounts::pages::joins::refuse }
    "/admin" { GET staff admin::pages::show }
    "/admin/comments" { GET moderator queues::pages::index }
    "/admin/comments/bulk" { POST moderator queues::pages::bulk ["100 comments"] }
    "/admin/comments/{id}/approve" { POST moderator queues::pages::approve }
    "/admin/comments/{id}/reject" { POST moderator queues::pages::reject }
    "/admin/comments/{id}/undo" { POST moderator queues::pages::undo }
    "/admin/readers/{id}" { GET moderator readers::pages::show }
    "/admin/readers/{id}/ban" { POST moderator readers::pages::ban }
    "/admin/readers/{id}/picture" { POST moderator accounts::pages::picture::moderate }
    "/admin/readers/{id}/lift" { POST moderator readers::pages::lift }
    "/admin/articles" { GET editor editor::pages::index }
    "/admin/articles/bulk" { POST editor editor::pages::bulk ["100 articles"] }
    "/admin/calendar" { GET editor editor::pages::calendar }
    "/admin/front" { GET editor editor::pages::front, POST editor editor::pages::pin }
    "/admin/articles/new" { GET editor editor::pages::new, POST editor editor::pages::create ["2 MiB"] }
    "/admin/articles/import" { GET editor editor::pages::import, POST editor editor::pages::upload ["2 MiB"] }
    "/admin/articles/{id}" { GET editor editor::pages::show, POST editor editor::pages::update ["2 MiB"] }
    "/admin/articles/{id}/preview" { GET editor editor::pages::preview }
    "/admin/articles/{id}/revisions" { GET editor editor::pages::revisions }
    "/admin/articles/{id}/submit" { POST editor editor::pages::submit ["2 MiB"] }
    "/admin/articles/{id}/publish" { POST editor editor::pages::publish ["2 MiB"] }
    "/admin/articles/{id}/schedule" { POST editor editor::pages::schedule ["2 MiB"] }
    "/admin/articles/{id}/unschedule" { POST editor editor::pages::unschedule ["2 MiB"] }
    "/admin/articles/{id}/unpublish" { POST editor editor::pages::unpublish ["2 MiB"] }
    "/admin/articles/{id}/delete" { POST editor editor::pages::delete ["2 MiB"] }
    "/admin/articles/{id}/correct" { POST editor editor::pages::correct }
    "/admin/articles/{id}/restore" { POST editor editor::pages::restore }
    "/admin/articles/{id}/comments" { POST editor editor::pages::comments }
    "/admin/articles/{id}/share" { POST editor editor::pages::share }
    "/admin/media" { GET editor media::pages::index, POST editor media::pages::upload ["20 files; pictures 10 MiB, recordings 200 MiB together"] }
    "/admin/media/{id}" { GET editor media::pages::item, POST editor media::pages::describe }
    "/admin/media/{id}/replace" { POST editor editor::pages::replace ["one picture, 10 MiB"] }
    "/admin/media/{id}/delete" { POST editor media::pages::delete }
    "/pages/{slug}" { GET all info::pages::show => cache() }
    "/admin/pages" { GET editor info::pages::index, POST editor info::pages::create ["2 MiB"] }
    "/admin/pages/{slug}" { GET editor info::pages::edit, POST editor info::pages::update ["2 MiB"] }
    "/admin/pages/{slug}/delete" { GET editor info::pages::ask, POST editor info::pages::delete }
    "/preview/{token}" { GET all editor::pages::shared }
    "/admin/settings" { GET admin admin::pages::settings, POST admin admin::pages::update }
    "/admin/staff" { GET admin admin::pages::staff_index, POST admin admin::pages::staff_update }
    "/admin/invitations" { GET admin accounts::pages::invitations::index, POST admin accounts::pages::invitations::create }
    "/admin/invitations/{id}/revoke" { POST admin accounts::pages::invitations::revoke }
    "/invite/{token}" { GET all accounts::pages::invite::show, POST all accounts::pages::invite::accept }
    "/admin/log" { GET staff log::pages::index }
    "/admin/mail" { GET admin mail::pages::index }
    "/admin/mail/{id}/retry" { POST admin mail::pages::retry }
    "/admin/mail/{id}/discard" { POST admin mail::pages::discard }
    "/admin/jobs" { GET admin jobs::pages::index }
    "/admin/jobs/{id}/retry" { POST admin jobs::pages::retry }
    "/admin/jobs/{id}/discard" { POST admin jobs::pages::discard }
    "/own/{file}" { GET all theme::own_css }
    "/theme" { POST all theme::choose }
    "/theme.css" { GET all theme::style_sheet }
    "/static/{file}" { GET all page::assets::show }
    "/media/{file}" { GET all media::pages::show }
    "/favicon.ico" { GET all page::assets::favicon }
    "/healthz" { GET ops ops::healthz }
    "/readyz" { GET ops ops::readyz }
}
