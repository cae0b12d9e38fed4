//! Finds or creates sections, authors and tags by name.

use crate::articles::draft::Byline;
use crate::db::Conn;
use crate::db::schema::{authors, sections, tags};
use crate::error::Error;
use crate::text;
use diesel::prelude::*;
use std::collections::HashMap;

/// The key by which names are compared. Letters, digits and symbols count; letter case, accents, spaces, hyphens and
/// quotation marks do not.
pub fn comparison_key(name: &str) -> String {
    let signs = name
        .chars()
        .filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && !"-_.,'’\"“”".contains(*c));
    let words = text::fold::words(name)
        .into_iter()
        .map(|word| word.folded.into_owned());
    words.chain([signs.collect()]).collect()
}

macro_rules! named {
    ($function:ident, $table:ident, $fallback:literal) => {
        /// The id of the row with this name, created if needed: `c++` and `C++` are one name, `C#` and `C++` are two.
        pub(super) fn $function(conn: &mut Conn, name: &str) -> Result<i64, Error> {
            let plain = text::slug(name, $fallback);
            let mut slug = plain.clone();
            for number in 2.. {
                let known: Option<(i64, String)> = $table::table
                    .filter($table::slug.eq(&slug))
                    .select(($table::id, $table::name))
                    .first(conn)
                    .optional()?;
                match known {
                    None => break,
                    Some((id, known)) if comparison_key(&known) == comparison_key(name) => {
                        return Ok(id);
                    }
                    Some(_) => slug = format!("{plain}-{number}"),
                }
            }
            Ok(diesel::insert_into($table::table)
                .values(($table::slug.eq(&slug), $table::name.eq(name)))
                .returning($table::id)
                .get_result(conn)?)
        }
    };
}
named!(find_or_create_section, sections, "section");
named!(author_row, authors, "author");
named!(find_or_create_tag, tags, "tag");

/// The id of the author with this name, created if needed, with `name_key` filled in.
pub(super) fn find_or_create_author(conn: &mut Conn, name: &str) -> Result<i64, Error> {
    let id = author_row(conn, name)?;
    fill_name_keys(conn)?;
    Ok(id)
}

/// Gives an author another name, and the slug of that name if it is free: the publication's own byline when the publication is
/// renamed. `false`: there is no such author, or one of the new name already. After a `true` the search index has the old name.
///
/// # Errors
/// Of the database.
pub fn rename_author(conn: &mut Conn, old: &str, new: &str) -> Result<bool, Error> {
    let known: Vec<(i64, String)> = authors::table
        .filter(authors::name.eq_any([old, new]))
        .select((authors::id, authors::name))
        .load(conn)?;
    let [(id, name)] = known.as_slice() else {
        return Ok(false);
    };
    if name != old || old == new {
        return Ok(false);
    }
    diesel::update(authors::table.find(id))
        .set((
            authors::name.eq(new),
            authors::name_key.eq(text::lookalike(new)),
        ))
        .execute(conn)?;
    let slug = text::slug(new, "author");
    let taken: Option<i64> = authors::table
        .filter(authors::slug.eq(&slug))
        .select(authors::id)
        .first(conn)
        .optional()?;
    if taken.is_none() {
        diesel::update(authors::table.find(id))
            .set(authors::slug.eq(slug))
            .execute(conn)?;
    }
    Ok(true)
}

/// Fills in `name_key` (see [`text::lookalike`]) for authors that have none yet.
pub fn fill_name_keys(conn: &mut Conn) -> Result<(), Error> {
    let bare: Vec<(i64, String)> = authors::table
        .filter(authors::name_key.eq(""))
        .select((authors::id, authors::name))
        .load(conn)?;
    for (id, name) in bare {
        // A name without letters gets a unique key, so that it is not selected here again.
        let key = Some(text::lookalike(&name)).filter(|key| !key.is_empty());
        diesel::update(authors::table.find(id))
            .set(authors::name_key.eq(key.unwrap_or_else(|| format!("#{id}"))))
            .execute(conn)?;
    }
    Ok(())
}

/// Updates an author with the fields that the file gives; the others stay as they are.
pub(super) fn update_author(
    conn: &mut Conn,
    author: i64,
    byline: &Byline,
    pictures: &HashMap<String, i64>,
) -> Result<(), Error> {
    let row = authors::table.find(author);
    if let Some(bio) = &byline.bio {
        diesel::update(row)
            .set(authors::bio.eq(bio))
            .execute(conn)?;
    }
    if let Some(links) = &byline.links {
        diesel::update(row)
            .set(authors::links.eq(links.join("\n")))
            .execute(conn)?;
    }
    if let Some(picture) = byline.image.as_ref().and_then(|i| pictures.get(i)) {
        diesel::update(row)
            .set(authors::avatar_id.eq(Some(*picture)))
            .execute(conn)?;
    }
    Ok(())
}
