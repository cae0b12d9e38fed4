//! Reading threads: a page of conversations (root comments with their replies), or one conversation. The cost depends
//! on what is shown, not on the size of the thread.

use super::cursor::Cursor;
use super::row::{COLUMNS, Columns, CommentRow, RowValues};
use super::store::ArticleThread;
use super::{EDIT_WINDOW, Sort, UNDO_WINDOW, path};
use crate::db::invalidation::CacheTag;
use crate::db::prepared::{Prepared, prepared};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::web::Viewer;
use crate::web::viewer::shown_name;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Conversations per page.
const CONVERSATIONS_PER_PAGE: i64 = 20;
/// Replies of each conversation shown on the article's page.
const REPLIES_PER_CONVERSATION: i64 = 20;

/// One page of a thread: rows in display order, and the cursor of the next page.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    pub rows: Vec<CommentRow>,
    /// By parent comment: its author's name (empty if it is not public), and whether it is on this page.
    pub parents: HashMap<i64, (String, bool)>,
    /// Account ids of the authors in `parents`.
    pub(super) named: Vec<i64>,
    /// The cursor of the next page; empty = this is the last.
    pub next: String,
    /// Conversations with more replies than are shown: the root's id, and the cursor of the rest.
    pub more: HashMap<i64, String>,
    /// This viewer's next comment would be held for moderation.
    pub would_be_held: bool,
    /// Comments of the thread that this viewer has flagged.
    pub flagged: Vec<i64>,
}

impl Thread {
    /// The cache tags of a page that shows this thread.
    pub fn cache_tags(&self, article: &ArticleThread) -> Vec<CacheTag> {
        let mut people: Vec<i64> = self.rows.iter().map(|r| r.author_id).collect();
        people.extend(&self.named);
        people.sort_unstable();
        people.dedup();
        let mut cache_tags = vec![CacheTag::Article(article.id), CacheTag::Thread(article.id)];
        cache_tags.extend(people.into_iter().map(CacheTag::Account));
        cache_tags
    }

    /// When the first edit or undo window of the viewer's own comments on this page ends.
    pub fn first_deadline(&self, viewer: &Viewer, now: Time) -> Option<Time> {
        let own = |row: &&CommentRow| viewer.id() == Some(row.author_id);
        let ends = |row: &CommentRow| {
            [
                row.created_at.0 + EDIT_WINDOW,
                row.deleted_at.map_or(0, |at| at.0 + UNDO_WINDOW),
            ]
        };
        let all = self.rows.iter().filter(own).flat_map(ends);
        all.filter(|end| *end >= now.0).min().map(Time)
    }
}

/// Adds the condition that the viewer may see the comment `c`.
pub(super) fn visible(query: Prepared<Columns>, viewer: &Viewer, now: Time) -> Prepared<Columns> {
    let Some(account) = viewer.account() else {
        return query.text("c.is_shown");
    };
    let others = if viewer.is_staff() {
        "(c.is_shown OR c.status <> 'deleted' OR (c.author_id = "
    } else {
        "(c.is_shown OR (c.author_id = "
    };
    query
        .text(others)
        .int(account.id)
        .text(" AND (c.status <> 'deleted' OR c.deleted_at > ")
        .int(now.0 - UNDO_WINDOW)
        .text(")))")
}

/// A page of conversations under an article.
///
/// # Errors
/// `NotFound` for an invalid cursor.
pub fn page(
    conn: &mut Conn,
    article: &ArticleThread,
    viewer: &Viewer,
    sort: Sort,
    after: &str,
    now: Time,
) -> Result<Thread, Error> {
    let cursor = Cursor::parse(after)?;
    let mut query = roots(
        prepared("SELECT * FROM ("),
        article.id,
        sort,
        cursor,
        |query| query.text("c.is_shown"),
    );
    if viewer.account().is_some() {
        // A part of its own for hidden roots: each part can use its own index, and anonymous readers do not pay for it.
        // Hidden roots have no public replies, so among them "most replies first" is the same as "newest first".
        let (like, cursor) = match (sort, cursor) {
            (Sort::Replies, Some(cursor)) if cursor.replies > 0 => (Sort::Newest, None),
            (Sort::Replies, cursor) => (Sort::Newest, cursor),
            (sort, cursor) => (sort, cursor),
        };
        let start = query.text(") AS r UNION ALL SELECT * FROM (");
        query = roots(start, article.id, like, cursor, |query| {
            visible(query.text("NOT c.is_shown AND "), viewer, now)
        });
    }
    let mut roots = rows(conn, query.text(") AS r"))?;
    match sort {
        Sort::Oldest => roots.sort_by_key(|r| (r.created_at, r.id)),
        Sort::Newest | Sort::Best => roots.sort_by_key(|r| std::cmp::Reverse((r.created_at, r.id))),
        Sort::Replies => {
            roots.sort_by_key(|r| std::cmp::Reverse((r.public_replies, r.created_at, r.id)));
        }
    }
    let mut thread = Thread::default();
    if roots.len() as i64 > CONVERSATIONS_PER_PAGE {
        roots.truncate(CONVERSATIONS_PER_PAGE as usize);
        if let Some(last) = roots.last() {
            thread.next = Cursor {
                replies: last.public_replies,
                at: last.created_at.0,
                id: last.id,
            }
            .to_string();
        }
    }
    let may_have = |root: &&CommentRow| root.public_replies > 0 || viewer.account().is_some();
    let parents: Vec<&[u8]> = roots
        .iter()
        .filter(may_have)
        .map(|root| root.path.as_slice())
        .collect();
    let mut replies = first_replies(conn, article.id, &parents, viewer, now)?;
    for root in roots {
        let mut below = replies.remove(&root.id).unwrap_or_default();
        if below.len() as i64 > REPLIES_PER_CONVERSATION {
            below.truncate(REPLIES_PER_CONVERSATION as usize);
            let last = below.last().map(|r| r.id.to_string()).unwrap_or_default();
            thread.more.insert(root.id, last);
        }
        thread.rows.push(root);
        thread.rows.append(&mut below);
    }
    name_parents(conn, &mut thread)?;
    Ok(thread)
}

