//! The only type that a template prints unescaped.

use super::html;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{SqlType, Text};
use std::fmt;

/// The SQL type of a column that holds what the sanitiser made: no other text can be read as [`SafeHtml`].
#[derive(Clone, Copy, Debug, Default, SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 25, array_oid = 1009))]
pub struct SanitisedHtml;

/// HTML that came out of the sanitiser, now or when it was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SanitisedHtml)]
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

    /// The same with every address of this site in full, for readers elsewhere.
    pub fn absolute(&self, origin: &str, page: &str) -> String {
        html::absolute(&self.0, origin, page)
    }

    /// What is left to read when the tags are gone, a line for each paragraph.
    pub fn text(&self) -> String {
        html::text(&self.0)
    }

    /// The headings that can be jumped to: level, id, text.
    pub fn headings(&self) -> Vec<(u8, String, String)> {
        html::headings(&self.0)
    }

    /// Whether it refers to source notes.
    pub fn has_reference(&self) -> bool {
        html::has_reference(self)
    }

    /// Whether something in it has this id.
    pub fn has_id(&self, id: &str) -> bool {
        self.0.contains(&format!(" id=\"{id}\""))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Bytes of HTML.
    pub fn len(&self) -> usize {
        self.0.len()
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

impl<DB: Backend> FromSql<SanitisedHtml, DB> for SafeHtml
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes).map(SafeHtml)
    }
}
impl<DB: Backend> ToSql<SanitisedHtml, DB> for SafeHtml
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}
