//! A small reader for sanitised HTML: it relies on well-formed tags, and on every other `<` being escaped.

use super::SafeHtml;

/// A token of HTML: the text between two tags, or a tag without its angle brackets.
enum Token<'a> {
    Text(&'a str),
    Tag(&'a str),
}

/// Splits HTML into tokens.
fn tokens(html: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = html;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('<')
            && let Some(end) = inside.find('>')
        {
            rest = &inside[end + 1..];
            return Some(Token::Tag(&inside[..end]));
        }
        let skip = usize::from(rest.starts_with('<'));
        let end = rest[skip..].find('<').map_or(rest.len(), |at| at + skip);
        let (text, behind) = rest.split_at(end);
        rest = behind;
        Some(Token::Text(text))
    })
}

/// The name of a tag, opening or closing.
fn name(tag: &str) -> &str {
    tag.trim_start_matches('/')
        .split([' ', '/'])
        .next()
        .unwrap_or_default()
}

/// The value of an attribute, not decoded.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split_once('"').map(|(value, _)| value)
}

pub(super) fn decode(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", "\u{A0}")
        .replace("&amp;", "&")
}

/// Whether a tag begins or ends a line of the plain text.
fn ends_line(name: &str) -> bool {
    matches!(
        name,
        "p" | "li"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "pre"
            | "tr"
            | "br"
            | "figure"
            | "figcaption"
            | "blockquote"
            | "div"
            | "dt"
            | "dd"
            | "summary"
            | "caption"
            | "hr"
    )
}

/// The opening tags of a reference to a source note and of one to a footnote.
const REFERENCE: &str = "sup class=\"ref\"";
const FOOTNOTE: &str = "sup class=\"footnote-ref\"";

/// The plain text: a line for each paragraph, item or heading, without the numbers of source notes.
pub(super) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside_reference = false;
    for piece in tokens(html) {
        match piece {
            // The way back from a footnote.
            Token::Text("↩") => {}
            Token::Text(text) if !inside_reference => out.push_str(text),
            Token::Text(_) => {}
            Token::Tag(tag) if tag == REFERENCE || tag == FOOTNOTE => inside_reference = true,
            Token::Tag("/sup") => inside_reference = false,
            Token::Tag(tag) if ends_line(name(tag)) && !out.is_empty() && !out.ends_with('\n') => {
                out.push('\n')
            }
            Token::Tag(tag) if matches!(name(tag), "td" | "th") && !out.ends_with([' ', '\n']) => {
                out.push(' ')
            }
            Token::Tag(_) => {}
        }
    }
    let decoded = decode(&out);
    let lines = decoded
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Makes the URLs absolute, for feeds, and removes `srcset` and `sizes`.
pub(super) fn absolute(html: &str, origin: &str, page: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for piece in tokens(html) {
        let tag = match piece {
            Token::Text(text) => {
                out.push_str(text);
                continue;
            }
            Token::Tag(tag) => tag,
        };
        let mut tag = tag.to_owned();
        for name in ["srcset", "sizes"] {
            if let Some(value) = attribute(&tag, name) {
                tag = tag.replacen(&format!(" {name}=\"{value}\""), "", 1);
            }
        }
        for name in ["href", "src"] {
            let Some(value) = attribute(&tag, name) else {
                continue;
            };
            let full = match value {
                local if local.starts_with('/') && !local.starts_with("//") => {
                    format!("{origin}{local}")
                }
                place if place.starts_with('#') => format!("{page}{place}"),
                host if host.starts_with("//") => format!("https:{host}"),
                _ => continue,
            };
            tag = tag.replacen(
                &format!(" {name}=\"{value}\""),
                &format!(" {name}=\"{full}\""),
                1,
            );
        }
        out.push('<');
        out.push_str(&tag);
        out.push('>');
    }
    out
}

/// The headings (`h2`, `h3`) with an id: level, id, text.
pub(super) fn headings(html: &str) -> Vec<(u8, String, String)> {
    let mut found: Vec<(u8, String, String)> = Vec::new();
    let mut open: Option<(u8, String, String)> = None;
    for piece in tokens(html) {
        match piece {
            Token::Tag(tag) if matches!(name(tag), "h2" | "h3") => {
                let level = if name(tag) == "h2" { 2 } else { 3 };
                match (tag.starts_with('/'), open.take()) {
                    (true, Some((level, id, inner))) => {
                        found.push((level, id, text(&inner).replace('\n', " ")))
                    }
                    _ => {
                        open = attribute(tag, "id").map(|id| (level, id.to_owned(), String::new()))
                    }
                }
            }
            Token::Tag(tag) => {
                if let Some((_, _, inner)) = &mut open {
                    inner.push_str(&format!("<{tag}>"));
                }
            }
            Token::Text(text) => {
                if let Some((_, _, inner)) = &mut open {
                    inner.push_str(text);
                }
            }
        }
    }
    found
}

/// Whether it has references to source notes.
pub(super) fn has_reference(html: &SafeHtml) -> bool {
    html.as_str().contains(&format!("<{REFERENCE}>"))
}
