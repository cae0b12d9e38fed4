//! The outbox, its job, the mail server, and the pages and commands for mail.

use crate::harness::{Place, masthead};
use crate::{Site, site_test};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A mail server that takes every message, but first answers to as many with the given errors.
pub struct Smtp {
    pub address: SocketAddr,
    messages: Arc<Mutex<Vec<String>>>,
    stops: Arc<AtomicBool>,
}

impl Smtp {
    pub fn start(errors: &[&str]) -> Smtp {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let messages = Arc::new(Mutex::new(Vec::new()));
        let stops = Arc::new(AtomicBool::new(false));
        let (to, stopped) = (messages.clone(), stops.clone());
        let mut errors: Vec<String> = errors.iter().rev().map(|e| (*e).to_owned()).collect();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let message = talk(&stream, &mut errors);
                to.lock().expect("a list").extend(message);
            }
        });
        Smtp {
            address,
            messages,
            stops,
        }
    }

    pub fn messages(&self) -> Vec<String> {
        self.messages.lock().expect("a list").clone()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// One session: <https://www.rfc-editor.org/rfc/rfc5321#appendix-D>
fn talk(stream: &TcpStream, errors: &mut Vec<String>) -> Option<String> {
    let mut out = stream;
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes());
    let mut lines = BufReader::new(stream).lines();
    say("220 test").ok()?;
    let mut message = None;
    while let Some(Ok(line)) = lines.next() {
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "EHLO" => say("250-test\r\n250 AUTH PLAIN LOGIN"),
            "AUTH" => say("235 welcome"),
            "MAIL" => match errors.pop() {
                Some(error) => say(&error),
                None => say("250 ok"),
            },
            "DATA" => {
                say("354 go on").ok()?;
                let mut text = String::new();
                for line in lines.by_ref().map_while(Result::ok) {
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                message = Some(text);
                say("250 queued as 7")
            }
            "QUIT" => {
                let _ = say("221 bye");
                return message;
            }
            _ => say("250 ok"),
        }
        .ok()?;
    }
    message
}

pub fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let found = message
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {name} in {message}"))
}

/// Mails in the data folder to an address, with their lines put together and letters decoded (RFC 2045, 6.7), the oldest first.
pub fn to(place: &Place, address: &str) -> Vec<String> {
    let mut found: Vec<(std::time::SystemTime, String)> = Vec::new();
    for entry in std::fs::read_dir(place.folder.join("mail"))
        .into_iter()
        .flatten()
    {
        let path = entry.expect("an entry").path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        if header(&text, "To").contains(address) {
            let written = path.metadata().and_then(|m| m.modified()).expect("a time");
            found.push((written, decoded(&text)));
        }
    }
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}

fn decoded(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let code = more.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, code.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The path of the link in a mail that begins so.
pub fn link(mail: &str, begin: &str) -> String {
    let at = mail
        .find(begin)
        .unwrap_or_else(|| panic!("no {begin} in {mail}"));
    let path = mail[at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c));
    path.collect()
}

/// The mails in the data folder, as text.
fn files(place: &Place) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(place.folder.join("mail")) else {
        return Vec::new();
    };
    let mut files: Vec<String> = folder
        .map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("text"))
        .collect();
    files.sort();
    files
}

