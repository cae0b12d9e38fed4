//! Where mail goes: to an SMTP server, or as one `.eml` file each into the data folder.

use crate::config::Config;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the server may take for a connection or an answer.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How long it may take for a whole message: one that answers byte by byte is slow too.
const WHOLE: Duration = Duration::from_secs(60);

/// Why a mail was not sent.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The server knows no such mailbox (RFC 5321, 4.2.3): not that it is busy, or does not take mail from us.
    pub is_no_mailbox: bool,
    pub why: String,
}

pub enum Transport {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Files(PathBuf),
}

impl Transport {
    /// # Errors
    /// A sentence when the URL of the server is no good.
    pub fn new(config: &Config) -> Result<Transport, String> {
        let Some(url) = &config.smtp_url else {
            return Ok(Transport::Files(config.data.join("mail")));
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|e| format!("MASTHEAD_SMTP_URL: {e}"))?;
        Ok(Transport::Smtp(Box::new(
            builder.timeout(Some(TIMEOUT)).build(),
        )))
    }

    /// Sends one message. Returns what the server answered, or the file's name.
    ///
    /// # Errors
    /// What the server or the disk said.
    pub async fn send(&self, message: Message) -> Result<String, Failed> {
        match self {
            Transport::Smtp(server) => {
                let sending = tokio::time::timeout(WHOLE, server.send(message));
                let answer = sending.await.map_err(|_| Failed {
                    is_no_mailbox: false,
                    why: format!("the mail server took longer than {} s", WHOLE.as_secs()),
                })?;
                let answer = answer.map_err(|error| Failed {
                    is_no_mailbox: error
                        .status()
                        .is_some_and(|code| matches!(u16::from(code), 550 | 551 | 553)),
                    why: error.to_string(),
                })?;
                let lines: Vec<&str> = answer.message().collect();
                Ok(format!("{} {}", answer.code(), lines.join(" ")))
            }
            Transport::Files(folder) => {
                let id = message.headers().get_raw("Message-ID").unwrap_or_default();
                // The part before the `@`, which is hexadecimal.
                let name = id.chars().skip_while(|c| *c == '<');
                let name: String = name.take_while(char::is_ascii_alphanumeric).collect();
                let (file, bytes) = (folder.join(format!("{name}.eml")), message.formatted());
                let written = tokio::task::spawn_blocking(move || {
                    write(&file, &bytes).map(|()| file.display().to_string())
                });
                let written = written
                    .await
                    .unwrap_or_else(|e| Err(std::io::Error::other(e)));
                written.map_err(|error| Failed {
                    is_no_mailbox: false,
                    why: format!("{}: {error}", folder.display()),
                })
            }
        }
    }

    /// Asks the server whether it answers; for files, only names the folder.
    ///
    /// # Errors
    /// What the server or the disk said.
    pub async fn check(&self) -> Result<String, String> {
        match self {
            Transport::Smtp(server) => match server.test_connection().await {
                Ok(true) => Ok("the server answers".into()),
                Ok(false) => Err("The mail server does not answer.".into()),
                Err(e) => Err(format!("The mail server does not answer: {e}")),
            },
            Transport::Files(folder) => Ok(format!("written to {}", folder.display())),
        }
    }
}

/// Writes a file whole or not at all, readable by its owner alone. The same name is the same message.
fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // A name of its own: another node may write the same message.
    let part = file.with_extension(format!("{:016x}.part", fastrand::u64(..)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(&part)?;
    open.write_all(bytes)?;
    open.sync_all()?;
    std::fs::rename(&part, file)?;
    crate::db::sync_folder(folder)
}
