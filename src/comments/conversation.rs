//! One conversation as it is read: a comment with its ancestors and a page of its replies.

use super::row::{Columns, CommentRow, RowValues};
use super::store::ArticleThread;
use super::thread::{SELECT, Thread, name_parents, replies_below, rows, visible};
use super::{MAX_DEPTH, Status, path};
use crate::db::prepared::{Prepared, prepared};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::web::Viewer;
use diesel::prelude::*;

/// Replies per page of a conversation's own page.
const REPLIES_PER_PAGE: i64 = 50;

/// One conversation: a comment, its ancestors, and its replies.
///
/// # Errors
/// `NotFound` for a comment that does not exist, belongs to another article, or may not be seen.
pub fn conversation(
    conn: &mut Conn,
    article: &ArticleThread,
    viewer: &Viewer,
    id: i64,
    after: &str,
    now: Time,
) -> Result<Thread, Error> {
    let query = of_article(id, article.id);
    let query = if viewer.is_staff() {
        query
    } else {
        visible(query.text(" AND "), viewer, now)
    };
    let target = first(conn, query)?;
    // In a thread a hidden comment is shown as a tombstone; its own page only exists for those who may read it.
    let own = viewer.id() == Some(target.author_id);
    let is_hidden = !target.status.is_public() && target.status != Status::Deleted;
    // The exception is a later page of its replies, which has no other URL: it shows the tombstone, too.
    let further = !after.is_empty() && target.public_replies > 0;
    if is_hidden && !own && !viewer.is_staff() && !further {
        return Err(Error::NotFound);
    }
    let mut above: Vec<i64> = path::ids(&target.path);
    above.pop();
    above.extend(target.parent_id);
    above.sort_unstable();
    above.dedup();
    let mut thread = Thread {
        rows: ancestors(conn, article.id, &above)?,
        ..Thread::default()
    };
    let from = match after {
        "" => target.path.clone(),
        after => {
            let id: i64 = after.parse().map_err(|_| Error::NotFound)?;
            let row = first(conn, of_article(id, article.id))?;
            let belongs = row.path.starts_with(&target.path) || row.parent_id == Some(target.id);
            if belongs {
                row.path
            } else {
                return Err(Error::NotFound);
            }
        }
    };
    let target_path = target.path.clone();
    let target_id = target.id;
    thread.rows.push(target);
    let query = if target_path.len() / 8 < MAX_DEPTH {
        replies_below(prepared(""), article.id, &target_path, &from, viewer, now)
    } else {
        let query = prepared::<Columns>(SELECT.as_str())
            .text(" WHERE c.parent_id = ")
            .int(target_id)
            .text(" AND c.path > ")
            .bytes(&from)
            .text(" AND ");
        visible(query, viewer, now).text(" ORDER BY c.path LIMIT ")
    };
    let mut replies = rows(conn, query.int(REPLIES_PER_PAGE + 1))?;
    if replies.len() as i64 > REPLIES_PER_PAGE {
        replies.truncate(REPLIES_PER_PAGE as usize);
        thread.next = replies.last().map(|r| r.id.to_string()).unwrap_or_default();
    }
    thread.rows.append(&mut replies);
    name_parents(conn, &mut thread)?;
    Ok(thread)
}

/// These comments of an article, in the order of their ids.
fn ancestors(conn: &mut Conn, article: i64, ids: &[i64]) -> Result<Vec<CommentRow>, Error> {
    let Some((first, others)) = ids.split_first() else {
        return Ok(Vec::new());
    };
    let mut query = prepared(SELECT.as_str())
        .text(" WHERE c.article_id = ")
        .int(article)
        .text(" AND c.id IN (")
        .int(*first);
    for id in others {
        query = query.text(", ").int(*id);
    }
    rows(conn, query.text(") ORDER BY c.id"))
}

/// Query for one comment, if it belongs to this article.
fn of_article(id: i64, article: i64) -> Prepared<Columns> {
    prepared(SELECT.as_str())
        .text(" WHERE c.id = ")
        .int(id)
        .text(" AND c.article_id = ")
        .int(article)
}

fn first(conn: &mut Conn, query: Prepared<Columns>) -> Result<CommentRow, Error> {
    let row: RowValues = query.get_result(conn)?;
    Ok(row.into())
}
