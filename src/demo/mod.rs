//! `masthead demo`: generates a publication with any number of articles and comments, for trials and benchmarks.
//!
//! The same seed gives the same publication on both databases. All text is generated, and the made-up readers cannot
//! log in.

mod plan;
mod text;

use crate::accounts::store as accounts;
use crate::accounts::{Email, Username};
use crate::comments::{CommentBody, bulk};
use crate::db::{Db, Time};
use crate::error::Error;
use crate::import;
use crate::interface::Interface;
use crate::web::Site;
use std::sync::Arc;

/// How much to generate, and from which seed.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub articles: usize,
    pub comments: usize,
    pub seed: u64,
}

/// The largest seed: it is part of the readers' names, whose length is limited.
pub const MOST_SEED: u64 = 9_999_999;

/// Number of different texts for top-level comments, and for replies.
const BODIES: u16 = 4096;
/// Comments inserted in one transaction.
const BATCH: usize = 20_000;

/// The slugs of the article with exactly a hundred comments and of the one with the most.
pub fn fixed_slugs(seed: u64) -> [String; 2] {
    [
        format!("a-hundred-voices-{seed}"),
        format!("the-long-argument-{seed}"),
    ]
}

/// Refuses sizes that make no sense, and a seed that this database has seen before.
fn check(db: &Db, size: Size) -> Result<(), String> {
    let Size {
        articles,
        comments,
        seed,
    } = size;
    if comments > 0 && articles == 0 {
        return Err("comments need an article: --articles must be 1 or more".into());
    }
    if comments > 100_000_000 || articles > 10_000_000 {
        return Err("that is more than 10,000,000 articles or 100,000,000 comments".into());
    }
    let first = fixed_slugs(seed)[0].clone();
    let there = db
        .read_now(|conn| crate::articles::identity::by_slugs(conn, &[first]))
        .map_err(|e| e.to_string())?;
    if !there.is_empty() {
        return Err(format!(
            "the demonstration of seed {seed} exists already, in part if it was interrupted; use an empty data folder or another --seed"
        ));
    }
    if seed > MOST_SEED {
        return Err(format!("--seed must be a number up to {MOST_SEED}"));
    }
    Ok(())
}

/// Generates the publication. `progress` is called with the number of articles and comments written so far.
///
/// # Errors
/// A sentence: invalid numbers, the seed was used in this database before, or writing to the database fails.
pub fn fill(db: &Db, site: &Site, size: Size, progress: &dyn Fn(u64)) -> Result<(), String> {
    let say = |e: Error| format!("writing to the database failed: {e}");
    check(db, size)?;
    let Size {
        articles,
        comments,
        seed,
    } = size;
    let now = Time::now();
    let mut rng = Rng::new(seed);
    let readers = readers(db, &mut rng, comments, seed, now).map_err(say)?;
    let publication_times: Vec<i64> = (0..articles)
        .map(|at| plan::published(at, articles, now))
        .collect();
    let ids = publish(db, site, &publication_times, seed, now, progress)?;
    let counts = plan::comment_counts(&mut rng, articles, comments);
    let bodies = bodies(&mut Rng::of(seed, u32::MAX))?;
    let all = plan::plan_comments(
        seed,
        &counts,
        &publication_times,
        readers.len() as u32,
        BODIES,
        now.0,
    );
    let all = Arc::new(all);
    let many = all.len() as i64;
    if many == 0 {
        return Ok(());
    }
    let first = db
        .write_now(move |conn| bulk::reserve(conn, many))
        .map_err(say)?;
    for from in (0..all.len()).step_by(BATCH) {
        let to = all.len().min(from + BATCH);
        let row = |at: usize| {
            let one = all[at];
            let id = |index: u32| first + i64::from(index);
            let others =
                (0..u32::from(one.flags)).map(|n| (one.author + 1 + n) as usize % readers.len());
            let is_reply = one.parent != plan::ROOT;
            let body = usize::from(one.body) * 2 % bodies.len() + usize::from(is_reply);
            bulk::NewComment {
                id: first + at as i64,
                article: ids[one.article as usize],
                author: readers[one.author as usize],
                parent: is_reply.then(|| id(one.parent)),
                path: plan::path_of(&all, at, first),
                body: bodies[body].clone(),
                status: one.status,
                public_replies: i64::from(one.public_replies),
                at: Time(one.at),
                flagged_by: others.map(|other| readers[other]).collect(),
            }
        };
        let rows: Vec<bulk::NewComment> = (from..to).map(row).collect();
        db.write_now(move |conn| bulk::insert(conn, &rows))
            .map_err(say)?;
        progress((articles + to) as u64);
    }
    Ok(())
}

