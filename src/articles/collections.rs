//! Sections, tags and authors by their slugs.

use super::lists::ListScope;
use super::store::PUBLISHED;
use crate::db::schema::{article_authors, article_tags, articles, authors, media, sections, tags};
use crate::db::{Conn, Time};
use crate::error::Error;
use crate::paths;
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// The kinds of list whose address contains a slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Section,
    Tag,
    Author,
}

impl Kind {
    /// The path of the list with this slug.
    pub fn path(self, slug: &str) -> String {
        match self {
            Kind::Section => paths::section(slug),
            Kind::Tag => paths::tag(slug),
            Kind::Author => paths::author(slug),
        }
    }
}

/// Looks up a list by kind and slug: its scope and its name. The list may be empty.
///
/// # Errors
/// `NotFound` for an unknown slug.
pub fn named(conn: &mut Conn, kind: Kind, slug: &str) -> Result<(ListScope, String), Error> {
    macro_rules! find {
        ($table:ident) => {
            $table::table
                .filter($table::slug.eq(slug))
                .select(($table::id, $table::name))
                .first::<(i64, String)>(conn)?
        };
    }
    Ok(match kind {
        Kind::Section => {
            let (id, name) = find!(sections);
            (ListScope::Section(id), name)
        }
        Kind::Tag => {
            let (id, name) = find!(tags);
            (ListScope::Tag(id), name)
        }
        Kind::Author => {
            let (id, name) = find!(authors);
            (ListScope::Author(id), name)
        }
    })
}

/// An author, as the author's page shows them.
#[derive(Clone, Debug, Queryable)]
pub struct Author {
    pub name: String,
    pub bio: String,
    /// URLs, one per line.
    pub links: String,
    pub avatar: Option<(String, i64, i64)>,
}

/// An author by slug.
pub fn author(conn: &mut Conn, slug: &str) -> Result<Author, Error> {
    Ok(authors::table
        .left_join(media::table.on(media::id.nullable().eq(authors::avatar_id)))
        .filter(authors::slug.eq(slug))
        .select((
            authors::name,
            authors::bio,
            authors::links,
            (media::file, media::width, media::height).nullable(),
        ))
        .first(conn)?)
}

/// Maximum number of names that a page or a sitemap lists.
const MOST_NAMES: i64 = 20_000;

/// Slug and name of every section, tag or author that something is published under, in no particular order.
///
/// # Errors
/// Of the database.
pub fn names(conn: &mut Conn, kind: Kind) -> Result<Vec<(String, String)>, Error> {
    macro_rules! listed {
        ($table:ident, $joined:ident, $column:ident) => {
            $table::table
                .filter(exists(
                    $joined::table
                        .filter($joined::$column.eq($table::id))
                        .filter($joined::listed_at.is_not_null()),
                ))
                .select(($table::slug, $table::name))
                .limit(MOST_NAMES)
                .load(conn)?
        };
    }
    Ok(match kind {
        Kind::Section => sections::table
            .select((sections::slug, sections::name))
            .limit(MOST_NAMES)
            .load(conn)?,
        Kind::Tag => listed!(tags, article_tags, tag_id),
        Kind::Author => listed!(authors, article_authors, author_id),
    })
}

/// The publication time of the newest article before this time.
pub fn published_before(conn: &mut Conn, moment: Time) -> Result<Option<Time>, Error> {
    Ok(articles::table
        .filter(sql::<Bool>(PUBLISHED))
        .filter(articles::published_at.lt(moment.0))
        .order(articles::published_at.desc())
        .select(articles::published_at)
        .first(conn)
        .optional()?)
}
