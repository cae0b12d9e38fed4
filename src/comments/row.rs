//! A comment joined with its author, the row type of threads and moderation queues.

use crate::db::Time;
use crate::moderation::{Hold, RejectReason, Status};
use crate::text::{SafeHtml, SanitisedHtml};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

/// A comment joined with its author.
#[derive(Clone, Debug, QueryableByName)]
pub struct CommentRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub author_id: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub parent_id: Option<i64>,
    #[diesel(sql_type = Binary)]
    pub path: Vec<u8>,
    #[diesel(sql_type = SanitisedHtml)]
    pub html: SafeHtml,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = BigInt)]
    pub moderation_version: i64,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Text)]
    pub hold: Hold,
    #[diesel(sql_type = Text)]
    pub reject_reason: RejectReason,
    #[diesel(sql_type = Text)]
    pub reject_note: String,
    #[diesel(sql_type = BigInt)]
    pub public_replies: i64,
    #[diesel(sql_type = BigInt)]
    pub open_flags: i64,
    #[diesel(sql_type = BigInt)]
    pub created_at: Time,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub edited_at: Option<Time>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub deleted_at: Option<Time>,
    #[diesel(sql_type = Text)]
    pub username: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Bool)]
    pub is_moderator: bool,
    #[diesel(sql_type = Bool)]
    pub is_editor: bool,
    #[diesel(sql_type = Bool)]
    pub is_admin: bool,
}

/// The columns of a [`CommentRow`].
pub const COLUMNS: &str = "c.id, c.author_id, c.parent_id, c.path, c.html, c.version, c.moderation_version, c.status, c.hold, c.reject_reason, \
    c.reject_note, c.public_replies, c.open_flags, c.created_at, c.edited_at, c.deleted_at, a.username, a.name, a.is_moderator, \
    a.is_editor, a.is_admin FROM comments c JOIN accounts a ON a.id = c.author_id";

/// The values of a [`CommentRow`] as nested tuples, as diesel loads them.
pub(super) type RowValues = (
    (i64, i64, Option<i64>, Vec<u8>, SafeHtml, i64, i64),
    (Status, Hold, RejectReason, String),
    (i64, i64, Time, Option<Time>, Option<Time>),
    (String, String, bool, bool, bool),
);

/// The SQL type of [`RowValues`], in the order of [`COLUMNS`].
pub(super) type Columns = (
    (
        BigInt,
        BigInt,
        Nullable<BigInt>,
        Binary,
        SanitisedHtml,
        BigInt,
        BigInt,
    ),
    (Text, Text, Text, Text),
    (BigInt, BigInt, BigInt, Nullable<BigInt>, Nullable<BigInt>),
    (Text, Text, Bool, Bool, Bool),
);

impl From<RowValues> for CommentRow {
    fn from((text, standing, numbers, author): RowValues) -> CommentRow {
        let (id, author_id, parent_id, path, html, version, moderation_version) = text;
        let (status, hold, reject_reason, reject_note) = standing;
        let (public_replies, open_flags, created_at, edited_at, deleted_at) = numbers;
        let (username, name, is_moderator, is_editor, is_admin) = author;
        CommentRow {
            id,
            author_id,
            parent_id,
            path,
            html,
            version,
            moderation_version,
            status,
            hold,
            reject_reason,
            reject_note,
            public_replies,
            open_flags,
            created_at,
            edited_at,
            deleted_at,
            username,
            name,
            is_moderator,
            is_editor,
            is_admin,
        }
    }
}
