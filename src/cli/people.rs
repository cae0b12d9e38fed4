//! `masthead admin create` and `masthead user …`. The moderation log names their actor `console`.

use super::{CliError, open, print_line};
use masthead::accounts::leaving::{self, Mode, Step};
use masthead::accounts::password::{NewPassword, PasswordPolicy, hash_now};
use masthead::accounts::roles::{self, RoleChangeError, Roles};
use masthead::accounts::store::{self, Login, New, RegistrationConflict};
use masthead::accounts::{Email, Username, two_factor};
use masthead::config::Config;
use masthead::db::{Db, Time};
use masthead::import::dates::parse_time;
use masthead::interface::Interface;
use masthead::log::Actor;
use masthead::sessions::{RedisStore, Sessions};
use masthead::web::Site;
use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

fn password(from_stdin: bool) -> Result<String, CliError> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|e| format!("The password cannot be read: {e}"))?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err(CliError(
            "There is no terminal to ask for a password on; give it with --password-stdin.".into(),
            1,
        ));
    }
    let first = rpassword::prompt_password("Password: ")
        .map_err(|e| format!("The password cannot be read: {e}"))?;
    let again = rpassword::prompt_password("Again: ")
        .map_err(|e| format!("The password cannot be read: {e}"))?;
    if first == again {
        Ok(first)
    } else {
        Err(CliError("The two passwords differ.".into(), 1))
    }
}

pub fn create_admin(
    config: &Config,
    username: &str,
    email: &str,
    from_stdin: bool,
) -> Result<ExitCode, CliError> {
    let t = Interface::English;
    let username = Username::parse(t, username)?;
    let email = Email::parse(t, email)?;
    let db = open(config)?;
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let (asked, mail) = (username.clone(), email.clone());
    refuse_taken(db.read_now(move |conn| store::taken(conn, &asked, &mail))?)?;
    let chosen = NewPassword::parse(
        t,
        &password(from_stdin)?,
        PasswordPolicy::staff(&site),
        &[&site.name, username.as_str(), email.as_str()],
    )?;
    let new = New {
        username: username.clone(),
        email,
        password_hash: hash_now(&chosen)?,
        is_admin: true,
        is_sample: false,
        held: None,
        now: Time::now(),
    };
    let made = db.write_now(move |conn| {
        let made = store::create(conn, &new)?;
        if made.is_ok() {
            masthead::admin::store::forget(conn, "setup_token")?;
        }
        Ok(made)
    })?;
    refuse_taken(made.err())?;
    print_line(format_args!("{} is an admin.", username.as_str()));
    Ok(ExitCode::SUCCESS)
}

fn refuse_taken(taken: Option<RegistrationConflict>) -> Result<(), CliError> {
    let t = Interface::English;
    match taken {
        None => Ok(()),
        Some(RegistrationConflict::Username | RegistrationConflict::Lookalike) => {
            Err(CliError(t.username_taken(), 1))
        }
        Some(RegistrationConflict::Email) => Err(CliError(t.email_taken(), 1)),
    }
}

fn role_change_refused(username: &str, why: RoleChangeError) -> CliError {
    match why {
        RoleChangeError::NoSuchAccount => CliError(format!("There is no account {username:?}."), 1),
        RoleChangeError::LastAdmin => CliError(Interface::English.staff_last_admin(), 1),
    }
}

pub fn ban(
    config: &Config,
    username: &str,
    reason: &str,
    until: Option<&str>,
) -> Result<ExitCode, CliError> {
    let db = open(config)?;
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let until = match until {
        None => None,
        // A day alone: through that day.
        Some(text) if text.parse::<jiff::civil::Date>().is_ok() => {
            let day: Option<jiff::civil::Date> = text.parse().ok();
            day.and_then(|day| day.tomorrow().ok())
                .and_then(|next| site.start_of(next))
        }
        Some(text) => Some(parse_time(text, &site.time_zone()).map_err(|_| {
            CliError(
                format!("--until takes a date such as 2026-12-31, not {text:?}."),
                2,
            )
        })?),
    };
    let now = Time::now();
    if until.is_some_and(|u| u <= now) {
        return Err(CliError("--until lies in the past.".into(), 1));
    }
    let (name, why) = (username.to_owned(), reason.to_owned());
    db.write_now(move |conn| {
        roles::set_ban(conn, &name, Some((&why, until)), Actor::Console, now)
    })?
    .map_err(|k| role_change_refused(username, k))?;
    print_line(format_args!(
        "{username} may read, and no longer write{}.",
        until.map_or_else(String::new, |u| format!(" until {}", u.rfc3339()))
    ));
    Ok(ExitCode::SUCCESS)
}

pub fn unban(config: &Config, username: &str) -> Result<ExitCode, CliError> {
    let (db, name, now) = (open(config)?, username.to_owned(), Time::now());
    db.write_now(move |conn| roles::set_ban(conn, &name, None, Actor::Console, now))?
        .map_err(|k| role_change_refused(username, k))?;
    print_line(format_args!("{username} may write again."));
    Ok(ExitCode::SUCCESS)
}

