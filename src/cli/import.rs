//! `masthead import PATH…`: progress, questions about changed files, and the summary.

use super::{CliError, ImportArgs, open, print_line};
use indicatif::{ProgressBar, ProgressStyle};
use masthead::articles::draft::Refusal;
use masthead::config::Config;
use masthead::db::Db;
use masthead::import::links::Addresses;
use masthead::import::{self, ImportOutcome, OnChange, PlannedFile, ReadOptions, Remarks};
use masthead::web::Site;
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
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
    /// Prints the counts if there was more than one file.
    fn print(&self, files: usize) {
        let Tally {
            published,
            updated,
            unchanged,
            left,
            refused,
        } = self;
        if files > 1 {
            print_line(format_args!(
                "{published} new, {updated} updated, {unchanged} unchanged, {left} left, {refused} refused"
            ));
        }
    }

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

/// What was not taken over as it stands in the files, for the end of the output.
#[derive(Default)]
struct Summary {
    /// Files by field of the front matter, and by HTML tag.
    ignored: BTreeMap<String, usize>,
    shown_tags: BTreeMap<String, usize>,
    /// `PATH:LINE: TARGET`
    dead_links: Vec<String>,
    left_out: Vec<String>,
    /// Pages of sections without text.
    skipped: usize,
}

/// Maximum length of what a list of the summary quotes, in characters.
const MOST_QUOTED: usize = 200;

/// A text of a file as a terminal may show it: on one line, without control characters, and not endless.
fn printable(text: &str, most: usize) -> String {
    let shown = text.chars().take(most);
    shown
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

/// Lines of a list in the summary; the rest is counted.
const MOST_LINES: usize = 20;

impl Summary {
    fn add(&mut self, path: &Path, remarks: Remarks) {
        for name in remarks.ignored {
            *self
                .ignored
                .entry(printable(&name, MOST_QUOTED))
                .or_default() += 1;
        }
        for tag in remarks.shown_tags {
            *self.shown_tags.entry(format!("<{tag}>")).or_default() += 1;
        }
        let named = |(line, target): &(usize, String)| {
            format!(
                "{}:{line}: {}",
                path.display(),
                printable(target, MOST_QUOTED)
            )
        };
        self.dead_links.extend(remarks.dead_links.iter().map(named));
        self.left_out.extend(remarks.left_out.iter().map(named));
    }

    fn print(&self) {
        if self.skipped > 0 {
            print_line(format_args!(
                "pages of sections without text, which are no articles: {}",
                self.skipped
            ));
        }
        print_counts("ignored", &self.ignored);
        print_counts("HTML shown as typed", &self.shown_tags);
        print_list("links that lead nowhere", &self.dead_links);
        print_list("pictures left out", &self.left_out);
    }
}

/// `ignored: layout (508 files), weight (45)`
fn print_counts(label: &str, counts: &BTreeMap<String, usize>) {
    let mut counts: Vec<(&String, &usize)> = counts.iter().collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let shown = counts.iter().enumerate().map(|(at, (name, count))| {
        let files = match (at, **count) {
            (0, 1) => " file",
            (0, _) => " files",
            _ => "",
        };
        format!("{name} ({count}{files})")
    });
    let shown: Vec<String> = shown.collect();
    if !shown.is_empty() {
        print_line(format_args!("{label}: {}", shown.join(", ")));
    }
}

fn print_list(label: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    print_line(format_args!("{label}: {}", lines.len()));
    for line in lines.iter().take(MOST_LINES) {
        print_line(format_args!("  {line}"));
    }
    if lines.len() > MOST_LINES {
        print_line(format_args!("  and {} more", lines.len() - MOST_LINES));
    }
}

pub fn run(config: &Config, args: &ImportArgs) -> Result<ExitCode, CliError> {
    let (files, refused) = import::find(&args.paths);
    let db = open(config)?;
    if files.is_empty() && refused.is_empty() {
        return Err(CliError(
            "There is no .txt, .md or .markdown file in what was named.".into(),
            1,
        ));
    }
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let options = ReadOptions {
        strict: args.strict,
        skip_pictures: args.skip_pictures,
        as_draft: args.as_draft,
        root: args.root.clone(),
        ..ReadOptions::of(&site)
    };
    let plan = import::plan(&db, &files, &options)?;
    let bar = progress(plan.files.len());
    let complain = |line: &str| bar.suspend(|| drop(writeln!(std::io::stderr(), "{line}")));
    refused.iter().for_each(|line| complain(line));
    let (mut tally, mut summary) = (Tally::default(), Summary::default());
    tally.refused = refused.len();
    let run = Run {
        db: &db,
        config,
        site: &site,
        options: &options,
        args,
        bar: &bar,
    };
    for file in &plan.files {
        let (path, outcome) = match file {
            Err((path, refusal)) => (path, Err(refusal.clone())),
            Ok(file) => (&file.path, run.one(file, &plan.addresses)),
        };
        bar.set_message(path.display().to_string());
        match outcome {
            Ok((outcome, remarks)) => {
                let line = tally.count(outcome);
                summary.add(path, remarks);
                bar.suspend(|| print_line(line));
            }
            Err(Refusal { line, reason }) => {
                tally.refused += 1;
                let reason = printable(&reason, usize::MAX);
                complain(&format!("{}:{line}: {reason}", path.display()));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    summary.skipped = plan.skipped.len();
    summary.print();
    tally.print(plan.files.len());
    Ok(ExitCode::from(u8::from(tally.refused > 0)))
}

/// A progress bar, hidden for few files.
fn progress(files: usize) -> ProgressBar {
    let bar = ProgressBar::new(files as u64);
    if files < 20 {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {wide_msg}") {
        bar.set_style(style);
    }
    bar
}

/// What every file of a run shares.
struct Run<'a> {
    db: &'a Db,
    config: &'a Config,
    site: &'a Site,
    options: &'a ReadOptions,
    args: &'a ImportArgs,
    bar: &'a ProgressBar,
}

impl Run<'_> {
    fn one(
        &self,
        file: &PlannedFile,
        addresses: &Addresses,
    ) -> Result<(ImportOutcome, Remarks), Refusal> {
        let mut unasked = false;
        let ask = |old: &str, new: &str| match (self.args.yes, self.args.skip) {
            (true, _) => OnChange::Replace,
            (_, true) => OnChange::Keep,
            _ if !std::io::stdin().is_terminal() => {
                unasked = true;
                let diff = import::unified_diff(old, new);
                self.bar
                    .suspend(|| drop(write!(std::io::stderr(), "{diff}")));
                OnChange::Keep
            }
            _ => self.bar.suspend(|| ask(&file.path, old, new)),
        };
        let (data, addressed) = (&self.config.data, (file, addresses));
        let outcome = import::import(self.db, data, self.site, addressed, self.options, ask)?;
        match outcome {
            (ImportOutcome::NotReplaced { slug }, _) if unasked => Err(Refusal::at(
                1,
                format!(
                    "/articles/{slug} is there already and differs; --yes takes the file, --skip leaves the article"
                ),
            )),
            other => Ok(other),
        }
    }
}

fn ask(path: &Path, old: &str, new: &str) -> OnChange {
    let diff = import::unified_diff(old, new);
    match super::confirm(&format!("{diff}\n{} has changed. Take it?", path.display())) {
        true => OnChange::Replace,
        false => OnChange::Keep,
    }
}
