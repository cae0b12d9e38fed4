//! Writes of the newsroom to one article: saving and publishing here, smaller changes in submodules. Each is one transaction with its entry in the log, and is refused when the form is out
//! of date.

pub(super) mod autosave;
mod changes;
mod pictures;

pub use autosave::autosave;
pub use changes::{
    SHARED_FOR, close_threads, correct, delete, set_comments, share, sweep, take_down_as_it_is,
    unschedule,
};
pub use pictures::{Replacement, replace_picture};

use super::draft::{Draft, SaveContext};
use super::edited::{Edited, Row, edited};
use super::publication::public_text;
use super::revision::{self, Revision};
use super::{presence, save, working_copy};
use crate::db::schema::{articles, former_slugs};
use crate::db::{Conn, Time, lock};
use crate::error::Error;
use crate::log::{self, Actor};
use crate::web::Account;
use diesel::prelude::*;

/// Why a change was not made.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The form is out of date.
    Stale,
    /// The article's status does not allow it.
    Status,
    /// The slug is that of another article.
    SlugTaken,
}

/// The outcome of a change.
pub type Changed<T> = Result<Result<T, Refusal>, Error>;

/// What a form of an article asks for: which article, the version that it was made from, and who sends it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub id: i64,
    pub version: &'a str,
    pub who: &'a Account,
    pub now: Time,
}

impl Request<'_> {
    /// The article, locked: of two forms with the same version one is accepted.
    fn open(&self, conn: &mut Conn) -> Changed<Edited> {
        lock(conn, &format!("article:{}", self.id))?;
        let found = edited(conn, self.id, self.who)?;
        if !found.row.may_change(self.who) {
            return Err(Error::Forbidden);
        }
        match found.row.is_current(self.version, self.who.id) {
            true => Ok(Ok(found)),
            false => Ok(Err(Refusal::Stale)),
        }
    }

    fn record(&self, conn: &mut Conn, action: &'static str, row: &Row) -> Result<(), Error> {
        self.record_change(conn, action, row, "")
    }

    fn record_change(
        &self,
        conn: &mut Conn,
        action: &'static str,
        row: &Row,
        to: &str,
    ) -> Result<(), Error> {
        let entry = log::Entry {
            kind: log::Kind::Article,
            article: Some(row.id),
            subject: &row.title,
            from: if to.is_empty() { "" } else { &row.status },
            to,
            ..log::Entry::new(action, Actor::of(self.who))
        };
        log::store::write(conn, &entry, self.now)
    }
}

/// Stores a new article as a draft of this account. Returns its id.
///
/// # Errors
/// Of the database.
pub fn create(conn: &mut Conn, draft: &Draft, with: &SaveContext, who: &Account) -> Changed<i64> {
    if slug_is_taken(conn, &with.slug, None)? {
        return Ok(Err(Refusal::SlugTaken));
    }
    let id = save::store(conn, draft, with, None)?;
    diesel::update(articles::table.find(id))
        .set(articles::owner_id.eq(who.id))
        .execute(conn)?;
    let entry = log::Entry {
        kind: log::Kind::Article,
        article: Some(id),
        subject: &draft.title,
        ..log::Entry::new("create", Actor::of(who))
    };
    log::store::write(conn, &entry, with.now)?;
    Ok(Ok(id))
}

/// What a button of the form does besides saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Save,
    /// Saves an earlier revision again: what was typed since is not in it.
    Restore,
    Submit,
    Publish,
    /// At this time.
    Schedule(Time),
    Unpublish,
}

/// Saves what was typed as a revision, and does what the button says. Saving alone changes nothing that readers see: of a public
/// article it makes the working copy.
///
/// # Errors
/// `NotFound` and `Forbidden`; of the database.
pub fn update(
    conn: &mut Conn,
    request: Request<'_>,
    (draft, with): (&Draft, &SaveContext),
    action: Action,
) -> Changed<()> {
    let found = match request.open(conn)? {
        Ok(found) => found,
        Err(Refusal::Stale) => return repeated(conn, request, draft, action),
        Err(refusal) => return Ok(Err(refusal)),
    };
    if slug_is_taken(conn, &with.slug, Some(request.id))? {
        return Ok(Err(Refusal::SlugTaken));
    }
    let row = &found.row;
    let mut with = SaveContext {
        by: Some(request.who.id),
        article: Some(row.id),
        now: request.now,
        ..with.clone()
    };
    // An edited sample is no sample any more; removing the samples leaves it.
    with.is_sample = false;
    if action == Action::Restore {
        autosave::keep_as_revision(conn, row.id)?;
    }
    match (action, row.status.as_str()) {
        (Action::Save | Action::Restore, "published") => {
            save_beside(conn, &found, draft, &with, found.publish_at)?
        }
        (Action::Schedule(at), "published") => {
            save_beside(conn, &found, draft, &with, Some(at))?;
        }
        (Action::Save | Action::Restore, status) => in_place(conn, &found, draft, &with, status)?,
        (Action::Submit, "draft" | "submitted") => {
            in_place(conn, &found, draft, &with, "submitted")?;
        }
        (Action::Submit, _) => return Ok(Err(Refusal::Status)),
        (Action::Publish, _) => in_place(conn, &found, draft, &with, "published")?,
        (Action::Schedule(at), _) => {
            let draft = Draft {
                published: Some(at),
                ..draft.clone()
            };
            in_place(conn, &found, &draft, &with, "scheduled")?;
        }
        (Action::Unpublish, "published") => take_down(conn, &found, draft, &with)?,
        (Action::Unpublish, _) => return Ok(Err(Refusal::Status)),
    }
    presence::present(conn, row.id, request.who.id, request.now)?;
    let (name, to) = match action {
        Action::Save | Action::Restore => ("save", ""),
        Action::Submit => ("submit", "submitted"),
        Action::Publish => ("publish", "published"),
        Action::Schedule(_) if row.is_public() => ("schedule", ""),
        Action::Schedule(_) => ("schedule", "scheduled"),
        Action::Unpublish => ("unpublish", "unpublished"),
    };
    request.record_change(conn, name, row, to)?;
    Ok(Ok(()))
}

