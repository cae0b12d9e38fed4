//! Expressions of template languages at the beginning of the address of a link or a picture, which generators replace before Markdown is read:
//! `[a]({{ site.baseurl }}/b)`, `[a]({{ "/b/" | url }})`, `[a]({% post_url 2015-03-17-b %})`, `[a]({{< ref "b.md" >}})`.

use super::code::{CodeFence, is_in_code_span};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Takes the blocks of Liquid that mean something for the text: code in `highlight` becomes a fenced block, `comment` goes,
/// and of `raw` the contents stay. Lines keep their numbers, if each tag stands on a line of its own.
pub(super) fn replace_blocks(body: &str) -> Cow<'_, str> {
    if !body.contains("{%") {
        return Cow::Borrowed(body);
    }
    let mut fence = CodeFence::default();
    let (mut out, mut rest) = (String::with_capacity(body.len()), body);
    while let Some(at) = rest.find("{%") {
        let (before, behind) = rest.split_at(at);
        for line in before.split_inclusive('\n') {
            fence.read(line);
        }
        out.push_str(before);
        let line = out.rsplit('\n').next().unwrap_or_default();
        let is_code = fence.is_open() || is_in_code_span(line, behind);
        let block = expression(behind)
            .filter(|_| !is_code)
            .and_then(|(tag, inside)| {
                let (name, argument) = tag.split_once(' ').unwrap_or((tag, ""));
                let (inside, after) = until_end(name, inside)?;
                Some((name, argument, inside, after))
            });
        rest = match block {
            Some(("highlight", language, code, after)) => {
                let language = language.split(' ').next().unwrap_or_default();
                let code = code.trim_matches('\n');
                let _ = write!(out, "{FENCE}{language}\n{code}\n{FENCE}");
                after
            }
            Some(("comment", _, hidden, after)) => {
                out.extend(hidden.matches('\n'));
                after
            }
            Some((_, _, raw, after)) => {
                out.push_str(raw);
                after
            }
            None => {
                out.push_str("{%");
                &behind[2..]
            }
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Longer than what code has in it.
const FENCE: &str = "~~~~~~~~";

/// What stands before the end of a block, and behind it. `None`: it is no block that means something here, or has no end.
fn until_end<'a>(name: &str, inside: &'a str) -> Option<(&'a str, &'a str)> {
    let end = match name {
        "highlight" => "endhighlight",
        "comment" => "endcomment",
        "raw" => "endraw",
        _ => return None,
    };
    let mut from = 0;
    while let Some(at) = inside[from..].find("{%").map(|at| at + from) {
        match expression(&inside[at..]) {
            Some((tag, after)) if tag == end => return Some((&inside[..at], after)),
            _ => from = at + 2,
        }
    }
    None
}

/// Replaces such expressions by the address that they stand for. Code is left as typed, and so is what is not understood.
pub(super) fn replace_in_links(body: &str) -> Cow<'_, str> {
    if !body.contains("{{") && !body.contains("{%") {
        return Cow::Borrowed(body);
    }
    let mut fence = CodeFence::default();
    let mut out = String::with_capacity(body.len());
    for line in body.split_inclusive('\n') {
        match fence.read(line) {
            true => out.push_str(line),
            false => replace_in_line(line, &mut out),
        }
    }
    Cow::Owned(out)
}

fn replace_in_line(line: &str, out: &mut String) {
    let mut rest = line;
    let starts = ["](", "=\"", "='"];
    while let Some(at) = starts.iter().filter_map(|start| rest.find(start)).min() {
        let (before, behind) = rest.split_at(at + 2);
        out.push_str(before);
        rest = behind;
        let address = behind.trim_start_matches([' ', '<']);
        if let Some((expression, after)) = expression(address)
            && !is_in_code_span(&line[..line.len() - behind.len()], behind)
            && let Some(meaning) = meaning(expression)
        {
            out.push_str(meaning.as_ref());
            rest = after;
            // `{{ site.baseurl }}{% post_url … %}`
            while let Some((expression, after)) = self::expression(rest)
                && let Some(meaning) = self::meaning(expression)
            {
                out.push_str(meaning.as_ref());
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

/// The expression at the beginning of a text, without its braces, and what is behind it.
pub(super) fn expression(text: &str) -> Option<(&str, &str)> {
    for (open, close) in [("{{<", ">}}"), ("{{%", "%}}"), ("{{", "}}"), ("{%", "%}")] {
        if let Some(inner) = text.strip_prefix(open) {
            let (inner, behind) = inner.split_once(close)?;
            let is_one_line = !inner.contains('\n');
            return is_one_line.then_some((inner.trim_matches(['-', ' ', '\t']), behind));
        }
    }
    None
}

/// The address that an expression stands for.
fn meaning(expression: &str) -> Option<Cow<'_, str>> {
    let (name, argument) = match expression.split_once(char::is_whitespace) {
        Some((name, argument)) => (name, argument.trim()),
        None => (expression, ""),
    };
    match name {
        "post_url" => Some(format!("/_posts/{argument}").into()),
        "link" => Some(format!("/{}", argument.trim_start_matches('/')).into()),
        "ref" | "relref" => Some(argument.trim_matches(['"', '\'']).into()),
        _ => {
            let quoted = expression.strip_prefix(['"', '\'']);
            match quoted.and_then(|rest| rest.split_once(['"', '\''])) {
                Some((path, _)) => Some(path.into()),
                // A variable such as `site.baseurl`: the root of the site.
                None if argument.is_empty() && name.contains("site") => Some("".into()),
                None => None,
            }
        }
    }
}

/// A text without expressions.
pub(super) fn remove(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        rest = match expression(behind) {
            Some((_, after)) => after,
            None => {
                out.push('{');
                &behind[1..]
            }
        };
    }
    out + rest
}
