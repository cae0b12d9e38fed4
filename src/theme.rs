//! The theme that a reader without script chose, kept in a cookie until the browser is closed.
//!
//! Pages are the same for everybody, so a style sheet that only such browsers load (`<noscript>`) brings the choice.

use crate::error::Error;
use crate::paths;
use crate::web::theme_cookie::{self, ChosenTheme};
use crate::web::{FormBody, Shared, page};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use serde::Deserialize;
use url::{Position, Url};

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Theme {
    Auto,
    Light,
    Dark,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeForm {
    theme: Theme,
}

/// `POST /theme`: keeps the choice, and leads back to the page that it was made on.
pub async fn choose(
    state: Shared,
    request: HttpRequest,
    posted: FormBody,
) -> Result<HttpResponse, Error> {
    let ThemeForm { theme } = posted.read()?;
    let mut cookie = Cookie::build(theme_cookie::NAME, "")
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.config.base.https)
        .finish();
    match theme {
        Theme::Auto => cookie.make_removal(),
        Theme::Light => cookie.set_value("light"),
        Theme::Dark => cookie.set_value("dark"),
    }
    let mut response = page::see_other(&referring_path(&state, &request));
    response.add_cookie(&cookie).map_err(Error::internal)?;
    Ok(response)
}

/// The path of the page of this site that sent the form; else the front page.
fn referring_path(state: &Shared, request: &HttpRequest) -> String {
    let referrer = request.headers().get(header::REFERER);
    let url = referrer
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Url::parse(value).ok())
        .filter(|url| url.origin().ascii_serialization() == state.config.base.origin);
    url.map_or_else(
        || paths::FRONT.to_owned(),
        |url| paths::local(&url[Position::BeforePath..Position::AfterQuery]).to_owned(),
    )
}

/// `GET /theme.css`
pub async fn style_sheet(request: HttpRequest) -> HttpResponse {
    let chosen = request.extensions().get::<ChosenTheme>().copied();
    let css = style(chosen.map_or("auto", |ChosenTheme(theme)| theme));
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(css)
}

/// The page in this theme, and buttons instead of the switch that a script follows.
fn style(theme: &str) -> String {
    let scheme = match theme {
        "auto" => "light dark",
        chosen => chosen,
    };
    format!(
        "@media screen {{ :root {{ color-scheme: {scheme}; }} }}\n\
         .theme label {{ display: none; }}\n\
         .theme button[value={theme}] {{ color: var(--ink); border-bottom-color: var(--accent); }}\n"
    )
}

/// `GET /own/{hash}.css`: the publication's own style sheet. Its name changes with it.
pub async fn own_css(state: Shared, file: web::Path<String>) -> Result<HttpResponse, Error> {
    let site = state.site();
    let (path, css) = &site.own_css;
    if path.is_empty() || !path.ends_with(&format!("/{file}")) {
        return Err(Error::NotFound);
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(css.clone()))
}
