//! The `masthead` binary: runs the command line.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