/// Creates the readers: one for every fifty comments, between twenty and ten thousand.
fn readers(
    db: &Db,
    rng: &mut Rng,
    comments: usize,
    seed: u64,
    now: Time,
) -> Result<Vec<i64>, Error> {
    let t = Interface::English;
    let wanted = (comments / 50).clamp(20, 10_000);
    let mut ids = Vec::with_capacity(wanted);
    let mut new = Vec::with_capacity(wanted);
    for at in 0..wanted {
        let name = format!(
            "{}-{}-{}",
            rng.one(&text::FIRST),
            rng.one(&text::LAST),
            seed * 10_000 + at as u64
        );
        let (Ok(username), Ok(email)) = (
            Username::parse(t, &name),
            Email::parse(t, &format!("{name}@demo.invalid")),
        ) else {
            continue;
        };
        new.push(accounts::New {
            username,
            email,
            password_hash: "!".into(),
            is_admin: false,
            is_sample: false,
            held: None,
            now: now.plus(-(rng.below(1500) as i64 + 1) * Time::DAY),
        });
    }
    for some in new.chunks(1000).map(<[_]>::to_vec) {
        let made = db.write_now(move |conn| {
            some.iter()
                .map(|one| accounts::create(conn, one))
                .collect::<Result<Vec<_>, Error>>()
        })?;
        ids.extend(made.into_iter().filter_map(Result::ok));
    }
    if ids.is_empty() {
        Err(Error::Refused("the readers' names are taken".into()))
    } else {
        Ok(ids)
    }
}

fn publish(
    db: &Db,
    site: &Site,
    publication_times: &[i64],
    seed: u64,
    now: Time,
    progress: &dyn Fn(u64),
) -> Result<Vec<i64>, String> {
    let options = import::ReadOptions::of(site);
    let mut ids = Vec::with_capacity(publication_times.len());
    for (from, some) in (0..).step_by(100).zip(publication_times.chunks(100)) {
        let mut ready = Vec::with_capacity(some.len());
        for (at, moment) in (from..).zip(some) {
            let rng = &mut Rng::of(seed, at as u32);
            let landmark = fixed_slugs(seed).into_iter().nth(at);
            let title = match at {
                0 => "A hundred voices".to_owned(),
                1 => "The long argument".to_owned(),
                _ => text::title(rng),
            };
            let slug = landmark.unwrap_or_else(|| {
                let mut short = crate::text::slug(&title, "article");
                short.truncate(50);
                format!("{}-{seed}-{at}", short.trim_end_matches('-'))
            });
            let source = text::article(rng, &title, &slug, &Time(*moment).rfc3339());
            let one = import::parse_text(&source, true, &options);
            ready.push(one.map_err(|r| format!("line {}: {}", r.line, r.reason))?);
        }
        let site = site.clone();
        let made = db.write_now(move |conn| {
            ready
                .iter()
                .map(|one| Ok(one.insert(conn, &site, false, now)?.article()))
                .collect::<Result<Vec<i64>, Error>>()
        });
        ids.extend(made.map_err(|e| format!("writing to the database failed: {e}"))?);
        progress(ids.len() as u64);
    }
    Ok(ids)
}

/// The comment texts: top-level comments at even indices, replies at odd ones.
fn bodies(rng: &mut Rng) -> Result<Vec<Arc<CommentBody>>, String> {
    (0..usize::from(BODIES) * 2)
        .map(|at| {
            CommentBody::parse(Interface::English, &text::comment(rng, at % 2 == 1)).map(Arc::new)
        })
        .collect()
}

/// Pseudo-random numbers, the same for the same seed.
pub struct Rng(fastrand::Rng);

impl Rng {
    fn new(seed: u64) -> Rng {
        Rng(fastrand::Rng::with_seed(seed))
    }
    /// For one article, independent of all others.
    fn of(seed: u64, article: u32) -> Rng {
        Rng::new(seed ^ (u64::from(article) + 1).wrapping_mul(0xd134_2543_de82_ef95))
    }
    fn below(&mut self, most: usize) -> usize {
        self.0.usize(..most.max(1))
    }
    /// A number from 0 up to, but not including, 1.
    fn unit(&mut self) -> f64 {
        self.0.f64()
    }
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
    fn shuffle<T>(&mut self, list: &mut [T]) {
        self.0.shuffle(list);
    }
}
