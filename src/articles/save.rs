//! Saves drafts as articles. This feature alone writes articles and what belongs to them.

use super::editing::autosave;
use super::names::find_or_create_section;
use super::publication::{
    is_public, public_text, store_public_text, sync_derived_data, was_ever_public,
};
use super::relations::{record_former_paths, record_former_slugs, replace_all};
use super::revision::{Revision, insert_revision, next_number};
use super::store;
use super::working_copy;
use crate::articles::draft::{Draft, Format, SaveContext};
use crate::db::schema::articles;
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::search;
use diesel::prelude::*;

/// What became of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is the article's current revision.
    Article(i64),
    /// It waits beside the article, which stays as it is published.
    WorkingCopy(i64),
}

impl Saved {
    /// The article's id.
    pub fn article(self) -> i64 {
        match self {
            Saved::Article(id) | Saved::WorkingCopy(id) => id,
        }
    }
}

/// Saves the draft as a new article, as the next revision of the one that it updates, or, if that is asked for, as its working
/// copy.
///
/// # Errors
/// `Refused` when one of its aliases is the current slug of another article.
pub fn save(conn: &mut Conn, draft: &Draft, with: &SaveContext) -> Result<Saved, Error> {
    let existing = existing(conn, draft, with)?;
    if !with.as_draft {
        return store(conn, draft, with, existing).map(Saved::Article);
    }
    if let Some(existing) = &existing
        && is_public(conn, existing.id)?
    {
        working_copy::save(conn, existing.id, draft, with)?;
        return Ok(Saved::WorkingCopy(existing.id));
    }
    let draft = Draft {
        is_draft: true,
        ..draft.clone()
    };
    store(conn, &draft, with, existing).map(Saved::Article)
}

/// When the article was or will be published, and when it was last updated.
fn times(draft: &Draft, with: &SaveContext, existing: Option<&Existing>) -> (i64, i64) {
    let before = existing.map_or(with.now.0, |existing| existing.published_at);
    let published = draft.published.map_or(before, |time| time.0);
    // A correction counts as an update of the article on its date.
    let corrected = draft.corrections.iter().map(|c| c.date.0);
    let corrected = corrected.filter(|at| *at <= with.now.0).max();
    let saved = match existing {
        Some(_) => with.now.0,
        None => published,
    };
    let updated = saved.max(corrected.unwrap_or(i64::MIN));
    (published, draft.updated.map_or(updated, |time| time.0))
}

/// Makes the draft the article's current revision.
pub(super) fn store(
    conn: &mut Conn,
    draft: &Draft,
    with: &SaveContext,
    existing: Option<Existing>,
) -> Result<i64, Error> {
    let mut former = draft.aliases.clone();
    let was_public = match &existing {
        Some(existing) => is_public(conn, existing.id)?,
        None => false,
    };
    if let Some(existing) = &existing
        && (was_public || draft.format != Format::Form || was_ever_public(conn, existing.id)?)
    {
        former.push(existing.slug.clone());
    }
    let times = times(draft, with, existing.as_ref());
    let (id, number) = match existing {
        Some(existing) => {
            search::index::remove_article(conn, existing.id, Time(existing.published_at))?;
            if was_public {
                // In case the public text of the current revision has not been stored yet.
                let (number, text) = public_text(conn, existing.id)?;
                store_public_text(conn, existing.id, number, &text)?;
            }
            autosave::keep_as_revision(conn, existing.id)?;
            (existing.id, next_number(conn, existing.id, &draft.source)?)
        }
        None => (insert_row(conn, draft, with)?, 1),
    };
    update_row(conn, id, number, draft, with, times)?;
    insert_revision(conn, id, number, &Revision::of(draft, with))?;
    replace_all(conn, id, draft, with)?;
    record_former_slugs(conn, id, &former, with)?;
    if draft.format != Format::Form {
        record_former_paths(conn, id, &draft.former_paths)?;
    }
    working_copy::discard(conn, id)?;
    if is_public(conn, id)? {
        let (number, text) = public_text(conn, id)?;
        store_public_text(conn, id, number, &text)?;
    }
    sync_derived_data(conn, id, was_public)?;
    let expires = draft.expires.filter(|at| *at > with.now);
    let published = Some(Time(times.0)).filter(|_| with.status(draft) == "scheduled");
    if let Some(due) = published.into_iter().chain(expires).min() {
        jobs::enqueue_at(conn, &Job::PublishDue, due, with.now)?;
    }
    Ok(id)
}

/// Records that an article was saved: forms that were opened before are out of date.
pub(super) fn edited(conn: &mut Conn, id: i64, by: Option<i64>, now: Time) -> Result<(), Error> {
    diesel::update(articles::table.find(id))
        .set((
            articles::edit_base.eq(articles::edit_version + 1),
            articles::edit_version.eq(articles::edit_version + 1),
            articles::edited_by.eq(by),
            articles::edited_at.eq(now.0),
        ))
        .execute(conn)?;
    Ok(())
}

