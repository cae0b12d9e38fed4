//! Pictures of people: a square out of the middle, in a few sizes, encoded anew.

use super::{MOST_BYTES, read_dimensions, strip};
use crate::text;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::path::Path;

/// The folder of their files, in the data folder.
pub const FOLDER: &str = "portraits";
/// Sides in pixels: they are shown at up to 128 CSS pixels.
pub const SIDES: [u32; 3] = [64, 128, LARGEST];
pub const LARGEST: u32 = 256;
const QUALITY: u8 = 82;
/// A telephone's picture; one more takes 200 MB to read, which every reader may ask for.
const MOST_PIXELS: u64 = 50_000_000;

/// A picture of a person, ready to be stored.
#[derive(Clone, Debug)]
pub struct Portrait {
    /// 20 hexadecimal digits: the names of its files begin with it.
    pub name: String,
    /// JPEG files by their sides.
    files: Vec<(u32, Vec<u8>)>,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// More bytes than [`MOST_BYTES`].
    TooLarge,
    TooManyPixels,
    /// A format that is not read here.
    Unknown,
    Damaged,
}

/// The name of a file of a portrait.
pub fn file(name: &str, side: u32) -> String {
    format!("{name}-{side}.jpg")
}

/// Makes the files. Takes CPU time: for a blocking thread.
///
/// # Errors
/// Why it is not taken.
pub fn process(bytes: &[u8]) -> Result<Portrait, Refused> {
    if bytes.len() > MOST_BYTES {
        return Err(Refused::TooLarge);
    }
    let format = image::guess_format(bytes).map_err(|_| Refused::Unknown)?;
    let ending = match format {
        ImageFormat::Jpeg => "jpg",
        ImageFormat::Png => "png",
        ImageFormat::Gif => "gif",
        ImageFormat::WebP => "webp",
        _ => return Err(Refused::Unknown),
    };
    let (stripped, turn) = strip::metadata(bytes, ending).ok_or(Refused::Damaged)?;
    let (width, height) = read_dimensions(&stripped, format).ok_or(Refused::Damaged)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Refused::TooManyPixels);
    }
    let mut reader = ImageReader::with_format(Cursor::new(&stripped[..]), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(512 * 1024 * 1024);
    reader.limits(limits);
    let mut picture = reader.decode().map_err(|_| Refused::Damaged)?;
    if let Some(turn) = Orientation::from_exif(turn) {
        picture.apply_orientation(turn);
    }
    let square = square(&picture);
    drop(picture);
    let mut files = Vec::new();
    for side in SIDES {
        let small = square.resize_exact(side, side, FilterType::CatmullRom);
        let pixels = on_white(&small);
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
        let length = u16::try_from(side).map_err(|_| Refused::Damaged)?;
        encoder
            .encode(&pixels, length, length, jpeg_encoder::ColorType::Rgb)
            .map_err(|_| Refused::Damaged)?;
        files.push((side, bytes));
    }
    let mut digest = Sha256::new();
    for (_, bytes) in &files {
        digest.update(bytes);
    }
    // So that nobody can look for a picture that they have.
    digest.update(text::random_hex::<16>().expect("the system gives random bytes"));
    Ok(Portrait {
        name: text::encode_hex(&digest.finalize()[..10]),
        files,
    })
}

/// The largest square out of the middle.
fn square(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let side = width.min(height);
    picture.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

/// JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> Vec<u8> {
    let pixels = picture.to_rgba8();
    let blend = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u32::from(colour), u32::from(alpha));
        u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    let of = |pixel: &image::Rgba<u8>| {
        let [red, green, blue, alpha] = pixel.0;
        [red, green, blue].map(|colour| blend(colour, alpha))
    };
    pixels.pixels().flat_map(of).collect()
}

impl Portrait {
    /// Writes its files. Blocks.
    ///
    /// # Errors
    /// A sentence when the folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), String> {
        let say = |e: std::io::Error| format!("{} cannot be written: {e}", folder.display());
        std::fs::create_dir_all(folder).map_err(say)?;
        for (side, bytes) in &self.files {
            let file = folder.join(file(&self.name, *side));
            let part = file.with_extension("part");
            std::fs::write(&part, bytes).map_err(say)?;
            std::fs::rename(&part, &file).map_err(say)?;
        }
        crate::db::sync_folder(folder).map_err(say)
    }
}

/// Deletes the files of a portrait; what cannot be deleted is logged.
pub fn delete_files(folder: &Path, name: &str) {
    for side in SIDES {
        let file = folder.join(file(name, side));
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, file = %file.display(), "a picture could not be deleted");
            }
            _ => {}
        }
    }
}
