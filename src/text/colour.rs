//! Colours, and whether text in them can be read: WCAG 2.2, <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>

/// The least contrast of text, <https://www.w3.org/TR/WCAG22/#contrast-minimum>
pub const LEAST_CONTRAST: f64 = 4.5;

/// A colour, as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

/// The paper of pages, in light and dark.
pub const PAPER: Colour = Colour([0xFD, 0xFC, 0xFA]);
pub const DARK_PAPER: Colour = Colour([0x17, 0x16, 0x14]);

impl Colour {
    /// Parses `#rrggbb`.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.trim().strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Colour([part(0)?, part(2)?, part(4)?]))
    }

    /// `#rrggbb`
    pub fn hex(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// The contrast of text in this colour on that one, 1 to 21.
    pub fn contrast(self, on: Colour) -> f64 {
        let (one, other) = (self.luminance(), on.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The same colour, as much lighter as it has to be to be read on dark paper.
    pub fn for_dark(self) -> Colour {
        let mixed = |step: u32| {
            let part = |value: u8| {
                let value = u32::from(value);
                ((value * (20 - step) + 255 * step) / 20) as u8
            };
            Colour(self.0.map(part))
        };
        let readable = |colour: &Colour| colour.contrast(DARK_PAPER) >= LEAST_CONTRAST;
        (0..=20).map(mixed).find(readable).unwrap_or(mixed(20))
    }
}
