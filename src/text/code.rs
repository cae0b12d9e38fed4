//! Code with its parts told apart, once, when it is saved: eight classes, neighbours of one class in one `<span>`.

use std::fmt::Write as _;
use std::sync::OnceLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

fn syntaxes() -> &'static SyntaxSet {
    static ALL: OnceLock<SyntaxSet> = OnceLock::new();
    ALL.get_or_init(two_face::syntax::extra_newlines)
}

/// A class of tokens: its name in the style sheet, and the scopes that belong to it, the first that fits.
const CLASSES: [(&str, &[&str]); 8] = [
    ("c", &["comment"]),
    (
        "s",
        &[
            "string",
            "constant.character",
            "punctuation.definition.string",
        ],
    ),
    (
        "n",
        &[
            "constant.numeric",
            "constant.language",
            "constant.other",
            "support.constant",
        ],
    ),
    ("k", &["keyword", "storage"]),
    (
        "f",
        &[
            "entity.name.function",
            "support.function",
            "variable.function",
        ],
    ),
    (
        "t",
        &[
            "entity.name",
            "support.type",
            "support.class",
            "entity.other.inherited-class",
        ],
    ),
    (
        "a",
        &[
            "entity.other.attribute-name",
            "variable.parameter",
            "meta.attribute",
        ],
    ),
    ("o", &["keyword.operator", "punctuation.separator"]),
];

fn class_of(stack: &ScopeStack) -> Option<&'static str> {
    static SCOPES: OnceLock<Vec<(&'static str, Scope)>> = OnceLock::new();
    let scopes = SCOPES.get_or_init(|| {
        let all = CLASSES
            .iter()
            .flat_map(|(name, list)| list.iter().map(|one| (*name, *one)));
        let mut scopes: Vec<(&str, &str)> = all.collect();
        // `keyword.operator` before `keyword`.
        scopes.sort_by_key(|(_, scope)| std::cmp::Reverse(scope.len()));
        scopes
            .into_iter()
            .filter_map(|(name, scope)| Some((name, Scope::new(scope).ok()?)))
            .collect()
    });
    let inner = stack.as_slice().iter().rev();
    inner
        .flat_map(|scope| scopes.iter().find(|(_, known)| known.is_prefix_of(*scope)))
        .map(|(name, _)| *name)
        .next()
}

/// The code as HTML, lines and spaces kept. `None` where the language is not known, or its grammar fails.
pub(super) fn highlighted(language: &str, code: &str) -> Option<String> {
    let set = syntaxes();
    let syntax = set.find_syntax_by_token(language)?;
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut out = String::new();
    let mut open: Option<&'static str> = None;
    let mut put = |text: &str, class: Option<&'static str>| {
        // Space belongs to whatever stands around it.
        let class = if text.trim().is_empty() { open } else { class };
        if class != open {
            if open.is_some() {
                out.push_str("</span>");
            }
            if let Some(class) = class {
                let _ = write!(out, "<span class=\"{class}\">");
            }
            open = class;
        }
        for c in text.chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
        }
    };
    for line in code.split_inclusive('\n') {
        let ops = state.parse_line(line, set).ok()?;
        let mut done = 0;
        for (at, op) in ops {
            put(line.get(done..at)?, class_of(&stack));
            done = at;
            stack.apply(&op).ok()?;
        }
        put(line.get(done..)?, class_of(&stack));
    }
    put("\u{200B}", None);
    if open.is_some() {
        out.push_str("</span>");
    }
    Some(out.replace('\u{200B}', ""))
}
