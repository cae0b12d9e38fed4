//! The automatic rules that decide whether a comment is published or held for moderation.

use super::{Hold, Status};
use crate::db::Conn;
use crate::db::schema::{accounts, comments, flags};
use crate::error::Error;
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::Serialize;
use std::collections::HashSet;
use std::time::Instant;

/// The site's settings for moderation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// A reader's comments are held until a moderator has approved one of them.
    pub new_reader: bool,
    /// Every comment is held until a moderator has approved it.
    pub moderate_all: bool,
    /// Moderators get a mail while comments wait.
    pub notify_moderators: bool,
}

/// A new or edited comment, as input of the rules.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub author: i64,
    /// The author has a role: no rule runs.
    pub is_staff: bool,
    /// Comments on its article wait for a moderator.
    pub is_article_moderated: bool,
    /// Status and hold before an edit; `None` for a new comment.
    pub current: Option<(Status, Hold)>,
}

/// Result of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Pass,
    Hold,
}

/// One rule's part of a decision, stored with the comment's version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub rule: &'static str,
    pub verdict: Verdict,
    /// This comment's share of the time that the rule took, in microseconds.
    pub microseconds: u64,
}

/// The result of the rules for one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub status: Status,
    pub hold: Hold,
    /// The rules that ran, in order; evaluation stops at the first that holds the comment.
    pub trace: Vec<Step>,
}

impl Decision {
    /// Whether a moderator has to decide before others see the comment.
    pub fn is_held(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Withheld)
    }

    /// The trace as it is stored: JSON, empty when no rule ran.
    pub fn trace_json(&self) -> String {
        match self.trace.as_slice() {
            [] => String::new(),
            trace => serde_json::to_string(trace).unwrap_or_default(),
        }
    }

    /// A decision that no rule took part in.
    fn plain(status: Status, hold: Hold) -> Decision {
        Decision {
            status,
            hold,
            trace: Vec::new(),
        }
    }
}

/// Decides on new and edited comments; the result is in the order of `candidates`. Each rule reads its data for all
/// of them in one statement. An edit never releases a held comment, and revokes a moderator's approval unless the
/// author is staff.
///
/// # Errors
/// Of the database.
pub fn decide(
    conn: &mut Conn,
    candidates: &[Candidate],
    policy: &Policy,
) -> Result<Vec<Decision>, Error> {
    let mut decisions: Vec<Decision> = candidates.iter().map(without_rules).collect();
    if policy.new_reader {
        new_reader(conn, candidates, &mut decisions)?;
    }
    article(candidates, policy, &mut decisions);
    Ok(decisions)
}

/// Status of a comment if no rule holds it.
fn without_rules(candidate: &Candidate) -> Decision {
    match candidate.current {
        None if candidate.is_staff => Decision::plain(Status::Approved, Hold::None),
        None => Decision::plain(Status::Published, Hold::None),
        Some((Status::Approved, hold)) if !candidate.is_staff => {
            Decision::plain(Status::Published, hold)
        }
        Some((status, hold)) => Decision::plain(status, hold),
    }
}

/// Rule: holds comments of readers without an approved comment.
fn new_reader(
    conn: &mut Conn,
    candidates: &[Candidate],
    decisions: &mut [Decision],
) -> Result<(), Error> {
    let began = Instant::now();
    let undecided: Vec<usize> = (0..candidates.len())
        .filter(|at| !candidates[*at].is_staff && decisions[*at].status.is_public())
        .collect();
    if undecided.is_empty() {
        return Ok(());
    }
    let authors: Vec<i64> = undecided.iter().map(|at| candidates[*at].author).collect();
    let known = approved_authors(conn, &authors)?;
    let share = began.elapsed().as_micros() as u64 / undecided.len() as u64;
    for at in undecided {
        let verdict = match known.contains(&candidates[at].author) {
            true => Verdict::Pass,
            false => Verdict::Hold,
        };
        let decision = &mut decisions[at];
        decision.trace.push(Step {
            rule: Hold::NewReader.as_str(),
            verdict,
            microseconds: share,
        });
        if verdict == Verdict::Hold {
            (decision.status, decision.hold) = (Status::Pending, Hold::NewReader);
        }
    }
    Ok(())
}

/// Rule: holds comments on articles whose comments wait for a moderator.
fn article(candidates: &[Candidate], policy: &Policy, decisions: &mut [Decision]) {
    for (candidate, decision) in candidates.iter().zip(decisions) {
        let is_moderated = candidate.is_article_moderated || policy.moderate_all;
        if !is_moderated || candidate.is_staff || !decision.status.is_public() {
            continue;
        }
        decision.trace.push(Step {
            rule: Hold::Article.as_str(),
            verdict: Verdict::Hold,
            microseconds: 0,
        });
        (decision.status, decision.hold) = (Status::Pending, Hold::Article);
    }
}

/// The comments of the account in the outer query that a moderator approved and that still stand, edited since or not, or that
/// their author deleted.
macro_rules! approved_comments {
    () => {{
        let public = || [Status::Approved, Status::Published];
        comments::table.filter(
            comments::author_id
                .eq(accounts::id)
                .and(comments::moderated_at.is_not_null())
                .and(
                    comments::status.eq_any(public()).or(comments::status
                        .eq(Status::Deleted)
                        .and(comments::status_before_delete.eq_any(public()))),
                ),
        )
    }};
}

/// Authors with a comment that a moderator approved and that is still public, or was until its author deleted it. Uses
/// `EXISTS`, so that the cost does not grow with the number of comments.
fn approved_authors(conn: &mut Conn, authors: &[i64]) -> Result<HashSet<i64>, Error> {
    let found: Vec<i64> = accounts::table
        .filter(accounts::id.eq_any(authors.to_vec()))
        .filter(exists(approved_comments!()))
        .select(accounts::id)
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// What a reader has under an article, and whether a moderator has approved a comment of theirs. One statement.
///
/// # Errors
/// Of the database.
pub fn standing(conn: &mut Conn, author: i64, article: i64) -> Result<Standing, Error> {
    let own = comments::table.filter(
        comments::author_id
            .eq(accounts::id)
            .and(comments::article_id.eq(article)),
    );
    let flagged = flags::table
        .inner_join(comments::table.on(comments::id.eq(flags::comment_id)))
        .filter(
            flags::account_id
                .eq(accounts::id)
                .and(comments::article_id.eq(article)),
        );
    let (has_approved, has_commented, has_flagged) = accounts::table
        .find(author)
        .select((exists(approved_comments!()), exists(own), exists(flagged)))
        .first(conn)?;
    Ok(Standing {
        has_approved,
        has_commented,
        has_flagged,
    })
}

/// What a reader's page of an article depends on.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// A moderator has approved a comment of theirs.
    pub has_approved: bool,
    /// They have a comment of any status under the article.
    pub has_commented: bool,
    /// They have flagged a comment under the article.
    pub has_flagged: bool,
}
