//! The cookie of the theme that a reader without script chose. Handlers see no cookie but the session's
//! (`web::cache::middleware`), so its value reaches the style sheet of themes as a request extension.

use crate::paths;
use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;

/// The cookie's name.
pub const NAME: &str = "theme";

/// Request extension: the chosen theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenTheme(pub &'static str);

/// Keeps the chosen theme of a request for the style sheet; unknown values are ignored.
pub fn keep(request: &ServiceRequest) {
    if request.path() != paths::THEME_CSS {
        return;
    }
    let sent = request.headers().get_all(header::COOKIE);
    let mut pairs = sent.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let chosen = pairs.find_map(|pair| match pair.trim_ascii() {
        b"theme=light" => Some("light"),
        b"theme=dark" => Some("dark"),
        _ => None,
    });
    if let Some(theme) = chosen {
        request.extensions_mut().insert(ChosenTheme(theme));
    }
}
