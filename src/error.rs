//! The error type: what ends a request early, and with which status. A form with a refused value is not an error: it is
//! shown again, with its text.
//!
//! | variant | status | when |
//! |---|---|---|
//! | `Malformed` | 400 | what cannot be decoded |
//! | `SignInFirst`, `PasswordChangeRequired` | 303 | a page that needs an account; a role that needs a new password |
//! | `SecondFactorRequired`, `ProofRequired` | 303 | a role that needs a second factor; what needs a fresh proof |
//! | `Forbidden`, `CsrfRejected` | 403 | no role; a form from another site |
//! | `Banned`, `AwaitsApproval` | 403 | a suspended account; one that is not approved yet |
//! | `NotFound` | 404 | unknown, or not yours |
//! | `Gone` | 410 | marked as removed in the operator's list of redirects |
//! | `NotAllowed` | 405 | a known address, another method |
//! | `RequestTimeout` | 408 | the body did not arrive in time |
//! | `Conflict` | 409 | the target of an action has ended meanwhile |
//! | `TooLarge`, `NotAForm` | 413, 415 | |
//! | `ForeignHost` | 421 | a `Host` header that does not name this site |
//! | `Refused` | 422 | an invalid value in a form that cannot be shown again |
//! | `TooMany` | 429 | a rate limit |
//! | `Unavailable` | 503 | storage does not answer or is full, or a queue is full |
//! | `Internal` | 500 | an internal error; the cause is logged, never shown |

use actix_web::http::StatusCode;
use std::fmt;

/// The prefix of database errors whose SQLSTATE is known; added by `db::sqlstate`.
pub const PREFIX: &str = "SQLSTATE ";

#[derive(Clone, Debug)]
pub enum Error {
    Malformed(String),
    SignInFirst {
        next: String,
    },
    /// Staff whose password was chosen under the rules for readers, and must be changed.
    PasswordChangeRequired,
    /// Staff whose role needs a second factor.
    SecondFactorRequired,
    /// Something that needs a proof of identity that is not older than ten minutes; then on to `next`.
    ProofRequired {
        next: String,
    },
    /// An account that a moderator has not approved yet.
    AwaitsApproval,
    Forbidden,
    CsrfRejected,
    Banned {
        reason: String,
        /// Milliseconds since 1970; none = for good.
        until: Option<i64>,
    },
    NotFound,
    /// The operator removed it for good.
    Gone,
    NotAllowed {
        allow: &'static str,
    },
    Conflict(String),
    TooLarge {
        limit: usize,
    },
    NotAForm,
    RequestTimeout,
    ForeignHost,
    Refused(String),
    TooMany {
        seconds: i64,
    },
    Unavailable(String),
    Internal {
        cause: String,
        retryable: bool,
    },
}

impl Error {
    pub fn internal(cause: impl fmt::Display) -> Error {
        Error::Internal {
            cause: cause.to_string(),
            retryable: false,
        }
    }

    /// The session ended while its request was in progress. The guard, which has the request, fills in `next`.
    pub fn session_ended() -> Error {
        Error::SignInFirst {
            next: String::new(),
        }
    }

    /// Whether the transaction may succeed if it runs again: after a serialisation failure (SQLSTATE 40001), a deadlock
    /// (40P01) or a unique violation.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Error::Internal {
                retryable: true,
                ..
            }
        )
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Error::Malformed(_) => StatusCode::BAD_REQUEST,
            Error::SignInFirst { .. }
            | Error::PasswordChangeRequired
            | Error::SecondFactorRequired
            | Error::ProofRequired { .. } => StatusCode::SEE_OTHER,
            Error::Forbidden
            | Error::CsrfRejected
            | Error::Banned { .. }
            | Error::AwaitsApproval => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Gone => StatusCode::GONE,
            Error::NotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Error::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// For the log and the command line; browsers get a page from `web::error_pages`.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Malformed(why)
            | Error::Conflict(why)
            | Error::Refused(why)
            | Error::Unavailable(why) => f.write_str(why),
            Error::Internal { cause, .. } => f.write_str(cause),
            Error::NotFound => f.write_str("not found"),
            other => write!(f, "{}", other.status()),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Error {
        use diesel::result::{DatabaseErrorKind, Error as E};
        let cause = error.to_string();
        match error {
            E::NotFound => Error::NotFound,
            E::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Error::Internal {
                cause,
                retryable: true,
            },
            E::DatabaseError(..) if cause.starts_with(PREFIX) => by_sqlstate(cause),
            E::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Error::Internal {
                cause,
                retryable: true,
            },
            E::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            ) => Error::Unavailable(cause),
            E::DatabaseError(..) if is_storage_trouble(&cause) => Error::Unavailable(cause),
            _ => Error::Internal {
                cause,
                retryable: false,
            },
        }
    }
}

/// Classifies a PostgreSQL error by its SQLSTATE, because its messages are localised.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn by_sqlstate(cause: String) -> Error {
    let code = cause[PREFIX.len()..].split(':').next().unwrap_or_default();
    match (code, code.get(..2).unwrap_or_default()) {
        // A serialisation failure or a deadlock.
        ("40001" | "40P01", _) => Error::Internal {
            cause,
            retryable: true,
        },
        // Connection, resources (disk, memory, connections), a lock or a statement that took too long, the operator, the
        // system, damaged data.
        ("55P03" | "25006", _) | (_, "08" | "53" | "57" | "58" | "XX") => Error::Unavailable(cause),
        _ => Error::Internal {
            cause,
            retryable: false,
        },
    }
}

/// Whether a SQLite error is about storage or locks, not the query. Its messages are never localised:
/// <https://www.sqlite.org/rescode.html>
fn is_storage_trouble(cause: &str) -> bool {
    [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        // Reported if a page cannot be read, or files were removed.
        "database disk image is malformed",
        "file is not a database",
        "unable to open database file",
        "attempt to write a readonly database",
        // A failed write has rolled the transaction back.
        "no such savepoint",
    ]
    .iter()
    .any(|t| cause.contains(t))
}

impl actix_web::ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.status()
    }
    fn error_response(&self) -> actix_web::HttpResponse {
        actix_web::HttpResponse::new(self.status())
    }
}