/// A row that [`update_row`] fills in.
fn insert_row(conn: &mut Conn, draft: &Draft, with: &SaveContext) -> Result<i64, Error> {
    let section = section(conn, draft, with)?;
    Ok(diesel::insert_into(articles::table)
        .values((
            articles::slug.eq(&with.slug),
            (
                articles::title.eq(""),
                articles::dek.eq(""),
                articles::source.eq(""),
                articles::source_format.eq(""),
            ),
            (
                articles::summary_html.eq(&draft.summary),
                articles::body_html.eq(&draft.body),
                articles::matters_html.eq(&draft.matters),
            ),
            (
                articles::summary_text.eq(""),
                articles::keyphrases.eq(""),
                articles::words.eq(0),
                articles::section_id.eq(section),
            ),
            (
                articles::status.eq("draft"),
                articles::comments_open.eq(false),
                articles::published_at.eq(0),
                articles::updated_at.eq(0),
            ),
        ))
        .returning(articles::id)
        .get_result(conn)?)
}

fn section(conn: &mut Conn, draft: &Draft, with: &SaveContext) -> Result<i64, Error> {
    let name = match draft.section.as_str() {
        "" => &with.section,
        name => name,
    };
    find_or_create_section(conn, name)
}

fn update_row(
    conn: &mut Conn,
    id: i64,
    number: i64,
    draft: &Draft,
    with: &SaveContext,
    (published, updated): (i64, i64),
) -> Result<(), Error> {
    let section = section(conn, draft, with)?;
    let hero = draft.hero.clone().unwrap_or_default();
    diesel::update(articles::table.find(id))
        .set((
            (
                articles::slug.eq(&with.slug),
                articles::title.eq(&draft.title),
                articles::dek.eq(&draft.dek),
                articles::source.eq(&draft.source),
                articles::source_format.eq(draft.format.as_str()),
            ),
            (
                articles::summary_html.eq(&draft.summary),
                articles::body_html.eq(&draft.body),
                articles::matters_html.eq(&draft.matters),
                articles::summary_text.eq(&draft.summary_text),
            ),
            (
                articles::keyphrases.eq(draft.keyphrases.join("\n")),
                articles::words.eq(draft.words),
                articles::section_id.eq(section),
            ),
            (
                articles::hero_id.eq(with.pictures.get(&hero.src)),
                articles::hero_alt.eq(&hero.alt),
                articles::hero_caption.eq(&hero.caption),
                articles::hero_credit.eq(&hero.credit),
            ),
            (
                articles::status.eq(with.status(draft)),
                articles::comments_open.eq(!draft.comments_closed),
                articles::comments_moderated.eq(draft.comments_moderated),
                articles::published_at.eq(published),
                articles::updated_at.eq(updated),
            ),
            (
                articles::revision.eq(number),
                articles::is_sample.eq(with.is_sample),
            ),
            articles::excerpt.eq(&draft.excerpt),
        ))
        .execute(conn)?;
    edited(conn, id, with.by, with.now)?;
    // The form has no field for it.
    if draft.format != Format::Form {
        diesel::update(articles::table.find(id))
            .set(articles::expires_at.eq(draft.expires.map(|at| at.0)))
            .execute(conn)?;
    }
    if draft.origin.is_some() {
        set_origin(conn, id, draft)?;
    }
    Ok(())
}

/// Keeps the file that the article comes from. Another article that came from it came from an earlier file of that name.
fn set_origin(conn: &mut Conn, id: i64, draft: &Draft) -> Result<(), Error> {
    diesel::update(articles::table.filter(articles::origin.eq(&draft.origin)))
        .filter(articles::id.ne(id))
        .set(articles::origin.eq(None::<String>))
        .execute(conn)?;
    diesel::update(articles::table.find(id))
        .set(articles::origin.eq(&draft.origin))
        .execute(conn)?;
    Ok(())
}

/// The row of an article as far as saving needs it.
#[derive(Queryable)]
pub(super) struct Existing {
    id: i64,
    pub(super) published_at: i64,
    pub(super) slug: String,
}

/// The article that the draft updates: the one that is known, else the one with its slug, else the one that has or had one of its aliases and gets
/// the new slug.
pub(super) fn existing(
    conn: &mut Conn,
    draft: &Draft,
    with: &SaveContext,
) -> Result<Option<Existing>, Error> {
    let here: Option<i64> = articles::table
        .filter(articles::slug.eq(&with.slug))
        .select(articles::id)
        .first(conn)
        .optional()?;
    if with.article.is_some() && here.is_some() && here != with.article {
        return Err(Error::Refused(format!(
            "{} is another article; give this one a slug of its own",
            crate::paths::article(&with.slug)
        )));
    }
    let mut found = with.article.or(here);
    for alias in draft.aliases.iter().filter(|alias| **alias != with.slug) {
        match store::find_by_slug_or_former(conn, alias)? {
            // Which article a file is was decided before, from all that is known of it.
            Some(other) if found == Some(other) || (found.is_none() && draft.origin.is_none()) => {
                found = Some(other);
            }
            // The former slug of another article can be taken over, its current slug cannot.
            Some(other) if store::has_slug(conn, other, alias)? => {
                return Err(Error::Refused(format!(
                    "aliases names {alias}, which is the slug of another article"
                )));
            }
            _ => {}
        }
    }
    let Some(found) = found else {
        return Ok(None);
    };
    by_id(conn, found)
}

/// The row of an article.
pub(super) fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Existing>, Error> {
    let row =
        articles::table
            .find(id)
            .select((articles::id, articles::published_at, articles::slug));
    Ok(row.first(conn).optional()?)
}
