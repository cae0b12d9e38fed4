//! `just bench`: cost of a page, a post and a log-in on one core, compared with nginx serving the same bytes, at
//! several sizes of the database.
//!
//! Needs nginx, wrk and taskset (Debian: nginx-light wrk util-linux). Prints a table; writes `bench.json` and `bench.svg`
//! into `target/bench`. To measure another page, add a line to [`lines`].

mod accounts;
mod load;
mod plot;
mod site;
mod worst;

use load::{Figures, Load};
use serde_json::json;
use site::{Nginx, Server, Site, Writers};
use std::path::PathBuf;

pub struct Plan {
    pub sizes: Vec<usize>,
    pub rounds: usize,
    pub seconds: u64,
    pub folder: PathBuf,
    /// The `masthead` that is measured.
    pub program: PathBuf,
}

/// One line of the table.
pub struct Line {
    pub name: &'static str,
    pub connections: usize,
    pub load: Load,
    /// Whether nginx serves the same page for comparison.
    pub beside: bool,
    /// Whether its cost is shown in the plot.
    pub plotted: bool,
}

pub struct Measured {
    pub name: String,
    pub size: usize,
    pub connections: usize,
    pub ours: Figures,
    pub theirs: Option<Figures>,
    pub plotted: bool,
}

fn lines(site: &Site) -> Vec<Line> {
    let page = format!("/articles/{}", site.hundred);
    let long = format!("/articles/{}", site.long);
    let line = |name, connections, load| Line {
        name,
        connections,
        load,
        beside: false,
        plotted: false,
    };
    let mut lines = Vec::new();
    for connections in [1, 32, 128] {
        let load = Load::get(&page).packed();
        lines.push(Line {
            beside: true,
            ..line("article, gzip", connections, load)
        });
    }
    for connections in [1, 32, 128] {
        lines.push(Line {
            beside: true,
            ..line("article, identity", connections, Load::get(&page))
        });
    }
    for connections in [32, 128] {
        let load = Load::get(&page).packed().conditional();
        lines.push(Line {
            beside: true,
            ..line("article, 304", connections, load)
        });
    }
    lines.push(line(
        "article, signed in, gzip",
        32,
        Load::get(&page).packed().cookie(&site.reader),
    ));
    lines.push(line("front page, gzip", 32, Load::get("/").packed()));
    // Moderators' pages are not cached: this measures rendering.
    let moderator = site.writers.first().cloned().unwrap_or_default();
    for (name, path) in [
        ("made anew: article, 100 comments", page.clone()),
        ("made anew: longest thread", long.clone()),
        (
            "made anew: longest thread, oldest first",
            format!("{long}?sort=oldest"),
        ),
        (
            "made anew: longest thread, most replies",
            format!("{long}?sort=replies"),
        ),
        ("made anew: front page", "/".to_owned()),
        ("made anew: section page", "/sections/city".to_owned()),
        (
            "search: articles, a word in most",
            "/search?q=council".to_owned(),
        ),
        (
            "search: articles, words, narrowed",
            "/search?q=harbour+figures+-choir&section=city".to_owned(),
        ),
        (
            "search: comments, a word in many",
            "/search?q=council&in=comments".to_owned(),
        ),
        (
            "search: comments, a phrase",
            "/search?q=%22the+council%22&in=comments".to_owned(),
        ),
        (
            "search: comments, nothing has it",
            "/search?q=nonsuchword&in=comments".to_owned(),
        ),
        (
            "moderation queue, unmoderated",
            "/admin/comments?queue=unmoderated".to_owned(),
        ),
        (
            "moderation queue, reported",
            "/admin/comments?queue=reported".to_owned(),
        ),
    ] {
        lines.push(Line {
            plotted: true,
            ..line(name, 1, Load::get(&path).cookie(&moderator))
        });
    }
    for connections in [1, 16, 64] {
        let load = Load::posts(&page, site.writers[..connections].to_vec());
        lines.push(Line {
            plotted: connections == 1,
            ..line("posting comments", connections, load)
        });
    }
    lines.push(line("log-in", 8, Load::log_ins()));
    lines
}

