//! The page with the comment form: preview, validation errors, reply, edit, and log-in required.

use crate::comments::store::{self, ArticleThread};
use crate::db::Conn;
use crate::error::Error;
use crate::interface::Interface;
use crate::paths;
use crate::text::SafeHtml;
use crate::web::fields::Link;
use crate::web::viewer::shown_name;
use crate::web::{Page, State, Viewer, page};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The comment that is replied to.
#[derive(Clone, Debug)]
pub struct Parent {
    pub id: i64,
    pub name: String,
    pub html: SafeHtml,
}

#[derive(Template)]
#[template(path = "comments/compose.html")]
pub struct ComposePage {
    pub page: Page,
    pub t: Interface,
    pub heading: String,
    pub article: Link,
    pub parent: Option<Parent>,
    pub preview: Option<SafeHtml>,
    /// The stored text, if it has changed since the edit form was loaded.
    pub current: Option<SafeHtml>,
    pub alert: String,
    pub error: String,
    pub action: String,
    pub body: String,
    pub parent_id: String,
    pub key: String,
    pub revision: String,
    pub is_edit: bool,
    /// Whether the form can be sent; if not, the text is only shown for copying.
    pub may_send: bool,
    pub way: Option<Link>,
}

impl ComposePage {
    pub fn new(
        state: &State,
        viewer: &Viewer,
        article: &ArticleThread,
        heading: String,
    ) -> ComposePage {
        let mut page = Page::new(state, viewer, &heading).unlisted();
        page.next = paths::article(&article.slug);
        ComposePage {
            page,
            t: state.t(),
            heading,
            article: Link {
                href: paths::article(&article.slug),
                text: article.title.clone(),
            },
            parent: None,
            preview: None,
            current: None,
            alert: String::new(),
            error: String::new(),
            action: paths::article_comments(&article.slug),
            body: String::new(),
            parent_id: String::new(),
            key: crate::web::headers::new_idempotency_key(),
            revision: String::new(),
            is_edit: false,
            may_send: true,
            way: None,
        }
    }

    pub fn answer(&self, status: StatusCode) -> Result<HttpResponse, Error> {
        let refusals = vec![("", self.alert.clone()), ("body", self.error.clone())];
        page::refused(status, self, refusals)
    }
}

/// The comment to reply to; `None` if it does not exist or is not public.
pub fn parent(conn: &mut Conn, id: i64) -> Result<Option<Parent>, Error> {
    let comment = match store::find(conn, id) {
        Ok(comment) => comment,
        Err(Error::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    if !comment.status.is_public() {
        return Ok(None);
    }
    let (username, name) = store::author_name(conn, comment.author_id)?;
    Ok(Some(Parent {
        id,
        name: shown_name(&username, &name).to_owned(),
        html: store::text_of(conn, id)?,
    }))
}
