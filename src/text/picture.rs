//! Renders `<img>` with `srcset` and with dimensions, which prevent layout shifts.

/// An image in the media folder.
#[derive(Clone, Debug)]
pub struct ImportedImage {
    pub src: String,
    pub width: u32,
    pub height: u32,
    /// Smaller variants: width in pixels, and address.
    pub smaller: Vec<(u32, String)>,
}

impl ImportedImage {
    /// The `srcset` attribute; empty if there are no smaller variants.
    pub fn srcset(&self) -> String {
        srcset(
            &self.src,
            i64::from(self.width),
            self.smaller
                .iter()
                .map(|(w, src)| (i64::from(*w), src.as_str())),
        )
    }
}

/// The `srcset` attribute of a picture and its smaller variants; empty if there are none.
pub fn srcset<'a>(
    src: &'a str,
    width: i64,
    smaller: impl Iterator<Item = (i64, &'a str)>,
) -> String {
    let mut all: Vec<String> = smaller
        .map(|(width, src)| format!("{src} {width}w"))
        .collect();
    if all.is_empty() {
        return String::new();
    }
    all.push(format!("{src} {width}w"));
    all.join(", ")
}

/// The `sizes` attribute of a picture in the text column.
pub const SIZES: &str = "(max-width: 43.5rem) calc(100vw - 2.5rem), 41rem";

/// A player for a recording, which has no width.
fn recording(src: &str, label: &str) -> String {
    let tag = match src.ends_with(".mp4") || src.ends_with(".webm") {
        true => "video",
        false => "audio",
    };
    format!("<{tag} controls preload=\"metadata\" src=\"{src}\" aria-label=\"{label}\"></{tag}>")
}

pub(super) fn img(src: &str, alt: &str, title: &str, images: &[ImportedImage]) -> String {
    let alt = super::escape(alt);
    let title = match title {
        "" => String::new(),
        title => format!(" title=\"{}\"", super::escape(title)),
    };
    let Some(image) = images.iter().find(|i| i.src == src) else {
        return format!("<img src=\"{}\" alt=\"{alt}\"{title}>", super::escape(src));
    };
    if image.width == 0 {
        return recording(&image.src, &alt);
    }
    tag(image, &alt, &title)
}

/// `alt` is escaped, `title` a whole attribute with a space before it.
fn tag(image: &ImportedImage, alt: &str, title: &str) -> String {
    let set = image.srcset();
    let widths = if set.is_empty() {
        String::new()
    } else {
        format!(" srcset=\"{set}\" sizes=\"{SIZES}\"")
    };
    // Width and height prevent a layout shift when the image has loaded.
    format!(
        "<img src=\"{}\"{widths} width=\"{}\" height=\"{}\" alt=\"{alt}\"{title} loading=\"lazy\">",
        image.src, image.width, image.height
    )
}

/// Sanitised HTML with another picture in the place of the one with this address, under the same description.
pub(super) fn replaced(html: &str, old: &str, new: &ImportedImage) -> String {
    let begin = format!("<img src=\"{old}\"");
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(&begin) {
        let (before, from) = rest.split_at(at);
        // A `>` inside an attribute is escaped.
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let value = |name: &str| {
            let start = from[..end].find(&format!(" {name}=\""))? + name.len() + 3;
            from[start..end].split('"').next()
        };
        let title = value("title").map_or_else(String::new, |title| format!(" title=\"{title}\""));
        out.push_str(before);
        out.push_str(&tag(new, value("alt").unwrap_or_default(), &title));
        rest = &from[end..];
    }
    out + rest
}
