//! The rows that belong to an article: notes, corrections, authors, tags, pictures, former slugs.

use super::names::{find_or_create_author, find_or_create_tag, update_author};
use crate::articles::draft::{Byline, Draft, Format, SaveContext};
use crate::db::Conn;
use crate::db::schema::{
    article_authors, article_media, article_tags, corrections, former_paths, former_slugs,
    source_notes,
};
use crate::error::Error;
use diesel::prelude::*;

/// The role in `article_media` of a picture that only the working copy shows so far.
pub(super) const WORKING_COPY: &str = "working-copy";

/// Replaces all rows that belong to an article by those of a draft.
pub(super) fn replace_all(
    conn: &mut Conn,
    id: i64,
    draft: &Draft,
    with: &SaveContext,
) -> Result<(), Error> {
    replace_notes(conn, id, draft)?;
    // The form has no field for them.
    if draft.format != Format::Form {
        replace_corrections(conn, id, draft)?;
    }
    replace_authors(conn, id, draft, with)?;
    replace_tags(conn, id, draft)?;
    replace_media(conn, id, draft, with)
}

fn replace_notes(conn: &mut Conn, id: i64, draft: &Draft) -> Result<(), Error> {
    diesel::delete(source_notes::table.filter(source_notes::article_id.eq(id))).execute(conn)?;
    for (position, note) in (0i64..).zip(&draft.notes) {
        diesel::insert_into(source_notes::table)
            .values((
                source_notes::article_id.eq(id),
                source_notes::position.eq(position),
                source_notes::kind.eq(note.kind.as_str()),
                source_notes::text.eq(&note.text),
                source_notes::publisher.eq(&note.publisher),
                source_notes::url.eq(&note.url),
                source_notes::noted_on.eq(&note.date),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn replace_corrections(conn: &mut Conn, id: i64, draft: &Draft) -> Result<(), Error> {
    diesel::delete(corrections::table.filter(corrections::article_id.eq(id))).execute(conn)?;
    for (position, correction) in (0i64..).zip(&draft.corrections) {
        diesel::insert_into(corrections::table)
            .values((
                corrections::article_id.eq(id),
                corrections::position.eq(position),
                corrections::kind.eq(&correction.kind),
                corrections::text.eq(&correction.text),
                corrections::corrected_at.eq(correction.date.0),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn replace_authors(
    conn: &mut Conn,
    id: i64,
    draft: &Draft,
    with: &SaveContext,
) -> Result<(), Error> {
    diesel::delete(article_authors::table.filter(article_authors::article_id.eq(id)))
        .execute(conn)?;
    let default_byline = vec![Byline {
        name: with.site_name.clone(),
        ..Byline::default()
    }];
    let names = if draft.authors.is_empty() {
        &default_byline
    } else {
        &draft.authors
    };
    for (position, byline) in (0i64..).zip(names) {
        let author = find_or_create_author(conn, &byline.name)?;
        update_author(conn, author, byline, &with.pictures)?;
        diesel::insert_into(article_authors::table)
            .values((
                article_authors::article_id.eq(id),
                article_authors::position.eq(position),
                article_authors::author_id.eq(author),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn replace_tags(conn: &mut Conn, id: i64, draft: &Draft) -> Result<(), Error> {
    diesel::delete(article_tags::table.filter(article_tags::article_id.eq(id))).execute(conn)?;
    let mut tagged = Vec::new();
    for name in &draft.tags {
        let tag = find_or_create_tag(conn, name)?;
        if !tagged.contains(&tag) {
            tagged.push(tag);
        }
    }
    for (position, tag) in (0i64..).zip(tagged) {
        diesel::insert_into(article_tags::table)
            .values((
                article_tags::article_id.eq(id),
                article_tags::position.eq(position),
                article_tags::tag_id.eq(tag),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Records which pictures the article shows. Pictures of authors are found through `authors.avatar_id`.
fn replace_media(conn: &mut Conn, id: i64, draft: &Draft, with: &SaveContext) -> Result<(), Error> {
    let former = article_media::table
        .filter(article_media::article_id.eq(id))
        .filter(article_media::role.eq_any(["hero", "body"]));
    diesel::delete(former).execute(conn)?;
    let hero = draft.hero.as_ref().map(|hero| &hero.src);
    let is_avatar = |path: &String| draft.authors.iter().any(|a| a.image.as_ref() == Some(path));
    let mut rows: Vec<(i64, &str)> = with
        .pictures
        .iter()
        .filter(|(path, _)| hero == Some(path) || !is_avatar(path))
        .map(|(path, media)| (*media, if hero == Some(path) { "hero" } else { "body" }))
        .collect();
    // Two paths may refer to the same picture.
    rows.sort_unstable();
    rows.dedup();
    rows.into_iter()
        .try_for_each(|(media, role)| link_media(conn, id, media, role))
}

/// Records that an article shows a picture in this role: `hero`, `body`, [`WORKING_COPY`] or `autosave`.
fn link_media(conn: &mut Conn, article_id: i64, media_id: i64, role: &str) -> Result<(), Error> {
    diesel::insert_into(article_media::table)
        .values((
            article_media::article_id.eq(article_id),
            article_media::media_id.eq(media_id),
            article_media::role.eq(role),
        ))
        .execute(conn)?;
    Ok(())
}

/// Records which pictures what is not published yet shows, in this role and in place of what it showed before: none of them
/// is deleted before.
pub(super) fn replace_draft_media(
    conn: &mut Conn,
    id: i64,
    role: &str,
    pictures: impl Iterator<Item = i64>,
) -> Result<(), Error> {
    let former = article_media::table
        .filter(article_media::article_id.eq(id))
        .filter(article_media::role.eq(role));
    diesel::delete(former).execute(conn)?;
    let mut pictures: Vec<i64> = pictures.collect();
    pictures.sort_unstable();
    pictures.dedup();
    pictures
        .into_iter()
        .try_for_each(|media| link_media(conn, id, media, role))
}

/// Records the former slugs of an article, which redirect to it, and removes any redirect from its current slug.
pub(super) fn record_former_slugs(
    conn: &mut Conn,
    id: i64,
    slugs: &[String],
    with: &SaveContext,
) -> Result<(), Error> {
    diesel::delete(former_slugs::table.filter(former_slugs::slug.eq(&with.slug))).execute(conn)?;
    for slug in slugs.iter().filter(|slug| **slug != with.slug) {
        diesel::delete(former_slugs::table.filter(former_slugs::slug.eq(slug))).execute(conn)?;
        diesel::insert_into(former_slugs::table)
            .values((
                former_slugs::slug.eq(slug),
                former_slugs::article_id.eq(id),
                former_slugs::changed_at.eq(with.now.0),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Records the paths that an article had on another site. One that another article has already stays with it.
pub(super) fn record_former_paths(conn: &mut Conn, id: i64, paths: &[String]) -> Result<(), Error> {
    diesel::delete(former_paths::table.filter(former_paths::article_id.eq(id))).execute(conn)?;
    for path in paths {
        let holder = former_paths::table.find(path);
        let taken: Option<i64> = holder
            .select(former_paths::article_id)
            .first(conn)
            .optional()?;
        if taken.is_none() {
            diesel::insert_into(former_paths::table)
                .values((former_paths::path.eq(path), former_paths::article_id.eq(id)))
                .execute(conn)?;
        }
    }
    Ok(())
}
