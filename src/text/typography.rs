//! Typographic quotation marks and apostrophes in the Markdown of articles, by language. Code is left as typed.

use comrak::nodes::{AstNode, NodeValue};

/// The quotation marks of a language: opening and closing, outer and inner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    outer: (&'static str, &'static str),
    inner: (&'static str, &'static str),
}

/// By language; the others have those of English. <https://www.unicode.org/cldr/charts/latest/by_type/core_data.alphabetic_information.punctuation.html>
const LANGUAGES: &[(&[&str], Quotes)] = &[
    (
        &["bg", "cs", "da", "de", "et", "is", "lt", "lv", "sk", "sl"],
        Quotes {
            outer: ("„", "“"),
            inner: ("‚", "‘"),
        },
    ),
    (
        &["hr", "hu", "pl", "ro", "sr"],
        Quotes {
            outer: ("„", "”"),
            inner: ("‚", "’"),
        },
    ),
    (
        &["fr"],
        Quotes {
            outer: ("«\u{202F}", "\u{202F}»"),
            inner: ("“", "”"),
        },
    ),
    (
        &["be", "el", "it", "nb", "nn", "no", "ru", "uk"],
        Quotes {
            outer: ("«", "»"),
            inner: ("“", "”"),
        },
    ),
    (
        &["fi", "sv"],
        Quotes {
            outer: ("”", "”"),
            inner: ("’", "’"),
        },
    ),
];

impl Quotes {
    /// The quotation marks for a BCP 47 language tag.
    pub fn of(language: &str) -> Quotes {
        let first = language
            .split('-')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let known = LANGUAGES
            .iter()
            .find(|(tags, _)| tags.contains(&first.as_str()));
        known.map_or(
            Quotes {
                outer: ("“", "”"),
                inner: ("‘", "’"),
            },
            |(_, quotes)| *quotes,
        )
    }
}

/// Sets the quotation marks in the texts of a parsed article.
pub(super) fn set_quotes<'a>(root: &'a AstNode<'a>, quotes: Quotes) {
    let mut setter = Setter {
        quotes,
        before: ' ',
        is_open: false,
        is_inner_open: false,
    };
    let mut follows: Vec<char> = Vec::new();
    let nodes: Vec<_> = root.descendants().collect();
    // The first letter behind each text, which may be in another node.
    let mut next = ' ';
    for node in nodes.iter().rev() {
        let value = &node.data.borrow().value;
        follows.push(next);
        match value {
            NodeValue::Text(text) => next = text.chars().next().unwrap_or(next),
            NodeValue::Code(code) => next = code.literal.chars().next().unwrap_or(next),
            NodeValue::Raw(_) => next = 'x',
            NodeValue::SoftBreak | NodeValue::LineBreak => next = ' ',
            value if value.block() => next = ' ',
            _ => {}
        }
    }
    for (node, follows) in nodes.into_iter().zip(follows.into_iter().rev()) {
        let mut data = node.data.borrow_mut();
        match &mut data.value {
            NodeValue::Text(text) => {
                let set = setter.set(text, follows);
                setter.before = text.chars().last().unwrap_or(setter.before);
                *text = set.into();
            }
            NodeValue::Code(code) => setter.before = code.literal.chars().last().unwrap_or('x'),
            NodeValue::SoftBreak | NodeValue::LineBreak => setter.before = ' ',
            value if value.block() => {
                setter.before = ' ';
                (setter.is_open, setter.is_inner_open) = (false, false);
            }
            _ => {}
        }
    }
}

struct Setter {
    quotes: Quotes,
    /// The character before the text.
    before: char,
    is_open: bool,
    is_inner_open: bool,
}

impl Setter {
    fn set(&mut self, text: &str, follows: char) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        let mut before = self.before;
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let next = rest.peek().copied().unwrap_or(follows);
            let opens = begins_word(before) && !next.is_whitespace();
            match c {
                '"' if opens && !(self.is_open && before == ' ' && next.is_ascii_punctuation()) => {
                    self.is_open = true;
                    out.push_str(self.quotes.outer.0);
                }
                // Inches and seconds of arc.
                '"' if before.is_ascii_digit() && !self.is_open => out.push('"'),
                '"' => {
                    self.is_open = false;
                    out.push_str(self.quotes.outer.1);
                }
                // The apostrophe of `’90s`.
                '\'' if opens && !next.is_ascii_digit() => {
                    self.is_inner_open = true;
                    out.push_str(self.quotes.inner.0);
                }
                '\'' if self.is_inner_open && !next.is_alphanumeric() => {
                    self.is_inner_open = false;
                    out.push_str(self.quotes.inner.1);
                }
                '\'' if before.is_ascii_digit() => out.push('\''),
                '\'' => out.push('’'),
                other => out.push(other),
            }
            before = c;
        }
        out
    }
}

/// Whether a quotation mark behind this character opens.
fn begins_word(before: char) -> bool {
    before.is_whitespace()
        || matches!(
            before,
            '(' | '[' | '{' | '—' | '–' | '-' | '/' | '"' | '\'' | '“' | '‘' | '„' | '«'
        )
}
