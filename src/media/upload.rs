//! Receives files into the media folder while they arrive, so that a large one takes no memory.

use super::recording;
use crate::error::Error;
use crate::text;
use crate::web::form::next;
use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Files in one form.
const MOST_FILES: usize = 20;
/// Bytes of the other fields.
const MOST_TEXT: usize = 64 * 1024;
/// The slowest rate at which files may arrive, in bytes a second.
const RATE: usize = 64 * 1024;
/// Characters of a file's name that are kept.
const MOST_NAME: usize = 200;

/// A file that has arrived. It is deleted when this is dropped, unless it was moved before.
#[derive(Debug)]
pub struct Arrived {
    /// Its name on the sender's machine, without folders.
    pub name: String,
    pub path: PathBuf,
    pub bytes: usize,
}

impl Drop for Arrived {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The fields and files of a form.
#[derive(Debug, Default)]
pub struct Upload {
    pub fields: Vec<(String, String)>,
    pub files: Vec<Arrived>,
}

/// Receives a multipart form whose files are in the field `file`.
///
/// # Errors
/// `NotAForm`, `Malformed`, `TooLarge`, `RequestTimeout`; `Unavailable` when the folder cannot be written.
pub async fn receive(
    request: &HttpRequest,
    payload: &mut Payload,
    folder: &Path,
) -> Result<Upload, Error> {
    let most = recording::MOST_BYTES + MOST_TEXT;
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    // The boundaries and headers of the parts come on top.
    if announced > most + MOST_TEXT {
        return Err(Error::TooLarge { limit: most });
    }
    let deadline = Duration::from_secs(20 + (announced.min(most) / RATE) as u64);
    let form = Multipart::new(request.headers(), payload.take());
    tokio::time::timeout(deadline, parts(form, folder))
        .await
        .unwrap_or(Err(Error::RequestTimeout))
}

async fn parts(mut form: Multipart, folder: &Path) -> Result<Upload, Error> {
    let broken = || Error::Malformed("The form did not arrive whole.".into());
    let mut upload = Upload::default();
    let (mut text_bytes, mut file_bytes) = (0, 0);
    while let Some(field) = next(&mut form).await {
        let is_first = upload.fields.is_empty() && upload.files.is_empty();
        let mut field = field.map_err(|_| match is_first {
            true => Error::NotAForm,
            false => broken(),
        })?;
        let unknown = crate::web::form::unknown_field;
        let name = field.name().map(str::to_owned).ok_or_else(unknown)?;
        let disposition = field.content_disposition();
        let file = disposition.and_then(|d| d.get_filename().map(str::to_owned));
        let Some(file) = file else {
            let mut value = Vec::new();
            while let Some(chunk) = next(&mut field).await {
                let chunk = chunk.map_err(|_| broken())?;
                text_bytes += chunk.len();
                if text_bytes > MOST_TEXT {
                    return Err(Error::TooLarge { limit: MOST_TEXT });
                }
                value.extend_from_slice(&chunk);
            }
            let value = String::from_utf8(value)
                .map_err(|_| Error::Malformed("The form is not UTF-8 text.".into()))?;
            upload.fields.push((name, value));
            continue;
        };
        if name != "file" || upload.files.len() >= MOST_FILES {
            return Err(unknown());
        }
        let arrived = write(&mut field, &file, folder, &mut file_bytes).await?;
        // Browsers send a field without a file as an empty one.
        if !(arrived.bytes == 0 && arrived.name.is_empty()) {
            upload.files.push(arrived);
        }
    }
    Ok(upload)
}

/// Writes one file beside those of the library, under a name that nobody can ask for.
async fn write(
    field: &mut Field,
    name: &str,
    folder: &Path,
    total: &mut usize,
) -> Result<Arrived, Error> {
    let broken = || Error::Malformed("The form did not arrive whole.".into());
    let disk = |error: std::io::Error| Error::Unavailable(error.to_string());
    std::fs::create_dir_all(folder).map_err(disk)?;
    let random = text::random_hex::<16>().map_err(Error::internal)?;
    let mut arrived = Arrived {
        name: plain_name(name),
        path: folder.join(format!(".upload-{random}")),
        bytes: 0,
    };
    let mut file = std::fs::File::create(&arrived.path).map_err(disk)?;
    while let Some(chunk) = next(field).await {
        let chunk = chunk.map_err(|_| broken())?;
        arrived.bytes += chunk.len();
        *total += chunk.len();
        if *total > recording::MOST_BYTES {
            return Err(Error::TooLarge {
                limit: recording::MOST_BYTES,
            });
        }
        file.write_all(&chunk).map_err(disk)?;
    }
    Ok(arrived)
}

/// The last part of a path, without characters that are no letters, in readable length.
fn plain_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = text::without_direction_controls(last).filter(|c| !c.is_control());
    clean.take(MOST_NAME).collect()
}

/// Deletes what uploads left behind that a crash has interrupted.
///
/// # Errors
/// Of the disk.
pub fn sweep(folder: &Path) -> std::io::Result<()> {
    let old = Duration::from_secs(24 * 60 * 60);
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_upload = entry.file_name().to_string_lossy().starts_with(".upload-");
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if is_upload && age > old {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