site_test! {
    async fn moderators_get_one_mail_an_hour_while_comments_wait(site: Site) {
        use diesel::prelude::*;
        use masthead::db::schema::{jobs, mails};
        let slug = site.article().await;
        let (mira, chief) = (site.reader("mira").await, site.admin("chief").await);
        site.moderator("pell").await;
        let held = mira.comment(&slug, "Held.").await;
        assert_eq!((site.run_jobs().await, files(&site.place).len()), (3, 0), "off by default: the jobs of a start alone");
        let saved = chief.post("/admin/settings", &[("notify_moderators", "on")]).await;
        assert_eq!(saved.status, 303, "{}", saved.body);
        let ann = site.reader("ann").await;
        ann.comment(&slug, "Held as well.").await;
        site.run_jobs().await;
        let mails_now = files(&site.place);
        assert_eq!(mails_now.len(), 2, "to the moderator and to the admin");
        let mail = mails_now.iter().find(|m| header(m, "To").contains("pell@example.org")).expect("a mail to pell");
        assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
        assert!(header(mail, "Message-ID").ends_with("@localhost>"), "{mail}");
        assert!(header(mail, "Subject").starts_with("2 comments need review"), "{mail}");
        assert!(header(mail, "Content-Type").starts_with("multipart/alternative"));
        assert_eq!(decoded(mail).matches(&format!("{}/admin/comments", site.origin())).count(), 2, "in text and HTML: {mail}");
        assert!(!mail.contains("Held"), "no text of a reader travels by mail");
        // Another one within the hour: no mail now, one later.
        let bob = site.reader("bob").await;
        bob.comment(&slug, "A third.").await;
        site.run_jobs().await;
        assert_eq!(files(&site.place).len(), 2);
        let later = |conn: &mut masthead::db::Conn| {
            diesel::update(mails::table).set(mails::created_at.eq(mails::created_at - 3_600_000)).execute(conn)?;
            diesel::update(jobs::table.filter(jobs::kind.eq("notify-moderators"))).set(jobs::run_at.eq(0)).execute(conn)?;
            Ok(())
        };
        site.db().write(later).await.expect("a write");
        site.run_jobs().await;
        assert_eq!(files(&site.place).len(), 4, "an hour later, for they still wait");
        chief.approve(&slug, held).await;
        assert_eq!(site.run_jobs().await, 0);
    }
}

site_test! {
    async fn a_mail_server_that_refuses_is_asked_again_and_again_and_then_given_up(site: Site) {
        use diesel::prelude::*;
        use masthead::db::schema::jobs;
        let errors = ["451 not now"; 7];
        let server = Smtp::start(&errors);
        let address = server.address;
        let other = Site::start(&site.place, |given| {
            given.smtp_url = Some(format!("smtp://{address}"));
            given.mail_from = Some("The Paper <news@example.org>".into());
            given.base_url = Some(site.origin());
        });
        let chief = site.admin("chief").await;
        let now = masthead::db::Time::now();
        let put = move |conn: &mut masthead::db::Conn| {
            masthead::mail::send(conn, &masthead::mail::Mail::CommentsWaiting { count: 1 }, "pell@example.org", now)
        };
        other.db().write(put).await.expect("a write");
        let due = |conn: &mut masthead::db::Conn| {
            diesel::update(jobs::table.filter(jobs::kind.eq("send-mail"))).set(jobs::run_at.eq(0)).execute(conn)?;
            Ok(())
        };
        for attempt in 1..=7 {
            other.db().write(due).await.expect("a write");
            other.run_jobs().await;
            let page = chief.get("/admin/mail").await;
            assert_eq!(page.attr("[data-mail]", "data-state").as_deref(), Some(if attempt < 7 { "waiting" } else { "failed" }), "attempt {attempt}");
            assert!(page.one("[data-mail]").contains("not now"), "{}", page.one("[data-mail]"));
            let jobs = chief.get("/admin/jobs").await;
            assert_eq!(jobs.attr("[data-job]", "data-state").as_deref(), Some(if attempt < 7 { "waiting" } else { "failed" }));
            assert!(jobs.one("[data-job] b").starts_with("Send mail"));
            assert_eq!(jobs.all("[data-job] form").len(), if attempt < 7 { 1 } else { 2 }, "only one that has been given up can be deleted");
        }
        assert!(chief.get("/admin").await.one(".alert").contains("One mail could not be sent"));
        assert_eq!(chief.get("/admin/jobs").await.all("[data-job]").len(), 1);
        assert!(server.messages().is_empty());
        let id = chief.get("/admin/mail").await.attr("[data-mail]", "data-mail").expect("an id");
        assert_eq!(site.moderator("pell").await.post(&format!("/admin/mail/{id}/retry"), &[]).await.status, 403);
        assert_eq!(chief.post(&format!("/admin/mail/{id}/retry"), &[("x", "y")]).await.status, 400);
        assert_eq!(chief.post(&format!("/admin/mail/{id}/retry"), &[]).await.status, 303);
        other.run_jobs().await;
        let messages = server.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(header(&messages[0], "From"), "\"The Paper\" <news@example.org>");
        assert!(chief.get("/admin/mail").await.has(".empty"));
        assert_eq!(chief.post(&format!("/admin/mail/{id}/retry"), &[]).await.status, 404, "it was sent");
        assert_eq!(chief.post(&format!("/admin/mail/{id}/discard"), &[]).await.status, 404);
    }
}

