//! Load generation: one kind of request, sent by wrk from another core, and its measured cost.

use super::site::{Nginx, Server};
use super::{Line, Plan};
use std::fmt::Write;
use std::process::Command;
use std::time::Instant;

#[derive(Clone, Debug)]
enum Kind {
    Get,
    Posts(Vec<String>),
    LogIns,
}

#[derive(Clone, Debug)]
pub struct Load {
    path: String,
    packed: bool,
    conditional: bool,
    cookie: String,
    kind: Kind,
}

impl Load {
    pub fn get(path: &str) -> Load {
        Load {
            path: path.to_owned(),
            packed: false,
            conditional: false,
            cookie: String::new(),
            kind: Kind::Get,
        }
    }
    pub fn packed(self) -> Load {
        Load {
            packed: true,
            ..self
        }
    }
    pub fn conditional(self) -> Load {
        Load {
            conditional: true,
            ..self
        }
    }
    pub fn cookie(self, cookie: &str) -> Load {
        Load {
            cookie: cookie.to_owned(),
            ..self
        }
    }
    /// Posts comments on this page, with the writers' session cookies in turn.
    pub fn posts(page: &str, writers: Vec<String>) -> Load {
        Load {
            kind: Kind::Posts(writers),
            ..Load::get(&format!("{page}/comments"))
        }
    }
    pub fn log_ins() -> Load {
        Load {
            kind: Kind::LogIns,
            ..Load::get("/login")
        }
    }

    /// For wrk: <https://github.com/wg/wrk/blob/master/SCRIPTING>
    fn script(&self, etag: &str) -> String {
        let mut lua = String::from("wrk.headers['Sec-Fetch-Site'] = 'same-origin'\n");
        let mut header = |name: &str, value: &str| {
            let _ = writeln!(lua, "wrk.headers['{name}'] = [[{value}]]");
        };
        if self.packed {
            header("Accept-Encoding", "gzip");
        }
        if self.conditional {
            header("If-None-Match", etag);
        }
        if !self.cookie.is_empty() {
            header("Cookie", &self.cookie);
        }
        match &self.kind {
            Kind::Get => {}
            Kind::LogIns => {
                header("Content-Type", "application/x-www-form-urlencoded");
                // Random accounts: log-ins left over from an interrupted round are still being verified.
                let password = super::site::PASSWORD.replace(' ', "+");
                let _ = writeln!(
                    lua,
                    "local n = 0\nfunction request()\n  n = n + 1\n  return wrk.format('POST', nil, nil, 'login=bench-' .. math.random(0, 63) .. '&password={password}&next=/')\nend"
                );
            }
            Kind::Posts(writers) => {
                header("Content-Type", "application/x-www-form-urlencoded");
                lua.push_str("local cookies = {");
                for writer in writers {
                    let _ = write!(lua, "[[{writer}]],");
                }
                lua.push_str(
                    "}\nlocal n = 0\nfunction request()\n  n = n + 1\n  wrk.headers['Cookie'] = cookies[n % #cookies + 1]\n  \
                     return wrk.format('POST', nil, nil, 'body=The+gate+was+closed+at+six+and+nobody+said+why,+number+' .. n .. '&parent=&action=post')\nend\n",
                );
            }
        }
        lua.push_str(
            "function done(summary, latency, requests)\n  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout\n  \
             print(string.format('FIGURES %d %d %f %f %d %d', summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes, bad))\nend\n",
        );
        lua
    }
}

#[derive(Clone, Debug)]
pub struct Figures {
    /// Requests a second.
    pub rate: f64,
    /// Requests per second of CPU time that the server used.
    pub per_cpu: f64,
    /// Latency in microseconds.
    pub p50: f64,
    pub p99: f64,
    /// Size of one response, headers included.
    pub bytes: u64,
    /// Number of rounds during which other processes used the CPU.
    pub disturbed: usize,
}

