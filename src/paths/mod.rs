//! Builds all URLs of the site; no other module writes one. The router's patterns are in `routes.rs`.

mod admin;

pub use admin::*;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;

pub const FRONT: &str = "/";
pub const SEARCH: &str = "/search";
pub const ARCHIVE: &str = "/archive";
pub const AUTHORS: &str = "/authors";
pub const TAGS: &str = "/tags";
pub const THEME: &str = "/theme";
pub const THEME_CSS: &str = "/theme.css";
pub const FEEDS: &str = "/feeds";
pub const CORRECTIONS: &str = "/corrections";
pub const SITEMAP: &str = "/sitemap.xml";
pub const NEWS_SITEMAP: &str = "/news-sitemap.xml";
pub const MANIFEST: &str = "/site.webmanifest";
pub const SECURITY: &str = "/.well-known/security.txt";
pub const ABOUT: &str = "/about";
pub const GUIDELINES: &str = "/guidelines";
pub const PRIVACY: &str = "/privacy";
pub const JOIN: &str = "/join";
pub const LOGIN: &str = "/login";
pub const LOGOUT: &str = "/logout";
pub const ACCOUNT: &str = "/account";
pub const ACCOUNT_PASSWORD: &str = "/account/password";
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
pub const ACCOUNT_EMAIL: &str = "/account/email";
pub const ACCOUNT_TWO_FACTOR: &str = "/account/two-factor";
pub const ACCOUNT_CONFIRM: &str = "/account/confirm";
pub const ACCOUNT_PASSKEYS: &str = "/account/passkeys";
pub const LOGIN_OIDC: &str = "/login/oidc";
pub const LOGIN_OIDC_CALLBACK: &str = "/login/oidc/callback";
pub const ACCOUNT_PICTURE: &str = "/account/picture";
pub const ACCOUNT_USERNAME: &str = "/account/username";
pub const ACCOUNT_COMMENTS: &str = "/account/comments";
pub const ACCOUNT_PROVIDER: &str = "/account/provider";
pub const LOGIN_PASSKEY: &str = "/login/passkey";
pub const ACCOUNT_EXPORT: &str = "/account/export";
pub const ACCOUNT_EXPORT_FILE: &str = "/account/export/file";
pub const ACCOUNT_DELETE: &str = "/account/delete";
pub const LOGIN_TWO_FACTOR: &str = "/login/two-factor";
pub const FORGOT: &str = "/forgot";
pub const ADMIN_JOINS: &str = "/admin/joins";
pub const ADMIN: &str = "/admin";
pub const ADMIN_COMMENTS: &str = "/admin/comments";
pub const ADMIN_ARTICLES: &str = "/admin/articles";
pub const ADMIN_ARTICLES_NEW: &str = "/admin/articles/new";
pub const ADMIN_ARTICLES_IMPORT: &str = "/admin/articles/import";
pub const ADMIN_MEDIA: &str = "/admin/media";
pub const ADMIN_PAGES: &str = "/admin/pages";
pub const ADMIN_INVITATIONS: &str = "/admin/invitations";
pub const ADMIN_ARTICLES_BULK: &str = "/admin/articles/bulk";
pub const ADMIN_CALENDAR: &str = "/admin/calendar";
pub const ADMIN_FRONT: &str = "/admin/front";
pub const ADMIN_FRONT_SAVED: &str = "/admin/front?saved";
pub const ADMIN_BULK: &str = "/admin/comments/bulk";
pub const ADMIN_SETTINGS: &str = "/admin/settings";
pub const ADMIN_SETTINGS_SAVED: &str = "/admin/settings?saved";
pub const ADMIN_STAFF: &str = "/admin/staff";
pub const ADMIN_LOG: &str = "/admin/log";
pub const ADMIN_MAIL: &str = "/admin/mail";
pub const ADMIN_JOBS: &str = "/admin/jobs";

const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');

/// Characters to percent-encode in a `mailto:` URL: <https://www.rfc-editor.org/rfc/rfc6068#section-5>
const MAILTO_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Names of index files, which are left out at the end of a path.
const INDEXES: [&str; 4] = ["/index.html", "/index.htm", "/index.php", "/index"];

