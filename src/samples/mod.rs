//! Sample content for the first start: ten articles with readers and comments. `masthead samples remove` deletes it.

mod comments;

use crate::accounts::store as accounts;
use crate::accounts::{Email, Username};
use crate::comments::CommentBody;
use crate::comments::write::{Sample, insert_sample};
use crate::config::Config;
use crate::db::{Conn, Db, Time, lock};
use crate::error::Error;
use crate::import;
use crate::interface::Interface;
use crate::moderation::{Hold, Status};
use crate::web::Site;

/// File name, source, hours before the first start, number of comments.
const ARTICLES: [(&str, &str, i64, usize); 10] = [
    (
        "tide-gate.md",
        include_str!("articles/tide-gate.md"),
        20,
        200,
    ),
    ("rents.md", include_str!("articles/rents.md"), 26, 9),
    (
        "night-ferry.txt",
        include_str!("articles/night-ferry.txt"),
        31,
        24,
    ),
    ("four-day.md", include_str!("articles/four-day.md"), 50, 17),
    (
        "ledger-code.md",
        include_str!("articles/ledger-code.md"),
        55,
        6,
    ),
    ("choir.md", include_str!("articles/choir.md"), 74, 4),
    ("welder.md", include_str!("articles/welder.md"), 98, 12),
    ("short.md", include_str!("articles/short.md"), 101, 0),
    (
        "apprentices.md",
        include_str!("articles/apprentices.md"),
        146,
        7,
    ),
    (
        "lighthouse.md",
        include_str!("articles/lighthouse.md"),
        170,
        3,
    ),
];
const PICTURE: &[u8] = include_bytes!("articles/tide-gate.jpg");

/// Publishes the samples and returns the number of articles; 0 if the database has articles already.
///
/// # Errors
/// A sentence when writing to the database or the media folder fails.
pub fn publish(db: &Db, config: &Config, site: &Site) -> Result<usize, String> {
    let picture = |path: &str| {
        if path == "tide-gate.jpg" {
            Ok(PICTURE.to_vec())
        } else {
            Err(import::MISSING.into())
        }
    };
    let options = import::ReadOptions::of(site);
    let now = Time::now();
    let mut all = Vec::new();
    for (file, source, hours, count) in ARTICLES {
        let mut ready =
            import::parse_source(source, file.ends_with(".md"), &options, &picture, &|url| {
                Some(url.to_owned())
            })
            .map_err(|r| format!("{file}:{}: {}", r.line, r.reason))?;
        let published = now.plus(-hours * Time::HOUR);
        ready.draft.published = Some(published);
        for correction in &mut ready.draft.corrections {
            correction.date = published.plus(hours * Time::HOUR / 3);
        }
        ready.draft.updated = ready.draft.corrections.first().map(|c| c.date);
        ready.save_pictures(&config.data)?;
        all.push((ready, published, count));
    }
    let site = site.clone();
    // One transaction under a lock: two nodes may start on the same empty database.
    db.write_now(move |conn| {
        lock(conn, "samples")?;
        if !crate::articles::store::is_empty(conn)? {
            return Ok(0);
        }
        let readers = readers(conn, now)?;
        for (seed, (ready, published, count)) in (0..).zip(&all) {
            let article = ready.insert(conn, &site, true, now)?.article();
            insert_comments(conn, article, *published, now, *count, &readers, seed)?;
        }
        Ok(all.len())
    })
    .map_err(|e| e.to_string())
}

/// Creates the sample readers. No password matches their hash, so nobody can log in as one of them.
fn readers(conn: &mut Conn, now: Time) -> Result<Vec<i64>, Error> {
    let t = Interface::English;
    let mut ids = Vec::new();
    for (at, name) in comments::READERS.iter().enumerate() {
        let (Ok(username), Ok(email)) = (
            Username::parse(t, name),
            Email::parse(t, &format!("{name}@sample.invalid")),
        ) else {
            continue;
        };
        let new = accounts::New {
            username,
            email,
            password_hash: "!".into(),
            is_admin: false,
            is_sample: true,
            held: None,
            now: now.plus(-(at as i64 * 9 + 200) * Time::DAY),
        };
        if let Ok(id) = accounts::create(conn, &new)? {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Random numbers below the given one, the same at every start.
fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut rng = fastrand::Rng::with_seed(seed);
    move |below: usize| rng.usize(..below.max(1))
}

/// Inserts the comments of one article. The same at every first start: the random numbers have a fixed seed.
fn insert_comments(
    conn: &mut Conn,
    article: i64,
    from: Time,
    to: Time,
    count: usize,
    everybody: &[i64],
    seed: u64,
) -> Result<(), Error> {
    let (newcomers, readers) = everybody.split_at(everybody.len().min(comments::NEWCOMERS));
    if readers.len() < 2 {
        // The names of the sample readers were taken.
        return Ok(());
    }
    let mut draw = random(seed);
    let mut posted: Vec<(i64, usize)> = Vec::new();
    let (mut opening, mut answer) = (seed as usize * 5, seed as usize * 11);
    for at in 0..count {
        let step = (to.0 - from.0) / (count as i64 + 2);
        let moment = from.plus(step * (at as i64 + 1) + draw(1 + step as usize / 2) as i64);
        let recent = posted.len().saturating_sub(14);
        let parent = if posted.is_empty() || draw(10) < 3 {
            None
        } else {
            Some(posted[recent + draw(posted.len() - recent)])
        };
        let author = loop {
            let drawn = draw(readers.len());
            if parent.is_none_or(|p| p.1 != drawn) {
                break drawn;
            }
        };
        let text = if parent.is_some() {
            answer += 1;
            comments::reply_text(answer)
        } else {
            opening += 1;
            comments::top_level_text(opening)
        };
        let Ok(body) = CommentBody::parse(Interface::English, &text) else {
            continue;
        };
        // In the two largest threads the first comment of a new reader is pending.
        let is_last = at + 1 == count && count > 20;
        let (status, hold) = match draw(20) {
            _ if is_last => (Status::Pending, Hold::NewReader),
            0..=11 => (Status::Approved, Hold::None),
            _ => (Status::Published, Hold::None),
        };
        let sample = Sample {
            article,
            author: if is_last {
                newcomers[(seed as usize / 2) % newcomers.len()]
            } else {
                readers[author]
            },
            parent: parent.filter(|_| !is_last).map(|(id, _)| id),
            body,
            status,
            hold,
            at: moment,
        };
        let id = insert_sample(conn, &sample)?;
        if !is_last {
            posted.push((id, author));
        }
    }
    Ok(())
}
