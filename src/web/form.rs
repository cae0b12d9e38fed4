//! Form bodies: read with a size limit and a deadline, decoded once and strictly, and saved for error pages.

use crate::error::Error;
use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use url::form_urlencoded;

/// The largest form, in bytes.
pub const FORM_LIMIT: usize = 256 * 1024;
/// Bytes that are still read and discarded, so that a client that is still sending can receive the response.
const DRAIN_LIMIT: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(20);
/// Fields whose text an error page gives back.
const TEXT_FIELDS: [&str; 5] = ["body", "bio", "detail", "note", "tagline"];

/// The body of a POST, or the error of reading it: the handler reports that only when it reads the form.
#[derive(Debug)]
pub struct FormBody(Result<Vec<(String, String)>, Error>);

/// Request extension: text that was submitted, for an error page to give back.
#[derive(Clone, Debug)]
pub struct SubmittedText(pub String);

impl FormBody {
    /// The form as a struct.
    ///
    /// # Errors
    /// `NotAForm`, `TooLarge`, and `Malformed` for an unknown or repeated field and for what is not UTF-8.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(self.pairs()?);
        serde_html_form::from_str(&encoded.finish()).map_err(|_| unknown_field())
    }

    /// Names and values in the order in which they were sent.
    ///
    /// # Errors
    /// As [`FormBody::read`], but for unknown and repeated fields.
    pub fn pairs(&self) -> Result<&[(String, String)], Error> {
        self.0.as_deref().map_err(Clone::clone)
    }

    /// One field by name, also if the form as a whole cannot be read.
    pub fn field(&self, name: &str) -> Option<&str> {
        let pairs = self.0.as_deref().ok()?;
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A form without documented fields: any field is refused.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmptyForm {}

/// The error of a form with fields that its address does not take.
pub fn unknown_field() -> Error {
    Error::Malformed(
        "The form has a field that this address does not know, or one of its fields twice.".into(),
    )
}

impl FromRequest for FormBody {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let announced = request
                .headers()
                .get(header::CONTENT_LENGTH)
                .and_then(|v| v.to_str().ok()?.parse().ok())
                .unwrap_or(0);
            let posted = FormBody(match announced > DRAIN_LIMIT {
                true => Err(Error::TooLarge { limit: FORM_LIMIT }),
                false => tokio::time::timeout(DEADLINE, receive(&request, payload))
                    .await
                    .unwrap_or(Err(Error::RequestTimeout)),
            });
            let text = TEXT_FIELDS.iter().find_map(|name| {
                let text = posted.field(name)?;
                (!text.is_empty()).then(|| SubmittedText(text.to_owned()))
            });
            if let Some(text) = text {
                request.extensions_mut().insert(text);
            }
            Ok(posted)
        })
    }
}

/// Reads and decodes a body by its content type.
async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
) -> Result<Vec<(String, String)>, Error> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .map_or("", |v| v.to_str().unwrap_or("?"));
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let bytes = read(&mut payload).await?;
    if kind.eq_ignore_ascii_case("multipart/form-data") {
        let whole = Whole(Some(Bytes::from(bytes)));
        return multipart(Multipart::new(request.headers(), whole)).await;
    }
    // A form without fields may come without a type.
    let is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        || (bytes.is_empty() && kind.is_empty());
    match is_form {
        true => urlencoded(&bytes),
        false => Err(Error::NotAForm),
    }
}

fn urlencoded(bytes: &[u8]) -> Result<Vec<(String, String)>, Error> {
    // `form_urlencoded` would replace invalid bytes.
    let decoded: Vec<u8> = percent_encoding::percent_decode(bytes).collect();
    if std::str::from_utf8(&decoded).is_err() {
        return Err(not_utf8());
    }
    Ok(form_urlencoded::parse(bytes).into_owned().collect())
}

/// The fields of a multipart form. Files have addresses of their own.
async fn multipart(mut form: Multipart) -> Result<Vec<(String, String)>, Error> {
    let broken = || Error::Malformed("The form did not arrive whole.".into());
    let mut pairs = Vec::new();
    while let Some(field) = next(&mut form).await {
        let mut field = field.map_err(|_| match pairs.is_empty() {
            true => Error::NotAForm,
            false => broken(),
        })?;
        let (Some(name), None) = (
            field.name().map(str::to_owned),
            field.content_disposition().and_then(|d| d.get_filename()),
        ) else {
            return Err(unknown_field());
        };
        let mut value = Vec::new();
        while let Some(chunk) = next(&mut field).await {
            value.extend_from_slice(&chunk.map_err(|_| broken())?);
        }
        pairs.push((name, String::from_utf8(value).map_err(|_| not_utf8())?));
    }
    Ok(pairs)
}

/// A body that has been read, as a stream. So names and headers of parts count towards the limit as well.
struct Whole(Option<Bytes>);

impl futures_core::Stream for Whole {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

fn not_utf8() -> Error {
    Error::Malformed("The form is not UTF-8 text.".into())
}

async fn read(payload: &mut Payload) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(chunk) = next(payload).await {
        let chunk: Bytes = chunk
            .map_err(|_: PayloadError| Error::Malformed("The form did not arrive whole.".into()))?;
        seen += chunk.len();
        if seen > DRAIN_LIMIT {
            break;
        }
        if seen <= FORM_LIMIT {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > FORM_LIMIT {
        Err(Error::TooLarge { limit: FORM_LIMIT })
    } else {
        Ok(bytes)
    }
}

/// The next item of a stream.
async fn next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}
