//! Video and audio files: told by their first bytes, and kept as they are.

use sha2::{Digest, Sha256};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Maximum size of a recording, in bytes.
pub const MOST_BYTES: usize = 200 * 1024 * 1024;

/// A recording that is stored as a file, not yet under its own name.
#[derive(Clone, Debug)]
pub struct Recording {
    pub mime: &'static str,
    /// File name: 20 hexadecimal digits of the SHA-256 of its bytes, and the extension.
    pub file: String,
    pub bytes: u64,
}

/// The media type and extension of what browsers play, by the first bytes:
/// <https://mimesniff.spec.whatwg.org/#matching-an-audio-or-video-type-pattern>
pub fn kind(head: &[u8]) -> Option<(&'static str, &'static str)> {
    if head.get(4..8) == Some(b"ftyp") {
        return match head.get(8..12)? {
            b"M4A " | b"M4B " => Some(("audio/mp4", "m4a")),
            // Pictures in the same container.
            b"avif" | b"avis" | b"heic" | b"heix" | b"mif1" | b"msf1" | b"hevc" => None,
            b"qt  " => None,
            _ => Some(("video/mp4", "mp4")),
        };
    }
    if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        let is_webm = head.windows(4).any(|part| part == b"webm");
        return is_webm.then_some(("video/webm", "webm"));
    }
    if head.starts_with(b"OggS") {
        return Some(("audio/ogg", "ogg"));
    }
    if head.starts_with(b"fLaC") {
        return Some(("audio/flac", "flac"));
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE") {
        return Some(("audio/wav", "wav"));
    }
    let is_mpeg_frame = head.first() == Some(&0xFF)
        && head
            .get(1)
            .is_some_and(|second| second & 0xE0 == 0xE0 && second & 0x06 == 0x02);
    (head.starts_with(b"ID3") || is_mpeg_frame).then_some(("audio/mpeg", "mp3"))
}

/// Reads a file that was uploaded. `None`: browsers do not play it.
///
/// # Errors
/// Of the disk.
pub fn read(path: &Path) -> std::io::Result<Option<Recording>> {
    let mut file = std::fs::File::open(path)?;
    let mut head = [0; 64];
    let mut filled = 0;
    while filled < head.len() {
        match file.read(&mut head[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    let Some((mime, ending)) = kind(&head[..filled]) else {
        return Ok(None);
    };
    file.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut chunk = vec![0; 256 * 1024];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        digest.update(&chunk[..read]);
        bytes += read as u64;
    }
    let name = crate::text::encode_hex(&digest.finalize()[..10]);
    Ok(Some(Recording {
        mime,
        file: format!("{name}.{ending}"),
        bytes,
    }))
}
