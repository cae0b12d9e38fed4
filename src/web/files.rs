//! Files of the data folder that are sent as they are.

use crate::error::Error;
use actix_files::NamedFile;
use actix_web::web;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Opens a file, to be streamed under the headers that the caller sets.
///
/// # Errors
/// `NotFound`; `Unavailable` when the disk does not answer.
pub async fn open(path: PathBuf) -> Result<NamedFile, Error> {
    let opened = web::block(move || NamedFile::open(path)).await;
    let opened = opened.map_err(Error::internal)?;
    let file = opened.map_err(|error| match error.kind() == ErrorKind::NotFound {
        true => Error::NotFound,
        false => Error::Unavailable(error.to_string()),
    })?;
    Ok(file.use_last_modified(false).use_etag(false))
}
