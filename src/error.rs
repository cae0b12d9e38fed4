//! What ends a request early. A refused form is no error: it is the form again, with the text kept.
//!
//! | variant | status | when |
//! |---|---|---|
//! | `Malformed` | 400 | what cannot be decoded |
//! | `SignInFirst`, `PasswordDue` | 303 | a page that needs an account; a role that needs a new password |
//! | `Forbidden`, `Forged`, `Banned` | 403 | no role; a form from another site; a suspended account |
//! | `NotFound` | 404 | unknown, or not yours |
//! | `Removed` | 410 | the operator's list of redirects says so |
//! | `NotAllowed` | 405 | a known address, another method |
//! | `Gone` | 409 | acted on something that has ended meanwhile |
//! | `TooLarge`, `NotAForm` | 413, 415 | |
//! | `ForeignHost` | 421 | a Host that is not ours |
//! | `Refused` | 422 | a value that no form can show again |
//! | `TooMany` | 429 | a throttle |
//! | `Busy` | 503 | storage or a gate is full |
//! | `Broken` | 500 | our fault; the cause is logged, never shown |

use actix_web::http::StatusCode;
use std::fmt;

/// What a database error begins with when its SQLSTATE is known; `db::sqlstate` puts it there.
pub const PREFIX: &str = "SQLSTATE ";

#[derive(Clone, Debug)]
pub enum Error {
    Malformed(String),
    SignInFirst {
        next: String,
    },
    /// Staff whose password was chosen as a reader's.
    PasswordDue,
    Forbidden,
    Forged,
    Banned {
        reason: String,
        /// Milliseconds since 1970; none = for good.
        until: Option<i64>,
    },
    NotFound,
    /// The operator took it away for good.
    Removed,
    NotAllowed {
        allow: &'static str,
    },
    Gone(String),
    TooLarge {
        limit: usize,
    },
    NotAForm,
    TooSlow,
    ForeignHost,
    Refused(String),
    TooMany {
        seconds: i64,
    },
    Busy(String),
    Broken {
        cause: String,
        retryable: bool,
    },
}

impl Error {
    pub fn broken(cause: impl fmt::Display) -> Error {
        Error::Broken {
            cause: cause.to_string(),
            retryable: false,
        }
    }

    /// The session ended while its request was under way. Where to come back to is filled in by the guard, which has the
    /// request.
    pub fn session_ended() -> Error {
        Error::SignInFirst {
            next: String::new(),
        }
    }

    /// Whether PostgreSQL asks for the transaction to run again (SQLSTATE 40001, 40P01).
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Error::Broken {
                retryable: true,
                ..
            }
        )
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Error::Malformed(_) => StatusCode::BAD_REQUEST,
            Error::SignInFirst { .. } | Error::PasswordDue => StatusCode::SEE_OTHER,
            Error::Forbidden | Error::Forged | Error::Banned { .. } => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Removed => StatusCode::GONE,
            Error::NotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Error::Gone(_) => StatusCode::CONFLICT,
            Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Error::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Broken { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// For the log and the command line; a browser gets the page that `web::failure` makes.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Malformed(why) | Error::Gone(why) | Error::Refused(why) | Error::Busy(why) => {
                f.write_str(why)
            }
            Error::Broken { cause, .. } => f.write_str(cause),
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
            E::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Error::Broken {
                cause,
                retryable: true,
            },
            E::DatabaseError(..) if cause.starts_with(PREFIX) => by_sqlstate(cause),
            E::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Error::Broken {
                cause,
                retryable: true,
            },
            E::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            ) => Error::Busy(cause),
            E::DatabaseError(..) if is_storage_trouble(&cause) => Error::Busy(cause),
            _ => Error::Broken {
                cause,
                retryable: false,
            },
        }
    }
}

/// What PostgreSQL says, by its code; its sentences are in the server's language.
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn by_sqlstate(cause: String) -> Error {
    let code = cause[PREFIX.len()..].split(':').next().unwrap_or_default();
    match (code, code.get(..2).unwrap_or_default()) {
        // A deadlock, or two that cannot both have been first.
        ("40001" | "40P01", _) => Error::Broken {
            cause,
            retryable: true,
        },
        // Connection, resources (disk, memory, connections), a lock or a statement that took too long, the operator, the
        // system, damaged data.
        ("55P03" | "25006", _) | (_, "08" | "53" | "57" | "58" | "XX") => Error::Busy(cause),
        _ => Error::Broken {
            cause,
            retryable: false,
        },
    }
}

/// The disk, not the query. SQLite's sentences are the same everywhere: <https://www.sqlite.org/rescode.html>
fn is_storage_trouble(cause: &str) -> bool {
    [
        "database is locked",
        "database or disk is full",
        "disk I/O error",
        // What a page that could not be read looks like, and files that went away.
        "database disk image is malformed",
        "file is not a database",
        "unable to open database file",
        "attempt to write a readonly database",
        // The transaction was ended by a write that failed.
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
