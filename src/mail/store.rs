//! The outbox. This feature alone writes `mails`.

use super::Mail;
use crate::db::schema::mails;
use crate::db::{Conn, Time, tagged};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::text;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// How long a sent mail's row stays, in milliseconds: it says when the last one of its kind was sent.
const KEEP_SENT: i64 = 7 * Time::DAY;

/// A row of the outbox.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct MailRow {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    pub recipient: String,
    /// The part of the `Message-ID` before the `@`.
    pub message_id: String,
    pub created_at: Time,
}

impl MailRow {
    /// A mail that is not in the outbox yet.
    ///
    /// # Errors
    /// `Internal` if the system has no random bytes.
    pub fn new(mail: &Mail, recipient: &str, now: Time) -> Result<MailRow, Error> {
        Ok(MailRow {
            id: 0,
            kind: mail.kind().into(),
            payload: tagged::payload(mail),
            recipient: recipient.into(),
            message_id: text::random_hex::<16>().map_err(Error::internal)?,
            created_at: now,
        })
    }
}

/// Puts a mail into the outbox and enqueues the job that sends it.
///
/// # Errors
/// Of the database.
pub fn send(conn: &mut Conn, mail: &Mail, recipient: &str, now: Time) -> Result<(), Error> {
    let row = MailRow::new(mail, recipient, now)?;
    let id: i64 = diesel::insert_into(mails::table)
        .values((
            mails::kind.eq(row.kind),
            mails::payload.eq(row.payload),
            mails::recipient.eq(row.recipient),
            mails::message_id.eq(row.message_id),
            mails::created_at.eq(row.created_at.0),
        ))
        .returning(mails::id)
        .get_result(conn)?;
    jobs::enqueue(conn, &Job::SendMail { mail: id }, now)
}

/// A mail that has not been sent. `None`: it has, or it was discarded.
///
/// # Errors
/// Of the database.
pub fn unsent(conn: &mut Conn, id: i64) -> Result<Option<MailRow>, Error> {
    Ok(mails::table
        .filter(mails::id.eq(id))
        .filter(sql::<Bool>(UNSENT))
        .select(MailRow::as_select())
        .first(conn)
        .optional()?)
}

/// Spelled out, for the partial index.
const UNSENT: &str = "mails.sent_at IS NULL";

/// Mails that have not been sent, the oldest first.
///
/// # Errors
/// Of the database.
pub fn all_unsent(conn: &mut Conn, limit: i64) -> Result<Vec<MailRow>, Error> {
    Ok(mails::table
        .filter(sql::<Bool>(UNSENT))
        .filter(mails::id.gt(0))
        .order(mails::id)
        .limit(limit)
        .select(MailRow::as_select())
        .load(conn)?)
}

/// # Errors
/// Of the database.
pub fn mark_sent(conn: &mut Conn, id: i64, now: Time) -> Result<(), Error> {
    diesel::update(mails::table.find(id))
        .set(mails::sent_at.eq(now.0))
        .execute(conn)?;
    Ok(())
}

/// Notes that the server refused a mail for good; `false` if it has before.
///
/// # Errors
/// Of the database.
pub fn mark_refused(conn: &mut Conn, id: i64) -> Result<bool, Error> {
    let row = mails::table.find(id).filter(mails::is_refused.eq(false));
    Ok(diesel::update(row)
        .set(mails::is_refused.eq(true))
        .execute(conn)?
        > 0)
}

/// When the last mail of a kind was put into the outbox.
///
/// # Errors
/// Of the database.
pub fn last_of(conn: &mut Conn, kind: &str) -> Result<Option<Time>, Error> {
    let last: Option<i64> = mails::table
        .filter(mails::kind.eq(kind))
        .order(mails::created_at.desc())
        .select(mails::created_at)
        .first(conn)
        .optional()?;
    Ok(last.map(Time))
}

/// Gives a mail whose job has failed a new start.
///
/// # Errors
/// `NotFound` if there is no such unsent mail.
pub fn retry(conn: &mut Conn, id: i64, now: Time) -> Result<(), Error> {
    unsent(conn, id)?.ok_or(Error::NotFound)?;
    jobs::enqueue(conn, &Job::SendMail { mail: id }, now)
}

/// Deletes a mail that has not been sent, and its job.
///
/// # Errors
/// `NotFound` if there is no such unsent mail.
pub fn discard(conn: &mut Conn, id: i64) -> Result<(), Error> {
    let unsent = mails::table
        .filter(mails::id.eq(id))
        .filter(sql::<Bool>(UNSENT));
    if diesel::delete(unsent).execute(conn)? == 0 {
        return Err(Error::NotFound);
    }
    jobs::store::remove(conn, &Job::SendMail { mail: id }.unique_key())
}

/// Deletes all mails to an address, and their jobs.
///
/// # Errors
/// Of the database.
pub fn forget_recipient(conn: &mut Conn, address: &str) -> Result<(), Error> {
    let to = mails::table.filter(mails::recipient.eq(address));
    let gone: Vec<i64> = diesel::delete(to).returning(mails::id).get_results(conn)?;
    for mail in gone {
        jobs::store::remove(conn, &Job::SendMail { mail }.unique_key())?;
    }
    Ok(())
}

/// Deletes rows of mails that were sent long ago.
///
/// # Errors
/// Of the database.
pub fn sweep(conn: &mut Conn, now: Time) -> Result<(), Error> {
    diesel::delete(mails::table.filter(mails::sent_at.lt(now.0 - KEEP_SENT))).execute(conn)?;
    Ok(())
}
