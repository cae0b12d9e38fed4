//! SVG pictures: read and written anew, so that nothing but shapes is left. Scripts, links, style sheets and what lies outside
//! the file are gone; text becomes paths.

use super::Picture;
use crate::fonts;
use crate::text;
use resvg::usvg::{ImageHrefResolver, Options, Tree, WriteOptions};
use sha2::{Digest, Sha256};

/// Maximum size of an SVG file, in bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Whether a file looks like SVG.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{FEFF}').trim_start();
    start.starts_with("<svg")
        || ((start.starts_with("<?xml") || start.starts_with("<!")) && start.contains("<svg"))
}

/// The picture as it is served.
///
/// # Errors
/// A sentence: too large, or no SVG that can be read.
pub(super) fn process(bytes: &[u8]) -> Result<Picture, String> {
    let too_large = || "the SVG image is larger than 2 MiB".to_owned();
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let options = Options {
        fontdb: fonts::with_system().clone(),
        font_family: fonts::family("Sans"),
        // Files beside the picture, and addresses, are not looked up.
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_data(bytes, &options)
        .map_err(|error| format!("the SVG image cannot be read: {error}"))?;
    let size = tree.size().to_int_size();
    let written = tree.to_string(&WriteOptions::default()).into_bytes();
    if written.len() > 4 * MOST_BYTES {
        return Err(too_large());
    }
    let digest = Sha256::digest(&written);
    Ok(Picture {
        file: format!("{}.svg", text::encode_hex(&digest[..10])),
        bytes: written,
        mime: "image/svg+xml",
        width: size.width(),
        height: size.height(),
        smaller: Vec::new(),
    })
}
