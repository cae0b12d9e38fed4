//! The moderation log: one row for every change of a comment's status and of somebody's rights, written in the
//! transaction that makes the change.

pub mod pages;
pub mod store;

use crate::interface::Interface;

/// A row to be written.
#[derive(Clone, Debug, Default)]
pub struct Entry<'a> {
    pub action: &'a str,
    pub comment: Option<i64>,
    /// The username; the command line signs as `console`.
    pub actor: &'a str,
    pub actor_id: Option<i64>,
    /// The username that a change of rights is about.
    pub subject: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub version: i64,
    pub reason: &'a str,
    pub note: &'a str,
}

/// A log action in words, past tense.
pub fn action_name(t: Interface, action: &str) -> String {
    match action {
        "approve" => t.action_approve(),
        "reject" => t.action_reject(),
        "edit" => t.action_edit(),
        "delete" => t.action_delete(),
        "undelete" => t.action_undelete(),
        "role" => t.action_role(),
        "ban" => t.action_ban(),
        "unban" => t.action_unban(),
        other => other.to_owned(),
    }
}
