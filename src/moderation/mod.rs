//! Moderation: the five queues, approve and reject, and the page for when somebody was faster.

pub mod pages;
pub mod store;

/// The queues, derived from status and flags; no comment is ever put into one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Queue {
    #[default]
    Reported,
    Pending,
    Unmoderated,
    Approved,
    Rejected,
}

impl Queue {
    pub const ALL: [Queue; 5] = [
        Queue::Reported,
        Queue::Pending,
        Queue::Unmoderated,
        Queue::Approved,
        Queue::Rejected,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Queue::Reported => "reported",
            Queue::Pending => "pending",
            Queue::Unmoderated => "unmoderated",
            Queue::Approved => "approved",
            Queue::Rejected => "rejected",
        }
    }

    pub fn parse(text: &str) -> Option<Queue> {
        Queue::ALL.into_iter().find(|q| q.as_str() == text)
    }

    /// Which comments are in it.
    pub fn condition(self) -> &'static str {
        match self {
            Queue::Reported => crate::comments::REPORTED,
            // In the words of its index: with an `IN` the rows of both statuses would be sorted by hand.
            Queue::Pending => {
                "CASE status WHEN 'pending' THEN TRUE WHEN 'withheld' THEN TRUE ELSE FALSE END"
            }
            Queue::Unmoderated => "status = 'published'",
            Queue::Approved => "status = 'approved'",
            Queue::Rejected => "status = 'rejected'",
        }
    }

    /// What waits is worked off from the oldest; what is done is looked at from the newest.
    pub fn oldest_first(self) -> bool {
        matches!(self, Queue::Reported | Queue::Pending)
    }
}
