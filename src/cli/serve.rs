//! `masthead serve`: logging, data folder lock, listener, start and graceful shutdown of the server.

use super::{CliError, print_line};
use masthead::app::{Prepared, Running, assemble, make_private, prepare};
use masthead::config::Config;
use masthead::db::Address;
use masthead::web::Shared;
use masthead::web::access_log::AccessLog;
use std::net::TcpListener;
use std::process::ExitCode;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

pub fn run(config: Config) -> Result<ExitCode, CliError> {
    let (dropped, written) = start_log();
    if std::time::SystemTime::now() < std::time::UNIX_EPOCH {
        let why = "The clock of this machine is set before 1970, where HTTP has no dates; correct it first.";
        return Err(CliError(why.into(), 1));
    }
    limit_retained_memory();
    make_private(&config.data)?;
    let _held = lock_data_folder(&config)?;
    let listener = listen(&config)?;
    if let Some(metrics) = &config.metrics_listen {
        // Checked before anything is printed or changed.
        TcpListener::bind(metrics).map_err(|e| {
            format!("MASTHEAD_METRICS_LISTEN={metrics}: {e}; it wants a free port of this machine, not the site's own.")
        })?;
    }
    if !config.base.https && config.base.loopback.is_none() {
        tracing::warn!("MASTHEAD_BASE_URL is plain http: session cookies are sent unencrypted");
    }
    let prepared = prepare(&config)?;
    actix_web::rt::System::new().block_on(serve(config, prepared, listener, (dropped, written)))
}

/// Serves until SIGTERM or SIGINT, and exits the process.
async fn serve(
    config: Config,
    prepared: Prepared,
    listener: TcpListener,
    (dropped, written): (ErrorCounter, WorkerGuard),
) -> Result<ExitCode, CliError> {
    let workers = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(1, 8);
    let origin = config.base.origin.clone();
    let app = assemble(config, prepared).await?;
    if app.samples > 0 {
        print_line(format_args!(
            "{} sample articles are published; `masthead samples remove` takes them away.",
            app.samples
        ));
    }
    print_line(format_args!("The site is at {origin}/"));
    if let Some(setup) = &app.setup {
        print_line(format_args!(
            "Make yourself its admin, once, at {origin}{setup}"
        ));
    }
    let state = app.state.clone();
    actix_web::rt::spawn(count_dropped(dropped, state.clone()));
    let Running {
        server,
        handle,
        jobs,
        ..
    } = app
        .serve(listener, workers)
        .map_err(|e| format!("The server cannot start: {e}"))?;
    let stopping = actix_web::rt::spawn(async move {
        wait_for_stop().await;
        tracing::info!("stopping: finishing the requests and jobs in progress");
        let jobs = async {
            if let Some(jobs) = jobs {
                jobs.stop().await;
            }
        };
        tokio::join!(handle.stop(true), jobs);
    });
    server
        .await
        .map_err(|e| format!("The server stopped: {e}"))?;
    let _ = stopping.await;
    state.db.close();
    if let Some(log) = &state.access_log {
        log.close();
    }
    // Exit without dropping the runtime, which would wait for threads blocked on a database that does not answer.
    drop(written);
    std::process::exit(0)
}

/// Starts the log on standard error; the number of lines that it drops, and what flushes it when it is dropped.
fn start_log() -> (ErrorCounter, WorkerGuard) {
    // actix_http would log a line for each request that it cannot parse, as fast as a client sends them.
    let quiet = "info,actix_session=error,actix_server=warn,actix_http=off";
    let filter = EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| EnvFilter::new(quiet));
    // The log is written by its own thread: if its pipe is full or closed, lines are dropped, and nothing waits.
    let (writer, written) = NonBlockingBuilder::default()
        .buffered_lines_limit(16_384)
        .thread_name("log")
        .finish(std::io::stderr());
    let dropped = writer.error_counter();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .init();
    std::panic::set_hook(Box::new(
        |panic| tracing::error!(%panic, "a thread panicked"),
    ));
    (dropped, written)
}

/// Logs every five seconds how many log lines were dropped.
async fn count_dropped(log: ErrorCounter, state: Shared) {
    let mut said = 0;
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        let access = state.access_log.as_ref().map_or(0, AccessLog::dropped);
        let all = log.dropped_lines() + access;
        if all > said {
            tracing::warn!(
                lines = all - said,
                "log lines were dropped: nobody reads them fast enough"
            );
            said = all;
        }
    }
}

/// Returns freed allocations of a MiB or more to the system. By default, glibc raises that threshold after the first
/// password hash (19 MiB) and then retains such blocks, one for each thread:
/// <https://man7.org/linux/man-pages/man3/mallopt.3.html>
fn limit_retained_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: a documented option with a documented value.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20);
    }
}

async fn wait_for_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = match (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) {
        (Ok(term), Ok(int)) => (term, int),
        _ => return std::future::pending().await,
    };
    tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
}

fn listen(config: &Config) -> Result<TcpListener, CliError> {
    let host = config.listen.trim_start_matches('[').trim_end_matches(']');
    TcpListener::bind((host, config.port)).map_err(|e| {
        let why = match e.kind() {
            std::io::ErrorKind::AddrInUse => {
                format!("Port {} on {} is taken by another program; stop it, or choose another with --port.", config.port, config.listen)
            }
            _ => format!("{}:{} cannot be served on: {e}", config.listen, config.port),
        };
        CliError(why, 1)
    })
}

/// Locks the data folder, because with SQLite each server assumes that it is the only writer.
fn lock_data_folder(config: &Config) -> Result<Option<std::fs::File>, CliError> {
    if let Address::Postgres { .. } = config.database {
        return Ok(None);
    }
    let path = config.data.join("masthead.lock");
    let file = std::fs::File::create(&path)
        .map_err(|e| format!("{} cannot be written: {e}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(CliError(
            format!(
                "Another masthead serves the data folder {}; stop it, or choose another folder with --data.",
                config.data.display()
            ),
            1,
        )),
    }
}
