//! Who has the form of an article open.

use crate::db::schema::{accounts, article_presence};
use crate::db::{Conn, Time};
use crate::either;
use crate::error::Error;
use diesel::prelude::*;

/// How long after its last sign an account counts as being in a form, in milliseconds.
const PRESENT: i64 = 15 * Time::MINUTE;

/// A person who has the form of an article open.
#[derive(Clone, Debug, Queryable)]
pub struct Present {
    pub username: String,
    pub name: String,
    pub since: Time,
}

/// Who else has the form of an article open.
///
/// # Errors
/// Of the database.
pub fn others(conn: &mut Conn, id: i64, own: i64, now: Time) -> Result<Vec<Present>, Error> {
    Ok(article_presence::table
        .inner_join(accounts::table.on(accounts::id.eq(article_presence::account_id)))
        .filter(article_presence::article_id.eq(id))
        .filter(article_presence::account_id.ne(own))
        .filter(article_presence::seen_at.gt(now.0 - PRESENT))
        .select((accounts::username, accounts::name, article_presence::since))
        .load(conn)?)
}

/// Records that an account has the form of an article open.
///
/// # Errors
/// Of the database.
pub fn present(conn: &mut Conn, id: i64, account: i64, now: Time) -> Result<(), Error> {
    either!(conn, |c| diesel::insert_into(article_presence::table)
        .values((
            article_presence::article_id.eq(id),
            article_presence::account_id.eq(account),
            article_presence::since.eq(now.0),
            article_presence::seen_at.eq(now.0),
        ))
        .on_conflict((article_presence::article_id, article_presence::account_id))
        .do_update()
        .set(article_presence::seen_at.eq(now.0))
        .execute(c))?;
    Ok(())
}

/// Deletes who had forms open a day ago.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    let gone = article_presence::table.filter(article_presence::seen_at.lt(now.0 - Time::DAY));
    diesel::delete(gone).execute(conn)?;
    Ok(())
}
