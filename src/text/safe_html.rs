//! `SafeHtml`, the only type that templates print unescaped.

use super::html;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{SqlType, Text};
use std::fmt;

/// The SQL type of columns with sanitised HTML: no other text column can be read as [`SafeHtml`].
#[derive(Clone, Copy, Debug, Default, SqlType, diesel::query_builder::QueryId)]
#[diesel(sqlite_type(name = "Text"))]
#[diesel(postgres_type(oid = 25, array_oid = 1009))]
pub struct SanitisedHtml;

/// HTML that was sanitised, now or before it was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = SanitisedHtml)]
pub struct SafeHtml(String);

impl SafeHtml {
    /// Only for the sanitiser in this module.
    pub(super) fn sanitised(html: String) -> SafeHtml {
        SafeHtml(html)
    }

    /// Plain text as escaped HTML, with a `<p>` for each line.
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

    /// Plain text as an escaped `<h2>`. `id` comes from [`super::markdown::Ids`].
    pub fn heading(text: &str, id: &str) -> SafeHtml {
        let inner = SafeHtml::paragraphs([text]).0;
        SafeHtml(
            inner
                .replacen("<p>", &format!("<h2 id=\"{id}\">"), 1)
                .replacen("</p>", "</h2>", 1),
        )
    }

    /// JSON for a `<script>` data block, escaped so that nothing in it can end the element.
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

    /// Plain text with the parts that are `true` in `<mark>`, for search results.
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

    /// The HTML with absolute URLs, for feeds. `page` is the URL to which links to `#…` belong.
    pub fn absolute(&self, origin: &str, page: &str) -> String {
        html::absolute(&self.0, origin, page)
    }

    /// The plain text, with a line for each paragraph.
    pub fn text(&self) -> String {
        html::text(&self.0)
    }

    /// The headings (`h2`, `h3`) with an id: level, id, text.
    pub fn headings(&self) -> Vec<(u8, String, String)> {
        html::headings(&self.0)
    }

    /// The HTML with another picture in the place of the one with this address.
    pub fn with_picture(&self, old: &str, new: &super::picture::ImportedImage) -> SafeHtml {
        SafeHtml(super::picture::replaced(&self.0, old, new))
    }

    /// Whether it has references to source notes.
    pub fn has_reference(&self) -> bool {
        html::has_reference(self)
    }

    /// Whether one of its elements has this id.
    pub fn has_id(&self, id: &str) -> bool {
        self.0.contains(&format!(" id=\"{id}\""))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Length of the HTML in bytes.
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

/// Sanitised HTML within JSON that this program has stored, trusted like a column of that type. Never for what a client sends.
pub mod stored_html {
    use super::SafeHtml;
    use serde::{Deserialize, Deserializer, Serializer};

    /// # Errors
    /// Of the serializer.
    pub fn serialize<S: Serializer>(html: &SafeHtml, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&html.0)
    }

    /// # Errors
    /// Of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SafeHtml, D::Error> {
        String::deserialize(from).map(SafeHtml)
    }
}