impl Figures {
    /// The median of each figure, over the undisturbed rounds if there are any.
    pub fn median(all: Vec<Figures>) -> Figures {
        let disturbed = all.iter().map(|f| f.disturbed).sum();
        let calm: Vec<Figures> = all.iter().filter(|f| f.disturbed == 0).cloned().collect();
        let list = if calm.is_empty() { all } else { calm };
        let middle = |of: fn(&Figures) -> f64| {
            let mut values: Vec<f64> = list.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Figures {
            rate: middle(|f| f.rate),
            per_cpu: middle(|f| f.per_cpu),
            p50: middle(|f| f.p50),
            p99: middle(|f| f.p99),
            bytes: list[0].bytes,
            disturbed,
        }
    }
}

/// Measures this server and nginx in alternating rounds.
pub fn alternate(
    plan: &Plan,
    server: &Server,
    nginx: Option<&Nginx>,
    line: &Line,
) -> (Figures, Option<Figures>) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut round = 0;
    // Disturbed rounds are repeated, up to twice the planned number of rounds in total.
    while round < plan.rounds * 2
        && ours.iter().filter(|f: &&Figures| f.disturbed == 0).count() < plan.rounds
    {
        ours.push(once(
            plan,
            server.pid,
            &server.origin(),
            line.connections,
            &line.load,
        ));
        if let Some(nginx) = nginx {
            let load = Load {
                path: "/page.html".into(),
                ..line.load.clone()
            };
            theirs.push(once(
                plan,
                nginx.worker,
                &nginx.origin(),
                line.connections,
                &load,
            ));
        }
        round += 1;
    }
    (
        Figures::median(ours),
        (!theirs.is_empty()).then(|| Figures::median(theirs)),
    )
}

/// Measures one round.
pub fn once(plan: &Plan, pid: u32, origin: &str, connections: usize, load: &Load) -> Figures {
    let etag = if load.conditional {
        super::site::header(origin, &load.path, "etag", load.packed).unwrap_or_default()
    } else {
        String::new()
    };
    let script = plan.folder.join("load.lua");
    std::fs::write(&script, load.script(&etag)).expect("a script");
    let (before, all_before, began) = (cpu(pid), busy(), Instant::now());
    let output = Command::new("taskset")
        .args(["-c", "1", "wrk", "-t1"])
        .arg(format!("-c{connections}"))
        .arg(format!("-d{}s", plan.seconds))
        .arg("-s")
        .arg(&script)
        .arg(format!("{origin}{}", load.path))
        .output()
        .expect("wrk runs");
    let (used, all, took) = (
        cpu(pid) - before,
        busy() - all_before,
        began.elapsed().as_secs_f64(),
    );
    let said = String::from_utf8_lossy(&output.stdout);
    let figures = said
        .lines()
        .find_map(|l| l.strip_prefix("FIGURES "))
        .unwrap_or_else(|| {
            panic!(
                "wrk said {said} {}",
                String::from_utf8_lossy(&output.stderr)
            )
        });
    let parts: Vec<f64> = figures.split(' ').filter_map(|n| n.parse().ok()).collect();
    let [requests, micros, p50, p99, bytes, bad] = parts[..] else {
        panic!("wrk said {figures}")
    };
    assert!(
        bad <= requests / 1000.0,
        "{bad} of {requests} requests to {} failed",
        load.path
    );
    // wrk uses one core; CPU time beyond that and the server's was used by other processes.
    let foreign = all - used - took;
    Figures {
        rate: requests / (micros / 1e6),
        per_cpu: requests / used.max(0.01),
        p50,
        p99,
        bytes: (bytes / requests.max(1.0)) as u64,
        disturbed: usize::from(foreign > 0.15 * took),
    }
}

/// CPU time of a process, in seconds.
fn cpu(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<f64> = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse().ok())
        .collect();
    fields.iter().sum::<f64>() / 100.0
}

/// CPU time used on the whole machine, in seconds, including time stolen by other virtual machines.
fn busy() -> f64 {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    // All but idle and iowait.
    fields
        .iter()
        .enumerate()
        .filter(|(at, _)| !matches!(at, 3 | 4 | 8 | 9))
        .map(|(_, n)| n)
        .sum::<f64>()
        / 100.0
}
