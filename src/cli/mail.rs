//! `masthead mail test`: sends a mail now and prints what the server answered.

use super::{CliError, open, print_line};
use masthead::config::Config;
use masthead::db::Time;
use masthead::mail::store::MailRow;
use masthead::mail::{Mail, Transport, render};
use masthead::text;
use masthead::web::Site;
use std::process::ExitCode;

pub fn test(config: &Config, address: &str) -> Result<ExitCode, CliError> {
    let db = open(config)?;
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let recipient = text::Email::parse(site.t(), address)
        .map_err(|why| CliError(format!("{address}: {why}"), 1))?;
    let row = MailRow::new(&Mail::Test, recipient.as_str(), Time::now())?;
    let message = render(&row, config, &site, &[])?;
    let transport = Transport::new(config)?;
    let answer = super::runtime()?
        .block_on(transport.send(message))
        .map_err(|failed| format!("The mail was not sent: {}", failed.why))?;
    print_line(match transport {
        Transport::Smtp(_) => format!("Sent. The server answered: {answer}"),
        Transport::Files(_) => format!("Written to {answer}; MASTHEAD_SMTP_URL is not set."),
    });
    Ok(ExitCode::SUCCESS)
}
