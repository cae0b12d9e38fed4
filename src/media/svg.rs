//! SVG pictures: read and written anew, so that nothing but shapes is left. Scripts, links, style sheets and what lies outside
//! the file are gone; text becomes paths.

use super::{Picture, strip};
use crate::fonts;
use crate::text;
use resvg::usvg::roxmltree::{Document, Node, NodeId, ParsingOptions};
use resvg::usvg::{ImageHrefResolver, ImageKind, Options, Tree, WriteOptions};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

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
    refuse_expansion(bytes)?;
    let options = Options {
        fontdb: fonts::with_system().clone(),
        font_family: fonts::family("Sans"),
        // Files beside the picture, and addresses, are not looked up.
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, data, _| picture_inside(&data)),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_data(bytes, &options)
        .map_err(|error| format!("the SVG image cannot be read: {error}"))?;
    let size = tree.size().to_int_size();
    let written = tree.to_string(&WriteOptions::default());
    if written.len() > 4 * MOST_BYTES {
        return Err(too_large());
    }
    // The writer copies ids as they are, also those with `&` and `<`.
    if Document::parse(&written).is_err() {
        return Err("the SVG image has an id with & or < in it; rename it".into());
    }
    let written = written.into_bytes();
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

/// A picture inside the picture, without its metadata. SVG in SVG is left out.
fn picture_inside(data: &[u8]) -> Option<ImageKind> {
    let kind = match image::guess_format(data).ok()? {
        image::ImageFormat::Jpeg => "jpg",
        image::ImageFormat::Png => "png",
        image::ImageFormat::Gif => "gif",
        image::ImageFormat::WebP => "webp",
        _ => return None,
    };
    let (plain, _) = strip::metadata(data, kind)?;
    let plain = Arc::new(plain);
    Some(match kind {
        "jpg" => ImageKind::JPEG(plain),
        "png" => ImageKind::PNG(plain),
        "gif" => ImageKind::GIF(plain),
        _ => ImageKind::WEBP(plain),
    })
}

/// Maximum number of elements after everything that is used several times (`use`, masks, patterns, clip paths) is
/// written out, as usvg does.
const MOST_ELEMENTS: u64 = 100_000;
/// Maximum number of letters in one text: laying them out takes quadratic time.
const MOST_LETTERS: usize = 2_000;
/// What a letter counts for, in elements.
const LETTER: u64 = 4;
/// Maximum depth of elements.
const MOST_DEPTH: usize = 500;

/// Refuses a picture that a few lines make huge.
fn refuse_expansion(bytes: &[u8]) -> Result<(), String> {
    // What cannot be read is refused by the parser, which also unpacks what is compressed.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err("the SVG image is not UTF-8 text".into());
    };
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| format!("the SVG image cannot be read: {error}"))?;
    let named = document.descendants().filter_map(|node| {
        let id = node.attribute("id")?;
        Some((id, node))
    });
    let mut elements = Elements {
        named: named.collect(),
        from_style: Vec::new(),
        counted: HashMap::new(),
    };
    for style in document
        .descendants()
        .filter(|node| node.has_tag_name("style"))
    {
        let rules: String = style.descendants().filter_map(|node| node.text()).collect();
        let referred: Vec<Node<'_, '_>> = references(&rules)
            .filter_map(|id| elements.named.get(id).copied())
            .collect();
        elements.from_style.extend(referred);
    }
    match elements.count(document.root_element(), 0) {
        Some(many) if many <= MOST_ELEMENTS => Ok(()),
        _ => Err(
            "the SVG image has too many elements or letters, or they are nested too deeply".into(),
        ),
    }
}

struct Elements<'a, 'input> {
    named: HashMap<&'a str, Node<'a, 'input>>,
    /// Elements that the style sheet refers to, for any element with a class.
    from_style: Vec<Node<'a, 'input>>,
    counted: HashMap<NodeId, u64>,
}

impl<'a, 'input> Elements<'a, 'input> {
    /// The number of elements that an element becomes; `None` if they are nested too deeply.
    fn count(&mut self, node: Node<'a, 'input>, depth: usize) -> Option<u64> {
        if let Some(known) = self.counted.get(&node.id()) {
            return Some(*known);
        }
        if depth > MOST_DEPTH {
            return None;
        }
        // A reference to itself counts once; usvg refuses it.
        self.counted.insert(node.id(), 1);
        let mut many = 1_u64;
        if node.has_tag_name("text") {
            let said = node.descendants().filter_map(|inner| inner.text());
            let letters: usize = said.map(|text| text.chars().count()).sum();
            if letters > MOST_LETTERS {
                return None;
            }
            many += LETTER * letters as u64;
        }
        for child in node.children().filter(Node::is_element) {
            many = many.saturating_add(self.count(child, depth + 1)?);
        }
        let mut referred: Vec<Node<'a, 'input>> = Vec::new();
        for attribute in node.attributes() {
            let value = attribute.value();
            let link = match attribute.name() {
                "href" => value.strip_prefix('#'),
                _ => None,
            };
            let ids = link.into_iter().chain(references(value));
            referred.extend(ids.filter_map(|id| self.named.get(id).copied()));
        }
        if node.has_attribute("class") {
            referred.extend(&self.from_style);
        }
        for other in referred {
            many = many.saturating_add(self.count(other, depth + 1)?);
        }
        self.counted.insert(node.id(), many);
        Some(many)
    }
}

/// The ids in `url(#id)`.
fn references(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(").skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches([' ', '"', '\'']);
        let (id, _) = rest.strip_prefix('#')?.split_once(')')?;
        Some(id.trim_end_matches([' ', '"', '\'']))
    })
}
