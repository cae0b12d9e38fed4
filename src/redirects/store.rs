//! What stands at an address, as far as the database knows.

use crate::articles::lists::{self, Shelf};
use crate::articles::store;
use crate::db::Conn;
use crate::error::Error;
use crate::paths;
use crate::redirects::Known;

/// Where a path leads: itself when something is there, an article's place today when it is a former one. `None`: nowhere.
pub fn resolve(
    conn: &mut Conn,
    path: &str,
    known: fn(&str) -> Known,
) -> Result<Option<String>, Error> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let shelf = |found: Result<Shelf, Error>, conn: &mut Conn| match found {
        Ok(shelf) => Ok(!lists::take(conn, shelf, None, 1)?.is_empty()),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    };
    let there = match parts.as_slice() {
        ["articles", slug, rest @ ..] => {
            let slug = match store::is_there(conn, slug)? {
                true => Some((*slug).to_owned()),
                false => store::moved(conn, slug)?,
            };
            let Some(slug) = slug else {
                return Ok(None);
            };
            let path = [
                vec![paths::article(&slug)],
                rest.iter().map(|p| (*p).to_owned()).collect(),
            ]
            .concat()
            .join("/");
            return Ok((known(&path) != Known::Nothing).then_some(path));
        }
        ["sections", slug, ..] => {
            let found = lists::section(conn, slug).map(|s| Shelf::Section(s.0));
            shelf(found, conn)?
        }
        ["tags", slug, ..] => {
            let found = lists::tag(conn, slug).map(|t| Shelf::Tag(t.0));
            shelf(found, conn)?
        }
        ["authors", slug, ..] => {
            let found = lists::author(conn, slug).map(|a| Shelf::Author(a.id));
            shelf(found, conn)?
        }
        ["archive", ..] | ["readers", _] => true,
        _ => known(path) == Known::Literal,
    };
    Ok((there && known(path) != Known::Nothing).then(|| path.to_owned()))
}
