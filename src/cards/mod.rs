//! Social cards: the preview picture that other sites show for a link to an article, with its title, section and site
//! name. Drawn with the fonts of the pages.

pub mod pages;

use crate::error::Error;
use crate::fonts::{self, Ruler};
use crate::text::escape;
use resvg::tiny_skia::{Color, ColorU8, Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Pixels: <https://developers.facebook.com/docs/sharing/webmasters/images/>
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;
const MARGIN: f32 = 80.0;
const TITLE_WEIGHT: f32 = 600.0;

/// Breaks a text into lines of at most this width in pixels; a longer word is split.
fn lines(ruler: &Ruler, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word.to_owned();
        loop {
            let line = lines.last_mut().expect("lines is never empty");
            let joined = if line.is_empty() {
                word.clone()
            } else {
                format!("{line} {word}")
            };
            if ruler.width(&joined, size) <= width {
                *line = joined;
                break;
            }
            if line.is_empty() {
                let mut cut = 1;
                let chars: Vec<char> = word.chars().collect();
                while cut < chars.len()
                    && ruler.width(&chars[..=cut].iter().collect::<String>(), size) <= width
                {
                    cut += 1;
                }
                *line = chars[..cut].iter().collect();
                word = chars[cut..].iter().collect();
                if word.is_empty() {
                    break;
                }
            }
            lines.push(String::new());
        }
    }
    lines
}

/// The largest size in which a title fits, and its lines; what does not fit in the smallest one is cut.
fn fit(ruler: &Ruler, title: &str) -> (f32, Vec<String>) {
    let width = WIDTH as f32 - 2.0 * MARGIN;
    let mut fitting = [76.0, 64.0, 54.0, 46.0, 40.0]
        .into_iter()
        .map(|size| (size, lines(ruler, title, size, width)));
    let (size, mut lines) = fitting
        .clone()
        .find(|(size, lines)| lines.len() as f32 * size * 1.14 <= 330.0)
        .or_else(|| fitting.next_back())
        .expect("the list of font sizes is not empty");
    if lines.len() > 7 {
        lines.truncate(7);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    (size, lines)
}

/// What a card shows.
pub struct Content<'a> {
    pub title: &'a str,
    pub section: &'a str,
    pub site: &'a str,
    /// The site is written from right to left.
    pub is_right_to_left: bool,
    /// The point of the picture that stays, in per cent of width and height.
    pub focus: (i64, i64),
    /// The story's picture, behind the title.
    pub picture: Option<Vec<u8>>,
}

/// The colours of a card: of the title, of the section, of the rule.
struct Colours {
    ink: &'static str,
    accent: &'static str,
    rule: &'static str,
}

const ON_PAPER: Colours = Colours {
    ink: "#1d1b18",
    accent: "#8f1d22",
    rule: "#ddd8ce",
};
const ON_PICTURE: Colours = Colours {
    ink: "#ffffff",
    accent: "#ffffff",
    rule: "#ffffff",
};
/// How much of a picture's light is left behind the title.
const DIMMED: f32 = 0.42;

/// The layout of one card.
struct Card<'a> {
    /// Names of the serif and the sans family.
    fonts: (&'a str, &'a str),
    /// Where lines start, from the left or the right.
    x: f32,
    anchor: &'static str,
    /// Size of the title in pixels.
    size: f32,
    colours: Colours,
}

/// Whether the first letter that has a direction is of a script that is written from right to left (Hebrew, Arabic, Syriac,
/// Thaana, N'Ko and their presentation forms).
fn is_right_to_left(text: &str) -> bool {
    let is_rtl = |c: char| matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}');
    text.chars().find(|c| c.is_alphabetic()).is_some_and(is_rtl)
}

/// Escaped, and with the direction of its letters, so that punctuation at its end stands on their side.
fn line_text(text: &str) -> String {
    match is_right_to_left(text) {
        true => format!("\u{200F}{}\u{200F}", escape(text)),
        false => escape(text),
    }
}

impl Card<'_> {
    fn svg(&self, lines: &[String], section: &str, site: &str) -> String {
        let Card {
            fonts: (serif, sans),
            x,
            anchor,
            size,
            colours: Colours { ink, accent, rule },
        } = self;
        let title: String = lines
            .iter()
            .zip(0_u8..)
            .map(|(line, at)| {
                let y = 190.0 + size * 0.82 + f32::from(at) * size * 1.14;
                format!(
                    "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
                    line_text(line)
                )
            })
            .collect();
        let right = WIDTH as f32 - MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <rect width=\"100%\" height=\"12\" fill=\"#8f1d22\"/>\
         <g font-family=\"'{sans}'\" font-size=\"28\" font-weight=\"600\" fill=\"{accent}\" letter-spacing=\"2\">\
         <text x=\"{x}\" y=\"130\" text-anchor=\"{anchor}\">{}</text></g>\
         <g font-family=\"'{serif}'\" font-size=\"{size}\" font-weight=\"{TITLE_WEIGHT}\" fill=\"{ink}\">{title}</g>\
         <path d=\"M{MARGIN} 528H{right}\" stroke=\"{rule}\" stroke-width=\"2\"/>\
         <g font-family=\"'{serif}'\" font-size=\"34\" font-weight=\"700\" fill=\"{ink}\">\
         <text x=\"{x}\" y=\"580\" text-anchor=\"{anchor}\">{}</text></g></svg>",
            line_text(&crate::text::excerpt(section, 48).to_uppercase()),
            line_text(&crate::text::excerpt(site, 56)),
        )
    }
}