/// Whether the same person has done the same already, by a second click: then there is nothing to refuse.
fn repeated(conn: &mut Conn, request: Request<'_>, draft: &Draft, action: Action) -> Changed<()> {
    let found = edited(conn, request.id, request.who)?;
    let is_done = match action {
        Action::Save | Action::Restore => true,
        Action::Submit => found.row.status == "submitted",
        Action::Publish => found.row.status == "published" && !found.has_working_copy,
        Action::Schedule(_) => found.row.status == "scheduled" || found.publish_at.is_some(),
        Action::Unpublish => found.row.status == "unpublished",
    };
    let is_same = found.row.edited_by == Some(request.who.id)
        && found.autosave.is_none()
        && found.draft.source == draft.source;
    match is_done && is_same {
        true => Ok(Ok(())),
        false => Ok(Err(Refusal::Stale)),
    }
}

/// Saves the article's own row with this status.
fn in_place(
    conn: &mut Conn,
    found: &Edited,
    draft: &Draft,
    with: &SaveContext,
    status: &str,
) -> Result<(), Error> {
    let mut draft = draft.clone();
    if status == "published" {
        // Once published, it keeps its date.
        draft.published = Some(match found.was_ever_public {
            // One that was scheduled is published now.
            true => found.row.published_at.min(with.now),
            false => with.now,
        });
    }
    let with = SaveContext {
        status: Some(status.to_owned()),
        ..with.clone()
    };
    let id = found.row.id;
    // The form began with it.
    autosave::discard(conn, id)?;
    let before = match found.row.is_public() {
        true => Some(public_text(conn, id)?.1),
        false => None,
    };
    let existing = save::by_id(conn, id)?;
    save::store(conn, &draft, &with, existing)?;
    if before.is_some() && before == Some(public_text(conn, id)?.1) {
        // Readers see no other text: for them it was not updated.
        diesel::update(articles::table.find(id))
            .set(articles::updated_at.eq(found.row.updated_at.0))
            .execute(conn)?;
    }
    Ok(())
}

/// Saves the working copy of a public article, to be published by hand or at a time.
fn save_beside(
    conn: &mut Conn,
    found: &Edited,
    draft: &Draft,
    with: &SaveContext,
    publish_at: Option<Time>,
) -> Result<(), Error> {
    let draft = Draft {
        is_draft: publish_at.is_none(),
        published: publish_at,
        ..draft.clone()
    };
    autosave::discard(conn, found.row.id)?;
    revision::add_revision(conn, found.row.id, &Revision::of(&draft, with))?;
    working_copy::save(conn, found.row.id, &draft, with)?;
    save::edited(conn, found.row.id, with.by, with.now)
}

/// Takes a public article down. What was typed becomes its text, which readers do not see.
fn take_down(
    conn: &mut Conn,
    found: &Edited,
    draft: &Draft,
    with: &SaveContext,
) -> Result<(), Error> {
    let mut draft = draft.clone();
    draft.published = Some(found.row.published_at);
    in_place(conn, found, &draft, with, "unpublished")
}

/// Whether another article has this slug, or had it.
///
/// # Errors
/// Of the database.
pub fn slug_is_taken(conn: &mut Conn, slug: &str, but: Option<i64>) -> Result<bool, Error> {
    let holder: Option<i64> = articles::table
        .filter(articles::slug.eq(slug))
        .select(articles::id)
        .first(conn)
        .optional()?;
    // A former address of another article leads there.
    let former: Option<i64> = former_slugs::table
        .find(slug)
        .select(former_slugs::article_id)
        .first(conn)
        .optional()?;
    Ok([holder, former]
        .into_iter()
        .flatten()
        .any(|id| Some(id) != but))
}

/// A slug like this one that no article has and none had.
///
/// # Errors
/// Of the database.
pub fn free_slug(conn: &mut Conn, wanted: &str) -> Result<String, Error> {
    let mut slug = wanted.to_owned();
    for number in 2.. {
        if super::store::find_by_slug_or_former(conn, &slug)?.is_none() {
            break;
        }
        slug = format!("{wanted}-{number}");
    }
    Ok(slug)
}
