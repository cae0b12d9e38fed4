//! The only type that a template prints unescaped.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use std::fmt;

/// HTML that came out of the sanitiser, now or when it was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// For the sanitiser in this folder alone.
    pub(super) fn sanitised(html: String) -> SafeHtml {
        SafeHtml(html)
    }

    /// Text with nothing to interpret: one `<p>` a paragraph.
    pub fn paragraphs<'a>(lines: impl IntoIterator<Item = &'a str>) -> SafeHtml {
        SafeHtml(
            lines
                .into_iter()
                .map(|line| {
                    format!(
                        "<p>{}</p>\n",
                        ammonia::clean_text(line)
                            .replace("&#32;", " ")
                            .replace("&#47;", "/")
                            .replace("&#61;", "=")
                            .replace("&#9;", "\t")
                    )
                })
                .collect(),
        )
    }

    /// A heading with nothing to interpret. `id` is made by [`super::markdown::Ids`].
    pub fn heading(text: &str, id: &str) -> SafeHtml {
        let inner = SafeHtml::paragraphs([text]).0;
        SafeHtml(
            inner
                .replacen("<p>", &format!("<h2 id=\"{id}\">"), 1)
                .replacen("</p>", "</h2>", 1),
        )
    }

    /// JSON inside a `<script>` of data: nothing in it can end the element.
    /// <https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements>
    pub fn json(value: &serde_json::Value) -> SafeHtml {
        let text = value.to_string();
        SafeHtml(
            text.replace('<', "\\u003c")
                .replace('>', "\\u003e")
                .replace('&', "\\u0026")
                .replace('\u{2028}', "\\u2028")
                .replace('\u{2029}', "\\u2029"),
        )
    }

    pub fn append(&mut self, other: &SafeHtml) {
        self.0.push_str(&other.0);
    }

    /// Text with parts of it marked, for search results.
    pub fn marked(parts: &[(String, bool)]) -> SafeHtml {
        let part = |(text, is_marked): &(String, bool)| {
            let text = super::escape(text);
            if *is_marked {
                format!("<mark>{text}</mark>")
            } else {
                text
            }
        };
        SafeHtml(parts.iter().map(part).collect())
    }

    /// The same with every link and picture of this site under its full address, for readers elsewhere.
    pub fn absolute(&self, origin: &str, page: &str) -> String {
        let full = |attribute: &str| format!("{attribute}=\"{origin}/");
        let text = self.0.replace("href=\"/", &full("href"));
        let text = text.replace("src=\"/", &full("src"));
        let text = text.replace("href=\"#", &format!("href=\"{page}#"));
        // Other widths are for the page alone.
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(" srcset=\"") {
            out.push_str(&rest[..at]);
            let tail = &rest[at + 9..];
            rest = tail.find('"').map_or("", |end| &tail[end + 1..]);
        }
        out + rest
    }

    /// What is left to read when the tags are gone: a line for each paragraph, item, cell or heading.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find('<') {
            out.push_str(&rest[..at]);
            let Some(end) = rest[at..].find('>') else {
                break;
            };
            let tag = &rest[at + 1..at + end];
            let name = tag
                .trim_start_matches('/')
                .split([' ', '/'])
                .next()
                .unwrap_or_default();
            let ends_line = matches!(
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
                    | "hr"
            );
            if ends_line && !out.ends_with('\n') && !out.is_empty() {
                out.push('\n');
            } else if matches!(name, "td" | "th") && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
            rest = &rest[at + end + 1..];
        }
        out.push_str(rest);
        let decoded = out
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&nbsp;", "\u{A0}")
            .replace("&amp;", "&");
        let lines = decoded.lines().map(str::trim).filter(|l| !l.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The headings that can be jumped to: level, id, text.
    pub fn headings(&self) -> Vec<(u8, String, String)> {
        let mut found = Vec::new();
        for (level, mark) in [(2, "<h2 id=\""), (3, "<h3 id=\"")] {
            for (at, _) in self.0.match_indices(mark) {
                let tail = &self.0[at + mark.len()..];
                let Some((id, rest)) = tail.split_once("\">") else {
                    continue;
                };
                let inner = rest.split("</h").next().unwrap_or_default();
                let text = SafeHtml(inner.to_owned()).text().replace('\n', " ");
                found.push((at, level, id.to_owned(), text));
            }
        }
        found.sort_unstable();
        found
            .into_iter()
            .map(|(_, level, id, text)| (level, id, text))
            .collect()
    }

    /// Whether it refers to source notes.
    pub fn has_reference(&self) -> bool {
        self.0.contains("<sup class=\"ref\">")
    }

    /// Whether something in it has this id.
    pub fn has_id(&self, id: &str) -> bool {
        self.0.contains(&format!(" id=\"{id}\""))
    }

    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl askama::filters::HtmlSafe for SafeHtml {}

impl<DB: Backend> FromSql<Text, DB> for SafeHtml
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes).map(SafeHtml)
    }
}
impl<DB: Backend> ToSql<Text, DB> for SafeHtml
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
