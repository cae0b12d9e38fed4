//! Hand-written SQL as cached prepared statements: diesel's `sql_query` is prepared anew each time, and parsing a join
//! of twenty columns costs SQLite more than running it.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Text};
use std::borrow::Cow;
use std::marker::PhantomData;

#[derive(Clone, Debug)]
enum Part {
    Text(Cow<'static, str>),
    Int(i64),
    Bytes(Vec<u8>),
    String(String),
}

/// A statement whose rows have the SQL type `ST`. Values are bound, never written into the text, because each distinct
/// text stays in the cache of prepared statements.
#[derive(Clone, Debug)]
pub struct Prepared<ST> {
    parts: Vec<Part>,
    rows: PhantomData<ST>,
}

/// Starts a [`Prepared`] with its first piece of SQL.
pub fn prepared<ST>(text: impl Into<Cow<'static, str>>) -> Prepared<ST> {
    Prepared {
        parts: vec![Part::Text(text.into())],
        rows: PhantomData,
    }
}

/// What `lower(column) LIKE … ESCAPE '\\'` takes for texts that have these letters somewhere.
pub fn containing(letters: &str) -> String {
    let escaped = letters.trim().to_lowercase().replace('\\', "\\\\");
    format!("%{}%", escaped.replace('%', "\\%").replace('_', "\\_"))
}

impl<ST> Prepared<ST> {
    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }
    /// Prepends a piece of SQL.
    pub fn before(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.parts.insert(0, Part::Text(text.into()));
        self
    }
    /// Appends another statement's pieces.
    pub fn append<Other>(mut self, other: Prepared<Other>) -> Self {
        self.parts.extend(other.parts);
        self
    }
    pub fn int(mut self, value: i64) -> Self {
        self.parts.push(Part::Int(value));
        self
    }
    pub fn bytes(mut self, value: &[u8]) -> Self {
        self.parts.push(Part::Bytes(value.to_vec()));
        self
    }
    pub fn string(mut self, value: impl Into<String>) -> Self {
        self.parts.push(Part::String(value.into()));
        self
    }
}

impl<ST> QueryId for Prepared<ST> {
    type QueryId = ();
    // Statements are cached by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Prepared<ST> {
    type SqlType = ST;
}

impl<ST, Conn> diesel::RunQueryDsl<Conn> for Prepared<ST> {}

impl<ST, DB> QueryFragment<DB> for Prepared<ST>
where
    DB: Backend
        + diesel::sql_types::HasSqlType<BigInt>
        + diesel::sql_types::HasSqlType<Binary>
        + diesel::sql_types::HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    Vec<u8>: ToSql<Binary, DB>,
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Int(value) => out.push_bind_param::<BigInt, _>(value)?,
                Part::Bytes(value) => out.push_bind_param::<Binary, _>(value)?,
                Part::String(value) => out.push_bind_param::<Text, _>(value)?,
            }
        }
        Ok(())
    }
}
