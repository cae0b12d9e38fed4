//! `masthead demo`: fills a database with generated content, for trying out and for benchmarks.

use super::{CliError, DemoArgs, print_line};
use indicatif::{ProgressBar, ProgressStyle};
use masthead::config::Config;
use masthead::db::Tuning;
use masthead::demo::{self, Size};
use masthead::web::Site;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Instant;

pub fn run(config: &Config, args: &DemoArgs) -> Result<ExitCode, CliError> {
    let db = super::open_with(config, Tuning::bulk())?;
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let size = Size {
        articles: args.articles,
        comments: args.comments,
        seed: args.seed,
    };
    let bar = ProgressBar::new((size.articles + size.comments) as u64);
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    let began = Instant::now();
    demo::fill(&db, &site, size, &|done| bar.set_position(done))?;
    bar.finish_and_clear();
    print_line(format_args!(
        "Made {} articles and {} comments in {:.1} s.",
        size.articles,
        size.comments,
        began.elapsed().as_secs_f64()
    ));
    Ok(ExitCode::SUCCESS)
}
