//! `masthead`: subcommands only.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