/// Emoji and the characters that join and colour them, which the fonts of a card do not have.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{FE0E}' | '\u{FE0F}' | '\u{200D}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}')
}

/// The text as the fonts can show it: without emoji, and empty if a letter is missing in all of them. Second: whether the
/// fonts of the system are needed.
fn showable(text: &str) -> (String, bool) {
    let text: String = text.chars().filter(|c| !is_emoji(*c)).collect();
    let is_known = |database: &fontdb::Database, c: char| {
        c.is_whitespace() || c.is_control() || is_mark(c) || fonts::has(database, c)
    };
    let foreign: Vec<char> = text
        .chars()
        .filter(|c| !is_known(fonts::built_in(), *c))
        .collect();
    match foreign.iter().all(|c| is_known(fonts::with_system(), *c)) {
        true => (text, !foreign.is_empty()),
        false => (String::new(), false),
    }
}

/// Marks of direction, which are never drawn.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The ground of a card: paper, or the picture, cut to size and dimmed.
fn ground(picture: Option<&[u8]>, focus: (i64, i64)) -> Option<(Pixmap, Colours)> {
    let mut pixels = Pixmap::new(WIDTH, HEIGHT)?;
    let shown = picture.and_then(|bytes| image::load_from_memory(bytes).ok());
    let Some(shown) = shown else {
        pixels.fill(Color::from_rgba8(0xfd, 0xfc, 0xfa, 255));
        return Some((pixels, ON_PAPER));
    };
    let shown = filled(&shown, focus).into_rgb8();
    for (to, from) in pixels.pixels_mut().iter_mut().zip(shown.pixels()) {
        let [red, green, blue] = from.0.map(|light| (f32::from(light) * DIMMED) as u8);
        *to = ColorU8::from_rgba(red, green, blue, 255).premultiply();
    }
    Some((pixels, ON_PICTURE))
}

/// A picture in the size of a card: what does not fit is cut off, as far from the focus as can be.
fn filled(picture: &image::DynamicImage, (x, y): (i64, i64)) -> image::DynamicImage {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let scale = (f64::from(WIDTH) / width).max(f64::from(HEIGHT) / height);
    // What is cut out, in the picture's own pixels.
    let (cut_width, cut_height) = (f64::from(WIDTH) / scale, f64::from(HEIGHT) / scale);
    let start = |percent: i64, whole: f64, cut: f64| {
        let middle = whole * percent as f64 / 100.0;
        (middle - cut / 2.0).clamp(0.0, (whole - cut).max(0.0)) as u32
    };
    let (left, top) = (start(x, width, cut_width), start(y, height, cut_height));
    picture
        .crop_imm(left, top, cut_width.ceil() as u32, cut_height.ceil() as u32)
        .resize_exact(WIDTH, HEIGHT, image::imageops::FilterType::Triangle)
}

/// Draws a card as PNG.
///
/// # Errors
/// `Internal` when the card cannot be rendered.
pub fn draw(content: &Content<'_>) -> Result<Vec<u8>, Error> {
    let (title, title_needs) = showable(content.title);
    let (section, section_needs) = showable(content.section);
    let (site, site_needs) = showable(content.site);
    let (mut pixels, colours) = ground(content.picture.as_deref(), content.focus)
        .ok_or_else(|| Error::internal("no memory for the pixels of a card"))?;
    let (size, lines) = fit(&Ruler::serif(TITLE_WEIGHT), title.trim());
    let (serif, sans) = (fonts::family("Serif"), fonts::family("Sans"));
    let (x, anchor) = match content.is_right_to_left {
        true => (WIDTH as f32 - MARGIN, "end"),
        false => (MARGIN, "start"),
    };
    let card = Card {
        fonts: (&serif, &sans),
        x,
        anchor,
        size,
        colours,
    };
    let svg = card.svg(&lines, &section, &site);
    let database = match title_needs || section_needs || site_needs {
        true => fonts::with_system(),
        false => fonts::built_in(),
    };
    let options = Options {
        fontdb: database.clone(),
        font_family: serif,
        ..Options::default()
    };
    let tree = Tree::from_str(&svg, &options).map_err(Error::internal)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(Error::internal)
}
