//! The command line: the arguments of each subcommand, and dispatch.

mod check;
mod demo;
mod import;
mod mail;
mod people;
mod serve;

use clap::{Args, CommandFactory, Parser, Subcommand};
use masthead::config::{Config, PartialConfig};
use masthead::db::{Db, Tuning};
use masthead::{admin, routes};
use std::fmt;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// A whole publication in one binary: articles, a comment thread under each, and the newsroom behind it.
///
/// Without a command it serves: the site is at http://127.0.0.1:8080, the data in ./data, and the first start prints a
/// one-time link that makes you its admin. Settings come from defaults, then masthead.toml in the data folder (else here), then
/// the environment (MASTHEAD_DATA, PORT, DATABASE_URL, …), then flags. `masthead check` prints the outcome.
#[derive(Parser)]
#[command(name = "masthead", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten, next_help_heading = "Settings")]
    given: Box<PartialConfig>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the site (the default). SIGTERM finishes the requests in progress and stops
    Serve,
    /// Publish articles from files or folders: story text (.txt) and Markdown (.md, .markdown)
    ///
    /// Errors are reported as PATH:LINE: reason; valid files are published all the same. A file whose article exists
    /// unchanged is skipped; if it has changed, a diff is shown and you are asked.
    Import(ImportArgs),
    /// Create an admin
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Ban, unban, give roles, reset a password
    #[command(subcommand)]
    User(UserCommand),
    /// Try out sending mail
    #[command(subcommand)]
    Mail(MailCommand),
    /// The built-in sample articles
    #[command(subcommand)]
    Samples(SamplesCommand),
    /// Run pending database migrations (`serve` does so by itself)
    Migrate,
    /// Print the effective configuration, and what is wrong with it, the database and the mail
    Check,
    /// Fill the database with made-up articles, readers and comments, for trying out and for measuring
    ///
    /// They cannot be removed again: use a separate data folder. The same seed makes the same publication.
    Demo(DemoArgs),
    /// List every address with its method, role and limits
    Routes {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(Args)]
