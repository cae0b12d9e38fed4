//! Page layout: the data that `layout.html` needs, and responses from rendered templates, cacheable or not.

use crate::db::invalidation::CacheTag;
use crate::db::{Time, Version};
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::text::SafeHtml;
use crate::web::cache::{
    self, Audience, ReaderPage, RequestedPage, key_placeholder, name_placeholder,
};
use crate::web::headers::new_idempotency_key;
use crate::web::look::Look;
use crate::web::site::Section;
use crate::web::{Account, Site, State, Viewer, assets};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A timestamp as a page prints it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateView {
    /// For `<time datetime>`.
    pub iso: String,
    pub shown: String,
}

impl DateView {
    pub fn day(site: &Site, time: Time) -> DateView {
        DateView {
            iso: time.rfc3339(),
            shown: site.day(time),
        }
    }
    pub fn minute(site: &Site, time: Time) -> DateView {
        DateView {
            iso: time.rfc3339(),
            shown: site.minute(time),
        }
    }
}

/// The signed-in person, for the page header.
#[derive(Clone, Debug)]
pub struct Person {
    pub username: String,
    pub shown_name: String,
    pub is_staff: bool,
    pub moderates: bool,
    pub writes: bool,
    pub edits: bool,
    /// Sees some part of the log.
    pub has_log: bool,
    pub administers: bool,
    pub waiting: i64,
}

/// A feed that a page links to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    pub href: String,
    pub mime: &'static str,
    pub title: String,
}

impl Feed {
    /// The three formats of a list's feed.
    pub fn all(list: &str, title: &str) -> Vec<Feed> {
        let kinds = [
            ("atom", "application/atom+xml"),
            ("rss", "application/rss+xml"),
            ("json", "application/feed+json"),
        ];
        kinds
            .map(|(kind, mime)| Feed {
                href: paths::feed(list, kind),
                mime,
                title: title.to_owned(),
            })
            .into()
    }
}

#[derive(Clone, Debug, Default)]
pub struct Card {
    pub kind: &'static str,
    pub title: String,
    /// Absolute; empty = none.
    pub image: String,
}

/// The most sections in the header; the archive lists all.
const SECTIONS: usize = 8;

#[derive(Clone, Debug)]
pub struct Page {
    pub t: Interface,
    pub site_name: String,
    pub tagline: String,
    pub lang: String,
    /// The interface's language where it is not the content's; else empty.
    pub ui_lang: &'static str,
    /// The complete `<title>`.
    pub title: String,
    pub description: String,
    /// Absolute; empty = none.
    pub canonical: String,
    pub keywords: String,
    pub noindex: bool,
    pub person: Option<Person>,
    pub join_open: bool,
    /// The path to return to after logging in.
    pub next: String,
    /// Whether the page has the dashboard's header instead of the public one.
    pub dashboard: bool,
    /// The current item of the dashboard's navigation.
    pub current: &'static str,
    pub css: &'static str,
    /// The publication's own style sheet; empty = it has none, or this is a page of the staff.
    pub own_css: String,
    /// The style sheet of staff pages.
    pub admin_css: &'static str,
    /// The script of staff pages.
    pub newsroom_js: &'static str,
    pub js: &'static str,
    pub theme_js: &'static str,
    pub look: Arc<Look>,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// The sections in the header.
    pub sections: Vec<Section>,
    /// The slug of the section that this page belongs to.
    pub section: String,
    /// Feeds of this page, besides the site's own.
    pub feeds: Vec<Feed>,
    /// Open Graph data for link previews on other sites: <https://ogp.me/>.
    pub card: Card,
    /// Structured data (JSON-LD); empty = none.
    pub json_ld: SafeHtml,
    pub serif: &'static str,
    pub sans: &'static str,
}

impl Page {
    /// A public page with default metadata. An empty title: the site's name alone. For staff pages see [`Page::dashboard`].
    pub fn new(state: &State, viewer: &Viewer, title: &str) -> Page {
        let site = state.site();
        let person = viewer.account().map(|a| Person {
            username: a.username.clone(),
            shown_name: a.shown_name().to_owned(),
            is_staff: a.is_staff(),
            moderates: a.moderates(),
            writes: a.writes(),
            edits: a.edits(),
            has_log: a.moderates() || a.edits(),
            administers: a.administers(),
            waiting: a.waiting,
        });
        Page {
            t: state.t(),
            title: if title.is_empty() {
                site.name.clone()
            } else {
                format!("{title} · {}", site.name)
            },
            description: String::new(),
            canonical: String::new(),
            keywords: String::new(),
            noindex: false,
            person,
            join_open: site.join_open,
            next: paths::FRONT.into(),
            dashboard: false,
            current: "",
            site_name: site.name.clone(),
            tagline: site.tagline.clone(),
            lang: site.language.clone(),
            ui_lang: Interface::fallback_tag(&site.language),
            css: assets::SITE_CSS,
            own_css: site.own_css.0.clone(),
            admin_css: assets::ADMIN_CSS,
            newsroom_js: assets::NEWSROOM_JS,
            js: assets::SITE_JS,
            theme_js: assets::THEME_JS,
            look: site.look.clone(),
            dir: site.direction(),
            sections: site.sections.iter().take(SECTIONS).cloned().collect(),
            section: String::new(),
            feeds: Vec::new(),
            card: Card {
                kind: "website",
                title: if title.is_empty() { &site.name } else { title }.to_owned(),
                image: String::new(),
            },
            json_ld: SafeHtml::default(),
            serif: assets::SOURCE_SERIF_4_WOFF2,
            sans: assets::SOURCE_SANS_3_WOFF2,
        }
    }