/// A server that answers each line of a message's first attempts with what is given, and then hangs up.
fn hangs_up_after(answers: &'static [&'static str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            for answer in answers {
                let mut out = &stream;
                if out.write_all(answer.as_bytes()).is_err() || lines.next().is_none() {
                    break;
                }
            }
        }
    });
    address
}

site_test! {
    async fn a_mail_server_that_hangs_up_or_talks_rubbish_loses_no_mail(site: Site) {
        use diesel::prelude::*;
        use masthead::db::schema::jobs;
        let chief = site.admin("chief").await;
        let now = masthead::db::Time::now();
        let put = move |conn: &mut masthead::db::Conn| {
            masthead::mail::send(conn, &masthead::mail::Mail::CommentsWaiting { count: 1 }, "pell@example.org", now)
        };
        site.db().write(put).await.expect("a write");
        let due = |conn: &mut masthead::db::Conn| {
            diesel::update(jobs::table.filter(jobs::kind.eq("send-mail"))).set(jobs::run_at.eq(0)).execute(conn)?;
            Ok(())
        };
        let servers: [&[&str]; 5] = [
            &[],
            &["220 test\r\n", "250 ok\r\n", "250 ok\r\n"],
            // All of it, but never that it was taken.
            &["220 test\r\n", "250 ok\r\n", "250 ok\r\n", "250 ok\r\n", "354 go on\r\n"],
            &["HTTP/1.1 400 Bad Request\r\n\r\n"],
            &["220 test\r\n", "\u{0}\u{1}999 \r\r\n"],
        ];
        for (attempt, answers) in servers.into_iter().enumerate() {
            let address = hangs_up_after(answers);
            let other = Site::start(&site.place, |given| {
                given.smtp_url = Some(format!("smtp://{address}"));
                given.mail_from = Some("news@example.org".into());
                given.base_url = Some(site.origin());
            });
            other.db().write(due).await.expect("a write");
            other.run_jobs().await;
            let page = chief.get("/admin/mail").await;
            assert_eq!(page.attr("[data-mail]", "data-state").as_deref(), Some("waiting"), "attempt {attempt}: {}", page.body);
        }
        site.db().write(due).await.expect("a write");
        site.run_jobs().await;
        assert_eq!(files(&site.place).len(), 1);
    }
}

site_test! {
    async fn a_mail_is_sent_again_under_the_same_id_if_that_it_was_sent_is_lost(site: Site) {
        use diesel::prelude::*;
        use masthead::db::schema::mails;
        let now = masthead::db::Time::now();
        let put = move |conn: &mut masthead::db::Conn| {
            masthead::mail::send(conn, &masthead::mail::Mail::CommentsWaiting { count: 1 }, "pell@example.org", now)
        };
        site.db().write(put).await.expect("a write");
        site.run_jobs().await;
        let first = files(&site.place);
        assert_eq!(first.len(), 1);
        // As after a crash between sending and noting it.
        let forget = move |conn: &mut masthead::db::Conn| {
            diesel::update(mails::table).set(mails::sent_at.eq(None::<i64>)).execute(conn)?;
            let id: i64 = mails::table.select(mails::id).first(conn)?;
            masthead::jobs::enqueue(conn, &masthead::jobs::Job::SendMail { mail: id }, now)
        };
        site.db().write(forget).await.expect("a write");
        site.run_jobs().await;
        let again = files(&site.place);
        assert_eq!(again.len(), 1, "the same message is the same file");
        assert_eq!(header(&again[0], "Message-ID"), header(&first[0], "Message-ID"));
    }
}

