//! Expressions of template languages at the beginning of the address of a link or a picture, which generators replace before Markdown is read:
//! `[a]({{ site.baseurl }}/b)`, `[a]({{ "/b/" | url }})`, `[a]({% post_url 2015-03-17-b %})`, `[a]({{< ref "b.md" >}})`.

use super::code_fence::CodeFence;
use std::borrow::Cow;

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
    let mut ticks = 0;
    let starts = ["](", "=\"", "='"];
    while let Some(at) = starts.iter().filter_map(|start| rest.find(start)).min() {
        let (before, behind) = rest.split_at(at + 2);
        ticks += before.matches('`').count();
        out.push_str(before);
        rest = behind;
        let address = behind.trim_start_matches([' ', '<']);
        if let Some((expression, after)) = expression(address)
            && ticks % 2 == 0
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
