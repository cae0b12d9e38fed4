//! `masthead import PATH…`

use super::{ImportArgs, Refused, open, say};
use indicatif::{ProgressBar, ProgressStyle};
use masthead::config::Config;
use masthead::db::Db;
use masthead::transfer::{self, OnChange, Outcome};
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

pub fn run(config: &Config, args: &ImportArgs) -> Result<ExitCode, Refused> {
    let (files, refused) = transfer::find(&args.paths);
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
        return Err(Refused(
            "There is no .txt, .md or .markdown file in what was named.".into(),
            1,
        ));
    }
    for path in &files {
        bar.set_message(path.display().to_string());
        match one(&db, config, &site, path, args, &bar) {
            Ok(Outcome::Published { slug, status }) => {
                tally.published += 1;
                bar.suspend(|| say(format_args!("{status}: /articles/{slug}")));
            }
            Ok(Outcome::Updated { slug, status }) => {
                tally.updated += 1;
                let now = if status == "published" {
                    String::new()
                } else {
                    format!(" ({status}: readers do not see it)")
                };
                bar.suspend(|| say(format_args!("updated: /articles/{slug}{now}")));
            }
            Ok(Outcome::Unchanged { slug }) => {
                tally.unchanged += 1;
                bar.suspend(|| say(format_args!("unchanged: /articles/{slug}")));
            }
            Ok(Outcome::Left { slug }) => {
                tally.left += 1;
                bar.suspend(|| say(format_args!("left as it is: /articles/{slug}")));
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
        say(format_args!(
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
) -> Result<Outcome, String> {
    let named = |line: usize, why: &str| format!("{}:{line}: {why}", path.display());
    let ready = transfer::read(path).map_err(|r| named(r.line, &r.reason))?;
    let mut unasked = false;
    let outcome = transfer::store(db, &config.data, site, ready, false, |old, new| {
        match (args.yes, args.skip) {
            (true, _) => OnChange::Take,
            (_, true) => OnChange::Leave,
            _ if !std::io::stdin().is_terminal() => {
                unasked = true;
                bar.suspend(|| {
                    drop(write!(
                        std::io::stderr(),
                        "{}",
                        transfer::shown_diff(old, new)
                    ))
                });
                OnChange::Leave
            }
            _ => bar.suspend(|| ask(path, old, new)),
        }
    });
    match outcome {
        Ok(Outcome::Left { slug }) if unasked => Err(named(
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
        transfer::shown_diff(old, new),
        path.display()
    );
    let _ = out.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if read.is_ok() && matches!(line.trim(), "y" | "Y" | "yes") {
        OnChange::Take
    } else {
        OnChange::Leave
    }
}
