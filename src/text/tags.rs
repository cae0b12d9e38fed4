//! A tokenizer for HTML as people type it, which keeps every tag as typed.

pub(super) enum Token<'a> {
    Comment(&'a str),
    Tag(Tag<'a>),
    Text(&'a str),
}

pub(super) struct Tag<'a> {
    /// As typed, with its angle brackets.
    pub raw: &'a str,
    pub name: String,
    pub is_end: bool,
    pub attributes: &'a str,
}

/// The first token of a text that is not empty, and the rest. `has_end`: a comment is ended somewhere behind it.
pub(super) fn token(text: &str, has_end: bool) -> (Token<'_>, &str) {
    if let Some(rest) = text.strip_prefix("<!--")
        && has_end
        && let Some(end) = rest.find("-->")
    {
        return (Token::Comment(&rest[..end]), &rest[end + 3..]);
    }
    if let Some(tag) = tag(text) {
        let rest = &text[tag.raw.len()..];
        return (Token::Tag(tag), rest);
    }
    let skip = usize::from(text.starts_with('<'));
    let end = text[skip..].find('<').map_or(text.len(), |at| at + skip);
    (Token::Text(&text[..end]), &text[end..])
}

/// Maximum length of a tag, in bytes.
const MOST_TAG: usize = 8 * 1024;

/// The tag at the beginning of a text.
fn tag(text: &str) -> Option<Tag<'_>> {
    let inside = text.strip_prefix('<')?;
    let is_end = inside.starts_with('/');
    let start = 1 + usize::from(is_end);
    let name: String = text[start..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':'))
        .collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let attributes = start + name.len();
    // An unfinished tag must not be searched to the end of the text, again and again. Pictures may stand in theirs.
    let most = match name.eq_ignore_ascii_case("img") {
        true => usize::MAX,
        false => MOST_TAG,
    };
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().take(most).skip(attributes) {
        match (quote, byte) {
            (None, b'>') => {
                return Some(Tag {
                    raw: &text[..=at],
                    name: name.to_ascii_lowercase(),
                    is_end,
                    attributes: &text[attributes..at],
                });
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

/// The attributes of a tag: names in lower case, and decoded values.
pub(super) fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = text
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '/'))
            .unwrap_or(text.len());
        if end == 0 && !text.starts_with('=') {
            return all;
        }
        let name = text[..end.max(1)].to_ascii_lowercase();
        text = text[end.max(1)..].trim_start();
        let mut value = "";
        if let Some(rest) = text.strip_prefix('=') {
            let rest = rest.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (start, end) = match quote {
                Some(quote) => (1, rest[1..].find(quote).map_or(rest.len(), |at| at + 1)),
                None => (0, rest.find(char::is_whitespace).unwrap_or(rest.len())),
            };
            value = &rest[start..end];
            text = rest.get(end + start..).unwrap_or_default();
        }
        all.push((name, super::html::decode(value)));
    }
}
