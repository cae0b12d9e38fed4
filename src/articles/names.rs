//! Sections, authors and tags by the names that files give them.

use crate::articles::draft::Byline;
use crate::db::Conn;
use crate::db::schema::{authors, sections, tags};
use crate::error::Error;
use crate::text;
use diesel::prelude::*;
use std::collections::HashMap;

/// What makes two names one: letters, digits and signs, but neither case nor accents, spaces, hyphens and quotation marks.
fn sense(name: &str) -> String {
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
        /// The row of a name: `C#` and `C++` are two, `c++` and `C++` one.
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
                    Some((id, known)) if sense(&known) == sense(name) => return Ok(id),
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
named!(named_section, sections, "section");
named!(author_row, authors, "author");
named!(named_tag, tags, "tag");

/// The row of an author, with what the name looks like.
pub(super) fn named_author(conn: &mut Conn, name: &str) -> Result<i64, Error> {
    let id = author_row(conn, name)?;
    fill_name_keys(conn)?;
    Ok(id)
}

/// Fills in `name_key` for authors that have none yet.
pub fn fill_name_keys(conn: &mut Conn) -> Result<(), Error> {
    let bare: Vec<(i64, String)> = authors::table
        .filter(authors::name_key.eq(""))
        .select((authors::id, authors::name))
        .load(conn)?;
    for (id, name) in bare {
        // A name without a letter gets a key that no other name has: it is not asked for again.
        let key = Some(text::lookalike(&name)).filter(|key| !key.is_empty());
        diesel::update(authors::table.find(id))
            .set(authors::name_key.eq(key.unwrap_or_else(|| format!("#{id}"))))
            .execute(conn)?;
    }
    Ok(())
}

/// What the file says of an author. What it does not say stays.
pub(super) fn introduce(
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
