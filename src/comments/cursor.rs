//! The cursor of a page of conversations.

use crate::error::Error;

/// Keyset cursor: the sort key of the last conversation on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub replies: i64,
    pub at: i64,
    pub id: i64,
}

impl Cursor {
    pub fn parse(text: &str) -> Result<Option<Cursor>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let parts: Result<Vec<i64>, _> = text.split('-').map(str::parse).collect();
        match parts.as_deref() {
            Ok([replies, at, id]) => Ok(Some(Cursor {
                replies: *replies,
                at: *at,
                id: *id,
            })),
            _ => Err(Error::NotFound),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.replies, self.at, self.id)
    }
}