/// The first replies of each conversation, by the root's id, and one more than are shown. One statement, in which each
/// conversation is a range of the index on paths.
fn first_replies(
    conn: &mut Conn,
    article: i64,
    roots: &[&[u8]],
    viewer: &Viewer,
    now: Time,
) -> Result<HashMap<i64, Vec<CommentRow>>, Error> {
    let mut query: Option<Prepared<Columns>> = None;
    for root in roots {
        let start = match query {
            None => prepared("SELECT * FROM ("),
            Some(query) => query.text(") AS r UNION ALL SELECT * FROM ("),
        };
        let part = replies_below(start, article, root, root, viewer, now);
        query = Some(part.int(REPLIES_PER_CONVERSATION + 1));
    }
    let mut by_root: HashMap<i64, Vec<CommentRow>> = HashMap::new();
    let Some(query) = query else {
        return Ok(by_root);
    };
    for row in rows(conn, query.text(") AS r"))? {
        let root = path::ids(&row.path)[0];
        by_root.entry(root).or_default().push(row);
    }
    Ok(by_root)
}

/// Adds the query for replies below the path `top` that come after the path `from`, in thread order; its limit follows.
pub(super) fn replies_below(
    query: Prepared<Columns>,
    article: i64,
    top: &[u8],
    from: &[u8],
    viewer: &Viewer,
    now: Time,
) -> Prepared<Columns> {
    let query = query
        .text(SELECT.as_str())
        .text(" WHERE c.article_id = ")
        .int(article)
        .text(" AND c.path > ")
        .bytes(from)
        .text(" AND c.path < ")
        .bytes(&path::upper_bound(top))
        .text(" AND ");
    visible(query, viewer, now).text(" ORDER BY c.path LIMIT ")
}

pub(super) static SELECT: LazyLock<String> = LazyLock::new(|| format!("SELECT {COLUMNS}"));

pub(super) fn rows(conn: &mut Conn, query: Prepared<Columns>) -> Result<Vec<CommentRow>, Error> {
    let rows: Vec<RowValues> = query.load(conn)?;
    Ok(rows.into_iter().map(CommentRow::from).collect())
}

/// Adds the query for a page of root comments, and one more; `see` adds which of them.
fn roots(
    query: Prepared<Columns>,
    article: i64,
    sort: Sort,
    cursor: Option<Cursor>,
    see: impl Fn(Prepared<Columns>) -> Prepared<Columns>,
) -> Prepared<Columns> {
    let order = match sort {
        Sort::Newest | Sort::Best => "c.created_at DESC, c.id DESC",
        Sort::Oldest => "c.created_at, c.id",
        Sort::Replies => "c.public_replies DESC, c.created_at DESC, c.id DESC",
    };
    let query = query
        .text(SELECT.as_str())
        .text(" WHERE c.article_id = ")
        .int(article)
        .text(" AND c.parent_id IS NULL AND ");
    let query = see(query);
    let query = match (cursor, sort) {
        (None, _) => query,
        (Some(c), Sort::Replies) => query
            .text(" AND (c.public_replies, c.created_at, c.id) < (")
            .int(c.replies)
            .text(", ")
            .int(c.at)
            .text(", ")
            .int(c.id)
            .text(")"),
        (Some(c), sort) => query
            .text(if sort == Sort::Oldest {
                " AND (c.created_at, c.id) > ("
            } else {
                " AND (c.created_at, c.id) < ("
            })
            .int(c.at)
            .text(", ")
            .int(c.id)
            .text(")"),
    };
    let query = query.text(" ORDER BY ").text(order).text(" LIMIT ");
    query.int(CONVERSATIONS_PER_PAGE + 1)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_public: bool,
    #[diesel(sql_type = BigInt)]
    author_id: i64,
}

/// Loads the names of the authors that are replied to, even if the parent is on another page. Authors of hidden
/// comments stay unnamed.
pub(super) fn name_parents(conn: &mut Conn, thread: &mut Thread) -> Result<(), Error> {
    let shown: HashMap<i64, &CommentRow> = thread.rows.iter().map(|r| (r.id, r)).collect();
    let mut missing: Vec<i64> = Vec::new();
    for parent in thread.rows.iter().filter_map(|r| r.parent_id) {
        let Some(row) = shown.get(&parent) else {
            missing.push(parent);
            continue;
        };
        let name = match row.status.is_public() {
            true => shown_name(&row.username, &row.name).to_owned(),
            false => String::new(),
        };
        thread.named.push(row.author_id);
        thread.parents.insert(parent, (name, true));
    }
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let query = format!(
        "SELECT c.id, c.author_id, a.username, a.name, (c.status = 'published' OR c.status = 'approved') AS is_public \
         FROM comments c JOIN accounts a ON a.id = c.author_id WHERE c.id IN ({})",
        list.join(", ")
    );
    for parent in diesel::sql_query(query).load::<Named>(conn)? {
        let name = match parent.is_public {
            true => shown_name(&parent.username, &parent.name).to_owned(),
            false => String::new(),
        };
        thread.named.push(parent.author_id);
        thread.parents.insert(parent.id, (name, false));
    }
    Ok(())
}
