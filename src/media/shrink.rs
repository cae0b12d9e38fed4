//! The same picture in fewer pixels: a phone does not load what a desk shows.

use super::Smaller;
use fast_image_resize::{PixelType, ResizeOptions, Resizer, images::Image};
use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat};

/// Pixels across. The column of text is 656 wide; phones have up to three pixels for one.
const WIDTHS: [u32; 3] = [480, 960, 1600];
/// Of JPEG, 0 to 100.
const QUALITY: u8 = 80;

/// The widths that are worth keeping: narrower than the picture by a fifth, and lighter. GIF may move and is left alone.
pub(super) fn smaller(
    mut picture: DynamicImage,
    format: ImageFormat,
    turn: u8,
    name: &str,
    weight: usize,
) -> Vec<Smaller> {
    if format == ImageFormat::Gif {
        return Vec::new();
    }
    if let Some(turn) = Orientation::from_exif(turn) {
        picture.apply_orientation(turn);
    }
    let wanted = WIDTHS
        .into_iter()
        .filter(|width| width * 5 <= picture.width() * 4);
    let made = wanted.filter_map(|width| one(&picture, format, width, name));
    made.filter(|s| s.bytes.len() < weight).collect()
}

fn one(picture: &DynamicImage, format: ImageFormat, width: u32, name: &str) -> Option<Smaller> {
    let scale = f64::from(width) / f64::from(picture.width());
    let height = ((f64::from(picture.height()) * scale).round() as u32).max(1);
    let is_clear = picture.color().has_alpha();
    let (source, kind) = if is_clear {
        (picture.to_rgba8().into_raw(), PixelType::U8x4)
    } else {
        (picture.to_rgb8().into_raw(), PixelType::U8x3)
    };
    let source = Image::from_vec_u8(picture.width(), picture.height(), source, kind).ok()?;
    let mut target = Image::new(width, height, kind);
    Resizer::new()
        .resize(&source, &mut target, &ResizeOptions::new())
        .ok()?;
    let pixels = target.into_vec();
    let (bytes, mime, ending) = if is_clear || format == ImageFormat::Png {
        let picture = if is_clear {
            DynamicImage::ImageRgba8(image::RgbaImage::from_raw(width, height, pixels)?)
        } else {
            DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, pixels)?)
        };
        let mut out = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut out, ImageFormat::Png).ok()?;
        (out.into_inner(), "image/png", "png")
    } else {
        let mut out = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut out, QUALITY);
        encoder.set_progressive(true);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        let (w, h) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        encoder
            .encode(&pixels, w, h, jpeg_encoder::ColorType::Rgb)
            .ok()?;
        (out, "image/jpeg", "jpg")
    };
    Some(Smaller {
        bytes,
        mime,
        file: format!("{name}-{width}.{ending}"),
        width,
    })
}
