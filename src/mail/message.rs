//! Renders a mail: subject, text and HTML part, headers.

use super::store::MailRow;
use super::texts::{Text, text};
use crate::config::Config;
use crate::db::tagged;
use crate::error::Error;
use crate::web::Site;
use askama::Template;
use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

/// The text of a mail: paragraphs, and a link that stands alone.
#[derive(Template)]
#[template(path = "mail/message.html")]
struct Html<'a> {
    text: &'a Text,
    site_name: &'a str,
    language: &'a str,
    direction: &'static str,
}

/// The same without markup.
#[derive(Template)]
#[template(path = "mail/message.txt", escape = "none", whitespace = "preserve")]
struct Plain<'a> {
    text: &'a Text,
    site_name: &'a str,
}

/// The message of an outbox row. `key`: the site's, which tokens in links are made from.
///
/// # Errors
/// `Internal` for a kind that this version does not know or an address that mail cannot be sent to.
pub fn render(row: &MailRow, config: &Config, site: &Site, key: &[u8]) -> Result<Message, Error> {
    let mail = tagged::from_row(&row.kind, &row.payload)
        .ok_or_else(|| Error::internal(format!("this version knows no mail {}", row.kind)))?;
    let text = text(&mail, site, (&config.base.origin, key));
    let html = Html {
        text: &text,
        site_name: &site.name,
        language: &site.language,
        direction: site.direction(),
    };
    let plain = Plain {
        text: &text,
        site_name: &site.name,
    };
    let parts = MultiPart::alternative_plain_html(
        plain.render().map_err(Error::internal)?,
        html.render().map_err(Error::internal)?,
    );
    let to: Mailbox = row.recipient.parse().map_err(Error::internal)?;
    let message = Message::builder()
        .from(sender(config, site)?)
        .to(to)
        .subject(&text.subject)
        .date(row.created_at.stamp().into())
        .message_id(Some(format!("<{}@{}>", row.message_id, host(config))))
        .multipart(parts);
    let mut message = message.map_err(Error::internal)?;
    // No automatic replies: <https://www.rfc-editor.org/rfc/rfc3834#section-5>
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".into(),
    ));
    Ok(message)
}

fn sender(config: &Config, site: &Site) -> Result<Mailbox, Error> {
    if let Some(from) = &config.mail_from {
        return from.parse().map_err(Error::internal);
    }
    let address = format!("noreply@{}", host(config)).parse();
    Ok(Mailbox::new(
        Some(site.name.clone()),
        address.map_err(Error::internal)?,
    ))
}

/// The domain of the site's own addresses. An IP address is none.
fn host(config: &Config) -> &str {
    let authority = &config.base.authority;
    let host = authority
        .rsplit_once(':')
        .map_or(&**authority, |(host, _)| host);
    match host.contains(|c: char| c.is_ascii_alphabetic()) && !host.starts_with('[') {
        true => host,
        false => "localhost",
    }
}
