//! Text processing without I/O: cleaning, Markdown, sanitising, search words, diffs, excerpts and slugs.

pub mod article;
pub mod code;
pub mod colour;
pub mod css;
pub mod diff;
mod email;
pub mod fold;
mod footnotes;
mod html;
pub mod ids;
pub mod markdown;
pub mod note_references;
mod picture;
mod safe_html;
mod sanitise;
pub mod seal;
mod slug;
pub mod snippet;
pub mod stem;
pub mod structure;
mod tags;
pub mod token;
mod typed_html;
pub mod typography;

pub use email::{Email, ascii_domain};
pub use safe_html::{SafeHtml, SanitisedHtml, stored_html};
pub use slug::slug;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Maximum number of combining marks on one letter; more would be drawn over the surrounding text.
pub const MOST_MARKS: usize = 8;

/// Why a text is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidText {
    /// NUL or another control character but tab and newline.
    Control,
    /// More than [`MOST_MARKS`] combining marks on one letter.
    Marks,
}

/// Normalises a text: NFC, `\n` for every line end, without bidirectional control characters (U+202A–E, U+2066–9:
/// <https://trojansource.codes/>).
///
/// # Errors
/// [`InvalidText`] for control characters and for too many combining marks.
pub fn clean(given: &str) -> Result<String, InvalidText> {
    let lines = given.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = without_direction_controls(&lines).nfc().collect();
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\n'))
    {
        return Err(InvalidText::Control);
    }
    let mut marks = 0;
    for c in text.chars() {
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        if marks > MOST_MARKS {
            return Err(InvalidText::Marks);
        }
    }
    Ok(text)
}

/// The characters of a text without bidirectional controls, which would turn the text around it.
pub fn without_direction_controls(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'))
}

/// A number of bytes as it is shown to people.
pub fn bytes(many: u64) -> String {
    const MIB: f64 = 1024.0 * 1024.0;
    match many as f64 {
        few if few < MIB => format!("{} KiB", many.div_ceil(1024)),
        more if more < 1024.0 * MIB => format!("{:.1} MiB", more / MIB),
        large => format!("{:.1} GiB", large / (1024.0 * MIB)),
    }
}

/// [`clean`] for one line: whitespace is collapsed and trimmed.
pub fn clean_line(given: &str) -> Result<String, InvalidText> {
    Ok(collapse(&clean(given)?))
}

/// The text without whitespace at its ends, and with one space for any other.
pub fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nothing of a text is visible: it has only spaces, control and other invisible characters.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || is_combining_mark(c)
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2065}' | '\u{FEFF}' | '\u{180E}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{2800}' | '\u{E0000}'..='\u{E0FFF}')
    })
}

/// The number of words, for reading times.
pub fn words(text: &str) -> i64 {
    text.split_whitespace().count() as i64
}

/// The beginning of a text, cut between words at no more than `most` characters; `…` is added where it is cut.
pub fn excerpt(text: &str, most: usize) -> String {
    let flat = collapse(text);
    if flat.chars().count() <= most {
        return flat;
    }
    let cut: String = flat.chars().take(most).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{cut}…")
}

/// A key that is equal for names that look alike: the Unicode TR39 skeleton, without letter case, accents and
/// punctuation, and with digits as the letters that they resemble.
pub fn lookalike(name: &str) -> String {
    let folded: String = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .map(|c| match c {
            '0' => 'o',
            '1' | '|' | 'i' => 'l',
            '3' => 'e',
            '5' => 's',
            other => other,
        })
        .collect();
    let skeleton: String = unicode_security::confusable_detection::skeleton(&folded)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        // The skeleton may contain new letters `i`.
        .map(|c| if c == 'i' { 'l' } else { c })
        .collect();
    skeleton.replace("vv", "w")
}

/// Bytes as hexadecimal digits.
pub fn encode_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |s, b| {
            s + format!("{b:02x}").as_str()
        })
}

/// Random bytes from the system as hexadecimal digits.
///
/// # Errors
/// If the system has none.
pub fn random_hex<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(encode_hex(&bytes))
}

/// Decodes [`encode_hex`]; stops at the first pair that is not hexadecimal.
pub fn decode_hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Escapes a text for HTML, as templates do.
pub fn escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map_or_else(|e| match e {}, |t| t.to_string())
}

/// Markdown that shows a line of plain text as it is.
pub fn escape_markdown(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    for (at, c) in line.char_indices() {
        let is_marker = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '^' | '{' => true,
            // What begins a heading, a list or an underline.
            '#' | '+' | '-' | '=' => at == 0,
            '.' | ')' => at == digits && at > 0,
            // A link that nobody typed as one.
            ':' => line[at..].starts_with("://"),
            '@' => true,
            '!' => line[at..].starts_with("!["),
            _ => false,
        };
        if is_marker {
            out.push('\\');
        }
        out.push(c);
        // `www.` is linked too.
        if c == 'w'
            && line[..=at].to_ascii_lowercase().ends_with("www")
            && line[at + 1..].starts_with('.')
        {
            out.push('\\');
        }
    }
    out
}
