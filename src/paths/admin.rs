//! URLs of the newsroom and of moderation.

use super::*;

/// The newsroom's list with these parameters; empty ones are left out.
pub fn admin_articles(fields: &[(&str, String)]) -> String {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    with_query(ADMIN_ARTICLES, &fields)
}
/// The form of an article.
pub fn admin_article(id: i64) -> String {
    format!("{ADMIN_ARTICLES}/{id}")
}
/// The form of an article, which says what was done.
pub fn admin_article_done(id: i64, done: &str) -> String {
    format!("{ADMIN_ARTICLES}/{id}?done={done}")
}
pub fn admin_article_action(id: i64, what: &str) -> String {
    format!("{ADMIN_ARTICLES}/{id}/{what}")
}
pub fn admin_article_preview(id: i64) -> String {
    admin_article_action(id, "preview")
}
pub fn admin_article_revisions(id: i64) -> String {
    admin_article_action(id, "revisions")
}
pub fn admin_article_compared(id: i64, from: i64, to: i64) -> String {
    format!("{ADMIN_ARTICLES}/{id}/revisions?from={from}&to={to}")
}
/// The media library: files with these letters, after a cursor, and those that were just added.
pub fn admin_media(letters: &str, after: &str, new: &str) -> String {
    with_query(
        ADMIN_MEDIA,
        &[("q", letters), ("after", after), ("new", new)],
    )
}
/// The list of files that were just added, for scripts.
pub fn admin_media_new_as_json(new: &str) -> String {
    with_query(ADMIN_MEDIA, &[("format", "json"), ("new", new)])
}
/// A file of the media library.
pub fn admin_media_item(id: i64) -> String {
    format!("{ADMIN_MEDIA}/{id}")
}
pub fn admin_media_item_saved(id: i64) -> String {
    format!("{ADMIN_MEDIA}/{id}?saved=on")
}
pub fn admin_media_replace(id: i64) -> String {
    format!("{ADMIN_MEDIA}/{id}/replace")
}
pub fn admin_media_delete(id: i64) -> String {
    format!("{ADMIN_MEDIA}/{id}/delete")
}
pub fn admin_page(slug: &str) -> String {
    format!("{ADMIN_PAGES}/{slug}")
}
pub fn admin_page_saved(slug: &str) -> String {
    format!("{ADMIN_PAGES}/{slug}?saved=on")
}
pub fn admin_page_version(slug: &str, number: i64) -> String {
    format!("{ADMIN_PAGES}/{slug}?version={number}")
}
pub fn admin_page_delete(slug: &str) -> String {
    format!("{ADMIN_PAGES}/{slug}/delete")
}
pub fn admin_invitation_revoke(id: i64) -> String {
    format!("{ADMIN_INVITATIONS}/{id}/revoke")
}
/// The moderators' page of a reader.
pub fn admin_reader(id: i64) -> String {
    format!("/admin/readers/{id}")
}
pub fn admin_reader_after(id: i64, after: i64) -> String {
    format!("/admin/readers/{id}?after={after}")
}
pub fn admin_reader_action(id: i64, what: &str) -> String {
    format!("/admin/readers/{id}/{what}")
}
pub fn queue(queue: &str) -> String {
    format!("/admin/comments?queue={queue}")
}
pub fn queue_after(queue: &str, after: &str) -> String {
    format!("/admin/comments?queue={queue}&after={after}")
}
/// A page that a moderator came from, which says what became of a comment. `None` if it is no page of a queue.
pub fn queue_done(back: &str, id: i64) -> Option<String> {
    let (path, place) = back.split_once('#').unwrap_or((back, ""));
    let query = path.strip_prefix("/admin/comments?")?;
    let kept = query.split('&').filter(|part| !part.starts_with("done="));
    let kept: Vec<&str> = kept.filter(|part| !part.is_empty()).collect();
    let place = match place {
        "" => String::new(),
        place => format!("#{place}"),
    };
    Some(format!(
        "/admin/comments?{}&done={id}{place}",
        kept.join("&")
    ))
}
/// A queue, listing the comments that a bulk action skipped, with the reason and note of that action.
pub fn queue_stale(queue: &str, ids: &str, reason: &str, note: &str) -> String {
    let (reason, note) = (
        utf8_percent_encode(reason, QUERY),
        utf8_percent_encode(note, QUERY),
    );
    format!("/admin/comments?queue={queue}&stale={ids}&reason={reason}&note={note}")
}
/// The log of one comment.
pub fn comment_log(comment: i64) -> String {
    format!("{ADMIN_LOG}?comment={comment}")
}
/// The log with these parameters; empty ones are left out.
pub fn log_filtered(fields: &[(&str, &str)]) -> String {
    with_query(ADMIN_LOG, fields)
}
pub fn admin_mail(id: i64, action: &str) -> String {
    format!("{ADMIN_MAIL}/{id}/{action}")
}
pub fn admin_job(id: i64, action: &str) -> String {
    format!("{ADMIN_JOBS}/{id}/{action}")
}
/// What a moderator does with an account that waits for approval.
pub fn admin_join(id: i64, what: &str) -> String {
    format!("{ADMIN_JOINS}/{id}/{what}")
}