fn main() {
    let mut args = std::env::args().skip(1);
    let first = args.next();
    if first.as_deref() == Some("serve") {
        return site::serve_tuned(&args.collect::<Vec<_>>());
    }
    if first.as_deref() == Some("worst") {
        std::process::exit(i32::from(!worst::run()));
    }
    let mut plan = Plan {
        sizes: vec![1_000, 1_000_000],
        rounds: 5,
        seconds: 2,
        folder: PathBuf::from("target/bench"),
        program: std::env::current_exe()
            .expect("this program")
            .with_file_name("masthead"),
    };
    let only_accounts = first.as_deref() == Some("accounts");
    let mut next = if only_accounts { args.next() } else { first };
    while let Some(arg) = next {
        let value = args.next().unwrap_or_default();
        match arg.as_str() {
            "--sizes" => plan.sizes = value.split(',').filter_map(|n| n.parse().ok()).collect(),
            "--rounds" => plan.rounds = value.parse().expect("--rounds takes a number"),
            "--seconds" => plan.seconds = value.parse().expect("--seconds takes a number"),
            "--program" => plan.program = PathBuf::from(value),
            other => panic!(
                "bench takes --sizes 1000,1000000 --rounds 5 --seconds 2 --program PATH, not {other}"
            ),
        }
        next = args.next();
    }
    plan.program = plan.program.canonicalize().unwrap_or_else(|_| {
        eprintln!(
            "bench: {} is missing: cargo build --release",
            plan.program.display()
        );
        std::process::exit(1)
    });
    for tool in ["nginx", "wrk", "taskset"] {
        let there = std::process::Command::new("which").arg(tool).output();
        if !there.is_ok_and(|o| o.status.success()) {
            eprintln!("bench: {tool} is missing: apt-get install -y nginx-light wrk util-linux");
            std::process::exit(1);
        }
    }
    std::fs::create_dir_all(&plan.folder).expect("target/bench");
    plan.folder = plan.folder.canonicalize().expect("target/bench");
    if only_accounts {
        return accounts::run(&plan);
    }
    let mut measured = Vec::new();
    let mut facts = Vec::new();
    for size in plan.sizes.clone() {
        facts.push(one_size(&plan, size, &mut measured));
    }
    let writes = writers(&plan);
    let figures = |f: &Figures| {
        json!({ "requests_per_second": f.rate, "requests_per_cpu_second": f.per_cpu, "p50_us": f.p50, "p99_us": f.p99,
            "bytes": f.bytes, "disturbed_rounds": f.disturbed })
    };
    let all: Vec<_> = measured
        .iter()
        .map(|m| {
            json!({ "name": m.name, "comments": m.size, "connections": m.connections,
                "masthead": figures(&m.ours), "nginx": m.theirs.as_ref().map(figures) })
        })
        .collect();
    let report = json!({ "lines": all, "facts": facts, "writers": writes });
    let path = plan.folder.join("bench.json");
    std::fs::write(&path, serde_json::to_string_pretty(&report).expect("JSON"))
        .expect("bench.json");
    std::fs::write(plan.folder.join("bench.svg"), plot::svg(&measured)).expect("bench.svg");
    println!("\n{} and bench.svg beside it", path.display());
}

