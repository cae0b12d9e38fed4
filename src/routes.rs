//! The site on one page: every address, verb, role and handler.

use crate::error::Error;
use crate::feeds::{Atom, Json, Rss, pages as feed};
use crate::redirects::Known;
use crate::web::cache::{KeptRoute, Param};
use crate::{
    accounts, admin, articles, cards, comments, discovery, info, log, media, moderation, ops,
    search, web as page,
};
use actix_web::{guard, web};
use serde::Serialize;

/// One address and verb, as `masthead routes --json` prints it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Route {
    pub method: &'static str,
    pub path: &'static str,
    /// `all reader staff moderator editor admin ops`
    pub role: &'static str,
    pub limits: &'static str,
    /// Its pages are kept in memory, told apart by these parts of the query.
    #[serde(skip)]
    pub keep: Option<&'static [Param]>,
}

/// The address that a path belongs to, if its pages are kept.
pub fn kept(path: &str) -> Option<KeptRoute> {
    let (index, route) = ROUTES
        .iter()
        .enumerate()
        .find(|(_, r)| r.method == "GET" && fits(r.path, path))?;
    let query = route.keep?;
    Some(KeptRoute { index, query })
}

/// What an address that is read is to the router, for [`crate::redirects`].
pub fn known(path: &str) -> Known {
    let found = ROUTES
        .iter()
        .find(|r| r.method == "GET" && fits(r.path, path));
    match found {
        None => Known::Nothing,
        Some(route) if route.path.contains('{') => Known::Pattern,
        Some(_) => Known::Literal,
    }
}

