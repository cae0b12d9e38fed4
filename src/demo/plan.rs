//! Plans every comment (time, article, author, parent, text, status) from the seed, before anything is written.

use super::Rng;
use crate::comments::{MAX_DEPTH, Status, path};
use crate::db::Time;

/// The value of `parent` and `above` for a top-level comment.
pub const ROOT: u32 = u32::MAX;
/// Number of comments on the first article, all on its first page.
pub const HUNDRED: usize = 100;
/// Maximum number of comments on the second article, which has the most.
const LONGEST: usize = 100_000;
/// The parent of a reply is one of this many comments before it.
const RECENT: usize = 40;

/// One comment. Its id is the id of the first comment plus its index in the list.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    pub at: i64,
    pub article: u32,
    pub author: u32,
    pub parent: u32,
    /// The comment above it in its path: the parent, or an ancestor of it where the maximum depth is reached.
    above: u32,
    pub public_replies: u32,
    pub body: u16,
    depth: u8,
    pub status: Status,
    pub flags: u8,
}

/// The number of comments on each article: the first has 100, the second a quarter of the rest up to 100,000; the
/// others follow Zipf's law, ranked at random.
pub fn comment_counts(rng: &mut Rng, articles: usize, comments: usize) -> Vec<usize> {
    let mut counts = vec![0; articles];
    let mut left = comments;
    let mut rest: Vec<usize> = (0..articles).collect();
    if articles > 0 {
        counts[0] = if articles == 1 {
            left
        } else {
            left.min(HUNDRED)
        };
        left -= counts[0];
        rest.remove(0);
    }
    if articles > 2 {
        counts[1] = (left / 4).min(LONGEST);
        left -= counts[1];
        rest.remove(0);
    }
    rng.shuffle(&mut rest);
    let whole: f64 = (1..=rest.len()).map(|rank| 1.0 / rank as f64).sum();
    let all = left;
    for (rank, article) in (1..).zip(&rest) {
        let share = (all as f64 / whole / f64::from(rank)).round() as usize;
        counts[*article] = share.min(left);
        left -= counts[*article];
    }
    if let Some(first) = rest.first() {
        counts[*first] += left;
    }
    counts
}

/// All comments, sorted by time. `published` has each article's publication time in milliseconds.
pub fn plan_comments(
    seed: u64,
    counts: &[usize],
    published: &[i64],
    readers: u32,
    bodies: u16,
    now: i64,
) -> Vec<Planned> {
    let mut all: Vec<Planned> = Vec::with_capacity(counts.iter().sum());
    for (article, (count, from)) in (0..).zip(counts.iter().zip(published)) {
        // Seeded by article, so that an article does not change with the size of the demonstration.
        let rng = &mut Rng::of(seed, article);
        let start = all.len();
        let mut times: Vec<i64> = (0..*count)
            .map(|_| from + ((now - from) as f64 * rng.unit().powi(3)) as i64)
            .collect();
        times.sort_unstable();
        for (n, at) in times.into_iter().enumerate() {
            // Twenty threads of five comments, so that a page of a hundred comments is the same in every size.
            let parent = if article == 0 && *count <= HUNDRED {
                if n % 5 == 0 {
                    None
                } else {
                    Some(start + n - 1 - rng.below(n % 5))
                }
            } else if n == 0 || rng.below(10) < 4 {
                None
            } else {
                let from = all.len().saturating_sub(RECENT).max(start);
                Some(from + rng.below(all.len() - from))
            };
            let parent =
                parent.filter(|p| !matches!(all[*p].status, Status::Pending | Status::Withheld));
            let status = if article == 0 && *count <= HUNDRED {
                Status::Approved
            } else {
                status(rng)
            };
            // Squared, so that some readers write many more comments than others.
            let author = (f64::from(readers) * rng.unit().powi(2)) as u32;
            all.push(Planned {
                at,
                article,
                author,
                parent: parent.map_or(ROOT, |p| p as u32),
                above: ROOT,
                public_replies: 0,
                body: rng.below(usize::from(bodies)) as u16,
                depth: 0,
                status,
                flags: if status == Status::Published && rng.below(60) == 0 {
                    1 + rng.below(3) as u8
                } else {
                    0
                },
            });
        }
    }
    sort_and_link(all)
}

fn status(rng: &mut Rng) -> Status {
    match rng.below(1000) {
        0..=469 => Status::Approved,
        470..=899 => Status::Published,
        900..=909 => Status::Pending,
        910..=914 => Status::Withheld,
        915..=964 => Status::Rejected,
        _ => Status::Deleted,
    }
}

/// Sorts by time, each parent before its replies, and fills in `parent`, `above`, `depth` and `public_replies`.
fn sort_and_link(all: Vec<Planned>) -> Vec<Planned> {
    let mut order: Vec<u32> = (0..all.len() as u32).collect();
    order.sort_by_key(|i| (all[*i as usize].at, *i));
    let mut rank = vec![0_u32; all.len()];
    for (to, from) in (0..).zip(&order) {
        rank[*from as usize] = to;
    }
    let mut sorted: Vec<Planned> = Vec::with_capacity(all.len());
    for from in order {
        let mut one = all[from as usize];
        if one.parent != ROOT {
            one.parent = rank[one.parent as usize];
            let parent = sorted[one.parent as usize];
            let is_full = usize::from(parent.depth) + 1 >= MAX_DEPTH;
            one.above = if is_full { parent.above } else { one.parent };
            one.depth = if is_full {
                parent.depth
            } else {
                parent.depth + 1
            };
        }
        sorted.push(one);
    }
    for at in 0..sorted.len() {
        let one = sorted[at];
        if !one.status.is_public() {
            continue;
        }
        let mut above = one.above;
        let mut counted = one.parent == one.above || one.parent == ROOT;
        while above != ROOT {
            counted |= above == one.parent;
            sorted[above as usize].public_replies += 1;
            above = sorted[above as usize].above;
        }
        if !counted {
            sorted[one.parent as usize].public_replies += 1;
        }
    }
    sorted
}

/// The materialised path of a comment, where the first comment has the id `first`.
pub fn path_of(all: &[Planned], at: usize, first: i64) -> Vec<u8> {
    let mut ids = vec![first + at as i64];
    let mut above = all[at].above;
    while above != ROOT {
        ids.push(first + i64::from(above));
        above = all[above as usize].above;
    }
    ids.iter()
        .rev()
        .fold(Vec::new(), |path, id| path::child(&path, *id))
}

/// The publication time of an article in milliseconds: the newest is an hour old, the oldest three years.
pub fn published(at: usize, articles: usize, now: Time) -> i64 {
    let share = at as f64 / articles.max(1) as f64;
    now.0 - Time::HOUR - (share.powf(1.5) * 1095.0 * Time::DAY as f64) as i64
}
