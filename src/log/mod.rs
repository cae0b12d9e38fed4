//! The moderation log: one row for every change of a comment's status and of an account's roles or ban, written in the
//! transaction that makes the change.

pub mod pages;
pub mod store;

use crate::interface::Interface;
use crate::web::Account;

/// Who performed a logged action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    Account {
        id: i64,
        username: &'a str,
    },
    /// A moderation rule, by its name.
    Rule(&'static str),
    /// The command line.
    Console,
}

impl<'a> Actor<'a> {
    /// A signed-in account as the actor.
    pub fn of(account: &'a Account) -> Actor<'a> {
        Actor::Account {
            id: account.id,
            username: &account.username,
        }
    }

    pub fn kind(self) -> &'static str {
        match self {
            Actor::Account { .. } => "account",
            Actor::Rule(_) => "rule",
            Actor::Console => "console",
        }
    }

    /// The username, the rule's name, or `console`.
    pub fn name(self) -> &'a str {
        match self {
            Actor::Account { username, .. } => username,
            Actor::Rule(name) => name,
            Actor::Console => "console",
        }
    }

    pub fn id(self) -> Option<i64> {
        match self {
            Actor::Account { id, .. } => Some(id),
            _ => None,
        }
    }
}

crate::text_enum! {
    /// What an entry is about.
    pub enum Kind else Comment {
        Comment = "comment",
        Account = "account",
        Article = "article",
        Page = "page",
        Media = "media",
        Setting = "setting",
    }
}

/// An entry to add to the log.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub action: &'a str,
    pub actor: Actor<'a>,
    pub kind: Kind,
    pub comment: Option<i64>,
    pub article: Option<i64>,
    /// What changed: the username of an account, the title of an article, the name of a setting.
    pub subject: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub version: i64,
    pub reason: &'a str,
    pub note: &'a str,
}

impl<'a> Entry<'a> {
    /// An entry with action and actor; all other fields are empty or 0.
    pub fn new(action: &'a str, actor: Actor<'a>) -> Entry<'a> {
        Entry {
            action,
            actor,
            kind: Kind::Comment,
            comment: None,
            article: None,
            subject: "",
            from: "",
            to: "",
            version: 0,
            reason: "",
            note: "",
        }
    }
}

/// A log action in words, past tense.
pub fn action_name(t: Interface, action: &str) -> String {
    match action {
        "approve" => t.action_approve(),
        "reject" => t.action_reject(),
        "edit" => t.action_edit(),
        "delete" => t.action_delete(),
        "undelete" => t.action_undelete(),
        "undo" => t.action_undo(),
        "approve-account" => t.action_approve_account(),
        "refuse-account" => t.action_refuse_account(),
        "approve-picture" => t.action_approve_picture(),
        "remove-picture" => t.action_remove_picture(),
        "release" => t.action_release(),
        "hold" => t.action_hold(),
        "create" => t.action_create(),
        "save" => t.action_save(),
        "submit" => t.action_submit(),
        "publish" => t.action_publish(),
        "schedule" => t.action_schedule(),
        "unschedule" => t.action_unschedule(),
        "unpublish" => t.action_unpublish(),
        "correct" => t.action_correct(),
        "comments" => t.action_comments(),
        "share" => t.action_share(),
        "setting" => t.action_setting(),
        "remove-samples" => t.action_remove_samples(),
        "invite" => t.action_invite(),
        "revoke" => t.action_revoke(),
        "pin" => t.action_pin(),
        "import" => t.action_import(),
        "upload" => t.action_upload(),
        "describe" => t.action_describe(),
        "replace" => t.action_replace(),
        "unshare" => t.action_unshare(),
        "role" => t.action_role(),
        "ban" => t.action_ban(),
        "unban" => t.action_unban(),
        other => other.to_owned(),
    }
}
