//! Moderation: statuses, reasons, and [`decide`], which applies the rules to new and edited comments.
//!
//! `comments` stores the decisions; `queues` has the moderators' pages.

mod rules;

pub use rules::{Candidate, Decision, Policy, Standing, Step, Verdict, decide, standing};

use crate::interface::Interface;
use crate::text_enum;

text_enum! {
    /// A comment's status. An unknown value counts as withheld, so that the comment is hidden.
    pub enum Status else Withheld {
        Published = "published",
        Approved = "approved",
        Pending = "pending",
        Withheld = "withheld",
        Rejected = "rejected",
        Deleted = "deleted",
    }
}

impl Status {
    /// Whether everybody sees it.
    pub fn is_public(self) -> bool {
        matches!(self, Status::Published | Status::Approved)
    }
}

text_enum! {
    /// Which rule holds a comment back.
    pub enum Hold else Other {
        None = "",
        /// The reader has no approved comment yet.
        NewReader = "new-reader",
        /// Comments on this article, or on all of them, wait for a moderator.
        Article = "article",
        Other = "other",
    }
}

text_enum! {
    /// Why a reader flags a comment.
    pub enum FlagReason else Other {
        Abusive = "abusive",
        OffTopic = "off-topic",
        Spam = "spam",
        Misinformation = "misinformation",
        Illegal = "illegal",
        Other = "other",
    }
}

text_enum! {
    /// Why a moderator rejects a comment.
    pub enum RejectReason else Other {
        None = "",
        Abusive = "abusive",
        OffTopic = "off-topic",
        Spam = "spam",
        Misinformation = "misinformation",
        Illegal = "illegal",
        Advert = "advert",
        PersonalData = "personal-data",
        Duplicate = "duplicate",
        Other = "other",
    }
}

impl RejectReason {
    /// The reasons that a moderator may give.
    pub fn choices() -> impl Iterator<Item = RejectReason> {
        RejectReason::ALL.iter().copied().skip(1)
    }

    /// The reason in words.
    pub fn label(self, t: Interface) -> String {
        match self {
            RejectReason::None => String::new(),
            RejectReason::Abusive => t.reason_abusive(),
            RejectReason::OffTopic => t.reason_off_topic(),
            RejectReason::Spam => t.reason_spam(),
            RejectReason::Misinformation => t.reason_misinformation(),
            RejectReason::Illegal => t.reason_illegal(),
            RejectReason::Advert => t.reason_advert(),
            RejectReason::PersonalData => t.reason_personal_data(),
            RejectReason::Duplicate => t.reason_duplicate(),
            RejectReason::Other => t.reason_other(),
        }
    }
}

impl FlagReason {
    /// The reason in words.
    pub fn label(self, t: Interface) -> String {
        match self {
            FlagReason::Abusive => t.reason_abusive(),
            FlagReason::OffTopic => t.reason_off_topic(),
            FlagReason::Spam => t.reason_spam(),
            FlagReason::Misinformation => t.reason_misinformation(),
            FlagReason::Illegal => t.reason_illegal(),
            FlagReason::Other => t.reason_other(),
        }
    }
}