pub fn role(config: &Config, username: &str, names: &[String]) -> Result<ExitCode, CliError> {
    let roles = Roles::parse(names).map_err(|unknown| {
        CliError(
            format!("There is no role {unknown:?}; there are reader, moderator, editor and admin."),
            2,
        )
    })?;
    let (db, name, now) = (open(config)?, username.to_owned(), Time::now());
    db.write_now(move |conn| roles::set_roles(conn, &name, roles, Actor::Console, now))?
        .map_err(|k| role_change_refused(username, k))?;
    print_line(format_args!("{username} is now: {}.", roles.names()));
    Ok(ExitCode::SUCCESS)
}

fn account(db: &Db, username: &str) -> Result<Login, CliError> {
    let name = username.to_owned();
    let found = db.read_now(move |conn| store::find_by_login(conn, &name))?;
    found
        .filter(|found| found.username.eq_ignore_ascii_case(username))
        .ok_or_else(|| role_change_refused(username, RoleChangeError::NoSuchAccount))
}

/// `masthead user remove-second-factor`
pub fn remove_second_factor(config: &Config, username: &str) -> Result<ExitCode, CliError> {
    let db = open(config)?;
    let found = account(&db, username)?;
    let (id, now) = (found.id, Time::now());
    let had_one = db.write_now(move |conn| two_factor::remove(conn, id, now))?;
    print_line(match had_one {
        true => format!("{} logs in with the password alone.", found.username),
        false => format!("{} has no second factor.", found.username),
    });
    Ok(ExitCode::SUCCESS)
}

pub fn reset_password(
    config: &Config,
    username: &str,
    from_stdin: bool,
) -> Result<ExitCode, CliError> {
    let db = open(config)?;
    let found = account(&db, username)?;
    let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
    let whose = PasswordPolicy::of_login(&site, &found);
    let chosen = NewPassword::parse(
        Interface::English,
        &password(from_stdin)?,
        whose,
        &[&site.name, &found.username, &found.email],
    )?;
    let (id, hash) = (found.id, hash_now(&chosen)?);
    db.write_now(move |conn| {
        store::set_password(conn, id, None, &hash, whose.is_for_staff())?;
        masthead::sessions::store::end_others(conn, id, None)
    })?;
    end_sessions(config, &db, id)?;
    print_line(format_args!(
        "{} has a new password; all sessions are ended.",
        found.username
    ));
    Ok(ExitCode::SUCCESS)
}

/// Ends the account's sessions in Redis; those in the database have ended in the transaction of the change.
fn end_sessions(config: &Config, db: &Db, account: i64) -> Result<(), CliError> {
    let Some(url) = &config.session_store_url else {
        return Ok(());
    };
    let say = |e: redis::RedisError| {
        format!("The session store does not answer, so the account's sessions stay open: {e}")
    };
    let prefix = masthead::app::redis_prefix(&masthead::app::set_up_key(config, db)?);
    super::runtime()?.block_on(async {
        let client = redis::Client::open(url.as_str()).map_err(say)?;
        let redis = redis::aio::ConnectionManager::new(client)
            .await
            .map_err(say)?;
        Sessions::new(
            db.clone(),
            Some(RedisStore {
                redis,
                prefix: prefix.clone(),
            }),
            Arc::default(),
        )
        .end_others(account, None)
        .await
        .map_err(|e| e.to_string())
    })?;
    Ok(())
}

/// `masthead user delete`
pub fn delete(
    config: &Config,
    username: &str,
    mode: &str,
    at_once: bool,
) -> Result<ExitCode, CliError> {
    let mode = Mode::parse(mode).ok_or_else(|| format!("There is no mode {mode:?}."))?;
    let db = open(config)?;
    let found = account(&db, username)?;
    let (id, now) = (found.id, Time::now());
    let run_at = match at_once {
        true => now,
        false => now.plus(leaving::GRACE),
    };
    if !db.write_now(move |conn| leaving::request(conn, id, mode, run_at, now))? {
        return Err(role_change_refused(username, RoleChangeError::LastAdmin));
    }
    if at_once {
        let site = db.read_now(|conn| Site::load(conn, &config.site_name))?;
        let files = db.read_now(move |conn| leaving::files(conn, id))?;
        leaving::delete_files(&config.data, &files);
        let mut step = Step::Account;
        while step != Step::Done {
            let (shown, at) = (site.t().deleted_reader(), step);
            step = db.write_now(move |conn| leaving::step(conn, id, at, &shown, now))?;
        }
    }
    end_sessions(config, &db, id)?;
    print_line(match at_once {
        true => format!("{} is deleted.", found.username),
        false => format!("{} will be deleted in 72 hours.", found.username),
    });
    Ok(ExitCode::SUCCESS)
}
