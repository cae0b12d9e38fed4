//! Makes smaller variants of a picture, so that narrow screens load fewer bytes.

use super::Variant;
use fast_image_resize::images::{Image, TypedImage};
use fast_image_resize::pixels::{InnerPixel, U8x3, U8x4};
use fast_image_resize::{PixelTrait, PixelType, ResizeOptions, Resizer};
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader,
};
use std::io::Cursor;

/// Widths in pixels. The text column is 656 CSS pixels wide; phones have up to three device pixels per CSS pixel.
const WIDTHS: [u32; 4] = [480, 720, 1080, 1600];
/// JPEG quality, 0 to 100.
const QUALITY: u8 = 80;
/// WebP quality, 0 to 100: about as good as JPEG's.
const WEBP_QUALITY: f32 = 78.0;
/// The same for a picture that is encoded anew because it lay on its side.
const UPRIGHT_QUALITY: u8 = 92;

/// The variants worth storing: at least a fifth narrower than the picture, and fewer bytes. None for animated pictures.
pub(super) fn smaller(
    mut picture: DynamicImage,
    format: ImageFormat,
    turn: u8,
    name: &str,
    original: &[u8],
) -> Vec<Variant> {
    let longest = picture.width().max(picture.height());
    if may_be_animated(format, original) || WIDTHS[0] * 5 > longest * 4 {
        return Vec::new();
    }
    if let Some(turn) = Orientation::from_exif(turn) {
        picture.apply_orientation(turn);
    }
    let has_alpha = picture.color().has_alpha();
    let (width, height) = (picture.width(), picture.height());
    let (pixels, kind) = if has_alpha {
        (picture.into_rgba8().into_raw(), PixelType::U8x4)
    } else {
        (picture.into_rgb8().into_raw(), PixelType::U8x3)
    };
    let Ok(mut source) = Image::from_vec_u8(width, height, pixels, kind) else {
        return Vec::new();
    };
    let profile = profile(format, original);
    let as_png = has_alpha || format == ImageFormat::Png;
    let wanted = WIDTHS.into_iter().filter(|wanted| wanted * 5 <= width * 4);
    let made =
        wanted.filter_map(|wanted| one(&mut source, wanted, as_png, profile.as_deref(), name));
    made.filter(|s| s.bytes.len() < original.len()).collect()
}

/// A picture turned by its Exif orientation, encoded anew: as PNG, or a WebP without transparency as JPEG. `None` if it may be
/// animated or cannot be encoded.
pub(super) fn upright(
    mut picture: DynamicImage,
    format: ImageFormat,
    turn: u8,
    original: &[u8],
) -> Option<Vec<u8>> {
    if may_be_animated(format, original) {
        return None;
    }
    picture.apply_orientation(Orientation::from_exif(turn)?);
    let profile = profile(format, original);
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    if format == ImageFormat::WebP && !picture.color().has_alpha() {
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, UPRIGHT_QUALITY);
        if let Some(profile) = profile {
            encoder.add_icc_profile(&profile).ok()?;
        }
        let (w, h) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        let pixels = picture.into_rgb8().into_raw();
        encoder
            .encode(&pixels, w, h, jpeg_encoder::ColorType::Rgb)
            .ok()?;
        return Some(bytes);
    }
    let mut encoder = PngEncoder::new(&mut bytes);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).ok()?;
    }
    picture.write_with_encoder(encoder).ok()?;
    Some(bytes)
}

/// Whether a picture may be animated: any GIF, and WebP or PNG with frames.
fn may_be_animated(format: ImageFormat, bytes: &[u8]) -> bool {
    let has = |chunk: &[u8; 4]| bytes.windows(4).any(|four| four == chunk);
    match format {
        ImageFormat::WebP => has(b"ANMF"),
        ImageFormat::Png => has(b"acTL"),
        other => other == ImageFormat::Gif,
    }
}

/// The ICC colour profile, without which the colours of a wide-gamut picture look pale.
fn profile(format: ImageFormat, bytes: &[u8]) -> Option<Vec<u8>> {
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.into_decoder().ok()?.icc_profile().ok()?
}

fn one(
    source: &mut Image<'_>,
    width: u32,
    as_png: bool,
    profile: Option<&[u8]>,
    name: &str,
) -> Option<Variant> {
    let scale = f64::from(width) / f64::from(source.width());
    let height = ((f64::from(source.height()) * scale).round() as u32).max(1);
    let mut target = Image::new(width, height, source.pixel_type());
    let has_alpha = source.pixel_type() == PixelType::U8x4;
    if has_alpha {
        resize::<U8x4>(source, &mut target)?;
    } else {
        resize::<U8x3>(source, &mut target)?;
    }
    let pixels = target.into_vec();
    let mut bytes = Vec::new();
    let (mime, ending) = if as_png {
        let colours = if has_alpha {
            ExtendedColorType::Rgba8
        } else {
            ExtendedColorType::Rgb8
        };
        let mut encoder = PngEncoder::new(&mut bytes);
        if let Some(profile) = profile {
            encoder.set_icc_profile(profile.to_vec()).ok()?;
        }
        encoder.write_image(&pixels, width, height, colours).ok()?;
        ("image/png", "png")
    } else {
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
        encoder.set_progressive(true);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
        if let Some(profile) = profile {
            encoder.add_icc_profile(profile).ok()?;
        }
        let (w, h) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        encoder
            .encode(&pixels, w, h, jpeg_encoder::ColorType::Rgb)
            .ok()?;
        ("image/jpeg", "jpg")
    };
    let webp = match profile {
        Some(profile) if !is_srgb(profile) => None,
        _ => webp(&pixels, (width, height), has_alpha).filter(|webp| webp.len() < bytes.len()),
    };
    Some(Variant {
        webp,
        bytes,
        mime,
        file: format!("{name}-{width}.{ending}"),
        width,
    })
}

/// Whether an ICC profile is that of sRGB, which pictures without a profile have, by its description.
fn is_srgb(profile: &[u8]) -> bool {
    let has = |text: &[u8]| profile.windows(text.len()).any(|part| part == text);
    has(b"sRGB") || has(b"s\0R\0G\0B")
}

/// The encoder writes no colour profile.
fn webp(pixels: &[u8], (width, height): (u32, u32), has_alpha: bool) -> Option<Vec<u8>> {
    let encoder = match has_alpha {
        true => webp::Encoder::from_rgba(pixels, width, height),
        false => webp::Encoder::from_rgb(pixels, width, height),
    };
    let encoded = encoder.encode_simple(false, WEBP_QUALITY).ok()?;
    Some(encoded.to_vec())
}

/// `Resizer::resize` would compile the code for all thirteen pixel types. The source is borrowed mutably, though it is only
/// read: then the source, the target and the picture between them have one type, and the code is compiled once.
fn resize<P: InnerPixel + PixelTrait>(
    source: &mut Image<'_>,
    target: &mut Image<'_>,
) -> Option<()> {
    let source: TypedImage<'_, P> = source.typed_image_mut()?;
    let mut target: TypedImage<'_, P> = target.typed_image_mut()?;
    Resizer::new()
        .resize_typed(&source, &mut target, &ResizeOptions::new())
        .ok()
}
