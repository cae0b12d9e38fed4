//! `masthead check`: the effective configuration, and what is wrong with it.

use super::print_line;
use masthead::config::Config;
use masthead::db::{Address, Db};
use masthead::mail::Transport;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

pub fn run(config: &Config) -> ExitCode {
    let file = config.file.as_ref();
    line(
        "file",
        file.map_or_else(|| "none".into(), |f| f.display().to_string()),
    );
    for (name, value) in &config.printed {
        line(name, value);
    }
    let mut wrong: Vec<String> = writable(&config.data).err().into_iter().collect();
    let (redirects, refused) = masthead::redirects::List::read(&config.data);
    line("redirects", redirects);
    wrong.extend(refused);
    for checked in [database(config), session_store(config), mail(config)] {
        match checked {
            Ok(Some((name, value))) => line(name, value),
            Ok(None) => {}
            Err(why) => wrong.push(why),
        }
    }
    if let Some(listen) = &config.metrics_listen {
        line(
            "metrics are at",
            format!("http://{listen}/metrics, for anyone who can reach that address"),
        );
    }
    if !config.base.https && config.base.loopback.is_none() {
        line(
            "base_url",
            "is plain http: sessions travel unprotected; put a proxy with https in front",
        );
    }
    if let Some(warning) = foreign_sender(config) {
        line("mail_from", warning);
    }
    for why in &wrong {
        let _ = writeln!(std::io::stderr(), "masthead: {why}");
    }
    ExitCode::from(u8::from(!wrong.is_empty()))
}

fn line(name: &str, value: impl fmt::Display) {
    print_line(format_args!("{name:<24}{value}"));
}

type Checked = Result<Option<(&'static str, String)>, String>;

fn database(config: &Config) -> Checked {
    let state = |text: String| Ok(Some(("database is", text)));
    if let Address::Sqlite(path) = &config.database
        && !path.exists()
    {
        masthead::db::check_file(path)?;
        return state("not there yet; `masthead serve` makes it".into());
    }
    let version = Db::open(&config.database)?.schema_version()?;
    match version.pending {
        _ if version.database > version.binary => Err(format!(
            "The database is newer (migration {}) than this masthead ({}).",
            version.database, version.binary
        )),
        0 => state(format!("up to date (migration {})", version.database)),
        pending => state(format!(
            "behind by {pending} migrations; `masthead serve` or `masthead migrate` runs them"
        )),
    }
}

/// Whether the data folder, or the nearest folder above it that is there, can be written.
fn writable(data: &Path) -> Result<(), String> {
    let failed =
        |e: &dyn fmt::Display| format!("The data folder {} cannot be written: {e}", data.display());
    let data = std::path::absolute(data).map_err(|e| failed(&e))?;
    let there = data.ancestors().find(|p| p.exists()).unwrap_or(&data);
    if !there.is_dir() {
        return Err(failed(&format!("{} is no folder", there.display())));
    }
    let probe = there.join(format!(".masthead-check-{}", std::process::id()));
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|e| failed(&e))
}

fn session_store(config: &Config) -> Checked {
    let Some(url) = &config.session_store_url else {
        return Ok(None);
    };
    let failed = |e: redis::RedisError| {
        format!(
            "The session store at {} does not answer: {e}",
            masthead::db::hide_password(url)
        )
    };
    let client = redis::Client::open(url.as_str()).map_err(failed)?;
    let mut conn = client
        .get_connection_with_timeout(Duration::from_secs(5))
        .map_err(failed)?;
    redis::cmd("PING")
        .query::<String>(&mut conn)
        .map(|_| None)
        .map_err(failed)
}

/// A sender whose domain is not the site's: receivers ask its SPF record whether this server may send for it (RFC 7208).
fn foreign_sender(config: &Config) -> Option<String> {
    config.smtp_url.as_ref()?;
    let from = config.mail_from.as_ref()?;
    let domain = from
        .rsplit('@')
        .next()?
        .trim_end_matches('>')
        .to_lowercase();
    let host = config.base.authority.split(':').next()?.to_lowercase();
    let is_within = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    match is_within(&host, &domain) || is_within(&domain, &host) {
        true => None,
        false => Some(format!(
            "is of {domain}, the site of {host}: the SPF and DKIM records of {domain} must allow this server"
        )),
    }
}

fn mail(config: &Config) -> Checked {
    let transport = Transport::new(config)?;
    let checked = super::runtime()?.block_on(transport.check())?;
    Ok(Some(("mail is", checked)))
}
