//! `just accounts`: whether answers tell by their time which names are taken, what 200 log-ins at once cost, and how long the
//! export and the deletion of an account with 100,000 comments take.

use super::Plan;
use super::site::{self, PASSWORD, Server, Site, ask, get, log_in};
use diesel::prelude::*;
use masthead::db::schema::comments;
use masthead::db::{Address, Db};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Comments of the account that is exported and deleted.
const COMMENTS: usize = 100_000;
/// Names that are tried, half of them taken.
const NAMES: usize = 200;
/// Log-ins at once.
const AT_ONCE: usize = 200;

pub fn run(plan: &Plan) {
    let site = Site::make(plan, COMMENTS);
    let server = Server::start(&site, &[]).0;
    timing(&server.origin());
    at_once(&server);
    drop(server);
    leaving(plan, &site);
}

/// The chance that a taken name takes longer than a free one: 0.5 tells nothing.
fn timing(origin: &str) {
    println!("\n# time of an answer, {NAMES} names, taken and free in turn\n");
    println!("| form | taken, median ms | free, median ms | AUC |\n|---|---:|---:|---:|");
    let typed = PASSWORD.replace(' ', "+");
    type Body<'a> = &'a dyn Fn(&str) -> String;
    let forms: [(&str, Body); 3] = [
        ("/login", &|name| {
            format!("login={name}&password=wrong+{typed}&next=/")
        }),
        ("/forgot", &|name| format!("email={name}%40bench.invalid")),
        ("/join", &|name| {
            format!(
                "username=n{}&email={name}%40bench.invalid&password={typed}",
                name.replace('-', "_")
            )
        }),
    ];
    for (path, body) in forms {
        let (mut taken, mut free) = (Vec::new(), Vec::new());
        for n in 0..NAMES {
            let (name, list) = match n % 2 {
                0 => (format!("bench-{}", n / 2), &mut taken),
                _ => (format!("nobody-{n}"), &mut free),
            };
            // Each from another network: the limits are not what is measured.
            let began = Instant::now();
            let answer = post(
                origin,
                path,
                &body(&name),
                &format!("10.{}.{}.1", path.len(), n),
            );
            list.push(began.elapsed().as_secs_f64() * 1000.0);
            assert!(answer.is_some_and(|status| status != 429), "{path} {n}");
        }
        println!(
            "| {path} | {:.1} | {:.1} | {:.2} |",
            median(&taken),
            median(&free),
            auc(&taken, &free)
        );
    }
}

fn post(origin: &str, path: &str, body: &str, from: &str) -> Option<u16> {
    let host = origin.trim_start_matches("http://");
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: {from}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    ask(origin, &request).map(|(status, ..)| status)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn auc(taken: &[f64], free: &[f64]) -> f64 {
    let pairs = taken
        .iter()
        .flat_map(|one| free.iter().map(move |other| (one, other)));
    let longer: f64 = pairs
        .map(|(one, other)| match one.total_cmp(other) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    longer / (taken.len() * free.len()) as f64
}

fn at_once(server: &Server) {
    let (origin, before) = (server.origin(), server.pss());
    let done = AtomicBool::new(false);
    let began = Instant::now();
    let (statuses, front, most) = std::thread::scope(|scope| {
        let front = scope.spawn(|| {
            let mut times = Vec::new();
            while !done.load(Ordering::SeqCst) {
                let began = Instant::now();
                get(&origin, "/", true).expect("an answer");
                times.push(began.elapsed().as_secs_f64() * 1000.0);
                std::thread::sleep(Duration::from_millis(5));
            }
            times
        });
        let memory = scope.spawn(|| {
            let mut most = 0.0_f64;
            while !done.load(Ordering::SeqCst) {
                most = most.max(server.pss());
                std::thread::sleep(Duration::from_millis(20));
            }
            most
        });
        let all: Vec<_> = (0..AT_ONCE)
            .map(|n| {
                let origin = &origin;
                scope.spawn(move || {
                    let body = format!(
                        "login=bench-{}&password={}&next=/",
                        n % site::PEOPLE,
                        PASSWORD.replace(' ', "+")
                    );
                    post(origin, "/login", &body, &format!("10.99.{n}.1"))
                })
            })
            .collect();
        let statuses: Vec<_> = all
            .into_iter()
            .map(|one| one.join().expect("a thread"))
            .collect();
        done.store(true, Ordering::SeqCst);
        (
            statuses,
            front.join().expect("a thread"),
            memory.join().expect("a thread"),
        )
    });
    let took = began.elapsed().as_secs_f64();
    let of = |wanted| {
        statuses
            .iter()
            .filter(|status| **status == Some(wanted))
            .count()
    };
    let mut times = front;
    times.sort_by(f64::total_cmp);
    println!(
        "\n# {AT_ONCE} log-ins at once: {took:.1} s, {} logged in, {} told to wait (503), {} else; memory {:+.0} MiB at most; front page meanwhile \
         {} times, median {:.1} ms, p99 {:.1} ms\n",
        of(303),
        of(503),
        AT_ONCE - of(303) - of(503),
        (most - before) / 1024.0,
        times.len(),
        median(&times),
        times[times.len() * 99 / 100],
    );
}

/// In a copy of the data, which is changed.
fn leaving(plan: &Plan, site: &Site) {
    let folder = plan.folder.join("data-leaving");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    for file in ["masthead.db", "masthead.key"] {
        std::fs::copy(site.folder.join(file), folder.join(file)).expect("a copy");
    }
    give_all_comments_to(&folder, "bench-0");
    let site = Site {
        folder,
        ..site.clone()
    };
    let server = Server::start(&site, &[]).0;
    let origin = server.origin();
    let cookie = log_in(&origin, "bench-0");
    let host = origin.trim_start_matches("http://");
    let request = |method: &str| {
        let request = format!(
            "{method} /account/export HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        ask(&origin, &request).expect("an answer")
    };
    let (began, before, mut most) = (Instant::now(), server.pss(), 0.0_f64);
    let (status, head, _) = request("POST");
    assert_eq!(status, 303, "{head}");
    while !String::from_utf8_lossy(&request("GET").2).contains("/account/export/file") {
        most = most.max(server.pss());
        assert!(began.elapsed() < Duration::from_secs(120), "no export");
        std::thread::sleep(Duration::from_millis(20));
    }
    println!(
        "# export of {COMMENTS} comments: {:.1} s, memory {:+.0} MiB at most",
        began.elapsed().as_secs_f64(),
        (most - before) / 1024.0
    );
    drop(server);
    let began = Instant::now();
    let done = std::process::Command::new(&plan.program)
        .env("MASTHEAD_DATA", &site.folder)
        .args(["user", "delete", "bench-0", "--mode", "erase", "--now"])
        .output()
        .expect("masthead runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    println!(
        "# deletion with {COMMENTS} comments erased: {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let _ = std::fs::remove_dir_all(&site.folder);
}

fn give_all_comments_to(folder: &Path, username: &str) {
    let name = username.to_owned();
    let db = Db::open(&Address::Sqlite(folder.join("masthead.db"))).expect("a database");
    db.write_now(move |conn| {
        use masthead::db::schema::accounts;
        let id: i64 = accounts::table
            .filter(accounts::username.eq(&name))
            .select(accounts::id)
            .first(conn)?;
        diesel::update(comments::table)
            .set(comments::author_id.eq(id))
            .execute(conn)?;
        Ok(())
    })
    .expect("a write");
    db.close();
}
