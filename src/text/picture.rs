//! A picture as HTML: every width that it has, and its size, so that nothing jumps when it arrives.

/// An image in the media folder.
#[derive(Clone, Debug)]
pub struct ImportedImage {
    pub src: String,
    pub width: u32,
    pub height: u32,
    /// The same in smaller widths.
    pub smaller: Vec<(u32, String)>,
}

impl ImportedImage {
    /// For `srcset`; empty where there is one width only.
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

/// Every width of a picture, as `srcset` lists them.
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

/// How wide a picture stands in the column of text.
pub const SIZES: &str = "(max-width: 43.5rem) calc(100vw - 2.5rem), 41rem";

pub(super) fn img(src: &str, alt: &str, images: &[ImportedImage]) -> String {
    let alt = super::escape(alt);
    let Some(image) = images.iter().find(|i| i.src == src) else {
        return format!("<img src=\"{}\" alt=\"{alt}\">", super::escape(src));
    };
    let set = image.srcset();
    let widths = if set.is_empty() {
        String::new()
    } else {
        format!(" srcset=\"{set}\" sizes=\"{SIZES}\"")
    };
    // The size keeps the page from jumping when the image arrives.
    format!(
        "<img src=\"{}\"{widths} width=\"{}\" height=\"{}\" alt=\"{alt}\" loading=\"lazy\">",
        image.src, image.width, image.height
    )
}
