//! The SQLSTATE of PostgreSQL errors. diesel passes on the server's message, which is localised, but not the
//! five-character error code; so the code is read from the protocol stream as it arrives.
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>

#![allow(
    clippy::disallowed_types,
    reason = "held only to store or take five bytes, by one connection"
)]

use crate::error::PREFIX;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

/// The SQLSTATE of the last error that a connection received.
#[derive(Clone, Debug, Default)]
pub(super) struct LastSqlstate(Arc<Mutex<Option<String>>>);

impl LastSqlstate {
    fn note(&self, code: String) {
        *self.0.lock().unwrap_or_else(|e| e.into_inner()) = Some(code);
    }

    /// Adds the SQLSTATE to an error's message, where diesel has no kind for it.
    pub(super) fn with_sqlstate(&self, error: Error) -> Error {
        let code = self.0.lock().unwrap_or_else(|e| e.into_inner()).take();
        match (error, code) {
            (Error::DatabaseError(DatabaseErrorKind::Unknown, inner), Some(code)) => {
                let message = format!("{PREFIX}{code}: {}", inner.message());
                let explained = ErrorWithSqlstate { message, inner };
                Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(explained))
            }
            (error, _) => error,
        }
    }
}

/// The rows of a result; errors while reading them get their SQLSTATE as well.
pub struct Rows<C> {
    inner: C,
    last: LastSqlstate,
}

impl<C> Rows<C> {
    pub(super) fn new(inner: C, last: LastSqlstate) -> Rows<C> {
        Rows { inner, last }
    }
}

impl<R, C: Iterator<Item = Result<R, Error>>> Iterator for Rows<C> {
    type Item = Result<R, Error>;
    fn next(&mut self) -> Option<Self::Item> {
        let next = self.inner.next()?;
        Some(next.map_err(|error| self.last.with_sqlstate(error)))
    }
}

struct ErrorWithSqlstate {
    message: String,
    inner: Box<dyn DatabaseErrorInformation + Send + Sync>,
}

impl DatabaseErrorInformation for ErrorWithSqlstate {
    fn message(&self) -> &str {
        &self.message
    }
    fn details(&self) -> Option<&str> {
        self.inner.details()
    }
    fn hint(&self) -> Option<&str> {
        self.inner.hint()
    }
    fn table_name(&self) -> Option<&str> {
        self.inner.table_name()
    }
    fn column_name(&self) -> Option<&str> {
        self.inner.column_name()
    }
    fn constraint_name(&self) -> Option<&str> {
        self.inner.constraint_name()
    }
    fn statement_position(&self) -> Option<i32> {
        self.inner.statement_position()
    }
}

/// A stream to the server that picks the SQLSTATE out of error messages, and has a response timeout.
#[derive(Debug)]
pub(super) struct SqlstateReader<S> {
    stream: S,
    reader: Reader,
    last: LastSqlstate,
    /// How long the server may take to answer, if there is a limit.
    patience: Option<Duration>,
    /// When the response to a pending request is due.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> SqlstateReader<S> {
    /// `begins_plain`: the stream may begin with the reply to an SSLRequest; if that accepts TLS, parsing ends there.
    pub(super) fn new(
        stream: S,
        last: LastSqlstate,
        begins_plain: bool,
        patience: Option<Duration>,
    ) -> SqlstateReader<S> {
        let reader = if begins_plain {
            Reader::SslReply
        } else {
            Reader::header()
        };
        SqlstateReader {
            stream,
            reader,
            last,
            patience,
            deadline: None,
        }
    }
}

/// Parser state in the stream of messages (type, length, body).
#[derive(Debug)]
enum Reader {
    SslReply,
    /// The five bytes of type and length, and how many of them have arrived.
    Header([u8; 5], usize),
    /// Bytes left of a message that is not an error.
    Skip(usize),
    ErrorBody {
        left: usize,
        read: Vec<u8>,
    },
    /// From here on it is encrypted.
    Encrypted,
}

impl Reader {
    fn header() -> Reader {
        Reader::Header([0; 5], 0)
    }

    fn feed(&mut self, mut bytes: &[u8], last: &LastSqlstate) {
        while let Some((first, rest)) = bytes.split_first() {
            match self {
                Reader::Encrypted => return,
                Reader::SslReply => {
                    // The reply to an SSLRequest is `S` or `N`; any other first byte is the type of a message.
                    *self = match first {
                        b'S' => Reader::Encrypted,
                        b'N' => Reader::header(),
                        kind => Reader::Header([*kind, 0, 0, 0, 0], 1),
                    };
                    bytes = rest;
                }
                Reader::Header(read, there) => {
                    read[*there] = *first;
                    *there += 1;
                    bytes = rest;
                    if *there == read.len() {
                        let [kind, length @ ..] = *read;
                        let left = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                        *self = match (kind, left) {
                            (_, 0) => Reader::header(),
                            (b'E', left) if left <= 64 * 1024 => Reader::ErrorBody {
                                left,
                                read: Vec::with_capacity(left),
                            },
                            (_, left) => Reader::Skip(left),
                        };
                    }
                }
                Reader::Skip(left) => {
                    let here = bytes.len().min(*left);
                    *left -= here;
                    bytes = &bytes[here..];
                    if *left == 0 {
                        *self = Reader::header();
                    }
                }
                Reader::ErrorBody { left, read } => {
                    let here = bytes.len().min(*left);
                    read.extend_from_slice(&bytes[..here]);
                    *left -= here;
                    bytes = &bytes[here..];
                    if *left == 0 {
                        if let Some(code) = code(read) {
                            last.note(code);
                        }
                        *self = Reader::header();
                    }
                }
            }
        }
    }
}

/// Field `C` (SQLSTATE) of an ErrorResponse, whose fields are a type byte and a NUL-terminated string.
fn code(fields: &[u8]) -> Option<String> {
    let mut fields = fields.split(|byte| *byte == 0);
    let code = fields.find_map(|field| field.strip_prefix(b"C"))?;
    String::from_utf8(code.to_vec()).ok()
}

impl<S: AsyncRead + Unpin> AsyncRead for SqlstateReader<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let done = Pin::new(&mut this.stream).poll_read(cx, buffer);
        this.reader.feed(&buffer.filled()[before..], &this.last);
        if done.is_ready() {
            this.deadline = None;
        } else if let Some(deadline) = &mut this.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            // A hung server keeps its connections open and sends nothing.
            let late = io::Error::new(io::ErrorKind::TimedOut, "the server does not answer");
            return Poll::Ready(Err(late));
        }
        done
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for SqlstateReader<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let (Some(patience), None) = (self.patience, &self.deadline) {
            self.deadline = Some(Box::pin(tokio::time::sleep(patience)));
            // So that `poll_read` polls the deadline.
            cx.waker().wake_by_ref();
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: TlsStream + Unpin> TlsStream for SqlstateReader<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// Wraps a TLS connector, so that the decrypted stream is parsed.
pub(super) struct SqlstateReaderTls<C> {
    pub inner: C,
    pub last: LastSqlstate,
}

impl<S, C> TlsConnect<S> for SqlstateReaderTls<C>
where
    C: TlsConnect<S>,
    C::Stream: Unpin,
    C::Future: Send + 'static,
{
    type Stream = SqlstateReader<C::Stream>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, C::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let (connecting, last) = (self.inner.connect(stream), self.last);
        Box::pin(async move { Ok(SqlstateReader::new(connecting.await?, last, false, None)) })
    }
}
