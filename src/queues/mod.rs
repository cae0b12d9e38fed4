//! The five moderation queues, approving and rejecting, and handling of concurrent decisions.

pub mod jobs;
pub mod pages;
pub mod store;

/// The moderation queues, derived from status and flags; membership is not stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Queue {
    #[default]
    Reported,
    Pending,
    Unmoderated,
    Approved,
    Rejected,
    /// Approved, with open flags since, but not enough to be reported. Not one of the five that every page links.
    FlaggedAgain,
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
            Queue::FlaggedAgain => "flagged-again",
        }
    }

    pub fn parse(text: &str) -> Option<Queue> {
        let mut all = Queue::ALL.into_iter().chain([Queue::FlaggedAgain]);
        all.find(|q| q.as_str() == text)
    }

    /// The first queue in which something needs review; `counts` in the order of [`Queue::ALL`].
    pub fn needing_review(counts: [i64; 5]) -> Queue {
        match counts {
            [0, pending, ..] if pending > 0 => Queue::Pending,
            [0, 0, unmoderated, ..] if unmoderated > 0 => Queue::Unmoderated,
            _ => Queue::Reported,
        }
    }

    /// SQL condition for the comments in the queue.
    pub fn condition(self) -> &'static str {
        match self {
            Queue::Reported => crate::comments::REPORTED,
            // The expression of its partial index: with `IN` the rows of both statuses would have to be sorted.
            Queue::Pending => {
                "CASE status WHEN 'pending' THEN TRUE WHEN 'withheld' THEN TRUE ELSE FALSE END"
            }
            Queue::Unmoderated => "status = 'published'",
            Queue::Approved => "status = 'approved'",
            Queue::Rejected => "status = 'rejected'",
            // The rest of what its partial index has is reported.
            Queue::FlaggedAgain => crate::comments::FLAGGED_AGAIN,
        }
    }

    /// Reported and pending comments are shown oldest first, the other queues newest first.
    pub fn oldest_first(self) -> bool {
        matches!(self, Queue::Reported | Queue::Pending | Queue::FlaggedAgain)
    }
}
