//! Checks the publication's own style sheet: it may load nothing from elsewhere.

use cssparser::{ParseError, ParseErrorKind, Parser, Token};

/// Why a style sheet is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    Import,
    /// An address that is not a path of this site.
    Elsewhere(String),
    /// A string or an address without an end.
    Unfinished,
}

/// Functions whose strings are addresses.
const LOADING: [&str; 4] = ["url", "src", "image", "image-set"];
/// Blocks within blocks.
const MOST_DEPTH: usize = 50;

/// Checks a whole style sheet, by its tokens: what is hidden behind escapes is found too.
///
/// # Errors
/// The first problem.
pub fn check(css: &str) -> Result<(), Problem> {
    walk(&mut Parser::new(css), false, MOST_DEPTH)
}

fn walk(parser: &mut Parser<'_>, loads: bool, depth: usize) -> Result<(), Problem> {
    if depth == 0 {
        return Err(Problem::Unfinished);
    }
    while let Ok(token) = parser.next_including_whitespace_and_comments() {
        let nested = match token {
            Token::AtKeyword(name) if name.eq_ignore_ascii_case("import") => {
                return Err(Problem::Import);
            }
            Token::UnquotedUrl(url) => {
                local(url)?;
                None
            }
            Token::QuotedString(text) if loads => {
                local(text)?;
                None
            }
            Token::BadUrl(_) | Token::BadString(_) => return Err(Problem::Unfinished),
            Token::Function(name) => {
                let name = name.to_ascii_lowercase();
                let name = name.trim_start_matches("-webkit-");
                if loads && (name == "var" || name == "attr" || name == "env") {
                    return Err(Problem::Elsewhere(format!("{name}()")));
                }
                Some(LOADING.contains(&name))
            }
            Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                Some(loads)
            }
            _ => None,
        };
        if let Some(loads) = nested {
            let inner = parser.parse_nested_block(|inner| {
                walk(inner, loads, depth - 1).map_err(ParseError::custom::<Problem>)
            });
            inner.map_err(|error: ParseError<Problem>| match error.kind {
                ParseErrorKind::Custom(problem) => problem,
                ParseErrorKind::Basic(_) => Problem::Unfinished,
            })?;
        }
    }
    Ok(())
}

/// A path of this site, or a part of the page.
fn local(url: &str) -> Result<(), Problem> {
    let url = url.trim();
    // Browsers leave tabs and newlines out of an address.
    let is_plain = !url.chars().any(char::is_control);
    let is_path = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    match is_plain && (is_path || url.starts_with('#')) {
        true => Ok(()),
        false => Err(Problem::Elsewhere(url.chars().take(100).collect())),
    }
}