/// A path percent-decoded, composed (NFC) and in lower case.
pub fn comparable(path: &str) -> String {
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    path.nfc().collect::<String>().to_lowercase()
}

/// A path as paths are compared: percent-decoded, composed (NFC), in lower case, without index file, empty segments and
/// trailing slash.
pub fn lookup_key(path: &str) -> String {
    let path = comparable(path);
    let mut path = path.trim_end_matches('/');
    while let Some(shorter) = INDEXES.iter().find_map(|index| path.strip_suffix(index)) {
        path = shorter.trim_end_matches('/');
    }
    // Removes empty segments, as in `//articles//a`.
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("/{}", parts.join("/"))
}

pub fn article(slug: &str) -> String {
    format!("/articles/{slug}")
}
pub fn article_comments(slug: &str) -> String {
    format!("/articles/{slug}/comments")
}
/// The social card of an article: the picture that other sites show next to a link.
pub fn card(slug: &str) -> String {
    format!("/articles/{slug}/card.png")
}
pub fn revisions(slug: &str) -> String {
    format!("/articles/{slug}/revisions")
}
pub fn revision(slug: &str, number: i64) -> String {
    format!("/articles/{slug}/revisions/{number}")
}
pub fn section(slug: &str) -> String {
    format!("/sections/{slug}")
}
pub fn tag(slug: &str) -> String {
    format!("/tags/{slug}")
}
pub fn author(slug: &str) -> String {
    format!("/authors/{slug}")
}
pub fn month(year: i16, month: i8) -> String {
    format!("/archive/{year:04}/{month:02}")
}
pub fn year(year: i16) -> String {
    format!("/archive/{year:04}")
}
/// A page of a list; the first page (empty cursor) is the list's own path.
pub fn list_page(list: &str, cursor: &str) -> String {
    if cursor.is_empty() {
        list.to_owned()
    } else {
        format!("{list}?after={cursor}")
    }
}
/// A feed of a list: `atom`, `rss` or `json`; of the whole site for the front page.
pub fn feed(list: &str, kind: &str) -> String {
    format!("{}/feed.{kind}", list.trim_end_matches('/'))
}
pub fn thread_feed(slug: &str) -> String {
    format!("/articles/{slug}/comments.atom")
}
/// One part of the sitemap.
pub fn sitemap(part: &str) -> String {
    format!("{SITEMAP}?part={part}")
}
/// A path with these parameters; empty ones are left out.
fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    let parts: Vec<String> = given
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)))
        .collect();
    match parts.is_empty() {
        true => path.into(),
        false => format!("{path}?{}", parts.join("&")),
    }
}
/// Search with the given query and filters; empty fields are left out.
pub fn search(fields: &[(&str, &str)]) -> String {
    with_query(SEARCH, fields)
}
/// A `mailto:` URL for recommending an article by e-mail.
pub fn mailto_url(subject: &str, body: &str) -> String {
    let (subject, body) = (
        utf8_percent_encode(subject, MAILTO_ESCAPES),
        utf8_percent_encode(body, MAILTO_ESCAPES),
    );
    format!("mailto:?subject={subject}&body={body}")
}
/// A conversation's own page, scrolled to the comment.
pub fn comment(slug: &str, id: i64) -> String {
    format!("/articles/{slug}/comments/{id}#comment-{id}")
}
pub fn conversation(slug: &str, id: i64) -> String {
    format!("/articles/{slug}/comments/{id}")
}
/// The article's page, scrolled to the comment.
pub fn comment_on_article(slug: &str, id: i64) -> String {
    format!("/articles/{slug}#comment-{id}")
}
pub fn thread(slug: &str, sort: &str, after: &str) -> String {
    match (sort, after) {
        ("newest" | "", "") => format!("/articles/{slug}#comments"),
        (sort, "") => format!("/articles/{slug}?sort={sort}#comments"),
        (sort, after) => format!("/articles/{slug}?sort={sort}&after={after}#comments"),
    }
}
pub fn conversation_after(slug: &str, id: i64, after: &str) -> String {
    format!("/articles/{slug}/comments/{id}?after={after}")
}
/// An action on a comment: `reply`, `edit`, `delete`, `undelete`, `flag`.
pub fn comment_action(id: i64, what: &str) -> String {
    format!("/comments/{id}/{what}")
}
pub fn moderation_action(id: i64, what: &str) -> String {
    format!("/admin/comments/{id}/{what}")
}
/// A page that is no article.
pub fn page(slug: &str) -> String {
    match slug {
        "about" | "guidelines" | "privacy" => format!("/{slug}"),
        slug => format!("/pages/{slug}"),
    }
}
/// Where people with an invitation create their account.
pub fn invite(token: &str) -> String {
    format!("/invite/{token}")
}
/// The newsroom's calendar of a month.
pub fn admin_calendar(year: i16, month: i8) -> String {
    format!("{ADMIN_CALENDAR}?month={year:04}-{month:02}")
}
/// The publication's own style sheet.
pub fn own_css(hash: &str) -> String {
    format!("/own/{hash}.css")
}
/// The page of an article for people with the link.
pub fn preview_link(token: &str) -> String {
    format!("/preview/{token}")
}
pub fn reader(username: &str) -> String {
    format!("/readers/{username}")
}
/// A picture of a person, with this side in pixels.
pub fn portrait(name: &str, side: u32) -> String {
    format!("/portraits/{name}-{side}.jpg")
}
pub fn media(file: &str) -> String {
    format!("/media/{file}")
}
pub fn setup(token: &str) -> String {
    format!("/setup/{token}")
}
pub fn login(next: &str) -> String {
    format!("{LOGIN}?next={}", utf8_percent_encode(next, QUERY))
}
/// Where people log in by OpenID Connect, and then go on.
pub fn login_oidc(next: &str) -> String {
    with_query(LOGIN_OIDC, &[("next", next)])
}
/// The log-in page, which says what was done.
pub fn login_done(done: &str) -> String {
    format!("{LOGIN}?done={done}")
}
/// A page of the account, which says what was done.
pub fn account_done(path: &str, done: &str) -> String {
    format!("{path}?done={done}")
}
/// Where people prove once more who they are, before they go on.
pub fn confirm(next: &str) -> String {
    with_query(ACCOUNT_CONFIRM, &[("next", next)])
}
/// Where an address is proved.
pub fn verify(token: &str) -> String {
    format!("/verify/{token}")
}
/// Where a forgotten password is replaced.
pub fn reset(token: &str) -> String {
    format!("/reset/{token}")
}
/// Where a change of address is taken back.
pub fn cancel_email(token: &str) -> String {
    format!("/account/email/cancel/{token}")
}
/// Where people say that a change or log-in was not theirs.
pub fn not_me(token: &str) -> String {
    format!("/account/not-me/{token}")
}
pub fn join(next: &str) -> String {
    if next == FRONT {
        JOIN.into()
    } else {
        format!("{JOIN}?next={}", utf8_percent_encode(next, QUERY))
    }
}

/// The page to return to after logging in, for the path that a form was posted to.
pub fn return_path(path: &str) -> String {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["articles", slug, "comments"] => format!("/articles/{slug}"),
        ["comments", _, "edit" | "flag" | "reply"] => path.to_owned(),
        ["admin", "comments", ..] => queue("reported"),
        ["account", ..] | ["admin", ..] => format!(
            "/{}",
            parts.iter().take(2).copied().collect::<Vec<_>>().join("/")
        ),
        _ => FRONT.into(),
    }
}

/// `next` if it is a path of this site, else the front page. A browser reads `\` as `/` and drops tabs and newlines,
/// so that `/\example.org` would leave the site: <https://url.spec.whatwg.org/#concept-basic-url-parser>
pub fn local(next: &str) -> &str {
    let starts_well = next.starts_with('/') && !next.starts_with("//");
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if starts_well && plain && next.len() <= 2000 {
        next
    } else {
        FRONT
    }
}
