//! Social cards: the preview picture that other sites show for a link to an article, with its title, section and site
//! name. Drawn with the fonts of the pages.

pub mod pages;

use crate::error::Error;
use crate::fonts;
use crate::text::escape;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use ttf_parser::{Face, Tag};

/// Pixels: <https://developers.facebook.com/docs/sharing/webmasters/images/>
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;
const MARGIN: f32 = 80.0;
const TITLE_WEIGHT: f32 = 600.0;

fn measure(face: &Face<'_>, text: &str, size: f32) -> f32 {
    let units = f32::from(face.units_per_em());
    let advance = |c: char| {
        let glyph = face.glyph_index(c);
        // The font lacks the glyph: its width is estimated at 0.9 em.
        glyph
            .and_then(|g| face.glyph_hor_advance(g))
            .map_or(units * 0.9, f32::from)
    };
    text.chars().map(advance).sum::<f32>() / units * size
}

/// Breaks a text into lines of at most this width in pixels; a longer word is split.
fn lines(face: &Face<'_>, text: &str, size: f32, width: f32) -> Vec<String> {
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
            if measure(face, &joined, size) <= width {
                *line = joined;
                break;
            }
            if line.is_empty() {
                let mut cut = 1;
                let chars: Vec<char> = word.chars().collect();
                while cut < chars.len()
                    && measure(face, &chars[..=cut].iter().collect::<String>(), size) <= width
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
fn fit(face: &Face<'_>, title: &str) -> (f32, Vec<String>) {
    let width = WIDTH as f32 - 2.0 * MARGIN;
    let mut fitting = [76.0, 64.0, 54.0, 46.0, 40.0]
        .into_iter()
        .map(|size| (size, lines(face, title, size, width)));
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

/// The layout of one card.
struct Card<'a> {
    /// Names of the serif and the sans family.
    fonts: (&'a str, &'a str),
    /// Where lines start, from the left or the right.
    x: f32,
    anchor: &'static str,
    /// Size of the title in pixels.
    size: f32,
}

impl Card<'_> {
    fn svg(&self, lines: &[String], section: &str, site: &str) -> String {
        let Card {
            fonts: (serif, sans),
            x,
            anchor,
            size,
        } = self;
        let title: String = lines
            .iter()
            .zip(0_u8..)
            .map(|(line, at)| {
                let y = 190.0 + size * 0.82 + f32::from(at) * size * 1.14;
                format!(
                    "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
                    escape(line)
                )
            })
            .collect();
        let right = WIDTH as f32 - MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"#fdfcfa\"/><rect width=\"100%\" height=\"12\" fill=\"#8f1d22\"/>\
         <g font-family=\"'{sans}'\" font-size=\"28\" font-weight=\"600\" fill=\"#8f1d22\" letter-spacing=\"2\">\
         <text x=\"{x}\" y=\"130\" text-anchor=\"{anchor}\">{}</text></g>\
         <g font-family=\"'{serif}'\" font-size=\"{size}\" font-weight=\"{TITLE_WEIGHT}\" fill=\"#1d1b18\">{title}</g>\
         <path d=\"M{MARGIN} 528H{right}\" stroke=\"#ddd8ce\" stroke-width=\"2\"/>\
         <g font-family=\"'{serif}'\" font-size=\"34\" font-weight=\"700\" fill=\"#1d1b18\">\
         <text x=\"{x}\" y=\"580\" text-anchor=\"{anchor}\">{}</text></g></svg>",
            escape(&crate::text::excerpt(section, 48).to_uppercase()),
            escape(&crate::text::excerpt(site, 56)),
        )
    }
}

/// Draws a card as PNG.
///
/// # Errors
/// `Internal` when the card cannot be rendered.
pub fn draw(title: &str, section: &str, site: &str, right_to_left: bool) -> Result<Vec<u8>, Error> {
    let fonts = fonts::built_in()?;
    let mut face = Face::parse(&fonts.serif, 0).map_err(Error::internal)?;
    face.set_variation(Tag::from_bytes(b"wght"), TITLE_WEIGHT);
    let (size, lines) = fit(&face, title);
    let all = [title, section, site].concat();
    let covered = all
        .chars()
        .all(|c| c.is_whitespace() || face.glyph_index(c).is_some());
    let database = if covered {
        fonts.database.clone()
    } else {
        fonts::with_system()?
    };
    let (serif, sans) = (fonts::family("Serif"), fonts::family("Sans"));
    let (x, anchor) = if right_to_left {
        (WIDTH as f32 - MARGIN, "end")
    } else {
        (MARGIN, "start")
    };
    let card = Card {
        fonts: (&serif, &sans),
        x,
        anchor,
        size,
    };
    let svg = card.svg(&lines, section, site);
    let options = Options {
        fontdb: database,
        font_family: serif,
        ..Options::default()
    };
    let tree = Tree::from_str(&svg, &options).map_err(Error::internal)?;
    let mut pixels = Pixmap::new(WIDTH, HEIGHT)
        .ok_or_else(|| Error::internal("no memory for the pixels of a card"))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(Error::internal)
}