pub struct ImportArgs {
    /// Files, or folders to search for them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Take every changed article without asking
    #[arg(long, conflicts_with = "skip")]
    yes: bool,
    /// Leave every changed article as it is
    #[arg(long)]
    skip: bool,
    /// Publish nothing: new articles become drafts, changes of published ones are saved beside them until their date or an import
    /// without this
    #[arg(long)]
    as_draft: bool,
    /// Refuse files with a field in their front matter that has no meaning here; without this such fields are ignored and named
    #[arg(long)]
    strict: bool,
    /// Leave out pictures that are missing or cannot be read, and take the text; without this such a file is refused
    #[arg(long)]
    skip_pictures: bool,
    /// Where pictures are whose path begins with /; without this, in the nearest folder above the file that has them
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

#[derive(Args)]
pub struct DemoArgs {
    /// How many articles
    #[arg(long, value_name = "N")]
    articles: usize,
    /// How many comments under them
    #[arg(long, value_name = "M")]
    comments: usize,
    /// Another number makes another publication
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Create an account with the admin role; the password is prompted for
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        username: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Stop an account from posting, editing and flagging; it may still log in and read
    Ban {
        username: String,
        /// Why: the person reads it
        #[arg(long, default_value = "")]
        reason: String,
        /// Until when: 2026-12-31 or 2026-12-31T18:00:00Z; without, for good
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
    /// Lift a ban
    Unban { username: String },
    /// Set exactly these roles: reader, writer, moderator, editor, admin
    Role {
        username: String,
        #[arg(required = true)]
        roles: Vec<String>,
    },
    /// Delete an account after 72 hours, in which its owner can cancel by logging in
    Delete {
        username: String,
        /// What becomes of the comments: they stay without a name, or are erased
        #[arg(long, value_parser = ["anonymise", "erase"])]
        mode: String,
        /// At once
        #[arg(long)]
        now: bool,
    },
    /// Remove the app, passkeys and recovery codes of an account whose owner has lost them; they get a mail
    RemoveSecondFactor { username: String },
    /// Set a new password, which is prompted for, and end all sessions
    ResetPassword {
        username: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Subcommand)]
enum MailCommand {
    /// Send a test mail now and print what the server answered
    Test { address: String },
}

#[derive(Subcommand)]
enum SamplesCommand {
    /// Remove the samples, with their readers and comments. Asks first, if there is a terminal
    Remove {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Why a command failed: an error message and the exit code.
pub struct CliError(String, u8);

impl From<String> for CliError {
    fn from(why: String) -> CliError {
        CliError(why, 1)
    }
}
impl From<masthead::error::Error> for CliError {
    fn from(error: masthead::error::Error) -> CliError {
        CliError(error.to_string(), 1)
    }
}

/// Asks a question on the terminal; anything but yes is no.
pub(crate) fn confirm(question: &str) -> bool {
    let mut out = std::io::stderr();
    let _ = write!(out, "{question} [y/N] ");
    let _ = out.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}

/// Prints a line of output. A closed pipe is ignored, so that the command completes; other errors end the process.
pub fn print_line(line: impl fmt::Display) {
    let wrote = writeln!(std::io::stdout(), "{line}");
    if let Err(error) = wrote.and_then(|()| std::io::stdout().flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        let _ = writeln!(
            std::io::stderr(),
            "masthead: the output cannot be written: {error}"
        );
        std::process::exit(1);
    }
}

pub fn run() -> ExitCode {
    // Files that a command writes are readable by their owner only.
    #[cfg(unix)]
    // SAFETY: only sets the process's file mode mask; no other thread runs yet.
    unsafe {
        libc::umask(0o077);
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(CliError(why, code)) => {
            let _ = writeln!(std::io::stderr(), "masthead: {why}");
            ExitCode::from(code)
        }
    }
}

fn remove_samples(config: &Config, yes: bool) -> Result<ExitCode, CliError> {
    let question = "The samples go, with their readers and all comments under them. Remove them?";
    if !yes && std::io::stdin().is_terminal() && !confirm(question) {
        print_line("Nothing was removed.".to_owned());
        return Ok(ExitCode::FAILURE);
    }
    let (removed, files) = open(config)?.write_now(admin::store::remove_samples)?;
    masthead::media::delete_files(&config.data.join("media"), &files);
    print_line(if removed == 0 {
        "There are no samples.".to_owned()
    } else {
        format!("{removed} sample articles are gone, with their readers and comments.")
    });
    Ok(ExitCode::SUCCESS)
}

fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    match &cli.command {
        Some(Command::Routes { json }) => {
            list_routes(*json);
            return Ok(ExitCode::SUCCESS);
        }
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "masthead", &mut script);
            let _ = std::io::stdout().write_all(&script);
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let config = Config::load(*cli.given, &environment())?;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config),
        Command::Import(args) => import::run(&config, &args),
        Command::Demo(args) => demo::run(&config, &args),
        Command::Admin(AdminCommand::Create {
            email,
            username,
            password_stdin,
        }) => people::create_admin(&config, &username, &email, password_stdin),
        Command::User(UserCommand::Ban {
            username,
            reason,
            until,
        }) => people::ban(&config, &username, &reason, until.as_deref()),
        Command::User(UserCommand::Unban { username }) => people::unban(&config, &username),
        Command::User(UserCommand::Role { username, roles }) => {
            people::role(&config, &username, &roles)
        }
        Command::User(UserCommand::Delete {
            username,
            mode,
            now,
        }) => people::delete(&config, &username, &mode, now),
        Command::User(UserCommand::RemoveSecondFactor { username }) => {
            people::remove_second_factor(&config, &username)
        }
        Command::User(UserCommand::ResetPassword {
            username,
            password_stdin,
        }) => people::reset_password(&config, &username, password_stdin),
        Command::Samples(SamplesCommand::Remove { yes }) => remove_samples(&config, yes),
        Command::Migrate => {
            masthead::app::make_private(&config.data)?;
            let ran = Db::open(&config.database)?.migrate()?;
            print_line(if ran.is_empty() {
                "The database is up to date.".to_owned()
            } else {
                format!("Migrated: {}.", ran.join(", "))
            });
            Ok(ExitCode::SUCCESS)
        }
        Command::Check => Ok(check::run(&config)),
        Command::Mail(MailCommand::Test { address }) => mail::test(&config, &address),
        Command::Routes { .. } | Command::Completions { .. } => Ok(ExitCode::SUCCESS),
    }
}

fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Opens the database; creates and migrates it if it has no tables yet.
pub fn open(config: &Config) -> Result<Db, CliError> {
    open_with(config, Tuning::default())
}

pub fn open_with(config: &Config, tuning: Tuning) -> Result<Db, CliError> {
    masthead::app::make_private(&config.data)?;
    let db = Db::open_with(&config.database, tuning)?;
    let version = db.schema_version()?;
    if version.database.is_empty() {
        db.migrate()?;
    } else if version.pending > 0 || version.database > version.binary {
        // An older or newer server may be running on it.
        return Err(CliError(
            format!(
                "The database has migration {}, this masthead {} knows {}. Use the masthead that serves it, or stop it and run \
                 `masthead migrate` first.",
                version.database,
                env!("CARGO_PKG_VERSION"),
                version.binary
            ),
            1,
        ));
    }
    masthead::app::set_up_key(config, &db)?;
    Ok(db)
}

fn list_routes(json: bool) {
    if json {
        print_line(serde_json::to_string_pretty(routes::ROUTES).unwrap_or_default());
    } else {
        for route in routes::ROUTES {
            print_line(format_args!(
                "{:<5} {:<34} {:<10} {}",
                route.method, route.path, route.role, route.limits
            ));
        }
    }
}

/// A runtime for commands that wait for the network.
fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| e.to_string())
}
