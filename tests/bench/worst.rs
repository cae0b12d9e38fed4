//! `just worst`: CPU time of the worst known inputs, one call each, on one thread.

use masthead::accounts::password::{PasswordCandidate, PasswordPolicy};
use masthead::comments::CommentBody;
use masthead::import;
use masthead::interface::Interface;

const ARTICLE: usize = 2 * 1024 * 1024 - 64;

/// CPU time of this thread, in milliseconds.
fn spent() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is valid for writes, and every thread has this clock.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn measure(name: &str, limit: f64, work: impl Fn() -> &'static str) -> bool {
    // Warm-up: the first call fills caches that exist once per process.
    work();
    let times: Vec<f64> = (0..3)
        .map(|_| {
            let before = spent();
            work();
            spent() - before
        })
        .collect();
    let worst = times.iter().copied().fold(0.0, f64::max);
    let outcome = work();
    println!("{name:<52} {worst:>9.1} ms of {limit:>6.0}   {outcome}");
    worst <= limit
}

fn fill(part: &str, bytes: usize) -> String {
    part.repeat(bytes / part.len())
}

fn password(name: &str, given: &str) -> bool {
    measure(&format!("password, {name}"), 20.0, || {
        let judged = PasswordCandidate::parse(Interface::English, given, PasswordPolicy::READER)
            .and_then(|c| {
                c.check_strength_now(
                    Interface::English,
                    &["The Harbour Courier", "mira", "mira@example.org"],
                )
            });
        if judged.is_ok() { "taken" } else { "refused" }
    })
}

fn comment(name: &str, text: &str) -> bool {
    measure(
        &format!("comment, {name}"),
        20.0,
        || match CommentBody::parse(Interface::English, text) {
            Ok(_) => "taken",
            Err(_) => "refused",
        },
    )
}

fn article(name: &str, body: &str) -> bool {
    let source = format!("---\ntitle: A\n---\n\n{body}\n");
    measure(
        &format!("article, {name}"),
        1000.0,
        || match import::parse_text(&source, true, &import::ReadOptions::default()) {
            Ok(_) => "taken",
            Err(_) => "refused",
        },
    )
}

/// Prints the table; returns whether every line is within its limit.
pub fn run() -> bool {
    let mut within = true;
    for (name, part, length) in [
        ("mixed leet, 256 characters", "4@8({[<369|!1/0$5+7%2", 256),
        ("mixed leet, 64 characters", "4@8369!1$057+%2", 64),
        ("signs with two readings", "1|7!l", 256),
        ("a keyboard row", "qwerty!@#$%^", 256),
        ("one letter", "a", 256),
    ] {
        within &= password(name, &part.chars().cycle().take(length).collect::<String>());
    }
    for part in [
        ">",
        "> ",
        "- ",
        "1. ",
        "*a ",
        "*_",
        "**a ",
        "a**b c* ",
        "[a](",
        "![",
        "[",
        "[a](b)",
        "`a",
        "&",
        "<",
        "<a ",
        "<!--",
        "a@b.c ",
        "http://a.b ",
        "# a\n",
        "a\n=\n",
        "a\n\n",
        "- a\n",
        "\\",
        "~~a~~",
        "| a\n|-\n",
    ] {
        within &= comment(&format!("{part:?}"), &format!("{}.", fill(part, 9_990)));
    }
    within &= comment(
        "quotes that deepen",
        &(1..139)
            .map(|n| format!("{}a\n", ">".repeat(n)))
            .collect::<String>(),
    );
    for part in [
        "> ",
        ">",
        "- ",
        "# a\n",
        "a\n=\n",
        "*a ",
        "*_",
        "[a](b)",
        "[^s",
        "[^s1]",
        "&",
        "<",
        "|a",
        "a\n\n",
        "a\n",
        "- a\n",
        "`a`",
        "http://a.b ",
        "\"",
        "\"a\" ",
        "'\"",
        "word ",
        "word word word word word word word word word word.\n\n",
    ] {
        within &= article(&format!("2 MiB of {part:?}"), &fill(part, ARTICLE));
        within &= article(&format!("as many {part:?} as fit"), &fill(part, 150_000));
    }
    within &= article(
        "a line of 200,000 letters as sh",
        &format!("```sh\n{}\n```\n", fill("a", 200_000)),
    );
    within &= article(
        "60 kB of rust",
        &format!(
            "```rust\n{}```\n",
            fill("fn main() { println!(\"{}\", 1 + 2); }\n", 60_000)
        ),
    );
    within &= article(
        "2 MiB of sh in lines of 900 letters",
        &format!(
            "```sh\n{}```\n",
            fill(&format!("{}\n", "a$(".repeat(300)), ARTICLE)
        ),
    );
    within
}
