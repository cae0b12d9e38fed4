//! Slow clients and slow writes must not hold resources for long.

use crate::harness::{Program, on_sqlite};
use crate::{Site, site_test};
use masthead::db::{Address, Time, connect};
use masthead::media::{self, Picture};
use masthead::web::Gate;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const LARGE: usize = 9 * 1024 * 1024;

impl Site {
    /// Stores a picture of nine megabytes; returns its path.
    async fn large_picture(&self) -> String {
        let picture = Picture {
            bytes: vec![7; LARGE],
            mime: "image/jpeg",
            file: "0123456789abcdef0123.jpg".into(),
            width: 4000,
            height: 3000,
            smaller: Vec::new(),
        };
        media::save_files(&self.place.folder.join("media"), &picture).expect("a file");
        let file = picture.file.clone();
        self.db()
            .write(move |conn| media::store::insert(conn, &picture, Time::now()))
            .await
            .expect("a row");
        format!("/media/{file}")
    }
}

/// Anonymous memory of a process (RssAnon), in KiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status
        .lines()
        .find(|l| l.starts_with("RssAnon:"))
        .expect("its memory");
    line.split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("a number")
}

fn ask(program: &Program, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(program.address).expect("a connection");
    let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", program.address);
    stream.write_all(head.as_bytes()).expect("a request");
    stream
}

#[test]
fn clients_that_read_nothing_hold_no_file_in_memory() {
    on_sqlite(module_path!(), |site| async move {
        let path = site.large_picture().await;
        let program = Program::start(&site.place, &[]);
        assert_eq!(program.browser().get("/healthz").await.status, 200);
        let before = memory(program.id());
        let held: Vec<TcpStream> = (0..150).map(|_| ask(&program, &path)).collect();
        // Waits until each has received its first bytes.
        for stream in &held {
            stream
                .set_read_timeout(Some(Duration::from_secs(10)))
                .expect("a timeout");
            assert!(stream.peek(&mut [0; 1]).expect("an answer") > 0);
        }
        let more = memory(program.id()).saturating_sub(before);
        assert!(
            more < 60 * 1024,
            "150 clients hold {more} KiB; the files would be 1.3 million"
        );
        assert_eq!(program.browser().get("/").await.status, 200);
    });
}

/// Whether the kernel still holds the server's end of a connection. Dropping it is not visible at the client's end.
#[cfg(target_os = "linux")]
fn is_held(server: std::net::SocketAddr, client: std::net::SocketAddr) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the connections");
    let ends = (
        format!(":{:04X}", server.port()),
        format!(":{:04X}", client.port()),
    );
    table.lines().any(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (local, remote) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        local.ends_with(&ends.0) && remote.ends_with(&ends.1) && fields.next() == Some("01")
    })
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_does_not_get_on_is_ended() {
    on_sqlite(module_path!(), |site| async move {
        let path = site.large_picture().await;
        let program = Program::start(&site.place, &[]);
        let stream = ask(&program, &path);
        let own = stream.local_addr().expect("an address");
        let began = Instant::now();
        assert!(is_held(program.address, own));
        while is_held(program.address, own) {
            assert!(
                began.elapsed() < Duration::from_secs(120),
                "it is still open"
            );
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert!(
            began.elapsed() > Duration::from_secs(15),
            "a client that is slow for a moment is not disconnected"
        );
    });
}

#[test]
fn a_network_has_so_many_connections() {
    on_sqlite(module_path!(), |site| async move {
        let program = Program::start(&site.place, &[("MASTHEAD_CONNECTIONS_PER_NETWORK", "3")]);
        let answers = |stream: &mut TcpStream| {
            stream
                .set_read_timeout(Some(Duration::from_secs(5)))
                .expect("a timeout");
            matches!(stream.read(&mut [0; 512]), Ok(read) if read > 0)
        };
        // The harness's connection from waiting for the start may take a moment to close.
        let began = Instant::now();
        let mut held = Vec::new();
        while held.len() < 3 {
            let mut stream = ask(&program, "/healthz");
            if answers(&mut stream) {
                held.push(stream);
            }
            assert!(began.elapsed() < Duration::from_secs(10));
        }
        assert!(
            !answers(&mut ask(&program, "/healthz")),
            "a fourth is closed"
        );
        held.pop();
        let began = Instant::now();
        while !answers(&mut ask(&program, "/healthz")) {
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "its place is free again"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
}

#[test]
fn writes_that_waited_five_seconds_are_refused_together() {
    on_sqlite(module_path!(), |site| async move {
        use diesel::connection::SimpleConnection;
        let slug = site.article().await;
        let mut readers = Vec::new();
        for n in 0..4 {
            readers.push(site.reader(&format!("reader{n}")).await);
        }
        let mut other =
            connect(&Address::Sqlite(site.place.folder.join("masthead.db"))).expect("a connection");
        other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
        let began = Instant::now();
        let mut posts = tokio::task::JoinSet::new();
        for reader in readers {
            let path = format!("/articles/{slug}/comments");
            posts.spawn(async move {
                reader
                    .post(&path, &[("body", "Waiting."), ("action", "post")])
                    .await
            });
        }
        // Pages are still served, and the server reports that it takes no writes.
        assert_eq!(site.get(&format!("/articles/{slug}")).await.status, 200);
        let unready = site.get("/readyz").await;
        assert_eq!(unready.status, 503);
        while let Some(answer) = posts.join_next().await {
            let answer = answer.expect("an answer");
            assert_eq!(answer.status, 503);
            assert!(
                answer.header("retry-after").is_some() && answer.body.contains("Waiting."),
                "the text is kept"
            );
        }
        assert!(
            began.elapsed() < Duration::from_secs(12),
            "one after the other they would take twenty-five"
        );
        other
            .batch_execute("ROLLBACK")
            .expect("the lock given back");
        site.get_when("/readyz", |answer| answer.status == 200)
            .await;
        assert_eq!(site.get("/readyz").await.status, 200);
    });
}

site_test! {
    async fn the_server_is_ready_when_it_can_write(site: Site) {
        assert_eq!(site.get("/readyz").await.status, 200);
        assert_eq!(site.get("/healthz").await.status, 200);
    }
}

#[test]
fn one_network_does_not_fill_a_gate() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let gate = Gate::new(2, 24);
        let enter = |network: &str| gate.acquire_for(network.to_owned());
        let held = (
            enter("192.0.2.1").await.expect("a turn"),
            enter("192.0.2.1").await.expect("a turn"),
        );
        // The share of a network is three: one more waits, the next gets 429, and other networks can still wait.
        let (waits, refused, other, release) = tokio::join!(
            enter("192.0.2.1"),
            async {
                tokio::task::yield_now().await;
                enter("192.0.2.1").await
            },
            enter("198.51.100.1"),
            async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                drop(held);
            },
        );
        assert!(waits.is_ok() && other.is_ok());
        assert_eq!(refused.expect_err("over its share").status().as_u16(), 429);
        drop((waits, other, release));
        assert!(enter("192.0.2.1").await.is_ok(), "its share is free again");
    });
}
