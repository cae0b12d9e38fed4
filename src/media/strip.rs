//! Removes metadata from pictures: location, camera, names, thumbnails, comments. Walks the container format and copies
//! the image data unchanged. The crate `img-parts` does not suffice: it keeps everything after the first scan of a
//! JPEG, where phones store a second picture with its own metadata, and it cannot read GIF.

/// The picture without metadata, and its Exif orientation (1–8). `None` when the container is malformed or truncated.
pub(super) fn metadata(bytes: &[u8], ending: &str) -> Option<(Vec<u8>, u8)> {
    match ending {
        "jpg" => jpeg(bytes),
        "png" => png(bytes),
        "gif" => gif(bytes).map(|b| (b, 1)),
        _ => webp(bytes),
    }
}

/// Keeps APP0, the colour profile (APP2), APP14 and the orientation; drops every other APPn, comments, and everything
/// after the end of the image: a second image there has metadata of its own.
fn jpeg(bytes: &[u8]) -> Option<(Vec<u8>, u8)> {
    let mut out = bytes.get(..2)?.to_vec();
    let mut at = 2;
    let mut turn = 1;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xFF => {
                at += 1;
                continue;
            }
            0xD9 => {
                out.extend_from_slice(&[0xFF, 0xD9]);
                break;
            }
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([
            *bytes.get(at + 2)?,
            *bytes.get(at + 3)?,
        ]));
        let segment = bytes.get(at..at + 2 + length)?;
        let data = segment.get(4..)?;
        match marker {
            0xE1 if data.starts_with(b"Exif\0\0") => turn = orientation(&data[6..]).unwrap_or(1),
            0xE2 if data.starts_with(b"ICC_PROFILE\0") => out.extend_from_slice(segment),
            0xE1..=0xED | 0xEF | 0xFE => {}
            _ => out.extend_from_slice(segment),
        }
        at += 2 + length;
        if marker == 0xDA {
            let end = at + scan(bytes.get(at..)?)?;
            out.extend_from_slice(&bytes[at..end]);
            at = end;
        }
    }
    if turn > 1 {
        let mut exif =
            b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend_from_slice(&[turn, 0, 0, 0, 0, 0, 0]);
        out.splice(2..2, exif);
    }
    Some((out, turn))
}

/// Length of the entropy-coded data of a scan: up to a marker that is neither a stuffed byte nor a restart marker.
fn scan(data: &[u8]) -> Option<usize> {
    data.windows(2)
        .position(|w| w[0] == 0xFF && !matches!(w[1], 0x00 | 0xD0..=0xD7 | 0xFF))
}

/// The orientation (1–8) in a TIFF header: <https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf>, tag 0x0112.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let little = tiff.starts_with(b"II");
    let short = |at: usize| -> Option<u16> {
        let pair = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        })
    };
    let start = if little {
        usize::from(short(4)?)
    } else {
        usize::from(short(6)?)
    };
    for entry in 0..usize::from(short(start)?) {
        let at = start + 2 + entry * 12;
        if short(at)? == 0x0112 {
            return u8::try_from(short(at + 8)?)
                .ok()
                .filter(|o| (1..=8).contains(o));
        }
    }
    None
}

/// Maximum size of a decompressed colour profile, in bytes; profiles of printers have about two million.
const MOST_PROFILE: u64 = 4 * 1024 * 1024;

/// Whether a profile (name, zero byte, compression method, zlib data) decompresses to at most [`MOST_PROFILE`] bytes.
fn is_small_profile(data: &[u8]) -> bool {
    use std::io::Read;
    let Some(name) = data.iter().take(80).position(|b| *b == 0) else {
        return false;
    };
    let packed = data.get(name + 2..).unwrap_or_default();
    let mut unpacked = flate2::read::ZlibDecoder::new(packed).take(MOST_PROFILE + 1);
    let size = std::io::copy(&mut unpacked, &mut std::io::sink());
    size.is_ok_and(|size| size <= MOST_PROFILE)
}

fn png(bytes: &[u8]) -> Option<(Vec<u8>, u8)> {
    const KEPT: [&[u8]; 12] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"acTL",
        b"fcTL", b"fdAT",
    ];
    let mut out = bytes.get(..8)?.to_vec();
    let (mut at, mut turn) = (8, 1);
    loop {
        let length = u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize;
        let chunk = bytes.get(at..at.checked_add(length)?.checked_add(12)?)?;
        let kind = &chunk[4..8];
        if kind == b"iCCP" && !is_small_profile(chunk.get(8..8 + length)?) {
            // Dropped: a profile of this size is invalid, or a decompression bomb.
        } else if kind == b"eXIf" {
            turn = orientation(chunk.get(8..8 + length)?).unwrap_or(1);
        } else if KEPT.contains(&kind) {
            out.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some((out, turn));
        }
        at += length + 12;
    }
}

/// Keeps the images, the graphic control extensions and the looping extension; drops all other extensions, and what follows
/// the end of the image.
fn gif(bytes: &[u8]) -> Option<Vec<u8>> {
    let table = |flags: u8| {
        if flags & 0x80 != 0 {
            3 << ((flags & 7) + 1)
        } else {
            0
        }
    };
    let blocks_end = |mut at: usize| -> Option<usize> {
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                return Some(at);
            }
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut out = bytes.get(..at)?.to_vec();
    loop {
        let start = at;
        match *bytes.get(at)? {
            0x3B => {
                out.push(0x3B);
                return Some(out);
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                at = blocks_end(at + 2)?;
                let block = bytes.get(start..at)?;
                let looping = label == 0xFF
                    && block
                        .get(3..)
                        .is_some_and(|b| b.starts_with(b"NETSCAPE2.0"));
                if label == 0xF9 || looping {
                    out.extend_from_slice(block);
                }
            }
            0x2C => {
                at = blocks_end(at + 11 + table(*bytes.get(at + 9)?))?;
                out.extend_from_slice(bytes.get(start..at)?);
            }
            _ => return None,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(Vec<u8>, u8)> {
    let mut out = bytes.get(..12)?.to_vec();
    let (mut at, mut turn) = (12, 1);
    while at + 8 <= bytes.len() {
        let length = u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?) as usize;
        let end = at
            .checked_add(8)?
            .checked_add(length)?
            .checked_add(length % 2)?;
        let chunk = bytes.get(at..end)?;
        match &chunk[..4] {
            // Some programs write the header of JPEG's segment before it.
            b"EXIF" => {
                let tiff = chunk.get(8..8 + length)?;
                let tiff = tiff.strip_prefix(b"Exif\0\0".as_slice()).unwrap_or(tiff);
                turn = orientation(tiff).unwrap_or(1);
            }
            b"XMP " => {}
            b"VP8X" => {
                let from = out.len();
                out.extend_from_slice(chunk);
                // Clears the bits that announce EXIF and XMP chunks.
                *out.get_mut(from + 8)? &= !0b1100;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP" => {
                out.extend_from_slice(chunk)
            }
            _ => {}
        }
        at = end;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some((out, turn))
}