    /// A page of the staff dashboard.
    pub fn dashboard(state: &State, viewer: &Viewer, title: &str, current: &'static str) -> Page {
        Page {
            dashboard: true,
            // A mistake in it must not lock anybody out.
            own_css: String::new(),
            current,
            noindex: true,
            ..Page::new(state, viewer, title)
        }
    }

    pub fn at(mut self, state: &State, path: &str) -> Page {
        self.canonical = format!("{}{path}", state.config.base.origin);
        self.next = path.to_owned();
        self
    }

    pub fn about(mut self, description: &str) -> Page {
        self.description = description.to_owned();
        self
    }

    pub fn unlisted(mut self) -> Page {
        self.noindex = true;
        self
    }

    /// The site's own feeds and this page's.
    pub fn all_feeds(&self) -> Vec<Feed> {
        let mut all = self.feeds.clone();
        all.extend(Feed::all(paths::FRONT, &self.site_name));
        all
    }

    pub fn login(&self) -> String {
        paths::login(&self.next)
    }

    pub fn join(&self) -> String {
        paths::join(&self.next)
    }

    /// [`Page::login`], then on to the form for a comment.
    pub fn login_to_comment(&self) -> String {
        paths::login(&format!("{}#body", self.next))
    }

    pub fn join_to_comment(&self) -> String {
        paths::join(&format!("{}#body", self.next))
    }
}

/// Renders a template as a response.
///
/// # Errors
/// `Internal` when the template fails.
pub fn answer(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let body = template.render().map_err(Error::internal)?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(body))
}

pub fn ok(template: &impl Template) -> Result<HttpResponse, Error> {
    answer(StatusCode::OK, template)
}

/// Response extension: why a form was refused, as field and message, for clients that want JSON. Without a field: about the
/// form as a whole.
#[derive(Clone, Debug, Default)]
pub struct Refusals(pub Vec<(&'static str, String)>);

/// The form again, with its errors. Messages that are empty are none.
pub fn refused(
    status: StatusCode,
    template: &impl Template,
    refusals: Vec<(&'static str, String)>,
) -> Result<HttpResponse, Error> {
    let mut response = answer(status, template)?;
    let given = refusals.into_iter().filter(|(_, why)| !why.is_empty());
    response.extensions_mut().insert(Refusals(given.collect()));
    Ok(response)
}

/// A 303 redirect, as after a successful POST.
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .finish()
}

/// A page that is the same for everybody who is not signed in: for them it is cached until one of these cache tags
/// changes after `since`. For signed-in viewers it does the same as [`ok`].
///
/// # Errors
/// `Internal` when the template fails.
pub fn cached(
    template: &impl Template,
    viewer: &Viewer,
    since: Version,
    cache_tags: &[CacheTag],
) -> Result<HttpResponse, Error> {
    let mut response = ok(template)?;
    if viewer.account().is_none() {
        cache::mark_cacheable(&mut response, since, cache_tags);
    }
    Ok(response)
}

/// A cacheable response that is not a page, the same for everybody and made only from these cache tags: a feed, a
/// sitemap, a picture. `last_modified` enables conditional requests.
pub fn cached_file(
    viewer: &Viewer,
    since: Version,
    cache_tags: &[CacheTag],
    mime: &'static str,
    last_modified: Option<Time>,
    body: impl Into<actix_web::web::Bytes>,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, mime));
    if let Some(at) = last_modified {
        // HTTP has no dates before 1970, which a clock that was never set may give.
        let at: std::time::SystemTime = Time(at.0.max(0)).stamp().into();
        response.insert_header(header::LastModified(at.into()));
    }
    let mut response = response.body(body.into());
    if viewer.account().is_none() {
        cache::mark_cacheable(&mut response, since, cache_tags);
    }
    response
}

/// How a page that signed-in readers share is cached.
pub struct SharedPage<'a> {
    pub since: Version,
    pub cache_tags: &'a [CacheTag],
    /// Which readers see the same page as this viewer; used only if the viewer is a plain reader.
    pub audience: Audience,
    /// When something on the page expires by itself, in wall-clock time.
    pub until: Option<Time>,
    pub now: Time,
}

/// [`cached`], and cached for signed-in readers as well. `build` gets the viewer and the idempotency key of the form;
/// it may print the viewer's shown name and that key, and no other data that belongs to one person alone. Staff, banned
/// accounts and others who are not plain readers ([`Account::is_plain`]) get an uncached page of their own.
///
/// # Errors
/// `Internal` when the template fails.
pub async fn cached_for_readers<T: Template>(
    state: &State,
    request: &HttpRequest,
    viewer: &Viewer,
    shares: &SharedPage<'_>,
    build: impl FnOnce(&Viewer, String) -> T,
) -> Result<HttpResponse, Error> {
    let Some(account) = viewer.account() else {
        let page = build(viewer, String::new());
        return cached(&page, viewer, shares.since, shares.cache_tags);
    };
    let wanted = request.extensions().get::<RequestedPage>().cloned();
    let Some(wanted) = wanted.filter(|_| account.is_plain()) else {
        return ok(&build(viewer, new_idempotency_key()));
    };
    let stand_in = Viewer(Some(match shares.audience {
        Audience::One(_) => account.under_name(name_placeholder()),
        Audience::Readers | Audience::Newcomers => Account::nobody(name_placeholder()),
    }));
    let html = build(&stand_in, key_placeholder().to_owned())
        .render()
        .map_err(Error::internal)?;
    let left = |until: Time| Duration::from_millis((until.0 - shares.now.0).max(0) as u64);
    let reader = ReaderPage {
        account,
        audience: shares.audience,
        since: shares.since,
        until: shares.until.map(|until| Instant::now() + left(until)),
    };
    state
        .cache
        .cache_for_readers(
            state,
            &wanted,
            html,
            &reader,
            shares.cache_tags,
            request.headers(),
        )
        .await
}
