//! Media: pictures are validated by content, stripped of metadata, resized, and stored under the hash of their bytes.

pub mod library;
pub mod pages;
pub mod portrait;
pub mod recording;
mod shrink;
pub mod store;
mod strip;
mod svg;
pub mod thumbnails;
pub mod upload;

use crate::text;
use image::{ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::io::{Cursor, Write};
use std::path::Path;

/// Maximum size of a picture, in bytes.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
const MOST_PIXELS: u64 = 80_000_000;
/// Maximum length of a side in pixels: resizing a very wide picture takes memory for each of its columns.
const MAX_SIDE: u32 = 20_000;

/// A validated picture, ready to be stored and served.
#[derive(Clone, Debug)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    /// File name: 20 hexadecimal digits of the SHA-256 of `bytes`, and the extension.
    pub file: String,
    pub width: u32,
    pub height: u32,
    pub smaller: Vec<Variant>,
}

/// A smaller version of a picture, for narrow screens.
#[derive(Clone, Debug)]
pub struct Variant {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    pub file: String,
    pub width: u32,
    /// The same as WebP, if that is smaller: for browsers that ask for it, at the same address.
    pub webp: Option<Vec<u8>>,
}

/// The name of the WebP file beside a variant.
pub fn webp_file(file: &str) -> String {
    format!("{file}.webp")
}

/// Validates a picture by its content, removes its metadata and makes smaller variants. The image data stays the same.
///
/// # Errors
/// A sentence: too large, not a format that browsers show, or damaged.
pub fn process(bytes: &[u8]) -> Result<Picture, String> {
    if bytes.len() > MOST_BYTES {
        return Err("the image is larger than 10 MiB".into());
    }
    if svg::looks_like(bytes) {
        return svg::process(bytes);
    }
    let unknown = || match is_avif(bytes) {
        true => "AVIF cannot be read; save it as JPEG, PNG or WebP".to_owned(),
        false => "this is no JPEG, PNG, GIF, WebP or SVG image".to_owned(),
    };
    let format = image::guess_format(bytes).map_err(|_| unknown())?;
    let (mime, ending) = match format {
        ImageFormat::Jpeg => ("image/jpeg", "jpg"),
        ImageFormat::Png => ("image/png", "png"),
        ImageFormat::Gif => ("image/gif", "gif"),
        ImageFormat::WebP => ("image/webp", "webp"),
        _ => return Err(unknown()),
    };
    // Done first, so that the decoders do not decompress anything in the metadata.
    let (stripped, turn) =
        strip::metadata(bytes, ending).ok_or("the image is damaged: it ends too early")?;
    let bytes = stripped.as_slice();
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(512 * 1024 * 1024);
    reader.limits(limits);
    let (mut width, mut height) = dimensions(bytes, format)?;
    let decoded = reader
        .decode()
        .map_err(|_| "the image is damaged".to_owned())?;
    // Browsers turn a JPEG by the orientation that is kept in it, other formats not everywhere.
    if turn > 1
        && format != ImageFormat::Jpeg
        && let Some(upright) = shrink::upright(decoded.clone(), format, turn, bytes)
    {
        return process(&upright);
    }
    if turn > 4 {
        std::mem::swap(&mut width, &mut height);
    }
    let digest = Sha256::digest(&stripped);
    let name = text::encode_hex(&digest[..10]);
    let smaller = shrink::smaller(decoded, format, turn, &name, &stripped);
    Ok(Picture {
        bytes: stripped,
        mime,
        file: format!("{name}.{ending}"),
        width,
        height,
        smaller,
    })
}

fn read_dimensions(bytes: &[u8], format: ImageFormat) -> Option<(u32, u32)> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.into_dimensions().ok()
}

/// Width and height, if they are within the limits.
fn dimensions(bytes: &[u8], format: ImageFormat) -> Result<(u32, u32), String> {
    let (width, height) = read_dimensions(bytes, format)
        .ok_or_else(|| "the image is damaged: its size cannot be read".to_owned())?;
    if width.max(height) > MAX_SIDE {
        return Err(format!(
            "the image is {width} × {height} pixels; each side may have at most {MAX_SIDE}"
        ));
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!(
            "the image has {width} × {height} pixels; at most 80 million are allowed"
        ));
    }
    Ok((width, height))
}

/// Whether a file is AVIF, by its `ftyp` box: <https://aomediacodec.github.io/av1-avif/#brands>
fn is_avif(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..12), Some(b"avif" | b"avis"))
}

/// Writes the picture's files, each atomically: to a temporary file, then renamed.
///
/// # Errors
/// A sentence when the folder cannot be written.
pub fn save_files(folder: &Path, picture: &Picture) -> Result<(), String> {
    let say = |e: std::io::Error| format!("{} cannot be written: {e}", folder.display());
    std::fs::create_dir_all(folder).map_err(say)?;
    let mut files: Vec<(String, &[u8])> = Vec::new();
    for variant in &picture.smaller {
        files.push((variant.file.clone(), &variant.bytes));
        if let Some(webp) = &variant.webp {
            files.push((webp_file(&variant.file), webp));
        }
    }
    files.push((picture.file.clone(), &picture.bytes));
    let mut is_new = false;
    for (name, bytes) in files {
        let target = folder.join(&name);
        if target.exists() {
            continue;
        }
        let random = text::random_hex::<8>().map_err(|e| e.to_string())?;
        let draft = folder.join(format!(".upload-{random}"));
        let written = std::fs::File::create(&draft).and_then(|mut file| {
            file.write_all(bytes)?;
            // The row that refers to it is synced as well; after a crash no row may refer to an empty file.
            file.sync_all()
        });
        if let Err(error) = written {
            let _ = std::fs::remove_file(&draft);
            return Err(say(error));
        }
        std::fs::rename(&draft, &target).map_err(say)?;
        is_new = true;
    }
    if is_new {
        // The directory entries are synced as well, before a row refers to the files.
        crate::db::sync_folder(folder).map_err(say)?;
    }
    Ok(())
}

/// Deletes the files of pictures whose rows were deleted. A missing file is no error.
pub fn delete_files(folder: &Path, files: &[String]) {
    for file in files {
        if let Err(error) = std::fs::remove_file(folder.join(file)) {
            tracing::debug!(%error, file, "a picture's file could not be deleted");
        }
        // Few have one.
        let _ = std::fs::remove_file(folder.join(webp_file(file)));
    }
}
