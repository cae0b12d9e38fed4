//! Tells moderators by mail that a comment is held or reported.

use crate::db::{Conn, Time};
use crate::error::Error;
use crate::jobs::{self, Job};
use crate::moderation::Policy;

/// Enqueues the mail to moderators, if the site sends it.
pub(super) fn moderators(conn: &mut Conn, policy: &Policy, now: Time) -> Result<(), Error> {
    match policy.notify_moderators {
        true => jobs::enqueue(conn, &Job::NotifyModerators, now),
        false => Ok(()),
    }
}
