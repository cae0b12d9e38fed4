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

/// The slowest rate at which files may arrive, in bytes a second; it lengthens [`DEADLINE`].
const FILE_RATE: usize = 64 * 1024;

/// The body of a POST, or the error of reading it: the handler reports that only when it reads the form.
#[derive(Debug)]
pub struct FormBody(Result<Parts, Error>);

/// Data of a resource (`app_data`): the largest text of its forms, in bytes; elsewhere it is [`FORM_LIMIT`].
#[derive(Clone, Copy, Debug)]
pub struct TextLimit(pub usize);

/// Data of a resource (`app_data`) whose forms may send files in this field, together at most so many bytes. Other addresses
/// refuse files.
#[derive(Clone, Copy, Debug)]
pub struct FileLimit {
    pub field: &'static str,
    pub bytes: usize,
}

#[derive(Debug, Default)]
struct Parts {
    pairs: Vec<(String, String)>,
    files: Vec<(String, UploadedFile)>,
}

/// A file of a form. The name is what the browser sent; nothing about it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

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
        let parts = self.0.as_ref().map_err(Clone::clone)?;
        Ok(&parts.pairs)
    }

    /// The files of one field, in the order in which they were sent. None if the body could not be read.
    pub fn files(&self, field: &str) -> impl Iterator<Item = &UploadedFile> {
        let files = self.0.as_ref().map_or(&[][..], |parts| &parts.files);
        let of_field = files.iter().filter(move |(name, _)| name == field);
        of_field.map(|(_, file)| file)
    }

    /// One field by name, also if the form as a whole cannot be read.
    pub fn field(&self, name: &str) -> Option<&str> {
        let parts = self.0.as_ref().ok()?;
        let found = parts.pairs.iter().find(|(key, _)| key == name);
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
        let limit = request
            .app_data::<FileLimit>()
            .copied()
            .filter(|_| is_multipart(&request));
        let file_bytes = limit.map_or(0, |limit| limit.bytes);
        let text_bytes = request
            .app_data::<TextLimit>()
            .map_or(FORM_LIMIT, |limit| limit.0);
        let limits = (text_bytes, limit);
        let deadline = DEADLINE + Duration::from_secs((file_bytes / FILE_RATE) as u64);
        Box::pin(async move {
            let announced = request
                .headers()
                .get(header::CONTENT_LENGTH)
                .and_then(|v| v.to_str().ok()?.parse().ok())
                .unwrap_or(0);
            let posted = FormBody(match announced > DRAIN_LIMIT.max(text_bytes + file_bytes) {
                true => Err(Error::TooLarge {
                    limit: text_bytes + file_bytes,
                }),
                false => tokio::time::timeout(deadline, receive(&request, payload, limits))
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

/// The content type, without its parameters.
fn content_type(request: &HttpRequest) -> &str {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or("", |v| v.to_str().unwrap_or("?"));
    kind.split(';').next().unwrap_or_default().trim()
}

fn is_multipart(request: &HttpRequest) -> bool {
    content_type(request).eq_ignore_ascii_case("multipart/form-data")
}

/// Reads and decodes a body by its content type.
async fn receive(
    request: &HttpRequest,
    mut payload: Payload,
    (text_bytes, limit): (usize, Option<FileLimit>),
) -> Result<Parts, Error> {
    let file_bytes = limit.map_or(0, |limit| limit.bytes);
    let bytes = read(&mut payload, text_bytes + file_bytes).await?;
    if is_multipart(request) {
        let whole = WholeBody(Some(Bytes::from(bytes)));
        let form = Multipart::new(request.headers(), whole);
        return multipart(form, (text_bytes, limit)).await;
    }
    let kind = content_type(request);
    // A form without fields may come without a type.
    let is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        || (bytes.is_empty() && kind.is_empty());
    match is_form {
        true => urlencoded(&bytes),
        false => Err(Error::NotAForm),
    }
}

fn urlencoded(bytes: &[u8]) -> Result<Parts, Error> {
    // `form_urlencoded` would replace invalid bytes.
    let decoded: Vec<u8> = percent_encoding::percent_decode(bytes).collect();
    if std::str::from_utf8(&decoded).is_err() {
        return Err(not_utf8());
    }
    Ok(Parts {
        pairs: form_urlencoded::parse(bytes).into_owned().collect(),
        files: Vec::new(),
    })
}

async fn multipart(
    mut form: Multipart,
    (most_text, limit): (usize, Option<FileLimit>),
) -> Result<Parts, Error> {
    let broken = || Error::Malformed("The form did not arrive whole.".into());
    let mut parts = Parts::default();
    let (mut text_bytes, mut file_bytes) = (0, 0);
    while let Some(field) = next(&mut form).await {
        let is_first = parts.pairs.is_empty() && parts.files.is_empty();
        let mut field = field.map_err(|_| match is_first {
            true => Error::NotAForm,
            false => broken(),
        })?;
        let disposition = field.content_disposition();
        let file = disposition.and_then(|d| d.get_filename().map(str::to_owned));
        let Some(name) = field.name().map(str::to_owned) else {
            return Err(unknown_field());
        };
        let mut value = Vec::new();
        while let Some(chunk) = next(&mut field).await {
            value.extend_from_slice(&chunk.map_err(|_| broken())?);
        }
        match (file, limit) {
            // Browsers send a file field that was left empty as an empty file without a name.
            (Some(file), _) if file.is_empty() && value.is_empty() => {}
            (Some(file), Some(limit)) if limit.field == name => {
                file_bytes += value.len();
                within(file_bytes, limit.bytes)?;
                let file = UploadedFile {
                    name: file,
                    bytes: value,
                };
                parts.files.push((name, file));
            }
            (Some(_), _) => return Err(unknown_field()),
            (None, _) => {
                text_bytes += name.len() + value.len();
                within(text_bytes, most_text)?;
                let value = String::from_utf8(value).map_err(|_| not_utf8())?;
                parts.pairs.push((name, value));
            }
        }
    }
    Ok(parts)
}

fn within(bytes: usize, limit: usize) -> Result<(), Error> {
    match bytes > limit {
        true => Err(Error::TooLarge { limit }),
        false => Ok(()),
    }
}

/// A body that has been read, as a stream. So names and headers of parts count towards the limit as well.
struct WholeBody(Option<Bytes>);

impl futures_core::Stream for WholeBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

fn not_utf8() -> Error {
    Error::Malformed("The form is not UTF-8 text.".into())
}

async fn read(payload: &mut Payload, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut seen = 0;
    while let Some(chunk) = next(payload).await {
        let chunk: Bytes = chunk
            .map_err(|_: PayloadError| Error::Malformed("The form did not arrive whole.".into()))?;
        seen += chunk.len();
        if seen > DRAIN_LIMIT.max(limit) {
            break;
        }
        if seen <= limit {
            bytes.extend_from_slice(&chunk);
        }
    }
    within(seen, limit)?;
    Ok(bytes)
}

/// The next item of a stream.
pub async fn next<S: futures_core::Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}
