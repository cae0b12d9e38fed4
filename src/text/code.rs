//! Syntax highlighting, when an article is saved: eight CSS classes; adjacent tokens of a class share a `<span>`.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

fn syntaxes() -> &'static SyntaxSet {
    static ALL: OnceLock<SyntaxSet> = OnceLock::new();
    ALL.get_or_init(two_face::syntax::extra_newlines)
}

/// Token classes: the CSS class, and the syntect scopes that belong to it. The longest matching scope decides.
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

/// HTML output in which adjacent tokens of one class share a `<span>`.
#[derive(Default)]
struct HighlightedHtml {
    out: String,
    open: Option<&'static str>,
}

impl HighlightedHtml {
    fn put(&mut self, text: &str, class: Option<&'static str>) {
        // Whitespace does not end a run.
        if !text.trim().is_empty() {
            self.switch_class(class);
        }
        for c in text.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '&' => self.out.push_str("&amp;"),
                c => self.out.push(c),
            }
        }
    }

    /// Ends the current run and begins one of this class, unless it is the same.
    fn switch_class(&mut self, class: Option<&'static str>) {
        if class == self.open {
            return;
        }
        if self.open.is_some() {
            self.out.push_str("</span>");
        }
        if let Some(class) = class {
            let _ = write!(self.out, "<span class=\"{class}\">");
        }
        self.open = class;
    }
}

/// Maximum bytes in a line: grammars are slow on longer lines, which are rarely written by hand.
const LONGEST_LINE: usize = 1000;

/// Bytes and processor time for highlighting the code of an article; code beyond it is not highlighted.
#[derive(Clone, Debug)]
pub struct HighlightBudget {
    bytes: usize,
    time: Duration,
}

impl Default for HighlightBudget {
    fn default() -> HighlightBudget {
        HighlightBudget {
            bytes: 64 * 1024,
            time: Duration::from_millis(400),
        }
    }
}

/// What this thread has used: by the clock, an article would look otherwise when the machine is busy.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// The code as highlighted HTML, with its line breaks and spaces. `None` if the language is unknown, its grammar fails,
/// a line is too long, or the budget is used up.
pub(super) fn highlight(
    language: &str,
    code: &str,
    budget: &mut HighlightBudget,
) -> Option<String> {
    if code.len() > budget.bytes || code.lines().any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let began = processor_time();
    let set = syntaxes();
    let syntax = set.find_syntax_by_token(language)?;
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut runs = HighlightedHtml::default();
    budget.bytes -= code.len();
    for line in code.split_inclusive('\n') {
        if processor_time() - began > budget.time {
            budget.bytes = 0;
            return None;
        }
        let ops = state.parse_line(line, set).ok()?;
        let mut done = 0;
        for (at, op) in ops {
            runs.put(line.get(done..at)?, class_of(&stack));
            done = at;
            stack.apply(&op).ok()?;
        }
        runs.put(line.get(done..)?, class_of(&stack));
    }
    runs.switch_class(None);
    budget.time = budget.time.saturating_sub(processor_time() - began);
    Some(runs.out)
}