fn fits(pattern: &str, path: &str) -> bool {
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

macro_rules! routes {
    ($($path:literal { $($method:ident $role:ident $handler:path $([$limits:literal])? $(=> keep($($query:ident$(=$($value:ident)|+)?),*))?),+ $(,)? })+) => {
        /// Every address of the site.
        pub const ROUTES: &[Route] = &[$($(Route {
            method: stringify!($method),
            path: $path,
            role: stringify!($role),
            limits: concat!($($limits)?),
            keep: routes!(@keep $(($(Param {
                name: stringify!($query),
                values: &[$($(stringify!($value)),+)?],
            }),*))?),
        }),+),+];

        /// Gives the router its addresses.
        pub fn configure(app: &mut web::ServiceConfig) {
            $(app.service(web::resource($path)$(.route(routes!(@verb $method).to($handler)))+.default_service(web::to(|| async {
                const ALLOW: &str = routes!(@allow $($method),+);
                Err::<actix_web::HttpResponse, _>(Error::NotAllowed { allow: ALLOW })
            })));)+
            app.default_service(web::to(not_found));
        }
    };
    (@keep) => { None };
    (@keep ($($param:expr),*)) => { Some(&[$($param),*]) };
    (@verb GET) => { web::route().guard(guard::Any(guard::Get()).or(guard::Head())) };
    (@verb POST) => { web::post() };
    (@allow GET) => { "GET, HEAD" };
    (@allow POST) => { "POST" };
    (@allow GET, POST) => { "GET, HEAD, POST" };
}

routes! {
    "/" { GET all articles::pages::front => keep() }
    "/articles/{slug}" { GET all articles::pages::show => keep(sort = newest | oldest | best | replies, after) }
    "/articles/{slug}/card.png" { GET all cards::pages::show => keep() }
    "/articles/{slug}/comments.atom" { GET all feed::thread => keep() }
    "/articles/{slug}/revisions" { GET all articles::pages::revisions => keep() }
    "/articles/{slug}/revisions/{n}" { GET all articles::pages::revision => keep() }
    "/articles/{slug}/comments" { POST reader comments::pages::create ["10 a minute, 60 an hour, 60 previews a minute; 256 KiB"] }
    "/articles/{slug}/comments/{id}" { GET all comments::pages::show => keep(after) }
    "/comments/{id}/reply" { GET reader comments::pages::reply }
    "/comments/{id}/edit" { GET reader comments::pages::edit, POST reader comments::pages::update ["30 a minute; 256 KiB"] }
    "/comments/{id}/delete" { POST reader comments::pages::delete ["20 a minute, staff 120, undeleting included"] }
    "/comments/{id}/undelete" { POST reader comments::pages::undelete ["20 a minute, staff 120, deleting included"] }
    "/comments/{id}/flag" { GET reader comments::pages::flag, POST reader comments::pages::raise ["10 a minute; 256 KiB"] }
    "/sections/{slug}" { GET all articles::pages::section => keep(after) }
    "/sections/{slug}/feed.atom" { GET all feed::section::<Atom> => keep() }
    "/sections/{slug}/feed.rss" { GET all feed::section::<Rss> => keep() }
    "/sections/{slug}/feed.json" { GET all feed::section::<Json> => keep() }
    "/tags/{slug}" { GET all articles::pages::tag => keep(after) }
    "/tags/{slug}/feed.atom" { GET all feed::tag::<Atom> => keep() }
    "/tags/{slug}/feed.rss" { GET all feed::tag::<Rss> => keep() }
    "/tags/{slug}/feed.json" { GET all feed::tag::<Json> => keep() }
    "/authors/{slug}" { GET all articles::pages::author => keep(after) }
    "/authors/{slug}/feed.atom" { GET all feed::author::<Atom> => keep() }
    "/authors/{slug}/feed.rss" { GET all feed::author::<Rss> => keep() }
    "/authors/{slug}/feed.json" { GET all feed::author::<Json> => keep() }
    "/archive" { GET all articles::pages::archive => keep() }
    "/archive/{yyyy}/{mm}" { GET all articles::pages::month => keep(after) }
    "/search" { GET all search::pages::index }
    "/corrections" { GET all articles::pages::corrections => keep(after) }
    "/corrections/feed.atom" { GET all feed::corrections::<Atom> => keep() }
    "/corrections/feed.rss" { GET all feed::corrections::<Rss> => keep() }
    "/corrections/feed.json" { GET all feed::corrections::<Json> => keep() }
    "/feed.atom" { GET all feed::site::<Atom> => keep() }
    "/feed.rss" { GET all feed::site::<Rss> => keep() }
    "/feed.json" { GET all feed::site::<Json> => keep() }
    "/sitemap.xml" { GET all discovery::pages::sitemap => keep(part) }
    "/news-sitemap.xml" { GET all discovery::pages::news_sitemap }
    "/robots.txt" { GET all discovery::pages::robots => keep() }
    "/llms.txt" { GET all discovery::pages::llms => keep() }
    "/site.webmanifest" { GET all discovery::pages::manifest => keep() }
    "/.well-known/security.txt" { GET all discovery::pages::security }
    "/.well-known/change-password" { GET all discovery::pages::change_password }
    "/about" { GET all info::about => keep() }
    "/guidelines" { GET all info::guidelines => keep() }
    "/privacy" { GET all info::privacy => keep() }
    "/readers/{username}" { GET all accounts::pages::profile => keep() }
    "/join" { GET all accounts::pages::join, POST all accounts::pages::create ["10 accounts an hour and network; 100 refused in 10 minutes"] }
    "/login" { GET all accounts::pages::login, POST all accounts::pages::log_in ["10 failures in 10 minutes a name and network, 100 a network; 100 an hour an account"] }
    "/logout" { POST all accounts::pages::log_out ["60 in 10 minutes"] }
    "/setup/{token}" { GET all admin::pages::setup, POST all admin::pages::install }
    "/account" { GET reader accounts::pages::show, POST reader accounts::pages::update ["30 in 10 minutes"] }
    "/account/password" { GET reader accounts::pages::password, POST reader accounts::pages::update_password ["10 failures in 10 minutes"] }
    "/account/sessions" { GET reader accounts::pages::sessions, POST reader accounts::pages::end_session ["30 a minute"] }
    "/admin" { GET staff admin::pages::show }
    "/admin/comments" { GET moderator moderation::pages::index }
    "/admin/comments/bulk" { POST moderator moderation::pages::bulk ["100 comments"] }
    "/admin/comments/{id}/approve" { POST moderator moderation::pages::approve }
    "/admin/comments/{id}/reject" { POST moderator moderation::pages::reject }
    "/admin/settings" { GET admin admin::pages::settings, POST admin admin::pages::update }
    "/admin/staff" { GET admin admin::pages::staff_index, POST admin admin::pages::staff_update }
    "/admin/log" { GET admin log::pages::index }
    "/static/{file}" { GET all page::assets::show }
    "/media/{file}" { GET all media::pages::show }
    "/favicon.ico" { GET all page::assets::favicon }
    "/healthz" { GET ops ops::healthz }
    "/readyz" { GET ops ops::readyz }
}