#[test]
fn a_test_mail_says_what_the_server_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::sqlite(folder.path());
    let run = |arguments: &[&str]| {
        let output = masthead(&place, arguments, "");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    assert_eq!(run(&["migrate"]).0, Some(0));
    let (code, said, err) = run(&["mail", "test", "me@example.org"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(said.contains("Written to"), "{said}");
    assert_eq!(files(&place).len(), 1);
    let server = Smtp::start(&[]);
    let url = format!("smtp://{}", server.address);
    let smtp = ["--smtp-url", &url, "--mail-from", "a@example.org"];
    let (code, said, err) = run(&[&["mail", "test", "me@example.org"], &smtp[..]].concat());
    assert_eq!(code, Some(0), "{err}");
    assert!(
        said.contains("250") && said.contains("queued as 7"),
        "{said}"
    );
    assert_eq!(header(&server.messages()[0], "To"), "me@example.org");
    let refusing = Smtp::start(&["550 no relay"]);
    let url = format!("smtp://{}", refusing.address);
    let smtp = ["--smtp-url", &url, "--mail-from", "a@example.org"];
    let (code, _, err) = run(&[&["mail", "test", "me@example.org"], &smtp[..]].concat());
    assert_eq!(code, Some(1));
    assert!(err.contains("no relay"), "{err}");
    assert_eq!(run(&["mail", "test", "nobody"]).0, Some(1));
}

site_test! {
    async fn moderators_get_a_mail_when_a_comment_becomes_reported_by_an_edit(site: Site) {
        let slug = site.article().await;
        let (mira, chief) = (site.reader("mira").await, site.admin("chief").await);
        let id = mira.comment(&slug, "Harmless.").await;
        chief.approve(&slug, id).await;
        let ann = site.reader("ann").await;
        assert_eq!(chief.post("/admin/settings", &[("notify_moderators", "on")]).await.status, 303);
        ann.post(&format!("/comments/{id}/flag"), &[("reason", "spam"), ("detail", "")]).await;
        site.run_jobs().await;
        assert!(files(&site.place).is_empty(), "one flag does not put an approved comment into a queue");
        let form = mira.get(&format!("/comments/{id}/edit")).await;
        let revision = form.field("revision").expect("a revision");
        let edited = mira.post(&format!("/comments/{id}/edit"), &[("body", "Not so harmless."), ("revision", &revision)]).await;
        assert_eq!(edited.status, 303, "{}", edited.body);
        site.run_jobs().await;
        let mails = files(&site.place);
        assert_eq!(mails.len(), 1);
        assert!(header(&mails[0], "Subject").starts_with("One comment needs review"), "{}", mails[0]);
    }
}

site_test! {
    async fn moderators_get_a_mail_when_it_is_turned_on_while_comments_wait(site: Site) {
        let slug = site.article().await;
        site.hold_first(true).await;
        let (mira, chief) = (site.reader("mira").await, site.admin("chief").await);
        mira.comment(&slug, "Held before.").await;
        site.run_jobs().await;
        assert!(files(&site.place).is_empty());
        assert_eq!(chief.post("/admin/settings", &[("notify_moderators", "on")]).await.status, 303);
        let began = std::time::Instant::now();
        while files(&site.place).is_empty() {
            assert!(began.elapsed().as_secs() < 20, "no mail");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            site.run_jobs().await;
        }
    }
}