fn one_size(plan: &Plan, size: usize, measured: &mut Vec<Measured>) -> serde_json::Value {
    println!("\n# {size} comments\n");
    let site = Site::make(plan, size);
    let cold = Server::cold_first_page(&site);
    let (server, start) = Server::start(&site, &[]);
    let idle = server.pss();
    let nginx = Nginx::start(plan, &server, &format!("/articles/{}", site.hundred));
    println!(
        "| {:<42} | {:>4} | {:>9} | {:>9} | {:>8} | {:>8} | {:>7} | {:>9} | {:>5} | {:>5} | {:>5} |",
        "work",
        "conn",
        "req/s",
        "per CPU s",
        "p50 µs",
        "p99 µs",
        "bytes",
        "nginx/s",
        "rate",
        "CPU",
        "p99"
    );
    println!("|{}|{}", "-".repeat(44), "---:|".repeat(10));
    for line in lines(&site) {
        let beside = line.beside.then_some(&nginx);
        let (ours, theirs) = load::alternate(plan, &server, beside, &line);
        let ratio = |of: fn(&Figures) -> f64| {
            theirs
                .as_ref()
                .map_or(String::new(), |t| format!("{:.2}", of(&ours) / of(t)))
        };
        println!(
            "| {:<42} | {:>4} | {:>9.0} | {:>9.0} | {:>8.0} | {:>8.0} | {:>7} | {:>9} | {:>5} | {:>5} | {:>5} |",
            line.name,
            line.connections,
            ours.rate,
            ours.per_cpu,
            ours.p50,
            ours.p99,
            ours.bytes,
            theirs
                .as_ref()
                .map_or(String::new(), |t| format!("{:.0}", t.rate)),
            ratio(|f| f.rate),
            ratio(|f| f.per_cpu),
            ratio(|f| f.p99),
        );
        measured.push(Measured {
            name: line.name.to_owned(),
            size,
            connections: line.connections,
            ours,
            theirs,
            plotted: line.plotted,
        });
    }
    let loaded = server.pss();
    println!(
        "\nstart to first 200: {start:.0} ms; first page of the longest thread, cold: {cold}; memory (PSS): {:.1} MiB idle, {:.1} MiB after the load",
        idle / 1024.0,
        loaded / 1024.0
    );
    json!({ "comments": size, "start_ms": start, "cold": cold, "pss_idle_kib": idle, "pss_loaded_kib": loaded })
}

/// Cost of group commit and of syncing to disk: the same App with settings that the shipped binary does not offer.
fn writers(plan: &Plan) -> serde_json::Value {
    println!("\n# durable posts on SQLite, through HTTP\n");
    println!(
        "| {:<34} | {:>4} | {:>9} | {:>8} | {:>8} |",
        "commits", "conn", "posts/s", "p50 µs", "p99 µs"
    );
    println!("|---|---:|---:|---:|---:|");
    let site = Site::make(plan, plan.sizes.first().copied().unwrap_or(1_000));
    let kinds: [(&str, Writers); 3] = [
        (
            "together, synchronous=FULL (shipped)",
            Writers {
                synchronous: "FULL",
                batch: 512,
            },
        ),
        (
            "together, synchronous=NORMAL",
            Writers {
                synchronous: "NORMAL",
                batch: 512,
            },
        ),
        (
            "one each, synchronous=FULL",
            Writers {
                synchronous: "FULL",
                batch: 1,
            },
        ),
    ];
    let mut out = Vec::new();
    for connections in [1, 64] {
        let load = Load::posts(
            &format!("/articles/{}", site.hundred),
            site.writers[..connections].to_vec(),
        );
        let mut all: Vec<Vec<Figures>> = vec![Vec::new(); kinds.len()];
        for _ in 0..plan.rounds {
            for ((_, writers), list) in kinds.iter().zip(&mut all) {
                let (server, _) = Server::start(&site, &writers.arguments(&site));
                list.push(load::once(
                    plan,
                    server.pid,
                    &server.origin(),
                    connections,
                    &load,
                ));
            }
        }
        for ((name, _), list) in kinds.iter().zip(all) {
            let f = Figures::median(list);
            println!(
                "| {name:<34} | {connections:>4} | {:>9.0} | {:>8.0} | {:>8.0} |",
                f.rate, f.p50, f.p99
            );
            out.push(json!({ "commits": name, "connections": connections, "posts_per_second": f.rate, "p50_us": f.p50, "p99_us": f.p99 }));
        }
    }
    out.into()
}
