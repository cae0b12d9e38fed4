//! The access log: a line on standard output for each request, cache hits included. Written by its own thread: if the
//! reader of the log is slow or gone, lines are dropped, and no request waits.

#![allow(
    clippy::disallowed_types,
    reason = "the lock is for closing alone: no request waits for it"
)]

use crate::config::AccessLog as Format;
use crate::web::guard::redact_path;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use std::io::Write;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Instant;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

/// The format and the writer of the access log.
#[derive(Debug)]
pub struct AccessLog {
    format: Format,
    writer: NonBlocking,
    guard: Mutex<Option<WorkerGuard>>,
}

/// The line of a request in progress.
#[derive(Debug)]
pub struct Line {
    format: Format,
    writer: NonBlocking,
    began: Instant,
    from: IpAddr,
    method: String,
    target: String,
    version: &'static str,
    is_written: bool,
}

impl AccessLog {
    pub fn new(format: Format) -> AccessLog {
        let (writer, guard) = NonBlockingBuilder::default()
            .buffered_lines_limit(16_384)
            .thread_name("access-log")
            .finish(std::io::stdout());
        AccessLog {
            format,
            writer,
            guard: Mutex::new(Some(guard)),
        }
    }

    /// The number of lines that were dropped because nobody read them in time.
    pub fn dropped(&self) -> usize {
        self.writer.error_counter().dropped_lines()
    }

    /// Writes the buffered lines, for a second at most.
    pub fn close(&self) {
        drop(self.guard.lock().unwrap_or_else(|e| e.into_inner()).take());
    }

    /// Begins a line.
    pub fn begin(&self, request: &ServiceRequest, from: IpAddr, began: Instant) -> Line {
        let version = match request.version() {
            actix_web::http::Version::HTTP_10 => "HTTP/1.0",
            actix_web::http::Version::HTTP_2 => "HTTP/2.0",
            _ => "HTTP/1.1",
        };
        Line {
            format: self.format,
            writer: self.writer.clone(),
            began,
            from,
            method: request.method().to_string(),
            target: redact_path(request.uri().path_and_query().map_or("", |t| t.as_str()))
                .to_owned(),
            version,
            is_written: false,
        }
    }
}

impl Line {
    /// Ends the line with what was answered.
    pub fn end<B: MessageBody>(mut self, answer: &Result<ServiceResponse<B>, actix_web::Error>) {
        let (status, bytes) = match answer {
            Ok(response) => {
                let bytes = match response.response().body().size() {
                    BodySize::Sized(bytes) => Some(bytes),
                    BodySize::None => Some(0),
                    BodySize::Stream => None,
                };
                (response.status(), bytes)
            }
            Err(error) => (error.as_response_error().status_code(), None),
        };
        self.write(status.as_u16(), bytes);
    }

    fn write(&mut self, status: u16, bytes: Option<u64>) {
        let line = self.line(jiff::Zoned::now(), status, bytes);
        let _ = self.writer.write_all(line.as_bytes());
        self.is_written = true;
    }

    fn line(&self, now: jiff::Zoned, status: u16, bytes: Option<u64>) -> String {
        match self.format {
            Format::Common => format!(
                "{} - - [{}] \"{} {} {}\" {} {}\n",
                self.from,
                now.strftime("%d/%b/%Y:%H:%M:%S %z"),
                self.method,
                // Characters that would end the quoted field.
                self.target.replace('"', "%22").replace('\\', "%5C"),
                self.version,
                status,
                bytes.map_or_else(|| "-".into(), |bytes| bytes.to_string()),
            ),
            Format::Json => {
                let line = serde_json::json!({
                    "time": now.timestamp().to_string(),
                    "from": self.from.to_string(),
                    "method": self.method,
                    "target": self.target,
                    "status": status,
                    "bytes": bytes,
                    "microseconds": self.began.elapsed().as_micros() as u64,
                });
                format!("{line}\n")
            }
        }
    }
}

/// A client that disconnects before the response is logged with status 499, as nginx does.
impl Drop for Line {
    fn drop(&mut self) {
        if !self.is_written {
            self.write(499, Some(0));
        }
    }
}
