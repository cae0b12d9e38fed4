//! `masthead import PATH…`: progress, questions about changed files, and the summary.

use super::{CliError, ImportArgs, open, print_line};
use indicatif::{ProgressBar, ProgressStyle};
use masthead::config::Config;
use masthead::db::Db;
use masthead::import::{self, ImportOutcome, OnChange};
use masthead::web::Site;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

#[derive(Default)]
struct Tally {
    published: usize,
    updated: usize,
    unchanged: usize,
    left: usize,
    refused: usize,
}

impl Tally {
    /// Counts one file; the line that says what became of it.
    fn count(&mut self, outcome: ImportOutcome) -> String {
        match outcome {
            ImportOutcome::Published { slug, status } => {
                self.published += 1;
                format!("{status}: /articles/{slug}")
            }
            ImportOutcome::Updated { slug, status } => {
                self.updated += 1;
                match status {
                    "published" => format!("updated: /articles/{slug}"),
                    other => format!("updated: /articles/{slug} ({other}: readers do not see it)"),
                }
            }
            ImportOutcome::WorkingCopy { slug, status } => {
                self.updated += 1;
                let until = match status {
                    "scheduled" => "its date",
                    _ => "an import without --as-draft",
                };
                format!(
                    "saved beside /articles/{slug}, which stays as it is published until {until}"
                )
            }
            ImportOutcome::Unchanged { slug } => {
                self.unchanged += 1;
                format!("unchanged: /articles/{slug}")
            }
            ImportOutcome::NotReplaced { slug } => {
                self.left += 1;
                format!("left as it is: /articles/{slug}")
            }
        }
    }
}

pub fn run(config: &Config, args: &ImportArgs) -> Result<ExitCode, CliError> {
    let (files, refused) = import::find(&args.paths);
    let db = open(config)?;
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let bar = ProgressBar::new(files.len() as u64);
    if files.len() < 20 {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {wide_msg}") {
        bar.set_style(style);
    }
    let mut tally = Tally {
        refused: refused.len(),
        ..Tally::default()
    };
    let complain = |line: &str| bar.suspend(|| drop(writeln!(std::io::stderr(), "{line}")));
    refused.iter().for_each(|line| complain(line));
    if files.is_empty() && refused.is_empty() {
        return Err(CliError(
            "There is no .txt, .md or .markdown file in what was named.".into(),
            1,
        ));
    }
    for path in &files {
        bar.set_message(path.display().to_string());
        match one(&db, config, &site, path, args, &bar) {
            Ok(outcome) => {
                let line = tally.count(outcome);
                bar.suspend(|| print_line(line));
            }
            Err(line) => {
                tally.refused += 1;
                complain(&line);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let Tally {
        published,
        updated,
        unchanged,
        left,
        refused,
    } = tally;
    if files.len() > 1 {
        print_line(format_args!(
            "{published} new, {updated} updated, {unchanged} unchanged, {left} left, {refused} refused"
        ));
    }
    Ok(ExitCode::from(u8::from(refused > 0)))
}

fn one(
    db: &Db,
    config: &Config,
    site: &Site,
    path: &Path,
    args: &ImportArgs,
    bar: &ProgressBar,
) -> Result<ImportOutcome, String> {
    let named = |line: usize, why: &str| format!("{}:{line}: {why}", path.display());
    let mut ready = import::read(path).map_err(|r| named(r.line, &r.reason))?;
    ready.as_draft = args.as_draft;
    let mut unasked = false;
    let outcome = import::store(db, &config.data, site, ready, false, |old, new| {
        match (args.yes, args.skip) {
            (true, _) => OnChange::Replace,
            (_, true) => OnChange::Keep,
            _ if !std::io::stdin().is_terminal() => {
                unasked = true;
                bar.suspend(|| {
                    drop(write!(
                        std::io::stderr(),
                        "{}",
                        import::unified_diff(old, new)
                    ))
                });
                OnChange::Keep
            }
            _ => bar.suspend(|| ask(path, old, new)),
        }
    });
    match outcome {
        Ok(ImportOutcome::NotReplaced { slug }) if unasked => Err(named(
            1,
            &format!(
                "/articles/{slug} is there already and differs; --yes takes the file, --skip leaves the article"
            ),
        )),
        other => other.map_err(|why| named(1, &why)),
    }
}

fn ask(path: &Path, old: &str, new: &str) -> OnChange {
    let mut out = std::io::stderr();
    let _ = write!(
        out,
        "{}\n{} has changed. Take it? [y/N] ",
        import::unified_diff(old, new),
        path.display()
    );
    let _ = out.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes") {
        OnChange::Replace
    } else {
        OnChange::Keep
    }
}
